"""Dates and durations of Bases (Obsidian help, Bases syntax: Date arithmetic; Functions: Date)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from convert.bases.problems import Problem

_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_DURATION = re.compile(r"\s*([+-]?\d{1,9}(?:\.\d{1,9})?)\s*([A-Za-z]+)\s*,?")
_SECOND, _DAY = 1000.0, 86_400_000.0
#: Milliseconds of a month on average (400 Gregorian years have 146 097 days and 4 800 months).
_MONTH = 146_097 / 4_800 * _DAY
_UNITS = {
    **dict.fromkeys(("w", "week", "weeks"), 7 * _DAY),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("h", "hour", "hours"), 3600 * _SECOND),
    **dict.fromkeys(("m", "minute", "minutes"), 60 * _SECOND),
    **dict.fromkeys(("s", "second", "seconds"), _SECOND),
}
_MONTHS = {**dict.fromkeys(("y", "year", "years"), 12), **dict.fromkeys(("M", "month", "months"), 1)}
_FIELDS = {
    "years": 12 * _MONTH, "months": _MONTH, "weeks": 7 * _DAY, "days": _DAY, "hours": 3600 * _SECOND,
    "minutes": 60 * _SECOND, "seconds": _SECOND, "milliseconds": 1.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: calendar months, and milliseconds.

    ``difference`` says that it came from two dates: for arithmetic with numbers it is its milliseconds.
    """

    months: int = 0
    milliseconds: float = 0.0
    difference: bool = False

    def __post_init__(self) -> None:
        """Refuse what no date can be moved by."""
        if not (abs(self.months) < 1e6 and abs(self.milliseconds) < 1e15):
            raise Problem("a duration that is too long")

    @property
    def total(self) -> float:
        """Milliseconds, months taken at their mean length."""
        return self.months * _MONTH + self.milliseconds

    def field(self, name: str) -> float | None:
        """All of it in days, hours …"""
        return self.total / _FIELDS[name] if name in _FIELDS else None

    def times(self, factor: float) -> Duration:
        """That many of it."""
        whole = self.months * factor
        if not abs(whole) < 1e6:
            raise Problem("a duration that is too long")
        months = int(whole)
        return Duration(months, self.milliseconds * factor + (whole - months) * _MONTH)

    def plus(self, other: Duration, sign: int = 1) -> Duration:
        """Both together."""
        return Duration(self.months + sign * other.months, self.milliseconds + sign * other.milliseconds)

    def __str__(self) -> str:
        months, rest = abs(self.months), abs(self.milliseconds)
        parts = [(months // 12, "y"), (months % 12, "mo")]
        for unit, length in (("d", _DAY), ("h", 3600 * _SECOND), ("min", 60 * _SECOND)):
            parts.append((int(rest // length), unit))
            rest %= length
        parts.append((round(rest / _SECOND), "s"))
        sign = "-" if self.total < 0 else ""
        return sign + (" ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s")


@dataclass(frozen=True, slots=True)
class Date:
    """A day, or (``has_time``) a moment; in no time zone, as properties are."""

    moment: datetime
    has_time: bool = False

    def field(self, name: str) -> float | None:
        """``year`` … ``millisecond``."""
        if name == "millisecond":
            return self.moment.microsecond // 1000
        if name in {"year", "month", "day", "hour", "minute", "second"}:
            return int(getattr(self.moment, name))
        return None

    @property
    def milliseconds(self) -> float:
        """Since 1970, the date taken as UTC."""
        return (self.moment - datetime(1970, 1, 1)) / timedelta(milliseconds=1)

    def plus(self, duration: Duration, sign: int = 1) -> Date:
        """A later date, or (``sign`` -1) an earlier one; the 31st plus a month is that month's last day."""
        try:
            month = self.moment.year * 12 + self.moment.month - 1 + sign * duration.months
            year, index = divmod(month, 12)
            day = min(self.moment.day, calendar.monthrange(year, index + 1)[1])
            moved = self.moment.replace(year=year, month=index + 1, day=day)
            moved += timedelta(milliseconds=sign * duration.milliseconds)
        except (ValueError, OverflowError) as error:
            raise Problem("a date beyond the years 1 to 9999") from error
        return Date(moved, self.has_time or bool(duration.milliseconds % _DAY))

    def minus(self, other: Date) -> Duration:
        """The time between the two."""
        return Duration(0, self.milliseconds - other.milliseconds, difference=True)

    def __str__(self) -> str:
        return self.moment.isoformat(" ", "minutes") if self.has_time else self.moment.date().isoformat()


def parse_date(text: str) -> Date | None:
    """``2025-05-27``, ``2025-05-27 12:00:00`` or with a ``T``; None if the text is no date."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, fraction = found.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    return Date(moment.replace(microsecond=int((fraction or "0").ljust(6, "0"))), hour is not None)


def parse_duration(text: str) -> Duration | None:
    """``1d``, ``2 weeks``, ``1y 6M``; None if the text is no duration."""
    months, milliseconds, at = 0, 0.0, 0
    text = text.strip()
    while at < len(text):
        found = _DURATION.match(text, at)
        if not found:
            return None
        number, unit, at = float(found[1]), found[2], found.end()
        if unit in _MONTHS:
            whole = number * _MONTHS[unit]
            months += int(whole)
            milliseconds += (whole - int(whole)) * _MONTH
        elif unit in _UNITS:
            milliseconds += number * _UNITS[unit]
        else:
            return None
    return Duration(months, milliseconds) if text else None


_TOKEN = re.compile(r"\[([^\[\]]*)\]|YYYY|YY|Q|M{1,4}|Do|D{1,4}|d{1,4}|E|w{1,2}|W{1,2}|gggg|GGGG|HH?|hh?|kk?|mm?|ss?"
                    r"|SSS|A|a|X|x|L{1,4}|l{1,4}|Z{1,2}")  # fmt: skip
_JAPANESE_DAYS = "月火水木金土日"
_LOCAL = {
    "en": {"L": "MM/DD/YYYY", "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A", "LLLL": "dddd, MMMM D, YYYY h:mm A"},
    "ja": {"L": "YYYY/MM/DD", "LL": "YYYY年M月D日", "LLL": "YYYY年M月D日 HH:mm", "LLLL": "YYYY年M月D日 dddd HH:mm"},
}


def format_date(date: Date, form: str, language: str) -> str:
    """The date by a format of Moment.js; names of months and days in the document's language (ja, else English)."""
    return _TOKEN.sub(lambda m: m[1] if m[1] is not None else _part(date, m[0], language), form)


def _part(date: Date, sign: str, language: str) -> str:
    moment = date.moment
    japanese = language.partition("-")[0].lower() == "ja"
    week_year, week, weekday = moment.isocalendar()
    twelve = moment.hour % 12 or 12
    numbers = {
        "M": moment.month, "D": moment.day, "H": moment.hour, "h": twelve, "k": moment.hour or 24,
        "m": moment.minute, "s": moment.second, "W": week, "w": week,
    }  # fmt: skip
    if sign[0] in numbers and len(sign) <= 2 and sign != "Do":
        return str(numbers[sign[0]]).zfill(len(sign))
    match sign:
        case "YYYY":
            return f"{moment.year:04}"
        case "GGGG" | "gggg":
            return f"{week_year:04}"
        case "YY":
            return f"{moment.year % 100:02}"
        case "Q":
            return str((moment.month + 2) // 3)
        case "MMM" | "MMMM":
            names = calendar.month_abbr if sign == "MMM" else calendar.month_name
            return f"{moment.month}月" if japanese else names[moment.month]
        case "Do":
            endings = {1: "st", 2: "nd", 3: "rd"}
            ending = "th" if moment.day in {11, 12, 13} else endings.get(moment.day % 10, "th")
            return f"{moment.day}日" if japanese else f"{moment.day}{ending}"
        case "DDD" | "DDDD":
            return str(moment.timetuple().tm_yday).zfill(3 if sign == "DDDD" else 1)
        case "d":
            return str(weekday % 7)
        case "E":
            return str(weekday)
        case "dd" | "ddd" | "dddd":
            if japanese:
                return _JAPANESE_DAYS[weekday - 1] + ("曜日" if sign == "dddd" else "")
            name = calendar.day_name[weekday - 1]
            return name[:2] if sign == "dd" else name[:3] if sign == "ddd" else name
        case "A" | "a":
            if japanese:
                return "午前" if moment.hour < 12 else "午後"
            half = "AM" if moment.hour < 12 else "PM"
            return half if sign == "A" else half.lower()
        case "SSS":
            return f"{moment.microsecond // 1000:03}"
        case "X":
            return str(int(date.milliseconds // 1000))
        case "x":
            return str(int(date.milliseconds))
        case "Z" | "ZZ":
            return "+00:00" if sign == "Z" else "+0000"
    return format_date(date, _LOCAL["ja" if japanese else "en"][sign.upper()], language)
