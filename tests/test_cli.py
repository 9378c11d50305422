"""The command line: what is built, where it goes, what is said, how it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from convert import build, cli, platform_libs, pool
from convert.diagnostics import Code, diagnose
from convert.output import Made
from convert.platform_libs import LIBRARIES
from convert.terminal import Terminal, visible

ROOT = Path(__file__).parents[1]

#: A worker without engines: an output holds the note's text, and words in it make things happen.
_SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import os, time
from convert import formats, fonts, link, worker
from convert.diagnostics import Code, diagnose
from convert.formats import Output
from convert.link.document import Document
from convert.nodes import para, words
from convert.note import read_note

def link_note(path, vault, settings, outputs, read):
    text = read_note(vault.file(path), path, 10**6).body
    if "FAULT" in text:
        raise ValueError("a fault")
    if "SLOW" in text:
        time.sleep(30)
    warned = (diagnose(Code.LINK_MISSING, "no such note", path, 2, 3),) if "WARN" in text else ()
    told = (diagnose(Code.CALLOUT_UNKNOWN, "unknown callout", path, 1, 1),) if "TELL" in text else ()
    return Document(path, path, True, "ja", [para(words(text))], dependencies=(path,), diagnostics=warned + told)

def write(document, settings):
    text = document.note + " " + settings.page_size + " " + str(settings.allow_network)
    return Output(text.encode(), 3)

class Fonts:
    def choose(self, *asked):
        from types import SimpleNamespace
        return SimpleNamespace(diagnostics=())

link.link_note = link_note
formats.writer = lambda name: write
fonts.activate = lambda say=None: Fonts()
worker.serve()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder, a vault beside it, and a user without a past."""
    monkeypatch.setattr(pool, "_START", _SCRIPT)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(platform_libs, "missing", lambda platform: ())
    vault = tmp_path / "保管庫"
    (vault / ".obsidian").mkdir(parents=True)
    (vault / "a.md").write_text("a")
    (vault / "章 1").mkdir()
    (vault / "章 1" / "b #2 🙂.md").write_text("b")
    (vault / ".trash").mkdir()
    (vault / ".trash" / "old.md").write_text("old")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def files(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


Outcome = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> object:
    def call(*arguments: str) -> Outcome:
        status = cli.main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return call


Run = type(lambda *_: (0, "", ""))


# Where outputs go


def test_a_note_goes_to_the_current_folder(run: Run, place: Path) -> None:
    status, out, err = run("build", "../保管庫/章 1/b #2 🙂.md")
    assert (status, out) == (0, "b #2 🙂.pdf\n")
    assert files(place) == ["b #2 🙂.pdf"]
    assert "1 note built" in err


def test_a_vault_goes_to_out_mirrored(run: Run, place: Path) -> None:
    status, out, _ = run("build", "../保管庫", "--to", "docx,pdf")
    assert status == 0
    assert files(place) == ["out/a.docx", "out/a.pdf", "out/章 1/b #2 🙂.docx", "out/章 1/b #2 🙂.pdf"]
    assert out.splitlines() == ["out/a.pdf", "out/a.docx", "out/章 1/b #2 🙂.pdf", "out/章 1/b #2 🙂.docx"]


def test_a_folder_of_a_vault_keeps_its_place(run: Run, place: Path) -> None:
    assert run("build", "../保管庫/章 1", "-o", "o")[0] == 0
    assert files(place) == ["o/章 1/b #2 🙂.pdf"]


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["-o", "x.pdf"], ["x.pdf"]),
        (["-o", "deep/x.DOCX"], ["deep/x.docx"]),
        (["-o", "x.html", "--to", "pdf,html"], ["x.html", "x.pdf"]),
        (["-o", "folder"], ["folder/a.pdf"]),
        (["-o", "x.pdf/"], ["x.pdf/a.pdf"]),
        (["--to", " HTML, .md,html"], ["a.html", "a.md"]),
    ],
)
def test_output_of_one_note(run: Run, place: Path, arguments: list[str], made: list[str]) -> None:
    assert run("build", "../保管庫/a.md", *arguments)[0] == 0
    assert files(place) == made


def test_several_notes(run: Run, place: Path) -> None:
    assert run("build", "../保管庫/a.md", "../保管庫/章 1/b #2 🙂.md")[0] == 0
    assert files(place) == ["a.pdf", "b #2 🙂.pdf"]


def test_odd_names(run: Run, place: Path, tmp_path: Path) -> None:
    names = ["-x.md", "$HOME `id` 'q' \"d\".md", "~.md", "％20%20.md", "a\nb.md", ".md.md", "[[x]]|y.md", "\\.md"]
    vault = tmp_path / "~ $(x) vault'"
    vault.mkdir()
    for name in names:
        (vault / name).write_text("x")
    assert run("build", "--vault", str(vault), str(vault))[0] == 0
    built = {name.removesuffix(".md") + ".pdf" for name in names if not name.startswith(".")}
    assert {file.name for file in Path("out").iterdir()} == built
    (place / "-x.md").write_text("x")
    assert run("build", "--", "-x.md")[:2] == (0, "-x.pdf\n")


def test_a_leading_tilde_is_the_home_folder_unless_it_exists(run: Run, place: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "n.md").write_text("x")
    assert run("build", "~/n.md", "-o", "~/o/n.pdf")[0] == 0
    assert (tmp_path / "home" / "o" / "n.pdf").exists()
    (place / "~").mkdir()
    (place / "~" / "n.md").write_text("x")
    assert run("build", "~/n.md", "-o", "n.pdf")[0] == 0
    assert (place / "n.pdf").read_text().startswith("n.md")


def test_nothing_is_written_into_a_vault_unless_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = tmp_path / "保管庫"
    before = files(vault)
    monkeypatch.chdir(vault)
    for path in ("a.md", "."):
        status, _, err = run("build", path)
        assert status == 2
        assert "-o" in err
        assert len(err.splitlines()) == 1
    assert files(vault) == before
    assert run("build", ".", "-o", "印刷", "--to", "md")[0] == 0
    assert files(vault / "印刷") == ["a.md", "章 1/b #2 🙂.md"]
    assert run("build", ".", "-o", "印刷", "--to", "md")[0] == 0
    assert files(vault / "印刷") == ["a.md", "章 1/b #2 🙂.md"]  # not the output's output


def test_a_note_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "保管庫" / "a.md"
    status, out, err = run("build", str(note), "--to", "md", "-o", str(note.parent), "--force")
    assert (status, out) == (1, "")
    assert "[output.exists]" in err
    assert note.read_text() == "a"


def test_a_file_of_the_user_s_is_kept_without_force(run: Run, place: Path) -> None:
    (place / "a.pdf").write_text("theirs")
    status, out, err = run("build", "../保管庫/a.md")
    assert (status, out) == (1, "")
    assert "a.md: error: 'a.pdf' is left alone" in err
    assert run("build", "../保管庫/a.md", "--force")[0] == 0
    assert run("build", "../保管庫/a.md")[0] == 0
    assert files(place) == ["a.pdf"]


# Vaults


def test_the_root_is_the_nearest_obsidian_else_the_folder(tmp_path: Path) -> None:
    vault = (tmp_path / "保管庫").resolve()
    assert build.find_root(vault / "章 1") == build.Root(vault, certain=True)
    assert build.find_root(vault / "章 1" / "b #2 🙂.md") == build.Root(vault, certain=True)
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "n.md").touch()
    assert build.find_root(plain / "n.md") == build.find_root(plain) == build.Root(plain.resolve(), certain=False)
    assert build.find_root(plain / "n.md", str(tmp_path)) == build.Root(tmp_path.resolve(), certain=True)


def test_a_link_out_of_the_vault_is_refused_unless_followed(run: Run, place: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("x")
    link = tmp_path / "保管庫" / "link.md"
    link.symlink_to("../outside.md")
    status, out, err = run("build", "../保管庫")
    assert (status, "link" in out) == (0, False)
    assert "[path.outside]" in err
    status, _, err = run("build", str(link))
    assert status == 2
    assert "out of the vault" in err
    assert run("build", str(link), "--follow-links")[:2] == (0, "link.pdf\n")


def test_a_folder_named_like_a_note(run: Run, tmp_path: Path, place: Path) -> None:
    folder = tmp_path / "保管庫" / "f.md"
    folder.mkdir()
    (folder / "inner.md").write_text("x")
    assert run("build", str(folder))[0] == 0
    assert files(place) == ["out/f.md/inner.pdf"]


# Settings


def test_settings_of_every_layer(run: Run, place: Path, tmp_path: Path) -> None:
    vault = tmp_path / "保管庫"
    (vault / "kumihan.yaml").write_text("page: {size: B5}\npgae.lines: 3\n")
    (vault / "c.md").write_text("---\nprint-page-size: A3\nprint-network: true\n---\n")
    status, _, err = run("build", str(vault))
    assert status == 0
    assert "kumihan.yaml:2:1: warning: unknown setting pgae.lines; did you mean page.lines? [config.unknown]" in err
    assert "c.md:3:1: warning: print-network may only be set on the command line [config.scope]" in err
    assert [(place / "out" / name).read_text() for name in ("a.pdf", "c.pdf")] == ["a.md B5 False", "c.md A3 False"]
    assert run("build", str(vault / "c.md"), "--set", "page.size=A6", "--allow-network", "-o", "c.pdf")[0] == 0
    assert (place / "c.pdf").read_text() == "c.md A6 True"
    (place / "mine.yaml").write_text("page.size: legal")
    assert run("build", str(vault / "a.md"), "--config", "mine.yaml")[0] == 0
    assert (place / "a.pdf").read_text() == "a.md legal False"


def test_config_shows_all_with_their_origin(run: Run, tmp_path: Path) -> None:
    vault = tmp_path / "保管庫"
    (vault / "kumihan.yaml").write_text("page.size: B5\n")
    (vault / "a.md").write_text("---\nprint-page-lines: 30\n---\n")
    status, out, err = run("config", str(vault / "a.md"), "--theme", "handout", "--set", "title=no")
    assert (status, err) == (0, "")
    assert "page.size: B5  # set by kumihan.yaml\n" in out
    assert "page.lines: 30  # set by the note\n" in out
    assert "title: no  # set by the command line\n" in out
    assert 'author: ""\n' in out
    assert run("config", "nowhere")[0] == 2


def test_init_never_overwrites(run: Run, tmp_path: Path) -> None:
    vault = tmp_path / "保管庫"
    assert run("init", str(vault))[0] == 0
    text = (vault / "kumihan.yaml").read_text()
    assert "#page.size: A4" in text
    assert "network" not in text
    (vault / "kumihan.yaml").write_text("theme: handout")
    assert run("init", str(vault))[0] == 2
    assert (vault / "kumihan.yaml").read_text() == "theme: handout"


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["biuld"], "biuld"),
        (["build"], "PATH"),
        (["build", "nowhere.md"], "there is no nowhere.md"),
        (["build", "../保管庫", "--to", "pdf,dox"], "did you mean docx"),
        (["build", "../保管庫", "--to", ","], "no format"),
        (["build", "../保管庫", "-o", "x.pdf"], "only one note"),
        (["build", "../保管庫/a.md", "-o", "x.pdf", "--to", "docx"], "does not fit"),
        (["build", "../保管庫", "--set", "page.siez=A5"], "did you mean page.size"),
        (["build", "../保管庫", "--theme", "x"], "theme is x"),
        (["build", "../保管庫", "--config", "x.yaml"], "x.yaml cannot be read"),
        (["build", "../保管庫", "--vault", "x"], "there is no folder x"),
        (["build", "../保管庫", "-j", "0"], "1 to 256"),
        (["build", "../保管庫", "-j", "two"], "1 to 256"),
        (["build", "../保管庫", "-q", "-v"], "not allowed"),
        (["build", "../保管庫", "."], "different vaults"),
        (["build", "."], "no notes"),
        (["build", "../保管庫/.obsidian/app.json"], "not a note"),
        (["build", "../保管庫/.trash/old.md"], "hidden"),
        (["build", "../保管庫/a.md", "--vault", "."], "not in the vault"),
        (["explain", "link.mising"], "did you mean link.missing"),
        (["init", "nowhere"], "no folder"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(run: Run, place: Path, arguments: list[str], said: str) -> None:
    app = place.parent / "保管庫" / ".obsidian" / "app.json"
    app.write_text("{}")
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    assert err.startswith("kumihan: ")
    assert files(place) == []


def test_a_settings_file_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "保管庫" / "kumihan.yaml").write_text("theme: [")
    status, _, err = run("build", "../保管庫")
    assert status == 2
    assert err.startswith("kumihan: kumihan.yaml:1:")


def test_notes_that_are_all_excluded(run: Run, tmp_path: Path) -> None:
    (tmp_path / "保管庫" / ".export-ignore").write_text("章*\n")
    status, _, err = run("build", "../保管庫/章 1")
    assert status == 2
    assert ".export-ignore" in err
    assert run("build", "../保管庫/章 1/b #2 🙂.md")[0] == 0


def test_a_fault_of_ours_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(build, "plan", broken)
    status, _, err = run("build", "../保管庫")
    assert (status, len(err.splitlines())) == (1, 1)
    assert "ZeroDivisionError: oops" in err
    assert "Traceback" in run("build", "../保管庫", "--debug")[2]


# What is said


def test_one_broken_note_does_not_stop_the_others(run: Run, place: Path, tmp_path: Path) -> None:
    vault = tmp_path / "保管庫"
    (vault / "0.md").write_text("FAULT")
    (vault / "1.md").write_bytes(bytes(range(256)) * 50)
    (vault / "2.md").write_text("SLOW")
    (vault / "3.md").write_text("---\na: b: c\n---\nWARN")
    status, out, err = run("build", str(vault), "--set", "limits.seconds=1", "--report", "r/report.json", "-j", "2")
    assert status == 1
    assert out.splitlines() == ["out/3.pdf", "out/a.pdf", "out/章 1/b #2 🙂.pdf"]
    assert "Traceback" not in err
    assert [line for line in err.splitlines() if line.endswith("]")] == [
        "0.md: error: the note could not be linked: ValueError: a fault [note.failed]",
        "1.md: error: note cannot be read: not a text [note.unreadable]",
        "2.md: error: printing took longer than 1 s and was stopped [note.timeout]",
        "3.md:2:3: warning: no such note [link.missing]",
        "3.md:2:5: warning: properties cannot be read: mapping values are not allowed here [properties.invalid]",
    ]
    assert "3 notes built, 3 failed; 2 warnings; 9 pages" in err

    report = json.loads((place / "r" / "report.json").read_text("utf-8"))
    assert [(note["note"], note["status"]) for note in report["notes"]] == [
        ("0.md", "failed"),
        ("1.md", "failed"),
        ("2.md", "failed"),
        ("3.md", "built"),
        ("a.md", "built"),
        ("章 1/b #2 🙂.md", "built"),
    ]
    last = report["notes"][-1]
    assert last["outputs"] == [{"format": "pdf", "path": "章 1/b #2 🙂.pdf", "pages": 3, "bytes": 27}]
    assert last["dependencies"] == ["章 1/b #2 🙂.md"]
    assert last["pages"] == 3
    assert {d["code"] for d in report["notes"][3]["diagnostics"]} == {"properties.invalid", "link.missing"}
    totals = report["totals"]
    assert totals.pop("seconds") > 0
    assert totals == {
        "notes": 6,
        "unchanged": 0,
        "built": 3,
        "failed": 3,
        "skipped": 0,
        "outputs": 3,
        "pages": 9,
        "errors": 3,
        "warnings": 2,
    }
    assert str(tmp_path) not in json.dumps(report, ensure_ascii=False)


def test_nothing_is_said_of_what_did_not_change(run: Run, place: Path, tmp_path: Path) -> None:
    (tmp_path / "保管庫" / "w.md").write_text("WARN")
    _, _, first = run("build", "../保管庫", "--strict")
    status, out, err = run("build", "../保管庫", "--report", "r.json", "--strict")
    assert (status, out) == (1, "")
    warning = "w.md:2:3: warning: no such note [link.missing]"
    assert warning in first
    assert warning in err
    assert "0 notes built, 3 unchanged; 1 warning; 9 pages" in err
    report = json.loads(Path("r.json").read_text())
    assert {note["status"] for note in report["notes"]} == {"unchanged"}
    assert [d["code"] for d in report["notes"][1]["diagnostics"]] == ["link.missing"]
    (tmp_path / "保管庫" / "a.md").unlink()
    status, out, err = run("build", "../保管庫", "--report", "r.json", "--prune")
    assert "removed a.pdf" in err
    assert json.loads(Path("r.json").read_text())["removed"] == ["a.pdf"]
    assert files(place / "out") == ["w.pdf", "章 1/b #2 🙂.pdf"]


def test_messages_by_code_and_the_slowest_notes(run: Run, tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / "保管庫" / f"{number:02}.md").write_text("WARN")
    _, _, err = run("build", "../保管庫")
    assert "    12 warning link.missing: 00.md:2, 01.md:2, 02.md:2" in err
    assert "slowest: " in err


def test_any_number_of_workers_gives_the_same(run: Run, place: Path, tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / "保管庫" / f"{number}.md").write_text("WARN" if number % 2 else "x")

    def built(jobs: str) -> tuple[object, ...]:
        status, out, err = run("build", "../保管庫", "-j", jobs, "--report", "r.json", "--force")
        report = json.loads(Path("r.json").read_text())
        for note in [report["totals"], *report["notes"]]:
            del note["seconds"]
        return status, out, err.rpartition(";")[0], report

    assert built("1") == built("3")


def test_strict_makes_a_warning_count(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "保管庫" / "w.md"
    note.write_text("TELL")
    assert run("build", str(note), "--strict")[0] == 0
    note.write_text("WARN")
    assert run("build", str(note))[0] == 0
    assert run("build", str(note), "--strict")[0] == 1


def test_quiet_and_verbose(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "保管庫" / "w.md"
    note.write_text("WARN TELL")
    assert run("build", str(note), "-q") == (0, "w.pdf\n", "")
    _, _, usual = run("build", str(note))
    assert "no such note" in usual
    assert "unknown callout" not in usual
    _, _, verbose = run("build", str(note), "-v")
    assert "unknown callout" in verbose
    assert Code.LINK_MISSING.cure in verbose


def test_check_writes_nothing(run: Run, place: Path, tmp_path: Path) -> None:
    (tmp_path / "保管庫" / "w.md").write_text("WARN")
    status, out, err = run("check", "../保管庫")
    assert (status, out) == (0, "")
    assert "w.md:2:3: warning: no such note [link.missing]" in err
    assert "3 notes checked; 1 warning" in err
    assert run("check", "../保管庫", "--strict")[0] == 1
    assert files(place) == []


def test_what_this_machine_lacks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_libs, "missing", lambda platform: (LIBRARIES[-1],))
    status, _, err = run("build", "../保管庫")
    assert status == 0
    assert err.count("[pdf.slow]") == 1
    assert "pdf.slow" not in run("build", "../保管庫", "--to", "docx")[2]
    monkeypatch.setattr(platform_libs, "missing", lambda platform: LIBRARIES)
    status, _, err = run("build", "../保管庫")
    assert (status, len(err.splitlines())) == (2, 1)
    assert "libpango" in err
    assert run("build", "../保管庫", "--to", "html")[0] == 0


def test_explain(run: Run) -> None:
    status, out, _ = run("explain", "link.missing")
    assert status == 0
    assert Code.LINK_MISSING.cause in out
    assert Code.LINK_MISSING.cure in out
    _, out, _ = run("explain")
    assert [line.split()[0] for line in out.splitlines()] == sorted(code.code for code in Code)


def test_themes(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".kumihan/themes/私の").mkdir(parents=True)
    (tmp_path / ".kumihan/themes/私の/theme.yaml").write_text("extends: nothing\ndescription: {en: Mine}\n", "utf-8")
    status, out, err = run("themes", str(tmp_path))
    lines = dict(line.split("  ", 1) for line in out.splitlines())
    assert status == 0
    assert lines["handout"].strip().startswith("配布資料")
    assert lines["私の"].strip() == "Mine"
    assert "theme.yaml:1:1" in err


def test_a_list_of_outputs_that_cannot_be_kept_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    status, _, err = run("build", "../保管庫")
    assert status == 0
    assert err.count("[output.unlisted]") == 1


# The terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_and_lines_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    terminal = Terminal(stream=screen, environ={})
    terminal.progress(1, 2, "とても長い名前のノート" * 3)
    bar = screen.getvalue()
    assert bar.startswith("[############------------] 1/2 とても")
    assert "\n" not in bar
    terminal.close()
    assert screen.getvalue() == bar + "\r" + " " * 39 + "\r"

    plain = io.StringIO()
    Terminal(stream=plain).progress(0, 2, "n.md")
    Terminal(stream=plain).progress(1, 2, "n.md")
    assert plain.getvalue() == "1/2 n.md\n"


def test_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(environ: dict[str, str], stream: io.StringIO) -> str:
        Terminal(stream=stream, environ=environ).diagnostics([diagnose(Code.LINK_MISSING, "m", "n.md", 1, 2)])
        return stream.getvalue()

    monkeypatch.setattr(sys, "platform", "linux")
    assert "\x1b[33m" in shown({}, Screen())
    for plain in (shown({"NO_COLOR": "1"}, Screen()), shown({"TERM": "dumb"}, Screen()), shown({}, io.StringIO())):
        assert plain == "n.md:1:2: warning: m [link.missing]\n"


def test_a_message_is_told_once() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream=stream)
    for _ in range(2):
        terminal.diagnostics([diagnose(Code.LINK_MISSING, "m", "n.md", 1, 2)])
    assert stream.getvalue().count("\n") == 1


def test_a_flood_of_messages_is_cut_off() -> None:
    flood = [diagnose(Code.LINK_MISSING, "m", "n.md", line, 1) for line in range(1, 200)]
    fault = diagnose(Code.NOTE_FAILED, "m", "n.md", 500)
    for verbosity, count in ((0, 51), (1, 400), (-1, 1)):
        stream = io.StringIO()
        Terminal(verbosity, stream=stream).diagnostics([*flood, fault])
        lines = stream.getvalue().splitlines()
        assert len(lines) == count
        assert verbosity or lines[-1] == "… and 150 more (-v shows all)"
        assert any("note.failed" in line for line in lines)


def test_a_name_cannot_drive_the_terminal() -> None:
    assert visible("a\x1b[31m\n\u202eb\udcff") == "a\\x1b[31m\\n\\u202eb\\udcff"
    assert visible("組版　🙂 é") == "組版　🙂 é"


# As a process


def kumihan(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "convert", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        **options,
    )


def test_version_is_quick_and_imports_no_engine() -> None:
    code = "import sys; from convert.cli import main; main(['--version']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    version, modules = done.stdout.splitlines()
    assert version.startswith("kumihan ")
    assert not {"yaml", "frontmatter", "weasyprint", "lxml", "jinja2", "pypandoc", "convert.build"} & {*modules.split()}


def test_with_the_real_engines(run: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(place)
    (tmp_path / "保管庫" / "a.md").write_text("> [!note] 題\n> 本文[[無い]]\n", "utf-8")
    arguments = ("../保管庫/a.md", "--to", "pdf,docx,html,md", "--report", "r.json")
    if platform_libs.missing(sys.platform):
        pytest.skip("a library is missing")
    status, out, err = run("build", *arguments)
    assert status == 0, err
    assert out.split() == ["a.pdf", "a.docx", "a.html", "a.md"]
    assert Path("a.pdf").read_bytes().startswith(b"%PDF")
    assert Path("a.docx").read_bytes().startswith(b"PK")
    assert "本文" in Path("a.html").read_text("utf-8")
    (note,) = json.loads(Path("r.json").read_text("utf-8"))["notes"]
    assert (note["pages"], note["status"]) == (1, "built")
    assert [(d["code"], d["line"], d["column"]) for d in note["diagnostics"]] == [("link.missing", 2, 5)]
    assert "a.md:2:5: warning: " in run("check", "../保管庫/a.md")[2]


def test_interrupted_nothing_is_left(place: Path, tmp_path: Path) -> None:
    (tmp_path / "保管庫" / "0.md").write_text("SLOW")
    code = f"import sys; from convert import cli, pool; pool._START = {_SCRIPT!r}; sys.exit(cli.main())"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "build", "../保管庫", "--to", "html", "-j", "2", "--report", "r.json"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 20
    while not (place / "out").exists() and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "kumihan: interrupted"
    report = json.loads((place / "r.json").read_text())
    assert {note["note"]: note["status"] for note in report["notes"]}["0.md"] == "skipped"
    assert report["totals"]["skipped"] > 0
    assert [name for name in files(place) if name.endswith(".tmp")] == []


def test_how_fast_it_goes_and_how_long_it_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr("convert.terminal.time.monotonic", lambda: next(seconds))
    screen = Screen()
    terminal = Terminal(stream=screen, environ={})
    for done in range(5):
        terminal.progress(done, 200, "n.md")
    assert screen.getvalue().endswith("] 4/200 0.5/s 6:32 left n.md")


def test_a_note_whose_name_this_terminal_cannot_show(tmp_path: Path) -> None:
    done = kumihan("build", "../保管庫/x🙂.md", cwd=tmp_path / "here")
    assert (done.returncode, done.stderr) == (2, "kumihan: there is no ../保管庫/x🙂.md\n")


def test_made_knows_nothing_without_a_list(tmp_path: Path) -> None:
    assert tmp_path / "x.pdf" not in Made(tmp_path / "none")
