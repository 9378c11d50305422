"""The glyphs of a line as Pango has placed them, read from its memory in a few pieces: what is left of a line to draw.

Pango's own objects for it, which take some kilobytes, are let go.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from struct import Struct
from typing import Any, NamedTuple

from convert.pdf.shortcuts.places import MOST_FONTS

#: a glyph: its number, how wide it is set, how far from its place it stands, and what it is, which is left out
GLYPH = Struct("=Iiii4x")
#: how many numbers that are, and which is the width
_NUMBERS, _WIDTH = 5, 1
#: where glyphs begin that stand for one byte each, and for three, in an item that is not too long to be looked at so
_ONE, _THREE = array("i", range(500)).tobytes(), array("i", range(0, 1500, 3)).tobytes()
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


def letters(run: Run, text: bytes) -> str:
    """The characters of a text that a run's glyphs stand for, one each; empty if it is not one each."""
    _, backward, glyphs, clusters, items = run
    begin, (start, length, _) = items[0][0], items[-1]
    found = text[begin : start + length].decode()
    if backward or len(found) * GLYPH.size != len(glyphs):
        return ""
    # None stands for less than a character, so that with as many of each, none stands for more.
    apart = [(_ONE if length == count else _THREE)[: 4 * count] for _, length, count in items]
    return found if b"".join(apart) == clusters else ""


def widened(runs: tuple[Run, ...], text: str, behind: Sequence[float]) -> tuple[Run, ...]:
    """Runs of a text with gaps ``behind`` its characters, in pixels.

    The last glyph of a cluster grows by what comes behind it; what runs from right to left only as a whole.
    """
    from weasyprint.text.ffi import TO_UNITS  # noqa: PLC0415

    grown = list(accumulate(behind))
    grown += grown[-1:] * (len(text) - len(grown))
    encoded = text.encode()
    at_bytes: dict[int, float] = {}
    result = []
    for run in runs:
        face, backward, glyphs, clusters, items = run
        numbers = array("i", glyphs)
        widths = numbers[_WIDTH::_NUMBERS]
        begin, length, _ = items[0]
        if found := letters(run, encoded):
            first = len(encoded[:begin].decode())
            now = grown[first : first + len(found)]
            moves = zip(widths, [grown[first - 1] if first else 0.0, *now], now, strict=False)
            widths = array("i", [width + int((after - then) * TO_UNITS) for width, then, after in moves])
        else:
            at_bytes = at_bytes or grown_at_bytes(text, behind)
            before = at_bytes.get(begin, 0.0)
            if backward:
                widths[-1] += int((at_bytes.get(begin + length, 0.0) - before) * TO_UNITS)
            else:
                places = array("i", clusters)
                first = number = 0
                for start, length, count in items:
                    for place in (*places[first + 1 : first + count], length):
                        if (after := at_bytes.get(start + place, before)) != before:
                            widths[number] += int((after - before) * TO_UNITS)
                            before = after
                        number += 1
                    first += count
        numbers[_WIDTH::_NUMBERS] = widths
        result.append((face, backward, numbers.tobytes(), clusters, items))
    return tuple(result)


def grown_at_bytes(text: str, behind: Sequence[float]) -> dict[int, float]:
    """How far a text has grown by each byte where a character ends."""
    ends = accumulate(len(character.encode()) for character in text)
    return {0: 0.0, **dict(zip(ends, accumulate(behind), strict=False))}
