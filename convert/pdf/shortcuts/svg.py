"""A drawing that recurs, an icon or a formula, is drawn once for a process: then what was written is written again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Any

from convert.pdf.shortcuts.places import Replacement
from convert.pdf.shortcuts.styles import said
from convert.pdf.shortcuts.writing import number

Point = tuple[float, float]

#: drawings, at most, that a process remembers, and how long each may be, in bytes
_MOST_KEPT, _LONGEST = 256, 32_768
#: elements, at most, of a drawing that may recur
_MOST_ELEMENTS = 200

#: what draws by itself: nothing that stands elsewhere in the file, as fonts, pictures, patterns and groups do
_PLAIN = frozenset(b"q Q cm m l c v y h re W W* n f f* S s B B* b b* rg RG w d J j M gs".split())


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    import pydyf  # noqa: PLC0415
    from weasyprint import images  # noqa: PLC0415

    own_begin, own_draw = images.SVGImage.__init__, images.SVGImage.draw

    @lru_cache(_MOST_KEPT)
    def kept(*_: Any) -> list[tuple[tuple[bytes, ...], dict[str, dict[str, float]]]]:
        """What a drawing wrote and which degrees of opacity it used: nothing yet, or one of them."""
        return []

    def begin(self: Any, tree: Any, base_url: Any, url_fetcher: Any, context: Any) -> None:
        self.identity = _identity(tree)
        own_begin(self, tree, base_url, url_fetcher, context)

    def draw(self: Any, stream: Any, concrete_width: float, concrete_height: float, style: Any) -> None:
        if self.identity is None:
            own_draw(self, stream, concrete_width, concrete_height, style)
            return
        before = (
            *(stream._current_color, stream._current_color_stroke),
            *(stream._current_alpha, stream._current_alpha_stroke),
        )
        found = kept(self.identity, self._base_url, concrete_width, concrete_height, before)
        if not found:
            place = len(stream.stream)
            before_drawing = said()
            own_draw(self, stream, concrete_width, concrete_height, style)
            parts = tuple(stream.stream[place:])
            if parts and said() == before_drawing and sum(map(len, parts)) <= _LONGEST and _is_plain(parts):
                states = stream._resources["ExtGState"]
                names = [part[1:-3].decode() for part in parts if part.endswith(b" gs")]
                if all(name[0] in "aA" for name in names):
                    found.append((parts, {name: dict(states[name]) for name in names}))
            return
        parts, opacities = found[0]
        states = stream._resources["ExtGState"]
        for name, entries in opacities.items():
            if name not in states:
                states[name] = pydyf.Dictionary(entries)
        stream.stream += parts
        # as the last operator, which restores the state, leaves it
        stream._current_color = stream._current_color_stroke = None
        stream._current_alpha = stream._current_alpha_stroke = None
        stream._current_font = None

    yield images.SVGImage, "__init__", begin
    yield images.SVGImage, "draw", draw
    yield from _paths()


def _identity(tree: Any) -> bytes | None:
    """A digest of all that is in a tree of XML; None if it is so large that it will hardly recur."""
    parts = []
    for element in tree.iter():
        parts.append((element.tag, element.text, element.tail, len(element), *element.attrib.items()))
        if len(parts) > _MOST_ELEMENTS:
            return None
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()


def _is_plain(parts: tuple[Any, ...]) -> bool:
    return all(type(part) is bytes and part.rpartition(b" ")[2] in _PLAIN for part in parts)


#: of a path's commands, how many numbers each takes; arcs and short forms of curves are left to WeasyPrint
_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "Z": 0}
_FOREIGN = re.compile(r"[^MLHVCQZmlhvcqz0-9eE.,+ \t\r\n-]")
_COMMAND = re.compile(r"([MLHVCQZmlhvcqz])([^MLHVCQZmlhvcqz]*)")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
#: a path ends where it is wrong (SVG 2, 9.5.4); with a number there WeasyPrint would go on for ever
_BEHIND_CLOSING = re.compile(r"[zZ][ \t\r\n,]*[-+.0-9]")
_BETWEEN = " \t\r\n,"
_OPERATORS = {"M": b"m", "L": b"l", "C": b"c", "Q": b"c"}
_MARKERS = frozenset({"marker", "marker-start", "marker-mid", "marker-end"})


def _paths() -> Iterator[Replacement]:
    from weasyprint import svg  # noqa: PLC0415

    own = svg.TAGS["path"]

    def path(image: Any, node: Any, font_size: float) -> None:
        wrong = _BEHIND_CLOSING.search(node.get("d", ""))
        if wrong:
            node.attrib["d"] = node.attrib["d"][: wrong.start() + 1]
        written = _path(node.get("d", "")) if _MARKERS.isdisjoint(node.attrib) else None
        if written is None:
            own(image, node, font_size)
        else:
            image.stream.stream += written

    yield svg, "TAGS", {**svg.TAGS, "path": path}


def _path(data: str) -> list[bytes] | None:
    """What draws a path of lines and curves; None if there is anything else in it."""
    if _FOREIGN.search(data):
        return None
    parts = [b"0 0 m"]
    here: Point = (0.0, 0.0)
    begun: Point | None = None
    before = ""
    for letter, rest in _COMMAND.findall(data):
        command = letter.upper()
        values = [float(number) for number in _NUMBER.findall(rest)]
        taken = _NUMBERS[command]
        if _NUMBER.sub("", rest).strip(_BETWEEN) or len(values) % (taken or 1) or (not values) != (not taken):
            return None
        for at in range(0, len(values), taken) if taken else (0,):
            if before in ("", "M", "Z"):
                begun = None
            if command not in ("M", "Z") and begun is None:
                begun = here
            x, y = here if letter.islower() else (0.0, 0.0)
            if command == "Z":
                if begun:
                    parts.append(b"h")
                    here = begun
            elif command in ("H", "V"):
                here = (x + values[at], here[1]) if command == "H" else (here[0], y + values[at])
                parts.append(_operator(b"l", [here]))
            else:
                points = [(x + values[i], y + values[i + 1]) for i in range(at, at + taken, 2)]
                if command == "Q":
                    points = _cubic(here, *points)
                here = points[-1]
                parts.append(_operator(_OPERATORS[command], points))
            before = command
            if command == "M":
                command = "L"
    return parts


def _cubic(first: Point, control: Point, last: Point) -> list[Point]:
    """The points of a cubic curve that is the same as a quadratic one."""
    (x1, y1), (x2, y2), (x3, y3) = first, control, last
    return [(x2 * 2 / 3 + x1 / 3, y2 * 2 / 3 + y1 / 3), (x2 * 2 / 3 + x3 / 3, y2 * 2 / 3 + y3 / 3), last]


def _operator(name: bytes, points: list[Point]) -> bytes:
    return b"%b %b" % (b" ".join([number(value) for point in points for value in point]), name)
