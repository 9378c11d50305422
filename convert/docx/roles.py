"""Kumihan's roles and what Word calls their styles: the table in ``styles/word.yaml``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from convert import resources

#: A comma parts a name from its aliases, a semicolon names in a list.
_NAME: Final = re.compile("[^,;\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,200}")
#: Word has five levels of list styles; deeper lists take the fifth's style and their own indent.
LIST_LEVELS = 5
#: What is deeper in a callout takes the third's.
CALLOUT_LIST_LEVELS = 3
HEADING_LEVELS = 6


@cache
def table() -> Mapping[str, str]:
    """Role → name of the style, as written in the table."""
    names: Mapping[str, str] = resources.read_yaml(resources.styles("word.yaml"))
    return names


def own(text: str) -> tuple[dict[str, str], list[str]]:
    """A user's table in the form of ours: names of styles by role; what is wrong in it, one line each."""
    from convert import yamlcore  # noqa: PLC0415

    try:
        values = yamlcore.load_table(text).values
    except yamlcore.YamlError as error:
        return {}, [f"line {error.line}: {error.message}"]
    names: dict[str, str] = {}
    problems = []
    for role, given in values.items():
        if role not in table():
            nearest = difflib.get_close_matches(str(role), table(), 1)
            problems.append(f"there is no part {role}" + (f"; did you mean {nearest[0]}?" if nearest else ""))
        elif not isinstance(given, str) or not _NAME.fullmatch(given.strip()):
            problems.append(f"{role} is no name of a style: one line of at most 200 characters, no comma or semicolon")
        else:
            names[role] = given.strip()
    return names, problems


def by_id(names: Mapping[str, str], types: Iterable[str]) -> dict[str, str]:
    """A user's names by the ids that our styles have; ``types`` are the callouts' that occur."""
    types = list(types)
    out: dict[str, str] = {}
    for role, given in names.items():
        for type in types if "{type}" in table()[role] else ("",):
            out[style_id(role, type)] = given.replace("{type}", type.capitalize())
    return out


def name(role: str, type: str = "") -> str:
    """The style's name; ``type`` is a callout's. An unknown role is a bug and raises ``KeyError``."""
    return table()[role].format(type=type.capitalize())


def style_id(role: str, type: str = "") -> str:
    """The style's id in the file: its name in one word, as Word makes it (``footnote text`` → ``FootnoteText``)."""
    return "".join(word[:1].upper() + word[1:] for word in name(role, type).split())
