"""What may not stand where it was written is moved out: blocks out of paragraphs, notes out of links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convert.link.linking import Linking, Part, as_block
from convert.nodes import Block, Inline, Node, child_lists, has_class, lists, rewrite

_BLANKS = frozenset(("Space", "SoftBreak", "LineBreak"))
_WRAPPERS = frozenset(
    ("Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Span", "Link", "Quoted")
)


def run(part: Part, linking: Linking) -> None:
    """Split paragraphs around embedded blocks, and links around marks of footnotes, in all trees of a part."""
    for tree in part.trees():
        rewrite(tree, _split_link)
        for children in lists(tree):
            if any(node["t"] in {"Para", "Plain"} for node in children):
                children[:] = [piece for block in children for piece in _split_paragraph(block)]


def _split_link(node: Node) -> list[Node] | None:
    if node["t"] != "Link" and not (node["t"] == "Span" and has_class(node, "internal-link")):
        return None
    inlines: list[Inline] = node["c"][1]
    _lift(inlines, _is_note)
    return _around(node, _is_note)


def _is_note(node: Node) -> bool:
    return "footnote" in node


def _is_block(node: Node) -> bool:
    return "block" in node


def _lift(inlines: list[Inline], is_cut: Callable[[Node], bool]) -> None:
    """Split everything in the list (emphasis, links) around the cuts in it, so that they stand in the list itself."""
    rewrite(inlines, lambda node: _around(node, is_cut) if node["t"] in _WRAPPERS else None)


def _around(node: Node, is_cut: Callable[[Node], bool]) -> list[Node] | None:
    """The node as pieces before, between and behind the cuts among its children; None if there are none."""
    (children,) = child_lists(node)
    if not any(map(is_cut, children)):
        return None
    out: list[Node] = []
    piece: list[Inline] = []
    for child in [*children, None]:
        if child is not None and not is_cut(child):
            piece.append(child)
            continue
        if any(inline["t"] not in _BLANKS for inline in piece):
            out.append(_with(node, piece))
        else:
            out += piece
        piece = []
        if child is not None:
            out.append(child)
    return out


def _with(node: Node, children: list[Inline]) -> Node:
    content: Any = node["c"]
    if isinstance(content[0], dict):
        return {**node, "c": children}
    return {**node, "c": [content[0], children, *content[2:]]}


def _split_paragraph(block: Block) -> list[Block]:
    if block["t"] not in {"Para", "Plain"}:
        return [block]
    inlines: list[Inline] = block["c"]
    if len(inlines) == 1 and has_class(inlines[0], "placeholder"):
        return [as_block(inlines[0])]
    _lift(inlines, _is_block)
    if not any(map(_is_block, inlines)):
        return [block]
    out: list[Block] = []
    piece: list[Inline] = []
    for node in [*inlines, None]:
        if node is not None and not _is_block(node):
            piece.append(node)
            continue
        while piece and piece[0]["t"] in _BLANKS:
            piece.pop(0)
        while piece and piece[-1]["t"] in _BLANKS:
            piece.pop()
        if piece:
            out += _split_paragraph({"t": block["t"], "c": piece})
        piece = []
        if node is not None:
            out.append(node["block"])
    return out
