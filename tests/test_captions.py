"""Captions of figures and tables: what is one, what it belongs to, its number, and the links that say it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convert.formats import docx, html, markdown, pdf
from convert.link.document import Document
from convert.nodes import plain_text, value, walk
from convert.settings import Settings
from tests.support.docx import Docx
from tests.support.html import Html
from tests.support.linked import check, linked, said, show
from tests.support.pages import png
from tests.support.pdf import Pdf, squeezed

TABLE = "| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n"
FILES: dict[str, str | bytes] = {"a.png": png(), "b.png": png()}


def made(root: Path, text: str, captions: str = "typed", **settings: object) -> Document:
    document = linked(root, {**FILES, "A.md": text}, captions=captions, **settings)
    check(document)
    assert not [diagnostic for diagnostic in document.diagnostics if diagnostic.code != "image.no-alt"]
    return document


def captions(document: Document) -> list[str]:
    """Each caption's text with what it belongs to, in order: ``figure: 図1　題``."""
    found = [node for node in walk(document.blocks) if node["t"] in {"Figure", "Table"} and node["c"][1][1]]
    return [f"{node['t'].lower()}: {plain_text(node['c'][1][1])}" for node in found]


def numbers(document: Document) -> list[str]:
    marks = [node for node in walk(document.blocks) if node["t"] == "Span" and "caption-number" in node["c"][0][1]]
    return [plain_text([mark]) for mark in marks]


class TestTyped:
    @pytest.mark.parametrize(
        "line",
        [
            "図1　売上の推移", "図 1 売上の推移", "図１：売上の推移", "図1. 売上の推移", "図2-1　売上",
            "図２－１　売上", "図A-1　売上", "図1(a)　売上", "【図1】売上", "（図1）売上", "▲図1 売上", "第1図　売上",
            "図1", "写真3　工場", "図表4　売上",
            "Fig. 1: Sales", "Figure 1. Sales", "FIGURE 2 Sales", "**図1** 売上", "*図1　売上*",
            "**図1：**売上", "<center>図1　売上</center>", "図：売上", "図1　はじめの一歩。", "図1　`code`と$x$",
        ],
    )  # fmt: skip
    def test_a_line_that_begins_with_a_number_is_the_caption(self, tmp_path: Path, line: str) -> None:
        plain = re.sub(r"</?center>|[*`$]", "", line)
        assert captions(made(tmp_path, f"前。\n\n![[a.png]]\n\n{line}\n\n後。\n")) == [f"figure: {plain}"]

    @pytest.mark.parametrize(
        "line",
        [
            "図1は売上を示す。", "図1 は売上を示す。", "図1に示す", "図1、図2に示すように", "図1と図2", "図を見よ",
            "Figure 1 shows the sales.", "Table 1 and 2", "図画工作　一年", "図12345　番号", "表紙　題",
            "図1 の値を参照", "図：",
        ],
    )  # fmt: skip
    def test_a_sentence_about_it_is_none(self, tmp_path: Path, line: str) -> None:
        assert not captions(made(tmp_path, f"前。\n\n![[a.png]]\n\n{line}\n"))

    @pytest.mark.parametrize("line", [": 料金", "Table: 料金", "table: 料金", ": 料金 {#tbl-price}"])
    def test_pandocs_syntax_is_for_tables(self, tmp_path: Path, line: str) -> None:
        assert captions(made(tmp_path, f"{TABLE}\n{line}\n")) == ["table: 料金"]
        assert captions(made(tmp_path, f"{line}\n\n{TABLE}")) == ["table: 料金"]
        assert not captions(made(tmp_path, "![[a.png]]\n\n: 料金\n"))

    def test_beside_nothing_it_is_a_paragraph(self, tmp_path: Path) -> None:
        assert not captions(made(tmp_path, f"図1　題\n\n字。\n\n{TABLE}\n字。\n\n表1　題\n"))

    def test_typed_text_stays_as_it_is(self, tmp_path: Path) -> None:
        shown = show(made(tmp_path, "![[a.png]]\n\n図１： **太い** [外](https://e.org)[^1]\n\n[^1]: 注。\n").blocks)
        assert (
            "<plain><span#figure-1.caption-number.typed data-kind=figure data-number=1>図１</span>： "
            "<strong>太い</strong> <a.external-link https://e.org>外</a><span#fnref-1.fnref data-n=1>" in shown
        )

    def test_lines_of_one_paragraph(self, tmp_path: Path) -> None:
        text = "前の文。\n![[a.png]]\n図1　題\n出典：甲\n後の文。\n"
        shown = show(made(tmp_path, text).blocks)
        assert shown.startswith("<p>前の文。</p><figure>")
        assert "</span>　題<br>出典：甲</plain>" in shown
        assert shown.endswith("</figure><p>後の文。</p>")

    def test_a_line_below_that_is_text_stays_text(self, tmp_path: Path) -> None:
        assert show(made(tmp_path, "![[a.png]]\n\n図1　題\n次の文。\n").blocks).endswith("</figure><p>次の文。</p>")

    def test_no_setting_no_captions(self, tmp_path: Path) -> None:
        text = f"![[a.png]]\n\n図1　題\n\n{TABLE}\n: 題\n"
        assert not captions(made(tmp_path, text, "no"))
        assert captions(made(tmp_path, "<figure><img src=a.png><figcaption>題</figcaption></figure>", "no"))


class TestSides:
    @pytest.mark.parametrize(
        ("order", "pairs"),
        [
            ("A1", ["A1"]), ("1A", ["A1"]), ("A1B2", ["A1", "B2"]), ("1A2B", ["A1", "B2"]), ("A1B", ["A1"]),
            ("A1B2C", ["A1", "B2"]), ("1A2", ["A1"]), ("A12", ["A1"]), ("AB1", ["B1"]), ("A1.2B", ["A1", "B2"]),
            ("1.A", []), ("12A", ["A2"]), ("A.1B2", ["B1"]),
        ],
    )  # fmt: skip
    def test_figures(self, tmp_path: Path, order: str, pairs: list[str]) -> None:
        """Letters are pictures, numbers captions, a point is a paragraph."""
        signs = {"A": "![[a.png]]", "B": "![[b.png]]", "C": "![[a.png|c]]", ".": "字。", "1": "図1　題", "2": "図2　題"}
        document = made(tmp_path, "\n\n".join(signs[sign] for sign in order))
        figures = [node for node in walk(document.blocks) if node["t"] == "Figure"]
        names = [document.pictures[image["c"][2][0][8:]].path[0].upper() for f in figures for image in walk(f["c"][2])
                 if image["t"] == "Image"]  # fmt: skip
        typed = [value(mark, "data-number") for mark in walk(figures) if mark["t"] == "Span" and mark["c"][0][1]]
        assert [a + b for a, b in zip(names, typed, strict=True)] == pairs

    def test_between_two_tables_it_is_that_of_the_second(self, tmp_path: Path) -> None:
        document = made(tmp_path, f"{TABLE}\n表1　題\n\n{TABLE}")
        assert [len(node["c"][1][1]) for node in walk(document.blocks) if node["t"] == "Table"] == [0, 1]

    def test_a_picture_of_a_table_has_it_above(self, tmp_path: Path) -> None:
        document = made(tmp_path, f"![[a.png]]\n\n表1　題\n\n字。\n\n{TABLE}\n図1　題\n")
        page = Html(html.write(document, Settings()).data)
        assert [element.tag for element in page.one("figure")] == ["figcaption", "img"]
        assert page.one("caption").get("class") == "below"

    def test_in_callouts_lists_quotes_notes_and_embeds(self, tmp_path: Path) -> None:
        text = (
            "> [!note] 題\n> ![[a.png]]\n> 図1　甲\n\n- 字\n  ![[a.png]]\n  図2　乙\n\n"
            f"> ![[a.png]]\n>\n> 図3　丙\n\n字[^1]。\n\n![[#^t]]\n\n表2　戊\n\n{TABLE}\n^t\n\n"
            "[^1]: 注。\n\n    ![[a.png]]\n\n    図4　丁\n"
        )
        assert captions(made(tmp_path, text)) == [
            "figure: 図1　甲", "figure: 図2　乙", "figure: 図3　丙", "figure: 図4　丁", "table: 表2　戊",
        ]  # fmt: skip

    def test_a_box_in_the_place_of_a_picture_bears_one(self, tmp_path: Path) -> None:
        document = linked(tmp_path, {"A.md": "![[無い.png]]\n\n図1　題\n"})
        assert captions(document) == ["figure: 図1　題"]

    def test_many_in_a_row_take_linear_time(self, tmp_path: Path) -> None:
        document = made(tmp_path, "![[a.png]]\n\n図1　題\n\n" * 1000)
        assert len(captions(document)) == 1000


class TestAltTexts:
    def test_only_by_setting(self, tmp_path: Path) -> None:
        text = "![[a.png|売上の推移|300]]\n\n![推移の*図* $x$](a.png)\n"
        assert not captions(made(tmp_path, text))
        document = made(tmp_path, text, "plain")
        assert captions(document) == ["figure: 売上の推移", "figure: 推移の図 x"]
        assert "<plain>推移の<em>図</em> $x$</plain>" in show(document.blocks)

    @pytest.mark.parametrize("alt", ["image", "frame", "center", "a.png", "a", "200", "https://e.org/x.png", "画像 1",
                                     "Pasted image 20240504172436", "float-left", ""])  # fmt: skip
    def test_what_says_nothing_is_none(self, tmp_path: Path, alt: str) -> None:
        assert not captions(made(tmp_path, f"![[a.png|{alt}]]\n\n![{alt}](a.png)\n", "numbered"))

    def test_a_caption_says_what_a_picture_without_text_shows(self, tmp_path: Path) -> None:
        document = linked(tmp_path, {**FILES, "A.md": "![[a.png]]\n\n図1　売上の**推移**\n\n![[b.png]]\n"})
        assert "<img picture:p1>売上の推移</img>" in show(document.blocks)
        assert said(document) == ["A.md:5:1 image.no-alt"]

    def test_pictures_in_text_have_none(self, tmp_path: Path) -> None:
        assert not captions(
            made(tmp_path, "字の![[a.png|中の絵]]。\n\n| ![[a.png\\|升の絵]] |\n|---|\n| x |\n", "plain")
        )

    def test_notes_in_an_alt_text_stand_in_the_caption(self, tmp_path: Path) -> None:
        document = made(tmp_path, "![売上[^1]の図](a.png)\n\n[^1]: 注。\n", "plain")
        assert "<plain>売上の図<span#fnref-1" in show(document.blocks)


class TestNumbers:
    def test_each_kind_is_counted(self, tmp_path: Path) -> None:
        text = f"![[a.png|甲]]\n\n{TABLE}\n: 乙\n\n![[a.png]]\n\n図：丙\n\n{TABLE}\n![[a.png]]\n"
        assert captions(made(tmp_path, text, "numbered")) == ["figure: 図1　甲", "table: 表1　乙", "figure: 図2　丙"]

    def test_a_kind_that_the_author_counts_is_left_alone(self, tmp_path: Path) -> None:
        text = f"![[a.png]]\n\n図1　甲\n\n![[b.png|乙]]\n\n{TABLE}\n: 丙\n"
        assert captions(made(tmp_path, text, "numbered")) == ["figure: 図1　甲", "figure: 乙", "table: 表1　丙"]

    def test_by_chapter(self, tmp_path: Path) -> None:
        text = "![[a.png|零]]\n\n# 甲\n\n![[a.png|一]]\n\n## 節\n\n![[a.png|二]]\n\n# 乙\n\n> ![[a.png|三]]\n"
        assert numbers(made(tmp_path, text, "numbered", captions_numbers="chapter")) == [
            "図1",
            "図1-1",
            "図1-2",
            "図2-1",
        ]

    @pytest.mark.parametrize(
        ("headings", "wanted"),
        [
            (("第三章 甲", "第十二章 乙"), ["図3-1", "図12-1"]),
            (("はじめに", "2. 乙"), ["図1", "図2-1"]),
            (("付録A 甲", "付録B 乙"), ["図A-1", "図B-1"]),
            (("Ⅱ 甲", "Ⅲ 乙"), ["図II-1", "図III-1"]),
        ],
    )
    def test_chapters_have_the_numbers_that_their_author_gave(
        self, tmp_path: Path, headings: tuple[str, str], wanted: list[str]
    ) -> None:
        text = "".join(f"## {heading}\n\n![[a.png|題の字]]\n\n" for heading in headings)
        assert numbers(made(tmp_path, text, "numbered", captions_numbers="chapter")) == wanted

    def test_the_documents_title_is_no_chapter(self, tmp_path: Path) -> None:
        text = "# A\n\n## 甲\n\n![[a.png|題の字]]\n\n## 乙\n\n![[a.png|題の字]]\n"
        assert numbers(made(tmp_path, text, "numbered", captions_numbers="chapter")) == ["図1-1", "図2-1"]

    def test_english(self, tmp_path: Path) -> None:
        text = f"---\nlang: en\n---\n![[a.png|Sales by year]]\n\n{TABLE}\n: Prices\n"
        assert captions(made(tmp_path, text, "numbered")) == [
            "figure: Figure 1. Sales by year",
            "table: Table 1. Prices",
        ]


class TestReferences:
    def links(self, document: Document) -> list[tuple[str, str]]:
        found = [node for node in walk(document.blocks) if node["t"] == "Link"]
        return [(plain_text([node]), value(node, "data-caption")) for node in found]

    def test_a_link_without_text_says_the_number(self, tmp_path: Path) -> None:
        text = f"[[#^f]]と[[#^t]]と[[#^f|この図]]と[[#^p]]。 ^p\n\n![[a.png|売上の推移]] ^f\n\n{TABLE}\n^t\n\n: 料金\n"
        assert self.links(made(tmp_path, text, "numbered")) == [
            ("図1", "figure-1"), ("表1", "table-1"), ("この図", ""), ("^p", ""),
        ]  # fmt: skip

    def test_an_id_on_the_caption_means_the_figure(self, tmp_path: Path) -> None:
        text = "[[#^f]]\n\n![[a.png]]\n\n【図７】　題 ^f\n"
        assert self.links(made(tmp_path, text)) == [("図７", "figure-7")]

    @pytest.mark.parametrize("line", ["図：題 ^f", "表：題 ^f", ": 題 ^f"])
    @pytest.mark.parametrize("form", ["typed", "numbered"])
    def test_an_id_on_a_caption_without_number_outlives_its_number(self, tmp_path: Path, line: str, form: str) -> None:
        thing = "![[a.png]]\n" if line[0] == "図" else TABLE
        ((text, _),) = self.links(made(tmp_path, f"[[#^f]]\n\n{thing}\n{line}\n", form))
        assert text == (
            line.removesuffix(" ^f").removeprefix(": ") if form == "typed" else f"{line[0].replace(':', '表')}1"
        )

    def test_without_number_it_says_the_caption(self, tmp_path: Path) -> None:
        assert self.links(made(tmp_path, f"[[#^t]]\n\n{TABLE}\n^t\n\n: 料金の**表**\n")) == [("料金の表", "")]

    def test_into_an_embedded_note(self, tmp_path: Path) -> None:
        files: dict[str, str | bytes] = {**FILES, "B.md": "![[a.png|乙の絵]] ^e\n", "A.md": "[[B#^e]]\n\n![[B]]\n"}
        document = linked(tmp_path, files, captions="numbered")
        check(document)
        assert self.links(document) == [("図1", "figure-1")]


PIECES = (
    "![[a.png]]", "![[b.png|題の字]]", "図1　題", "表1 題", "図：題 ^x", "^x", TABLE, "字。", "[[#^x]]", ": 題[^1]",
    "> [!note]\n> ![[a.png]]\n> 図2　中", "![[B]]", "![[B#^y]]", "![[無い.png]]", "- ![[a.png]]\n  図4　題", "図1",
    "<figure><img src=a.png><figcaption>図3 <b>題</b><p>x</p></figcaption></figure>", "# 第一章", "## 節",
    "<table><caption><ul><li>a</li></ul></caption><tr><td>b</td></tr></table>", "**図6** ![[a.png]]",
    "<figure><p></p><figcaption>題</figcaption>", "<table><caption>表9 題</caption><tr><td>b</table>",
    "[![代わりの字](a.png)](https://e.org)", "![[a.png]]\n図5　題\n出典：甲", "![a $x$ [[B]] **b**](a.png)",
    "<center>図8　題</center>", "[^1]: 注\n\n    ![[a.png]]\n\n    図7　題",
)  # fmt: skip


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["typed", "plain", "numbered"]))
def test_whatever_stands_together_makes_a_document(tmp_path: Path, pieces: list[str], mode: str) -> None:
    files = {**FILES, "A.md": "\n\n".join(pieces), "B.md": f"![[a.png|乙の絵]]\n\n表3　題\n\n{TABLE}\n^y\n"}
    document = linked(tmp_path, files, captions=mode, captions_numbers="chapter")
    check(document)
    ids = [
        node["c"][0][0] for node in walk(document.blocks) if node["t"] == "Span" and "data-number" in str(node["c"][0])
    ]
    assert len(ids) == len(set(ids))


class TestFormats:
    TEXT = f"[[#^f]]と[[#^t]]。\n\n![[a.png|売上の推移]] ^f\n\n{TABLE}\n^t\n\n: 料金の表\n"

    def test_paper(self, tmp_path: Path) -> None:
        document = made(tmp_path, self.TEXT, "numbered")
        read = Pdf(pdf.write(document, Settings(captions="numbered", links_pages="yes")).data)
        text = squeezed(read.text())
        assert "図1（p.1）と表1（p.1）。" in text
        assert "表1料金の表甲乙" in text
        assert "図1売上の推移表1料金の表" in text
        caption = next(run for run in read.runs(1) if "売上の推移" in run.text)
        assert (caption.font, caption.size) == ("Kumihan-Gothic", pytest.approx(8.5 / 0.75, abs=0.1))

    def test_other_formats_have_the_captions_once(self, tmp_path: Path) -> None:
        document = made(tmp_path, self.TEXT, "numbered")
        word = " ".join(Docx(docx.write(document, Settings()).data).text.split())
        page = Html(html.write(document, Settings()).data)
        plain = markdown.write(document, Settings()).data.decode()
        assert page.texts("figcaption, caption") == ["図1　売上の推移", "表1　料金の表"]
        for text in (word, plain):
            assert re.sub(r"\s", "", text).count("図1売上の推移") == 1
            assert re.sub(r"\s", "", text).count("表1料金の表") == 1

    def test_a_caption_wider_than_its_table_stays_on_one_line(self, tmp_path: Path) -> None:
        text = f"表1　この題は表の幅よりもずっと長い題の例である[^1]\n\n{TABLE}\n[^1]: 注。\n"
        read = Pdf(pdf.write(made(tmp_path, text), Settings()).data)
        assert read.find("表1")[0].y == pytest.approx(read.find("である")[0].y, abs=3)
        middle = (read.find("甲")[0].x + read.find("乙")[0].x) / 2
        assert read.find("表1")[0].x < middle < read.find("である")[0].x

    @pytest.mark.parametrize("lines", range(8, 20))
    def test_a_caption_is_on_the_page_of_its_figure_or_table(self, tmp_path: Path, lines: int) -> None:
        small = Settings(page_size="A6", page_chars=20, page_lines=20)
        fill = "字。\n\n" * lines
        text = f"{fill}![[c.png]]\n\n図1　絵の題\n\n{fill}表1　表の題\n\n{TABLE}"
        read = Pdf(pdf.write(linked(tmp_path, {"c.png": png(180, 120), "A.md": text}), small).data)
        assert [page for page, _ in read.pictures] == [read.find("絵の題")[0].page]
        assert read.find("表の題")[0].page == read.find("乙")[0].page

    @pytest.mark.parametrize("start", ["> [!note] 箱の題\n> 箱の字。\n>\n> ", "- 箱の題\n  "])
    def test_what_leads_to_a_figure_is_on_its_page(self, tmp_path: Path, start: str) -> None:
        small = Settings(page_size="A6", page_chars=20, page_lines=20)
        text = "字。\n\n" * 9 + "### 章\n\n" + TABLE + "\n" + start + "![[c.png]]\n"
        read = Pdf(pdf.write(linked(tmp_path, {"c.png": png(200, 160), "A.md": text}), small).data)
        assert [page for page, _ in read.pictures] == [2]
        assert read.find("箱の題")[0].page == 2
        assert read.find("乙")[0].page == 1
