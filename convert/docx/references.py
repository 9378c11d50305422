"""Links to headings that say the heading's own words: Word's cross-references (REF), which follow when it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from convert.docx.captions import page_of
from convert.docx.roles import style_id
from convert.docx.wml import bookmark_end, bookmark_start, field
from convert.nodes import Block, Inline, Node, has_class, plain_text, raw_inline, rewrite, walk

_BOOKMARK: Final = "_RefHeading{:06}"
#: Ids of the bookmarks until they get their final ones: beyond all that pandoc gives, apart from those of other things.
_FIRST_ID: Final = 600_000
#: What a reference would repeat beside the words, or what no field holds.
_MORE: Final = frozenset(("Note", "Image", "Math", "Link", "LineBreak"))
_MARKED: Final = ("ruby", "fnref", "insertion", "deletion", "comment-start", "comment-end")


def fill(blocks: list[Block], page: str = "") -> None:
    """Fields in the place of such links, in place.

    ``page`` is what stands behind a reference, with ``{page}`` for the page of what it leads to.
    """
    headings = {
        f"#{node['c'][1][0]}": node for node in walk(blocks) if node["t"] == "Header" and _only_words(node["c"][2])
    }
    bookmarks: dict[str, int] = {}

    def refer(node: Inline) -> list[Inline] | None:
        if node["t"] != "Link" or node["c"][2][0] not in headings or node["c"][0][0] or not _only_words(node["c"][1]):
            return None
        address, said = node["c"][2][0], plain_text(node["c"][1])
        words = headings[address]["c"][2]
        if not said or said != plain_text(words[_start(words) :]):
            return None
        name = _BOOKMARK.format(bookmarks.setdefault(address, len(bookmarks) + 1))
        # it keeps the look of a link when Word writes it anew
        look = f'<w:rPr><w:rStyle w:val="{style_id("link")}"/></w:rPr>'
        reference = field(f"REF {name} \\h \\* MERGEFORMAT", said, look)
        return [raw_inline("openxml", reference + (page_of(name, page) if page else ""))]

    rewrite(blocks, refer)
    for address, place in bookmarks.items():
        words = headings[address]["c"][2]
        words.insert(_start(words), raw_inline("openxml", bookmark_start(_FIRST_ID + place, _BOOKMARK.format(place))))
        words.append(raw_inline("openxml", bookmark_end(_FIRST_ID + place)))


def _start(words: Sequence[Node]) -> int:
    """Where a heading's own words begin, behind the number that it was given."""
    return next((at + 1 for at, node in enumerate(words) if has_class(node, "heading-number")), 0)


def _only_words(words: list[Inline]) -> bool:
    return not any(node["t"] in _MORE or any(has_class(node, name) for name in _MARKED) for node in walk(words))
