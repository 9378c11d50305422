"""What a Word file was made from, kept on this machine, so that an editor's changes can later find their way back.

The file holds one number and nothing else of it. Where a paragraph came from is not kept: the same texts and
settings give the same file again, word for word.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

from convert import __version__
from convert.docx import package
from convert.output import replace, state_folder
from convert.settings import Settings

#: So many exports are kept, and so many bytes of them; the oldest go first.
MOST, MOST_BYTES = 500, 100_000_000

PART: Final = "docProps/custom.xml"
_PROPERTY: Final = "KumihanExport"
_ID: Final = re.compile(rb'name="KumihanExport"[^>]*>\s*<vt:lpwstr>([0-9a-f]{32})<')
_NAMES: Final = (
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"'
)
#: The family of properties that users may name, as the format has it.
_FAMILY: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def mark(parts: dict[str, bytes]) -> None:
    """Give a finished package its number: a digest of all that is in it, so that the same file has the same."""
    digest = hashlib.sha256()
    for name in sorted(parts.keys() - {PART}):
        digest.update(f"{name}\0{len(parts[name])}\0".encode() + parts[name])
    parts[PART] = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties {_NAMES}>'
        f'<property fmtid="{_FAMILY}" pid="2" name="{_PROPERTY}"><vt:lpwstr>{digest.hexdigest()[:32]}</vt:lpwstr>'
        "</property></Properties>"
    ).encode()


def number(data: bytes) -> str:
    """The number of a Word file of ours; empty if it has none, or is no such file."""
    try:
        parts = package.read(data)
    except zipfile.BadZipFile:
        return ""
    found = _ID.search(parts.get(PART, b""))
    return found[1].decode() if found else ""


def remember(
    data: bytes, vault: Path, note: str, texts: Mapping[str, bytes], settings: Settings, *, state: Path | None = None
) -> None:
    """Keep what the file was made from, for its owner's eyes only: ``texts`` are the notes' files by their paths.

    Nothing is kept of a file without a number. ``OSError`` if the folder cannot be written.
    """
    id = number(data)
    if not id:
        return
    chosen = {f.metadata["name"]: getattr(settings, f.name) for f in fields(Settings)}
    plain = {f.metadata["name"]: f.default for f in fields(Settings)}
    kept = {
        "kumihan": __version__,
        "vault": os.fspath(vault),
        "note": note,
        "settings": {name: value for name, value in chosen.items() if value != plain[name]},
        # bytes that are no UTF-8 come back by the same error handler
        "texts": {path: text.decode("utf-8", "surrogateescape") for path, text in sorted(texts.items())},
    }
    folder = (state or state_folder()) / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{id}.json"
    replace(json.dumps(kept).encode(), file)
    file.chmod(0o600)
    _prune(folder, keep=file)


def _prune(folder: Path, *, keep: Path) -> None:
    found = []
    for file in folder.glob("*.json"):
        with contextlib.suppress(OSError):  # another worker was quicker
            status = file.stat()
            found.append((file == keep, status.st_mtime_ns, file.name, status.st_size))
    total = 0
    for count, (kept, _, name, size) in enumerate(sorted(found, reverse=True)):
        total += size
        if not kept and (count >= MOST or total > MOST_BYTES):
            with contextlib.suppress(OSError):
                (folder / name).unlink()
