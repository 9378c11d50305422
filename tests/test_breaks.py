"""Where pages end: breaks that the author marks, and those that settings make."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from convert.formats import docx, html, markdown, pdf
from convert.link.document import Document
from convert.settings import Settings
from tests.support.docx import Docx
from tests.support.linked import check, linked, show
from tests.support.pdf import Pdf, squeezed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BREAK = "<div.page-break></div>"


def made(root: Path, text: str, **settings: object) -> Document:
    document = linked(root, {"A.md": text, "B.md": "## 乙\n\n字。\n\n---\n\n字。"}, **settings)
    check(document)
    return document


def pages(document: Document) -> list[str]:
    """The text of each page, without the title, heads and numbers."""
    output = pdf.write(replace(document, print_title=False), Settings(page_size="A6", page_chars=20, page_lines=20))
    assert not output.diagnostics
    read = Pdf(output.data)
    # behind the text come the page's number and, but on the first page, the heads
    return [squeezed(re.split(r"\n(?:A\s|\d+ / \d+)", text)[0]) for text in read.texts]


class TestMarked:
    @pytest.mark.parametrize("mark", ["<!-- pagebreak -->", "<!--pagebreak-->", "<!--  PageBreak -->"])
    def test_a_comment_on_a_line_of_its_own_ends_the_page(self, tmp_path: Path, mark: str) -> None:
        document = made(tmp_path, f"甲\n\n{mark}\n\n乙\n{mark}\n丙\n")
        assert show(document.blocks) == f"<p>甲</p>{BREAK}<p>乙</p>{BREAK}<p>丙</p>"
        assert [page[-1] for page in pages(document)] == ["甲", "乙", "丙"]

    def test_other_comments_and_those_within_a_line_vanish(self, tmp_path: Path) -> None:
        document = made(tmp_path, "甲 <!-- pagebreak --> 乙\n\n<!-- page -->\n\n丙 `<!-- pagebreak -->`\n")
        assert show(document.blocks) == "<p>甲 乙</p><p>丙 <code><!-- pagebreak --></code></p>"
        assert [d.code for d in document.diagnostics] == ["html.removed"]

    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("# 甲\n\n## 乙\n\n# 丙\n", "丙"),
            ("## 甲\n\n### 乙\n\n## 丙\n", "丙"),
            ("# A\n\n文\n\n## 甲\n\n文\n\n## 丙\n", "丙"),
        ],
    )
    def test_the_highest_rank_begins_pages(self, tmp_path: Path, text: str, first: str) -> None:
        shown = show(made(tmp_path, text, breaks="highest").blocks)
        assert shown.count(BREAK) == 1
        assert re.sub("<.*?>", "", shown.partition(BREAK)[2]) == first

    def test_no_page_is_left_empty(self, tmp_path: Path) -> None:
        text = "<!-- pagebreak -->\n\n甲\n\n<!-- pagebreak -->\n\n<!-- pagebreak -->\n\n乙\n\n<!-- pagebreak -->\n"
        document = made(tmp_path, text, title="no")
        assert [page[-1] for page in pages(document)] == ["甲", "乙"]

    def test_behind_the_title_it_makes_a_title_page(self, tmp_path: Path) -> None:
        assert show(made(tmp_path, "<!-- pagebreak -->\n\n甲\n").blocks) == f"{BREAK}<p>甲</p>"

    def test_in_an_embed_and_in_a_callout(self, tmp_path: Path) -> None:
        document = made(tmp_path, "> [!note] 題\n> 甲\n> <!-- pagebreak -->\n> 乙\n\n![[B]]\n", rule="page")
        assert show(document.blocks).count("page-break") == 2
        assert len(pages(document)) == 3

    def test_browsers_show_nothing(self, tmp_path: Path) -> None:
        page = html.write(made(tmp_path, "甲\n\n<!-- pagebreak -->\n\n乙\n"), Settings()).data.decode()
        assert '<div class="page-break"></div>' in page.replace("\n", "")
        assert ".page-break { break-after: page }" in page.partition("@media print")[2]

    def test_markdown_keeps_the_comment(self, tmp_path: Path) -> None:
        text = markdown.write(made(tmp_path, "甲\n\n<!-- pagebreak -->\n\n乙\n", title="no"), Settings()).data.decode()
        assert text == "甲\n\n<!-- pagebreak -->\n\n乙\n"


class TestHeadings:
    TEXT = "前\n\n# 甲\n\n## 乙\n\n字\n\n## 丙\n\n字\n\n# 丁\n\n字\n"

    def test_default_breaks_nowhere(self, tmp_path: Path) -> None:
        assert "page-break" not in show(made(tmp_path, self.TEXT).blocks)

    def test_every_h1_but_the_first(self, tmp_path: Path) -> None:
        found = pages(made(tmp_path, self.TEXT, breaks="h1"))
        assert [page.replace("字", "") for page in found] == ["前甲乙丙", "丁"]

    def test_every_h2_too_but_not_behind_its_h1(self, tmp_path: Path) -> None:
        found = pages(made(tmp_path, self.TEXT, breaks="h2"))
        assert [page.replace("字", "") for page in found] == ["前甲乙", "丙", "丁"]

    def test_a_break_before_the_heading_is_enough(self, tmp_path: Path) -> None:
        blocks = made(tmp_path, "# 甲\n\n字\n\n<!-- pagebreak -->\n\n# 乙\n\n字\n", breaks="h1").blocks
        assert show(blocks).count("page-break") == 1

    def test_headings_of_embeds_count_those_in_callouts_do_not(self, tmp_path: Path) -> None:
        text = "## 甲\n\n字\n\n> [!note] 題\n> ## 中\n\n![[B]]\n"
        assert show(made(tmp_path, text, breaks="h2").blocks).count("page-break") == 0
        assert show(made(tmp_path, "字\n\n## 甲\n\n字\n\n![[B]]\n", breaks="h2").blocks).count("page-break") == 0
        assert show(made(tmp_path, "# 甲\n\n字\n\n![[B]]\n", breaks="h2").blocks).count("page-break") == 1


def test_rules_are_lines_or_breaks(tmp_path: Path) -> None:
    text = "甲\n\n---\n\n乙\n\n> 引\n>\n> ---\n"
    assert show(made(tmp_path, text).blocks).count("<hr>") == 2
    document = made(tmp_path, text, rule="page")
    assert show(document.blocks) == f"<p>甲</p>{BREAK}<p>乙</p><quote><p>引</p><hr></quote>"
    assert len(pages(document)) == 2


def test_word_begins_pages_at_paragraphs_and_tables(tmp_path: Path) -> None:
    table, box = "| 丙 | 丁 |\n|--|--|\n| 1 | 2 |", "> [!note] 戊\n> 字\n> <!-- pagebreak -->"
    text = "\n\n---\n\n".join(["甲", "乙", table, box, ""])
    read = Docx(docx.write(made(tmp_path, text, rule="page"), Settings()).data)
    broken = [mark.getparent().getparent() for mark in read.xml("word/document.xml").iter(f"{W}pageBreakBefore")]
    assert ["".join(p.itertext()) for p in broken] == ["乙", "丙", "戊"]
    assert "kumihan-page" not in read.everything
