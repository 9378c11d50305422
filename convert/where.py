"""``--where``: which notes are meant, by tags, properties and paths. ``tag:handout and not draft``, ``課程=前期``.

    expression   one of these, with ``and``, ``or``, ``not`` and brackets
    tag:NAME     the note has the tag, or one below it
    path:GLOB    its path in the vault matches; ``**`` is any number of folders
    NAME         the property is there, and neither empty nor false
    NAME=VALUE   the property (or one of its values) is that; also ``!=``, ``<``, ``<=``, ``>``, ``>=`` (numbers, dates,
                 else text), and ``~`` for a part of its text

What holds blanks or signs stands in quotes: ``"due date"<2026-04-01``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from convert.bases.files import File
from convert.bases.values import Tag, Value, is_empty, text_of
from convert.ignore import Rule

Test = Callable[[File], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[()]|!=|<=|>=|[=<>~])|(?P<quoted>"(?:[^"\\]|\\.)*"|'[^']*')|(?P<kind>(?:tag|path):)"""
    r"""|(?P<word>[^\s()=<>~!"']+(?:![^\s()=<>~"']+)*)|(?P<wrong>\S))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,15})?")
_TRUE, _FALSE = frozenset(("yes", "true", "on")), frozenset(("no", "false", "off"))
#: Brackets in brackets, ``not`` behind ``not``.
_MOST_NESTED = 50


class WhereError(ValueError):
    """The expression cannot be read; the message says where."""

    def __init__(self, message: str, column: int) -> None:
        """``column`` is 1-based, in characters."""
        super().__init__(f"--where, column {column}: {message}")


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def parse(text: str) -> Test:
    """What an expression says of a note; :class:`WhereError` if it says nothing."""
    return _Parser(_tokens(text), len(text) + 1).all()


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while found := _TOKEN.match(text, at):
        kind = found.lastgroup or ""
        column = found.start(kind) + 1
        if kind == "wrong":
            raise WhereError(
                "a quote has no end" if found[kind] in "\"'" else f"{found[kind]} says nothing here", column
            )
        word = found[kind]
        if kind == "quoted":
            word = re.sub(r"\\(.)", r"\1", word[1:-1]) if word[0] == '"' else word[1:-1]
        elif kind == "word" and word.lower() in ("and", "or", "not"):
            kind, word = "sign", word.lower()
        tokens.append(_Token(kind, word, column))
        at = found.end()
    return tokens


class _Parser:
    """By descent: ``or`` binds least, then ``and``, then ``not``."""

    def __init__(self, tokens: Sequence[_Token], end: int) -> None:
        self._tokens = [*tokens, _Token("end", "", end)]
        self._at = 0
        self._nested = 0

    def all(self) -> Test:
        test = self._or()
        if self._next.kind != "end":
            raise WhereError(f"and, or, or the end is expected, not {self._next.text}", self._next.column)
        return test

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _accept(self, *signs: str) -> str:
        """The next sign, if it is one of these."""
        token = self._next
        if token.kind != "sign" or token.text not in signs:
            return ""
        self._at += 1
        return token.text

    def _or(self) -> Test:
        tests = [self._and()]
        while self._accept("or"):
            tests.append(self._and())
        return tests[0] if len(tests) == 1 else lambda file: any(test(file) for test in tests)

    def _and(self) -> Test:
        tests = [self._not()]
        while self._accept("and"):
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else lambda file: all(test(file) for test in tests)

    def _not(self) -> Test:
        self._nested += 1
        if self._nested > _MOST_NESTED:
            raise WhereError("it is nested too deeply", self._next.column)
        try:
            if self._accept("not"):
                test = self._not()
                return lambda file: not test(file)
            if self._accept("("):
                test = self._or()
                if not self._accept(")"):
                    raise WhereError("a ) is missing", self._next.column)
                return test
            return self._test()
        finally:
            self._nested -= 1

    def _test(self) -> Test:
        token = self._next
        if token.kind == "kind":
            self._at += 1
            return (_has_tag if token.text == "tag:" else _has_path)(self._word("a name"))
        name = self._word("tag:, path: or a property")
        sign = self._accept("!=", *_COMPARE, "~")
        if not sign:
            return lambda file: _is_set(file.property(name))
        value = self._word("a value")
        return _compared(name, sign, value)

    def _word(self, expected: str) -> str:
        token = self._next
        if token.kind not in ("word", "quoted"):
            found = f", not {token.text}" if token.text else ""
            raise WhereError(f"{expected} is expected{found}", token.column)
        self._at += 1
        return token.text


def _has_tag(name: str) -> Test:
    wanted = name.removeprefix("#").lower()

    def test(file: File) -> bool:
        # Most notes lack the word, or have it in their properties: their text need not be looked through.
        return file.may_hold(wanted) and (any(map(fits, file.listed_tags())) or any(map(fits, file.inside().tags)))

    def fits(tag: str) -> bool:
        return tag.lower() == wanted or tag.lower().startswith(wanted + "/")

    return test


def _has_path(glob: str) -> Test:
    rule = glob_rule(glob)
    return lambda file: rule.matches(file.path.split("/"), folder=False)


def glob_rule(glob: str) -> Rule:
    """A pattern for whole paths in the vault; it takes linear time."""
    line = "/" + re.sub(r"(?=[ \t]\Z)", r"\\", glob).removeprefix("/")  # a line of .export-ignore ends before blanks
    return Rule.parse(line) or Rule((), folder_only=False, negated=False)


def _is_set(value: Value) -> bool:
    return value is not False and not is_empty(value)


def _compared(name: str, sign: str, wanted: str) -> Test:
    def one(value: Value) -> bool:
        if sign == "~":
            return wanted.casefold() in text_of(value).casefold()
        sides = _sides(value, wanted, ordered=sign != "=")
        return sides is not None and _COMPARE[sign](*sides)

    def test(file: File) -> bool:
        value = file.property(name)
        if value is None:
            return False
        return any(one(item) for item in value) if isinstance(value, list) else one(value)

    if sign == "!=":
        equal = _compared(name, "=", wanted)
        return lambda file: not equal(file)
    return test


def _sides(value: Value, wanted: str, *, ordered: bool) -> tuple[object, object] | None:
    """Both sides as what can be compared; None if they can't: words are neither more nor less than a number."""
    if isinstance(value, bool):
        word = wanted.lower()
        return (value, word in _TRUE) if word in _TRUE | _FALSE else None
    if isinstance(value, (int, float)):
        return (value, float(wanted)) if _NUMBER.fullmatch(wanted) else None
    if ordered and _NUMBER.fullmatch(wanted):
        return None
    text = str(value) if isinstance(value, Tag) else text_of(value)
    return text.casefold(), wanted.casefold()
