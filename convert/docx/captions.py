"""Captions in Word: numbers that it counts (SEQ), references that follow them (REF), each on its side of the figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from convert.docx.wml import bookmark_end, bookmark_start, field, text_run
from convert.nodes import Block, Inline, clone, has_class, plain_text, raw_inline, rewrite, value, walk, words

_BOOKMARK: Final = "_Ref{:09}"
#: Ids of the bookmarks until they get their final ones: beyond all that pandoc gives, apart from those of other things.
_FIRST_ID: Final = 700_000


def fill(blocks: list[Block], page: str = "") -> None:
    """Fields for the numbers of captions and for references to them, in place.

    A number that the author typed stays as it is, but references follow it too. ``page`` is what stands behind
    a reference, with ``{page}`` for the page of what it leads to.
    """
    bookmarks: dict[str, int] = {}
    last: dict[str, str] = {}
    for mark in _numbers(blocks):
        id, _, pairs = mark["c"][0]
        bookmarks[id] = len(bookmarks) + 1
        pairs.append(["data-label", plain_text(mark["c"][1])])
        if not has_class(mark, "typed"):
            mark["c"][1] = [raw_inline("openxml", _counted(mark, last))]
        start = bookmark_start(_FIRST_ID + bookmarks[id], _BOOKMARK.format(bookmarks[id]))
        inner = [raw_inline("openxml", start), *mark["c"][1]]
        mark["c"][1] = [*inner, raw_inline("openxml", bookmark_end(_FIRST_ID + bookmarks[id]))]

    def refer(node: Inline) -> list[Inline] | None:
        place = bookmarks.get(value(node, "data-caption")) if has_class(node, "caption-reference") else None
        if place is None:
            return None
        name = _BOOKMARK.format(place)
        reference = field(f"REF {name} \\h", plain_text(node["c"][1]))
        return [raw_inline("openxml", reference + (page_of(name, page) if page else ""))]

    rewrite(blocks, refer)


def page_of(bookmark: str, text: str) -> str:
    """The runs of a text with the page of a bookmark for its ``{page}``.

    Only Word knows the page; until it is asked (F9), it is 00, as editors write what is not known yet.
    """
    before, _, after = text.partition("{page}")
    return text_run(before) + field(f"PAGEREF {bookmark} \\h", "00") + text_run(after)


def captions(blocks: list[Block]) -> Iterator[tuple[list[Inline], Inline | None]]:
    """The words of all captions in order, each with its number's mark, if it has one."""
    for node in walk(blocks):
        if node["t"] in ("Figure", "Table") and node["c"][1][1]:
            caption = node["c"][1][1]
            if caption[0]["t"] in ("Plain", "Para"):
                yield caption[0]["c"], next(_numbers(caption), None)


def sequence(mark: Inline) -> str:
    """By what name Word counts captions of this kind; empty if it does not count this one."""
    if has_class(mark, "typed"):
        return ""
    before, _, _ = plain_text(mark["c"][1]).partition(value(mark, "data-number"))
    # the word before the number
    return "".join(before.split()) or value(mark, "data-kind")


def spoken(caption: list[Block]) -> str:
    """A caption's text, with its number as it is now."""
    own = clone(caption)
    rewrite(own, lambda node: words(value(node, "data-label")) if value(node, "data-label") else None)
    return plain_text(own)


def stands_above(bearer: Block) -> bool:
    """Whether the caption of a figure or table stands above it: that of a table, whatever it is in."""
    number = next(_numbers(bearer["c"][1][1]), None)
    kind = value(number, "data-kind") if number else ("table" if bearer["t"] == "Table" else "figure")
    return kind == "table"


def _numbers(blocks: list[Block]) -> Iterator[Inline]:
    for node in walk(blocks):
        if node["t"] == "Span" and has_class(node, "caption-number") and node["c"][0][0]:
            yield node


def _counted(mark: Inline, last: dict[str, str]) -> str:
    """The runs of a number such as 図3 or 図2-1: only its last part is counted, and told where it begins anew."""
    text, number = plain_text(mark["c"][1]), value(mark, "data-number")
    before, _, after = text.partition(number)
    chapter, dash, own = number.rpartition("-")
    name = sequence(mark)
    follows = last.get(name) == f"{chapter}-{int(own) - 1}"
    last[name] = f"{chapter}-{own}"
    anew = "" if follows or (own == "1" and not chapter) else f" \\r {own}"
    counted = field(f"SEQ {name} \\* ARABIC{anew}", own)
    return text_run(before + chapter + dash) + counted + (text_run(after) if after else "")
