"""Block ids: the places that links and embeds can name, kept until it is known which of them are named.

A node that can be a target carries ``node["targets"]``; :mod:`convert.link.ids` gives it an id, or takes it away.
"""

from __future__ import annotations

from convert.compiled import mark_key
from convert.link.linking import Linking, Part
from convert.link.subpath import Target, stands_alone
from convert.nodes import Block, Inline, attr, div, lists, span
from convert.syntax.prepared import BlockIdMark

_BLANKS = frozenset(("Space", "SoftBreak", "LineBreak"))


def run(part: Part, linking: Linking) -> None:
    """Turn block ids into places, and note which headings of the note are in the part."""
    for node in part.nodes():
        if node["t"] == "Header" and "heading" in node:
            node["targets"] = [Target(part.path, "heading", node.pop("heading"))]
    for tree in part.trees():
        for children in lists(tree):
            if any(node["t"] in {"Para", "Plain", "Header"} for node in children):
                children[:] = _place(children, part)


def _place(blocks: list[Block], part: Part) -> list[Block]:
    out: list[Block] = []
    for block in blocks:
        inlines = block["c"][2] if block["t"] == "Header" else block["c"] if block["t"] in {"Para", "Plain"} else []
        mark = part.marks.get(mark_key(inlines[-1])) if inlines else None
        if not isinstance(mark, BlockIdMark):
            out.append(block)
            continue
        target = Target(part.path, "block", id=mark.id.lower())
        if stands_alone(block):
            if out:
                out[-1] = {**div([out[-1]]), "targets": [target]}
            continue
        inlines.pop()
        _strip_end(inlines)
        if block["t"] == "Header":
            block.setdefault("targets", []).append(target)
        else:
            inlines.insert(0, {**span([], attr("", ["anchor"])), "targets": [target]})
        out.append(block)
    return out


def _strip_end(inlines: list[Inline]) -> None:
    while inlines and inlines[-1]["t"] in _BLANKS:
        inlines.pop()
