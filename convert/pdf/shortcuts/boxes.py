"""Quicker boxes: how they are copied and gone through, which pages they ask for, whether they are in the flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement, users

#: values of ``float`` that take a box out of the flow to a side; one of a footnote's is none
FLOATS = frozenset({"left", "right", "inline-start", "inline-end"})
_IN_FLOW = frozenset({"static", "relative"})


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    yield from _tree()
    yield from _pages()
    yield from _flow()
    yield from _sizes()


def _tree() -> Iterator[Replacement]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    Box, TableBox, TextBox = boxes.Box, boxes.TableBox, boxes.TextBox
    own_decoration, own_inline_decoration = boxes.ParentBox.remove_decoration, boxes.InlineLevelBox.remove_decoration

    def copy(self: Any) -> Any:
        new_box = object.__new__(type(self))
        new_box.__dict__ = self.__dict__.copy()
        return new_box

    def copy_with_children(self: Any, new_children: Any) -> Any:
        new_box = object.__new__(type(self))
        new_box.__dict__ = self.__dict__.copy()
        new_box.children = new_children
        self.remove_decoration_sides = set()
        return new_box

    def translate(self: Any, dx: float = 0, dy: float = 0, ignore_floats: bool = False) -> None:
        if dx == dy == 0:
            return
        self.position_x += dx
        self.position_y += dy
        for child in self.all_children() if isinstance(self, TableBox) else self.children:
            if type(child) is TextBox and not ignore_floats:  # which holds no others
                child.position_x += dx
                child.position_y += dy
            elif not (ignore_floats and child.is_floated()):
                child.translate(dx, dy, ignore_floats)

    def remove_decoration(self: Any, start: bool, end: bool) -> None:
        if start or end:
            own_decoration(self, start, end)

    def remove_inline_decoration(self: Any, start: bool, end: bool) -> None:
        if start or end:
            own_inline_decoration(self, start, end)

    def descendants(self: Any, placeholders: bool = False) -> Iterator[Any]:
        # One generator, not one for each box that is gone through.
        yield self
        stack = [iter(self.children)]
        while stack:
            for child in stack[-1]:
                if isinstance(child, Box):
                    yield child
                    if child.children:
                        stack.append(iter(child.children))
                        break
                elif placeholders:
                    yield from child.descendants(placeholders)
                else:
                    yield child
            else:
                stack.pop()

    yield Box, "copy", copy
    yield boxes.ParentBox, "copy_with_children", copy_with_children
    yield Box, "translate", translate
    yield Box, "descendants", descendants
    yield boxes.ParentBox, "remove_decoration", remove_decoration
    yield boxes.InlineLevelBox, "remove_decoration", remove_inline_decoration


def _pages() -> Iterator[Replacement]:
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    ParentBox, TableBox = boxes.ParentBox, boxes.TableBox

    def named(box: Any, order: Any) -> Any:
        """The page that a box asks for at its start or, with its children in reverse, at its end."""
        name = box.style["page"]
        while isinstance(box, ParentBox) and not isinstance(box, TableBox):
            for child in order(box.children):
                style = child.style
                usual = style["float"] == "none" and style["position"] in _IN_FLOW
                if usual or child.is_in_normal_flow() or child.is_floated():
                    break
            else:
                break
            box, name = child, style["page"] or name
        return name

    def page_values(self: Any) -> tuple[Any, Any]:
        return named(self, iter), named(self, reversed)

    def block_level_page_name(sibling_before: Any, sibling_after: Any) -> Any:
        before, after = named(sibling_before, reversed), named(sibling_after, iter)
        return after if before != after else None

    yield ParentBox, "page_values", page_values
    for module in users(layout, "block_level_page_name"):
        yield module, "block_level_page_name", block_level_page_name


def _flow() -> Iterator[Replacement]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    own, own_establishes = boxes.Box.is_in_normal_flow, boxes.Box.establishes_formatting_context
    BlockBox = boxes.BlockBox

    def is_in_normal_flow(self: Any) -> bool:
        style = self.style
        if style["float"] == "none" and style["position"] in _IN_FLOW:
            return True
        in_flow: bool = own(self)  # what stands in a flex box does not float, whatever its style says
        return in_flow

    def is_floated(self: Any) -> bool:
        return self.style["float"] in FLOATS

    def establishes_formatting_context(self: Any) -> bool:
        style = self.style
        if (
            type(self) is BlockBox
            and style["float"] == "none"
            and style["position"] in _IN_FLOW
            and not self.is_column
            and style["overflow"] == "visible"
        ):
            return "flow-root" in style["display"]
        establishes: bool = own_establishes(self)
        return establishes

    yield boxes.Box, "is_in_normal_flow", is_in_normal_flow
    yield boxes.Box, "is_floated", is_floated
    yield boxes.Box, "establishes_formatting_context", establishes_formatting_context


def _sizes() -> Iterator[Replacement]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    # The sums are taken in WeasyPrint's own order, so that they are the same to the last bit.

    def border_width(self: Any) -> float:
        return (  # type: ignore[no-any-return]
            self.width + self.padding_left + self.padding_right + self.border_left_width + self.border_right_width
        )

    def border_height(self: Any) -> float:
        return (  # type: ignore[no-any-return]
            self.height + self.padding_top + self.padding_bottom + self.border_top_width + self.border_bottom_width
        )

    def margin_width(self: Any) -> float:
        padding = self.width + self.padding_left + self.padding_right
        border = padding + self.border_left_width + self.border_right_width
        return border + self.margin_left + self.margin_right  # type: ignore[no-any-return]

    def margin_height(self: Any) -> float:
        padding = self.height + self.padding_top + self.padding_bottom
        border = padding + self.border_top_width + self.border_bottom_width
        return border + self.margin_top + self.margin_bottom  # type: ignore[no-any-return]

    for size in (border_width, border_height, margin_width, margin_height):
        yield boxes.Box, size.__name__, size
