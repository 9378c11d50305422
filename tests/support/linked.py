"""Small vaults, linked, and their documents as text that a test can be read by."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from convert.link import link_note
from convert.link.document import Document
from convert.nodes import Node, child_lists, walk
from convert.settings import Settings
from convert.vault import scan

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\5\xfe"
    b"\2\xfe\xdc\xccY\xe7\0\0\0\0IEND\xaeB`\x82"
)

_NAMES = {
    "Para": "p", "Plain": "plain", "BlockQuote": "quote", "Emph": "em", "Strong": "strong", "Underline": "u",
    "Strikeout": "del", "Superscript": "sup", "Subscript": "sub", "Note": "note", "Div": "div", "Span": "span",
    "Link": "a", "Image": "img", "BulletList": "ul", "OrderedList": "ol", "Table": "table", "Figure": "figure",
    "DefinitionList": "dl",
}  # fmt: skip


def put(root: Path, files: dict[str, str | bytes]) -> None:
    """Write a vault's files."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def linked(root: Path, files: dict[str, str | bytes], note: str = "A.md", **settings: Any) -> Document:
    """The document of a note in a vault of these files."""
    put(root, files)
    return link_note(note, scan(root), replace(Settings(), **settings))


def show(nodes: list[Node]) -> str:
    """The tree as tags: ``<p>text <a.internal-link h-x>…</a></p>``."""
    return "".join(map(_show, nodes))


def said(document: Document) -> list[str]:
    """The diagnostics: ``A.md:1:2 link.missing``."""
    return [f"{d.path}:{d.line}:{d.column} {d.code}" for d in document.diagnostics]


def check(document: Document) -> None:
    """What holds for every document, whatever the notes are."""
    whole = json.dumps(document.blocks, ensure_ascii=False)
    assert "kumihan" not in whole
    ids: list[str] = []
    numbers: list[int] = []
    for node in walk(document.blocks):
        assert set(node) <= {"t", "c"}, node
        assert node["t"] not in {"RawBlock", "RawInline"}, node
        if node["t"] == "Header":
            ids.append(node["c"][1][0])
        elif node["t"] in {"Div", "Span", "Link"}:
            at = node["c"][0]
            ids += [at[0]] if at[0] else []
            if "fnref" in at[1] and "fnref-repeat" not in at[1]:
                numbers.append(int(dict(at[2])["data-n"]))
                assert [inner["t"] for inner in node["c"][1]] == ["Note"]
        if node["t"] == "Note":
            assert not any(inner["t"] == "Note" for inner in walk(node["c"]))
        if node["t"] == "Link":
            assert not any(inner["t"] in {"Note", "Link"} for inner in walk(node["c"][1]))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(ids) == len(set(ids))
    for node in walk(document.blocks):
        if node["t"] == "Link" and node["c"][2][0].startswith("#"):
            assert node["c"][2][0][1:] in ids
        if node["t"] == "Image":
            assert node["c"][2][0].removeprefix("picture:") in document.pictures


def _show(node: Node) -> str:
    content: Any = node.get("c")
    match node["t"]:
        case "Str":
            return str(content)
        case "Space":
            return " "
        case "SoftBreak":
            return "\n"
        case "LineBreak":
            return "<br>"
        case "HorizontalRule":
            return "<hr>"
        case "Code" | "CodeBlock":
            return f"<code>{content[1]}</code>"
        case "Math":
            return f"${content[1]}$"
        case "Header":
            level, (id, _, _), text = content
            return f"<h{level} #{id}>{show(text)}</h{level}>"
        case "BulletList" | "OrderedList":
            items = content if node["t"] == "BulletList" else content[1]
            name = "ul" if node["t"] == "BulletList" else f"ol {content[0][0]}"
            return f"<{name}>" + "".join(f"<li>{show(item)}</li>" for item in items) + f"</{name[:2]}>"
    name = _NAMES[node["t"]]
    inside = "".join(show(children) for children in child_lists(node))
    head = name
    if node["t"] in {"Div", "Span", "Link", "Image"}:
        id, classes, pairs = content[0]
        head += (f"#{id}" if id else "") + "".join(f".{c}" for c in classes) + "".join(f" {k}={v}" for k, v in pairs)
    if node["t"] in {"Link", "Image"}:
        head += f" {content[2][0]}"
    return f"<{head}>{inside}</{name}>"
