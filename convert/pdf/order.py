"""Text drawn in the order it is read in: copied text has numbers of lists before their items, and code in its place.

WeasyPrint 70 draws what is positioned when all other text of a page is drawn: numbers and bullets of lists, and lines
of code and notes, which are positioned only for what stands beside them. When a page is laid out, everything has its
place on paper; the former are put into the first line of their item then, the latter drawn with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def put_in_order(pages: Sequence[Any]) -> None:
    """To be called when pages are laid out for the last time; a marker whose item begins with no line stays behind."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    for page in pages:
        for parent, marker in _markers(page._page_box):
            line = parent if isinstance(parent, boxes.LineBox) else next(_lines(parent), None)
            if line is None:
                continue
            parent.children = tuple(child for child in parent.children if child is not marker)
            others = sum(1 for child in line.children if getattr(child, "is_outside_marker", False))
            children = list(line.children)
            children.insert(others, _in_line(marker._box))
            line.children = tuple(children)


def _markers(root: Any) -> list[tuple[Any, Any]]:
    """Every marker that is out of the flow, with the box it is in; outer ones first. Makes static what is relative."""
    from weasyprint.layout.absolute import AbsolutePlaceholder  # noqa: PLC0415

    found = []
    static: dict[int, tuple[Any, Any]] = {}
    stack = [root]
    while stack:
        box = stack.pop()
        style = box.style
        if style["position"] == "relative" and style["z_index"] == "auto":
            if id(style) not in static:
                static[id(style)] = style, _static(style)
            box.style = static[id(style)][1]  # nothing is laid out any more
        children = box.children
        found += [(box, c) for c in children if isinstance(c, AbsolutePlaceholder) and c._box.is_outside_marker]
        stack += reversed(children)
    return found


def _static(style: Any) -> Any:
    """A copy, since other boxes may have the style itself, of this document or another."""
    style = style.copy()
    style["position"] = "static"
    return style


def _lines(root: Any) -> Iterator[Any]:
    """The lines of the blocks below a box, in order; tables and what is out of the flow have none."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    stack = [root]
    while stack:
        box = stack.pop()
        if isinstance(box, boxes.LineBox):
            yield box
        elif isinstance(box, boxes.BlockContainerBox) and box.is_in_normal_flow():
            stack += reversed(box.children)


def _in_line(marker: Any) -> Any:
    """The same box as part of a line."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    style = _static(marker.style)
    box = boxes.InlineBlockBox(marker.element_tag, style, marker.element, marker.children)
    box.__dict__.update({**marker.__dict__, "style": style})
    return box
