"""CriticMarkup: changes carried out, undone or kept for the reader to see; comments left out or anchored.

First of all passes, so that what is deleted is opened, numbered and reported by none of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from convert.compiled import mark_key
from convert.link.document import Comment
from convert.link.linking import Linking, Part
from convert.nodes import Block, Inline, Node, attr, child_lists, has_class, lists, rewrite, span, value
from convert.syntax.prepared import BlockIdMark, CriticMark, EmbedMark, FootnoteRefMark, MathMark

_BREAKS: Final = frozenset(("SoftBreak", "LineBreak"))
_BLANKS: Final = frozenset(("Space", *_BREAKS))
_TEXTS: Final = frozenset(("Para", "Plain", "Header"))
_SHOWN: Final = (CriticMark, EmbedMark, FootnoteRefMark, MathMark)
_LISTS: Final = ("BulletList", "OrderedList")
#: What goes with its last content; cells, definitions and notes stay, empty.
_GOES: Final = frozenset(
    ("Para", "Plain", "Header", "BulletList", "OrderedList", "BlockQuote", "Div", "Span", "Link", "Emph", "Strong",
     "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Quoted")
)  # fmt: skip


def run(part: Part, linking: Linking) -> None:
    """Turn the ranges of a part into what the setting ``changes`` says."""
    # of what the note holds only this part counts: it may be one line, embedded again and again
    pictures = (node for node in part.nodes() if node["t"] == "Image")
    if not any(isinstance(part.marks.get(mark_key(node)), CriticMark) for node in pictures):
        return
    linking.revised = True
    view = linking.settings.changes
    shown = view in ("show", "track")

    def change(node: Node) -> list[Node] | None:
        mark = part.marks.get(mark_key(node)) if node["t"] == "Image" else None
        if not isinstance(mark, CriticMark):
            return None
        inside: list[Inline] = node["c"][1]
        author, date = mark.author or linking.author, mark.time or linking.date
        match mark.kind:
            case "comment":
                return [{**span([]), "comment": Comment(author, date, mark.text)}] if shown else [_gone()]
            case "highlight":
                return [{**span(inside, attr("", ["mark"])), "range": True}]
        if shown:
            pairs = [("data-author", author), *([("data-date", date)] if date else [])]
            return [{**span(inside, attr("", [mark.kind], pairs)), "range": True}]
        return inside if (mark.kind == "insertion") == (view == "accept") else [_gone()]

    for tree in part.trees():
        rewrite(tree, change)
        if shown:
            _move_lone_comments(tree, part)
        rewrite(tree, _without_gone)
        _strip(tree)
        for inlines in reversed(list(lists(tree))):  # what is within first: its frame may go
            if any("comment" in node for node in inlines):
                inlines[:] = _anchored(inlines, linking)


# What is deleted


def _gone() -> Inline:
    """Stands for what was deleted until nothing is left of what held only that."""
    return {"t": "Str", "c": "", "gone": True}


def _without_gone(node: Node) -> list[Node] | None:
    if node["t"] == "Image":
        return None
    found = False
    headless = set()
    for children in child_lists(node):
        if any("gone" in child for child in children):
            found = True
            if "gone" in children[0]:
                headless.add(id(children))
            _strip(children)
    if node["t"] in _LISTS and found:
        items = _items(node)
        items[:] = _adopted([item for item in items if item], headless)
        return None if items else [_gone()]
    if found and node["t"] in _GOES and all(child["t"] in _BLANKS for below in child_lists(node) for child in below):
        return [_gone()]
    return None


def _items(node: Block) -> list[list[Block]]:
    found: list[list[Block]] = node["c"] if node["t"] == "BulletList" else node["c"][1]
    return found


def _adopted(items: list[list[Block]], headless: set[int]) -> list[list[Block]]:
    """The items without the ``headless`` that only have lists left: these go to the item before, as in Word.

    ``headless`` are the identities of items whose first block is gone.
    """
    out: list[list[Block]] = []
    for item in items:
        if id(item) not in headless or any(block["t"] not in _LISTS for block in item):
            out.append(item)
        elif not out:
            out += [each for block in item for each in _items(block)]
        elif out[-1][-1]["t"] == item[0]["t"]:
            _items(out[-1][-1]).extend(_items(item[0]))
            out[-1] += item[1:]
        else:
            out[-1] += item
    return out


def _strip(children: list[Node]) -> None:
    """Take out what is gone; the break of a line that held nothing else goes along."""
    out: list[Node] = []
    for at, child in enumerate(children):
        if "gone" not in child:
            out.append(child)
            continue
        behind = children[at + 1] if at + 1 < len(children) else None
        if out and out[-1]["t"] in _BREAKS and (behind is None or behind["t"] in _BREAKS):
            out.pop()
    children[:] = out


# Comments


def _move_lone_comments(tree: list[Block], part: Part) -> None:
    """A paragraph of comments only is about the paragraph before it, else about the one behind it."""
    texts = list(_texts(tree))
    lone = [all("comment" in node or node["t"] in _BLANKS for node in inlines) for inlines in texts]
    before: list[Inline] | None = None
    about: dict[int, list[Inline]] = {}
    for at, inlines in enumerate(texts):
        if not lone[at]:
            before = inlines
        elif any("comment" in node for node in inlines):
            target = before
            if target is None:
                target = next((texts[i] for i in range(at, len(texts)) if not lone[i]), None)
            if target is not None:
                about[at] = target
    for at, target in about.items():
        comments = [node for node in texts[at] if "comment" in node]
        texts[at][:] = [_gone()]
        first = len(list(takewhile(lambda node: _opens(node, part), target)))
        last = len(target)
        while last > first and isinstance(part.marks.get(mark_key(target[last - 1])), BlockIdMark):
            last -= 1
        covered = target[first:last]
        if covered and "range" in covered[0] and all("comment" in node for node in covered[1:]):  # as it stands
            target[last:last] = comments
        else:
            target[first:last] = [{**span(covered), "range": True}, *comments]


def _texts(tree: list[Block]) -> Iterator[list[Inline]]:
    """The inlines of each paragraph and heading, in the order of the text."""
    stack = [iter(tree)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif node["t"] in _TEXTS:
            yield from child_lists(node)
        else:
            stack.append(iter([child for below in child_lists(node) for child in below]))


def _opens(node: Inline, part: Part) -> bool:
    """Whether it must stay first in its paragraph: the mark of a callout's title, a task's box."""
    return node["t"] == "Image" and bool(mark_key(node)) and not isinstance(part.marks.get(mark_key(node)), _SHOWN)


def _anchored(inlines: list[Inline], linking: Linking) -> list[Inline]:
    """Comments around the range right before them, or where they stand; further ones in a row answer the first."""
    out: list[Inline] = []
    thread: list[str] = []
    for node in inlines:
        if "comment" not in node:
            out.append(node)
            thread = []
            continue
        key = linking.add_comment(node["comment"], thread[0] if thread else "")
        pairs = [("data-comment", key)]
        if thread:
            at = next(i for i in reversed(range(len(out))) if _begins(out[i], thread[-1])) + 1
        else:
            at = len(out) - bool(out and "range" in out[-1])
        out.insert(at, span([], attr("", ["comment-start"], pairs)))
        out.append(span([], attr("", ["comment-end"], pairs)))
        thread.append(key)
    return [each for node in out for each in (node["c"][1] if _is_frame(node) else [node])]


def _is_frame(node: Inline) -> bool:
    return "range" in node and bool(node["c"][0] == attr())


def _begins(node: Inline, key: str) -> bool:
    return has_class(node, "comment-start") and value(node, "data-comment") == key
