"""Styles that documents share: none says anything of what was printed before, and none holds a document."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from convert.formats import pdf
from convert.link import link_note
from convert.pdf import engine
from convert.pdf.shortcuts import cascade, suspended
from convert.settings import Settings
from convert.vault import scan
from tests.test_pdf_shortcuts import TRICKY

LISTS = """# 目次

- 一つ[^a]
- 二つ
    1. ==三つ==
    2. [四つ](#目次)

```python
x = 1
```

> [!tip]- 助け
> - [x] 済み
> | 表 | 数 |
> |---|---|
> | あ | 1 |

[^a]: 脚注。
"""

CSS = """
@page { size: 300px 200px } @page wide { size: 600px 200px } .wide { page: wide }
ol { list-style-type: lower-greek } em { text-indent: 1em } div { width: 10vw; height: 5px }
h1::before { content: "第" counter(h1) } a::after { content: leader("・") target-counter(attr(href), page) }
.box { overflow: hidden }
"""


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    engine._weasyprint()
    cascade._KEPT.clear()
    yield
    cascade._KEPT.clear()


def _kept_styles() -> Iterator[Any]:
    stack = [root for kept in cascade._KEPT.values() for root in kept.roots.values()]
    while stack:
        styled = stack.pop()
        stack += styled.children.values()
        yield styled.style
        yield from styled.pseudos.values()


def _print(root: Path, note: str) -> bytes:
    return pdf.write(link_note(note, scan(root), Settings()), Settings()).data


@cache
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def _sheet(css: str) -> Any:
    return engine._weasyprint().CSS(string=css)


def _render(body: str, sheet: Any) -> Any:
    html = engine._weasyprint().HTML(string=f'<html lang="ja"><body>{body}</body></html>')
    return html.render(stylesheets=[sheet], font_config=_fonts())


def _boxes(document: Any) -> list[tuple[str, float]]:
    return [(b.element_tag, b.width) for page in document.pages for b in page._page_box.descendants()]


def test_a_document_is_the_same_after_others(tmp_path: Path) -> None:
    (tmp_path / "甲.md").write_text(TRICKY, "utf-8")
    (tmp_path / "乙.md").write_text(LISTS, "utf-8")
    first = {}
    for note in ("甲.md", "乙.md"):
        cascade._KEPT.clear()
        first[note] = _print(tmp_path, note)
    cascade._KEPT.clear()
    for note in ("甲.md", "乙.md", "乙.md", "甲.md"):
        assert _print(tmp_path, note) == first[note]


def test_printing_changes_no_style_that_is_kept(tmp_path: Path) -> None:
    (tmp_path / "甲.md").write_text(TRICKY, "utf-8")
    (tmp_path / "乙.md").write_text(LISTS, "utf-8")
    for note in ("甲.md", "乙.md"):
        _print(tmp_path, note)
    before = [(style, dict(style), style.__dict__.get("anonymous_style", {}).copy()) for style in _kept_styles()]
    assert len(before) > 50
    for note in ("甲.md", "乙.md"):
        _print(tmp_path, note)
    for style, values, anonymous in before:
        assert {name: style[name] for name in values} == values
        assert {name: style.anonymous_style[name] for name in anonymous} == anonymous
    kept = {id(style) for style in _kept_styles()}
    assert sum(id(style) in kept for style, _, _ in before) == len(before)


def test_what_the_same_rules_style_is_styled_once() -> None:
    sheet = _sheet(CSS.replace("10vw", "10px"))
    _render("<h1 id='a'>一</h1><p>あ<em>い</em><p>う", sheet)
    count = len(list(_kept_styles()))
    _render("<h1 id='b'>二</h1><h1>三</h1><p>え<em style=''>お</em>", sheet)
    assert len(list(_kept_styles())) == count


def test_names_are_each_elements_own() -> None:
    sheet = _sheet(CSS)
    for names in (["甲", "乙"], ["乙", 'a"b', "inherit"], ["甲"]):
        pages = _render("".join(f"<p id='{name}'>あ" for name in names), sheet).pages
        assert [name for page in pages for name in page.anchors] == [name for name in names if name[0] in "甲乙"]


def test_the_first_pages_size_is_each_documents_own() -> None:
    sheet = _sheet(CSS)
    narrow, wide = "<div></div><p>あ", "<section class=wide><div></div><p>あ</section>"
    first = [_boxes(_render(body, sheet)) for body in (narrow, wide)]
    assert first[0] != first[1]
    cascade._KEPT.clear()
    for body, boxes in zip((narrow, wide, narrow), (*first, first[0]), strict=True):
        assert _boxes(_render(body, sheet)) == boxes


def test_a_style_that_is_written_into_is_not_kept() -> None:
    sheet = _sheet(CSS)
    page = _render("<p>あ", sheet).pages[0]._page_box
    box = next(box for box in page.descendants() if box.element_tag == "p")
    box.style["margin_top"] = box.style["margin_top"]
    assert any(style is box.style for style in _kept_styles())
    box.style["margin_top"] = box.style["margin_left"]
    assert all(style is not box.style for style in _kept_styles())


@pytest.mark.parametrize("body", ["<body class=box><p>あ", "<p><a href='#x'>一</a><a href='#い'>二</a><p id='い'>三"])
def test_what_layout_writes_does_not_reach_other_documents(body: str) -> None:
    sheet = _sheet(CSS)
    seen = []
    for _ in range(2):
        document = _render(body, sheet)
        styles = [(b.style["overflow"], b.style["white_space"]) for b in document.pages[0]._page_box.descendants()]
        seen.append((document.pages[0]._page_box.style["overflow"], styles, _boxes(document)))
    assert seen[0] == seen[1]


def test_each_document_is_told_of_what_is_wrong_in_it(caplog: pytest.LogCaptureFixture) -> None:
    sheet = _sheet(CSS)
    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.WARNING, "weasyprint"):
            _render("<p style='wisdom: 3'>あ", sheet)
        assert "wisdom" in caplog.text


def test_a_style_that_could_not_be_computed_is_watched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from weasyprint import css

    sheet = _sheet(CSS)
    page = _render("<p>あ", sheet).pages[0]._page_box
    style = next(box.style for box in page.descendants() if box.element_tag == "p")
    monkeypatch.setitem(css.COMPUTER_FUNCTIONS, "z_index", lambda *_: 1 / 0)
    style.cascaded["z_index"] = 1, None
    with pytest.raises(ZeroDivisionError):
        style["z_index"]
    assert any(kept is style for kept in _kept_styles())
    style["margin_top"] = style["margin_left"]
    assert all(kept is not style for kept in _kept_styles())


def test_little_is_kept() -> None:
    for number in range(2 * cascade._MOST_SHEETS):
        _render("<p>あ", _sheet(f"p {{ width: {number}px }}"))
        assert len(cascade._KEPT) <= cascade._MOST_SHEETS
    sheet = _sheet(CSS.replace("10vw", "10px"))
    for number in range(4):
        _render("".join(f"<p style='width: {number}.{k}px'>" for k in range(200)), sheet)
        assert len(list(_kept_styles())) < cascade._MOST_STYLES + 300


def test_no_document_is_held() -> None:
    sheet = _sheet(CSS)
    document = _render("<h1 id='a'>一</h1><ul><li>あ<li style='width: 3em'>い</ul><pre>う", sheet)
    document.write_pdf()
    held = [weakref.ref(document), weakref.ref(document.pages[0]._page_box), weakref.ref(document._html)]
    del document
    gc.collect()
    assert [ref() for ref in held] == [None] * 3


PAGES = """
@page { size: 300px 60px; margin: 10px; @bottom-center { content: counter(page) "/" counter(pages) } }
@page :first { margin-left: 20px; @bottom-center { content: none } @top-left { content: "初"; width: 50% } }
@page :left { margin-left: 30px; counter-increment: page 2 }
@page :blank { margin-left: 40px; @top-left { content: "白" } }
@page wide { margin-left: 50px; @top-left { content: string(title); white-space: pre } }
.wide { page: wide } .turn { break-before: right } h1 { string-set: title content() }
"""

NTH = "@page :nth(2n) { margin-left: 70px } @page :nth(1 of wide) { margin-left: 80px }"


def _page_boxes(document: Any) -> list[Any]:
    return [
        (b.element_tag, b.position_x, b.width, getattr(b, "text", ""))
        for page in document.pages
        for b in page._page_box.descendants()
    ]


@pytest.mark.parametrize("css", [PAGES, PAGES + NTH])
def test_pages_are_styled_as_by_weasyprint(css: str) -> None:
    sheet = _sheet(css)
    bodies = ["<h1>一</h1><p>あ<p>い<p>う", "<p>あ<h1 class=wide>二</h1><p class=turn>い", "<p class=wide>あ<p>い<p>う"]
    for body in bodies * 2:
        quick = _page_boxes(_render(body, sheet))
        with suspended():
            assert _page_boxes(_render(body, sheet)) == quick


def test_pages_styles_are_kept() -> None:
    sheet = _sheet(PAGES)
    styles = [_render(f"<p>{text}", sheet).pages[0]._page_box.style for text in "あい"]
    assert styles[0] is styles[1]
    assert any(style is styles[0] for style in _kept_styles())


def test_a_page_that_takes_its_size_from_another() -> None:
    sheet = _sheet("@page { size: 300px 100px; margin: 10px } @page :left { margin-left: 10vw }")
    body = "<p>あ<p style='break-before: page'>い"
    for _ in range(2):
        quick = _page_boxes(_render(body, sheet))
        with suspended():
            assert _page_boxes(_render(body, sheet)) == quick
