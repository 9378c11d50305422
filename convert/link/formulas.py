"""Numbers of formulas: ``\\tag{1}`` becomes text behind the formula, which every engine can set."""

from __future__ import annotations

import re

from convert.nodes import Block, walk

_TAG = re.compile(r"\\tag(\*?)\s*\{((?:[^{}\\]|\\.|\{[^{}]*\})*)\}")


def number(blocks: list[Block]) -> None:
    """Write ``(1)`` for ``\\tag{1}`` and ``1`` for ``\\tag*{1}``, where they stand."""
    for node in walk(blocks):
        if node["t"] == "Math" and "\\tag" in node["c"][1]:
            node["c"][1] = _TAG.sub(lambda m: rf"\qquad\text{{{m[2] if m[1] else f'({m[2]})'}}}", node["c"][1])
