"""Links: what they lead to, what they show, and which addresses are not printed as links."""

from pathlib import Path

import pytest

from convert.link.links import safe_address
from convert.link.subpath import Missing, Target, resolve, strip_heading
from convert.note import parse_note
from convert.syntax import prepare
from tests.support.linked import check, linked, said, show

FILES: dict[str, str | bytes] = {
    "x/B.md": "# 一 [[A|案内]]\n\n## 細目\n\n文 ^id\n\n## 情報銀行[^i]の実装\n\n[^i]: 注\n",
    "f.pdf": b"%PDF",
}


def one(tmp_path: Path, text: str, *codes: str, **settings: str) -> str:
    document = linked(tmp_path, {"A.md": text, **FILES}, **settings)
    check(document)
    assert [line.split()[1] for line in said(document)] == list(codes)
    return show(document.blocks).removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("[[B]]", "B"),
        ("[[x/B]]", "x/B"),
        ("[[B|別 **名**]]", "別 <strong>名</strong>"),
        ("[[B#細目]]", "B › 細目"),
        ("[[b#一 A 案内#細目]]", "b › 一 A 案内 › 細目"),
        ("[[B#^ID]]", "B › ^ID"),
        ("[[B#情報銀行[^i]の実装]]", "B › 情報銀行の実装"),
        ("[[f.pdf]]", "f.pdf"),
        ("[[f.pdf#page=2|図]]", "図"),
        ("[題](x/B.md)", "題"),
        ("[題](B)", "題"),
        ("[題](<x/B.md#細目>)", "題"),
        ("[題](x/B.md#%E7%B4%B0%E7%9B%AE)", "題"),
    ],
)
def test_a_note_outside_the_document_is_text(tmp_path: Path, link: str, text: str) -> None:
    assert one(tmp_path, link) == f"<span.internal-link>{text}</span>"


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("[[無い]]", "link.missing"),
        ("[t](no.md)", "link.missing"),
        ("[[無い#題]]", "link.missing"),
        ("[[../../etc/passwd]]", "path.outside"),
        ("[t](../secret.md)", "path.outside"),
        ("[t](\\\\server\\share)", "link.missing"),
    ],
)
def test_what_does_not_exist_is_text_and_told(tmp_path: Path, link: str, code: str) -> None:
    assert one(tmp_path, f"a\n{link}", code).startswith("a<br><span.internal-link.is-unresolved>")


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("[[B#無い]]", "heading.missing"),
        ("[[B#細目#一 A 案内]]", "heading.missing"),
        ("[[#無い]]", "heading.missing"),
        ("[[B#^no]]", "block.missing"),
        ("[t](x/B.md#no)", "heading.missing"),
    ],
)
def test_a_part_that_does_not_exist_is_told(tmp_path: Path, link: str, code: str) -> None:
    assert one(tmp_path, link, code).startswith("<span.internal-link>")


def test_the_place_is_that_of_the_link(tmp_path: Path) -> None:
    text = "---\ntitle: x\n---\n文 [[no]]\n\n> [t](no.md) と [t](no.md)\n\n<javascript:x> [t](javascript:x)"
    document = linked(tmp_path, {"A.md": text})
    assert said(document) == [
        "A.md:4:3 link.missing",
        "A.md:6:3 link.missing",
        "A.md:6:16 link.missing",
        "A.md:8:1 link.unsafe",
        "A.md:8:16 link.unsafe",
    ]


@pytest.mark.parametrize(
    ("form", "texts"),
    [("arrow", ["B › 細目", "細目"]), ("hash", ["B#細目", "細目"]), ("last", ["細目", "細目"])],
)
def test_how_a_heading_is_named(tmp_path: Path, form: str, texts: list[str]) -> None:
    shown = one(tmp_path, "[[B#細目]] [[#細目]]", "heading.missing", links_heading=form)
    assert shown == " ".join(f"<span.internal-link>{text}</span>" for text in texts)


def test_links_within_the_document(tmp_path: Path) -> None:
    text = "[[#二 見出し]] [[A#^p|段]] [題](#二%20見出し) [[A]]\n\n## 二 見出し\n\n段落 ^p\n\n段落 ^q"
    document = linked(tmp_path, {"A.md": text})
    check(document)
    assert not document.diagnostics
    heading = show(document.blocks).partition("<h2 #")[2].partition(">")[0]
    assert heading.startswith("h-")
    assert heading.isascii()
    assert show(document.blocks) == (
        f"<p><a.internal-link #{heading}>二 見出し</a> <a.internal-link #b-p>段</a> <a.internal-link #{heading}>題</a> "
        f"<span.internal-link>A</span></p><h2 #{heading}>二 見出し</h2>"
        "<p><span#b-p.anchor></span>段落</p><p>段落</p>"
    )


def test_anchors_of_blocks(tmp_path: Path) -> None:
    text = "[[#^q]] [[#^l]] [[#^c]]\n\n> 引\n\n^q\n\n- 項 ^l\n\n```\nx\n```\n\n^c\n\n- 他\n\n^unused"
    document = linked(tmp_path, {"A.md": text})
    check(document)
    assert show(document.blocks).partition("</p>")[2] == (
        "<div#b-q.block><quote><p>引</p></quote></div><ul><li><plain><span#b-l.anchor></span>項</plain></li></ul>"
        "<div#b-c.block><code>x</code></div><ul><li><plain>他</plain></li></ul>"
    )


def test_links_lead_into_embeds(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "[[x/B]] [[B#細目]] [[B#^id]]\n\n![[B]]", **FILES})
    check(document)
    shown = show(document.blocks)
    assert shown.startswith("<p><a.internal-link #n-x-b-410e8a06>x/B</a> <a.internal-link #h-")
    assert "<div#n-x-b-410e8a06.internal-embed.markdown-embed data-src=B>" in shown
    assert "<span#b-id.anchor></span>文" in shown


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://e.com/?a=b#c", "https://e.com/?a=b#c"),
        ("HTTP://E.com", "HTTP://E.com"),
        ("mailto:a@b.jp", "mailto:a@b.jp"),
        ("obsidian://open?vault=x", "obsidian://open?vault=x"),
        ("https://e.com/a b", "https://e.com/a%20b"),
        ("//e.com/x", "https://e.com/x"),
        ("javascript:alert(1)", None),
        (" java\tscript\n:x", None),
        ("JaVaScRiPt:x", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("C:\\Users\\taro", None),
        ("vbscript:x", None),
        ("ms-msdt:/id", None),
        ("\\\\server\\share", None),
        ("note.md", ""),
        ("a/b:c.md", ""),
        ("日本語.md#見出し", ""),
    ],
)
def test_addresses(address: str, safe: str | None) -> None:
    assert safe_address(address) == safe


def test_an_unsafe_link_keeps_its_text(tmp_path: Path) -> None:
    assert one(tmp_path, "[**文**](file:///home/taro/x)", "link.unsafe") == "<strong>文</strong>"


def test_an_address_that_looks_like_a_mark_is_none(tmp_path: Path) -> None:
    assert one(tmp_path, "[文](kumihan:x) ![代](kumihan:x-1)") == "文 代"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[[A|[t](https://e.com)]]", "<span.internal-link>[t](https://e.com)</span>"),
        ("[[A|https://e.com]]", "<span.internal-link>https://e.com</span>"),
        ("[x https://e.com y](https://f.com)", "<a.external-link https://f.com>x https://e.com y</a>"),
        ("[x [[B]] y](https://e.com)", "[x <span.internal-link>B</span> y](https://e.com)"),
        ("<a href='https://e.com'>[[B]]</a>", "<span.internal-link>B</span>"),
        ("[[A|`]]`]]", "[[A|<code>]]</code>]]"),
        ("[[A|`a|b`]]", "<span.internal-link><code>a|b</code></span>"),
        ("[[A|x\\]] y](z)", "<span.internal-link>x\\</span> y](z)"),
        ("[[A|a]b]]", "<span.internal-link>a]b</span>"),
        ("[[#]]", "<span.internal-link>[[#]]</span>"),
        ("[[ ]] ![[]]", "[[ ]] ![[]]"),
        ("[[A|x\n]]", "[[A|x<br>]]"),
        ("[t](<>) [t]()", "t t"),
        ("[r]\n\n[r]: kumihan:x", "r"),
    ],
)
def test_links_in_links_and_other_oddities(tmp_path: Path, text: str, shown: str) -> None:
    assert one(tmp_path, text) == shown


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("（1） これまで", "（1） これまで"),
        ("A: B  #C", "a b c"),
        ("`code` [[x|y]]!", "code x y"),
        ("it's a-b_c", "it's a-b_c"),
        ("  ", ""),
    ],
)
def test_headings_are_compared_without_signs(text: str, stripped: str) -> None:
    assert strip_heading(text) == stripped


@pytest.mark.parametrize(
    ("subpath", "target"),
    [
        ("", Target("N.md")),
        ("A", Target("N.md", "heading", 0)),
        ("a#b", Target("N.md", "heading", 1)),
        ("B", Target("N.md", "heading", 1)),
        ("C#B", Target("N.md", "heading", 4)),
        ("A#C#B", Missing("heading", "B")),
        ("^X-1", Target("N.md", "block", id="x-1")),
        ("A#^x-1", Target("N.md", "block", id="x-1")),
        ("^nope", Missing("block", "^nope")),
        ("#A##B", Target("N.md", "heading", 1)),
    ],
)
def test_subpaths(subpath: str, target: Target | Missing) -> None:
    note = parse_note(b"# A\n## B\n### D\n# C\n## B\nx ^x-1\n", "N.md", Path("N.md"))
    assert resolve("N.md", subpath, prepare(note)) == target
