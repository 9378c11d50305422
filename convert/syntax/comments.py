"""``%%comments%%``: private, so nothing of them reaches any output (Obsidian help, Basic formatting syntax).

Unless the writer asks for it: with :data:`KEPT` among the notations they become comments like CriticMarkup's.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from convert.diagnostics import Code
from convert.syntax import callouts
from convert.syntax.edits import Edit
from convert.syntax.inline import Inline, InlineRule
from convert.syntax.preparation import Preparation
from convert.syntax.prepared import SCHEME, CriticMark
from convert.syntax.scanner import COMMENT_MARK, Comment, Region, RegionKind

#: Among the notations: comments leave marks.
KEPT = "comments"
#: What would define a link instead of being text.
_LINK_DEFINITION = re.compile(r"\[[^\]]+\]:")


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
    said = text[m.end() : end - 2].strip() if len(m[0]) == 2 else ""
    if KEPT in inline.preparation.notations and said:
        offset, source = inline.source(start), text[start:end]
        inline.replace(start, end, _mark(inline.preparation, offset, source, said))
        return end
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
    kept = _Kept(preparation) if KEPT in preparation.notations else None
    for comment in preparation.scan.comments:
        if kept:
            kept.anchor(comment)
        preparation.edits.append(Edit(comment.start, comment.end, ""))
        if not comment.closed:
            message = "a comment has no end; everything from here on is hidden, as in Obsidian"
            preparation.report(Code.COMMENT_UNCLOSED, message, comment.opening)


def _mark(preparation: Preparation, offset: int, source: str, said: str) -> str:
    key = preparation.mark(CriticMark, offset, source, "comment", "", "", said)
    return f"![]({SCHEME}{key})"


class _Kept:
    """Comments that stand as blocks go to the text behind them, else to that before: a block may not become two.

    One that stands in no footnote does not go into one.
    """

    def __init__(self, preparation: Preparation) -> None:
        self._preparation = preparation
        self._body = preparation.note.body
        regions = [r for r in preparation.scan.regions if not _LINK_DEFINITION.match(self._body, *r.spans[0])]
        self._all = regions
        self._outside = [region for region in regions if region.definition < 0]
        self._tasks = {task.start: task.end for task in preparation.scan.tasks}

    def anchor(self, comment: Comment) -> None:
        preparation, body = self._preparation, self._body
        source = body[comment.opening : comment.end].rstrip()
        said = source.removeprefix("%%").removesuffix("%%").strip() if comment.closed else source[2:].strip()
        indented = body[body.rfind("\n", 0, comment.opening) + 1] in " \t"
        regions = self._all if indented or not self._outside else self._outside
        if not said:
            return
        if not regions:
            preparation.report(Code.COMMENT_PLACE, "the note has no text for this comment", comment.opening)
            return
        at = bisect_left(regions, comment.end, key=lambda region: region.spans[0][0])
        place = self._place(regions[min(at, len(regions) - 1)])
        preparation.edits.append(Edit(place, place, _mark(preparation, comment.opening, source, said)))

    def _place(self, region: Region) -> int:
        start = region.spans[0][0]
        hashes = callouts.HASHES.match(self._body, *region.spans[0]) if region.kind is RegionKind.TITLE else None
        return hashes.end() if hashes else self._tasks.get(start, start)
