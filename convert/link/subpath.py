"""What stands behind the ``#`` of a link: which heading or block of a note it means, and what belongs to that.

Headings are compared on their source text, as Obsidian does (spec: "Subpath").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from convert.compiled import NoteAst, mark_key
from convert.nodes import Block, Node, child_lists, clone, lists, walk
from convert.syntax.prepared import BlockIdMark, Prepared

_STRIPPED = re.compile(r"[!\"#$%&()*+,.:;<=>?@^`{|}~/\[\]\\\n ]+")

_FOOTNOTE_MARK = re.compile(r"\[\^[^\[\]\s]+\]")


class Target(NamedTuple):
    """A place in a note: all of it, the heading with an index, the block with an id in lower case."""

    path: str
    kind: Literal["note", "heading", "block"] = "note"
    heading: int = 0
    id: str = ""


class Missing(NamedTuple):
    """A subpath that names nothing in its note."""

    kind: Literal["heading", "block"]
    name: str


def strip_heading(text: str) -> str:
    """The form of a heading in which links are compared to it."""
    return _STRIPPED.sub(" ", text).strip().lower()


def resolve(path: str, subpath: str, prepared: Prepared) -> Target | Missing:
    """The place in the note ``path`` that a subpath (without its first ``#``) means."""
    parts = [part.strip() for part in subpath.split("#")]
    parts = [part for part in parts if part]
    if not parts:
        return Target(path)
    if parts[-1].startswith("^"):
        id = parts[-1][1:].lower()
        if any(isinstance(mark, BlockIdMark) and mark.id.lower() == id for mark in prepared.marks.values()):
            return Target(path, "block", id=id)
        return Missing("block", parts[-1])
    wanted = [strip_heading(part) for part in parts]
    found, level = 0, 0
    for index, heading in enumerate(prepared.headings):
        if heading.level > level and strip_heading(heading.text) == wanted[found]:
            found, level = found + 1, heading.level
            if found == len(wanted):
                return Target(path, "heading", index)
    return Missing("heading", parts[-1])


def shown(path: str, subpath: str, form: str) -> str:
    """The text of a link that has none of its own; ``form`` is the setting ``links.heading``.

    A footnote's mark in the heading that it names is no part of what a reader sees.
    """
    if not subpath:
        return path
    parts = [part.strip() for part in _FOOTNOTE_MARK.sub("", subpath).split("#") if part.strip()]
    match form:
        case "hash":
            return "#".join([path, *parts]) if path else "#".join(parts)
        case "last":
            return parts[-1] if parts else path
    return " › ".join([path, *parts] if path else parts)


def select(ast: NoteAst, target: Target) -> list[Block] | None:
    """A copy of the blocks that are the target; None if it is where none can be taken out."""
    match target.kind:
        case "note":
            return clone(ast.blocks)
        case "heading":
            return _section(ast.blocks, target.heading)
        case "block":
            return _block(ast, target.id)


def _section(blocks: list[Block], index: int) -> list[Block] | None:
    for children in lists(blocks):
        for at, node in enumerate(children):
            if node.get("heading") == index:
                return _from_heading(children, at)
    return None


def _from_heading(siblings: Sequence[Block], at: int) -> list[Block]:
    level = siblings[at]["c"][0]
    end = at + 1
    while end < len(siblings) and not (siblings[end]["t"] == "Header" and siblings[end]["c"][0] <= level):
        end += 1
    return clone(siblings[at:end])


def _block(ast: NoteAst, id: str) -> list[Block] | None:
    marks = ast.prepared.marks
    keys = {key for key, mark in marks.items() if isinstance(mark, BlockIdMark) and mark.id.lower() == id}
    stack = [ast.blocks, *ast.footnotes.values()][::-1]
    while stack:
        children = stack.pop()
        for at, node in enumerate(children):
            found = _named(node, children[:at], keys)
            if found is None:
                continue
            if node["t"] == "Header":
                return _from_heading(children, at)
            return found or None
        below = [deeper for node in children if node["t"] != "BlockQuote" for deeper in child_lists(node)]
        stack += reversed(below)
    return None


def _named(node: Block, before: Sequence[Block], keys: set[str]) -> list[Block] | None:
    """A copy of what a block id in this block names; None if there is none in it."""
    match node["t"]:
        case "BlockQuote":
            # A part of a quote has no id of its own: one at its end is that of the whole.
            return clone([node]) if any(_carries(inner, keys) for inner in walk(node["c"])) else None
        case "BulletList":
            for item in node["c"]:
                if item and _carries(item[0], keys):
                    return [{"t": "BulletList", "c": [clone(item)]}]
        case "OrderedList":
            (start, style, delimiter), items = node["c"]
            for number, item in enumerate(items, start):
                if item and _carries(item[0], keys):
                    return [{"t": "OrderedList", "c": [[number, style, delimiter], [clone(item)]]}]
        case _ if _carries(node, keys):
            return clone(before[-1:]) if stands_alone(node) else clone([node])
    return None


def _carries(node: Node, keys: set[str]) -> bool:
    """Whether one of the marks is in the text of the block itself."""
    if node["t"] not in {"Para", "Plain", "Header"}:
        return False
    return any(inline["t"] == "Image" and mark_key(inline) in keys for text in child_lists(node) for inline in text)


def stands_alone(block: Block) -> bool:
    """Whether a paragraph that carries a block id has nothing else in it, and so means the block before it."""
    return block["t"] in {"Para", "Plain"} and len(block["c"]) == 1
