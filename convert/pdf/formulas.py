"""Formulas as drawings: WeasyPrint 70 prints MathML as a row of letters, so ziamath sets it in outlines.

What pandoc could turn into MathML is a formula; the rest has been boxed before (:func:`convert.page.unset_formula`).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from lxml import etree

from convert import fonts
from convert.link.document import Document
from convert.page import MATHML, Element, Page, add_class, parent_of, replace, unset_formula
from convert.pdf.engine import Asset

_SIZE = 20.0  # of the drawing, in its own units for one em; lengths on the page are in em
_EAST_ASIAN = 0x2E80


@dataclass(frozen=True, slots=True)
class Drawing:
    """A formula's SVG, and its width and place on the line in em."""

    svg: bytes
    style: str


def draw(page: Page, document: Document) -> Mapping[str, Asset]:
    """Replace every formula of the page by its drawing, its TeX as the description; returns the drawings by address."""
    assets: dict[str, Asset] = {}
    for tree in (page.main, *page.bodies.values()):
        for formula in list(tree.iter(f"{{{MATHML}}}math")):
            source = "".join(map(str, formula.itertext(f"{{{MATHML}}}annotation")))
            display = formula.get("display") == "block"
            drawing = _drawing(source, _bare(formula), display)
            if drawing is None:
                unset_formula(page, formula, source, document)
                continue
            address = f"formula:{sha256(drawing.svg).hexdigest()[:16]}"
            assets[address] = Asset(drawing.svg, "image/svg+xml")
            image = etree.Element("img", {"class": "formula", "src": address, "alt": source, "style": drawing.style})
            parent = parent_of(formula)
            replace(formula, image)
            if display:
                add_class(image, "display")
                if parent.tag == "p" and len(parent) == 1:
                    add_class(parent, "display")
    return assets


def load() -> None:
    """Load what sets formulas, which takes 0.15 s: else the first formula of a process does."""
    _ziamath()
    _latex2mathml()


def _bare(formula: Element) -> str:
    """The MathML without its TeX source, and without the element that held both."""
    copy = etree.fromstring(etree.tostring(formula, with_tail=False))
    for annotation in list(copy.iter(f"{{{MATHML}}}annotation")):
        parent_of(annotation).remove(annotation)
    for semantics in list(copy.iter(f"{{{MATHML}}}semantics")):
        around = parent_of(semantics)
        at = around.index(semantics)
        around[at : at + 1] = list(semantics)
    return etree.tostring(copy, encoding="unicode")


@lru_cache(maxsize=4096)
def _drawing(source: str, mathml: str, display: bool) -> Drawing | None:
    """The formula as SVG, and the style that puts it on the line's baseline; None if ziamath cannot set it.

    From TeX first: latex2mathml's spacing of accents and aligned lines suits ziamath better than
    pandoc's; but what it does not know it prints as typed, and then pandoc's is taken.
    """
    ziamath, to_mathml = _ziamath(), _latex2mathml()
    with _quiet() as complaints:
        for from_tex in (True, False):
            complaints.clear()
            try:
                mml = to_mathml(source, display="block" if display else "inline") if from_tex else mathml
                if "\\" in mml:
                    continue
                math = ziamath.Math(mml, size=_SIZE, title=source, margin=0.4)
                svg = math.svgxml()
                baseline = math.getyofst() - math.margin
            except Exception:  # noqa: S112 (whatever ziamath trips over is in the formula)
                continue
            if complaints:
                continue
            return _placed(svg, baseline, display)
    return None


@cache
def _latex2mathml() -> Any:
    from latex2mathml.converter import convert  # noqa: PLC0415

    return convert


def _placed(svg: Any, baseline: float, display: bool) -> Drawing:
    from xml.etree.ElementTree import tostring  # noqa: PLC0415 (ziamath's own tree; nothing is parsed)

    style = f"width: {float(svg.get('width')) / _SIZE:.4f}em"
    if not display:
        style += f"; vertical-align: {baseline / _SIZE:.4f}em"
    return Drawing(tostring(svg), style)


@cache
def _ziamath() -> Any:
    """Ziamath with a font that finds Japanese letters too: its own is for Latin mathematics."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # ziamath 0.13 opens its font by an old function
        import ziamath.zmath  # noqa: PLC0415
    from ziamath.config import config  # noqa: PLC0415

    config.svg2 = False  # else glyphs are shared by ids, which one page can have only once
    font: Any = ziamath.zmath.loadedfonts["default"]
    findglyph = font.findglyph
    # The font that is there is told of Japanese: to read another of it takes 0.1 s.
    font.findglyph = lambda char, variant: (
        _mincho().glyph(char) if ord(char) >= _EAST_ASIAN else findglyph(char, variant)
    )
    return ziamath.zmath


@cache
def _mincho() -> Any:
    """The body's font as ziamath reads it, which takes longer than most formulas; few of them have such letters."""
    from ziafont.font import Font  # noqa: PLC0415

    file = next(s.file for s in fonts.activate().describe() if s.role == "mincho" and s.face.endswith("Regular"))
    return Font(str(file))


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """Collects what ziamath tells the root logger, instead of the terminal: elements that it left out."""
    complaints: list[str] = []

    class Collector(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            complaints.append(record.getMessage())
            return False

    root, collector = logging.getLogger(), Collector()
    deaf = logging.NullHandler()  # without any, the logging module would install one that prints
    root.addFilter(collector)
    root.addHandler(deaf)
    try:
        yield complaints
    finally:
        root.removeFilter(collector)
        root.removeHandler(deaf)
