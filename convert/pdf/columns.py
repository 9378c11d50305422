"""Text in columns. What goes across all of them stands between boxes of columns, where it may end pages and turn them.

Within columns WeasyPrint 70 takes a page break for a column's, and turns no page.
"""

from __future__ import annotations

from lxml import etree

from convert.page import Element, Page, all_text, parent_of
from convert.pdf.footnotes import LONG

#: Classes of what goes across all columns.
_ACROSS = frozenset({"byline", "abstract", "cover", "contents", "properties", "page-break", "landscape", "spanning"})

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def set_in_columns(page: Page) -> None:
    """Put the text between what goes across into boxes ``.columns``."""
    text = next((child for child in page.main if child.get("class") == "text"), page.main)
    box: Element | None = None
    for child in list(text):
        if _goes_across(child):
            box = None
            continue
        if box is None:
            box = etree.Element("div", {"class": "columns"})
            child.addprevious(box)
        box.append(child)


def unfit_notes(page: Page) -> frozenset[int]:
    """The footnotes that would go over several floats: under columns WeasyPrint 70 sets them in minutes, or never."""
    return frozenset(
        number
        for number, body in page.bodies.items()
        if len(all_text(body)) > LONG or any(True for _ in body.iter("table", "pre"))
    )


def end_page_before(page: Page, number: int) -> bool:
    """End a page before the block that has the mark of a footnote, and the headings above it; False if it begins one.

    In columns WeasyPrint 70 puts notes that find no room on the next page, and lets the text go on.
    """
    call = next((link for link in page.main.iter("a") if link.get("id") == f"fnref-{number}"), None)
    if call is None:
        return False
    block = call
    for around in call.iterancestors():
        if around.get("class") == "columns":
            break
        block = around
    else:
        return False
    before = block.getprevious()
    while before is not None and before.tag in _HEADINGS:
        block, before = before, before.getprevious()
    if before is None:
        return False
    box = parent_of(block)
    rest = etree.Element("div", {"class": "columns"})
    rest.extend([block, *block.itersiblings()])
    box.addnext(rest)
    box.addnext(etree.Element("div", {"class": "page-break"}))
    return True


def _goes_across(element: Element) -> bool:
    classes = (element.get("class") or "").split()
    if element.tag == "h1" and not any(name.startswith("rank-") for name in classes):
        return True  # the title
    return element.tag == "header" or not _ACROSS.isdisjoint(classes)
