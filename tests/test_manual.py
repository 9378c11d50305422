"""README and CONTRIBUTING name only what exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from convert.cli import _parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

COMMANDS = re.findall(r"^ +(kumihan .*)$", README, re.MULTILINE)


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_make_target_named_is_there(text: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", text, re.MULTILINE))
    assert named
    assert named <= targets


def test_every_make_target_is_explained() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)) - {"develop"}
    assert targets <= set(re.findall(r"`?make ([a-z-]+)", README + CONTRIBUTING))


def test_every_command_of_the_readme_is_understood() -> None:
    assert len(COMMANDS) > 5
    for line in COMMANDS:
        _parser().parse_args(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_named_is_there(text: str) -> None:
    named = re.findall(r"`((?:convert|styles|templates|tests|docs)/[\w./-]*)", text)
    assert named
    for name in named:
        assert (ROOT / name).exists(), name


def test_each_room_is_on_the_map() -> None:
    for file in sorted((ROOT / "convert").iterdir()):
        if file.name.startswith(("_", ".")):
            continue
        assert re.search(rf"\b{re.escape(file.name)}", CONTRIBUTING), f"convert/{file.name} is not on the map"
