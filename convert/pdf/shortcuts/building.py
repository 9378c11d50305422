"""Quicker building of boxes: where there is no table, nothing is sought that it would be wrapped in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
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
