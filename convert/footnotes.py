"""Footnotes: the numbers that readers see, and the notes taken out of the text, for each format to place.

After :func:`detach` a mark is an empty ``Span .fnref [data-n]`` and each note's blocks stand once
at the end, in ``Div .fn-body [data-n]``. Pandoc writes them there as real blocks: a paragraph or
table inside another paragraph's text would be torn apart by every reader of HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from convert.link.document import Document
from convert.link.numbering import chapters
from convert.link.properties import begins_with
from convert.nodes import Block, attr, attr_of, div, has_class, plain_text, value, walk
from convert.settings import Settings


class Group(NamedTuple):
    """Notes that are counted together: the title of their chapter, and their numbers in the document, in order."""

    title: str
    numbers: list[int]


def groups(document: Document, settings: Settings) -> list[Group]:
    """The notes of each chapter that has any, where ``footnotes.numbers`` says so, else all in one group without title.

    Chapters are the stretches between headings of the highest rank.
    """
    by_chapter = settings.footnotes_numbers == "chapter"
    titled = begins_with(document.title, document.blocks)
    headings = chapters(document.blocks, titled=titled) if by_chapter else {}
    found = [Group("", [])]
    for node in walk(document.blocks):
        if id(node) in headings:
            found.append(Group(plain_text(node["c"][2]), []))
        elif node["t"] == "Span" and has_class(node, "fnref") and not has_class(node, "fnref-repeat"):
            found[-1].numbers.append(int(value(node, "data-n")))
    return [group for group in found if group.numbers]


def shown(groups: Sequence[Group]) -> dict[int, int]:
    """The number that a reader sees of each note, by its number in the document."""
    return {number: count for group in groups for count, number in enumerate(group.numbers, 1)}


def detach(blocks: list[Block]) -> None:
    """In place: marks stay, the notes' blocks go to the end in the order of their numbers."""
    bodies: dict[int, Block] = {}
    for node in walk(blocks):
        if node["t"] == "Span" and has_class(node, "fnref"):
            number = value(node, "data-n")
            for note in node["c"][1]:
                if note["t"] == "Note":
                    bodies[int(number)] = div(note["c"], attr("", ["fn-body"], [("data-n", number)]))
            node["c"] = [["", (attr_of(node) or attr())[1], [["data-n", number]]], []]
    blocks += [body for _, body in sorted(bodies.items())]
