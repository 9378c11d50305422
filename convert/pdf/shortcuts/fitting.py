"""Quicker widths of what is as wide as its content: the least one is asked only if the widest does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement, users


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint import layout  # noqa: PLC0415
    from weasyprint.layout import page, preferred  # noqa: PLC0415

    outer = page.OrientedBox.outer

    def shrink_to_fit(context: Any, box: Any, available_content_width: float) -> float:
        widest: float = preferred.max_content_width(context, box, outer=False)
        if widest <= available_content_width:
            return widest
        narrowest: float = preferred.min_content_width(context, box, outer=False)
        return min(max(narrowest, available_content_width), widest)

    def set_outer(self: Any, new_outer: float) -> None:
        if self.max_content_size <= new_outer - self.sugar:
            self.inner = self.max_content_size
        else:
            outer.fset(self, new_outer)

    for module in users(layout, "shrink_to_fit"):
        yield module, "shrink_to_fit", shrink_to_fit
    yield page.OrientedBox, "outer", outer.setter(set_outer)
