"""The locks: everything that pyproject.toml asks for, with hashes, for every platform, and no addresses."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
USER, DEVELOPER = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: Path) -> dict[str, tuple[Requirement, int]]:
    """Name: requirement and number of hashes, of each entry."""
    entries = re.split(r"\n(?! )", lock.read_text(encoding="utf-8").strip())
    found = {}
    for entry in entries:
        requirement = Requirement(entry.split("\\\n")[0].strip())
        found[canonicalize_name(requirement.name)] = (requirement, entry.count("--hash=sha256:"))
    return found


def asked(*groups: str) -> list[Requirement]:
    """What the project needs to run, and what the groups need beside it."""
    lines = list(PROJECT["project"]["dependencies"])
    for group in groups:
        lines += [line for line in PROJECT["dependency-groups"][group] if isinstance(line, str)]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(("lock", "groups"), [(USER, ["build"]), (DEVELOPER, ["build", "dev"])])
def test_a_lock_holds_what_the_project_asks_for(lock: Path, groups: list[str]) -> None:
    pinned = pins(lock)
    for requirement in asked(*groups):
        assert canonicalize_name(requirement.name) in pinned, f"{requirement} is not locked: run `make lock`"
        version = next(iter(pinned[canonicalize_name(requirement.name)][0].specifier)).version
        assert requirement.specifier.contains(version), f"{requirement} but locked is {version}: run `make lock`"


@pytest.mark.parametrize("lock", [USER, DEVELOPER])
def test_each_entry_is_exact_and_hashed(lock: Path) -> None:
    for requirement, hashes in pins(lock).values():
        assert [specifier.operator for specifier in requirement.specifier] == ["=="]
        assert hashes


@pytest.mark.parametrize("lock", [USER, DEVELOPER])
def test_no_address_and_no_path_of_a_machine(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^(?!    --hash=sha256:)\s*(--|-[a-z]\b|#)", text, re.MULTILINE)
    assert not re.search(r"[/@]", text)


def test_developers_run_what_users_run() -> None:
    developer = pins(DEVELOPER)
    for name, (pin, hashes) in pins(USER).items():
        same, also = developer[name]
        assert (same.name, same.specifier, also) == (pin.name, pin.specifier, hashes)
        assert same.marker in (None, pin.marker)  # a developers' tool may want everywhere what we want in places


def test_packages_made_of_files_for_a_platform_are_locked_for_all_of_them() -> None:
    pinned = pins(USER)
    # A lock made from one machine's files has one or two hashes where the registry offers dozens.
    assert pinned["lxml"][1] > 30
    assert pinned["pyyaml"][1] > 30
    assert pinned["pypandoc-binary"][1] >= 4


def imported(folder: Path) -> set[str]:
    """The top names of all modules that the code below the folder imports, wherever it does so."""
    names = set()
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"convert", "tests"}


@pytest.mark.parametrize(("folder", "groups"), [("convert", []), ("tests", ["build", "dev"])])
def test_whatever_is_imported_is_asked_for(folder: str, groups: list[str]) -> None:
    declared = {canonicalize_name(requirement.name) for requirement in asked(*groups)}
    offers = packages_distributions()
    for name in imported(ROOT / folder):
        distributions = {canonicalize_name(distribution) for distribution in offers.get(name, [name])}
        assert distributions & declared, f"{folder}/ imports {name}, which pyproject.toml does not name"


def test_each_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for requirement in asked("build", "dev"):
        line = next(line for line in text.splitlines() if line.strip().startswith(f'"{requirement.name}'))
        assert re.search(r", +# \S", line), f"{requirement.name} has no reason in pyproject.toml"
