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


#: an item of Pango's: where it begins in the text and how long it is, in bytes, and how many glyphs it has
Item = tuple[int, int, int]
#: glyphs in a row in one font, of items that follow on each other in the text too; whether they run from right to left,
#: and then of one item; the glyphs, and the bytes of their items that they begin at, as in Pango's memory; the items
Run = tuple[Face, bool, bytes, bytes, list[Item]]

_faces: dict[int, Face] = {}


def read(line: Any) -> tuple[Run, ...]:
    """The glyphs of a line of Pango's; places in the text are counted from the line's start."""
    from weasyprint.text.ffi import ffi  # noqa: PLC0415

    runs: list[tuple[Face, bool, list[Any], list[Any], list[Item]]] = []
    buffer, unpack, size, null = ffi.buffer, _ITEM.unpack, _ITEM.size, ffi.NULL
    begin = line.start_index
    run = line.runs
    at = until = 0
    while run != null:
        data = run.data
        start, length, _, _, _, address, level = unpack(buffer(data.item, size))
        if address != at or start != until or level & 1:
            if address not in _faces:
                _remember(data.item.analysis.font, address)
            glyphs: list[Any] = []
            clusters: list[Any] = []
            items: list[Item] = []
            runs.append((_faces[address], bool(level & 1), glyphs, clusters, items))
            at = 0 if level & 1 else address
        string = data.glyphs
        count = string.num_glyphs
        glyphs.append(buffer(string.glyphs, count * GLYPH.size))
        clusters.append(buffer(string.log_clusters, count * 4))
        items.append((start - begin, length, count))
        until = start + length
        run = run.next
    return tuple(
        [
            (face, backward, b"".join(glyphs), b"".join(clusters), items)
            for face, backward, glyphs, clusters, items in runs
        ]
    )


def _remember(font: Any, address: int) -> None:
    from weasyprint.text.ffi import ffi, gobject  # noqa: PLC0415
    from weasyprint.text.fonts import get_pango_font_key  # noqa: PLC0415

    if len(_faces) >= MOST_FONTS:
        _faces.clear()
    gobject.g_object_ref(font)
    key, _, size = get_pango_font_key(font)
    _faces[address] = Face(ffi.gc(font, gobject.g_object_unref), key, size)


def meaning(run: Run, number: int, text: bytes) -> str:
    """The characters of a text that a glyph of a run stands for."""
    _, backward, _, clusters, items = run
    first = 0
    for item in items:
        if number < first + item[2]:
            break
        first += item[2]
    start, length, count = item
    places = array("i", clusters[4 * first : 4 * (first + count)])
    at = number - first
    following = at - 1 if backward else at + 1
    end = places[following] if 0 <= following < count else length
    return text[start + places[at] : start + end].decode()


def widened(runs: tuple[Run, ...], grown: Mapping[int, float]) -> tuple[Run, ...]:
    """Runs with gaps: ``grown`` tells how far the text has grown by a byte of it, in pixels.

    The last glyph of a cluster grows by what comes behind it; what runs from right to left only as a whole.
    """
    from weasyprint.text.ffi import TO_UNITS  # noqa: PLC0415

    result = []
    for face, backward, glyphs, clusters, items in runs:
        numbers = array("i", glyphs)
        widths = numbers[_WIDTH::_NUMBERS]
        begin, length, _ = items[0]
        if backward:
            widths[-1] += int((grown.get(begin + length, 0.0) - grown.get(begin, 0.0)) * TO_UNITS)
        else:
            places = array("i", clusters)
            ends: list[int] = []  # where the next glyph begins, which may be where this one does
            first = 0
            for start, length, count in items:
                if count > 1:
                    ends += [start + place for place in places[first + 1 : first + count]]
                ends.append(start + length)
                first += count
            before = grown.get(begin, 0.0)
            if grown.keys() >= {*ends}:
                now = [grown[end] for end in ends]
                moves = zip(widths, [before, *now], now, strict=False)
                widths = array("i", [width + int((after - then) * TO_UNITS) for width, then, after in moves])
            else:
                for number, end in enumerate(ends):
                    if (after := grown.get(end, before)) != before:
                        widths[number] += int((after - before) * TO_UNITS)
                        before = after
        numbers[_WIDTH::_NUMBERS] = widths
        result.append((face, backward, numbers.tobytes(), clusters, items))
    return tuple(result)
