"""Ruby as writers type it: ``{漢字|かんじ}``, ``{東京|とう|きょう}``, ``｜漢字《かんじ》``; dots ``《《点》》``.

Each becomes HTML that every output knows. What is not a reading over kanji is left as text.
"""

from __future__ import annotations

import re

from convert.syntax.inline import Inline, InlineRule

_KANJI = (
    "\u3005-\u3007\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
_READING = "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9fA-Za-zÀ-ɏ'’ 　-"
_BRACES = re.compile(rf"\{{([^\s{{}}|\\]*[{_KANJI}][^\s{{}}|\\]*)((?:\\?\|[{_READING}]+)+)\}}")
_AOZORA = re.compile(rf"[｜|]([^\s｜|《》]+)《([{_READING}・]+)》")
_CHARACTER = re.compile("[^\ufe00-\ufe0f\U000e0100-\U000e01ef][\ufe00-\ufe0f\U000e0100-\U000e01ef]?")
_BORDER = re.compile(r"\\?\|")


def read_braces(inline: Inline, m: re.Match[str]) -> int:
    """One reading over the whole, or as many as there are characters, one over each."""
    found = _BRACES.match(inline.text, m.start())
    if found is None:
        return m.end()
    base = found[1]
    readings = [reading.strip() for reading in _BORDER.split(found[2])[1:]]
    bases = [base] if len(readings) == 1 else _CHARACTER.findall(base)
    if len(bases) != len(readings) or not all(readings):
        return m.end()
    inline.replace(m.start(), found.end(), _ruby(bases, readings))
    return found.end()


def read_aozora(inline: Inline, m: re.Match[str]) -> int:
    """The bar says where the base begins."""
    found = _AOZORA.match(inline.text, m.start())
    if found is None:
        return m.end()
    inline.replace(m.start(), found.end(), _ruby([found[1]], [found[2]]))
    return found.end()


def read_dots(inline: Inline, m: re.Match[str]) -> int:
    """``《《…》》`` on one line: emphasis, which Japanese print shows by dots."""
    text = inline.text
    line = text.find("\n", m.end())
    closing = text.find("》》", m.end(), line if line >= 0 else len(text))
    if closing <= m.end():
        return m.end()
    inline.replace(m.start(), m.end(), "<em>")
    inline.replace(closing, closing + 2, "</em>")
    return m.end()


def _ruby(bases: list[str], readings: list[str]) -> str:
    pairs = zip(bases, readings, strict=True)
    return "<ruby>" + "".join(f"{base}<rt>{reading}</rt>" for base, reading in pairs) + "</ruby>"


BRACES = InlineRule("{", r"\{(?=[^\s{}|\\]+\\?\|)", read_braces)
DOTS = InlineRule("《", "《《", read_dots)
AOZORA = InlineRule("｜", r"｜", read_aozora)
DOTS = InlineRule("《", "《《", read_dots)
