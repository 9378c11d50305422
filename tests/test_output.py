"""Outputs: names, whole files, and whose file it is."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert import output
from convert.output import Made, OutputRefused, put, stage, state_folder, stems, temporary

# Names


def test_stems_are_the_notes_paths() -> None:
    notes = ["b/手紙 #1 🙂.md", "a.b.MD", "-x.md"]
    assert stems(notes) == ({"-x.md": "-x", "a.b.MD": "a.b", "b/手紙 #1 🙂.md": "b/手紙 #1 🙂"}, ())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("A.md", "a.md"),
        ("F/x.md", "f/x.md"),
        (unicodedata.normalize("NFD", "が.md"), unicodedata.normalize("NFC", "が.md")),
        ("STRASSE.md", "straße.md"),
        ("a.MD", "a.md"),
    ],
)
def test_of_names_that_some_file_systems_take_for_one_the_later_gets_a_hash(first: str, second: str) -> None:
    result, diagnostics = stems([first, second])
    assert stems([second, first]) == (result, diagnostics)
    changed = [note for note in (first, second) if result[note] != note[:-3]]
    assert [d.path for d in diagnostics] == changed == [max(first, second)]
    assert diagnostics[0].code == "output.renamed"
    assert len({unicodedata.normalize("NFC", stem).casefold() for stem in result.values()}) == 2


@pytest.mark.parametrize("character", ["x", "字", "🙂"])
def test_a_long_name_is_cut_at_a_character(character: str) -> None:
    size = len(character.encode())
    notes = [f"f/{character * (n // size)}.md" for n in (244, 248, 260, 400)]
    result, diagnostics = stems(notes)
    for stem in result.values():
        assert len((stem.rpartition("/")[2] + ".docx").encode()) <= 255
    assert {d.path for d in diagnostics} == {note for note in notes if len(note[2:-3].encode()) > 250}
    assert len(set(result.values())) == len(set(notes))


def test_flat() -> None:
    result, diagnostics = stems(["a/x.md", "b/x.md", "b/y.md"], flat=True)
    assert result["a/x.md"] == "x"
    assert result["b/y.md"] == "y"
    assert result["b/x.md"].startswith("x-")
    assert [d.path for d in diagnostics] == ["b/x.md"]


@given(st.sets(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1).map(lambda s: s + ".md")))
def test_no_two_outputs_are_the_same_file_anywhere(notes: set[str]) -> None:
    result, diagnostics = stems(notes)
    folded = {unicodedata.normalize("NFC", unicodedata.normalize("NFC", s).casefold()) for s in result.values()}
    assert len(folded) == len(notes)
    assert len(diagnostics) == sum(stem != note[:-3] for note, stem in result.items())


# The state folder


def test_state_folder() -> None:
    home = {"HOME": "/home/u"}
    assert state_folder("linux", home) == Path("/home/u/.local/state/kumihan")
    assert state_folder("linux", {**home, "XDG_STATE_HOME": "/s"}) == Path("/s/kumihan")
    assert state_folder("linux", {**home, "XDG_STATE_HOME": "relative"}) == Path("/home/u/.local/state/kumihan")
    assert state_folder("darwin", home) == Path("/home/u/Library/Application Support/Kumihan")
    assert state_folder("win32", {"LOCALAPPDATA": "/l", **home}) == Path("/l/Kumihan/State")


# Whole files


def place(data: bytes, target: Path, made: Made, *, force: bool = False, sources: tuple[Path, ...] = ()) -> None:
    put(stage(data, temporary(target, "1")), target, made, force=force, note="n.md", sources=sources)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "state")


def left(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def refusal(data: bytes, target: Path, made: Made, *, force: bool = False, sources: tuple[Path, ...] = ()) -> str:
    with pytest.raises(OutputRefused) as refused:
        place(data, target, made, force=force, sources=sources)
    assert refused.value.diagnostic.path == "n.md"
    return refused.value.diagnostic.code


def test_an_output_is_put_in_place_and_nothing_else(tmp_path: Path, made: Made) -> None:
    target = tmp_path / "out" / "深い" / ("長" * 83 + ".pdf")
    place(b"1", target, made)
    place(b"2", target, made)
    assert target.read_bytes() == b"2"
    assert left(target.parent) == [target.name]


def test_the_next_build_knows_what_the_last_one_made(tmp_path: Path, made: Made) -> None:
    target = tmp_path / "a\nb \udcff.pdf"
    place(b"1", target, made)
    place(b"2", target, Made(tmp_path / "state"))
    assert target.read_bytes() == b"2"


def test_a_file_of_the_user_s_is_left_alone(tmp_path: Path, made: Made) -> None:
    target = tmp_path / "a.pdf"
    target.write_bytes(b"theirs")
    assert refusal(b"ours", target, made) == "output.exists"
    assert target.read_bytes() == b"theirs"
    assert left(tmp_path) == ["a.pdf"]
    place(b"ours", target, made, force=True)
    assert target.read_bytes() == b"ours"


@pytest.mark.parametrize("name", ["a.docx", "長" * 83 + ".docx"])
def test_a_file_that_someone_changed_since_is_kept_under_another_name(tmp_path: Path, made: Made, name: str) -> None:
    target = tmp_path / name
    place(b"ours", target, made)
    for work in (b"an editor's work", b"more work"):
        target.write_bytes(work)
        place(b"ours again", target, made)
        assert target.read_bytes() == b"ours again"
    kept = [file for file in tmp_path.iterdir() if "(edited" in file.name]
    assert sorted(file.read_bytes() for file in kept) == [b"an editor's work", b"more work"]
    target.write_bytes(b"no more")
    place(b"by force", target, made, force=True)
    assert len([file for file in tmp_path.iterdir() if file.suffix == ".docx"]) == 3


def test_a_file_equal_to_the_output_may_be_replaced(tmp_path: Path, made: Made) -> None:
    target = tmp_path / "a.pdf"
    target.write_bytes(b"same")
    place(b"same", target, made)
    place(b"next", target, made)


def test_an_interrupted_build_leaves_files_that_are_still_ours(tmp_path: Path, made: Made) -> None:
    target = tmp_path / "a.pdf"
    place(b"old", target, made)
    made.add(target, "0" * 64)  # listed, and then the machine stopped before the file was in place
    place(b"new", target, Made(tmp_path / "state"))


def test_folders_and_links_are_not_overwritten(tmp_path: Path, made: Made) -> None:
    (tmp_path / "a.pdf").mkdir()
    assert refusal(b"x", tmp_path / "a.pdf", made, force=True) == "output.exists"
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    link = tmp_path / "b.pdf"
    link.symlink_to("elsewhere")
    assert refusal(b"x", link, made) == "output.exists"
    place(b"x", link, made, force=True)
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"


def test_a_note_is_not_overwritten_even_by_force(tmp_path: Path, made: Made) -> None:
    note = tmp_path / "vault" / "n.md"
    note.parent.mkdir()
    note.write_bytes(b"# n")
    assert refusal(b"x", note, made, force=True, sources=(tmp_path / "vault",)) == "output.exists"
    assert note.read_bytes() == b"# n"
    elsewhere = tmp_path / "n.md"
    elsewhere.write_bytes(b"old")
    place(b"x", elsewhere, made, force=True, sources=(tmp_path / "vault",))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_cannot_be_written(tmp_path: Path, made: Made) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(0o500)
    with pytest.raises(PermissionError):
        stage(b"x", folder / "a.tmp")


def test_a_list_that_cannot_be_written_costs_no_output(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a file where the folder should be")
    made = Made(tmp_path / "state")
    place(b"x", tmp_path / "a.pdf", made)
    assert (tmp_path / "a.pdf").read_bytes() == b"x"
    assert made.problem


def test_the_list_does_not_grow_for_ever(tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    for number in range(300):
        made = Made(tmp_path / "state")
        place(b"%d" % number, target, made)
    (file,) = (tmp_path / "state" / "made").iterdir()
    assert len(file.read_text().splitlines()) < 150
    assert target in Made(tmp_path / "state")


def test_a_damaged_list_is_no_fault(tmp_path: Path, made: Made) -> None:
    target = tmp_path / "a.pdf"
    place(b"x", target, made)
    (file,) = (tmp_path / "state" / "made").iterdir()
    file.write_text(file.read_text() + "half a li")
    place(b"y", target, Made(tmp_path / "state"))
    file.write_bytes(b"\xff\xfe")
    assert refusal(b"z", target, Made(tmp_path / "state")) == "output.exists"


def test_replace_leaves_the_old_file_if_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "r.json"
    output.replace(b"old", target)

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="No space"):
        output.replace(b"new", target)
    assert target.read_bytes() == b"old"
    assert left(tmp_path) == ["r.json"]
