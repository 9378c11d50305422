"""Footnotes taken out of the text, so that each format can put them where its readers look.

After :func:`detach` a mark is an empty ``Span .fnref [data-n]`` and each note's blocks stand once
at the end, in ``Div .fn-body [data-n]``. Pandoc writes them there as real blocks: a paragraph or
table inside another paragraph's text would be torn apart by every reader of HTML.
"""

from __future__ import annotations

from convert.nodes import Block, attr, attr_of, div, has_class, value, walk


def detach(blocks: list[Block]) -> None:
    """In place: marks stay, the notes' blocks go to the end in the order of their numbers."""
    bodies: dict[int, Block] = {}
    for node in walk(blocks):
        if node["t"] == "Span" and has_class(node, "fnref"):
            number = value(node, "data-n")
            for note in node["c"][1]:
                if note["t"] == "Note":
                    bodies[int(number)] = div(note["c"], attr("", ["fn-body"], [("data-n", number)]))
            node["c"] = [["", (attr_of(node) or attr())[1], [["data-n", number]]], []]
    blocks += [body for _, body in sorted(bodies.items())]
