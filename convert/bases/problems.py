"""What can be wrong with a base, or beyond what is printed of one."""

from __future__ import annotations

from typing import Literal


class Problem(Exception):
    """Something in a base that has no value.

    ``kind`` is ``invalid`` (a mistake of the writer) or ``unsupported`` (Obsidian or a plugin may know it);
    ``source`` is the piece of the base that it is about, ``place`` where that is, if it is known better.
    """

    def __init__(self, message: str, kind: Literal["invalid", "unsupported"] = "invalid") -> None:
        """Keep what is wrong; where it is wrong is added on the way out."""
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.source = ""
        self.place = (0, 0)

    def about(self, source: str) -> Problem:
        """The problem, with the innermost expression that has it."""
        self.source = self.source or source
        return self


class OutOfSteps(Problem):
    """The base asks for more than is computed for one; unlike other problems it ends the whole view."""
