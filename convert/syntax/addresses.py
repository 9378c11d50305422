"""Bare addresses become links (GFM autolinks), ending before Japanese text as its writers mean them to."""

from __future__ import annotations

import re

from convert.syntax.inline import Inline, InlineRule

#: No white space, brackets, quotes or pipes; no CJK punctuation, kana, kanji, hangul or full-width forms.
_ADDRESS = re.compile(
    r"https?://(?=[A-Za-z0-9\[])(?>(?:[^\s<>\"`|\\\[\]%\u2018-\u201f\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff"
    r"\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]|%(?!%))+)",
    re.I,
)
_TAIL = re.compile(r"(?:[?!.,:;*_~'\"]|&[A-Za-z0-9]+;)\Z")


def read(inline: Inline, m: re.Match[str]) -> int:
    """An address without what ends the sentence it stands in."""
    found = _ADDRESS.match(inline.text, m.start())
    if found is None:
        return m.end()
    text, end = inline.text, found.end()
    surplus = found[0].count(")") - found[0].count("(")
    while end > m.end():
        if text[end - 1] == ")" and surplus > 0:
            end, surplus = end - 1, surplus - 1
        elif (tail := _TAIL.search(text, max(m.end(), end - 12), end)) is not None:
            end = tail.start()
        else:
            break
    if end <= m.end():
        return m.end()
    inline.address(m.start(), end)
    inline.preparation.place(text[m.start() : end], inline.source(m.start()))
    return end


ADDRESS = InlineRule("hH", r"(?<![A-Za-z0-9])(?i:https?)://", read)
