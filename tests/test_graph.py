"""``kumihan graph``."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from convert import cli

NOTES = {
    "a.md": '---\nnext: "[[b]]"\n---\n![[b#H]] ![[p.png]] [[none]] [text](c.md) `[[code]]` [[a#self]]',
    "b.md": "# H\n![[c]]",
    'c "x".md': "",
    "c.md": "%% [[b]] %%",
    "p.png": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".obsidian").mkdir()
    for path, text in NOTES.items():
        (tmp_path / path).write_text(text)
    return tmp_path


def test_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["graph", str(root), "--format", "json"]) == 0
    nodes = {node.pop("note"): node for node in json.loads(capsys.readouterr().out)}
    assert nodes["a.md"] == {"embeds": ["b.md", "p.png"], "links": ["b.md", "c.md"], "missing": ["none"]}
    assert nodes["b.md"] == {"embeds": ["c.md"], "links": [], "missing": []}
    assert nodes["c.md"] == {"embeds": [], "links": [], "missing": []}


def test_dot(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["graph", str(root), "--where", "path:a.md or path:c*"]) == 0
    out = capsys.readouterr().out
    assert '  "a.md" -> "b.md";\n' in out
    assert '  "a.md" -> "c.md" [style=dashed];\n' in out
    assert '  "a.md" -> "none" [style=dotted];\n' in out
    assert '  "c \\"x\\".md";\n' in out
    assert '"b.md" ->' not in out
    if dot := shutil.which("dot"):
        subprocess.run([dot], input=out.encode(), check=True, capture_output=True)
