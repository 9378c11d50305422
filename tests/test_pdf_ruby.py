"""Where readings stand over their bases: in the tree, on lines, and in copied text."""

from __future__ import annotations

import re

import pypdfium2
import pytest
from lxml import etree

from convert import resources
from convert.formats import pdf
from convert.page import Page
from convert.pdf import engine, ruby
from convert.settings import Settings
from tests.support.pages import document
from tests.support.pdf import Pdf
from tests.test_pdf_adjust import EM, boxes

CSS = (
    "@page { size: 900px 900px; margin: 0 } body { margin: 0 } "
    'html { font: 20px/34px "Kumihan Mincho" } p { margin: 0; width: 10em; text-indent: 0 } '
)


def pair(base, reading):
    return f'<span class="ruby">{base}<span class="rt">{reading}</span></span>'


def placed(body):
    root = etree.fromstring(f"<html lang='ja'><body><main>{body}</main></body></html>")
    ruby.place(Page(root, root[0][0]))
    return root


def look(body):
    """Of each ruby: its margins left and right in em, where the reading begins from the base's end, and its spacing."""
    found = []
    for element in placed(body).iter("span"):
        style = element.get("style", "")
        numbers = {name: float(value) for name, value in re.findall("([a-z-]+): (-?[0-9.]+)em", style)}
        if element.get("class") == "ruby":
            found.append([numbers.get("margin-left", 0), numbers.get("margin-right", 0)])
        elif element.get("class") == "rt":
            found[-1] += [numbers["text-indent"] / 2, numbers.get("letter-spacing", 0) / 2]
    return [tuple(round(number, 3) for number in numbers) for numbers in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (pair("字", "じ"), [(0, 0, -0.75, 0)]),  # over its middle
        (pair("漢", "かん") + pair("字", "じ"), [(0, 0, -1, 0), (0, 0, -0.75, 0)]),
        (pair("煙草", "たばこ"), [(0, 0, -1.917, 0.167)]),  # spread: half as far from the ends
        (pair("東西南北", "よも"), [(0, 0, -3.5, 2)]),  # at most half an em from them
        (pair("流", "りゅう") + pair("行", "こう"), [(0.25, 0, -1.25, 0), (0, 0.25, -0.75, 0)]),
        ("の" + pair("流", "りゅう") + pair("行", "こう") + "に", [(0, 0, -1.25, 0), (0, 0, -0.75, 0)]),
        ("<b>の</b>" + pair("志", "こころざし") + "心", [(0.25, 0.75, -1.75, 0)]),  # kana left, a kanji right
        ("、" + pair("茨", "いばら") + "。", [(0, 0, -1.25, 0)]),
        ("「" + pair("茨", "いばら") + "」", [(0.25, 0.25, -1.25, 0)]),
        (
            pair("凝", "ぎょう") + pair("視", "し"),
            [(0, 0, -1, 0), (0, 0, -0.5, 0)],
        ),  # the longer one has the shorter's room
        (pair("編集", "editor"), [(0, 0, -1.84, 0)]),  # a word of Latin stays one
    ],
)
def test_places(body, expected):
    assert look(f"<p>{body}</p>") == expected


def laid_out(body, css=""):
    root = placed(body)
    choice = engine.choose_fonts("".join(root.itertext()), Settings(), "A.md")
    sheets = [resources.styles("print.css").read_text("utf-8"), CSS + css]
    return engine.lay_out(root, sheets, {}, choice)


def box_of(layout, text):
    return next(box for box in boxes(layout, "TextBox") if box.text == text)


def centre(box):
    return (box.position_x + box.width / 2) / EM


@pytest.mark.parametrize("filler", ["一二三", "一二三四五六七八九"])
def test_readings_stand_over_the_middle_of_their_bases_also_where_lines_are_stretched(filler):
    keep = '<span style="white-space: nowrap">一二三四五六七八九十</span>'
    word = pair("漢", "かん") + pair("字", "じ")
    layout = laid_out(f"<p class='ja-even' style='width: {len(filler) + 3.5}em'>{filler}{word}の{keep}</p>")
    for base, reading in (("漢", "かん"), ("字", "じ")):
        assert centre(box_of(layout, reading)) == pytest.approx(centre(box_of(layout, base)), abs=0.01)
    assert box_of(layout, "字").position_x - box_of(layout, "漢").position_x > EM * 1.02


def test_lines_keep_their_feed_and_readings_stand_clear():
    layout = laid_out(f"<p>一二三四五六七八九十一{pair('漢', 'かん')}三四五六七八九十一二三四五</p>")
    lines = [box for box in boxes(layout, "LineBox") if box.element.tag == "p"]
    assert [line.height for line in lines] == [34.0] * 3
    base, reading = box_of(layout, "漢"), box_of(layout, "かん")
    above = reading.position_y + reading.baseline
    assert base.position_y + base.baseline - above == pytest.approx(0.95 * EM, abs=0.01)
    assert reading.style["font_size"] == EM / 2


def test_a_word_breaks_between_characters_with_readings_of_their_own_but_not_within_a_group():
    word = pair("漢", "かん") + pair("字", "じ")
    layout = laid_out(f"<p>一二三四五六七八九{word}である</p><p>一二三四五六七八九{pair('煙草', 'たばこ')}である</p>")
    assert box_of(layout, "字").position_y > box_of(layout, "漢").position_y
    assert box_of(layout, "じ").position_y > box_of(layout, "かん").position_y
    assert box_of(layout, "煙草").position_x == 0


def test_what_closes_does_not_begin_a_line_behind_a_reading():
    layout = laid_out(f"<p>一二三四五六七八九{pair('字', 'じ')}、である</p>")
    assert box_of(layout, "字").position_x == 0


def test_readings_stay_within_the_measure():
    long = pair("志", "こころざし")
    body = f"<p class='ja-even'>の{long}で一二三四五六七八九の{long}の一二三四五六七の{long}の一二三の</p>"
    layout = laid_out(body.replace("の<", "<", 1))
    for box in boxes(layout, "TextBox"):
        if box.text == "こころざし":
            assert box.position_x / EM >= -0.01
            assert (box.position_x + box.width) / EM <= 10.01
    edge = laid_out(f"<p class='ja-even'>一二三四五六七八の{long}にの</p>", css="p { width: 12em }")
    reading, base = box_of(edge, "こころざし"), box_of(edge, "志")
    assert centre(reading) == pytest.approx(centre(base), abs=0.01)


def test_copied_text_has_each_reading_behind_its_base():
    data = pdf.write(document("これは<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>の文、次の行もある。"), Settings()).data
    text = re.sub(r"\s", "", pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range())
    assert "これは漢かん字じの文、次の行もある。" in text
    assert "漢" in Pdf(data).text()
