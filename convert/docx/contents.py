"""The table of contents of a Word file: a field with its entries filled in, so that no program shows it blank.

The numbers of pages only Word knows. Their fields show a blank until it is told to update them (F9): a field that
asks for it when the file is opened would make Word question its reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from convert.docx import captions
from convert.docx.roles import HEADING_LEVELS, style_id
from convert.docx.wml import bookmark_end, bookmark_start, escaped, field, field_begin, field_end, text_run
from convert.labels import label
from convert.link.document import Document
from convert.link.properties import begins_with
from convert.nodes import Block, Inline, Node, clone, has_class, plain_text, raw_block, raw_inline, rewrite, value

#: What stands under the title, and so before the contents.
_ABOVE: Final = ("byline", "abstract", "properties", "page-break")
_LISTED: Final = {"figures": ("figure",), "tables": ("table",), "both": ("figure", "table")}
_BOOKMARK: Final = "_Toc{:06}"
#: Ids of the bookmarks until they get their final ones: beyond all that pandoc gives, and apart from those of notes.
_FIRST_ID: Final = 800_000


def highest(blocks: Sequence[Block]) -> int:
    """The highest level of the text's headings; 0 if it has none."""
    return min((block["c"][0] for block in _headings(blocks)), default=0)


def add(document: Document, own: list[Block], depth: int, lists: str = "no") -> None:
    """Put contents into the document's blocks, under title, byline, abstract and properties.

    First those of so many levels of headings, counted from the highest that there is (0: none), then the ``lists``
    of captions that the setting ``captions.lists`` asks for. What would be empty is left out. To be done before
    captions get their fields (:mod:`convert.docx.captions`).
    """
    at = int(begins_with(document.title, own))
    while at < len(own) and any(has_class(own[at], name) for name in _ABOVE):
        at += 1
    text = own[at:]
    out = ""
    top = highest(text)
    last = min(top + depth - 1, HEADING_LEVELS)
    entries = []
    bookmarks = _Bookmarks()
    for heading in (h for h in _headings(text) if h["c"][0] <= last):
        words = heading["c"][2]
        entries.append((f"toc-{heading['c'][0]}", _title(words), bookmarks.put(words)))
    if entries:
        # \\u: headings of whatever style; \\z: no numbers on the screen of a browser
        out += _list(entries, f'TOC \\o "{top}-{last}" \\h \\z \\u', label("contents", document.language))
    for kind in _LISTED.get(lists, ()):
        entries = []
        counted = ""
        for caption, mark in captions.captions(text):
            if mark is not None and value(mark, "data-kind") == kind:
                counted = captions.sequence(mark)
                entries.append(("figures-list", _title(caption), bookmarks.put(caption)))
        if entries:
            # what its author counted is in no sequence of Word's, and its list is but text
            instruction = f'TOC \\h \\z \\c "{counted}"' if counted else ""
            out += _list(entries, instruction, label(f"caption.list.{kind}", document.language))
    if out:
        own.insert(at, raw_block("openxml", out))


class _Bookmarks:
    """Bookmarks that contents lead to."""

    def __init__(self) -> None:
        self._count = 0

    def put(self, words: list[Inline]) -> str:
        """One around these words; its name."""
        self._count += 1
        name = _BOOKMARK.format(self._count)
        words.insert(0, raw_inline("openxml", bookmark_start(_FIRST_ID + self._count, name)))
        words.append(raw_inline("openxml", bookmark_end(_FIRST_ID + self._count)))
        return name


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


def _list(entries: Sequence[tuple[str, str, str]], instruction: str, name: str) -> str:
    """A field with its entries: role, text and bookmark of each. Without instruction they are but text."""
    out = [_paragraph("toc-heading", text_run(name))]
    for at, (role, title, bookmark) in enumerate(entries):
        begin = field_begin(instruction) if instruction and not at else ""
        last = at == len(entries) - 1
        end = field_end() if instruction and last else ""
        number = "<w:r><w:tab/></w:r>" + field(f"PAGEREF {bookmark} \\h", " ")
        link = f'<w:hyperlink w:anchor="{escaped(bookmark)}" w:history="1">{text_run(title)}{number}</w:hyperlink>'
        # a line of room before the text
        room = '<w:spacing w:afterLines="100" w:after="360"/>' if last else ""
        out.append(_paragraph(role, begin + link + end, room))
    return "".join(out)


def _paragraph(role: str, inner: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style_id(role)}"/>{properties}</w:pPr>{inner}</w:p>'
