"""Code blocks and commands that only plugins understand: boxed, shown as code, or hidden (setting ``plugins``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from convert import resources
from convert.compiled import mark_key
from convert.diagnostics import Code
from convert.link.linking import Linking, Part, Place, as_block, place_of
from convert.nodes import Inline, Node, attr, rewrite
from convert.syntax.prepared import TemplateMark


def run(part: Part, linking: Linking) -> None:
    """Do with the plugins' blocks and commands of a part what the setting says."""

    def change(node: Node) -> list[Node] | None:
        if node["t"] == "CodeBlock" and node["c"][0][1]:
            name = _name(node["c"][0][1][0], linking.language)
            if not name or linking.settings.plugins == "show":
                return None
            return [as_block(each) for each in _stand_in(name, place_of(node), part, linking)]
        mark = part.marks.get(mark_key(node)) if node["t"] == "Image" else None
        if isinstance(mark, TemplateMark):
            if linking.settings.plugins == "show":
                return [{"t": "Code", "c": [attr(), " ".join(mark.source.split())]}]
            return _stand_in("Templater", (mark.line, mark.column), part, linking)
        return None

    for tree in part.trees():
        rewrite(tree, change)


def _stand_in(name: str, place: Place, part: Part, linking: Linking) -> list[Inline]:
    if linking.settings.plugins == "hide":
        return []
    linking.report(Code.PLUGIN_FENCE, f"only {name} can show this", part.path, place)
    return [linking.placeholder("plugin", name)]


@cache
def _table() -> Mapping[str, str | Mapping[str, str]]:
    table: Mapping[str, str | Mapping[str, str]] = resources.read_yaml(resources.styles("plugins.yaml"))
    return table


def _name(fence: str, language: str) -> str:
    """Whose a fence is; empty if it is ordinary code."""
    name = _table().get(fence.lower(), "")
    return name if isinstance(name, str) else name.get(language.partition("-")[0].lower(), name["en"])
