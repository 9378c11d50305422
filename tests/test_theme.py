"""Themes: how they extend each other, and what a vault's own may do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convert import theme
from convert.diagnostics import Code
from convert.settings import Layers


def own(root: Path, name: str, yaml: str = "", css: str = "", *, folder: str = ".kumihan/themes") -> None:
    """Write a theme into a vault."""
    place = root / folder / name
    place.mkdir(parents=True, exist_ok=True)
    if yaml:
        (place / "theme.yaml").write_text(yaml, "utf-8")
    if css:
        (place / "look.css").write_text(css, "utf-8")


def said(found: theme.Theme) -> list[tuple[str, int, int, str]]:
    return [(d.code, d.line, d.column, d.message) for d in found.diagnostics]


def test_a_few_lines_make_a_theme(tmp_path: Path) -> None:
    own(tmp_path, "mine", "page: {font-size: 11}\nsettings: {page: {chars: 40}}\n", "h2 { color: red }")
    own(tmp_path, "更に", "extends: mine\nfootnotes: {mark: ※1}\n", folder="Kumihan/themes")
    assert {"mine", "更に", "handout"} <= {*theme.names(tmp_path)}
    found = theme.load("更に", tmp_path)
    assert (found.font_size, found.mark, found.line) == (11, "※1", theme.load("handout").line)
    assert found.sheets == (*theme.load("handout").sheets, "h2 { color: red; }")
    files = ("Kumihan/themes/更に/theme.yaml", ".kumihan/themes/mine/look.css", ".kumihan/themes/mine/theme.yaml")
    assert found.files == files
    assert not found.diagnostics
    assert Layers({"theme": "更に"}, root=tmp_path).settings()[0].page_chars == 40


def test_a_theme_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    own(tmp_path, "mine", "page: {font-size: 11}")
    assert theme.load("mine", tmp_path).font_size == 11
    own(tmp_path, "mine", "page: {font-size: 11.25}")
    assert theme.load("mine", tmp_path).font_size == 11.25


def test_a_style_sheet_alone_is_a_theme_and_a_theme_may_go_on_from_ours_of_its_name(tmp_path: Path) -> None:
    own(tmp_path, "handout", css="p { color: navy }")
    found = theme.load("handout", tmp_path)
    assert found.sheets == (*theme.load("handout").sheets, "p { color: navy; }")
    assert not found.diagnostics
    assert Layers(root=tmp_path).settings()[1] == ()


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("page:\n  font-size: big\n", (2, 3, "page.font-size must be a number from 5 to 40")),
        ("page:\n  line: .nan\n", (2, 3, "page.line must be a number from 5 to 120")),
        ("page: {columns: 1.5}", (1, 8, "page.columns must be a whole number from 1 to 4")),
        ("page: {facing: perhaps}", (1, 8, "page.facing must be yes or no")),
        ("page: {colour: red}", (1, 8, "a theme has no page.colour")),
        ("page: {heads: 0}", (1, 8, "page.heads must be a whole number from 1 to 3")),
        ("footnotes: {mark: 11}", (1, 13, "footnotes.mark must be up to eight characters with one 1 among them")),
        ("tables: {sizes: [7, 9]}", (1, 10, "tables.sizes must be a list of sizes in points, the largest first")),
        ("page: [", (1, 8, None)),
        ("# mine\nextends: handuot\n", (2, 1, "it extends handuot, which there is not")),
        ("extends: [a]", (1, 1, "extends must be the name of a theme")),
        ("extends: ../../x", (1, 1, "extends must be the name of a theme")),
        ("page: {top: 0.2}\npage: {top: 0.3}\n", (2, 1, "page is given twice; the first is used")),
        ("settings: {theme: book}", (1, 12, "a theme goes on from another by extends, not by a setting")),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_rest_holds(
    tmp_path: Path, yaml: str, expected: tuple[int, int, str | None]
) -> None:
    own(tmp_path, "mine", yaml, "p { color: navy }")
    found = theme.load("mine", tmp_path)
    (only,) = found.diagnostics
    assert (only.code, only.path) == (Code.THEME_INVALID.code, ".kumihan/themes/mine/theme.yaml")
    assert (only.line, only.column, expected[2] and only.message) == expected
    assert found.font_size == theme.load("handout").font_size
    assert found.sheets[-1] == "p { color: navy; }"


def test_themes_that_extend_each_other(tmp_path: Path) -> None:
    own(tmp_path, "a", "extends: b")
    own(tmp_path, "b", "page: {top: 0.3}\nextends: a")
    found = theme.load("a", tmp_path)
    assert said(found) == [("theme.invalid", 2, 1, "themes extend each other: a → b → a")]
    assert (found.top, found.sheets) == (0.3, theme.load("handout").sheets)


def test_a_theme_of_ours_goes_on_from_ours(tmp_path: Path) -> None:
    own(tmp_path, "handout", css="p { color: navy }")
    own(tmp_path, "mine", "extends: report", css="h1 { color: red }")
    found = theme.load("mine", tmp_path)
    assert found.sheets == (*theme.load("report").sheets, "h1 { color: red; }")
    assert found.without_own_sheets.sheets == theme.load("report").sheets
    assert theme.load("report", tmp_path) == theme.load("report")


def test_a_long_chain_ends(tmp_path: Path) -> None:
    for n in range(12):
        own(tmp_path, f"t{n}", f"extends: t{n + 1}", css="p { color: navy }")
    found = theme.load("t0", tmp_path)
    assert [d.message.partition(":")[0] for d in found.diagnostics] == ["more than 8 themes extend each other"]
    assert len(found.sheets) == 9


def test_style_sheets_of_a_theme_are_bounded(tmp_path: Path) -> None:
    own(tmp_path, "mine", css="p { color: navy }" + " " * 99_000)
    (tmp_path / ".kumihan/themes/mine/more.css").write_text("h1 { color: red }" + " " * 2_000)
    found = theme.load("mine", tmp_path)
    assert found.sheets[1:] == ("p { color: navy; }",)
    assert [d.path.rpartition("/")[2] for d in found.diagnostics] == ["more.css"]


def test_settings_of_a_theme_are_checked_and_cannot_widen_what_a_build_touches(tmp_path: Path) -> None:
    own(tmp_path, "mine", "settings:\n  page.chars: many\n  network: yes\n  limits.memory: 900\n  author: T\n")
    settings, diagnostics = Layers({"theme": "mine"}, root=tmp_path).settings()
    assert [(d.code, d.line) for d in diagnostics] == [
        (Code.CONFIG_INVALID.code, 2), (Code.CONFIG_SCOPE.code, 3), (Code.CONFIG_SCOPE.code, 4)
    ]  # fmt: skip
    assert (settings.author, settings.allow_network, settings.page_chars) == ("T", False, 42)


def test_a_hostile_theme(tmp_path: Path) -> None:
    vault, outside = tmp_path / "vault", tmp_path / "outside"
    own(
        vault,
        "mine",
        css='@import "x.css"; @font-face { font-family: x; src: url(http://x) } p { background: url(file:///x) }'
        " h1 { color: red } @page { @top-left { content: url(../../secret.png) } } } } body { content: 'a' }",
    )
    own(tmp_path, "outside", css="p { color: red }", folder=".")
    own(vault, "other", css="p { color: navy }")
    (vault / ".kumihan/themes/linked").symlink_to(outside)
    (vault / ".kumihan/themes/other/a.css").symlink_to("nothing.css")
    (vault / ".kumihan/themes/other/z.css").symlink_to(outside / "look.css")
    (vault / ".kumihan/themes/other/theme.yaml").write_text("page: &a [" + "*a, " * 20_000)
    assert "linked" not in theme.names(vault)
    css = theme.load("mine", vault).sheets[-1]
    assert "url" not in css
    assert "import" not in css
    assert "h1 { color: red; }" in css
    assert {d.code for d in theme.load("mine", vault).diagnostics} == {Code.SNIPPET_ADDRESS.code}
    other = theme.load("other", vault)
    assert other.sheets[1:] == ("p { color: navy; }",)
    assert {d.code for d in other.diagnostics} == {Code.SNIPPET_UNUSED.code, Code.THEME_INVALID.code}
    assert "linked" in theme.names(vault, follow_links=True)


def test_the_vaults_theme_may_be_a_link_out_of_it(tmp_path: Path) -> None:
    own(tmp_path, "outside", css="p { color: red }", folder=".")
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / ".kumihan").symlink_to(tmp_path / "outside")
    assert theme.names(tmp_path / "vault") == theme.names()


def test_layers_put_each_theme_over_the_one_below() -> None:
    base = theme.load("handout")
    chosen = theme.dressed(base, "e {}", "c {}", ["s {}"])
    assert all(sheet.startswith("@layer engine, look, callouts;") for sheet in chosen)
    assert chosen[0].endswith("@layer engine { e {} }")
    assert chosen[2].endswith("@layer callouts { c {} }")
    assert chosen[-1].endswith("; s {}")


MANUAL = Path(__file__).parents[1] / "docs" / "themes.md"


def test_the_manual_shows_each_theme_with_a_small_picture() -> None:
    text = MANUAL.read_text("utf-8")
    assert re.findall(r"^## ([a-z0-9-]+)$", text, re.MULTILINE)[0] == theme.DEFAULT
    for name in theme.names():
        found = theme.load(name)
        assert f"\n## {name}\n\n{found.description('ja')}\n" in text
        assert found.description("en")
        picture = MANUAL.parent / "themes" / f"{name}.png"
        assert f"![{name}](themes/{name}.png)" in text
        assert picture.stat().st_size < 60_000


def test_the_manual_names_all_that_a_theme_may_hold() -> None:
    table = MANUAL.read_text("utf-8").partition("### What theme.yaml may hold")[2]
    cells = " ".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))
    assert {*re.findall("`(.+?)`", cells)} == {*theme._FIELDS, *theme._DESCRIPTIONS, "extends", "settings"}
