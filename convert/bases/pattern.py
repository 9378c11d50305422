r"""Regular expressions that end: matched by walking all possibilities at once (Thompson, Pike), never back and forth.

A note's pattern must not be able to stop a build, as ``/(a+)+b/`` stops Python's own. Known: characters, ``.``,
classes with ``\d \w \s``, groups, ``|``, ``* + ? {m,n}`` and their lazy forms, ``^ $ \b \B``, the flags ``g i m s u``.
Not known: what looks around, refers back, or names Unicode properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from convert.bases.problems import Problem

_MAX_SIZE = 2_000
_MAX_DEPTH = 30
_REPEAT = re.compile(r"(\d{1,4})(?:(,)(\d{0,4}))?\}")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}
_HEX = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}")
_NAME = re.compile(r"\?<[A-Za-z_]\w*>")

Test = Callable[[str], bool]
Spans = tuple[int, ...]


class Step(NamedTuple):
    """One step: read a ``char`` that passes the test, ``jump`` or ``split`` to others, ``save`` the place, ``match``.

    Any other ``kind`` is what must hold at the place (``^ $ b B``).
    """

    kind: str
    first: int = 0
    second: int = 0
    test: Test = str.isspace


def _is_digit(char: str) -> bool:
    return char in "0123456789"


def _is_word(char: str) -> bool:
    return char == "_" or (char.isascii() and char.isalnum())


def _is_space(char: str) -> bool:
    return char.isspace() or char == "\ufeff"


def _is_any(char: str) -> bool:
    return True


def _is_in_line(char: str) -> bool:
    return char not in "\n\r\u2028\u2029"


_CLASSES: dict[str, Test] = {"d": _is_digit, "w": _is_word, "s": _is_space}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; ``source`` and ``flags`` as typed."""

    source: str
    flags: str
    program: tuple[Step, ...] = field(repr=False, compare=False)
    groups: int = field(compare=False)

    def finditer(self, text: str, spend: Callable[[int], None]) -> Iterator[Spans]:
        """All matches from left to right: begin and end of the whole and of each group (-1: not part of it).

        ``spend`` is told how many steps were taken, and may raise.
        """
        at = 0
        while at <= len(text):
            spans = self._match(text, at, spend)
            if spans is None:
                return
            yield spans
            at = spans[1] if spans[1] > spans[0] else spans[1] + 1

    def _match(self, text: str, start: int, spend: Callable[[int], None]) -> Spans | None:
        best: Spans | None = None
        threads: list[tuple[int, Spans]] = []
        empty = (-1,) * (2 * self.groups + 2)
        for at in range(start, len(text) + 1):
            seen: set[int] = set()
            following: list[tuple[int, Spans]] = []
            char = text[at] if at < len(text) else ""
            ready: list[tuple[int, Spans]] = []
            for pc, spans in threads:
                self._follow(pc, spans, at, text, seen, ready)
            if best is None:
                self._follow(0, empty, at, text, seen, ready)
            spend(1 + len(ready))
            for pc, spans in ready:
                step = self.program[pc]
                if step.kind == "match":
                    best = spans
                    break  # what comes later in the list is what a backtracking engine would try later
                if char and step.test(char):
                    following.append((pc + 1, spans))
            threads = following
            if not threads and best is not None:
                break
        return best

    def _follow(
        self, pc: int, spans: Spans, at: int, text: str, seen: set[int], ready: list[tuple[int, Spans]]
    ) -> None:
        """Go on from ``pc`` without reading, in order of preference, to every step that reads or matches."""
        stack = [(pc, spans)]
        while stack:
            pc, spans = stack.pop()
            if pc in seen:
                continue
            seen.add(pc)
            kind, first, second, _ = self.program[pc]
            match kind:
                case "split":
                    stack += [(second, spans), (first, spans)]
                case "jump":
                    stack.append((first, spans))
                case "save":
                    stack.append((pc + 1, (*spans[:first], at, *spans[first + 1 :])))
                case "char" | "match":
                    ready.append((pc, spans))
                case _:
                    if self._holds(kind, at, text):
                        stack.append((pc + 1, spans))

    def _holds(self, what: str, at: int, text: str) -> bool:
        lines = "m" in self.flags
        match what:
            case "^":
                return at == 0 or (lines and text[at - 1] == "\n")
            case "$":
                return at == len(text) or (lines and text[at] == "\n")
        edge = (at > 0 and _is_word(text[at - 1])) != (at < len(text) and _is_word(text[at]))
        return edge if what == "b" else not edge


@lru_cache(maxsize=256)
def compile_pattern(source: str, flags: str) -> Pattern:
    """Compile what stands between the slashes; :class:`Problem` if it is no pattern or needs what is not known."""
    for flag in flags:
        if flag not in "gimsu":
            raise Problem(f"the flag {flag!r} of a regular expression", "unsupported")
    reader = _Reader(source, flags)
    program = [Step("save", 0), *reader.alternatives(1, 0)]
    if reader.at < len(source):
        raise Problem(f"a regular expression with a stray {source[reader.at]!r}")
    program += [Step("save", 1), Step("match")]
    return Pattern(source, flags, tuple(program), reader.groups)


class _Reader:
    """Reads a pattern; each method gives the steps of a piece, whose first has the number ``base``."""

    def __init__(self, source: str, flags: str) -> None:
        self.source, self.at, self.groups = source, 0, 0
        self.ignore_case, self.dot_all = "i" in flags, "s" in flags

    def alternatives(self, base: int, depth: int) -> list[Step]:
        if depth > _MAX_DEPTH:
            raise Problem("a regular expression that is nested too deeply", "unsupported")
        code = self.sequence(base, depth)
        while self.source.startswith("|", self.at):
            self.at += 1
            other = self.sequence(base, depth)
            first = _moved(code, base, base + 1)
            second = _moved(other, base, base + len(first) + 2)
            code = [Step("split", base + 1, base + len(first) + 2), *first,
                    Step("jump", base + len(first) + 2 + len(second)), *second]  # fmt: skip
            self.check(code)
        return code

    def sequence(self, base: int, depth: int) -> list[Step]:
        code: list[Step] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            code += self.repeated(self.piece(base + len(code), depth), base + len(code))
            self.check(code)
        return code

    def check(self, code: list[Step]) -> None:
        if len(code) > _MAX_SIZE:
            raise Problem("a regular expression that is too large", "unsupported")

    def repeated(self, piece: list[Step], base: int) -> list[Step]:
        char = self.source[self.at] if self.at < len(self.source) else ""
        low, high = 1, 1
        if char and char in "*+?":
            low, high = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}[char]
            self.at += 1
        elif char == "{" and (found := _REPEAT.match(self.source, self.at + 1)):
            low = int(found[1])
            high = low if not found[2] else int(found[3]) if found[3] else -1
            self.at = found.end()
        else:
            return piece
        lazy = self.source.startswith("?", self.at)
        self.at += lazy
        if len(piece) * max(low, high, 1) > _MAX_SIZE:
            raise Problem("a regular expression that is too large", "unsupported")
        code: list[Step] = []
        for _ in range(low):
            code += _moved(piece, base, base + len(code))
        if high < 0:
            here = base + len(code)
            inner = _moved(piece, base, here + 1)
            after = here + len(inner) + 2
            code += [_split(here + 1, after, lazy), *inner, Step("jump", here)]
        for _ in range(high - low):
            here = base + len(code)
            inner = _moved(piece, base, here + 1)
            code += [_split(here + 1, here + 1 + len(inner), lazy), *inner]
        return code

    def piece(self, base: int, depth: int) -> list[Step]:
        char = self.source[self.at]
        self.at += 1
        match char:
            case "(":
                return self.group(base, depth)
            case "[":
                return [Step("char", test=self.char_class())]
            case ".":
                return [Step("char", test=_is_any if self.dot_all else _is_in_line)]
            case "^" | "$":
                return [Step(char)]
            case "*" | "+" | "?":
                raise Problem("a regular expression with nothing to repeat")
            case "\\":
                if self.source[self.at : self.at + 1] in {"b", "B"}:
                    self.at += 1
                    return [Step(self.source[self.at - 1])]
                return [Step("char", test=self.escape())]
        return [Step("char", test=self.one(char))]

    def group(self, base: int, depth: int) -> list[Step]:
        save = True
        if self.source.startswith("?:", self.at):
            self.at += 2
            save = False
        elif name := _NAME.match(self.source, self.at):
            self.at = name.end()
        elif self.source.startswith("?", self.at):
            raise Problem("a regular expression that looks ahead or behind", "unsupported")
        if save:
            self.groups += 1
        number = self.groups
        inner = self.alternatives(base + save, depth + 1)
        if not self.source.startswith(")", self.at):
            raise Problem("a regular expression with an open parenthesis")
        self.at += 1
        return [Step("save", 2 * number), *inner, Step("save", 2 * number + 1)] if save else inner

    def one(self, char: str) -> Test:
        if self.ignore_case:
            lower = char.lower()
            return lambda c: c.lower() == lower
        return lambda c: c == char

    def escape(self) -> Test:
        if self.at >= len(self.source):
            raise Problem("a regular expression that ends with a backslash")
        char = self.source[self.at]
        self.at += 1
        if char.lower() in _CLASSES:
            test = _CLASSES[char.lower()]
            return test if char.islower() else lambda c: not test(c)
        if char in "123456789kpP":
            raise Problem(f"\\{char} in a regular expression", "unsupported")
        return self.one(self.escaped(char))

    def escaped(self, char: str) -> str:
        if found := _HEX.match(self.source, self.at - 1):
            self.at = found.end()
            number = int(next(group for group in found.groups() if group), 16)
            return chr(number) if number < 0x110000 else "\ufffd"
        return _CONTROLS.get(char, char)

    def char_class(self) -> Test:
        source = self.source
        negated = source.startswith("^", self.at)
        self.at += negated
        tests: list[Test] = []
        while True:
            if self.at >= len(source):
                raise Problem("a regular expression with an open bracket")
            char = source[self.at]
            self.at += 1
            if char == "]":
                break
            if char == "\\" and source[self.at : self.at + 1].lower() in _CLASSES:
                tests.append(self.escape())
                continue
            low = self.class_char(char)
            if source.startswith("-", self.at) and source[self.at + 1 : self.at + 2] not in {"]", ""}:
                self.at += 2
                tests.append(self.char_range(low, self.class_char(source[self.at - 1])))
            else:
                tests.append(self.one(low))
        return lambda c: any(test(c) for test in tests) != negated

    def class_char(self, char: str) -> str:
        if char != "\\" or self.at >= len(self.source):
            return char
        self.at += 1
        char = self.source[self.at - 1]
        return "\b" if char == "b" else self.escaped(char)

    def char_range(self, low: str, high: str) -> Test:
        if self.ignore_case:
            return lambda c: low <= c <= high or low <= c.lower() <= high or low <= c.upper() <= high
        return lambda c: low <= c <= high


def _split(first: int, second: int, lazy: bool) -> Step:
    return Step("split", second, first) if lazy else Step("split", first, second)


def _moved(code: list[Step], base: int, to: int) -> list[Step]:
    """The steps for another place: those that go somewhere go as far from there."""
    shift = to - base
    return [
        step._replace(first=step.first + shift, second=step.second + shift) if step.kind in {"jump", "split"} else step
        for step in code
    ]
