"""The glyphs of a line as Pango has placed them, read from its memory in a few pieces: what is left of a line to draw.

Pango's own objects for it, which take some kilobytes, are let go.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from struct import Struct
from typing import Any, NamedTuple

from convert.pdf.shortcuts.places import MOST_FONTS

#: a glyph: its number, how wide it is set, how far from its place it stands, and what it is, which is left out
GLYPH = Struct("=Iiii4x")
#: how many numbers that are, and which is the width
_NUMBERS, _WIDTH = 5, 1
#: of Pango's item: where it begins and how long it is, in bytes; its characters; two pointers; its font; its level
_ITEM = Struct("@3i3PB")


class Face(NamedTuple):
    """A font of Pango's, kept alive: so that its address is its own. ``size`` in pixels."""

    pointer: Any
    key: int
    size: float


class Part(NamedTuple):
    """An item of Pango's in a run: where it begins in the text, how long it is, in bytes; its glyphs and clusters."""

    start: int
    length: int
    number: int
    clusters: bytes


class Run(NamedTuple):
    """Glyphs in a row in one font; ``level`` is odd if they run from right to left, and then there is one part."""

    face: Face
    level: int
    glyphs: bytes
    parts: tuple[Part, ...]


_faces: dict[int, Face] = {}


def read(line: Any) -> tuple[Run, ...]:
    """The glyphs of a line of Pango's; places in the text are counted from the line's start."""
    from weasyprint.text.ffi import ffi  # noqa: PLC0415

    runs: list[tuple[int, int, list[bytes], list[Part]]] = []
    buffer, unpack, size = ffi.buffer, _ITEM.unpack, _ITEM.size
    begin = line.start_index
    run = line.runs
    at = -1
    level = 1
    while run != ffi.NULL:
        data = run.data
        run = run.next
        start, length, _, _, _, address, item_level = unpack(buffer(data.item, size))
        string = data.glyphs
        count = string.num_glyphs
        glyphs = buffer(string.glyphs, count * GLYPH.size)[:]
        part = Part(start - begin, length, count, buffer(string.log_clusters, count * 4)[:])
        if address == at and not (level | item_level) & 1:
            runs[-1][2].append(glyphs)
            runs[-1][3].append(part)
        else:
            if address not in _faces:
                _remember(data.item.analysis.font, address)
            runs.append((address, item_level & 1, [glyphs], [part]))
            at, level = address, item_level
    return tuple(Run(_faces[at], level, b"".join(glyphs), tuple(parts)) for at, level, glyphs, parts in runs)


def _remember(font: Any, address: int) -> None:
    from weasyprint.text.ffi import ffi, gobject  # noqa: PLC0415
    from weasyprint.text.fonts import get_pango_font_key  # noqa: PLC0415

    if len(_faces) >= MOST_FONTS:
        _faces.clear()
    gobject.g_object_ref(font)
    key, _, size = get_pango_font_key(font)
    _faces[address] = Face(ffi.gc(font, gobject.g_object_unref), key, size)


def widened(runs: tuple[Run, ...], grown: Mapping[int, float]) -> tuple[Run, ...]:
    """Runs with gaps: ``grown`` tells how far the text has grown by a byte of it, in pixels.

    The last glyph of a cluster grows by what comes behind it; what runs from right to left only as a whole.
    """
    from weasyprint.text.ffi import TO_UNITS  # noqa: PLC0415

    result = []
    for run in runs:
        glyphs = array("i", run.glyphs)
        first = _WIDTH
        for start, length, count, clusters in run.parts:
            end = start + length
            if run.level:
                whole = grown.get(end, 0.0) - grown.get(start, 0.0)
                glyphs[first + _NUMBERS * (count - 1)] += int(whole * TO_UNITS)
                continue
            before = grown.get(start, 0.0)
            ends = array("i", clusters)
            ends.append(length)
            last = 0
            for number in range(count):
                after = ends[number + 1]
                if after == last:
                    continue
                last = after
                if (now := grown.get(start + after, before)) != before:
                    glyphs[first + _NUMBERS * number] += int((now - before) * TO_UNITS)
                    before = now
            first += _NUMBERS * count
        result.append(run._replace(glyphs=glyphs.tobytes()))
    return tuple(result)
