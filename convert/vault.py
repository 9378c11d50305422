"""A vault: which files it holds, and which of them a link means.

Names are compared as Obsidian does (spec: "Which file?"): in NFC, without case, with ``/`` for ``\\``
and a blank for no-break spaces.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

from convert.callouts import CalloutType
from convert.diagnostics import Code, Diagnostic, diagnose
from convert.ignore import Filter, Ignore, PatternError, Rule

_SETTINGS = ".obsidian/app.json"
_IGNORE_FILE = ".export-ignore"
#: Bytes of a settings or ignore file that are read; real ones have a few thousand.
_SETTINGS_LIMIT = 1_000_000

_SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\\": "/"})
_SLASHES = re.compile("/{2,}")


def _tidy(path: str) -> str:
    return _SLASHES.sub("/", normalize("NFC", path.translate(_SPACES)))


def compared(path: str) -> str:
    """The form of a path or name that two spellings of it share."""
    return _tidy(path).strip("/").lower().replace("ς", "σ")


class Stat(NamedTuple):
    """What a file's entry says of it: two that are equal are of one content, if ``changed`` is long past.

    ``changed`` is when content or entry changed last, in nanoseconds; ``mark`` holds all else that tells of a change.
    """

    mark: str
    changed: int


def stat_of(status: os.stat_result) -> Stat:
    """The part of a file's status that a change of its content changes too."""
    mark = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
    return Stat(mark, max(status.st_mtime_ns, status.st_ctime_ns))


class _Namesakes(NamedTuple):
    """The files of one name, in orders in which the one that a link means is found without looking at all."""

    by_length: tuple[str, ...]
    by_path: tuple[str, ...]
    by_end: tuple[tuple[str, str], ...]
    """Each path as compared, backwards, and as it is."""

    @classmethod
    def of(cls, paths: Sequence[str]) -> _Namesakes:
        """Put paths in order."""
        return cls(
            tuple(sorted(paths, key=_length)),
            tuple(sorted(paths)),
            tuple(sorted((compared(path)[::-1], path) for path in paths)),
        )

    def nearest(self, end: str, folder: str) -> str | None:
        """Of the paths that end so (as compared), the shortest in that folder, else the shortest of all.

        ``folder`` ends with a slash, or is empty for the vault itself.
        """
        backwards = end[::-1]
        first = bisect_left(self.by_end, (backwards, ""))
        last = bisect_left(self.by_end, (backwards + _LAST, ""), first)
        below = bisect_left(self.by_path, folder)
        above = bisect_left(self.by_path, folder + _LAST, below)
        if last - first == len(self.by_end):  # a bare name: each of them ends so
            within = self.by_path[below:above] if folder else ()
            return min(within, key=_length, default=self.by_length[0])
        found = [path for _, path in self.by_end[first:last]]
        return min(found, key=lambda path: (not path.startswith(folder), *_length(path)), default=None)


#: Sorts behind all that a path can go on with.
_LAST = "\U0010ffff"


def _length(path: str) -> tuple[int, str]:
    return len(path), path


@dataclass(frozen=True, slots=True)
class Vault:
    """The files below ``root`` (a real path) that are not hidden; all paths are relative to it, with ``/``.

    ``callouts`` are the types that its CSS snippets define or change, by name in lower case; ``stats`` what the
    files' entries said when they were scanned, which began at the nanosecond ``scanned``.
    """

    root: Path
    files: tuple[str, ...]
    notes: tuple[str, ...]
    strict_line_breaks: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
    ignore: Ignore = field(default_factory=Ignore)
    callouts: Mapping[str, CalloutType] = field(default_factory=dict)
    stats: Mapping[str, Stat] = field(default_factory=dict, repr=False)
    scanned: int = field(default=0, compare=False, repr=False)
    _by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    _by_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    _namesakes: dict[str, _Namesakes] = field(default_factory=dict, compare=False, repr=False)

    def file(self, path: str) -> Path:
        """Where a file of the vault is on this machine."""
        return self.root / path

    @property
    def unwatched(self) -> Vault:
        """The vault itself, for whoever looks at it in a way of its own, and says so by :meth:`asked`."""
        return self

    def asked(self, *question: str, answer: str | bool | None) -> None:
        """A note's document depends on this answer, which is of none of the methods here.

        :class:`convert.cache.trace.WatchedVault` keeps it; the vault itself does not care.
        """

    def buildable(self) -> tuple[str, ...]:
        """The notes that a build of the whole vault is about."""
        return tuple(note for note in self.notes if not self.ignore(note))

    def resolve(self, linkpath: str, source: str) -> str | None:
        """The file that a link from the note ``source`` means, by Obsidian's rule; None if there is none.

        ``linkpath`` is what stands before the first ``#``, decoded.
        """
        typed = _tidy(linkpath.strip())
        link = compared(typed)
        if not link:
            return None if typed else source
        name = link.rpartition("/")[2]
        candidates: Sequence[str] = self._by_name.get(name, ()) if "." in name else ()
        if not candidates:
            link, name = link + ".md", name + ".md"
            candidates = self._by_name.get(name, ())
        if not candidates:
            return None
        absolute = typed.startswith("/")
        if len(candidates) == 1 and not absolute and "/" not in link:
            return candidates[0]
        folder = posixpath.dirname(source)
        if link.startswith(("./", "../")):
            here = posixpath.normpath(posixpath.join(compared(folder), link))
            if here in self._by_path:
                return self._same(here, typed)
        if link in self._by_path:
            return self._same(link, typed)
        if absolute:
            return None
        if name not in self._namesakes:
            self._namesakes[name] = _Namesakes.of(candidates)
        return self._namesakes[name].nearest(link, folder + "/" if folder else "")

    def _same(self, path: str, typed: str) -> str:
        """The file of that path; of two that differ in case only, the one written as typed."""
        alike = self._by_path[path]
        exact = [candidate for candidate in alike if candidate.removesuffix(".md").endswith(typed.removesuffix(".md"))]
        return (exact or alike)[0]


def scan(root: Path, *, follow_links: bool = False) -> Vault:
    """Walk the folder once and index its files; nothing is read but the vault's own settings.

    Hidden files and folders are no part of a vault. A symbolic link that leaves it is left out with
    a diagnostic, unless ``follow_links``; a folder that is reached twice is walked once.
    """
    root = root.resolve(strict=True)
    scanned = time.time_ns()
    walk = _Walk(root, follow_links)
    walk.run()
    files = tuple(sorted(walk.files))
    by_name: dict[str, list[str]] = {}
    by_path: dict[str, list[str]] = {}
    for path in files:
        key = compared(path)
        by_path.setdefault(key, []).append(path)
        by_name.setdefault(key.rpartition("/")[2], []).append(path)
    settings = _settings(root, walk)
    callouts, problems = _callouts(root, follow_links=follow_links)
    walk.diagnostics += problems
    filters = tuple(_filters(settings.get("userIgnoreFilters"), walk.diagnostics))
    return Vault(
        root=root,
        files=files,
        notes=tuple(path for path in files if path[-3:].lower() == ".md"),
        strict_line_breaks=settings.get("strictLineBreaks") is True,
        diagnostics=tuple(sorted(walk.diagnostics)),
        ignore=Ignore(filters, tuple(sorted(walk.rules))),
        callouts=callouts,
        stats=walk.stats,
        scanned=scanned,
        _by_name={name: tuple(paths) for name, paths in by_name.items()},
        _by_path={path: tuple(paths) for path, paths in by_path.items()},
    )


class _Walk:
    """One walk over a vault's folders, breadth first, so that a real folder comes before a link to it."""

    def __init__(self, root: Path, follow_links: bool) -> None:
        self.root = root
        self.follow_links = follow_links
        self.files: list[str] = []
        self.stats: dict[str, Stat] = {}
        self.rules: list[tuple[str, tuple[Rule, ...]]] = []
        self.diagnostics: list[Diagnostic] = []

    def run(self) -> None:
        folders, linked = deque([""]), deque[str]()
        seen: set[Path] = set()
        while folders or linked:
            # Links wait until every real folder is known: a link to one adds nothing.
            folder = folders.popleft() if folders else linked.popleft()
            real = _real(self.root / folder)
            if real in seen:
                continue
            seen.add(real)
            for entry in self._entries(folder):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.name == _IGNORE_FILE and _kind(entry) == "file" and self.may_read(path):
                    lines = self.read(path).splitlines()
                    self.rules.append((folder, tuple(rule for rule in map(Rule.parse, lines) if rule)))
                if entry.name.startswith(".") or (entry.is_symlink() and not self.may_read(path, tell=True)):
                    continue
                if not _is_text(path):
                    shown = os.fsencode(path).decode(errors="replace")
                    message = "the name is not UTF-8; the file is left out"
                    self.diagnostics.append(diagnose(Code.NOTE_UNREADABLE, message, shown))
                elif _kind(entry) == "folder":
                    (linked if entry.is_symlink() else folders).append(path)
                elif _kind(entry) == "file":
                    self.files.append(path)
                    self.stats[path] = _stat(entry)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise
            message = f"the folder cannot be read: {error.strerror}"
            self.diagnostics.append(diagnose(Code.NOTE_UNREADABLE, message, folder))
            return []

    def may_read(self, path: str, *, tell: bool = False) -> bool:
        """Whether the real place of a path is within the vault (or links may leave it)."""
        if self.follow_links or _real(self.root / path).is_relative_to(self.root):
            return True
        if tell:
            message = "the symbolic link leads out of the vault; it is not followed"
            self.diagnostics.append(diagnose(Code.PATH_OUTSIDE, message, path))
        return False

    def read(self, path: str) -> str:
        """A small text file of the vault; empty if it can't be read."""
        try:
            with (self.root / path).open("rb") as file:
                return file.read(_SETTINGS_LIMIT).decode("utf-8-sig", errors="replace")
        except OSError:
            return ""


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # unlike Path.resolve it doesn't raise on a link to itself


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        return "folder" if entry.is_dir() else "file" if entry.is_file() else ""
    except OSError:  # a link to itself
        return ""


def _stat(entry: os.DirEntry[str]) -> Stat:
    try:
        return stat_of(entry.stat())
    except OSError:  # it is gone already
        return Stat("", 0)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _settings(root: Path, walk: _Walk) -> dict[str, Any]:
    """Obsidian's settings of the vault; none if the file is absent or can't be understood."""
    if not (root / _SETTINGS).is_file() or not walk.may_read(_SETTINGS, tell=True):
        return {}
    try:
        settings = json.loads(walk.read(_SETTINGS))
    except (ValueError, RecursionError):
        settings = None
    if isinstance(settings, dict):
        return settings
    message = "Obsidian's settings cannot be read; its defaults are used"
    walk.diagnostics.append(diagnose(Code.CONFIG_INVALID, message, _SETTINGS))
    return {}


def _callouts(root: Path, *, follow_links: bool) -> tuple[Mapping[str, CalloutType], tuple[Diagnostic, ...]]:
    """What the vault's snippets say of callouts."""
    if not (root / ".obsidian" / "snippets").is_dir():
        return {}, ()
    from convert import snippets  # noqa: PLC0415  (most vaults have none, and need no parser of CSS)

    return snippets.callouts(root, follow_links=follow_links)


def _filters(value: Any, diagnostics: list[Diagnostic]) -> Iterator[Filter]:
    for text in value if isinstance(value, list) else []:
        try:
            yield Filter.parse(text if isinstance(text, str) else "")
        except PatternError as error:
            message = f"userIgnoreFilters: {text!r} is not used: {error}"
            diagnostics.append(diagnose(Code.CONFIG_INVALID, message, _SETTINGS))
