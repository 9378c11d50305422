"""CriticMarkup: ``{++insertion++}``, ``{--deletion--}``, ``{~~old~>new~~}``, ``{==highlight==}``, ``{>>comment<<}``.

Each range becomes an image around its text, ``![text](kumihan:KEY)``: emphasis, links and notes within it are
read as ever, and none reaches across its borders. A range ends in its paragraph, and not in code, a formula or
a comment. Before ``@@`` may stand who wrote it and when, as the plugin Commentator writes it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from datetime import UTC, datetime
from typing import Final

from convert.diagnostics import Code
from convert.syntax import comments, math
from convert.syntax.inline import Inline, InlineRule
from convert.syntax.prepared import SCHEME, CriticMark

_KINDS: Final = {"++": "insertion", "--": "deletion", "==": "highlight"}
_SUBSTITUTION: Final = "~~"
_ARROW: Final = "~>"
#: All that decides where a range ends: its closing sign, and what such a sign may not stand in.
_STEP: Final = re.compile(r"\\.|`+|\$\$?|%%|<!--|\{>>|(\+\+|--|~~|==)\}|~>", re.DOTALL)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST_AUTHOR: Final = 100


def read(inline: Inline, m: re.Match[str]) -> int:
    """A range that ends in its paragraph, or braces that are text."""
    sign, start = m[0][1:], m.start()
    if sign == ">>":
        end = inline.find("<<}", m.end())
        if end < 0:
            return _unclosed(inline, m)
        author, time, text = _split(inline.text, m.end(), end)
        said = inline.text[text:end].strip()
        inline.replace(start, end + 3, _mark(inline, start, end + 3, "comment", author, time, said))
        return end + 3
    end = _next(inline, sign, m.end())
    if end < 0:
        return _unclosed(inline, m)
    author, time, text = _split(inline.text, m.end(), end)
    if sign != _SUBSTITUTION:
        _range(inline, (start, text), (end, end + 3), _KINDS[sign], author, time)
        return end + 3
    arrow = _next(inline, _ARROW, text)
    if not 0 <= arrow < end:
        return start + 1  # a struck text in braces
    _range(inline, (start, text), (arrow, arrow), "deletion", author, time)
    _range(inline, (arrow, arrow + 2), (end, end + 3), "insertion", author, time)
    return end + 3


def _unclosed(inline: Inline, m: re.Match[str]) -> int:
    message = f"{m[0]} has no end in its paragraph and is printed as typed"
    inline.preparation.report(Code.CRITIC_UNCLOSED, message, inline.source(m.start()))
    return m.start() + 1


def _range(
    inline: Inline, opening: tuple[int, int], closing: tuple[int, int], kind: str, author: str, time: str
) -> None:
    """The text between two signs, read, and an image around it; nothing if there is none."""
    first, last = opening[1], closing[0]
    if first == last:
        inline.replace(opening[0], closing[1], "")
        return
    mark = _mark(inline, opening[0], closing[1], kind, author, time)
    inline.replace(*opening, "![")
    inline.read_part(first, last)
    inline.replace(*closing, mark.removeprefix("!["))


def _mark(inline: Inline, start: int, end: int, kind: str, author: str, time: str, text: str = "") -> str:
    offset, source = inline.source(start), inline.text[start:end]
    key = inline.preparation.mark(CriticMark, offset, source, kind, author, time, text)
    return f"![]({SCHEME}{key})"


def _next(inline: Inline, sign: str, at: int) -> int:
    """Where the next closing sign (or arrow) stands that counts, or -1."""
    if not inline.found:
        inline.found = {"++": [], "--": [], "~~": [], "==": [], _ARROW: []}
        _look_up(inline)
    places = inline.found[sign]
    i = bisect_left(places, at)
    return places[i] if i < len(places) else -1


def _look_up(inline: Inline) -> None:
    text, at = inline.text, 0
    while (m := _STEP.search(text, at)) is not None:
        at = m.end()
        end = -1
        match m[0]:
            case "$" | "$$":
                end = math.end_of(inline, m.start(), at, ahead=True)
            case "%%":
                end = comments.end_of(inline, at)
            case "<!--":
                end = inline.find("-->", at)
            case "{>>":
                end = inline.find("<<}", at)
            case sign if sign[0] == "`":
                end = inline.code_end(m.start(), len(sign))
            case sign if sign[0] != "\\":
                inline.found[m[1] or _ARROW].append(m.start())
        at = max(at, end)


def _split(text: str, start: int, end: int) -> tuple[str, str, int]:
    """Author and time (ISO 8601, UTC) of a range, empty if it does not say, and where its text begins.

    Commentator counts seconds from 1970.
    """
    border = text.find("@@", start, end) if text.startswith("{", start) else -1
    if border < 0:
        return "", "", start
    try:
        said = json.loads(text[start:border])
    except (ValueError, RecursionError):
        return "", "", start
    author, time = said.get("author"), said.get("time")
    moment = ""
    if isinstance(time, int) and not isinstance(time, bool) and 0 < time < 2**36:
        moment = f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%S}Z"
    name = " ".join(_CONTROL.sub(" ", author).split()) if isinstance(author, str) else ""
    return name[:_LONGEST_AUTHOR], moment, border + 2


CRITIC = InlineRule("{", r"\{(?:\+\+|--|~~|==|>>)", read)
