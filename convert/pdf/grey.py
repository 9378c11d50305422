"""A PDF without colour, for photocopiers: every colour becomes the grey that is as bright, so that contrasts stay.

Pictures are turned before they are laid out (:func:`picture`), everything else when the file is written
(:func:`finish`), whatever style sheet, drawing or gradient it is from.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from PIL import Image


def picture(data: bytes) -> tuple[bytes, str]:
    """A raster picture in greys, and its media type: PNG, or JPEG if it was one; ``OSError`` if it is none."""
    try:
        return _picture(Image.open(io.BytesIO(data)))
    except (SyntaxError, ValueError, EOFError) as error:  # what Pillow's decoders raise on bad data
        raise OSError("the picture is damaged") from error


def _picture(image: Image.Image) -> tuple[bytes, str]:
    lossy = image.format in ("JPEG", "MPO")
    see_through = image.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in image.info
    if see_through:
        image = image.convert("RGBA")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    image = image.convert("LA" if see_through else "L")
    image.info = {}
    out = io.BytesIO()
    if lossy and not see_through:
        image.save(out, "JPEG", quality=90)
        return out.getvalue(), "image/jpeg"
    image.save(out, "PNG")
    return out.getvalue(), "image/png"


def finish(pdf: Any) -> None:
    """Take the colour out of all objects of a file, before they are written."""
    import pydyf  # noqa: PLC0415 (WeasyPrint's)

    seen: set[int] = set()
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream):
            if item.extra.get("Subtype") != "/Image":
                _turn_stream(item.stream)
            _turn_entries(item.extra, seen)
        elif isinstance(item, dict):
            _turn_entries(item, seen)


def level(channels: Iterable[float]) -> float:
    """The grey (0 black, 1 white) that is as bright as a colour in sRGB: of the same luminance (WCAG 2)."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (min(1.0, max(0.0, channel)) for channel in channels)
    )
    return _encoded(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _encoded(luminance: float) -> float:
    value = luminance * 12.92 if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055
    return round(value, 4)


def _of_lab(lightness: float) -> float:
    """The same for the lightness of CIE Lab, 0 to 100."""
    step = (lightness + 16) / 116
    return _encoded(step**3 if lightness > 8 else lightness / 903.3)


def _turn_stream(parts: list[Any]) -> None:
    """In place: the operators that choose colours choose greys; WeasyPrint writes each in a part of its own."""
    spaces = {"scn": "", "SCN": ""}  # the colour space in force, for filling and for drawing
    for at, part in enumerate(parts):
        if not isinstance(part, bytes):
            continue
        *operands, operator = part.split() or [b""]
        name = operator.decode("latin-1")
        if name in ("rg", "RG"):
            parts[at] = b"%g %s" % (level(map(float, operands)), b"G" if name == "RG" else b"g")
        elif name in ("cs", "CS"):
            space = operands[0].decode("latin-1")
            spaces["scn" if name == "cs" else "SCN"] = space
            if space != "/Pattern":
                parts[at] = b"/DeviceGray " + operator
        elif name in spaces and spaces[name].startswith("/lab-"):
            parts[at] = b"%g %s" % (_of_lab(float(operands[0])), operator)
        elif name in spaces and spaces[name] == "/DeviceCMYK":
            parts[at] = b"%g %s" % (_of_cmyk(operands), operator)


def _of_cmyk(operands: Iterable[bytes]) -> float:
    *inks, black = (float(operand) for operand in operands)
    return level((1 - ink) * (1 - black) for ink in inks)


def _turn_entries(entries: dict[str, Any], seen: set[int]) -> None:
    """In place: shadings and groups, wherever they stand in a dictionary."""
    stack: list[Any] = [entries]
    while stack:
        item = stack.pop()
        if id(item) in seen or not isinstance(item, (dict, list)):
            continue
        seen.add(id(item))
        if isinstance(item, dict):
            if "ShadingType" in item and item.get("ColorSpace") == "/DeviceRGB":
                item["ColorSpace"] = "/DeviceGray"
                _turn_function(item.get("Function"))
            if item.get("S") == "/Transparency":
                item["CS"] = "/DeviceGray"
            stack += item.values()
        else:
            stack += item


def _turn_function(function: Any) -> None:
    stack = [function]
    while stack:
        one = stack.pop()
        if not isinstance(one, dict):
            continue
        for end in ("C0", "C1"):
            if len(one.get(end) or ()) == 3:
                one[end][:] = [level(one[end])]
        stack += one.get("Functions") or ()
