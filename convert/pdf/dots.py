"""Dots over emphasised characters (JLReq 3.3.9): each in a box of its own, so that its dot is over its middle.

A pattern over the whole text would leave the characters behind where their line is stretched.
Which characters get one is decided in :mod:`convert.page`: no punctuation, no Latin.
"""

from __future__ import annotations

import re

from lxml import etree

from convert.page import Element, Page, replace_text, text_nodes

#: a character with the marks and selectors that combine with it
_CHARACTER = re.compile("(?s).[\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*")


def place(page: Page) -> None:
    """Put each character below ``.dot`` in a ``span.dotted``."""
    for tree in (page.main, *page.bodies.values()):
        for element in [e for e in tree.iter("em", "span") if "dot" in e.get("class", "").split()]:
            for owner, slot in list(text_nodes(element, frozenset())):
                parts: list[str | Element] = []
                for found in _CHARACTER.finditer(getattr(owner, slot)):
                    dotted = etree.Element("span", {"class": "dotted"})
                    dotted.text = found[0]
                    parts.append(dotted)
                replace_text(owner, slot, parts)
