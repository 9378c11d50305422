"""The files of a vault as bases see them: properties, tags, links, each read from its note when it is first asked for.

One table for a vault and process. A large vault is read in linear time, and most of it only as bytes: what a note
cannot have (its text lacks the property's name, the link's target) needs no parsing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from posixpath import splitext
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import unquote

from convert.bases.dates import Date, parse_date
from convert.bases.values import Link, Tag, Value, parse_link
from convert.ignore import Ignore
from convert.note import parse_note, read_note
from convert.syntax import prepare
from convert.syntax.prepared import EmbedMark, LinkMark, TagMark
from convert.vault import Vault, compared

_LINK = re.compile(r"\[\[([^\[\]|\n]+)(?:\|[^\[\]\n]*)?\]\]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FRONT = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: A file's own fields; ``file.backlinks`` and ``file.links`` are lists of what :mod:`.values` has for them.
FIELDS = frozenset((
    "name", "basename", "path", "folder", "ext", "size", "ctime", "mtime",
    "tags", "links", "embeds", "backlinks", "properties", "file",
))  # fmt: skip


class _Inside(NamedTuple):
    """What the text of a note has: targets of links and embeds as typed, tags without ``#``."""

    links: tuple[str, ...] = ()
    embeds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class File:
    """A file of the vault; two are equal if they have one path."""

    __slots__ = ("_front", "_inside", "_linked", "_values", "path", "table")

    def __init__(self, path: str, table: Files) -> None:
        """Nothing is read yet."""
        self.path = path
        self.table = table
        self._front: bytes | None = None
        self._inside: _Inside | None = None
        self._linked: frozenset[str] | None = None
        self._values: dict[str, Value] | None = None

    @property
    def is_note(self) -> bool:
        """Whether it is Markdown."""
        return self.path[-3:].lower() == ".md"

    @property
    def name(self) -> str:
        """A note's name without ``.md``, any other file's with its extension."""
        name = self.path.rpartition("/")[2]
        return name[:-3] if self.is_note else name

    def field(self, name: str) -> Value:
        """One of :data:`FIELDS`."""
        file = self.path.rpartition("/")[2]
        match name:
            case "name":
                return self.name
            case "basename":
                return splitext(file)[0]
            case "path":
                return self.path
            case "folder":
                return self.path.rpartition("/")[0]
            case "ext":
                return splitext(file)[1].removeprefix(".")
            case "tags":
                return [Tag(tag) for tag in self.tags()]
            case "links":
                return [self.link(target) for target in (*self.inside().links, *self.property_links())]
            case "embeds":
                return [self.link(target) for target in self.inside().embeds]
            case "backlinks":
                return [self.table.file(path) for path in self.table.backlinks().get(self.path, ())]
            case "properties":
                return self.properties()
            case "file":
                return self
        return self._status(name)

    def _status(self, name: str) -> Value:
        try:
            status = self.table.vault.file(self.path).stat()
        except OSError:
            return None
        if name == "size":
            return status.st_size
        # Where the system does not keep when a file was made, that is when it was changed.
        seconds = status.st_mtime if name == "mtime" else getattr(status, "st_birthtime", status.st_mtime)
        return Date(datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None), has_time=True)

    def property(self, name: str) -> Value:
        """A property of the note by its name without case."""
        if self._values is None and not self._may_have(name):
            return None
        lower = name.lower()
        return self.properties().get(name, next((v for k, v in self.properties().items() if k.lower() == lower), None))

    def properties(self) -> dict[str, Value]:
        """All properties, with dates, links and tags as such."""
        if self._values is None:
            found: Mapping[str, object] = {}
            if self.is_note:
                found = read_note(self.table.vault.file(self.path), self.path, self.table.limit).properties
            self._values = {key: self._value(value) for key, value in found.items()}
            tags = next((key for key in found if key.lower() == "tags"), None)
            if tags is not None:
                self._values[tags] = [Tag(tag) for tag in _tags_of(found[tags])]
        return self._values

    def tags(self) -> list[str]:
        """Tags of the properties, then those of the text, each once."""
        return list(dict.fromkeys([*self.listed_tags(), *self.inside().tags]))

    def listed_tags(self) -> list[str]:
        """Tags of the properties: the text need not be looked through for them."""
        listed = self.property("tags")
        return [*map(str, listed)] if isinstance(listed, list) else []

    def may_hold(self, word: str) -> bool:
        """Whether a word (in lower case) can be in the note, its properties or its text: False only if it cannot."""
        raw = self._bytes() if self.is_note else b""
        front = _FRONT.match(raw)
        if raw.startswith(_UTF_16) or (front and b"\\" in front[1]):  # YAML may write any letter by its number
            return True
        forms = {normalize(form, word).encode() for form in ("NFC", "NFD")}
        lower = raw.lower() if word.isascii() else raw.decode(errors="replace").lower().encode()
        return any(form in lower for form in forms)

    def inside(self) -> _Inside:
        """What the text has; properties are not read for it."""
        if self._inside is None:
            raw = self._bytes() if self.is_note else b""
            body = raw if raw.startswith(_UTF_16) else _FRONT.sub(b"", raw, count=1)
            seen = b"[" in body or b"#" in body or raw.startswith(_UTF_16)
            self._inside = self._scan(body) if seen else _Inside()
        return self._inside

    def _scan(self, body: bytes) -> _Inside:
        prepared = prepare(parse_note(body, self.path, self.table.vault.file(self.path)))
        links: list[str] = []
        embeds: list[str] = []
        tags: list[str] = []
        for mark in prepared.marks.values():
            match mark:
                case LinkMark() | EmbedMark():
                    target = f"{mark.path}#{mark.subpath}" if mark.subpath else mark.path
                    (links if isinstance(mark, LinkMark) else embeds).append(target)
                case TagMark():
                    tags.append(mark.tag)
        for address in prepared.places:
            if address.startswith(("<", "`", "~")) or _SCHEME.match(address) or not address:
                continue
            target = unquote(address)
            found = self.table.vault.resolve(target.partition("#")[0], self.path)
            is_embed = found is not None and not found.lower().endswith(".md")
            (embeds if is_embed else links).append(target)
        return _Inside(*(tuple(dict.fromkeys(each)) for each in (links, embeds, tags)))

    def links_to(self, path: str) -> bool:
        """Whether the note links to or embeds a file of the vault, in its text or its properties."""
        return (self._linked is not None or self._may_name(path)) and path in self.linked()

    def linked(self) -> frozenset[str]:
        """The paths of all files that the note links to or embeds."""
        if self._linked is None:
            targets = (*self.inside().links, *self.inside().embeds, *self.property_links()) if self.is_note else ()
            found = (self.table.vault.resolve(target.partition("#")[0], self.path) for target in targets)
            self._linked = frozenset(each for each in found if each is not None)
        return self._linked

    def link(self, target: str, display: Value = None) -> Link:
        """A link of this file."""
        found = None if _SCHEME.match(target) else self.table.vault.resolve(target.partition("#")[0], self.path)
        return Link(target, display, self.table.file(found) if found is not None else None)

    def property_links(self) -> Iterator[str]:
        """The targets of links in the properties, as typed."""
        if not self._may_have("[["):
            return
        pending: list[Value] = list(self.properties().values())
        while pending:
            match pending.pop(0):
                case Link(target=target):
                    yield target
                case str() as text:
                    yield from (found.strip() for found in _LINK.findall(text))
                case Mapping() as table:
                    pending[:0] = table.values()
                case list() as items:
                    pending[:0] = items

    def _value(self, value: object) -> Value:
        """A property as bases have it: dates and links are written as text."""
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, Mapping):
            return {key: self._value(item) for key, item in value.items()}
        if isinstance(value, str):
            if link := parse_link(value):
                return self.link(link.target, link.display)
            return parse_date(value) or value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
            return float(value) if abs(value) < 10**300 else math.copysign(math.inf, value)
        return value

    def _bytes(self) -> bytes:
        try:
            with self.table.vault.file(self.path).open("rb") as file:
                return file.read(self.table.limit)
        except OSError:
            return b""

    def _may_have(self, text: str) -> bool:
        """Whether the properties can hold that name or text: False only if they cannot."""
        if not self.is_note:
            return False
        if self._front is None:
            raw = self._bytes()
            found = _FRONT.match(raw)
            self._front = found[1] if found else raw[:2] if raw.startswith(_UTF_16) else b""
        if not self._front or b"\\" in self._front or self._front in _UTF_16:
            return bool(self._front)
        try:
            return text.lower() in self._front.decode().lower()
        except UnicodeDecodeError:
            return True

    def _may_name(self, path: str) -> bool:
        """Whether the note can link to that file: a link to it holds its name, or is written in percent signs."""
        if not self.is_note:
            return False
        raw = self._bytes()
        if path == self.path or b"%" in raw or b"\\" in raw or raw.startswith(_UTF_16):
            return True
        try:
            return compared(splitext(path.rpartition("/")[2])[0]) in compared(raw.decode())
        except UnicodeDecodeError:
            return True


class Files:
    """All files of a vault, but those that its ``.export-ignore`` keeps out of print."""

    def __init__(self, vault: Vault, limit: int) -> None:
        """``limit`` is the size in bytes beyond which no note is read."""
        self.vault = vault
        self.limit = limit
        self._files: dict[str, File] = {}
        self._backlinks: dict[str, list[str]] | None = None
        private = Ignore((), vault.ignore.rules)
        self.paths = tuple(path for path in vault.files if not private(path))

    def file(self, path: str) -> File:
        """A file by its path."""
        if path not in self._files:
            self._files[path] = File(path, self)
        return self._files[path]

    def backlinks(self) -> dict[str, list[str]]:
        """The notes that link to each file."""
        if self._backlinks is None:
            self._backlinks = {}
            for path in self.paths:
                for target in sorted(self.file(path).linked()):
                    self._backlinks.setdefault(target, []).append(path)
        return self._backlinks


def files_of(vault: Vault, limit: int) -> Files:
    """The table of a vault: made once, and again for another scan of it."""
    global _last  # noqa: PLW0603 - the cache of one process
    if _last is None or _last.vault is not vault or _last.limit != limit:
        _last = Files(vault, limit)
    return _last


_last: Files | None = None


def _tags_of(value: object) -> list[str]:
    """The property ``tags``: a list, or words between commas or blanks."""
    items = re.split(r"[,\s]+", value) if isinstance(value, str) else value if isinstance(value, list) else [value]
    return [str(item).strip().removeprefix("#") for item in items if item not in (None, "", "#")]
