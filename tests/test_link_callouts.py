"""Callouts in the document: title, type, content; nothing of a mark is left."""

from pathlib import Path

import pytest

from tests.support.linked import check, linked, said, show


def one(tmp_path: Path, text: str, **settings: str) -> str:
    document = linked(tmp_path, {"A.md": text}, **settings)
    check(document)
    return show(document.blocks)


def box(type: str, title: str, content: str = "", more: str = "") -> str:
    inner = f"<div.callout-title><plain><span.callout-title-inner>{title}</span></plain></div>"
    body = f"<div.callout-content>{content}</div>" if content else ""
    return f"<div.callout data-callout={type}{more}>{inner}{body}</div>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> [!note] 題\n> 文", box("note", "題", "<p>文</p>")),
        ("> [!note]\n> 文", box("note", "Note", "<p>文</p>")),
        ("> [!tldr]", box("tldr", "Tldr")),
        ("> [!TIP]", box("tip", "Tip")),
        ("> [!my-own type]\n> a", box("my-own type", "My own type", "<p>a</p>")),
        ("> [!編集後記]\n> a", box("編集後記", "編集後記", "<p>a</p>")),
        ("> [!tip]- 閉\n> a", box("tip", "閉", "<p>a</p>", " data-callout-fold=-")),
        ("> [!tip|wide]+\n> a", box("tip", "Tip", "<p>a</p>", " data-callout-fold=+ data-callout-metadata=wide")),
        ("> [!tip] ### 題", box("tip", "題")),
        ("> [!tip] - 項 **太**", box("tip", "- 項 <strong>太</strong>")),
        ("> [!a]\n> > [!b]\n> > x", box("a", "A", box("b", "B", "<p>x</p>"))),
        ("- [!note] 題", "<ul><li><plain>[!note] 題</plain></li></ul>"),
        ("- > [!note] 題\n  > x", f"<ul><li>{box('note', '題', '<p>x</p>')}</li></ul>"),
        ("> 文\n> [!note]", "<quote><p>文<br>[!note]</p></quote>"),
        ("`> [!note]`", "<p><code>> [!note]</code></p>"),
    ],
)
def test_shape(tmp_path: Path, text: str, expected: str) -> None:
    assert one(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("language", "type", "title"),
    [("ja", "warning", "注意"), ("en", "tldr", "TL;DR"), ("ja", "unknown-type", "Unknown type")],
)
def test_titles_in_the_language_of_the_text(tmp_path: Path, language: str, type: str, title: str) -> None:
    from convert.callouts import table

    shown = one(tmp_path, f"> [!{type}]", callout_titles="language", language=language)
    if table().knows(type):
        title = table().lookup(type).title(language)
    assert shown == box(type, title)


def test_an_unknown_type_is_told_once(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "> [!own]\n\nx\n\n> [!note]\n"})
    assert said(document) == ["A.md:1:3 callout.unknown"]


def test_a_footnote_in_a_title(tmp_path: Path) -> None:
    shown = one(tmp_path, "> [!note] 題[^1]\n> 文[^1]\n\n[^1]: 注")
    assert "題<span#fnref-1.fnref data-n=1><note><p>注</p></note></span></span>" in shown
    assert "文<span.fnref.fnref-repeat data-n=1></span>" in shown
