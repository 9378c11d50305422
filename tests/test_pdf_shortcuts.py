"""WeasyPrint's short cuts change no page: with them and without, all that is seen, read and led to is the same."""

from __future__ import annotations

import importlib
import importlib.metadata
import io
import random
from pathlib import Path
from struct import Struct
from types import SimpleNamespace
from typing import Any

import pikepdf
import pydyf
import pypdfium2
import pytest
from lxml import etree

from convert import build
from convert.formats import pdf
from convert.link import link_note
from convert.pdf import adjust, engine, shortcuts
from convert.pdf.shortcuts import glyphs, svg, text
from convert.settings import Settings
from convert.vault import scan
from tests.bench import synthetic

SAMPLE = Path(__file__).resolve().parent.parent / "docs" / "sample"

#: what short cuts may trip over: no fonts' own glyphs, faces within a line, emoji, gaps, right to left, no text at all
TRICKY = """# 字 **太** *slant* `code`

日本語 English 混ぜる😀と👩‍👩‍👧、「『約物』（の）」。第①項　全角\u00a0空白。עברית と ภาษาไทย。\U000e0000

> [!note] 注意
> 一行。[^1]

| 左 | 右 |
|:--|--:|
| 長い長い長い長い長い長い長い長い長い文 | 1,234 |

```python
x = {"あ": 1}\t# 表
```

$x^2$ と ~~取り消し~~ ==強調== <u>下線</u> ![[無い.png]] 漢字《かんじ》 H<sub>2</sub>O

[^1]: 注の文。*it* **太字** `x`
"""

#: what lines are made of, to be broken anywhere: what Japanese holds, twice as often, and what is rare in it
SYLLABLES = [*"吾輩は猫であるのがをにで名前漢字カタカナヴィー、。「」（）『』・：；！？…―々ゝーっ"] * 2
SYLLABLES += [
    *" \u3000\u00a0①→αｱＢ～“”()/%$&é",
    "English ",
    "words",
    " in ",
    "（と、言う）",
    "2024年",
    "3.14%",
    "￥100",
    "…",
]
SYLLABLES += [
    "https://example.org/a-b_c",
    "「『約物』（の）」",
    "\u2060\u200b",
    "\u2060\u2060",
    "A4 ",
    "――",
    "'s ",
    "か゚",
    "し\u3099",
]
RARE = ["👩‍👩‍👧", "עברית", "ภาษา", "a\u0301", "soft\xadhyphen", "\t", "\n", "\u2028", "عربي"]


def _both(root: Path, note: str, settings: Settings) -> tuple[bytes, bytes]:
    document = link_note(note, scan(root), settings)
    quick = pdf.write(document, settings)
    with shortcuts.suspended():
        own = pdf.write(document, settings)
    assert quick.diagnostics == own.diagnostics
    return quick.data, own.data


def _pages(data: bytes) -> list[Any]:
    pages = []
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        places = [text.get_charbox(index, loose=True) for index in range(text.count_chars())]
        pages.append((text.get_text_range(), places, page.render(scale=2).to_pil().tobytes()))
    return pages


def _structure(data: bytes) -> Any:
    """All but pages' drawing and fonts: outline, links, tags, metadata."""
    with pikepdf.open(io.BytesIO(data)) as file:
        links = [
            [(str(link.get("/Rect")), str(link.get("/A")), str(link.get("/Dest"))) for link in page.get("/Annots", [])]
            for page in file.pages
        ]
        tagged = [str(item.get("/S")) for item in file.objects if isinstance(item, pikepdf.Dictionary)]
        with file.open_outline() as outline:
            return links, sorted(tagged), str(outline), str(file.docinfo.get("/Title"))


def _assert_same(quick: bytes, own: bytes) -> None:
    assert _pages(quick) == _pages(own)
    assert _structure(quick) == _structure(own)


def test_they_are_in_force() -> None:
    assert shortcuts.problem() == ""
    engine._weasyprint()
    for owner, name, own, ours in shortcuts._replaced():
        assert own is not ours, name
        assert getattr(owner, name) is ours, name
        assert not (getattr(own, "__module__", None) or "").startswith("convert."), name
    places = [(id(owner), name) for owner, name, _, _ in shortcuts._replaced()]
    assert len(places) == len({*places})


def test_pangos_memory_is_laid_out_as_it_is_read() -> None:
    engine._weasyprint()
    ffi = importlib.import_module("weasyprint.text.ffi").ffi
    assert glyphs.GLYPH.size == ffi.sizeof("PangoGlyphInfo")
    assert ffi.sizeof("PangoGlyph") == ffi.sizeof("PangoGlyphUnit") == 4
    analysis = ffi.offsetof("PangoItem", "analysis")
    assert Struct("@3iP").size - Struct("P").size == analysis
    assert Struct("@3i3P").size - Struct("P").size == analysis + ffi.offsetof("PangoAnalysis", "font")
    assert glyphs._ITEM.size - 1 == analysis + ffi.offsetof("PangoAnalysis", "level")


@pytest.mark.parametrize("lines", ["yes", "no"])
def test_a_note_with_all_that_is_awkward(tmp_path: Path, lines: str) -> None:
    (tmp_path / "難.md").write_text(TRICKY * 3, "utf-8")
    _assert_same(*_both(tmp_path, "難.md", Settings(justify=lines)))


def test_more_texts_than_are_remembered_and_longer_ones_than_are_set_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_MOST_KNOWN", 5)
    monkeypatch.setattr(text, "_MOST_LINES", 2)
    (tmp_path / "難.md").write_text(TRICKY + "吾輩は猫である（Neko）。名前はまだ無い。" * 40, "utf-8")
    _assert_same(*_both(tmp_path, "難.md", Settings()))


def test_a_stretched_line_with_a_sign_that_is_drawn_by_its_own_way(tmp_path: Path) -> None:
    (tmp_path / "絵.md").write_text("吾輩は猫😀である。名前はまだ無い（と、言う）Englishが。" * 12, "utf-8")
    _assert_same(*_both(tmp_path, "絵.md", Settings()))


def _laid_out(body: str, css: str) -> engine.Layout:
    root = etree.fromstring(f"<html lang='en'><head><title>題</title></head><body>{body}</body></html>")
    return engine.lay_out(root, [css], {}, engine.choose_fonts(body, Settings(), "A.md"))


def test_a_glyph_is_as_wide_as_without_what_was_printed_before() -> None:
    """Its width in a font's thousandths is rounded at the size that the document has it in first."""
    small, large = "<p>qKHrs</p>", "<h1>qKHrs</h1>"
    css = "p, h1 { font: italic 12px 'Kumihan Mincho' } h1 { font-size: 24px }"

    def widths(body: str) -> list[dict[int, float]]:
        layout = _laid_out(body, css)
        engine.write(layout, b"A")
        return [font.widths for font in layout.document.fonts.values()]

    engine._weasyprint()
    with shortcuts.suspended():
        own = widths(large)
        assert own != widths(small)
    widths(small + large)
    assert widths(large) == own


@pytest.mark.parametrize("display", ["grid", "flex", "inline-flex", "table", "flow-root"])
def test_what_only_snippets_ask_for(display: str) -> None:
    css = f"div {{ display: {display} }} p {{ margin: 1em; width: auto }}"
    body = "<div><p>吾輩は猫である。</p><p>名前は<b>まだ</b>無い。</p></div>" * 3
    quick = engine.write(_laid_out(body, css), b"A")[0]
    with shortcuts.suspended():
        own = engine.write(_laid_out(body, css), b"A")[0]
    assert _pages(quick) == _pages(own)


def test_each_document_is_told_of_what_is_wrong_in_a_style_sheet(tmp_path: Path) -> None:
    (tmp_path / ".kumihan").mkdir()
    (tmp_path / ".kumihan" / "誤り.css").write_text(
        "p { color: wisdom; margin-left: var(--none) } ul { list-style-image: 3px }", "utf-8"
    )
    (tmp_path / "一.md").write_text("文。\n", "utf-8")
    settings = Settings(styles=("誤り",))
    said = []
    for _ in range(2):
        output = pdf.write(link_note("一.md", scan(tmp_path), settings), settings)
        said.append([diagnostic.message for diagnostic in output.diagnostics])
    assert said[0] == said[1]
    assert [word for word in ("wisdom", "3px", "margin-left") if word not in "".join(said[0])] == []


def test_a_gradients_lengths_are_those_of_each_element(tmp_path: Path) -> None:
    """WeasyPrint works them out in the style sheet's own values, which other elements and documents have too."""
    (tmp_path / ".kumihan").mkdir()
    look = "background: radial-gradient(2em 1em at 3em 1em, red 1em, blue 4em)"
    for name, rules in {
        "色": f"p {{ {look} }}",
        "小": "p { font-size: 10pt }",
        "大": "p { font-size: 20pt }",
        "独": f"p {{ font-size: 20pt; {look} }}",
    }.items():
        (tmp_path / ".kumihan" / f"{name}.css").write_text(rules, "utf-8")
    (tmp_path / "色.md").write_text("文。\n", "utf-8")
    drawn = []
    for styles in (("色", "小"), ("独",), ("色", "大")):
        settings = Settings(styles=styles)
        drawn.append(_pages(pdf.write(link_note("色.md", scan(tmp_path), settings), settings).data))
    assert drawn[0] != drawn[1] == drawn[2]


def test_a_drawing_that_recurs(tmp_path: Path) -> None:
    """At other sizes and places, after other colours; with what may not be kept: letters, opacity, a message."""
    shapes = "<path d='M1 1h8v8z' fill='red' stroke='#00f' opacity='{}'/><circle cx='5' cy='5' r='2'/>"
    head = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'>"
    for name, inside in {
        "plain": shapes.format(1), "faint": shapes.format(0.5), "letters": "<text y='8' font-size='8'>字</text>",
        "wide": "<path d='M1 1h8v8z' fill='color(display-p3 1 0 0)'/>", "bad": "<path d='M1 1 L x'/>" + shapes,
    }.items():  # fmt: skip
        (tmp_path / f"{name}.svg").write_text(f"{head}{inside}</svg>", "utf-8")
    pictures = " ".join(
        f"![[{name}.svg|{size}]]" for size in (20, 60) for name in ("plain", "faint", "letters", "wide", "bad")
    )
    note = f"> [!tip] 一\n> 文 ==字== $x^2$\n\n{pictures}\n\n> [!tip] 二\n> $x^2$ $$x^2$$\n"
    (tmp_path / "図.md").write_text(note * 2, "utf-8")
    first = _both(tmp_path, "図.md", Settings())
    again = _both(tmp_path, "図.md", Settings())
    _assert_same(*first)
    assert first[0] == again[0]


def _style(css: str, language: str) -> Any:
    root = etree.fromstring(f"<html lang='{language}'><head><title>題</title></head><body><p>字</p></body></html>")
    choice = engine.choose_fonts("字", Settings(), "A.md")
    box = engine.lay_out(root, [css], {}, choice).pages[0]._page_box
    while not hasattr(box, "text"):
        box = box.children[0]
    return box.style


def _line(split: Any, words: str, style: Any, width: float | None) -> tuple[Any, ...]:
    layout, *rest = split(words, style, SimpleNamespace(dictionaries={}), width, 0)
    runs = layout.__dict__.get("runs")
    drawn = [(face, way, items, [*glyphs.GLYPH.iter_unpack(found)]) for face, way, found, _, items in runs or ()]
    return *rest, layout.text, layout.first_line_direction, drawn


@pytest.mark.parametrize(
    ("css", "language"),
    [
        (
            "font: 13px 'Kumihan Mincho'; overflow-wrap: anywhere; font-kerning: normal; font-variant-ligatures: none",
            "ja",
        ),
        ("font: bold 10.5pt 'Kumihan Gothic'; overflow-wrap: break-word", "ja"),
        ("font: 9pt 'Kumihan Mono'; white-space: pre-wrap", "ja"),
        ("font: 12px 'Kumihan Mincho'; white-space: nowrap", "ja"),
        ("font: 12px 'Kumihan Mincho'; hyphens: auto; white-space: pre-line", "en"),
        ("font: 12px 'Kumihan Gothic'; letter-spacing: 1px", "ja"),
    ],
)
def test_lines_of_any_text_are_those_of_weasyprint(css: str, language: str) -> None:
    from weasyprint.layout import inline
    from weasyprint.text import line_break

    chance = random.Random(css)
    style = _style(f"p {{ {css} }}", language)
    ours, own = inline.split_first_line, line_break.split_first_line
    with adjust.in_force():
        for _ in range(150):
            words = "".join(chance.choices(SYLLABLES, k=chance.choice((1, 4, 20, 120))))
            if chance.random() < 0.1:
                words += chance.choice(RARE) + words
            measure = style["font_size"] * chance.uniform(3, 40)
            width = chance.choice((measure, measure, measure * 0.9, measure * 1.1, 0, None))
            while words:
                found = _line(ours, words, style, width)
                assert found == _line(own, words, style, width), (words, width)
                if found[1] is None:
                    break
                words = words.encode()[found[1] :].decode().lstrip(" ")
                width = width if width is None else measure


def test_adjusted_lines_are_those_that_pango_would_set() -> None:
    """With gaps, squeezed signs, marks that combine, what runs from right to left and what is spaced already."""
    from weasyprint.formatting_structure import boxes

    words = (
        "吾輩は猫\u2060\u200bである（Neko）。し\u3099 名前は、「まだ」無い・עברית 123 と2024年、ภาษา😀です。か\ufe00な "
    )
    lines = f"<p class='ja-even'>{words * 20}</p><p class='ja-even' style='width: 17.3em'>{words * 9}</p>"
    root = etree.fromstring(f"<html lang='ja'><head><title>題</title></head><body>{lines}</body></html>")
    choice = engine.choose_fonts(words, Settings(), "A.md")
    css = "p { font: 13px 'Kumihan Mincho'; width: 31em; overflow-wrap: anywhere }"
    pages = engine.lay_out(root, [css], {}, choice).pages
    texts = [box for page in pages for box in page._page_box.descendants() if isinstance(box, boxes.TextBox)]
    adjusted = 0
    with adjust.in_force():
        for box in texts:
            runs = box.pango_layout.__dict__.get("runs")
            if runs is None or not box.text.strip():
                continue
            adjusted += hasattr(box.pango_layout, "gap")
            drawn = [*map(list, map(glyphs.GLYPH.iter_unpack, (run[2] for run in runs)))]
            box.pango_layout.reactivate(box.style)
            line, _ = box.pango_layout.get_first_line()
            assert drawn == [[*glyphs.GLYPH.iter_unpack(run[2])] for run in glyphs.read(line)], box.text
            box.pango_layout.deactivate()
    assert adjusted > 10


@pytest.mark.parametrize(
    "data",
    [
        *("M1 2L3-4.5.5 6Z", "m1,2 3 4 5 6zl1 1", "M0 0H9V-9h1v.5e1z", "M1 1Q2 2 3 3q1 0 2 1 1 1 4 4"),
        *("C1 2 3 4 5 6c1 1 1 1 1 1", "Z", ""),
    ],
)  # fmt: skip
def test_paths_are_drawn_as_weasyprint_draws_them(data: str) -> None:
    engine._weasyprint()
    own = importlib.import_module("weasyprint.svg.path")
    image = SimpleNamespace(stream=pydyf.Stream(), point=lambda x, y, _: (float(x), float(y)))
    own.path(image, SimpleNamespace(get=lambda *_: data, vertices=[]), 16)
    assert svg._path(data) == image.stream.stream


@pytest.mark.parametrize("data", ["M1 1A1 1 0 0 1 2 2", "M1 1S1 1 2 2", "M1cm 1L2 2", "M1 1L2", "M1 1L2..3 4", "Z1"])
def test_other_paths_are_left_to_weasyprint(data: str) -> None:
    assert svg._path(data) is None


@pytest.mark.timeout(60)
@pytest.mark.parametrize("arc", ["", "A1 1 0 0 1 2 2"])
def test_a_path_ends_where_it_is_wrong(tmp_path: Path, arc: str) -> None:
    """WeasyPrint would look for the end of such a one for ever."""
    drawn = []
    for path in (f"M1 1h8v8{arc}Z5 5L1 9", f"M1 1h8v8{arc}Z"):
        drawing = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'><path d='{path}'/></svg>"
        (tmp_path / "図.svg").write_text(drawing, "utf-8")
        (tmp_path / "図.md").write_text("![[図.svg|20]]\n", "utf-8")
        drawn.append(_pages(pdf.write(link_note("図.md", scan(tmp_path), Settings()), Settings()).data))
    assert drawn[0] == drawn[1]


def test_all_kinds_of_objects_are_written() -> None:
    """By all of pydyf's types, compressed or not; and for an older reader, which knows no streams of objects."""
    engine._weasyprint()

    def objects(version: bytes) -> list[Any]:
        pdf = pydyf.PDF()
        pdf.info["Title"] = pydyf.String("字 (x)\\")
        numbers = pydyf.Array([1, -2.5, 3.0, 1e-7, True, "/N", b"null", pydyf.String("a(b")])
        for compress in (False, True):
            parts = [b"q", "Q", pydyf.Dictionary({"A": 1}), 2.5]
            pdf.add_object(pydyf.Stream(parts, {"K": pydyf.Array([numbers]), "D": pydyf.Dictionary()}, compress))
        pdf.add_object(pydyf.Dictionary({"Of": numbers, b"By": 4}))
        pdf.catalog["Last"] = pdf.objects[-1].reference
        file = io.BytesIO()
        pdf.write(file, version, b"name", compress=True)
        with pikepdf.open(file) as read:
            kinds = [item.unparse(resolved=True) for item in read.objects if str(item.get("/Type")) not in _OF_FILES]
            return [*kinds, [item.read_bytes() for item in read.objects if "/K" in item], str(read.docinfo["/Title"])]

    for version in (b"1.7", b"1.4"):
        quick = objects(version)
        with shortcuts.suspended():
            assert quick == objects(version)


#: what holds other objects, or where they are
_OF_FILES = ("/ObjStm", "/XRef")


def test_notes_of_a_vault(tmp_path: Path) -> None:
    made = synthetic.write(tmp_path, 12)
    for note in made.notes[:6]:
        _assert_same(*_both(tmp_path, note, Settings()))


@pytest.mark.parametrize("theme", ["handout", "handout-2col"])
def test_footnotes_of_all_kinds(tmp_path: Path, theme: str) -> None:
    marks = "".join(
        f"脚注のある文{number}。[^{number}]" + "本文が続く。" * (number % 7 * 4) + "\n\n" for number in range(8)
    )
    kinds = [
        "短い注。",
        "- 箇条\n    - *書き*[^{next}]",
        "> 引用\n\n    `x`と[[無い]]",
        "長い注の文。" * 20,
        "$x^2$と![[無い.png]]",
    ]
    notes = "".join(
        f"[^{number}]: {kinds[number % 5].replace('{next}', str(number + 8))}\n\n[^{number + 8}]: 注の注。\n\n"
        for number in range(8)
    )
    (tmp_path / "注.md").write_text(f"# 注\n\n{marks}{notes}", "utf-8")
    _assert_same(*_both(tmp_path, "注.md", Settings(theme=theme)))


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["handout", "plain"])
def test_the_sample(theme: str) -> None:
    for note in scan(SAMPLE).buildable():
        _assert_same(*_both(SAMPLE, note, Settings(theme=theme)))


@pytest.mark.slow
@pytest.mark.parametrize("module", [name for name in shortcuts._MODULES if name != "styles"])
def test_each_can_be_spared(tmp_path: Path, module: str) -> None:
    """So that whoever looks for the one that is wrong can take out one after another."""
    (tmp_path / "難.md").write_text(TRICKY, "utf-8")
    document = link_note("難.md", scan(tmp_path), Settings())
    quick = pdf.write(document, Settings())
    with shortcuts.suspended():
        for owner, name, _, ours in shortcuts._replaced():
            if getattr(ours, "__module__", "") != f"convert.pdf.shortcuts.{module}":
                setattr(owner, name, ours)
        without = pdf.write(document, Settings())
    _assert_same(quick.data, without.data)


def test_a_file_without_them_is_no_smaller(tmp_path: Path) -> None:
    (tmp_path / "難.md").write_text(TRICKY, "utf-8")
    quick, own = _both(tmp_path, "難.md", Settings())
    assert len(quick) < len(own)


def test_with_another_version_they_are_off_and_the_build_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.metadata.version
    monkeypatch.setattr(shortcuts, "version", lambda name: "71.0" if name == "weasyprint" else found(name))
    shortcuts.problem.cache_clear()
    try:
        assert "weasyprint 71.0" in shortcuts.problem()
        assert "weasyprint 71.0" in build.engine_problems(["pdf"])[-1].message
        with shortcuts.suspended():
            pass
        for owner, name, own, _ in shortcuts._replaced():
            assert getattr(owner, name) is own, name
    finally:
        monkeypatch.undo()
        shortcuts.problem.cache_clear()
        shortcuts.install()
