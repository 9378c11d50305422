"""Reading a note: properties cut off, the body untouched, encodings, and files that are none."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from convert.note import Note, parse_note, read_note


def parse(data: str | bytes) -> Note:
    return parse_note(data.encode() if isinstance(data, str) else data, "folder/note.md", Path("note.md"))


def codes(note: Note) -> list[str]:
    return [d.code for d in note.diagnostics]


def test_properties_and_body() -> None:
    note = parse("---\ntitle: No\ntags: [a, b]\nprint:\n  page: {size: A5}\n---\n# 見出し\n本文\n")
    assert note.properties == {"title": "No", "tags": ["a", "b"], "print": {"page": {"size": "A5"}}}
    assert note.property_places["title"] == (2, 1)
    assert note.property_places["print.page.size"] == (5, 10)
    assert (note.body, note.body_line) == ("# 見出し\n本文\n", 7)
    assert note.diagnostics == ()
    assert note.path == "folder/note.md"


def test_digest_is_of_the_bytes() -> None:
    assert parse("a\r\nb").digest == hashlib.sha256(b"a\r\nb").hexdigest()


@pytest.mark.parametrize(
    ("text", "body", "line"),
    [
        ("---\n---\nx", "x", 3),
        ("---\na: 1\n---", "", 3),
        ("---\na: 1\n---  \t\nx", "x", 4),
        ("---\r\na: 1\r\n---\r\nx\r\ny", "x\ny", 4),
        ("---\ra: 1\r---\rx", "x", 4),
        ("\ufeff---\na: 1\n---\nx", "x", 4),
        ("---\na: |\n  ---\n---\nx", "x", 5),
        ("---\na: 1\n---\n---\nx", "---\nx", 4),
    ],
)
def test_where_properties_end(text: str, body: str, line: int) -> None:
    note = parse(text)
    assert (note.body, note.body_line, note.diagnostics) == (body, line, ())


@pytest.mark.parametrize(
    "text",
    [
        "\n---\na: 1\n---\n",
        " ---\na: 1\n---\n",
        "--- \na: 1\n---\n",
        "----\na: 1\n----\n",
        "---\na: 1\n",
        "---\na: 1\n --- \n",
        "---\na: 1\n...\n",
        "---",
        "+++\na = 1\n+++\n",
        "x\n---\na: 1\n---\n",
        "",
    ],
)
def test_what_are_no_properties(text: str) -> None:
    note = parse(text)
    assert (note.body, note.body_line, note.properties, note.diagnostics) == (text, 1, {}, ())


def test_properties_that_cannot_be_read_are_none() -> None:
    note = parse("---\na: 1\nb: [\n---\nx")
    assert (note.properties, note.body, note.body_line) == ({}, "x", 5)
    assert codes(note) == ["properties.invalid"]
    assert note.diagnostics[0].line == 3


def test_a_property_given_twice() -> None:
    note = parse("---\na: 1\na: 2\n---\n")
    assert note.properties == {"a": 1}
    assert [(d.code, d.line, d.column) for d in note.diagnostics] == [("properties.duplicate", 3, 1)]


def test_json_properties() -> None:
    assert parse('---\n{"a": 1, "b": ["x"]}\n---\nx').properties == {"a": 1, "b": ["x"]}


# Encodings


@pytest.mark.parametrize(
    ("data", "body", "code"),
    [
        ("日本語のノート".encode("cp932"), "日本語のノート", "note.encoding"),
        ("日本語".encode("utf-16"), "日本語", "note.encoding"),
        ("\ufeff日本語".encode("utf-16-be"), "日本語", "note.encoding"),
        (b"abc \xff def", "abc \ufffd def", "note.encoding"),
        ("日本語日本語".encode() + b"\x81" + "日本語".encode(), "日本語日本語\ufffd日本語", "note.encoding"),
        (b"a\x00b\x1b[31m", "a\ufffdb\ufffd[31m", "note.control"),
        (b"a\x0bb\x0cc", "a b c", "note.control"),
        ("\ufffe\uffff".encode(), "\ufffd\ufffd", "note.control"),
    ],
)
def test_encodings(data: bytes, body: str, code: str) -> None:
    note = parse(data)
    assert (note.body, codes(note)) == (body, [code])


def test_a_control_character_is_told_with_its_place() -> None:
    (diagnostic,) = parse("一行\n二\x07行\x07").diagnostics
    assert (diagnostic.line, diagnostic.column) == (2, 2)
    assert "U+0007" in diagnostic.message
    assert "1 more" in diagnostic.message


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(500), os.urandom(4000)])
def test_a_file_that_is_no_text(data: bytes) -> None:
    note = parse(data)
    assert (note.body, codes(note)) == ("", ["note.unreadable"])
    assert note.digest


_LINES = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\ufffe\uffff"))


@given(st.lists(_LINES).map("\n".join))
@example("---\n---\n---\n")
@example("---\n# not closed")
def test_the_body_is_the_end_of_the_file_byte_for_byte(text: str) -> None:
    note = parse(text)
    assert text.encode().endswith(note.body.encode())
    cut = text[: len(text) - len(note.body)]
    assert note.body_line == 1 + cut.count("\n")
    assert not cut or (cut.startswith("---\n") and cut.rstrip(" \t\n").endswith("\n---"))


@given(_LINES, st.lists(_LINES).map("\n".join))
def test_properties_are_cut_off_whatever_they_are(line: str, body: str) -> None:
    note = parse(f"---\n{line}\n---\n{body}")
    if line.rstrip(" \t") != "---":
        assert (note.body, note.body_line) == (body, 4)


@given(st.binary())
def test_any_bytes_give_a_note_that_every_output_can_hold(data: bytes) -> None:
    note = parse(data)
    note.body.encode()
    assert not set(note.body) & {*map(chr, range(9)), "\x0b", "\x0c", "\r", "\x1b", "\ufffe", "\uffff"}


# Files


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "# 🙂 -a.md"
    file.write_bytes(b"x")
    note = read_note(file, file.name, 1)
    assert (note.body, note.file, note.diagnostics) == ("x", file, ())


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"xx")
    note = read_note(file, "a.md", 1)
    assert (note.body, codes(note)) == ("", ["note.too-big"])


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "round.md").symlink_to("round.md")
    for name in ("folder.md", "pipe.md", "missing.md", "round.md", "a\0b.md"):
        note = read_note(tmp_path / name, name, 100)
        assert codes(note) == ["note.unreadable"], name
        assert str(tmp_path) not in note.diagnostics[0].message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.touch(0)
    assert codes(read_note(file, "a.md", 100)) == ["note.unreadable"]
