"""What depends on what: the notes and files that each note embeds and links to, as JSON or for Graphviz.

Read off the notes' text and properties, without pandoc: a note that is embedded in an embedded one is found by way
of that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from convert.bases.files import Files
from convert.vault import Vault

FORMATS = ("dot", "json")
_STYLES = {"embeds": "", "links": " [style=dashed]", "missing": " [style=dotted]"}


@dataclass(frozen=True, slots=True)
class Node:
    """A note: paths of what it embeds (whole or in part) and links to, and what it names that there is not."""

    note: str
    embeds: tuple[str, ...]
    links: tuple[str, ...]
    missing: tuple[str, ...]


def read(vault: Vault, notes: Iterable[str], limit: int) -> Iterator[Node]:
    """The nodes of these notes, of which no more than ``limit`` bytes are read."""
    files = Files(vault, limit)
    for note in notes:
        inside = files.file(note).inside()
        missing: dict[str, None] = {}

        def found(targets: Iterable[str], note: str = note, missing: dict[str, None] = missing) -> tuple[str, ...]:
            paths: dict[str, None] = {}
            for target in targets:
                path = vault.resolve(target.partition("#")[0], note)
                if path is None:
                    missing[target] = None
                elif path != note:
                    paths[path] = None
            return tuple(sorted(paths))

        embeds, links = found(inside.embeds), found([*inside.links, *files.file(note).property_links()])
        yield Node(note, embeds, links, tuple(sorted(missing)))


def to_json(nodes: Sequence[Node]) -> str:
    """A list of notes, each with the lists ``embeds``, ``links`` and ``missing``."""
    table = [{"note": n.note, "embeds": n.embeds, "links": n.links, "missing": n.missing} for n in nodes]
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def to_dot(nodes: Sequence[Node]) -> str:
    """A graph for Graphviz: an arrow leads from a note to what it embeds; links are dashed, missing things dotted."""
    lines = ["digraph vault {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for node in nodes:
        lines.append(f"  {_quoted(node.note)};")
        for kind, style in _STYLES.items():
            lines += [f"  {_quoted(node.note)} -> {_quoted(path)}{style};" for path in getattr(node, kind)]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
