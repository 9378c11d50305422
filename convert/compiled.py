"""A note compiled alone: prepared, read by pandoc, and its footnotes cut off. Nothing of the vault is needed.

Beside pandoc's own content a node may carry what the link stage wants to know of it: ``node["at"]`` is the
line and column of a link, image, fence or piece of HTML in the note, ``node["heading"]`` the index of a ``Header``
in ``Prepared.headings``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from convert import pandoc
from convert.diagnostics import Code, Diagnostic, diagnose
from convert.nodes import Block, Node, flatten, walk
from convert.note import Note
from convert.syntax import prepare
from convert.syntax.prepared import SCHEME, FootnoteDefMark, Mark, Prepared

#: Quotes in quotes, lists in lists, emphasis in emphasis: no page has room for more, and engines fail on some hundreds.
MAX_DEPTH = 40


class Reader(Protocol):
    """Makes blocks of a text, as :func:`convert.pandoc.read` does."""

    def __call__(self, text: str, *, hard_breaks: bool, standins: Mapping[str, str] | None = None) -> list[Block]:
        """The blocks of a text."""


@dataclass(frozen=True, slots=True)
class NoteAst:
    """A note as pandoc read it; ``footnotes`` has the text of each by the key of its ``FootnoteDefMark``."""

    note: Note
    prepared: Prepared
    blocks: list[Block]
    footnotes: Mapping[str, list[Block]]
    diagnostics: tuple[Diagnostic, ...] = ()


def compile_note(
    note: Note, *, hard_breaks: bool, notations: frozenset[str] = frozenset(), read: Reader = pandoc.read
) -> NoteAst:
    """Prepare the note and have pandoc read it; with ``hard_breaks`` a single newline is a break.

    ``diagnostics`` of the result are those of all stages so far.
    """
    prepared = prepare(note, notations)
    blocks = read(prepared.text, hard_breaks=hard_breaks, standins=prepared.standins)
    footnotes = _cut_footnotes(blocks, prepared.marks)
    parts = [blocks, *footnotes.values()]
    diagnostics = [*note.diagnostics, *prepared.diagnostics]
    if sum(flatten(part, MAX_DEPTH) for part in parts):
        message = f"blocks are nested deeper than {MAX_DEPTH} levels; the innermost are printed without their frames"
        diagnostics.append(diagnose(Code.NOTE_DEPTH, message, note.path, note.body_line, 1))
    _number_headings(parts, prepared)
    _place(parts, prepared)
    return NoteAst(note, prepared, blocks, footnotes, tuple(sorted(diagnostics)))


def mark_key(node: Node) -> str:
    """The key of the mark that a link or image is, or that an HTML comment holds; empty if it is none."""
    match node["t"]:
        case "Link" | "Image":
            address: str = node["c"][2][0]
            return address.removeprefix(SCHEME) if address.startswith(SCHEME) else ""
        case "RawBlock":
            text: str = node["c"][1].strip()
            opening = "<!--" + SCHEME
            return text[len(opening) : -3] if text.startswith(opening) and text.endswith("-->") else ""
    return ""


def _cut_footnotes(blocks: list[Block], marks: Mapping[str, Mark]) -> dict[str, list[Block]]:
    """Take the last paragraph off, if it is the table of footnotes: a mark and a note for each, in turn."""
    if not blocks or blocks[-1]["t"] != "Para":
        return {}
    footnotes: dict[str, list[Block]] = {}
    key = ""
    for node in blocks[-1]["c"]:
        if node["t"] == "Image":
            key = mark_key(node)
            if not isinstance(marks.get(key), FootnoteDefMark):
                return {}
        elif node["t"] == "Note" and key:
            footnotes[key] = node["c"]
    if footnotes:
        blocks.pop()
    return footnotes


def _number_headings(parts: Sequence[Sequence[Block]], prepared: Prepared) -> None:
    headers = [node for part in parts for node in walk(part) if node["t"] == "Header"]
    if [header["c"][0] for header in headers] == [heading.level for heading in prepared.headings]:
        for index, header in enumerate(headers):
            header["heading"] = index


def _place(parts: Sequence[Sequence[Block]], prepared: Prepared) -> None:
    """Give the nth link to an address, and the nth of equal tags, the nth place of it in the note."""
    seen: Counter[str] = Counter()
    for part in parts:
        for node in walk(part):
            match node["t"]:
                case "Link" | "Image":
                    what = node["c"][2][0]
                case "RawInline":
                    what = node["c"][1]
                case "RawBlock":
                    what = node["c"][1].split("\n", 1)[0].strip()
                case "CodeBlock" if node["c"][0][1]:
                    what = "```" + node["c"][0][1][0]
                case _:
                    continue
            if where := prepared.places.get(what):
                node["at"] = where[min(seen[what], len(where) - 1)]
                seen[what] += 1
