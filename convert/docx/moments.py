"""Dates as Word's files have them."""

from __future__ import annotations

import re
from datetime import datetime


def moment(date: str) -> str:
    """A date as the format asks for it (2024-12-02T00:00:00Z), empty for what is none."""
    found = re.match(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?", date)
    if not found:
        return ""
    try:
        moment = datetime.fromisoformat(found[0])
    except ValueError:
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z" if moment.year >= 1000 else ""
