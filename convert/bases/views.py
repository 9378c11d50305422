"""A view's files: filtered, sorted, grouped, limited, summed up (Obsidian help, Views)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from convert.bases.dates import Date
from convert.bases.evaluate import Evaluator, check
from convert.bases.files import File
from convert.bases.problems import OutOfSteps, Problem
from convert.bases.source import Base, Filter, View
from convert.bases.syntax import parse
from convert.bases.values import Value, identity, is_empty, is_number, order_key, truth

#: Rows that are printed of one view: a hundred pages.
MAX_ROWS = 5_000

#: The summaries that every base has, by the column's values without its empty ones.
SUMMARIES: Mapping[str, str] = {
    "average": "values.mean()",
    "min": "values.min()",
    "max": "values.max()",
    "sum": "values.sum()",
    "median": "values.median()",
    "stddev": "values.stddev()",
    "range": "values.max() - values.min()",
    "earliest": "values.sort()[0]",
    "latest": "values.sort().reverse()[0]",
    "checked": "values.filter(value == true).length",
    "unchecked": "values.filter(value == false).length",
    "empty": "values.filter(value.isEmpty()).length",
    "filled": "values.filter(!value.isEmpty()).length",
    "unique": "values.filter(!value.isEmpty()).unique().length",
}
_RANGE_OF_DATES = "values.sort().reverse()[0] - values.sort()[0]"


@dataclass(frozen=True, slots=True)
class Cell:
    """A property of a file; ``failed`` if it could not be computed."""

    value: Value = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A file and the properties that the view shows, in its order; ``image`` is a card's picture."""

    file: File
    cells: tuple[Cell, ...]
    image: Value = None


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of a group (``grouped`` is False if the view has none), and a summary for each column that has one."""

    rows: tuple[Row, ...]
    key: Value = None
    grouped: bool = False
    summaries: Mapping[int, tuple[str, Cell]] = field(default_factory=dict)


@dataclass(slots=True)
class Result:
    """What a view shows. ``left_out`` rows were too many to print; ``problems`` come with the files that had them."""

    view: View
    columns: tuple[str, ...]
    sections: list[Section] = field(default_factory=list)
    left_out: int = 0
    problems: dict[tuple[str, str], tuple[Problem, list[str]]] = field(default_factory=dict)

    def note(self, problem: Problem, file: str) -> None:
        """Remember a problem and where it came up."""
        _, files = self.problems.setdefault((problem.message, problem.source), (problem, []))
        files.append(file)


def compute(base: Base, view: View, evaluator: Evaluator) -> Result:
    """Compute a view; cells that fail are marked. :class:`Problem` if its filters cannot be computed."""
    for condition in (base.filters, view.filters):
        _check(condition)
    result = Result(view, view.order)
    every = map(evaluator.files.file, evaluator.files.paths)
    files = [file for file in every if _passes(base, view, file, evaluator, result)]
    for id, downwards in reversed(view.sort):
        files = _sorted(files, id, downwards, evaluator, result)
    if view.limit is not None:
        files = files[: view.limit]
    result.left_out = max(0, len(files) - MAX_ROWS)
    image = view.options.get("image")
    rows = []
    for file in files[:MAX_ROWS]:
        evaluator.row(file)
        cells = tuple(_cell(id, evaluator, result) for id in view.order)
        cover = _cell(image, evaluator, result).value if view.type == "cards" and isinstance(image, str) else None
        rows.append(Row(file, cells, cover))
    result.sections = [
        Section(section.rows, section.key, section.grouped, _summaries(section.rows, base, view, evaluator, result))
        for section in _grouped(rows, view, evaluator, result)
    ]
    return result


def _check(condition: Filter | None) -> None:
    """Raise what is wrong with a filter before any file is looked at."""
    if isinstance(condition, str):
        try:
            check(parse(condition))
        except Problem as problem:
            raise problem.about(condition) from None
    elif condition is not None:
        for item in condition.items:
            _check(item)


def _passes(base: Base, view: View, file: File, evaluator: Evaluator, result: Result) -> bool:
    evaluator.row(file)
    return all(_holds(each, evaluator, result) for each in (base.filters, view.filters) if each is not None)


def _holds(condition: Filter, evaluator: Evaluator, result: Result) -> bool:
    if not isinstance(condition, str):
        held = (_holds(item, evaluator, result) for item in condition.items)
        match condition.kind:
            case "or":
                return any(held) or not condition.items
            case "not":
                return not any(held)
        return all(held)
    try:
        return truth(evaluator.value(condition))
    except OutOfSteps:
        raise
    except Problem as problem:
        if problem.kind == "unsupported":
            raise
        result.note(problem, evaluator.path)
        return False


def _cell(id: str, evaluator: Evaluator, result: Result) -> Cell:
    try:
        return Cell(evaluator.property(id))
    except OutOfSteps:
        raise
    except Problem as problem:
        result.note(problem.about(id), evaluator.path)
        return Cell(failed=True)


def _sorted(files: list[File], id: str, downwards: bool, evaluator: Evaluator, result: Result) -> list[File]:
    """Sorted by one property; files that lack it come last either way."""
    keyed = []
    empty = []
    for file in files:
        evaluator.row(file)
        value = _cell(id, evaluator, result).value
        if is_empty(value):
            empty.append(file)
        else:
            keyed.append((order_key(value), file))
    keyed.sort(key=lambda pair: pair[0], reverse=downwards)
    return [file for _, file in keyed] + empty


def _grouped(rows: list[Row], view: View, evaluator: Evaluator, result: Result) -> list[Section]:
    if view.group is None:
        return [Section(tuple(rows))]
    id, downwards = view.group
    groups: dict[object, tuple[Value, list[Row]]] = {}
    for row in rows:
        evaluator.row(row.file)
        value = _cell(id, evaluator, result).value
        groups.setdefault(None if is_empty(value) else identity(value), (value, []))[1].append(row)
    filled = [group for key, group in groups.items() if key is not None]
    filled.sort(key=lambda group: order_key(group[0]), reverse=downwards)
    empty = [(None, groups[None][1])] if None in groups else []
    return [Section(tuple(members), value, grouped=True) for value, members in [*filled, *empty]]


def _summaries(
    rows: tuple[Row, ...], base: Base, view: View, evaluator: Evaluator, result: Result
) -> dict[int, tuple[str, Cell]]:
    out: dict[int, tuple[str, Cell]] = {}
    for column, id in enumerate(view.order):
        name = view.summaries.get(id)
        if not name:
            continue
        values = [row.cells[column].value for row in rows]
        if name not in base.summaries and name.lower() not in {"empty", "filled", "unique"}:
            values = [value for value in values if not is_empty(value)]
        expression = base.summaries.get(name) or SUMMARIES.get(name.lower())
        if name.lower() == "range" and any(isinstance(value, Date) for value in values):
            expression = _RANGE_OF_DATES
        try:
            if expression is None:
                raise Problem(f"there is no summary {name!r}").about(name)
            value = evaluator.value(expression, values=values)
            out[column] = (name, Cell(_short(value)))
        except OutOfSteps:
            raise
        except Problem as problem:
            result.note(problem, id)
            out[column] = (name, Cell(failed=True))
    return out


def _short(value: Value) -> Value:
    """A mean without the digits that nobody measured."""
    return round(value, 4) if isinstance(value, float) and is_number(value) else value
