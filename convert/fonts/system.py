"""The fonts of this machine, asked through Fontconfig: the library that Pango uses, so that both agree.

Needed only for families that the user names and for characters that Kumihan's faces lack.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

#: The library's names on Linux, macOS and Windows.
_LIBRARY: Final = ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll")

_MATCH: Final = 0  # FcResultMatch
_PATTERN: Final = 0  # FcMatchPattern
_DEMIBOLD: Final = 180  # FC_WEIGHT_DEMIBOLD

#: Kinds of font files that can be embedded into a PDF.
_FORMATS: Final = frozenset({b"TrueType", b"CFF"})
#: Fonts made to show that a character is missing: they have a glyph for each, and it says nothing.
_PLACEHOLDERS: Final = (b"lastresort", b"last resort", b"adobe blank", b"adobenotdef")


@dataclass(frozen=True)
class SystemFont:
    """A font file of this machine; valid while its :class:`SystemFonts` is open."""

    family: str
    file: Path
    bold: bool
    _library: Any
    _charset: ctypes.c_void_p

    def has(self, char: str) -> bool:
        """Whether the font has the character."""
        return bool(self._library.FcCharSetHasChar(self._charset, ord(char)))


def reload_configuration() -> None:
    """Makes Fontconfig read FONTCONFIG_FILE again, if this process may have read it before.

    A new ``FontConfiguration`` finds its files by the variable as it is then, but Pango takes the
    rules about families from the configuration that the process began with.
    """
    library = _open()
    if library:
        library.FcInitReinitialize()


class SystemFonts:
    """Fontconfig with the machine's own configuration; a context manager. Has no fonts where there is no library."""

    def __init__(self, config_file: str | None = None) -> None:
        """Args: config_file: what FONTCONFIG_FILE held before Kumihan set it."""
        self._config_file = config_file
        self._library: Any = None
        self._config: int | None = None
        self._sets: list[Any] = []

    def __enter__(self) -> Self:
        self._library = _open()
        if self._library:
            with _environment("FONTCONFIG_FILE", self._config_file):
                self._config = self._library.FcInitLoadConfigAndFonts()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for fonts in self._sets:
            self._library.FcFontSetDestroy(fonts)
        if self._config:
            self._library.FcConfigDestroy(self._config)
        self._sets, self._config = [], None

    def state(self) -> str:
        """A digest of the names, sizes and times of all font files of the machine; empty if it has none."""
        if not self._config:
            return ""
        lib = self._library
        pattern, objects = lib.FcPatternCreate(), lib.FcObjectSetCreate()
        lib.FcObjectSetAdd(objects, b"file")
        found = lib.FcFontList(self._config, pattern, objects)
        lib.FcObjectSetDestroy(objects)
        lib.FcPatternDestroy(pattern)
        self._sets.append(found)
        files = {self._text(found.contents.fonts[i], b"file") for i in range(found.contents.count)} if found else set()
        digest = sha256()
        for file in sorted(files):
            with suppress(OSError):
                status = os.stat(file)  # noqa: PTH116  (names are bytes)
                digest.update(file + f"\0{status.st_size} {status.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def family(self, name: str) -> list[SystemFont]:
        """The fonts of a family, sorted by file; none where the machine has no such family."""
        if not self._config:
            return []
        lib = self._library
        pattern = lib.FcPatternCreate()
        lib.FcPatternAddString(pattern, b"family", name.encode())
        objects = lib.FcObjectSetCreate()
        for wanted in (b"family", b"file", b"weight", b"charset", b"color", b"outline", b"fontformat"):
            lib.FcObjectSetAdd(objects, wanted)
        found = lib.FcFontList(self._config, pattern, objects)
        lib.FcObjectSetDestroy(objects)
        lib.FcPatternDestroy(pattern)
        return sorted(self._usable(found), key=lambda font: str(font.file))

    def helpers(self, chars: set[str], language: str) -> list[tuple[SystemFont, set[str]]]:
        """As few fonts as Fontconfig's own order gives that together have the characters, and which each has."""
        if not self._config or not chars:
            return []
        lib = self._library
        charset = lib.FcCharSetCreate()
        for char in chars:
            lib.FcCharSetAddChar(charset, ord(char))
        pattern = lib.FcPatternCreate()
        lib.FcPatternAddCharSet(pattern, b"charset", charset)
        lib.FcPatternAddString(pattern, b"family", b"sans-serif")
        lib.FcPatternAddString(pattern, b"lang", language.encode())
        lib.FcConfigSubstitute(self._config, pattern, _PATTERN)
        lib.FcDefaultSubstitute(pattern)
        result = ctypes.c_int()
        found = lib.FcFontSort(self._config, pattern, 0, None, ctypes.byref(result))
        lib.FcPatternDestroy(pattern)
        lib.FcCharSetDestroy(charset)

        left = set(chars)
        chosen: list[tuple[SystemFont, set[str]]] = []
        for font in self._usable(found):
            has = set(filter(font.has, left))
            if has:
                chosen.append((font, has))
                left -= has
            if not left:
                break
        return chosen

    def cache_folders(self) -> tuple[Path, ...]:
        """Where the machine keeps what Fontconfig has read out of its fonts."""
        if not self._config:
            return ()
        lib = self._library
        folders = lib.FcConfigGetCacheDirs(self._config)
        out = []
        while folder := lib.FcStrListNext(folders):
            out.append(Path(os.fsdecode(folder)))
        lib.FcStrListDone(folders)
        return tuple(out)

    def _usable(self, found: Any) -> Iterator[SystemFont]:
        """Outline fonts in one colour that a PDF can hold."""
        if not found:
            return
        self._sets.append(found)
        lib = self._library
        for at in range(found.contents.count):
            pattern = found.contents.fonts[at]
            family, file = self._text(pattern, b"family"), self._text(pattern, b"file")
            charset = ctypes.c_void_p()
            if not family or not file or lib.FcPatternGetCharSet(pattern, b"charset", 0, ctypes.byref(charset)):
                continue
            if self._text(pattern, b"fontformat") not in _FORMATS or family.lower().startswith(_PLACEHOLDERS):
                continue
            if self._flag(pattern, b"color") or not self._flag(pattern, b"outline"):
                continue
            weight = ctypes.c_int()
            # A variable font has a range of weights here and not a number: it has its bold.
            plain = lib.FcPatternGetInteger(pattern, b"weight", 0, ctypes.byref(weight)) == _MATCH
            bold = not plain or weight.value >= _DEMIBOLD
            yield SystemFont(family.decode("utf-8", "replace"), Path(os.fsdecode(file)), bold, lib, charset)

    def _text(self, pattern: Any, name: bytes) -> bytes:
        value = ctypes.c_char_p()
        found = self._library.FcPatternGetString(pattern, name, 0, ctypes.byref(value)) == _MATCH
        return value.value or b"" if found else b""

    def _flag(self, pattern: Any, name: bytes) -> bool:
        value = ctypes.c_int()
        found = self._library.FcPatternGetBool(pattern, name, 0, ctypes.byref(value)) == _MATCH
        return found and bool(value.value)


class _FontSet(ctypes.Structure):
    _fields_ = (("count", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.POINTER(ctypes.c_void_p)))


@cache
def _open() -> Any:
    """The library with the types of the functions used here; None where there is none."""
    for name in _LIBRARY:
        try:
            lib = ctypes.CDLL(name)
            break
        except OSError:
            continue
    else:
        return None
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    fonts = ctypes.POINTER(_FontSet)
    types: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "FcInitLoadConfigAndFonts": (pointer, ()),
        "FcInitReinitialize": (number, ()),
        "FcConfigDestroy": (None, (pointer,)),
        "FcConfigSubstitute": (number, (pointer, pointer, number)),
        "FcConfigGetCacheDirs": (pointer, (pointer,)),
        "FcStrListNext": (text, (pointer,)),
        "FcStrListDone": (None, (pointer,)),
        "FcDefaultSubstitute": (None, (pointer,)),
        "FcFontList": (fonts, (pointer, pointer, pointer)),
        "FcFontSort": (fonts, (pointer, pointer, number, pointer, ctypes.POINTER(number))),
        "FcFontSetDestroy": (None, (fonts,)),
        "FcObjectSetCreate": (pointer, ()),
        "FcObjectSetAdd": (number, (pointer, text)),
        "FcObjectSetDestroy": (None, (pointer,)),
        "FcPatternCreate": (pointer, ()),
        "FcPatternDestroy": (None, (pointer,)),
        "FcPatternAddString": (number, (pointer, text, text)),
        "FcPatternAddCharSet": (number, (pointer, text, pointer)),
        "FcPatternGetString": (number, (pointer, text, number, ctypes.POINTER(text))),
        "FcPatternGetInteger": (number, (pointer, text, number, ctypes.POINTER(number))),
        "FcPatternGetBool": (number, (pointer, text, number, ctypes.POINTER(number))),
        "FcPatternGetCharSet": (number, (pointer, text, number, ctypes.POINTER(pointer))),
        "FcCharSetCreate": (pointer, ()),
        "FcCharSetDestroy": (None, (pointer,)),
        "FcCharSetAddChar": (number, (pointer, ctypes.c_uint32)),
        "FcCharSetHasChar": (number, (pointer, ctypes.c_uint32)),
    }
    for name, (result, arguments) in types.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


@contextmanager
def _environment(name: str, value: str | None) -> Iterator[None]:
    """Sets a variable of this process, or removes it, for a while."""
    before = os.environ.pop(name, None)
    if value is not None:
        os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before
