"""How wide text is, and how a table's width is shared among its columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

from convert.nodes import Node, child_lists

#: East Asian widths that take a whole cell of the grid; ``A`` is set in the Japanese font, so it does too.
_WIDE = frozenset("WFA")
#: A word of Latin letters wider than this (in half-widths) is broken rather than given its room.
_LONGEST_WORD = 16
#: What a column keeps in any case (in half-widths): two characters.
_LEAST = 4.0


def width(text: str) -> int:
    """The text's width in half-widths: 2 for a kanji, 1 for a Latin letter, 0 for a combining mark."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text
    )


def column_widths(table: Node, total: int, unit: float, padding: int) -> list[int]:
    """Widths of a table's columns that add up to ``total`` (all lengths in twips).

    ``unit`` is a half-width of the table's type, ``padding`` what a cell loses left and right.
    Widths that the table itself gives are kept in proportion.
    """
    columns = len(table["c"][2])
    given = [spec[1]["c"] for spec in table["c"][2] if spec[1]["t"] == "ColWidth"]
    if len(given) == columns and sum(given) > 0:
        return _whole([share / sum(given) * total for share in given], total)
    natural, least = [_LEAST] * columns, [_LEAST] * columns
    for column, wide, cell in cells(table):
        if wide == 1:
            for line in text_lines(cell[4]):
                natural[column] = max(natural[column], float(width(line)))
                least[column] = max(least[column], *(float(_unbroken(word)) for word in line.split(" ")))
    room = max(1.0, total / unit - columns * padding / unit)
    if sum(natural) <= room:
        shares = [each * room / sum(natural) for each in natural]
    elif sum(least) >= room:
        shares = [each * room / sum(least) for each in least]
    else:
        shares = _fill(natural, least, room)
    return _whole([share * unit + padding for share in shares], total)


def _fill(natural: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """The narrow columns get what they need; the wide ones share the rest, none below its longest word."""
    low, high = 0.0, max(natural)
    for _ in range(40):
        cap = (low + high) / 2
        if sum(max(a, min(b, cap)) for a, b in zip(least, natural, strict=True)) > room:
            high = cap
        else:
            low = cap
    return [max(a, min(b, low)) for a, b in zip(least, natural, strict=True)]


def _whole(widths: Sequence[float], total: int) -> list[int]:
    """Whole twips, scaled to add up to ``total`` exactly: Word draws what the grid says."""
    scale = total / sum(widths)
    edges = [0]
    position = 0.0
    for each in widths:
        position += each * scale
        edges.append(round(position))
    edges[-1] = total
    return [right - left for left, right in pairwise(edges)]


def _unbroken(word: str) -> int:
    """Width of the longest piece of a word that a line cannot break: Latin letters in a row, or one kanji."""
    runs = groupby(word, key=lambda char: unicodedata.east_asian_width(char) in _WIDE)
    return max((2 if wide else min(_LONGEST_WORD, width("".join(run))) for wide, run in runs), default=0)


def cells(table: Node) -> Iterator[tuple[int, int, list[Any]]]:
    """Each cell's first column, number of columns, and itself: ``[Attr, alignment, rows, columns, blocks]``."""
    _, _, specs, head, bodies, foot = table["c"]
    rows = [*head[1]]
    for body in bodies:
        rows += [*body[2], *body[3]]
    columns = len(specs)
    taken = [0] * columns  # rows that a cell above still fills, by column
    for _, row in [*rows, *foot[1]]:
        column = 0
        for cell in row:
            while column < columns and taken[column]:
                column += 1
            _, _, deep, wide, _ = cell
            wide = min(wide, columns - column)
            if wide < 1:
                break
            taken[column : column + wide] = [deep] * wide
            yield column, wide, cell
            column += wide
        taken = [max(0, each - 1) for each in taken]


def text_lines(nodes: Sequence[Node]) -> list[str]:
    """The text of blocks or inlines as it would stand without a margin: a new line at each break and block."""
    lines = [""]
    for node in nodes:
        match node["t"]:
            case "Str":
                lines[-1] += node["c"]
            case "Space" | "SoftBreak":
                lines[-1] += " "
            case "LineBreak":
                lines.append("")
            case "Code" | "Math":
                lines[-1] += node["c"][1]
            case "CodeBlock":
                lines += [*node["c"][1].split("\n"), ""]
            case "Note":
                lines[-1] += "00"
            case _:
                inline = node["t"] in _INLINE
                for children in child_lists(node):
                    first, *rest = text_lines(children)
                    lines[-1] += first
                    lines += rest
                    if not inline:
                        lines.append("")
    return lines


_INLINE = frozenset(
    {"Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Span", "Link", "Quoted"}
)
