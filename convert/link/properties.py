"""What a note says about itself: title, language, and the few properties that may leave the vault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from unicodedata import normalize

from convert.link.document import Properties
from convert.nodes import Block, plain_text
from convert.settings import Settings

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
#: ``[[Name|shown]]`` in a property: what is shown.
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")


def title(path: str, properties: Mapping[str, object]) -> str:
    """The property ``title`` if it says something, else the file's name."""
    return _text(_get(properties, "title")) or re.sub(r"\.md\Z", "", path.rpartition("/")[2], flags=re.IGNORECASE)


def prints_title(title: str, blocks: Sequence[Block], settings: Settings) -> bool:
    """Whether the title is printed above the text: not if the text begins with a heading of the same words."""
    if settings.title == "no":
        return False
    first = blocks[0] if blocks else None
    if first is None or first["t"] != "Header" or first["c"][0] != 1:
        return True
    return _words(plain_text(first["c"][2])) != _words(title)


def language(properties: Mapping[str, object], settings: Settings) -> str:
    """The property ``lang`` if it is a language (BCP 47), else the setting."""
    for name in ("lang", "language"):
        text = _text(_get(properties, name)).replace("_", "-")
        if _LANGUAGE.match(text):
            return text
    return settings.language


def public(properties: Mapping[str, object], settings: Settings) -> Properties:
    """The properties that may be printed or stored in an output."""
    author = [*_texts(_get(properties, "author")), *_texts(_get(properties, "authors"))]
    keywords = [word for text in _texts(_get(properties, "keywords")) for word in re.split(r"[,、;]\s*", text)]
    return Properties(
        author=tuple(dict.fromkeys(author or ([settings.author] if settings.author else []))),
        date=_text(_get(properties, "date")),
        description=_text(_get(properties, "description")),
        keywords=tuple(dict.fromkeys(word.strip() for word in keywords if word.strip())),
    )


def _get(properties: Mapping[str, object], name: str) -> object:
    """A property by its name without case, as Obsidian has it."""
    return next((value for key, value in properties.items() if key.lower() == name), None)


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in map(_text, values) if text]


def _text(value: object) -> str:
    """A value as one line of text; empty if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return ""
    return " ".join(_WIKI_LINK.sub(r"\1", str(value)).split())


def _words(text: str) -> str:
    return " ".join(normalize("NFKC", text).split()).casefold()
