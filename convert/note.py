"""A note as its file says: properties cut off the front by offset, the body untouched, every place kept."""

from __future__ import annotations

import contextlib
import hashlib
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from convert import yamlcore
from convert.diagnostics import Code, Diagnostic, diagnose

#: The properties: a first line that is ``---`` and nothing else, up to a line ``---`` (blanks after it allowed).
_OPEN = "---\n"
_CLOSE = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)

#: Characters that XML 1.0, and so every output, cannot hold; a form feed or vertical tab is a blank to everybody.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS = "\x0b\x0c"
_REPLACEMENT = "\ufffd"
#: What Python makes of the bytes that mean nothing in CP932.
_NOT_CP932 = re.compile("[\x80\uf8f0-\uf8f3]")


@dataclass(frozen=True, slots=True)
class Note:
    """A note, read.

    ``path`` is relative to the vault, with ``/``. ``properties`` are YAML 1.2 core values ({} if they cannot be
    read); ``property_places`` gives line and column of each key by name, of keys below others by dotted name
    (``print.page.size``). ``body`` has LF line ends and begins at line ``body_line`` of the file. ``digest`` is
    the SHA-256 of the file's bytes, in hex.
    """

    path: str
    file: Path
    properties: Mapping[str, object] = field(default_factory=dict)
    property_places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    body: str = ""
    body_line: int = 1
    digest: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


def read_note(file: Path, path: str, limit: int) -> Note:
    """Read the note ``path`` of the vault from ``file``.

    A file that cannot be opened, is no text, or is longer than ``limit`` bytes gives an empty note with an
    error among its diagnostics.
    """
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would wait for ever
            return _refused(path, file, Code.NOTE_UNREADABLE, "not a file")
        if status.st_size > limit:
            return _refused(path, file, Code.NOTE_TOO_BIG, f"{status.st_size} bytes, more than {limit}")
        data = file.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or "no such file"
        return _refused(path, file, Code.NOTE_UNREADABLE, reason)
    return parse_note(data, path, file)


@lru_cache(maxsize=1)  # a worker reads its note for the settings, and again for the document
def parse_note(data: bytes, path: str, file: Path) -> Note:
    """The note that the bytes of a file are; see :func:`read_note`."""
    diagnostics: list[Diagnostic] = []
    digest = hashlib.sha256(data).hexdigest()
    decoded = _decode(data)
    if decoded is None:
        return _refused(path, file, Code.NOTE_UNREADABLE, "not a text", digest)
    text, guess = decoded
    if guess:
        diagnostics.append(diagnose(Code.NOTE_ENCODING, f"not UTF-8: {guess}", path))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _printable(text, path, diagnostics)

    properties: Mapping[str, object] = {}
    places: Mapping[str, tuple[int, int]] = {}
    body, body_line = text, 1
    front = _front_matter(text)
    if front is not None:
        start, end, body_start = front
        body, body_line = text[body_start:], 1 + text.count("\n", 0, body_start)
        try:
            table = yamlcore.load_table(text[start:end])
        except yamlcore.YamlError as error:
            message = f"properties cannot be read: {error.message}"
            diagnostics.append(diagnose(Code.PROPERTIES_INVALID, message, path, error.line + 1, error.column))
        else:
            properties = table.values
            places = {name: (line + 1, column) for name, (line, column) in table.places.items()}
            for name, (line, column) in table.repeated:
                message = f"the property {name!r} is given twice; the first is used"
                diagnostics.append(diagnose(Code.PROPERTIES_DUPLICATE, message, path, line + 1, column))
    return Note(path, file, properties, places, body, body_line, digest, tuple(diagnostics))


def _refused(path: str, file: Path, code: Code, reason: str, digest: str = "") -> Note:
    return Note(path, file, digest=digest, diagnostics=(diagnose(code, f"note cannot be read: {reason}", path),))


def _front_matter(text: str) -> tuple[int, int, int] | None:
    """Offsets of the properties' start and end and of the body's start, if the text begins with properties."""
    if not text.startswith(_OPEN):
        return None
    close = _CLOSE.search(text, len(_OPEN))
    return (len(_OPEN), close.start(), close.end()) if close else None


def _decode(data: bytes) -> tuple[str, str] | None:
    """The text of a file, and what was guessed to get it (empty for UTF-8); None if it is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), "read as UTF-16"
    try:
        text, guess = data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        text, guess = data.decode("utf-8-sig", "replace"), "unreadable bytes are replaced"
        wrong = text.count(_REPLACEMENT)
        foreign = sum(byte > 127 for byte in data)
        # A few bad bytes among good UTF-8 are a damaged UTF-8 file; else the usual other encoding in Japan is tried.
        if wrong * 10 > foreign and 0 not in data:
            with contextlib.suppress(UnicodeDecodeError):
                japanese = data.decode("cp932")
                if not _NOT_CP932.search(japanese):
                    return japanese, "read as Shift_JIS (CP932)"
    sample = text[:10_000]
    noise = sample.count(_REPLACEMENT) + len(_FORBIDDEN.findall(sample))
    return None if noise > 8 and noise * 5 > len(sample) else (text, guess)


def _printable(text: str, path: str, diagnostics: list[Diagnostic]) -> str:
    """The text with every forbidden character replaced by one other, so that all columns stay true."""
    first = _FORBIDDEN.search(text)
    if first is None:
        return text

    def replace(match: re.Match[str]) -> str:
        return " " if match[0] in _BLANKS else _REPLACEMENT

    replaced, count = _FORBIDDEN.subn(replace, text)
    line = 1 + text.count("\n", 0, first.start())
    column = first.start() - text.rfind("\n", 0, first.start())
    message = f"a control character (U+{ord(first[0]):04X}) that cannot be printed is replaced"
    if count > 1:
        message += f", and {count - 1} more"
    diagnostics.append(diagnose(Code.NOTE_CONTROL, message, path, line, column))
    return replaced
