"""Dates of properties: as people write and read them, and as the formats' metadata want them."""

from __future__ import annotations

import re

from convert import languages

_TIME = r"(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
#: A day with or without its time, as Obsidian writes the two types of property …
_ISO = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])" + _TIME)
#: … and as people write it; a month alone too.
_TYPED = re.compile(r"(\d{4})[/.](0?[1-9]|1[0-2])[/.](0?[1-9]|[12]\d|3[01])" + _TIME)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])()()")
#: eras from their first days on
_ERAS = (
    *(("令和", (2019, 5, 1)), ("平成", (1989, 1, 8)), ("昭和", (1926, 12, 25))),
    *(("大正", (1912, 7, 30)), ("明治", (1873, 1, 1))),
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def is_day(value: str) -> bool:
    """Whether it is a date or a date with its time, as Obsidian writes the two types of property."""
    return bool(_ISO.fullmatch(value))


def iso_date(value: str) -> str:
    """``2025-04-05``, ``2025-04`` or ``2025-04-05T10:00:00`` for a date; empty for any other text."""
    found = _found(value)
    if not found or found.re is _ISO:
        return value.replace(" ", "T") if found else ""
    return "-".join(f"{int(part):02}" for part in found.groups()[:3] if part)


def readable_date(value: str, language: str, *, era: bool = False) -> str:
    """A date as people of the language write it: 2025年4月5日, April 5, 2025, 5. April 2025 …; other texts as they are.

    With ``era`` Japanese counts years by eras: 令和7年4月5日.
    """
    found = _found(value)
    key = languages.table_key(language)
    own = languages.words(key)
    if not found or not (own or key in ("ja", "en")):
        return value
    year, month, day, time = int(found[1]), int(found[2]), int(found[3] or 0), found[4]
    if key == "ja":
        count = _era(year, month, day) if era else str(year)
        date = f"{count}年{month}月" + (f"{day}日" if day else "")
    elif key == "en":
        date = _english(year, month, day, language)
    else:
        names = own.get("months")
        date = own["date" if day else "month"].format(
            year=year, month=names[month - 1] if names else month, day=own.get("first", day) if day == 1 else day
        )
    return f"{date} {time}" if time else date


def _english(year: int, month: int, day: int, language: str) -> str:
    name = _MONTHS[month - 1]
    if not day:
        return f"{name} {year}"
    american = language.lower().partition("-")[2] in ("", "us")
    return f"{name} {day}, {year}" if american else f"{day} {name} {year}"


def _era(year: int, month: int, day: int) -> str:
    """The year in its era; that before Meiji 6, when Japan took over the calendar, as it is."""
    for name, first in _ERAS:
        if (year, month, day or 1) >= first:
            count = year - first[0] + 1 if name != "明治" else year - 1867
            return name + ("元" if count == 1 else str(count))
    return str(year)


def _found(value: str) -> re.Match[str] | None:
    return next((found for form in (_ISO, _TYPED, _MONTH) if (found := form.fullmatch(value))), None)
