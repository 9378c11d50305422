"""Other people's vaults, to all formats: every note is built, nothing raises, and what is lost is said."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from convert.vault import scan
from tests.support.content import lost_between
from tests.support.project import SHARED, Project, Run

VAULTS = sorted(p for p in (SHARED / "vaults").glob("*") if p.is_dir()) if SHARED.is_dir() else []
FORMATS = "pdf,docx,html"
#: Notes that between them hold most of what these vaults have: for the suite that runs all the time.
QUICK = {
    "en-tadashi-docs": 4,
    "ja-mitsuoka": 4,
    "zhtw-horcy": 3,
}
CODE = re.compile(r"^( *)(```+|~~~+).*?^\1\2|`[^`\n]+`|%%.*?%%|<!--.*?-->", re.M | re.S)
REMOTE = re.compile(r"!\[[^\]\n]*\]\(<?https?://[^)\s]+")
EMBED = re.compile(r"!\[\[([^\]|#\n]+)")


def build(vault: Path, folder: Path, notes: list[str] | None = None) -> Run:
    project = Project(folder)
    paths = [str(vault / note) for note in notes] if notes else [str(vault)]
    report = ["--report", str(folder / "report.json")]
    return project.run("build", *paths, "--vault", str(vault), "--to", FORMATS, "-o", f"{project.output}/", *report)


def sound(vault: Path, run: Run, notes: list[str]) -> list[str]:
    """All that is wrong with a build of other people's notes."""
    wrong = []
    if run.status:
        wrong.append(f"status {run.status}")
    if "Traceback" in run.stderr or "fault of Kumihan" in run.stderr:
        wrong.append(run.stderr)
    if sorted(run.notes) != sorted(notes):
        wrong.append(f"notes lost: {sorted({*notes} ^ {*run.notes})}")
    for path, entry in run.notes.items():
        formats = [output["format"] for output in entry["outputs"]]
        if entry["status"] != "built" or formats != FORMATS.split(","):
            wrong.append(f"{path}: {entry['status']} {formats}")
        wrong += [f"{path}: {problem}" for problem in unsaid(vault, path, entry)]
    return wrong


def unsaid(vault: Path, note: str, entry: dict[str, object]) -> list[str]:
    """Pictures on the network and embeds of files that are not there, found by eye of a regex, without a diagnostic."""
    source = CODE.sub("", (vault / note).read_text("utf-8", "replace"))
    said = [f"{d['code']} {unicodedata.normalize('NFC', d['message'])}" for d in entry["diagnostics"]]  # type: ignore[attr-defined]
    names = {unicodedata.normalize("NFC", p.name.lower()) for p in vault.rglob("*")}
    found = []
    remote = len({m[0] for m in REMOTE.finditer(source)})
    if remote and not any(line.startswith(("image.remote", "embed.unsupported")) for line in said):
        found.append(f"{remote} pictures on the network, not said")
    for target in EMBED.findall(source):
        name = unicodedata.normalize("NFC", target.strip().replace("\\", "").rpartition("/")[2].lower())
        if name not in names and f"{name}.md" not in names and not any(name in line.lower() for line in said):
            found.append(f"embed of {name}, not said")
    return found


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.skipif(not VAULTS, reason="the shared vaults are not beside the project")
def test_some_notes_of_shared_vaults(name: str, tmp_path: Path) -> None:
    vault = SHARED / "vaults" / name
    notes = list(scan(vault).buildable())
    richest = sorted(notes, key=lambda n: (-len({*re.findall(r"[^\w\s]{1,3}", (vault / n).read_text("utf-8"))}), n))
    chosen = sorted(richest[: QUICK[name]])
    assert sound(vault, build(vault, tmp_path, chosen), chosen) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("vault", VAULTS, ids=lambda vault: vault.name)
def test_shared_vault(vault: Path, tmp_path: Path) -> None:
    notes = list(scan(vault).buildable())
    run = build(vault, tmp_path)
    assert sound(vault, run, notes) == []
    lost = {}
    for note in notes:
        stem = note.removesuffix(".md")
        missing = lost_between(run.html(stem), run.pdf(stem), run.docx(stem))
        if missing:
            lost[note] = missing
    assert lost == {}
