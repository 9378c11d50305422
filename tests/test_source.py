"""What no linter looks for in Kumihan's own code."""

from __future__ import annotations

import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_no_possessive_repeat_of_a_group() -> None:
    """Python 3.11.2, Debian 12's own, finds wrong matches for them (CPython's issue 106052)."""
    for file in sorted((ROOT / "convert").rglob("*.py")):
        with file.open("rb") as stream:
            for token in tokenize.tokenize(stream.readline):
                if token.type == tokenize.STRING:
                    assert not re.search(r"(?<!\\)\)(?:[*+?]|\{[\d,]+\})\+", token.string), f"{file}:{token.start[0]}"
