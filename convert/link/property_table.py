"""A note's properties in print: the lines under its title, and the table of all (spec: "Properties")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from convert.labels import label
from convert.link.dates import is_day, readable_date
from convert.link.properties import LISTS, entries, get, items, shown, text
from convert.nodes import Block, Inline, attr, div, link, para, plain, string, words
from convert.settings import NOTE_KEY, Settings

_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"\\^`{|}]+", re.IGNORECASE)
_DEEPEST = 4
_ABSTRACTS = ("abstract", "要旨", "概要")
#: a line end between Japanese letters is no blank
_WRAPPED = re.compile("(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*\\n[ \t]*(?=[\u3000-\u9fff\uff00-\uffef])")
#: Languages in which a person's affiliation stands before the name.
_PLACE_FIRST = frozenset({"ja", "ko", "zh"})


def byline(properties: Mapping[str, object], author: tuple[str, ...], language: str, settings: Settings) -> list[Block]:
    """Subtitle, author with affiliation, and date as a ``Div .byline``, if any is there and is to be printed."""
    if settings.title == "no" or settings.byline == "no":
        return []
    affiliation = get(properties, "affiliation")
    places = map(text, affiliation if isinstance(affiliation, list) else [affiliation])
    people = [
        (["author", "affiliation"], label("separator", language).join(filter(None, places))),
        (["author"], label("separator", language).join(author)),
    ]
    lines = [
        (["subtitle"], text(get(properties, "subtitle"))),
        *(people if language.partition("-")[0].lower() in _PLACE_FIRST else reversed(people)),
        (["date"], readable_date(text(get(properties, "date")), language, era=settings.dates == "era")),
    ]
    parts = [div([para(words(line))], attr("", classes)) for classes, line in lines if line]
    return [div(parts, attr("", ["byline"]))] if parts else []


def abstract(properties: Mapping[str, object], language: str, settings: Settings) -> list[Block]:
    """The property ``abstract`` (also 要旨, 概要), a text or a list of paragraphs, as a ``Div .abstract``."""
    if settings.abstract == "no":
        return []
    for name in _ABSTRACTS:
        value = get(properties, name)
        parts = value if isinstance(value, list) else [value]
        texts = [part for each in parts if isinstance(each, str) for part in re.split(r"\n\s*\n", each)]
        lines = [para(words(line)) for each in texts if (line := text(_WRAPPED.sub("", each)))]
        if lines:
            title = name if not name.isascii() else label("abstract", language)
            return [div([div([para(words(title))], attr("", ["abstract-title"])), *lines], attr("", ["abstract"]))]
    return []


def table(properties: Mapping[str, object], language: str, settings: Settings) -> list[Block]:
    """All properties that say something, but settings, as a ``Table .properties`` of names and values."""
    if settings.properties == "hidden":
        return []
    rows = []
    for key, value in properties.items():
        name = key.lower()
        if name == NOTE_KEY or name.startswith(NOTE_KEY + "-") or name in ("cssclasses", "cssclass"):
            continue
        inlines = _inlines(items(properties, name) if name in LISTS else value, language, settings)
        if inlines:
            rows.append([attr(), [_cell(words(" ".join(key.split()))), _cell(inlines)]])
    if not rows:
        return []
    columns = [[{"t": "AlignLeft"}, {"t": "ColWidthDefault"}]] * 2
    content: list[Any] = [
        attr("", ["properties"]), [None, []], columns, [attr(), []], [[attr(), 0, [], rows]], [attr(), []]
    ]  # fmt: skip
    return [{"t": "Table", "c": content}]


def _cell(inlines: list[Inline]) -> list[Any]:
    return [attr(), {"t": "AlignDefault"}, 1, 1, [plain(inlines)]]


def _inlines(value: object, language: str, settings: Settings, depth: int = 0) -> list[Inline]:
    """A value as one reads it: boxes for yes and no, lists in a row, links by their text."""
    if isinstance(value, bool):
        return [string("☑" if value else "☐")]
    parts: list[list[Inline]] = []
    if depth < _DEEPEST and isinstance(value, list):
        parts = [_inlines(each, language, settings, depth + 1) for each in value]
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for key, each in entries(value):
            inner = _inlines(each, language, settings, depth + 1)
            parts += [[*words(f"{key}: "), *inner]] if inner else []
    else:
        line = shown(value, settings.links_heading)
        if _ADDRESS.fullmatch(line):
            return [link([string(line)], line, attr("", ["external-link"]))]
        return words(readable_date(line, language, era=settings.dates == "era") if is_day(line) else line)
    out: list[Inline] = []
    for part in filter(None, parts):
        out += [*words(label("separator", language)), *part] if out else part
    return out
