"""The cover, and what the properties tell of a note's author and day."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert.formats import docx, html, pdf
from convert.link.dates import readable_date
from convert.settings import Settings
from tests.support.docx import Docx
from tests.support.html import Html
from tests.support.linked import check, linked, show
from tests.support.pdf import Pdf, squeezed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NOTE = (
    "---\ntitle: 題\nsubtitle: 副題\nauthor: 山田\naffiliation: 甲大学\ndate: 2024-12-02\n---\n"
    "本文の字[^1]。\n\n## 章\n\n次の字。\n\n[^1]: 注。\n"
)
YES = Settings(cover="yes", contents="1")


def printed(root: Path, note: str = NOTE, chosen: Settings = YES) -> Pdf:
    document = linked(root, {"A.md": note}, cover=chosen.cover)
    check(document)
    output = pdf.write(document, chosen)
    assert not output.diagnostics
    return Pdf(output.data)


def test_title_and_byline_have_the_first_page_without_number(tmp_path: Path) -> None:
    read = printed(tmp_path)
    assert squeezed(read.text(1)) == "題副題甲大学山田2024年12月2日"
    assert read.find("副題")[0].y > 200
    assert squeezed(read.text(2)).startswith("目次章")
    assert "2/3" in squeezed(read.text(2))
    assert squeezed(read.text(3)).startswith("本文の字1)。")
    assert [(heading.title, heading.page) for heading in read.outline] == [("題", 1), ("章", 3)]


def test_a_heading_that_is_the_title_goes_on_the_cover(tmp_path: Path) -> None:
    read = printed(tmp_path, NOTE.replace("---\n本文", "---\n# 題\n\n本文"))
    assert squeezed(read.text(1)) == "題副題甲大学山田2024年12月2日"
    assert squeezed(read.text(2)).startswith("目次章")


def test_a_small_page_has_room_for_it(tmp_path: Path) -> None:
    small = Settings(cover="yes", page_size="A6", page_chars=20, page_lines=20)
    read = printed(tmp_path, chosen=small)
    assert squeezed(read.text(1)).endswith("2024年12月2日")
    assert read.pages == 2


def test_default_and_title_no_have_none(tmp_path: Path) -> None:
    assert printed(tmp_path, chosen=Settings()).pages == 1
    assert "page-break" not in show(linked(tmp_path, {"A.md": NOTE}, cover="yes", title="no").blocks)


def test_breaks_do_not_leave_the_next_page_empty(tmp_path: Path) -> None:
    read = printed(tmp_path, NOTE.replace("---\n本文", "---\n<!-- pagebreak -->\n\n本文"), Settings(cover="yes"))
    assert read.pages == 2


def test_word_begins_the_text_on_a_page_of_its_own(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": NOTE}, cover="yes")
    broken = list(Docx(docx.write(document, YES).data).xml("word/document.xml").iter(f"{W}pageBreakBefore"))
    texts = ["".join(mark.getparent().getparent().itertext()) for mark in broken]
    assert len(texts) == 1
    assert texts[0].startswith("本文の字")


def test_browsers_show_the_title_above_the_text(tmp_path: Path) -> None:
    page = Html(html.write(linked(tmp_path, {"A.md": NOTE}, cover="yes"), YES).data)
    assert page.texts(".byline > div") == ["副題", "甲大学", "山田", "2024年12月2日"]
    assert not page.all(".cover")


def test_western_languages_name_the_author_first(tmp_path: Path) -> None:
    note = NOTE.replace("title: 題", "title: 題\nlang: en").replace("甲大学", "[X, Y]")
    assert "<p>山田</p></div><div.author.affiliation><p>X, Y</p></div>" in show(linked(tmp_path, {"A.md": note}).blocks)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2025-04-05", "令和7年4月5日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1912-07-29", "明治45年7月29日"),
        ("1872-01-01", "1872年1月1日"),
        ("2025-04", "令和7年4月"),
        ("去年", "去年"),
    ],
)
def test_years_of_the_era(value: str, written: str) -> None:
    assert readable_date(value, "ja", era=True) == written


def test_eras_are_for_japanese_only(tmp_path: Path) -> None:
    assert readable_date("2025-04-05", "en", era=True) == "April 5, 2025"
    document = linked(tmp_path, {"A.md": NOTE}, dates="era", properties="table")
    assert show(document.blocks).count("令和6年12月2日") == 2
