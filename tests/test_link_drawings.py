"""Drawings of the Excalidraw plugin are notes full of data: a box names them, and none of the data is printed."""

from __future__ import annotations

from pathlib import Path

from convert.nodes import plain_text
from tests.support.linked import linked, said

DRAWING = "---\nexcalidraw-plugin: parsed\n---\n# Excalidraw Data\n\n```compressed-json\nN4KAkARALgngDg\n```\n"


def test_embedded(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "前\n\n![[図.excalidraw]]\n", "図.excalidraw.md": DRAWING})
    assert plain_text(document.blocks) == "前Excalidrawの図：図.excalidraw.md"
    assert said(document) == ["A.md:3:1 embed.unsupported"]


def test_on_its_own(tmp_path: Path) -> None:
    document = linked(tmp_path, {"図.excalidraw.md": DRAWING}, note="図.excalidraw.md")
    assert plain_text(document.blocks) == "Excalidrawの図：図.excalidraw.md"
    assert said(document) == ["図.excalidraw.md:4:1 embed.unsupported"]
