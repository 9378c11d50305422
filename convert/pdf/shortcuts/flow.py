"""Quicker flow of blocks and lines: margins collapse in one pass; what no float is beside need not avoid any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement, users


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    yield from _margins()
    yield from _floats()


def _margins() -> Iterator[Replacement]:
    from weasyprint import layout  # noqa: PLC0415

    def collapse_margin(adjoining_margins: Any) -> float:
        highest = lowest = 0
        for margin in adjoining_margins:
            if margin > highest:
                highest = margin
            elif margin < lowest:
                lowest = margin
        return highest + lowest

    for module in users(layout, "collapse_margin"):
        yield module, "collapse_margin", collapse_margin


def _floats() -> Iterator[Replacement]:
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415
    from weasyprint.layout import float as floats  # noqa: PLC0415

    own, LineBox = floats.avoid_collisions, boxes.LineBox

    def avoid_collisions(context: Any, box: Any, containing_block: Any, outer: bool = True) -> tuple[float, ...]:
        rtl = containing_block.style["direction"] == "rtl"
        if outer or rtl or context.excluded_shapes or type(box) is not LineBox or box.is_floated():
            found: tuple[float, ...] = own(context, box, containing_block, outer)
            return found
        left = containing_block.content_box_x()
        right = left + containing_block.width
        left, right = left + box.margin_left, right - box.margin_right
        return left - box.margin_left, box.border_box_y() - box.margin_top, right - left

    for module in users(layout, "avoid_collisions"):
        yield module, "avoid_collisions", avoid_collisions
