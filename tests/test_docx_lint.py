"""Faults that Word stumbles over, put into a good file one by one: each must be found, and nothing in the good one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from convert.docx import package
from convert.docx.lint import lint
from convert.formats.docx import write
from convert.link.document import Document
from convert.nodes import attr, div, link, para, plain, span, string, words
from convert.settings import Settings

Change = Callable[[dict[str, bytes]], None]


@cache
def good() -> bytes:
    note = span([{"t": "Note", "c": [para(words("注の文"))]}], attr("fnref-1", ["fnref"], [("data-n", "1")]))
    again = span([], attr("", ["fnref", "fnref-repeat"], [("data-n", "1")]))
    title = div([plain([span(words("題"), attr("", ["callout-title-inner"]))])], attr("", ["callout-title"]))
    content = div([{"t": "BulletList", "c": [[plain(words("項"))]]}], attr("", ["callout-content"]))
    callout = div([title, content], attr("", ["callout"], [("data-callout", "note")]))
    blocks = [
        {"t": "Header", "c": [1, attr("h"), words("見出し")]},
        para([string("本文"), note, string("と"), again, link(words("上へ"), "#h")]),
        callout,
        callout,
    ]
    return write(Document("n.md", "題", True, "ja", blocks), Settings(docx_profile="handout")).data


def replaced(part: str, old: str, new: str) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        text = parts[part].decode()
        assert old in text
        parts[part] = text.replace(old, new, 1).encode()

    return change


def without(part: str) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        del parts[part]

    return change


BODY, NOTES = "word/document.xml", "word/footnotes.xml"
GAP = '<w:p><w:pPr><w:pStyle w:val="BoxGap"/><w:keepNext/></w:pPr></w:p>'
COMMENTED = '<w:p><w:r><w:commentReference w:id="0"/></w:r></w:p>'
DELETED = '<w:p><w:del w:id="1" w:author="a"><w:r><w:t>x</w:t></w:r></w:del></w:p>'
FAULTS: dict[str, tuple[str, Change]] = {
    "a cell that ends with a table": ("cell.end", replaced(BODY, "</w:tc>", "<w:tbl><w:tr/></w:tbl></w:tc>")),
    "tables that touch": ("table.joined", replaced(BODY, f"</w:tbl>{GAP}", "</w:tbl>")),
    "a mark without a note": ("note.dangling", replaced(NOTES, '<w:footnote w:id="1"', '<w:footnote w:id="7"')),
    "a note without a mark": ("note.unmarked", replaced(BODY, '<w:footnoteReference w:id="1"/>', "")),
    "a note in a note": ("note.nested", replaced(NOTES, "<w:tab/>", '<w:footnoteReference w:id="1"/>')),
    "a link to nowhere": ("bookmark.dangling", replaced(BODY, 'w:anchor="', 'w:anchor="x')),
    "a bookmark without an end": ("bookmark.unpaired", replaced(BODY, '<w:bookmarkEnd w:id="0"/>', "")),
    "one id for two bookmarks": (
        "bookmark.duplicate",
        replaced(BODY, 'w:bookmarkStart w:id="1"', 'w:bookmarkStart w:id="0"'),
    ),
    "a field that refers to nothing": ("field.dangling", replaced(BODY, "NOTEREF _", "NOTEREF x")),
    "a field without an end": ("field.unpaired", replaced(BODY, 'w:fldCharType="end"', 'w:fldCharType="separate"')),
    "a field without a result": ("field.empty", replaced("word/footer1.xml", ">1</w:t>", "></w:t>")),
    "a style that is not there": ("style.unknown", replaced(BODY, 'w:pStyle w:val="', 'w:pStyle w:val="X')),
    "a style based on nothing": (
        "style.unknown",
        replaced("word/styles.xml", '<w:basedOn w:val="', '<w:basedOn w:val="X'),
    ),
    "a list that is not there": ("list.unknown", replaced(BODY, '<w:numId w:val="', '<w:numId w:val="9')),
    "a part that is not there": ("relation.dangling", without("word/theme/theme1.xml")),
    "a relation that is not there": ("relation.unknown", replaced(BODY, 'r:id="rId', 'r:id="rId99')),
    "a part of no type": ("part.untyped", replaced("[Content_Types].xml", "/word/styles.xml", "/word/stylez.xml")),
    "a character that XML lacks": ("xml.invalid", replaced(BODY, "本文", "本\x0b文")),
    "an instruction left over": ("xml.instruction", replaced(BODY, "<w:body>", "<w:body><?kumihan 0?>")),
    "a line end in text": ("text.control", replaced(BODY, "本文", "本\n文")),
    "a link without text": (
        "link.empty",
        replaced(BODY, "<w:body>", '<w:body><w:p><w:hyperlink w:anchor="_Link1"/></w:p>'),
    ),
    "a comment that is not there": ("comment.dangling", replaced(BODY, "<w:body>", f"<w:body>{COMMENTED}")),
    "a comment on a footnote": ("comment.place", replaced(NOTES, "<w:tab/>", '<w:commentReference w:id="0"/>')),
    "a range without an end": (
        "comment.unpaired",
        replaced(BODY, "<w:body>", '<w:body><w:p><w:commentRangeStart w:id="0"/></w:p>'),
    ),
    "deleted text that prints": ("revision.text", replaced(BODY, "<w:body>", f"<w:body>{DELETED}")),
    "two changes with one id": ("revision.duplicate", replaced(BODY, "<w:body>", f"<w:body>{DELETED * 2}")),
    "a change around a link": (
        "revision.link",
        replaced(BODY, "<w:body>", f"<w:body>{DELETED.replace('w:r>', 'w:hyperlink>')}"),
    ),
    "a row wider than its grid": ("table.grid", replaced(BODY, "<w:tcPr>", '<w:tcPr><w:gridSpan w:val="2"/>')),
}


def test_a_good_file_has_no_faults() -> None:
    assert lint(good()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(fault: str) -> None:
    rule, change = FAULTS[fault]
    parts = package.read(good())
    change(parts)
    assert rule in {finding.rule for finding in lint(package.write(parts))}
