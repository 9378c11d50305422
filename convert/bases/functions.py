"""The functions of Bases, each in one line of a table (Obsidian help, Functions).

A function takes the evaluator's :class:`Bench` and the values of its arguments, a method first what it is called on.
``filter``, ``map`` and ``reduce`` take expressions and are the evaluator's own, as is ``if``.
"""

from __future__ import annotations

import html
import math
import statistics
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple, Protocol

from convert.bases.dates import Date, Duration, format_date, parse_date, parse_duration
from convert.bases.files import File, Files
from convert.bases.pattern import Pattern
from convert.bases.problems import Problem
from convert.bases.values import (
    MAX_LENGTH,
    Html,
    Icon,
    Image,
    Link,
    Tag,
    Value,
    bounded,
    equal,
    identity,
    is_empty,
    is_number,
    joined,
    order_key,
    parse_link,
    text_of,
    truth,
    type_of,
)

#: Digits enough for the largest number with the most places that toFixed() gives.
_PRECISE = Context(prec=60)


class Bench(Protocol):
    """What functions may use of the evaluator."""

    @property
    def files(self) -> Files:
        """The vault's files."""

    @property
    def here(self) -> File:
        """The note that holds the base."""

    @property
    def language(self) -> str:
        """The language of the document."""

    def spend(self, steps: int) -> None:
        """Take steps from the budget."""

    def now(self) -> Date | None:
        """The moment that stands for now; None if none is given."""


class Function(NamedTuple):
    """A function and how many arguments it takes, what it is called on not counted (-1: any number)."""

    call: Callable[..., Value]
    least: int = 0
    most: int = 0


def _number(value: Value) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Problem(f"{type_of(value)} where a number is wanted")
    return value


def _whole(value: Value) -> int:
    number = _number(value)
    if not math.isfinite(number) or abs(number) > 1e15:
        raise Problem("a number that is too large")
    return int(number)


def _text(value: Value) -> str:
    return str(value) if isinstance(value, Tag) else text_of(value)


# Functions without a receiver


def _date(bench: Bench, value: Value) -> Value:
    if value is None or isinstance(value, Date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Date(datetime(1970, 1, 1), has_time=True).plus(Duration(0, float(value)))
    found = parse_date(_text(value))
    if found is None:
        raise Problem(f"{_text(value)[:40]!r} is no date (YYYY-MM-DD HH:mm:ss)")
    return found


def _duration(bench: Bench, value: Value) -> Value:
    if value is None or isinstance(value, Duration):
        return value
    found = parse_duration(_text(value))
    if found is None:
        raise Problem(f"{_text(value)[:40]!r} is no duration")
    return found


def _link(bench: Bench, value: Value, display: Value = None) -> Value:
    if value is None:
        return None
    if isinstance(value, File):
        return Link(value.path, display if display is not None else value.name, value)
    if isinstance(value, Link):
        return Link(value.target, value.display if display is None else display, value.file)
    parsed = parse_link(_text(value))
    target, shown = (parsed.target, parsed.display) if parsed else (_text(value), None)
    return bench.here.link(target, shown if display is None else display)


def _file(bench: Bench, value: Value) -> Value:
    if isinstance(value, File) or value is None:
        return value
    found = _link(bench, value)
    return found.file if isinstance(found, Link) else None


def _to_number(bench: Bench, value: Value) -> Value:
    match value:
        case None:
            return None
        case bool():
            return int(value)
        case Date():
            return value.milliseconds
        case Duration():
            return value.total
        case int() | float():
            return value
    try:
        number = float(_text(value).strip()[:400])
    except ValueError as error:
        raise Problem(f"{_text(value)[:40]!r} is no number") from error
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _extreme(choose: Callable[..., float]) -> Callable[..., Value]:
    def call(bench: Bench, *values: Value) -> Value:
        flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
        numbers = [_number(value) for value in flat if value is not None]
        return choose(numbers) if numbers else None

    return call


def _today(bench: Bench) -> Value:
    now = bench.now()
    return _date_only(bench, now) if now else None


def _list(bench: Bench, value: Value) -> Value:
    return value if isinstance(value, list) else [] if value is None else [value]


GLOBALS: Mapping[str, Function] = {
    "date": Function(_date, 1, 1),
    "duration": Function(_duration, 1, 1),
    "escapeHTML": Function(lambda bench, value: bounded(html.escape(_text(value))), 1, 1),
    "file": Function(_file, 1, 1),
    "html": Function(lambda bench, value: Html(_text(value)), 1, 1),
    "icon": Function(lambda bench, value: Icon(_text(value)), 1, 1),
    "image": Function(lambda bench, value: None if value is None else Image(value), 1, 1),
    "link": Function(_link, 1, 2),
    "list": Function(_list, 1, 1),
    "max": Function(_extreme(max), 1, -1),
    "min": Function(_extreme(min), 1, -1),
    "now": Function(lambda bench: bench.now()),
    "number": Function(_to_number, 1, 1),
    "today": Function(_today),
}

# Methods of texts


def _contains_text(bench: Bench, text: Value, *wanted: Value) -> list[bool]:
    if isinstance(text, Link) and any(isinstance(each, Link | File) for each in wanted):
        return [equal(text, each) for each in wanted]
    whole = _text(text)
    return [_text(each) in whole for each in wanted]


def _replace(bench: Bench, text: Value, pattern: Value, new: Value) -> Value:
    whole, by = _text(text), _text(new)
    if not isinstance(pattern, Pattern):
        old = _text(pattern)
        count = whole.count(old) if old else 0
        if len(whole) + count * len(by) > MAX_LENGTH:
            raise Problem(f"a text of more than {MAX_LENGTH} characters")
        return whole.replace(old, by) if old else whole
    out, at, length = [], 0, 0
    for spans in pattern.finditer(whole, bench.spend):
        out += [whole[at : spans[0]], _filled(by, whole, spans)]
        length += len(out[-1]) + len(out[-2])
        if length > MAX_LENGTH:
            raise Problem(f"a text of more than {MAX_LENGTH} characters")
        at = spans[1]
        if "g" not in pattern.flags:
            break
    return bounded("".join([*out, whole[at:]]))


def _filled(replacement: str, text: str, spans: tuple[int, ...]) -> str:
    """``$1`` and ``$&`` in a replacement."""
    out, parts = [], replacement.split("$")
    out.append(parts[0])
    for part in parts[1:]:
        group = 0 if part.startswith("&") else int(part[0]) if part[:1] in set("123456789") else -1
        if part.startswith("&") or 0 < group < len(spans) // 2:
            start, end = spans[2 * group : 2 * group + 2]
            out += [text[start:end] if start >= 0 else "", part[1:]]
        else:
            out.append("$" + part)
    return "".join(out)


def _split(bench: Bench, text: Value, separator: Value, most: Value = None) -> Value:
    whole = _text(text)
    pieces: list[Value] = []
    if isinstance(separator, Pattern):
        at = 0
        for start, end, *_ in separator.finditer(whole, bench.spend):
            if end > start:
                pieces.append(whole[at:start])
                at = end
        pieces.append(whole[at:])
    else:
        pieces += whole.split(_text(separator)) if _text(separator) else list(whole)
    return pieces if most is None else pieces[: max(0, _whole(most))]


def _repeat(bench: Bench, text: Value, count: Value) -> Value:
    times = max(0, _whole(count))
    if len(_text(text)) * times > MAX_LENGTH:
        raise Problem(f"a text of more than {MAX_LENGTH} characters")
    return _text(text) * times


def _slice(bench: Bench, what: Value, start: Value = 0, end: Value = None) -> Value:
    sequence = what if isinstance(what, list) else _text(what)
    return sequence[_whole(start) : None if end is None else _whole(end)]


def _title(bench: Bench, text: Value) -> Value:
    return " ".join(word[:1].upper() + word[1:].lower() for word in _text(text).split(" "))


def _matches(bench: Bench, pattern: Pattern, text: Value) -> Value:
    return any(True for _ in pattern.finditer(_text(text), bench.spend))


_STRING: Mapping[str, Function] = {
    "contains": Function(lambda bench, text, wanted: all(_contains_text(bench, text, wanted)), 1, 1),
    "containsAll": Function(lambda bench, text, *wanted: all(_contains_text(bench, text, *wanted)), 1, -1),
    "containsAny": Function(lambda bench, text, *wanted: any(_contains_text(bench, text, *wanted)), 1, -1),
    "endsWith": Function(lambda bench, text, end: _text(text).endswith(_text(end)), 1, 1),
    "isEmpty": Function(lambda bench, text: not _text(text)),
    "lower": Function(lambda bench, text: _text(text).lower()),
    "upper": Function(lambda bench, text: _text(text).upper()),
    "repeat": Function(_repeat, 1, 1),
    "replace": Function(_replace, 2, 2),
    "reverse": Function(lambda bench, text: _text(text)[::-1]),
    "slice": Function(_slice, 1, 2),
    "split": Function(_split, 1, 2),
    "startsWith": Function(lambda bench, text, start: _text(text).startswith(_text(start)), 1, 1),
    "title": Function(_title),
    "trim": Function(lambda bench, text: _text(text).strip()),
}

# Methods of numbers and dates


def _round(bench: Bench, number: Value, digits: Value = 0) -> Value:
    places = _whole(digits)
    value = _number(number)
    if not 0 <= places <= 15 or not math.isfinite(value) or abs(value) > 1e15:
        return value
    result = math.floor(value * 10**places + 0.5)  # JavaScript's rounding: halves go up, -2.5 to -2
    return result / 10**places if places else result


def _fixed(bench: Bench, number: Value, digits: Value = 0) -> Value:
    places = _whole(digits)
    value = _number(number)
    if not 0 <= places <= 20 or not math.isfinite(value) or abs(value) > 1e20:
        return text_of(value)
    return str(Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _PRECISE))


def _towards(direction: Callable[[float], int]) -> Callable[..., Value]:
    def call(bench: Bench, number: Value) -> Value:
        return direction(_number(number)) if math.isfinite(_number(number)) else number

    return call


_NUMBER: Mapping[str, Function] = {
    "abs": Function(lambda bench, number: abs(_number(number))),
    "ceil": Function(_towards(math.ceil)),
    "floor": Function(_towards(math.floor)),
    "isEmpty": Function(lambda bench, number: False),
    "round": Function(_round, 0, 1),
    "toFixed": Function(_fixed, 0, 1),
}


def _date_only(bench: Bench, date: Date) -> Value:
    return Date(date.moment.replace(hour=0, minute=0, second=0, microsecond=0))


def _format(bench: Bench, date: Date, form: Value = "YYYY-MM-DD") -> Value:
    return bounded(format_date(date, _text(form), bench.language))


def _time(bench: Bench, date: Date) -> Value:
    return date.moment.strftime("%H:%M:%S")


def _relative(bench: Bench, date: Date) -> Value:
    bench.now()  # says so; on paper the date itself stays true
    return date


_DATE: Mapping[str, Function] = {
    "date": Function(_date_only),
    "format": Function(_format, 0, 1),
    "isEmpty": Function(lambda bench, date: False),
    "relative": Function(_relative),
    "time": Function(_time),
}
_DURATION: Mapping[str, Function] = {
    "isEmpty": Function(lambda bench, duration: False),
    "abs": Function(lambda bench, duration: duration.times(-1) if duration.total < 0 else duration),
    **{name: Function(lambda bench, duration, *rest, call=function.call: call(bench, duration.total, *rest),
                      function.least, function.most)
       for name, function in _NUMBER.items() if name in {"ceil", "floor", "round", "toFixed"}},
}  # fmt: skip

# Methods of lists


def _contains(bench: Bench, items: list[Value], *wanted: Value) -> list[bool]:
    bench.spend(len(items))
    known = {identity(item) for item in items}
    # A text can be equal to a date or a tag that it spells, so what is not found is looked for one by one.
    loose = [item for item in items if isinstance(item, Date | Tag)]
    found = []
    for each in wanted:
        bench.spend(1 + len(loose))
        if identity(each) in known:
            found.append(True)
        else:
            mixed = items if isinstance(each, Date | Tag) else loose
            found.append(any(equal(item, each) for item in mixed))
    return found


def _spread(values: tuple[Value, ...]) -> list[Value]:
    """The arguments; a list among them stands for its items."""
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _flat(bench: Bench, items: list[Value]) -> Value:
    out: list[Value] = []
    pending = list(reversed(items))
    while pending:
        bench.spend(1)
        item = pending.pop()
        if isinstance(item, list):
            pending += reversed(item)
        else:
            out.append(item)
    return out


def _unique(bench: Bench, items: list[Value]) -> Value:
    bench.spend(len(items))
    return list({identity(item): item for item in reversed(items)}.values())[::-1]


def _sorted(bench: Bench, items: list[Value]) -> Value:
    bench.spend(len(items))
    return sorted((item for item in items if not is_empty(item)), key=order_key) + list(filter(is_empty, items))


def _join(bench: Bench, items: list[Value], separator: Value = ",") -> Value:
    bench.spend(len(items))
    return joined(_text(separator), map(text_of, items))


def _statistic(call: Callable[[list[float]], float]) -> Callable[..., Value]:
    def of(bench: Bench, items: list[Value]) -> Value:
        bench.spend(len(items))
        numbers = [value for value in items if isinstance(value, int | float) and is_number(value)]
        return call(numbers) if numbers else None

    return of


def _stddev(numbers: list[float]) -> float:
    return statistics.pstdev(numbers)


_LIST: Mapping[str, Function] = {
    "contains": Function(lambda bench, items, wanted: all(_contains(bench, items, wanted)), 1, 1),
    "containsAll": Function(lambda bench, items, *wanted: all(_contains(bench, items, *_spread(wanted))), 1, -1),
    "containsAny": Function(lambda bench, items, *wanted: any(_contains(bench, items, *_spread(wanted))), 1, -1),
    "flat": Function(_flat),
    "isEmpty": Function(lambda bench, items: not items),
    "join": Function(_join, 0, 1),
    "max": Function(_statistic(max)),
    "mean": Function(_statistic(statistics.fmean)),
    "median": Function(_statistic(statistics.median)),
    "min": Function(_statistic(min)),
    "reverse": Function(lambda bench, items: items[::-1]),
    "slice": Function(_slice, 1, 2),
    "sort": Function(_sorted),
    "stddev": Function(_statistic(_stddev)),
    "sum": Function(_statistic(math.fsum)),
    "unique": Function(_unique),
}

# Methods of links, files and objects


def _links_to(bench: Bench, link: Link, other: Value) -> Value:
    return link.file is not None and _has_link(bench, link.file, other)


def _has_link(bench: Bench, file: File, other: Value) -> bool:
    bench.spend(20)
    target = _file(bench, other)
    if isinstance(target, File):
        return file.links_to(target.path)
    wanted = other.target if isinstance(other, Link) else _text(other)
    return wanted in (*file.inside().links, *file.inside().embeds)


def _has_tag(bench: Bench, file: File, *wanted: Value) -> bool:
    bench.spend(10)
    names = [_text(each).removeprefix("#").lower() for each in wanted]
    return any(tag == name or tag.startswith(f"{name}/") for tag in map(str.lower, file.tags()) for name in names)


def _in_folder(bench: Bench, file: File, folder: Value) -> bool:
    name = _text(folder).strip("/")
    return not name or file.path.startswith(f"{name}/")


def _has_property(bench: Bench, file: File, name: Value) -> bool:
    return any(key.lower() == _text(name).lower() for key in file.properties())


_LINK: Mapping[str, Function] = {
    **_STRING,
    "asFile": Function(lambda bench, link: link.file),
    "isEmpty": Function(lambda bench, link: False),
    "linksTo": Function(_links_to, 1, 1),
}
_FILE: Mapping[str, Function] = {
    "asLink": Function(_link, 0, 1),
    "hasLink": Function(_has_link, 1, 1),
    "hasProperty": Function(_has_property, 1, 1),
    "hasTag": Function(_has_tag, 1, -1),
    "inFolder": Function(_in_folder, 1, 1),
    "isEmpty": Function(lambda bench, file: False),
}
_OBJECT: Mapping[str, Function] = {
    "isEmpty": Function(lambda bench, table: not table),
    "keys": Function(lambda bench, table: list(table)),
    "values": Function(lambda bench, table: list(table.values())),
}
_ANY: Mapping[str, Function] = {
    "isEmpty": Function(lambda bench, value: is_empty(value)),
    "isTruthy": Function(lambda bench, value: truth(value)),
    "isType": Function(lambda bench, value, name: type_of(value) == _text(name), 1, 1),
    "toString": Function(lambda bench, value: text_of(value)),
}

METHODS: Mapping[str, Mapping[str, Function]] = {
    "string": _STRING,
    "number": _NUMBER,
    "date": _DATE,
    "duration": _DURATION,
    "list": _LIST,
    "link": _LINK,
    "file": _FILE,
    "object": _OBJECT,
    "regexp": {"matches": Function(_matches, 1, 1)},
    "any": _ANY,
}
#: What takes expressions: their number, and the variables that they may use.
HIGHER: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "filter": (1, ("value", "index")),
    "map": (1, ("value", "index")),
    "reduce": (2, ("value", "index", "acc")),
}
#: All names that a method can have: a call of any other is told before anything is computed.
NAMES = frozenset(name for methods in METHODS.values() for name in methods) | HIGHER.keys()
#: What a method of nothing gives, where that is not nothing: a property that a note lacks is no mistake.
OF_NOTHING: Mapping[str, Value] = {
    **dict.fromkeys(("contains", "containsAll", "containsAny", "startsWith", "endsWith", "matches"), False),
    **dict.fromkeys(("hasLink", "hasProperty", "hasTag", "inFolder", "linksTo", "isTruthy"), False),
    "isEmpty": True,
    "toString": "",
}
