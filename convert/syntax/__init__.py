"""The preprocessor: Obsidian's Markdown in, standard Markdown and a table of marks out.

To add a construct within a line, write a module with an :class:`InlineRule` and give it a line in
:data:`INLINE_RULES`; to add one that is a block, a function over the scan and a line in :data:`BLOCK_RULES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from convert.note import Note
from convert.syntax import (
    addresses,
    block_ids,
    callouts,
    characters,
    comments,
    critic,
    footnotes,
    highlights,
    inline,
    links,
    math,
    ruby,
    tags,
    tasks,
    templates,
)
from convert.syntax.edits import Edit, apply, map_lines
from convert.syntax.inline import Grammar, Inline
from convert.syntax.preparation import Preparation
from convert.syntax.prepared import Heading, Prepared
from convert.syntax.scanner import Region, RegionKind, scan

__all__ = ["BLOCK_RULES", "INLINE_RULES", "NOTATIONS", "prepare"]

#: Blocks, in the order in which they give out keys; definitions before anything that refers to them.
BLOCK_RULES: tuple[Callable[[Preparation], None], ...] = (
    footnotes.define,
    callouts.rewrite,
    tasks.rewrite,
    comments.remove_blocks,
    math.rewrite_blocks,
)

#: Within a line, the first rule whose trigger matches reads on: what protects other text comes first.
INLINE_RULES = (
    inline.ESCAPE,
    inline.CODE,
    comments.COMMENT,
    math.MATH,
    links.LINK,
    footnotes.INLINE_NOTE,
    footnotes.REFERENCE,
    block_ids.BLOCK_ID,
    templates.TEMPLATE,
    inline.HTML,
    addresses.ADDRESS,
    tags.TAG,
    inline.OPEN_BRACKET,
    inline.CLOSE_BRACKET,
    highlights.HIGHLIGHT,
    inline.EMPHASIS,
)
#: Notations that a setting turns on, by name; they come before the others.
NOTATIONS = {"critic": critic.CRITIC, "ruby.braces": ruby.BRACES, "ruby.aozora": ruby.AOZORA, "dots": ruby.DOTS}


#: A fence with a word for what it holds.
_FENCE = re.compile(r"(?:`{3,}|~{3,})[ \t]*([^\s`{]+)")


@cache
def _grammar(notations: frozenset[str]) -> Grammar:
    return Grammar([rule for name, rule in NOTATIONS.items() if name in notations] + list(INLINE_RULES))


def prepare(note: Note, notations: frozenset[str] = frozenset({"critic", "ruby.braces"})) -> Prepared:
    """Turn a note's body into standard Markdown; ``notations`` are those of :data:`NOTATIONS` that are in force.

    With ``comments.KEPT`` among them comments leave marks in the place of nothing.

    Everything that no rule touches stays byte for byte as it is; time is linear in the note's length.
    """
    body = note.body
    found = scan(body)
    preparation = Preparation(note, found, notations)
    for rule in BLOCK_RULES:
        rule(preparation)
    grammar = _grammar(notations)
    for region in found.regions:
        _read_region(region, grammar, preparation)
    edits = preparation.edits
    edits += [Edit(at, at, text) for at, text in found.inserts]
    edits += [Edit(tab.start, tab.end, " " * tab.columns) for tab in found.tabs]
    for start, end in found.html:
        preparation.place(body[start:end].split("\n", 1)[0].strip(), start)
    for start, _ in found.code:
        if fence := _FENCE.match(body, start):
            preparation.place("```" + fence[1], start)
    text = apply(body, edits)
    lines = map_lines(body, edits, preparation.starts)
    table = footnotes.table(preparation)
    if table:
        ending = "\n" + found.unclosed if found.unclosed else ""
        text = "\n\n".join([text + ending, *preparation.appended, table, ""])
        lines += [0] * (text.count("\n") + 1 - len(lines))
    text, standins = characters.stand_in(text)
    return Prepared(
        text,
        preparation.marks,
        tuple(heading for _, heading in sorted(preparation.headings, key=lambda pair: pair[0])),
        {what: tuple(where) for what, where in preparation.places.items()},
        standins,
        tuple(lines),
        tuple(sorted(preparation.diagnostics)),
    )


def _read_region(region: Region, grammar: Grammar, preparation: Preparation) -> None:
    content = Inline.of_region(region, grammar, preparation)
    content.scan()
    content.hand_over()
    if region.kind is RegionKind.HEADING:
        text = block_ids.without(content.text)
        line, _ = preparation.locate(region.spans[0][0])
        preparation.headings.append((region.definition >= 0, Heading(region.level, text, line)))
