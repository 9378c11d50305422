"""What stays whole, and what breaks or shrinks so that no page is a quarter empty for it: seen on the pages."""

from __future__ import annotations

import re

import pytest

from convert.formats import pdf
from convert.link import link_note
from convert.pdf import engine
from convert.settings import Settings
from convert.vault import scan
from tests.support.pages import png
from tests.support.pdf import Pdf

#: 28 lines of 30 characters
SETTINGS = Settings(page_size="A5", page_chars=30, page_lines=28, title="no")


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """Prints a note; returns what is on its pages, and the layouts that it took."""
    layouts = []
    lay_out = engine.lay_out

    def kept(*arguments, **named):
        layouts.append(lay_out(*arguments, **named))
        return layouts[-1]

    monkeypatch.setattr(engine, "lay_out", kept)

    def build(content, pictures=()):
        for name, width, height in pictures:
            (tmp_path / name).write_bytes(png(width, height))
        (tmp_path / "A.md").write_text(content, "utf-8")
        output = pdf.write(link_note("A.md", scan(tmp_path), SETTINGS), SETTINGS)
        return Pdf(output.data), layouts

    return build


def filled(lines):
    return "\n".join(f"{number}行目" for number in range(1, lines + 1)) + "\n\n"


def widths(layouts):
    """Of the pictures on the last layout's pages, in CSS pixels: by page."""
    found = []
    for number, page in enumerate(layouts[-1].pages, 1):
        pictures = [box for box in page._page_box.descendants() if type(box).__name__ == "InlineReplacedBox"]
        found += [(number, round(box.width)) for box in pictures]
    return found


def lines_on(read, page, pattern):
    return re.findall(pattern, read.text(page))


CALLOUT = "> [!note] 囲みの題\n" + "".join(f"> 囲{number}\n" for number in range(1, 11))
CODE = "```text\n" + "".join(f"code{number}\n" for number in range(1, 13)) + "```\n"


def test_a_callout_stays_whole_while_the_blank_is_bearable(printed):
    read, layouts = printed(filled(23) + CALLOUT)
    assert "囲みの題" not in read.text(1)
    assert len(lines_on(read, 2, r"囲\d")) == 10
    assert len(layouts) == 1


@pytest.mark.parametrize("before", [18, 19])
def test_a_callout_breaks_where_it_would_leave_more(printed, before):
    read, layouts = printed(filled(before) + CALLOUT)
    first, second = (lines_on(read, page, r"囲\d+") for page in (1, 2))
    assert "囲みの題" in read.text(1)
    assert len(first) >= 2
    assert len(second) >= 2
    assert len(first + second) == 10
    assert len(layouts) == 2


def test_code_breaks_with_two_lines_on_either_side(printed):
    seen = set()
    for before in (18, 19):
        read, _ = printed(filled(before) + CODE)
        first, second = (lines_on(read, page, r"code\d+") for page in (1, 2))
        seen.add(len(first))
        assert len(first + second) == 12
        assert not {len(first), len(second)} & {1}
    assert seen - {0, 12}


def test_a_heading_goes_with_the_part_that_follows_it(printed):
    read, _ = printed(filled(14) + "## 節の題\n\n" + CALLOUT)
    assert "節の題" in read.text(1)
    assert len(lines_on(read, 1, r"囲\d")) >= 2


def test_a_page_break_that_was_asked_for_is_no_blank(printed):
    read, layouts = printed(filled(4) + "<!-- pagebreak -->\n\n" + CALLOUT)
    assert "囲みの題" in read.text(2)
    assert len(layouts) == 1


def test_a_picture_that_nearly_fits_gets_smaller(printed):
    _, layouts = printed(filled(16) + "![[p.png]]\n\n後の文。\n", [("p.png", 360, 300)])
    ((page, width),) = widths(layouts)
    assert page == 1
    assert 360 * 0.65 < width < 360
    assert len(layouts) == 2


@pytest.mark.parametrize(("link", "before"), [("![[p.png|360]]", 16), ("![[p.png]]", 20)])
def test_one_whose_size_was_asked_for_or_that_is_much_too_large_does_not(printed, link, before):
    _, layouts = printed(filled(before) + link + "\n", [("p.png", 360, 300)])
    assert widths(layouts) == [(2, 360)]


def test_pictures_of_one_paragraph_part(printed):
    pictures = [("p.png", 200, 150), ("q.png", 200, 151)]
    _, layouts = printed(filled(17) + "![[p.png|200]]\n![[q.png|200]]\n", pictures)
    assert widths(layouts) == [(1, 200), (2, 200)]
    assert len(layouts) == 2


def test_a_wide_picture_in_a_cell_leaves_room_for_text(printed):
    read, layouts = printed("| 端末 | 画面 |\n|---|---|\n| 机上の計算機 | ![[p.png\\|800]] |\n", [("p.png", 800, 400)])
    assert "机上の計算機" in read.text(1)
    ((_, width),) = widths(layouts)
    assert 200 < width < 340
