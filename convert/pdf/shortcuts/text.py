"""Quicker lines: Pango's objects are made once for a style, and a line is looked for in little more than it holds."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from operator import itemgetter
from typing import Any
from weakref import ref

from convert.pdf.shortcuts.places import MOST_FONTS, Replacement

#: functions that WeasyPrint does not call
_DECLARATIONS = """
gpointer g_object_ref (gpointer object);
PangoContext * pango_layout_get_context (PangoLayout *layout);
PangoAttrList * pango_attr_list_copy (PangoAttrList *list);
"""

#: what would begin another paragraph
PARAGRAPHS = re.compile("[\n\r\u2029]")

#: what Pango's objects are made from: the properties that setup reads, and those that the description of a font has
_READ = (
    *("direction", "lang", "font_language_override", "text_decoration_line", "font_family", "font_style"),
    *("font_stretch", "font_weight", "font_size", "font_variation_settings", "font_variant_caps", "font_kerning"),
    *("font_variant_ligatures", "font_variant_position", "font_variant_numeric", "font_variant_alternates"),
    *("font_variant_east_asian", "font_feature_settings"),
)
_MEASURES = ("ascent", "underline_position", "strikethrough_position", "underline_thickness", "strikethrough_thickness")

#: how many times a line's ems are looked at, and how many characters more
_LOOK_AHEAD, _MORE = 1.5, 8
#: lines that are kept as Pango has set them, at most; each takes some kilobytes
_MOST_KEPT = 4000
#: two characters that a line may always end between: behind the first line there must be such, so that what was
#: left off could not have changed it
_ALWAYS_BREAKS = re.compile("[\u4e00-\u9fffの][\u4e00-\u9fffのはがをにでと]")


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint.layout import inline, preferred  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415
    from weasyprint.text.ffi import ffi, gobject, pango  # noqa: PLC0415

    ffi.cdef(_DECLARATIONS)
    own_setup, own_split = line_break.Layout.setup, line_break.split_first_line
    read = itemgetter(*_READ)
    unref = gobject.g_object_unref

    def setup(self: Any, style: Any) -> None:
        made = style.font_config.__dict__.setdefault("made_for_styles", {})
        values = read(style)
        try:
            found = made.get(values)
        except TypeError:  # a list among them
            own_setup(self, style)
            return
        if found is None:
            if len(made) >= MOST_FONTS:
                made.clear()
            own_setup(self, style)
            context = pango.pango_layout_get_context(self.layout)
            gobject.g_object_ref(context)
            attributes = pango.pango_layout_get_attributes(self.layout)
            if attributes != ffi.NULL:
                attributes = ffi.gc(pango.pango_attr_list_copy(attributes), pango.pango_attr_list_unref)
            made[values] = (
                *(ffi.gc(context, unref), line_break.get_font_description(style), attributes, self.language),
                {name: self.__dict__[name] for name in _MEASURES if name in self.__dict__},
            )
            return
        context, description, attributes, self.language, measures = found
        self.style = style
        self.first_line_direction = 0
        self.__dict__.update(measures)
        self.layout = ffi.gc(pango.pango_layout_new(context), unref)
        pango.pango_layout_set_auto_dir(self.layout, False)
        pango.pango_layout_set_font_description(self.layout, description)
        if attributes != ffi.NULL:
            # A copy: spacing is added to it for some texts.
            copy = ffi.gc(pango.pango_attr_list_copy(attributes), pango.pango_attr_list_unref)
            pango.pango_layout_set_attributes(self.layout, copy)

    own_reactivate, own_deactivate = line_break.Layout.reactivate, line_break.Layout.deactivate
    kept: deque[Any] = deque()

    def deactivate(self: Any) -> None:
        # ``idle``: kept as Pango has set it, to be drawn; false while it is.
        if self.__dict__.pop("idle", None) is not None or PARAGRAPHS.search(self.text):
            own_deactivate(self)
            return
        self.idle = True
        kept.append(ref(self))
        if len(kept) > _MOST_KEPT:
            first = kept.popleft()()
            if first is not None and first.__dict__.get("idle"):
                del first.idle
                own_deactivate(first)

    def reactivate(self: Any, style: Any) -> None:
        if self.__dict__.pop("idle", None) and self.style is style and not self.justification_spacing:
            self.idle = False
        else:
            own_reactivate(self, style)

    def split_first_line(
        text: str, style: Any, context: Any, max_width: float | None, *rest: Any, **options: Any
    ) -> Any:
        size = style["font_size"]
        if max_width is not None and size and max_width < size * len(text) and "\xad" not in text:
            part = text[: int(max_width / size * _LOOK_AHEAD) + _MORE]
            if len(part) < len(text):
                line = own_split(part, style, context, max_width, *rest, **options)
                _, _, resume_at, width, _, _ = line
                left = part.encode()[resume_at:].decode() if resume_at is not None and width <= max_width else ""
                if _ALWAYS_BREAKS.search(left):
                    return line
        return own_split(text, style, context, max_width, *rest, **options)

    yield line_break.Layout, "setup", setup
    yield line_break.Layout, "deactivate", deactivate
    yield line_break.Layout, "reactivate", reactivate
    yield inline, "split_first_line", split_first_line
    yield preferred, "split_first_line", split_first_line
