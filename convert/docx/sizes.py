"""How large the type of a Word file is, and what is measured in it. All follows from the size of body text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from convert.docx.grid import Grid
from convert.docx.roles import HEADING_LEVELS
from convert.docx.wml import POINT

#: The size of body text that the sizes below go with: Word's own in Japanese. Others are in proportion.
_USUAL: Final = 10.5
#: The lower headings differ by weight and indent, as Japanese reports have them.
_HEADINGS: Final = (15.0, 14.0, 12.0, _USUAL, _USUAL, _USUAL)
#: Sizes of a table's type: as a rule, for a wide table, and the least that is legible.
_TABLES: Final = (9.5, 8.0, 7.0)
#: Roles of a table's text and of its head, in each of these sizes.
TABLE_ROLES: Final = (
    ("table-text", "table-head"),
    ("table-text-small", "table-head-small"),
    ("table-text-smallest", "table-head-smallest"),
)
_NOTE: Final = 9.0
_CODE: Final = 9.0
#: A line of notes, in sizes of their type.
_NOTE_LINE: Final = 260 / POINT / _NOTE
#: Roles of text that is not as large as the body.
_ROLES: Final = {
    "title": 17.0,
    "toc-heading": 12.0,
    **{f"heading-{level}": size for level, size in enumerate(_HEADINGS, 1)},
    "code": _CODE,
    **dict.fromkeys(("note", "note-quote", "caption", "placeholder"), _NOTE),
    **{role: size for size, roles in zip(_TABLES, TABLE_ROLES, strict=True) for role in roles},
}
#: Consolas is 0.55 em wide, and a tab is four columns.
_CODE_TAB: Final = 4 * 0.55


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes in points, lengths in twips. ``char`` is what a character of body text takes: indents count in these."""

    body: float
    char: int

    @classmethod
    def of(cls, grid: Grid) -> Sizes:
        """The sizes that go with a grid's body text."""
        return cls(grid.size, grid.char)

    def scaled(self, points: float) -> float:
        """A size that goes with the usual body, for this one: half-points are all that Word knows."""
        return round(points * 2 * self.body / _USUAL) / 2

    def of_role(self, role: str) -> float:
        """The size of a role's text."""
        return self.scaled(_ROLES[role]) if role in _ROLES else self.body

    def heading(self, level: int) -> float:
        """The size of a heading."""
        return self.scaled(_HEADINGS[min(level, HEADING_LEVELS) - 1])

    @property
    def tables(self) -> tuple[float, ...]:
        """Sizes of a table's type, the largest first."""
        return tuple(map(self.scaled, _TABLES))

    @property
    def note(self) -> float:
        """The size of footnotes."""
        return self.scaled(_NOTE)

    @property
    def note_indent(self) -> int:
        """The text of a footnote stands two of its characters behind its number."""
        return round(2 * self.note * POINT)

    @property
    def list_indent(self) -> int:
        """Each level of a list is two characters further in."""
        return 2 * self.char

    @property
    def code(self) -> float:
        """The size of code."""
        return self.scaled(_CODE)

    @property
    def code_tab(self) -> int:
        """Four columns of code, which are a tab and what a line hangs by."""
        return round(_CODE_TAB * self.code * POINT)

    @property
    def code_indent(self) -> int:
        """What code and the frame around it stand apart, left and right."""
        return self.char // 2

    def code_tabs(self, start: int) -> list[int]:
        """Where the tab stops of code are that begins at ``start``, for a line's first half."""
        return [start + count * self.code_tab for count in range(1, 16)]

    @property
    def fixed(self) -> dict[str, int]:
        """Roles whose lines have a fixed height, and it."""
        return dict.fromkeys(("code", "note", "note-quote"), round(self.note * _NOTE_LINE * POINT))
