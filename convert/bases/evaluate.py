"""Computes expressions, within bounds: so many steps for a view, so many levels, no loops but over lists."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from convert.bases.dates import Date, Duration, parse_duration
from convert.bases.files import FIELDS, File, Files
from convert.bases.functions import GLOBALS, HIGHER, METHODS, NAMES, OF_NOTHING, Function
from convert.bases.problems import OutOfSteps, Problem
from convert.bases.syntax import (
    Binary,
    Call,
    Expression,
    Field,
    Index,
    Items,
    Literal,
    Method,
    Name,
    Pairs,
    Unary,
    parse,
)
from convert.bases.values import MAX_LENGTH, Link, Value, bounded, compare, equal, is_number, text_of, truth, type_of

#: For one view: some seconds. A filter on 26 000 notes takes less than a tenth.
MAX_STEPS = 5_000_000
MAX_LEVELS = 100
#: Lists in lists.
MAX_NESTING = 20


@dataclass(slots=True)
class Evaluator:
    """Computes the expressions of one view. ``here`` is the note that holds the base, ``clock`` what ``now()`` is."""

    files: Files
    here: File
    language: str
    formulas: Mapping[str, str]
    clock: Date | None = None
    asked_for_now: bool = False
    steps: int = 0
    levels: int = 0
    _known: dict[str, Value | Problem] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _file: File = field(init=False)

    def __post_init__(self) -> None:
        """Before the first row, ``file`` is the note that holds the base."""
        self._file = self.here

    def spend(self, steps: int) -> None:
        """Take steps from the budget."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise OutOfSteps("the view takes too long to compute", "unsupported")

    def now(self) -> Date | None:
        """The moment that stands for now."""
        self.asked_for_now = True
        return self.clock

    @property
    def path(self) -> str:
        """The path of the file of this row."""
        return self._file.path

    def row(self, file: File) -> None:
        """Go on to a file: what follows is about it."""
        if file is not self._file:
            self._file = file
            self._known.clear()

    def value(self, expression: str, **variables: Value) -> Value:
        """The value of an expression; :class:`Problem` if it has none."""
        try:
            tree = parse(expression)
            check(tree)
            self.levels = 0
            return self._value(tree, variables)
        except Problem as problem:
            raise problem.about(expression) from None

    def property(self, id: str) -> Value:
        """The value of ``note.x``, ``file.x``, ``formula.x`` or ``x`` (the note's) for the file of this row."""
        kind, dot, name = id.partition(".")
        if dot and kind == "formula":
            return self.formula(name)
        if dot and kind == "file" and name in FIELDS:
            return self._file.field(name)
        return self._file.property(name if dot and kind == "note" else id)

    def formula(self, name: str) -> Value:
        """The value of a formula for the file of this row."""
        if name not in self._known:
            self._known[name] = self._formula(name)
        known = self._known[name]
        if isinstance(known, Problem):
            raise known
        return known

    def _formula(self, name: str) -> Value | Problem:
        source = self.formulas.get(name)
        if source is None:
            return Problem(f"there is no formula {name!r}")
        if name in self._open:
            return Problem(f"the formula {name!r} refers to itself").about(source)
        self._open.append(name)
        levels = self.levels
        try:
            tree = parse(source)
            check(tree)
            return self._value(tree, {})
        except OutOfSteps:
            raise
        except Problem as problem:
            return problem.about(source)
        finally:
            self._open.pop()
            self.levels = levels

    def _value(self, tree: Expression, variables: Mapping[str, Value]) -> Value:
        self.spend(1)
        self.levels += 1
        if self.levels > MAX_LEVELS:
            raise Problem("formulas and expressions are nested too deeply")
        try:
            return self._of(tree, variables)
        finally:
            self.levels -= 1

    def _of(self, tree: Expression, variables: Mapping[str, Value]) -> Value:
        match tree:
            case Literal():
                return tree.value
            case Name():
                return self._name(tree.name, variables)
            case Field():
                return self._field(tree.of, tree.name, variables)
            case Index(of, at):
                key = self._value(at, variables)
                if isinstance(key, str) and isinstance(of, Name):
                    return self._field(of, key, variables)
                return _item(self._value(of, variables), key)
            case Call(name, arguments):
                return self._call(name, arguments, variables)
            case Method(of, name, arguments):
                return self._method(self._value(of, variables), name, arguments, variables)
            case Unary("!", operand):
                return not truth(self._value(operand, variables))
            case Unary(_, operand):
                return _times(self._value(operand, variables), -1)
            case Binary():
                return self._binary(tree, variables)
            case Items(items):
                return self._settled([self._value(item, variables) for item in items])
            case Pairs(pairs):
                return self._settled({key: self._value(item, variables) for key, item in pairs})

    def _name(self, name: str, variables: Mapping[str, Value]) -> Value:
        if name in variables:
            return variables[name]
        match name:
            case "file":
                return self._file
            case "this":
                return self.here
            case "note":
                return self._file.properties()
            case "formula":
                return {key: self.formula(key) for key in self.formulas}
        return self._file.property(name)

    def _field(self, of: Expression, name: str, variables: Mapping[str, Value]) -> Value:
        if isinstance(of, Name) and of.name not in variables:
            match of.name:
                case "formula":
                    return self.formula(name)
                case "note":
                    return self._file.property(name)
                case "this":
                    return self._of_this(name)
        value = self._value(of, variables)
        match value:
            case File():
                return value.field(name) if name in FIELDS else value.property(name)
            case Date() | Duration():
                found = value.field(name)
                if found is None:
                    raise Problem(f"a {type_of(value)} has no {name!r}")
                return found
            case str() | list() if name == "length":
                return len(value)
        if value is None:
            return 0 if name == "length" else None
        return _item(value, name)

    def _of_this(self, name: str) -> Value:
        if name == "file":
            return self.here
        if name in {"note", "properties"}:
            return self.here.properties()
        own = self.here.property(name)
        return self.here.field(name) if own is None and name in FIELDS else own

    def _call(self, name: str, arguments: tuple[Expression, ...], variables: Mapping[str, Value]) -> Value:
        if name == "if":
            if not 2 <= len(arguments) <= 3:
                raise Problem("if() takes a condition and one or two results")
            if truth(self._value(arguments[0], variables)):
                return self._value(arguments[1], variables)
            return self._value(arguments[2], variables) if len(arguments) == 3 else None
        values = [self._value(argument, variables) for argument in arguments]
        return self._apply(GLOBALS[name], name, values)

    def _method(
        self, value: Value, name: str, arguments: tuple[Expression, ...], variables: Mapping[str, Value]
    ) -> Value:
        if name in HIGHER and (isinstance(value, list) or value is None):
            return self._over(value or [], name, arguments, variables)
        values = [self._value(argument, variables) for argument in arguments]
        kind = type_of(value)
        function = METHODS.get(kind, {}).get(name) or METHODS["any"].get(name)
        if function is None and value is None:
            return OF_NOTHING.get(name)
        if function is None:
            raise Problem(f"a {kind} has no {name}()")
        return self._apply(function, name, [value, *values], receivers=1)

    def _apply(self, function: Function, name: str, values: list[Value], receivers: int = 0) -> Value:
        count = len(values) - receivers
        if count < function.least or 0 <= function.most < count:
            raise Problem(f"{name}() does not take {count} arguments")
        self.spend(sum(map(_weight, values)))
        return self._made(function.call(self, *values))

    def _made(self, value: Value) -> Value:
        """A new value, paid for: steps bound the memory that a view takes too."""
        self.spend(len(value) // 10 if isinstance(value, str) else len(value) if isinstance(value, list) else 0)
        return value

    def _over(
        self, items: list[Value], name: str, arguments: tuple[Expression, ...], variables: Mapping[str, Value]
    ) -> Value:
        """``filter``, ``map`` and ``reduce``: the expression for each item in turn."""
        wanted, _ = HIGHER[name]
        if len(arguments) != wanted:
            raise Problem(f"{name}() does not take {len(arguments)} arguments")
        inner = dict(variables)
        result = self._value(arguments[1], variables) if name == "reduce" else None
        out: list[Value] = []
        for index, item in enumerate(items):
            inner |= {"value": item, "index": index, "acc": result} if name == "reduce" else {
                "value": item, "index": index}  # fmt: skip
            found = self._value(arguments[0], inner)
            if name == "reduce":
                result = found
            elif name == "map":
                out.append(found)
            elif truth(found):
                out.append(item)
        return result if name == "reduce" else self._settled(out)

    def _settled(self, value: Value) -> Value:
        """A new list or object, unless lists in lists make it larger or deeper than anything real."""
        level, count = [value], 0
        for _ in range(MAX_NESTING):
            count += len(level)
            if count > MAX_LENGTH:
                raise Problem(f"a list of more than {MAX_LENGTH} items")
            level = [
                item
                for each in level
                if isinstance(each, list | Mapping)
                for item in (each if isinstance(each, list) else each.values())
            ]
            if not level:
                self.spend(count)
                return value
        raise Problem("lists are nested too deeply")

    def _binary(self, tree: Binary, variables: Mapping[str, Value]) -> Value:
        # Chains lean to the left and can be long: down to their first operand, then up again.
        chain: list[Binary] = []
        first: Expression = tree
        while isinstance(first, Binary):
            chain.append(first)
            first = first.left
        value = self._value(first, variables)
        while chain:
            step = chain.pop()
            match step.operator:
                case "&&":
                    value = truth(value) and truth(self._value(step.right, variables))
                case "||":
                    value = truth(value) or truth(self._value(step.right, variables))
                case operator:
                    other = self._value(step.right, variables)
                    self.spend(1 + _weight(value) + _weight(other))
                    value = self._made(_OPERATORS[operator](value, other))
        return value


def _weight(value: Value) -> int:
    """The steps that it takes to look at a value."""
    return len(value) // 100 if isinstance(value, str) else len(value) if isinstance(value, list) else 0


def check(tree: Expression) -> None:
    """Raise :class:`Problem` for functions that Kumihan does not know, wherever in the expression they are."""
    pending = [tree]
    while pending:
        node = pending.pop()
        match node:
            case Call(name, arguments):
                if name != "if" and name not in GLOBALS:
                    raise Problem(f"the function {name}()", "unsupported")
                pending += arguments
            case Method(of, name, arguments):
                if name not in NAMES:
                    raise Problem(f"the function {name}()", "unsupported")
                pending += [of, *arguments]
            case Field(of, _):
                pending.append(of)
            case Index(of, at):
                pending += [of, at]
            case Unary(_, operand):
                pending.append(operand)
            case Binary(_, left, right):
                pending += [left, right]
            case Items(items):
                pending += items
            case Pairs(pairs):
                pending += [item for _, item in pairs]


def _item(value: Value, key: Value) -> Value:
    """``value[key]``; nothing, if there is none."""
    if isinstance(value, File):
        return value.field(key) if isinstance(key, str) and key in FIELDS else value.property(text_of(key))
    if isinstance(value, Mapping):
        return value.get(text_of(key))
    if isinstance(value, list | str) and isinstance(key, int | float) and is_number(key):
        at = int(key) if math.isfinite(key) and abs(key) < 1e15 else len(value)
        return value[at] if 0 <= at < len(value) else None
    if value is None or isinstance(value, list | str | Link):
        return None
    raise Problem(f"a {type_of(value)} has no {text_of(key)!r}")


def _plus(left: Value, right: Value) -> Value:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Date):
            length = _length(other)
            if length is not None:
                return one.plus(length)
    if isinstance(left, Duration) or isinstance(right, Duration):
        one, other = _length(left), _length(right)
        if one is not None and other is not None:
            return one.plus(other)
    if isinstance(left, str | Link) or isinstance(right, str | Link):
        return bounded(text_of(left) + text_of(right))
    return _arithmetic(left, right, "+", lambda a, b: a + b)


def _minus(left: Value, right: Value) -> Value:
    if isinstance(left, Date):
        if isinstance(right, Date):
            return left.minus(right)
        length = _length(right)
        if length is not None:
            return left.plus(length, -1)
    if isinstance(left, Duration) and not is_number(right):
        length = _length(right)
        if length is not None:
            return left.plus(length, -1)
    return _arithmetic(left, right, "-", lambda a, b: a - b)


def _length(value: Value) -> Duration | None:
    """What may be added to a date."""
    if isinstance(value, Duration):
        return value
    if isinstance(value, int | float) and is_number(value) and math.isfinite(value):
        return Duration(0, float(value))
    return parse_duration(value) if isinstance(value, str) else None


def _times(left: Value, right: Value) -> Value:
    if isinstance(left, Duration) and isinstance(right, int | float) and is_number(right) and math.isfinite(right):
        return left.times(right)
    return _arithmetic(left, right, "*", lambda a, b: a * b)


def _divided(left: Value, right: Value) -> Value:
    if isinstance(left, Duration) and not left.difference and isinstance(right, int | float) and right:
        return left.times(1 / right)
    return _arithmetic(left, right, "/", _quotient)


def _quotient(a: float, b: float) -> float:
    if not b:
        return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a)
    result = a / b
    return int(result) if result.is_integer() and abs(result) < 2**53 else result


def _remainder(a: float, b: float) -> float:
    if not b or math.isinf(a):
        return math.nan
    result = math.fmod(a, b)
    return int(result) if isinstance(a, int) and isinstance(b, int) else result


def _arithmetic(left: Value, right: Value, sign: str, compute: Callable[[float, float], float]) -> Value:
    if left is None or right is None:
        return None
    a = left.total if isinstance(left, Duration) else left
    b = right.total if isinstance(right, Duration) else right
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        raise Problem(f"{type_of(left)} {sign} {type_of(right)} cannot be computed")
    try:
        result = compute(a, b)
        # Past what a double holds exactly, whole numbers are doubles, as in JavaScript; so none grows without end.
        return float(result) if isinstance(result, int) and abs(result) > 2**53 else result
    except OverflowError:
        return math.inf


_OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _divided,
    "%": lambda a, b: _arithmetic(a, b, "%", _remainder),
    "==": equal,
    "!=": lambda a, b: not equal(a, b),
    "<": lambda a, b: compare(a, b) == -1,
    ">": lambda a, b: compare(a, b) == 1,
    "<=": lambda a, b: compare(a, b) in {-1, 0},
    ">=": lambda a, b: compare(a, b) in {1, 0},
}
