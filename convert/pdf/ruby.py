"""Readings over their bases (JLReq 3.3.5 to 3.3.8): where each stands, in em, as one pass over a page's tree.

A reading is a box without width behind its base, which its text leaves to the left and upwards (styles/print.css):
so the lines keep their feed, text and reading are drawn in the order they are read in, and a word may break between
characters that have each a reading of their own.

- A reading of a single character stands over its middle; the letters of one that is shorter than a group
  of characters are spread over the group, half as far from its ends as from each other.
- Readings of characters side by side that are longer than their characters share the word's room:
  each as near to its character as the others allow.
- What is longer than the word hangs over kana, stops and commas beside it, by one letter of the reading; over
  nothing else: there the word is set apart.

At a line's edges :mod:`convert.pdf.adjust` moves readings back into the measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from convert.measure import width
from convert.page import Element, Page, add_style, all_text, parent_of

RUBY, READING = "ruby", "rt"

#: the size of a reading, in em of its base
SIZE = 0.5
#: how far a reading may hang over its neighbour, and how far a short one's ends may be from those of its group
_OVER, _FROM_END = 0.5, 0.5
_HUNG_OVER = re.compile("[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff、。，．]")
#: letters that are set apart: not Latin, whose words would fall to pieces
_SPREAD = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_INLINE = frozenset({"span", "a", "em", "strong", "b", "i", "u", "s", "del", "ins", "mark", "small", "q"})


@dataclass(frozen=True, slots=True)
class _Pair:
    """A ruby element, its reading, and how wide base and reading are in em of the base."""

    element: Element
    reading: Element
    base: float
    over: float
    letters: int
    spread: bool


def place(page: Page) -> None:
    """Give every reading its place. To be called before footnotes are placed."""
    for tree in (page.main, *page.bodies.values()):
        for word in list(_words(tree)):
            _place(word)


def _words(tree: Element) -> Iterator[list[_Pair]]:
    """Bases with their readings; those side by side without anything between are one word."""
    word: list[_Pair] = []
    for element in tree.iter("span"):
        pair = _pair(element) if RUBY in element.get("class", "").split() else None
        if pair is None:
            continue
        if word and (element.getprevious() is not word[-1].element or word[-1].element.tail):
            yield word
            word = []
        word.append(pair)
    if word:
        yield word


def _pair(element: Element) -> _Pair | None:
    if not len(element) or READING not in element[-1].get("class", "").split():
        return None
    reading = element[-1]
    text = all_text(reading)
    base = all_text(element).removesuffix(reading.tail or "").removesuffix(text)
    return _Pair(
        element,
        reading,
        width(base) / 2,
        SIZE * width(text) / 2,
        len(text),
        spread=len(base) > 1 and _SPREAD.fullmatch(base + text) is not None,
    )


def _place(word: Sequence[_Pair]) -> None:
    room, needed = sum(pair.base for pair in word), sum(pair.over for pair in word)
    left, right = (_OVER if _HUNG_OVER.fullmatch(sign) else 0.0 for sign in (_before(word[0]), _behind(word[-1])))
    if needed > room:
        over = (needed - room) / 2
        for side, pair, free in (("left", word[0], left), ("right", word[-1], right)):
            if over > free:
                add_style(pair.element, f"margin-{side}: {over - free:.3f}em")
        left = right = over
    starts = _starts(word, -left, room + right - needed)
    end = 0.0
    for pair, start in zip(word, starts, strict=True):
        end += pair.base
        spacing = shift = 0.0
        if pair.spread and pair.over < pair.base:
            blank = pair.base - pair.over
            before = min(blank / pair.letters / 2, _FROM_END)
            spacing = (blank - 2 * before) / (pair.letters - 1) if pair.letters > 1 else 0.0
            shift = before - blank / 2 if spacing else 0.0
        style = f"text-indent: {(start + shift - end) / SIZE:.3f}em"
        add_style(pair.reading, style + (f"; letter-spacing: {spacing / SIZE:.3f}em" if spacing else ""))


def _starts(word: Sequence[_Pair], least: float, most: float) -> list[float]:
    """Where the readings begin, from the word's beginning: in order, each as near to the middle of its base as can be.

    The sum of the squares of their distances from there is the least; ``least`` and ``most`` bound the first
    reading's beginning, if all stood close together.
    """
    groups: list[tuple[float, int]] = []  # sum and number of wishes that have become one
    at = before = 0.0
    for pair in word:
        total, count = at + (pair.base - pair.over) / 2 - before, 1
        while groups and groups[-1][0] / groups[-1][1] > total / count:
            total, count = total + groups[-1][0], count + groups.pop()[1]
        groups.append((total, count))
        at += pair.base
        before += pair.over
    starts, before = [], 0.0
    for wish in [total / count for total, count in groups for _ in range(count)]:
        starts.append(min(max(wish, least), most) + before)
        before += word[len(starts) - 1].over
    return starts


def _before(pair: _Pair) -> str:
    """The character before a ruby element on its line, or an empty string."""
    element = pair.element
    while True:
        sibling = element.getprevious()
        if sibling is not None:
            return (sibling.tail or _last(sibling))[-1:]
        element = parent_of(element)
        if element.text or element.tag not in _INLINE:
            return (element.text or "")[-1:]


def _behind(pair: _Pair) -> str:
    """The character behind a ruby element on its line, or an empty string."""
    element = pair.element
    while not element.tail:
        sibling = element.getnext()
        if sibling is not None:
            return _first(sibling)[:1]
        element = parent_of(element)
        if element.tag not in _INLINE:
            return ""
    return element.tail[0]


def _first(element: Element) -> str:
    """The text that an inline begins with; nothing of what has readings or is no text."""
    return (element.text or "") if element.tag in _INLINE and RUBY not in element.get("class", "").split() else ""


def _last(element: Element) -> str:
    plain = element.tag in _INLINE and not len(element) and RUBY not in element.get("class", "").split()
    return (element.text or "") if plain else ""
