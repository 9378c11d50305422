"""What a note says about itself: title, language, and the few properties that may leave the vault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from unicodedata import normalize

from convert import theme
from convert.diagnostics import Code, Diagnostic, diagnose
from convert.link import subpath
from convert.link.dates import iso_date
from convert.link.document import Properties
from convert.nodes import Block, plain_text
from convert.note import Note
from convert.settings import Settings

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
#: ``[[Name#Heading|shown]]`` in a property.
_WIKI_LINK = re.compile(r"\[\[([^\[\]|#]*)(?:#([^\[\]|]*))?(?:\|([^\[\]]*))?\]\]")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]+)\]\((?:[^()\s]|\([^()\s]*\))*\)")
_CLASS = re.compile(r"-?[^\W\d][\w-]{0,99}")
_MOST_CLASSES = 50
#: Properties that are lists in Obsidian.
LISTS = frozenset({"tags", "aliases"})


def is_drawing(properties: Mapping[str, object]) -> bool:
    """Whether the note is a drawing of the Excalidraw plugin: its text is the drawing's data, for no reader."""
    return "excalidraw-plugin" in properties


def title(path: str, properties: Mapping[str, object]) -> str:
    """The property ``title`` if it says something, else the file's name."""
    return text(get(properties, "title")) or re.sub(r"\.md\Z", "", path.rpartition("/")[2], flags=re.IGNORECASE)


def prints_title(title: str, blocks: Sequence[Block], settings: Settings) -> bool:
    """Whether the title is printed above the text: not if the text begins with a heading of the same words."""
    return settings.title != "no" and not begins_with(title, blocks)


def begins_with(title: str, blocks: Sequence[Block]) -> bool:
    """Whether the text begins with a heading of the first rank that says what the title says."""
    first = blocks[0] if blocks else None
    if first is None or first["t"] != "Header" or first["c"][0] != 1:
        return False
    return _words(plain_text(first["c"][2])) == _words(title)


def language(properties: Mapping[str, object], settings: Settings) -> str:
    """The property ``lang`` if it is a language (BCP 47), else the setting."""
    for name in ("lang", "language"):
        tag = text(get(properties, name)).replace("_", "-")
        if _LANGUAGE.match(tag):
            return tag
    return settings.language


def public(properties: Mapping[str, object], settings: Settings) -> Properties:
    """The properties that may be printed or stored in an output."""
    author = [*_texts(get(properties, "author")), *_texts(get(properties, "authors"))]
    keywords = [word for line in _texts(get(properties, "keywords")) for word in re.split(r"[,、;]\s*", line)]
    return Properties(
        author=tuple(dict.fromkeys(author or ([settings.author] if settings.author else []))),
        date=iso_date(text(get(properties, "date"))),
        description=text(get(properties, "description")),
        keywords=tuple(dict.fromkeys(word.strip() for word in keywords if word.strip())),
    )


def classes(note: Note) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The note's ``cssclasses``, each once, but for those that are no names or are Kumihan's own."""
    place = next((place for key, place in note.property_places.items() if key.lower() == "cssclasses"), (0, 0))
    diagnostics = []
    value = get(note.properties, "cssclasses")
    if isinstance(value, str) and value.strip():
        diagnostics.append(diagnose(Code.PROPERTIES_TYPE, "cssclasses is a text, not a list", note.path, *place))
    found: dict[str, None] = {}
    for name in items(note.properties, "cssclasses"):
        if not _CLASS.fullmatch(name) or name in theme.own_classes() or name.startswith("callout-"):
            message = f"the class {name[:40]!r} is left out"
            diagnostics.append(diagnose(Code.PROPERTIES_CLASS, message, note.path, *place))
        elif len(found) < _MOST_CLASSES:
            found[name] = None
    return tuple(found), tuple(diagnostics)


def items(properties: Mapping[str, object], name: str) -> list[str]:
    """The members of a property that is a list in Obsidian: ``tags``, ``aliases`` or ``cssclasses``.

    One text is a list of one; what is no text is dropped, and so is a tag with a blank in it.
    """
    value = get(properties, name)
    texts = [text(each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
    if name == "cssclasses":
        texts = [word for each in texts for word in re.split(r"[\s,]+", each)]
    elif name == "tags":
        texts = [each.removeprefix("#") for each in texts if " " not in each]
    return [each for each in dict.fromkeys(texts) if each]


def entries(value: Mapping[Any, object]) -> list[tuple[str, object]]:
    """The pairs of a nested table, keys as text."""
    return [(" ".join(str(key).split()), each) for key, each in value.items()]


def shown(value: object, links: str = "arrow") -> str:
    """A value as one line of text, links by their text; ``links`` is the setting ``links.heading``."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return ""
    line = _WIKI_LINK.sub(lambda link: link[3] or subpath.shown(link[1].strip(), link[2] or "", links), str(value))
    # a full-width blank is one on purpose
    return re.sub(r"[ \t\r\n\f\v]+", " ", _MARKDOWN_LINK.sub(r"\1", line)).strip()


def get(properties: Mapping[str, object], name: str) -> object:
    """A property by its name without case, as Obsidian has it."""
    return next((value for key, value in properties.items() if key.lower() == name), None)


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [line for line in map(text, values) if line]


def text(value: object) -> str:
    """A value as one line of text; empty if it is none."""
    return shown(value)


def _words(text: str) -> str:
    return " ".join(normalize("NFKC", text).split()).casefold()
