"""A vault in a temporary folder and ``kumihan`` run over it.

    run = Project(tmp_path).note("甲.md", "本文").build(to="pdf,docx,html")
    assert run.status == 0
    run.pdf("甲").text()

State and outputs stay in the temporary folder; made fonts are those of the machine's cache.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.cli import main
from tests.support.docx import Docx
from tests.support.html import Html
from tests.support.pdf import Pdf

CHECKOUT = Path(__file__).parents[2]
SAMPLE = CHECKOUT / "docs" / "sample"
SHARED = CHECKOUT.parent / "shared"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run left: exit status, what it said, its JSON report (empty if it wrote none), its output folder."""

    status: int
    stdout: str
    stderr: str
    report: dict[str, Any]
    output: Path

    @property
    def files(self) -> list[str]:
        """All outputs, as sorted paths with ``/``."""
        return sorted(p.relative_to(self.output).as_posix() for p in self.output.rglob("*") if p.is_file())

    @property
    def notes(self) -> dict[str, dict[str, Any]]:
        """The report's entry of each note."""
        return {entry["note"]: entry for entry in self.report.get("notes", ())}

    @property
    def diagnostics(self) -> list[dict[str, Any]]:
        """All that was found, as the report has it: about the build, then note by note."""
        return [*self.report.get("diagnostics", ()), *(d for n in self.notes.values() for d in n["diagnostics"])]

    @property
    def codes(self) -> list[str]:
        return sorted({d["code"] for d in self.diagnostics})

    def pdf(self, stem: str) -> Pdf:
        return Pdf(self.output / f"{stem}.pdf")

    def docx(self, stem: str) -> Docx:
        return Docx(self.output / f"{stem}.docx")

    def html(self, stem: str) -> Html:
        return Html(self.output / f"{stem}.html")

    def file(self, name: str) -> Path:
        return self.output / name


class Project:
    """A vault that a test fills, and the commands run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = folder / "vault"
        self.output = folder / "out"
        (self.vault / ".obsidian").mkdir(parents=True, exist_ok=True)

    @classmethod
    def copy_of(cls, vault: Path, folder: Path) -> Project:
        """A project whose vault is a copy of ``vault``."""
        shutil.copytree(vault, folder / "vault")
        for place in [folder / "vault", *(folder / "vault").rglob("*")]:
            place.chmod(0o755 if place.is_dir() else 0o644)
        return cls(folder)

    def note(self, path: str, text: str) -> Project:
        """Add a note (or any other text file)."""
        return self.file(path, text.encode())

    def file(self, path: str, data: bytes) -> Project:
        place = self.vault / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return self

    def settings(self, **values: object) -> Project:
        """Write ``.obsidian/app.json``."""
        return self.file(".obsidian/app.json", json.dumps(values).encode())

    def build(self, *arguments: str, to: str = "html", of: str = "") -> Run:
        """``kumihan build`` of the vault, or of one note or folder in it, into the output folder."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        wanted = ["build", str(self.vault / of), "--to", to, "-o", f"{self.output}{os.sep}", "--report", str(report)]
        return self.run(*wanted, *arguments)

    def run(self, *arguments: str) -> Run:
        """``kumihan`` in this process (its workers are processes of their own)."""
        out, err = _Stream(), _Stream()
        with self._environment(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(arguments)
        return self._ran(status, out.getvalue(), err.getvalue())

    def command(self, *arguments: str, cwd: Path | None = None, **environment: str) -> Run:
        """``python -m convert`` in a process of its own, in ``cwd`` (default: beside the vault)."""
        done = subprocess.run(
            [sys.executable, "-m", "convert", *arguments],
            cwd=cwd or self.folder,
            env={**os.environ, **self._variables(), "PYTHONPATH": str(CHECKOUT), **environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return self._ran(done.returncode, done.stdout, done.stderr)

    def _ran(self, status: int, out: str, err: str) -> Run:
        file = self.folder / "report.json"
        report = json.loads(file.read_text("utf-8")) if file.exists() else {}
        return Run(status, out, err, report, self.output)

    def _variables(self) -> dict[str, str]:
        return {"XDG_STATE_HOME": str(self.folder / "state"), "NO_COLOR": "1"}

    @contextlib.contextmanager
    def _environment(self) -> Iterator[None]:
        before = dict(os.environ)
        os.environ.update(self._variables())
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


class _Stream(io.StringIO):
    """Standard output or error, kept; ``main`` may set how it treats letters that it cannot write."""

    def reconfigure(self, **_: object) -> None: ...
