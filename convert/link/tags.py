"""Tags: styled, plain or hidden, as the setting ``tags`` says (spec: "Tags")."""

from __future__ import annotations

from convert.compiled import mark_key
from convert.link.linking import Linking, Part
from convert.nodes import Node, attr, rewrite, span, string
from convert.syntax.prepared import TagMark


def run(part: Part, linking: Linking) -> None:
    """Turn the marks of tags into what is printed of them."""

    def change(node: Node) -> list[Node] | None:
        mark = part.marks.get(mark_key(node)) if node["t"] == "Link" else None
        if not isinstance(mark, TagMark):
            return None
        match linking.settings.tags:
            case "hidden":
                return []
            case "plain":
                return [string(mark.source)]
            case _:
                return [span([string(mark.source)], attr("", ["tag"]))]

    for tree in part.trees():
        rewrite(tree, change)
