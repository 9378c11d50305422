"""The document as Markdown that other programs read: no Obsidian syntax left, nothing lost.

Callouts are quotes with a strong title, footnotes keep their numbers, pictures are named by their place in
the vault, and links within the vault are text, since their targets are other files here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from textwrap import indent
from typing import Any
from urllib.parse import quote

from convert import pandoc
from convert.formats import Output
from convert.link.document import Document, Picture, output_address
from convert.link.pictures import is_remote
from convert.nodes import (
    Block,
    Node,
    attr,
    clone,
    has_class,
    lists,
    plain_text,
    raw_block,
    raw_inline,
    rewrite,
    value,
    words,
)
from convert.settings import Settings

_EMPHASIS = {"Strong": "strong", "Emph": "em", "Strikeout": "del"}
#: Spans that HTML has a tag for.
_TAGS = ("mark", "kbd", "small", "ruby", "rt")
#: Changes go out as CriticMarkup, as they came.
_CRITIC = {"insertion": "++", "deletion": "--"}


def write(document: Document, settings: Settings) -> Output:
    """The document as UTF-8 text."""
    blocks = clone(document.blocks)
    if document.print_title:
        blocks.insert(0, {"t": "Header", "c": [1, attr(), words(document.title)]})
    for inlines in lists(blocks):
        _spell_out(inlines)
    notes: dict[int, list[Block]] = {}
    rewrite(blocks, lambda node: _simple(node, document, notes))
    # All notes are written in one go with the text, then cut off. No text holds a hash of itself.
    border = f"<!--{sha256(json.dumps(blocks).encode()).hexdigest()}-->"
    for number in sorted(notes):
        blocks += [raw_block("commonmark", border), *notes[number]]
    text, *texts = re.split(rf"\n*{border}\n*", pandoc.write_markdown(blocks))
    definitions = (
        f"[^{number}]: " + indent(note, "    ").strip() for number, note in zip(sorted(notes), texts, strict=True)
    )
    whole = "\n\n".join([text.strip("\n"), *definitions])
    return Output(f"{whole}\n".encode())


def _simple(node: Node, document: Document, notes: dict[int, list[Block]]) -> list[Node] | None:
    """A node in terms that Markdown has; the texts of footnotes are collected."""
    content: Any = node.get("c")
    pictures = document.pictures
    match node["t"]:
        case "Header":
            content[1] = attr()
        case "Image":
            content[0] = attr()
            picture = pictures[content[2][0].removeprefix("picture:")]
            if picture.source:  # Mermaid: other programs draw it themselves
                return None
            path = picture.path
            content[2][0] = path if is_remote(path) else quote(path)
        case "Para" if (source := _drawn_from(content, pictures)) is not None:
            return [{"t": "CodeBlock", "c": [attr("", ["mermaid"]), source]}]
        case "Link":
            if (address := output_address(content[2][0], "md")) is not None:
                content[2][0] = address
            elif has_class(node, "internal-link"):
                return list(content[1])
            content[0] = attr()
        case "Figure":
            return [*map(_paragraph, content[2]), *map(_paragraph, content[1][1])]
        case "Table" if content[1][1]:
            caption, content[1][1] = content[1][1], []
            return [*map(_paragraph, caption), node]
        case "Span":
            return _span(node, document, notes)
        case "Div":
            return _div(node)
    return None


def _paragraph(block: Node) -> Node:
    return {"t": "Para", "c": block["c"]} if block["t"] == "Plain" else block


def _drawn_from(inlines: list[Node], pictures: Mapping[str, Picture]) -> str | None:
    """The source of a picture that Kumihan drew and that is all of a paragraph."""
    if len(inlines) != 1 or inlines[0]["t"] != "Image":
        return None
    picture = pictures.get(inlines[0]["c"][2][0].removeprefix("picture:"))
    return picture.source if picture and picture.source else None


def _spell_out(inlines: list[Node]) -> None:
    """Emphasis whose asterisks CommonMark would not read (`**「強調」**は`) becomes tags."""
    out: list[Node] = []
    for before, node, behind in zip([None, *inlines], inlines, [*inlines[1:], None], strict=False):
        tag = _EMPHASIS.get(node["t"])
        text = plain_text([node]) if tag else ""
        if tag and text and (_clings(text[0], before, -1) or _clings(text[-1], behind, 0)):
            out += [raw_inline("html", f"<{tag}>"), *node["c"], raw_inline("html", f"</{tag}>")]
        else:
            out.append(node)
    inlines[:] = out


def _clings(edge: str, neighbour: Node | None, side: int) -> bool:
    """Whether emphasis with that first or last character would not be read beside that neighbour."""
    text = plain_text([neighbour]) if neighbour else ""
    return unicodedata.category(edge)[0] in "PS" and bool(text) and unicodedata.category(text[side])[0] not in "PSZ"


def _span(node: Node, document: Document, notes: dict[int, list[Block]]) -> list[Node]:
    inside: list[Node] = node["c"][1]
    if has_class(node, "fnref"):
        number = int(value(node, "data-n"))
        if inside:
            notes[number] = inside[0]["c"]
        # A note within a note has its mark there, and none beside that of the outer one.
        return [] if has_class(node, "fnref-child") else [raw_inline("commonmark", f"[^{number}]")]
    if has_class(node, "task"):
        return [raw_inline("commonmark", f"[{value(node, 'data-task')}]")]
    if has_class(node, "placeholder"):
        return [{"t": "Emph", "c": inside}]
    if has_class(node, "comment-end"):
        comment = document.comments[value(node, "data-comment")]
        return [raw_inline("commonmark", f"{{>>{comment.text}<<}}")]
    for name, sign in _CRITIC.items():
        if has_class(node, name):
            return [raw_inline("commonmark", f"{{{sign}"), *inside, raw_inline("commonmark", f"{sign}}}")]
    for tag in _TAGS:
        if has_class(node, tag):
            return [raw_inline("html", f"<{tag}>"), *inside, raw_inline("html", f"</{tag}>")]
    return inside


def _div(node: Node) -> list[Node]:
    inside: list[Block] = node["c"][1]
    if has_class(node, "callout"):
        return [{"t": "BlockQuote", "c": inside}]
    if has_class(node, "callout-title"):
        for title in inside:
            rewrite(title["c"], lambda node: list(node["c"]) if node["t"] == "Strong" else None)
        return [{"t": "Para", "c": [{"t": "Strong", "c": title["c"]}]} for title in inside]
    if has_class(node, "page-break"):
        return [raw_block("html", "<!-- pagebreak -->")]
    if has_class(node, "placeholder"):
        return [
            {"t": "Para", "c": [{"t": "Emph", "c": block["c"]}]} if block["t"] in {"Para", "Plain"} else block
            for block in inside
        ]
    return inside
