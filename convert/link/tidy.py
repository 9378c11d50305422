"""What passes leave behind: paragraphs that have become empty, doubled blanks, notes for other passes."""

from __future__ import annotations

from convert.nodes import Block, Node, has_class, lists

_BREAKS = frozenset(("SoftBreak", "LineBreak"))
_PARAGRAPHS = frozenset(("Para", "Plain"))


def run(blocks: list[Block]) -> None:
    """Leave a tree that holds pandoc's own nodes, and nothing else, in the document."""
    for children in reversed(list(lists(blocks))):  # what is within first: it may become empty
        out: list[Node] = []
        for node in children:
            for extra in node.keys() - {"t", "c"}:
                del node[extra]
            if node["t"] in _PARAGRAPHS:
                _trim(node["c"])
                if not node["c"] and (len(children) > 1 or node["t"] == "Para"):
                    continue
            if node["t"] == "Space" and out and out[-1]["t"] in {"Space", *_BREAKS}:
                continue
            if node["t"] == "Str" and not node["c"]:
                continue
            if has_class(node, "callout-content") and not node["c"][1]:
                continue
            out.append(node)
        children[:] = out


def _trim(inlines: list[Node]) -> None:
    """No blank or break begins or ends a paragraph."""
    while inlines and inlines[0]["t"] in {"Space", *_BREAKS}:
        inlines.pop(0)
    while inlines and inlines[-1]["t"] in {"Space", *_BREAKS}:
        inlines.pop()
