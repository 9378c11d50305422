"""Landscape pages of a Word file: sections of their own around wide tables and the headings before them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Final

from lxml import etree

from convert.docx.roles import HEADING_LEVELS, style_id
from convert.docx.text import put_property, style_of
from convert.docx.wml import element, q

Element = etree._Element

#: Roles of what goes with a table beside headings: what stands above the text, a caption.
_HEAD: Final = ("title", "subtitle", "author", "date", "caption")


def turn(document: Element, tables: Sequence[Element]) -> None:
    """Put each of the tables, which stand in the body itself, on landscape pages; neighbours share theirs."""
    body = document.find(q("body"))
    if body is None or not tables:
        return
    upright = body[-1]
    landscape = _landscape(upright)
    for table in tables:
        _end_before(_first(table), upright)
        gap = table.getnext()
        if gap is None or gap.tag != q("p"):
            raise ValueError("a table without a paragraph behind it")
        _end_with(gap, landscape)
    last = upright.getprevious()
    section = None if last is None else last.find(f"{q('pPr')}/{q('sectPr')}")
    if section is not None:  # else an empty page would follow
        section.getparent().remove(section)  # type: ignore[union-attr]
        body.replace(upright, deepcopy(landscape))
    for section in list(body.iter(q("sectPr")))[1:]:
        first_page = section.find(q("titlePg"))
        if first_page is not None:  # only the document's first page has no running head
            section.remove(first_page)


def _first(table: Element) -> Element:
    """The first of what goes with the table: title, headings, gaps, bookmarks, a caption."""
    kept = {style_id(f"heading-{level}") for level in range(1, HEADING_LEVELS + 1)} | {style_id(role) for role in _HEAD}
    first = table
    before = table.getprevious()
    while before is not None:
        if before.tag == q("p"):
            if before.find(f"{q('pPr')}/{q('sectPr')}") is not None:
                break
            if style_of(before) != style_id("gap") and style_of(before) not in kept:
                break
        elif before.tag not in (q("bookmarkStart"), q("bookmarkEnd")):
            break
        first, before = before, before.getprevious()
    while first is not table and first.tag == q("p") and style_of(first) == style_id("gap"):
        following = first.getnext()
        if following is None:
            break
        first = following
    return first


def _end_before(first: Element, upright: Element) -> None:
    before = first.getprevious()
    while before is not None and before.tag in (q("bookmarkStart"), q("bookmarkEnd")):
        before = before.getprevious()
    if before is None:
        return
    if before.tag != q("p"):
        raise ValueError("a table without a paragraph before it")
    section = before.find(f"{q('pPr')}/{q('sectPr')}")
    if section is None:
        _end_with(before, upright)
    else:  # that of the table before
        section.getparent().remove(section)  # type: ignore[union-attr]


def _end_with(paragraph: Element, section: Element) -> None:
    put_property(paragraph, deepcopy(section))


def _landscape(upright: Element) -> Element:
    """The section turned on its side, with the same margins above and below, left and right."""
    turned = deepcopy(upright)
    for size in turned.iter(q("pgSz")):
        size.attrib.update({q("w"): size.get(q("h"), ""), q("h"): size.get(q("w"), ""), q("orient"): "landscape"})
    kind = turned.find(q("type"))
    if kind is None:
        footnotes = turned.find(q("footnotePr"))
        at = 0 if footnotes is None else turned.index(footnotes) + 1
        turned.insert(at, element("type", val="nextPage"))
    return turned
