"""Quicker styles: what the cascade does not set is not asked about."""

from __future__ import annotations

from collections.abc import Iterator
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


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint import css  # noqa: PLC0415

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

    def missing(self: Any, key: str) -> Any:
        cascaded = self.cascaded
        if key not in cascaded:
            if key in initial:
                if key not in physical or logical.isdisjoint(cascaded):
                    value = self[key] = initial[key]
                    return value
            elif key in inherited and self.parent_style is not None:
                value = self[key] = self.parent_style[key]
                return value
        return own(self, key)

    def missing_in_anonymous(self: Any, key: str) -> Any:
        if key in initial:
            value = self[key] = initial[key]
        elif key in anonymous_inherited:
            value = self[key] = self.parent_style[key]
        else:
            value = own_anonymous(self, key)
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

    own_set, own_call = css.StyleFor.set_computed_styles, css.StyleFor.__call__

    def set_computed_styles(
        self: Any,
        element: Any,
        parent: Any,
        root: Any = None,
        pseudo_type: str | None = None,
        base_url: str | None = None,
        target_collector: Any = None,
    ) -> None:
        if pseudo_type and parent is element:
            cascaded = self._cascaded_styles.get((element, pseudo_type))
            if cascaded is not None and "anchor" not in cascaded:
                self.__dict__.setdefault("waiting", {})[element, pseudo_type] = cascaded, root, base_url
                return
        own_set(self, element, parent, root, pseudo_type, base_url, target_collector)

    def call(self: Any, element: Any, pseudo_type: str | None = None) -> Any:
        key = element, pseudo_type
        if pseudo_type and key in (waiting := self.__dict__.get("waiting", ())):
            cascaded, root, base_url = waiting.pop(key)
            styles = self._computed_styles
            styles[key] = css.ComputedStyle(
                *(styles[element, None], cascaded, pseudo_type, styles[root, None], base_url),
                *(self.font_config, self.initial_page_sizes),
            )
        return own_call(self, element, pseudo_type)

    yield css.ComputedStyle, "__init__", begin
    yield css.AnonymousStyle, "__init__", begin_anonymous
    yield css.ComputedStyle, "__missing__", missing
    yield css.AnonymousStyle, "__missing__", missing_in_anonymous
    yield css.StyleFor, "set_computed_styles", set_computed_styles
    yield css.StyleFor, "__call__", call
