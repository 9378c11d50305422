"""Footnotes at the foot of the page: each note's blocks become floats behind its mark.

WeasyPrint 70 never splits a float, so a note is a chain of floats: one for each block, and pieces of
a few whole lines where a block is long. A chain flows over as many pages as it needs, in order and
before the notes of the next page, as JLReq 4.2.5 asks. Where the lines of a long paragraph end is
learnt by laying it out once beforehand, so that no seam shows between its pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy

from lxml import etree

from convert.page import (
    Element,
    Page,
    add_class,
    add_style,
    all_text,
    parent_of,
    remove,
    replace_text,
    shell_of,
    split_around,
    text_nodes,
)
from convert.pdf.check import letters

WORD_JOINER = "\u2060"
BREAK = "\u200b"

#: a paragraph of more letters than about eight lines hold is cut
LONG = 400
#: its pieces have so many lines at first, and so many at most: small ones fill a page well, each costs time
PIECE_LINES, MOST_PIECE_LINES = 2, 8
#: code and tables are cut in pieces of so many lines or rows
PIECE_ROWS = 8

#: attribute that names a float while its lines are counted
MEASURED = "data-measured"

#: what never begins a line: a line may not end between a mark and these
_CLOSING = frozenset(
    "、。，．,.:;：；？！?!）)］]｝}」』】〉》〕〙〗〟’”・ー…‥々ゝゞヽヾ〻ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ%％℃"
)
_INLINE = ("span", "a", "em", "strong", "u", "del", "sub", "sup", "code", "mark")
#: not counted as letters of a line, neither here nor in :mod:`convert.pdf.check`
_UNCOUNTED = frozenset({"rt", "fn-mark", "img"})
#: where a block stands whose inlines have no paragraph of their own
_BARE = ("li", "dd", "dt", "div", "blockquote")

Measure = Callable[[list[Element]], Mapping[str, list[int]]]


def place(page: Page, texts: Mapping[int, str], measure: Measure, at_end: Mapping[int, Element]) -> None:
    """Turn marks into links and put each note's floats behind its mark; marks within notes too.

    ``texts`` are those of the marks by number; ``at_end`` has the sections of the notes that don't go to the foot
    of their page but to the end of the text.

    Ids: ``fnref-N`` is the first mark of note N that is seen, ``fn-N`` the note's first float, ``fn-N-end`` its
    last, if it has several.
    ``measure`` lays floats out and tells how many letters each of their lines holds.
    """
    chains = {number: list(_chain(body, number, texts[number])) for number, body in page.bodies.items()}
    _cut_long_paragraphs({number: chain for number, chain in chains.items() if number not in at_end}, measure)
    for number, chain in chains.items():
        if len(chain) > 1:
            chain[-1].set("id", f"fn-{number}-end")
    seen: set[int] = set()
    for mark in page.marks:
        classes = mark.get("class", "").split()
        number = int(mark.get("data-n", ""))
        new: list[Element] = []
        if "fnref-child" not in classes:  # the mark of a note within a note is in that note's text
            new.append(_call(number, texts[number], first=number not in seen))
            seen.add(number)
        if "fnref-repeat" not in classes and number not in at_end:
            new += chains.pop(number, [])
        _put(mark, new)
    for number in [number for number in chains if number in at_end]:
        for part in chains.pop(number):
            add_class(part, "at-end")
            at_end[number].append(part)


def _call(number: int, text: str, *, first: bool) -> Element:
    call = etree.Element("a", {"class": "fn-call", "href": f"#fn-{number}"})
    if first:
        call.set("id", f"fnref-{number}")
    call.text = WORD_JOINER + text
    return call


def _put(mark: Element, new: list[Element]) -> None:
    """The call and its floats in the mark's place.

    A float leaves an empty box in the line that forbids a break after it: a zero-width space allows
    it again, unless what follows may not begin a line.
    """
    following, tail = _next_character(mark), mark.tail or ""
    mark.tail = None
    if following and ord(following) >= 0x2E80 and following not in _CLOSING:
        tail = BREAK + tail
    parent = parent_of(mark)
    at = parent.index(mark)
    parent[at : at + 1] = new
    if new:
        new[-1].tail = tail
    elif tail:
        replace_text(parent if at == 0 else parent[at - 1], "text" if at == 0 else "tail", [_before(parent, at) + tail])


def _before(parent: Element, at: int) -> str:
    return (parent.text if at == 0 else parent[at - 1].tail) or ""


def _next_character(element: Element) -> str:
    """The character that follows in the same block, or an empty string."""
    while element.tag in _INLINE:
        if element.tail:
            return element.tail[0]
        following = element.getnext()
        if following is not None:
            text = all_text(following)
            return text[0] if text else ""
        element = parent_of(element)
    return ""


def _chain(body: Element, number: int, mark: str) -> Iterator[Element]:
    """The note as floats, one for each block that can't be cut by its structure alone."""
    leaves = [leaf for block in _blocks(body) for leaf in _leaves(block)] or [etree.Element("p")]
    for index, leaf in enumerate(leaves):
        float_ = etree.Element("div", {"class": "fn"})
        float_.append(leaf)
        if index:
            add_class(float_, "more")
            yield float_
            continue
        float_.set("id", f"fn-{number}")
        back = etree.Element("a", {"class": "fn-mark", "href": f"#fnref-{number}"})
        back.text = mark
        if leaf.tag == "p":
            back.tail, leaf.text = leaf.text, None
            leaf.insert(0, back)
        else:
            add_class(back, "beside")
            float_.insert(0, back)
        yield float_


def _blocks(container: Element) -> list[Element]:
    """The blocks of a container; inlines that stand in it directly get a paragraph."""
    blocks: list[Element] = []
    loose: Element | None = None
    children = list(container)
    if (container.text or "").strip():
        loose = etree.Element("p")
        loose.text, container.text = container.text, None
        blocks.append(loose)
    for child in children:
        if child.tag in (*_INLINE, "br", "img"):
            if loose is None:
                loose = etree.Element("p")
                blocks.append(loose)
            loose.append(child)
            continue
        if (child.tail or "").strip():
            raise ValueError("text between blocks")  # pandoc writes none
        child.tail, loose = None, None
        blocks.append(child)
    return blocks


def _leaves(block: Element) -> Iterator[Element]:
    """The block in parts that are never split here, each within copies of the frames around it."""
    if block.tag in ("ul", "ol"):
        first = int(block.get("start", "1") or 1)
        for count, item in enumerate([child for child in block if child.tag == "li"]):
            for part, leaf in enumerate(leaf for inner in _blocks(item) for leaf in _leaves(inner)):
                list_ = shell_of(block)
                if block.tag == "ol":
                    list_.attrib.pop("start", "")
                    add_style(list_, f"counter-reset: list-item {first + count - 1}")
                frame = etree.SubElement(list_, "li")
                if part:
                    add_style(frame, "list-style-type: none")
                frame.append(leaf)
                yield list_
    elif block.tag in ("blockquote", "div") and "sourceCode" not in block.get("class", ""):
        for leaf in [leaf for inner in _blocks(block) for leaf in _leaves(inner)]:
            frame = shell_of(block)
            frame.append(leaf)
            yield frame
    elif block.tag == "table":
        yield from _table_parts(block)
    elif block.tag == "pre" or "sourceCode" in block.get("class", ""):
        yield from _code_parts(block)
    else:
        yield block


def _table_parts(table: Element) -> Iterator[Element]:
    """A long table in parts of a few rows, the head on each."""
    rows = [row for body in table.iter("tbody") for row in body]
    if len(rows) <= 2 * PIECE_ROWS:
        yield table
        return
    head = next(table.iter("thead"), None)
    for at in range(0, len(rows), PIECE_ROWS):
        part = shell_of(table)
        add_style(part, "width: 100%; table-layout: fixed")
        if at == 0:
            part.extend(table.findall("caption"))
        part.extend(deepcopy(table.findall("colgroup")))
        if head is not None:
            part.append(etree.fromstring(etree.tostring(head, with_tail=False)))
        etree.SubElement(part, "tbody").extend(rows[at : at + PIECE_ROWS])
        yield part


def _code_parts(block: Element) -> Iterator[Element]:
    """Long code in parts of a few lines."""
    holder = etree.Element("div")
    holder.append(block)
    ends: list[tuple[Element, str, int]] = []
    lines = 0
    for owner, slot in text_nodes(block, frozenset()):
        for found in re.finditer("\n", getattr(owner, slot)):
            lines += 1
            if lines % PIECE_ROWS == 0:
                ends.append((owner, slot, found.start()))
    if lines > 2 * PIECE_ROWS:
        for owner, slot, at in reversed(ends):  # from the end, so that the places before stay true
            text = getattr(owner, slot)
            _split(block, owner, slot, text[:at], text[at + 1 :])
    yield from list(holder)


def _split(block: Element, owner: Element, slot: str, left: str, right: str) -> None:
    """Cut ``block`` in two inside one of its texts; a half without content is dropped."""
    cut = etree.Element("span")
    replace_text(owner, slot, [left, cut, right])
    split_around(cut, block)
    remove(cut)


def _cut_long_paragraphs(chains: dict[int, list[Element]], measure: Measure) -> None:
    """In place: floats of long paragraphs become several, cut where their lines end."""
    long = {
        f"{number}-{index}": float_
        for number, chain in sorted(chains.items())
        for index, float_ in enumerate(chain)
        if _is_text(float_) and _count(float_) > LONG
    }
    if not long:
        return
    for key, float_ in long.items():
        float_.set(MEASURED, key)
    lengths = measure(list(long.values()))
    for key, float_ in long.items():
        del float_.attrib[MEASURED]
        chain = chains[int(key.partition("-")[0])]
        at = chain.index(float_)
        chain[at : at + 1] = _pieces(float_, lengths.get(key, []))


def _is_text(float_: Element) -> bool:
    return not any(True for _ in float_.iter("table", "pre"))


def _count(float_: Element) -> int:
    return sum(letters(getattr(owner, slot)) for owner, slot in text_nodes(float_, _UNCOUNTED))


def _pieces(float_: Element, lengths: list[int]) -> Iterable[Element]:
    """A float in pieces of whole lines; as it is, if the lines found are not those of its text."""
    if sum(lengths) != _count(float_) or len(lengths) <= 2 * PIECE_LINES:
        return [float_]
    holder = etree.Element("div")
    holder.append(float_)
    for end in reversed(_ends(len(lengths))):  # from the end, so that the counts before stay true
        owner, slot, at = _place_of(float_, sum(lengths[:end]))
        text = getattr(owner, slot)
        _split(float_, owner, slot, text[:at], text[at:])
    pieces = list(holder)
    for piece in pieces[:-1]:
        add_class(piece, "cut")
    for rest in pieces[1:]:
        add_class(rest, "more rest")
        for item in rest.iter("li"):
            add_style(item, "list-style-type: none")
    return pieces


def _ends(lines: int) -> list[int]:
    """After which lines a paragraph of so many is cut; no piece is shorter than :data:`PIECE_LINES`."""
    ends: list[int] = []
    size = PIECE_LINES
    at = 0
    while lines - at >= size + PIECE_LINES:
        at += size
        ends.append(at)
        size = min(MOST_PIECE_LINES, PIECE_LINES + at // 8)
    return ends


def _place_of(float_: Element, count: int) -> tuple[Element, str, int]:
    """The text, and the place in it, behind so many letters."""
    for owner, slot in text_nodes(float_, _UNCOUNTED):
        text: str = getattr(owner, slot)
        here = letters(text)
        if here < count:
            count -= here
            continue
        for at, char in enumerate(text):
            count -= letters(char)
            if count == 0:
                return owner, slot, at + 1
    raise ValueError("fewer letters than counted")


def release(page: Page, numbers: Iterable[int]) -> bool:
    """Let these notes follow when there is room: the lines of their marks wait in vain. False if all do already."""
    waiting = {f"fn-{number}" for number in numbers}
    changed = False
    for float_ in page.main.iter("div"):
        if float_.get("id") in waiting and "queued" not in float_.get("class", "").split():
            add_class(float_, "queued")
            changed = True
    return changed


def to_end(page: Page, numbers: Iterable[int]) -> None:
    """Put the floats of these notes behind the text, as plain blocks: the last resort for a note no page would take."""
    for number in numbers:
        for float_ in [f for f in page.main.iter("div") if f.get("id") == f"fn-{number}"]:
            chain = [float_]
            following = float_.getnext()
            while following is not None and "more" in following.get("class", "").split() and not chain[-1].tail:
                chain.append(following)
                following = following.getnext()
            for part in chain:
                remove(part)
                add_class(part, "at-end")
                page.main.append(part)
