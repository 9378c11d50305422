"""Dots over emphasised characters: over each one's middle, in lines of any kind."""

from __future__ import annotations

from itertools import pairwise

import pytest
from lxml import etree

from convert import resources
from convert.formats import pdf
from convert.page import Page
from convert.pdf import dots, engine
from convert.settings import Settings
from tests.support.pages import document
from tests.support.pdf import Pdf
from tests.test_pdf_adjust import EM, boxes

CSS = (
    "@page { size: 900px 900px; margin: 0 } body { margin: 0 } "
    'html { font: 20px/34px "Kumihan Mincho" } p { margin: 0; width: 9em; text-indent: 0 } '
)
KEEP = '<span style="white-space: nowrap">一二三四五六七八九</span>'


def placed(body):
    root = etree.fromstring(f"<html lang='ja'><body><main>{body}</main></body></html>")
    dots.place(Page(root, root[0][0]))
    return root


def laid_out(body):
    root = placed(body)
    choice = engine.choose_fonts("".join(root.itertext()), Settings(), "A.md")
    return engine.lay_out(root, [resources.styles("print.css").read_text("utf-8"), CSS], {}, choice)


def test_each_character_has_a_box_with_what_combines_with_it():
    root = placed("<p><em class='dot'>葛\U000e0100城か\u3099</em>と<em><span class='dot'>字</span>、</em></p>")
    assert [e.text for e in root.iter("span") if e.get("class") == "dotted"] == [
        "葛\U000e0100",
        "城",
        "か\u3099",
        "字",
    ]
    assert "".join(root.itertext()) == "葛\U000e0100城か\u3099と字、"


def test_a_dots_box_is_that_of_its_character_in_a_stretched_line_too():
    layout = laid_out(f"<p class='ja-even'>一二<em class='dot'>三四五</em>六七八{KEEP}</p>")
    dotted = [box for box in boxes(layout, "InlineBox") if box.element.get("class") == "dotted"]
    assert len(dotted) == 3
    for box in dotted:
        (text,) = box.children
        assert text.width == EM
        assert box.position_x + box.width / 2 == pytest.approx(text.position_x + EM / 2, abs=EM / 50)
    pitch = {round(b.position_x - a.position_x, 3) for a, b in pairwise(dotted)}
    assert len(pitch) == 1
    assert pitch.pop() > EM * 1.1


def test_lines_of_emphasised_text_break_by_the_usual_rules():
    layout = laid_out("<p class='ja-even'>一二三四五六七八<em class='dot'>きっと</em>、と</p>")
    starts = [box.text for box in boxes(layout, "TextBox") if box.position_x == 0]
    assert starts == ["一二三四五六七八", "き"]


def test_the_text_is_copied_as_it_was():
    data = pdf.write(document("これは*日本語の、強調ICTで*ある。"), Settings(page_chars=12)).data
    assert "これは日本語の、強調ICTである。" in Pdf(data).text().replace("\n", "")
