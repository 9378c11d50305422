"""How wide text is, and how a table's width is shared among its columns: the same for paper and for Word."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

#: East Asian widths that take a whole em; ``A`` is set in the Japanese font, so it does too.
_WIDE = frozenset("WFA")
#: A letter of a proportional face, in half-widths: digits, the widest of the small ones, are 0.555 em.
_LETTER = 1.12
#: What a line needs beyond its letters (in half-widths): kerning, and rounding.
_SLACK = 0.5
#: A word of Latin letters wider than this (in half-widths) is broken rather than given its room.
_LONGEST_WORD = 18.0
#: What a column keeps in any case (in half-widths): two characters.
_LEAST = 4.0
#: A column of running text is read with ease from this width on (in half-widths): seven characters.
_EASE = 14.0


def width(text: str) -> float:
    """The text's width in half-widths (half an em): 2 for a kanji, 1.12 for a Latin letter, 0 for a combining mark."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in _WIDE else _LETTER
        for char in text
    )


def cells(text: str) -> int:
    """The columns that text takes in a face for code: 2 for a kanji, 1 for a Latin letter, 0 for a combining mark."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text
    )


@dataclass(frozen=True, slots=True)
class Needs:
    """What each column of a table needs, in half-widths."""

    natural: tuple[float, ...]
    """So that no line of it is broken."""
    least: tuple[float, ...]
    """So that no word of it is."""

    @property
    def ease(self) -> float:
        """What all columns together need to be read with ease."""
        return sum(max(least, min(natural, _EASE)) for natural, least in zip(self.natural, self.least, strict=True))


@dataclass(frozen=True, slots=True)
class Fit:
    """How a table is set: the size of its type in points, and whether on a landscape page of its own."""

    size: float
    landscape: bool = False


def needs(columns: int, cells: Iterable[tuple[int, int, Sequence[str]]]) -> Needs:
    """The needs of columns with these cells: their first column, number of columns, and lines of text.

    A cell across several columns takes what they have.
    """
    natural, least = [_LEAST] * columns, [_LEAST] * columns
    for column, wide, lines in cells:
        if wide == 1:
            for line in lines:
                natural[column] = max(natural[column], width(line) + _SLACK)
                least[column] = max(least[column], *map(_unbroken, line.split(" ")))
    return Needs(tuple(natural), tuple(least))


def fit(table: Needs, room: float, padding: float, sizes: Sequence[float], landscape: float = 0) -> Fit:
    """The largest of the sizes in which the table can be read with ease, upright if it can be.

    Args:
        table: what its columns need.
        room: width of the text, in points.
        padding: of a cell, left and right together, in em.
        sizes: of type, in points, the largest first; the last is the least that is legible.
        landscape: width of the text on a landscape page, in points; 0 if there is none.
    """
    for across, turned in ((room, False), (landscape, True)):
        for size in sizes:
            if (table.ease / 2 + padding * len(table.natural)) * size <= across:
                return Fit(size, turned)
    return Fit(sizes[-1], landscape > 0)


def share(table: Needs, room: float) -> list[float]:
    """The room shared among the columns, all in half-widths: narrow ones stay on a line, wide ones get the rest."""
    if sum(table.natural) <= room:
        return [each * room / sum(table.natural) for each in table.natural]
    if sum(table.least) >= room:
        return [each * room / sum(table.least) for each in table.least]
    low, high = 0.0, max(table.natural)
    for _ in range(40):
        cap = (low + high) / 2
        if sum(_capped(table, cap)) > room:
            high = cap
        else:
            low = cap
    return _capped(table, low)


def _capped(table: Needs, cap: float) -> list[float]:
    return [max(least, min(natural, cap)) for natural, least in zip(table.natural, table.least, strict=True)]


def _unbroken(word: str) -> float:
    """Width of the longest piece of a word that a line cannot break: Latin letters in a row, or one kanji."""
    runs = groupby(word, key=lambda char: unicodedata.east_asian_width(char) in _WIDE)
    return max((2.0 if wide else min(_LONGEST_WORD, width("".join(run))) for wide, run in runs), default=0.0)
