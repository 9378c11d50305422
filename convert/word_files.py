"""The user's own files that Word files are made after: a model (``docx.reference``), and a table of styles.

Files that come with a vault must lie in it; only the command line may name others.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

#: Where a vault keeps what is for Kumihan; models may stand there without the folder's name.
FOLDERS: Final = (".kumihan", "Kumihan")
STYLES: Final = "word.yaml"
_MOST_BYTES: Final = 30_000_000
_MOST_TEXT: Final = 200_000


class WordFileError(ValueError):
    """The file cannot be read; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class WordFiles:
    """The model's bytes and the table's text, empty where there is none, with their places for people."""

    model: bytes = b""
    model_place: str = ""
    styles: str = ""
    styles_place: str = ""


def find(root: Path, name: str, *, follow_links: bool = False) -> Path | None:
    """The file of that name in the vault, or in one of :data:`FOLDERS`; an absolute name as it is; None if none is.

    A symbolic link that leaves the vault leads nowhere.
    """
    if Path(name).is_absolute():
        return Path(name) if Path(name).is_file() else None
    for place in (PurePosixPath(name), *(PurePosixPath(folder) / name for folder in FOLDERS)):
        file = root / place
        # First whether it is there at all, which is soon told, and mostly it is not.
        if file.is_file() and (follow_links or Path(os.path.realpath(file)).is_relative_to(root)):
            return file
    return None


def table(root: Path, *, follow_links: bool = False) -> Path | None:
    """The vault's table of styles."""
    places = (find(root, f"{folder}/{STYLES}", follow_links=follow_links) for folder in FOLDERS)
    return next((place for place in places if place), None)


def model(file: Path) -> bytes:
    """A model's bytes; :class:`WordFileError` if it cannot be read."""
    return _bytes(file, _MOST_BYTES)


def text(file: Path) -> str:
    """A table's text; :class:`WordFileError` if it cannot be read."""
    return _bytes(file, _MOST_TEXT).decode("utf-8-sig", "replace")


def digest(root: Path, values: tuple[Mapping[str, object], ...], *, follow_links: bool) -> str:
    """What tells all these files from any others; ``values`` are the build's settings, which may name a model."""
    names = [str(each["docx_reference"]) for each in values if each.get("docx_reference")]
    files = [table(root, follow_links=follow_links), *(find(root, name, follow_links=follow_links) for name in names)]
    whole = hashlib.sha256()
    for file in files:
        try:
            content = file.read_bytes() if file and file.stat().st_size <= _MOST_BYTES else b""
        except OSError:
            content = b""
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()


def _bytes(file: Path, most: int) -> bytes:
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe would wait for ever
            raise WordFileError("it is no file")
        with file.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise WordFileError(error.strerror or "it cannot be opened") from error
    if len(data) > most:
        raise WordFileError(f"it has more than {most} bytes")
    return data
