"""``#tags`` (Obsidian help, Tags): letters, digits, ``_ - /`` and emoji, at least one of them not a digit.

Obsidian also takes Japanese punctuation for part of a tag; in print it ends the tag, and the writer is told.
"""

from __future__ import annotations

import re
import unicodedata

from convert.diagnostics import Code
from convert.syntax.inline import Inline, InlineRule
from convert.syntax.prepared import SCHEME, TagMark

#: What Obsidian takes for part of a tag: all but blanks and ASCII and general punctuation.
_TAG = re.compile(r"[^\s\u2000-\u200c\u200e-\u206f\u2e00-\u2e7f'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\]+")


def read(inline: Inline, m: re.Match[str]) -> int:
    """A tag, or a ``#`` that is text."""
    found = _TAG.match(inline.text, m.end())
    if found is None:
        return m.end()
    typed = found[0]
    tag = typed[: next((i for i, char in enumerate(typed) if _ends(char)), len(typed))].rstrip("/")
    if not tag or all(char.isdigit() or char in "_-/" for char in tag):
        return m.end()
    offset = inline.source(m.start())
    if len(tag) < len(typed.rstrip("/")):
        message = f"in Obsidian the tag is #{typed}, in print #{tag}: put a blank behind it"
        inline.preparation.report(Code.TAG_PUNCTUATION, message, offset)
    key = inline.preparation.mark(TagMark, offset, f"#{tag}", tag)
    inline.replace(m.start(), m.end() + len(tag), f"[]({SCHEME}{key})")
    return m.end() + len(tag)


def _ends(char: str) -> bool:
    return (
        unicodedata.category(char)[0] in "PS" and char not in "_-/" and unicodedata.category(char) not in ("So", "Sk")
    )


TAG = InlineRule("#", r"(?<!\S)#", read)
