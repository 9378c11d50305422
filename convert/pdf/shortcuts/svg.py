"""A drawing that recurs, an icon or a formula, is drawn once for a process: then what was written is written again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import Any

from convert.pdf.shortcuts.places import Replacement

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
    from weasyprint.logger import LOGGER  # noqa: PLC0415

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
            with _heard(LOGGER) as said:
                own_draw(self, stream, concrete_width, concrete_height, style)
            parts = tuple(stream.stream[place:])
            if parts and not said and sum(map(len, parts)) <= _LONGEST and _is_plain(parts):
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


@contextmanager
def _heard(logger: logging.Logger) -> Iterator[list[str]]:
    """Collects what a logger is told meanwhile, which it is told all the same."""
    said: list[str] = []

    def listen(record: logging.LogRecord) -> bool:
        said.append(record.msg)
        return True

    logger.addFilter(listen)
    try:
        yield said
    finally:
        logger.removeFilter(listen)
