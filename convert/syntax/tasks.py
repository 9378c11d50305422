"""``- [ ]``, ``- [x]`` and any other state of one character (Obsidian help, Basic formatting syntax)."""

from __future__ import annotations

from convert.syntax.edits import Edit
from convert.syntax.preparation import Preparation
from convert.syntax.prepared import SCHEME, TaskMark


def rewrite(preparation: Preparation) -> None:
    """Every box becomes a mark: readers of Markdown know two states only."""
    for task in preparation.scan.tasks:
        source = preparation.note.body[task.start : task.end].rstrip()
        key = preparation.mark(TaskMark, task.start, source, task.state)
        preparation.edits.append(Edit(task.start, task.end, f"![]({SCHEME}{key})"))
