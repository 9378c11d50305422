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
    end = end_of(inline, start, m.end())
    if end < 0:
        for at in range(start, m.end()):
            inline.replace(at, at, "\\")
        return m.end()
    if m[0] == "$$":
        tex = text[m.end() : end - 2]
        if "\n" in tex or _close(text, m.end())[0] != end - 2:
            key = inline.preparation.mark(MathMark, inline.source(start), text[start:end], tex)
            inline.replace(start, end, f"![]({SCHEME}{key})")
    return end


def end_of(inline: Inline, start: int, at: int, *, ahead: bool = False) -> int:
    """Behind the formula whose ``$`` or ``$$`` is ``text[start:at]``; -1 if it is text.

    ``ahead``: asked before all that stands in front of it has been read.
    """
    text = inline.text
    if at - start == 2:
        end = inline.find("$$", at)
        return end + 2 if end >= 0 and text[at:end].strip() else -1
    floor = "$ ahead" if ahead else "$"
    if start < inline.floors.get(floor, 0) or text[at : at + 1].isspace():
        return -1
    end, stop = _close(text, at)
    if end < 0:
        inline.floors[floor] = stop
    elif end > at and not text[end - 1].isspace() and not text[end + 1 : end + 2].isdigit():
        return end + 1
    return -1


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
