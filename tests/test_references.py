"""References to places in the same document: pages behind links, and numbers before headings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convert.formats import docx, html, markdown, pdf
from convert.link.numbering import carries_number
from convert.nodes import plain_text, walk
from convert.settings import Settings
from tests.support.docx import Docx
from tests.support.html import Html
from tests.support.linked import linked
from tests.support.pdf import Pdf, squeezed

SMALL = {"page_size": "A6", "page_chars": 20, "page_lines": 20}
FILL = "行の字。" * 120


def printed(root: Path, files: dict[str, str | bytes], **settings: object) -> Pdf:
    output = pdf.write(linked(root, files, **settings), Settings(**SMALL, **settings))  # type: ignore[arg-type]
    assert not output.diagnostics
    return Pdf(output.data)


class TestPages:
    def test_a_link_to_a_heading_block_or_embed_has_its_page_behind_it(self, tmp_path: Path) -> None:
        source = (
            f"[[#後の章]]と[[#^a]]と[[B]]と[外](https://example.org)と[[C]]。\n\n{FILL}\n\n"
            f"## 後の章\n\n字。 ^a\n\n{FILL}\n\n![[B]]\n"
        )
        read = printed(tmp_path, {"A.md": source, "B.md": "乙の字。", "C.md": "無い。"}, links_pages="yes")
        shown = re.findall(r"（p\.(\d+)）", squeezed(read.text(1)))
        pages = [read.find(text)[-1].page for text in ("後の章", "字。", "乙の字")]
        assert [int(number) for number in shown] == [read.outline[1].page, read.outline[1].page, pages[2]]
        assert len(set(shown)) == 2

    def test_form_follows_the_language(self, tmp_path: Path) -> None:
        source = f"---\nlang: en\n---\nSee [[#Last]].\n\n{FILL}\n\n## Last\n\nWords.\n"
        read = printed(tmp_path, {"A.md": source}, links_pages="yes")
        assert f"Last (p. {read.outline[1].page})" in read.text(1).replace("\n", " ")

    def test_default_has_none(self, tmp_path: Path) -> None:
        assert "（p." not in printed(tmp_path, {"A.md": "[[#章]]\n\n## 章\n\n字。"}).text()

    def test_footnotes_and_contents_have_none(self, tmp_path: Path) -> None:
        source = "字[^1]。\n\n## 章\n\n字。\n\n[^1]: [[#章]]の注。\n"
        text = squeezed(printed(tmp_path, {"A.md": source}, links_pages="yes", contents="2").text())
        assert text.count("（p.1）") == 1
        assert "章（p.1）の注" in text


class TestNumbering:
    def headings(self, root: Path, text: str, numbering: str = "official", **settings: object) -> list[str]:
        blocks = linked(root, {"A.md": text, "B.md": "# 乙\n\n字"}, numbering=numbering, **settings).blocks
        return [plain_text(node["c"][2]) for node in walk(blocks) if node["t"] == "Header"]

    def test_official_style_by_rank(self, tmp_path: Path) -> None:
        text = "".join(f"{'#' * n} {'甲乙丙丁戊己'[n - 1]}\n\n" for n in (1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 3, 1, 2))
        assert self.headings(tmp_path, text) == [
            "第1節　甲", "1　乙", "（1）　丙", "ア　丁", "（ア）　戊", "a　己", "（イ）　戊", "イ　丁", "（2）　丙",
            "2　乙", "（1）　丙", "第2節　甲", "1　乙",
        ]  # fmt: skip

    def test_decimal_style(self, tmp_path: Path) -> None:
        assert self.headings(tmp_path, "# k\n\n## b\n\n## c\n\n# d\n\n### e\n", "decimal") == [
            "1　k", "1.1　b", "1.2　c", "2　d", "2.1.1　e",
        ]  # fmt: skip

    def test_ranks_count_from_the_highest_and_the_title_has_none(self, tmp_path: Path) -> None:
        assert self.headings(tmp_path, "# A\n\n## 甲\n\n### 乙\n") == ["A", "第1節　甲", "1　乙"]

    def test_a_rank_with_numbers_of_its_own_gets_none(self, tmp_path: Path) -> None:
        text = "# 第一章 甲\n\n## 乙\n\n# はじめに\n\n## 丙\n"
        assert self.headings(tmp_path, text) == ["第一章 甲", "1　乙", "はじめに", "1　丙"]

    def test_embeds_are_counted_callouts_are_not(self, tmp_path: Path) -> None:
        text = "## 甲\n\n> [!note] 題\n> ## 中\n\n![[B]]\n\n## 丁\n"
        assert self.headings(tmp_path, text) == ["第1節　甲", "中", "1　乙", "第2節　丁"]

    def test_default_numbers_nothing(self, tmp_path: Path) -> None:
        assert self.headings(tmp_path, "# 甲\n", "no") == ["甲"]

    def test_links_and_ids_stay(self, tmp_path: Path) -> None:
        plain, numbered = (
            linked(tmp_path, {"A.md": "## 甲\n\n[[#甲]]\n"}, numbering=form).blocks for form in ("no", "official")
        )
        assert numbered[0]["c"][1] == plain[0]["c"][1]
        assert numbered[1] == plain[1]

    def test_every_format_prints_the_numbers(self, tmp_path: Path) -> None:
        document = linked(tmp_path, {"A.md": "## 甲\n\n字\n"}, numbering="official")
        read = Pdf(pdf.write(document, Settings(contents="1")).data)
        assert [heading.title for heading in read.outline] == ["A", "第1節　甲"]
        assert squeezed(read.text()).count("第1節") == 2
        assert (2, "第1節　甲") in Docx(docx.write(document, Settings()).data).headings
        assert Html(html.write(document, Settings()).data).texts("h2") == ["第1節　甲"]
        assert "## 第1節　甲" in markdown.write(document, Settings()).data.decode()


@pytest.mark.parametrize(
    "text",
    [
        "第1節 甲", "第二章　甲", "第３回例会", "1 甲", "1　甲", "1. 甲", "1.2 甲", "1.2.3　甲", "１．甲",
        "2) 甲", "(1) 甲", "（1）甲", "（２）　甲", "（一）甲", "一、甲", "一　甲", "ア 甲", "ア　甲", "(ア)甲",
        "（ア） 甲", "①甲", "⑴ 甲", "Ⅱ 甲", "II. 甲", "A. 甲", "a) 甲", "§3 甲", "Chapter 2", "Appendix A",
        "付録1 甲", "別紙２", "12",
    ],
)  # fmt: skip
def test_numbers_that_authors_give_are_seen(text: str) -> None:
    assert carries_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "甲", "はじめに", "2024年の動向", "2024 年度", "5Gの推進", "3つの柱", "10 月の例会", "3.5インチ",
        "一般論", "一つの例", "アプリの話", "ア行", "A案について", "I am", "Introduction", "Ivory", "(注)",
        "（案）", "付録", "Part of it", "十分な量",
    ],
)  # fmt: skip
def test_words_are_not_taken_for_numbers(text: str) -> None:
    assert not carries_number(text)
