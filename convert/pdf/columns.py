"""Text in columns. What goes across all of them stands between boxes of columns, where it may end pages and turn them.

Within columns WeasyPrint 70 takes a page break for a column's, and turns no page. Nor does it drop the margin above
what begins a column, as it does at the top of a page: the columns' first lines would not be level.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


@contextmanager
def level() -> Iterator[None]:
    """No margin above what begins a column meanwhile; for the WeasyPrint that :mod:`convert.pdf.adjust` knows."""
    from weasyprint.layout import block  # noqa: PLC0415

    own = block.block_box_layout

    def block_box_layout(context: Any, box: Any, bottom_space: float, skip_stack: Any, *rest: Any, **more: Any) -> Any:
        if box.is_column:
            box = _without_margin_above(box, skip_stack)
        return own(context, box, bottom_space, skip_stack, *rest, **more)

    block.block_box_layout = block_box_layout
    try:
        yield
    finally:
        block.block_box_layout = own


def _without_margin_above(box: Any, skip_stack: Any) -> Any:
    """A copy of a box whose first block, and that one's first and so on, have no margin above.

    ``skip_stack`` says, as WeasyPrint does, where the box goes on from an earlier page or column: ``{index: deeper}``.
    """
    from weasyprint.css.properties import Dimension  # noqa: PLC0415
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    ((at, deeper),) = skip_stack.items() if skip_stack else ((0, None),)
    if not isinstance(box, boxes.BlockContainerBox) or at >= len(box.children):
        return box
    first = box.children[at]
    if not isinstance(first, boxes.BlockLevelBox) or not first.is_in_normal_flow():
        return box
    child = _without_margin_above(first, deeper)
    if deeper is None:
        child = child.copy() if child is first else child
        child.style = child.style.copy()
        child.style["margin_top"] = Dimension(0, "px")
    if child is first:
        return box
    return box.copy_with_children([*box.children[:at], child, *box.children[at + 1 :]])


def _goes_across(element: Element) -> bool:
    classes = (element.get("class") or "").split()
    if element.tag == "h1" and not any(name.startswith("rank-") for name in classes):
        return True  # the title
    return element.tag == "header" or not _ACROSS.isdisjoint(classes)
