"""The page's measures: paper, type area and margins, from the settings and the theme, as CSS of our own numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from convert.settings import Settings
from convert.theme import Theme

_MM = 72 / 25.4  # points in a millimetre
_UNITS = {"mm": _MM, "cm": 10 * _MM, "in": 72.0, "pt": 1.0, "px": 0.75}

#: width and height in millimetres; B sizes are Japan's (JIS P 0138), not ISO's
PAPER = {
    "a3": (297.0, 420.0),
    "a4": (210.0, 297.0),
    "a5": (148.0, 210.0),
    "a6": (105.0, 148.0),
    "b4": (257.0, 364.0),
    "b5": (182.0, 257.0),
    "b6": (128.0, 182.0),
    "letter": (215.9, 279.4),
    "legal": (215.9, 355.6),
}
_LENGTHS = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(mm|cm|in|pt|px)[ ,x×]+(\d{1,5}(?:\.\d{1,3})?)(mm|cm|in|pt|px)\Z", re.I)
_ONE_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)(mm|cm|in|pt)", re.I)

#: paper smaller or larger than this is a slip of the pen (points)
_LEAST, _MOST = 40 * _MM, 2000 * _MM


@dataclass(frozen=True, slots=True)
class Geometry:
    """A page in points: paper, the four margins, and the type area in characters and lines.

    ``chars`` are in a line of one of the ``columns``, which stand ``gap`` apart. On ``facing`` pages ``left`` and
    ``right`` are those of a right-hand page; a left-hand page is its mirror image. ``table`` is the size of a table's
    type; ``heads`` is how many running heads share the width.
    """

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    chars: int
    lines: int
    font_size: float
    line: float
    columns: int = 1
    gap: float = 0.0
    facing: bool = False
    table: float = 9.0
    heads: int = 2

    @property
    def width_of_text(self) -> float:
        """The width of all columns and what is between them."""
        return self.columns * self.measure + (self.columns - 1) * self.gap

    @property
    def measure(self) -> float:
        """The width of a line of text, in points: a whole number of characters (JLReq 2.4.2)."""
        return self.chars * self.font_size

    @property
    def notes(self) -> float:
        """The height that footnotes may take of a page, in points: without a bound they would leave it at the top."""
        return max(self.lines - 6, self.lines * 0.6) * self.line

    @property
    def turned(self) -> Geometry | None:
        """The page on its side, in one column, with much the same margins; None if it is wide already, or too small."""
        if self.width >= self.height:
            return None
        chars = int((self.height - self.left - self.right) / self.font_size + 1e-6)
        lines = int((self.width - self.top - self.bottom) / self.line + 1e-6)
        if lines < 5:
            return None
        bottom = self.width - self.top - lines * self.line
        side = (self.height - chars * self.font_size) / 2
        return replace(
            self, width=self.height, height=self.width, left=side, right=side, bottom=bottom, chars=chars, lines=lines,
            columns=1, facing=False,
        )  # fmt: skip

    @property
    def css(self) -> str:
        """The ``@page`` rule and the root's type; numbers only, so nothing of a note's can get in."""
        turned = self.turned
        wide = (
            # notes keep the measure of the text: their lines would be too long to read, and are counted there
            f"{turned._page('landscape')}.landscape {{ page: landscape }} "
            f".landscape .fn {{ width: {self.width_of_text:.3f}pt; box-sizing: border-box }}\n"
            if turned
            else ""
        )
        columns = f".columns {{ columns: {self.columns}; column-gap: {self.gap:.3f}pt }}\n" if self.columns > 1 else ""
        return (
            f"{self._page('')}{wide}{columns}"
            f"html {{ font-size: {self.font_size:g}pt; line-height: {self.line:g}pt }}\n"
            f"table {{ font-size: {self.table:g}pt }}\n"
        )

    def _page(self, name: str) -> str:
        mirrored = (
            f"@page :left {{ margin-left: {self.right:.3f}pt; margin-right: {self.left:.3f}pt }}\n"
            if self.facing
            else ""
        )
        return (
            f"@page {name} {{ size: {self.width:.3f}pt {self.height:.3f}pt; "
            f"margin: {self.top:.3f}pt {self.right:.3f}pt {self.bottom:.3f}pt {self.left:.3f}pt; "
            f"@footnote {{ max-height: {self.notes:.3f}pt }} }}\n{mirrored}"
        )


def paper(text: str) -> tuple[float, float] | None:
    """Width and height in points of a named size (``A4``, ``b5``) or two lengths (``148mm 210mm``); None if neither."""
    if size := PAPER.get(text.strip().lower().removeprefix("jis-")):
        return size[0] * _MM, size[1] * _MM
    if lengths := _LENGTHS.match(text.strip()):
        width = float(lengths[1]) * _UNITS[lengths[2].lower()]
        height = float(lengths[3]) * _UNITS[lengths[4].lower()]
        if min(width, height) >= _LEAST and max(width, height) <= _MOST:
            return width, height
    return None


def margins(text: str) -> tuple[float, float, float, float] | None:
    """Top, right, bottom and left in points, from one, two or four lengths as in CSS (``20mm 25mm``); None for none."""
    lengths = [float(number) * _UNITS[unit.lower()] for number, unit in _ONE_LENGTH.findall(text)]
    if not lengths:
        return None
    top, right, bottom, left = lengths * (4 // len(lengths))
    return top, right, bottom, left


def geometry(settings: Settings, theme: Theme) -> Geometry:
    """The page that the settings ask for; fewer characters or lines where the paper has no room for them.

    An unknown paper is A4 (the settings' check has said so). Type size and feed are the theme's;
    what is left of the paper is margin, shared as the theme says. Margins that are asked for hold at least: what a
    whole number of characters and lines leaves goes to both sides, and below.
    """
    width, height = paper(settings.page_size) or paper("a4") or (0.0, 0.0)
    asked = margins(settings.page_margins)
    least = theme.least_margin * _MM
    top, right, bottom, left = asked or (1.2 * least, least, 1.2 * least, least)
    columns, gap = theme.columns, theme.column_gap * theme.font_size
    most_chars = int(((width - left - right - (columns - 1) * gap) / columns) / theme.font_size + 1e-6)
    most_lines = int((height - top - bottom) / theme.line + 1e-6)
    chars = max(5, most_chars if asked else min(settings.page_chars, most_chars))
    lines = max(5, most_lines if asked else min(settings.page_lines, most_lines))
    across = width - columns * chars * theme.font_size - (columns - 1) * gap
    blank = height - lines * theme.line
    if asked:
        left += (across - left - right) / 2
    else:
        left, top = across * theme.inner, blank * theme.top
    return Geometry(
        width, height, top, across - left, blank - top, left, chars, lines, theme.font_size, theme.line, columns,
        gap if columns > 1 else 0.0, theme.facing, theme.table_sizes[0], theme.heads,
    )  # fmt: skip
