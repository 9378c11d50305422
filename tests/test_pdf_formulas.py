"""Formulas: drawn in outlines on the line's baseline, described by their source, or boxed."""

from __future__ import annotations

import logging

import pytest

from convert import page as pages
from convert.nodes import para, words
from convert.pdf import formulas
from tests.support.pages import document


def drawn(*sources, kind="InlineMath"):
    doc = document([para([*words("式 "), {"t": "Math", "c": [{"t": kind}, source]}]) for source in sources])
    page = pages.build(doc)
    assets = formulas.draw(page, doc)
    return page, assets


@pytest.mark.parametrize(
    "source",
    ["E=mc^2", r"\frac{a}{b}", r"\int_0^\infty e^{-x^2}dx", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
     r"\begin{cases}x & x>0\\-x & \text{それ以外}\end{cases}", r"\sum_{i=1}^{n} i", r"\sqrt[3]{x}", r"\vec{v}",
     r"\begin{aligned}a&=b\\c&=d\end{aligned}", r"\mathbb{R}\to\mathcal{F}", r"\left(\frac{a}{b}\right)^2"],
)  # fmt: skip
def test_usual_formulas_are_drawn(source):
    page, assets = drawn(source)
    (image,) = page.main.iter("img")
    assert image.get("alt") == source
    assert image.get("style", "").startswith("width: ")
    assert b"<path" in assets[image.get("src")].data
    assert page.diagnostics == []


def test_japanese_letters_have_outlines_of_their_own():
    one, two, same = (next(iter(drawn(rf"\text{{{c}}}")[1].values())).data.replace(c.encode(), b"") for c in "速度速")
    assert len(one) > 500
    assert one != two
    assert one == same


def test_what_cannot_be_set_shows_its_source_and_is_told():
    page, assets = drawn(r"\ce{H2O}", "x^2")
    assert [d.code for d in page.diagnostics] == ["math.unsupported"]
    assert [e.text for e in page.main.iter("code")] == [r"\ce{H2O}"]
    assert len(assets) == 1


def test_equal_formulas_are_one_drawing_and_display_is_centred():
    page, assets = drawn("x^2", "x^2", kind="DisplayMath")
    assert len(assets) == 1
    assert ["display" in (image.get("class") or "") for image in page.main.iter("img")] == [True, True]


@pytest.mark.parametrize(
    "source", ["", "{", "}", r"\frac", "x^", r"\left(", "a & b", r"\\", "%", "\\", "😀", "&lt;<b>"]
)
def test_nothing_a_writer_types_breaks_it(source, capsys):
    root = logging.getLogger()
    before = list(root.handlers)
    drawn(source)
    assert root.handlers == before
    assert capsys.readouterr() == ("", "")
