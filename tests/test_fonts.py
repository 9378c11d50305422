"""Kumihan's faces: what is in them, how they are made, what Fontconfig and a PDF see of them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from convert.fonts import FontSet, FontsUnavailable, activate, faces, recipes, sources, symbols
from convert.fonts.faces import Made, user_cache
from convert.fonts.recipes import EMOJI, FACES, GOTHIC, MINCHO, MONO, SYMBOLS, Face
from convert.pdf import shortcuts
from convert.settings import Settings

SMALL = tuple(face for face in FACES if face.family in (MONO, SYMBOLS))


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    return activate()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins with Kumihan's configuration in force and leaves no other behind."""
    activate().choose("", Settings())
    monkeypatch.delenv("KUMIHAN_FONTCONFIG_FILE_BEFORE", raising=False)
    yield
    activate().choose("", Settings())


def opened(fonts: FontSet, made: Made) -> TTFont:
    return TTFont(io.BytesIO((fonts.folder / made.file).read_bytes()), lazy=True)


def face_of(fonts: FontSet, family: str, style: str = "Regular") -> Made:
    return next(made for made in fonts.faces if (made.family, made.style) == (family, style))


def codes(made: Made) -> set[int]:
    return {code for first, last in made.characters for code in range(first, last + 1)}


# What is in a face


def test_every_recipe_has_its_face(fonts: FontSet) -> None:
    assert [(made.family, made.style, made.weight) for made in fonts.faces] == [
        (face.family, face.style, face.weight) for face in FACES
    ]
    assert {(made.family, made.style) for made in fonts.faces} >= {
        (MINCHO, "Regular"),
        (MINCHO, "Italic"),
        (GOTHIC, "Regular"),
        (GOTHIC, "Bold"),
        (GOTHIC, "Italic"),
        (GOTHIC, "Bold Italic"),
        (MONO, "Regular"),
        (MONO, "Bold"),
        (EMOJI, "Regular"),
        (SYMBOLS, "Regular"),
    }


def test_names_weights_and_line_metrics(fonts: FontSet) -> None:
    for made in fonts.faces:
        font = opened(fonts, made)
        name, os2, head, hhea = font["name"], font["OS/2"], font["head"], font["hhea"]
        assert (name.getDebugName(1), name.getDebugName(2)) == (made.family, made.style)
        assert name.getDebugName(4) == f"{made.family} {made.style}"
        assert name.getDebugName(6) == made.file.removesuffix(".ttf")
        assert name.getDebugName(16) is None
        assert name.getDebugName(0), "the copyright stays"
        if made.family not in (SYMBOLS, "Kumihan Marks"):
            assert "SIL Open Font License" in name.getDebugName(13)
        assert os2.usWeightClass == made.weight
        assert bool(os2.fsSelection & 1) == bool(head.macStyle & 2) == made.italic
        assert bool(os2.fsSelection & 32) == bool(head.macStyle & 1) == (made.weight >= 600)
        assert not os2.fsSelection & 128, "one set of metrics is in force, not a second one"
        em = head.unitsPerEm
        assert hhea.ascent / em == pytest.approx(1.16, abs=0.001)
        assert hhea.descent / em == pytest.approx(-0.288, abs=0.001)
        assert hhea.lineGap == 0
        assert head.modified == head.created == 2_398_377_600
        assert not {"fvar", "gvar", "CFF ", "STAT", "DSIG"} & set(font.keys())
        assert font.sfntVersion == "\x00\x01\x00\x00"


@pytest.mark.parametrize(("family", "style"), [(MINCHO, "Regular"), (GOTHIC, "Regular"), (GOTHIC, "Bold")])
def test_japanese_faces_keep_what_typesetting_needs(fonts: FontSet, family: str, style: str) -> None:
    font = opened(fonts, face_of(fonts, family, style))
    assert font["head"].unitsPerEm == 1000
    features = {
        record.FeatureTag for table in ("GSUB", "GPOS") for record in font[table].table.FeatureList.FeatureRecord
    }
    assert features >= {"palt", "halt", "vert", "kern", "ccmp", "locl", "jp78", "jp90"}
    best = font.getBestCmap()
    assert {0xFA10, 0xFA19, 0x9AD9, 0x20BB7} <= set(best)
    variations = next(table for table in font["cmap"].tables if table.format == 14).uvsDict
    assert sum(map(len, variations.values())) == 14_787
    forms = dict(variations[0xE0100])[ord("辻")], dict(variations[0xE0101])[ord("辻")]
    assert len({form or best[ord("辻")] for form in forms}) == 2


def test_mincho_is_the_outline_of_its_source(fonts: FontSet) -> None:
    """Quadratic curves instead of cubic ones: the inked area of a glyph differs by less than half a percent."""
    made = opened(fonts, face_of(fonts, MINCHO))
    source = TTFont(io.BytesIO(sources.locate(FACES[0].source)[0].read_bytes()), lazy=True)
    ours, theirs = made.getGlyphSet(), source.getGlyphSet()
    ours_map, theirs_map = made.getBestCmap(), source.getBestCmap()
    assert ours_map.keys() == theirs_map.keys()
    sample = sorted(ours_map)[::173] + [ord(char) for char in "あ国語髙﨑亜g§—"]
    for code in sample:
        areas = []
        for glyphs, name in ((ours, ours_map[code]), (theirs, theirs_map[code])):
            pen = AreaPen(glyphs)
            glyphs[name].draw(pen)
            areas.append(abs(pen.value))
        assert areas[0] == pytest.approx(areas[1], rel=0.005, abs=60), f"U+{code:04X}"
        assert ours[ours_map[code]].width == theirs[theirs_map[code]].width
        outline = made["glyf"][ours_map[code]]
        if outline.numberOfContours:
            assert made["hmtx"][ours_map[code]][1] == outline.xMin, "else the glyph would be shifted"


def test_letters_of_code_are_half_as_wide_as_kanji(fonts: FontSet) -> None:
    for style in ("Regular", "Bold", "Italic"):
        font = opened(fonts, face_of(fonts, MONO, style))
        best, em = font.getBestCmap(), font["head"].unitsPerEm
        widths = {font["hmtx"][best[code]][0] / em for code in range(0x20, 0x7F)}
        assert widths == {0.5}, style


def test_every_sign_is_drawn(fonts: FontSet) -> None:
    font = opened(fonts, face_of(fonts, SYMBOLS))
    best, glyphs = font.getBestCmap(), font.getGlyphSet()
    assert set(best) == {0x20, 0xA0, *symbols.SIGNS}
    assert set(map(ord, "☐☑☒≒❯❮✔✗✘✖↩↪↵➔▸")) <= set(best)
    for code in symbols.SIGNS:
        pen = AreaPen(glyphs)
        glyphs[best[code]].draw(pen)
        assert pen.value < -20_000, f"U+{code:04X}: filled, and wound as TrueType is"
        glyph = font["glyf"][best[code]]
        assert glyph.xMin >= 0
        assert glyph.xMax <= 1000
        assert glyph.yMin >= -120
        assert glyph.yMax <= 880
        assert font["hmtx"][best[code]] == (1000, glyph.xMin)


def test_upright_face_has_all_that_the_others_of_its_family_have(fonts: FontSet) -> None:
    """Else the italic of a family would be taken for those characters in upright text."""
    for made in fonts.faces:
        upright = face_of(fonts, made.family)
        assert codes(made) <= codes(upright) | {0xA0}, made.file


def test_every_face_has_a_blank_of_text_width(fonts: FontSet) -> None:
    for made in fonts.faces:
        font = opened(fonts, made)
        width = font["hmtx"][font.getBestCmap()[0x20]][0] / font["head"].unitsPerEm
        assert 0.15 < width < (0.61 if made.family == MONO else 0.4), made.file


def test_listed_characters_are_those_of_the_file(fonts: FontSet) -> None:
    for made in fonts.faces[:12]:
        assert codes(made) == set(opened(fonts, made).getBestCmap()), made.file


def test_missing_is_what_no_face_has(fonts: FontSet) -> None:
    assert fonts.missing("漢字かなカナ ABC 한국어 简体 ไทย العربية \U00020bb7\ufa10☐☒≒❯👍🏽↦⊢𝑥\u3000\n\t") == set()
    assert fonts.missing("👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 葛\U000e0100 a\u00ad\u200b\u2060\ufeff") == set()
    assert fonts.missing("甲\U00020002乙\ue000") == {"\U00020002", "\ue000"}


# How they are made


def test_same_input_same_bytes(fonts: FontSet) -> None:
    for face in (*SMALL, FACES[3], FACES[9]):
        data, origin, characters = faces.make(face)
        made = face_of(fonts, face.family, face.style)
        assert data == (fonts.folder / made.file).read_bytes(), face.file
        assert (origin, characters) == (made.origin, codes(made))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Only the small faces, and a list of those that have been made."""
    made: list[str] = []
    real = faces.make

    def make(face: Face) -> tuple[bytes, str, set[int]]:
        made.append(face.file)
        return real(face)

    monkeypatch.setattr(faces, "FACES", SMALL)
    monkeypatch.setattr(faces, "make", make)
    return made


def test_made_once_with_progress(tmp_path: Path, few: list[str]) -> None:
    told: list[tuple[int, int, str]] = []
    folder, made = faces.ensure(tmp_path / "fonts", lambda *step: told.append(step))
    assert told == [(at, len(SMALL), face.file) for at, face in enumerate(SMALL)] + [(len(SMALL), len(SMALL), "")]
    assert sorted(entry.name for entry in folder.iterdir()) == sorted([face.file for face in SMALL] + ["faces.json"])
    assert faces.ensure(tmp_path / "fonts") == (folder, made)
    assert len(few) == len(SMALL)


def test_half_made_or_damaged_folder_is_made_anew(tmp_path: Path, few: list[str]) -> None:
    folder, made = faces.ensure(tmp_path)
    whole = {entry.name: entry.read_bytes() for entry in folder.iterdir()}
    (folder / ".KumihanMono-Bold.ttf.4711").write_bytes(b"left by one that was stopped")

    for damage in ("list", "short", "gone", "nonsense"):
        if damage == "list":
            (folder / "faces.json").unlink()
        elif damage == "short":
            (folder / SMALL[0].file).write_bytes(whole[SMALL[0].file][:1000])
        elif damage == "gone":
            (folder / SMALL[1].file).unlink()
        else:
            (folder / "faces.json").write_text('[{"family": 3}]')
        few.clear()
        assert faces.ensure(tmp_path) == (folder, made)
        assert len(few) == len(SMALL), damage
        assert {entry.name: entry.read_bytes() for entry in folder.iterdir()} == whole


def test_a_failure_leaves_no_list(tmp_path: Path, few: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    real = faces.write

    def write(target: Path, data: bytes) -> None:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(target, data)

    monkeypatch.setattr(faces, "write", write)
    with pytest.raises(FontsUnavailable, match=r"No space left.*XDG_CACHE_HOME"):
        faces.ensure(tmp_path)
    folder = calls[0].parent
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(face.file for face in SMALL[:2])
    assert faces.read(folder) is None
    assert len(faces.ensure(tmp_path)[1]) == len(SMALL)


def test_two_at_once_make_them_once(tmp_path: Path, few: list[str]) -> None:
    results: list[tuple[Path, tuple[Made, ...]]] = []
    threads = [threading.Thread(target=lambda: results.append(faces.ensure(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(few) == len(SMALL)
    assert len(results) == 4
    assert all(result == results[0] for result in results)


def test_other_packages_or_recipes_are_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    now = faces.state()
    monkeypatch.setattr(faces, "version", lambda tool: "0.0")
    assert faces.state() != now


def test_faces_that_nobody_used_for_long_are_removed(tmp_path: Path, few: list[str]) -> None:
    for name, days in (("old", 90), ("young", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "faces.json").write_text("[]")
        seconds = faces.time.time() - days * 86_400
        os.utime(tmp_path / name / "faces.json", (seconds, seconds))
    folder, _ = faces.ensure(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.is_dir()) == sorted(["young", folder.name])


def test_what_is_lacking_is_told_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FontsUnavailable, match="cannot be written"):
        faces.ensure(tmp_path / "file")

    def absent(name: str) -> object:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(sources, "distribution", absent)
    with pytest.raises(FontsUnavailable, match="pip install pylopdf-fonts-jp"):
        sources.locate(FACES[0].source)


def test_the_users_cache_is_where_the_platform_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = str(tmp_path / "given")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "home", lambda: tmp_path)
        assert user_cache("linux", {}) == tmp_path / ".cache/kumihan"
        assert user_cache("linux", {"XDG_CACHE_HOME": given}) == tmp_path / "given/kumihan"
        assert user_cache("linux", {"XDG_CACHE_HOME": "not/absolute"}) == tmp_path / ".cache/kumihan"
        assert user_cache("darwin", {}) == tmp_path / "Library/Caches/kumihan"
        assert user_cache("win32", {"LOCALAPPDATA": given}) == tmp_path / "given/kumihan/Cache"


def test_describe_names_every_file(fonts: FontSet) -> None:
    services = fonts.describe()
    assert {service.role for service in services} == {*recipes.ROLES, ""}
    assert all(service.file.is_file() for service in services)
    assert services[0].face == "Kumihan Mincho Regular"
    assert services[0].origin == "pylopdf-fonts-jp 0.1.1: NotoSerifJP-Regular.otf"


# What Fontconfig and a PDF see


def seen() -> set[str]:
    """The families of Fontconfig's configuration that is in force."""
    from weasyprint.text.ffi import ffi, fontconfig

    config = ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)
    found = fontconfig.FcConfigGetFonts(config, fontconfig.FcSetSystem)
    text = ffi.new("FcChar8 **")
    families = set()
    for at in range(found.nfont):
        fontconfig.FcPatternGetString(found.fonts[at], b"family", 0, text)
        families.add(ffi.string(text[0]).decode())
    return families


def pdf(body: str, families: str = "Kumihan Mincho") -> bytes:
    from weasyprint import HTML

    html = f'<html lang=ja><body style="font: 12pt {families}">{body}'
    with shortcuts.suspended():  # they count on all that Kumihan's own engine does
        data = HTML(string=html).write_pdf()
    assert isinstance(data, bytes)
    return data


def used(data: bytes) -> set[str]:
    """Names of the fonts in a PDF without the prefix of their subset; each must be embedded."""
    names = set()
    with pikepdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            for font in page.resources.get("/Font", {}).values():
                names.add(str(font.BaseFont).split("+")[-1])
                descriptor = font.DescendantFonts[0].FontDescriptor if "/DescendantFonts" in font else None
                assert descriptor is None or "/FontFile2" in descriptor
    return names


def test_fontconfig_sees_our_families_and_no_other(fonts: FontSet) -> None:
    assert seen() == {face.family for face in FACES}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("本文 text 2024", {"Kumihan-Mincho"}),
        ("<strong>強い strong</strong>", {"Kumihan-Gothic-Bold"}),
        ("<strong><em>strong italic</em></strong>", {"Kumihan-Gothic-Bold-Italic"}),
        ("<em>Latin italic 2024, “quoted”</em>", {"Kumihan-Mincho-Italic"}),
        ("<em>日本語の強調</em>", {"Kumihan-Mincho"}),
        ("<em>強調と emphasis</em>", {"Kumihan-Mincho", "Kumihan-Mincho-Italic"}),
        # No letter that a newer Pango might put together from parts.
        ("ŋə ᾅ Việt", {"Kumihan-Mincho", "Kumihan-Latin-Serif", "Kumihan-Latin"}),
        ("<b style='font-family:Kumihan Gothic'>見出し</b>", {"Kumihan-Gothic-Bold"}),
        ("<i style='font-family:Kumihan Gothic'>italic</i>", {"Kumihan-Gothic-Italic"}),
        ("<code style='font-family:Kumihan Mono'>x = <b>1</b></code>", {"Kumihan-Mono", "Kumihan-Mono-Bold"}),
        ("<code style='font-family:Kumihan Mono'>日本</code>", {"Kumihan-Gothic"}),
        ("<b>👍🏽👨\u200d👩\u200d👧🇯🇵</b>", {"Kumihan-Emoji"}),
        ("☐☑☒≒❯", {"Kumihan-Symbols"}),
        ("☑\ufe0f1\ufe0f\u20e3", {"Kumihan-Emoji"}),
        ("<span style='font-family:Foo'>名なし unknown</span>", {"Kumihan-Gothic"}),
        ("<span style='font-family:serif'>明朝</span>", {"Kumihan-Mincho"}),
        ("<span style='font-family:monospace'>code</span>", {"Kumihan-Mono"}),
        ("한국 们 ไทย", {"Kumihan-Hangul", "Kumihan-Hans", "Kumihan-Thai"}),
    ],
)
def test_each_text_in_its_face(body: str, expected: set[str]) -> None:
    assert {name for name in used(pdf(body)) if name != "Kumihan-Mincho" or name in expected} == expected


def test_code_points_survive_into_the_pdf() -> None:
    document = pypdfium2.PdfDocument(pdf("\ufa10 \ufa19 \u9ad9 \U00020bb7 ≒ 辻\U000e0100 辻\U000e0101"))
    text = document[0].get_textpage().get_text_bounded()
    assert text.split() == ["\ufa10", "\ufa19", "\u9ad9", "\U00020bb7", "≒", "辻\U000e0100", "辻\U000e0101"]


def test_a_short_page_is_small() -> None:
    assert len(pdf("短い文書です。")) < 12_000


DECOY = """
import sys
from convert.fonts import activate
activate()
import weasyprint
html = '<html lang=ja><body style="font-family: Kumihan Mincho"><h1>見出し</h1><p>本文 text <b>強い</b> ☐ 👍 한국어'
sys.stdout.buffer.write(weasyprint.HTML(string=html).write_pdf())
"""


def test_other_fonts_of_the_machine_change_no_byte(tmp_path: Path) -> None:
    """Not even one that bears our family's name."""
    plain = subprocess.run([sys.executable, "-c", DECOY], check=True, capture_output=True).stdout
    decoy = machine(tmp_path, {"Kumihan Mincho": "本文見出し☐👍", "Other": "強い"})
    environment = os.environ | {"FONTCONFIG_FILE": str(decoy)}
    crowded = subprocess.run([sys.executable, "-c", DECOY], check=True, capture_output=True, env=environment).stdout
    assert plain[:5] == b"%PDF-"
    assert crowded == plain


# Fonts of the machine


def machine(folder: Path, families: dict[str, str], *, colour: str = "", bold: str = "") -> Path:
    """Fontconfig's configuration of a machine that has just these families, each with the characters given."""
    (folder / "fonts").mkdir(exist_ok=True)
    for family, text in families.items():
        builder = FontBuilder(1000, isTTF=True)
        names = {ord(char): f"g{ord(char):X}" for char in sorted(set(text))}
        builder.setupGlyphOrder([".notdef", *names.values()])
        builder.setupCharacterMap(names)
        pen = TTGlyphPen(None)
        pen.moveTo((100, 0))
        pen.lineTo((100, 700))
        pen.lineTo((800, 0))
        pen.closePath()
        builder.setupGlyf({name: pen.glyph() for name in (".notdef", *names.values())})
        builder.setupHorizontalMetrics(dict.fromkeys((".notdef", *names.values()), (1000, 100)))
        builder.setupHorizontalHeader(ascent=880, descent=-120)
        builder.setupNameTable({"familyName": family, "styleName": "Bold" if family == bold else "Regular"})
        builder.setupOS2(usWeightClass=700 if family == bold else 400)
        builder.setupPost()
        if family == colour:
            first = next(iter(names.values()))
            builder.setupCOLR({first: [(first, 0)]})
            builder.setupCPAL([[(1.0, 0.0, 0.0, 1.0)]])
        builder.save(folder / "fonts" / f"[{family}].ttf")
    config = folder / "machine.conf"
    config.write_text(
        f"<fontconfig><dir>{folder / 'fonts'}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>", "utf-8"
    )
    return config


def on(config: Path, monkeypatch: pytest.MonkeyPatch) -> FontSet:
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    return activate()


def test_nothing_is_asked_for_when_nothing_lacks(fonts: FontSet) -> None:
    before = os.environ["FONTCONFIG_FILE"]
    choice = fonts.choose("すべてある text 👍", Settings())
    assert choice.diagnostics == ()
    assert str(choice.config) == before == os.environ["FONTCONFIG_FILE"]
    assert choice.families["mincho"] == ("Kumihan Mincho",)


def test_a_character_we_lack_is_taken_from_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    families = {"Private A": "\ue000本", "Private B": "\ue000\ue001文", "Last Resort": "\ue002"}
    config = machine(tmp_path, families)
    fonts = on(config, monkeypatch)
    choice = fonts.choose("本文 \ue000\ue001\ue002", Settings(), "a.md")
    assert activate() is fonts
    assert os.environ["FONTCONFIG_FILE"] == str(choice.config), "another call does not undo the choice"
    told = [(one.code, one.path) for one in choice.diagnostics]
    assert told.count(("font.missing-glyph", "a.md")) == 1
    assert 1 <= told.count(("font.fallback", "a.md")) == len(told) - 1 <= 2
    assert "U+E002" in choice.diagnostics[-1].message
    assert any("“Private B” ([Private B].ttf)" in one.message for one in choice.diagnostics)

    helped = used(pdf("<b>本文 \ue000\ue001</b>"))
    assert {name for name in helped if name.startswith("Private")}
    assert "Kumihan-Gothic-Bold" in helped, "what we have is still printed in ours"
    assert "Last Resort" not in seen()
    assert activate().choose("本文", Settings()).diagnostics == ()
    assert not any(family.startswith("Private") for family in seen())


def test_colour_fonts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = on(machine(tmp_path, {"Colour": "\ue000"}, colour="Colour"), monkeypatch)
    choice = fonts.choose("\ue000", Settings())
    assert [one.code for one in choice.diagnostics] == ["font.missing-glyph"]
    assert "Colour" not in seen()


def test_the_users_own_family_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = on(machine(tmp_path, {"My Mincho": "本文\ue000", "Neighbour": "本"}), monkeypatch)
    settings = replace(Settings(), font_mincho="My Mincho, Your Mincho")
    choice = fonts.choose("本文と\ue000", settings, "a.md")
    assert choice.families["mincho"] == ("My Mincho", "Kumihan Mincho")
    assert [(one.code, "Your Mincho" in one.message) for one in choice.diagnostics] == [("font.family", True)]
    assert "Neighbour" not in seen()
    css = ", ".join(f"'{family}'" for family in choice.families["mincho"])
    assert used(pdf("本文と", css)) == {"My-Mincho", "Kumihan-Mincho"}
    assert used(pdf("<b>本文</b>", css)) - {"My-Mincho"} == {"Kumihan-Gothic-Bold"}, "it has no bold"


def test_the_users_own_bold_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = on(machine(tmp_path, {"Stout": "本文"}, bold="Stout"), monkeypatch)
    choice = fonts.choose("本文", replace(Settings(), font_gothic="Stout"))
    assert choice.families["gothic"] == ("Stout", "Kumihan Gothic")
    assert "Stout-Bold" in used(pdf("<b>本文</b>", "Stout"))
