"""What the columns of a table of pandoc's need, and their widths in twips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from convert import measure
from convert.measure import Needs
from convert.nodes import Node, child_lists

#: What a column of a narrow table has beyond its widest line, in half-widths: the reader's fonts may be wider.
_EASE: Final = 2.0


def column_widths(table: Node, total: int, unit: float, padding: int, *, full: bool = False) -> list[int]:
    """Widths of a table's columns that add up to ``total``, or to what they need if that is less and not ``full``.

    All lengths in twips. ``unit`` is a half-width of the table's type, ``padding`` what a cell loses left and right.
    Widths that the table itself gives are kept in proportion.
    """
    columns = len(table["c"][2])
    given = [spec[1]["c"] for spec in table["c"][2] if spec[1]["t"] == "ColWidth"]
    if len(given) == columns and sum(given) > 0:
        return _whole([share / sum(given) * total for share in given], total)
    wanted = needs(table)
    if not full:
        total = min(total, round((sum(wanted.natural) + columns * _EASE) * unit + columns * padding))
    room = max(1.0, (total - columns * padding) / unit)
    return _whole([share * unit + padding for share in measure.share(wanted, room)], total)


def needs(table: Node) -> Needs:
    """What the table's columns need."""
    texts = ((column, wide, text_lines(cell[4])) for column, wide, cell in cells(table))
    return measure.needs(len(table["c"][2]), texts)


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
