"""``$math$`` and ``$$math$$`` (Obsidian help, Advanced formatting): what is math stays, every other ``$`` is escaped.

Opening ``$`` is not followed by white space, closing ``$`` not preceded by it nor followed by a digit, and both
are on one line; so ``$100と$200`` is money.
"""

from __future__ import annotations

import re

from convert.syntax.edits import Edit
from convert.syntax.inline import Inline, InlineRule
from convert.syntax.preparation import Preparation
from convert.syntax.prepared import SCHEME, MathMark

_STEP = re.compile(r"\\[^\n]|[${}\n]")


def read(inline: Inline, m: re.Match[str]) -> int:
    """A formula, or dollars that are text."""
    text, start = inline.text, m.start()
    if m[0] == "$$":
        end = inline.find("$$", m.end())
        if end >= 0 and text[m.end() : end].strip():
            tex = text[m.end() : end]
            if "\n" in tex or _close(text, m.end())[0] != end:
                key = inline.preparation.mark(MathMark, inline.source(start), text[start : end + 2], tex)
                inline.replace(start, end + 2, f"![]({SCHEME}{key})")
            return end + 2
    elif start >= inline.floors.get("$", 0) and not text[m.end() : m.end() + 1].isspace():
        end, stop = _close(text, m.end())
        if end < 0:
            inline.floors["$"] = stop
        elif end > m.end() and not text[end - 1].isspace() and not text[end + 1 : end + 2].isdigit():
            return end + 1
    for at in range(start, m.end()):
        inline.replace(at, at, "\\")
    return m.end()


def _close(text: str, at: int) -> tuple[int, int]:
    """The first ``$`` on the line outside braces (as pandoc reads it) or -1, and where the search ended."""
    depth = 0
    while (m := _STEP.search(text, at)) is not None:
        at = m.end()
        match m[0]:
            case "$" if not depth:
                return m.start(), at
            case "{":
                depth += 1
            case "}" if depth:
                depth -= 1
            case "}" | "\n":
                return -1, at
    return -1, len(text)


def rewrite_blocks(preparation: Preparation) -> None:
    """Formulas over several lines become marks: their lines may look like lists or headings."""
    for math in preparation.scan.math:
        key = preparation.mark(MathMark, math.start, preparation.note.body[math.start : math.end], math.tex)
        preparation.edits.append(Edit(math.start, math.end, f"![]({SCHEME}{key})"))


MATH = InlineRule("$", r"\$\$?", read)
