"""Bases as they are printed: embedded files and code blocks, as ordinary nodes that every format shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convert.diagnostics import Code
from convert.link.document import Document
from convert.nodes import Node, has_class, plain_text, walk
from convert.settings import Settings
from convert.vault import scan

from .support.linked import PNG, check, linked, put, said, show

SHARED = Path(__file__).parents[1].parent / "shared" / "vaults" / "en-kepano"

BOOKS: dict[str, str | bytes] = {
    "本/坊っちゃん.md": "---\n種別: 小説\n年: 1906\n価格: 550\n著者: '[[夏目漱石]]'\n"
    "表紙: '[[表紙.png]]'\ntags: [古典]\n---\n",
    "本/こころ.md": "---\n種別: 小説\n年: 1914\n価格: 407.5\n著者: '[[夏目漱石]]'\n読了: true\n---\n",
    "本/数学入門.md": "---\n種別: 解説\n年: 1959\n著者: '[[遠山啓|遠山]]'\n---\n",
    "本/無題.md": "---\n著者: https://example.org/\n---\n",
    "夏目漱石.md": "",
    "表紙.png": PNG,
}
HEAD = "filters: file.inFolder('本')\nformulas:\n  税込: (価格 * 1.1).round()\n"


def printed(tmp_path: Path, base: str, note: str = "", **settings: Any) -> Document:
    document = linked(tmp_path, {**BOOKS, "A.md": f"{note}\n\n```base\n{HEAD}{base}```\n"}, **settings)
    check(document)
    return document


def rows(document: Document) -> list[list[str]]:
    """The cells of all tables as text, heads and feet too."""
    out = []
    for node in walk(document.blocks):
        if node["t"] == "Table":
            _, _, _, head, bodies, foot = node["c"]
            for row in [*head[1], *bodies[0][3], *foot[1]]:
                out += [[" ".join(map(_cell, cell[4])) for cell in row[1]]]
    return out


def _cell(block: Node) -> str:
    return plain_text([block])


def test_table(tmp_path: Path) -> None:
    base = (
        "properties:\n  formula.税込: {displayName: 税込価格}\nviews:\n  - type: table\n"
        "    order: [file.name, 著者, 年, formula.税込, 読了]\n    sort: [{property: 年, direction: DESC}]\n"
    )
    document = printed(tmp_path, base)
    assert not document.diagnostics
    assert rows(document) == [
        ["名前", "著者", "年", "税込価格", "読了"],
        ["数学入門", "遠山", "1959", "", ""],
        ["こころ", "夏目漱石", "1914", "448", "☑"],
        ["坊っちゃん", "夏目漱石", "1906", "605", ""],
        ["無題", "https://example.org/", "", "", ""],
    ]
    (table,) = [node for node in walk(document.blocks) if node["t"] == "Table"]
    aligned = [align["t"] for align, _ in table["c"][2]]
    assert aligned == ["AlignDefault", "AlignDefault", "AlignRight", "AlignRight", "AlignDefault"]
    shown = show(document.blocks)
    assert "<span.internal-link>夏目漱石</span>" in shown
    assert "<span.internal-link.is-unresolved>遠山</span>" in shown


def test_groups_summaries_and_limit(tmp_path: Path) -> None:
    base = (
        "summaries: {古さ: '2000 - values.min()'}\n"
        "views:\n  - {type: table, order: [file.name, 年, 価格], groupBy: {property: 種別, direction: DESC},"
        " limit: 3, sort: [年], summaries: {年: 古さ, 価格: Average, file.name: Filled}}\n"
    )
    document = printed(tmp_path, base)
    assert not document.diagnostics
    assert [plain_text([node]) for node in walk(document.blocks) if has_class(node, "base-key")] == ["解説", "小説"]
    assert rows(document) == [
        ["名前", "年", "価格"],
        ["数学入門", "1959", ""],
        ["入力済み 1", "古さ 41", ""],
        ["名前", "年", "価格"],
        ["坊っちゃん", "1906", "550"],
        ["こころ", "1914", "407.5"],
        ["入力済み 2", "古さ 94", "平均 478.75"],
    ]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("", "<ul><li><plain><span.internal-link>こころ</span>、1914</plain></li>"),
        ("separator: ' / ', ", "こころ</span> / 1914</plain></li>"),
        ("markers: numbers, ", "<ol 1><li><plain><span.internal-link>こころ</span>、1914</plain></li>"),
        ("markers: none, ", "<p><span.internal-link>こころ</span>、1914</p>"),
        ("indentProperties: true, ", "こころ</span></plain><ul><li><plain>1914</plain></li></ul></li>"),
    ],
)
def test_lists(tmp_path: Path, options: str, wanted: str) -> None:
    document = printed(tmp_path, f"views:\n  - {{type: list, {options}order: [file.name, 年]}}\n")
    assert not document.diagnostics
    assert wanted in show(document.blocks)


def test_cards(tmp_path: Path) -> None:
    base = "views:\n  - {type: cards, image: note.表紙, order: [file.name, 年, tags], filters: 種別 == '小説'}\n"
    document = printed(tmp_path, base)
    assert not document.diagnostics
    cards = [node for node in walk(document.blocks) if has_class(node, "base-card")]
    assert [plain_text([card]) for card in cards] == ["こころ年 1914", "表紙坊っちゃん年 1906tags #古典"]
    assert [picture.path for picture in document.pictures.values()] == ["表紙.png"]


def test_embeds_first_and_named_view(tmp_path: Path) -> None:
    files = {
        **BOOKS,
        "本棚.base": f"{HEAD}views:\n  - {{name: 全部}}\n  - {{name: この人, filters: 著者 == this, order: [年]}}\n",
        "夏目漱石.md": "![[本棚.base#この人]]",
        "A.md": "前\n\n![[本棚.base]]\n\n- ![[本棚.base#この人]]\n\n![[夏目漱石]]\n",
    }
    document = linked(tmp_path, files)
    check(document)
    assert not document.diagnostics
    assert rows(document) == [
        *[["名前"], ["こころ"], ["坊っちゃん"], ["数学入門"], ["無題"]],
        *[["年"]][:0],
        *[["年"], ["1914"], ["1906"]],
    ]
    assert "該当なし" in show(document.blocks)  # nothing is by A, in the list
    assert "本棚.base" in document.dependencies
    assert "." in document.dependencies
    assert "本/こころ.md" in document.dependencies


@pytest.mark.parametrize(
    ("base", "said_of", "words"),
    [
        ("views: [{type: map, name: 地図}]", "A.md:7:21 base.unsupported", "the view '地図' of type 'map'"),
        ("views: [{filters: 'not(x)'}]", "A.md:7:20 base.unsupported", "the function not()"),
        ("views: [{filters: '1 +'}]", "A.md:7:20 base.invalid", "not complete"),
        ("views: {a: 1}", "A.md:7:1 base.invalid", "views must be a list"),
        ("views: [", "A.md:7:9 base.invalid", "not a base"),
    ],
)
def test_what_cannot_be_printed_is_a_box(tmp_path: Path, base: str, said_of: str, words: str) -> None:
    document = linked(tmp_path, {**BOOKS, "A.md": f"x\n\n```base\n{HEAD}{base}\n```\n"})
    check(document)
    assert said(document) == [said_of]
    assert words in document.diagnostics[0].message
    assert "<div.placeholder data-kind=base>" in show(document.blocks)


def test_a_missing_view(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "![[b.base#X]]", "b.base": "views: [{name: Y}]"})
    assert said(document) == ["A.md:1:1 base.invalid"]
    assert "<div.placeholder data-kind=base><p>ベース：b.base#X" in show(document.blocks)


def test_a_formula_that_fails_marks_its_cells(tmp_path: Path) -> None:
    files = {
        "A.md": "![[b.base]]",
        "b.base": "formulas: {f: file.name * 2}\nviews: [{order: [formula.f], filters: file.ext == 'md'}]",
    }
    document = linked(tmp_path, files)
    check(document)
    assert said(document) == ["b.base:1:15 base.invalid"]
    assert "string * number" in document.diagnostics[0].message
    assert "<plain><span.placeholder data-kind=base-value>エラー</span></plain>" in show(document.blocks)


def test_a_filter_that_fails_for_one_file_leaves_it_out(tmp_path: Path) -> None:
    files = {"A.md": "![[b.base]]", "x.md": "---\nn: 3\n---\n", "y.md": "---\nn: [3]\n---\n"}
    document = linked(tmp_path, {**files, "b.base": "filters: n.contains(3)"})
    assert rows(document) == [["名前"], ["y"]]
    assert said(document) == ["b.base:1:10 base.invalid"]
    assert "x.md" in document.diagnostics[0].message


def test_now_is_never_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = "views: [{order: [formula.n], limit: 1}]\n"
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    note = {"b.base": "formulas: {n: now().format('YYYY-MM-DD')}\n" + base}
    document = linked(tmp_path, {**note, "A.md": "![[b.base]]"})
    assert said(document) == ["A.md:1:1 base.unsupported"]
    document = linked(tmp_path, {**note, "A.md": "---\ndate: 2024-03-04\n---\n![[b.base]]"})
    assert rows(document)[1] == ["2024-03-04"]
    assert said(document) == ["A.md:4:1 base.clock"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert rows(linked(tmp_path, note))[1] == ["2023-11-14"]


def test_values_of_all_kinds(tmp_path: Path) -> None:
    properties = "a: '[x](y)'\nb: [1, '[[Z#h]]', '**t**']\nc: {k: v}\nd: 2024-05-06\ntags: t\nf: \"1\\n2\"\n"
    files = {"A.md": "![[b.base]]", "n.md": f"---\n{properties}---\n", "Z.md": "# h"}
    order = "[a, b, c, d, tags, f, formula.h, formula.i, formula.p]"
    formulas = "formulas: {h: html('<b>x</b>'), i: icon('star'), p: image('no.png')}"
    base = f"{formulas}\nviews: [{{order: {order}, filters: file.name == 'n'}}]"
    document = linked(tmp_path, {**files, "b.base": base})
    check(document)
    assert rows(document)[1] == [
        "[x](y)",
        "1、Z › h、**t**",
        "k: v",
        "2024-05-06",
        "#t",
        "1 2",
        "x",
        "star",
        "画像が見つかりません：no.png",
    ]
    codes = [diagnostic.code for diagnostic in document.diagnostics]
    assert codes == ["base.unsupported", "base.unsupported", "image.missing"]


def test_tags_follow_their_setting(tmp_path: Path) -> None:
    base = "views:\n  - {order: [tags], filters: tags}\n"
    assert rows(printed(tmp_path, base, tags="hidden"))[1:] == [[""]]
    assert "<span.tag>" not in show(printed(tmp_path, base, tags="plain").blocks)


def test_in_a_line_only_the_name(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "# ![[b.base]]\n\ntext ![[b.base]] text", "b.base": ""})
    check(document)
    assert [diagnostic.code for diagnostic in document.diagnostics] == ["embed.unsupported"]
    assert show(document.blocks).count("<div.base") == 1


def test_links_lead_to_what_is_in_the_document(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "![[B]]\n\n![[b.base]]", "B.md": "b", "b.base": "filters: file.name == 'B'"})
    check(document)
    assert "<a.internal-link" in show(document.blocks)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared vaults are not here")
def test_every_view_of_a_real_vault() -> None:
    from convert.bases.source import read_base
    from convert.link.bases import embed
    from convert.link.linking import Linking, Part

    vault = scan(SHARED)
    boxes, tables = [], 0
    for path in (path for path in vault.files if path.endswith(".base")):
        for view in read_base(vault.file(path).read_text("utf-8")).views:
            linking = Linking(vault, Settings(), "en")
            block = embed(path, view.name, Part("References/Kyoto.md", {}, [], {}), linking, (1, 1))
            codes = {diagnostic.code for diagnostic in linking.diagnostics}
            if has_class(block, "placeholder"):
                boxes.append(f"{path.rpartition('/')[2]}#{view.name}")
                assert codes == {Code.BASE_UNSUPPORTED.code}
            else:
                tables += 1
                assert codes <= {Code.BASE_UNSUPPORTED.code}  # now()
    assert boxes == ["Map.base#Map", "Map.base#Location", "Map.base#Type", "Shows.base#Last seen"]
    assert tables > 60


@pytest.mark.parametrize("setting", ["box", "show", "hide"])
def test_plugins(tmp_path: Path, setting: str) -> None:
    text = '前 <% tp.date.now("*x*") %> 後\n\n```dataview\nTABLE x\n```\n\n~~~query\nq\n~~~\n\n```python\np\n```\n'
    document = linked(tmp_path, {"A.md": text}, plugins=setting)
    check(document)
    shown = show(document.blocks)
    assert '<% tp.date.now("*x*") %>' in shown or setting != "show"
    code = [node["c"][1] for node in walk(document.blocks) if node["t"] == "CodeBlock"]
    if setting == "box":
        assert said(document) == ["A.md:1:3 plugin.fence", "A.md:3:1 plugin.fence", "A.md:7:1 plugin.fence"]
        assert "前 <span.placeholder data-kind=plugin>印刷できない内容：Templater</span> 後" in shown
        assert shown.count("<div.placeholder data-kind=plugin>") == 2
    else:
        assert not document.diagnostics
        assert "placeholder" not in shown
    assert code == (["TABLE x", "q", "p"] if setting == "show" else ["p"])
    if setting == "hide":
        assert "<p>前 後</p>" in shown


def test_unclosed_template_signs_are_text(tmp_path: Path) -> None:
    put(tmp_path, {})
    document = linked(tmp_path, {"A.md": "a <% b\n\n`<% c %>` d %>"})
    assert not document.diagnostics
    assert show(document.blocks).startswith("<p>a &lt;% b</p>") or "a <% b" in show(document.blocks)
