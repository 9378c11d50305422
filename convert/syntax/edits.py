"""Edits with source spans: how rules change a text without disturbing the rest of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace ``text[start:end]`` by ``new``; equal ``start`` and ``end`` insert."""

    start: int
    end: int
    new: str


class OverlapError(ValueError):
    """Two edits claim the same characters: a bug in a rule, never a fault of the note."""


def apply(text: str, edits: Iterable[Edit], start: int = 0, end: int | None = None) -> str:
    """``text[start:end]`` with the edits made; insertions at one place keep their order.

    Raises :class:`OverlapError` if two edits overlap.
    """
    out: list[str] = []
    at = start
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < at:
            raise OverlapError(f"{edit} begins before {at}")
        out += (text[at : edit.start], edit.new)
        at = edit.end
    out.append(text[at : len(text) if end is None else end])
    return "".join(out)


def line_starts(text: str) -> list[int]:
    """Offsets at which lines begin."""
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def map_lines(text: str, edits: Iterable[Edit], starts: Sequence[int]) -> list[int]:
    """For each line of the edited text the 1-based line of ``text`` that its beginning came from."""
    lines = [1]
    at = 0
    for edit in [*sorted(edits, key=lambda e: (e.start, e.end)), Edit(len(text), len(text), "")]:
        first = bisect_right(starts, at)
        kept = text.count("\n", at, edit.start)
        lines += range(first + 1, first + 1 + kept)
        lines += [bisect_right(starts, edit.start)] * edit.new.count("\n")
        at = edit.end
    return lines
