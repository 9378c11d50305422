"""``kumihan doctor``: what this machine has of what Kumihan needs, and how to get the rest."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path

from convert import __version__, output, platform_libs


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: a thing, what was found, and (if something is wrong) what to do; ``bad`` if printing fails."""

    name: str
    value: str
    cure: str = ""
    bad: bool = False

    def __str__(self) -> str:
        mark = "!!" if self.bad else " !" if self.cure else "ok"
        return f"{mark} {self.name:24}{self.value}" + (f"\n   {'':24}{self.cure}" if self.cure else "")


def examine(system: str = sys.platform) -> Iterator[Finding]:
    """Look at everything, one thing after the other; what is broken is a finding, never an exception."""
    yield Finding("Kumihan", __version__)
    yield Finding("Python", f"{platform.python_version()}, {sys.executable}")
    yield _tried("pandoc", _pandoc, "pip install --force-reinstall pypandoc_binary")
    for package in ("weasyprint", "Jinja2", "lxml", "PyYAML", "python-frontmatter", "Pillow"):
        yield _tried(package, partial(package_version, package), f"pip install {package}")
    lacking = platform_libs.missing(system)
    command = platform_libs.install_command(system, lacking, has_apt=Path("/usr/bin/apt-get").exists())
    for library in platform_libs.LIBRARIES:
        name = library.macos if system == "darwin" else library.linux
        if library not in lacking:
            yield Finding(name, _library_version(name) or "found")
        elif library.needed:
            yield Finding(name, "missing: no PDF can be made", command, bad=True)
        else:
            yield Finding(name, "missing: every PDF takes many times longer", command)
    yield from _fonts()
    if not any(library.needed for library in lacking):
        yield _tried("engines", _engines, "run kumihan doctor --debug, and report what it says")
    yield Finding("outputs made are listed", str(output.state_folder() / "made"))


def _pandoc() -> str:
    from convert import pandoc  # noqa: PLC0415

    return f"{pandoc.version()}, {pandoc.program()}"


def _engines() -> str:
    """Load all engines as a build does: in a worker process."""
    from convert.pool import Pool  # noqa: PLC0415

    with Pool(("pdf", "docx", "html", "md")) as pool:
        pool.try_out()
    return "PDF, Word, HTML and Markdown can be made"


def _library_version(name: str) -> str:
    """The version that a shared library tells of itself; empty if it tells none here."""
    try:
        library = ctypes.CDLL(name)
        for function in ("pango_version_string", "hb_version_string"):
            if hasattr(library, function):
                tell = getattr(library, function)
                tell.restype = ctypes.c_char_p
                return str(tell().decode())
        if hasattr(library, "FcGetVersion"):
            number = library.FcGetVersion()
            return f"{number // 10_000}.{number // 100 % 100}.{number % 100}"
    except OSError:
        pass
    return ""


def _fonts() -> Iterator[Finding]:
    """The faces and the files that they are in; they are made if this machine has none yet."""
    from convert import fonts  # noqa: PLC0415

    try:
        services = fonts.activate().describe()
    except fonts.FontsUnavailable as error:
        yield Finding("fonts", "missing", str(error), bad=True)
        return
    helpers = [service for service in services if not service.role]
    for service in services:
        if service.role:
            yield Finding(f"font for {service.role}", f"{service.face} ({service.origin}), {service.file}")
    yield Finding("fonts beside them", ", ".join(sorted({service.face for service in helpers})))
    for language, package in fonts.body_faces().items():
        yield Finding(f"font for {language}", package or f"none: {fonts.how_to_get(language)}")
    yield Finding("fonts are kept in", str(services[0].file.parent))


def _tried(name: str, look: Callable[[], str], cure: str) -> Finding:
    try:
        return Finding(name, look())
    except PackageNotFoundError:
        return Finding(name, "missing", cure, bad=True)
    except Exception as error:  # a broken installation can raise anything, and to say so is the purpose here
        return Finding(name, f"broken: {error}", cure, bad=True)
