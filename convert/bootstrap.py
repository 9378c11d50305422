"""From a bare machine to a running ``kumihan``: what the Makefile calls.

``python3 -m convert.bootstrap setup [--dev]`` makes ``.venv`` and the fonts;
``python3 -m convert.bootstrap run pdf`` does so if it must and then becomes ``kumihan build``.
This file runs in whatever Python the system has: syntax of Python 3.8, standard library only.

An environment counts as made when its stamp, written last, says what it was made from;
anything else is thrown away and made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from convert import platform_libs

OLDEST = (3, 11)
"""What the code needs."""
NEWEST_TRIED = (3, 14)
"""Up to here every package in the lock offers a ready-made file; a newer Python is taken only for want of another."""

ENVIRONMENT = ".venv"
STAMP = "kumihan.stamp"
USER_LOCK = "requirements.lock"
DEVELOPER_LOCK = "requirements-dev.lock"

RUNS = {
    "pdf": ("build", "--to", "pdf"),
    "docx": ("build", "--to", "docx"),
    "html": ("build", "--to", "html"),
    "all": ("build", "--to", "pdf,docx,html"),
    "watch": ("watch",),
    "check-notes": ("check",),
}
"""Make targets that are kumihan's own work, and its command for each."""

_MAKE_FONTS = """\
import sys
from convert import fonts
def say(done, total, name):
    if sys.stderr.isatty():
        sys.stderr.write(f"\\rkumihan: making the fonts (once): {done}/{total}" + "\\n" * (done == total))
    elif not done:
        sys.stderr.write("kumihan: making the fonts (once)\\n")
try:
    fonts.activate(say)
except fonts.FontsUnavailable as error:
    sys.exit(f"kumihan: {error}")
"""

_PROBE = """\
import json, platform, sys
try:
    import ensurepip, venv
    whole = True
except ImportError:
    whole = False
own = sys.executable if sys.prefix == sys.base_prefix else sys._base_executable
print(json.dumps([own, list(sys.version_info[:3]), platform.python_implementation(), whole]))
"""


class Refusal(Exception):
    """Why it cannot go on, in one line that says what to do."""


class Python(NamedTuple):
    """An interpreter that was asked who it is."""

    path: str
    version: tuple[int, int, int]
    whole: bool
    """Whether it can make environments; Debian keeps that in a package of its own."""

    @property
    def name(self) -> str:
        """Such as ``Python 3.12.1``."""
        return "Python " + ".".join(map(str, self.version))


class Machine:
    """The machine as seen from here; tests give another."""

    def __init__(self) -> None:
        """Look at the machine this runs on."""
        self.platform = sys.platform
        self.environ: Mapping[str, str] = os.environ
        self.is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        self.terminal = sys.stderr.isatty()

    def run(self, command: Sequence[str], *, quiet: bool = False, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a program with an environment fit for it plus ``extra``; ``quiet`` keeps its output in the result."""
        return subprocess.run(
            list(command),
            env={**fit_environment(self.environ), **extra},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else sys.stderr,
            stderr=subprocess.STDOUT if quiet else None,
            encoding="utf-8",
            errors="replace",
            check=False,
        )

    def become(self, command: Sequence[str]) -> NoReturn:
        """Be that program from now on."""
        sys.stderr.flush()
        os.execve(command[0], list(command), fit_environment(self.environ))  # noqa: S606  # a list, never a shell

    def lacking_libraries(self) -> tuple[platform_libs.Library, ...]:
        """The system libraries that are not there (yet)."""
        return platform_libs.missing(self.platform)

    def has_program(self, name: str) -> bool:
        """Whether the search path has it."""
        return any(os.access(Path(folder) / name, os.X_OK) for folder in search_path(self.environ))

    def say(self, line: str) -> None:
        """Tell the person."""
        print(f"kumihan: {line}", file=sys.stderr, flush=True)  # noqa: T201  # there is no reporter yet


def search_path(environ: Mapping[str, str]) -> list[str]:
    """The folders of ``PATH``."""
    return [folder for folder in environ.get("PATH", os.defpath).split(os.pathsep) if folder]


def fit_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would lead Python or pip out of the project's own environment.

    A chosen package index (a company's mirror, say) stays.
    """
    unfit = {"PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER"}
    return {**{name: value for name, value in environ.items() if name not in unfit}, "PIP_USER": "0"}


# Which Python


def interpreters(folders: Sequence[str]) -> list[str]:
    """Every ``python3`` and ``python3.N`` in the folders, in their order.

    All of them, not the first of each name: pyenv puts shims on the path that refuse to run.
    """
    found = []
    for folder in folders:
        with contextlib.suppress(OSError):
            files = sorted(Path(folder).iterdir())
            found += [str(file) for file in files if re.fullmatch(r"python3(\.\d+)?", file.name)]
    return found


def probe(machine: Machine, path: str) -> Python | None:
    """Ask an interpreter who it is; ``None`` if it does not run or is not CPython, which the packages are made for."""
    try:
        answer = machine.run([path, "-c", _PROBE], quiet=True)
        own, version, implementation, whole = json.loads(answer.stdout)
    except (OSError, ValueError):
        return None
    if implementation != "CPython":
        return None
    return Python(own, (version[0], version[1], version[2]), whole)


def choose(pythons: Sequence[Python]) -> Python | None:
    """The newest that is new enough and not newer than the packages; the first of equals."""
    able = [python for python in pythons if python.version >= OLDEST]
    return max(able, key=lambda python: (python.version[:2] <= NEWEST_TRIED, python.version), default=None)


def find_python(machine: Machine) -> Python:
    """The Python to build on: the one that ``PYTHON`` names, else the newest that fits."""
    named = machine.environ.get("PYTHON", "")
    paths = interpreters(search_path(machine.environ)) if not named else [named]
    pythons = [python for python in (probe(machine, path) for path in paths) if python]
    chosen = choose(pythons)
    if chosen is None:
        there = ", ".join(sorted({f"{python.name} ({python.path})" for python in pythons})) or "none"
        wanted = ".".join(map(str, OLDEST))
        raise Refusal(f"Python {wanted} or later is needed; {named or 'the search path'} has {there}. Install one.")
    return chosen


# What the system must have


def venv_package(python: Python, *, system: str = "/usr/bin/python3") -> str:
    """Debian's package that lets this Python make environments; empty if it is not Debian's Python."""
    real, default = Path(python.path).resolve(), Path(system).resolve()
    if real.parent != default.parent:
        return ""
    if real == default:
        return "python3-venv"
    return f"python{python.version[0]}.{python.version[1]}-venv"


def require_system(machine: Machine, python: Python) -> None:
    """See to the system's libraries, and that ``python`` can make environments.

    What is missing is installed where this is root on Debian; else one line says how to get it.
    Only what Kumihan cannot do without is a refusal.
    """

    def lacking() -> tuple[list[str], tuple[platform_libs.Library, ...]]:
        again = probe(machine, python.path)
        extra = [] if again and again.whole else [venv_package(python)]
        return extra, machine.lacking_libraries()

    extra, libraries = lacking()
    if not extra and not libraries:
        return
    has_apt = machine.has_program("apt-get")
    if has_apt and machine.is_root:
        packages = [*filter(None, extra), *(library.debian for library in libraries)]
        machine.say("installing with apt: " + " ".join(packages))
        install_with_apt(machine, packages)
        extra, libraries = lacking()
    if extra and not extra[0]:
        raise Refusal(f"{python.path} came without ensurepip; name another: make setup PYTHON=…")
    if not extra and not libraries:
        return
    command = platform_libs.install_command(machine.platform, libraries, has_apt=has_apt, extra=extra)
    if extra or any(library.needed for library in libraries):
        raise Refusal(f"the system lacks something that Kumihan needs: {command}")
    machine.say(f"every PDF will take many times longer than it could: {command}")


def install_with_apt(machine: Machine, packages: Sequence[str]) -> None:
    """Install Debian packages; with fresh lists if the ones here (a bare image has none) do not do."""
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", *packages]
    done = machine.run(install, quiet=True, DEBIAN_FRONTEND="noninteractive")
    if done.returncode:
        machine.run(["apt-get", "update", "-q"], quiet=True)
        done = machine.run(install, quiet=True, DEBIAN_FRONTEND="noninteractive")
    if done.returncode:
        machine.say("apt-get failed:\n" + done.stdout.rstrip())


# The environment


def environment_python(root: Path) -> str:
    """The interpreter in the project's environment."""
    return str(root / ENVIRONMENT / "bin" / "python")


def fingerprint(root: Path, platform: str, version: Sequence[int]) -> str:
    """What an environment is made from, in one hash: locks, project, place, platform, Python's minor version."""
    digest = hashlib.sha256(f"{root}\n{platform}\n{list(version[:2])}\n".encode("utf-8", "surrogateescape"))
    for name in (USER_LOCK, DEVELOPER_LOCK, "pyproject.toml"):
        data = (root / name).read_bytes()
        digest.update(f"{name} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def stamped(machine: Machine, root: Path) -> str:
    """What the environment holds: ``dev``, ``user``, or nothing if it is absent, stale or half-made."""
    try:
        made_from, holds = (root / ENVIRONMENT / STAMP).read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return ""
    python = probe(machine, environment_python(root))
    if python is None or made_from != fingerprint(root, machine.platform, python.version):
        return ""
    named = machine.environ.get("PYTHON", "")
    if named:
        other = probe(machine, named)
        if other is None or other.version[:2] != python.version[:2]:
            return ""
    return holds


def prepare(machine: Machine, root: Path, *, dev: bool) -> None:
    """Make the environment and the fonts unless they are made; ``dev`` adds what tests and checks need."""
    with only_one(root):
        holds = stamped(machine, root)
        if holds == "dev" or (holds and not dev):
            return
        start = time.monotonic()
        if not holds:
            python = find_python(machine)
            require_system(machine, python)
            machine.say(f"making {ENVIRONMENT} with {python.name} ({python.path})")
            check(machine.run([python.path, "-m", "venv", "--clear", str(root / ENVIRONMENT)], quiet=True))
        install(machine, root, DEVELOPER_LOCK if dev else USER_LOCK)
        check(machine.run([environment_python(root), "-c", _MAKE_FONTS]))
        machine.say(f"ready after {time.monotonic() - start:.0f} s")


def install(machine: Machine, root: Path, lock: str) -> None:
    """Put the packages of a lock and the project itself into the environment, the stamp last."""
    stamp = root / ENVIRONMENT / STAMP
    stamp.unlink(missing_ok=True)
    machine.say(f"installing the packages of {lock}")
    pip = [environment_python(root), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-deps"]
    # A person at a terminal sees the large downloads advance.
    manner = [] if machine.terminal else ["--quiet"]
    # Only ready-made files: building one would fetch tools that the lock does not name.
    packages = [*pip, *manner, "--require-hashes", "--only-binary", ":all:", "-r", str(root / lock)]
    check(machine.run(packages, quiet=not machine.terminal))
    check(machine.run([*pip, "--quiet", "--no-build-isolation", "--editable", str(root)], quiet=True))
    python = probe(machine, environment_python(root))
    if python is None:
        raise Refusal(f"the new {ENVIRONMENT} does not run; is the disk full?")
    holds = "dev" if lock == DEVELOPER_LOCK else "user"
    fresh = stamp.with_name(STAMP + ".new")
    fresh.write_text(f"{fingerprint(root, machine.platform, python.version)} {holds}\n", encoding="utf-8")
    fresh.replace(stamp)


def check(done: subprocess.CompletedProcess[str]) -> None:
    """Refuse to go on after a program that failed, and show what it said."""
    if done.returncode:
        said = (done.stdout or "").rstrip()
        raise Refusal(f"this failed: {shlex.join(done.args)}" + (f"\n{said}" if said else ""))


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Let one process at a time make the environment; a second waits and then finds it made."""
    try:
        import fcntl  # noqa: PLC0415  # POSIX only, like make
    except ImportError:
        yield
        return
    with (root / USER_LOCK).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# Becoming kumihan


def kumihan_arguments(target: str, environ: Mapping[str, str]) -> list[str]:
    """The arguments of ``kumihan`` for a make target.

    ``VAULT`` and ``OUT`` are taken from the environment as they are: in a path, blanks, quotes,
    ``$`` and backquotes are just characters. ``ARGS`` is split as a shell would.
    """
    for name in ("VAULT", "OUT"):
        if not environ.get(name):
            raise Refusal(f"{name} is empty: give it a path, as in make {target} {name}=path")
    try:
        more = shlex.split(environ.get("ARGS", ""))
    except ValueError as error:
        raise Refusal(f"ARGS cannot be split into words ({error}): {environ['ARGS']}") from error
    command, *options = RUNS[target]
    if command in ("build", "watch"):
        options.append(f"--output={environ['OUT']}")
    if environ.get("JOBS"):
        options.append(f"--jobs={environ['JOBS']}")
    return [command, *options, *more, "--", environ["VAULT"]]


def main(arguments: Sequence[str], machine: Machine, root: Path) -> int:
    """Carry out ``setup [--dev]`` or ``run TARGET``; the exit status."""
    try:
        if arguments[:1] == ["run"] and len(arguments) == 2 and arguments[1] in RUNS:
            target = arguments[1]
            kumihan = kumihan_arguments(target, machine.environ)
            prepare(machine, root, dev=False)
            machine.become([environment_python(root), "-m", "convert", *kumihan])
        if arguments in (["setup"], ["setup", "--dev"]):
            prepare(machine, root, dev="--dev" in arguments)
            return 0
        raise Refusal("usage: python3 -m convert.bootstrap setup [--dev] | run " + "|".join(RUNS))
    except Refusal as refusal:
        machine.say(str(refusal))
        return 2
    except KeyboardInterrupt:
        machine.say("stopped; the next run begins where it must")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Machine(), Path(__file__).resolve().parents[1]))
