"""Quicker boxes: their lengths, how narrow they can get, whether they are in the flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement, users


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    yield from _percentages()
    yield from _fitting()
    yield from _flow()


def _percentages() -> Iterator[Replacement]:
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.css.functions import check_math  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415
    from weasyprint.layout import percent  # noqa: PLC0415

    own, adjust_box_sizing = percent.percentage, percent.adjust_box_sizing
    borders = tuple(f"border_{side}_width" for side in ("top", "right", "bottom", "left"))
    horizontal = ("margin_left", "margin_right", "padding_left", "padding_right", "width", "max_width")
    vertical = ("margin_top", "margin_bottom", "padding_top", "padding_bottom")

    def used(style: Any, name: str, refer_to: Any) -> Any:
        value = style[name]
        if value is None or value == "auto":
            return value
        unit = getattr(value, "unit", None)
        if unit == "px":
            return value.value
        return own(value, style, refer_to)

    def resolve_percentages(box: Any, containing_block: Any) -> None:
        if isinstance(box, boxes.MarginBox) and not box.is_generated:  # all of it is about to become zero
            return
        if isinstance(containing_block, boxes.Box):
            width, height = containing_block.width, containing_block.height
        else:
            width, height = containing_block
        across = height if isinstance(box, boxes.PageBox) else width
        style, values = box.style, box.__dict__
        for name in horizontal:
            values[name] = used(style, name, width)
        for name in vertical:
            values[name] = used(style, name, across)
        least = used(style, "min_width", width)
        values["min_width"] = 0 if least == "auto" else least
        if height == "auto":
            own_height = style["height"]
            if own_height == "auto" or check_math(own_height) or own_height.unit == "%":
                values["height"] = "auto"
            else:
                values["height"] = own_height.value
            least, values["max_height"] = used(style, "min_height", 0), used(style, "max_height", float("inf"))
        else:
            values["height"] = used(style, "height", height)
            least, values["max_height"] = used(style, "min_height", height), used(style, "max_height", height)
        values["min_height"] = 0 if least == "auto" else least
        collapse = style["border_collapse"] == "collapse"
        for name in borders:
            if not (collapse and hasattr(box, name)):
                values[name] = style[name]
        if style["box_sizing"] != "content-box":
            adjust_box_sizing(box, "width")
            adjust_box_sizing(box, "height")

    for module in users(layout, "resolve_percentages"):
        yield module, "resolve_percentages", resolve_percentages


def _fitting() -> Iterator[Replacement]:
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.layout import page, preferred  # noqa: PLC0415

    outer = page.OrientedBox.outer

    def shrink_to_fit(context: Any, box: Any, available_content_width: float) -> float:
        widest: float = preferred.max_content_width(context, box, outer=False)
        if widest <= available_content_width:
            return widest
        narrowest: float = preferred.min_content_width(context, box, outer=False)
        return min(max(narrowest, available_content_width), widest)

    def set_outer(self: Any, new_outer: float) -> None:
        if self.max_content_size <= new_outer - self.sugar:
            self.inner = self.max_content_size
        else:
            outer.fset(self, new_outer)

    for module in users(layout, "shrink_to_fit"):
        yield module, "shrink_to_fit", shrink_to_fit
    yield page.OrientedBox, "outer", outer.setter(set_outer)


def _flow() -> Iterator[Replacement]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    own = boxes.Box.is_in_normal_flow
    out_of_flow = frozenset({"left", "right", "inline-start", "inline-end", "footnote"})

    def is_in_normal_flow(self: Any) -> bool:
        style = self.style
        if style["position"] in ("static", "relative"):
            return style["float"] not in out_of_flow
        in_flow: bool = own(self)
        return in_flow

    yield boxes.Box, "is_in_normal_flow", is_in_normal_flow
