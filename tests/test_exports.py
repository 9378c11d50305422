"""A Word file is known again by its number; what it was made from stays on this machine, and not for ever."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import docx
import pytest

from convert import exports
from convert.docx import package
from convert.formats.docx import write
from convert.settings import Settings
from tests.support.docx import Docx, problems
from tests.support.linked import linked
from tests.support.project import Project

NOTE = "---\nauthor: 甲\nsecret: TOKEN\n---\n文 %%TOKEN%% ![[隣]]\n"


@pytest.fixture
def word(tmp_path: Path) -> bytes:
    return write(linked(tmp_path / "vault", {"A.md": NOTE, "隣.md": "埋"}), Settings()).data


def test_the_number_is_that_of_the_content(tmp_path: Path, word: bytes) -> None:
    id = exports.number(word)
    assert len(id) == 32
    again = linked(tmp_path / "elsewhere", {"A.md": NOTE, "隣.md": "埋"})
    assert write(again, Settings()).data == word
    other = linked(tmp_path / "other", {"A.md": NOTE + "。", "隣.md": "埋"})
    assert exports.number(write(other, Settings()).data) not in ("", id)


def test_the_file_holds_the_number_and_nothing_else_of_it(tmp_path: Path, word: bytes) -> None:
    parts = Docx(word).parts
    assert exports.number(word).encode() in parts["docProps/custom.xml"]
    assert parts["docProps/custom.xml"].count(b"<property ") == 1
    assert b"TOKEN" not in b"".join(parts.values())
    file = tmp_path / "a.docx"
    file.write_bytes(word)
    assert problems(file) == []
    docx.Document(str(file))


def test_no_number_if_the_setting_says_so(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": NOTE, "隣.md": "埋"})
    data = write(document, Settings(docx_export=False)).data
    assert exports.number(data) == ""
    assert "docProps/custom.xml" not in package.read(data)
    assert "custom" not in Docx(data).parts["_rels/.rels"].decode()
    exports.remember(data, tmp_path, "A.md", {"A.md": b"x"}, Settings(), state=tmp_path / "state")
    assert not (tmp_path / "state").exists()


def test_what_it_was_made_from_is_kept_for_its_owner_only(tmp_path: Path, word: bytes) -> None:
    texts = {"A.md": NOTE.encode(), "隣.md": b"\xff\xfe no UTF-8"}
    exports.remember(word, tmp_path, "A.md", texts, Settings(docx_profile="handout"), state=tmp_path / "state")
    file = tmp_path / "state" / "exports" / f"{exports.number(word)}.json"
    kept = json.loads(file.read_text("ascii"))
    assert {path: text.encode("utf-8", "surrogateescape") for path, text in kept["texts"].items()} == texts
    assert (kept["note"], kept["settings"]) == ("A.md", {"docx.profile": "handout"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_oldest_go(tmp_path: Path, word: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    for age in range(6):
        (folder / f"{age}.json").write_text("x" * 10)
        os.utime(folder / f"{age}.json", ns=(0, 10**9 * age))
    monkeypatch.setattr(exports, "MOST", 4)
    exports.remember(word, tmp_path, "A.md", {"A.md": b"x"}, Settings(), state=tmp_path)
    assert {file.stem for file in folder.glob("*.json")} == {"3", "4", "5", exports.number(word)}
    monkeypatch.setattr(exports, "MOST_BYTES", 10)
    exports.remember(word, tmp_path, "A.md", {"A.md": b"x" * 99}, Settings(), state=tmp_path)
    assert {file.stem for file in folder.glob("*.json")} == {exports.number(word)}


def test_a_build_keeps_it_and_a_check_does_not(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    vault = tmp_path / "vault"
    vault.mkdir()
    (vault / "A.md").write_text(NOTE, "utf-8")
    (vault / "隣.md").write_text("埋", "utf-8")
    folder = project.folder / "state" / "kumihan" / "exports"
    project.run("check", str(vault))
    assert not folder.exists()
    run = project.run(
        "build", str(vault / "A.md"), "--vault", str(vault), "--to", "pdf,docx", "-o", f"{project.output}/"
    )
    assert run.status == 0, run.stderr
    (file,) = folder.glob("*.json")
    assert file.stem == exports.number((project.output / "A.docx").read_bytes())
    assert sorted(json.loads(file.read_text())["texts"]) == ["A.md", "隣.md"]
