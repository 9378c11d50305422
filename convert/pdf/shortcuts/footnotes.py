"""Quicker footnotes: each is laid out once for its page, not again for every one that follows it there.

WeasyPrint lays the whole area out at each new note, to see how high it gets, and once more when the page is full.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement

_SIDES = ("top", "right", "bottom", "left")


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415
    from weasyprint.layout import LayoutContext, block  # noqa: PLC0415

    own_update, own = LayoutContext._update_footnote_area, block.block_level_layout
    plain = frozenset({boxes.LineBox, boxes.InlineBox, boxes.InlineBlockBox, boxes.InlineReplacedBox, boxes.TextBox})
    endless = -float("inf")

    def update_footnote_area(self: Any) -> Any:
        self.current_footnote_area.__dict__.setdefault("laid_out_notes", {})  # its copies have it too
        measured_before, self.measures_notes = self.__dict__.get("measures_notes", False), True
        try:
            return own_update(self)
        finally:
            self.measures_notes = measured_before

    def is_plain(box: Any) -> bool:
        """Whether laying a box out leaves nothing behind but its result."""
        style = box.style
        if box.footnote or box.note or not box.is_in_normal_flow():
            return False
        if type(box) is boxes.BlockBox:
            if style["column_width"] != "auto" or style["column_count"] != "auto":
                return False
        elif type(box) not in plain:
            return False
        return all(map(is_plain, box.children))

    def stays(style: Any) -> bool:
        """Whether a box is not moved once it is laid out."""
        return style["position"] == "static" or all(style[side] == "auto" for side in _SIDES)

    def block_level_layout(
        context: Any, box: Any, bottom_space: float, skip_stack: Any, containing_block: Any, *rest: Any, **more: Any
    ) -> Any:
        area = containing_block  # by this name layout of grids calls it
        known = area.__dict__.get("laid_out_notes") if type(area) is boxes.FootnoteAreaBox else None
        # The rest: whether the page is empty; lists of absolute and of fixed boxes; margins before; what texts get
        # from ::first-letter and ::first-line; whether what overflows is dropped; after how many lines.
        if (
            known is None
            or len(rest) != 8
            or rest[4:] != (None, None, False, None)
            or box.element is None
            or skip_stack is not None
            or bottom_space != endless
            or context.excluded_shapes
            or context.broken_out_of_flow
            or area.establishes_formatting_context()
        ):
            return own(context, box, bottom_space, skip_stack, area, *rest, **more)
        margins = rest[3]
        place = box.position_x, box.position_y, area.width, area.height, rest[0], *margins
        state = place, context.current_page, context.in_column, context.forced_break
        key = id(box.element), id(box.style)  # the box is a copy; these it has in common with what it was copied from
        if key in known and known[key][0] == state:
            _, (new_box, next_page, margins_behind, *result), margins_now, shared = known[key]
            margins[:] = margins_now
            found = new_box, None, next_page.copy(), margins if shared else margins_behind.copy(), *result
        else:
            may_be_kept = stays(box.style) and is_plain(box)
            found = own(context, box, bottom_space, skip_stack, area, *rest)
            new_box, resume_at, next_page, margins_behind, *result = found
            if may_be_kept and new_box is not None and resume_at is None:
                kept = new_box, next_page.copy(), margins_behind.copy(), *result
                known[key] = state, kept, margins.copy(), margins_behind is margins
        if not context.__dict__.get("measures_notes"):  # what is laid out now stays, and is moved to its place
            known.pop(key, None)
        return found

    yield LayoutContext, "_update_footnote_area", update_footnote_area
    yield block, "block_level_layout", block_level_layout
