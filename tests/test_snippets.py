"""What a vault's CSS snippets say of callouts, and sheets that are loaded whole: tolerant, bounded, nothing fetched."""

from __future__ import annotations

import json
import pickle
import time
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from convert import snippets
from convert.callouts import CalloutType, table
from convert.docx.roles import name as style_name
from convert.docx.roles import style_id
from convert.formats import docx, html
from convert.settings import Settings
from convert.vault import scan
from tests.support.docx import Docx, problems
from tests.support.linked import linked, put, said

RED = ".callout[data-callout='x'] { --callout-color: 255, 0, 0 }"


def vault(css: str | dict[str, str], *enabled: str) -> dict[str, str | bytes]:
    sheets = {"s": css} if isinstance(css, str) else css
    files = {f".obsidian/snippets/{name}.css": text for name, text in sheets.items()}
    return {**files, ".obsidian/appearance.json": json.dumps({"enabledCssSnippets": enabled or [*sheets]})}


def types(root: Path, css: str | dict[str, str], *enabled: str) -> dict[str, CalloutType]:
    put(root, vault(css, *enabled))
    return dict(scan(root).callouts)


def codes(root: Path) -> list[str]:
    return [f"{d.path.rpartition('/')[2]}:{d.line} {d.code}" for d in scan(root).diagnostics]


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        ("255, 0, 0", "#ff0000"),
        ("255 0 0", "#ff0000"),
        ("  1,2,3 !important", "#010203"),
        ("300, 0, 0", "#ff0000"),
        ("#f00", "#ff0000"),
        ("#ff000080", "#ff7f7f"),
        ("RebeccaPurple", "#663399"),
        ("rgb(255 0 0 / 50%)", "#ff8080"),
        ("rgba(255, 0, 0, 0)", "#ffffff"),
        ("hsl(120deg 100% 50%)", "#00ff00"),
        ("lab(100% 0 0)", "#ffffff"),
        ("oklch(62.8% 0.2577 29.23)", "#ff0000"),
        ("oklab(0% 0 0)", "#000000"),
        ("var(--color-red-rgb)", "#e93147"),
        ("rgb(var(--color-red-rgb))", "#e93147"),
        ("var(--callout-tip)", "#00bfbc"),
        ("var(--absent, #123456)", "#123456"),
    ],
)
def test_a_colour_is_a_triple_or_any_of_css(tmp_path: Path, value: str, colour: str) -> None:
    found = types(tmp_path, f".callout[data-callout=x] {{ --callout-color: {value}; }}")["x"].colour
    assert [abs(int(found[i : i + 2], 16) - int(colour[i : i + 2], 16)) <= 1 for i in (1, 3, 5)] == [True] * 3, found
    assert codes(tmp_path) == []


@pytest.mark.parametrize(
    "value", ["zzz", "", "currentcolor", "1, 2", "url(x)", "var(--absent)", "var(--loop)", "'red'"]
)
def test_what_is_no_colour_is_said_and_the_type_is_known(tmp_path: Path, value: str) -> None:
    css = f":root {{ --loop: var(--loop) var(--loop) }}\n.callout[data-callout=x] {{ --callout-color: {value}; }}"
    assert types(tmp_path, css)["x"].colour == table().lookup("note").colour
    assert codes(tmp_path) == ["s.css:2 callout.colour"]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ('.callout[data-callout="x"]', ["x"]),
        ("div.callout[ data-callout = 'X' i ]", ["x"]),
        ("[data-callout=x]", ["x"]),
        ('.callout[data-callout~="x"], .callout[data-callout="y"], .other', ["x", "y"]),
        (".callout:is([data-callout=x], [data-callout=y])", ["x", "y"]),
        (":where(.callout[data-callout=x])", ["x"]),
        ("body .callout[data-callout=x]", ["x"]),
        (".theme-light .callout[data-callout=x]", ["x"]),
        ("body:not(.theme-dark) .markdown-rendered > .callout[data-callout=x]", ["x"]),
        ('.callout[data-callout="定義"]', ["定義"]),
        ('.callout[data-callout="two words"]', ["two words"]),
        (".callout[data-callout=\\78 ]", ["x"]),
        (".theme-dark .callout[data-callout=x]", []),
        (".callout[data-callout=x] .callout-title", []),
        (".callout[data-callout=y] .callout[data-callout=x]", []),
        (".callout[data-callout=x]:hover", []),
        (".callout[data-callout=x].is-collapsed", []),
        (".callout[data-callout=x][data-callout-metadata=m]", []),
        (".my-class .callout[data-callout=x]", []),
        (".callout[data-callout^=x]", []),
        (".callout", []),
        ("a, , b", []),
    ],
)
def test_a_selector_is_about_types_or_it_does_not_count(tmp_path: Path, selector: str, found: list[str]) -> None:
    assert sorted(types(tmp_path, f"{selector} {{ --callout-color: 1, 2, 3 }}")) == found


@pytest.mark.parametrize(
    "css",
    [
        ".callout { &[data-callout=x] { --callout-color: 255, 0, 0 } }",
        ".callout[data-callout=x] { .callout-title { --callout-color: blue } --callout-color: red; }",
        ".theme-light { .callout[data-callout=x] { --callout-color: red } }",
        "@media print { .callout[data-callout=x] { --callout-color: red } }",
        "@layer a { @supports (color: red) { .callout[data-callout=x] { --callout-color: red } } }",
        RED + " @media (prefers-color-scheme: dark) { .callout[data-callout=x] { --callout-color: blue } }",
        ".callout[data-callout=x] { --callout-color: blue } " + RED,
        "body .callout[data-callout=x] { --callout-color: red } .callout[data-callout=x] { --callout-color: blue }",
        ".callout[data-callout=x] { --callout-color: red !important } body [data-callout=x] { --callout-color: blue }",
        "} ] ) @ .. { } " + RED,
        "/* open" + "*/" + RED + "/* never closed",
        "\ufeff" + RED.replace(" ", "\r\n"),
        RED[:-1],
        ":root { --mine: 255, 0, 0 } .callout[data-callout=x] { --callout-color: var(--mine) }",
        ".callout[data-callout=x] { --callout-color: var(--mine) } .theme-light { --mine: red }",
    ],
)
def test_nesting_cascade_and_damage(tmp_path: Path, css: str) -> None:
    assert types(tmp_path, css)["x"].colour == "#ff0000"


def test_a_type_of_obsidians_gets_another_colour_and_its_aliases_keep_theirs(tmp_path: Path) -> None:
    found = types(tmp_path, ".callout[data-callout=tip] { --callout-color: red }")
    assert list(found) == ["tip"]
    known = table().with_types(found)
    assert (known.lookup("TIP").colour, known.lookup("tip").icon) == ("#ff0000", "flame.svg")
    assert known.lookup("tip").title("ja") == table().lookup("tip").title("ja")
    assert known.lookup("hint").colour == table().lookup("hint").colour
    assert known.lookup("hint").key != known.lookup("tip").key
    assert {kind.key for kind in known} >= {"tip", "hint", "note"}


def test_obsidians_own_variables_colour_a_type_and_its_aliases(tmp_path: Path) -> None:
    found = types(tmp_path, "body { --callout-fail: 1, 2, 3; --callout-important: #abcdef }")
    assert {name: kind.colour for name, kind in found.items()} == {
        **dict.fromkeys(("fail", "failure", "missing"), "#010203"),
        "important": "#abcdef",
    }


def test_a_rule_that_changes_neither_colour_nor_icon_changes_nothing_of_obsidians(tmp_path: Path) -> None:
    assert list(types(tmp_path, ".callout[data-callout=tip] { border: 0 } [data-callout=own] { border: 0 }")) == ["own"]


@pytest.mark.parametrize(
    ("value", "icon"),
    [
        ("lucide-flame", "flame.svg"),
        ("'lucide-flame'", "flame.svg"),
        ("Flame", "flame.svg"),
        ("lucide-triangle-alert", "warning.svg"),
        ("lucide-alert-triangle", "warning.svg"),
        ("var(--i)", "bug.svg"),
        ("lucide-rocket", "pencil.svg"),
        ("none", "pencil.svg"),
        ("'<svg'", "pencil.svg"),
        ('\'<svg><use href="#a"/></svg', "pencil.svg"),
    ],
)
def test_an_icon_by_lucides_name(tmp_path: Path, value: str, icon: str) -> None:
    css = f":root {{ --i: lucide-bug }} .callout[data-callout=x] {{ --callout-icon: {value}; }}"
    kind = types(tmp_path, css)["x"]
    assert kind.icon == icon
    unknown = icon == "pencil.svg" and not kind.drawing
    assert [d.code for d in scan(tmp_path).diagnostics] == ["callout.icon"] * unknown


def test_every_drawing_has_a_name_at_lucide() -> None:
    for kind in table():
        assert kind.icon in {table().drawing(name) for name in table()._drawings}


def test_an_icon_of_its_own_is_made_harmless(tmp_path: Path) -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="512" viewBox="0 0 9 9" onload="a()"><script>b()</script>'
        '<style>* { color: red }</style><a href="https://example.com"><path d="M1 1h2"/></a><title>t</title>'
        '<image href="file:///etc/passwd"/><circle id="c" class="tag" r="2" fill="url(#g)"/>'
        '<path d="M0 0h9v9" style="fill: url(http://example.com/x)"/></svg>'
    )
    kind = types(tmp_path, f".callout[data-callout=x] {{ --callout-icon: '{drawing}' }}")["x"]
    assert kind.svg().startswith("<svg ")
    assert "<path" in kind.svg()
    assert "<circle" in kind.svg()
    assert 'fill="currentColor"' in kind.svg()
    for bad in ("script", "onload", "style>", "http://e", "https:", "file:", "id=", "class=", "url(", "512", "title"):
        assert bad not in kind.svg(), bad


def test_only_enabled_snippets_count_and_those_that_are_gone_do_not_matter(tmp_path: Path) -> None:
    assert types(tmp_path, {"a": RED, "b": RED.replace("x", "y")}, "b", "gone", "../a", "a/../a") == types(
        tmp_path, {"a": RED, "b": RED.replace("x", "y")}, "b"
    )
    assert list(scan(tmp_path).callouts) == ["y"]
    assert codes(tmp_path) == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '{"enabledCssSnippets": 3}', '{"enabledCssSnippets": [3, null]}']
)
def test_settings_that_say_nothing(tmp_path: Path, text: str) -> None:
    put(tmp_path, {**vault(RED), ".obsidian/appearance.json": text})
    assert scan(tmp_path).callouts == {}
    assert codes(tmp_path) == (["appearance.json:0 config.invalid"] if text in ("", "{") else [])


def test_nothing_outside_the_vault_is_read(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    put(root, {**vault({}, "s"), "A.md": "x"})
    (tmp_path / "s.css").write_text(RED, "utf-8")
    (root / ".obsidian/snippets").mkdir()
    (root / ".obsidian/snippets/s.css").symlink_to(tmp_path / "s.css")
    assert scan(root).callouts == {}
    assert codes(root) == ["s.css:0 snippet.unused"]
    assert list(scan(root, follow_links=True).callouts) == ["x"]
    assert said(linked(root, {}, styles=("s",))) == ["A.md:0:0 snippet.unused"]


@pytest.mark.parametrize("css", ["x" * 300_001, "callout" + "(" * 100, "{" * 99 + "--callout"])
def test_a_snippet_too_large_or_too_deep_is_left_out(tmp_path: Path, css: str) -> None:
    assert types(tmp_path, {"a": css, "b": RED}).keys() == {"x"}
    assert codes(tmp_path) == ["a.css:0 snippet.unused"]


def test_rules_in_rules_do_not_multiply_without_end(tmp_path: Path) -> None:
    inner = "--callout-color: red"
    for _ in range(12):
        inner = ", ".join(["&[data-callout=x]"] * 30) + f" {{ {inner} }}"
    started = time.perf_counter()
    types(tmp_path, inner + ":root {" + "".join(f"--v{n}: {f'var(--v{n + 1}) ' * 9};" for n in range(50)) + "}"
          "[data-callout=y] { --callout-color: var(--v0) }")  # fmt: skip
    assert time.perf_counter() - started < 8
    assert "s.css:0 snippet.unused" in codes(tmp_path)


PIECES = (
    *(".callout", "[data-callout=", "x", "'", '"', "]", "{", "}", "(", ")", ":", ";", ",", "&", " ", "*", "\n", "界"),
    *("--callout-color", "--callout-icon", "var(", "--a", "<svg", "/>", "url(", "@media", "@import", "!important"),
    *("/*", "*/", "\\", "#f00", "1,2,3", "is("),
)


@bounds(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_no_text_breaks_it(parts: list[str]) -> None:
    css = "".join(parts)
    reader = snippets._Reader([])
    reader.read(css, "s.css")
    for kind in reader.types(table()).values():
        assert kind.svg()
        assert kind.ink.startswith("#")


def test_a_vault_with_types_of_its_own_reaches_the_workers(tmp_path: Path) -> None:
    put(tmp_path, vault(RED))
    assert pickle.loads(pickle.dumps(scan(tmp_path))).callouts == scan(tmp_path).callouts  # noqa: S301


NOTE = "> [!定義|m]- 題\n> 文\n\n> [!X]\n> 文\n\n> [!hint]\n> 文\n\n> [!other]\n> 文\n"
OWN = (
    ".callout[data-callout='定義'] { --callout-color: 1, 2, 3; --callout-icon: lucide-bug }"
    ".callout[data-callout='x'] { --callout-color: #c00;"
    ' --callout-icon: \'<svg viewBox="0 0 8 8"><rect width="8"/></svg>\' }'
    ".callout[data-callout='tip'] { --callout-color: red } .callout[data-callout='unused'] { --callout-color: red }"
)


def test_the_document_knows_the_types_that_it_uses(tmp_path: Path) -> None:
    document = linked(tmp_path, {**vault(OWN), "A.md": NOTE})
    assert list(document.callouts) == ["x", "定義"]
    assert said(document) == ["A.md:10:3 callout.unknown"]


def test_an_embedded_notes_types_come_along(tmp_path: Path) -> None:
    assert list(linked(tmp_path, {**vault(OWN), "A.md": "![[B]]", "B.md": NOTE}).callouts) == ["x", "定義"]


def test_types_in_html(tmp_path: Path) -> None:
    document = linked(tmp_path, {**vault(OWN), "A.md": NOTE})
    root = lxml.html.document_fromstring(html.write(document, Settings()).data.decode())
    own, drawn, hint, other = root.xpath("//div[@role='note']")
    assert [own.get("data-callout"), own.get("class").split()[-1]] == ["定義", "callout-定義"]
    assert drawn.xpath(".//rect")
    assert not own.xpath(".//rect")
    assert hint.get("class").endswith("callout-tip")
    assert other.get("class").endswith("callout-note")
    styles = "".join(root.xpath("//style/text()"))
    assert ".callout-定義 { border-color: #010203" in styles
    assert ".callout-x { border-color: #cc0000" in styles


def test_types_in_word(tmp_path: Path) -> None:
    document = linked(tmp_path, {**vault(OWN), "A.md": NOTE})
    file = tmp_path / "A.docx"
    file.write_bytes(docx.write(document, Settings(docx_profile="handout")).data)
    assert problems(file) == []
    styles = Docx(file).parts["word/styles.xml"].decode()
    assert f'w:val="{style_name("callout-box", "定義")}"' in styles
    assert 'w:color="010203"' in styles
    assert f'w:val="{style_id("callout-box", "x")}"' in Docx(file).parts["word/document.xml"].decode()


def test_a_types_key_is_a_name_for_css_and_word() -> None:
    def key(name: str) -> str:
        return CalloutType(name, {"en": name}, "bug.svg", "#000000").key

    assert key("my-type") == "my-type"
    assert key("定義") == "定義"
    assert key("a b") == "a\u00b7000020b"
    assert len({key(name) for name in ("a b", "a,b", "a-b", "a·000020b", "ab", "a.b")}) == 6


# Whole sheets


def css(root: Path, text: str) -> tuple[str, list[str]]:
    put(root, {".obsidian/snippets/s.css": text})
    sheet = snippets.sheet(root, "s")
    assert sheet is not None
    return sheet.css, [d.code for d in sheet.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        "@import 'x.css';",
        "@import url(https://example.com/x.css) print;",
        "@font-face { font-family: A; src: url(a.woff2) }",
        "p { background: url(a.png) }",
        'p { background: URL( "http://example.com/a.png" ) }',
        "p { background: u\\72l(a.png) }",
        "p { background-image: image-set('a.png' 1x) }",
        "p { --x: cross-fade(url(data:text/html,x), red) }",
        "p { content: 'a' url(//example.com) }",
        "@page { @top-left { content: url(a.png) } }",
        "@media print { p { span { cursor: url(x) } } }",
    ],
)
def test_what_would_be_fetched_is_left_out(tmp_path: Path, text: str) -> None:
    found, said = css(tmp_path, text + " h2 { color: red }")
    assert said == ["snippet.address"]
    for bad in ("url", "URL", "import", "example", "a.png", "x.css", "font-face", "data:"):
        assert bad not in found
    assert "h2 { color: red; }" in found


@pytest.mark.parametrize(
    "text",
    [
        "p { background: url(data:image/png;base64,AAAA) }",
        "@page :first { margin: 1cm; @top-left { content: counter(page) } }",
        "@media print { h1 { color: red } }",
        'h1::after { content: "界" }',
        "a { & b { color: red } }",
        "@keyframes k { from { color: red } 50% { color: blue } }",
        "h2 { color: red !important }",
        ":root { --a: {b: c}; }",
    ],
)
def test_the_rest_stays(tmp_path: Path, text: str) -> None:
    found, said = css(tmp_path, text)
    assert said == []
    assert "".join(found.split()).replace(";}", "}") == "".join(text.split()).replace(";}", "}")


def test_a_sheet_is_named_by_the_setting_and_the_users_own_comes_first(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".obsidian/snippets/a.css": "h1 { color: red }",
        ".kumihan/b.css": "h2 { color: red }",
        "Kumihan/b.css": "h3 { color: red }",
        "Kumihan/c.css": "h4 { color: red }",
        "A.md": "x",
    }
    document = linked(tmp_path, files, styles=("c", "b", "a", "none"))
    assert document.style_sheets == ("h4 { color: red; }", "h2 { color: red; }", "h1 { color: red; }")
    assert said(document) == ["A.md:0:0 snippet.missing"]
    assert {"Kumihan/c.css", ".kumihan/b.css", ".obsidian/snippets/a.css"} == {*document.dependencies}


def test_a_sheet_cannot_end_its_element(tmp_path: Path) -> None:
    sheet = "p::before { content: '</style><script>alert(1)</script>' } h1 { color: red }"
    document = linked(tmp_path, {"Kumihan/s.css": sheet, "A.md": "x"}, styles=("s",))
    root = lxml.html.document_fromstring(html.write(document, Settings()).data.decode())
    assert not root.xpath("//script")
    assert "h1 { color: red; }" in root.xpath("//style")[0].text
