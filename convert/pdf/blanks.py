"""Blanks at the foot of pages that a better break avoids: what is kept whole stays so while the blank is bearable.

Callouts, code and tables of a few lines and boxes in a place of something are not broken; pictures can't be. Where one
of them leaves more than a quarter of a page empty, it may break after all, pictures of one paragraph part, and
one that nearly fits gets a little smaller. Blanks before a page break that was asked for are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from convert.page import add_class, add_style

#: of a page's height: a blank beyond it is looked into
MOST_BLANK = 0.25
#: a picture is made smaller by no more than this factor, and not if its author gave its size (class ``sized``)
LEAST_SCALE = 0.65

SIZED = "sized"
#: what comes along with what follows, and what stays whole in any case
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_WHOLE = _HEADINGS | {"tr", "thead", "figure", "caption", "figcaption"}
_FORCED = frozenset({"always", "page", "left", "right", "recto", "verso"})


def avoid(pages: Sequence[Any]) -> bool:
    """Loosen in the pages' tree what has left large blanks; whether another layout can be better for it."""
    changed = False
    for page, after in pairwise(pages):
        blank, whole = _blank(page._page_box)
        if blank > MOST_BLANK * whole and not _is_forced(page._page_box, after._page_box):
            changed |= _loosen(after._page_box, blank)
    return changed


def _blank(page: Any) -> tuple[float, float]:
    """How much of a page's text area is blank at its foot, and how high the area is, in pixels."""
    foot = page.content_box_y() + page.height
    for box in page.children[1:]:
        if type(box).__name__ == "FootnoteAreaBox" and box.children:
            foot -= box.margin_height()
    end = max(
        (path[-1].position_y + path[-1].height for path in _paths(page.children[0])), default=page.content_box_y()
    )
    return foot - end, page.height


def _is_forced(page: Any, after: Any) -> bool:
    """Whether a page ends because a break is asked for, or because the next one is of another kind."""
    if page.page_type.name != after.page_type.name:
        return True
    ends = any(box.style["break_after"] in _FORCED for box in _edge(page.children[0], -1))
    return ends or any(box.style["break_before"] in _FORCED for box in _edge(after.children[0], 0))


def _edge(box: Any, at: int) -> Iterator[Any]:
    """A box, its first or last child, that one's, and so on."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    while not isinstance(box, boxes.LineBox):
        yield box
        children = [child for child in getattr(box, "children", ()) if child.is_in_normal_flow()]
        if not children:
            return
        box = children[at]


def _loosen(page: Any, blank: float) -> bool:
    """Loosen what begins a page, behind headings, which come along with it."""
    for path in _paths(page.children[0]):
        blocks = [box for box in path if box.element is not None]
        if any(box.element.tag in _HEADINGS for box in blocks):
            continue
        whole = next((b for b in blocks if b.style["break_inside"] == "avoid" and b.element.tag not in _WHOLE), None)
        if whole is not None:
            add_style(whole.element, "break-inside: auto")
            return True
        picture = next(_pictures(path[-1]), None)
        return picture is not None and (_part(blocks[-1]) or _shrink(page, picture, blank))
    return False


def _paths(root: Any) -> Iterator[list[Any]]:
    """The lines and pictures below a box, in order, each behind the boxes that it is in."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    stack = [[root]]
    while stack:
        path = stack.pop()
        if isinstance(path[-1], (boxes.LineBox, boxes.ReplacedBox)):
            yield path
        elif isinstance(path[-1], boxes.ParentBox):
            stack += [[*path, child] for child in reversed(path[-1].children)]


def _pictures(box: Any) -> Iterator[Any]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    if isinstance(box, boxes.ReplacedBox):
        yield box
    elif isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        for child in box.children:
            yield from _pictures(child)


def _part(line: Any) -> bool:
    """Let pictures that stand on lines of one paragraph go on different pages, one by one."""
    paragraph = line.element
    if paragraph.find(".//br") is None or line.style["orphans"] == 1:
        return False
    add_style(paragraph, "orphans: 1; widows: 1")
    return True


def _shrink(page: Any, picture: Any, blank: float) -> bool:
    """Make a picture so small that it fits into the blank with what stands before it and its caption."""
    element = picture.element
    if element is None or SIZED in (element.get("class") or "").split():
        return False
    outer = next((e for e in element.iterancestors("figure")), element.getparent())
    parts = [path[-1] for path in _paths(page.children[0]) if any(box.element is outer for box in path)]
    end = max((box.position_y + box.height for box in parts), default=picture.position_y + picture.height)
    beside = end - page.content_box_y() - picture.height + 2 * page.style["font_size"]
    scale = (blank - beside) / picture.height
    if not LEAST_SCALE <= scale < 1:
        return False
    add_class(element, SIZED)
    add_style(element, f"width: {picture.width * scale:.2f}px; height: auto")
    return True
