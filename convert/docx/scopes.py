"""Callouts and quotes of a manuscript: which paragraphs stand in one, and what their styles are.

Word has no blocks within blocks, so each paragraph says itself where it belongs.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from convert.docx.roles import CALLOUT_LIST_LEVELS, style_id
from convert.docx.styles import CALLOUT_INDENT, CALLOUT_QUOTE, QUOTE_INDENT
from convert.docx.wml import SCOPE, q

Element = etree._Element


@dataclass(frozen=True, slots=True)
class Scope:
    """The callout of this type, the quote, or the quote in a callout around a paragraph.

    ``level`` counts the lists around it; ``indent`` is where its text begins, in twips.
    """

    level: int
    indent: int
    type: str
    quoted: bool

    @property
    def usual(self) -> int:
        """How far the style of its paragraphs moves them in, in characters."""
        return QUOTE_INDENT if not self.type else CALLOUT_QUOTE if self.quoted else CALLOUT_INDENT

    @property
    def text(self) -> str:
        """The style of its paragraphs."""
        if self.type:
            return style_id("callout-quote" if self.quoted else "callout-body", self.type)
        return style_id("quote")

    def item(self, level: int) -> str:
        """The style of its lists' items at a level from 0."""
        if self.type:
            return style_id(f"callout-list-{min(level + 1, CALLOUT_LIST_LEVELS)}", self.type)
        return style_id("quote-list")


def scopes(root: Element) -> dict[Element, Scope]:
    """The scope of each paragraph that has one; the instructions that say so are taken away."""
    out: dict[Element, Scope] = {}
    stack: list[tuple[Scope, Element | None]] = []
    for node in list(root.iter(q("p"), etree.ProcessingInstruction)):
        if isinstance(node, etree._ProcessingInstruction):
            if node.target == SCOPE:
                parent = node.getparent()
                words = (node.text or "").split()
                if words:
                    type = words[2] if len(words) > 2 else ""
                    named = type or (stack[-1][0].type if stack else "")
                    stack.append((Scope(int(words[0]), int(words[1]), named, quoted=not type), parent))
                else:
                    stack.pop()
                if parent is not None:
                    parent.remove(node)
        elif stack and stack[-1][1] is node.getparent():  # in a table within it, the cell counts
            out[node] = stack[-1][0]
    return out
