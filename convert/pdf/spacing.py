"""What Japanese print does between characters, as one pass over a page's tree before it is laid out.

- Runs of punctuation share one half em of blank (JLReq 3.1.4), also where a link or a mark of a note is between.
- A gap stands between Japanese and Latin (3.2.6): signs that no copied text shows ask :mod:`convert.pdf.adjust` for it.
- Lines break where they should: never before a wave dash or a squared unit (3.1.7), at curly quotes in Japanese text,
  and not before a paragraph's last character (3.5.4). Headings break between phrases (4.1.6).
- In any language, a no-break space before an element does not make its line break after each word.

Nothing is touched in code, keys, formulas and readings.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lxml import etree

from convert import languages
from convert.page import Element, Page, add_class, replace_text
from convert.pdf.adjust import EVEN, FLUSH, GAP_BREAK, GAP_KEEP
from convert.settings import Settings

#: the class of a sign that loses its blank half; styles/print.css has its looks
HALF = "half"

WORD_JOINER, BREAK = "\u2060", "\u200b"

_HARD_BLANK = "\u00a0"
_OBJECT = "\ufffc"
_OPENING = "（〔［｛〈《「『【〘〖〝｟"
_BRACKETS = "）〕］｝〉》」』】〙〗〟｠"
_CLOSING = _BRACKETS + "、，。．"
_MIDDLE = "・：；"
#: what may not begin a line (3.1.7), as far as it is written beside Latin
_NOT_FIRST = "々〻ーゝゞヽヾぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
_KANJI_KANA = (
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_LATIN = "A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"

#: signs of a run that lose their blank half: the one behind a sign, the one before it
_RUN_CLOSED = re.compile(
    f"[{_BRACKETS}、，。．](?=[{_OPENING}{_CLOSING}])|[{_BRACKETS}、，](?=[{_MIDDLE}])|[{_BRACKETS}](?=\u3000)"
)
_RUN_OPENED = re.compile(f"(?<=[{_OPENING}{_MIDDLE}\u3000])[{_OPENING}]")
_BOUNDARY = re.compile(f"(?<=[{_KANJI_KANA}])(?=[{_LATIN}])|(?<=[{_LATIN}%])(?=[{_KANJI_KANA}])")
_KEPT = re.compile("(?<=[^\\s\u3000])[\uff5e\u3371-\u337a\u3380-\u33df]")
#: what stands behind an opening bracket and blanks: an element there would let a line end before it
_BEHIND_BLANK = re.compile(f"(?<=[{_OPENING}]) +(?=[^\\s{_OBJECT}])")
_QUOTES = re.compile(f"(?<=[{_KANJI_KANA}{_CLOSING}])(?=[“‘])|(?<=[”’])(?=[{_KANJI_KANA}{_OPENING}])(?![{_NOT_FIRST}])")
_JAPANESE = re.compile(f"[{_KANJI_KANA}]")
_LAST = re.compile(f"(?<=[^\\s\u3000\ufffc{_OPENING}])[{_KANJI_KANA}](?=[{_CLOSING}！？!?…]*\\Z)")

#: a paragraph of fewer characters has no second line; columns of tables may be narrow, pictures and code wide
_SHORT, _SHORT_CELL = 10, 2
#: a cell of fewer characters stays ragged
_LONG_CELL = 60
_NO_TEXT = frozenset({_OBJECT, " ", "\n", "\t", _HARD_BLANK, "\u3000"})

_INLINE = frozenset(
    {"span", "a", "em", "strong", "b", "i", "u", "s", "del", "ins", "sub", "sup", "mark", "small", "q", "cite", "dfn"}
)
_SKIPPED_TAGS = frozenset({"code", "pre", "kbd", "samp", "svg", "math", "script", "style", "img", "object", "video"})
_SKIPPED_CLASSES = frozenset({"rt", "math", "task", "callout-icon", "placeholder", "address"})
_MARK = "fnref"
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})


@dataclass(slots=True)
class _Piece:
    """A text of the tree, where it begins among the characters of its run, and how deep it stands."""

    owner: Element
    slot: str
    start: int
    depth: int
    edits: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Run:
    """Text that stands on lines together: the characters of a block, or up to a line break."""

    block: Element
    pieces: list[_Piece] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    length: int = 0
    marks: set[int] = field(default_factory=set)

    def add(self, owner: Element, slot: str, depth: int) -> None:
        text = getattr(owner, slot)
        if text:
            self.pieces.append(_Piece(owner, slot, self.length, depth))
            self.texts.append(text)
            self.length += len(text)

    def add_object(self) -> None:
        """Something that is no text stands here."""
        self.texts.append(_OBJECT)
        self.length += 1


def space(page: Page, settings: Settings, language: str, chars: int, *, even: bool) -> None:
    """Set the texts of a page apart and together as the settings ask; ``chars`` are in a line of body text.
    If lines are to be ``even``, blocks get the classes of :mod:`convert.pdf.adjust`.

    Only if it is in Japanese or Chinese; in traditional Chinese, whose signs stand in the middle of their squares, gaps
    alone. To be called before footnotes are placed, since their lines are counted then.
    """
    for tree in (page.main, *page.bodies.values()):
        _part_hard_blanks(tree)
    kind = languages.kind(language)
    if kind not in ("ja", "zh-Hans", "zh-Hant"):
        return
    punctuation, gaps = settings.punctuation == "yes" and kind != "zh-Hant", settings.gaps == "yes"
    even = even and kind != "zh-Hant"
    for tree in (page.main, *page.bodies.values()):
        for run in list(_runs(tree)):
            _set(run, chars, kind, even=even, punctuation=punctuation, gaps=gaps)


def _part_hard_blanks(tree: Element) -> None:
    """Put a no-break space that ends a text into an element of its own.

    Where what follows does not fit, WeasyPrint 70 breaks the text before it; one that ends so, at every space.
    """
    for owner, slot in [(element, slot) for element in tree.iter() for slot in ("text", "tail")]:
        text = getattr(owner, slot) or ""
        if text.endswith(_HARD_BLANK) and text[:-1].strip() and not _in_skipped(owner, slot):
            blank = etree.Element("span")
            blank.text = _HARD_BLANK
            replace_text(owner, slot, [text[:-1], blank])


def _in_skipped(owner: Element, slot: str) -> bool:
    around = ((owner,) if slot == "text" else ()) + (*owner.iterancestors(),)
    return any(_is_skipped(str(element.tag), set(element.get("class", "").split())) for element in around)


def _runs(tree: Element) -> Iterator[_Run]:
    """All runs of text below an element. Nothing is recursive: a note's nesting has no bound."""
    run = _Run(tree)
    stack: list[tuple[Element, bool, Element]] = [(tree, False, tree)]
    depth = 0
    while stack:
        element, leaving, block = stack.pop()
        if not leaving:
            tag = element.tag
            inner = block
            if element is not tree:
                classes = set((element.get("class") or "").split()) if isinstance(tag, str) else set()
                if not isinstance(tag, str):
                    run.add(element, "tail", depth)
                    continue
                if _MARK in classes:
                    run.marks.add(run.length)
                    run.add(element, "tail", depth)
                    continue
                if tag == "br":
                    yield run
                    run = _Run(block)
                    run.add(element, "tail", depth)
                    continue
                if _is_skipped(tag, classes):
                    if "rt" not in classes:
                        run.add_object()
                    run.add(element, "tail", depth)
                    continue
                if tag not in _INLINE:
                    yield run
                    inner = element
                    run = _Run(inner)
            depth += 1
            run.add(element, "text", depth)
            stack.append((element, True, block))
            stack += [(child, False, inner) for child in reversed(element)]
            continue
        depth -= 1
        if element is tree or element.tag not in _INLINE:
            yield run
            run = _Run(block)
        if element is not tree:
            run.add(element, "tail", depth)


def _is_skipped(tag: str, classes: set[str]) -> bool:
    return tag.rpartition("}")[2] in _SKIPPED_TAGS or not _SKIPPED_CLASSES.isdisjoint(classes)


def _set(run: _Run, chars: int, kind: str, *, even: bool, punctuation: bool, gaps: bool) -> None:
    text = "".join(run.texts)
    if not _JAPANESE.search(text):
        return
    block = run.block
    tag = block.tag
    if even:
        classes = (block.get("class") or "").split()
        flush = tag in _HEADINGS or "callout-title" in classes or (tag in _CELLS and len(text) < _LONG_CELL)
        name = FLUSH if flush else EVEN
        if name not in classes:
            add_class(block, name)
    starts = [piece.start for piece in run.pieces]
    if punctuation:
        for found in (*_RUN_CLOSED.finditer(text), *_RUN_OPENED.finditer(text)):
            _edit(run, starts, found.start(), HALF)
    kept: set[int] = set()
    if tag in _HEADINGS and len(text) > _SHORT and len(text) * _HEADING_WIDTH > chars:
        kept.update(_inside_phrases(text, kind, chars / _HEADING_WIDTH))
    shortest = _SHORT_CELL if tag in _CELLS or _OBJECT in text else _SHORT
    if tag not in _HEADINGS and len(text) > shortest and (last := _LAST.search(text.rstrip())):
        kept.add(last.start())
    borders = {found.start() for found in _BOUNDARY.finditer(text)} if gaps else set()
    for at in sorted(borders - run.marks):
        stays = at in kept or text[at] in _NOT_FIRST
        _edit(run, starts, at, GAP_KEEP if stays else GAP_BREAK)
    for at in sorted(kept - borders):
        _edit(run, starts, at, WORD_JOINER)
    for found in _KEPT.finditer(text):
        _edit(run, starts, found.start(), WORD_JOINER)
    for found in _BEHIND_BLANK.finditer(text):
        _edit(run, starts, found.end(), WORD_JOINER)
    for found in _QUOTES.finditer(text):
        _edit(run, starts, found.start(), BREAK)
    for piece in run.pieces:
        if piece.edits:
            _apply(piece)


def _edit(run: _Run, starts: list[int], at: int, what: str) -> None:
    """Note an edit at a place of the run's text.

    Between two texts a gap goes to the one that is less deep: outside of a link, not under a reading.
    """
    index = bisect_right(starts, at) - 1
    piece = run.pieces[index]
    if what in (GAP_BREAK, GAP_KEEP) and at == piece.start and index and run.pieces[index - 1].depth < piece.depth:
        piece = run.pieces[index - 1]
    order = 2 if what == HALF else 1
    piece.edits.append((at - piece.start, order, what))


def _apply(piece: _Piece) -> None:
    text = getattr(piece.owner, piece.slot)
    parts: list[str | Element] = []
    done = 0
    for at, _, what in sorted(set(piece.edits)):
        parts.append(text[done:at])
        done = at
        if what == HALF:
            half = etree.Element("span", {"class": HALF})
            half.text = text[at]
            parts.append(half)
            done = at + 1
        else:
            parts.append(what)
    parts.append(text[done:])
    replace_text(piece.owner, piece.slot, [part for part in parts if not isinstance(part, str) or part])


# Headings

#: of a heading's characters, at most, in em of body text
_HEADING_WIDTH = 1.62
#: katakana, Latin, kanji and the kana behind them, and all else
_SCRIPTS = re.compile(
    "(?s)[\u30a0-\u30ff]+|[A-Za-z0-9\u00c0-\u024f]+|[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff]*[\u3041-\u309f]+"
    "|[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff]+|."
)


def _inside_phrases(text: str, kind: str, most: float) -> Iterator[int]:
    """The places in a heading where no line may end: between two characters of a phrase.

    A phrase of more than ``most`` characters has no line of its own: it may break where its script changes, and a part
    of it that is too long even so anywhere but beside its first and last character.
    """
    at = 0
    for phrase in _parser(kind).parse(text):
        for part in [phrase] if len(phrase) <= most else _SCRIPTS.findall(phrase):
            for inside in range(1, len(part)):
                whole = len(part) <= most or inside in (1, len(part) - 1)
                if whole and not _NO_TEXT.intersection(text[at + inside - 1 : at + inside + 1]):
                    yield at + inside
            at += len(part)


@cache
def _parser(kind: str) -> Any:
    import budoux  # noqa: PLC0415 (only for headings that may take two lines)

    if kind == "zh-Hans":
        return budoux.load_default_simplified_chinese_parser()
    if kind == "zh-Hant":
        return budoux.load_default_traditional_chinese_parser()
    return budoux.load_default_japanese_parser()
