"""A vault of 2,000 notes costs a note what one of 20 does: in memory and in time."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import pytest

from convert.pool import Pool
from convert.settings import Layers
from convert.vault import scan
from convert.worker import Job, Task
from tests.bench import synthetic

NOTES = 2_000
#: of a worker, in bytes
MOST = 400 * 2**20
GROWTH = 96 * 2**20


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.skipif(sys.platform != "linux", reason="a process's memory is told on Linux only")
def test_a_worker_stays_small_and_quick(tmp_path: Path) -> None:
    made = synthetic.write(tmp_path / "vault", NOTES)
    jobs = [Job(note, {"pdf": tmp_path / f"{at % 4}.pdf"}) for at, note in enumerate(made.notes)]
    task = Task(scan(made.folder), Layers(), ("pdf",))
    with Pool(("pdf",)) as workers:
        results = list(workers.run(task, jobs, 2, 120))
    assert not any(result.failed for result in results)

    memory = [result.memory for result in results]
    assert max(memory) < MOST
    assert median(memory[-200:]) < median(memory[100:300]) + GROWTH

    cost = [result.seconds / (made.folder / result.note).stat().st_size for result in results]
    assert median(cost[-500:]) < 1.3 * median(cost[100:600])
