"""What a build of a very large vault costs of which nothing, or one note, has changed.

To print 26,000 notes first would take an hour, so a stand-in for the workers writes small files in their place; it
asks the vault what linking would ask. All that is measured then is Kumihan itself: its index, its records, and for
the one note that changes its workers, too.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convert import build, fonts, output
from convert.build import Request
from convert.cache.ledger import Ledger
from convert.cache.trace import Trace, WatchedStems, WatchedVault
from convert.note import read_note
from convert.syntax import prepare
from convert.syntax.prepared import EmbedMark, LinkMark
from convert.worker import Job, Result, Task, Written
from tests.bench import synthetic
from tests.bench.measure import Cost, middle, run

_FOLDERS = ("cache", "state")
_LIMIT = 10**8


class _StandIn:
    """Workers that print nothing worth reading."""

    def run(self, task: Task, jobs: Sequence[Job], count: int, seconds: float) -> Iterator[Result]:
        for job in jobs:
            yield self._perform(task, job)

    def kill(self) -> None:
        pass

    def _perform(self, task: Task, job: Job) -> Result:
        trace = Trace(settings={"theme": "handout", "language": "ja", "page_size": "A4"})
        vault, stems = WatchedVault.of(task.vault, trace), WatchedStems(task.stems, trace)
        prepared = prepare(read_note(vault.file(job.note), job.note, _LIMIT))
        for mark in prepared.marks.values():
            if isinstance(mark, (LinkMark, EmbedMark)):
                found = vault.resolve(mark.path, job.note)
                if found is not None and isinstance(mark, EmbedMark):
                    vault.file(found)
                elif found is not None:
                    stems.get(found)
        staged = {format: output.stage(job.note.encode() * 30, place) for format, place in job.targets.items()}
        outputs = tuple(Written(format, one, 1, {"page_size": "A4"}) for format, one in staged.items())
        return Result(job.note, outputs, dependencies=tuple(trace.files), seconds=0.1, sources=trace)


def record(vault: Path, out: Path) -> None:
    """Make a first build of the vault by stand-ins."""
    plan = build.plan(Request((str(vault),), ("pdf",), str(out)))
    ledger = Ledger(plan)
    for _ in build.run(plan, _StandIn(), jobs=1, made=output.Made(), ledger=ledger):  # type: ignore[arg-type]
        pass
    ledger.close()


def _forget_files() -> bool:
    """Have the system forget what it holds of all disks; whether it did (Linux, as root)."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3\n", "ascii")
    except OSError:
        return False
    return True


def main(folder: Path, number: int, *, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure a made-up vault of so many notes; a line for each thing measured."""
    made = synthetic.write(folder / "vault", number)
    size = sum((made.folder / note).stat().st_size for note in made.notes)
    environment = {**os.environ, **{f"XDG_{name.upper()}_HOME": str(folder / name) for name in _FOLDERS}}
    environment["XDG_CACHE_HOME"] = str(folder / "cache")
    (folder / "cache" / "kumihan").mkdir(parents=True)
    (folder / "cache/kumihan/fonts").symlink_to(fonts.activate().folder.parent, target_is_directory=True)
    environment.pop("FONTCONFIG_FILE", None)

    def python(*arguments: str) -> Cost:
        return run([[[sys.executable, *arguments]]], environment=environment)

    def kumihan(*arguments: str) -> Cost:
        return python("-m", "convert", "build", "-q", "--vault", str(made.folder), *arguments)

    whole = ("-o", str(folder / "out"), str(made.folder))
    say(f"records of {number} notes")
    time.sleep(3)  # or the notes would be too new for their times to say anything
    results = {"first build, printing apart": python("-m", "tests.bench.large", str(made.folder), str(folder / "out"))}
    results["index"] = middle([kumihan(*whole, "--where", "no-such-property") for _ in range(rounds)])
    if _forget_files():
        results["index, disk cold"] = kumihan(*whole, "--where", "no-such-property")
    results["unchanged"] = middle([kumihan(*whole) for _ in range(rounds)])
    changed, alone = [], []
    for turn in range(rounds):
        with (made.folder / made.alone).open("a", encoding="utf-8") as file:
            file.write(f"\n書き足し {turn}\n")
        changed.append(kumihan(*whole))
        alone.append(kumihan("-o", str(folder / "alone"), "--force", str(made.folder / made.alone)))
    results |= {"one note changed": middle(changed), "that note alone": middle(alone)}
    print(f"made up, {number} notes, {size / 1e6:.0f} MB")
    for name, cost in results.items():
        print(f"  {name:28}{cost.wall:8.2f}s{cost.cpu:10.2f}s{cost.memory / 1e6:6.0f} MB")
    ratio = results["one note changed"].wall / (results["that note alone"].wall + results["unchanged"].wall)
    print(f"  one note changed is {ratio:.2f} × that note alone and no change", flush=True)
    return {"notes": number, "bytes": size, "ratio": ratio, **{name: asdict(cost) for name, cost in results.items()}}


if __name__ == "__main__":
    record(Path(sys.argv[1]), Path(sys.argv[2]))
