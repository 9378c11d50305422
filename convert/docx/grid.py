"""The page of a Word file: size, margins and the grid of characters and lines that Japanese offices ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from convert.docx.wml import POINT, twips
from convert.settings import Settings

#: Size of body text in points: Word's own in Japanese.
BODY_SIZE: Final = 10.5

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

#: Margins above and below on A4, in millimetres; on other sizes in proportion.
_TOP, _BOTTOM, _A4_HEIGHT = 24, 27, 297
#: Less than this beside the text and printers cut it off (millimetres).
_LEAST_SIDE: Final = 10
#: Least distance between base lines, in body sizes: below it, lines of kanji touch.
_LEAST_PITCH: Final = 1.3


@dataclass(frozen=True, slots=True)
class Grid:
    """All lengths in twips: ``measure`` is the width of a full line, ``pitch`` the distance of two lines."""

    width: int
    height: int
    top: int
    bottom: int
    side: int
    measure: int
    pitch: int

    @property
    def across(self) -> int:
        """The width of a line on the page turned on its side; 0 if it is wide already."""
        return self.height - 2 * self.side if self.width < self.height else 0

    @property
    def text_height(self) -> int:
        """Height of the page's text."""
        return self.height - self.top - self.bottom


def grid(settings: Settings) -> Grid:
    """The grid for ``page.size``, ``page.chars`` and ``page.lines``.

    Where so many characters or lines do not fit on the page, there are as many as do.
    """
    width, height = (twips(side) for side in _size(settings.page_size))
    char = round(BODY_SIZE * POINT)
    chars = max(1, min(settings.page_chars, (width - 2 * twips(_LEAST_SIDE)) // char))
    side = (width - chars * char) // 2
    scale = height / twips(_A4_HEIGHT)
    top, bottom = round(twips(_TOP) * scale), round(twips(_BOTTOM) * scale)
    text = height - top - bottom
    lines = max(1, min(settings.page_lines, int(text / (char * _LEAST_PITCH))))
    return Grid(width, height, top, bottom, side, width - 2 * side, text // lines)


def _size(value: str) -> tuple[float, float]:
    """Width and height in millimetres of ``page.size``: a name, or two lengths with their units."""
    named = _SIZES.get(value.lower())
    if named:
        return named
    width, height = (float(number) * _UNITS[unit] for number, unit in _LENGTH.findall(value))
    return width, height
