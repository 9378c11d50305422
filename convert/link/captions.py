"""Captions of figures and tables: which words are one, and what they belong to. Numbers: :mod:`convert.link.counting`.

Obsidian has no syntax for captions, so the ways are those that authors and other programs have:

- a paragraph beside the picture or table that begins with its number (「図1　…」, ``Table 2. …``) or word (「表：…」);
- pandoc's and Quarto's ``: …`` or ``Table: …`` beside a table;
- ``<figcaption>`` and ``<caption>``;
- only by setting, the alt text of a picture alone in its paragraph: Obsidian never shows it, and in real vaults it
  is mostly an address, ``image``, or a word for a theme.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import splitext
from typing import Any, NamedTuple
from unicodedata import normalize

from convert.nodes import (
    Block,
    Inline,
    Node,
    attr,
    child_lists,
    clone,
    has_class,
    lists,
    plain,
    plain_text,
    span,
    string,
    walk,
    words,
)

_N = "[0-9０-９]{1,4}"
_NUMBER = rf"(?:[A-ZＡ-Ｚ][-‐－.．]?)?{_N}(?:[-‐‑–−－.．ー]{_N}){{0,3}}(?:[a-zａ-ｚ]|\([a-z]\))?"
_WORD = r"図表|図|表|图|圖|写真|グラフ|Fig(?:ure|\.)?|FIG(?:URE|\.)?|Table|TABLE"
_OPEN, _CLOSE = "[【［\\[（(〈＜<▲▼△▽■●◆]?", "[】］\\]）)〉＞>]?"
#: a caption with a number of its own: 「図1　…」, 「【表２－１】…」, 「第3図 …」, ``Fig. 4: …``
_TYPED = re.compile(
    rf"{_OPEN}(?:(?P<word>{_WORD}) ?(?P<number>{_NUMBER})|第 ?(?P<nth>{_NUMBER}) ?(?P<what>[図表图圖])){_CLOSE}"
    r"(?P<gap>[ \u3000]*(?:[:：.．—―][ \u3000]*)?)(?P<text>.*)",
    re.DOTALL,
)
#: one with its word, and no number: 「図：…」
_NAMED = re.compile(r"(?P<word>図表|図|表|图|圖|写真|グラフ|Figure|Table)[:：][ \u3000]*(?=[^ \u3000])")
#: pandoc's and Quarto's, of tables only
_PANDOC = re.compile(r"(?:[Tt]able)?:[ \u3000]+(?=[^ \u3000])")
_QUARTO_ID = re.compile(r"[ \u3000]*\{#[\w:-]+\}\Z")
#: a sentence (「図1 は…。」, ``Table 1 shows …``) tells of the figure; it is not its caption
_SENTENCE = re.compile(r"(?:[はをがにのでとも、，]|から|より|では).*(?:。|参照)\Z", re.DOTALL)
_LATIN_SENTENCE = re.compile("[a-z]")
#: lines under a caption that go with it
_SOURCE = re.compile(r"[（(※＊*]?(?:出典|出所|資料|注|備考|単位|Source|Notes?)(?:[0-9０-９]*[）)：:　 ]|\Z)|[（(※]")
_LONGEST = 400

#: alt texts that say nothing: a word for a theme or a program's own, an address, a file's name
_NO_ALT = re.compile(
    r"[a-z][a-z0-9_-]*|(?:Pasted image|Screenshot|スクリーンショット|画像|alt text)[ 0-9./:_-]*|\w+://\S*"
)

_BREAKS = frozenset(("SoftBreak", "LineBreak"))
_BLANKS = frozenset(("Space", *_BREAKS))
_STYLES = frozenset(("Strong", "Emph", "Underline"))
_FRAMES = frozenset(("internal-embed", "base"))

NUMBER = "caption-number"
#: a caption's number as its author typed it
TYPED = "typed"


def bind(blocks: list[Block], mode: str) -> None:
    """Find the captions and give them to what they belong to, in place.

    A picture becomes a ``Figure``, a table takes its caption in. ``mode`` is the setting ``captions``. Each caption
    begins with a ``Span .caption-number [data-kind]``: also ``.typed``, with ``data-number``, if its author counted;
    else the number is still to come, in the place of what stands there.
    """
    for node in walk(blocks):
        if node["t"] in {"Table", "Figure"} and caption(node):
            _one_line(node)
    if mode == "no":
        return
    for children in lists(blocks):
        for node in children:
            if node["t"] in {"Table", "Figure"} and caption(node) and not _has_number(node):
                _reread(node)
        if any(node["t"] in {"Para", "Plain"} for node in children):
            _bind(children)
        if mode != "typed":
            for at, node in enumerate(children):
                if alt := _alt(node):
                    _give(_figure(children, at), _Caption(alt, "figure"))


def bearer(block: Block) -> Block | None:
    """The ``Table`` or ``Figure`` that a block is, or is all that it frames; None if it is none."""
    siblings, at = _unframed([block], 0)
    return siblings[at] if siblings[at]["t"] in {"Table", "Figure"} else None


def caption(bearer: Block) -> list[Block]:
    """The blocks of its caption; empty if it has none."""
    found: list[Block] = bearer["c"][1][1]
    return found


def _unframed(siblings: list[Block], at: int) -> tuple[list[Block], int]:
    """Where the one block stands that this one is but a frame of: an embed, a base, what a block id names."""
    while (block := siblings[at])["t"] == "Div":
        classes = block["c"][0][1]
        inside = [n for n, each in enumerate(block["c"][1]) if not has_class(each, "markdown-embed-title")]
        if len(inside) != 1 or (classes and _FRAMES.isdisjoint(classes)):
            break
        siblings, at = block["c"][1], inside[0]
    return siblings, at


# Which paragraph is one


class _Caption(NamedTuple):
    """Words that are a caption, of a figure or a table; ``beside`` are the places of what they can belong to."""

    inlines: list[Inline]
    kind: str
    beside: frozenset[int] = frozenset()


def _read(inlines: Sequence[Inline], *, by_table: bool) -> _Caption | None:
    """The caption that a paragraph is, if it is one; ``by_table``: a table stands beside it."""
    whole = _unstyled(inlines)
    text = plain_text(whole)
    if len(text) > _LONGEST:
        return None
    if (found := _TYPED.match(text)) and _is_caption(found):
        length = len(text) - len(found["gap"] + found["text"])
        head, silent, rest = _parted(whole, length)
        number = normalize("NFKC", found["number"] or found["nth"]).translate(_DASHES)
        kind = _kind(found["word"] or found["what"], by_table=by_table)
        mark = span(head, attr("", [NUMBER, TYPED], [("data-kind", kind), ("data-number", number)]))
        return _Caption([mark, *silent, *rest], kind)
    if by_table and (found := _PANDOC.match(text)):
        _, silent, rest = _parted(whole, found.end())
        if rest and rest[-1]["t"] == "Str" and (id := _QUARTO_ID.search(rest[-1]["c"])):
            rest[-1] = string(rest[-1]["c"][: id.start()])
            while rest and plain_text(rest[-1:]).strip() == "":
                rest.pop()
        return _Caption([*silent, *rest], "table")
    if found := _NAMED.match(text):
        head, silent, rest = _parted(whole, found.end())
        kind = _kind(found["word"], by_table=by_table)
        return _Caption([span(head, attr("", [NUMBER], [("data-kind", kind)])), *silent, *rest], kind)
    return None


_DASHES = str.maketrans("‐‑–−ー", "-----")


def _is_caption(found: re.Match[str]) -> bool:
    gap, text = found["gap"], found["text"]
    if not text:
        return True
    closed = found[0][: len(found[0]) - len(gap + text)][-1] in "】］]）)〉＞>"
    if not gap and not closed:
        return False
    sentence = _LATIN_SENTENCE if found["word"] and found["word"].isascii() else _SENTENCE
    return bool(gap.strip(" ")) or closed or not sentence.match(text)


def _kind(word: str, *, by_table: bool) -> str:
    if word == "図表":
        return "table" if by_table else "figure"
    return "table" if word == "表" or word.lower() == "table" else "figure"


def _unstyled(inlines: Sequence[Inline]) -> Sequence[Inline]:
    """The words without what makes all of them bold, slanted or small: a caption has a look of its own."""
    while len(inlines) == 1 and (inlines[0]["t"] in _STYLES or has_class(inlines[0], "small")):
        inlines = next(child_lists(inlines[0]))
    return inlines


def _parted(inlines: Sequence[Inline], length: int) -> tuple[list[Inline], list[Inline], list[Inline]]:
    """The first ``length`` characters; the places and notes among them, which outlive them; the rest."""
    head, rest = _cut(inlines, length)
    return [n for n in head if not _is_silent(n)], [n for n in head if _is_silent(n)], rest


def _cut(inlines: Sequence[Inline], length: int) -> tuple[list[Inline], list[Inline]]:
    """The first ``length`` characters, as :func:`plain_text` counts them, and the rest."""
    head: list[Inline] = []
    for at, node in enumerate(inlines):
        here = len(plain_text([node]))
        if not length:
            return head, list(inlines[at:])
        if here <= length:
            head.append(node)
            length -= here
            continue
        if node["t"] == "Str":
            left, right = node["c"][:length], node["c"][length:]
            return [*head, {"t": "Str", "c": left}], [{"t": "Str", "c": right}, *inlines[at + 1 :]]
        inside = next(child_lists(node), None)
        if inside is None:  # a formula or code
            return head, list(inlines[at:])
        first, second = _cut(inside, length)
        return [*head, _with(node, first)], [_with(node, second), *inlines[at + 1 :]]
    return head, []


def _with(node: Node, children: list[Inline]) -> Node:
    content: Any = node["c"]
    if isinstance(content[0], dict):
        return {**node, "c": children}
    return {**node, "c": [clone(content[0]), children, *content[2:]]}  # the attributes are lists


# What it belongs to


def _bind(children: list[Block]) -> None:
    """Pair the captions of one list of blocks with what stands beside them.

    Where captions and what they could belong to follow each other in turn, the first of the row tells on which side
    the captions stand; if that leaves a choice, tables have theirs above and figures below.
    """
    children[:] = _split(children)
    captions = _captions(children)
    taken: set[int] = set()
    done = 0
    for at in captions:
        if at < done:
            continue
        start = end = at
        if at - 1 in captions[at].beside:
            start = at - 1
        while end + 1 in captions[end].beside if end in captions else _leads(captions.get(end + 1), end):
            end += 1
        above = start == at or (end not in captions and captions[at].kind == "table")
        for first in range(at if above else start, end, 2):
            place, thing = (first, first + 1) if above else (first + 1, first)
            _give(_figure(children, thing), captions[place])
            taken.add(place)
        done = end + 1
    children[:] = [child for at, child in enumerate(children) if at not in taken]


def _leads(found: _Caption | None, to: int) -> bool:
    return found is not None and to in found.beside


def _captions(children: Sequence[Block]) -> dict[int, _Caption]:
    """The paragraphs that could be captions of a neighbour, by their place; of their own kind if there is one."""
    found: dict[int, _Caption] = {}
    for at, block in enumerate(children):
        if block["t"] not in {"Para", "Plain"} or not block["c"]:
            continue
        near = {n for n in (at - 1, at + 1) if 0 <= n < len(children) and _can_bear(children[n])}
        tables = {n for n in near if (thing := bearer(children[n])) is not None and thing["t"] == "Table"}
        read = _read(block["c"], by_table=bool(tables)) if near else None
        if read:
            beside = tables if read.kind == "table" else near - tables
            found[at] = read._replace(beside=frozenset(beside or near))
    return found


def _can_bear(block: Block) -> bool:
    """Whether a caption can belong to it: a table, pictures, a box in their place; none that has one already."""
    siblings, at = _unframed([block], 0)
    inner = siblings[at]
    match inner["t"]:
        case "Table" | "Figure":
            return not caption(inner)
        case "Para" | "Plain":
            return _are_pictures(inner["c"])
    return has_class(inner, "placeholder")


def _are_pictures(inlines: Sequence[Inline]) -> bool:
    shown = [node for node in inlines if node["t"] not in _BLANKS and not _is_silent(node)]
    return bool(shown) and all(
        node["t"] == "Image"
        or has_class(node, "placeholder")
        or (node["t"] == "Link" and bool(node["c"][1]) and _are_pictures(node["c"][1]))
        for node in shown
    )


def _is_silent(node: Inline) -> bool:
    return has_class(node, "anchor") or has_class(node, "fnref")


def _figure(siblings: list[Block], at: int) -> Block:
    """The node that has a place for a caption: a table, or what is shown, made a ``Figure`` where it stands."""
    siblings, at = _unframed(siblings, at)
    block = siblings[at]
    if block["t"] not in {"Table", "Figure"}:
        inside = plain(block["c"]) if block["t"] == "Para" else block
        block = siblings[at] = {"t": "Figure", "c": [attr(), [None, []], [inside]]}
    return block


def _give(bearer: Block, found: _Caption) -> None:
    inlines = found.inlines
    if not inlines or not has_class(inlines[0], NUMBER):
        inlines = [span([], attr("", [NUMBER], [("data-kind", found.kind)])), *inlines]
    if bearer["t"] == "Figure" and bearer["c"][2] and bearer["c"][2][0]["t"] == "Plain":
        shown: list[Inline] = bearer["c"][2][0]["c"]  # notes of a picture's alt text stand behind it
        inlines += [node for node in shown if has_class(node, "fnref")]
        shown[:] = [node for node in shown if not has_class(node, "fnref")]
    bearer["c"][1][1] = [plain(inlines)]
    text = plain_text(inlines[1:]).strip() or plain_text(inlines).strip()
    for picture in walk(bearer["c"][2] if bearer["t"] == "Figure" else []):
        if picture["t"] == "Image" and picture.get("caption") == [] and text:
            picture["c"][1] = picture["caption"] = words(text)


def _has_number(bearer: Block) -> bool:
    first = caption(bearer)[0]
    return first["t"] == "Plain" and bool(first["c"]) and has_class(first["c"][0], NUMBER)


def _one_line(bearer: Block) -> None:
    """A caption that HTML has becomes one ``Plain``; of a list in it the words are left."""
    lines = [block["c"] if block["t"] in {"Para", "Plain"} else words(plain_text([block])) for block in caption(bearer)]
    bearer["c"][1][1] = [plain([inline for line in lines for inline in ({"t": "LineBreak"}, *line)][1:])]


def _reread(bearer: Block) -> None:
    """A caption that HTML has: it may begin with a number too."""
    inlines = caption(bearer)[0]["c"]
    kind = "table" if bearer["t"] == "Table" else "figure"
    _give(bearer, _read(inlines, by_table=kind == "table") or _Caption(inlines, kind))


# Lines of one paragraph


def _split(children: Sequence[Block]) -> list[Block]:
    """The blocks with captions as paragraphs of their own; beside a picture in one paragraph they are lines."""
    out: list[Block] = []
    for at, block in enumerate(children):
        if block["t"] in {"Para", "Plain"} and any(node["t"] in _BREAKS for node in block["c"]):
            before = bool(out) and _can_bear(out[-1])
            after = at + 1 < len(children) and _can_bear(children[at + 1])
            out += _lines(block, before=before, after=after)
        else:
            out.append(block)
    return out


def _lines(block: Block, *, before: bool, after: bool) -> list[Block]:
    lines: list[list[Inline]] = [[]]
    for node in block["c"]:
        if node["t"] in _BREAKS:
            lines.append([])
        else:
            lines[-1].append(node)
    breaks = [node for node in block["c"] if node["t"] in _BREAKS]
    kinds = ["picture" if _are_pictures(line) else "caption" if _is_line(line) else "" for line in lines]
    if "caption" not in kinds:
        return [block]
    near = ["picture" if before else "", *kinds, "picture" if after else ""]
    pieces: list[tuple[str, list[Inline]]] = []
    for at, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        beside = {near[at], near[at + 2]}
        cut = kind if (kind == "caption" and "picture" in beside) or (kind == "picture" and "caption" in beside) else ""
        if (
            pieces
            and not cut
            and (not pieces[-1][0] or (pieces[-1][0] == "caption" and _SOURCE.match(plain_text(line))))
        ):
            pieces[-1][1].extend([breaks[at - 1], *line])
        else:
            pieces.append((cut, line))
    if len(pieces) == 1:
        return [block]
    return [{"t": block["t"], "c": inlines} for _, inlines in pieces if inlines]


def _is_line(line: Sequence[Inline]) -> bool:
    return bool(line) and _read(line, by_table=False) is not None


# Alt texts


def _alt(block: Block) -> list[Inline]:
    """The alt text that is the caption of a picture alone in its paragraph; none if it says nothing."""
    if block["t"] != "Para":
        return []
    shown = [node for node in block["c"] if not _is_silent(node)]
    if len(shown) != 1 or shown[0]["t"] != "Image":
        return []
    alt: list[Inline] = shown[0].get("caption", [])
    text = plain_text(alt).strip()
    name = shown[0].get("name", "")
    if not text or _NO_ALT.fullmatch(text) or text in (name, splitext(name)[0]):
        return []
    return alt
