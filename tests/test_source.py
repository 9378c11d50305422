"""What no linter looks for in Kumihan's own code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHARACTER_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
# Not after "(": a list of signs, such as the ones that stand in addresses, has them side by side.
POSSESSIVE_GROUP = re.compile(r"(?<![(\\])\)(?:[*+?]|\{[\d,]+\})\+")


def possessive_groups(source: str) -> list[str]:
    """The strings in Python source that look like patterns with a possessive repeat of a group."""
    constants = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return [
        text for text in constants if isinstance(text, str) and POSSESSIVE_GROUP.search(CHARACTER_CLASS.sub("x", text))
    ]


@pytest.mark.parametrize("pattern", [r"(?:a|b)*+", r"(a)?+", r"(?:a){2,3}+", r"[)](?:\)|[(])++"])
def test_possessive_repeats_of_groups_are_found(pattern: str) -> None:
    assert possessive_groups(f"x = {pattern!r}") == [pattern]


@pytest.mark.parametrize("pattern", [r"a*+", r"[()*+]+", r"(a)[b]*+", r"(?>(?:a|b)*)", r"\)*+", r"(a)+", "()*+,;"])
def test_others_are_not(pattern: str) -> None:
    assert possessive_groups(f"x = {pattern!r}") == []


def test_no_possessive_repeat_of_a_group() -> None:
    """Python 3.11.2, Debian 12's own, finds wrong matches for them (CPython's issue 106052)."""
    for file in sorted((ROOT / "convert").rglob("*.py")):
        assert possessive_groups(file.read_text(encoding="utf-8")) == [], file
