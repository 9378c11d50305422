"""``%%comments%%``: private, so nothing of them may reach any output (Obsidian help, Basic formatting syntax)."""

from __future__ import annotations

import re

from convert.diagnostics import Code
from convert.syntax.edits import Edit
from convert.syntax.inline import Inline, InlineRule
from convert.syntax.preparation import Preparation
from convert.syntax.scanner import COMMENT_MARK


def read(inline: Inline, m: re.Match[str]) -> int:
    """A comment within a paragraph. One that has whole lines to itself takes their line ends along."""
    text, start = inline.text, m.start()
    end = m.end() if len(m[0]) == 4 else end_of(inline, m.end())
    if end < 0:
        message = "%% without a partner in its paragraph is printed as typed"
        inline.preparation.report(Code.COMMENT_UNCLOSED, message, inline.source(start))
        return m.end()
    line = text.rfind("\n", 0, start) + 1
    behind = text.find("\n", end)
    alone = not text[line:start].strip() and not text[end : behind if behind >= 0 else len(text)].strip()
    if alone and behind >= 0:
        inline.remove(line, behind + 1)
        return behind + 1
    if alone and line:
        inline.remove(line - 1, len(text))
        return len(text)
    inline.remove(start, end)
    return end


def end_of(inline: Inline, at: int) -> int:
    """Behind the comment that is open at ``at``; -1 if it has no end."""
    while (found := inline.find("%%", at)) >= 0:
        run = found
        while inline.text.startswith("%", run):
            run += 1
        if run - found == 2:
            return run
        at = run
    return -1


COMMENT = InlineRule("%", COMMENT_MARK.pattern, read)


def remove_blocks(preparation: Preparation) -> None:
    """Take out the comments that stand as blocks."""
    for comment in preparation.scan.comments:
        preparation.edits.append(Edit(comment.start, comment.end, ""))
        if not comment.closed:
            message = "a comment has no end; everything from here on is hidden, as in Obsidian"
            preparation.report(Code.COMMENT_UNCLOSED, message, comment.opening)
