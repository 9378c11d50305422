"""Tables in all formats: alignment, widths by East Asian width, heads, smaller type, landscape pages, notes."""

from __future__ import annotations

from dataclasses import replace

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert import measure
from convert.docx.lint import lint
from convert.docx.wml import q
from convert.formats import docx, html, pdf
from convert.measure import Needs
from convert.settings import Settings
from tests.support.docx import NAMES, Docx
from tests.support.pages import document
from tests.support.pdf import Pdf

SETTINGS = Settings()
SHRINK = replace(SETTINGS, tables_wide="shrink")
COLUMNS = 14


def pipe(*rows, align=None):
    align = align or ["--"] * len(rows[0])
    return "\n".join("| " + " | ".join(row) + " |" for row in (rows[0], align, *rows[1:])) + "\n"


def wide(rows=3, mark=""):
    head = [f"見出し{n}" for n in range(COLUMNS)]
    body = [[f"関東支部東京分会{n}" for n in range(COLUMNS)] for _ in range(rows)]
    body[0][-1] += mark
    return pipe(head, *body)


def printed(content, chosen=SETTINGS):
    output = pdf.write(document(content), chosen)
    return Pdf(output.data), [d.code for d in output.diagnostics]


def word(content, chosen=SETTINGS):
    data = docx.write(document(content), chosen).data
    assert lint(data) == []
    return Docx(data)


def sections(read):
    """Of each section: whether it is landscape, whether its first page has its own head, and what is in it."""
    found, content = [], []
    for block in read.xml("word/document.xml").find(q("body")):
        section = block if block.tag == q("sectPr") else block.find("w:pPr/w:sectPr", NAMES)
        if block.tag != q("sectPr"):
            content.append("table" if block.tag == q("tbl") else "".join(block.itertext()))
        if section is not None:
            size = section.find(q("pgSz"))
            landscape = size.get(q("orient")) == "landscape"
            assert landscape == (int(size.get(q("w"))) > int(size.get(q("h"))))
            found.append(
                (landscape, section.find(q("titlePg")) is not None, [text for text in content if text.strip()])
            )
            content = []
    return found


class TestMeasure:
    @given(
        st.lists(st.tuples(st.floats(4, 400), st.floats(4, 18)), min_size=1, max_size=20),
        st.floats(1, 500),
    )
    def test_all_room_is_shared_and_words_stay_whole_where_they_can(self, columns, room):
        needs = Needs(tuple(max(natural, least) for natural, least in columns), tuple(least for _, least in columns))
        shares = measure.share(needs, room)
        if sum(needs.natural) <= room or sum(needs.least) >= room:
            assert sum(shares) == pytest.approx(room)
        else:
            assert sum(shares) <= room * 1.001
            assert all(share >= least for share, least in zip(shares, needs.least, strict=True))

    def test_a_short_column_keeps_its_line_beside_a_long_one(self):
        needs = measure.needs(2, [(0, 1, ["担当者"]), (1, 1, ["長い説明が続きます。" * 20])])
        short, long = measure.share(needs, 80)
        assert short >= measure.width("担当者")
        assert long > 5 * short

    def test_type_shrinks_before_the_page_is_turned_and_never_below_the_least(self):
        sizes = (9.0, 8.0, 7.0)
        found = [measure.fit(Needs((14.0,) * n, (4.0,) * n), 400, 1.4, sizes, 640) for n in range(1, 25)]
        assert [f.landscape for f in found] == sorted(f.landscape for f in found)
        assert {f.size for f in found} == {9, 8, 7}
        assert found[0] == measure.Fit(9.0)
        assert found[-1] == measure.Fit(7.0, landscape=True)
        assert measure.fit(Needs((14.0,) * 24, (4.0,) * 24), 400, 1.4, sizes) == measure.Fit(7.0)


class TestAlignment:
    TABLE = pipe(["左", "中", "右", "無"], ["a", "b", "c", "d"], align=[":--", ":-:", "--:", "--"])

    def test_html(self):
        root = lxml.html.document_fromstring(html.write(document(self.TABLE), SETTINGS).data.decode())
        for row in ("th", "td"):
            styles = [(cell.get("style") or "").replace(" ", "").rstrip(";") for cell in root.iter(row)]
            assert styles == ["text-align:left", "text-align:center", "text-align:right", ""]

    def test_pdf(self):
        read, _ = printed(
            pipe(["甲の長い見出し", "乙の長い見出し", "丙の長い見出し"], ["a", "b", "c"], align=[":--", ":-:", "--:"])
        )
        heads = [read.find(f"{sign}の長")[0].x for sign in "甲乙丙"]
        offsets = [read.find(letter)[0].x - head for letter, head in zip("abc", heads, strict=True)]
        assert offsets[0] == pytest.approx(0, abs=1)
        assert 20 < offsets[1] < 40 < offsets[2]

    def test_word(self):
        read = word(self.TABLE)
        jc = [p.find("w:pPr/w:jc", NAMES) for p in read.xml("word/document.xml").iterfind(".//w:tc/w:p", NAMES)]
        assert [None if e is None else e.get(q("val")) for e in jc] == ["left", "center", "right", None] * 2


class TestPdf:
    def test_a_wide_table_has_a_landscape_page_with_heads_numbers_and_its_note(self):
        read, codes = printed(f"# 章\n\n前の文。\n\n## 広い節\n\n{wide(40, '[^1]')}\n\n後の文。\n\n[^1]: 表の注。\n")
        assert codes == []
        turned = [width > height for width, height in read.sizes]
        assert turned[0] is False
        assert turned[-1] is False
        assert all(turned[1:-1])
        assert len(turned) >= 4
        assert read.find("前の文")[0].page == 1
        assert read.find("後の文")[0].page == read.pages
        assert [h.page for h in read.outline if h.title == "広い節"] == [2]
        assert read.find("表の注")[0].page == 2
        for number in range(2, read.pages):
            assert "見出し0" in read.text(number)
            assert f"{number} / {read.pages}" in read.text(number)
            assert "広い節" in read.text(number)

    def test_neighbours_share_their_landscape_page(self):
        read, _ = printed(f"前。\n\n{wide()}\n## 次\n\n{wide()}\n\n後。")
        assert [width > height for width, height in read.sizes] == [False, True, False]

    def test_a_title_goes_with_a_table_that_begins_the_text(self):
        assert [width > height for width, height in printed(wide() + "\n後。")[0].sizes] == [True, False]

    def test_shrinking_only(self):
        read, _ = printed(wide(), SHRINK)
        assert [width > height for width, height in read.sizes] == [False]
        sizes = {round(run.size * 0.75, 1) for run in read.runs(1) if "支部" in run.text or "関東" in run.text}
        assert sizes == {7.0}

    @pytest.mark.parametrize("around", ["> [!note] 囲み\n", ""])
    def test_a_table_in_a_box_or_list_stays_where_it_is(self, around):
        prefix = "> " if around else "  "
        table = "".join(f"{prefix}{line}\n" for line in wide().splitlines())
        read, _ = printed((around.replace("[!note] ", "") or "- 点\n\n") + (">\n" if around else "") + table)
        assert [width > height for width, height in read.sizes] == [False]

    def test_landscape_paper_is_not_turned(self):
        read, _ = printed(wide(), replace(SETTINGS, page_size="297mm 210mm"))
        assert all(width > height for width, height in read.sizes)

    def test_a_row_higher_than_a_page_is_printed_whole(self):
        cell = "".join(f"項{n}。" for n in range(1500))
        read, _ = printed(pipe(["番", "文"], ["1", cell], ["2", "終わり"]))
        assert "".join(read.text().split()).count("項1499。") == 1
        assert "終わり" in read.text()


class TestWord:
    def test_a_wide_table_has_a_landscape_section(self):
        read = word(f"# 章\n\n前。\n\n## 広い節\n\n{wide()}\n\n後。\n")
        assert sections(read) == [
            (False, True, ["題", "章", "前。"]),
            (True, False, ["広い節", "table"]),
            (False, False, ["後。"]),
        ]

    def test_at_the_end_no_empty_page_follows(self):
        assert sections(word(f"前。\n\n{wide()}")) == [(False, True, ["題", "前。"]), (True, False, ["table"])]

    def test_a_title_goes_with_a_table_that_begins_the_text(self):
        assert sections(word(wide() + "\n後。")) == [(True, True, ["題", "table"]), (False, False, ["後。"])]

    def test_neighbours_share_a_section(self):
        found = sections(word(f"前。\n\n{wide()}\n## 次\n\n{wide()}\n\n後。"))
        assert [(turned, texts) for turned, _, texts in found] == [
            (False, ["題", "前。"]),
            (True, ["table", "次", "table"]),
            (False, ["後。"]),
        ]

    def test_shrinking_only(self):
        read = word(wide(), SHRINK)
        assert [turned for turned, _, _ in sections(read)] == [False]
        assert {p.style for p in read.paragraphs if "支部" in p.text} == {"Table Text Smallest"}
        assert {p.style for p in read.paragraphs if "見出し" in p.text} == {"Table Heading Smallest"}

    def test_a_table_in_a_list_is_not_turned(self):
        table = "".join(f"  {line}\n" for line in wide().splitlines())
        assert [turned for turned, _, _ in sections(word(f"- 点\n\n{table}"))] == [False]

    def test_head_is_repeated_and_rows_stay_whole(self):
        rows = word(pipe(["頭"], ["短い"], ["長い" * 400])).xml("word/document.xml").findall(".//w:tr", NAMES)
        assert [row.find("w:trPr/w:tblHeader", NAMES) is not None for row in rows] == [True, False, False]
        assert [row.find("w:trPr/w:cantSplit", NAMES) is not None for row in rows] == [True, True, False]
