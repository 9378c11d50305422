"""What is really on the pages: text, links, outline, tags, fonts, and which page a note and its mark are on."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convert.formats import pdf
from convert.link.document import Properties
from convert.nodes import attr, image, link, para, span, string, words
from convert.settings import Settings
from tests.support.pages import callout, child, document, note, picture, png, repeat, text
from tests.support.pdf import Pdf, squeezed

SMALL = Settings(page_size="A6", page_chars=20, page_lines=20)


def printed(content, chosen=SMALL, **parts):
    output = pdf.write(document(content, **parts), chosen)
    read = Pdf(output.data)
    assert read.pages == output.pages
    return read, [d.code for d in output.diagnostics]


def pages_of_notes(read):
    """Note number -> (page of its first mark, page of the note)."""
    places = read.destinations
    numbers = {int(name[3:]) for name in places if re.fullmatch(r"fn-\d+", name)}
    return {number: (places[f"fnref-{number}"][0], places[f"fn-{number}"][0]) for number in numbers}


@pytest.fixture(scope="module")
def mixed():
    source = (
        "## 甲の題[^1]\n\n本文です。**太い字**と*強調*と`code`。\n\n### 乙の題\n\n"
        "| 頭 | 値 |\n|--|--:|\n| 表の字[^2] | 1 |\n\n- 箇条[^3]\n\n"
        "[^1]: 見出しの注。\n[^2]: 表の注。\n[^3]: 箇条の注。\n"
    )
    properties = Properties(("山田 花子", "A"), "2024-12-02", "説明", ("甲", "乙"))
    return printed(source, Settings(), title="題 ＆ 名", properties=properties)


class TestWhole:
    def test_metadata_comes_from_the_document_and_no_clock(self, mixed):
        read, _ = mixed
        assert (read.title, read.author, read.language) == ("題 ＆ 名", "山田 花子, A", "ja")
        assert {str(key) for key in read._pike.docinfo} == {
            "/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate",
        }  # fmt: skip
        assert str(read._pike.docinfo["/CreationDate"]).startswith("D:20241202")

    def test_outline_is_every_heading_without_marks_the_title_first(self, mixed):
        read, _ = mixed
        assert [(h.level, h.title, h.page) for h in read.outline] == [
            (1, "題 ＆ 名", 1), (2, "甲の題", 1), (3, "乙の題", 1),
        ]  # fmt: skip

    def test_tags(self, mixed):
        read, _ = mixed
        assert read.tagged
        assert {"H1", "H2", "H3", "P", "L", "LI", "Table", "TH", "TD", "Link"} <= set(read.tags)

    def test_fonts_are_ours_and_embedded(self, mixed):
        read, codes = mixed
        assert all(font.embedded and font.name.startswith("Kumihan") for font in read.fonts)
        assert {"Kumihan-Gothic-Bold", "Kumihan-Mincho", "Kumihan-Mono"} <= {font.name for font in read.fonts}
        bold = [run.text for run in read.runs(1) if "Gothic-Bold" in run.font]
        assert any("太い字" in run for run in bold)
        assert read.notdef == ()
        assert codes == []

    def test_marks_and_notes_are_linked_both_ways(self, mixed):
        read, _ = mixed
        names = [link.name for link in read.links]
        assert sorted(names) == sorted([*(f"fn-{n}" for n in (1, 2, 3)), *(f"fnref-{n}" for n in (1, 2, 3))])
        assert pages_of_notes(read) == {1: (1, 1), 2: (1, 1), 3: (1, 1)}

    def test_a_note_stands_below_the_text(self, mixed):
        read, _ = mixed
        assert read.find("見出しの注")[0].y > read.find("箇条")[0].y + 100

    def test_a_break_in_a_note_is_one_line_end(self):
        read, _ = printed("甲[^1]\n\n[^1]: 一行目\\\n  二行目\n")
        (first,), (second,) = read.find("一行目"), read.find("二行目")
        assert 0 < second.y - first.y < 15

    def test_page_numbers_and_running_heads(self):
        read, _ = printed("## 章の題\n\n" + "本文が続く。" * 400, title="文書の題")
        assert read.pages > 2
        for number in range(1, read.pages + 1):
            assert f"{number}/{read.pages}" in squeezed(read.text(number))
        assert squeezed(read.text(1)).count("文書の題") == 1
        assert "文書の題" in read.text(2)
        assert "章の題" in read.text(2)

    def test_same_bytes_each_time(self):
        doc = document("甲[^1] 📑 $x^2$\n\n[^1]: 注\n")
        assert pdf.write(doc, SMALL).data == pdf.write(doc, SMALL).data

    def test_an_empty_document_is_a_page(self):
        read, codes = printed([], print_title=False)
        assert (read.pages, codes) == (1, [])

    def test_strange_characters_neither_break_it_nor_get_lost(self):
        kept = "\ufa10\ufa19\u9ad9\U00020bb7\u845b\U000e0100☐☒≒❯📑"
        read, codes = printed([para([string("\x00\x1b\x7f\ufffe" + kept)])], title="\x01題")
        assert "font.missing-glyph" not in codes
        assert set(kept) - {"\U000e0100"} <= set(read.characters)


class TestBlocks:
    def test_measure_is_whole_characters(self):
        read, _ = printed("あ" * 100, print_title=False)
        lines = [line for line in read.text(1).split("\n") if "あ" in line]
        assert [len(line.strip()) for line in lines] == [19, 20, 20, 20, 19, 2]

    @pytest.mark.parametrize("following", ["い", *"。、」）ー"])
    def test_neither_a_mark_nor_a_closing_sign_behind_it_begins_a_line(self, following):
        for length in range(15, 22):
            read, _ = printed("あ" * length + f"[^1]{following}いい\n\n[^1]: 注\n", print_title=False)
            beginnings = [line[:1] for line in read.text(1).split("\n") if "注" not in line]
            assert "1" not in beginnings[:-1], length
            assert following == "い" or following not in beginnings, length

    def test_a_line_may_end_behind_a_mark(self):
        read, _ = printed("あ" * 18 + "[^1]いいいい\n\n[^1]: 注\n", print_title=False)
        assert read.find("いい")[0].y > read.find("1)")[0].y + 8

    def test_lists_begin_where_they_say(self):
        read, _ = printed("3. 三\n4. 四\n   1. 中\n")
        for label, item in (("3.", "三"), ("4.", "四"), ("1.", "中")):
            number, words_ = read.find(label)[0], read.find(item)[0]
            assert number.x < words_.x
            assert abs(number.y - words_.y) < 6

    @pytest.mark.parametrize("kind", ["warning", "私の型"])
    def test_callout_is_a_box_with_bar_and_title(self, kind):
        read, codes = printed([callout(kind, words("囲みの題"), [text("囲みの文")])], print_title=False)
        assert codes == []
        assert read.find("囲みの題")[0].y < read.find("囲みの文")[0].y
        assert any("囲みの題" in run.text and "Gothic-Bold" in run.font for run in read.runs(1))
        colour = b"0.92549" if kind == "warning" else b"0.031373"  # the bar, in the colour of its type
        assert colour in read._pike.pages[0].Contents.read_bytes()

    def test_short_callout_stays_whole_and_long_one_breaks(self):
        def box(sentences):
            return callout("note", words("題名"), [text(f"文{n}。") for n in range(sentences)])

        filler = [text("あ") for _ in range(15)]
        short, _ = printed([*filler, box(4)], print_title=False)
        assert short.find("題名")[0].page == short.find("文3")[0].page == 2
        long, _ = printed([*filler, box(30)], print_title=False)
        assert long.find("題名")[0].page == long.find("文0")[0].page
        assert long.find("文29")[0].page > long.find("題名")[0].page

    def test_heading_is_never_last_on_a_page(self):
        for lines in range(12, 20):
            blocks = [*(text("あ") for _ in range(lines)), {"t": "Header", "c": [2, attr("h"), words("見出し")]}]
            read, _ = printed([*blocks, text("本文" * 30)], print_title=False)
            assert read.find("見出し")[-1].page == read.find("本文")[0].page

    def test_table_head_is_repeated(self):
        rows = "".join(f"| 行{n} | {n} |\n" for n in range(60))
        read, _ = printed("| 頭 | 値 |\n|--|--|\n" + rows)
        assert read.pages > 2
        assert all("頭" in read.text(page) for page in range(1, read.pages + 1))

    def test_picture_is_as_wide_as_asked_and_never_wider_than_the_text(self, tmp_path):
        (tmp_path / "a.png").write_bytes(png(800, 400))
        doc = {"pictures": {"k": picture(tmp_path / "a.png")}}
        for pairs, width in (([("width", "100")], 75.0), ([], 20 * 10.5)):
            read, codes = printed([para([image(words("絵"), "picture:k", attr("", [], pairs))])], **doc)
            content = read._pike.pages[0].Contents.read_bytes().decode("latin-1")
            drawn = [float(m[1]) * 0.75 for m in re.finditer(r"([\d.]+) 0 0 -[\d.]+ 0 [\d.]+ cm", content)]
            assert drawn[1:] == [pytest.approx(width, abs=0.1)]
            assert codes == []
            assert "Figure" in read.tags

    def test_broken_picture_leaves_a_box(self, tmp_path):
        (tmp_path / "a.png").write_bytes(b"x")
        doc = {"pictures": {"k": picture(tmp_path / "a.png", "絵.png")}}
        read, codes = printed([para([image([], "picture:k")])], **doc)
        assert "読めない画像：絵.png" in squeezed(read.text())
        assert codes == ["image.invalid"]

    def test_addresses_are_links(self):
        read, _ = printed([para([link(words("外"), "https://example.com/日本?a=1#x", attr("", ["external-link"]))])])
        assert [link.uri for link in read.links] == ["https://example.com/%E6%97%A5%E6%9C%AC?a=1#x"]

    def test_ruby_stands_above_its_base(self):
        ruby = span([*words("漢字"), span(words("かんじ"), attr("", ["rt"]))], attr("", ["ruby"]))
        read, _ = printed([text("前の行"), para([*words("これは"), ruby, *words("です")])])
        assert read.find("かんじ")[0].y < read.find("漢字")[0].y
        assert read.find("です")[0].y - read.find("漢字")[0].y < 3


class TestNotes:
    def test_note_with_every_kind_of_block(self):
        source = (
            "本文[^1]。次[^2]。\n\n[^1]: 一段。\n\n    二段。\n\n    - 箇条\n      - 中の箇条\n\n    3. 三番\n\n"
            "    ```\n    code()\n    ```\n\n    | 頭 | 値 |\n    |--|--|\n    | 甲 | 乙 |\n\n    > 引用\n\n"
            "[^2]: ```\n    only code\n    ```\n"
        )
        read, codes = printed(source, Settings())
        order = ["一段", "二段", "箇条", "中の箇条", "3.", "三番", "code()", "頭", "甲", "引用", "onlycode"]
        heights = [read.find(word)[0].y for word in order]
        assert all(below > above - 3 for above, below in pairwise(heights))
        assert pages_of_notes(read) == {1: (1, 1), 2: (1, 1)}
        assert codes == []

    def test_repeated_mark_and_note_in_a_note(self):
        blocks = [
            para([*words("甲"), note(1, [para([*words("外の注"), repeat(2)])]), child(2, [text("内の注")]), repeat(1)]),
        ]
        read, _ = printed(blocks)
        assert squeezed(read.text(1)).startswith("題甲1)1)")
        assert read.find("内の注")[0].y > read.find("外の注")[0].y
        assert pages_of_notes(read) == {1: (1, 1), 2: (1, 1)}
        assert [link.name for link in read.links].count("fn-1") == 2

    def test_mark_within_a_link_and_in_headings_and_titles_of_callouts(self):
        blocks = [
            {"t": "Header", "c": [2, attr("h"), [*words("題"), note(1, [text("見出しの注")])]]},
            callout("note", [*words("囲み"), note(2, [text("囲みの注")])], []),
            para([link([*words("前"), note(3, [text("中の注")]), *words("後")], "https://example.com/")]),
        ]
        read, _ = printed(blocks)
        sizes = {run.text: run.size for run in read.runs(1) if "の注" in run.text}
        assert [size * 0.75 for size in sizes.values()] == pytest.approx([8.4] * len(sizes), abs=0.01)
        assert len([link for link in read.links if link.uri]) == 2
        assert [h.title for h in read.outline] == ["題", "題"]

    def test_a_note_of_three_pages_comes_out_whole_and_in_order(self):
        signs = [chr(0x4E00 + n) for n in range(110)]
        sentences = [
            f"「{sign}」は長い注の一部で、途中に[案内{sign}](https://example.com/{sign})を持つ。" for sign in signs
        ]
        source = f"本文[^1]。{'■' * 600}\n\n[^1]: {''.join(sentences)}\n\n    終わりの段。\n"
        read, codes = printed(source, Settings(page_size="A5"))
        solid = re.sub(r"■|\d+/\d+|題", "", squeezed("".join(read.texts)))
        wanted = "".join(f"「{sign}」は長い注の一部で、途中に案内{sign}を持つ。" for sign in signs) + "終わりの段。"
        assert wanted in solid
        assert codes == []
        assert {link.page for link in read.links if link.uri} >= {1, 2, 3}
        assert len({link.uri for link in read.links if link.uri}) == 110

    def test_no_seam_shows_where_a_long_note_is_cut(self):
        source = f"本文[^1]。\n\n[^1]: {''.join(f'長い注の文{n:03}である。' for n in range(120))}\n"
        read, _ = printed(source, Settings(page_size="A5"))
        lines = [line.strip() for page in read.texts for line in page.split("\n") if "注の" in line]
        widths = [sum(0.56 if char.isdecimal() else 1 for char in line) for line in lines[1:-1]]
        assert len(widths) > 20
        assert max(widths) - min(widths) < 3

    def test_long_code_and_tables_in_a_note_flow_on(self):
        code = "\n".join(f"    行{n:02}" for n in range(60))
        rows = "\n".join(f"    | 甲{n:02} | 乙 |" for n in range(40))
        source = f"本文[^1]。\n\n[^1]: 注。\n\n    ```\n{code}\n    ```\n\n    | 頭 | 値 |\n    |--|--|\n{rows}\n"
        read, _ = printed(source)
        solid = squeezed("".join(read.texts))
        assert [solid.count(f"行{n:02}") for n in range(60)] == [1] * 60
        assert [solid.count(f"甲{n:02}") for n in range(40)] == [1] * 40
        assert all(place.y > 0 for n in range(60) for place in read.find(f"行{n:02}"))

    def test_what_waits_for_a_longer_note_is_told(self):
        long = "とても長い注である。" * 150
        read, codes = printed(f"本文[^1]と[^2]。\n\n[^1]: {long}\n[^2]: 短い注。\n")
        assert codes == ["footnote.moved"]
        (mark, place) = pages_of_notes(read)[2]
        assert place > mark

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(st.tuples(st.integers(1, 90), st.integers(1, 60), st.booleans()), min_size=6, max_size=14))
    def test_every_note_is_on_the_page_of_its_mark(self, shape):
        body, notes = [], []
        for number, (before, length, new) in enumerate(shape, 1):
            body.append("本文が続く。" * (before // 3) + f"印{number}[^{number}]が付く。" + ("\n\n" if new else ""))
            notes.append(f"[^{number}]: 注{number}の文。{'長い。' * length}\n")
        read, codes = printed("".join(body) + "\n\n" + "".join(notes), Settings(page_size="A5"))
        places = pages_of_notes(read)
        assert sorted(places) == list(range(1, len(shape) + 1))
        moved = {number for number, (mark, place) in places.items() if mark != place}
        assert len(moved) == codes.count("footnote.moved")
        assert not moved
