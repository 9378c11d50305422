"""Embeds: what is opened, where it stands, and what stands for it when it cannot be."""

from pathlib import Path

import pytest

from convert.nodes import walk
from tests.support.linked import PNG, check, linked, said, show


def embed(src: str, inside: str, id: str = "") -> str:
    return f"<div{id}.internal-embed.markdown-embed data-src={src}>{inside}</div>"


def box(kind: str, text: str) -> str:
    return f"<div.placeholder data-kind={kind}><p>{text}</p></div>"


B = """前 ^one

# 一

段 ^two

## 一の一

- 甲 ^three
  - 乙
- 丙
7) 丁
8) 戊 ^four
   - 己

> 引用

^five

| a |
|--|
| b |

^six

# 二 ^seven

末
"""


@pytest.mark.parametrize(
    ("part", "inside"),
    [
        ("#二", "<h1 #h-ID>二</h1><p>末</p>"),
        ("#一#一の一", None),
        ("#^one", "<p>前</p>"),
        ("#^TWO", "<p>段</p>"),
        ("#^three", "<ul><li><plain>甲</plain><ul><li><plain>乙</plain></li></ul></li></ul>"),
        ("#^four", "<ol 8><li><plain>戊</plain><ul><li><plain>己</plain></li></ul></li></ol>"),
        ("#^five", "<quote><p>引用</p></quote>"),
        ("#^six", "<table><plain>a</plain><plain>b</plain></table>"),
        ("#^seven", "<h1 #h-ID>二</h1><p>末</p>"),
    ],
)
def test_parts_of_a_note(tmp_path: Path, part: str, inside: str | None) -> None:
    document = linked(tmp_path, {"A.md": f"![[B{part}]]", "B.md": B})
    check(document)
    assert not document.diagnostics
    shown = show(document.blocks)
    if inside is None:
        assert shown.count("<h") == 1
        assert "一の一" in shown
        assert shown.endswith("<table><plain>a</plain><plain>b</plain></table></div>")
    else:
        id = shown.partition("#h-")[2].partition(">")[0]
        assert shown == embed(f"B{part}", inside.replace("h-ID", f"h-{id}"))


def test_a_paragraph_is_split_around_an_embed(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "前 ![[B]] 後\n![[B]]\n**強![[B]]調**", "B.md": "x"})
    check(document)
    b = embed("B", "<p>x</p>")
    assert show(document.blocks) == f"<p>前</p>{b}<p>後</p>{b}<p><strong>強</strong></p>{b}<p><strong>調</strong></p>"


def test_embeds_in_list_items_and_cells(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "- 項 ![[B]]\n\n| h |\n|--|\n| ![[B]] |", "B.md": "x"})
    check(document)
    b = embed("B", "<p>x</p>")
    assert show(document.blocks) == (f"<ul><li><plain>項</plain>{b}</li></ul><table><plain>h</plain>{b}</table>")


def test_an_id_at_the_end_of_a_quote_is_that_of_the_quote(tmp_path: Path) -> None:
    quote = "<quote><p>a</p><p>b</p></quote>"
    document = linked(tmp_path, {"A.md": "> a\n>\n> b ^q\n\n![[#^q]]"})
    check(document)
    assert show(document.blocks) == quote + embed("#^q", quote)


def test_where_only_a_line_can_stand_the_name_is_printed(tmp_path: Path) -> None:
    text = "# H ![[B]]\n\n> [!note] T ![[B#x]]\n> c\n\n[l ![[B]]](https://e.com)"
    document = linked(tmp_path, {"A.md": text, "B.md": "# x\n"})
    check(document)
    assert said(document) == ["A.md:1:5 embed.inline", "A.md:3:13 embed.inline", "A.md:6:4 embed.inline"]
    shown = show(document.blocks)
    assert "<h1 #h-h-b>H <span.internal-link>B</span></h1>" in shown
    assert "T <span.internal-link>B › x</span>" in shown
    assert "<a.external-link https://e.com>l B</a>" in shown


def test_markdown_form(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "![](x%20y/B.md#h)", "x y/B.md": "p\n\n# H\n\nq"})
    check(document)
    assert show(document.blocks) == embed("x y/B.md#h", "<h1 #h-h>H</h1><p>q</p>")
    assert document.dependencies == ("x y/B.md",)


def test_headings_take_their_place(tmp_path: Path) -> None:
    files = {
        "A.md": "![[B]]\n\n## 上\n\n![[B]]\n\n- ![[B]]\n\n##### 深い\n\n![[C]]\n",
        "B.md": "### 一\n\n#### 二\n",
        "C.md": "# 一\n\n# 二\n\n![[B]]",
    }
    document = linked(tmp_path, files)
    check(document)
    levels = [(n["c"][0], n["c"][2][0]["c"]) for n in walk(document.blocks) if n["t"] == "Header"]
    assert levels == [
        *[(3, "一"), (4, "二")],  # nothing above: as they are
        *[(2, "上"), (3, "一"), (4, "二"), (3, "一"), (4, "二")],
        *[(5, "深い"), (6, "一"), (6, "二"), (6, "一"), (6, "二")],
    ]


def test_a_note_may_embed_another_section_of_itself(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "# X\n\nx\n\n# Y\n\n![[#X]]\n![[A#^b]]\n\nz ^b"})
    check(document)
    assert not document.diagnostics
    assert show(document.blocks) == (
        "<h1 #h-x>X</h1><p>x</p><h1 #h-y>Y</h1>"
        + embed("#X", "<h2 #h-x-2>X</h2><p>x</p>")
        + embed("A#^b", "<p>z</p>")
        + "<p>z</p>"
    )


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"A.md": "a\n\n![[A]]"}, "A.md:3:1"),
        ({"A.md": "# X\n\n![[#X]]"}, "A.md:3:1"),
        ({"A.md": "![](A.md)"}, "A.md:1:1"),
        ({"A.md": "![[B]]", "B.md": "b\n\n![[A]]"}, "B.md:3:1"),
        ({"A.md": "![[B]]", "B.md": "![[C]]", "C.md": "c\n![[B]]"}, "C.md:2:1"),
    ],
)
def test_cycles_end_in_a_box(tmp_path: Path, files: dict[str, str | bytes], place: str) -> None:
    document = linked(tmp_path, files)
    check(document)
    assert said(document) == [f"{place} embed.cycle"]
    assert "<div.placeholder data-kind=cycle>" in show(document.blocks)


def test_depth_is_bounded(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"N{n}.md": f"n{n}\n\n![[N{n + 1}]]" for n in range(9)}
    document = linked(tmp_path, files, "N0.md")
    check(document)
    assert said(document) == ["N5.md:3:1 embed.depth"]
    assert "n5" in show(document.blocks)
    assert "n6" not in show(document.blocks)


def test_notes_that_multiply_are_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convert.link.embeds.MAX_NODES", 5000)
    files: dict[str, str | bytes] = {f"N{n}.md": "x y z\n\n" + f"![[N{n + 1}]]\n\n" * 20 for n in range(5)}
    document = linked(tmp_path, files | {"N5.md": "end"}, "N0.md")
    check(document)
    assert {d.code for d in document.diagnostics} == {"embed.limit"}
    assert sum(1 for _ in walk(document.blocks)) < 50_000


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("![[無い]]", "embed.missing", box("note", "ノートが見つかりません：無い")),
        ("![[B#無い]]", "heading.missing", box("heading", "見出しが見つかりません：B#無い")),
        ("![[B#^no]]", "block.missing", box("block", "ブロックが見つかりません：B#^no")),
        ("![[a.mp3]]", "embed.unsupported", box("audio", "音声：a.mp3")),
        ("![[v.MP4]]", "embed.unsupported", box("video", "動画：v.MP4")),
        ("![[d.pdf#page=3]]", "embed.unsupported", box("pdf", "PDF：d.pdf")),
        ("![[c.canvas]]", "embed.unsupported", box("canvas", "キャンバス：c.canvas")),
        ("![[t.xyz]]", "embed.unsupported", box("file", "ファイル：t.xyz")),
        ("![[無い.mp3]]", "embed.missing", box("file", "ファイル：無い.mp3")),
        ("![[../x/secret]]", "path.outside", box("outside", "保管庫の外のファイル：../x/secret")),
        ("![[big]]", "embed.missing", box("note", "ノートが見つかりません：big")),
    ],
)
def test_what_cannot_be_shown_is_named(tmp_path: Path, text: str, code: str, shown: str) -> None:
    files: dict[str, str | bytes] = dict.fromkeys(("a.mp3", "v.MP4", "d.pdf", "c.canvas", "t.xyz"), b"?")
    document = linked(tmp_path, {"A.md": text, "B.md": "b", "big.md": "x" * 2000, **files}, limit_bytes=1000)
    check(document)
    assert said(document) == [f"A.md:1:1 {code}"]
    assert show(document.blocks) == shown


def test_what_is_wrong_in_the_embedded_part_is_told_with_its_place(tmp_path: Path) -> None:
    files = {"A.md": "![[B#x]]", "B.md": "[[no]] a[^1]\n\n# X\n\n[[no]] b[^2] ![[no]]\n\n# Y\n\nc[^3]"}
    document = linked(tmp_path, files)
    assert said(document) == ["B.md:5:1 link.missing", "B.md:5:9 footnote.undefined", "B.md:5:14 embed.missing"]


def test_ids_are_unique_over_all_parts(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "# 題\n\n![[B]]\n\n![[B]]\n\n[[B#題]] [[#題]]", "B.md": "# 題\n"})
    check(document)
    ids = [n["c"][1][0] for n in walk(document.blocks) if n["t"] == "Header"]
    assert [id.removeprefix(ids[0]) for id in ids] == ["", "-2", "-3"]
    assert f"<a.internal-link #{ids[1]}>" in show(document.blocks)


def test_an_embedded_note_has_its_pictures(tmp_path: Path) -> None:
    files = {"A.md": "![[x/B]] ![[p.png]]", "x/B.md": "![](q.png)", "x/q.png": PNG, "p.png": PNG}
    document = linked(tmp_path, files)
    check(document)
    assert [picture.path for picture in document.pictures.values()] == ["x/q.png", "p.png"]
    assert document.dependencies == ("p.png", "x/B.md", "x/q.png")


def test_a_title_bar_names_the_note_where_the_setting_asks_for_it(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"A.md": "![[甲/乙]]\n\n![[乙#節]]\n", "甲/乙.md": "文。\n\n# 節\n\n節の文。\n"}
    document = linked(tmp_path, files, embeds_title=True)
    check(document)
    shown = show(document.blocks)
    assert shown.count("<div.markdown-embed-title>") == 2
    assert "<div.markdown-embed-title><p>乙より</p></div><p>文。</p>" in shown
    assert "<div.markdown-embed-title><p>乙 › 節より</p></div>" in shown
    english = show(linked(tmp_path, {"A.md": "---\nlang: en\n---\n![[乙]]\n"}, embeds_title=True).blocks)
    assert "<div.markdown-embed-title><p>From 乙</p></div>" in english
    assert "markdown-embed-title" not in show(linked(tmp_path, files).blocks)
