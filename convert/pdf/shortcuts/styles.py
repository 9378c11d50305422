"""Quicker styles: what the cascade does not set is not asked about; which of them other documents may have too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from copy import copy
from functools import cache
from typing import Any

from convert.pdf.shortcuts.places import Replacement

#: properties that layout asks of nearly every box, and that few rules set
_USUAL = (
    *("width", "min_width", "max_width", "height", "min_height", "max_height", "box_sizing", "anchor"),
    *(f"{what}_{side}" for what in ("margin", "padding") for side in ("top", "right", "bottom", "left")),
    *(f"border_{side}_style" for side in ("top", "right", "bottom", "left")),
    *(f"border_{side}_radius" for side in ("top_left", "top_right", "bottom_right", "bottom_left")),
    *("border_image_source", "mask_border_source", "image_orientation", "background_image", "background_color"),
    *("box_shadow", "box_decoration_break", "bookmark_level", "bookmark_state", "appearance", "transform", "overflow"),
    *("opacity", "outline_offset", "outline_style", "counter_reset", "counter_set", "counter_increment", "content"),
)


class _Said(logging.Filter):
    """Counts what WeasyPrint says."""

    count = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all through."""
        self.count += 1
        return True


@cache
def _listener() -> _Said:
    from weasyprint.logger import LOGGER  # noqa: PLC0415

    LOGGER.addFilter(listener := _Said())
    return listener


def said() -> int:
    """How often WeasyPrint has said something."""
    return _listener().count


def keep(style: Any, container: dict[Any, Any], key: Any) -> None:
    """Note where a style is kept for other documents."""
    style.__dict__["kept"] = container, key


def forget(style: Any) -> None:
    """Leave a style to those that have it: no other gets it."""
    container, key = style.__dict__["kept"]
    container.pop(key, None)


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint import css  # noqa: PLC0415
    from weasyprint.css import computed_values, tokens  # noqa: PLC0415

    own, own_anonymous = css.ComputedStyle.__missing__, css.AnonymousStyle.__missing__
    # These have rules of their own, or are computed from their initial value.
    special = {"page", "position", "float", "display"}
    plain = {
        key
        for key in css.INITIAL_VALUES
        if key not in special and key[:16] != "text_decoration_" and key not in css.INITIAL_NOT_COMPUTED
    }
    inherited = frozenset(plain & set(css.INHERITED) - set(css.PHYSICAL_FUNCTIONS))
    initial = {key: css.INITIAL_VALUES[key] for key in plain - set(css.INHERITED)}
    physical = frozenset(initial.keys() & css.PHYSICAL_FUNCTIONS.keys())
    logical = {at(block="ttb", inline=side) for at in css.PHYSICAL_FUNCTIONS.values() for side in ("ltr", "rtl")}
    anonymous_inherited = frozenset(css.INHERITED) - {"page"}

    put = dict.__setitem__

    def compute(own: Any, self: Any, key: str) -> Any:
        place = self.__dict__.pop("kept", None)  # what is written now is its own value
        before = said()
        try:
            return own(self, key)
        finally:
            if place is not None:
                self.__dict__["kept"] = place
                if said() != before:
                    forget(self)

    def missing(self: Any, key: str) -> Any:
        cascaded = self.cascaded
        if key not in cascaded:
            if key in initial:
                if key not in physical or logical.isdisjoint(cascaded):
                    value = initial[key]
                    put(self, key, value)
                    return value
            elif key in inherited and self.parent_style is not None:
                value = self.parent_style[key]
                put(self, key, value)
                return value
        return compute(own, self, key)

    def missing_in_anonymous(self: Any, key: str) -> Any:
        if key in initial:
            value = initial[key]
        elif key in anonymous_inherited:
            value = self.parent_style[key]
        else:
            return compute(own_anonymous, self, key)
        put(self, key, value)
        return value

    own_begin, own_begin_anonymous = css.ComputedStyle.__init__, css.AnonymousStyle.__init__
    usual = {name: initial[name] for name in _USUAL if name in initial}
    usual_but_physical = {name: value for name, value in usual.items() if name not in physical}

    def begin(self: Any, parent_style: Any, cascaded: Any, pseudo_type: Any, *rest: Any) -> None:
        own_begin(self, parent_style, cascaded, pseudo_type, *rest)
        if pseudo_type not in ("first-line", "first-letter"):  # all that these have is given to other styles
            self.update(usual if logical.isdisjoint(cascaded) else usual_but_physical)
            for name in usual.keys() & cascaded.keys():
                self.pop(name, None)

    def begin_anonymous(self: Any, parent_style: Any) -> None:
        self.update(usual)
        own_begin_anonymous(self, parent_style)
        if "kept" in parent_style.__dict__ and "anonymous_style" not in parent_style.__dict__:  # it becomes that
            self.__dict__["kept"] = parent_style.__dict__["kept"]

    own_solve = tokens.Pending.solve

    def solve(self: Any, *rest: Any) -> Any:
        try:
            return own_solve(self, *rest)
        finally:
            self._reported_error = False  # the next document has the same style sheet, and is to hear it too

    yield tokens.Pending, "solve", solve

    own_image = computed_values.image

    def image(style: Any, name: str, value: Any) -> Any:
        kind, gradient = value  # whose lengths are worked out in itself: the style sheet keeps its own
        return own_image(style, name, (kind, copy(gradient)))

    yield computed_values, "image", image
    functions = css.COMPUTER_FUNCTIONS
    changed = {key: image for key, function in functions.items() if function is own_image}
    yield css, "COMPUTER_FUNCTIONS", {**functions, **changed}

    yield css.ComputedStyle, "__init__", begin
    yield css.AnonymousStyle, "__init__", begin_anonymous
    yield css.ComputedStyle, "__missing__", missing
    yield css.AnonymousStyle, "__missing__", missing_in_anonymous
