"""The shapes that a Word file can have: a manuscript for editors and printers, or a handout for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from convert.settings import Settings


@dataclass(frozen=True, slots=True)
class Profile:
    """What one shape has that the other has not.

    ``boxes``: callouts stand in tables of one cell, else in named paragraphs, which DTP programs map.
    ``tracked``: Word records what the reader changes. ``heads``: title and section run above the pages.
    ``contents``: a table of contents may stand before the text.
    ``grid`` is characters by lines where ``docx.grid`` is not set (None: as ``page.chars`` and ``page.lines``
    say); ``top`` and ``bottom`` are margins of A4 in millimetres.
    """

    boxes: bool
    tracked: bool
    heads: bool
    contents: bool
    grid: tuple[int, int] | None
    top: float
    bottom: float


_PROFILES: Final[Mapping[str, Profile]] = {
    # forty characters by thirty lines: what a manuscript is counted in, with room for red ink between the lines
    "manuscript": Profile(boxes=False, tracked=True, heads=False, contents=False, grid=(40, 30), top=30.0, bottom=30.0),
    "handout": Profile(boxes=True, tracked=False, heads=True, contents=True, grid=None, top=24.0, bottom=27.0),
}


def profile(settings: Settings) -> Profile:
    """The shape that ``docx.profile`` asks for."""
    return _PROFILES[settings.docx_profile]
