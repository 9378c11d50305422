"""``^block-id`` ending a paragraph, list item or heading, or alone behind a block (Obsidian help, Internal links)."""

from __future__ import annotations

import re

from convert.syntax.inline import Inline, InlineRule
from convert.syntax.prepared import SCHEME, BlockIdMark
from convert.syntax.scanner import RegionKind

_AT_END = re.compile(r"\^([A-Za-z0-9-]+)[ \t]*+\Z")
_WITH_SPACE = re.compile(r"(?:^|[ \t]+)\^[A-Za-z0-9-]+[ \t]*\Z")


def read(inline: Inline, m: re.Match[str]) -> int:
    """An id that ends a block; anywhere else ``^`` is text."""
    found = _AT_END.match(inline.text, m.start())
    if found is None or inline.nested or inline.kind in (RegionKind.CELL, RegionKind.TITLE):
        return m.end()
    start = m.start()
    while start > 0 and inline.text[start - 1] in " \t\n":
        start -= 1
    key = inline.preparation.mark(BlockIdMark, inline.source(m.start()), found[0], found[1])
    inline.replace(start, found.end(), f"![]({SCHEME}{key})")
    return found.end()


def without(text: str) -> str:
    """A heading's source without its block id."""
    return _WITH_SPACE.sub("", text).strip()


BLOCK_ID = InlineRule("^", r"(?<!\S)\^(?=[A-Za-z0-9-])", read)
