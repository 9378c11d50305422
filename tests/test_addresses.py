"""Addresses on paper: which notes and lists the pages have, and how an address is written there."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.formats import pdf
from convert.nodes import Node, attr, link, rewrite
from convert.pdf.addresses import shown
from convert.settings import Settings
from tests.support.pages import blocks_of, document
from tests.support.pdf import Pdf, squeezed

WIKI = "https://ja.wikipedia.org/wiki/%E7%B5%84%E7%89%88"


def linked(markdown: str) -> list[Node]:
    """Pandoc's reading, with the class that the link stage gives to addresses."""
    blocks = blocks_of(markdown)

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Link":
            return None
        _, text, (address, title) = node["c"]
        return [link(text, address, attr("", ["external-link"]), title)]

    rewrite(blocks, change)
    return blocks


def printed(markdown: str, **settings: object) -> Pdf:
    chosen = Settings(page_size="A6", page_chars=20, page_lines=20, **settings)  # type: ignore[arg-type]
    output = pdf.write(document(linked(markdown)), chosen)
    assert not output.diagnostics
    return Pdf(output.data)


def test_plain_prints_no_address() -> None:
    assert "wikipedia" not in printed(f"[組版]({WIKI})の話。", links="plain").text()


class TestFootnote:
    def test_the_address_is_at_the_foot_of_its_page_decoded(self) -> None:
        read = printed(f"一頁目。\n\n{'行の字。' * 110}\n\n[組版]({WIKI})の話。", links="footnote")
        page = read.find("組版a)の話")[0].page
        assert page > 1
        note, mark = read.find("ja.wikipedia.org/wiki/組版")[0], read.find("組版a)の話")[0]
        assert (note.page, mark.page) == (page, page)
        assert note.y > mark.y

    def test_marks_are_counted_apart_from_footnotes(self) -> None:
        text = squeezed(
            printed(
                "甲[^1]と[乙](https://example.org/b)、丙[^2]と[丁](https://example.org/d)。\n\n"
                "[^1]: 注一。\n[^2]: 注二。\n",
                links="footnote",
            ).text()
        )
        assert "甲1)と乙a)、丙2)と丁b)。" in text
        notes = [text.index(note) for note in ("1)注一", "a)https", "2)注二", "b)https")]
        assert notes == sorted(notes)

    def test_an_address_has_one_note_however_often_it_is_linked(self) -> None:
        read = printed("[甲](https://example.org/x)と[乙](https://example.org/x)。", links="footnote")
        assert "甲a)と乙a)" in squeezed(read.text())
        assert len(read.find("example.org/x")) == 1

    @pytest.mark.parametrize("text", ["https://example.org/x", "example.org/x", WIKI, "ja.wikipedia.org/wiki/組版"])
    def test_a_link_that_reads_as_its_address_has_no_note(self, text: str) -> None:
        address = WIKI if "wiki" in text else "https://example.org/x"
        assert "a)" not in printed(f"[{text}]({address})を見る。", links="footnote").text()

    def test_a_link_in_a_footnote_has_its_address_behind_it(self) -> None:
        text = squeezed(printed("字[^1]。\n\n[^1]: [甲](https://example.org/x)の注。\n", links="footnote").text())
        assert "1)甲（https://example.org/x）の注。" in text
        assert "a)" not in text

    def test_a_link_that_a_footnote_cuts_has_one_mark_at_its_end(self) -> None:
        text = squeezed(printed("[甲[^1]乙](https://example.org/x)丙\n\n[^1]: 注。\n", links="footnote").text())
        assert "甲1)乙a)丙" in text

    def test_a_long_address_is_copied_whole_and_stays_in_its_column(self) -> None:
        address = "https://example.org/" + "/".join(f"part{n}-of_it" for n in range(12)) + "?q=1&r=2"
        read = printed(f"[甲]({address})。", links="footnote")
        assert address in squeezed(read.text())
        assert all(place.box[2] < read.sizes[0][0] for place in read.links)

    def test_the_outline_and_headings_have_no_mark(self) -> None:
        read = printed("## [甲](https://example.org/x)の題\n\n字。", links="footnote")
        assert [heading.title for heading in read.outline] == ["題", "甲の題"]
        assert "example.org/x" in squeezed(read.text())


def test_list_collects_the_addresses_at_the_end() -> None:
    read = printed(
        "## 章\n\n[甲](https://example.org/a)と[乙](https://example.org/b)と[丙](https://example.org/a)。", links="list"
    )
    text = squeezed(read.text())
    assert "甲[1]と乙[2]と丙[1]。" in text
    assert text.index("リンク先") < text.index("[1]https://example.org/a") < text.index("[2]https://example.org/b")
    assert [(heading.level, heading.title) for heading in read.outline] == [(1, "題"), (2, "章"), (2, "リンク先")]


def test_endnotes_stand_behind_the_text_in_order_with_links_both_ways() -> None:
    source = f"甲[^1]。\n\n{'行の字。' * 110}\n\n乙[^2]と甲[^1]。\n\n[^1]: 注一。\n[^2]: 注二。\n\n    二段目。\n"
    read = printed(source, footnotes_place="end")
    assert [heading.title for heading in read.outline] == ["題", "注"]
    last = squeezed(read.text(read.pages))
    assert "1)注一。2)注二。二段目。" in last
    assert "注一" not in read.text(1)
    places = read.destinations
    assert places["fnref-1"][0] == 1
    assert places["fn-1"][0] == places["fn-2"][0] == read.pages


class TestShown:
    @pytest.mark.parametrize(
        ("address", "written"),
        [
            (WIKI, "https://ja.wikipedia.org/wiki/組版"),
            ("https://example.org/%e7%b5%84", "https://example.org/組"),
            ("https://example.org/a%20b%2Fc%3F", "https://example.org/a%20b%2Fc%3F"),
            ("https://example.org/%FF%FE", "https://example.org/%FF%FE"),
            ("https://example.org/%E2%80%AE", "https://example.org/%E2%80%AE"),
            ("https://example.org/%E3%80%80", "https://example.org/%E3%80%80"),
            ("https://example.org/%E3%81%8B%E3%82%99", "https://example.org/%E3%81%8B%E3%82%99"),
            ("mailto:a@example.org", "a@example.org"),
        ],
    )
    def test_decoded_only_where_it_can_be_typed(self, address: str, written: str) -> None:
        assert shown(address) == written

    @given(st.text(st.characters(codec="utf-8"), max_size=20))
    def test_what_is_shown_leads_to_the_same_address(self, text: str) -> None:
        address = "https://example.org/" + quote(text, safe="")
        assert quote(shown(address), safe=":/%") == address
