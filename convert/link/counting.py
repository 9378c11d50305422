"""Numbers of figures and tables, and the text of links that lead to them.

What is a caption is known already (:mod:`convert.link.captions`). A kind of which any has a number of its author's
gets none at all: where an author counts, what is not counted is so on purpose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from convert.labels import label
from convert.link import numbering
from convert.link.captions import NUMBER, TYPED, bearer, caption
from convert.link.subpath import Target
from convert.nodes import Block, Inline, Node, attr, clone, has_class, plain_text, string, value, walk, words
from convert.settings import Settings

REFERENCE = "caption-reference"
#: signs around a typed number (【図1】) that don't belong to it in a sentence
_AROUND = "【】［］[]（）()〈〉＜＞<>▲▼△▽■●◆ "


class _Reference(NamedTuple):
    """What a link to a figure or table says: its number, or its caption if it has none."""

    text: list[Inline]
    pairs: list[tuple[str, str]]


def run(blocks: list[Block], settings: Settings, language: str, *, titled: bool) -> None:
    """Number the captions in place, and let links to what they belong to say the number.

    ``titled``: the first block is the document's title. A caption without number keeps the word before it (「図：」).
    """
    if settings.captions == "no":
        return
    marks = [mark for node in walk(blocks) if (mark := _mark(node)) is not None]
    typed = {value(mark, "data-kind") for mark in marks if has_class(mark, TYPED)}
    chapters = numbering.chapters(blocks, titled=titled) if settings.captions_numbers == "chapter" else {}
    chapter = ""
    counts: Counter[tuple[str, str]] = Counter()
    taken: set[str] = set()
    said: dict[Target, _Reference] = {}
    framed: list[tuple[Block, Block]] = []
    for node in walk(blocks):
        if node["t"] == "Header":
            chapter = chapters.get(id(node), chapter)
        elif node["t"] == "Div" and "targets" in node and (inside := bearer(node)) is not None:
            framed.append((node, inside))
        elif (mark := _mark(node)) is not None:
            kind = value(mark, "data-kind")
            number = value(mark, "data-number")
            if settings.captions == "numbered" and kind not in typed:
                counts[chapter, kind] += 1
                number = f"{chapter}-{counts[chapter, kind]}" if chapter else str(counts[chapter, kind])
            framed.append((node, node))
            _finish(node, kind, number, language, taken)
    for frame, inside in framed:
        if caption(inside):
            reference = _reference(inside)
            said |= {target: reference for target in _targets(frame, inside) if target not in said}
    _refer(blocks, said)


def _mark(node: Node) -> Inline | None:
    """The place of the number in the caption that the node has."""
    blocks = caption(node) if node["t"] in {"Table", "Figure"} else []
    if not blocks or not blocks[0]["c"]:
        return None
    first: Inline = blocks[0]["c"][0]
    return first if has_class(first, NUMBER) else None


def _finish(bearer: Block, kind: str, number: str, language: str, taken: set[str]) -> None:
    """Write the number, give it an id; a place for one that stays empty goes."""
    inlines: list[Inline] = caption(bearer)[0]["c"]
    mark = inlines[0]
    if not number:
        inlines[:1] = mark["c"][1]
        return
    if not has_class(mark, TYPED):
        mark["c"] = [mark["c"][0], words(label(f"caption.{kind}", language, number=number))]
        if len(inlines) > 1:
            inlines.insert(1, string(label("caption.separator", language)))
    id = base = f"{kind}-" + re.sub("[^0-9A-Za-z]+", "-", number)
    repeated = 1
    while id in taken:
        repeated += 1
        id = f"{base}-{repeated}"
    taken.add(id)
    mark["c"][0] = attr(id, mark["c"][0][1], [("data-kind", kind), ("data-number", number)])


def _reference(bearer: Block) -> _Reference:
    mark = _mark(bearer)
    if mark is None:
        return _Reference(words(plain_text(caption(bearer))), [])
    return _Reference(
        words(plain_text([mark]).strip(_AROUND)), [("data-caption", mark["c"][0][0]), *map(tuple, mark["c"][0][2])]
    )


def _targets(frame: Block, inside: Block) -> Iterator[Target]:
    """The places that mean a figure or table: on a frame around it, in it, in its caption."""
    yield from frame.get("targets", ())
    if frame is inside:
        shown = inside["c"][2] if inside["t"] == "Figure" else []
        for node in walk([*shown, *caption(inside)]):
            yield from node.get("targets", ())


def _refer(blocks: list[Block], said: Mapping[Target, _Reference]) -> None:
    for node in walk(blocks):
        if node["t"] == "Link" and node.get("bare") and node.get("target") in said:
            reference = said[node["target"]]
            (_, classes, pairs), _, address = node["c"]
            classes = [*classes, REFERENCE]
            node["c"] = [attr("", classes, [*pairs, *reference.pairs]), clone(reference.text), address]
