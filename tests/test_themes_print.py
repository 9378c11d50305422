"""Our themes on paper: columns, margins, heads, numbers, openings; and a vault's own theme."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from convert import theme
from convert.diagnostics import Code, Severity
from convert.formats import pdf
from convert.link import link_note
from convert.pdf.geometry import geometry
from convert.settings import Layers, Settings
from convert.vault import scan
from tests.support.linked import linked
from tests.support.pdf import Pdf, squeezed

SAMPLE = Path(__file__).parents[1] / "docs" / "sample"
LONG = "一二三四五六七八九十" * 30
MM = 72 / 25.4


def settings_of(name: str, **above: object) -> Settings:
    return Layers({"theme": name, **above}).settings()[0]


def printed(root: Path, text: str, name: str, **above: object) -> tuple[Pdf, Settings]:
    """A note in a theme; nothing may be said of it."""
    settings = settings_of(name, **above)
    document = linked(root, {"題.md": text}, "題.md", **{f: getattr(settings, f) for f in settings.__slots__})
    output = pdf.write(document, settings)
    assert not output.diagnostics
    return Pdf(output.data), settings


#: one for every run, the others for the long ones
NOTES = ("第4回 折りと面付け.md", "記法の見本.md", "囲みの見本.md", "注のいろいろ.md", "道具と材料.md")


@pytest.mark.parametrize("name", theme.names())
@pytest.mark.parametrize("note", [NOTES[0], *(pytest.param(note, marks=pytest.mark.slow) for note in NOTES[1:])])
def test_each_theme_prints_the_sample_vault(name: str, note: str) -> None:
    settings = settings_of(name)
    document = link_note(note, scan(SAMPLE), settings)
    output = pdf.write(document, settings)
    found = [d for d in output.diagnostics if d.severity is not Severity.INFO]
    assert [d.code for d in found] == [Code.FOOTNOTE_MOVED.code] * (name == "handout-2col" and "注の" in note)
    page = geometry(settings, theme.load(name))
    width, height = Pdf(output.data).sizes[0]
    assert (width, height) == pytest.approx((page.width, page.height), abs=0.1)
    # the measure that was asked for has room beside the least margins
    assert (page.chars, page.lines) == (settings.page_chars, settings.page_lines)


def test_two_columns(tmp_path: Path) -> None:
    cells = " | ".join(["表の中身がとても長い列"] * 6)
    table = f"| {cells} |\n{'|--' * 6}|\n| {cells} |\n"
    text = f"## 始め\n\n{LONG}終わり。[^1]\n\n{table}\n最後。\n\n[^1]: 注の文。\n"
    read, settings = printed(tmp_path, text, "handout-2col")
    page = geometry(settings, theme.load("handout-2col"))
    second = page.left + page.measure + page.gap
    (start,), (end,) = read.find("始め"), read.find("終わり。")
    assert start.x == pytest.approx(page.left, abs=1.5)
    assert second - 1 < end.x < page.width - page.right
    lines = read.find("一二三四五六七八九十")
    assert {place.x > second - 1 for place in lines} == {True, False}
    # the table goes across both
    heads = sorted({round(place.x) for place in read.find("表の中身")})
    assert heads[0] < page.left + 10
    assert heads[-1] > second + page.measure / 2
    (last,) = read.find("最後。")
    assert last.x < second


def test_columns_break_pages_and_turn_them(tmp_path: Path) -> None:
    cells = " | ".join(["表の中身がとても長い列"] * 14)
    table = f"| {cells} |\n{'|--' * 14}|\n| {cells} |\n"
    text = f"# 甲\n\n{LONG}\n\n<!-- pagebreak -->\n\n# 乙\n\n{LONG}\n\n{table}\n"
    read, _ = printed(tmp_path, text, "handout-2col", cover="yes")
    assert [heading.page for heading in read.outline if heading.title in "甲乙"] == [2, 3]
    assert [width > height for width, height in read.sizes] == [False, False, False, True]


def test_columns_begin_level(tmp_path: Path) -> None:
    text = "".join(f"#### 見出し{n}\n\n{'本文の行。' * (1 + n * n % 11 * 3)}\n\n" for n in range(1, 150))
    read, settings = printed(tmp_path, text, "handout-2col")
    page = geometry(settings, theme.load("handout-2col"))
    second = page.left + page.measure + page.gap / 2
    mixed = 0
    for number in range(2, read.pages):
        tops = []
        for across in (False, True):
            lines = [
                (place.y, word) for word in ("見出し", "本文") for place in read.find(word)
                if place.page == number and (place.x > second) is across and place.y > page.top
            ]  # fmt: skip
            tops.append(min(lines))
        mixed += tops[0][1] != tops[1][1]
        assert tops[0][0] == pytest.approx(tops[1][0], abs=1)
    assert mixed


BOOK = f"# 第一章\n\n{LONG * 2}\n\n# 第二章\n\n{LONG * 4}\n\n## 節\n\n{LONG}\n"


def test_notes_stay_with_their_marks_in_columns(tmp_path: Path) -> None:
    paragraphs = "\n\n".join(f"{LONG[:150]}甲{n}乙[^{n}]" for n in range(1, 15))
    notes = "\n".join(f"[^{n}]: {'注の文。' * 40}丙{n}丁" for n in range(1, 15))
    read, _ = printed(tmp_path, f"{paragraphs}\n\n{notes}\n", "handout-2col")
    for n in range(1, 15):
        assert [p.page for p in read.find(f"甲{n}乙")] == [p.page for p in read.find(f"丙{n}丁")]


def test_a_book_has_mirrored_pages_and_chapters_on_the_right(tmp_path: Path) -> None:
    read, settings = printed(tmp_path, BOOK, "book")
    page = geometry(settings, theme.load("book"))
    # title and contents, and the back of their sheet, which shows nothing
    assert squeezed(read.text(2)) == ""
    chapters = [next(h.page for h in read.outline if h.title == title) for title in ("第一章", "第二章")]
    assert chapters[0] == 3
    assert all(number % 2 for number in chapters)
    blanks = [number for number in range(1, read.pages + 1) if not squeezed(read.text(number))]
    assert blanks == [2, chapters[1] - 1]
    heads = [(p.page, p.x) for t in ("題", "第一章", "第二章") for p in read.find(t) if p.y < page.top - 5]
    for number in sorted({*range(3, read.pages + 1)} - {*blanks}):
        right = bool(number % 2)
        left = min(place.x for place in read.find("五") if place.page == number) % page.font_size
        edge = page.left if right else page.right
        assert left == pytest.approx(edge % page.font_size, abs=1)
        shown = [p for p in read.find(str(number - 2)) if p.page == number and p.y > page.height - page.bottom]
        assert [p.x > page.width / 2 for p in shown] == [right]
        assert [x > page.width / 2 for at, x in heads if at == number] == ([] if number in chapters else [right])
    labels = read._pike.Root.PageLabels.Nums
    assert [(int(labels[0]), str(labels[1].S)), (int(labels[2]), str(labels[3].S))] == [(0, "/r"), (2, "/D")]


def test_a_reports_contents_and_numbers_agree(tmp_path: Path) -> None:
    text = f"# はじめ\n\n{LONG * 6}\n\n# なか\n\n## うち\n\n{LONG * 12}\n\n# おわり\n\n[[#うち]]\n"
    read, _ = printed(tmp_path, text, "report", links_pages="yes")
    assert squeezed(read.text(1)) == "題"
    assert squeezed(read.text(2)).startswith("目次")
    assert squeezed(read.text(2)).endswith("ii")
    titles = ("はじめ", "なか", "うち", "おわり")
    pages = {title: h.page - 2 for h in read.outline for title in titles if h.title.endswith(title)}
    assert pages["はじめ"] == 1
    for title, number in pages.items():
        assert f"{title}{number}" in squeezed(read.text(2)).replace(".", "")
    assert f"（p.{pages['うち']}）" in squeezed(read.text())
    assert "2.1うち" in squeezed(read.text(pages["うち"] + 2))


def test_front_matter_counts_with_the_text_by_default(tmp_path: Path) -> None:
    read, _ = printed(tmp_path, f"# はじめ\n\n{LONG * 6}\n", "handout", cover="yes", contents="2")
    assert "2/" in squeezed(read.text(2))
    assert len(read._pike.Root.PageLabels.Nums) == 2


def test_the_total_is_that_of_the_text(tmp_path: Path) -> None:
    read, _ = printed(tmp_path, f"# はじめ\n\n{LONG * 6}\n", "handout", cover="yes", contents="2", page_front="roman")
    assert squeezed(read.text(read.pages)).endswith(f"{read.pages - 2}/{read.pages - 2}")


def test_a_manuscripts_grid(tmp_path: Path) -> None:
    read, settings = printed(tmp_path, LONG * 8 + "\n\n> [!note] 題\n> 文\n", "manuscript", title="no")
    page = geometry(settings, theme.load("manuscript"))
    lines = sorted({round(place.y, 1) for place in read.find("一") if place.page == 1})
    assert len(lines) == 30
    assert {round(b - a, 1) for a, b in pairwise(lines)} == {23.0}
    assert page.chars == 40
    assert "【題】" in squeezed(read.text())


def test_a_reading_copy_is_small_and_its_links_are_blue(tmp_path: Path) -> None:
    read, _ = printed(tmp_path, f"[一](https://example.org) {LONG * 3}", "screen")
    assert read.sizes[0] == pytest.approx((116 * MM, 174 * MM), abs=0.2)
    assert squeezed(read.text(2)).endswith(f"2/{read.pages}")
    stream = read._pike.pages[0].Contents.read_bytes()
    assert b"0.0392" in stream


def test_plain_text_is_english_and_not_justified(tmp_path: Path) -> None:
    read, settings = printed(tmp_path, "## One\n\n" + "Some words of English text to fill lines. " * 20, "plain")
    assert settings.language == "en"
    assert read.language == "en"


def test_a_vaults_theme_goes_over_ours_and_a_snippet_over_both(tmp_path: Path) -> None:
    folder = tmp_path / ".kumihan" / "themes" / "mine"
    folder.mkdir(parents=True)
    (folder / "theme.yaml").write_text("extends: book\nsettings: {page: {chars: 30}}\n", "utf-8")
    (folder / "look.css").write_text("p { color: #ff0000 } h1 { font-size: 33pt } div { border: 0 }", "utf-8")
    (tmp_path / ".kumihan" / "more.css").write_text("p { color: #0000ff }", "utf-8")
    (tmp_path / "題.md").write_text("# 甲\n\n乙\n\n> [!warning] 丙\n> 丁\n", "utf-8")
    layers = Layers({"theme": "mine", "contents": "no"}, root=tmp_path)
    settings, problems = layers.settings()
    assert not problems
    assert settings.page_size == "A5"

    def content(**more: object) -> tuple[Pdf, bytes]:
        chosen = Layers({**layers.vault, **more}, root=tmp_path).settings()[0]
        output = pdf.write(link_note("題.md", scan(tmp_path), chosen), chosen)
        assert not output.diagnostics
        read = Pdf(output.data)
        return read, read._pike.pages[0].Contents.read_bytes()

    read, stream = content()
    assert 44.0 in {run.size for number in range(1, read.pages + 1) for run in read.runs(number)}  # pixels
    assert b"1 0 0 rg" in stream
    assert b"0 0 1 rg" not in stream
    assert b"0 0 1 rg" in content(styles=("more",))[1]
    (folder / "look.css").write_text("p { color: #ff0000 !important }", "utf-8")
    (tmp_path / ".kumihan" / "more.css").write_text("p { color: #0000ff !important }", "utf-8")
    stream = content(styles=("more",))[1]
    assert b"0 0 1 rg" in stream
    assert b"1 0 0 rg" not in stream


def test_what_weasyprint_stumbles_over_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / ".kumihan" / "themes" / "mine"
    folder.mkdir(parents=True)
    (folder / "look.css").write_text("@page { @footnote { columns: 2 } } p { color: #ff0000 }", "utf-8")
    (tmp_path / "題.md").write_text("甲[^1]\n\n[^1]: 丙\n", "utf-8")
    settings = Layers({"theme": "mine"}, root=tmp_path).settings()[0]
    output = pdf.write(link_note("題.md", scan(tmp_path), settings), settings)
    assert "丙" in Pdf(output.data).text()
    (only,) = output.diagnostics
    assert only.code == Code.SNIPPET_UNUSED.code
    assert "which are left out: TypeError" in only.message
