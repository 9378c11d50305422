"""Looks at finished pages: is every note on the page of its mark? And names the paragraph that drove one away.

WeasyPrint 70 gives a note away in one case only: a paragraph's ``orphans``-th line finds no room on
the page, the paragraph could be broken after that line but not before it; then notes of the page are
put off until the line fits, whosever they are, and a note marked in that very line is lost. The
paragraph is the last one on the page or, if it did not fit even so, the first one on the next; one
more line of orphans makes it break elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convert.page import Element, add_style

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

#: a paragraph that is held back in vain for so many lines is held back no further
MOST_ORPHANS = 9


@dataclass(frozen=True, slots=True)
class Astray:
    """A note that begins on another page than its mark; pages count from 1, 0 is nowhere.

    ``queued``: a longer note before it fills the page of its mark to the foot and goes on, so nothing can help.
    """

    number: int
    mark: int
    note: int
    queued: bool


def astray(pages: Sequence[Any], numbers: Iterable[int]) -> tuple[Astray, ...]:
    """The notes that begin on another page than their mark; ``numbers`` is the order of the marks."""
    places: dict[str, int] = {}
    for number, page in enumerate(pages, 1):
        for name in page.anchors:
            places.setdefault(name, number)
    found = []
    end = 0  # of the notes so far
    for number in numbers:
        mark, note = places.get(f"fnref-{number}", 0), places.get(f"fn-{number}", 0)
        if mark != note or not note:
            found.append(Astray(number, mark, note, queued=mark < end == note))
        end = max(end, note, places.get(f"fn-{number}-end", 0))
    return tuple(found)


def hold_back(pages: Sequence[Any], notes: Sequence[Astray]) -> bool:
    """Ask one more line of the paragraphs that may have driven a note away; False if there is nothing more to ask.

    That is the last one on the page of its mark, or the one that found no room there and begins the next page.
    """
    suspects: dict[Element, int] = {}
    for number in sorted({note.mark for note in notes if note.mark and not note.queued}):
        here = list(_lines(_root(pages[number - 1])))
        after = list(_lines(_root(pages[number]))) if number < len(pages) else []
        for line in (*here[-1:], *_beginning(after)):
            suspects[line.element] = line.style["orphans"] + 1
    for paragraph, orphans in suspects.items():
        if orphans <= MOST_ORPHANS:
            add_style(paragraph, f"orphans: {orphans}")
    return any(orphans <= MOST_ORPHANS for orphans in suspects.values())


def _beginning(lines: Sequence[Any]) -> Iterator[Any]:
    """Lines of a page up to the first paragraph that could have stood alone on the page before.

    Headings and boxes that stay whole are pushed on by what follows them or stands in them.
    """
    for line in lines:
        yield line
        held = any(
            element.tag in _HEADINGS or "callout" in element.get("class", "").split()
            for element in (line.element, *line.element.iterancestors())
        )
        if not held:
            return


def _root(page: Any) -> Any:
    """The box of the page's text: its first child; foot and margins come after it."""
    return page._page_box.children[0]


def _lines(box: Any) -> Iterator[Any]:
    """The lines below a box in order, without those within lines (inline blocks) and out of the flow."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    stack = [box]
    while stack:
        current = stack.pop()
        if isinstance(current, boxes.LineBox):
            yield current
        elif isinstance(current, boxes.ParentBox) and current.is_in_normal_flow():
            stack += reversed(current.children)


def line_lengths(pages: Sequence[Any], key: str) -> Mapping[str, list[int]]:
    """How many letters each line holds, by the value that the attribute ``key`` of an element around it has.

    Letters are what :func:`letters` counts; what is not plain text of the line (pictures, readings) is not counted.
    """
    lengths: dict[str, list[int]] = {}
    for page in pages:
        for line in _lines(_root(page)):
            owner = line.element
            while owner is not None and owner.get(key) is None:
                owner = owner.getparent()
            if owner is not None:
                lengths.setdefault(owner.get(key), []).append(sum(letters(text) for text in _texts(line)))
    return lengths


def _texts(box: Any) -> Iterator[str]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    for child in box.children:
        if isinstance(child, boxes.TextBox):
            yield child.text
        elif isinstance(child, boxes.InlineBox) and child.is_in_normal_flow():
            yield from _texts(child)


_BLANK = dict.fromkeys(map(ord, " \t\r\n\u00a0\u00ad\u200b\u2060\u3000"))


def letters(text: str) -> int:
    """How many characters of a text show: blanks may be dropped at the end of a line, and don't count."""
    return len(text.translate(_BLANK))
