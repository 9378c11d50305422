"""What a note's properties do in print: lines under the title, a table, classes of the body, metadata."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from convert.formats import docx, html, pdf
from convert.link.dates import iso_date, readable_date
from convert.link.document import Document
from convert.link.properties import items
from convert.link.property_table import table
from convert.nodes import plain_text
from convert.settings import Settings
from tests.support.docx import Docx, problems
from tests.support.linked import check, linked, said, show
from tests.support.pdf import Pdf


def note(root: Path, front: str, body: str = "文", **settings: object) -> Document:
    document = linked(root, {"A.md": f"---\n{front}\n---\n{body}"}, **settings)
    check(document)
    return document


@pytest.mark.parametrize(
    ("value", "language", "readable", "iso"),
    [
        ("2025-04-05", "ja", "2025年4月5日", "2025-04-05"),
        ("2025-04-05", "ja-JP", "2025年4月5日", "2025-04-05"),
        ("2025-04-05", "zh-Hant", "2025年4月5日", "2025-04-05"),
        ("2025-04-05", "en", "April 5, 2025", "2025-04-05"),
        ("2025-04-05", "en-US", "April 5, 2025", "2025-04-05"),
        ("2025-12-15", "en-GB", "15 December 2025", "2025-12-15"),
        ("2025-04-05", "nl", "2025-04-05", "2025-04-05"),
        ("2025-04-05T09:30:00", "ja", "2025年4月5日 09:30", "2025-04-05T09:30:00"),
        ("2025-04-05 09:30", "en", "April 5, 2025 09:30", "2025-04-05T09:30"),
        ("2025-04-05T09:30:00+09:00", "ja", "2025年4月5日 09:30", "2025-04-05T09:30:00+09:00"),
        ("2025/4/5", "ja", "2025年4月5日", "2025-04-05"),
        ("2025.4.5", "en", "April 5, 2025", "2025-04-05"),
        ("2025-04", "ja", "2025年4月", "2025-04"),
        ("2025-04", "en", "April 2025", "2025-04"),
        ("2025-13-05", "ja", "2025-13-05", ""),
        ("2025-04-05頃", "ja", "2025-04-05頃", ""),
        ("令和7年4月", "ja", "令和7年4月", ""),
        ("2025", "ja", "2025", ""),
        ("2025.4", "ja", "2025.4", ""),
        ("", "ja", "", ""),
    ],
)
def test_dates(value: str, language: str, readable: str, iso: str) -> None:
    assert readable_date(value, language) == readable
    assert iso_date(value) == iso


FRONT = "title: 題\nSubtitle: 副題\nauthor: '[[人/山田|山田 花子]]'\nauthors: [B]\ndate: 2025-04-05"
BYLINE = (
    "<div.byline><div.subtitle><p>副題</p></div><div.author><p>山田 花子、B</p></div>"
    "<div.date><p>2025年4月5日</p></div></div>"
)


def test_lines_under_the_title(tmp_path: Path) -> None:
    assert show(note(tmp_path, FRONT).blocks) == BYLINE + "<p>文</p>"


def test_they_stand_under_a_title_that_is_a_heading_of_the_text(tmp_path: Path) -> None:
    document = note(tmp_path, FRONT, "# 題\n文")
    assert not document.print_title
    assert [block["t"] for block in document.blocks] == ["Header", "Div", "Para"]
    assert show(document.blocks[1:]) == BYLINE + "<p>文</p>"


@pytest.mark.parametrize("settings", [{"title": "no"}, {"byline": "no"}])
def test_they_can_be_left_out(tmp_path: Path, settings: dict[str, str]) -> None:
    document = note(tmp_path, FRONT, **settings)
    assert show(document.blocks) == "<p>文</p>"
    assert document.properties.author == ("山田 花子", "B")
    assert document.properties.date == "2025-04-05"


def test_an_embedded_notes_lines_are_not_printed(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"A.md": "![[B]]", "B.md": f"---\n{FRONT}\n---\n文"}
    assert "byline" not in show(linked(tmp_path, files).blocks)


def test_the_author_of_the_settings_stands_in(tmp_path: Path) -> None:
    assert "<div.author><p>会</p></div>" in show(note(tmp_path, "x: y", author="会").blocks)


@pytest.mark.parametrize(
    ("front", "row"),
    [
        ("文字: a  b", "文字|a b"),
        ("文字: '　上　 下　'", "文字|上　 下"),
        ("n: 12\nx: 1.5", "n|12 x|1.5"),
        ("done: true\nno: false", "done|☑ no|☐"),
        ("day: 2025-04-05", "day|2025年4月5日"),
        ("time: 2025-04-05T10:20:30", "time|2025年4月5日 10:20"),
        ("version: 2025.4\npart: 2025/4/5", "version|2025.4 part|2025/4/5"),
        ("list: [a, 2, true, '']", "list|a、2、☑"),
        ("link: '[[A/B]]'", "link|A/B"),
        ("link: '[[B|名]]'", "link|名"),
        ("link: '[[B#章#節]]'", "link|B › 章 › 節"),
        ("link: '[[#章]]'", "link|章"),
        ("links: ['[[B]] と [[C|c]]', '[外](https://example.com/a_(b))']", "links|B と c、外"),
        ("Tags: [a, '#b/c', 'd e', 3, null]", "Tags|a、b/c"),
        ("tags: 印刷", "tags|印刷"),
        ("Aliases: 別名\nALIASES2: x", "Aliases|別名 ALIASES2|x"),
        ("nested: {a: 1, b: [x, {c: y}]}", "nested|a: 1、b: x、c: y"),
        ("empty:\nnone: []\nblank: '  '\ntable: {}", ""),
        ("print: {tags: plain}\nprint-byline: no\nPrint-title: no", ""),
        ("cssclasses: [a]\nCssClass: b", ""),
        ("html: '<b>x</b>'\nmark: '*x*'", "html|<b>x</b> mark|*x*"),
    ],
)
def test_the_table_says_values_in_words(tmp_path: Path, front: str, row: str) -> None:
    blocks = note(tmp_path, front, properties="table").blocks
    tables = [block for block in blocks if block["t"] == "Table"]
    rows = [row[1] for part in tables for row in part["c"][4][0][3]]
    assert " ".join("|".join(plain_text(cell[4]) for cell in cells) for cells in rows) == row


def test_an_address_in_the_table_can_be_followed(tmp_path: Path) -> None:
    text = show(note(tmp_path, "a: https://example.com/\nb: javascript:alert(1)", properties="table").blocks)
    assert "<a.external-link https://example.com/>https://example.com/</a>" in text
    assert text.count("<a") == 1


def test_the_table_is_hidden_unless_asked_for(tmp_path: Path) -> None:
    assert show(note(tmp_path, "secret: x").blocks) == "<p>文</p>"
    assert "secret" not in html.write(note(tmp_path, "secret: x"), Settings()).data.decode()


@pytest.mark.parametrize(
    ("front", "classes", "codes"),
    [
        ("cssclasses: [wide, 横長, a-b_c, -x]", ("wide", "横長", "a-b_c", "-x"), []),
        ("CSSclasses: [wide, wide]", ("wide",), []),
        ("cssclasses: wide, two  three", ("wide", "two", "three"), ["properties.type"]),
        ("cssclasses: [1x, 'a\"b', '<x>', --, 3, null, true]", (), ["properties.class"] * 4),
        ("cssclasses: [fn, callout, rt, callout-note]", (), ["properties.class"] * 4),
        ("cssclasses:", (), []),
        ("cssclasses: 3", (), []),
        ("cssclasses: {a: b}", (), []),
        ("cssclass: old", (), []),
        ("cssclasses: [" + ", ".join(f"c{n}" for n in range(60)) + "]", tuple(f"c{n}" for n in range(50)), []),
    ],
)
def test_classes_of_the_page(tmp_path: Path, front: str, classes: tuple[str, ...], codes: list[str]) -> None:
    document = note(tmp_path, front)
    assert document.classes == classes
    assert [line.split() for line in said(document)] == [["A.md:2:1", code] for code in codes]
    body = lxml.html.document_fromstring(html.write(document, Settings()).data.decode()).xpath("//body")[0]
    assert body.get("class").split() == ["theme-light", "markdown-preview-view", "markdown-rendered", *classes]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@bounds(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["tags", "Aliases", "cssclasses", "print", "print-x", "a", ""]), VALUES))
def test_no_value_breaks_the_table(properties: dict[str, object]) -> None:
    for name in ("tags", "aliases", "cssclasses"):
        assert all(isinstance(item, str) and item for item in items(properties, name))
    table(properties, "ja", Settings(properties="table"))


SHEET = ".wide h2 { color: #c00 } .wide h2::after { content: '★' }"


def test_on_paper_and_in_word(tmp_path: Path) -> None:
    front = f"{FRONT}\ncssclasses: [wide]\nprint-x: 1\n参照: '[[B]]'"
    files: dict[str, str | bytes] = {"Kumihan/s.css": SHEET, "A.md": f"---\n{front}\n---\n## 章\n文"}
    document = linked(tmp_path, files, properties="table", styles=("s",))
    file = tmp_path / "A.pdf"
    file.write_bytes(pdf.write(document, Settings()).data)
    page = Pdf(file).text()
    for words in ("副題", "山田 花子、B", "2025年4月5日", "参照", "章★"):
        assert words in page, words
    file = tmp_path / "A.docx"
    file.write_bytes(docx.write(document, Settings()).data)
    assert problems(file) == []
    text = Docx(file).parts["word/document.xml"].decode()
    for style in ("Title", "Subtitle", "Author", "Date"):
        assert f'<w:pStyle w:val="{style}"' in text
    assert "参照" in text
    assert "print-x" not in text + page


def test_the_last_line_of_the_title_keeps_off_the_text(tmp_path: Path) -> None:
    for front, closing in (("x: y", "Title"), ("subtitle: a", "Subtitle"), ("subtitle: a\nauthor: b", "Author")):
        file = tmp_path / "A.docx"
        file.write_bytes(docx.write(note(tmp_path, front), Settings()).data)
        styles = lxml.etree.fromstring(Docx(file).parts["word/styles.xml"])
        w = {"w": styles.nsmap["w"]}
        after = {
            role: styles.xpath(f"string(//w:style[@w:styleId='{role}']//w:spacing/@w:after)", namespaces=w)
            for role in ("Title", "Subtitle", "Author", "Date")
        }
        assert [role for role, space in after.items() if space != "0"] == [closing]
