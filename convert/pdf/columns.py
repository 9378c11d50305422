"""Text in columns. What goes across all of them stands between boxes of columns, where it may end pages and turn them.

Within columns WeasyPrint 70 takes a page break for a column's, and turns no page.
"""

from __future__ import annotations

from lxml import etree

from convert.page import Element, Page

#: Classes of what goes across all columns.
_ACROSS = frozenset({"byline", "abstract", "cover", "contents", "properties", "page-break", "landscape", "spanning"})


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


def _goes_across(element: Element) -> bool:
    classes = (element.get("class") or "").split()
    if element.tag == "h1" and not any(name.startswith("rank-") for name in classes):
        return True  # the title
    return element.tag == "header" or not _ACROSS.isdisjoint(classes)
