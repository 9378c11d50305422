"""Footnotes: ``[^id]`` with ``[^id]: text``, and ``^[inline]`` (Obsidian help, Basic formatting syntax).

References become marks, definitions get keys for ids and four columns of indent, and one last paragraph
refers to each, so that pandoc keeps them all and identity does not depend on it.
"""

from __future__ import annotations

import re

from convert.diagnostics import Code
from convert.syntax.edits import Edit
from convert.syntax.inline import Inline, InlineRule
from convert.syntax.preparation import Footnote, Preparation
from convert.syntax.prepared import SCHEME, FootnoteDefMark, FootnoteRefMark

#: What at the beginning of an inline note would make its line a list, heading, quote, fence or definition.
_BLOCK_START = re.compile(r"\d{1,9}(?=[.)](?:\s|$))|(?=[-+*]\s|#{1,6}\s|>|=+\s*$|---|~~~|\[[^\]]*\]:)")


def define(preparation: Preparation) -> None:
    """Give every definition of the note its key."""
    for definition in preparation.scan.definitions:
        source = preparation.note.body[definition.start : definition.end]
        key = preparation.mark(FootnoteDefMark, definition.start, source, definition.id)
        preparation.edits.append(Edit(definition.start, definition.end, f"[^{key}]: "))
        footnote = Footnote(key, definition.id, definition.start)
        preparation.footnotes.append(footnote)
        if preparation.footnote_ids.setdefault(definition.id.casefold(), footnote) is not footnote:
            footnote.used = True
            message = f"footnote [^{definition.id}] is defined twice; this text is not printed"
            preparation.report(Code.FOOTNOTE_DUPLICATE, message, definition.start)


def read_reference(inline: Inline, m: re.Match[str]) -> int:
    """``[^id]``, or text if nothing defines it."""
    id = m.group(0)[2:-1]
    preparation = inline.preparation
    footnote = preparation.footnote_ids.get(id.casefold())
    if footnote is None:
        message = f"footnote [^{id}] has no definition"
        preparation.report(Code.FOOTNOTE_UNDEFINED, message, inline.source(m.start()))
        return m.end()
    footnote.used = True
    _refer(inline, m.start(), m.end(), id, footnote.key)
    return m.end()


def read_inline_note(inline: Inline, m: re.Match[str]) -> int:
    """``^[text]``: a reference here, and a definition behind the note's text."""
    opening = m.end() - 1
    closing = inline.partner(opening)
    if closing < 0 or not inline.text[opening + 1 : closing].strip():
        return m.end()
    preparation = inline.preparation
    offset = inline.source(m.start())
    key = preparation.mark(FootnoteDefMark, offset, inline.text[m.start() : closing + 1], "")
    preparation.footnotes.append(Footnote(key, "", offset, used=True))
    _refer(inline, m.start(), closing + 1, "", key)
    part = inline.part(opening + 1, closing)
    part.scan()
    text = part.render().strip()
    if (start := _BLOCK_START.match(text)) is not None:
        text = text[: start.end()] + "\\" + text[start.end() :]
    preparation.appended.append(f"[^{key}]: " + text.replace("\n", "\n    "))
    return closing + 1


def _refer(inline: Inline, start: int, end: int, id: str, definition: str) -> None:
    source = inline.text[start:end]
    key = inline.preparation.mark(FootnoteRefMark, inline.source(start), source, id, definition)
    inline.replace(start, end, f"![]({SCHEME}{key})")


def table(preparation: Preparation) -> str:
    """The last paragraph: one reference to each definition."""
    for footnote in preparation.footnotes:
        if not footnote.used:
            message = f"footnote [^{footnote.id}] is never referred to; it is not printed"
            preparation.report(Code.FOOTNOTE_UNUSED, message, footnote.offset)
    return " ".join(f"![]({SCHEME}{footnote.key})[^{footnote.key}]" for footnote in preparation.footnotes)


REFERENCE = InlineRule("[", r"\[\^[^\[\]\s]+\]", read_reference)
INLINE_NOTE = InlineRule("^", r"\^\[", read_inline_note)
