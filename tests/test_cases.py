"""Case files: input and what becomes of it side by side, as prose (see CONTRIBUTING).

A case is a heading and fences of eight backticks: ``input``, then any of ``prepared`` (the Markdown for
pandoc, keys written K-1, K-2 …), ``marks``, ``diagnostics``. ``UPDATE_GOLDEN=1`` rewrites what is expected.
"""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path

import pytest

from convert.note import parse_note
from convert.syntax import prepare
from convert.syntax.prepared import Prepared

CASES = Path(__file__).parent / "cases" / "syntax"
CASE = re.compile(r"^## (?P<name>.+)\n(?P<rest>(?:(?!^## )(?:.*\n))*)", re.M)
FENCE = re.compile(r"^`{8} (?P<kind>\w+)\n(?P<text>(?:.*\n)*?)`{8}$", re.M)


def all_cases() -> list[tuple[Path, str]]:
    return [(file, m["name"]) for file in sorted(CASES.glob("*.md")) for m in CASE.finditer(file.read_text("utf-8"))]


def run(source: str) -> dict[str, str]:
    """What Kumihan makes of a note, in the shape of a case."""
    note = parse_note(source.encode(), "note.md", Path("note.md"))
    prepared = prepare(note)
    key = note.digest[:16]
    return {
        "prepared": _plain(prepared.text, key).rstrip("\n") + "\n",
        "marks": "".join(_marks(prepared, key)),
        "diagnostics": "".join(f"{d}\n" for d in prepared.diagnostics),
    }


def _plain(text: str, key: str) -> str:
    return text.replace(key, "K")


def _marks(prepared: Prepared, key: str) -> list[str]:
    lines = []
    for mark in prepared.marks.values():
        fields = [
            f"{field.name}={getattr(mark, field.name)!r}"
            for field in dataclasses.fields(mark)
            if field.name not in {"key", "line", "column", "source"}
        ]
        what = type(mark).__name__.removesuffix("Mark")
        lines.append(_plain(f"{mark.key} {mark.line}:{mark.column} {what} {' '.join(fields)}\n", key))
    return lines


@pytest.mark.parametrize(("file", "name"), all_cases(), ids=lambda v: v.stem if isinstance(v, Path) else v)
def test_case(file: Path, name: str) -> None:
    text = file.read_text("utf-8")
    (match,) = [m for m in CASE.finditer(text) if m["name"] == name]
    parts = {m["kind"]: m["text"] for m in FENCE.finditer(match["rest"])}
    got = run(parts["input"])
    wanted = {kind: part for kind, part in parts.items() if kind != "input"}
    actual = {kind: got[kind] for kind in wanted}
    if os.environ.get("UPDATE_GOLDEN") and actual != wanted:
        new = match[0]
        for kind, part in actual.items():
            new = re.sub(rf"(?<=^`{{8}} {kind}\n)(?:.*\n)*?(?=`{{8}}$)", lambda _, p=part: p, new, count=1, flags=re.M)
        file.write_text(text.replace(match[0], new), "utf-8")
        return
    assert wanted, "a case expects something"
    assert actual == wanted


def test_case_names_are_unique() -> None:
    cases = all_cases()
    assert cases
    assert len(cases) == len(set(cases))
