"""Pandoc's JSON tree in Python: constructors, and walks that passes are made of.

A node is pandoc's own ``{"t": tag, "c": content}``; an ``Attr`` is ``[id, [class …], [[key, value] …]]``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

Node = dict[str, Any]
Block = Node
Inline = Node
Attr = list[Any]


def attr(id: str = "", classes: Sequence[str] = (), pairs: Sequence[tuple[str, str]] = ()) -> Attr:
    """An ``Attr``."""
    return [id, list(classes), [[k, v] for k, v in pairs]]


def string(text: str) -> Inline:
    """``Str``: no blanks become ``Space`` here; use :func:`words` for a sentence."""
    return {"t": "Str", "c": text}


def words(text: str) -> list[Inline]:
    """Text as pandoc reads it: ``Str`` and ``Space`` in turn (U+3000 is a character, not a blank)."""
    out: list[Inline] = []
    for i, part in enumerate(text.split(" ")):
        if i:
            out.append({"t": "Space"})
        if part:
            out.append(string(part))
    return out


def para(inlines: list[Inline]) -> Block:
    """``Para``."""
    return {"t": "Para", "c": inlines}


def plain(inlines: list[Inline]) -> Block:
    """``Plain``."""
    return {"t": "Plain", "c": inlines}


def div(blocks: list[Block], at: Attr | None = None) -> Block:
    """``Div``."""
    return {"t": "Div", "c": [at or attr(), blocks]}


def span(inlines: list[Inline], at: Attr | None = None) -> Inline:
    """``Span``."""
    return {"t": "Span", "c": [at or attr(), inlines]}


def link(inlines: list[Inline], url: str, at: Attr | None = None, title: str = "") -> Inline:
    """``Link``."""
    return {"t": "Link", "c": [at or attr(), inlines, [url, title]]}


def image(alt: list[Inline], url: str, at: Attr | None = None, title: str = "") -> Inline:
    """``Image``."""
    return {"t": "Image", "c": [at or attr(), alt, [url, title]]}


def raw_block(format: str, text: str) -> Block:
    """``RawBlock``."""
    return {"t": "RawBlock", "c": [format, text]}


def raw_inline(format: str, text: str) -> Inline:
    """``RawInline``."""
    return {"t": "RawInline", "c": [format, text]}


def attr_of(node: Node) -> Attr | None:
    """The node's ``Attr``, if its kind has one."""
    match node["t"]:
        case "Div" | "Span" | "Link" | "Image" | "Code" | "CodeBlock" | "Table" | "Figure":
            return node["c"][0]  # type: ignore[no-any-return]
        case "Header":
            return node["c"][1]  # type: ignore[no-any-return]
    return None


def has_class(node: Node, name: str) -> bool:
    """Whether the node has an ``Attr`` with that class."""
    at = attr_of(node)
    return at is not None and name in at[1]


def value(node: Node, key: str, default: str = "") -> str:
    """The value of a key of the node's ``Attr``."""
    for k, v in (attr_of(node) or attr())[2]:
        if k == key:
            return str(v)
    return default


#: Nodes that hold no others: two of three in a note. Walks pass them without asking.
_LEAVES = frozenset(("Str", "Space", "SoftBreak", "LineBreak", "Code", "Math", "RawInline", "CodeBlock", "RawBlock"))
#: Nodes whose content is a list of nodes, and those whose content has one in the second place.
_LISTS = frozenset(
    (
        *("Plain", "Para", "BlockQuote", "Emph", "Strong", "Underline", "Strikeout"),
        *("Superscript", "Subscript", "SmallCaps", "Note"),
    )
)
_WITH_LISTS = frozenset(("Div", "Span", "Link", "Image", "Quoted", "Cite"))


def child_lists(node: Node) -> Iterator[list[Node]]:
    """Every list of nodes directly below ``node``, block or inline, in document order (notes, cells, captions too).

    The lists are the node's own: a pass may change them in place.
    """
    kind = node["t"]
    if kind in _LISTS:
        return iter((node["c"],))
    if kind in _WITH_LISTS:
        return iter((node["c"][1],))
    if kind in _LEAVES:
        return iter(())
    return _child_lists(node)


def _child_lists(node: Node) -> Iterator[list[Node]]:
    content: Any = node.get("c")
    match node["t"]:
        case "Header":
            yield content[2]
        case "OrderedList":
            yield from content[1]
        case "BulletList" | "LineBlock":
            yield from content
        case "DefinitionList":
            for term, definitions in content:
                yield term
                yield from definitions
        case "Figure":
            caption_short, caption_long = content[1]
            if caption_short:
                yield caption_short
            yield caption_long
            yield content[2]
        case "Table":
            _, (caption_short, caption_long), _, head, bodies, foot = content
            if caption_short:
                yield caption_short
            yield caption_long
            rows = [*head[1]]
            for body in bodies:
                rows += [*body[2], *body[3]]
            for row in [*rows, *foot[1]]:
                for cell in row[1]:
                    yield cell[4]


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """All nodes, each before what it holds, in document order. Don't change lists while walking."""
    stack = [iter(nodes)]
    while stack:
        for node in stack[-1]:
            yield node
            kind = node["t"]
            if kind in _LISTS:
                stack.append(iter(node["c"]))
                break
            if kind not in _LEAVES:
                stack.append(chain.from_iterable(child_lists(node)))
                break
        else:
            stack.pop()


def lists(nodes: list[Node]) -> Iterator[list[Node]]:
    """The list itself and every list below, each before those below it. A list may be changed once it is given."""
    stack = [nodes]
    while stack:
        children = stack.pop()
        yield children
        below = [deeper for node in children if node["t"] not in _LEAVES for deeper in child_lists(node)]
        stack += reversed(below)


#: The lists below a node that has none.
_NOTHING: Iterator[list[Node]] = iter(())


def rewrite(nodes: list[Node], change: Callable[[Node], list[Node] | None]) -> None:
    """Bottom up, in document order and in place: each node is replaced by what ``change`` returns (None: kept)."""
    # How far it is in the list around, in the list around that …: in place of recursion, which has a limit.
    around: list[tuple[list[Node], Iterator[Node], int, list[Node] | None, Node | None, Iterator[list[Node]]]] = []
    rest, at = iter(nodes), 0
    out: list[Node] | None = None  # what the list becomes, if it does not stay as it is
    node, below = None, _NOTHING
    while True:
        if (children := next(below, None)) is not None:
            around.append((nodes, rest, at, out, node, below))
            nodes, rest, at, out = children, iter(children), 0, None
        elif node is not None:
            new = change(node)
            if out is None and new is not None:
                out = nodes[:at]
            if out is not None:
                out += [node] if new is None else new
            at += 1
        node = next(rest, None)
        if node is not None:
            below = _NOTHING if node["t"] in _LEAVES else child_lists(node)
            continue
        if out is not None:
            nodes[:] = out
        if not around:
            return
        nodes, rest, at, out, node, below = around.pop()


def plain_text(nodes: Sequence[Node], *, skip_notes: bool = True) -> str:
    """What a reader sees of the nodes as one string; breaks are blanks; notes, marks, deletions are left out."""
    out: list[str] = []
    stack = [iter(nodes)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            continue
        match node["t"]:
            case "Str":
                out.append(node["c"])
            case "Space" | "SoftBreak" | "LineBreak":
                out.append(" ")
            case "Code" | "Math" | "CodeBlock":
                out.append(node["c"][1])
            case "Note" if skip_notes:
                pass
            case "Span" if skip_notes and ("fnref" in node["c"][0][1] or "deletion" in node["c"][0][1]):
                pass
            case _:
                stack.append(chain.from_iterable(child_lists(node)))
    return "".join(out)


_TEXT_BLOCKS = frozenset(("Plain", "Para", "Header", "CodeBlock", "RawBlock", "HorizontalRule", "LineBlock"))


def flatten(nodes: list[Node], depth: int) -> int:
    """Cut nesting in place to ``depth`` blocks in blocks and ``depth`` inlines in inlines; how many places were cut.

    What is deeper loses its container (quote, list, emphasis, link), never its text. Blocks within
    a note count anew. Without recursion, so that all later passes may recurse.
    """
    cut = 0
    stack = [(nodes, 1)]
    while stack:
        children, level = stack.pop()
        if level == depth and any(map(_holds_same_kind, children)):
            cut += 1
            leaves: list[Node] = []
            _leaves(children, leaves)
            children[:] = leaves
        for node in children:
            deeper = level + 1 if _holds_same_kind(node) else 1
            stack += [(below, deeper) for below in child_lists(node)]
    return cut


def _holds_same_kind(node: Node) -> bool:
    """Whether it is a block that holds blocks or an inline that holds inlines."""
    return node["t"] not in _TEXT_BLOCKS and node["t"] != "Note" and any(child_lists(node))


def _leaves(nodes: list[Node], out: list[Node]) -> None:
    stack = [iter(nodes)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif _holds_same_kind(node):
            stack.append(chain.from_iterable(child_lists(node)))
        else:
            out.append(node)


def clone(nodes: Sequence[Node]) -> list[Node]:
    """A deep copy."""
    copy: list[Node] = json.loads(json.dumps(nodes))
    return copy
