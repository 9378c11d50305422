"""Quicker flow of blocks and lines: margins collapse in one pass; what no float is beside need not avoid any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement, users


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    yield from _margins()
    yield from _floats()
    yield from _breaks()


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

    own, own_clearance, LineBox = floats.avoid_collisions, floats.get_clearance, boxes.LineBox

    def get_clearance(context: Any, *rest: Any, **more: Any) -> Any:
        if context.broken_out_of_flow or context.excluded_shapes:
            return own_clearance(context, *rest, **more)
        return None

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
    for module in users(layout, "get_clearance"):
        yield module, "get_clearance", get_clearance


def _breaks() -> Iterator[Replacement]:
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415
    from weasyprint.layout import block  # noqa: PLC0415

    own = block.block_level_page_break
    parallel = boxes.BlockLevelBox, boxes.TableRowGroupBox, boxes.TableRowBox

    def asks(box: Any, name: str, at: int) -> bool:
        """Whether a box, its first or last child, that one's and so on has something to say of a break there."""
        while isinstance(box, parallel) and (box.is_in_normal_flow() or box.is_floated()):
            if box.style[name] != "auto":
                return True
            if not box.children:
                break
            box = box.children[at]
        return False

    def block_level_page_break(before: Any, after: Any) -> Any:
        if asks(before, "break_after", -1) or asks(after, "break_before", 0):
            return own(before, after)
        return "auto"

    for module in users(layout, "block_level_page_break"):
        yield module, "block_level_page_break", block_level_page_break
