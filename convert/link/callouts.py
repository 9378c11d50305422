"""Quotes that begin with a callout's mark become callouts (spec: "Callouts")."""

from __future__ import annotations

from unicodedata import normalize

from convert.callouts import table
from convert.compiled import mark_key
from convert.diagnostics import Code
from convert.link.linking import Linking, Part
from convert.nodes import Block, Inline, Node, attr, div, plain, rewrite, span, words
from convert.syntax.prepared import CalloutMark


def run(part: Part, linking: Linking) -> None:
    """Make all callouts of a part; a mark that is not at the head of a quote says nothing and goes."""

    def change(node: Node) -> list[Node] | None:
        if node["t"] == "BlockQuote" and node["c"]:
            mark = part.marks.get(mark_key(node["c"][0]))
            if isinstance(mark, CalloutMark):
                return [_callout(node["c"][1:], mark, part, linking)]
        return None

    def clean(node: Node) -> list[Node] | None:
        return [] if node["t"] == "RawBlock" else None

    for tree in part.trees():
        rewrite(tree, change)
        rewrite(tree, clean)


def title_of(type: str, linking: Linking) -> str:
    """The title of a callout without one: its type as Obsidian shows it, or the word for it in the text's language."""
    types = table()
    if linking.settings.callout_titles == "language" and types.knows(type):
        return types.lookup(type).title(linking.language)
    shown = type.lower().replace("-", " ").strip()
    return shown[:1].upper() + shown[1:]


def _callout(content: list[Block], mark: CalloutMark, part: Part, linking: Linking) -> Block:
    type = mark.type.strip().lower()
    own = linking.vault.callouts.get(normalize("NFC", type))
    if own:
        linking.callouts[type] = own
    elif not table().knows(type):
        message = f"callout type {mark.type!r} is printed like note"
        linking.report(Code.CALLOUT_UNKNOWN, message, part.path, (mark.line, mark.column))
    title: list[Inline] | None = None
    if mark.has_title and content and content[0]["t"] in {"Para", "Plain"}:
        inlines = content[0]["c"]
        if inlines and mark_key(inlines[0]) == mark.title_key:
            title, content = inlines[1:], content[1:]
    if not title:
        title = words(title_of(mark.type, linking))
    pairs = [("data-callout", mark.type.lower())]
    pairs += [("data-callout-fold", mark.fold)] if mark.fold else []
    pairs += [("data-callout-metadata", mark.metadata)] if mark.metadata else []
    inner = plain([span(title, attr("", ["callout-title-inner"]))])
    parts = [div([inner], attr("", ["callout-title"]))]
    if content:
        parts.append(div(content, attr("", ["callout-content"])))
    return div(parts, attr("", ["callout"], pairs))
