"""Quicker painting: a box with nothing to paint, which is most boxes, is not asked for it piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from convert.pdf.shortcuts.boxes import FLOATS
from convert.pdf.shortcuts.places import Replacement
from convert.pdf.shortcuts.writing import number


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    yield from _backgrounds()
    yield from _edges()
    yield from _order()
    yield from _anchors()
    yield from _states()


def _is_bare(style: Any) -> bool:
    """Whether it gives a box no background, shadow, picture, round corner, outline or rule; its borders apart."""
    known: bool | None = style.__dict__.get("is_bare")
    if known is None:
        look, nothing = _decorations()
        known = style.__dict__["is_bare"] = look(style) == nothing and not style["outline_width"]
    return known


@cache
def _decorations() -> tuple[Callable[[Any], tuple[Any, ...]], tuple[Any, ...]]:
    """What reads all of a style that may paint, and what it finds where nothing is set."""
    from weasyprint.css.properties import INITIAL_VALUES  # noqa: PLC0415

    look = itemgetter(
        *("background_color", "background_image", "box_shadow", "border_image_source", "mask_border_source"),
        *(f"border_{corner}_radius" for corner in _CORNERS),
        *("column_width", "column_count"),
    )
    return look, look(INITIAL_VALUES)


_CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def _backgrounds() -> Iterator[Replacement]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415
    from weasyprint.layout import background  # noqa: PLC0415
    from weasyprint.layout.absolute import AbsolutePlaceholder  # noqa: PLC0415

    own = background.layout_box_backgrounds
    nothing: dict[str, Any] = {"background": None, **{f"border_{corner}_radius": (0, 0) for corner in _CORNERS}}

    def layout_box_backgrounds(
        page: Any, box: Any, get_image_from_uri: Any, layout_children: bool = True, style: Any = None
    ) -> None:
        if style is not None or not layout_children or box is page or not _is_bare(box.style):
            own(page, box, get_image_from_uri, layout_children, style)
            return
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        box.__dict__.update(nothing)
        for child in box.all_children():
            if type(child) is boxes.TextBox and _is_bare(child.style):
                child.__dict__.update(nothing)
            else:
                layout_box_backgrounds(page, child, get_image_from_uri)

    yield background, "layout_box_backgrounds", layout_box_backgrounds


def _edges() -> Iterator[Replacement]:
    from weasyprint import draw  # noqa: PLC0415
    from weasyprint.draw import border  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    own_border, own_outline = draw.draw_border, draw.draw_outline

    def draw_border(stream: Any, box: Any) -> None:
        if (
            box.border_top_width
            or box.border_right_width
            or box.border_bottom_width
            or box.border_left_width
            or not _is_bare(box.style)
        ):
            own_border(stream, box)

    def draw_outline(stream: Any, box: Any) -> None:
        if box.style["outline_width"]:
            own_outline(stream, box)
            return
        for child in box.children:
            if isinstance(child, boxes.Box) and (child.children or child.style["outline_width"]):
                draw_outline(stream, child)

    yield draw, "draw_border", draw_border
    for module in (draw, border):
        yield module, "draw_outline", draw_outline


def _order() -> Iterator[Replacement]:
    from weasyprint import stacking  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415
    from weasyprint.layout.absolute import AbsolutePlaceholder  # noqa: PLC0415

    own = stacking._dispatch
    special = (boxes.InlineBlockBox, boxes.InlineFlexBox, boxes.InlineGridBox, boxes.TableCellBox)

    def dispatch(
        box: Any, page: Any, child_contexts: Any, blocks: Any, floats: Any, blocks_and_cells: dict[Any, Any]
    ) -> Any:
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        style = box.style
        if (
            style["position"] != "static"
            or style["overflow"] != "visible"
            or style["opacity"] < 1
            or style["transform"]
            or style["float"] in FLOATS
            or box.is_grid_item
            or isinstance(box, special)
        ):
            return own(box, page, child_contexts, blocks, floats, blocks_and_cells)
        if not isinstance(box, boxes.BlockLevelBox):
            return dispatch_children(box, page, child_contexts, blocks, floats, blocks_and_cells)
        place, inside = len(blocks), dict[Any, Any]()
        box = dispatch_children(box, page, child_contexts, blocks, floats, inside)
        blocks.insert(place, box)
        blocks_and_cells[box] = inside
        return box

    def dispatch_children(
        box: Any, page: Any, child_contexts: Any, blocks: Any, floats: Any, blocks_and_cells: dict[Any, Any]
    ) -> Any:
        if not isinstance(box, boxes.ParentBox):
            return box
        children = []
        all_stay = True
        for child in box.children:
            found = dispatch(child, page, child_contexts, blocks, floats, blocks_and_cells)
            if found is not child:
                all_stay = False
            if found is not None:
                children.append(found)
        return box if all_stay else box.copy_with_children(children)

    yield stacking, "_dispatch", dispatch
    yield stacking, "_dispatch_children", dispatch_children


def _anchors() -> Iterator[Replacement]:
    from weasyprint import anchors, document  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    own = anchors.gather_anchors
    inputs = frozenset({"button", "form", "input", "select", "textarea"})

    def gather_anchors(
        box: Any, found: Any, links: Any, bookmarks: Any, forms: Any,
        parent_matrix: Any = None, parent_form: Any = None, parent_link: Any = None,
    ) -> None:  # fmt: skip
        style = box.style
        if (
            parent_link
            or box.link
            or style["anchor"]
            or style["transform"]
            or box.bookmark_label
            or (box.element is not None and box.element.tag in inputs)
        ):
            own(box, found, links, bookmarks, forms, parent_matrix, parent_form, parent_link)
            return
        for child in box.all_children():
            if type(child) is not boxes.TextBox or child.style["anchor"] or child.bookmark_label:
                gather_anchors(child, found, links, bookmarks, forms, parent_matrix, parent_form)

    for module in (anchors, document):
        yield module, "gather_anchors", gather_anchors


class _Stacked:
    """A stream's state is restored at the end."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __enter__(self) -> None:
        self._stream.push_state()

    def __exit__(self, *_: object) -> None:
        self._stream.pop_state()


def _states() -> Iterator[Replacement]:
    from weasyprint.pdf.stream import Stream  # noqa: PLC0415

    own = Stream.set_color

    @lru_cache(256)
    def operator(red: float, green: float, blue: float, stroke: bool) -> bytes:
        return b" ".join((*map(number, (red, green, blue)), b"RG" if stroke else b"rg"))

    def set_color(self: Any, color: Any, stroke: bool = False) -> None:
        if color.space != "srgb" or None in color.coordinates:
            own(self, color, stroke)
            return
        alpha = color.alpha
        if stroke or alpha != 1.0 or self._current_alpha != "a1.0":
            self.set_alpha(alpha, stroke)
        chosen = ("srgb", *color.coordinates)
        if stroke:
            if chosen != self._current_color_stroke:
                self._current_color_stroke = chosen
                self.stream.append(operator(*color.coordinates, stroke))
        elif chosen != self._current_color:
            self._current_color = chosen
            self.stream.append(operator(*color.coordinates, stroke))

    def stacked(self: Any) -> _Stacked:
        return _Stacked(self)

    yield Stream, "set_color", set_color
    yield Stream, "stacked", stacked
