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


def byline(properties: Mapping[str, object], author: tuple[str, ...], language: str, settings: Settings) -> list[Block]:
    """Subtitle, author and date as a ``Div .byline``, if the note has any of them and they are to be printed."""
    if settings.title == "no" or settings.byline == "no":
        return []
    lines = {
        "subtitle": text(get(properties, "subtitle")),
        "author": label("separator", language).join(author),
        "date": readable_date(text(get(properties, "date")), language),
    }
    parts = [div([para(words(line))], attr("", [role])) for role, line in lines.items() if line]
    return [div(parts, attr("", ["byline"]))] if parts else []


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
        return words(readable_date(line, language) if is_day(line) else line)
    out: list[Inline] = []
    for part in filter(None, parts):
        out += [*words(label("separator", language)), *part] if out else part
    return out
