"""What the benchmark rests on: a made-up vault is always the same, and all processes of a command are counted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from convert.vault import scan
from tests.bench import synthetic

PROJECT = Path(__file__).resolve().parent.parent

_BUSY = "import time\nwhile time.process_time() < 0.3: pass\n"


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_number_gives_the_same_vault(tmp_path: Path) -> None:
    first, second = synthetic.write(tmp_path / "one", 40), synthetic.write(tmp_path / "two", 40)
    assert _contents(first.folder) == _contents(second.folder)
    assert first.notes == second.notes


def test_a_made_up_vault_is_a_vault(tmp_path: Path) -> None:
    made = synthetic.write(tmp_path, 200)
    assert sorted(made.notes) == list(scan(tmp_path).buildable())
    name = Path(made.shared).stem
    assert made.showing == tuple(n for n in made.notes if f"![[{name}]]" in (tmp_path / n).read_text("utf-8"))
    assert made.showing
    assert made.alone not in made.showing
    text = "".join((tmp_path / note).read_text("utf-8") for note in made.notes)
    for sign in ("[[", "![[", "[^1]", "> [!", "|---", "```", "$$", "- [ ]", "tags:"):
        assert sign in text, sign
    assert 1_500 < sum((tmp_path / note).stat().st_size for note in made.notes) / 200 < 3_500


def test_a_vault_of_one_note_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two notes"):
        synthetic.write(tmp_path, 1)


def _measured(commands: list[list[list[str]]], jobs: int = 1) -> dict[str, float]:
    """Measured by a process of its own, since all children of the one that measures are taken for the commands'."""
    text = f"import dataclasses, json; from tests.bench.measure import run; c = run({commands!r}, jobs={jobs})"
    text += "; print(json.dumps(dataclasses.asdict(c)))"
    done = subprocess.run([sys.executable, "-c", text], cwd=PROJECT, capture_output=True, check=True)
    costs: dict[str, float] = json.loads(done.stdout)
    return costs


@pytest.mark.skipif(sys.platform == "win32", reason="processes are counted by the system's own means")
def test_processor_time_of_processes_within_counts() -> None:
    within = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_BUSY!r}])"
    cost = _measured([[[sys.executable, "-c", within]]])
    assert cost["cpu"] > 0.3
    assert cost["status"] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="processes are counted by the system's own means")
def test_a_failure_of_any_task_shows() -> None:
    good, bad = [sys.executable, "-c", ""], [sys.executable, "-c", "raise SystemExit(3)"]
    assert _measured([[good], [good, bad], [good]], jobs=2)["status"] == 3
