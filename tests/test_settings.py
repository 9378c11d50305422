"""Settings: every layer, checked, with the place and the nearest name of what is wrong."""

from __future__ import annotations

import pickle
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert import settings
from convert.diagnostics import Diagnostic
from convert.note import parse_note
from convert.settings import Layers, Scope, Settings, SettingsError
from convert.yamlcore import load_table


def told(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, int, int]]:
    return [(d.code, d.line, d.column) for d in diagnostics]


def of_note(front: str) -> tuple[settings.Values, tuple[Diagnostic, ...]]:
    note = parse_note(f"---\n{front}\n---\n".encode(), "a.md", Path("a.md"))
    assert not note.diagnostics
    return settings.from_note(note.properties, note.property_places, note.path)


def of_file(tmp_path: Path, text: str) -> tuple[settings.Values, tuple[Diagnostic, ...]]:
    file = tmp_path / "kumihan.yaml"
    file.write_text(text, "utf-8")
    return settings.from_file(file, "kumihan.yaml")


# The fields themselves


def test_every_default_is_valid_and_in_its_one_form() -> None:
    for option in settings.options().values():
        assert settings.convert(option, option.default) == option.default, option.name


def test_every_default_survives_kumihan_yaml() -> None:
    table = load_table(settings.listing(Settings(), {}))
    for name, option in settings.options().items():
        value = table.values[option.metadata["name"]]
        assert settings.convert(option, value) == option.default, name


def test_names_are_unique_and_every_field_has_help_and_scope() -> None:
    assert len(settings.options()) == len(fields(Settings))
    for option in settings.options().values():
        assert option.metadata["help"].endswith(".")
        assert isinstance(option.metadata["scope"], Scope)


def test_what_widens_a_build_is_for_the_command_line_only() -> None:
    scopes = {f.name: f.metadata["scope"] for f in fields(Settings)}
    assert scopes["allow_network"] is scopes["follow_links"] is Scope.COMMAND
    assert all(scopes[name] is not Scope.NOTE for name in scopes if name.startswith("limit_"))


# Values


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("page.size=a5", {"page_size": "A5"}),
        ("page.size=LETTER", {"page_size": "letter"}),
        ("page.size=210 x 297 mm", {"page_size": "210mm 297mm"}),
        ("page.size=8.5in 11in", {"page_size": "8.5in 11in"}),
        ("page.size=182mm×257mm", {"page_size": "182mm 257mm"}),
        ("page-chars= 40 ", {"page_chars": 40}),
        ("PAGE.CHARS=40", {"page_chars": 40}),
        ("page.chars=４０", {"page_chars": 40}),
        ("limits.seconds=2.5", {"limit_seconds": 2.5}),
        ("title=No", {"title": "no"}),
        ("network=on", {"allow_network": True}),
        ("network=false", {"allow_network": False}),
        ("author=山田 = 太郎", {"author": "山田 = 太郎"}),
        ("author=", {"author": ""}),
        ("footnotes.mark=※1", {"footnote_mark": "※1"}),
        ("language=zh-Hant", {"language": "zh-Hant"}),
    ],
)
def test_from_the_command_line(pair: str, value: dict[str, object]) -> None:
    assert settings.from_command([pair], ("handout",)) == value


@pytest.mark.parametrize(
    "pair",
    [
        "page.size",
        "=A5",
        "page=A5",
        "page.siez=A5",
        "page.size=A99",
        "page.size=A4; } @import url(x)",
        "page.size=1mm 1mm",
        "page.size=210 297",
        "page.size=9999mm 9999mm",
        "page.chars=4.5",
        "page.chars=forty",
        "page.chars=1000",
        "limits.seconds=inf",
        "limits.seconds=nan",
        "limits.bytes=0",
        "title=maybe",
        "theme=../handout",
        "theme=",
        "language=日本語",
        "language=ja; x",
        "footnotes.mark=＊",
        "footnotes.mark=11",
        "author=a\nb",
        "author=" + "x" * 1000,
        "network=perhaps",
    ],
)
def test_refused_on_the_command_line(pair: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings.from_command([pair], ("handout",))
    assert "\n" not in str(error.value)


def test_the_nearest_name_is_told() -> None:
    for wrong, right in (("page.siez=1", "page.size"), ("limit.seconds=1", "limits.seconds"), ("them=x", "theme")):
        with pytest.raises(SettingsError, match=f"did you mean {right}"):
            settings.from_command([wrong])
    with pytest.raises(SettingsError, match=r"there are page\.size, "):
        settings.from_command(["page=A5"])
    with pytest.raises(SettingsError, match="did you mean handout"):
        settings.from_command(["theme=handuot"], ("handout",))


@given(st.text())
def test_a_page_size_is_harmless_in_css(text: str) -> None:
    try:
        size = settings.page_size(text)
    except ValueError:
        return
    assert all(c.isascii() and (c.isalnum() or c in ". ") for c in size)


@given(st.sampled_from(list(settings.options().values())), st.text() | st.floats() | st.lists(st.text()) | st.none())
def test_any_value_is_valid_or_refused(option: object, value: object) -> None:
    try:
        result = settings.convert(option, value)  # type: ignore[arg-type]
    except ValueError:
        return
    assert isinstance(result, str | int | float | bool | tuple)
    assert settings.convert(option, result) == result  # type: ignore[arg-type]


# Layers


def test_a_note_sets_nested_and_flat() -> None:
    assert of_note("print:\n  page: {size: A5, chars: 30}\n  line-breaks: join") == (
        {"page_size": "A5", "page_chars": 30, "line_breaks": "join"},
        (),
    )
    assert of_note("print-page-size: A5\nPrint-Title: false\nprintout: x\ntitle: y") == (
        {"page_size": "A5", "title": "no"},
        (),
    )
    assert of_note("print:\n  page.size: A5\n  page-chars: 30")[0] == {"page_size": "A5", "page_chars": 30}


def test_an_empty_property_sets_nothing() -> None:
    assert of_note("print:\nprint-theme:\nprint-page:") == ({}, ())


def test_what_is_wrong_in_a_note_is_told_with_its_place() -> None:
    values, diagnostics = of_note(
        "print:\n"
        "  page:\n"
        "    siez: A5\n"
        "  network: true\n"
        "print-limits-seconds: 5\n"
        "print-page-chars: many\n"
        "print-nothing-like-it: 1"
    )
    assert values == {}
    assert told(diagnostics) == [
        ("config.unknown", 4, 5),
        ("config.scope", 5, 3),
        ("config.scope", 6, 1),
        ("config.invalid", 7, 1),
        ("config.unknown", 8, 1),
    ]
    assert "did you mean print.page.size?" in diagnostics[0].message
    assert all(d.path == "a.md" for d in diagnostics)
    assert "did you mean print-page-chars?" in of_note("print-page-char: 3")[1][0].message


def test_print_must_be_a_table() -> None:
    assert told(of_note("print: handout")[1]) == [("config.invalid", 2, 1)]


def test_a_settings_file(tmp_path: Path) -> None:
    values, diagnostics = of_file(
        tmp_path,
        "# 設定\ntheme: handout\npage:\n  size: B5\n  lines: 3000\nlimits.seconds: 3\nnetwork: true\nfoo: {bar: 1}\n"
        "theme: x\nhtml:\npage.chars: [1]\n",
    )
    assert values == {"theme": "handout", "page_size": "B5", "limit_seconds": 3.0}
    assert told(diagnostics) == [
        ("config.invalid", 5, 3),
        ("config.scope", 7, 1),
        ("config.unknown", 8, 7),
        ("config.invalid", 11, 1),
        ("config.invalid", 9, 1),
    ]


def test_a_settings_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^kumihan\.yaml:2:1: "):
        of_file(tmp_path, "a: 1\n- b\n")
    (tmp_path / "latin.yaml").write_bytes(b"author: \xe9")
    with pytest.raises(SettingsError, match="not UTF-8"):
        settings.from_file(tmp_path / "latin.yaml", "latin.yaml")
    with pytest.raises(SettingsError, match="cannot be read"):
        settings.from_file(tmp_path, "folder")


def test_each_layer_goes_over_the_one_below(tmp_path: Path) -> None:
    theme = tmp_path / ".kumihan" / "themes" / "wide" / "theme.yaml"
    theme.parent.mkdir(parents=True)
    theme.write_text("settings:\n  page: {size: B5, chars: 11, lines: 11}\n  author: T\n  title: no\n")
    layers = Layers({"page_chars": 22, "page_lines": 22, "author": "V"}, {"author": "C"}, tmp_path)
    result, diagnostics = layers.settings({"theme": "wide", "page_lines": 33, "author": "N"})
    assert not diagnostics
    assert (result.theme, result.page_size, result.title) == ("wide", "B5", "no")
    assert (result.page_chars, result.page_lines, result.author) == (22, 33, "C")
    assert result.language == Settings().language


def test_our_themes_are_in_order() -> None:
    from convert import theme

    for name in theme.names():
        assert Layers(command={"theme": name}).settings()[1] == ()


def test_load(tmp_path: Path) -> None:
    assert settings.load(tmp_path) == (Layers(root=tmp_path), ())
    (tmp_path / "kumihan.yaml").write_text("author: A")
    assert settings.load(tmp_path, command={"title": "no"})[0] == Layers({"author": "A"}, {"title": "no"}, tmp_path)
    (tmp_path / "other.yaml").write_text("author: B\nx: 1")
    layers, diagnostics = settings.load(tmp_path, config=tmp_path / "other.yaml")
    assert layers.vault == {"author": "B"}
    assert [d.path for d in diagnostics] == ["other.yaml"]
    with pytest.raises(SettingsError):
        settings.load(tmp_path, config=tmp_path / "missing.yaml")


def test_layers_travel_to_a_worker() -> None:
    layers = Layers({"page_size": "A5"}, {"allow_network": True})
    assert pickle.loads(pickle.dumps(layers)) == layers  # noqa: S301


def test_origins() -> None:
    layers = Layers({"author": "V", "page_size": "B5"}, {"page_size": "A5"})
    result, origins = settings.origins(layers, {"title": "no"})
    assert result.page_size == "A5"
    assert origins == {"author": "kumihan.yaml", "page_size": "the command line", "title": "the note"}
    assert "page.size: A5  # set by the command line" in settings.listing(result, origins)


def test_the_template_sets_nothing_and_each_of_its_lines_can_be_uncommented(tmp_path: Path) -> None:
    text = settings.template()
    assert load_table(text).values == {}
    lines = [line.removeprefix("#") for line in text.splitlines() if line.startswith("#") and line[1:2].strip()]
    values, diagnostics = of_file(tmp_path, "\n".join(lines))
    assert diagnostics == ()
    assert len(values) == sum(o.metadata["scope"] is not Scope.COMMAND for o in settings.options().values())
