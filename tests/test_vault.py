"""The vault: the walk and its border, and which file a link means."""

import json
import os
import pickle
import sys
import time
from pathlib import Path

import pytest

from convert.vault import Vault, compared, scan
from tests.support.processes import answers


def make(root: Path, *paths: str) -> Vault:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path, encoding="utf-8")
    return scan(root)


@pytest.mark.parametrize(
    ("files", "source", "link", "target"),
    [
        # 1: an empty path is the note itself
        (["A.md"], "A.md", "", "A.md"),
        # 2: a name with a dot is first a whole file name, then a note's
        (["v1.2", "v1.2.md", "A.md"], "A.md", "v1.2", "v1.2"),
        (["v1.2.md", "A.md"], "A.md", "v1.2", "v1.2.md"),
        (["pic.png", "pic.png.md", "A.md"], "A.md", "pic.png", "pic.png"),
        (["B.md", "A.md"], "A.md", "B.md", "B.md"),
        (["B.txt", "A.md"], "A.md", "B", None),
        # 3: the only file of that name, wherever it is; case does not matter
        (["x/y/Deep.md", "A.md"], "A.md", "deep", "x/y/Deep.md"),
        (["x/Pic.PNG", "A.md"], "A.md", "pic.png", "x/Pic.PNG"),
        # 4: relative to the note's folder
        (["x/B.md", "B.md", "x/A.md"], "x/A.md", "./B", "x/B.md"),
        (["x/B.md", "B.md", "x/A.md"], "x/A.md", "../B", "B.md"),
        (["x/B.md", "y/B.md", "x/A.md"], "x/A.md", "../y/B", "y/B.md"),
        (["B.md", "x/A.md"], "x/A.md", "../../B", None),
        # 5: the whole path; with a slash before it, nothing else
        (["B.md", "x/B.md", "x/A.md"], "x/A.md", "B", "B.md"),
        (["x/B.md", "y/x/B.md", "y/A.md"], "y/A.md", "x/B", "x/B.md"),
        (["x/B.md", "A.md"], "A.md", "/x/B", "x/B.md"),
        (["x/B.md", "A.md"], "A.md", "/B", None),
        # 6: the end of a path: the note's folder and those below it first, then the shortest, then by alphabet
        (["x/B.md", "y/B.md", "x/A.md"], "x/A.md", "B", "x/B.md"),
        (["x/z/B.md", "y/B.md", "x/A.md"], "x/A.md", "B", "x/z/B.md"),
        (["y/long/B.md", "z/B.md", "x/A.md"], "x/A.md", "B", "z/B.md"),
        (["z/B.md", "y/B.md", "x/A.md"], "x/A.md", "B", "y/B.md"),
        (["p/x/B.md", "q/B.md", "A.md"], "A.md", "x/B", "p/x/B.md"),
        (["p/x/B.md", "A.md"], "A.md", "nowhere/B", None),
        # spellings
        (["がく.md", "A.md"], "A.md", "か\u3099く", "がく.md"),
        (["か\u3099く.md", "A.md"], "A.md", "がく", "か\u3099く.md"),
        (["a b.md", "A.md"], "A.md", "a\N{NO-BREAK SPACE}b", "a b.md"),
        (["a b.md", "A.md"], "A.md", "a\N{NARROW NO-BREAK SPACE}b", "a b.md"),
        (["x/B.md", "A.md"], "A.md", "x\\B", "x/B.md"),
        (["x/B.md", "A.md"], "A.md", "x//B/", "x/B.md"),
        (["ΛΌΓΟΣ.md", "A.md"], "A.md", "λόγος", "ΛΌΓΟΣ.md"),
        (["📑第4節　推進.md", "A.md"], "A.md", "📑第4節　推進", "📑第4節　推進.md"),
        (["A.md"], "A.md", "  ", "A.md"),
        (["A.md"], "A.md", "/", None),
    ],
)
def test_which_file_a_link_means(tmp_path: Path, files: list[str], source: str, link: str, target: str | None) -> None:
    vault = make(tmp_path, *files)
    assert vault.resolve(link, source) == target


@pytest.mark.parametrize("source", ["z.md", "a/z.md", "a/b/z.md", "ab/z.md", "c/z.md"])
@pytest.mark.parametrize("link", ["x", "b/x", "a/b/x", "ab/x", "/x", "A/X", "nowhere/x", "e\u0301/x"])
def test_of_many_files_of_a_name_the_nearest_is_meant(tmp_path: Path, source: str, link: str) -> None:
    paths = ["a/b/x.md", "ab/x.md", "a/ab/x.md", "ba/b/x.md", "A/x.md", "é/x.md", "c/d/é/x.md", "c/d/x.md", "c/e/x.md"]
    vault = make(tmp_path, *paths)
    folder = source.rpartition("/")[0]
    fit = [path for path in paths if compared(path).endswith(compared(link) + ".md")]
    inside = [path for path in fit if folder and path.startswith(folder + "/")]
    expected = min(inside or fit, key=lambda path: (len(path), path), default=None)
    if link.startswith("/"):
        expected = None
    elif compared(link) + ".md" in map(compared, paths):
        expected = next(path for path in paths if compared(path) == compared(link) + ".md")
    assert vault.resolve(link, source) == expected


def test_links_to_one_of_thousands_of_files_of_a_name_cost_no_look_at_each() -> None:
    paths = tuple(f"same/f{number}/index.md" for number in range(20_000))
    vault = Vault(Path("/vault"), paths, paths, _by_name={"index.md": paths})

    def resolved() -> list[str | None]:
        return [vault.resolve(f"f{number}/index", path) for number, path in enumerate(paths)]

    started = time.process_time()
    assert resolved() == list(paths)
    assert [vault.resolve("index", path) for path in paths] == list(paths)
    assert time.process_time() - started < 10  # each looked at for each: over an hour


def test_two_files_that_differ_in_case_are_told_apart(tmp_path: Path) -> None:
    vault = make(tmp_path, "Note.md", "note.md", "A.md")
    if len(vault.notes) < 3:
        pytest.skip("the file system knows no case")
    assert vault.resolve("note", "A.md") == "note.md"
    assert vault.resolve("Note", "A.md") == "Note.md"
    assert vault.resolve("NOTE", "A.md") == "Note.md"


def test_hidden_files_are_no_part_of_the_vault(tmp_path: Path) -> None:
    vault = make(tmp_path, "A.md", ".trash/B.md", ".obsidian/C.md", "x/.D.md", "x/e.png", "x/F.MD")
    assert vault.files == ("A.md", "x/F.MD", "x/e.png")
    assert vault.notes == ("A.md", "x/F.MD")
    assert vault.file("x/e.png") == tmp_path.resolve() / "x" / "e.png"


def test_ignored_notes_are_not_built_but_linked(tmp_path: Path) -> None:
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / ".obsidian" / "app.json").write_text(
        json.dumps({"strictLineBreaks": True, "userIgnoreFilters": ["Templates/", r"/draft\d/"]}), encoding="utf-8"
    )
    vault = make(tmp_path, "A.md", "templates/T.md", "x/draft1.md", "x/drafts.md")
    assert vault.buildable() == ("A.md", "x/drafts.md")
    assert vault.resolve("T", "A.md") == "templates/T.md"
    assert vault.strict_line_breaks


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"userIgnoreFilters": "x"}', "[" * 100_000])
def test_broken_settings_leave_the_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / ".obsidian" / "app.json").write_text(text, encoding="utf-8")
    vault = make(tmp_path, "A.md")
    assert vault.buildable() == ("A.md",)
    assert not vault.strict_line_breaks
    assert [d.code for d in vault.diagnostics] == ([] if text.startswith('{"') else ["config.invalid"])


@pytest.mark.parametrize("pattern", ["/(a+)+$/", "/(/", 3])
def test_a_filter_that_cannot_be_used_is_reported(tmp_path: Path, pattern: object) -> None:
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / ".obsidian" / "app.json").write_text(json.dumps({"userIgnoreFilters": [pattern]}), encoding="utf-8")
    vault = make(tmp_path, "a" * 60 + "b.md")
    assert len(vault.buildable()) == 1
    assert [d.code for d in vault.diagnostics] == (["config.invalid"] if isinstance(pattern, str) else [])


def test_export_ignore_is_written_like_gitignore(tmp_path: Path) -> None:
    paths = ["A.md", "private/B.md", "x/private/C.md", "x/D.md", "x/E.md", "y/F.md", "y/z/G.md", "y/keep.md"]
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / ".export-ignore").write_text("# ours\nprivate/\n/x/D.*\ny/*\n!y/keep.md\n\n", encoding="utf-8")
    (tmp_path / "x" / ".export-ignore").write_text("!D.md\nE.md", encoding="utf-8")
    assert make(tmp_path, *paths).buildable() == ("A.md", "x/D.md", "y/keep.md")


def test_links_that_leave_the_vault_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    make(outside, "secret.md", "folder/F.md")
    root = tmp_path / "vault"
    make(root, "A.md", "real/B.md")
    (root / "out.md").symlink_to(outside / "secret.md")
    (root / "outdir").symlink_to(outside / "folder")
    (root / "near").symlink_to(root / "real")
    (root / "real" / "up").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "copy.md").symlink_to("A.md")
    vault = scan(root)
    assert vault.files == ("A.md", "copy.md", "real/B.md")
    assert [(d.code, d.path) for d in vault.diagnostics] == [("path.outside", "out.md"), ("path.outside", "outdir")]
    assert scan(root, follow_links=True).files == ("A.md", "copy.md", "out.md", "outdir/F.md", "real/B.md")


def test_settings_and_ignore_files_outside_are_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "app.json").write_text('{"strictLineBreaks": true}', encoding="utf-8")
    (outside / "ignore").write_text("*", encoding="utf-8")
    root = tmp_path / "vault"
    root.mkdir()
    (root / ".obsidian").symlink_to(outside)
    (root / ".export-ignore").symlink_to(outside / "ignore")
    vault = make(root, "A.md")
    assert not vault.strict_line_breaks
    assert vault.buildable() == ("A.md",)
    assert [d.code for d in vault.diagnostics] == ["path.outside"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_text_and_files_that_are_no_files(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")).touch()
    os.mkfifo(tmp_path / "pipe.md")
    os.mkfifo(tmp_path / ".export-ignore")
    vault = make(tmp_path, "A.md")
    assert vault.files == ("A.md",)
    assert [(d.code, d.path) for d in vault.diagnostics] == [("note.unreadable", "\N{REPLACEMENT CHARACTER}.md")]


def test_a_vault_travels_to_worker_processes(tmp_path: Path) -> None:
    vault = make(tmp_path, "A.md", "x/B.md")
    copy = pickle.loads(pickle.dumps(vault))  # noqa: S301
    assert copy == vault
    assert copy.resolve("b", "A.md") == "x/B.md"


def test_scan_gives_the_same_in_any_process(tmp_path: Path) -> None:
    make(tmp_path, *(f"{a}/{b}.md" for a in "cab" for b in "zyx"))
    program = "import sys; from pathlib import Path; from convert.vault import scan; print(scan(Path(sys.argv[1])))"
    assert len(answers(program, tmp_path)) == 1


def test_compared() -> None:
    assert compared("/A\\b//C\N{NO-BREAK SPACE}d/") == "a/b/c d"
