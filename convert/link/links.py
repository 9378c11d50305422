"""Links: within the vault by Obsidian's rules, out of it only to addresses that are safe to click."""

from __future__ import annotations

import re
from posixpath import normpath
from urllib.parse import unquote

from convert.compiled import mark_key
from convert.diagnostics import Code
from convert.link import subpath
from convert.link.linking import Linking, Part, Place, place_of
from convert.link.subpath import Missing, Target
from convert.nodes import Inline, Node, attr, link, rewrite, span, words
from convert.syntax.prepared import SCHEME, LinkMark
from convert.vault import compared

#: What an address may begin with: nothing that runs a program, opens a file or tells a server who reads.
_SAFE = "http https mailto tel sms ftp sftp irc ircs xmpp matrix geo news doi urn magnet obsidian zotero"
SCHEMES = frozenset(_SAFE.split())
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def run(part: Part, linking: Linking) -> None:
    """Resolve all links of a part. Whether a target is in this document shows only when all embeds are open."""

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Link":
            return None
        (_, inlines, (address, title)) = node["c"]
        rewrite(inlines, _without_link)
        mark = part.marks.get(mark_key(node))
        if isinstance(mark, LinkMark):
            form = linking.settings.links_heading
            text = inlines or words(subpath.shown(mark.path, mark.subpath, form) or mark.source)
            found = to_vault(text, mark.path, mark.subpath, part, linking, (mark.line, mark.column))
            if not inlines:
                found[0]["bare"] = True  # what it leads to may say what it is called
            return found
        if not address or address.startswith(SCHEME):
            return list(inlines)
        safe = safe_address(address)
        if safe:
            return [link(inlines, safe, attr("", ["external-link"]), title)]
        if safe is None:
            message = f"a link to {address!r} is not printed as a link"
            linking.report(Code.LINK_UNSAFE, message, part.path, place_of(node))
            return list(inlines)
        path, _, name = address.partition("#")
        return to_vault(inlines, unquote(path.partition("?")[0]), unquote(name), part, linking, place_of(node))

    for tree in part.trees():
        rewrite(tree, change)


def _without_link(node: Node) -> list[Node] | None:
    """A link within a link (an address in an alias) is text."""
    return list(node["c"][1]) if node["t"] == "Link" else None


def safe_address(address: str) -> str | None:
    """An address outside the vault, fit to be clicked; empty if it is a path in the vault, None if it is not safe."""
    address = _CONTROLS.sub("", address).strip()  # browsers drop them before they look at an address
    if scheme := _SCHEME.match(address.replace(" ", "")):
        return address.replace(" ", "%20") if scheme[1].lower() in SCHEMES else None
    if address.startswith(("//", "\\\\")):
        # Where a page is a file, an address without scheme names a server of the local network.
        return f"https:{address}".replace(" ", "%20") if address.strip("/") and address[0] == "/" else None
    return ""


def to_vault(text: list[Inline], path: str, name: str, part: Part, linking: Linking, place: Place) -> list[Inline]:
    """A link to a note (or another file) of the vault, ``name`` is what stands behind ``#``."""
    typed = f"{path}#{name}" if name else path
    found = linking.vault.resolve(path, part.path)
    if found is None:
        if is_outside(path, part.path, linking):
            linking.report(Code.PATH_OUTSIDE, f"link to a file outside the vault: {typed}", part.path, place)
        else:
            linking.report(Code.LINK_MISSING, f"link target does not exist: {typed}", part.path, place)
        return [span(text, attr("", ["internal-link", "is-unresolved"]))]
    target = Target(found)
    if name and found.lower().endswith(".md"):
        resolved = linking.place_in(found, name)
        if isinstance(resolved, Missing):
            code = Code.HEADING_MISSING if resolved.kind == "heading" else Code.BLOCK_MISSING
            linking.report(code, f"link to a {resolved.kind} that does not exist: {typed}", part.path, place)
        else:
            target = resolved
    return [{**link(text, "", attr("", ["internal-link"])), "target": target}]


def is_outside(path: str, source: str, linking: Linking) -> bool:
    """Whether a path that names no file of the vault names one beside it, or a symbolic link that leaves it."""
    if path.startswith("../") and normpath(f"{source}/../{path}").startswith("../"):
        return True
    refused = [d.path for d in linking.vault.diagnostics if d.code == Code.PATH_OUTSIDE.code]
    name = compared(path)
    return any(compared(link) in {name, name + ".md"} or compared(link).endswith((f"/{name}", f"/{name}.md"))
               for link in refused)  # fmt: skip
