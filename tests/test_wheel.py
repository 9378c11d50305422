"""What users get: the wheel, installed in an empty environment away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from convert import __version__, resources

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that knows nothing of the checkout."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "VIRTUAL"))}
    environ["XDG_STATE_HOME"] = str(cwd / ".state")
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environ, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment that has the wheel, and the packages it needs from this one's."""
    folder = tmp_path_factory.mktemp("empty") / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    # A folder that a .pth names is searched, but its own .pth files (the checkout's) are not read.
    (Path(paths["purelib"]) / "needed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    python = Path(paths["scripts"]) / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    return Path(paths["scripts"])


def test_styles_and_templates_are_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("styles", "templates"):
        files = {file.relative_to(ROOT).as_posix() for file in (ROOT / folder).rglob("*") if file.is_file()}
        assert files
        assert {f"convert/_data/{name}" for name in files} <= names


def test_nothing_else_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"convert", f"kumihan-{__version__}.dist-info"}


def test_the_data_is_found_in_a_checkout() -> None:
    assert resources.data_root() == ROOT
    assert resources.styles("callouts.yaml").is_file()


def test_the_data_is_found_in_an_installed_wheel(installed: Path, tmp_path: Path) -> None:
    code = "from convert import resources as r; print(r.data_root()); assert r.styles('callouts.yaml').is_file()"
    root = Path(run(installed / "python", "-c", code, cwd=tmp_path).stdout.strip())
    assert root.parts[-2:] == ("convert", "_data")
    assert ROOT not in root.parents


def test_the_command_runs(installed: Path, tmp_path: Path) -> None:
    assert __version__ in run(installed / "kumihan", "--version", cwd=tmp_path).stdout
    assert __version__ in run(installed / "python", "-m", "convert", "--version", cwd=tmp_path).stdout


def test_the_wheel_makes_all_three_formats(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "試し.md").write_text("# 見出し\n\n> [!note] 題\n> 本文[^1]。\n\n[^1]: 脚注。\n", encoding="utf-8")
    run(installed / "kumihan", "build", "試し.md", "--to", "pdf,docx,html", "-o", "out", cwd=tmp_path)
    out = tmp_path / "out"
    assert (out / "試し.pdf").read_bytes().startswith(b"%PDF-")
    assert "word/footnotes.xml" in zipfile.ZipFile(out / "試し.docx").namelist()
    assert "見出し" in (out / "試し.html").read_text(encoding="utf-8")
