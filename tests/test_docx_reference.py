"""The page and the styles that every Word file begins with: written by code, the same bytes each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from convert import callouts
from convert.docx.faces import faces, languages
from convert.docx.grid import grid
from convert.docx.reference import look, parts, reference
from convert.docx.roles import name, style_id, table
from convert.docx.wml import POINT, q
from convert.settings import Settings
from tests.support.docx import Docx, problems

A4 = Settings(docx_profile="handout")
MANUSCRIPT = Settings()


def made(settings: Settings = A4, language: str = "ja") -> bytes:
    return reference(look(settings, language, list(callouts.table())))


def test_it_is_a_sound_file_and_always_the_same(tmp_path: Path) -> None:
    file = tmp_path / "reference.docx"
    file.write_bytes(made())
    assert problems(file) == []
    assert made() == file.read_bytes()


def test_forty_two_characters_and_thirty_nine_lines_fill_a4() -> None:
    page = grid(A4)
    assert (page.width, page.height) == (11906, 16838)
    assert page.measure == 42 * 210
    assert page.left == page.right
    assert page.pitch * 39 <= page.text_height < page.pitch * 39 + 39


@pytest.mark.parametrize(
    ("size", "millimetres"),
    [
        ("A5", (148, 210)),
        ("B5", (182, 257)),
        ("letter", (215.9, 279.4)),
        ("210mm 100mm", (210, 100)),
        ("6in 9in", (152.4, 228.6)),
    ],
)
def test_page_sizes(size: str, millimetres: tuple[float, float]) -> None:
    page = grid(replace(A4, page_size=size))
    assert (page.width, page.height) == tuple(round(side / 25.4 * 1440) for side in millimetres)
    assert page.left >= 567  # 10 mm
    assert page.pitch >= 210 * 1.3


def test_yu_mincho_only_where_the_grid_leaves_it_room() -> None:
    assert look(A4, "ja", ()).faces.asian_serif == "游明朝"
    assert look(replace(A4, page_lines=40), "ja", ()).faces.asian_serif == "ＭＳ 明朝"
    assert look(replace(A4, page_lines=40, docx_size=10.0), "ja", ()).faces.asian_serif == "游明朝"
    assert look(replace(A4, page_lines=40, docx_mincho="游明朝"), "ja", ()).faces.asian_serif == "游明朝"
    assert faces(A4, "zh-TW", grid(A4)).asian_serif == "PMingLiU"
    assert faces(A4, "en", grid(A4)).asian_serif == "游明朝"


@pytest.mark.parametrize(
    ("language", "slots"),
    [
        ("ja", ("en-US", "ja-JP")),
        ("zh-TW", ("en-US", "zh-TW")),
        ("zh-Hant", ("en-US", "zh-TW")),
        ("en", ("en-US", "ja-JP")),
        ("en-GB", ("en-GB", "ja-JP")),
        ("fr", ("fr", "ja-JP")),
    ],
)
def test_language_slots(language: str, slots: tuple[str, str]) -> None:
    assert languages(language) == slots


def test_fonts_and_language_are_named_outright() -> None:
    styles = Docx(made()).xml("word/styles.xml")
    fonts = styles.find(f"{q('docDefaults')}//{q('rFonts')}")
    assert fonts.get(q("eastAsia")) == "游明朝"
    assert styles.find(f"{q('docDefaults')}//{q('lang')}").get(q("eastAsia")) == "ja-JP"
    heading = next(s for s in styles.iter(q("style")) if s.get(q("styleId")) == style_id("heading-1"))
    assert heading.find(f".//{q('rFonts')}").get(q("eastAsia")) == "游ゴシック"


def test_headings_are_words_own_and_keep_with_what_follows() -> None:
    styles = Docx(made()).xml("word/styles.xml")
    by_name = {s.find(q("name")).get(q("val")): s for s in styles.iter(q("style"))}
    for level in range(1, 7):
        style = by_name[f"heading {level}"]
        assert style.get(q("customStyle")) is None
        assert style.find(f".//{q('outlineLvl')}").get(q("val")) == str(level - 1)
        assert style.find(f".//{q('keepNext')}") is not None


def test_word_opens_it_without_compatibility_mode() -> None:
    settings = Docx(made()).xml("word/settings.xml")
    modes = {s.get(q("name")): s.get(q("val")) for s in settings.iter(q("compatSetting"))}
    assert modes == {"compatibilityMode": "15"}
    assert settings.find(q("trackRevisions")) is None
    assert Docx(made(MANUSCRIPT)).xml("word/settings.xml").find(q("trackRevisions")) is not None


def test_every_role_has_a_style_of_the_name_in_the_table() -> None:
    styles = [s for profile in (A4, MANUSCRIPT) for s in Docx(made(profile)).xml("word/styles.xml").iter(q("style"))]
    names = {s.find(q("name")).get(q("val")) for s in styles}
    for role in table():
        wanted = [name(role, type.name) for type in callouts.table()] if "{type}" in table()[role] else [name(role)]
        for each in wanted:
            assert each in names, role


def test_each_callout_type_has_its_colours() -> None:
    root = Docx(made()).xml("word/styles.xml")
    ids = {s.get(q("styleId")): s for s in root.iter(q("style"))}
    for type in callouts.table():
        box = ids[style_id("callout-box", type.name)]
        assert box.find(f".//{q('shd')}").get(q("fill")) == type.tint.lstrip("#").upper()
        title = ids[style_id("callout-title", type.name)]
        assert title.find(f".//{q('color')}").get(q("val")) == type.ink.lstrip("#").upper()


@pytest.mark.parametrize(("chars", "lines"), [(40, 30), (40, 35), (35, 30), (42, 34), (39, 37)])
def test_the_grids_that_publishers_ask_for(chars: int, lines: int) -> None:
    page = grid(replace(MANUSCRIPT, docx_grid=f"{chars}x{lines}"))
    assert (page.measure, page.char, page.spacing) == (chars * 210, 210, 0)
    assert page.text_height // page.pitch == lines
    with_margins = grid(replace(MANUSCRIPT, docx_grid=f"{chars}x{lines}", docx_margins="35mm 25mm"))
    assert with_margins.left == with_margins.right == 1417
    assert with_margins.top == with_margins.bottom == 1984
    assert with_margins.measure // with_margins.char == chars
    assert with_margins.text_height // with_margins.pitch == lines


def test_a_grid_with_margins_of_its_own_spaces_the_characters() -> None:
    settings = replace(MANUSCRIPT, docx_grid="30x20", docx_margins="30mm")
    page = grid(settings)
    assert page.spacing == round((page.char / 20 - 10.5) * 4096) > 0
    assert f'w:charSpace="{page.spacing}"' in parts(look(settings, "ja", ()))["word/document.xml"]
    assert 'w:firstLineChars="100" w:firstLine="283"' in parts(look(settings, "ja", ()))["word/styles.xml"]


def test_absurd_margins_leave_ten_characters() -> None:
    page = grid(replace(MANUSCRIPT, page_size="A6", docx_margins="150mm"))
    assert page.measure >= 10 * 210
    assert page.text_height > 0


def test_all_sizes_go_with_the_body() -> None:
    styles = parts(look(replace(MANUSCRIPT, docx_size=12.0), "ja", ()))["word/styles.xml"]
    sizes = {
        style.get(q("styleId")): style.find(f".//{q('sz')}").get(q("val"))
        for style in etree.fromstring(styles.encode()).iter(q("style"))
        if style.find(f".//{q('sz')}") is not None
    }
    assert (sizes["Normal"], sizes["FootnoteText"], sizes["Heading1"]) == ("24", "21", "34")


def test_faces_are_the_user_s(tmp_path: Path) -> None:
    settings = replace(MANUSCRIPT, docx_mincho="ヒラギノ明朝 ProN", docx_gothic="メイリオ", docx_latin="Century")
    styles = parts(look(settings, "ja", ()))["word/styles.xml"]
    assert "游" not in styles
    assert all(face in styles for face in ("ヒラギノ明朝 ProN", "メイリオ", "Century"))


def test_a_manuscript_has_page_numbers_and_no_running_head() -> None:
    made_of = parts(look(MANUSCRIPT, "ja", ()))
    assert not [part for part in made_of if "header" in part]
    assert "PAGE" in made_of["word/footer1.xml"]


def test_the_running_head_spares_the_first_page() -> None:
    section = etree.fromstring(parts(look(A4, "ja", ()))["word/document.xml"].encode()).find(f".//{q('sectPr')}")
    kinds = [(node.tag, node.get(q("type"))) for node in section[:4]]
    assert kinds == [(q("headerReference"), t) for t in ("default", "first")] + [
        (q("footerReference"), t) for t in ("default", "first")
    ]
    assert section.find(q("titlePg")) is not None
    assert section.find(q("docGrid")).get(q("linePitch")) == str(grid(A4).pitch)
    assert grid(A4).pitch / POINT == pytest.approx(17.85)
