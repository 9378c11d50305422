"""What depends on a text's language (BCP 47): how it is set, and which of our words it gets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from convert import resources

#: of a text that says nothing
DEFAULT = "ja"

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")

#: what stands around a quotation, by :func:`table_key`; ``en`` for the others
_QUOTES = {
    "ja": "「」", "zh-Hant": "「」", "zh-Hans": "“”", "ko": "“”", "en": "“”", "de": "„“", "fr": "«»", "it": "«»",
    "es": "«»", "pl": "„”", "cs": "„“", "nl": "‘’", "ru": "«»",
}  # fmt: skip

#: regions that write Chinese with traditional characters
_TRADITIONAL = frozenset({"tw", "hk", "mo"})


def kind(tag: str) -> str:
    """``ja``, ``zh-Hans``, ``zh-Hant``, ``ko``, or ``western`` for every language that is set with letters and blanks.

    Chinese without a script is that of its region, else simplified.
    """
    main, *subtags = tag.lower().replace("_", "-").split("-")
    if main in ("ja", "ko"):
        return main
    if main in ("zh", "yue"):
        if "hant" in subtags or ("hans" not in subtags and (main == "yue" or _TRADITIONAL.intersection(subtags))):
            return "zh-Hant"
        return "zh-Hans"
    return "western"


def table_key(tag: str) -> str:
    """The name that tables of words have for a language: ``zh-Hant`` for ``zh-TW``, ``de`` for ``de-AT``."""
    found = kind(tag)
    return tag.partition("-")[0].partition("_")[0].lower() if found == "western" else found


def is_tag(text: str) -> bool:
    """Whether a text has the shape of a language's tag."""
    return bool(_TAG.fullmatch(text))


def quotes(tag: str) -> tuple[str, str]:
    """What opens and closes a quotation in a language."""
    opening, closing = tuple(_QUOTES.get(table_key(tag), _QUOTES["en"]))
    blank = "\N{NARROW NO-BREAK SPACE}" if table_key(tag) == "fr" else ""
    return opening + blank, blank + closing


@cache
def words(key: str) -> Mapping[str, Any]:
    """The file of a language under ``styles/languages/``, by :func:`table_key`; empty if it has none.

    Japanese and English have none: their words stand where each is declared.
    """
    file = resources.styles("languages", f"{key}.yaml")
    if not re.fullmatch(r"[A-Za-z-]+", key) or not file.is_file():
        return {}
    found: Mapping[str, Any] = resources.read_yaml(file)
    return found


@cache
def tags() -> tuple[str, ...]:
    """The languages that have a file."""
    return tuple(sorted(file.stem for file in resources.styles("languages").glob("*.yaml")))
