"""Code in Word: a paragraph for each line, so that each hangs, and a numbering for each block where it is asked for."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from lxml import etree

from convert.code import WHOLE_LINES
from convert.docx.sizes import Sizes
from convert.docx.wml import element, q

Element = etree._Element

#: The size of a number, in half-points: four digits and a gap in the width of a tab.
_NUMBER_SIZE: Final = 14


class CodeNumbers:
    """Numberings of code in ``word/numbering.xml``: one kind, and a list that begins anew for each block."""

    def __init__(self, numbering: Element) -> None:
        self._root = numbering
        kinds = [int(kind.get(q("abstractNumId"), "0")) for kind in numbering.findall(q("abstractNum"))]
        lists = [int(list_.get(q("numId"), "0")) for list_ in numbering.findall(q("num"))]
        self._kind = max(kinds, default=-1) + 1
        self._last = max(lists, default=0)

    def begin(self) -> int:
        """The id of a list for a block of code."""
        if self._root.find(f"{q('abstractNum')}[@{q('abstractNumId')}='{self._kind}']") is None:
            self._root.insert(len(self._root.findall(q("abstractNum"))), self._abstract())
        self._last += 1
        new = element("num", numId=str(self._last))
        new.append(element("abstractNumId", val=str(self._kind)))
        start = element("lvlOverride", ilvl="0")
        start.append(element("startOverride", val="1"))
        new.append(start)
        self._root.append(new)
        return self._last

    def _abstract(self) -> Element:
        kind = element("abstractNum", abstractNumId=str(self._kind))
        kind.append(element("multiLevelType", val="singleLevel"))
        level = element("lvl", ilvl="0")
        run = element("rPr")
        run.extend(
            (
                element("b", val="0"),
                element("i", val="0"),
                element("color", val="7F7F7F"),
                element("sz", val=str(_NUMBER_SIZE)),
                element("szCs", val=str(_NUMBER_SIZE)),
            )
        )
        level.extend(
            (
                element("start", val="1"),
                element("numFmt", val="decimal"),
                element("suff", val="tab"),
                element("lvlText", val="%1"),
                element("lvlJc", val="left"),
                run,
            )
        )
        kind.append(level)
        return kind


def split(paragraph: Element) -> list[Element]:
    """The block's paragraph in one for each line; the first is itself, the others have its properties."""
    properties = paragraph.find(q("pPr"))
    paragraphs = [paragraph]
    for child in list(paragraph):
        if child is properties:
            continue
        if child.tag == q("r") and child.find(q("br")) is not None:
            paragraph.remove(child)
            new = element("p")
            new.append(deepcopy(properties) if properties is not None else element("pPr"))
            paragraphs[-1].addnext(new)
            paragraphs.append(new)
        elif paragraphs[-1] is not paragraph:
            paragraphs[-1].append(child)
    return paragraphs


def indents(sizes: Sizes, start: int | None, *, numbered: bool) -> list[Element]:
    """Direct properties of a line that begins at ``start`` (twips; None: where the style says), if it needs any."""
    if start is None and not numbered:
        return []
    begin = sizes.code_indent if start is None else start
    hanging = sizes.code_tab * (2 if numbered else 1)
    ind = element("ind", left=str(begin + hanging), firstLineChars="0", hanging=str(hanging))
    if start is None:
        return [ind]
    tabs = element("tabs")
    of_style = set(sizes.code_tabs(sizes.code_indent))
    own = set(sizes.code_tabs(begin))
    for stop in sorted(of_style | own):
        tabs.append(element("tab", val="left" if stop in own else "clear", pos=str(stop)))
    return [tabs, ind]


def stays_whole(lines: int) -> bool:
    """Whether a block of so many lines stays on one page."""
    return lines <= WHOLE_LINES
