"""The inlines of one region: what is code, HTML or a link, and where rules may act.

One alternation of all triggers finds the next place of interest; the rule whose trigger matched reads on
from there. CommonMark's own constructs are here, Obsidian's are one module each (see ``convert.syntax``).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from convert.syntax.edits import Edit, apply
from convert.syntax.emphasis import Delimiter, Neighbours, resolve
from convert.syntax.preparation import Preparation
from convert.syntax.scanner import ATTRIBUTES, Region, RegionKind

ReadInline = Callable[["Inline", "re.Match[str]"], int]


class InlineRule(NamedTuple):
    """A construct within a line: the characters that may begin it, what finds it there, and what reads on.

    ``read`` returns the offset at which scanning goes on, always behind the beginning of the match.
    """

    first: str
    trigger: str
    read: ReadInline


class _Bracket(NamedTuple):
    at: int
    is_image: bool
    delimiters: int
    active: bool


class Grammar:
    """An ordered list of inline rules, compiled."""

    def __init__(self, rules: Sequence[InlineRule]) -> None:
        first = re.escape("".join(sorted({char for rule in rules for char in rule.first})))
        alternatives = "|".join(f"({rule.trigger})" for rule in rules)
        # Skipping to a character that may begin something is ten times quicker than trying the alternatives.
        self.search = re.compile(f"(?=[{first}])(?:{alternatives})").search
        self.readers = [None, *(rule.read for rule in rules)]


class Inline:
    """One region, or a part of it that a rule takes out (an alias, an inline note).

    ``text`` is without container prefixes, its lines joined by newlines. Edits are in its offsets;
    ``source`` maps an offset to the note's body.
    """

    def __init__(
        self, text: str, grammar: Grammar, preparation: Preparation, offsets: list[int], sources: list[int],
        kind: RegionKind, *, nested: bool = False,
    ) -> None:  # fmt: skip
        self.text = text
        self.grammar = grammar
        self.preparation = preparation
        self.kind = kind
        self.nested = nested
        #: Whether there is a Markdown link in it (after :meth:`scan`).
        self.has_link = False
        self.edits: list[Edit] = []
        self._offsets = offsets
        self._sources = sources
        self._delimiters: list[Delimiter] = []
        self._groups: list[list[Delimiter]] = []
        self._brackets: list[_Bracket] = []
        self._stray: list[int] = []
        self._addresses: list[tuple[int, int]] = []
        self._neighbours = Neighbours(text)
        self._runs: dict[int, list[int]] | None = None
        self._partners: dict[int, int] | None = None
        self._dead_ends: dict[str, int] = {}
        #: For rules: offsets before which a construct (by its opener) is known to have no end.
        self.floors: dict[str, int] = {}
        #: For the rule of ranges that may hold others: where each closing sign stands, once it has looked.
        self.found: dict[str, list[int]] = {}

    @classmethod
    def of_region(cls, region: Region, grammar: Grammar, preparation: Preparation) -> Inline:
        """The inlines of a region of the note."""
        body = preparation.note.body
        offsets, sources, lines, length = [], [], [], 0
        for start, end in region.spans:
            offsets.append(length)
            sources.append(start)
            lines.append(body[start:end])
            length += end - start + 1
        return cls("\n".join(lines), grammar, preparation, offsets, sources, region.kind)

    def part(self, start: int, end: int) -> Inline:
        """A piece of this text, to be rendered on its own."""
        first = bisect_right(self._offsets, start) - 1
        last = bisect_left(self._offsets, end, first + 1)
        offsets = [0, *(at - start for at in self._offsets[first + 1 : last])]
        sources = [self.source(start), *self._sources[first + 1 : last]]
        return Inline(
            self.text[start:end], self.grammar, self.preparation, offsets, sources, self.kind, nested=True
        )  # fmt: skip

    def source(self, at: int) -> int:
        """The offset in the note's body."""
        i = bisect_right(self._offsets, at) - 1
        return self._sources[i] + at - self._offsets[i]

    def scan(self) -> None:
        """Let every rule read the text once."""
        search, readers = self.grammar.search, self.grammar.readers
        text, at = self.text, 0
        while (m := search(text, at)) is not None:
            reader = readers[m.lastindex or 0]
            assert reader is not None  # noqa: S101 - a match of the alternation is a match of one rule
            at = reader(self, m)
        self._finish()

    def render(self) -> str:
        """The text with all edits made (after :meth:`scan`)."""
        return apply(self.text, self.edits)

    def hand_over(self) -> None:
        """Give the edits to the preparation, in the note's offsets (after :meth:`scan`)."""
        self.preparation.edits += [Edit(self.source(e.start), self.source(e.end), e.new) for e in self.edits]

    # -- for rules ---------------------------------------------------------------------------------

    def replace(self, start: int, end: int, new: str) -> None:
        """Replace a construct by Markdown that stands for it."""
        self.edits.append(Edit(start, end, new))

    def remove(self, start: int, end: int) -> None:
        """Take out a construct; what was around it becomes neighbours."""
        self.edits.append(Edit(start, end, ""))
        self._neighbours.removed(start, end)

    def read_part(self, start: int, end: int) -> None:
        """Let all rules read a piece by itself, where it stands: nothing in it pairs with anything outside."""
        part = self.part(start, end)
        part.scan()
        self.edits += [Edit(start + edit.start, start + edit.end, edit.new) for edit in part.edits]
        if part.has_link:
            self._hold_link()

    def address(self, start: int, end: int) -> None:
        """A bare address, to be bracketed unless it turns out to be in a link's text."""
        self._addresses.append((start, end))

    def find(self, needle: str, at: int) -> int:
        """``text.find``, but a search that once failed is never made again from further on."""
        if at >= self._dead_ends.get(needle, len(self.text) + 1):
            return -1
        found = self.text.find(needle, at)
        if found < 0:
            self._dead_ends[needle] = at
        return found

    def code_end(self, at: int, length: int) -> int:
        """Where a code span opened by a run of ``length`` backticks at ``at`` ends, or -1."""
        if self._runs is None:
            self._runs = {}
            for m in _BACKTICKS.finditer(self.text):
                self._runs.setdefault(m.end() - m.start(), []).append(m.start())
        ends = self._runs.get(length, [])
        i = bisect_left(ends, at + length)
        return ends[i] + length if i < len(ends) else -1

    def partner(self, at: int) -> int:
        """The bracket that closes the one at ``at`` (not in code, not escaped), or -1."""
        if self._partners is None:
            self._partners = {}
            stack: list[int] = []
            position = 0
            while (m := _BRACKET_OR_CODE.search(self.text, position)) is not None:
                position = m.end()
                if m[0][0] == "`":
                    position = max(position, self.code_end(m.start(), len(m[0])))
                elif m[0] == "[":
                    stack.append(m.start())
                elif m[0] == "]" and stack:
                    self._partners[stack.pop()] = m.start()
        return self._partners.get(at, -1)

    # -- CommonMark's own constructs ------------------------------------------------------------------

    def read_escape(self, m: re.Match[str]) -> int:
        """A backslash and what it protects."""
        return m.end()

    def read_code(self, m: re.Match[str]) -> int:
        """A code span, or backticks that are text."""
        end = self.code_end(m.start(), len(m[0]))
        return end if end >= 0 else m.end()

    def read_html(self, m: re.Match[str]) -> int:
        """A tag, comment, declaration or ``<address>``."""
        text, at = self.text, m.start()
        for opener, closer in _HTML_SPANS:
            if text.startswith(opener, at):
                end = self.find(closer, at + len(opener))
                if end >= 0:
                    return end + len(closer)
                break
        if (link := _AUTOLINK.match(text, at)) is not None:
            self.preparation.place(link[1], self.source(at))
            return link.end()
        if (tag := _TAG.match(text, at)) is not None:
            self.preparation.place(tag[0], self.source(at))
            return tag.end()
        return m.end()

    def read_delimiter(self, m: re.Match[str]) -> int:
        """A run of emphasis characters."""
        self._delimiters.append(Delimiter(m.start(), m.end() - m.start(), m[0][0]))
        return m.end()

    def open_bracket(self, m: re.Match[str]) -> int:
        """``[`` or ``![``: perhaps a link or an image."""
        self._brackets.append(_Bracket(m.start(), m[0][0] == "!", len(self._delimiters), True))
        return m.end()

    def close_bracket(self, m: re.Match[str]) -> int:
        """``]``: a link or an image if an address follows; emphasis inside it is its own."""
        if not self._brackets:
            self._stray.append(m.start())
            return m.end()
        bracket = self._brackets.pop()
        tail = _LINK_TAIL.match(self.text, m.end()) if bracket.active else None
        if tail is None:
            return m.end()
        self._groups.append(self._delimiters[bracket.delimiters :])
        del self._delimiters[bracket.delimiters :]
        while self._addresses and self._addresses[-1][0] > bracket.at:
            self._addresses.pop()
        if not bracket.is_image:
            self._hold_link()
        address = tail["angle"] if tail["angle"] is not None else tail["bare"]
        self.preparation.place(_ESCAPE.sub(r"\1", address or ""), self.source(bracket.at))
        return tail.end()

    def _hold_link(self) -> None:
        """A link is here: no bracket that is open can begin another around it."""
        self.has_link = True
        self._brackets = [b if b.is_image else b._replace(active=False) for b in self._brackets]

    def _finish(self) -> None:
        for start, end in self._addresses:
            self.edits += (Edit(start, start, "<"), Edit(end, end, ">"))
            self._neighbours.bracketed(start, end)
        self._groups.append(self._delimiters)
        for group in self._groups:
            if group:
                self.edits += resolve(group, self._neighbours)
        if self.nested:
            # In a link's text or a note an unpaired bracket would pair with one outside.
            unpaired = [*self._stray, *(b.at + b.is_image for b in self._brackets)]
            self.edits += [Edit(at, at, "\\") for at in unpaired]


_BACKTICKS = re.compile("`+")
_BRACKET_OR_CODE = re.compile(r"\\.|`+|[\[\]]", re.S)
_HTML_SPANS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
_AUTOLINK = re.compile(r"<((?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+))>")
_TAG = re.compile(rf"<(?:[A-Za-z][A-Za-z0-9-]*+{ATTRIBUTES}\s*+/?|/[A-Za-z][A-Za-z0-9-]*+\s*+|![A-Za-z][^>]*+)>")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_PARENTHESES = r"(?>(?:[^\s()\\]|\\.|\((?>(?:[^\s()\\]|\\.|\((?>(?:[^\s()\\]|\\.)*)\))*)\))*)"
_LINK_TAIL = re.compile(
    rf"\([ \t]*\n?[ \t]*(?:<(?P<angle>(?>(?:[^<>\n\\]|\\.)*))>|(?P<bare>{_PARENTHESES}))"
    r"(?:[ \t\n]+(?:\"(?>(?:[^\"\\]|\\.)*)\"|'(?>(?:[^'\\]|\\.)*)'|\((?>(?:[^()\\]|\\.)*)\)))?[ \t]*\n?[ \t]*\)"
)

ESCAPE = InlineRule("\\", r"\\[!-/:-@\[-`{-~]", Inline.read_escape)
CODE = InlineRule("`", r"`+", Inline.read_code)
HTML = InlineRule("<", r"<(?=[A-Za-z/!?])", Inline.read_html)
EMPHASIS = InlineRule("*_~", r"\*+|_+|(?<!~)~~(?!~)", Inline.read_delimiter)
OPEN_BRACKET = InlineRule("![", r"!?\[", Inline.open_bracket)
CLOSE_BRACKET = InlineRule("]", r"\]", Inline.close_bracket)
