"""README and CONTRIBUTING name only what exists."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from convert.cli import _parser
from convert.docx import roles
from convert.settings import options

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

AUTOMATION = (ROOT / "docs/automation.md").read_text(encoding="utf-8")

EDITORS = (ROOT / "docs/編集者の方へ.md").read_text(encoding="utf-8")

COMMANDS = re.findall(r"^ +(kumihan .*)$", README + AUTOMATION + EDITORS, re.MULTILINE)


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_make_target_named_is_there(text: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", text, re.MULTILINE))
    assert named
    assert named <= targets


def test_every_make_target_is_explained() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)) - {"develop"}
    assert targets <= set(re.findall(r"`?make ([a-z-]+)", README + CONTRIBUTING))


def test_every_command_of_the_manual_is_understood() -> None:
    assert len(COMMANDS) > 10
    for line in COMMANDS:
        _parser().parse_args(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_named_is_there(text: str) -> None:
    named = re.findall(r"`((?:convert|styles|templates|tests|docs)/[\w./-]*)", text)
    assert named
    for name in named:
        assert (ROOT / name).exists(), name


def test_editors_read_of_styles_that_their_files_have() -> None:
    known = {name.replace("{type}", "Note").lower() for name in roles.table().values()}
    table = EDITORS.partition("## スタイルの意味")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?:文字: )?([A-Za-z][^|]*) \|", table, re.MULTILINE)
    named = {part for row in rows for part in re.split(r"[、…]", re.sub(r"（[^）]*）", "", row)) if part.strip()}
    assert len(named) > 20
    assert {name.strip().lower() for name in named} <= known


def test_editors_pages_show_pictures_and_settings_that_there_are() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", EDITORS)
    assert pictures
    assert all((ROOT / "docs" / picture).is_file() for picture in pictures)
    for option in re.findall(r"--set ([\w.-]+)=", EDITORS):
        assert option.replace(".", "-") in options(), option


def fenced(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", AUTOMATION, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_makefile_for_a_vault_calls_ours(tmp_path: Path) -> None:
    vault = tmp_path / "my $vault 🧵"
    vault.mkdir()
    (vault / "Makefile").write_text(fenced("make"))
    kumihan = tmp_path / "kumi han"
    kumihan.mkdir()
    targets = "pdf docx html all watch check-notes"
    (kumihan / "Makefile").write_text(
        f"override VAULT := $(value VAULT)\nexport VAULT OUT ARGS\n{targets}:\n\t@printenv VAULT OUT ARGS || true\n"
    )
    for target, said in [("pdf", []), ("handouts", ["--where 'tag:handout and not draft' --prune"])]:
        command = ["make", "-s", target, f"KUMIHAN={kumihan}"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        done = subprocess.run(command, cwd=vault, env=environment, capture_output=True, text=True, check=True)
        assert [line for line in done.stdout.splitlines() if line] == [str(vault), f"{tmp_path}/print", *said]


def test_the_workflow_is_yaml_and_runs_a_target_that_there_is() -> None:
    steps = yaml.safe_load(fenced("yaml"))["jobs"]["print"]["steps"]
    printing = next(step for step in steps if step.get("name") == "Print")
    assert re.search(rf"^{printing['run'].split()[-1]}:", MAKEFILE, re.MULTILINE)
    assert {"VAULT", "OUT", "ARGS"} == printing["env"].keys()


def test_each_room_is_on_the_map() -> None:
    for file in sorted((ROOT / "convert").iterdir()):
        if file.name.startswith(("_", ".")):
            continue
        assert re.search(rf"\b{re.escape(file.name)}", CONTRIBUTING), f"convert/{file.name} is not on the map"
