"""Kumihan's roles and what Word calls their styles: the table in ``styles/word.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import yaml

from convert import resources

#: Word has five levels of list styles; deeper lists take the fifth's style and their own indent.
LIST_LEVELS = 5
#: What is deeper in a callout takes the third's.
CALLOUT_LIST_LEVELS = 3
HEADING_LEVELS = 6


@cache
def table() -> Mapping[str, str]:
    """Role → name of the style, as written in the table."""
    names: Mapping[str, str] = yaml.safe_load(resources.styles("word.yaml").read_text("utf-8"))
    return names


def name(role: str, type: str = "") -> str:
    """The style's name; ``type`` is a callout's. An unknown role is a bug and raises ``KeyError``."""
    return table()[role].format(type=type.capitalize())


def style_id(role: str, type: str = "") -> str:
    """The style's id in the file: its name in one word, as Word makes it (``footnote text`` → ``FootnoteText``)."""
    return "".join(word[:1].upper() + word[1:] for word in name(role, type).split())
