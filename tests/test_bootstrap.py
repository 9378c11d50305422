"""From a bare machine to a running kumihan, on machines that are made up."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from convert import bootstrap
from convert.bootstrap import Python, Refusal
from convert.platform_libs import LIBRARIES, RESTARTED, install_command, missing, restart_environment

ROOT = Path(__file__).parents[1]
PANGO, PANGOFT2, FONTCONFIG, SUBSET = LIBRARIES


class Become(BaseException):
    """Raised instead of becoming another program."""


class FakeMachine(bootstrap.Machine):
    """A machine with the interpreters, libraries and rights that a test gives it."""

    def __init__(
        self,
        *,
        pythons: Mapping[str, tuple[int, int, int]] | None = None,
        whole: bool = True,
        lacking: Sequence[object] = (),
        root: bool = False,
        apt: bool = True,
        platform: str = "linux",
        **environ: str,
    ) -> None:
        super().__init__()
        self.pythons = dict(pythons or {"/usr/bin/python3": (3, 11, 2)})
        self.whole = whole
        self.lacking = tuple(lacking)
        self.is_root, self.apt, self.platform, self.terminal = root, apt, platform, False
        self.environ = {"PATH": "/nowhere", **environ}
        self.apt_works = True
        self.fails: tuple[str, ...] = ()
        self.commands: list[list[str]] = []
        self.said: list[str] = []

    def run(self, command: Sequence[str], *, quiet: bool = False, **extra: str) -> subprocess.CompletedProcess[str]:
        command = list(command)
        self.commands.append(command)
        if command[1:] == ["-c", bootstrap._PROBE]:
            if command[0] not in self.pythons and not Path(command[0]).exists():
                raise FileNotFoundError(command[0])
            version = self.pythons.get(command[0], (3, 11, 2))
            return subprocess.CompletedProcess(command, 0, json.dumps([command[0], version, "CPython", self.whole]))
        if any(word in self.fails for word in command):
            return subprocess.CompletedProcess(command, 1, "no room left")
        if command[:2] == ["apt-get", "install"] and self.apt_works:
            assert extra["DEBIAN_FRONTEND"] == "noninteractive"
            self.whole, self.lacking = True, ()
        elif command[0] == "apt-get":
            return subprocess.CompletedProcess(command, 100, "E: no network")
        if command[1:3] == ["-m", "venv"]:
            shutil.rmtree(command[-1], ignore_errors=True)
            (Path(command[-1]) / "bin").mkdir(parents=True)
            (Path(command[-1]) / "bin" / "python").touch()
        return subprocess.CompletedProcess(command, 0, "")

    def become(self, command: Sequence[str]) -> bootstrap.NoReturn:
        self.commands.append(list(command))
        raise Become

    def lacking_libraries(self) -> tuple[object, ...]:  # type: ignore[override]
        return self.lacking

    def has_program(self, name: str) -> bool:
        return self.apt

    def say(self, line: str) -> None:
        self.said.append(line)

    def ran(self, *words: str) -> int:
        return sum(all(word in command for word in words) for command in self.commands)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    monkeypatch.setattr(bootstrap, "interpreters", lambda folders: ["/usr/bin/python3"])
    return FakeMachine()


# The file itself


@pytest.mark.parametrize("name", ["bootstrap.py", "platform_libs.py", "__init__.py"])
def test_an_old_python_can_read_what_tells_it_that_it_is_too_old(name: str) -> None:
    ast.parse((ROOT / "convert" / name).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_only_the_standard_library_is_imported() -> None:
    for name in ("bootstrap.py", "platform_libs.py"):
        for node in ast.walk(ast.parse((ROOT / "convert" / name).read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert all(name.split(".")[0] in {*sys.stdlib_module_names, "convert"} for name in names)


# Which Python


def python(version: str, path: str = "python") -> Python:
    major, minor, patch = map(int, version.split("."))
    return Python(path, (major, minor, patch), whole=True)


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        (["3.9.2", "3.11.2"], "3.11.2"),
        (["3.11.9", "3.13.1", "3.12.4"], "3.13.1"),
        (["3.15.0", "3.12.4"], "3.12.4"),  # the packages have no files for 3.15 yet
        (["3.15.0"], "3.15.0"),
        (["3.10.13"], None),
        ([], None),
    ],
)
def test_the_newest_python_that_fits_is_chosen(versions: list[str], chosen: str | None) -> None:
    choice = bootstrap.choose([python(version) for version in versions])
    assert choice == (python(chosen) if chosen else None)


def test_of_equals_the_first_on_the_path_is_chosen() -> None:
    assert bootstrap.choose([python("3.11.2", "a"), python("3.11.2", "b")]) == python("3.11.2", "a")


def test_every_interpreter_on_the_path_is_seen(tmp_path: Path) -> None:
    for name in ("a/python3", "a/python3.12", "b/python3.12", "b/python3.12-config", "b/python", "b/python3.12m"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    folders = [str(tmp_path / name) for name in ("a", "absent", "b")]
    found = [os.path.relpath(path, tmp_path) for path in bootstrap.interpreters(folders)]
    assert found == ["a/python3", "a/python3.12", "b/python3.12"]


def test_an_interpreter_that_does_not_run_is_none(tmp_path: Path) -> None:
    shim = tmp_path / "python3.14"
    shim.write_text("#!/bin/sh\necho pyenv: python3.14: command not found\nexit 127\n")
    shim.chmod(0o755)
    machine = bootstrap.Machine()
    assert bootstrap.probe(machine, str(shim)) is None
    assert bootstrap.probe(machine, str(tmp_path / "absent")) is None


def test_this_interpreter_tells_its_version_and_a_path_outside_of_environments() -> None:
    found = bootstrap.probe(bootstrap.Machine(), sys.executable)
    assert found is not None
    assert found.version == sys.version_info[:3]
    assert Path(found.path).samefile(sys._base_executable)  # type: ignore[attr-defined]


def test_without_a_python_new_enough_one_line_says_so(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    monkeypatch.setattr(bootstrap, "interpreters", lambda folders: ["/usr/bin/python3"])
    machine = FakeMachine(pythons={"/usr/bin/python3": (3, 9, 2)})
    assert bootstrap.main(["setup"], machine, checkout) == 2
    (line,) = machine.said
    assert "\n" not in line
    assert "Python 3.11 or later is needed" in line
    assert "Python 3.9.2 (/usr/bin/python3)" in line


def test_a_named_python_is_used_though_a_newer_one_is_there(machine: FakeMachine) -> None:
    machine.pythons = {"/usr/bin/python3": (3, 13, 0), "python3.12": (3, 12, 1)}
    machine.environ = {**machine.environ, "PYTHON": "python3.12"}
    assert bootstrap.find_python(machine).version == (3, 12, 1)


# What the system must have


def test_what_debian_lacks_is_installed_by_root(machine: FakeMachine, checkout: Path) -> None:
    machine.is_root, machine.whole, machine.lacking = True, False, LIBRARIES
    assert bootstrap.main(["setup"], machine, checkout) == 0
    (install,) = [command for command in machine.commands if command[:2] == ["apt-get", "install"]]
    packages = ["libpango-1.0-0", "libpangoft2-1.0-0", "libfontconfig1", "libharfbuzz-subset0"]
    assert install[-4:] == packages
    assert install[-5].endswith("-venv")


def test_apt_is_tried_again_with_fresh_lists(machine: FakeMachine) -> None:
    machine.apt_works = False
    bootstrap.install_with_apt(machine, ["libpango-1.0-0"])
    assert [command[1] for command in machine.commands] == ["install", "update", "install"]
    assert machine.said == ["apt-get failed:\nE: no network"]


def test_without_root_one_line_has_the_command(machine: FakeMachine, checkout: Path) -> None:
    machine.lacking = (PANGO, SUBSET)
    assert bootstrap.main(["setup"], machine, checkout) == 2
    assert machine.said[-1].endswith("sudo apt-get install -y libpango-1.0-0 libharfbuzz-subset0")
    assert not machine.ran("venv")


def test_without_ensurepip_and_root_the_command_names_its_package(machine: FakeMachine, checkout: Path) -> None:
    machine.whole = False
    assert bootstrap.main(["setup"], machine, checkout) == 2
    assert "sudo apt-get install -y python3" in machine.said[-1]
    assert "-venv" in machine.said[-1]


def test_a_python_of_ones_own_without_ensurepip_is_not_apts_business(
    machine: FakeMachine, checkout: Path, tmp_path: Path
) -> None:
    machine.whole = False
    own = str(tmp_path / "python3")
    machine.environ = {**machine.environ, "PYTHON": own}
    machine.pythons = {own: (3, 12, 1)}
    assert bootstrap.main(["setup"], machine, checkout) == 2
    assert machine.said == [f"{own} came without ensurepip; name another: make setup PYTHON=…"]


def test_what_only_makes_it_slow_is_said_and_not_refused(machine: FakeMachine, checkout: Path) -> None:
    machine.lacking = (SUBSET,)
    assert bootstrap.main(["setup"], machine, checkout) == 0
    assert "apt-get install -y libharfbuzz-subset0" in machine.said[0]


def test_debians_package_for_environments(tmp_path: Path) -> None:
    system = tmp_path / "python3"
    real = tmp_path / "python3.11"
    real.touch()
    system.symlink_to(real)
    (tmp_path / "python3.13").touch()
    (tmp_path / "own").mkdir()
    name = {
        path: bootstrap.venv_package(python(version, str(tmp_path / path)), system=str(system))
        for path, version in [("python3.11", "3.11.2"), ("python3.13", "3.13.1"), ("own/python3.12", "3.12.1")]
    }
    assert name == {"python3.11": "python3-venv", "python3.13": "python3.13-venv", "own/python3.12": ""}


def test_libraries_are_looked_for_where_the_platform_keeps_them() -> None:
    def none(name: str) -> bool:
        return False

    assert missing("linux", loads=none) == LIBRARIES
    assert missing("linux", loads=lambda name: name != "libharfbuzz-subset.so.0") == (SUBSET,)
    assert missing("darwin", loads=none, is_file=none) == LIBRARIES
    assert missing("darwin", loads=none, is_file=lambda path: path.startswith("/opt/homebrew/lib/")) == ()
    assert missing("darwin", loads=none, is_file=lambda path: path == "/opt/local/lib/libpango-1.0.dylib") == (
        PANGOFT2,
        FONTCONFIG,
        SUBSET,
    )
    assert missing("win32", loads=none) == ()


def test_this_machine_can_print() -> None:
    assert not [library for library in missing(sys.platform) if library.needed]


def test_the_command_to_type_is_that_of_the_platform() -> None:
    assert "brew install pango" in install_command("darwin", LIBRARIES, has_apt=False)
    assert install_command("linux", (SUBSET,), has_apt=True) == "sudo apt-get install -y libharfbuzz-subset0"
    assert "libpango-1.0.so.0" in install_command("linux", (PANGO,), has_apt=False)


# macOS


def homebrew(path: str) -> bool:
    return path == "/opt/homebrew/lib/libpango-1.0.dylib"


def test_macos_starts_anew_once_with_homebrews_folder() -> None:
    before = {"HOME": "/Users/花子", "LANG": "ja_JP.UTF-8"}
    after = restart_environment("darwin", before, is_file=homebrew)
    assert after is not None
    assert after["DYLD_FALLBACK_LIBRARY_PATH"] == "/opt/homebrew/lib:/Users/花子/lib:/usr/local/lib:/usr/lib"
    assert after["LANG"] == "ja_JP.UTF-8"
    assert restart_environment("darwin", after, is_file=homebrew) is None


def test_macos_does_not_loop_when_the_system_takes_the_variable_away() -> None:
    assert restart_environment("darwin", {RESTARTED: "1"}, is_file=homebrew) is None


def test_macos_keeps_the_folders_that_were_named() -> None:
    after = restart_environment("darwin", {"DYLD_FALLBACK_LIBRARY_PATH": "/my/lib:/usr/lib"}, is_file=homebrew)
    assert after is not None
    folders = after["DYLD_FALLBACK_LIBRARY_PATH"].split(":")
    assert folders[:3] == ["/my/lib", "/usr/lib", "/opt/homebrew/lib"]
    assert len(folders) == len(set(folders))


@pytest.mark.parametrize(
    ("platform", "environ"),
    [("linux", {}), ("win32", {}), ("darwin", {"DYLD_FALLBACK_LIBRARY_PATH": "/opt/homebrew/lib"})],
)
def test_nothing_is_started_anew_without_need(platform: str, environ: dict[str, str]) -> None:
    assert restart_environment(platform, environ, is_file=homebrew) is None


def test_without_pango_nothing_is_started_anew() -> None:
    assert restart_environment("darwin", {}, is_file=lambda path: False) is None


# The environment


def test_an_environment_is_made_once(machine: FakeMachine, checkout: Path) -> None:
    assert bootstrap.main(["setup"], machine, checkout) == 0
    assert machine.ran("venv", "--clear") == 1
    assert machine.ran("--require-hashes", str(checkout / "requirements.lock")) == 1
    assert machine.ran("--editable", "--no-build-isolation", "--no-deps") == 1
    assert machine.ran(bootstrap.environment_python(checkout), bootstrap._MAKE_FONTS) == 1
    assert bootstrap.main(["setup"], machine, checkout) == 0
    assert machine.ran("venv", "--clear") == 1


@pytest.mark.parametrize("broken", ["--require-hashes", "--editable"])
def test_a_half_made_environment_is_made_again(machine: FakeMachine, checkout: Path, broken: str) -> None:
    machine.fails = (broken,)
    assert bootstrap.main(["setup"], machine, checkout) == 2
    assert "no room left" in machine.said[-1]
    assert bootstrap.stamped(machine, checkout) == ""
    machine.fails = ()
    assert bootstrap.main(["setup"], machine, checkout) == 0
    assert machine.ran("venv", "--clear") == 2
    assert bootstrap.stamped(machine, checkout) == "user"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "pyproject.toml"])
def test_what_it_was_made_from_has_changed(machine: FakeMachine, checkout: Path, name: str) -> None:
    bootstrap.main(["setup"], machine, checkout)
    (checkout / name).write_text("changed")
    assert bootstrap.stamped(machine, checkout) == ""


def test_an_environment_that_was_moved_or_whose_python_is_gone_or_new_is_stale(
    machine: FakeMachine, checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bootstrap.main(["setup"], machine, checkout)
    moved = tmp_path_factory.mktemp("moved") / "checkout"
    shutil.copytree(checkout, moved)
    assert bootstrap.stamped(machine, moved) == ""
    own = bootstrap.environment_python(checkout)
    machine.pythons[own] = (3, 11, 9)
    assert bootstrap.stamped(machine, checkout) == "user"
    machine.pythons[own] = (3, 13, 0)
    assert bootstrap.stamped(machine, checkout) == ""
    del machine.pythons[own]
    Path(own).unlink()
    assert bootstrap.stamped(machine, checkout) == ""


def test_another_python_named_makes_another_environment(machine: FakeMachine, checkout: Path) -> None:
    bootstrap.main(["setup"], machine, checkout)
    machine.pythons["python3.12"] = (3, 12, 1)
    machine.environ = {**machine.environ, "PYTHON": "python3.12"}
    assert bootstrap.stamped(machine, checkout) == ""


def test_developers_packages_are_added_to_the_users(machine: FakeMachine, checkout: Path) -> None:
    bootstrap.main(["setup"], machine, checkout)
    assert bootstrap.main(["setup", "--dev"], machine, checkout) == 0
    assert machine.ran("venv", "--clear") == 1
    assert machine.ran(str(checkout / "requirements-dev.lock")) == 1
    assert bootstrap.stamped(machine, checkout) == "dev"
    before = len(machine.commands)
    assert bootstrap.main(["setup"], machine, checkout) == 0
    assert machine.ran("pip") == 4
    assert len(machine.commands) == before + 1  # only asked the environment's Python who it is


def test_python_and_pip_are_not_led_astray() -> None:
    environ = {"PATH": "/bin", "PYTHONPATH": "/x", "PIP_TARGET": "/x", "PIP_USER": "1", "PIP_INDEX_URL": "mirror"}
    assert bootstrap.fit_environment(environ) == {"PATH": "/bin", "PIP_USER": "0", "PIP_INDEX_URL": "mirror"}


# Becoming kumihan


def test_a_target_becomes_a_command(machine: FakeMachine, checkout: Path) -> None:
    path = "~/a 'b' $HOME `id`\\ 日本;語"
    machine.environ = {**machine.environ, "VAULT": path, "OUT": "-out dir", "JOBS": "2", "ARGS": "--set 'a=b c' -q"}
    with pytest.raises(Become):
        bootstrap.main(["run", "pdf"], machine, checkout)
    arguments = machine.commands[-1]
    assert arguments[:3] == [bootstrap.environment_python(checkout), "-m", "convert"]
    assert arguments[3:] == [
        "build",
        "--to",
        "pdf",
        "--output=-out dir",
        "--jobs=2",
        "--set",
        "a=b c",
        "-q",
        "--",
        path,
    ]


def test_checking_notes_takes_no_output(machine: FakeMachine) -> None:
    environ = {"VAULT": "v", "OUT": "out", "JOBS": "", "ARGS": ""}
    assert bootstrap.kumihan_arguments("check-notes", environ) == ["check", "--", "v"]


@pytest.mark.parametrize(
    "environ",
    [{"VAULT": "", "OUT": "out"}, {"VAULT": "v", "OUT": ""}, {"VAULT": "v", "OUT": "o", "ARGS": "'"}],
)
def test_what_cannot_be_meant_is_refused(environ: dict[str, str], machine: FakeMachine, checkout: Path) -> None:
    with pytest.raises(Refusal):
        bootstrap.kumihan_arguments("pdf", environ)
    assert bootstrap.main(["run", "pdf"], machine, checkout) == 2
    assert bootstrap.main(["fly"], machine, checkout) == 2


# make


def through_make(tmp_path: Path, *arguments: str, **environ: str) -> dict[str, str]:
    """What ``convert.bootstrap`` gets from make: its arguments and environment."""
    told = tmp_path / "told.json"
    spy = tmp_path / "spy"
    spy.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        f"open({str(told)!r}, 'w').write(json.dumps([sys.argv[1:], dict(os.environ)]))\n"
    )
    spy.chmod(0o755)
    own = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "VAULT", "OUT", "JOBS", "ARGS"}  # of `make test`
    inherited = {name: value for name, value in os.environ.items() if name not in own}
    subprocess.run(
        ["make", "-C", str(ROOT), "pdf", f"PYTHON={spy}", *arguments],
        env={**inherited, **environ},
        check=True,
        capture_output=True,
    )
    given, seen = json.loads(told.read_text())
    assert given == ["-m", "convert.bootstrap", "run", "pdf"]
    return {name: value for name, value in seen.items() if name in {"VAULT", "OUT", "JOBS", "ARGS"}}


PATHS = [
    "/a b/it's",
    '/"quoted" \\ back',
    "/$HOME/$(HOME)/${HOME}/$$/$",
    "/`touch x`/$(touch x)/$(shell touch x)",
    "/unclosed $(x",
    "~/ノート/第１回 🧵#;|&*?%",
    "-o",
    "a=b:c",
]


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
@pytest.mark.parametrize("path", PATHS)
def test_make_hands_paths_on_as_they_are(tmp_path: Path, path: str) -> None:
    seen = through_make(tmp_path, f"VAULT={path}", f"OUT={path}", f"ARGS=--vault '{path}'")
    assert seen == {"VAULT": path, "OUT": path, "JOBS": "", "ARGS": f"--vault '{path}'"}
    assert through_make(tmp_path, VAULT=path, OUT=path)["VAULT"] == path
    assert not (ROOT / "x").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_prints_the_sample_vault_unless_told(tmp_path: Path) -> None:
    assert through_make(tmp_path) == {"VAULT": "docs/sample", "OUT": "out", "JOBS": "", "ARGS": ""}
