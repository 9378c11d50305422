"""What holds for every text: code stays, plain Markdown stays, edits never overlap, time is linear."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from convert.note import Note
from convert.syntax import characters, prepare
from convert.syntax.prepared import Prepared
from convert.syntax.scanner import scan

ORACLE = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def prepared(text: str) -> Prepared:
    return prepare(Note("note.md", Path("note.md"), body=text, digest="0123456789abcdef"))


WORD = st.sampled_from(["文", "は", "word", "、", "。", "「引用」", "a_b", "10", "（注）", "é", "x y", "　"])
PLAIN_INLINE = st.one_of(
    WORD,
    st.sampled_from(
        ["`c`", "``a`b``", "**b**", "*i*", "[t](u.md)", "![a](p.png)", "<b>", "</b>", "\\*", "<http://a.b>", "&amp;"]
    ),
)
OBSIDIAN_INLINE = st.sampled_from(
    [
        "[[A]]",
        "[[A|x]]",
        "![[p.png|10]]",
        "`[[c]]`",
        "^[n]",
        "[^1]",
        "==h==",
        "$x$",
        "$5",
        "**「強」**",
        "https://a.b/c",
        "{++a++}",
        "{~~a~>b~~}",
        "{==a==}{>>b<<}",
    ]
)
MARKERS = [
    "",
    "",
    "",
    "> ",
    ">",
    "- ",
    "1. ",
    "1.\t",
    "> 1. ",
    "  ",
    "    ",
    "# ",
    "> > ",
    "- - ",
    "\t",
    "  - ",
    "+ ",
    "10) ",
]
FENCES = [
    "```",
    "~~~",
    "````",
    "  ```",
    "> ```",
    "- ```",
    "---",
    "===",
    "| a | b |",
    "|--|--|",
    "> | a |",
    "<div>",
    "<!-- c -->",
]


def lines(inline: st.SearchStrategy[str], *more: str) -> st.SearchStrategy[str]:
    text = st.lists(inline, max_size=4).map("".join)
    line = st.one_of(
        st.tuples(st.sampled_from(MARKERS), text).map("".join), st.sampled_from([*FENCES, *more]), st.just("")
    )
    return st.lists(line, max_size=12).map(lambda all_lines: "\n".join(all_lines) + "\n")


def code_of(text: str) -> Counter[str]:
    """All code, as an independent reader sees it."""
    found: Counter[str] = Counter()
    for token in ORACLE.parse(text):
        if token.type in ("fence", "code_block"):
            found[token.content.strip()] += 1
        for child in token.children or ():
            if child.type == "code_inline":
                found[child.content] += 1
    return found


def in_quotes_with_tabs(text: str) -> bool:
    """Where we measure tabs otherwise than CommonMark, on purpose."""
    return any(">" in line and "\t" in line for line in text.split("\n"))


@settings(max_examples=300, deadline=None)
@given(lines(PLAIN_INLINE))
def test_plain_markdown_is_untouched(text: str) -> None:
    if in_quotes_with_tabs(text) or "|--" in text:
        return
    assert prepared(text).text == text


@settings(max_examples=300, deadline=None)
@given(lines(st.one_of(PLAIN_INLINE, OBSIDIAN_INLINE), "> [!note] T", "> [!x]-", "[^1]: def", "$$", "- [!x]"))
def test_code_survives(text: str) -> None:
    if in_quotes_with_tabs(text):
        return
    known = code_of(text)
    after = code_of(prepared(text).text)
    lost = known - after
    # Inline notes are taken out and what they hold is put elsewhere; a callout's head no longer runs into its body.
    if "^[" not in text and "[!" not in text and "[^1]:" not in text and "$$" not in text and "|--" not in text:
        assert not lost


@settings(max_examples=300, deadline=None)
@given(lines(PLAIN_INLINE))
def test_markdown_it_agrees_on_blocks_of_code(text: str) -> None:
    if in_quotes_with_tabs(text) or "|--" in text:
        return
    theirs = set()
    for token in ORACLE.parse(text):
        if token.type in ("fence", "code_block") and token.map and token.content.strip(" \t\n"):
            theirs |= {n for n in range(*token.map) if text.split("\n")[n].strip(" >\t")}
    if "```" in text or "~~~" in text:
        # A fence that its container ends has no closing line: compare the lines between only.
        fences = {n for n, line in enumerate(text.split("\n")) if re.search(r"`{3}|~{3}", line)}
    else:
        fences = set()
    ours = set()
    for start, end in scan(text).code:
        first = text.count("\n", 0, start)
        ours |= {n for n in range(first, first + text.count("\n", start, end) + 1) if text.split("\n")[n].strip(" >\t")}
    assert ours - fences == theirs - fences


HOSTILE = st.text(alphabet="[]()!^$%`*_~=<>|\\#-+:&\n\t a1あ。「」{}\"'/", max_size=200)


@settings(max_examples=1000, deadline=None)
@given(HOSTILE)
def test_edits_never_overlap_and_nothing_raises(text: str) -> None:
    result = prepared(text)
    assert len(result.line_map) == result.text.count("\n") + 1


CRITIC = [
    "{++",
    "++}",
    "{--",
    "--}",
    "{~~",
    "~>",
    "~~}",
    "{==",
    "==}",
    "{>>",
    "<<}",
    "`",
    "$",
    "**",
    "*",
    "[",
    "]",
    "(",
    ")",
    "[[",
    "]]",
    "[^1]",
    "%%",
    "<!--",
    "-->",
    "<b>",
    "</b>",
    "\\",
    "@@",
    "あ",
    "x",
]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from([*CRITIC, " ", "\n", "\n> ", "\n> [!a] ## ", "\n- [ ] ", "\n# ", "|"]), max_size=40).map(
        "".join
    )
)
def test_ranges_within_and_across_everything_raise_nothing(text: str) -> None:
    note = Note("note.md", Path("note.md"), body=f"{text}\n\n[^1]: n\n", digest="0123456789abcdef")
    prepare(note, frozenset({"critic", "comments"}))
    result = prepare(note)
    assert len(result.line_map) == result.text.count("\n") + 1
    for mark in result.marks.values():
        assert (
            result.text.count(f"kumihan:{mark.key})") + result.text.count(f"kumihan:{mark.key}-->") <= 1 or "^" in text
        )


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="\ufa10\ufa19\u2126\U000f0000\U000f0001か\u3099神a ", max_size=30))
def test_stand_ins_lead_back(text: str) -> None:
    changed, table = characters.stand_in(text)
    assert "".join(table.get(char, char) for char in changed) == text
    composed = unicodedata.normalize("NFC", changed)
    back = "".join(table.get(char, char) for char in composed)
    assert [c for c in back if characters.CHANGED.match(c)] == [c for c in text if characters.CHANGED.match(c)]


def test_the_list_of_changed_characters_is_unicode_s() -> None:
    for code in range(0x110000):
        char = chr(code)
        if 0xD800 <= code < 0xE000:
            continue
        assert (unicodedata.normalize("NFC", char) != char) == bool(characters.CHANGED.match(char)), hex(code)


UNITS = [
    "[", "![", "[[", "]", "](", "[a](b \"", "^[", "`", "``` ", "`a``b", "*", "**a ", "_a*", "a**「", "$", "$a", "${",
    "$$\n",
    "%%", "%%a\n", "<", "<!--", "<a b=\"", "<a ", "<?", "==", "~~", "https://a.b/)", "\\", "&", "|", "| a |\n|--|\n",
    "> ", ">", "- ", "1. ", "1.\t", "> 1. ", "> [!a] b\n", "[^1]", "[^1]: a\n", "    a\n",
    "\t", "```\n", "<div>\n", "<pre>\n", "^a", " ^a\n",
    "# a\n", "[[a|", "![[a", "a\n", "\n", "  ", "[^", "^[`", "(((", "[a](((", "*a_",
    "{++", "++}", "{++a{--", "{~~a~>", "{>>", "{==a==}{>>b<<}", "{++`", "{++$a", "{++%%",
    "{++{\"author\":\"a\"}@@", "{++[",
]  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", UNITS)
def test_hostile_repetition_is_linear(unit: str) -> None:
    """Quadratic time would take minutes here; linear time takes a second at most."""
    prepared(unit * (150_000 // len(unit)))
