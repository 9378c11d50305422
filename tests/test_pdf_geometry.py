"""The page's measures: whole characters and lines, whatever paper and settings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert import theme
from convert.pdf.dress import shortened, width_of
from convert.pdf.geometry import PAPER, geometry, margins, paper
from convert.settings import Settings

HANDOUT = theme.load("handout")
MM = 72 / 25.4


def test_the_default_page_is_42_by_39_on_a4():
    page = geometry(Settings(), HANDOUT)
    assert (page.chars, page.lines, page.measure) == (42, 39, 441.0)
    assert page.width == pytest.approx(595.28, abs=0.01)
    assert page.left == page.right == pytest.approx((595.28 - 441) / 2, abs=0.01)
    assert page.top < page.bottom


@given(
    st.one_of(st.sampled_from([*PAPER, "A4", "nonsense", "148mm 210mm", "10in 8in"]), st.text(max_size=20)),
    st.integers(-5, 500),
    st.integers(-5, 500),
)
def test_any_settings_give_a_page_with_room_and_numbers_only(size, chars, lines):
    page = geometry(Settings(page_size=size, page_chars=chars, page_lines=lines), HANDOUT)
    assert page.chars >= 5
    assert page.lines >= 5
    assert page.left + page.measure + page.right == pytest.approx(page.width)
    assert page.top + page.lines * page.line + page.bottom == pytest.approx(page.height)
    assert page.notes < page.lines * page.line
    assert set(page.css) <= set("@page {size:;marginptfootehxlsw-}.0123456789\n landscape width border-box table")
    turned = page.turned
    if turned:
        assert (turned.width, turned.height) == (page.height, page.width)
        assert turned.left + turned.measure + turned.right == pytest.approx(turned.width)
        assert turned.top + turned.lines * turned.line + turned.bottom == pytest.approx(turned.height)
        assert turned.measure > page.measure


@pytest.mark.parametrize(
    ("text", "size"),
    [("a4", (210, 297)), ("B5", (182, 257)), ("letter", (215.9, 279.4)), ("148mm 210mm", (148, 210)),
     ("21cm x 29.7cm", (210, 297)), ("A0", None), ("1mm 1mm", None), ("210mm", None), ("a4; } body {", None)],
)  # fmt: skip
def test_paper(text, size):
    found = paper(text)
    assert found == (size and pytest.approx((size[0] * MM, size[1] * MM)))


@pytest.mark.parametrize(
    ("asked", "chars", "lines", "top"),
    [("20mm", 45, 40, 20), ("20mm 30mm", 40, 40, 20), ("15mm 60mm 25mm 30mm", 32, 40, 15), ("1in", 42, 39, 25.4)],
)
def test_margins_leave_whole_characters_and_lines(asked, chars, lines, top):
    page = geometry(Settings(page_margins=asked), HANDOUT)
    assert (page.chars, page.lines, page.measure) == (chars, lines, chars * 10.5)
    assert page.top == pytest.approx(top * MM)
    least = margins(asked)
    assert least
    assert page.left >= least[3] - 1e-6
    assert page.right >= least[1] - 1e-6
    assert page.bottom >= least[2] - 1e-6
    assert page.left - least[3] == pytest.approx(page.right - least[1])


def test_columns_and_facing_pages():
    two = replace(HANDOUT, font_size=9.5, columns=2, column_gap=2, facing=True, inner=0.4)
    page = geometry(Settings(page_chars=24), two)
    assert page.width_of_text == pytest.approx(50 * 9.5)
    assert page.left + page.width_of_text + page.right == pytest.approx(page.width)
    assert page.left < page.right
    assert f"@page :left {{ margin-left: {page.right:.3f}pt; margin-right: {page.left:.3f}pt }}" in page.css


def test_a_small_page_gets_fewer_characters_and_keeps_its_margins():
    page = geometry(Settings(page_size="A5"), HANDOUT)
    assert page.chars == 31
    assert page.left >= 15 * MM


@given(st.text(max_size=80), st.floats(2, 60))
def test_running_heads_never_run_into_each_other(text, room):
    short = shortened(text, room)
    assert width_of(short) <= room + 1
    assert short == text or short.endswith("…")
