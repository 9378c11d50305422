"""Makes one static TrueType face from a variable or a CFF one. No clock, no randomness: same input, same bytes."""

from __future__ import annotations

import struct
from collections.abc import Collection
from io import BytesIO
from typing import Any, Final

import uharfbuzz as hb
from fontTools.cu2qu import curve_to_quadratic
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from convert.fonts.recipes import Face

#: A quadratic curve may be this far from the cubic it replaces, in thousandths of an em:
#: at 10.5 pt, two thousandths of a millimetre. Less buys nothing, since points lie on whole units.
MAX_ERROR: Final = 0.5

#: Line metrics of every face, in em: those of Noto Sans JP. If a sign from another face had other
#: ones, its line would leave the grid.
ASCENT: Final = 1.16
DESCENT: Final = 0.288
_TYPO_ASCENT: Final = 0.88

#: 1980-01-01 in seconds since 1904, the date that every face bears.
_DATE: Final = 2_398_377_600

#: Names that are kept from the source: copyright, trademark, maker, designers, licence.
_KEPT_NAMES: Final = frozenset({0, 5, 7, 8, 9, 11, 12, 13, 14})

#: Tables of no use in a static face that is never hinted.
_DROPPED: Final = ("DSIG", "STAT", "MVAR", "VORG", "CFF ", "gasp", "prep", "fpgm", "cvt ", "hdmx", "VDMX", "LTSH")


def instance(data: bytes, axes: dict[str, float], characters: Collection[int] | None) -> bytes:
    """A static font out of a variable one, cut to ``characters`` (None: whole); all layout features kept."""
    face = hb.Face(hb.Blob(data))
    plan = hb.SubsetInput()
    plan.keep_everything()
    plan.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    for tag, value in axes.items():
        plan.pin_axis_location(face, tag, value)
    if characters is not None:
        plan.glyph_set.clear()
        plan.unicode_set.clear()
        plan.unicode_set.update(characters)
    return bytes(hb.subset(face, plan).blob.data)


class _Outline:
    """Collects the contours of one glyph as TrueType points ``(x, y, on the curve)``."""

    def __init__(self) -> None:
        self.contours: list[list[tuple[int, int, bool]]] = []
        self.points: list[tuple[int, int, bool]] = []
        self.at = (0.0, 0.0)

    def move(self, x: float, y: float, _: object) -> None:
        self.points = [(round(x), round(y), True)]
        self.at = (x, y)

    def line(self, x: float, y: float, _: object) -> None:
        self.points.append((round(x), round(y), True))
        self.at = (x, y)

    def cubic(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float, _: object) -> None:
        spline = curve_to_quadratic((self.at, (x1, y1), (x2, y2), (x, y)), MAX_ERROR, True)
        points = self.points
        for px, py in spline[1:-1]:
            points.append((round(px), round(py), False))
        points.append((round(x), round(y), True))
        self.at = (x, y)

    def close(self, _: object) -> None:
        points = self.points
        if len(points) > 1 and points[-1] == points[0]:
            points.pop()
        if len(points) > 2:
            # TrueType's outer contours turn the other way round than PostScript's.
            points[1:] = points[:0:-1]
            self.contours.append(points)
        self.points = []


def _encode(contours: list[list[tuple[int, int, bool]]]) -> bytes:
    """A glyph in the ``glyf`` table's form, padded to four bytes; nothing for a blank."""
    if not contours:
        return b""
    flags = bytearray()
    xs = bytearray()
    ys = bytearray()
    ends: list[int] = []
    count = last_x = last_y = 0
    left = bottom = 0x7FFF
    right = top = -0x8000
    repeats = 0
    previous = -1
    for contour in contours:
        for x, y, on in contour:
            flag = 1 if on else 0
            step = x - last_x
            if step == 0:
                flag |= 0x10
            elif -256 < step < 256:
                flag |= 0x12 if step > 0 else 0x02
                xs.append(abs(step))
            else:
                xs += step.to_bytes(2, "big", signed=True)
            step = y - last_y
            if step == 0:
                flag |= 0x20
            elif -256 < step < 256:
                flag |= 0x24 if step > 0 else 0x04
                ys.append(abs(step))
            else:
                ys += step.to_bytes(2, "big", signed=True)
            if flag == previous and repeats < 255:
                repeats += 1
                if repeats == 1:
                    flags.append(flag)
                else:
                    if repeats == 2:
                        flags[-2] |= 8
                    flags[-1] = repeats
            else:
                flags.append(flag)
                previous, repeats = flag, 0
            last_x, last_y = x, y
            left, right = min(left, x), max(right, x)
            bottom, top = min(bottom, y), max(top, y)
        count += len(contour)
        ends.append(count - 1)
    head = struct.pack(f">hhhhh{len(ends)}HH", len(ends), left, bottom, right, top, *ends, 0)
    body = head + flags + xs + ys
    return body + bytes(-len(body) % 4)


def from_cff(data: bytes) -> bytes:
    """The same font with quadratic outlines: WeasyPrint embeds 8 KB of it where it embeds 124 KB of CFF.

    HarfBuzz runs the charstrings and fontTools' compiled ``cu2qu`` fits the curves; 20 times as
    fast as fontTools' pens alone.
    """
    face = hb.Face(hb.Blob(data))
    font = hb.Font(face)
    draw = hb.DrawFuncs()
    outline = _Outline()
    draw.set_move_to_func(outline.move)
    draw.set_line_to_func(outline.line)
    draw.set_cubic_to_func(outline.cubic)
    draw.set_close_path_func(outline.close)

    glyphs: list[bytes] = []
    most_points = most_contours = 0
    for glyph in range(face.glyph_count):
        outline.contours = []
        font.draw_glyph(glyph, draw, None)
        most_contours = max(most_contours, len(outline.contours))
        most_points = max(most_points, sum(map(len, outline.contours)))
        glyphs.append(_encode(outline.contours))

    with TTFont(BytesIO(data), lazy=True, recalcBBoxes=False, recalcTimestamp=False) as result:
        _put(result, "glyf", b"".join(glyphs))
        offsets = [0]
        for body in glyphs:
            offsets.append(offsets[-1] + len(body))
        _put(result, "loca", struct.pack(f">{len(offsets)}I", *offsets))
        _put(result, "hmtx", _side_bearings(result, glyphs))
        maxp = struct.pack(
            ">IHHHHHHHHHHHHHH", 0x00010000, len(glyphs), most_points, most_contours, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0
        )
        _put(result, "maxp", maxp)
        result["head"].indexToLocFormat = 1
        result["head"].glyphDataFormat = 0
        result.sfntVersion = "\x00\x01\x00\x00"
        for tag in ("CFF ", "VORG"):
            if tag in result:
                del result[tag]
        return _save(result)


def _side_bearings(font: Any, glyphs: list[bytes]) -> bytes:
    """``hmtx`` whose left side bearings are the new outlines' left edges; a difference would shift the glyph."""
    old = font.reader["hmtx"]
    wide = font["hhea"].numberOfHMetrics
    out = bytearray(old)
    for glyph, body in enumerate(glyphs):
        at = 4 * glyph + 2 if glyph < wide else 4 * wide + 2 * (glyph - wide)
        out[at : at + 2] = body[2:4] or b"\0\0"
    return bytes(out)


def _put(font: Any, tag: str, data: bytes) -> None:
    table = DefaultTable(tag)
    table.data = data
    font[tag] = table


def _save(font: Any) -> bytes:
    out = BytesIO()
    font.save(out, reorderTables=None)
    return out.getvalue()


def finish(data: bytes, face: Face) -> bytes:
    """Gives the face its name, weight, size and Kumihan's line metrics, and drops what a PDF has no use for.

    Copyright, licence and makers stay in the name table, as the Open Font License asks.
    """
    with TTFont(BytesIO(data), lazy=True, recalcBBoxes=False, recalcTimestamp=False) as font:
        for tag in _DROPPED:
            if tag in font:
                del font[tag]
        head, os2, hhea, post = font["head"], font["OS/2"], font["hhea"], font["post"]
        head.unitsPerEm = round(head.unitsPerEm / face.scale)
        head.modified = head.created = _DATE
        bold, italic = face.weight >= 600, face.italic
        head.macStyle = int(bold) | int(italic) << 1

        em = head.unitsPerEm
        hhea.ascent, hhea.descent, hhea.lineGap = round(ASCENT * em), -round(DESCENT * em), 0
        os2.usWinAscent, os2.usWinDescent = hhea.ascent, -hhea.descent
        os2.sTypoAscender, os2.sTypoDescender = round(_TYPO_ASCENT * em), -(em - round(_TYPO_ASCENT * em))
        os2.sTypoLineGap = 0
        os2.usWeightClass, os2.usWidthClass = face.weight, 5
        os2.fsType = 0
        os2.fsSelection = int(italic) | int(bold) << 5 | int(not bold and not italic) << 6

        post.formatType = 3.0
        post.extraNames, post.mapping = [], {}

        if face.space is not None:
            blank = font.getBestCmap()[0x20]
            font["hmtx"][blank] = (round(face.space * em), 0)

        old = font["name"]
        new = newTable("name")
        new.names = [
            record
            for record in old.names
            if record.nameID in _KEPT_NAMES and record.platformID == 3 and record.langID == 0x409
        ]
        full, postscript = f"{face.family} {face.style}", face.file.removesuffix(".ttf")
        made_from = f"Made by Kumihan from {old.getDebugName(4)}, {old.getDebugName(5)}"
        names = {1: face.family, 2: face.style, 3: f"Kumihan;{postscript}", 4: full, 6: postscript}
        if face.source:
            names[10] = made_from
        for number, text in names.items():
            new.setName(text, number, 3, 1, 0x409)
        new.names.sort()
        font["name"] = new
        return _save(font)


def characters(data: bytes) -> set[int]:
    """The code points that the font's character map has."""
    return set(hb.Face(hb.Blob(data)).unicodes)
