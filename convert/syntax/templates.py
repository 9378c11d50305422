"""``<% commands %>`` of the plugin Templater that were never run (its manual: Commands, Syntax)."""

from __future__ import annotations

import re

from convert.syntax.inline import Inline, InlineRule
from convert.syntax.prepared import SCHEME, TemplateMark


def read(inline: Inline, m: re.Match[str]) -> int:
    """A command that ends in its paragraph, or signs that are text."""
    end = inline.find("%>", m.end())
    if end < 0:
        return m.end()
    source = inline.text[m.start() : end + 2]
    key = inline.preparation.mark(TemplateMark, inline.source(m.start()), source)
    inline.replace(m.start(), end + 2, f"![]({SCHEME}{key})")
    return end + 2


TEMPLATE = InlineRule("<", r"<%(?!%)", read)
