"""Emphasis, strong, strikethrough and highlight: CommonMark's algorithm, with flanking that suits Japanese.

CommonMark asks what stands on either side of ``**``; its rules presume blanks between words and refuse
``は**「強調」**と``. Where they and the CJK-friendly rules (tats-u, markdown-cjk-friendly) disagree,
the pairs are written as HTML tags, which every reader takes alike; elsewhere nothing is touched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from convert.syntax.edits import Edit

MARKS = {("*", 1): "em", ("_", 1): "em", ("*", 2): "strong", ("_", 2): "strong", ("~", 2): "del", ("=", 2): "mark"}


class Delimiter(NamedTuple):
    """A run of ``length`` times ``char``."""

    at: int
    length: int
    char: str


class Pair(NamedTuple):
    """``width`` characters at ``opening`` and at ``closing`` belong together."""

    opening: int
    closing: int
    width: int
    char: str


class _Side(NamedTuple):
    """What stands beside a run: white space, punctuation (``cjk`` or not), or anything else."""

    space: bool
    punctuation: bool
    cjk: bool


#: Squared ideographs (🈷) that are shown as text unless a selector asks for an emoji (Unicode's emoji-data).
_SQUARED = re.compile(
    "[\U0001f200\U0001f202\U0001f210-\U0001f219\U0001f21b-\U0001f22e\U0001f230\U0001f231\U0001f237\U0001f23b-\U0001f248]"
)

_EDGE = _Side(True, False, False)


class Neighbours:
    """The characters beside a run, as they will be when all edits are made."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._begins: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self._angles: set[int] = set()

    def removed(self, start: int, end: int) -> None:
        """``text[start:end]`` goes."""
        self._begins[start] = end
        self._ends[end] = start

    def bracketed(self, start: int, end: int) -> None:
        """``text[start:end]`` gets angle brackets."""
        self._angles |= {start, end}

    def before(self, at: int, *, friendly: bool) -> _Side:
        """What stands before ``at``."""
        while at in self._ends:
            at = self._ends[at]
        if at in self._angles:
            return _classify(">")
        if at <= 0:
            return _EDGE
        char = self.text[at - 1]
        if not friendly:
            return _classify(char)
        if _is_selector(char) and at >= 2:
            base = self.text[at - 2]
            if char == "\ufe01" and base in "‘’“”":
                return _Side(False, True, True)
            return _classify(base)._replace(cjk=_classify(base).cjk or "\U000e0100" <= char <= "\U000e01ef")
        return _classify(char)

    def after(self, at: int, *, friendly: bool) -> _Side:
        """What stands from ``at`` on."""
        while at in self._begins:
            at = self._begins[at]
        if at in self._angles:
            return _classify("<")
        if at >= len(self.text):
            return _EDGE
        char = self.text[at]
        if friendly and char in "‘’“”" and self.text[at + 1 : at + 2] == "\ufe01":
            return _Side(False, True, True)
        return _classify(char)


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0e" or "\U000e0100" <= char <= "\U000e01ef"


@cache
def _classify(char: str) -> _Side:
    category = unicodedata.category(char)
    space = char in "\t\n\f\r" or category == "Zs"
    punctuation = category[0] in "PS"
    wide = unicodedata.east_asian_width(char) in "WFH"
    emoji = wide and category == "So" and (char < "\u2e80" or char >= "\U0001f000") and not _SQUARED.match(char)
    hangul = "\u1100" <= char <= "\u11ff" or "\ua960" <= char <= "\ua97f" or "\ud7b0" <= char <= "\ud7ff"
    cjk = (wide and not emoji and not space) or hangul
    return _Side(space, punctuation, cjk)


def _flanking(run: Delimiter, neighbours: Neighbours, *, friendly: bool) -> tuple[bool, bool]:
    """Whether a run can open and can close."""
    before = neighbours.before(run.at, friendly=friendly)
    after = neighbours.after(run.at + run.length, friendly=friendly)
    strange_before = before.punctuation and not (friendly and before.cjk)
    strange_after = after.punctuation and not (friendly and after.cjk)
    left = not after.space and (not strange_after or before.space or strange_before or (friendly and before.cjk))
    right = not before.space and (not strange_before or after.space or strange_after or (friendly and after.cjk))
    if run.char == "_":
        return left and (not right or before.punctuation), right and (not left or after.punctuation)
    return left, right


def _pair(runs: Sequence[Delimiter], flags: Sequence[tuple[bool, bool]]) -> list[Pair]:
    """CommonMark's ``process emphasis``: the pairs that the runs make up, in linear time."""
    left = [run.length for run in runs]
    used = [0] * len(runs)
    previous = list(range(-1, len(runs) - 1))
    floor: dict[tuple[str, bool, int], int] = {}
    pairs: list[Pair] = []
    for closer, run in enumerate(runs):
        can_open, can_close = flags[closer]
        while can_close and left[closer]:
            kind = (run.char, can_open, run.length % 3)
            bottom = floor.get(kind, -1)
            opener = previous[closer]
            while opener > bottom:
                if runs[opener].char == run.char and flags[opener][0] and left[opener]:
                    odd = (can_open or flags[opener][1]) and (runs[opener].length + run.length) % 3 == 0
                    thirds = runs[opener].length % 3 == 0 and run.length % 3 == 0
                    if run.char in "~=" or not odd or thirds:
                        break
                opener = previous[opener]
            if opener <= bottom:
                floor[kind] = previous[closer]
                break
            width = 2 if left[opener] >= 2 and left[closer] >= 2 else 1
            left[opener] -= width
            pairs.append(Pair(runs[opener].at + used[opener] + left[opener], run.at + used[closer], width, run.char))
            left[closer] -= width
            used[closer] += width
            previous[closer] = opener if left[opener] else previous[opener]
    return pairs


def resolve(runs: Sequence[Delimiter], neighbours: Neighbours) -> list[Edit]:
    """The edits that make other readers see the pairs we see: none, where they do anyway."""
    friendly = [_flanking(run, neighbours, friendly=True) for run in runs]
    strict = [
        flags if run.char in "~=" else _flanking(run, neighbours, friendly=False)
        for run, flags in zip(runs, friendly, strict=True)
    ]
    highlighted = any(run.char == "=" for run in runs)
    if friendly == strict and not highlighted:
        return []
    pairs = _pair(runs, friendly)
    plain = [(run, flags) for run, flags in zip(runs, strict, strict=True) if run.char != "="]
    ours = {pair for pair in pairs if pair.char != "="}
    theirs = set(_pair([run for run, _ in plain], [flags for _, flags in plain]))
    rewrite = ours != theirs
    written = pairs if rewrite else [pair for pair in pairs if pair.char == "="]
    edits = []
    for pair in written:
        tag = MARKS[pair.char, pair.width]
        edits.append(Edit(pair.opening, pair.opening + pair.width, f"<{tag}>"))
        edits.append(Edit(pair.closing, pair.closing + pair.width, f"</{tag}>"))
    if rewrite:
        taken = {
            at for pair in pairs for start in (pair.opening, pair.closing) for at in range(start, start + pair.width)
        }
        edits += [
            Edit(at, at, "\\")
            for run in runs
            if run.char != "="
            for at in range(run.at, run.at + run.length)
            if at not in taken
        ]
    return edits
