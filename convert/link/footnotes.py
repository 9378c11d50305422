"""Footnotes in the order of their marks, each with its text where it is first marked (see ``document``)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from convert.compiled import MAX_DEPTH
from convert.link.linking import Footnote
from convert.nodes import Block, Inline, Node, attr, flatten, para, rewrite, span, walk


def place(blocks: list[Block]) -> None:
    """Number all footnotes of a document from 1 in reading order and put each at its first mark.

    A note that is first marked in the text of another comes next, after those marked before it there.
    """
    numbered = 0

    def change(node: Node) -> list[Node] | None:
        nonlocal numbered
        if "footnote" not in node:
            return None
        footnote: Footnote = node["footnote"]
        if footnote.number:
            return [_repeat(footnote)]
        numbered += 1
        footnote.number = numbered
        out = [_first(footnote)]
        outer = deque([footnote])
        while outer:
            for inner in _marked_in(outer.popleft().blocks):
                if not inner.number:
                    numbered += 1
                    inner.number = numbered
                    out.append(_first(inner, "fnref-child"))
                    outer.append(inner)
        return out

    rewrite(blocks, change)
    for node in walk(blocks):
        if node["t"] == "Note":
            flatten(node["c"], MAX_DEPTH)
            rewrite(node["c"], lambda mark: [_repeat(mark["footnote"])] if "footnote" in mark else None)


def _marked_in(blocks: Sequence[Block]) -> list[Footnote]:
    return [node["footnote"] for node in walk(blocks) if "footnote" in node]


def _first(footnote: Footnote, *classes: str) -> Inline:
    n = str(footnote.number)
    note: Inline = {"t": "Note", "c": footnote.blocks or [para([])]}
    return span([note], attr(f"fnref-{n}", ["fnref", *classes], [("data-n", n)]))


def _repeat(footnote: Footnote) -> Inline:
    return span([], attr("", ["fnref", "fnref-repeat"], [("data-n", str(footnote.number))]))
