"""Finished outputs, by what they were made from: the linked document, the settings its format read, the tools.

Printing depends on nothing else, so a document that has been printed before need not be printed again, wherever its
words came from this time.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from convert import fonts, formats
from convert.cache.store import Printed, Store
from convert.cache.trace import Trace, WatchedSettings, seen, values
from convert.diagnostics import Diagnostic
from convert.formats import Output
from convert.settings import Settings

if TYPE_CHECKING:  # the parent of the workers wants none of what makes documents
    from convert.link.document import Document

#: Fields of a Document that say how it came to be, not what it is.
_HISTORY = frozenset(("dependencies", "diagnostics"))
#: Fields of a Picture that are where its content is, which counts by itself.
_PLACES = frozenset(("file", "data"))


@dataclass(frozen=True, slots=True)
class Cache:
    """Where finished outputs are kept, and what they are made with: a digest for each format, and for all of them.

    With ``ignored`` nothing is taken from there, but what is printed is kept.
    """

    folder: Path
    tools: Mapping[str, str]
    code: str
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """An output, the settings that its format read, and the state of the machine's fonts if they were asked."""

    output: Output
    settings: Mapping[str, object]
    fonts: str
    reused: bool = False


def produce(document: Document, format: str, settings: Settings, trace: Trace, kept: Cache | None) -> Finished:
    """The document in a format: as it was kept, or else printed, and then kept."""
    store = open_store(kept.folder) if kept else None
    if kept is None or store is None:
        return _print(document, format, settings)
    key = document_key(document, format, trace, kept.tools[format])
    with suppress(sqlite3.Error, OSError):
        found = None if kept.ignored else _kept(store, key, settings)
        if found:
            return found
    finished = _print(document, format, settings)
    output = finished.output
    # A picture that changed while it was printed would be kept under the name of what it was before.
    pictures = [picture for picture in document.pictures.values() if picture.path in trace.files]
    if all(trace.steady(picture.file, picture.path) for picture in pictures):
        digest = hashlib.sha256(output.data).hexdigest()
        read = json.dumps(dict(sorted(finished.settings.items())))
        row = Printed(read, finished.fonts, digest, len(output.data), output.pages, output.diagnostics)
        with suppress(sqlite3.Error, OSError):
            store.keep(key, row, output.data)
    return finished


def _print(document: Document, format: str, settings: Settings) -> Finished:
    read: set[str] = set()
    output = formats.writer(format)(document, WatchedSettings.of(settings, read))
    asked = asks_system(output.diagnostics, settings)
    return Finished(output, values(settings, read), system_fonts() if asked else "")


def _kept(store: Store, key: str, settings: Settings) -> Finished | None:
    for printed in store.printed(key):
        read = json.loads(printed.settings)
        if values(settings, read) != read or printed.fonts not in ("", system_fonts()):
            continue
        data = store.output(printed.digest)
        if data is not None:
            store.touch([printed.digest])
            return Finished(Output(data, printed.pages, printed.diagnostics), read, printed.fonts, reused=True)
    return None


def asks_system(diagnostics: tuple[Diagnostic, ...], settings: Settings) -> bool:
    """Whether the machine's own fonts were looked at: for a family that is named, or a character that ours lack."""
    named = (settings.font_mincho, settings.font_gothic, settings.font_mono)
    return any(named) or any(diagnostic.code.startswith("font.") for diagnostic in diagnostics)


@cache
def system_fonts() -> str:
    """The state of the machine's own fonts when this process first asked."""
    return fonts.system_state()


def document_key(document: Document, format: str, trace: Trace, tools: str) -> str:
    """A digest of all that a format makes an output from, but for the settings."""
    pictures = {}
    for key, picture in document.pictures.items():
        about = {f.name: getattr(picture, f.name) for f in fields(picture) if f.name not in _PLACES}
        if picture.data is not None:
            digest = hashlib.sha256(picture.data).hexdigest()
        else:
            digest = trace.files.get(picture.path) or seen(picture.file)[1]
        pictures[key] = [about, digest]
    unused = _HISTORY if format == "docx" else {*_HISTORY, "word"}
    content = {f.name: getattr(document, f.name) for f in fields(document) if f.name not in unused}
    whole = [tools, format, {**content, "pictures": pictures}]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(f"a document holds a {type(value).__name__}, which has no place in its key")


@cache
def open_store(folder: Path) -> Store | None:
    """The process's own door to the cache; none if it cannot be opened."""
    try:
        return Store(folder)
    except (sqlite3.Error, OSError):
        return None
