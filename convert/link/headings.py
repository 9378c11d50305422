"""Headings of embedded notes take their place below the heading that the embed stands under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convert.nodes import Block, Node, child_lists, has_class

LOWEST = 6


def is_frame(block: Block) -> bool:
    """Whether it holds a stretch of the text itself: an embed, or a block that links lead to."""
    return has_class(block, "internal-embed") or (block["t"] == "Div" and has_class(block, "block"))


def shift(blocks: Sequence[Block], above: int = 0) -> None:
    """Shift the headings of each embed so that its highest stands one below the heading above it.

    ``above`` is the level of that heading, 0 if there is none: then the embed's own levels stay.
    """
    for node in _own(blocks):
        if node["t"] == "Header":
            above = node["c"][0]
        else:
            inside = node["c"][1]
            headings = [inner for inner in _own(inside) if inner["t"] == "Header"]
            if above and headings:
                by = above + 1 - min(heading["c"][0] for heading in headings)
                for heading in headings:
                    heading["c"][0] = min(LOWEST, heading["c"][0] + by)
            shift(inside, above)


def _own(blocks: Sequence[Block]) -> Iterator[Node]:
    """Headings and embeds in document order, not those within the embeds."""
    stack: list[Iterator[Node]] = [iter(blocks)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif node["t"] == "Header" or has_class(node, "internal-embed"):
            yield node
        else:
            stack.append(iter([below for children in child_lists(node) for below in children]))
