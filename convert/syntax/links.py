"""``[[links]]`` and ``![[embeds]]`` (Obsidian help, Internal links, Embed files)."""

from __future__ import annotations

import re

from convert.syntax.inline import Inline, InlineRule
from convert.syntax.prepared import SCHEME, EmbedMark, LinkMark

_INSIDE = re.compile(r"(?>(?:[^\[\]\n]++|\[(?!\[)|\](?!\]))*)")
_SEPARATOR = re.compile(r"\\?\|")
_ESCAPE_OR_TICKS = re.compile(r"\\.|`+")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_LAST_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*+\\\Z")


def read(inline: Inline, m: re.Match[str]) -> int:
    """A link or embed that ends on its line, or brackets that are text."""
    text, start = inline.text, m.start()
    inside = _INSIDE.match(text, m.end())
    end = inside.end() if inside else len(text)
    if not text.startswith("]]", end) or not text[m.end() : end].strip():
        return m.end()
    if text.startswith("]]]", end) and text.count("[", m.end(), end) > text.count("]", m.end(), end):
        end += 1
    if _code_goes_on(inline, m.end(), end):
        return m.end()
    separator = _SEPARATOR.search(text, m.end(), end)
    target = text[m.end() : separator.start() if separator else end]
    path, _, subpath = target.partition("#")
    mark, offset, source = inline.preparation.mark, inline.source(start), text[start : end + 2]
    if m[0][0] == "!":
        options = _SEPARATOR.sub("|", text[separator.end() : end]) if separator else None
        key = mark(EmbedMark, offset, source, path.strip(), subpath.strip(), options)
        inline.replace(start, end + 2, f"![]({SCHEME}{key})")
        return end + 2
    alias = ""
    if separator:
        part = inline.part(separator.end(), end)
        part.scan()
        alias = part.render().strip()
        if part.has_link:  # a link can't stand in a link: what was typed is shown
            alias = _PUNCTUATION.sub(r"\\\1", part.text.strip())
        elif _LAST_BACKSLASH.search(alias):
            alias += "\\"
    key = mark(LinkMark, offset, source, path.strip(), subpath.strip(), bool(alias))
    inline.replace(start, end + 2, f"[{alias}]({SCHEME}{key})")
    return end + 2


def _code_goes_on(inline: Inline, at: int, end: int) -> bool:
    """Whether a code span that begins between the brackets goes on behind them: code goes first."""
    while at < end and (m := _ESCAPE_OR_TICKS.search(inline.text, at, end)) is not None:
        at = m.end() if m[0][0] == "\\" else max(m.end(), inline.code_end(m.start(), len(m[0])))
    return at > end


LINK = InlineRule("![", r"!?\[\[", read)
