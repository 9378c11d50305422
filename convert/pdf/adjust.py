"""Line adjustment (JLReq 3.8): every line of a Japanese paragraph but the last ends at the same edge.

WeasyPrint 70 stretches blanks only, and Japanese has none. Here one function of its inside is replaced while a page is
laid out, ``layout.inline.text_align``, and lines are drawn by a subclass of its ``text.line_break.Layout``:

- a line is stretched at Latin spaces first, by a quarter em at most, then between Japanese characters,
  as far as copied text stays free of blanks; a line that would need more stays ragged;
- what is blank of an opening bracket at the head (3.1.5) and of a comma, stop, closing bracket or
  middle dot at the end (3.1.9) stands outside the measure.

It concerns lines of the blocks that :mod:`convert.pdf.spacing` has marked, and of justified text in
Japanese; all others are WeasyPrint's own. It is in force only for the
versions of WeasyPrint that it was tested with, and only if a small page comes out as it should.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

#: the versions of WeasyPrint whose insides this is written for
TESTED = ("70.0",)

#: the most that a gap between Japanese characters grows, and a Latin space, in em of the line's type; beyond a sixth
#: of an em readers of PDFs take a gap for a blank
MOST_GAP, MOST_SPACE = 0.15, 0.25

#: classes of blocks with Japanese text: whose lines are made even unless they are centred or to the right, and whose
#: lines only begin flush; set by :mod:`convert.pdf.spacing`
EVEN, FLUSH = "ja-even", "ja-flush"

#: how much of a sign's em is blank before it, and behind it
_OPENING = dict.fromkeys("（〔［｛〈《「『【〘〖〝｟", 0.5)
_CLOSING = dict.fromkeys("）〕］｝〉》」』】〙〗〟｠、。，．", 0.5) | dict.fromkeys("・：；", 0.25)
#: what stretches: not the dashes and dots that come in pairs (3.1.10), nor what is as narrow as Latin;
#: a sign keeps the marks and selectors that combine with it
_STRETCHING = re.compile(
    "[\u2e80-\u3029\u3030-\u3098\u309b-\u30ff\u31c0-\u31ff\u3220-\u9fff\ua960-\ua97f\uf900-\ufaff"
    "\uff01-\uff60\uffe0-\uffe6\u2460-\u24ff\u25a0-\u25ef\u2605\u2606\u203b\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
    "[\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*"
)
_RUN = re.compile(f"(?:{_STRETCHING.pattern})+")
#: blanks between Latin words; one between Latin and Japanese is a gap of the author's, and no wider than it is
_SPACE = re.compile("(?<=[!-~\u00a1-\u052f\u2010-\u2027])[ \u00a0](?=[!-~\u00a1-\u052f\u2010-\u2027])")
_INVISIBLE = "\u200b\u2060"
#: elements whose inside keeps its pitch: code; readings and dots stand over the characters
_RIGID_TAGS = frozenset({"code", "kbd", "samp"})
_RIGID_CLASSES = frozenset({"ruby", "dot"})

#: pixels that no eye and no printer sees
_SLIP = 0.01

TextAlign = Callable[[Any, Any, float, bool], float]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A box of a line that holds no others: ``count`` characters and ``spaces`` in it that stretch.

    ``first`` and ``last``: whether it begins and ends with such a character; ``head`` and ``tail``: whether
    half a gap is to be there.
    """

    box: Any
    count: int
    spaces: int
    first: bool
    last: bool
    head: bool = False
    tail: bool = False

    @property
    def gaps(self) -> float:
        """How many gaps it takes up; the halves at the ends of a text are not drawn, but move what is beside it."""
        return self.count - (self.first + self.last) / 2

    @property
    def room(self) -> float:
        """The same with the halves beside it."""
        return self.gaps + (self.head + self.tail) / 2


@contextmanager
def in_force() -> Iterator[None]:
    """While a page is laid out: Japanese lines are adjusted, if they can be (:func:`problem`)."""
    if problem():
        yield
        return
    with _replaced():
        yield


@contextmanager
def _replaced() -> Iterator[None]:
    from weasyprint.layout import inline  # noqa: PLC0415

    own = inline.text_align

    def text_align(context: Any, line: Any, available_width: float, last: bool) -> float:
        return _text_align(own, context, line, available_width, last)

    inline.text_align = text_align
    try:
        yield
    finally:
        inline.text_align = own


def _text_align(own: TextAlign, context: Any, line: Any, available_width: float, last: bool) -> float:
    """In the place of WeasyPrint's function of this name: adjusts the line, returns how far it is to be moved."""
    style = line.style
    classes = (line.element.get("class") or "").split() if line.element is not None else ()
    align = style["text_align_all"]
    even, flush = EVEN in classes, FLUSH in classes
    if align not in ("justify", "left", "start") or not (even or flush or align == "justify"):
        return own(context, line, available_width, last)
    if (style["lang"] or "").partition("-")[0] != "ja" or style["direction"] != "ltr":
        return own(context, line, available_width, last)
    if style["white_space"] not in ("normal", "nowrap", "pre-line"):
        return own(context, line, available_width, last)
    leaves = list(_leaves(line, rigid=False))
    if not (even or flush) and not any(leaf.count for leaf in leaves):
        return own(context, line, available_width, last)
    hanging = 0.0
    while leaves and _invisible(leaves[-1].box):  # a gap before Latin that begins the next line
        hanging += leaves.pop().box.width
    seen = _between_gaps(leaves)
    if not seen:
        return 0
    head = _blank(seen[0].box, 0, _OPENING)
    hanging += _blank(seen[-1].box, -1, _CLOSING)
    if not flush and (not last or style["text_align_last"] == "justify"):
        _stretch(line, seen, available_width + head + hanging - line.width)
    return -head


def _leaves(box: Any, *, rigid: bool) -> Iterator[_Leaf]:
    """The boxes of a line that hold no others, in order."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    for child in box.children:
        if not child.is_in_normal_flow():
            continue
        if isinstance(child, boxes.InlineBox):
            yield from _leaves(child, rigid=rigid or _is_rigid(child))
        elif isinstance(child, boxes.TextBox) and not rigid:
            text = child.text
            count = len(_STRETCHING.findall(text))
            spaces = len(_SPACE.findall(text))
            ends = bool(count) and [match.end() for match in _RUN.finditer(text)][-1] == len(text)
            yield _Leaf(child, count, spaces, bool(count and _STRETCHING.match(text)), ends)
        else:
            yield _Leaf(child, 0, 0, False, False)


def _between_gaps(leaves: list[_Leaf]) -> list[_Leaf]:
    """The leaves that show; no half gaps at the line's edges, nor where a gap between Japanese and Latin is already.

    Such a gap does not grow: readers of PDFs see a blank in what is wider than about a sixth of an em.
    """
    seen: list[_Leaf] = []
    beside_gap = True
    for leaf in leaves:
        if _invisible(leaf.box):
            if leaf.box.width > 0:
                beside_gap = True
                if seen:
                    seen[-1] = replace(seen[-1], tail=False)
            continue
        seen.append(replace(leaf, head=leaf.first and not beside_gap, tail=leaf.last))
        beside_gap = False
    if seen:
        seen[-1] = replace(seen[-1], tail=False)
    return seen


def _is_rigid(box: Any) -> bool:
    element = box.element
    if element is None:
        return False
    return element.tag in _RIGID_TAGS or not _RIGID_CLASSES.isdisjoint((element.get("class") or "").split())


def _invisible(box: Any) -> bool:
    return not getattr(box, "text", "x").strip(_INVISIBLE)


def _blank(box: Any, at: int, signs: Mapping[str, float]) -> float:
    """How much of the sign at this end of a text is blank, if it is one of these and as wide as an em."""
    text = getattr(box, "text", "").strip(_INVISIBLE)
    if not text or text[at] not in signs:
        return 0.0
    style = box.style
    families = tuple(style["font_family"]), style["font_weight"], style["font_style"]
    wide = _is_wide(style, (*families, style["font_feature_settings"], text[at]), text[at])
    return float(style["font_size"]) * signs[text[at]] if wide else 0.0


def _is_wide(style: Any, key: tuple[Any, ...], sign: str) -> bool:
    """Whether a sign takes a whole em: not in a proportional font, nor where ``halt`` has cut it."""
    from weasyprint.text import line_break  # noqa: PLC0415

    widths = style.cache.setdefault("kumihan-wide", {})
    if key not in widths:
        layout = line_break.Layout(style)
        layout.set_text(sign)
        widths[key] = line_break.line_size(layout.get_first_line()[0], style)[0] > 0.9 * style["font_size"]
    return bool(widths[key])


def _stretch(line: Any, seen: list[_Leaf], slack: float) -> None:
    """Share what is left of the measure among a line's gaps, or leave the line as it is if they would get too wide.

    A Japanese character carries half a gap on either side.
    """
    em = line.style["font_size"]
    spaces = sum(leaf.spaces for leaf in seen)
    gaps = sum(leaf.room for leaf in seen)
    space = min(MOST_SPACE * em, slack / spaces) if spaces else 0.0
    gap = (slack - space * spaces) / gaps if gaps else 0.0
    if 0 < slack <= space * spaces + MOST_GAP * em * gaps + _SLIP:
        _spread(line, {id(leaf.box): leaf for leaf in seen}, gap, space, 0.0)


def _spread(box: Any, leaves: dict[int, _Leaf], gap: float, space: float, x: float) -> float:
    """Move what is in a box of a line by ``x`` and by what has grown before it; returns where that has led."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    start = x
    for child in box.children:
        if child.is_absolutely_positioned():
            child.translate(x, 0)  # a reading over its base
        elif not child.is_in_normal_flow():
            continue
        elif isinstance(child, boxes.InlineBox):
            child.position_x += x
            x = _spread(child, leaves, gap, space, x)
        elif leaf := leaves.get(id(child)) if isinstance(child, boxes.TextBox) else None:
            x += gap / 2 * leaf.head
            child.position_x += x
            if leaf.count or leaf.spaces:
                grown = gap * leaf.gaps + space * leaf.spaces
                child.width += grown
                child.pango_layout = _layout_class()(child.pango_layout, gap, space)
                x += grown + gap / 2 * leaf.tail
        else:
            child.translate(x, 0)
    box.width += x - start
    return x


@cache
def _layout_class() -> Any:
    from weasyprint.text.ffi import TO_UNITS, ffi, pango  # noqa: PLC0415
    from weasyprint.text.line_break import Layout  # noqa: PLC0415

    class Adjusted(Layout):  # type: ignore[misc]
        """A line's text with gaps; drawn, not broken any more."""

        def __init__(self, layout: Any, gap: float, space: float) -> None:
            self.__dict__.update(layout.__dict__)
            self.gap = gap
            self.space = space

        def set_text(self, text: str, justify: bool = False) -> None:
            super().set_text(text, justify)
            if not justify:
                return
            attributes = pango.pango_layout_get_attributes(self.layout)
            if attributes == ffi.NULL:
                attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
            for pattern, more, usual in ((_RUN, self.gap, 0), (_SPACE, self.space, self.style["word_spacing"])):
                own = self.style["letter_spacing"]
                spacing = int((more + usual + (0 if own == "normal" else own)) * TO_UNITS)
                at = end = 0
                for run in pattern.finditer(self.text) if more else ():
                    at += len(self.text[end : run.start()].encode())
                    end = run.end()
                    attribute = pango.pango_attr_letter_spacing_new(spacing)
                    attribute.start_index = at
                    at += len(run[0].encode())
                    attribute.end_index = at
                    pango.pango_attr_list_change(attributes, attribute)
            pango.pango_layout_set_attributes(self.layout, attributes)

    return Adjusted


# Whether it can be relied on


@cache
def problem() -> str:
    """Why lines can't be adjusted here, in a few words; empty if they can."""
    import weasyprint  # noqa: PLC0415
    from weasyprint.layout import inline  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415

    if weasyprint.__version__ not in TESTED:
        return f"WeasyPrint {weasyprint.__version__} is not one of the versions it was tested with: {', '.join(TESTED)}"
    for owner, name, parameters in (
        (inline, "text_align", ["context", "line", "available_width", "last"]),
        (line_break.Layout, "set_text", ["self", "text", "justify"]),
        (line_break.Layout, "reactivate", ["self", "style"]),
        (line_break, "line_size", ["line", "style"]),
    ):
        if list(inspect.signature(getattr(owner, name)).parameters) != parameters:
            return f"WeasyPrint's {name} is not the one it was tested with"
    return _trial()


#: nine characters' room for: a bracket, a word of Latin, a line's last comma; the second line is the last
_TRIAL = (
    '<html lang="ja"><style>@page { size: 400px 400px; margin: 0 } body { margin: 0 } '
    'p { font: 20px "Kumihan Mincho"; width: 190px; margin: 0; text-align: justify }</style>'
    '<p class="ja-even">「一二三四五六<a>七八</a>九十一二三四五</p></html>'
)


def _trial() -> str:
    """Lay out a line that must come out even; what is wrong with it, or nothing."""
    from weasyprint import HTML  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415

    with _replaced():
        page = HTML(string=_TRIAL).render().pages[0]
    line = page._page_box.children[0].children[0].children[0].children[0]
    leaves = [leaf.box for leaf in _leaves(line, rigid=False)]
    for box in leaves:
        box.pango_layout.reactivate(box.style)
        width, _ = line_break.line_size(box.pango_layout.get_first_line()[0], box.style)
        box.pango_layout.deactivate()
        if abs(width - box.width) > 0.05:
            return "a line is not drawn as wide as it was laid out"
    if abs(line.position_x + 10) > 0.05 or abs(leaves[-1].position_x + leaves[-1].width - 190) > 0.05:
        return "a line did not come out even"
    return ""
