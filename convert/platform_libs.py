"""The system libraries that WeasyPrint opens, where each platform keeps them, and how to get them.

Pure decisions about a platform that is given, so that each can be tested on any machine.
``convert.bootstrap`` runs this file with the system's Python: syntax of Python 3.8, standard library only.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Library(NamedTuple):
    """One shared library: its file name on Linux and macOS, and the Debian package that has it."""

    linux: str
    macos: str
    debian: str
    needed: bool
    """Whether printing fails without it; the others only make it slow."""


LIBRARIES = (
    Library("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0", needed=True),
    Library("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0", needed=True),
    Library("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig1", needed=True),
    # Without it WeasyPrint embeds fonts by a way that takes 25 times as long.
    Library("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset0", needed=False),
)

MACOS_FOLDERS = ("/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib")
"""Where Homebrew (Apple silicon, Intel) and MacPorts put libraries; macOS itself looks in the second only."""

RESTARTED = "KUMIHAN_RESTARTED"
"""Set in the environment of a process that was started anew, so that it happens once."""


def can_load(name: str) -> bool:
    """Whether the loader of this machine finds the library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing(
    platform: str,
    *,
    loads: Callable[[str], bool] = can_load,
    is_file: Callable[[str], bool] = os.path.isfile,
) -> tuple[Library, ...]:
    """The libraries that this machine lacks; ``platform`` is that of ``sys.platform``.

    On Windows the answer is always none: there WeasyPrint finds MSYS2's folders itself.
    """
    if platform == "darwin":

        def there(library: Library) -> bool:
            return loads(library.macos) or any(is_file(f"{folder}/{library.macos}") for folder in MACOS_FOLDERS)

    elif platform == "win32":
        return ()
    else:

        def there(library: Library) -> bool:
            return loads(library.linux)

    return tuple(library for library in LIBRARIES if not there(library))


def install_command(platform: str, lacking: Sequence[Library], *, has_apt: bool, extra: Sequence[str] = ()) -> str:
    """What a person types to get the libraries (and ``extra`` Debian packages); one line."""
    if platform == "darwin":
        return "brew install pango    (or, with MacPorts: sudo port install pango)"
    if has_apt:
        return "sudo apt-get install -y " + " ".join([*extra, *(library.debian for library in lacking)])
    names = [*extra, *(library.linux for library in lacking)]
    return "install with your package manager what has " + ", ".join(names)


def restart_environment(
    platform: str, environ: Mapping[str, str], *, is_file: Callable[[str], bool] = os.path.isfile
) -> dict[str, str] | None:
    """The environment with which a process on macOS must start itself anew to find Pango; ``None``: it need not.

    macOS reads ``DYLD_FALLBACK_LIBRARY_PATH`` when a process starts and never again. It also
    removes it when a process passes through one of Apple's own programs, hence the mark
    :data:`RESTARTED`: a second try would be no better than the first.
    """
    if platform != "darwin" or environ.get(RESTARTED):
        return None
    pango = LIBRARIES[0].macos
    searched = [folder for folder in environ.get("DYLD_FALLBACK_LIBRARY_PATH", "").split(":") if folder]
    found = [folder for folder in MACOS_FOLDERS if is_file(f"{folder}/{pango}") and folder not in searched]
    if not found:
        return None
    # Naming folders replaces macOS's own two, so they are named too.
    own = [str(Path(environ.get("HOME", "/")) / "lib"), "/usr/local/lib", "/usr/lib"]
    folders = [*searched, *found, *(folder for folder in own if folder not in searched and folder not in found)]
    return {**environ, "DYLD_FALLBACK_LIBRARY_PATH": ":".join(folders), RESTARTED: "1"}
