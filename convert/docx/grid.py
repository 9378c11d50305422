"""The page of a Word file: size, margins and the grid of characters and lines that Japanese offices ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from convert.docx.profiles import profile
from convert.docx.wml import POINT, q, twips
from convert.settings import Settings

#: Width and height in millimetres; B sizes are JIS's, a little larger than ISO's.
_SIZES: Final = {
    "a3": (297, 420),
    "a4": (210, 297),
    "a5": (148, 210),
    "a6": (105, 148),
    "b4": (257, 364),
    "b5": (182, 257),
    "b6": (128, 182),
    "letter": (215.9, 279.4),
    "legal": (215.9, 355.6),
}
_UNITS: Final = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72}
_LENGTH: Final = re.compile(r"([0-9.]+)(mm|cm|in|pt)")

_A4_HEIGHT: Final = 297
#: Word's names for text that runs from top to bottom, in both editions of the standard.
_VERTICAL: Final = ("tbRl", "tbRlV", "rl", "rlV")
#: Less than this beside the text and printers cut it off (millimetres).
_LEAST_SIDE: Final = 10
#: Least distance between base lines, in body sizes: below it, lines of kanji touch.
_LEAST_PITCH: Final = 1.3
#: Least width of a character's cell, in body sizes: below it, characters overlap.
_LEAST_CELL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Grid:
    """The size of body text in points; all else in twips.

    ``measure`` is the width of a full line, ``char`` what one character takes of it, ``pitch`` the distance
    of two lines. On a ``vertical`` page lines run from its top to its bottom, one after the other to the left.
    """

    size: float
    width: int
    height: int
    top: int
    right: int
    bottom: int
    left: int
    char: int
    pitch: int
    columns: int = 1
    gutter: int = 0
    vertical: bool = False

    @property
    def measure(self) -> int:
        """The width of a full line."""
        return (self._area[not self.vertical] - (self.columns - 1) * self.gutter) // self.columns

    @property
    def across(self) -> int:
        """The width of a line on the page turned on its side; 0 if it is wide already, or vertical."""
        return self.height - self.left - self.right if self.width < self.height and not self.vertical else 0

    @property
    def text_height(self) -> int:
        """How much room the page's lines have, one after the other."""
        return self._area[self.vertical]

    @property
    def _area(self) -> tuple[int, int]:
        """Height and width of the page's text."""
        return self.height - self.top - self.bottom, self.width - self.left - self.right

    @property
    def spacing(self) -> int:
        """``w:charSpace``: what a character's cell has beyond the character, in 4096ths of a point."""
        return round((self.char / POINT - self.size) * 4096)


def grid(settings: Settings) -> Grid:
    """The grid for ``page.size`` and the profile's characters and lines, or those of ``docx.grid``.

    Margins left and right are what the line leaves; where ``docx.margins`` gives them, the characters share
    the line. Where so many characters or lines do not fit on the page, there are as many as do.
    """
    shape = profile(settings)
    size = settings.docx_size
    own = round(size * POINT)
    width, height = (twips(side) for side in _size(settings.page_size))
    chars, lines = shape.grid or (settings.page_chars, settings.page_lines)
    if settings.docx_grid:
        chars, lines = (int(number) for number in settings.docx_grid.split("x"))
    scale = height / twips(_A4_HEIGHT)
    top, bottom = round(twips(shape.top) * scale), round(twips(shape.bottom) * scale)
    if asked := settings.docx_margins or settings.page_margins:
        top, right, bottom, left = (twips(each) for each in _sides(asked))
        right, left = _within(right, left, width, own)
        top, bottom = _within(top, bottom, height, own)
        chars = max(1, min(chars, int((width - left - right) / (own * _LEAST_CELL))))
        char = (width - left - right) // chars
    else:
        chars = max(1, min(chars, (width - 2 * twips(_LEAST_SIDE)) // own))
        left = right = (width - chars * own) // 2
        char = own
    text = height - top - bottom
    lines = max(1, min(lines, int(text / (own * _LEAST_PITCH))))
    return Grid(size, width, height, top, right, bottom, left, char, text // lines)


def of_section(section: etree._Element, size: float, usual: Grid) -> Grid:
    """The grid of a section of Word's, whose body text has this size; what it does not say is as usual."""

    def length(tag: str, attribute: str, default: int, low: int, high: int) -> int:
        found = section.find(q(tag))
        try:
            value = round(float((found.get(q(attribute)) if found is not None else None) or default))
        except ValueError:
            value = default
        return min(max(value, low), high)

    own = round(size * POINT)
    width, height = length("pgSz", "w", usual.width, 1440, 31680), length("pgSz", "h", usual.height, 1440, 31680)
    margins = [length("pgMar", side, getattr(usual, side), 0, 20_000) for side in ("top", "right", "bottom", "left")]
    right, left = _within(margins[1], margins[3], width, own)
    top, bottom = _within(margins[0], margins[2], height, own)
    pitch = length("docGrid", "linePitch", round(own * 1.75), own, 5 * own)
    lines = section.find(q("docGrid"))
    spaced = lines is not None and lines.get(q("type")) in ("linesAndChars", "snapToChars")
    spacing = length("docGrid", "charSpace", 0, -4096 * 3, 4096 * 20) if spaced else 0
    columns, gutter = length("cols", "num", 1, 1, 6), length("cols", "space", 425, 0, 2000)
    direction = section.find(q("textDirection"))
    vertical = direction is not None and direction.get(q("val")) in _VERTICAL
    char = own + round(spacing / 4096 * POINT)
    return Grid(size, width, height, top, right, bottom, left, char, pitch, columns, gutter, vertical)


def _within(first: int, second: int, whole: int, least: int) -> tuple[int, int]:
    """Two margins as they are, or both smaller if hardly anything would be left between them."""
    room = max(0, whole - 10 * least)
    if first + second <= room:
        return first, second
    smaller = first * room // (first + second)
    return smaller, room - smaller


def _size(value: str) -> tuple[float, float]:
    """Width and height in millimetres of ``page.size``: a name, or two lengths with their units."""
    named = _SIZES.get(value.lower())
    if named:
        return named
    width, height = (float(number) * _UNITS[unit] for number, unit in _LENGTH.findall(value))
    return width, height


def _sides(value: str) -> tuple[float, float, float, float]:
    """Top, right, bottom and left in millimetres of one, two or four lengths, in the order of CSS."""
    lengths = [float(number) * _UNITS[unit] for number, unit in _LENGTH.findall(value)]
    top, right, bottom, left = lengths if len(lengths) == 4 else (lengths * 2)[:2] * 2
    return top, right, bottom, left
