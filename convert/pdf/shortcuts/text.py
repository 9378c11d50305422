"""Quicker lines: Pango is asked once about a paragraph, and once about a short text that comes again and again.

Its objects are made once for a style, and of a line it has set only the glyphs are kept, to be drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from convert.pdf.shortcuts import glyphs
from convert.pdf.shortcuts.places import MOST_FONTS, Replacement, declare, users

#: what would begin another paragraph
_PARAGRAPHS = re.compile("[\n\r\u2029]")

#: what Pango's objects are made from: the properties that setup reads, and those that the description of a font has
_READ = (
    *("direction", "lang", "font_language_override", "text_decoration_line", "font_family", "font_style"),
    *("font_stretch", "font_weight", "font_size", "font_variation_settings", "font_variant_caps", "font_kerning"),
    *("font_variant_ligatures", "font_variant_position", "font_variant_numeric", "font_variant_alternates"),
    *("font_variant_east_asian", "font_feature_settings"),
)
#: where no line is quick: what ends one, tabs, and where a word may be divided
_SEPARATED = re.compile("[\x00-\x1f\x7f-\x9f\xad\u2028\u2029]")
#: what else decides how long a line gets, besides ``white-space``, which a box may change later
_READ_FOR_LINES = (
    *("letter_spacing", "word_spacing", "overflow_wrap", "word_break", "hyphens", "hyphenate_limit_chars"),
    *("hyphenate_limit_zone", "hyphenate_character"),
)
_MEASURES = ("ascent", "underline_position", "strikethrough_position", "underline_thickness", "strikethrough_thickness")

#: how many times a line's ems are looked at, and how many characters more
_LOOK_AHEAD, _MORE = 1.5, 8
#: lines that Pango sets at once, at most
_MOST_LINES = 12
#: characters of a text that is remembered, and such texts, at most; one takes about a kilobyte
_MOST_SHORT, _MOST_KNOWN = 24, 4000
#: more than this Pango can't count
_WIDEST = 2**21
#: two characters that a line may always end between: behind the first line there must be such, so that what was
#: left off could not have changed it
_ALWAYS_BREAKS = re.compile("[\u4e00-\u9fffの][\u4e00-\u9fffのはがをにでと]")
#: how far such are looked for
_FAR = 200
#: a sign that may ask for a gap
_ASKING = "\u2060"
#: where an attribute of Pango's ends that is of all that follows
_TO_THE_END = 2**32 - 1
#: what no line that is one of several may hold: glyphs that depend on those around them, and all that is rare
_INVOLVED = re.compile(
    "[^ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u200b\u2060\u2190-\u22ff\u2460-\u25ff"
    "\u3000-\u3029\u3030-\u3096\u309b-\u30ff\u31f0-\u31ff\u3400-\u9fff\uff01-\uffee]"
)
#: what has a script of its own: the signs around it are of that script too
_LETTER = re.compile("[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff]")
#: what is treated otherwise at a line's end than within
_AT_END = (" ", "\u00a0", "\u200b", "\u2060", "\u3000")
#: brackets that Pango takes for signs of the script of what they enclose, or of what is before
_CLOSED_BY = dict(zip("(<[{«‘“‹⁅〈《「『【〔〖〘〚（［｛｟｢", ")>]}»’”›⁆〉》」』】〕〗〙〛）］｝｠｣", strict=True))
_BRACKET = re.compile("|".join(map(re.escape, (*_CLOSED_BY, *_CLOSED_BY.values()))))


class Manner:
    """What decides how Pango sets text in a style, and what it needs for it: one for all styles that agree in that.

    ``plain``: no spacing of letters or words; ``hyphenates``: words may be divided; ``known``: short texts, set;
    ``alone`` and ``lined``: layouts of Pango's for one text after another, to be set on a line and in lines.
    """

    __slots__ = (
        *("alone", "attributes", "context", "description", "hyphenates", "known", "language", "lined", "measures"),
        *("plain", "size"),
    )

    context: Any
    description: Any
    attributes: Any
    language: Any
    measures: dict[str, Any]
    plain: bool
    hyphenates: bool
    size: float
    known: dict[tuple[Any, ...], Any]
    alone: Any
    lined: Any


class _Set(NamedTuple):
    """A text on a line of its own: how wide it is in Pango's units, and all else that is asked of it."""

    units: int
    length: int
    width: float
    height: float
    baseline: float
    direction: int
    runs: tuple[glyphs.Run, ...]


class _Paragraph:
    """A text set by Pango in lines, the first of ``first`` units, the others of ``units``.

    ``begins`` tells by how many characters are left which line begins there, and at which byte and character.
    ``text`` is as much of ``whole`` as was set.
    """

    __slots__ = ("begins", "encoded", "first", "layout", "manner", "text", "units", "whole")

    def __init__(self, whole: str, text: str, manner: Manner, first: int, units: int) -> None:
        self.whole, self.text, self.encoded = whole, text, text.encode()
        self.manner, self.first, self.units = manner, first, units
        self.layout: Any = None
        self.begins = {len(whole): (0, 0, 0)}

    def begin(self, text: str, manner: Manner) -> tuple[int, int, int] | None:
        """Which line of it begins with this text, which is the rest of a paragraph."""
        found = self.begins.get(len(text)) if manner is self.manner else None
        return found if found and self.whole.endswith(text) else None


def _closes_earlier(line: str) -> bool:
    """Whether a line closes a bracket that was opened before it."""
    awaited: list[str] = []
    for bracket in _BRACKET.findall(line):
        if bracket in _CLOSED_BY:
            awaited.append(_CLOSED_BY[bracket])
            continue
        while awaited and awaited[-1] != bracket:
            awaited.pop()
        if not awaited:
            return True
        awaited.pop()
    return False


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415

    declare()
    manner_of = _manners()
    yield line_break.Layout, "setup", _setup(manner_of)
    yield line_break, "first_line_metrics", _first_line_metrics()
    split_first_line = _split_first_line(manner_of)
    for module in users(layout, "split_first_line"):
        yield module, "split_first_line", split_first_line

    can_break_text = lru_cache(maxsize=_MOST_KNOWN)(line_break.can_break_text)
    for module in users(layout, "can_break_text"):
        yield module, "can_break_text", can_break_text


def _manners() -> Callable[[Any], Manner | None]:
    from weasyprint.text import line_break  # noqa: PLC0415
    from weasyprint.text.ffi import ffi, gobject, pango  # noqa: PLC0415

    own_setup = line_break.Layout.setup
    read = itemgetter(*_READ, *_READ_FOR_LINES)

    def made(style: Any) -> Manner:
        manner = Manner()
        own = line_break.Layout.__new__(line_break.Layout)
        own_setup(own, style)
        context = pango.pango_layout_get_context(own.layout)
        gobject.g_object_ref(context)
        attributes = pango.pango_layout_get_attributes(own.layout)
        if attributes != ffi.NULL:
            attributes = ffi.gc(pango.pango_attr_list_copy(attributes), pango.pango_attr_list_unref)
        manner.context, manner.attributes = ffi.gc(context, gobject.g_object_unref), attributes
        manner.description, manner.language = line_break.get_font_description(style), own.language
        manner.size = style["font_size"]
        manner.measures = {name: own.__dict__[name] for name in _MEASURES if name in own.__dict__}
        manner.plain = style["letter_spacing"] == "normal" and not style["word_spacing"]
        language = style["lang"] and line_break.pyphen.language_fallback(style["lang"])
        manner.hyphenates = style["hyphens"] == "auto" and bool(language)
        manner.alone = manner.lined = None
        manner.known = style.font_config.__dict__.setdefault("known_texts", {})
        return manner

    def manner_of(style: Any) -> Manner | None:
        """The manner of a style; none if its values can't be compared."""
        try:
            found: Manner | None = style.__dict__["manner"]
        except KeyError:
            manners = style.font_config.__dict__.setdefault("manners", {})
            values = read(style)
            try:
                found = manners.get(values)
            except TypeError:  # a list among them
                found = None
            else:
                if found is None:
                    if len(manners) >= MOST_FONTS:
                        manners.clear()
                    found = manners[values] = made(style)
            style.manner = found
        return found

    return manner_of


def _setup(manner_of: Callable[[Any], Manner | None]) -> Any:
    from weasyprint.text import line_break  # noqa: PLC0415
    from weasyprint.text.ffi import ffi, gobject, pango  # noqa: PLC0415

    own = line_break.Layout.setup
    unref = gobject.g_object_unref

    def setup(self: Any, style: Any) -> None:
        manner = manner_of(style)
        if manner is None:
            own(self, style)
            return
        self.style, self.language, self.first_line_direction = style, manner.language, 0
        self.__dict__.update(manner.measures)
        self.layout = ffi.gc(pango.pango_layout_new(manner.context), unref)
        pango.pango_layout_set_auto_dir(self.layout, False)
        pango.pango_layout_set_font_description(self.layout, manner.description)
        if manner.attributes != ffi.NULL:
            # A copy: spacing is added to it for some texts.
            copy = ffi.gc(pango.pango_attr_list_copy(manner.attributes), pango.pango_attr_list_unref)
            pango.pango_layout_set_attributes(self.layout, copy)

    return setup


def _first_line_metrics() -> Any:
    from weasyprint.text import line_break  # noqa: PLC0415
    from weasyprint.text.ffi import pango  # noqa: PLC0415

    own = line_break.first_line_metrics

    def nothing() -> None:
        pass

    def first_line_metrics(line: Any, text: str, layout: Any, *rest: Any, **options: Any) -> Any:
        layout.deactivate = nothing  # not yet
        found = own(line, text, layout, *rest, **options)
        del layout.deactivate
        if not layout.justification_spacing and not _PARAGRAPHS.search(layout.text):
            layout.runs = glyphs.read(pango.pango_layout_get_line_readonly(layout.layout, 0))
        layout.deactivate()
        return found

    return first_line_metrics


def _split_first_line(manner_of: Callable[[Any], Manner | None]) -> Any:
    from weasyprint.text import line_break  # noqa: PLC0415
    from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango  # noqa: PLC0415

    Layout, own = line_break.Layout, line_break.split_first_line
    extents = ffi.new("PangoRectangle *")
    get_line, get_extents = pango.pango_layout_get_line_readonly, pango.pango_layout_line_get_extents
    no_paragraph = last = _Paragraph("", "", Manner(), 0, 0)
    #: how wide lines have been that were not a text's first: the next ones may be too
    usual = 0

    def read(line: Any, length: int) -> _Set:
        get_extents(line, ffi.NULL, extents)
        return _Set(
            *(extents.width, length, extents.width * FROM_UNITS, extents.height * FROM_UNITS, -extents.y * FROM_UNITS),
            *(line.resolved_dir, glyphs.read(line)),
        )

    def result(text: str, manner: Manner, found: _Set, max_width: float | None, resume_at: int | None) -> Any:
        layout = Layout.__new__(Layout)
        layout.__dict__ = {
            **manner.measures,
            "text": text,
            "max_width": max_width,
            "runs": found.runs,
            "justification_spacing": 0,
            "first_line_direction": found.direction,
        }
        return layout, found.length, resume_at, found.width, found.height, found.baseline

    def new_layout(style: Any) -> Any:
        layout = Layout(style).layout
        if style["overflow_wrap"] in ("anywhere", "break-word"):
            attributes = pango.pango_layout_get_attributes(layout)
            if attributes == ffi.NULL:
                attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
            attribute = pango.pango_attr_insert_hyphens_new(False)
            attribute.start_index, attribute.end_index = 0, _TO_THE_END
            pango.pango_attr_list_change(attributes, attribute)
            pango.pango_layout_set_attributes(layout, attributes)
        return layout

    def layout_with(text: str, encoded: bytes, style: Any, ready: Any) -> Any:
        """A layout with a text: the one that is ready, but for a text with signs that ask for something."""
        if _ASKING in text:
            asked = Layout(style)
            asked.set_text(text)
            return asked.layout
        pango.pango_layout_set_text(ready, encoded, -1)
        return ready

    def whole(text: str, style: Any, manner: Manner) -> _Set:
        if manner.alone is None:
            manner.alone = new_layout(style)
        layout = layout_with(text, text.encode(), style, manner.alone)
        line = get_line(layout, 0)
        return read(line, line.length)

    def set_in_lines(text: str, style: Any, manner: Manner, first: int) -> _Paragraph | None:
        nonlocal last
        units = usual or first
        size = manner.size * TO_UNITS
        part = text[: int(max((first + (_MOST_LINES - 1) * units), first * _LOOK_AHEAD) / size) + _MORE]
        if _INVOLVED.search(part) or not _LETTER.search(part):
            return None
        paragraph = _Paragraph(text, part, manner, first, units)
        if manner.lined is None:
            manner.lined = new_layout(style)
        last = no_paragraph  # whose layout this may be
        layout = paragraph.layout = layout_with(part, paragraph.encoded, style, manner.lined)
        pango.pango_layout_set_width(layout, max(first, units))
        pango.pango_layout_set_indent(layout, units - first)
        return paragraph

    def from_paragraph(text: str, style: Any, manner: Manner, max_width: float, breaks: bool) -> Any:
        """The first line of a text as one of a paragraph's; none if it can't be told from that.

        ``breaks``: whether the text is to be set anew if it is not what is left of one.
        """
        nonlocal last, usual
        units = int(max_width * TO_UNITS)
        paragraph = last
        begin = paragraph.begin(text, manner)
        if begin and units != (paragraph.units if begin[0] else paragraph.first):
            if begin[0]:
                usual = units
            begin = None
        if not begin:
            if not breaks:
                return None
            fresh = set_in_lines(text, style, manner, units)
            if fresh is None:
                return None
            paragraph = last = fresh
            begin = 0, 0, 0
        number, byte, at = begin
        here = paragraph.text
        if number and not _LETTER.match(here, at):
            return None
        all_of_it = len(here) == len(paragraph.whole)
        line, following = get_line(paragraph.layout, number), get_line(paragraph.layout, number + 1)
        if following == ffi.NULL:
            if not all_of_it:
                return None
            resume_at, line_text = None, here[at:]
            length = len(paragraph.encoded) - byte
        else:
            end = following.start_index
            resume_at = length = end - byte
            line_text = paragraph.encoded[byte:end].decode()
            until = at + len(line_text)
            if line_text.endswith(_AT_END):
                return None
            found = _ALWAYS_BREAKS.search(here, until, until + _FAR)
            if not found and not (all_of_it and until + _FAR >= len(here)):
                return None
            # What would fit without the blank behind it is tried again.
            if " " in here[until : found.end() if found else len(here)]:
                return None
            paragraph.begins[len(text) - len(line_text)] = number + 1, end, until
        if not _LETTER.search(line_text) or (number and _closes_earlier(line_text)):
            return None
        found_line = read(line, length)
        if found_line.width > max_width:
            return None
        return result(line_text, manner, found_line, max_width, resume_at)

    def from_whole(text: str, style: Any, manner: Manner, limit: float | None, max_width: float | None) -> Any:
        """The only line of a text; none if it has more, or is likely to."""
        known = manner.known
        count = len(text)
        found = known.get((manner, text)) if count <= _MOST_SHORT else None
        if found is None:
            if limit is not None and count > 1 and limit < manner.size * count * (0.6 if text.isascii() else 1):
                return None
            found = whole(text, style, manner)
            if count <= _MOST_SHORT:
                remember(known, (manner, text), found)
        if limit is not None and (count > 1 or text == " "):
            fits = limit >= _WIDEST or (limit >= 0 and found.units <= int(limit * TO_UNITS))
            if not fits or found.width > limit:
                return None
        return result(text, manner, found, max_width, None)

    def remember(known: dict[tuple[Any, ...], Any], key: tuple[Any, ...], value: Any) -> Any:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[key] = value
        return value

    def narrowest(text: str, style: Any, manner: Manner, *rest: Any) -> Any:
        """The first line of a short text where nothing fits."""
        key = manner, text, style["white_space"], *rest[1:]
        found = manner.known.get(key) or remember(manner.known, key, own(text, style, *rest))
        layout = Layout.__new__(Layout)
        layout.__dict__.update(found[0].__dict__)
        return layout, *found[1:]

    def from_part(text: str, style: Any, context: Any, max_width: float, *rest: Any) -> Any:
        """WeasyPrint's own first line of little more of a text than it holds; none if the rest might change it."""
        part = text[: int(max_width / style["font_size"] * _LOOK_AHEAD) + _MORE]
        if len(part) == len(text) or "\xad" in text:
            return None
        line = own(part, style, context, max_width, *rest)
        _, _, resume_at, width, _, _ = line
        left = part.encode()[resume_at:].decode() if resume_at is not None and width <= max_width else ""
        return line if _ALWAYS_BREAKS.search(left) else None

    def split_first_line(
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> Any:
        line = None
        size = style["font_size"]
        limit = max_width if style["white_space"] in ("normal", "pre-wrap", "pre-line") else None
        breaks = limit is not None and limit < size * len(text)
        rest = context, max_width, justification_spacing, is_line_start, minimum
        manner = manner_of(style) if size and not justification_spacing else None
        if manner is not None and manner.plain and not _SEPARATED.search(text):
            measure = limit if limit is not None and 0 < limit < _WIDEST and not manner.hyphenates else None
            if measure is not None and len(text) in last.begins:
                line = from_paragraph(text, style, manner, measure, breaks=False)
            if line is None:
                line = from_whole(text, style, manner, limit, max_width)
            if line is None and limit is not None and limit <= 0 and len(text) <= _MOST_SHORT:
                return narrowest(text, style, manner, *rest)
            if line is None and measure is not None and breaks:
                line = from_paragraph(text, style, manner, measure, breaks=True)
        if line is None and breaks and size and max_width is not None:
            line = from_part(text, style, context, max_width, *rest[2:])
        return line or own(text, style, *rest)

    return split_first_line
