"""The table of contents: what it lists, where it stands, and the page numbers that are really printed."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from lxml import etree

from convert.formats import html, pdf
from convert.nodes import attr, div
from convert.settings import Settings
from tests.support.html import Html
from tests.support.pages import blocks_of, callout, document, text
from tests.support.pdf import Pdf, squeezed

FILL = "行の字。" * 90
SOURCE = f"""## 甲章[^1]

{FILL}

### 甲の*一節*

{FILL}

#### 深い題

字。

## 乙章

字。

[^1]: 注。
"""


def printed(source: object = SOURCE, contents: str = "2", **settings: object) -> Pdf:
    chosen = Settings(page_size="A6", page_chars=20, page_lines=20, contents=contents, **settings)  # type: ignore[arg-type]
    output = pdf.write(document(source), chosen)  # type: ignore[arg-type]
    assert not output.diagnostics
    return Pdf(output.data)


def listed(read: Pdf) -> list[tuple[str, int]]:
    """The entries on the first page, and the numbers behind their leaders."""
    return [(m[1].strip(), int(m[2])) for m in re.finditer(r"^(.*?)[ .]{3,}(\d+)$", read.text(1), re.MULTILINE)]


@pytest.fixture(scope="module")
def read() -> Pdf:
    return printed()


class TestPaper:
    def test_entries_have_the_pages_that_their_headings_are_on(self, read: Pdf) -> None:
        pages = {heading.title: heading.page for heading in read.outline}
        assert listed(read) == [(title, pages[title]) for title in ("甲章", "甲の一節", "乙章")]
        assert len({page for _, page in listed(read)}) == 3

    def test_entries_lead_to_their_headings(self, read: Pdf) -> None:
        first = [link.target_page for link in read.links if link.page == 1]
        assert [page for _, page in listed(read)] == first[:3]

    def test_title_is_a_label_and_not_in_the_outline(self, read: Pdf) -> None:
        text = squeezed(read.text(1))
        assert text.index("題") < text.index("目次") < text.index("甲章")
        assert [heading.title for heading in read.outline] == ["題", "甲章", "甲の一節", "深い題", "乙章"]

    def test_default_has_none(self) -> None:
        assert "目次" not in printed(contents="no").text()

    def test_nothing_without_headings(self) -> None:
        assert "目次" not in printed("字。").text()

    def test_depth_counts_from_the_highest_heading(self) -> None:
        assert [title for title, _ in listed(printed(contents="1"))] == ["甲章", "乙章"]

    def test_sections_that_kumihan_adds_are_listed(self) -> None:
        assert [title for title, _ in listed(printed(contents="1", footnotes_place="end"))] == ["甲章", "乙章", "注"]


class TestScreen:
    def page(self, source: object, contents: str = "6", **parts: object) -> str:
        """The page as HTML."""
        output = html.write(document(source, **parts), Settings(contents=contents))  # type: ignore[arg-type]
        return output.data.decode()

    def test_list_is_nested_and_linked(self) -> None:
        page = Html(self.page("## A\n\n### B\n\n#### C\n\n## D\n"))
        assert page.one("nav").get("aria-label") == "目次"
        inside = re.sub(r'<a href="#(.)">\1</a>', r"\1", etree.tostring(page.one("nav > ol"), encoding="unicode"))
        assert inside == "<ol><li>A<ol><li>B<ol><li>C</li></ol></li></ol></li><li>D</li></ol>"

    def test_entries_are_without_marks_and_lead_to_headings(self) -> None:
        page = Html(self.page(SOURCE))
        assert page.texts("nav a") == ["甲章", "甲の一節", "深い題", "乙章"]
        wanted = [unquote(link.get("href", "")[1:]) for link in page.all("nav a")]
        assert wanted == [heading.get("id") for heading in page.all("h2, h3, h4")]

    def test_order_with_leaps_between_levels(self) -> None:
        page = Html(self.page("### C\n\n# A\n\n### B\n\n## D\n"))
        assert page.texts("nav a") == ["C", "A", "B", "D"]
        assert page.texts("nav > ol > li > a") == ["C", "A"]

    def test_stands_behind_byline_and_a_heading_that_is_the_title(self) -> None:
        byline = div([div([text("著者")], attr("", ["author"]))], attr("", ["byline"]))
        title, *rest = blocks_of("# 題\n\n## 甲\n\n字。")
        page = self.page([title, byline, *rest], print_title=False)
        assert page.index("<h1") < page.index("著者") < page.index("<nav") < page.index("<h2")
        assert 'href="#題"' not in page

    def test_headings_in_callouts_are_not_listed(self) -> None:
        blocks = [
            callout("note", [{"t": "Str", "c": "囲み"}], blocks_of("## 中\n")),
            *blocks_of("## 甲\n\n> ## 引用\n"),
        ]
        assert Html(self.page(blocks)).texts("nav a") == ["甲"]
