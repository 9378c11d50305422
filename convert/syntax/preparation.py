"""The state of one ``prepare``: the note, its scan, and what rules have found so far."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from convert.diagnostics import Code, Diagnostic, diagnose
from convert.note import Note
from convert.syntax.edits import Edit, line_starts
from convert.syntax.prepared import Heading, Mark
from convert.syntax.scanner import Scan


@dataclass(slots=True)
class Footnote:
    """A footnote's definition: its key, the id as typed, and whether any mark refers to it."""

    key: str
    id: str
    offset: int
    used: bool = False


@dataclass(slots=True)
class Preparation:
    """What rules read and add to. Offsets are those of ``note.body``.

    ``appended`` is text that goes behind the body (the definitions of inline notes).
    """

    note: Note
    scan: Scan
    notations: frozenset[str] = frozenset()
    edits: list[Edit] = field(default_factory=list)
    appended: list[str] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    headings: list[tuple[bool, Heading]] = field(default_factory=list)
    places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    footnotes: list[Footnote] = field(default_factory=list)
    footnote_ids: dict[str, Footnote] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    keys: int = 0

    def __post_init__(self) -> None:
        self.starts = line_starts(self.note.body)

    def key(self) -> str:
        """A new key. It holds a hash of the note, so no note can contain it."""
        self.keys += 1
        return f"{self.note.digest[:16]}-{self.keys}"

    def locate(self, offset: int) -> tuple[int, int]:
        """Line and column in the note's file, 1-based, in code points."""
        line = bisect_right(self.starts, offset) - 1
        return line + self.note.body_line, offset - self.starts[line] + 1

    def mark(self, make: Callable[..., Mark], offset: int, source: str, *rest: object) -> str:
        """Add a mark for ``source`` at ``offset``, ``rest`` being the fields of its kind; return its key."""
        key = self.key()
        line, column = self.locate(offset)
        self.marks[key] = make(key, line, column, source, *rest)
        return key

    def report(self, code: Code, message: str, offset: int) -> None:
        """Tell the user about a place in the note."""
        line, column = self.locate(offset)
        self.diagnostics.append(diagnose(code, message, self.note.path, line, column))

    def place(self, what: str, offset: int) -> None:
        """Remember where an address or an HTML tag stands."""
        self.places.setdefault(what, []).append(self.locate(offset))
