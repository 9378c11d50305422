"""Documents made by hand, without a vault: what the pages of all formats are tested with."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from PIL import Image

from convert import pandoc
from convert.link.document import Document, Picture, Properties
from convert.nodes import Block, attr, div, link, para, plain, span, walk, words


def blocks_of(markdown: str) -> list[Block]:
    """Pandoc's reading of a text, its footnotes numbered as the link stage does."""
    blocks = pandoc.read(markdown, hard_breaks=True)
    number = 0
    for node in list(walk(blocks)):
        if node["t"] == "Note":
            number += 1
            inner = dict(node)
            node.clear()
            node.update(span([inner], attr(f"fnref-{number}", ["fnref"], [("data-n", str(number))])))
        elif node["t"] == "Header":
            node["c"][1][0] = re.sub(r"\W+", "-", "".join(str(n.get("c", "")) for n in node["c"][2])).strip("-")
    return blocks


def document(content: str | list[Block], **parts: Any) -> Document:
    """A document of Markdown or blocks."""
    defaults: dict[str, Any] = {
        "note": "A.md",
        "title": "題",
        "print_title": True,
        "language": "ja",
        "properties": Properties(),
    }
    blocks = blocks_of(content) if isinstance(content, str) else content
    return Document(blocks=blocks, **{**defaults, **parts})


def note(number: int, blocks: list[Block]) -> dict[str, Any]:
    """The first mark of a footnote, with its text."""
    return span([{"t": "Note", "c": blocks}], attr(f"fnref-{number}", ["fnref"], [("data-n", str(number))]))


def repeat(number: int) -> dict[str, Any]:
    """A further mark of a footnote."""
    return span([], attr("", ["fnref", "fnref-repeat"], [("data-n", str(number))]))


def child(number: int, blocks: list[Block]) -> dict[str, Any]:
    """A footnote whose first mark is in another footnote."""
    return span([{"t": "Note", "c": blocks}], attr("", ["fnref", "fnref-child"], [("data-n", str(number))]))


def callout(kind: str, title: list[dict[str, Any]], content: list[Block]) -> Block:
    """A callout."""
    head = div([plain([span(title, attr("", ["callout-title-inner"]))])], attr("", ["callout-title"]))
    body = [div(content, attr("", ["callout-content"]))] if content else []
    return div([head, *body], attr("", ["callout"], [("data-callout", kind)]))


def text(words_: str) -> Block:
    """A paragraph."""
    return para(words(words_))


def picture(file: Path, name: str = "図.png") -> Picture:
    """A picture of the vault."""
    return Picture(file, name, "image/png")


def png(width: int = 4, height: int = 3) -> bytes:
    """A small red picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    return out.getvalue()


__all__ = ["blocks_of", "callout", "child", "document", "link", "note", "picture", "png", "repeat", "text"]
