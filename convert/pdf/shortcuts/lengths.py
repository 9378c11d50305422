"""Quicker lengths: what of them a style alone decides is worked out once for it, not again for each box.

A style is not changed any more once boxes of it are laid out: whoever wants another one takes a copy, which knows
nothing of what was worked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from convert.pdf.shortcuts.places import Replacement, users

_SIDES = ("top", "right", "bottom", "left")
_BORDERS = tuple(f"border_{side}_width" for side in _SIDES)
_LENGTHS = (
    *(f"{what}_{side}" for what in ("margin", "padding") for side in _SIDES),
    *("width", "min_width", "max_width", "height", "min_height", "max_height"),
)
#: never ``auto`` when they are used
_LEAST = frozenset({"min_width", "min_height"})
#: what the height of the box around has a say in
_DOWNWARD = frozenset({"height", "min_height", "max_height"})
#: what is a share of the height around in a page's own box, and of the width in all others
_UPRIGHT = frozenset({"margin_top", "margin_bottom", "padding_top", "padding_bottom"})


@dataclass(frozen=True, slots=True)
class _Used:
    """The used lengths of all boxes of a style, the borders among them; names of those that depend on more.

    ``collapsing`` are borders that a table may have shared out otherwise; ``sized``: the width holds more than content.
    """

    lengths: dict[str, Any]
    relative: tuple[str, ...] = ()
    collapsing: dict[str, Any] | None = None
    sized: bool = False


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    yield from _percentages()
    yield from _lines()


def _percentages() -> Iterator[Replacement]:
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.css import INITIAL_VALUES  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415
    from weasyprint.layout import percent  # noqa: PLC0415

    own, adjust_box_sizing = percent.percentage, percent.adjust_box_sizing
    read = itemgetter(*(*_LENGTHS, *_BORDERS, "box_sizing", "border_collapse"))

    def worked_out(style: Any) -> _Used:
        lengths, relative = {}, []
        for name in _LENGTHS:
            value = style[name]
            if value == "auto":
                lengths[name] = 0 if name in _LEAST else value
            elif getattr(value, "unit", None) == "px":
                lengths[name] = value.value
            else:
                relative.append(name)
        borders = {name: style[name] for name in _BORDERS}
        sized = style["box_sizing"] != "content-box"
        if style["border_collapse"] == "collapse":
            return _Used(lengths, tuple(relative), borders, sized)
        return _Used(lengths | borders, tuple(relative), sized=sized)

    plain = {
        "box_sizing": "content-box",
        **dict.fromkeys(_BORDERS, 0),
        **{name: INITIAL_VALUES[name] for name in _LENGTHS},
    }
    # Most styles, those of all texts among them, are one of these two.
    plain_ones = [
        (read(style), worked_out(style))
        for style in (plain | {"border_collapse": "separate"}, plain | {"border_collapse": "collapse"})
    ]

    def find(style: Any) -> _Used:
        values = read(style)
        found = next((used for known, used in plain_ones if values == known), None) or worked_out(style)
        style.__dict__["used_lengths"] = found
        return found

    def resolve_percentages(box: Any, containing_block: Any) -> None:
        style, values = box.style, box.__dict__
        used = style.__dict__.get("used_lengths") or find(style)
        values.update(used.lengths)
        if used.relative:
            if isinstance(containing_block, boxes.Box):
                width, height = containing_block.width, containing_block.height
            else:
                width, height = containing_block
            for name in used.relative:
                value = style[name]
                if name not in _DOWNWARD:
                    upright = name in _UPRIGHT and isinstance(box, boxes.PageBox)
                    length = own(value, style, height if upright else width)
                elif height != "auto":
                    length = own(value, style, height)
                elif name == "height":
                    length = "auto"
                else:
                    length = own(value, style, 0 if name == "min_height" else float("inf"))
                values[name] = 0 if length == "auto" and name in _LEAST else length
        if used.collapsing:
            for name, border in used.collapsing.items():
                if not hasattr(box, name):
                    values[name] = border
        if used.sized:
            adjust_box_sizing(box, "width")
            adjust_box_sizing(box, "height")

    for module in users(layout, "resolve_percentages"):
        yield module, "resolve_percentages", resolve_percentages


def _lines() -> Iterator[Replacement]:
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415

    own = line_break.strut

    def strut(style: Any) -> Any:
        """How high a line of a style is, and where in it the baseline."""
        known = style.__dict__
        found = known.get("used_strut")
        if found is None:
            found = known["used_strut"] = own(style)
        return found

    for module in users(layout, "strut"):
        yield module, "strut", strut
