"""Quicker building of boxes: no tables are wrapped where there are none, no blanks collapsed that stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement

#: what of a text is changed when blanks collapse, whatever it says of white space
_COLLAPSING = re.compile("[\t\n\r]|  ")


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    yield from _tables()
    yield from _blanks()


def _tables() -> Iterator[Replacement]:
    from weasyprint.formatting_structure import build  # noqa: PLC0415

    own = build.table_boxes_children

    def table_boxes_children(box: Any, children: Any) -> Any:
        if not (box.tabular_container or box.proper_table_child):
            for child in children:
                if child.internal_table_or_caption or child.proper_table_child:
                    break
            else:
                box.children = list(children)
                return box
        return own(box, children)

    yield build, "table_boxes_children", table_boxes_children


def _blanks() -> Iterator[Replacement]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    own = boxes.TextBox.process_whitespace

    def process_whitespace(self: Any, following_collapsible_space: bool = False) -> bool:
        text = self.text
        if following_collapsible_space or not text or _COLLAPSING.search(text):
            collapsible: bool = own(self, following_collapsible_space)
            return collapsible
        return text[-1] == " " and self.style["white_space"] in ("normal", "nowrap", "pre-line")

    yield boxes.TextBox, "process_whitespace", process_whitespace
