"""The expressions of Bases as trees (Obsidian help, Bases syntax: Operators, Types)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from convert.bases.pattern import compile_pattern
from convert.bases.problems import Problem

MAX_LENGTH = 10_000
MAX_DEPTH = 40
#: Operands of one level, `a || b || c …`: the tree grows to the left, and is walked without recursion there.
MAX_CHAIN = 1_000


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, ``true``, ``false``, ``null`` or regular expression."""

    value: object


@dataclass(frozen=True, slots=True)
class Name:
    """``file``, ``this``, ``value`` or, as a rule, a property of the note."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """``of.name``."""

    of: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """``of[at]``."""

    of: Expression
    at: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """``name(arguments)``."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """``of.name(arguments)``."""

    of: Expression
    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``!operand`` or ``-operand``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Items:
    """``[a, b]``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """``{"a": 1}``."""

    pairs: tuple[tuple[str, Expression], ...]


Expression = Literal | Name | Field | Index | Call | Method | Unary | Binary | Items | Pairs

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<text>"(?>(?:[^"\\]|\\.)*)"|'(?>(?:[^'\\]|\\.)*)')"""
    r"""|(?P<name>[^\W\d][\w$]*|\$[\w$]*)"""
    r"""|(?P<sign>===|!==|&&|\|\||[=!<>]=|[-+*/%!<>()\[\]{},.:?]))""",
    re.DOTALL,
)
_PATTERN = re.compile(r"/((?>(?:[^/\\\[\n]|\\.|\[(?>(?:[^\]\\\n]|\\.)*)\])+))/([a-z]*)")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_LEVELS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "===": 3, "!==": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None, "undefined": None}


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """The tree of an expression; :class:`Problem` if it is none."""
    if len(text) > MAX_LENGTH:
        raise Problem(f"an expression of more than {MAX_LENGTH} characters")
    parser = _Parser(text)
    tree = parser.binary(1, 0)
    if parser.kind:
        raise parser.unexpected()
    return tree


class _Parser:
    """Precedence climbing over the tokens, one looked at ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.kind, self.lexeme = "", ""
        self.advance(operand=True)

    def advance(self, *, operand: bool) -> None:
        """Go to the next token; a slash where an ``operand`` may stand begins a regular expression."""
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            rest = self.text[self.at :].strip()
            if rest:
                raise Problem(f"{rest[:20]!r} is no part of an expression")
            self.kind, self.lexeme, self.at = "", "", len(self.text)
            return
        kind = found.lastgroup or ""
        self.kind, self.lexeme, self.at = kind, found[kind], found.end()
        if operand and self.lexeme == "/" and (pattern := _PATTERN.match(self.text, found.start(kind))):
            self.kind, self.lexeme, self.at = "pattern", pattern[0], pattern.end()

    def unexpected(self) -> Problem:
        return Problem(f"{self.lexeme!r} is not expected here" if self.kind else "the expression is not complete")

    def take(self, sign: str, *, operand: bool) -> bool:
        if self.kind != "sign" or self.lexeme != sign:
            return False
        self.advance(operand=operand)
        return True

    def expect(self, sign: str, *, operand: bool) -> None:
        if not self.take(sign, operand=operand):
            raise self.unexpected()

    def binary(self, level: int, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise Problem("the expression is nested too deeply")
        left = self.unary(depth)
        chain = 0
        while self.kind == "sign" and _LEVELS.get(self.lexeme, 0) >= level:
            operator = self.lexeme
            self.advance(operand=True)
            right = self.binary(_LEVELS[operator] + 1, depth + 1)
            left = Binary(operator.replace("===", "==").replace("!==", "!="), left, right)
            chain += 1
            if chain > MAX_CHAIN:
                raise Problem("the expression has too many parts")
        return left

    def unary(self, depth: int) -> Expression:
        signs = []
        while self.kind == "sign" and self.lexeme in {"!", "-", "+"}:
            signs.append(self.lexeme)
            self.advance(operand=True)
            if len(signs) > MAX_DEPTH:
                raise Problem("the expression is nested too deeply")
        tree = self.postfix(depth)
        for sign in reversed(signs):
            tree = tree if sign == "+" else Unary(sign, tree)
        return tree

    def postfix(self, depth: int) -> Expression:
        tree = self.primary(depth)
        for _ in range(MAX_DEPTH):
            if self.take(".", operand=False):
                name = self.lexeme
                if self.kind != "name":
                    raise self.unexpected()
                self.advance(operand=False)
                called = self.take("(", operand=True)
                tree = Method(tree, name, self.items(")", depth)) if called else Field(tree, name)
            elif self.take("[", operand=True):
                at = self.binary(1, depth + 1)
                self.expect("]", operand=False)
                tree = Index(tree, at)
            else:
                return tree
        raise Problem("the expression has too many parts")

    def primary(self, depth: int) -> Expression:
        kind, lexeme = self.kind, self.lexeme
        match kind:
            case "number":
                self.advance(operand=False)
                return Literal(float(lexeme) if len(lexeme) > 15 or set(lexeme) & set(".eE") else int(lexeme))
            case "text":
                self.advance(operand=False)
                return Literal(_ESCAPE.sub(_unescape, lexeme[1:-1]))
            case "pattern":
                self.advance(operand=False)
                body, _, flags = lexeme[1:].rpartition("/")
                return Literal(compile_pattern(body, flags))
            case "name":
                self.advance(operand=False)
                if lexeme in _CONSTANTS:
                    return Literal(_CONSTANTS[lexeme])
                return Call(lexeme, self.items(")", depth)) if self.take("(", operand=True) else Name(lexeme)
        if self.take("(", operand=True):
            tree = self.binary(1, depth + 1)
            self.expect(")", operand=False)
            return tree
        if self.take("[", operand=True):
            return Items(self.items("]", depth))
        if self.take("{", operand=True):
            return self.pairs(depth)
        raise self.unexpected()

    def items(self, end: str, depth: int) -> tuple[Expression, ...]:
        """What stands between commas up to ``end``, whose opening is read."""
        out: list[Expression] = []
        while not self.take(end, operand=False):
            if out:
                self.expect(",", operand=True)
                if self.take(end, operand=False):
                    break
            out.append(self.binary(1, depth + 1))
        return tuple(out)

    def pairs(self, depth: int) -> Expression:
        out: list[tuple[str, Expression]] = []
        while not self.take("}", operand=False):
            if out:
                self.expect(",", operand=True)
            if self.kind not in {"text", "name"}:
                raise self.unexpected()
            key = self.lexeme if self.kind == "name" else _ESCAPE.sub(_unescape, self.lexeme[1:-1])
            self.advance(operand=False)
            self.expect(":", operand=True)
            out.append((key, self.binary(1, depth + 1)))
        return Pairs(tuple(out))


def _unescape(found: re.Match[str]) -> str:
    what = found[1]
    if len(what) > 1:
        char = chr(int(what[1:], 16))
        return "\ufffd" if "\ud800" <= char <= "\udfff" else char
    return _ESCAPED.get(what, what)
