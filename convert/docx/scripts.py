"""Which characters are East Asian: where Word needs to be told, and how emphasis shows on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: Kanji, kana, hangul: never in doubt.
_LETTERS: Final = (
    "\u3005-\u3007\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
#: Marks that belong to the letter before them: voicing marks, variation selectors.
_MARKS: Final = "\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"

EAST_ASIAN: Final = re.compile(
    f"[{_LETTERS}\u3001-\u3003\u3008-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]"
)
#: Signs of both worlds, which Word takes from the Latin font unless told: quotes, dashes, dots, arrows, ① × ※ …
AMBIGUOUS: Final = re.compile(
    "[\u00a7\u00a8\u00b0\u00b1\u00b4\u00b6\u00d7\u00f7\u2010-\u2027\u2030-\u205e\u2100-\u214f\u2150-\u22ff\u2312"
    "\u2460-\u26ff\u2701-\u27bf]"
)
_SOLID: Final = re.compile("[^\\s\u200b-\u200f\u2060-\u2064]")
_PAIRS: Final = {"“": "”", "‘": "’"}

_PIECES: Final = re.compile(
    f"(?P<dots>[{_LETTERS}][{_LETTERS}{_MARKS}]*)"
    "|(?P<plain>[\\s\u3001-\u3004\u3008-\u303a\u3040\u30a0\u30fb\u2010-\u2027\uff01-\uff65]+)"
    "|(?P<digits>[0-9]+)"
    f"|(?P<slant>[^{_LETTERS}\\s\u3001-\u3004\u3008-\u303a\u3040\u30a0\u30fb\u2010-\u2027\uff01-\uff650-9]+)"
)


def emphasis(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces: ``dots`` above kanji and kana, ``slant`` for other letters, ``plain`` between them.

    Figures beside Japanese take dots; a blank or a comma between slanted words slants with them.
    """
    pieces = [(match.lastgroup or "", match[0]) for match in _PIECES.finditer(text)]
    japanese = any(kind == "dots" for kind, _ in pieces)
    out: list[tuple[str, str]] = []
    for kind, piece in pieces:
        shown = ("dots" if japanese else "slant") if kind == "digits" else kind
        if shown == "plain" and not japanese:
            shown = "slant"
        if out and out[-1][0] == shown:
            out[-1] = (shown, out[-1][1] + piece)
        else:
            out.append((shown, piece))
    return iter(out)


def east_asian_signs(text: str, default: bool) -> dict[int, bool]:
    """For each sign of both worlds in a paragraph, by its place: whether it is East Asian there.

    It is if the nearest other character on either side is (in a Latin text, ``default`` False: on
    both sides); without neighbours it is what the text is. Two quotes of a pair are alike.
    """
    places = [match.start() for match in AMBIGUOUS.finditer(text)]
    before, after = _neighbours(text), _neighbours(text[::-1])
    out: dict[int, bool] = {}
    for place in places:
        sides = [side for side in (before[place], after[len(text) - 1 - place]) if side is not None]
        out[place] = (any(sides) if default else all(sides)) if sides else default
    open_: dict[str, list[int]] = {closing: [] for closing in _PAIRS.values()}
    for place in places:
        char = text[place]
        if char in _PAIRS:
            open_[_PAIRS[char]].append(place)
        elif open_.get(char):
            first = open_[char].pop()
            out[first] = out[place] = (out[first] or out[place]) if default else (out[first] and out[place])
    return out


def _neighbours(text: str) -> list[bool | None]:
    """For each place whether the nearest character before it that is no blank and no sign is East Asian."""
    out: list[bool | None] = []
    last: bool | None = None
    for char in text:
        out.append(last)
        if not AMBIGUOUS.match(char) and _SOLID.match(char):
            last = EAST_ASIAN.match(char) is not None
    return out
