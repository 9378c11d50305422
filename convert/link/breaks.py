"""Page breaks: those that the author marks, and those that settings put before headings and in the place of rules.

A break is an empty ``Div .page-break``; ``<!-- pagebreak -->`` becomes one in :mod:`convert.link.html`.
"""

from __future__ import annotations

from convert.link import numbering
from convert.link.headings import is_frame
from convert.nodes import Block, attr, div, has_class
from convert.settings import Settings


def run(blocks: list[Block], settings: Settings, *, above: bool, titled: bool = False) -> None:
    """Put breaks in place as the settings say; ``above`` tells that something is printed above the first block,
    ``titled`` that this is the document's title.

    With ``breaks: h2`` an H1 begins a page too. The first such heading begins none, nor does one that follows
    another directly. Where a page begins already, a further break would only leave it empty.
    """
    levels = {"none": 0, "h1": 1, "h2": 2}
    deepest = levels[settings.breaks] if settings.breaks in levels else numbering.highest(blocks, titled=titled)
    begun = False
    title = blocks[0] if titled and settings.breaks == "highest" else None
    on_top = not above

    def place(children: list[Block]) -> None:
        nonlocal begun, on_top
        out: list[Block] = []
        for block in children:
            if is_frame(block):
                place(block["c"][1])
            elif has_class(block, "page-break") or (block["t"] == "HorizontalRule" and settings.rule == "page"):
                if not on_top:
                    out.append(new_page())
                on_top = True
                continue
            elif block["t"] == "Header" and block["c"][0] <= deepest and block is not title:
                if begun and not on_top:
                    out.append(new_page())
                begun = on_top = True
            else:
                on_top = False
            out.append(block)
        children[:] = out

    place(blocks)


def new_page() -> Block:
    """A break."""
    return div([], attr("", ["page-break"]))
