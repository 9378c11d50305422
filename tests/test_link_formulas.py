"""Numbered formulas are numbered in every format."""

from __future__ import annotations

from pathlib import Path

from convert.nodes import walk
from tests.support.linked import linked
from tests.support.project import Project


def formulas(folder: Path, text: str) -> list[str]:
    return [node["c"][1] for node in walk(linked(folder, {"A.md": text}).blocks) if node["t"] == "Math"]


def test_tags_become_text(tmp_path: Path) -> None:
    text = "$$a=b \\tag{1}$$\n\n$$\na \\tag{2.1}\\\\\nb \\tag*{甲}\n$$\n\n$a \\tag{\\text{x}}$\n"
    assert formulas(tmp_path, text) == [
        "a=b \\qquad\\text{(1)}",
        "\na \\qquad\\text{(2.1)}\\\\\nb \\qquad\\text{甲}\n",
        "a \\qquad\\text{(\\text{x})}",
    ]


def test_every_format_sets_them(tmp_path: Path) -> None:
    run = Project(tmp_path).note("甲.md", "$$a=b \\tag{7}$$\n").build(to="pdf,docx,html")
    assert run.codes == []
    assert "(7)" in run.html("甲").text
    assert "(7)" in run.docx("甲").text.replace(" ", "")
