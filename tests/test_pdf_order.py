"""The order in which a page's text is drawn, which is that of copied text."""

from __future__ import annotations

import re

import pypdfium2
import pytest

from convert.formats import pdf
from convert.settings import Settings
from tests.support.pages import document
from tests.support.pdf import Pdf


def copied(content):
    data = pdf.write(document(content, print_title=False), Settings(page_size="A5", page_chars=30)).data
    text = pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()
    return re.sub(r"\s+", "", text.partition("題")[0].partition("1 / ")[0]), data


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("- 甲\n- 乙\n", "・甲・乙"),
        ("前。\n\n1. 甲\n2. 乙\n\n後。\n", "前。1.甲2.乙後。"),
        ("1. 甲\n\n   続き\n2. 乙\n", "1.甲続き2.乙"),
        ("- 甲\n  1. 乙\n- 丙\n", "・甲1.乙・丙"),
        ("- - 甲\n", "・・甲"),
        ("> - 甲\n>\n> 乙\n", "・甲乙"),
        ("前。\n\n```text\ncode 1\ncode 2\n```\n\n後。\n", "前。code1code2後。"),
    ],
)
def test_text_is_copied_in_the_order_it_is_read_in(content, expected):
    assert copied(content)[0] == expected


def test_markers_keep_their_place_and_tags():
    _, data = copied("1. 甲\n\n   続き\n2. 乙\n")
    read = Pdf(data)
    (number,), (item,) = read.find("2."), read.find("乙")
    assert number.y == pytest.approx(item.y, abs=0.5)
    assert 8 < item.x - number.x < 25
    assert read.tags.count("Lbl") == 2
