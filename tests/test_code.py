"""Code in all formats: its lines, blanks and tabs, colours, numbers, columns, and what stays on one page."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert import code as code_lines
from convert import page as pages
from convert.docx.grid import grid
from convert.docx.sizes import Sizes
from convert.docx.wml import q
from convert.formats import docx, html, pdf
from convert.nodes import Block, attr
from convert.settings import Settings
from tests.support.docx import NAMES, Docx, problems
from tests.support.pages import document, note, text
from tests.support.pdf import Pdf

PLAIN = Settings()
SIZES = Sizes.of(grid(PLAIN))
NUMBERED = replace(Settings(), code_numbers=True)
PYTHON = 'def 挨拶(name):\n    """名前"""\n\treturn name  # 返す\n\n\nx = 1'


def code(text: str, language: str = "") -> Block:
    return {"t": "CodeBlock", "c": [attr(classes=[language] if language else []), text]}


def page(*blocks, chosen=PLAIN):
    return lxml.html.document_fromstring(html.write(document(list(blocks)), chosen).data.decode())


def printed(*blocks, chosen=PLAIN):
    return Pdf(pdf.write(document(list(blocks)), chosen).data)


def word(tmp_path, *blocks, chosen=PLAIN):
    data = docx.write(document(list(blocks)), chosen).data
    file = tmp_path / "a.docx"
    file.write_bytes(data)
    assert problems(file) == []
    return Docx(data)


def lines_of(docx):
    return [p for p in docx.xml("word/document.xml").iter(q("p")) if style(p) == "SourceCode"]


def style(paragraph):
    found = paragraph.find("w:pPr/w:pStyle", NAMES)
    return "" if found is None else found.get(q("val"))


class TestTree:
    @given(st.text("ab \t\n'#(漢", max_size=60), st.sampled_from(["", "python", "js", "yaml"]))
    @settings(max_examples=25, deadline=None)
    def test_every_character_stays_and_every_line_is_one(self, source, language):
        page_ = pages.build(document([code(source, language)]))
        for columns in (0, 80):
            built = deepcopy(page_)
            whole = "".join(next(built.main.iter("pre")).itertext())
            code_lines.set_lines(built, numbers=True, columns=columns)
            (block,) = built.main.iter("pre")
            shown = "".join(block.itertext())
            assert shown == whole if not columns else re.sub(" +", "", shown) == re.sub("[ \t]+", "", whole)
            lines = [e for e in block.iter("span") if e.get("class") == "line"]
            assert "".join("".join(line.itertext()) for line in lines) == shown
            assert all("\n" not in "".join(line.itertext())[:-1] for line in lines)
            assert [line.get("data-line") for line in lines] == [str(n) for n in range(1, len(lines) + 1)]

    def test_highlighting_over_several_lines_is_kept(self):
        built = pages.build(document([code('x = """a\nb\n"""', "python")]))
        code_lines.set_lines(built, numbers=False)
        strings = ["".join(e.itertext()).strip() for e in built.main.iter("span") if e.get("class") in ("st", "co")]
        assert [s for s in strings if s] == ['"""a', "b", '"""']

    @pytest.mark.parametrize(("lines", "whole"), [(12, True), (13, False)])
    def test_short_code_stays_whole(self, lines, whole):
        built = pages.build(document([code("x\n" * (lines - 1) + "x")]))
        code_lines.set_lines(built, numbers=False, columns=80)
        (block,) = built.main.iter("pre")
        assert ("short" in block.get("class", "").split()) is whole


class TestHtml:
    def test_text_is_as_typed_and_numbers_and_marks_are_not_in_it(self):
        root = page(code(PYTHON, "python"), chosen=NUMBERED)
        (block,) = root.xpath("//pre")
        assert block.text_content().rstrip("\n") == PYTHON
        assert [e.get("data-line") for e in block.xpath(".//*[@class='line']")] == list("123456")
        assert {"kw", "co", "dv"} <= set(block.xpath(".//span/@class"))
        assert page(code(PYTHON)).xpath("//pre//@data-line") == []

    def test_letters_are_half_as_wide_as_kanji_whatever_the_font(self):
        (sheet,) = page(code("x")).xpath("//style/text()")
        widths = {"Menlo": 0.60205, "Consolas": 0.5498, "Liberation Mono": 0.60009}
        for face, advance in widths.items():
            adjust = re.search(rf'local\("{face}"\)[^}}]*size-adjust: ([\d.]+)%', sheet)
            assert adjust
            assert advance * float(adjust[1]) / 100 == pytest.approx(0.5, abs=0.001), face


class TestPdf:
    def test_nothing_in_code_slants(self):
        read = printed(code(PYTHON + "\n# Latin 注", "python"), code("[[用語集]] [a](b)", "markdown"))
        assert not [font.name for font in read.fonts if "Italic" in font.name]

    def test_columns_hold_with_japanese_in_them(self):
        read = printed(code("| 名前     |!\n| ABCDEFGH |!\n| 日本語 ｱ |!"), code("def 名前\nABC 名前", "python"))
        ends = [place.x for place in read.find("!")]
        assert len(ends) == 3
        assert ends == pytest.approx([ends[0]] * 3, abs=0.05)
        names = [place.x for place in read.find("名前")][1:]
        assert names == pytest.approx([names[0]] * 2, abs=0.05), "a blank before Japanese is no narrower"

    def test_a_line_is_not_parted_between_pages(self):
        lines = [f"S{n}! {'word ' * 40}E{n}!" for n in range(1, 60)]
        read = printed(code("one\n" + "\n".join(lines)))
        assert read.pages > 2
        for n in range(1, 60):
            assert [place.page for place in read.find(f"S{n}!")] == [place.page for place in read.find(f"E{n}!")]

    def test_tabs_are_four_columns(self):
        read = printed(code("\tA!\nabcdA!\na\tB!\nabcdB!"))
        assert [p.x for p in read.find("A!")] == pytest.approx([read.find("A!")[0].x] * 2, abs=0.05)
        assert [p.x for p in read.find("B!")] == pytest.approx([read.find("B!")[0].x] * 2, abs=0.05)

    def test_a_long_line_hangs_with_a_mark_that_is_no_text(self):
        read = printed(code("S" + "x" * 199 + "E\nS"))
        first, last = read.find("S")
        assert first.x == pytest.approx(last.x, abs=0.05)
        assert re.sub(r"\s", "", read.text()).count("S" + "x" * 199 + "ES") == 1
        assert re.fullmatch(r"[題Sx E\s\d/]+", read.text())

    def test_numbers_are_printed(self):
        source = "\n".join(f"line {n}" for n in "abc")
        assert "1" not in printed(code(source)).text().replace("1 / 1", "")
        numbered = printed(code(source), chosen=NUMBERED).text()
        assert "line a\nline b\nline c\n1\n2\n3" in numbered, "copied code has no numbers in it"

    def test_a_short_block_goes_on_to_the_next_page_whole_and_a_long_one_breaks(self):
        small = replace(Settings(), page_size="A6", page_chars=20, page_lines=20)
        fill = [text("文") for _ in range(10)]
        short = printed(*fill, code("\n".join(f"s{n}" for n in range(9))), chosen=small)
        assert short.find("s0")[0].page == short.find("s8")[0].page == 2
        long = printed(*fill, code("\n".join(f"s{n}" for n in range(10, 40))), chosen=small)
        assert long.find("s10")[0].page == 1
        assert long.find("s39")[0].page > 1

    def test_code_in_notes_is_printed_whole(self):
        source = "\n".join(f"n{n} = {n}" for n in range(30))
        read = printed(
            {"t": "Para", "c": [{"t": "Str", "c": "文"}, note(1, [code(source, "python")])]}, chosen=NUMBERED
        )
        for n in range(30):
            assert f"n{n} = {n}" in read.text()


class TestWord:
    def test_each_line_is_a_paragraph_that_hangs(self, tmp_path):
        read = word(tmp_path, code(PYTHON, "python"))
        lines = lines_of(read)
        assert len(lines) == 6
        assert PYTHON in read.text
        styles = read.xml("word/styles.xml")
        indent = styles.find(".//w:style[@w:styleId='SourceCode']/w:pPr/w:ind", NAMES)
        assert (indent.get(q("left")), indent.get(q("hanging"))) == (
            str(SIZES.code_indent + SIZES.code_tab),
            str(SIZES.code_tab),
        )
        stops = styles.findall(".//w:style[@w:styleId='SourceCode']/w:pPr/w:tabs/w:tab", NAMES)
        assert int(stops[1].get(q("pos"))) - int(stops[0].get(q("pos"))) == SIZES.code_tab

    def test_short_code_stays_together_and_long_code_may_break(self, tmp_path):
        kept = [line.find("w:pPr/w:keepNext", NAMES) is not None for line in lines_of(word(tmp_path, code("a\nb\nc")))]
        assert kept == [True, True, False]
        many = lines_of(word(tmp_path, code("a\n" * 20 + "z")))
        kept = [line.find("w:pPr/w:keepNext", NAMES) is not None for line in many]
        assert kept == [True, *[False] * 18, True, False]

    def test_numbers_are_word_s_own_and_begin_anew(self, tmp_path):
        read = word(tmp_path, code("a\nb"), text("文"), code("c"), chosen=NUMBERED)
        ids = [line.find("w:pPr/w:numPr/w:numId", NAMES).get(q("val")) for line in lines_of(read)]
        assert ids[0] == ids[1] != ids[2]
        assert "a\nb" in read.text
        plain = word(tmp_path, code("a\nb"))
        assert all(line.find("w:pPr/w:numPr", NAMES) is None for line in lines_of(plain))

    def test_code_in_a_list_keeps_its_place(self, tmp_path):
        item = {
            "t": "BulletList",
            "c": [[{"t": "Plain", "c": [{"t": "Str", "c": "点"}]}, code("a\n\tb")], [code("c\nd")]],
        }
        for chosen in (Settings(), NUMBERED):
            read = word(tmp_path, item, chosen=chosen)
            lefts = {line.find("w:pPr/w:ind", NAMES).get(q("left")) for line in lines_of(read)}
            assert len(lefts) == 1
            assert int(lefts.pop()) > SIZES.code_indent + SIZES.code_tab
