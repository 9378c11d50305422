"""The values of Bases: which types there are, when two are equal, which comes first, how one reads as text.

Text, numbers, booleans, lists and objects are Python's own; nothing is ``None``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import normalize

from convert.bases.dates import Date, Duration, parse_date, parse_duration
from convert.bases.pattern import Pattern
from convert.bases.problems import Problem

if TYPE_CHECKING:
    from convert.bases.files import File

Value = object
_WIKI_LINK = re.compile(r"\[\[([^\[\]|]+)(?:\|([^\[\]]*))?\]\]")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_DIGITS = re.compile(r"(\d+)")
#: Characters of a text, items of a list: more than any cell can show.
MAX_LENGTH = 100_000


class Tag(str):
    """A tag, without its ``#``."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link: what is linked to as typed (an address too), what it shows, and the file that it means, if any."""

    target: str
    display: Value = field(default=None, compare=False)
    file: File | None = field(default=None, compare=False)

    @property
    def is_external(self) -> bool:
        """Whether it leads out of the vault."""
        return self.file is None and bool(_ADDRESS.match(self.target))


@dataclass(frozen=True, slots=True)
class Image:
    """A picture to be shown: a file, a link or an address."""

    what: Value


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of HTML."""

    source: str


def type_of(value: Value) -> str:
    """The name of a value's type, as ``isType`` takes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "list"
        case Mapping():
            return "object"
    names = {Date: "date", Duration: "duration", Link: "link", Pattern: "regexp", Image: "image", Icon: "icon"}
    return names.get(type(value), "html" if isinstance(value, Html) else "file")


def is_number(value: Value) -> bool:
    """Whether it is a number (a boolean is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def truth(value: Value) -> bool:
    """Whether a condition holds: nothing, 0, empty texts, lists and objects are false."""
    if isinstance(value, float) and math.isnan(value):
        return False
    if value is None or isinstance(value, bool | int | float | str | list | Mapping):
        return bool(value)
    return True


def is_empty(value: Value) -> bool:
    """Whether there is nothing to show."""
    return value is None or (isinstance(value, str | list | Mapping) and not value)


def text_of(value: Value) -> str:
    """A value as text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value)
        case Tag():
            return f"#{value}"
        case str():
            return value
        case list():
            return joined(", ", map(text_of, value))
        case Mapping():
            return joined(", ", (f"{key}: {text_of(item)}" for key, item in value.items()))
        case Link():
            return text_of(value.display) or value.target
        case Image():
            return text_of(value.what)
        case Icon():
            return value.name
        case Html():
            return value.source
        case Pattern():
            return f"/{value.source}/{value.flags}"
        case Date() | Duration():
            return str(value)
    path: str = getattr(value, "path", "")
    return path


def number_text(number: float) -> str:
    """A number as JavaScript shows it: ``1.5``, ``2`` for 2.0."""
    if isinstance(number, int):
        return str(number)
    if not math.isfinite(number):
        return "∞" if number > 0 else "-∞" if number < 0 else ""
    return str(int(number)) if number.is_integer() and abs(number) < 1e21 else repr(number)


def bounded(text: str) -> str:
    """The text, unless it is longer than a text may be."""
    if len(text) > MAX_LENGTH:
        raise Problem(f"a text of more than {MAX_LENGTH} characters")
    return text


def joined(separator: str, parts: Iterable[str]) -> str:
    """The parts as one text, given up as soon as it is too long."""
    out: list[str] = []
    length = 0
    for part in parts:
        out.append(part)
        length += len(part) + len(separator)
        if length > MAX_LENGTH:
            raise Problem(f"a text of more than {MAX_LENGTH} characters")
    return separator.join(out)


def identity(value: Value) -> Hashable:
    """What two equal values share. A link and the file that it means are equal, whatever the link shows."""
    match value:
        case None | bool():
            return ("plain", value)
        case int() | float():
            return ("number", value)
        case Tag():
            return ("text", value.lower())
        case str():
            return ("text", value)
        case list():
            return ("list", tuple(map(identity, value)))
        case Mapping():
            return ("object", tuple((key, identity(item)) for key, item in value.items()))
        case Link(target=target, file=file):
            return ("link", target) if file is None else ("file", file.path)
        case Date():
            return ("date", value.moment)
        case Duration():
            return ("number", value.total)
    if type_of(value) == "file":
        return ("file", text_of(value))
    return (type_of(value), text_of(value))


def equal(left: Value, right: Value) -> bool:
    """``==``: a text is equal to a date, duration or tag that it spells."""
    if identity(left) == identity(right):
        return True
    for one, other in ((left, right), (right, left)):
        if isinstance(other, str) and not isinstance(other, Tag):
            if isinstance(one, Date):
                return parse_date(other) is not None and compare(left, right) == 0
            if isinstance(one, Tag):
                return other.removeprefix("#").lower() == one.lower()
    return False


def compare(left: Value, right: Value) -> int | None:
    """Below, equal or above as -1, 0, 1; None if the two cannot be compared."""
    left, right = _alike(left, right), _alike(right, left)
    a: float | str
    b: float | str
    match left, right:
        case Date(), Date():
            a, b = left.milliseconds, right.milliseconds
        case ((int() | float() | Duration()), (int() | float() | Duration())):
            a, b = _number(left), _number(right)
        case str(), str():
            a, b = left, right
        case _:
            return None
    return (a > b) - (a < b)  # type: ignore[operator]  # both are of one type


def _alike(value: Value, other: Value) -> Value:
    """The text as what it is compared with."""
    if not isinstance(value, str):
        return value
    if isinstance(other, Date):
        return parse_date(value)
    return parse_duration(value) if isinstance(other, Duration) else value


def _number(value: Value) -> float:
    if isinstance(value, Duration):
        return value.total
    return float(value) if isinstance(value, int | float) else math.nan


def order_key(value: Value) -> tuple[int, tuple[tuple[int, float, str], ...]]:
    """For sorting: numbers, then dates, then texts; digits within a text count as numbers. Empty values: see views."""
    match value:
        case bool():
            return 0, ((0, int(value), ""),)
        case int() | float() | Duration():
            number = _number(value)
            return 1, ((0, -math.inf if math.isnan(number) else number, ""),)
        case Date():
            return 2, ((0, value.milliseconds, ""),)
    text = shown_name(value) if type_of(value) in {"file", "link"} else text_of(value)
    parts = _DIGITS.split(normalize("NFKC", text[:200]).casefold())
    return 3, tuple((0, float(part[:20]), part) if i % 2 else (1, 0.0, part) for i, part in enumerate(parts))


def shown_name(value: Value) -> str:
    """What a file or link is called: a note without its extension."""
    if isinstance(value, Link):
        return text_of(value.display) or value.target
    name: str = getattr(value, "name", "")
    return name


def parse_link(text: str) -> Link | None:
    """``[[target|display]]``, if the text is a link and nothing else; it means no file yet."""
    found = _WIKI_LINK.fullmatch(text.strip())
    return Link(found[1].strip(), found[2].strip() if found[2] else None) if found else None
