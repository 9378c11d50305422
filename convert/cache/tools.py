"""What an output depends on beside the vault: Kumihan's own code and data, its packages, the system's libraries."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from convert import platform_libs, resources

#: Of all that is installed, what can show in an output: what pyproject.toml asks for, and what that brings.
PACKAGES: Final = frozenset(
    (
        *("pypandoc_binary", "weasyprint", "jinja2", "markupsafe", "python_frontmatter", "pyyaml", "pillow"),
        *("resvg_py", "mmdr", "lxml", "cssselect2", "budoux", "tinycss2", "pylopdf_fonts_jp", "justmytype_intl_cjk"),
        *("fontpkg_source_serif_4", "fontpkg_source_sans_3", "fontpkg_source_code_pro", "manimgx_fonts", "ziamath"),
        *("ziafont", "latex2mathml", "fonttools", "uharfbuzz", "pydyf", "pyphen", "tinyhtml5", "webencodings"),
        *("brotli", "brotlicffi", "zopfli", "cffi", "pycparser", "fontpkg", "justmytype", "novasvg", "deflate"),
    )
)
#: The libraries that set a page: name, and the function that says which version it is.
_LIBRARIES: Final = (
    ("pango-1.0", "pango_version_string"),
    ("harfbuzz", "hb_version_string"),
    ("fontconfig", "FcGetVersion"),
)
_FILES: Final = {"linux": "lib{}.so.{}", "darwin": "lib{}.{}.dylib", "win32": "lib{}-{}.dll"}
_NUMBERS: Final = {"pango-1.0": "0", "harfbuzz": "0", "fontconfig": "1"}


def keys(formats: Sequence[str]) -> dict[str, str]:
    """For each format a digest of everything that makes it and is no part of the vault."""
    common = sha256(f"{code()}\n{packages()}\n{os.environ.get('SOURCE_DATE_EPOCH', '')}\n{_pandoc()}".encode())
    found: dict[str, str] = {}
    for format in formats:
        key = common.copy()
        if format == "pdf":
            key.update("\n".join(libraries()).encode())
        found[format] = key.hexdigest()
    return found


@cache
def code() -> str:
    """A digest of Kumihan's code and data, file by file: right in a checkout that is worked on, too."""
    package, data = Path(__file__).resolve().parents[1], resources.data_root()
    digest = sha256()
    for root, names in ((package, [""]), (data, ["styles", "templates"])):
        for file in sorted(file for name in names for file in _files(str(root / name))):
            digest.update(f"{os.path.relpath(file, root)}\n".encode(errors="surrogateescape"))
            digest.update(sha256(Path(file).read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name not in ("__pycache__", "_data"):
                    yield from _files(entry.path)
            elif not entry.name.startswith(".") and not entry.name.endswith(".pyc"):
                yield entry.path


@cache
def packages() -> str:
    """The versions of :data:`PACKAGES`, read off the names of their folders: no file of theirs is opened."""
    found: dict[str, str] = {}
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208  (names only)
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                package, _, version = name.removesuffix(".dist-info").partition("-")
                found.setdefault(re.sub(r"[-_.]+", "_", package).lower(), version)
    return " ".join(f"{name}={found[name]}" for name in sorted(found.keys() & PACKAGES))


def _pandoc() -> str:
    """The pandoc that is named in place of the package's own, if one is."""
    named = os.environ.get("PYPANDOC_PANDOC")
    if not named:
        return ""
    try:
        status = Path(named).stat()
    except OSError:
        return named
    return f"{named} {status.st_size} {status.st_mtime_ns}"


@cache
def libraries() -> tuple[str, ...]:
    """Names and versions of the libraries that set a page; a missing one has none."""
    found = []
    for name, function in _LIBRARIES:
        library = _load(name)
        version = ""
        if library is not None:
            ask = getattr(library, function)
            ask.restype = ctypes.c_int if name == "fontconfig" else ctypes.c_char_p
            answer = ask()
            version = answer.decode() if isinstance(answer, bytes) else str(answer)
        found.append(f"{name}={version}")
    return tuple(found)


def _load(name: str) -> ctypes.CDLL | None:
    file = _FILES.get(sys.platform, _FILES["linux"]).format(name, _NUMBERS[name])
    folders = platform_libs.MACOS_FOLDERS if sys.platform == "darwin" else ()
    for path in (file, *(f"{folder}/{file}" for folder in folders)):
        try:
            return ctypes.CDLL(path)
        except OSError:
            continue
    return None
