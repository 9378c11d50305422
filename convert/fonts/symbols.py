"""Draws ``Kumihan Symbols``: signs that people type in notes and that no packaged Japanese face has.

Each is a full-width sign on an em of 1000 units, centred where kanji are centred, with the strokes
of a text face. Shapes are unions of polygons, wound alike, so that overlaps stay filled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from math import cos, hypot, pi, radians, sin
from typing import Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

Point = tuple[float, float]
Shape = list[list[Point]]

#: The middle of the em box, and the usual width of a stroke.
CX, CY = 500.0, 380.0
STROKE: Final = 58.0


def polygon(points: Sequence[Point], *, hole: bool = False) -> Shape:
    """One contour; clockwise, or the other way round where it is a hole."""
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True))
    return [list(points) if (area > 0) == hole else list(reversed(points))]


def line(*points: Point, width: float = STROKE) -> Shape:
    """A stroke along the points, with butt ends and mitred corners of any angle."""
    sides: tuple[list[Point], list[Point]] = ([], [])
    for at, (x, y) in enumerate(points):
        before = points[at - 1] if at else None
        after = points[at + 1] if at + 1 < len(points) else None
        normals = [_normal(a, b) for a, b in ((before, (x, y)), ((x, y), after)) if a and b]
        nx, ny = sum(n[0] for n in normals) / len(normals), sum(n[1] for n in normals) / len(normals)
        reach = width / 2 / max(nx * nx + ny * ny, 0.05)
        sides[0].append((x + nx * reach, y + ny * reach))
        sides[1].append((x - nx * reach, y - ny * reach))
    return polygon([*sides[0], *reversed(sides[1])])


def _normal(a: Point, b: Point) -> Point:
    length = hypot(b[0] - a[0], b[1] - a[1])
    return (a[1] - b[1]) / length, (b[0] - a[0]) / length


def box(left: float, bottom: float, right: float, top: float, *, hole: bool = False) -> Shape:
    """A filled rectangle."""
    return polygon([(left, bottom), (right, bottom), (right, top), (left, top)], hole=hole)


def frame(left: float, bottom: float, right: float, top: float, width: float = STROKE) -> Shape:
    """The outline of a rectangle, drawn inside its edges."""
    inner = box(left + width, bottom + width, right - width, top - width, hole=True)
    return box(left, bottom, right, top) + inner


def arc(cx: float, cy: float, radius: float, start: float, end: float, *, steps: int = 24) -> list[Point]:
    """Points on an arc; angles in degrees, against the clock from three o'clock."""
    angles = [radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(cx + radius * cos(angle), cy + radius * sin(angle)) for angle in angles]


def disc(cx: float, cy: float, radius: float) -> Shape:
    """A filled circle."""
    return polygon(arc(cx, cy, radius, 0, 360 * 47 / 48, steps=47))


def turned(shape: Shape, degrees: float) -> Shape:
    """The shape turned about the middle of the em box, against the clock."""
    c, s = cos(degrees * pi / 180), sin(degrees * pi / 180)
    return [[(CX + (x - CX) * c - (y - CY) * s, CY + (x - CX) * s + (y - CY) * c) for x, y in ring] for ring in shape]


def mirrored(shape: Shape) -> Shape:
    """The shape with left and right exchanged."""
    return [[(2 * CX - x, y) for x, y in reversed(ring)] for ring in shape]


def flipped(shape: Shape) -> Shape:
    """The shape with top and bottom exchanged."""
    return [[(x, 2 * CY - y) for x, y in reversed(ring)] for ring in shape]


def _check(width: float) -> Shape:
    return line((190, 390), (405, 150), (815, 650), width=width)


def _cross(reach: float, width: float) -> Shape:
    rising = line((CX - reach, CY - reach), (CX + reach, CY + reach), width=width)
    return rising + line((CX - reach, CY + reach), (CX + reach, CY - reach), width=width)


def _ballot_cross(width: float) -> Shape:
    """A cross as by hand, leaning to the right."""
    return line((210, 90), (790, 700), width=width) + line((270, 650), (730, 100), width=width)


def _ballot(*inside: Shape) -> Shape:
    shape = frame(130, 10, 870, 750)
    for part in inside:
        shape = shape + part
    return shape


def _angle(width: float) -> Shape:
    return line((390, 700), (640, CY), (390, 60), width=width)


def _triangle(reach: float) -> list[Point]:
    return [(CX - reach * 0.8, CY + reach), (CX + reach, CY), (CX - reach * 0.8, CY - reach)]


def _open_triangle(reach: float) -> Shape:
    inner = [(CX + (x - CX) * 0.55 - 12, CY + (y - CY) * 0.55) for x, y in _triangle(reach)]
    return polygon(_triangle(reach)) + polygon(inner, hole=True)


def _head(x: float, y: float, length: float, half: float) -> Shape:
    """The head of an arrow that points right, its tip at (x, y)."""
    return polygon([(x, y), (x - length, y + half), (x - length, y - half)])


def _hook() -> Shape:
    """An arrow to the left whose shaft comes back from above."""
    shaft = [(310.0, 190.0), (620.0, 190.0), *arc(620, 380, 190, -90, 90)[1:], (420.0, 570.0)]
    return line(*shaft) + mirrored(_head(860, 190, 230, 150))


def _return() -> Shape:
    """An arrow that comes down and turns to the left."""
    return line((300, 250), (800, 250), (800, 680)) + mirrored(_head(860, 250, 230, 150))


def _shadowed(*, above: bool) -> Shape:
    """A framed square that throws a broad shadow to the right, downwards or upwards."""
    side, depth = 560.0, 110.0
    left, bottom = CX - (side + depth) / 2, CY - (side - depth) / 2
    right, top = left + side, bottom + side
    shadow = [
        (left + depth, bottom),
        (left + depth, bottom - depth),
        (right + depth, bottom - depth),
        (right + depth, top - depth),
        (right, top - depth),
        (right, bottom),
    ]
    shape = frame(left, bottom, right, top, 44) + polygon(shadow)
    return flipped(shape) if above else shape


def _erase() -> Shape:
    """The sign on the key that deletes backwards."""
    outside = [(90.0, CY), (330.0, 650.0), (910.0, 650.0), (910.0, 110.0), (330.0, 110.0)]
    inside = [(168.0, CY), (356.0, 592.0), (852.0, 592.0), (852.0, 168.0), (356.0, 168.0)]
    cross = [[(x + 95, y) for x, y in ring] for ring in _cross(110, 50)]
    return polygon(outside) + polygon(inside, hole=True) + cross


def _almost_equal() -> Shape:
    """The Japanese sign for "nearly equal": an equals sign between two dots."""
    bars = box(110, 455, 890, 505) + box(110, 255, 890, 305)
    return bars + disc(230, 640, 62) + disc(770, 120, 62)


def _option() -> Shape:
    """The sign on Apple's option key."""
    return line((100, 640), (330, 640), (650, 120), (900, 120)) + box(600, 611, 900, 669)


#: Code point -> its drawing. All are as wide as a kanji.
SIGNS: Final[dict[int, Callable[[], Shape]]] = {
    0x2252: _almost_equal,  # ≒
    0x21A9: _hook,  # ↩
    0x21AA: lambda: mirrored(_hook()),  # ↪
    0x21B5: _return,  # ↵
    0x21B3: lambda: mirrored(_return()),  # ↳
    0x2325: _option,  # ⌥
    0x232B: _erase,  # ⌫
    0x2326: lambda: mirrored(_erase()),  # ⌦
    0x25B8: lambda: polygon(_triangle(250)),  # ▸
    0x25B9: lambda: _open_triangle(250),  # ▹
    0x25BE: lambda: turned(polygon(_triangle(250)), -90),  # ▾
    0x25BF: lambda: turned(_open_triangle(250), -90),  # ▿
    0x25C2: lambda: mirrored(polygon(_triangle(250))),  # ◂
    0x25C3: lambda: mirrored(_open_triangle(250)),  # ◃
    0x25B4: lambda: turned(polygon(_triangle(250)), 90),  # ▴
    0x25B5: lambda: turned(_open_triangle(250), 90),  # ▵
    0x25BA: lambda: polygon([(110, 640), (890, CY), (110, 120)]),  # ►
    0x25C4: lambda: mirrored(polygon([(110, 640), (890, CY), (110, 120)])),  # ◄
    0x2610: _ballot,  # ☐
    0x2611: lambda: _ballot(line((270, 385), (440, 205), (745, 585), width=70)),  # ☑
    0x2612: lambda: _ballot(_cross(205, 70)),  # ☒
    0x2714: lambda: _check(120),  # ✔
    0x2715: lambda: _cross(300, STROKE),  # ✕
    0x2716: lambda: _cross(290, 120),  # ✖
    0x2717: lambda: _ballot_cross(64),  # ✗
    0x2718: lambda: _ballot_cross(118),  # ✘
    0x274F: lambda: _shadowed(above=False),  # ❏
    0x2750: lambda: _shadowed(above=True),  # ❐
    0x276E: lambda: mirrored(_angle(100)),  # ❮
    0x276F: lambda: _angle(100),  # ❯
    0x2794: lambda: box(110, CY - 45, 600, CY + 45) + _head(890, CY, 330, 250),  # ➔
    0x279C: lambda: line((110, CY), (800, CY), width=84) + line((560, 660), (850, CY), (560, 100), width=84),  # ➜
    0x27A4: lambda: polygon([(130, 680), (890, CY), (130, 80), (330, CY)]),  # ➤
}


def build() -> bytes:
    """The font, as a TrueType file without Kumihan's names and metrics (see ``truetype.finish``)."""
    names = {code: f"u{code:04X}" for code in (0x20, 0xA0, *sorted(SIGNS))}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(dict(names))
    glyphs = {".notdef": _glyph(frame(100, 0, 900, 760, 40))}
    for code, name in names.items():
        glyphs[name] = _glyph(SIGNS[code]() if code in SIGNS else [])
    builder.setupGlyf(glyphs)
    table = builder.font["glyf"]
    widths = {names[0x20]: 250, names[0xA0]: 250}
    edges = {name: getattr(table[name], "xMin", 0) for name in glyphs}
    builder.setupHorizontalMetrics({name: (widths.get(name, 1000), edge) for name, edge in edges.items()})
    builder.setupHorizontalHeader(ascent=1160, descent=-288)
    builder.setupNameTable({"copyright": "Drawn for Kumihan; under Kumihan's licence"})
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False)
    builder.font.recalcTimestamp = False
    out = BytesIO()
    builder.save(out)
    return out.getvalue()


def _glyph(shape: Shape) -> object:
    pen = TTGlyphPen(None)
    for ring in shape:
        pen.moveTo((round(ring[0][0]), round(ring[0][1])))
        for x, y in ring[1:]:
            pen.lineTo((round(x), round(y)))
        pen.closePath()
    return pen.glyph()
