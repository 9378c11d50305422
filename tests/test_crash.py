"""Whatever dies at whatever moment: the next build finishes, no file is torn, no output is stale."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_cli import _SCRIPT

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

#: The command line, with workers that print a note's text, some hundred times, and take a moment for it.
_KUMIHAN = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background inherits that it is ignored
from convert import cli, platform_libs, pool
platform_libs.missing = lambda platform: ()
slow = "time.sleep(0.02); text = str(document.blocks) * 300; return Output("
pool._START = {_SCRIPT!r}.replace("return Output(", slow)
sys.exit(cli.main())
"""
_NOTES = 25


class Vault:
    def __init__(self, folder: Path) -> None:
        self.root, self.out = folder / "vault", folder / "out"
        (self.root / ".obsidian").mkdir(parents=True)
        self.environment = {
            **os.environ,
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "PYTHONPATH": str(ROOT),
        }
        self.texts: dict[str, set[str]] = {}
        for number in range(_NOTES):
            self.write(number, "first")

    def write(self, number: int, text: str) -> None:
        note = f"n{number}"
        (self.root / f"{note}.md").write_text(text)
        self.texts.setdefault(note, set()).add(text)

    def start(self, what: str = "build") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _KUMIHAN, what, str(self.root), "-o", str(self.out), "-j", "2", "-q"]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, start_new_session=True)

    def shown(self) -> dict[str, str]:
        """What the outputs say; each must be whole."""
        found = {}
        for file in self.out.glob("*.pdf") if self.out.exists() else ():
            text = file.read_text()
            block = text[: len(text) // 300]
            assert text == block * 300, f"{file.name} is torn"
            words = [text for text in self.texts[file.stem] if f"'{text}'" in block]
            assert words
            found[file.stem] = words[0]
        return found


def workers_of(process: int) -> list[int]:
    """The mother of the workers, and those that she bore."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                status = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(status.rpartition(")")[2].split()[1])
    started = {number for number, parent in parents.items() if parent == process}
    return sorted(number for number, parent in parents.items() if started & {number, parent})


@pytest.mark.parametrize(
    ("moments", "victim"),
    [
        (5, "build"),
        pytest.param(20, "build", marks=pytest.mark.slow),
        pytest.param(20, "worker", marks=pytest.mark.slow),
    ],
)
def test_kill_at_any_moment(tmp_path: Path, moments: int, victim: str) -> None:
    if victim == "worker" and not Path("/proc/self").exists():
        pytest.skip("needs /proc")
    vault = Vault(tmp_path)
    dice = random.Random(moments)
    for moment in range(moments):
        for number in dice.sample(range(_NOTES), 8):
            vault.write(number, f"text{moment}")
        build = vault.start()
        time.sleep(dice.uniform(0.1, 1.5))
        if victim == "build":
            build.send_signal(signal.SIGKILL)
        else:
            found = workers_of(build.pid)
            for worker in dice.sample(found, min(len(found), dice.randrange(1, 3))):
                try:
                    os.kill(worker, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        build.wait(60)
        vault.shown()
    assert vault.start().wait(60) == 0
    assert vault.shown() == {file.stem: file.read_text() for file in vault.root.glob("*.md")}
    assert not [file for file in vault.out.iterdir() if file.suffix != ".pdf"]
    fresh = {file.name: file.stat().st_mtime_ns for file in vault.out.iterdir()}
    assert vault.start().wait(60) == 0
    assert {file.name: file.stat().st_mtime_ns for file in vault.out.iterdir()} == fresh
