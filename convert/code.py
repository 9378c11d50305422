"""Code on the page: a line of code is a line of the tree, so that it can hang, be numbered and kept together."""

from __future__ import annotations

import re
from copy import deepcopy

from lxml import etree

from convert.measure import cells
from convert.page import Element, Page, add_class, all_text, replace_text, shell_of, text_nodes

#: a block of at most so many lines stays on one page
WHOLE_LINES = 12
#: columns from one tab stop to the next; the style sheets and Word's reference say the same
TAB = 4

_BLANKS = re.compile("(?<=[^\\x00-\\u024f]) +| +(?=[^\\x00-\\u024f])")


def set_lines(page: Page, *, numbers: bool, columns: int = 0) -> None:
    """Make a ``span.line`` of each line of code, its end of line within; highlighting is kept.

    On paper, tabs become blanks.
    A ``pre`` of few lines gets the class ``short``. ``numbers`` writes their numbers into ``data-line``;
    ``columns`` is how many half-widths a printed line holds on paper (0: on a screen).
    """
    for tree in (page.main, *page.bodies.values()):
        for block in list(tree.iter("pre")):
            code = block[0] if len(block) == 1 and block[0].tag == "code" else block
            lines = _lines(code)
            code.text = None
            code[:] = lines
            if columns:
                for line in lines:
                    _expand_tabs(line)
                    _part_blanks(line)
            if sum(_printed(line, columns) for line in lines) <= WHOLE_LINES:
                add_class(block, "short")
            if numbers:
                add_class(block, "numbered")
                for number, line in enumerate(lines, 1):
                    line.set("data-line", str(number))


def _printed(line: Element, columns: int) -> int:
    return 1 + max(0, cells(all_text(line).expandtabs(TAB)) - 1) // columns if columns else 1


def _lines(code: Element) -> list[Element]:
    """The content in ``span.line`` elements; elements that hold line ends are split there."""
    lines: list[Element] = []
    open_: list[Element] = []  # copies of the elements that we are in, within the last line

    def begin(around: list[Element]) -> None:
        line = etree.Element("span", {"class": "line"})
        lines.append(line)
        copies = [line]
        for element in around:
            copy = _copy_in(copies[-1], element)
            copies.append(copy)
        open_[:] = copies

    def put(text: str | None, around: list[Element]) -> None:
        for at, piece in enumerate((text or "").split("\n")):
            if at:
                _append(open_[-1], "\n")
                begin(around)
            _append(open_[-1], piece)

    def walk(element: Element, around: list[Element]) -> None:
        put(element.text, around)
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if "\n" not in all_text(child):
                copy = deepcopy(child)
                copy.tail = None
                open_[-1].append(copy)
            elif child.tag == "span" and not child.attrib:
                walk(child, around)  # pandoc's own wrapper of a line
            else:
                inner = [*around, child]
                open_.append(_copy_in(open_[-1], child))
                walk(child, inner)
                open_.pop()
            put(child.tail, around)

    begin([])
    walk(code, [])
    if len(lines) > 1 and not all_text(lines[-1]):
        lines.pop()
    return lines


def _copy_in(parent: Element, element: Element) -> Element:
    copy = shell_of(element)
    parent.append(copy)
    return copy


def _expand_tabs(line: Element) -> None:
    """Blanks in the place of tabs: a PDF has none to copy, and WeasyPrint rounds their stops to whole pixels."""
    column = 0
    for owner, slot in list(text_nodes(line, frozenset())):
        text: str = getattr(owner, slot)
        if "\t" in text:
            out = []
            for piece in re.split("(\t)", text):
                new = " " * (TAB - column % TAB) if piece == "\t" else piece
                column += cells(new)
                out.append(new)
            setattr(owner, slot, "".join(out))
        else:
            column += cells(text)


def _part_blanks(line: Element) -> None:
    """Blanks beside Japanese in elements of their own: Pango takes some of them from its font, half as wide."""
    for owner, slot in list(text_nodes(line, frozenset())):
        text: str = getattr(owner, slot)
        parts: list[str | Element] = []
        at = 0
        for found in _BLANKS.finditer(text):
            if found.start() > at:
                parts.append(text[at : found.start()])
            blanks = etree.Element("span")
            blanks.text = found[0]
            parts.append(blanks)
            at = found.end()
        if parts:
            replace_text(owner, slot, [*parts, text[at:]])


def _append(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
