"""Line adjustment (JLReq 3.8): every line of a Japanese paragraph but the last ends at the same edge.

WeasyPrint 70 stretches blanks only, and Japanese has none. Here four functions of its inside are replaced while
a page is laid out and drawn, ``text_align`` and ``split_inline_box`` of ``layout.inline``, ``set_text`` of
``text.line_break.Layout`` and ``show_text`` of ``pdf.stream.Stream``, and adjusted lines are drawn by a subclass
of the layout, which moves single glyphs:

- a paragraph's last line is even too if it ends so near the edge that nobody sees it stretched;
- a line is stretched at Latin spaces first, by a quarter em at most, then between Japanese characters,
  as far as copied text stays free of blanks; a line that would need more stays ragged;
- a line that would be stretched visibly takes in what follows, if the blank of its brackets, commas and middle dots
  can be squeezed for it (3.8.3): from a half em to a quarter, as in books; stops keep theirs, and so do
  Latin spaces, which are less than the quarter em that they could be squeezed to;
- where :mod:`convert.pdf.spacing` asks for a gap between Japanese and Latin there is one, which does not grow;
- what is blank of an opening bracket at the head (3.1.5) and of a comma, stop, closing bracket or
  middle dot at the end (3.1.9) stands outside the measure.

It concerns lines of the blocks that :mod:`convert.pdf.spacing` has marked, and of justified text in
Japanese; all others are WeasyPrint's own, but that the blanks of code in them are not stretched (a fifth function,
``count_expandable_spaces``). It is in force only for the
versions of WeasyPrint that it was tested with, and only if a small page comes out as it should.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from convert import languages
from convert.pdf.ruby import READING, RUBY
from convert.pdf.shortcuts import glyphs

#: the versions of WeasyPrint whose insides this is written for
TESTED = ("70.0",)

#: the most that a gap between Japanese characters grows, and a Latin space, in em of the line's type; beyond a sixth
#: of an em readers of PDFs take a gap for a blank
MOST_GAP, MOST_SPACE = 0.15, 0.25
#: a gap between Japanese and Latin, in em; readers of PDFs see no blank in it
GAP = 0.115
#: two signs without width ask for it: the line may break behind the one and not behind the other
GAP_BREAK, GAP_KEEP = "\u2060\u200b", "\u2060\u2060"
#: a gap that the eye begins to see; and how wide gaps must be for it to be better to squeeze as far as can be
SEEN_GAP, LOOSE_GAP = 0.025, 0.05

#: classes of blocks with Japanese text: whose lines are made even unless they are centred or to the right, and whose
#: lines only begin flush; set by :mod:`convert.pdf.spacing`
EVEN, FLUSH = "ja-even", "ja-flush"

#: how much of a sign's em is blank before it, and behind it
_OPENING = dict.fromkeys("（〔［｛〈《「『【〘〖〝｟", 0.5)
_CLOSING = dict.fromkeys("）〕］｝〉》」』】〙〗〟｠、。，．", 0.5) | dict.fromkeys("・：；", 0.25)
#: how much of it can be squeezed out
_BEFORE = dict.fromkeys(_OPENING, 0.25) | dict.fromkeys("・：；", 0.125)
_BEHIND = {sign: blank / 2 for sign, blank in _CLOSING.items() if sign not in "。．"}
_SQUEEZED = re.compile(f"[{''.join({*_BEFORE, *_BEHIND})}]")
#: what stretches: not the dashes and dots that come in pairs (3.1.10), nor what is as narrow as Latin;
#: a sign keeps the marks and selectors that combine with it
_STRETCHING = re.compile(
    "[\u2e80-\u3029\u3030-\u3098\u309b-\u30ff\u31c0-\u31ff\u3220-\u9fff\ua960-\ua97f\uf900-\ufaff"
    "\uff01-\uff60\uffe0-\uffe6\u2460-\u24ff\u25a0-\u25ef\u2605\u2606\u203b\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
    "[\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*"
)
_AT_END = re.compile(f"(?:{_STRETCHING.pattern})\\Z")
_MARK = re.compile("[\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: blanks between Latin words; one between Latin and Japanese is a gap of the author's, and no wider than it is
_SPACE = re.compile("(?<=[!-~\u00a1-\u052f\u2010-\u2027])[ \u00a0](?=[!-~\u00a1-\u052f\u2010-\u2027])")
_INVISIBLE = "\u200b\u2060"
_ASKED = re.compile(f"{GAP_BREAK}|{GAP_KEEP}")
_BEFORE_ASKED = re.compile(f"(?:{_STRETCHING.pattern})(?={_ASKED.pattern})")
_BEHIND_ASKED = re.compile(f"(?<=(?:{GAP_BREAK}|{GAP_KEEP}))(?={_STRETCHING.pattern})")
#: how WeasyPrint writes one within an array of glyphs: an empty glyph without width, and one with it
_DRAWN_GAP = re.compile(r">0\.0<>(-[0-9.]+)(?:<|\Z)")
#: elements whose inside keeps its pitch: code, and what a reading stands over
_RIGID_TAGS = frozenset({"code", "kbd", "samp"})

#: pixels that no eye and no printer sees
_SLIP = 0.01

TextAlign = Callable[[Any, Any, float, bool], float]


@dataclass(slots=True)
class _Leaf:
    """A box of a line that holds no others.

    ``halves``: how many half gaps can be in it; ``spaces`` can grow in it.
    ``first`` and ``last``: whether it begins and ends with a character that stretches; ``soft``: whether it is text
    whose characters may move; ``reading``: whether it stands over what is before it; ``head`` and ``tail``: whether
    half a gap is to be there.
    """

    box: Any
    halves: int = 0
    spaces: int = 0
    first: bool = False
    last: bool = False
    soft: bool = False
    reading: bool = False
    head: bool = False
    tail: bool = False

    @property
    def gaps(self) -> float:
        """How many gaps it takes up, with the halves beside it."""
        return (self.halves + self.head + self.tail) / 2


@contextmanager
def in_force() -> Iterator[None]:
    """While a page is laid out or drawn: Japanese lines are adjusted, if they can be (:func:`problem`)."""
    if problem():
        yield
        return
    with _replaced():
        yield


@contextmanager
def _replaced() -> Iterator[None]:
    from weasyprint.layout import inline  # noqa: PLC0415
    from weasyprint.pdf.stream import Stream  # noqa: PLC0415
    from weasyprint.text.line_break import Layout  # noqa: PLC0415

    align, split, count = inline.text_align, inline.split_inline_box, inline.count_expandable_spaces
    set_own_text, show_own_text = Layout.set_text, Stream.show_text

    def text_align(context: Any, line: Any, available_width: float, last: bool) -> float:
        return _text_align(align, context, line, available_width, last)

    def split_inline_box(context: Any, box: Any, position_x: float, max_x: float, *rest: Any) -> Any:
        return _split_inline_box(split, context, box, position_x, max_x, *rest)

    def show_text(stream: Any, text: str) -> None:
        if ">0.0<>-" in text or stream.__dict__.get("kumihan_gap"):
            for part in _parts(stream, text):
                show_own_text(stream, part)
        elif text:
            show_own_text(stream, text)

    def set_text(layout: Any, text: str, justify: bool = False) -> None:
        set_own_text(layout, text, justify)
        if GAP_BREAK in layout.text or GAP_KEEP in layout.text:
            _set_gaps(layout)

    def count_expandable_spaces(box: Any) -> int:
        return 0 if _tag(box) in _RIGID_TAGS else count(box)

    inline.text_align, inline.split_inline_box = text_align, split_inline_box
    inline.count_expandable_spaces = count_expandable_spaces
    Layout.set_text, Stream.show_text = set_text, show_text
    try:
        yield
    finally:
        inline.text_align, inline.split_inline_box = align, split
        inline.count_expandable_spaces = count
        Layout.set_text, Stream.show_text = set_own_text, show_own_text


@cache
def _boxes() -> Any:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    return boxes


def _parts(stream: Any, text: str) -> Iterator[str]:
    """An array of glyphs and moves between them in parts that begin with a gap.

    PDFium sees a blank in a gap within an array, and drops one at an array's end: that one is kept for
    the array that follows on the same line, in another font.
    """
    before = next((operator for operator in reversed(stream.stream) if not operator.endswith(b" Tf")), b"")
    kept = getattr(stream, "kumihan_gap", "") if before.endswith(b" TJ") else ""
    stream.kumihan_gap = ""
    at = 0
    for gap in _DRAWN_GAP.finditer(text):
        if gap.start() > 1:
            yield f"{kept}{text[at : gap.start()]}>"
        kept, at = gap[1] + "<", gap.end()
    if at < len(text):
        yield kept + text[at:]
    else:
        stream.kumihan_gap = kept[:-1]


def _set_gaps(layout: Any) -> None:
    """Widen the signs of a text that ask for a gap; Pango halves one at the end."""
    from weasyprint.text.ffi import TO_UNITS, ffi, pango  # noqa: PLC0415

    attributes = pango.pango_layout_get_attributes(layout.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    own = layout.style["letter_spacing"]
    width = int(((0 if own == "normal" else own) + GAP * layout.style["font_size"]) * TO_UNITS)
    at = done = 0
    for asked in _ASKED.finditer(layout.text):
        at += len(layout.text[done : asked.end()].encode())
        done = asked.end()
        attribute = pango.pango_attr_letter_spacing_new(width * 2 if done == len(layout.text) else width)
        attribute.start_index, attribute.end_index = at - len(GAP_BREAK[1].encode()), at
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(layout.layout, attributes)


def _text_align(own: TextAlign, context: Any, line: Any, available_width: float, last: bool) -> float:
    """In the place of WeasyPrint's function of this name: adjusts the line, returns how far it is to be moved."""
    kind = _kind(line)
    em = line.style["font_size"]
    full = not last or line.style["text_align_last"] == "justify"
    if kind == FLUSH or (kind == EVEN and not full and available_width - line.width > em):
        first, readings = _ends(line)
        if first is None:
            return 0
        head = _blank(first, 0, _OPENING)
    else:
        fitted = _fitted(line) if kind else None
        if fitted is None or (kind == "justify" and not any(leaf.halves for leaf in fitted.leaves)):
            return own(context, line, available_width, last)
        if not fitted.leaves:
            return 0
        slack = available_width - fitted.width
        if full or (slack <= em and _shares(fitted.leaves, slack, em)[0] <= SEEN_GAP * em):
            _adjust(line, fitted, slack)
        head, readings = fitted.head, fitted.readings
    for reading in readings:
        _bring_in(reading, line.position_x + head, line.position_x + head + available_width)
    return -head


def _ends(line: Any) -> tuple[Any, list[Any]]:
    """The first box that shows of a line that is not adjusted, none if nothing does, and its readings."""
    leaves = list(_leaves(line, rigid=False, still=True))
    shown = (leaf.box for leaf in leaves if not leaf.reading and not _invisible(leaf.box))
    return next(shown, None), [leaf.box for leaf in leaves if leaf.reading]


def _bring_in(reading: Any, start: float, end: float) -> None:
    """Move a reading that sticks out of the measure back into it (JLReq 3.3.8); the edges are in pixels."""
    texts = [text for line in reading.children for text in line.children]
    if not texts:
        return
    before, behind = texts[0].position_x - start, texts[-1].position_x + texts[-1].width - end
    if before < 0 or behind > 0:
        reading.translate(max(-before, 0) or -behind, 0)


def _kind(line: Any) -> str:
    """Whether a line is to be even, flush or even because it is ``justify``; empty if it is WeasyPrint's own."""
    style = line.style
    align = style["text_align_all"]
    if align not in ("justify", "left", "start"):
        return ""
    classes = (line.element.get("class") or "").split() if line.element is not None else ()
    kind = FLUSH if FLUSH in classes else EVEN if EVEN in classes else align if align == "justify" else ""
    if not kind or languages.kind(style["lang"] or "") not in ("ja", "zh-Hans") or style["direction"] != "ltr":
        return ""
    return kind if style["white_space"] in ("normal", "nowrap", "pre-line") else ""


@dataclass(slots=True)
class _Fitted:
    """What shows of a line; how much stands outside the measure at its head; how wide it is without what does.

    ``readings`` are the boxes of those over it.
    """

    leaves: list[_Leaf]
    readings: list[Any]
    head: float
    width: float


def _fitted(line: Any) -> _Fitted:
    leaves = list(_leaves(line, rigid=False))
    readings = [leaf.box for leaf in leaves if leaf.reading]
    if readings:
        leaves = [leaf for leaf in leaves if not leaf.reading]
    hanging = 0.0
    while leaves and _invisible(leaves[-1].box):  # a gap before Latin that begins the next line
        hanging += leaves.pop().box.width
    seen = _between_gaps(leaves)
    if not seen:
        return _Fitted(seen, readings, 0, 0)
    head = _blank(seen[0].box, 0, _OPENING)
    hanging += _blank(seen[-1].box, -1, _CLOSING)
    if _ends_in_gap(seen[-1].box):
        hanging += GAP * seen[-1].box.style["font_size"]
    return _Fitted(seen, readings, head, line.width - head - hanging)


def _split_inline_box(own: Callable[..., Any], context: Any, box: Any, start: float, end: float, *rest: Any) -> Any:
    """In the place of WeasyPrint's function of this name: a line that would be too loose takes in what follows.

    What WeasyPrint finds beside the text (lists among its parameters) is that of the line that is taken.
    """
    boxes = _boxes()

    split = own(context, box, start, end, *rest)
    if not isinstance(box, boxes.LineBox):
        return split
    line, resume_at, broken = split[:3]
    measure = end - line.position_x
    if resume_at is None or broken or measure - line.width < SEEN_GAP * line.width or context.excluded_shapes:
        return split
    lists = [at for at, value in enumerate(rest) if isinstance(value, list)]
    if _kind(line) not in (EVEN, "justify") or any(rest[at] for at in lists if at == _FLOATS):
        return split
    wanted = _looseness(context, line, measure)
    room = _room(_fitted(line).leaves) if wanted > SEEN_GAP else 0.0
    more = room + line.style["font_size"] / 2 if room else 0.0
    for _ in range(_MOST_TRIES if more else 0):
        fresh = tuple([] if at in lists else value for at, value in enumerate(rest))
        trial = own(context, box, start, end + more, *fresh)
        longer = trial[0]
        if trial[1] == resume_at or any(fresh[at] for at in lists if at == _FLOATS):
            break
        fitted = _fitted(longer)
        over = fitted.width - _trailing(context, longer) - measure
        room = _room(fitted.leaves)
        if over <= room and (over <= 0 or wanted > LOOSE_GAP * over / room):
            split = trial
            for at in lists:
                rest[at][:] = fresh[at]
            if over <= 0:
                break
        more = min(more, over + (longer.width - fitted.width)) - _SLIP
        if more <= 0:
            break
    return split


_LISTS = ["absolute_boxes", "fixed_boxes", "line_placeholders", "waiting_floats", "line_children"]
_PARAMETERS = [
    *("context", "box", "position_x", "max_x", "bottom_space", "skip_stack", "containing_block"),
    *(*_LISTS, "first_letter_style", "first_line_style"),
]
#: which of them, behind the first four, is the list of floats
_FLOATS = _PARAMETERS.index("waiting_floats") - 4
#: lines tried out, at most, in the place of a loose one
_MOST_TRIES = 4


def _looseness(context: Any, line: Any, measure: float) -> float:
    """How wide the gaps between Japanese characters would get, in em; infinite if the line would stay ragged."""
    fitted = _fitted(line)
    em = line.style["font_size"]
    slack = measure - fitted.width + _trailing(context, line)
    gap = _shares(fitted.leaves, slack, em)[0] / em
    return gap if gap <= MOST_GAP else float("inf")


def _trailing(context: Any, line: Any) -> float:
    """The width of the space at a line's end that is about to be dropped."""
    from weasyprint.layout.preferred import trailing_whitespace_size  # noqa: PLC0415

    return float(trailing_whitespace_size(context, line))


def _leaves(box: Any, *, rigid: bool, base: bool = False, still: bool = False) -> Iterator[_Leaf]:
    """The boxes of a line that hold no others, in order; what a reading stands over is stretched as one character.

    ``still``: nothing is to be moved, and texts are not looked at for where they could be.
    """
    boxes = _boxes()

    for child in box.children:
        if not child.is_in_normal_flow():
            continue
        if isinstance(child, boxes.InlineBox):
            within = base or RUBY in _classes(child)
            yield from _leaves(child, rigid=rigid or _tag(child) in _RIGID_TAGS, base=within, still=still)
        elif isinstance(child, boxes.TextBox) and not rigid:
            yield _Leaf(child) if still else _leaf(child, base=base)
        else:
            yield _Leaf(child, reading=READING in _classes(child))


def _leaf(box: Any, *, base: bool) -> _Leaf:
    halves, spaces, first, last = _gaps(box.text)
    if base:
        return _Leaf(box, first=first, last=last)
    return _Leaf(box, halves, spaces, first, last, soft=True)


@lru_cache(maxsize=1000)
def _gaps(text: str) -> tuple[int, int, bool, bool]:
    """How many half gaps can be in a text, how many Latin spaces; whether its ends stretch."""
    count = len(_STRETCHING.findall(text))
    first = count > 0 and _STRETCHING.match(text) is not None
    last = count > 0 and _stretches_at_end(text)
    beside = sum(len(asked.findall(text)) for asked in (_BEFORE_ASKED, _BEHIND_ASKED)) if GAP_BREAK[0] in text else 0
    spaces = len(_SPACE.findall(text)) if " " in text or "\u00a0" in text else 0
    return 2 * count - first - last - beside, spaces, first, last


def _stretches_at_end(text: str) -> bool:
    # Without marks that combine, which are rare, the last character tells.
    if _MARK.match(text[-1]):
        return _AT_END.search(text) is not None
    return _STRETCHING.match(text[-1]) is not None


def _halves(text: str) -> list[int]:
    """Behind which characters of a text half a gap can be, twice for a whole one; not at its ends and beside gaps."""
    spans = [character.span() for character in _STRETCHING.finditer(text)]
    length = len(text)
    if GAP_BREAK[0] not in text:
        return [start - 1 for start, _ in spans if start] + [end - 1 for _, end in spans if end < length]
    asked = (GAP_BREAK, GAP_KEEP)
    before = [start - 1 for start, _ in spans if start and not text.endswith(asked, 0, start)]
    return before + [end - 1 for _, end in spans if end < length and not text.startswith(asked, end)]


def _classes(box: Any) -> list[str]:
    return (box.element.get("class") or "").split() if box.element is not None else []


def _tag(box: Any) -> str:
    return box.element.tag if box.element is not None else ""


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
                    seen[-1].tail = False
            continue
        if seen and seen[-1].tail and getattr(leaf.box, "text", "").startswith((GAP_BREAK, GAP_KEEP)):
            seen[-1].tail = False
        leaf.head, leaf.tail = leaf.first and not beside_gap, leaf.last
        seen.append(leaf)
        beside_gap = _ends_in_gap(leaf.box)
    if seen:
        seen[-1].tail = False
    return seen


def _ends_in_gap(box: Any) -> bool:
    text: str = getattr(box, "text", "")
    return text.endswith((GAP_BREAK, GAP_KEEP))


def _invisible(box: Any) -> bool:
    return not getattr(box, "text", "x").strip(_INVISIBLE)


def _blank(box: Any, at: int, signs: Mapping[str, float]) -> float:
    """How much of the sign at this end of a text is blank, if it is one of these and as wide as an em."""
    text = getattr(box, "text", "").strip(_INVISIBLE)
    if not text or text[at] not in signs:
        return 0.0
    style = box.style
    return float(style["font_size"]) * signs[text[at]] if _is_wide(style, text[at]) else 0.0


def _is_wide(style: Any, sign: str) -> bool:
    """Whether a sign takes a whole em: not in a proportional font, nor where ``halt`` has cut it."""
    from weasyprint.text import line_break  # noqa: PLC0415

    key = (
        tuple(style["font_family"]),
        style["font_weight"],
        style["font_style"],
        style["font_feature_settings"],
        style["letter_spacing"],
        sign,
    )
    widths = style.cache.setdefault("kumihan-wide", {})
    if key not in widths:
        layout = line_break.Layout(style)
        layout.set_text(sign)
        widths[key] = line_break.line_size(layout.get_first_line()[0], style)[0] > 0.9 * style["font_size"]
    return bool(widths[key])


def _adjust(line: Any, fitted: _Fitted, slack: float) -> None:
    """Share what is left of the measure among a line's gaps, or squeeze out what is too much.

    A line whose gaps would get too wide is left as it is, and one that has no room for what is too much.
    """
    em = line.style["font_size"]
    gap = space = squeeze = 0.0
    if slack > 0:
        gap, space = _shares(fitted.leaves, slack, em)
        if gap > MOST_GAP * em + _SLIP:
            return
    elif slack < -_SLIP:
        room = _room(fitted.leaves)
        if room + 2 * _SLIP < -slack:
            return
        squeeze = min(1.0, -slack / room)
    else:
        return
    squeezes = _squeezes(fitted.leaves) if squeeze else {}
    moves = {}
    for leaf in fitted.leaves:
        if leaf.soft or leaf.first or leaf.last:
            moves[id(leaf.box)] = _move(leaf, gap, space, squeeze, squeezes.get(id(leaf.box), ()))
    _spread(line, moves, 0.0)


def _shares(leaves: list[_Leaf], slack: float, em: float) -> tuple[float, float]:
    """How much a gap and a Latin space grow so that a line takes up some slack; infinite if it has none.

    A Japanese character carries half a gap on either side.
    """
    spaces = sum(leaf.spaces for leaf in leaves)
    gaps = sum(leaf.gaps for leaf in leaves)
    space = min(MOST_SPACE * em, slack / spaces) if spaces else 0.0
    rest = slack - space * spaces
    return (rest / gaps if gaps else 0.0 if rest < _SLIP else float("inf")), space


#: a sign in a text that can be squeezed: its place there, and how much before and behind it, in pixels
_Squeeze = tuple[int, float, float]


def _squeezes(leaves: list[_Leaf]) -> dict[int, list[_Squeeze]]:
    """The signs of a line that can be squeezed, by the box they are in; what stands at an edge is outside already."""
    found: dict[int, list[_Squeeze]] = {}
    for number, leaf in enumerate(leaves):
        if not leaf.soft:
            continue
        text, style = leaf.box.text, leaf.box.style
        head = len(text) - len(text.lstrip(_INVISIBLE)) if number == 0 else -1
        tail = len(text.rstrip(_INVISIBLE)) - 1 if number == len(leaves) - 1 else -1
        signs = []
        for match in _SQUEEZED.finditer(text):
            at, sign = match.start(), match[0]
            before = 0.0 if at == head else _BEFORE.get(sign, 0.0)
            behind = 0.0 if at == tail else _BEHIND.get(sign, 0.0)
            if (before or behind) and _is_wide(style, sign):
                signs.append((at, before * style["font_size"], behind * style["font_size"]))
        if signs:
            found[id(leaf.box)] = signs
    return found


def _room(leaves: list[_Leaf]) -> float:
    """By how much a line can be squeezed, in pixels."""
    return sum(before + behind for signs in _squeezes(leaves).values() for _, before, behind in signs)


@dataclass(slots=True)
class _Move:
    """What becomes of a text: it moves by ``before``, grows behind each character, and has ``tail`` behind it."""

    before: float
    behind: list[float]
    tail: float
    gap: float
    space: float
    squeeze: float


def _move(leaf: _Leaf, gap: float, space: float, squeeze: float, signs: Sequence[_Squeeze]) -> _Move:
    text = leaf.box.text
    behind = [0.0] * len(text)
    before = gap / 2 * leaf.head
    if gap and leaf.halves:
        half = gap / 2
        for at in _halves(text):
            behind[at] += half
    if space and leaf.spaces:
        for blank in _SPACE.finditer(text):
            behind[blank.start()] += space
    for at, ahead, after in signs:
        behind[at] -= after * squeeze
        if at:
            behind[at - 1] -= ahead * squeeze
        else:
            before -= ahead * squeeze
    return _Move(before, behind, gap / 2 * leaf.tail, gap, space, squeeze)


def _spread(box: Any, moves: dict[int, _Move], x: float) -> float:
    """Move what is in a box of a line by ``x`` and by what has grown before it; returns where that has led."""
    boxes = _boxes()

    start = x
    tail = 0.0
    for child in box.children:
        if child.is_absolutely_positioned():
            child.translate(x, 0)
        elif not child.is_in_normal_flow():
            continue
        elif isinstance(child, boxes.InlineBox):
            child.position_x += x
            x = _spread(child, moves, x)
        elif move := moves.get(id(child)):
            x += move.before
            child.position_x += x
            if any(move.behind):
                grown = sum(move.behind)
                child.width += grown
                child.pango_layout = _layout_class()(child.pango_layout, move)
                x += grown
            tail = move.tail
            x += tail
        else:
            child.translate(x - tail if READING in _classes(child) else x, 0)
    box.width += x - start
    return x


@cache
def _layout_class() -> Any:
    from weasyprint.text.ffi import TO_UNITS, ffi  # noqa: PLC0415
    from weasyprint.text.line_break import Layout  # noqa: PLC0415

    class Adjusted(Layout):  # type: ignore[misc]
        """A line's text with gaps; drawn, not broken any more."""

        def __init__(self, layout: Any, move: _Move) -> None:
            self.__dict__.update(layout.__dict__)
            self.gap, self.space, self.squeeze = move.gap, move.space, move.squeeze
            #: how much comes behind each character; in the text here is the blank at a line's end too, that WeasyPrint
            #: has taken from the box
            self._behind = move.behind
            self._moved = False
            if runs := self.__dict__.get("runs"):  # read already by a short cut
                self.runs = glyphs.widened(runs, self.text, move.behind)

        def setup(self, style: Any) -> None:
            super().setup(style)
            self._moved = False

        def get_first_line(self) -> tuple[Any, Any]:
            line, index = super().get_first_line()
            if not self._moved:
                self._moved = True
                self._move_glyphs(line)
            return line, index

        def _move_glyphs(self, line: Any) -> None:
            """Widen and narrow glyphs, the last one of each cluster."""
            grown = glyphs.grown_at_bytes(self.text, self._behind)
            run = line.runs
            while run != ffi.NULL:
                item, string = run.data.item, run.data.glyphs
                run = run.next
                count, clusters, infos = string.num_glyphs, string.log_clusters, string.glyphs
                at, end = item.offset, item.offset + item.length
                if item.analysis.level % 2:  # from right to left: nothing in it stretches, only beside it
                    infos[count - 1].geometry.width += int((grown.get(end, 0.0) - grown.get(at, 0.0)) * TO_UNITS)
                    continue
                before = grown.get(at, 0.0)
                for number in range(count):
                    after = item.offset + clusters[number + 1] if number + 1 < count else end
                    if after == at:
                        continue
                    if (now := grown.get(after, before)) != before:
                        infos[number].geometry.width += int((now - before) * TO_UNITS)
                        before = now
                    at = after

    return Adjusted


# Whether it can be relied on


@cache
def problem() -> str:
    """Why lines can't be adjusted here, in a few words; empty if they can."""
    import weasyprint  # noqa: PLC0415
    from weasyprint.layout import inline  # noqa: PLC0415
    from weasyprint.pdf.stream import Stream  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415

    if weasyprint.__version__ not in TESTED:
        return f"WeasyPrint {weasyprint.__version__} is not one of the versions it was tested with: {', '.join(TESTED)}"
    for owner, name, parameters in (
        (inline, "text_align", ["context", "line", "available_width", "last"]),
        (inline, "split_inline_box", _PARAMETERS),
        (inline, "count_expandable_spaces", ["box"]),
        (line_break.Layout, "setup", ["self", "style"]),
        (line_break.Layout, "set_text", ["self", "text", "justify"]),
        (line_break.Layout, "get_first_line", ["self"]),
        (Stream, "show_text", ["self", "text"]),
        (line_break.Layout, "reactivate", ["self", "style"]),
        (line_break, "line_size", ["line", "style"]),
    ):
        if list(inspect.signature(getattr(owner, name)).parameters) != parameters:
            return f"WeasyPrint's {name} is not the one it was tested with"
    return _trial()


#: nine characters and a half; a bracket, a word that shares the gaps, a comma at the end; a word for which two commas
#: are squeezed; the second lines are the last; and gaps that are asked for, one at the end of a text
_TRIAL = (
    '<html lang="ja"><style>@page { size: 400px 400px; margin: 0 } body { margin: 0 } i { white-space: nowrap } '
    'p { font: normal 20px "Kumihan Mincho"; width: 190px; margin: 0; text-align: justify }</style>'
    '<p class="ja-even">「一二三四五六<a>七八</a>九十一二三四五</p>'
    '<p class="ja-even">一二、三四、五六<i>七八</i>九十</p>'
    f'<p class="ja-even">一{GAP_BREAK}二{GAP_KEEP}<a>三</a></p></html>'
)


def _trial() -> str:
    """Lay out lines that must come out even, and gaps; what is wrong with them, or nothing."""
    from weasyprint import HTML  # noqa: PLC0415

    with _replaced():
        page = HTML(string=_TRIAL).render().pages[0]
        return _misfit(page._page_box.children[0].children[0].children)


def _misfit(paragraphs: Sequence[Any]) -> str:
    *even, gaps = paragraphs
    for number, paragraph in enumerate(even):
        line = paragraph.children[0]
        leaves = [leaf.box for leaf in _leaves(line, rigid=False)]
        for box in leaves:
            if abs(drawn_width(box) - box.width) > 0.05:
                return "a line is not drawn as wide as it was laid out"
        start, end = leaves[0].position_x, leaves[-1].position_x + leaves[-1].width
        if abs(start + (10, 0)[number]) > 0.05 or abs(end - 190) > 0.05:
            return "a line did not come out even"
    text, link = gaps.children[0].children
    if any(abs(width - 20 * (2 + 2 * GAP)) > 0.05 for width in (link.position_x, drawn_width(text))):
        return "gaps between scripts are not as wide as they should be"
    return ""


def drawn_width(box: Any) -> float:
    """How wide a text of a finished page is drawn, in pixels: by its glyphs, since Pango remembers the line's width."""
    from weasyprint.text.ffi import FROM_UNITS, ffi  # noqa: PLC0415

    box.pango_layout.reactivate(box.style)
    run = box.pango_layout.get_first_line()[0].runs
    width = 0
    while run != ffi.NULL:
        glyphs = run.data.glyphs
        width += sum(glyphs.glyphs[number].geometry.width for number in range(glyphs.num_glyphs))
        run = run.next
    box.pango_layout.deactivate()
    return float(width * FROM_UNITS)
