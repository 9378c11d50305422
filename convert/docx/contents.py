"""The table of contents of a Word file: a field with its entries filled in, so that no program shows it blank.

The numbers of pages only Word knows. Their fields show a blank until it is told to update them (F9): a field that
asks for it when the file is opened would make Word question its reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from convert.docx.roles import HEADING_LEVELS, style_id
from convert.docx.wml import bookmark_end, bookmark_start, escaped, field, field_begin, field_end, text_run
from convert.labels import label
from convert.link.document import Document
from convert.link.properties import begins_with
from convert.nodes import Block, Node, clone, has_class, plain_text, raw_block, raw_inline, rewrite

#: What stands under the title, and so before the contents.
_ABOVE: Final = ("byline", "abstract", "properties", "page-break")
_BOOKMARK: Final = "_Toc{:06}"
#: Ids of the bookmarks until they get their final ones: beyond all that pandoc gives, and apart from those of notes.
_FIRST_ID: Final = 800_000


def highest(blocks: Sequence[Block]) -> int:
    """The highest level of the text's headings; 0 if it has none."""
    return min((block["c"][0] for block in _headings(blocks)), default=0)


def add(document: Document, own: list[Block], depth: int) -> None:
    """Put the contents of so many levels into the document's blocks, under title, byline and properties.

    The levels count from the highest that the headings have; without headings there are no contents.
    """
    at = int(begins_with(document.title, own))
    while at < len(own) and any(has_class(own[at], name) for name in _ABOVE):
        at += 1
    top = highest(own[at:])
    last = min(top + depth - 1, HEADING_LEVELS)
    entries = []
    for number, heading in enumerate(h for h in _headings(own[at:]) if h["c"][0] <= last):
        name = _BOOKMARK.format(number + 1)
        words = heading["c"][2]
        entries.append((heading["c"][0], _title(words), name))
        words.insert(0, raw_inline("openxml", bookmark_start(_FIRST_ID + number, name)))
        words.append(raw_inline("openxml", bookmark_end(_FIRST_ID + number)))
    if entries:
        own[at:at] = [raw_block("openxml", _contents(entries, f"{top}-{last}", label("contents", document.language)))]


def _headings(blocks: Sequence[Block]) -> Iterator[Node]:
    """The headings of the outline: none in callouts, quotes, lists and tables, as in Obsidian."""
    for block in blocks:
        if block["t"] == "Header":
            yield block
        elif block["t"] == "Div" and not has_class(block, "callout"):
            yield from _headings(block["c"][1])


def _title(words: Sequence[Node]) -> str:
    """A heading without ruby's readings."""
    own = clone(words)
    rewrite(own, lambda node: [] if has_class(node, "rt") else None)
    return " ".join(plain_text(own).split(" ")).strip()


def _contents(entries: Sequence[tuple[int, str, str]], levels: str, name: str) -> str:
    out = [_paragraph("toc-heading", text_run(name))]
    for at, (level, title, bookmark) in enumerate(entries):
        # \u: headings of whatever style; \z: no numbers on the screen of a browser
        begin = field_begin(f'TOC \\o "{levels}" \\h \\z \\u') if not at else ""
        end = field_end() if at == len(entries) - 1 else ""
        number = "<w:r><w:tab/></w:r>" + field(f"PAGEREF {bookmark} \\h", " ")
        link = f'<w:hyperlink w:anchor="{escaped(bookmark)}" w:history="1">{text_run(title)}{number}</w:hyperlink>'
        # a line of room before the text
        room = '<w:spacing w:afterLines="100" w:after="360"/>' if end else ""
        out.append(_paragraph(f"toc-{level}", begin + link + end, room))
    return "".join(out)


def _paragraph(role: str, inner: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style_id(role)}"/>{properties}</w:pPr>{inner}</w:p>'
