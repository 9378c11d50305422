"""What only paper needs of a page's tree: running heads, numbers of lists, sizes of pictures, what stays together."""

from __future__ import annotations

from collections.abc import Mapping

from convert.contents import outline
from convert.link.document import Document
from convert.measure import width
from convert.page import Element, Page, add_class, add_style, all_text, clean, place_pictures
from convert.pdf.blanks import SIZED
from convert.pdf.engine import Asset
from convert.pdf.geometry import Geometry

#: a callout of fewer lines than this stays whole
KEEP_LINES = 12

#: of a running head, in points; each gets its part of the width less a gap
_HEAD_SIZE = 7.5
_LIST_TYPES = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}


def dress(page: Page, document: Document, geometry: Geometry) -> Mapping[str, Asset]:
    """Finish the tree for paper; returns the pictures that it shows, by address."""
    body = page.main.getparent()
    room = geometry.width_of_text / _HEAD_SIZE / geometry.heads - 2
    if body is not None:
        body.set("data-head", shortened(clean(document.title), room))
    for tree in (page.main, *page.bodies.values()):
        for element in tree.iter("h1", "h2", "ol", "div", "a"):
            if element.tag == "ol":
                _number(element)
            elif element.tag == "div":
                if "callout" in element.get("class", "").split() and _lines(element, geometry.chars) < KEEP_LINES:
                    add_class(element, "short")
            elif element.tag == "a":
                if not element.get("href"):
                    element.attrib.pop("href", "")
            elif "title" not in element.get("class", "").split():
                element.set("data-head", shortened(element.get("data-label", ""), room))
    _rank(page, document, room)
    assets = {}
    for element, address, data in place_pictures(page, document, "pdf"):
        assets[address] = Asset(data.data, data.media_type)
        _size(element, data.width_px, data.height_px, geometry)
    return assets


def _rank(page: Page, document: Document, room: float) -> None:
    """Classes that themes know chapters by: ``rank-1`` for headings of the highest level that the text has, and so on.

    A break before a chapter is an ``opening``.
    """
    headings = outline(page, document)
    highest = min((level for level, _ in headings), default=1)
    for level, heading in headings:
        add_class(heading, f"rank-{level - highest + 1}")
        if level == highest:
            heading.set("data-head", shortened(heading.get("data-label", ""), room))
            before = heading.getprevious()
            if before is not None and before.get("class") == "page-break":
                add_class(before, "opening")


def shortened(text: str, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than ``room`` em."""
    width = 0.0
    for at, char in enumerate(text):
        width += width_of(char)
        if width > room:
            return text[: max(0, at - 1)].rstrip("\u3000 、，・（「") + "…"
    return text


def width_of(text: str) -> float:
    """About how wide a text is, in em."""
    return width(text) / 2


def _number(element: Element) -> None:
    """WeasyPrint reads neither ``start`` nor ``type``."""
    start, kind = element.get("start", ""), element.get("type", "")
    if start.lstrip("-").isdecimal():
        add_style(element, f"counter-reset: list-item {int(start) - 1}")
    if kind in _LIST_TYPES:
        add_style(element, f"list-style-type: {_LIST_TYPES[kind]}")


def _lines(element: Element, chars: int) -> int:
    """About how many lines an element takes, notes and nested boxes included."""
    lines = 0
    for block in element.iter("p", "li", "tr", "pre", "br", "h1", "h2", "h3", "h4", "h5", "h6", "img", "div"):
        if block.tag == "pre":
            lines += all_text(block).count("\n") + 1
        elif block.tag == "img":
            lines += KEEP_LINES
        elif block.tag == "p":
            lines += 1 + len(all_text(block)) // chars
        elif block.tag == "li":
            lines += 0 if len(block) and block[0].tag == "p" else 1 + len(block.text or "") // chars
        elif block.tag != "div" or "callout-title" in block.get("class", ""):
            lines += 1
    return lines


def _size(element: Element, natural_width: int, natural_height: int, geometry: Geometry) -> None:
    """Width and height as the author asked, else one CSS pixel for each of the picture's; never beyond the page."""
    asked = [_pixels(element.get(side)) for side in ("width", "height")]
    for side in ("width", "height"):
        element.attrib.pop(side, "")
    width, height = asked
    if width or height:
        add_class(element, SIZED)
    if not width and not height:
        width, height = float(natural_width), float(natural_height)
    width = width or height * natural_width / natural_height
    height = height or width * natural_height / natural_width
    most_width = geometry.measure / 0.75
    most_height = (geometry.lines - 3 - _caption_lines(element, geometry.chars)) * geometry.line / 0.75
    scale = min(1.0, most_width / width, most_height / height)
    add_style(element, f"width: {width * scale:.2f}px")
    if all(asked):
        add_style(element, f"height: {height * scale:.2f}px")


def _caption_lines(picture: Element, chars: int) -> int:
    """About how many lines the caption of a picture takes, which is on its page."""
    figure = next(picture.iterancestors("figure"), None)
    caption = None if figure is None else figure.find("figcaption")
    return 0 if caption is None else 1 + len(all_text(caption)) // chars


def _pixels(value: str | None) -> float:
    digits = (value or "").removesuffix("px").strip()
    return float(digits) if digits.isdecimal() and 0 < int(digits) < 100_000 else 0.0
