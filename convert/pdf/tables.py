"""Tables on paper: columns by the width of their text, smaller type or a landscape page for what is wide.

WeasyPrint's own search for widths gives short columns too little room beside long ones, and takes the
square of a word's length: 26 s for 3000 letters.
"""

from __future__ import annotations

import math

from lxml import etree

from convert import measure
from convert.measure import Fit, Needs
from convert.page import Element, Page, add_class, add_style, all_text, parent_of, replace
from convert.pdf.geometry import Geometry
from convert.theme import Theme

#: what stays with what follows it: headings, and the title
_HEADINGS = ("header", "h1", "h2", "h3", "h4", "h5", "h6")
#: what lists, quotes and callouts take of the line, in points
_INDENTS = {"li": 21.0, "blockquote": 21.0, "div": 24.0}
#: a table of fewer lines stays whole, if that is no more than a quarter of a page
KEEP_LINES = 10
#: a caption's type in points, about: what is too much only leaves it room
_CAPTION_SIZE = 10.5
#: CSS pixels in a character of a table, about
_PIXELS = 12
#: in cells these begin a line of their own
_BREAKING = ("p", "li", "br", "div", "pre")


def lay_out(page: Page, geometry: Geometry, theme: Theme, *, landscape: bool) -> None:
    """Set columns and size of all tables; with ``landscape``, wide ones get landscape pages of their own."""
    for table in list(page.main.iter("table")):
        _lay_out(table, geometry, theme, landscape=landscape)
    for body in page.bodies.values():
        for table in list(body.iter("table")):
            _set_in_note(table, geometry, theme)


def _lay_out(table: Element, geometry: Geometry, theme: Theme, *, landscape: bool) -> None:
    around = list(table.iterancestors())
    room = geometry.measure - sum(
        _INDENTS.get(str(e.tag), 0) for e in around if e.tag != "div" or "callout" in e.get("class", "").split()
    )
    turned = geometry.turned if landscape and room == geometry.measure and not _is_held(table) else None
    table_needs = _needs(table)
    if table_needs is None:
        return
    spans = geometry.columns > 1 and _is_in_columns(table)
    if spans:
        spans = measure.fit(table_needs, room, 2 * theme.table_padding, theme.table_sizes[:1], math.inf).landscape
        room = geometry.width_of_text if spans else room
    across = turned.measure if turned else 0
    fit = measure.fit(table_needs, room, 2 * theme.table_padding, theme.table_sizes, across)
    if fit.size != theme.table_sizes[0]:
        add_style(table, f"font-size: {fit.size:g}pt")
    _share(table, table_needs, across if fit.landscape else room, fit, theme.table_padding)
    if _lines(table, geometry.chars) < min(KEEP_LINES, geometry.lines // 4):
        add_class(table, "short")
    if fit.landscape:
        _turn(table)
    elif spans:
        _span(table)


def _is_in_columns(table: Element) -> bool:
    """Whether it stands in the columns directly, as what spans them must (CSS Multi-column 6.1)."""
    parent = parent_of(table)
    return parent.tag == "main" or parent.get("class") == "text"


def _is_held(table: Element) -> bool:
    """Whether it stands in a cell of another table, or in a definition: there it can't leave the page."""
    return any(element.tag in ("td", "th", "dd", "figure") for element in table.iterancestors())


def _set_in_note(table: Element, geometry: Geometry, theme: Theme) -> None:
    """Notes are smaller than the text, and so are their tables; they stay with their notes."""
    table_needs = _needs(table)
    if table_needs is None:
        return
    room = geometry.width_of_text - 2.5 * geometry.font_size
    sizes = theme.table_sizes[1:] or theme.table_sizes
    fit = measure.fit(table_needs, room, 2 * theme.table_padding, sizes)
    add_style(table, f"font-size: {fit.size:g}pt")
    _share(table, table_needs, room, fit, theme.table_padding)


def _share(table: Element, needs: Needs, room: float, fit: Fit, padding: float) -> None:
    """Fixed widths for a table that cannot have all its lines unbroken; others are as wide as their text."""
    columns = len(needs.natural)
    free = room / fit.size * 2 - columns * 4 * padding  # half-widths
    if sum(needs.natural) <= free:
        _widen_caption(table, room, (sum(needs.natural) + columns * 4 * padding) * fit.size / 2)
        return
    shares = [share + 4 * padding for share in measure.share(needs, max(free, 1.0))]
    for old in table.findall("colgroup"):
        table.remove(old)
    group = etree.Element("colgroup")
    for share in shares:
        etree.SubElement(group, "col", {"style": f"width: {100 * share / sum(shares):.2f}%"})
    caption = table.find("caption")
    table.insert(0 if caption is None else 1, group)
    add_style(table, "table-layout: fixed; width: 100%")


def _widen_caption(table: Element, room: float, width: float) -> None:
    """Let a caption longer than its table is wide be as wide as the text, in points; else it has the table's width."""
    caption = table.find("caption")
    if caption is None:
        return
    marks = sum("fnref" in span.get("class", "").split() for span in caption.iter("span"))
    wanted = min(room, (measure.width(all_text(caption)) / 2 + marks) * _CAPTION_SIZE)
    if wanted > width:
        add_style(caption, f"margin: 0 -{(wanted - width) / 2:.1f}pt")


def _lines(table: Element, chars: int) -> int:
    """About how many lines a table takes."""
    return sum(1 + len(all_text(row)) // chars for row in table.iter("tr", "caption"))


def _turn(table: Element) -> None:
    """On a landscape page, with title and headings before it; tables that follow each other share their pages."""
    parent = parent_of(table)
    first = table
    before = table.getprevious()
    while before is not None and (before.tag in _HEADINGS or before.get("class") == "byline"):
        first, before = before, before.getprevious()
    if before is not None and before.get("class") == "landscape" and not (before.tail or "").strip():
        page = before
    else:
        page = etree.Element("div", {"class": "landscape"})
        parent.insert(parent.index(first), page)
    page.tail, table.tail = table.tail, None
    start = parent.index(first)
    page.extend(list(parent)[start : parent.index(table) + 1])


def _span(table: Element) -> None:
    """In a box across all columns: WeasyPrint 70 lets no table span them itself."""
    box = etree.Element("div", {"class": "spanning"})
    replace(table, box)
    box.append(table)


def _needs(table: Element) -> Needs | None:
    """What the columns need; None for a table without any."""
    cells: list[tuple[int, int, list[str]]] = []
    columns = 0
    taken: list[int] = []  # rows that a cell above still fills, by column
    for row in table.iter("tr"):
        column = 0
        for cell in (child for child in row if child.tag in ("td", "th")):
            while column < len(taken) and taken[column]:
                column += 1
            wide, deep = _count(cell.get("colspan")), _count(cell.get("rowspan"))
            taken += [0] * (column + wide - len(taken))
            taken[column : column + wide] = [deep] * wide
            cells.append((column, wide, _text_lines(cell)))
            column += wide
        columns = max(columns, column)
        taken = [max(0, rows - 1) for rows in taken]
    return measure.needs(columns, cells) if columns else None


def _count(value: str | None) -> int:
    return min(int(value), 1000) if value and value.isdecimal() and int(value) else 1


def _picture_chars(picture: Element) -> int:
    """About how many characters a picture in a cell is wide: as its author asked, else enough to see something."""
    asked = picture.get("width", "").removesuffix("px")
    return min(40, 1 + int(asked) // _PIXELS) if asked.isdecimal() and len(asked) < 6 else 6


def _text_lines(cell: Element) -> list[str]:
    lines = [""]

    def walk(element: Element) -> None:
        if element.tag in _BREAKING:
            lines.append("")
        if element.tag == "img":
            lines[-1] += "図" * _picture_chars(element)  # it takes room beside text, and may get smaller
            return
        if "fnref" in element.get("class", "").split():
            lines[-1] += "00"  # the mark comes later
        lines[-1] += element.text or ""
        for child in element:
            if isinstance(child.tag, str):
                walk(child)
            lines[-1] += child.tail or ""

    walk(cell)
    return [" ".join(line.split("\n")).strip(" ") for line in lines]
