"""The boxes of tasks: empty, ticked, or with the state that the writer typed (spec: "Tasks")."""

from __future__ import annotations

from convert.compiled import mark_key
from convert.link.linking import Linking, Part
from convert.nodes import Node, attr, rewrite, span, string
from convert.syntax.prepared import TaskMark

#: Every other state is its own sign, in a box that the formats draw.
SIGNS = {" ": "☐", "x": "☑", "X": "☑"}


def run(part: Part, linking: Linking) -> None:
    """Turn the marks of tasks into boxes."""

    def change(node: Node) -> list[Node] | None:
        mark = part.marks.get(mark_key(node)) if node["t"] == "Image" else None
        if not isinstance(mark, TaskMark):
            return None
        sign = string(SIGNS.get(mark.state, mark.state))
        return [span([sign], attr("", ["task"], [("data-task", mark.state)])), {"t": "Space"}]

    for tree in part.trees():
        rewrite(tree, change)
