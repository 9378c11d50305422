"""The block structure of a note: one pass over its lines, containers first, as CommonMark reads them.

The scanner changes nothing. It says where text may be touched (:class:`Region`) and where Obsidian's own
blocks stand (callout heads, comments, footnote definitions, display math); code, HTML and everything else
that must stay as typed is in no region. One difference from CommonMark is deliberate: after a quote mark,
columns and tab stops count from the quote's content, as its writer sees them, and ``Scan.tabs`` says which
white space must be rewritten so that other readers agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple


class RegionKind(Enum):
    """What the inlines of a region make up."""

    PARAGRAPH = auto()
    HEADING = auto()
    CELL = auto()
    TITLE = auto()


@dataclass(slots=True)
class Region:
    """Inline text: ``spans`` are its lines in the source, without what containers put before them.

    ``definition`` is the index in ``Scan.definitions`` of the footnote it belongs to, or -1.
    """

    kind: RegionKind
    spans: list[tuple[int, int]]
    definition: int
    level: int = 0


class CalloutHead(NamedTuple):
    """``[!type|metadata]fold title`` from ``start`` to ``end``; ``prefix`` begins any further line of the quote."""

    start: int
    end: int
    type: str
    metadata: str
    fold: str
    title: tuple[int, int]
    prefix: str


class Comment(NamedTuple):
    """A comment that stands as a block, with its line ends where whole lines go; it opens at ``opening``."""

    start: int
    end: int
    opening: int
    closed: bool


@dataclass(slots=True)
class Definition:
    """``[^id]:`` from ``start`` to ``end``; what follows is indented by ``indent`` columns (0: nothing follows)."""

    start: int
    end: int
    id: str
    outer: int
    indent: int = 0


class DisplayMath(NamedTuple):
    """``$$…$$`` over several lines, from the first ``$`` to behind the last; ``tex`` without container prefixes."""

    start: int
    end: int
    tex: str


class Task(NamedTuple):
    """``[x]`` and the blank behind it at the beginning of a list item."""

    start: int
    end: int
    state: str


class Tab(NamedTuple):
    """White space from ``start`` to ``end`` that must become ``columns`` blanks."""

    start: int
    end: int
    columns: int


@dataclass(slots=True)
class Scan:
    """The block structure, in source order.

    ``inserts`` are (offset, text) that make other readers see the same structure: the quote marks that a
    lazy line behind a callout's head left out, the blank line before a table in a paragraph, the columns that a
    footnote's indent lacks. ``unclosed`` ends the block of code or HTML that is still open at the end.
    """

    regions: list[Region] = field(default_factory=list)
    callouts: list[CalloutHead] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    math: list[DisplayMath] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)
    inserts: list[tuple[int, str]] = field(default_factory=list)
    code: list[tuple[int, int]] = field(default_factory=list)
    html: list[tuple[int, int]] = field(default_factory=list)
    unclosed: str = ""


CALLOUT = re.compile(r"\[!([^\]|\n]+)(?:\|([^\]\n]*))?\]([+-]?)")
DEFINITION = re.compile(r"\[\^([^\[\]\s]+)\]:[ \t]*")
TASK = re.compile(r"\[([^\n])\][ \t]+(?=\S)")
FENCE = re.compile(r"(`{3,})[^`\n]*$|(~{3,})", re.M)
HEADING = re.compile(r"(#{1,6})(?=[ \t]|$)", re.M)
HEADING_END = re.compile(r"(?:^|[ \t])#+[ \t]*$")
RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", re.M)
SETEXT = re.compile(r"(=+|-+)[ \t]*$", re.M)
BULLET = re.compile(r"[-+*](?=[ \t]|$)", re.M)
ORDINAL = re.compile(r"(\d{1,9})[.)](?=[ \t]|$)", re.M)
DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?>(?:\|[ \t]*:?-+:?[ \t]*)*)\|?[ \t]*$", re.M)
CELL_BORDER = re.compile(r"(?<!\\)\|")
COMMENT_MARK = re.compile(r"(?<!%)%%(?!%)|(?<!%)%%%%(?!%)")
LIST_BEHIND_TAB = re.compile(r" ?\t[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]")
ANY_OF = frozenset("`~#>*_-+=<$%[0123456789")

_HTML_KINDS = (
    (re.compile(r"<(?:script|pre|style|textarea)(?=[\s>]|$)", re.I | re.M),
     re.compile(r"</(?:script|pre|style|textarea)>", re.I), "</pre>"),
    (re.compile(r"<!--"), re.compile(r"-->"), "-->"),
    (re.compile(r"<\?"), re.compile(r"\?>"), "?>"),
    (re.compile(r"<![A-Za-z]"), re.compile(r">"), ">"),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>"), "]]>"),
)  # fmt: skip
_HTML_BLOCK = re.compile(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div"
    r"|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link"
    r"|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th"
    r"|thead|title|tr|track|ul)(?=[\s>]|/>|$)",
    re.I | re.M,
)
# Nothing is tried twice: one character's repeats are possessive (*+), a group's are in an atomic group, since
# Python 3.11.2 (Debian 12) finds wrong matches for possessive repeats of groups (CPython's issue 106052).
ATTRIBUTES = r"(?>(?:\s++[A-Za-z_:][\w.:-]*+(?>(?:\s*+=\s*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?))*)"
_HTML_ALONE = re.compile(rf"<(?:[A-Za-z][A-Za-z0-9-]*+{ATTRIBUTES}\s*+/?|/[A-Za-z][A-Za-z0-9-]*+\s*+)>[ \t]*$", re.M)


class _Leaf(Enum):
    """What the next line may go on with."""

    NONE = auto()
    PARAGRAPH = auto()
    TABLE = auto()
    HEAD = auto()


class _Box:
    """An open container: a quote ``>``, a list item ``-`` of ``width`` columns, or a footnote definition ``^``."""

    __slots__ = ("definition", "empty", "kind", "width")

    def __init__(self, kind: str, width: int = 0, definition: int = -1) -> None:
        self.kind = kind
        self.width = width
        self.definition = definition
        self.empty = True


class _Cursor(NamedTuple):
    """A place in a line. Inside a tab that is partly used up ``at`` is the tab, ``column`` is behind its used part."""

    at: int
    column: int


def scan(text: str) -> Scan:
    """Read the block structure of ``text`` (LF line ends) in time linear in its length."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.size = len(text)
        self.out = Scan()
        self.boxes: list[_Box] = []
        self.quotes = 0
        self.leaf = _Leaf.NONE
        self.region: Region | None = None
        self.no_math_before = 0
        self.pads: dict[int, str] = {}

    def run(self) -> Scan:
        text, at = self.text, 0
        while at < self.size:
            end = self.line_end(at)
            plain = not self.boxes and text[at] not in ANY_OF and text[at] > " "
            if plain and self.region is not None and text.find("|", at, end) < 0:
                # Most lines: text of a paragraph outside all containers. "|" may begin a table.
                self.region.spans.append((at, end))
                at = end + 1
                continue
            cursor, matched = self.enter(at, end)
            at = self.read(at, end, cursor, matched)
        self.out.inserts += self.pads.items()
        return self.out

    def line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return self.size if end < 0 else end

    # -- white space and containers ------------------------------------------------------------

    def indent(self, cursor: _Cursor, end: int) -> tuple[int, int]:
        """Columns of white space at the cursor, and the offset behind it."""
        text, at, column = self.text, cursor.at, cursor.column
        while at < end:
            if text[at] == " ":
                column += 1
            elif text[at] == "\t":
                column += 4 - column % 4
            else:
                break
            at += 1
        return column - cursor.column, at

    def consume(self, cursor: _Cursor, columns: int) -> _Cursor:
        """Go on by columns of white space (fewer if there are fewer), perhaps into a tab."""
        text, at, column = self.text, cursor.at, cursor.column
        goal = column + columns
        while column < goal:
            char = text[at : at + 1]
            if char == " ":
                at, column = at + 1, column + 1
            elif char == "\t":
                stop = column + 4 - column % 4
                if stop > goal:
                    return _Cursor(at, goal)
                at, column = at + 1, stop
            else:
                break
        return _Cursor(at, column)

    def enter(self, begin: int, end: int) -> tuple[_Cursor, int]:
        """Match the open containers against the beginning of a line; return how many did."""
        cursor = _Cursor(begin, 0)
        text, boxes = self.text, self.boxes
        for i, box in enumerate(boxes):
            columns, at = self.indent(cursor, end)
            blank = at >= end
            if box.kind == ">":
                if columns > 3 or blank or text[at] != ">":
                    return cursor, i
                listed = i + 1 < len(boxes) and boxes[i + 1].kind == "-"
                cursor = self.behind_quote_mark(at, cursor.column + columns, end, listed)
            elif blank:
                if box.kind == "-" and box.empty:
                    return cursor, i
            elif box.kind == "^":
                definition = self.out.definitions[box.definition]
                if columns < (definition.indent or 2):
                    return cursor, i
                definition.indent = definition.indent or min(columns, 4)
                if definition.indent < 4:
                    self.pads[cursor.at] = " " * (4 - definition.indent)
                cursor = self.consume(cursor, definition.indent)
            elif columns >= box.width:
                cursor = self.consume(cursor, box.width)
            else:
                return cursor, i
        return cursor, len(boxes)

    def behind_quote_mark(self, at: int, column: int, end: int, listed: bool) -> _Cursor:
        """The content behind the quote mark at ``at``; in a list, columns and tab stops are counted from there."""
        text = self.text
        if listed or LIST_BEHIND_TAB.match(text, at + 1, end):
            at += 2 if text[at + 1 : at + 2] == " " else 1
            self.expand_tabs(at, end)
            return _Cursor(at, 0)
        return self.consume(_Cursor(at + 1, column + 1), 1)

    def expand_tabs(self, at: int, end: int) -> None:
        """Have tabs in the white space at ``at``, in a quote, written as the blanks that its writer sees."""
        columns, behind = self.indent(_Cursor(at, 0), end)
        if behind < end and "\t" in self.text[at:behind]:
            lead = "" if self.text[at - 1] == " " else " "
            self.pads.pop(at, None)
            tab = Tab(at, behind, columns + len(lead))
            if not self.out.tabs or self.out.tabs[-1].start < at:
                self.out.tabs.append(tab)

    def leave(self, matched: int) -> None:
        """A block begins: end the open leaf and all containers but the first ``matched``; the rest have content now."""
        self.leaf, self.region = _Leaf.NONE, None
        self.drop(matched)
        for box in reversed(self.boxes):
            if not box.empty:
                break
            box.empty = False

    def drop(self, matched: int) -> None:
        """Close all containers but the first ``matched``."""
        self.quotes -= sum(box.kind == ">" for box in self.boxes[matched:])
        del self.boxes[matched:]

    def prefix(self) -> str:
        """What begins a further line of the innermost container."""
        return "".join("> " if box.kind == ">" else " " * box.width for box in self.boxes)

    def definition(self) -> int:
        return next((box.definition for box in reversed(self.boxes) if box.kind == "^"), -1)

    # -- what a line begins --------------------------------------------------------------------

    def read(self, begin: int, end: int, cursor: _Cursor, matched: int) -> int:
        """Read a line from ``cursor``, ``matched`` containers deep; return where the next begins."""
        text = self.text
        fresh = False
        while True:
            columns, at = self.indent(cursor, end)
            whole = matched == len(self.boxes)
            if at >= end:
                if not fresh:
                    self.drop(matched)
                self.leaf, self.region = _Leaf.NONE, None
                return end + 1
            if self.leaf is _Leaf.HEAD and whole:
                self.leaf = _Leaf.NONE
            if columns > 3 and self.leaf is not _Leaf.PARAGRAPH and self.leaf is not _Leaf.HEAD:
                self.leave(matched)
                self.out.code.append((cursor.at, end))
                return end + 1
            char = text[at]
            if columns <= 3:
                here = _Cursor(at, cursor.column + columns)
                if char == ">":
                    self.leave(matched)
                    self.boxes.append(_Box(">"))
                    self.quotes += 1
                    cursor = self.behind_quote_mark(at, here.column, end, False)
                    matched, fresh = len(self.boxes), True
                    continue
                if char in ANY_OF:
                    inside = self.special(begin, end, here, columns, matched, whole, fresh)
                    if isinstance(inside, int):
                        return inside
                    if inside is not None:
                        cursor, matched, fresh = inside, len(self.boxes), True
                        continue
            return self.text_line(begin, at, end, matched, whole)

    def special(
        self, begin: int, end: int, here: _Cursor, columns: int, matched: int, whole: bool, fresh: bool
    ) -> int | _Cursor | None:
        """A line whose first character may begin a block.

        Returns the next line's offset, or the cursor inside a container that it opened, or None for text.
        """
        text, at = self.text, here.at
        char = text[at]
        paragraph = self.leaf is _Leaf.PARAGRAPH and whole
        if char in "`~" and (m := FENCE.match(text, at, end)):
            self.leave(matched)
            return self.fence(at, end, m[1] or m[2])
        if char == "#" and (m := HEADING.match(text, at, end)):
            self.leave(matched)
            return self.heading(m.end(), end, len(m[1]))
        if char == "<":
            return self.html(at, end, matched, self.leaf in (_Leaf.PARAGRAPH, _Leaf.HEAD))  # lazily too
        if paragraph and char in "=-" and self.region is not None and SETEXT.match(text, at, end):
            self.region.kind, self.region.level = RegionKind.HEADING, 1 if char == "=" else 2
            self.leave(matched)
            return end + 1
        if char in "*-_" and RULE.match(text, at, end):
            self.leave(matched)
            return end + 1
        if char in "-+*0123456789":
            return self.item(end, here, columns, matched, paragraph)
        if char == "[" and (m := DEFINITION.match(text, at, end)):
            self.leave(matched)
            self.out.definitions.append(Definition(at, m.end(), m[1], self.definition()))
            self.boxes.append(_Box("^", 4, len(self.out.definitions) - 1))
            return _Cursor(m.end(), here.column + m.end() - at)
        if char == "%" and (m := COMMENT_MARK.match(text, at, end)):
            return self.comment(begin, end, here, m, matched, fresh)
        if char == "$" and whole and self.leaf is not _Leaf.TABLE:
            return self.display_math(at, end)
        return None

    def item(self, end: int, here: _Cursor, columns: int, matched: int, paragraph: bool) -> _Cursor | None:
        """A list item whose mark is ``here``: open it and return the cursor inside it."""
        text = self.text
        m = BULLET.match(text, here.at, end) or ORDINAL.match(text, here.at, end)
        if m is None:
            return None
        inside = _Cursor(m.end(), here.column + m.end() - here.at)
        space, behind = self.indent(inside, end)
        empty = behind >= end
        if paragraph and (empty or (m.lastindex == 1 and int(m[1]) != 1)):
            return None
        self.leave(matched)
        padding = 1 if empty or space > 4 else space
        if self.quotes and "\t" in text[m.end() : behind]:
            self.out.tabs.append(Tab(m.end(), behind, space))
        self.boxes.append(_Box("-", columns + m.end() - here.at + padding))
        if space <= 4 and (task := TASK.match(text, behind, end)):
            self.out.tasks.append(Task(behind, task.end(), task[1]))
        return self.consume(inside, padding)

    def heading(self, at: int, end: int, level: int) -> int:
        text = self.text
        while at < end and text[at] in " \t":
            at += 1
        closing = HEADING_END.search(text[at:end])
        last = at + closing.start() if closing else end
        while last > at and text[last - 1] in " \t":
            last -= 1
        self.out.regions.append(Region(RegionKind.HEADING, [(at, last)], self.definition(), level))
        return end + 1

    def text_line(self, begin: int, at: int, end: int, matched: int, whole: bool) -> int:
        """A line of text: one more of a paragraph or table, or the first of either."""
        if self.leaf is _Leaf.TABLE and whole and CELL_BORDER.search(self.text, at, end):
            return self.row(at, end)
        if self.leaf is _Leaf.HEAD and not whole:
            # By CommonMark's rule of lazy lines the quote goes on; behind the head it must say so.
            self.out.inserts.append((begin, self.prefix()))
            self.leaf = _Leaf.NONE
            return self.paragraph(at, end)
        if self.leaf is _Leaf.PARAGRAPH:
            if whole and self.region is not None and self.region.spans and self.opens_table(at, end):
                self.out.inserts.append((at, "\n" + self.prefix()))
                return self.table(at, end)
            if self.region is not None:
                self.region.spans.append((at, end))
            return end + 1
        box = self.boxes[matched - 1] if matched else None
        if box is not None and box.kind == ">" and box.empty and (m := CALLOUT.match(self.text, at, end)):
            return self.callout(at, end, m, matched)
        self.leave(matched)
        if self.opens_table(at, end):
            return self.table(at, end)
        return self.paragraph(at, end)

    def paragraph(self, at: int, end: int) -> int:
        self.leaf = _Leaf.PARAGRAPH
        self.region = Region(RegionKind.PARAGRAPH, [(at, end)], self.definition())
        self.out.regions.append(self.region)
        return end + 1

    def callout(self, at: int, end: int, m: re.Match[str], matched: int) -> int:
        """The head of a callout: the first line of its quote, and never more."""
        text = self.text
        self.leave(matched)
        first, last = m.end(), end
        while first < last and text[first] in " \t\u3000":
            first += 1
        while last > first and text[last - 1] in " \t\u3000":
            last -= 1
        self.out.callouts.append(CalloutHead(at, end, m[1], m[2] or "", m[3], (first, last), self.prefix()))
        if first < last:
            self.out.regions.append(Region(RegionKind.TITLE, [(first, last)], self.definition()))
        self.leaf = _Leaf.HEAD
        return end + 1

    # -- tables --------------------------------------------------------------------------------

    def opens_table(self, at: int, end: int) -> bool:
        """Whether this line is a table's head: the next line of the same containers is its delimiter row."""
        text = self.text
        if text.find("|", at, end) < 0 or end >= self.size:
            return False
        following = self.line_end(end + 1)
        if text.find("-", end + 1, following) < 0:
            return False
        cursor, matched = self.enter(end + 1, following)
        columns, first = self.indent(cursor, following)
        return (
            matched == len(self.boxes)
            and columns <= 3
            and DELIMITER_ROW.match(text, first, following) is not None
            and len(_cells(text, at, end)) == len(_cells(text, first, following))
        )

    def table(self, at: int, end: int) -> int:
        """A table's head and delimiter row; its rows follow."""
        self.leaf, self.region = _Leaf.TABLE, None
        self.row(at, end)
        return self.line_end(end + 1) + 1

    def row(self, at: int, end: int) -> int:
        definition = self.definition()
        self.out.regions += [Region(RegionKind.CELL, [cell], definition) for cell in _cells(self.text, at, end)]
        return end + 1

    # -- blocks that are read to their end at once ------------------------------------------------

    def lines_inside(self, at: int, depth: int) -> Iterator[tuple[int, int, _Cursor]]:
        """The lines from ``at`` on that are in the first ``depth`` open containers: begin, end, cursor."""
        while at < self.size:
            end = self.line_end(at)
            cursor, matched = self.enter(at, end)
            if matched < depth:
                return
            yield at, end, cursor
            at = end + 1

    def fence(self, start: int, end: int, mark: str) -> int:
        """A fenced code block; without a closing fence it ends with its container."""
        text = self.text
        last = end
        for _, stop, cursor in self.lines_inside(end + 1, len(self.boxes)):
            last = stop
            columns, at = self.indent(cursor, stop)
            line = text[at:stop].rstrip(" \t")
            if columns <= 3 and len(line) >= len(mark) and line == mark[0] * len(line):
                break
        else:
            if last >= self.size - 1 and not self.boxes:
                self.out.unclosed = mark
        self.out.code.append((start, last))
        return last + 1

    def html(self, start: int, end: int, matched: int, paragraph: bool) -> int | None:
        """An HTML block, by CommonMark's seven kinds."""
        text = self.text
        closer, written = next(((c, w) for opener, c, w in _HTML_KINDS if opener.match(text, start, end)), (None, ""))
        tag = _HTML_BLOCK.match(text, start, end) or (not paragraph and _HTML_ALONE.match(text, start, end))
        if closer is None and not tag:
            return None
        self.leave(matched)
        last = end
        if closer is None or not closer.search(text, start, end):
            for _, stop, cursor in self.lines_inside(end + 1, len(self.boxes)):
                _, at = self.indent(cursor, stop)
                if closer is None and at >= stop:
                    break
                last = stop
                if closer is not None and closer.search(text, at, stop):
                    break
            else:
                if closer is not None and last >= self.size - 1 and not self.boxes:
                    self.out.unclosed = written
        self.out.html.append((start, last))
        return last + 1

    def display_math(self, start: int, end: int) -> int | None:
        """Display math that begins a line and ends on a later one; it may hold blank lines and list marks."""
        text = self.text
        if start < self.no_math_before or not text.startswith("$$", start) or text.find("$$", start + 2, end) >= 0:
            return None
        lines = [text[start + 2 : end]]
        stop = end
        for _, stop, cursor in self.lines_inside(end + 1, len(self.boxes)):
            closing = text.find("$$", cursor.at, stop)
            if closing >= 0:
                lines.append(text[cursor.at : closing])
                break
            lines.append(text[cursor.at : stop])
        else:
            self.no_math_before = stop + 1
            return None
        self.leave(len(self.boxes))
        self.out.math.append(DisplayMath(start, closing + 2, "\n".join(lines)))
        _, rest = self.indent(_Cursor(closing + 2, 0), stop)
        return self.paragraph(rest, stop)

    def comment(
        self, begin: int, end: int, here: _Cursor, m: re.Match[str], matched: int, fresh: bool
    ) -> int | _Cursor | None:
        """A comment that begins a line. One that ends on the same line leaves the rest of it to be read."""
        text, at = self.text, here.at
        behind = m.end() if len(m[0]) == 4 else self.comment_end(at + 2, end)
        if behind < 0:
            return self.comment_block(begin, end, at, matched, fresh)
        while behind < end and text[behind] in " \t":
            behind += 1
        if behind >= end:
            if fresh:
                self.leave(matched)
            self.out.comments.append(_whole_lines(text, begin, at, end, fresh, True))
            return end + 1
        if self.leaf in (_Leaf.PARAGRAPH, _Leaf.TABLE):
            return None
        self.leave(matched)
        self.out.comments.append(Comment(at, behind, at, True))
        return _Cursor(behind, here.column)

    def comment_end(self, at: int, end: int) -> int:
        """The offset behind the next ``%%`` of exactly two, or -1."""
        for m in COMMENT_MARK.finditer(self.text, at, end):
            if len(m[0]) == 2:
                return m.end()
        return -1

    def comment_block(self, begin: int, end: int, at: int, matched: int, fresh: bool) -> int:
        """A comment over several lines; unclosed, it hides everything to the end of its quote or of the note."""
        depth = max((i + 1 for i, box in enumerate(self.boxes[:matched]) if box.kind == ">"), default=0)
        if fresh:
            self.leave(matched)
        last = end
        for line, stop, cursor in self.lines_inside(end + 1, depth):
            last = stop
            behind = self.comment_end(cursor.at, stop)
            if behind < 0:
                continue
            while behind < stop and self.text[behind] in " \t":
                behind += 1
            if behind < stop:
                self.out.comments.append(Comment(at, behind, at, True))
                return self.read(line, stop, _Cursor(behind, 0), matched)
            self.out.comments.append(_whole_lines(self.text, begin, at, stop, fresh, True))
            return stop + 1
        self.out.comments.append(_whole_lines(self.text, begin, at, last, fresh, False))
        return last + 1


def _whole_lines(text: str, begin: int, at: int, end: int, fresh: bool, closed: bool) -> Comment:
    """The comment from ``at`` to ``end``, with what is around it on its lines unless a container began there."""
    return Comment(at, end, at, closed) if fresh else Comment(begin, min(end + 1, len(text)), at, closed)


def _cells(text: str, at: int, end: int) -> list[tuple[int, int]]:
    """The spans of a table row's cells."""
    while end > at and text[end - 1] in " \t":
        end -= 1
    if at < end and text[at] == "|":
        at += 1
    if end > at and text[end - 1] == "|" and text[end - 2] != "\\":
        end -= 1
    out = []
    for border in CELL_BORDER.finditer(text, at, end):
        out.append((at, border.start()))
        at = border.end()
    out.append((at, end))
    return out
