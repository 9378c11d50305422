"""Ids: every heading has one; other places only if a link of the document leads there. Links get their addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from unicodedata import normalize

from convert.link.subpath import Target
from convert.nodes import Block, Node, attr, plain_text, rewrite, span, walk

_PREFIXES = {"note": "n-", "heading": "h-", "block": "b-"}


def assign(blocks: list[Block], output_of: Callable[[str], str | None]) -> None:
    """Give out ids and resolve the links.

    A link out of the document leads to the note's output, if ``output_of`` gives its address, or becomes a ``Span``.
    """
    wanted = {node["target"] for node in walk(blocks) if "target" in node}
    give = _Ids()
    ids: dict[Target, str] = {}
    for node in walk(blocks):
        targets: list[Target] = node.pop("targets", [])
        new = [target for target in targets if target in wanted and target not in ids]
        if node["t"] == "Header":
            id = give.unique("h-" + slug(plain_text(node["c"][2])))
            node["c"][1] = attr(id)
        elif new:
            id = give.unique(_PREFIXES[new[0].kind] + slug(new[0].id or new[0].path.removesuffix(".md")))
            node["c"][0][0] = id
            if node["t"] == "Div" and not node["c"][0][1]:
                node["c"][0][1].append("block")
        else:
            continue
        ids |= dict.fromkeys(new, id)

    def change(node: Node) -> list[Node] | None:
        if "target" in node:
            target = node.pop("target")
            address = "#" + ids[target] if target in ids else output_of(target.path)
            if address is None:
                return [span(node["c"][1], node["c"][0])]
            node["c"][2][0] = address
        elif node["t"] == "Span" and "anchor" in node["c"][0][1] and not node["c"][0][0]:
            return []
        elif node["t"] == "Div" and node["c"][0] == attr():
            return list(node["c"][1])
        return None

    rewrite(blocks, change)


def slug(text: str) -> str:
    """An id's part that tells what it names: ASCII letters and digits, and a hash if the text has more than those."""
    ascii = re.sub(r"[^a-z0-9]+", "-", normalize("NFKC", text).lower()).strip("-")
    whole = re.sub(r"[\s_-]+", "-", text).strip("-").lower()
    if ascii == whole and len(ascii) <= 40:
        return ascii
    mark = sha256(text.encode(errors="replace")).hexdigest()[:8]
    return f"{ascii[:31].rstrip('-')}-{mark}".lstrip("-")


class _Ids:
    """The ids given so far."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.last: dict[str, int] = {}

    def unique(self, id: str) -> str:
        """The id itself, or with a number behind it."""
        unique = id
        while unique in self.taken:
            self.last[id] = self.last.get(id, 1) + 1
            unique = f"{id}-{self.last[id]}"
        self.taken.add(unique)
        return unique
