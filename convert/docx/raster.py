"""SVG as PNG: Word shows SVG only in its newer versions, and other programs hardly ever."""

from __future__ import annotations

from typing import Final

import resvg_py

from convert import fonts
from convert.fonts.recipes import GOTHIC, MINCHO, MONO
from convert.pictures import MAX_HEIGHT, MAX_WIDTH, PictureError

#: Dots of the output for one CSS pixel: 300 dpi in print.
_SCALE: Final = 300 / 96


def raster(svg: bytes, width_px: int, height_px: int) -> bytes:
    """The drawing, cleaned before, as PNG; its natural size is given in CSS pixels."""
    scale = min(_SCALE, MAX_WIDTH / width_px, MAX_HEIGHT / height_px)
    faces: list[str] = []
    if b"<text" in svg or b":text" in svg:
        # with fonts of the machine it would be another picture elsewhere
        made = fonts.activate()
        faces = [str(made.folder / face.file) for face in made.faces]
    try:
        return resvg_py.svg_to_bytes(
            svg_string=svg.decode(),
            width=max(1, round(width_px * scale)),
            height=max(1, round(height_px * scale)),
            skip_system_fonts=True,
            font_files=faces,
            font_family=GOTHIC,
            sans_serif_family=GOTHIC,
            serif_family=MINCHO,
            monospace_family=MONO,
        )
    except ValueError as error:
        raise PictureError("the drawing cannot be shown") from error
