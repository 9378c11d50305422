"""Fences that are pictures: Mermaid's diagrams are drawn."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from convert import mermaid
from convert.diagnostics import Code
from convert.labels import label
from convert.link.document import Picture
from convert.link.linking import Linking, Part, as_block, place_of
from convert.nodes import Block, Node, has_class, image, para, rewrite, words


def run(part: Part, linking: Linking) -> None:
    """Draw the part's Mermaid fences; one that cannot be drawn is its source in a labelled box."""
    if linking.settings.mermaid == "show":
        return

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "CodeBlock" or not has_class(node, "mermaid") or "boxed" in node:
            return None
        return [_figure(node, part, linking)]

    for tree in part.trees():
        rewrite(tree, change)


def _figure(fence: Block, part: Part, linking: Linking) -> Block:
    source: str = fence["c"][1]
    if linking.settings.mermaid == "draw":
        try:
            drawing = mermaid.draw(source, linking.language)
        except mermaid.MermaidError as error:
            linking.report(Code.MERMAID_FAILED, f"the diagram cannot be drawn: {error}", part.path, place_of(fence))
        else:
            name = f"mermaid-{sha256(drawing).hexdigest()[:16]}.svg"
            key = linking.picture_key(Picture(Path(), name, "image/svg+xml", drawing, source))
            alt = mermaid.title(drawing)
            if not alt:
                message = "no title says what the diagram shows: write a line such as `accTitle: Sales by year` into it"
                linking.report(Code.IMAGE_NO_ALT, message, part.path, place_of(fence))
                alt = label("placeholder.mermaid", linking.language)
            return para([image(words(alt), f"picture:{key}")])
    box = as_block(linking.placeholder("mermaid"))
    fence["boxed"] = True  # done with, also for the note that embeds this one
    box["c"][1].append(fence)
    return box
