"""A base as its YAML says: formulas, filters, display names, views (Obsidian help, Bases syntax)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from convert import yamlcore
from convert.bases.problems import Problem

MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Filters of which all (``and``), some (``or``) or none (``not``) must hold."""

    kind: str
    items: tuple[Filter, ...]


Filter = str | Group
Order = tuple[str, bool]
"""A property's id, and whether it is sorted downwards."""


@dataclass(frozen=True, slots=True)
class View:
    """One view; ``options`` are all its keys as they stand, for what only one kind of view knows."""

    type: str = "table"
    name: str = ""
    filters: Filter | None = None
    order: tuple[str, ...] = ("file.name",)
    sort: tuple[Order, ...] = ()
    group: Order | None = None
    limit: int | None = None
    summaries: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Base:
    """A base; ``text`` is its source."""

    text: str
    filters: Filter | None
    formulas: Mapping[str, str]
    names: Mapping[str, str]
    summaries: Mapping[str, str]
    views: tuple[View, ...]
    places: Mapping[str, tuple[int, int]]

    def view(self, name: str) -> View | None:
        """The view of that name (without case), or the first if there is no name; None if there is none."""
        if not name:
            return self.views[0]
        wanted = name.strip().casefold()
        return next((view for view in self.views if view.name.strip().casefold() == wanted), None)

    def place(self, problem: Problem) -> tuple[int, int]:
        """Line and column in the source of what a problem is about, 1-based; (0, 0) if that is not known."""
        if problem.place != (0, 0):
            return problem.place
        at = self.text.find(problem.source) if problem.source else -1
        if at < 0:
            return (0, 0)
        return self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)


def read_base(text: str) -> Base:
    """Read the source of a base; :class:`Problem`, with its place, if it is none."""
    try:
        table = yamlcore.load_table(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except yamlcore.YamlError as error:
        problem = Problem(f"not a base: {error.message}")
        problem.place = (error.line, error.column)
        raise problem from error
    try:
        return _base(text, table)
    except Problem as problem:
        if problem.place == (0, 0) and problem.source in table.places:
            problem.place = table.places[problem.source]
        raise


def property_id(text: str) -> str:
    """The one form of a property's id: ``note.x`` is ``x``."""
    return text.strip().removeprefix("note.")


def _base(text: str, table: yamlcore.Table) -> Base:
    values = table.values
    names = {property_id(key): _text(value) for key, value in _table(values, "display").items()}
    for key, value in _table(values, "properties").items():
        if isinstance(value, Mapping) and value.get("displayName") is not None:
            names[property_id(key)] = _text(value["displayName"])
    views = values.get("views")
    if views is not None and not isinstance(views, list):
        raise Problem("views must be a list").about("views")
    return Base(
        text,
        _filter(values.get("filters"), 0),
        {key: _text(value) for key, value in _table(values, "formulas").items()},
        names,
        {key: _text(value) for key, value in _table(values, "summaries").items()},
        tuple(_view(view) for view in views or []) or (View(),),
        table.places,
    )


def _view(value: object) -> View:
    if not isinstance(value, Mapping):
        raise Problem("a view must be a table of `key: value` lines").about("views")
    order = [property_id(item) for item in _list(value, "order") if isinstance(item, str) and item.strip()]
    group = _order(value.get("groupBy"))
    limit = value.get("limit")
    return View(
        type=_text(value.get("type")) or "table",
        name=_text(value.get("name")),
        filters=_filter(value.get("filters"), 0),
        order=tuple(dict.fromkeys(order)) if isinstance(value.get("order"), list) else ("file.name",),
        sort=tuple(found for item in _list(value, "sort") if (found := _order(item))),
        group=group,
        limit=max(0, limit) if isinstance(limit, int) and not isinstance(limit, bool) else None,
        summaries={property_id(key): _text(name) for key, name in _table(value, "summaries").items()},
        options=value,
    )


def _order(value: object) -> Order | None:
    """``{property: x, direction: DESC}``; the first versions of Bases wrote ``column``."""
    if isinstance(value, str):
        return property_id(value), False
    if not isinstance(value, Mapping):
        return None
    id = value.get("property", value.get("column"))
    return (property_id(id), _text(value.get("direction")).upper() == "DESC") if isinstance(id, str) else None


def _filter(value: object, depth: int) -> Filter | None:
    if value is None:
        return None
    if depth > MAX_DEPTH:
        raise Problem("filters are nested too deeply").about("filters")
    if isinstance(value, str | bool | int | float):
        return _text(value)
    if isinstance(value, list):
        return Group("and", _filters(value, depth))
    if isinstance(value, Mapping):
        unknown = [key for key in value if key not in {"and", "or", "not"}]
        if unknown:
            raise Problem(f"a filter is and, or, not, or an expression; {unknown[0]!r} is none").about("filters")
        groups = tuple(
            Group(kind, _filters(items if isinstance(items, list) else [items], depth)) for kind, items in value.items()
        )
        return groups[0] if len(groups) == 1 else Group("and", groups)
    raise Problem("a filter must be an expression or a list").about("filters")


def _filters(values: list[object], depth: int) -> tuple[Filter, ...]:
    return tuple(found for value in values if (found := _filter(value, depth + 1)) is not None)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _table(values: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = values.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Problem(f"{key} must be a table of `key: value` lines").about(key)
    return value


def _list(values: Mapping[str, object], key: str) -> list[object]:
    value = values.get(key)
    return value if isinstance(value, list) else []
