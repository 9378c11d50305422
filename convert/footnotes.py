"""Footnotes taken out of the text, so that each format can put them where its readers look.

After :func:`detach` a mark is an empty ``Span .fnref [data-n]`` and each note's blocks stand once
at the end, in ``Div .fn-body [data-n]``. Pandoc writes them there as real blocks: a paragraph or
table inside another paragraph's text would be torn apart by every reader of HTML.
"""

from __future__ import annotations

import marshal

from convert.nodes import Block, Node, child_lists, div, walk

#: quotes, lists, divs within each other beyond this are opened: engines recurse, paper has no room
MAX_NESTING = 24

_BLOCKS = {"BlockQuote", "Div", "BulletList", "OrderedList", "DefinitionList", "Figure", "Table"}
_INLINES = {"Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Quoted", "Cite",
            "Span", "Link"}  # fmt: skip


def copy(blocks: list[Block]) -> list[Block]:
    """A deep copy in which no two nodes are one, bounded in depth: what is nested deeper stays, its frames go."""
    try:
        copied: list[Block] = marshal.loads(marshal.dumps(blocks, 2))  # noqa: S302 (our own bytes; twenty times deepcopy)
    except ValueError:  # deeper than marshal goes
        copied = _copied(blocks)
    _flatten(copied)
    return copied


def _copied(value: list[Node]) -> list[Node]:
    root: list[Node] = []
    stack: list[tuple[object, object]] = [(value, root)]
    while stack:
        source, target = stack.pop()
        items = source.items() if isinstance(source, dict) else enumerate(source)  # type: ignore[arg-type]
        for key, item in items:
            new: object = {} if isinstance(item, dict) else [] if isinstance(item, list) else item
            if isinstance(target, dict):
                target[key] = new
            else:
                target.append(new)  # type: ignore[attr-defined]
            if isinstance(item, dict | list):
                stack.append((item, new))
    return root


def _flatten(blocks: list[Block]) -> None:
    """In place: a frame more than :data:`MAX_NESTING` deep is replaced by what it holds."""
    stack = [(blocks, 0, 0)]
    while stack:
        nodes, depth, inline_depth = stack.pop()
        if depth > MAX_NESTING or inline_depth > MAX_NESTING:
            nodes[:] = _opened(nodes)
        for node in nodes:
            outer = depth + (node["t"] in _BLOCKS)
            inner = inline_depth + (node["t"] in _INLINES)
            stack += [(children, outer, inner) for children in child_lists(node)]


def _opened(nodes: list[Node]) -> list[Node]:
    """The nodes with every frame replaced by its content, in order."""
    out: list[Node] = []
    stack = [iter(nodes)]
    while stack:
        for node in stack[-1]:
            if node["t"] in _BLOCKS or (node["t"] in _INLINES and "fnref" not in _classes(node)):
                stack.append(iter([child for children in child_lists(node) for child in children]))
                break
            out.append(node)
        else:
            stack.pop()
    return out


def _classes(node: Node) -> list[str]:
    return node["c"][0][1] if node["t"] in ("Span", "Link") else []


def detach(blocks: list[Block]) -> None:
    """In place: marks stay, the notes' blocks go to the end in the order of their numbers."""
    bodies: list[tuple[int, Block]] = []
    for node in walk(blocks):
        if node["t"] == "Span" and "fnref" in node["c"][0][1]:
            number = next(str(value) for key, value in node["c"][0][2] if key == "data-n")
            bodies += [
                (int(number), div(note["c"], ["", ["fn-body"], [["data-n", number]]]))
                for note in node["c"][1]
                if note["t"] == "Note"
            ]
            node["c"] = [["", node["c"][0][1], [["data-n", number]]], []]
    blocks += [body for _, body in sorted(bodies, key=lambda pair: pair[0])]
