"""CriticMarkup in the document: carried out, undone or shown; comments left out or anchored."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert.formats import writer
from convert.nodes import plain_text
from convert.settings import Settings
from tests.support.linked import check, linked, said, show

META = '{"author":"編集 花子","time":1718000000}@@'


def one(tmp_path: Path, text: str, **settings: str) -> str:
    document = linked(tmp_path, {"A.md": text}, **settings)
    check(document)
    return show(document.blocks)


@pytest.mark.parametrize(
    ("text", "accepted", "rejected"),
    [
        ("a{++b++}c", "<p>abc</p>", "<p>ac</p>"),
        ("a{--b--}c", "<p>ac</p>", "<p>abc</p>"),
        ("a{~~b~>c~~}d", "<p>acd</p>", "<p>abd</p>"),
        ("a{==b==}c", "<p>a<span.mark>b</span>c</p>", "<p>a<span.mark>b</span>c</p>"),
        ("a{>>b<<}c", "<p>ac</p>", "<p>ac</p>"),
        ("a {--b--} c", "<p>a c</p>", "<p>a b c</p>"),
        ("a{++ *b*++}", "<p>a <em>b</em></p>", "<p>a</p>"),
        ("a\n{--b--}\nc", "<p>a<br>c</p>", "<p>a<br>b<br>c</p>"),
        ("a\n\n{--b--}\n\nc", "<p>a</p><p>c</p>", "<p>a</p><p>b</p><p>c</p>"),
        ("**{--b--}**\n\nc", "<p>c</p>", "<p><strong>b</strong></p><p>c</p>"),
        ("- a\n- {--b--}\n- c", "<ul><li><plain>a</plain></li><li><plain>c</plain></li></ul>",
         "<ul><li><plain>a</plain></li><li><plain>b</plain></li><li><plain>c</plain></li></ul>"),
        ("- a\n- {--b--}\n    - c\n    - d\n- e",
         "<ul><li><plain>a</plain><ul><li><plain>c</plain></li><li><plain>d</plain></li></ul></li>"
         "<li><plain>e</plain></li></ul>",
         "<ul><li><plain>a</plain></li><li><plain>b</plain><ul><li><plain>c</plain></li><li><plain>d</plain></li></ul>"
         "</li><li><plain>e</plain></li></ul>"),
        ("- a\n    - x\n- {--b--}\n    - {--c--}\n    - d", "<ul><li><plain>a</plain><ul><li><plain>x</plain></li>"
         "<li><plain>d</plain></li></ul></li></ul>",
         "<ul><li><plain>a</plain><ul><li><plain>x</plain></li></ul></li><li><plain>b</plain><ul><li><plain>c</plain>"
         "</li><li><plain>d</plain></li></ul></li></ul>"),
        ("- {--b--}\n    1. c\n- e", "<ul><li><plain>c</plain></li><li><plain>e</plain></li></ul>",
         "<ul><li><plain>b</plain><ol 1><li><plain>c</plain></li></ol></li><li><plain>e</plain></li></ul>"),
        ("- {--b--}\n\nc", "<p>c</p>", "<ul><li><plain>b</plain></li></ul><p>c</p>"),
        ("- {++b++}", "<ul><li><plain>b</plain></li></ul>", ""),
        ("> {--b--}\n\nc", "<p>c</p>", "<quote><p>b</p></quote><p>c</p>"),
        ("{++a {--b--}c++}", "<p>a c</p>", "<p></p>"),
        ("a{>>x<<}\n\n{>>y<<}\n\nb", "<p>a</p><p>b</p>", "<p>a</p><p>b</p>"),
        ("| {--a--} | {++b++} |\n|--|--|\n", "<table><plain>b</plain></table>", "<table><plain>a</plain></table>"),
    ],
)  # fmt: skip
def test_accepted_and_rejected(tmp_path: Path, text: str, accepted: str, rejected: str) -> None:
    assert one(tmp_path, text) == accepted
    if rejected != "<p></p>":
        assert one(tmp_path, text, changes="reject") == rejected


def test_what_is_deleted_is_not_opened_numbered_or_reported(tmp_path: Path) -> None:
    text = "a{--[^1] ![[missing.png]] [[B]]--}b[^2]\n\n[^1]: one\n[^2]: two {--[^1]--}\n"
    document = linked(tmp_path, {"A.md": text})
    check(document)
    assert show(document.blocks) == ("<p>ab<span#fnref-1.fnref data-n=1><note><p>two</p></note></span></p>")
    assert said(document) == []
    both = linked(tmp_path, {"A.md": text}, changes="reject")
    check(both)
    assert len(said(both)) == 2


def test_shown(tmp_path: Path) -> None:
    text = f"---\nauthor: [山田, B]\ndate: 2025-04-05\n---\na{{++b **c**++}}{{--{META}d--}}"
    assert one(tmp_path, text, changes="show", byline="no") == (
        "<p>a<span.insertion data-author=山田 data-date=2025-04-05>b <strong>c</strong></span>"
        "<span.deletion data-author=編集 花子 data-date=2024-06-10T06:13:20Z>d</span></p>"
    )
    assert one(tmp_path, "{++a++}", changes="show") == "<p><span.insertion data-author=著者>a</span></p>"


def comments(tmp_path: Path, text: str) -> tuple[str, list[tuple[str, str]]]:
    """The tree with comments as ``(… 1)``, and text and what it answers of each."""
    document = linked(tmp_path, {"A.md": text}, changes="show")
    check(document)
    shown = show(document.blocks)
    for key in document.comments:
        shown = shown.replace(f"<span.comment-start data-comment={key}></span>", "(")
        shown = shown.replace(f"<span.comment-end data-comment={key}></span>", f" {key})")
    return shown, [(comment.text, comment.answers) for comment in document.comments.values()]


@pytest.mark.parametrize(
    ("text", "shown", "said"),
    [
        ("a{>>x<<}b", "<p>a( c1)b</p>", [("x", "")]),
        ("{==a==}{>>x<<}", "<p>(<span.mark>a</span> c1)</p>", [("x", "")]),
        ("{==a==}{>>x<<}{>>y<<}{>>z<<}", "<p>(((<span.mark>a</span> c1) c2) c3)</p>",
         [("x", ""), ("y", "c1"), ("z", "c1")]),
        ("a{>>x<<}{>>y<<}b", "<p>a(( c1) c2)b</p>", [("x", ""), ("y", "c1")]),
        ("a\n\n{>>x<<}\n\nb", "<p>(a c1)</p><p>b</p>", [("x", "")]),
        ("{>>x<<}\n\n- [ ] b", "<ul><li><plain><span.task data-task= >☐</span> (b c1)</plain></li></ul>", [("x", "")]),
        ("a ^i\n\n{>>x<<}\n{>>y<<}\n\n[[#^i]]", "<p><span#b-i.anchor></span>((a c1) c2)</p>"
         "<p><a.internal-link #b-i>^i</a></p>", [("x", ""), ("y", "c1")]),
        ("# 題\n\n{>>x<<}", "<h1 #h-feb074cc>(題 c1)</h1>", [("x", "")]),
        ("{>>x<<}", "<p>( c1)</p>", [("x", "")]),
        ("{++a{>>x<<}++}", "<p><span.insertion data-author=著者>a( c1)</span></p>", [("x", "")]),
    ],
)  # fmt: skip
def test_comments(tmp_path: Path, text: str, shown: str, said: list[tuple[str, str]]) -> None:
    assert comments(tmp_path, text) == (shown, said)


def test_headings_are_called_what_they_will_be(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "## New{--s--}{++ word++}{>>x<<}"}, changes="show")
    assert plain_text(document.blocks[0]["c"][2]) == "New word"
    assert document.blocks[0]["c"][1][0] == "h-new-word"


def test_as_text_where_the_setting_says_so(tmp_path: Path) -> None:
    assert one(tmp_path, "a{++b++}", critic=False) == "<p>a{++b++}</p>"  # type: ignore[arg-type]


def test_html_and_markdown_show_them(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "# 題{>>z<<}\n\na{++b++}{--c--}{>>x\ny<<}"}, changes="show")
    html = writer("html")(document, Settings()).data.decode()
    assert "<ins" in html
    assert "<del" in html
    assert "［著者：x y］" in html
    text = writer("md")(document, Settings()).data.decode()
    assert text.endswith("# 題{>>z<<}\n\na{++b++}{--c--}{>>x\ny<<}\n")


def test_no_comment_gets_out_unless_shown(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "a{>>Alpha-1<<}{--Beta-2--}"})
    for format in ("html", "md"):
        data = writer(format)(document, Settings()).data
        assert not any(secret in data for secret in (b"Alpha-1", b"Beta-2"))
