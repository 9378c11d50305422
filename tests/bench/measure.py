"""What a command costs: time on the clock, processor time and memory of all its processes."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock; processor seconds, the system's included; bytes of the largest process; exit status."""

    wall: float
    cpu: float
    memory: int
    status: int


def adopt() -> None:
    """Inherit processes that lose their parents, so that their time counts too (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(
    commands: Sequence[Sequence[Sequence[str]]], *, jobs: int = 1, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run tasks, ``jobs`` at a time, as a shell's loop would; a task is commands one after the other.

    The processes are this one's alone: nothing else may be started meanwhile.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    waiting = [list(task) for task in reversed(commands)]
    running: dict[int, list[Sequence[str]]] = {}
    memory = status = 0

    def start(task: list[Sequence[str]]) -> None:
        process = subprocess.Popen(
            task[0], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )
        process.returncode = 0  # it is waited for here
        running[process.pid] = task[1:]

    while waiting or running:
        while waiting and len(running) < jobs:
            start(waiting.pop())
        pid, ending, used = os.wait4(-1, 0)
        memory = max(memory, used.ru_maxrss * 1024)
        if pid in running:
            rest = running.pop(pid)
            status = status or os.waitstatus_to_exitcode(ending)
            if rest:
                start(rest)
    wall = time.perf_counter() - started
    while True:  # what was left behind
        try:
            os.wait4(-1, 0)
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory, status)


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians, each number by itself; the worst status."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        max(cost.memory for cost in costs),
        max((cost.status for cost in costs), key=abs),
    )
