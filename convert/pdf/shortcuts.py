"""Quicker ways through WeasyPrint, with the same pages at their end: for the versions that they were written for.

Each is a function or class that takes the place of one of WeasyPrint's or pydyf's, and could stand in it:

- a font is copied and taken apart once for a process, not for each document; what a document needs of it is cut out by
  a HarfBuzz that has read it before, without the empty places of unused glyphs (a map leads from their old numbers);
- what is in the file is written once, though its identifier needs the bytes too, and compressed at zlib's usual level;
- a property that the cascade does not set is its initial or its parent's value without further questions, and the
  style of a pseudo-element is made when it is asked for (most never are);
- margin boxes that are empty are not measured;
- how narrow a box can get is looked for, word by word, only where there is less room than it would take;
- Pango's objects for a style are made once, and a Japanese line is looked for in one and a half times as many
  characters as it holds, not four times;
- a text's glyphs are read from Pango's memory in one piece, and it is not laid out again to be drawn: the last few
  thousand lines that were found are kept as Pango has set them.

They are in force from :func:`install` on, if :func:`problem` finds none; without them all works, but slower.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from operator import itemgetter
from struct import Struct
from typing import Any
from weakref import ref

#: the versions whose insides this is written for
TESTED = {"weasyprint": ("70.0",), "pydyf": ("0.13.0",)}

#: of zlib: 9 takes twice as long for a hundredth less
_LEVEL = 6

#: fonts and sizes, at most, that a process remembers
_MOST_FONTS = 400

#: of a font in a PDF, what maps and shapes text is not needed: that is done
_NOT_IN_PDF = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "OS/2", "STAT", "VORG", "cmap", "name", "post", "vhea", "vmtx")
#: in a font with one of these glyphs are no plain outlines, or not yet
_NOT_PLAIN = frozenset({"CFF ", "CFF2", "fvar", "CBDT", "COLR", "EBDT", "SVG ", "sbix"})

#: functions that WeasyPrint does not call
_DECLARATIONS = """
gpointer g_object_ref (gpointer object);
PangoContext * pango_layout_get_context (PangoLayout *layout);
PangoAttrList * pango_attr_list_copy (PangoAttrList *list);
"""

Replacement = tuple[Any, str, Any]


@cache
def problem() -> str:
    """Why they can't be in force here, in a few words; empty if they can."""
    for package, tested in TESTED.items():
        found = version(package)
        if found not in tested:
            return f"{package} {found} is not one of the versions it was tested with: {', '.join(tested)}"
    return ""


def install() -> None:
    """Put all in force, for the rest of the process; nothing if there is a :func:`problem`."""
    if not problem():
        for owner, name, replacement in _replacements():
            setattr(owner, name, replacement)


@contextmanager
def suspended() -> Iterator[None]:
    """WeasyPrint's own ways meanwhile, to compare with."""
    for owner, name, own in _originals():
        setattr(owner, name, own)
    try:
        yield
    finally:
        install()


@cache
def _replacements() -> tuple[Replacement, ...]:
    from weasyprint.text.ffi import ffi  # noqa: PLC0415

    _originals()
    ffi.cdef(_DECLARATIONS)
    return (*_fonts(), *_compression(), *_styles(), *_percentages(), *_fitting(), *_flow(), *_text(), *_drawing())


@cache
def _originals() -> tuple[Replacement, ...]:
    import pydyf  # noqa: PLC0415
    from weasyprint import css, layout  # noqa: PLC0415
    from weasyprint.draw import text  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415
    from weasyprint.layout import inline, page, preferred  # noqa: PLC0415
    from weasyprint.pdf import fonts, stream  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415

    places = [
        (boxes.Box, "is_in_normal_flow"),
        *((stream, "Font"), (fonts.Font, "_harfbuzz_subset")),
        *((pydyf, "zlib"), (pydyf.PDF, "write"), (pydyf.Stream, "data"), (pydyf.Dictionary, "data")),
        *((css.ComputedStyle, "__missing__"), (css.AnonymousStyle, "__missing__")),
        *((css.ComputedStyle, "__init__"), (css.AnonymousStyle, "__init__")),
        *((css.StyleFor, "set_computed_styles"), (css.StyleFor, "__call__")),
        *((module, "resolve_percentages") for module in _users(layout, "resolve_percentages")),
        *((module, "shrink_to_fit") for module in _users(layout, "shrink_to_fit")),
        (page.OrientedBox, "outer"),
        *(
            (text, "draw_first_line"),
            *((line_break.Layout, name) for name in ("setup", "deactivate", "reactivate")),
            (inline, "split_first_line"),
            (preferred, "split_first_line"),
        ),
    ]
    return tuple((owner, name, getattr(owner, name)) for owner, name in places)


def _users(package: Any, name: str) -> Iterator[Any]:
    """The modules of a package that have imported a function."""
    from importlib import import_module  # noqa: PLC0415
    from pkgutil import iter_modules  # noqa: PLC0415

    modules = (import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__))
    return (module for module in modules if hasattr(module, name))


# Fonts


def _fonts() -> Iterator[Replacement]:
    from weasyprint.pdf import fonts, stream  # noqa: PLC0415
    from weasyprint.text.ffi import ffi, gobject  # noqa: PLC0415

    Font: Any = fonts.Font
    own_subset = Font._harfbuzz_subset
    content = fonts.get_hb_object_data
    known: dict[int, tuple[Any, Any]] = {}
    subsetters: dict[int, tuple[Any, Callable[[list[int]], tuple[bytes, dict[int, int]]]]] = {}

    class KnownFont(Font):  # type: ignore[misc]
        """A font of one document, made from what was found out about it for another."""

        def __init__(self, first: Any) -> None:
            self.__dict__.update(first.__dict__)
            self.__dict__.pop("file_content", None)
            self.variations = dict(first.variations)
            self.widths: dict[int, float] = {}
            self.to_unicode: dict[int, str] = {}
            self.missing: dict[int, int] = {}

        def __getattr__(self, name: str) -> Any:
            if name != "file_content":
                raise AttributeError(name)
            self.file_content = content(self.hb_face)
            return self.file_content

    def font(pango_font: Any, description: Any, font_size: float) -> Any:
        # Kept alive, a Pango font keeps its address: it is one and the same until the map of fonts is another.
        address = int(ffi.cast("uintptr_t", pango_font))
        if address not in known:
            if len(known) >= _MOST_FONTS:
                for _, kept in known.values():
                    gobject.g_object_unref(kept)
                known.clear()
                subsetters.clear()
            gobject.g_object_ref(pango_font)
            first = Font(pango_font, description, font_size)
            del first.file_content
            known[address] = first, pango_font
        return KnownFont(known[address][0])

    def subset(self: Any, to_unicode: dict[int, str], hinting: bool) -> None:
        if hinting or self.missing or self.index or not _NOT_PLAIN.isdisjoint(self.tables):
            own_subset(self, to_unicode, hinting)
            return
        address = int(ffi.cast("uintptr_t", self.hb_face))
        if address not in subsetters:
            subsetters[address] = self.hb_face, _subsetter(self.file_content)
        self.file_content, self.glyph_map = subsetters[address][1](sorted(to_unicode))

    yield stream, "Font", font
    yield Font, "_harfbuzz_subset", subset


def _subsetter(data: bytes) -> Callable[[list[int]], tuple[bytes, dict[int, int]]]:
    """What cuts glyphs out of a TrueType font: a font of these alone, and their new numbers by their old ones."""
    import uharfbuzz  # noqa: PLC0415

    face = uharfbuzz.subset_preprocess(uharfbuzz.Face(data))
    tags = [int.from_bytes(tag.encode(), "big") for tag in _NOT_IN_PDF]

    def cut(glyphs: list[int]) -> tuple[bytes, dict[int, int]]:
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update([0, *glyphs])
        wanted.drop_table_tag_set.update(tags)
        wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        plan = uharfbuzz.SubsetPlan(face, wanted)
        numbers = plan.old_to_new_glyph_mapping
        return bytes(plan.execute().blob.data), {glyph: numbers[glyph] for glyph in glyphs if glyph in numbers}

    return cut


def map_glyphs(document: Any, pdf: Any) -> None:
    """The maps from old numbers of glyphs to new ones, for fonts that were cut out: a finisher of ``write_pdf``."""
    import pydyf  # noqa: PLC0415

    maps = {}
    for font in document.fonts.values():
        if numbers := getattr(font, "glyph_map", None):
            values = bytearray(2 * (max(numbers) + 1))
            for old, new in numbers.items():
                values[2 * old : 2 * old + 2] = new.to_bytes(2, "big")
            maps[font.name] = bytes(values)
    written: dict[bytes, bytes] = {}
    for item in list(pdf.objects) if maps else ():
        if isinstance(item, dict) and item.get("Subtype") == "/CIDFontType2" and item.get("BaseFont") in maps:
            name = item["BaseFont"]
            if name not in written:
                stream = pydyf.Stream([maps[name]], compress=True)
                pdf.add_object(stream)
                written[name] = stream.reference
            item["CIDToGIDMap"] = written[name]


# Compression


def _compression() -> Iterator[Replacement]:
    import pydyf  # noqa: PLC0415

    own_write, own_data, own_table = pydyf.PDF.write, pydyf.Stream.data, pydyf.Dictionary.data
    kept: dict[int, bytes | None] = {}

    class Zlib:
        """What pydyf uses of zlib."""

        @staticmethod
        def compressobj(level: int) -> Any:
            return zlib.compressobj(min(level, _LEVEL))

    def remembered(own: Any) -> property:
        def written(self: Any) -> bytes:
            found = kept.get(id(self))
            if found is None:
                found = own.fget(self)
                if id(self) in kept:
                    kept[id(self)] = found
            data: bytes = found
            return data

        return property(written)

    def write(self: Any, *arguments: Any, **options: Any) -> None:
        # Of these alone: what lives only while it is written might leave its number to another.
        kept.update(dict.fromkeys(map(id, self.objects)))
        try:
            own_write(self, *arguments, **options)
        finally:
            kept.clear()

    yield pydyf, "zlib", Zlib
    yield pydyf.PDF, "write", write
    yield pydyf.Stream, "data", remembered(own_data)
    yield pydyf.Dictionary, "data", remembered(own_table)


# Styles

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


def _styles() -> Iterator[Replacement]:
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

    for module in _users(layout, "resolve_percentages"):
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

    for module in _users(layout, "shrink_to_fit"):
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


# Text

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


def _text() -> Iterator[Replacement]:
    from weasyprint.layout import inline, preferred  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415
    from weasyprint.text.ffi import ffi, gobject, pango  # noqa: PLC0415

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
            if len(made) >= _MOST_FONTS:
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
        if self.__dict__.pop("idle", None) is not None or _PARAGRAPHS.search(self.text):
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


# Drawing

#: Pango's glyph: its number, how wide it is set, how far from its place it stands, what it is
_GLYPH = Struct("=IiiiI")
#: what would begin another paragraph
_PARAGRAPHS = re.compile("[\n\r\u2029]")


def _drawing() -> Iterator[Replacement]:
    from weasyprint.draw import text as drawing  # noqa: PLC0415
    from weasyprint.text.ffi import FROM_UNITS, ffi, pango  # noqa: PLC0415

    own = drawing.draw_first_line
    if ffi.sizeof("PangoGlyphInfo") != _GLYPH.size:
        return
    none, unknown = pango.PANGO_GLYPH_EMPTY, pango.PANGO_GLYPH_UNKNOWN_FLAG
    to_thousandths = 1000 * FROM_UNITS

    def draw_first_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: Any, matrix: Any) -> Any:
        layout = textbox.pango_layout
        if text_overflow == "ellipsis" or block_ellipsis != "none" or _PARAGRAPHS.search(layout.text):
            return own(stream, textbox, text_overflow, block_ellipsis, matrix)
        if not textbox.text.strip() or textbox.style["font_size"] < 1e-6:
            return []
        line, _ = layout.get_first_line()
        items = []
        run = line.runs[0]
        while run != ffi.NULL:
            pango_font = run.data.item.analysis.font
            font, size = stream.add_font(pango_font)
            glyphs = run.data.glyphs
            read = list(_GLYPH.iter_unpack(ffi.buffer(glyphs.glyphs, glyphs.num_glyphs * _GLYPH.size)))
            if (
                font.png
                or font.svg
                or font.colr
                or font.bitmap
                or any((glyph & unknown and glyph != none) or rise for glyph, _, _, rise, _ in read)
            ):
                layout.setup(textbox.style)
                layout.set_text(layout.text, justify=True)
                return own(stream, textbox, text_overflow, block_ellipsis, matrix)
            items.append((run.data, pango_font, font, size, read))
            run = run.next

        stream.set_text_matrix(*matrix.values)
        encoded = b""
        parts: list[str] = []
        before = None
        for data, pango_font, font, size, read in items:
            if pango_font != before:
                before = pango_font
                if parts:
                    stream.show_text("".join(parts))
                parts = []
                stream.set_font_size(font.hash, size)
            widths, meanings = font.widths, font.to_unicode
            parts.append("<")
            for at, (glyph, width, offset, _, _) in enumerate(read):
                if glyph == none:
                    parts.append(f">{-width / size}<")
                    continue
                if glyph not in meanings:
                    encoded = encoded or layout.text.encode()
                    meanings[glyph] = _meaning(data, at, len(read), encoded)
                if glyph not in widths:
                    pango.pango_font_get_glyph_extents(pango_font, glyph, stream.ink_rect, stream.logical_rect)
                    widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
                moved = offset / size
                parts.append(f">{-moved}<{glyph:04x}" if moved else f"{glyph:04x}")
                kerning = widths[glyph] + moved - width * to_thousandths / size
                if kerning:
                    parts.append(f">{int(kerning)}<")
            if parts[-1].endswith("<"):
                parts[-1] = parts[-1][:-1]
            else:
                parts.append(">")
        stream.show_text("".join(parts))
        return []

    yield drawing, "draw_first_line", draw_first_line


def _meaning(item: Any, at: int, count: int, text: bytes) -> str:
    """The characters that a glyph of an item stands for."""
    clusters, item = item.glyphs.log_clusters, item.item
    if item.analysis.level % 2:
        end = item.length if at == 0 else clusters[at - 1]
    else:
        end = item.length if at == count - 1 else clusters[at + 1]
    return text[item.offset + clusters[at] : item.offset + end].decode()
