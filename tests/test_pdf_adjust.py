"""Where the lines of Japanese text end: by the boxes of a layout, and by the ink on finished pages."""

from __future__ import annotations

import ctypes
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from lxml import etree

from convert.formats import pdf
from convert.link import link_note
from convert.pdf import adjust, engine
from convert.settings import Settings
from convert.vault import scan
from tests.support.pages import document
from tests.support.pdf import Pdf
from tests.support.project import SHARED

EM = 20.0
CSS = (
    "@page { size: 900px 900px; margin: 0 } body { margin: 0 } "
    'html { font: 20px/30px "Kumihan Mincho"; overflow-wrap: anywhere } p { margin: 0; text-indent: 0 } '
    ".half { font-feature-settings: 'halt' } "
    ".over { position: relative; white-space: nowrap } .keep { white-space: nowrap } "
    ".above { position: absolute; left: -2em; right: -2em; top: -.62em; font-size: .5em; text-align: center }"
)
TEXT = "吾輩は猫である名前はまだ無いどこで生れたかとんと見当がつかぬ何でも薄暗いじめじめした所で"
#: what can't be broken, so that the line before it is short
WORD = '<span class="keep">X{}X</span>'


def laid_out(body, width, *, css="", lang="ja"):
    """The layout of a body whose paragraphs are so many em wide."""
    root = etree.fromstring(f"<html lang='{lang}'><head><title>題</title></head><body>{body}</body></html>")
    choice = engine.choose_fonts("".join(root.itertext()), Settings(), "A.md")
    return engine.lay_out(root, [f"{CSS} p {{ width: {width}em }} {css}"], {}, choice)


def boxes(layout, kind):
    stack, found = [layout.pages[0]._page_box.children[0]], []
    while stack:
        box = stack.pop()
        if type(box).__name__ == kind:
            found.append(box)
        stack += reversed(getattr(box, "children", ()))
    return found


def lines(layout):
    """Of each line: where its first text begins and its last one ends, in em, and its text."""
    found = []
    for line in boxes(layout, "LineBox"):
        texts = [leaf.box for leaf in adjust._leaves(line, rigid=False) if hasattr(leaf.box, "text")]
        texts = [box for box in texts if box.text.strip("\u200b\u2060")]
        end = texts[-1].position_x + texts[-1].width
        if texts[-1].text.endswith(adjust.GAP_BREAK):
            end -= adjust.GAP * texts[-1].style["font_size"]
        found.append((texts[0].position_x / EM, end / EM, "".join(box.text for box in texts)))
    return found


def near(value):
    return pytest.approx(value, abs=0.002)


def test_the_weasyprint_here_is_one_that_is_known():
    engine._weasyprint()
    adjust.problem.cache_clear()
    assert adjust.problem() == ""


class TestLines:
    def test_all_but_the_last_are_even(self):
        found = lines(laid_out(f"<p class='ja-even'>{TEXT}</p>", 14.7))
        assert [(start, end) for start, end, _ in found[:-1]] == [(near(0), near(14.7))] * 3
        assert found[-1][1] == near(len(found[-1][2]))

    def test_elements_within_share_the_gaps(self):
        body = f"<p class='ja-even'>{TEXT[:5]}<b>{TEXT[5:8]}<a>{TEXT[8:11]}</a></b>{TEXT[11:]}</p>"
        found = lines(laid_out(body, 14.7))
        assert found[0][:2] == (near(0), near(14.7))
        starts = [box.position_x / EM for box in boxes(laid_out(body, 14.7), "TextBox")[:4]]
        assert starts == [near(n * (1 + 0.7 / 13)) for n in (0, 5, 8, 11)]

    def test_brackets_and_stops_are_flush(self):
        found = lines(laid_out("<p class='ja-even'>「二三四五六七八九、「二三四五六七八九。「二三</p>", 10))
        assert [(start, end) for start, end, _ in found] == [(near(-0.5), near(10.5))] * 2 + [(near(-0.5), near(2.5))]

    def test_a_halved_sign_has_no_blank_to_hang(self):
        halved = "一二三四五六七八<span class='half'>」</span>"
        body = f"<p class='ja-even'>{halved}</p><p class='ja-even'>一二三四五六七八」二三</p>"
        assert lines(laid_out(body, 9))[0][1] == near(8.5)
        assert lines(laid_out(body, 9))[1][1] == near(9.5)

    def test_latin_spaces_grow_first_and_not_beyond_a_quarter(self):
        body = f"<p class='ja-even'>日本A B C語の文{WORD.format('Y' * 12)}</p>"
        width = next(box for box in boxes(laid_out(body, 30), "TextBox") if box.text[0] == "日").width / EM
        for more, space, gap in ((0.4, 0.2, 0), (0.7, 0.25, 0.05), (0.9, 0.25, 0.1)):
            layout = laid_out(body, width + more)
            box = boxes(layout, "TextBox")[0]
            assert (box.pango_layout.space / EM, box.pango_layout.gap / EM) == (near(space), near(gap))
            assert lines(layout)[0][1] == near(width + more)
            assert adjust.drawn_width(box) == pytest.approx(box.width, abs=0.02)

    def test_a_blank_between_latin_and_japanese_does_not_grow(self):
        body = f"<p class='ja-even'>日本 A 語の文{WORD.format('Y' * 12)}</p>"
        layout = laid_out(body, 6.6)
        assert boxes(layout, "TextBox")[0].pango_layout.space == 0
        assert lines(layout)[0][1] == near(6.6)

    def test_a_line_that_would_get_too_loose_stays_ragged(self):
        found = lines(laid_out(f"<p class='ja-even'>日本語{WORD.format('Y' * 12)}</p>", 9))
        assert found[0] == (near(0), near(3), "日本語")

    def test_latin_text_is_left_to_weasyprint(self):
        body = "<p>The quick brown fox jumps over the lazy dog and sleeps until the evening</p>"
        css = "p { text-align: justify }"
        ours = lines(laid_out(body, 14, css=css))
        theirs = lines(laid_out(body, 14, css=css, lang="en"))
        assert [line[2] for line in ours] == [line[2] for line in theirs]
        assert [line[1] for line in ours[:-1]] == [near(14)] * len(ours[:-1])

    @pytest.mark.parametrize(("align", "start"), [("center", 0.35), ("right", 0.7)])
    def test_other_alignments_are_left_to_weasyprint(self, align, start):
        found = lines(laid_out(f"<p class='ja-even'>{TEXT}</p>", 14.7, css=f"p {{ text-align: {align} }}"))
        assert found[0][:2] == (near(start), near(start + 14))

    def test_justified_text_of_a_snippet_is_even_too(self):
        found = lines(laid_out(f"<p>{TEXT}</p>", 14.7, css="p { text-align: justify }"))
        assert found[0][:2] == (near(0), near(14.7))

    def test_headings_begin_flush_but_are_not_stretched(self):
        found = lines(laid_out(f"<p class='ja-flush'>（{TEXT}</p>", 14.7))
        assert found[0][:2] == (near(-0.5), near(13.5))

    def test_signs_that_combine_are_one(self):
        body = "<p class='ja-even'>葛\U000e0100城のか\u3099という字と辻\U000e0101さんの字のこと</p>"
        found = lines(laid_out(body, 9.6))
        assert found[0][1] == near(9.6)

    @pytest.mark.parametrize(
        ("text", "width", "squeezed"),
        [
            ("一二、三四、五六", 9.5, 0.25),  # two commas
            ("一二、三四」五六", 9.7, 0.15),
            ("一二（三四、五六", 9.5, 0.25),  # before a bracket, behind a comma
            ("一二・三四、五六", 9.5, 0.25),  # a middle dot on either side
            ("「二、三四、五六", 9.0, 0.25),  # a bracket at the line's head hangs, and is not squeezed besides
        ],
    )
    def test_blanks_of_signs_are_squeezed_for_what_would_make_the_line_loose(self, text, width, squeezed):
        layout = laid_out(f"<p class='ja-even'>{text}<span class='keep'>七八</span>{TEXT}</p>", width)
        start, end, words = lines(layout)[0]
        assert words == f"{text}七八"
        assert (start, end) == (near(-0.5 if text[0] == "「" else 0), near(width))
        drawn = next(box for box in boxes(layout, "TextBox") if box.text == text)
        assert adjust.drawn_width(drawn) == pytest.approx(drawn.width, abs=0.02)
        assert drawn.pango_layout.squeeze * 0.25 == near(squeezed)

    @pytest.mark.parametrize("text", ["一二。三四。五六", "一二三四五六七八", "一二、三四五六七"])
    def test_stops_and_characters_are_not_squeezed(self, text):
        layout = laid_out(f"<p class='ja-even'>{text}<span class='keep'>七八</span>{TEXT}</p>", 9.5)
        assert lines(layout)[0][2] == text

    def test_what_can_be_stretched_unseen_is_not_squeezed(self):
        layout = laid_out(f"<p class='ja-even'>一、二、三、四、{TEXT}</p>", 30.6)
        assert boxes(layout, "TextBox")[0].pango_layout.gap / EM == near(0.6 / 29)

    def test_no_more_is_taken_in_than_the_line_needs(self):
        layout = laid_out(f"<p class='ja-even'>一、二、三、四、五、六、七、八、{TEXT}</p>", 19.5)
        assert lines(layout)[0][1:] == (near(19.5), f"一、二、三、四、五、六、七、八、{TEXT[:4]}")

    def test_a_blank_at_the_end_of_a_line_and_of_a_text_is_dropped(self):
        found = lines(laid_out(f"<p class='ja-even'>{TEXT[:14]} {WORD.format('Y' * 20)}</p>", 14.7))
        assert found[0] == (near(0), near(14.7), TEXT[:14])

    def test_a_last_line_is_even_if_it_nearly_is(self):
        found = lines(laid_out(f"<p class='ja-even'>{TEXT[:40]}</p>", 40.8))
        assert found[0][1] == near(40.8)
        found = lines(laid_out("<p class='ja-even'>日本 A B C D E F G H</p>", 14))
        assert found[0][1] < 13

    def test_notes_and_readings_of_a_squeezed_line_are_there_once(self):
        ruby = '<span class="over">字<span class="above">じ</span></span>'
        css = ".fn { float: footnote } .fn::footnote-call { content: none } @page { @footnote { padding-bottom: 1px } }"
        body = (
            f"<p class='ja-even'>一{ruby}、三四、五<span class='fn'>注の文</span>六"
            f"<span class='keep'>七八</span>{TEXT}</p>"
        )
        layout = laid_out(body, 9.5, css=css)
        page = [box for box in layout.pages[0]._page_box.descendants() if hasattr(box, "text")]
        assert [box.text for box in boxes(layout, "TextBox")].count("じ") == 1
        assert sum("注の文" in box.text for box in page) == 1
        assert lines(layout)[0][1] == near(9.5)

    def test_dashes_in_pairs_stay_together(self):
        layout = laid_out(f"<p class='ja-even'>一二三――四五六……七八{TEXT}</p>", 14.7)
        found = "".join(run[0] for run in adjust._STRETCHING.finditer(lines(layout)[0][2]))
        assert "―" not in found
        assert "…" not in found
        assert lines(layout)[0][1] == near(14.7)


class TestWhatStandsOnLines:
    def test_code_is_not_stretched(self):
        layout = laid_out(
            f"<p class='ja-even'>{TEXT[:5]}<code>日本 語</code>{TEXT}</p>", 14.7, css="code { color: red }"
        )
        code = next(box for box in boxes(layout, "TextBox") if box.text == "日本 語")
        assert code.width == pytest.approx(3.22 * EM, abs=EM / 10)
        assert lines(layout)[0][1] == near(14.7)

    def test_a_links_area_follows_its_text(self):
        sizes = Settings(page_chars=20, page_lines=30)
        content = f"{TEXT[:12]}[続き](https://example.com){TEXT}「括弧」{TEXT}"
        read = Pdf(pdf.write(document(content), sizes).data)
        (link,) = {link.box for link in read.links}
        (place,) = read.find("続き")
        assert link[0] == pytest.approx(place.x, abs=0.6)

    def test_boxes_on_the_line_move_along(self):
        css = "i { display: inline-block; width: 2em; height: 1em }"
        layout = laid_out(f"<p class='ja-even'>{TEXT[:6]}<i></i>{TEXT[6:]}</p>", 14.7, css=css)
        (box,) = boxes(layout, "InlineBlockBox")
        gap = next(box.pango_layout.gap for box in boxes(layout, "TextBox") if hasattr(box.pango_layout, "gap"))
        assert box.position_x == pytest.approx(6 * EM + 5.5 * gap, abs=0.05)
        assert lines(layout)[0][1] == near(14.7)

    def test_gaps_before_latin_do_not_grow_and_vanish_at_the_end(self):
        gap = adjust.GAP_BREAK
        body = f"<p class='ja-even'>日本語{gap}TeX{gap}の組版{gap}{WORD.format('Y' * 12)}</p>"
        layout = laid_out(body, 8.6)
        assert lines(layout)[0][:2] == (near(0), near(8.6))
        drawn, loose = boxes(layout, "TextBox")[0], boxes(laid_out(body, 40), "TextBox")[0]
        assert drawn.pango_layout.gap * 4 == pytest.approx((8.6 + adjust.GAP) * EM - loose.width, abs=0.05)
        plain = boxes(laid_out(body.replace(gap, ""), 40), "TextBox")[0].width
        assert loose.width - plain > 3 * adjust.GAP * EM - 0.01


def test_drawn_text_is_parted_where_a_gap_begins():
    stream = SimpleNamespace(stream=[b"1 0 0 -1 5 5 Tm", b"/a 10 Tf"])
    assert list(adjust._parts(stream, "<01>-5<02>0.0<>-117.7<03>0.0<>-117.7")) == ["<01>-5<02>", "-117.7<03>"]
    stream.stream += [b"[<01>] TJ", b"/b 10 Tf"]
    assert list(adjust._parts(stream, "<04>")) == ["-117.7<04>"], "the same line in another font"
    assert list(adjust._parts(stream, "<05>0.0<>-117.7")) == ["<05>"]
    stream.stream += [b"[<05>] TJ", b"1 0 0 -1 5 9 Tm", b"/a 10 Tf"]
    assert list(adjust._parts(stream, "<06>")) == ["<06>"], "another line"


def test_pieces_of_a_long_note_show_no_seam():
    content = f"文。[^1]\n\n[^1]: {TEXT * 16}。"
    layouts = []
    lay_out = engine.lay_out
    engine.lay_out = lambda *arguments, **more: layouts.append(lay_out(*arguments, **more)) or layouts[-1]
    try:
        pdf.write(document(content), Settings())
    finally:
        engine.lay_out = lay_out
    notes = [box for box in layouts[-1].pages[0]._page_box.descendants() if type(box).__name__ == "FootnoteAreaBox"]
    texts = [box for box in notes[0].descendants() if hasattr(box, "text")]
    heights = sorted({round(box.position_y) for box in texts})
    ends = [max(box.position_x + box.width for box in texts if round(box.position_y) == y) for y in heights]
    assert len(ends) > 10
    assert ends[1:-1] == [pytest.approx(ends[0], abs=0.1)] * (len(ends) - 2)


class TestTrust:
    """The lines are WeasyPrint's own wherever its inside is not the one that is known."""

    @pytest.fixture(autouse=True)
    def afresh(self):
        adjust.problem.cache_clear()
        yield
        adjust.problem.cache_clear()

    def uneven(self):
        output = pdf.write(document(f"{TEXT}、ICT」「{TEXT}"), Settings(page_chars=20))
        bare = pdf.write(document(f"{TEXT}、ICT」「{TEXT}"), Settings(page_chars=20, justify="no"))
        codes = [str(d.code) for d in output.diagnostics]
        assert output.data == bare.data
        return codes

    def test_another_version(self, monkeypatch):
        import weasyprint

        engine._weasyprint()
        monkeypatch.setattr(weasyprint, "__version__", "71.0")
        assert "71.0" in adjust.problem()
        assert self.uneven() == ["pdf.adjust"]

    def test_another_signature(self, monkeypatch):
        engine._weasyprint()
        from weasyprint.layout import inline

        monkeypatch.setattr(inline, "text_align", lambda context, line, width: 0)
        assert "text_align" in adjust.problem()

    def test_lines_that_do_not_come_out_even(self, monkeypatch):
        monkeypatch.setattr(adjust, "_adjust", lambda *_: None)
        assert "even" in adjust.problem()
        assert self.uneven() == ["pdf.adjust"]

    def test_lines_that_are_drawn_otherwise_than_laid_out(self, monkeypatch):
        adjusted = adjust._layout_class()
        monkeypatch.setattr(adjusted, "_move_glyphs", lambda *_: None)
        assert "drawn" in adjust.problem()

    def test_nothing_is_replaced_but_while_a_page_is_laid_out(self):
        engine._weasyprint()
        from weasyprint.layout import inline

        before = inline.text_align
        laid_out(f"<p class='ja-even'>{TEXT}</p>", 14.7)
        assert inline.text_align is before
        with adjust.in_force():
            assert inline.text_align is not before
        assert inline.text_align is before


# By ink


def ink(data):
    """All lines of a PDF: by page and base line, the characters as (left, right, text, size) in points."""
    found = defaultdict(list)
    for number, page in enumerate(pypdfium2.PdfDocument(data)):
        text = page.get_textpage()
        for at in range(text.count_chars()):
            char = chr(pdfium.FPDFText_GetUnicode(text.raw, at))
            if char.isspace() or pdfium.FPDFText_IsGenerated(text.raw, at) == 1:
                continue
            matrix, x, y = pdfium.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
            pdfium.FPDFText_GetMatrix(text.raw, at, ctypes.byref(matrix))
            pdfium.FPDFText_GetCharOrigin(text.raw, at, ctypes.byref(x), ctypes.byref(y))
            left, right, bottom, top = (ctypes.c_double() for _ in range(4))
            pdfium.FPDFText_GetCharBox(text.raw, at, *map(ctypes.byref, (left, right, bottom, top)))
            size = pdfium.FPDFText_GetFontSize(text.raw, at) * abs(matrix.d)
            found[number, round(-y.value)].append((left.value, right.value, char, size, x.value))
    return [sorted(found[key]) for key in sorted(found)]


def ragged(data, size=10.5):
    """The share of lines of body size that end within 3 em of the common right edge, but not at it (0.3 em)."""
    ends = []
    for line in ink(data):
        if Counter(round(char[3], 1) for char in line).most_common(1)[0][0] == size:
            last = max(line, key=lambda char: char[1])
            ends.append((last[1], last[1] + size / 2 * (last[2] in "、。」』）")))
    edge = sorted(end for end, _ in ends)[int(len(ends) * 0.97)]
    close = [end for end in ends if edge - end[0] < 3 * size]
    return sum(edge - hung > 0.3 * size for _, hung in close) / len(close)


NOTE = next(iter(sorted((SHARED / "seed").glob("📑*.md"))), None)


@pytest.mark.skipif(NOTE is None, reason="the seed note is not beside the project")
def test_the_seed_ends_evenly_and_without_holes():
    vault, settings = scan(NOTE.parent), Settings()
    output = pdf.write(link_note(NOTE.name, vault, settings), settings)
    plain = replace(settings, justify="no", punctuation="no", gaps="no")
    bare = pdf.write(link_note(NOTE.name, vault, plain), plain)
    assert ragged(output.data) <= 0.02
    assert ragged(bare.data) > 0.2
    assert [d.code for d in output.diagnostics] == []
    closing, opening = "）］」』】〉》、。", "（［「『【〈《"
    for line in ink(output.data):
        for (_, _, a, size, x), (_, _, b, other, y) in pairwise(line):
            if size == other and a in closing and b in closing + opening:  # farther apart: a raised mark between
                assert not 0.8 * size < y - x < 1.2 * size, f"a hole in {''.join(char[2] for char in line)}"
    ours, theirs = (Counter("".join(Pdf(d.data).text().split("\n"))) for d in (output, bare))
    assert ours[" "] == theirs[" "]
    assert abs(sum(ours.values()) - sum(theirs.values())) < 600, "heads of pages may differ"
