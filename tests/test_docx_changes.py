"""Word's comments and tracked changes, read back with independent readers: what the author said is all there."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convert import pandoc
from convert.docx.comments import initials
from convert.docx.lint import lint
from convert.formats import linked_for, writer
from convert.link import link_note
from convert.nodes import has_class, value, walk
from convert.settings import Settings
from convert.vault import scan
from tests.support.content import LABELS, missing
from tests.support.docx import NAMES, Docx, problems
from tests.support.html import Html, text
from tests.support.linked import PNG, check, linked, put
from tests.support.pdf import Pdf
from tests.support.project import Project

NOTE = """---
author: 山田 太郎
date: 2025-04-05
private: SECRET
---
# 題{++名++}{>>題について<<}

本文{++を**太字**で[文](https://example.com/)と{東京|とうきょう}と$x^2$と++}直す{--削除[跡](https://example.com/)と{漢字|かんじ}--}。
{==三号==}{>>五号ではないか
二行目<<}{>>{"author":"Jane Doe","time":1718000000}@@そうかも<<}[^1]

{++追加した段落[^2]++}

{--消した段落[^1]--}

末尾。{++甲 {--乙--} 丙++}{~~{"author":"編集"}@@旧~>新~~}

- 項{++一++}{>>項について<<}
- {--項二--}
- [ ] {++任務++}

| 甲 | 乙 |
|--|--|
| {++あ++} | {--い--}{>>升目<<} |

> [!note] 枠{--と--}{++の++}名
> 中{++身++}

{>>ひとりの段落<<}

%%私的な注釈%%

最後%%行内%%の段落{>>ここ<<}。

[^1]: 注{++に追加++}{>>注について<<}
[^2]: 注二
"""


@cache
def output(format: str, changes: str = "accept", comments: str = "drop", profile: str = "manuscript") -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), {"A.md": NOTE})
        chosen = Settings(
            changes=changes, comments=comments, docx_profile=profile, docx_changes="track", byline="no", title="no"
        )
        document = link_note("A.md", scan(Path(folder)), linked_for(format, chosen))
        return writer(format)(document, chosen).data


def read(data: bytes, changes: str) -> list[dict[str, object]]:
    """What pandoc reads of a Word file."""
    command = [str(pandoc.program()), "-f", "docx", "-t", "json", f"--track-changes={changes}"]
    out = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    blocks: list[dict[str, object]] = json.loads(out)["blocks"]
    return blocks


def plain(data: bytes, changes: str) -> str:
    command = [str(pandoc.program()), "-f", "docx", "-t", "plain", "--wrap=none", f"--track-changes={changes}"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("profile", ["manuscript", "handout"])
def test_validators_find_nothing(tmp_path: Path, profile: str) -> None:
    file = tmp_path / "note.docx"
    file.write_bytes(output("docx", comments="word", profile=profile))
    assert problems(file) == []


@pytest.mark.parametrize("changes", ["accept", "reject"])
def test_with_all_changes_settled_word_has_the_text_of_the_page(changes: str) -> None:
    page = Html(output("html", changes))
    # pandoc reads no ruby, neither bases nor readings
    wanted = text(page.one("body"), skip=frozenset(page.all(".fnref, .footnote-back, math, ruby")))
    word = plain(output("docx"), changes)
    assert missing(wanted, word, ignore=LABELS) == []
    solid = re.sub(r"[\s\d☐•-]", "", word)
    assert ("追加した段落" in solid, "消した段落" in solid) == (changes == "accept", changes == "reject")
    assert ("項二" in solid, "任務" in solid) == (changes == "reject", changes == "accept")


def test_who_changed_what_and_when() -> None:
    nodes = list(walk(read(output("docx"), "all")))
    found = [
        (kind, value(node, "author"), value(node, "date"))
        for node in nodes
        for kind in ("insertion", "deletion")
        if has_class(node, kind)
    ]
    assert ("insertion", "山田 太郎", "2025-04-05T00:00:00Z") in found
    assert ("deletion", "編集", "2025-04-05T00:00:00Z") in found
    assert ("insertion", "編集", "2025-04-05T00:00:00Z") in found
    assert sum(has_class(node, "paragraph-deletion") for node in nodes) == 2
    word = Docx(output("docx"))
    ids = [node.get(f"{{{NAMES['w']}}}id") for node in word.xml("word/document.xml").iter(*_tags("ins", "del"))]
    notes = [node.get(f"{{{NAMES['w']}}}id") for node in word.xml("word/footnotes.xml").iter(*_tags("ins", "del"))]
    assert sorted(map(int, [*ids, *notes])) == list(range(1, len(ids) + len(notes) + 1))


def _tags(*names: str) -> tuple[str, ...]:
    return tuple(f"{{{NAMES['w']}}}{name}" for name in names)


SAID = [
    ("題について", "山田 太郎"),
    ("五号ではないか\n二行目", "山田 太郎"),
    ("そうかも", "Jane Doe"),
    ("注1「に追加」：注について", "山田 太郎"),
    ("項について", "山田 太郎"),
    ("升目", "山田 太郎"),
    ("ひとりの段落", "山田 太郎"),
    ("私的な注釈", "山田 太郎"),
    ("行内", "山田 太郎"),
    ("ここ", "山田 太郎"),
]


def test_python_docx_reads_the_comments() -> None:
    word = docx.Document(io.BytesIO(output("docx", comments="word")))
    assert [(comment.text, comment.author) for comment in word.comments] == SAID
    jane = next(comment for comment in word.comments if comment.author == "Jane Doe")
    assert (jane.initials, jane.timestamp and jane.timestamp.isoformat()) == ("JD", "2024-06-10T06:13:20+00:00")


def test_private_comments_stay_private_unless_asked_for() -> None:
    for private in ("私的な注釈", "行内", "SECRET"):
        assert private not in Docx(output("docx")).everything


def test_comments_stand_where_they_were_written() -> None:
    anchored: dict[str, str] = {}
    open_: dict[str, str] = {}
    for node in walk(read(output("docx", comments="word"), "all")):
        if has_class(node, "comment-start"):
            open_[value(node, "id")] = "".join(n["c"] for n in walk(node["c"][1]) if n["t"] == "Str")
        elif has_class(node, "comment-end"):
            open_.pop(value(node, "id"))
        elif node["t"] == "Str":
            for text in open_.values():
                anchored[text] = anchored.get(text, "") + node["c"]
    # pandoc gives a comment's own words first
    about = {text: said.removeprefix(text) for text, said in anchored.items()}
    assert about["題について"] == "名"
    assert about["五号ではないか二行目"].endswith("三号")
    assert about["項について"] == "一"
    assert about["升目"] == "い"
    assert about["ひとりの段落"] == "中身"


def test_comments_on_notes_stand_at_their_marks() -> None:
    # LibreOffice 7.4 opens no file with a comment among the footnotes
    word = Docx(output("docx"))
    assert not list(word.xml("word/footnotes.xml").iter(*_tags("commentReference")))
    marks = [node.tag for node in word.xml("word/document.xml").iter(*_tags("commentRangeStart", "footnoteReference"))]
    assert marks.index(_tags("footnoteReference")[0]) == 4


def test_no_comment_has_the_number_of_a_footnote() -> None:
    # LibreOffice 7.4 shows one footnote's text for another's then
    word = Docx(output("docx"))
    id = f"{{{NAMES['w']}}}id"
    notes = {note.get(id) for note in word.xml("word/footnotes.xml")}
    assert not notes & {comment.get(id) for comment in word.xml("word/comments.xml")}


def test_answers_hang_on_what_they_answer() -> None:
    word = Docx(output("docx"))
    entries = word.xml("word/commentsExtended.xml")
    w15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
    parents = {entry.get(f"{w15}paraId"): entry.get(f"{w15}paraIdParent") for entry in entries}
    assert [(id, parent) for id, parent in parents.items() if parent] == [("00000005", "00000004")]


@pytest.mark.parametrize("changes", ["accept", "reject"])
def test_docx_changes_settle(tmp_path: Path, changes: str) -> None:
    put(tmp_path, {"A.md": NOTE})
    chosen = Settings(docx_changes=changes, comments="word")
    document = link_note("A.md", scan(tmp_path), linked_for("docx", chosen))
    word = Docx(writer("docx")(document, chosen).data)
    assert not [part for part in word.parts if "comment" in part]
    assert not re.search(r"<w:(ins|del|comment\w+)[ />]", word.everything)
    assert ("消した段落" in word.text) is (changes == "reject")
    assert "私的" not in word.everything


def test_a_private_comment_that_no_text_can_carry_is_told_of(tmp_path: Path) -> None:
    put(tmp_path, {"A.md": "%%覚え%%\n\n```\ncode\n```\n"})
    kept, left_out = (
        link_note("A.md", scan(tmp_path), linked_for("docx", Settings(comments=comments)))
        for comments in ("word", "drop")
    )
    assert [(each.code, each.line) for each in kept.diagnostics] == [("comment.place", 1)]
    assert not left_out.diagnostics


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
def test_libreoffice_opens_it_and_shows_each_note_its_text(tmp_path: Path) -> None:
    (tmp_path / "note.docx").write_bytes(output("docx", comments="word"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "note.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    shown = Pdf((tmp_path / "note.pdf").read_bytes()).characters
    assert all(words in shown for words in ("注に追加", "注二", "追加した段落", "消した段落"))


def test_the_same_bytes_again() -> None:
    first = output("docx", comments="word")
    output.cache_clear()
    assert output("docx", comments="word") == first


def test_without_author_and_date() -> None:
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), {"A.md": "a{++b++}{>>c<<}"})
        document = link_note("A.md", scan(Path(folder)), linked_for("docx", Settings()))
        word = Docx(writer("docx")(document, Settings()).data)
    assert '<w:ins w:id="1" w:author="著者">' in word.everything
    assert '<w:comment w:id="1" w:author="著者" w:initials="著">' in word.everything
    assert "w:date" not in word.everything


def test_initials() -> None:
    names = {"Jane van Dyke": "JVD", "山田 太郎": "山太", "著者": "著", "a b c d": "ABC"}
    assert {name: initials(name) for name in names} == names


RANGES = [
    "{++", "++}", "{--", "--}", "{~~", "~>", "~~}", "{==", "==}", "{>>", "<<}", "**", "`", "[", "](https://e.com)",
    "[^1]", "[^2]", "<u>", "</u>", "$x$", "![[p.png]]", "{漢|かん}", "\n", "\n\n", "\n- ", "\n> [!note] ", "\n> ",
    " | ", "{++追++}", "{--消--}", "{==強==}{>>注<<}", "{>>独<<}", "文",
]  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(RANGES), max_size=30).map("".join))
def test_any_mixture_of_ranges_makes_a_sound_file(text: str) -> None:
    note = f"{text}\n\n[^1]: 注{{++一++}}{{>>内<<}}\n[^2]: 二\n"
    for changes in ("accept", "reject", "track"):
        with tempfile.TemporaryDirectory() as folder:
            document = linked(Path(folder), {"A.md": note, "p.png": PNG}, changes=changes)
            check(document)
            places = [value(node, "data-comment") for node in walk(document.blocks) if has_class(node, "comment-start")]
            ends = [value(node, "data-comment") for node in walk(document.blocks) if has_class(node, "comment-end")]
            assert sorted(places) == sorted(ends)
            assert len(set(places)) == len(places)
            assert changes == "track" or not places
            assert lint(writer("docx")(document, Settings()).data) == []


def test_readers_of_a_handout_see_no_changes() -> None:
    views = {
        profile: linked_for("docx", Settings(docx_profile=profile)).changes for profile in ("manuscript", "handout")
    }
    assert views == {"manuscript": "track", "handout": "accept"}
    assert linked_for("docx", Settings(docx_profile="handout", docx_changes="track")).changes == "track"
    assert linked_for("pdf", Settings(changes="show")).changes == "show"


def test_one_build_gives_each_format_its_view(tmp_path: Path) -> None:
    project = Project(tmp_path).note("甲.md", "a{++b++}{--c--}{>>d<<} %%e%%\n")

    def word(*arguments: str) -> str:
        run = project.build(*arguments, to="html,docx")
        assert run.status == 0, run.stderr
        assert "ab" in run.html("甲").text
        assert "c" not in run.html("甲").text.partition("ab")[2]
        return run.docx("甲").everything

    tracked = word()
    assert "<w:ins " in tracked
    assert "<w:delText" in tracked
    assert ">d</w:t>" in tracked
    assert ">e</w:t>" not in tracked
    settled = word("--set", "docx.changes=accept")
    assert not re.search(r"<w:(ins|del|comment\w*) ", settled)
    assert ">e</w:t>" in word("--set", "comments=word")
    assert word() == tracked
