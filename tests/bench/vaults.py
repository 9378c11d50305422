"""Whole vaults: by Kumihan cold, with nothing changed and with one note changed, and by the peers' loops."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convert import fonts
from tests.bench import engines, peers, synthetic
from tests.bench.measure import Cost, middle, run
from tests.bench.peers import Peer

SHARED = Path(__file__).resolve().parents[3] / "shared" / "vaults"

#: Pictures on the web become links: nobody is to wait for the network.
_WEB_PICTURE = re.compile(rb"!(\[[^\]\n]*\]\(https?:)|!(\[[^\]\n]*\]\[)|<img\s[^>]*>")

_ADDED = "\n今日、一行を書き足した。\n"


class Kumihan:
    """Builds of one vault, with caches of their own; the fonts are those that this machine has made already."""

    def __init__(self, vault: Path, folder: Path, jobs: int) -> None:
        self._vault, self._folder, self._jobs = vault, folder, jobs
        self.output = folder / "out"
        self._cache = folder / "cache" / "kumihan"
        self._cache.mkdir(parents=True)
        (self._cache / "fonts").symlink_to(fonts.activate().folder.parent, target_is_directory=True)
        self._environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
        }
        self._environment.pop("FONTCONFIG_FILE", None)
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what Python has compiled it keeps, as a user's does

    def forget(self) -> None:
        """As on the first day, but for the fonts."""
        for path in (self.output, self._folder / "state", *self._cache.iterdir()):
            if not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)

    def build(self) -> Cost:
        """Build the vault."""
        return self._run("-o", str(self.output), str(self._vault))

    def alone(self, note: str) -> Cost:
        """Build one note, whatever was built before."""
        return self._run("-o", str(self._folder / "alone"), "--force", str(self._vault / note))

    def _run(self, *arguments: str) -> Cost:
        command = [sys.executable, "-m", "convert", "build", "-q", "-j", str(self._jobs), "--vault", str(self._vault)]
        return run([[[*command, *arguments]]], environment=self._environment)


def copy(vault: Path, folder: Path) -> tuple[str, ...]:
    """A copy of a real vault that can be changed, without pictures on the web; returns its notes."""
    notes = []
    for file in sorted(path for path in vault.rglob("*") if path.is_file()):
        place = file.relative_to(vault)
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        data = file.read_bytes()
        if file.suffix == ".md":
            data = _WEB_PICTURE.sub(rb"\1\2", data)
            if not any(part.startswith(".") for part in place.parts):
                notes.append(place.as_posix())
        (folder / place).write_bytes(data)
    return tuple(notes)


def measure(
    vault: Path,
    notes: Sequence[str],
    folder: Path,
    *,
    jobs: int,
    rounds: int,
    loops: Sequence[Peer],
    changed: Sequence[str],
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Measure one vault in turns, so that what else the machine does hits all alike; the medians.

    ``changed`` are the notes to write a line into, one after the other; each build after that is measured.
    """
    kumihan = Kumihan(vault, folder / "kumihan", jobs)
    kumihan.alone(notes[0])  # Fontconfig's own cache
    cold, loop_costs = [], {peer.name: [] for peer in loops}
    for turn in range(rounds):
        kumihan.forget()
        cold.append(kumihan.build())
        for peer in loops:
            say(f"{peer.name}, {turn + 1} of {rounds}")
            place = folder / f"{peer.name.split()[-1]}-{turn}"
            place.mkdir()
            tasks = [peer.task(vault / note, place / f"{number}.pdf") for number, note in enumerate(notes)]
            loop_costs[peer.name].append(run(tasks, jobs=jobs))
            shutil.rmtree(place)
    unchanged = [kumihan.build() for _ in range(rounds)]
    results = {"cold": middle(cold), "unchanged": middle(unchanged)}
    for number, note in enumerate(changed):
        with (vault / note).open("a", encoding="utf-8") as file:
            file.write(_ADDED)
        results[f"changed {number + 1}"] = kumihan.build()
        results[f"alone {number + 1}"] = kumihan.alone(note)
    say("the engines alone, warm")
    alone = engines.vault_alone(vault, notes)
    pages = sum(1 for _ in kumihan.output.rglob("*.pdf"))
    size = sum((vault / note).stat().st_size for note in notes)
    return {
        "notes": len(notes),
        "bytes": size,
        "outputs": pages,
        "jobs": jobs,
        "rounds": rounds,
        "kumihan": {name: asdict(cost) for name, cost in results.items()},
        "peers": {name: asdict(middle(costs)) for name, costs in loop_costs.items()},
        "engines alone": alone,
    }


def table(name: str, result: dict[str, Any]) -> str:
    """The result for a person: seconds, and how many times as long as Kumihan cold."""
    ours = result["kumihan"]["cold"]
    lines = [
        f"{name}: {result['notes']} notes, {result['bytes'] / 1e3:.0f} kB, {result['jobs']} processes",
        f"  {'':24}{'clock':>9}{'ratio':>8}{'processor':>11}{'ratio':>8}{'memory':>9}",
    ]
    rows = {**{f"Kumihan, {what}": cost for what, cost in result["kumihan"].items()}, **result["peers"]}
    for what, cost in rows.items():
        failed = " (some failed)" if cost["status"] else ""
        lines.append(
            f"  {what:24}{cost['wall']:8.2f}s{cost['wall'] / ours['wall']:8.2f}"
            f"{cost['cpu']:10.2f}s{cost['cpu'] / ours['cpu']:8.2f}{cost['memory'] / 1e6:6.0f} MB{failed}"
        )
    lines.append(
        f"  {'the engines alone, warm':42}{result['engines alone']:10.2f}s{result['engines alone'] / ours['cpu']:8.2f}"
    )
    return "\n".join(lines)


def main(
    folder: Path, *, sizes: Sequence[int], real: Sequence[str], jobs: int, rounds: int, with_peers: bool
) -> dict[str, Any]:
    """Measure made-up vaults of these sizes and real ones by name; a line for each thing measured."""
    fonts.activate()
    tools = folder / "tools"
    tools.mkdir()
    loops = peers.installed(tools) if with_peers else ()
    results: dict[str, Any] = {}

    def say(text: str) -> None:
        print(f"  … {text}", file=sys.stderr, flush=True)

    for size in sizes:
        place = folder / f"made-{size}"
        made = synthetic.write(place / "vault", size)
        results[f"made up, {size}"] = measure(
            made.folder, made.notes, place, jobs=jobs, rounds=rounds, loops=loops,
            changed=(made.alone, made.shared), say=say,
        )  # fmt: skip
        print(table(f"made up, {size}", results[f"made up, {size}"]), flush=True)
    for name in real:
        place = folder / name
        notes = copy(SHARED / name, place / "vault")
        results[name] = measure(
            place / "vault", notes, place, jobs=jobs, rounds=rounds, loops=loops, changed=notes[-1:], say=say
        )
        print(table(name, results[name]), flush=True)
    return results
