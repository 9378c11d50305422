"""What a note's output came from, noted while it is made: files read, questions asked, and their answers.

The stages read the vault and the settings through :class:`WatchedVault` and :class:`WatchedSettings`, which answer as
the plain ones do. A question counts whatever its answer: that a file did *not* exist is as good a reason to look
again as that it did. What has no question of its own counts as one about the whole vault.
"""

from __future__ import annotations

import hashlib
import json
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

from convert.callouts import CalloutType
from convert.settings import Settings, Values
from convert.vault import Stat, Vault, compared, stat_of

Question = tuple[str, ...]
"""What is asked, and about what: ``("resolve", link, note)``. All kinds: :mod:`convert.cache.answers`."""

Answer = str | bool | None

WHOLE_VAULT: Question = ("vault",)


class Look(NamedTuple):
    """A file's stat, and the nanosecond in which it was looked at."""

    stat: Stat
    when: int


@dataclass(slots=True)
class Trace:
    """What one note's document was made from.

    ``files`` are the SHA-256 (hex; empty: not readable) of each file of the vault whose content was read, by path;
    ``settings`` the values of those settings that were read, by field; ``own`` all that the note itself sets.
    """

    files: dict[str, str] = field(default_factory=dict)
    answers: dict[Question, Answer] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    own: Values = field(default_factory=dict)
    stats: dict[str, Look] = field(default_factory=dict)
    """What each file was like just before it was read; not kept."""

    def read(self, path: str, file: Path) -> None:
        """The content of a file is about to be read. (Taken before: one that changes meanwhile looks changed.)"""
        if path not in self.files:
            when = time.time_ns()
            stat, self.files[path] = seen(file)
            self.stats[path] = Look(stat, when)

    def steady(self, file: Path, path: str) -> bool:
        """Whether a file that was read has not changed since."""
        try:
            return path in self.stats and stat_of(file.stat()) == self.stats[path].stat
        except OSError:
            return False

    def subjects(self) -> Iterator[str]:
        """What the trace is about, as :func:`convert.cache.answers.changes` names what has changed."""
        for path in self.files:
            yield f"file:{path}"
        for question in self.answers:
            yield subject(question)

    def to_json(self) -> str:
        """The trace as text."""
        return json.dumps([self.files, [[*q, a] for q, a in self.answers.items()], self.settings, self.own])

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """The trace that was written."""
        files, answers, settings, own = json.loads(text)
        return cls(files, {tuple(q): a for *q, a in answers}, settings, own)


def subject(question: Question) -> str:
    """What must change for the answer to change."""
    kind, *about = question
    match kind:
        case "resolve":
            return f"name:{name_of(about[0])}"
        case "subpath":
            return f"file:{about[0]}"
        case "outside":
            return "outside"
    return ":".join(question)


def name_of(path: str) -> str:
    """The name at the end of a link, as all spellings of it that can mean one file share it."""
    return compared(path).rpartition("/")[2].removesuffix(".md")


def names_of(file: str) -> set[str]:
    """The subjects of all links that can mean a file: ``x.md`` may mean ``x.md`` or ``x.md.md``."""
    name = name_of(file)
    return {f"name:{name}", f"name:{name.removesuffix('.md')}"}


def seen(file: Path) -> tuple[Stat, str]:
    """A file's stat and the SHA-256 of its content, in hex; empty if it cannot be read."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would wait for ever
            return stat_of(status), ""
        with file.open("rb") as stream:
            return stat_of(status), hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return Stat("", 0), ""


def values(settings: Settings, names: Iterable[str]) -> dict[str, object]:
    """Some settings by field, as they are read back from JSON; names that are no longer settings have no value."""
    found = {name: getattr(settings, name, None) for name in sorted(names)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def digest_of(value: object) -> str:
    """The SHA-256 of plain data, in hex."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode(errors="surrogatepass")).hexdigest()


def callout_digest(type: CalloutType | None) -> Answer:
    """What tells a callout's look from any other."""
    if type is None:
        return None
    return digest_of([type.name, dict(type.titles), type.icon, type.colour, type.drawing])


class WatchedVault(Vault):
    """A vault that notes in a trace what it is asked."""

    _trace: Trace
    _plain: Vault

    @classmethod
    def of(cls, vault: Vault, trace: Trace) -> WatchedVault:
        """Watch a vault."""
        watched = cls(**{f.name: getattr(vault, f.name) for f in fields(vault)})
        object.__setattr__(watched, "_trace", trace)
        object.__setattr__(watched, "_plain", vault)
        return watched

    def __getattribute__(self, name: str) -> Any:
        """A field; one that has no question of its own depends on the whole vault."""
        get = object.__getattribute__
        if name in _OF_ALL_FILES:
            get(self, "_trace").answers[WHOLE_VAULT] = None
        elif name == "strict_line_breaks":
            get(self, "_trace").answers["strict",] = get(self, name)
        elif name == "diagnostics":
            get(self, "_trace").answers["refused",] = refused_digest(get(self, "_plain"))
        elif name == "callouts":
            return _WatchedCallouts(get(self, name), get(self, "_trace"))
        return get(self, name)

    def file(self, path: str) -> Path:
        """Where a file is, for who wants its content."""
        found = self._plain.file(path)
        self._trace.read(path, found)
        return found

    def resolve(self, linkpath: str, source: str) -> str | None:
        """The file that a link means."""
        answer = self._plain.resolve(linkpath, source)
        self._trace.answers["resolve", linkpath, source] = answer
        return answer

    @property
    def unwatched(self) -> Vault:
        """The vault that is watched."""
        return self._plain

    def asked(self, *question: str, answer: str | bool | None) -> None:
        """Note a question and its answer."""
        self._trace.answers[question] = answer


#: Fields that say something of all files at once.
_OF_ALL_FILES = frozenset(("root", "files", "notes", "ignore"))


def refused_digest(vault: Vault) -> str:
    """What the scan of a vault had to say."""
    return digest_of([str(diagnostic) for diagnostic in vault.diagnostics])


class _WatchedCallouts(Mapping[str, CalloutType]):
    """What snippets say of types of callouts; each type asked for is a question."""

    def __init__(self, callouts: Mapping[str, CalloutType], trace: Trace) -> None:
        self._callouts, self._trace = callouts, trace

    def __getitem__(self, type: str) -> CalloutType:
        self._trace.answers["callout", type] = callout_digest(self._callouts.get(type))
        return self._callouts[type]

    def __iter__(self) -> Iterator[str]:
        return (type for type in self._callouts if type in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class WatchedStems(Mapping[str, str]):
    """The places of the build's outputs; each note asked for is a question."""

    def __init__(self, stems: Mapping[str, str], trace: Trace) -> None:
        """``stems`` are paths without extension, by note."""
        self._stems, self._trace = stems, trace

    def __getitem__(self, note: str) -> str:
        self._trace.answers["stem", note] = self._stems.get(note)
        return self._stems[note]

    def __iter__(self) -> Iterator[str]:
        return (note for note in self._stems if note in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class WatchedSettings(Settings):
    """Settings that note which of them are read."""

    _read: set[str]
    _settings: Settings

    @classmethod
    def of(cls, settings: Settings, read: set[str]) -> WatchedSettings:
        """Watch some settings; the names of those that are read are added to ``read``."""
        watched = object.__new__(cls)  # with no values of its own: each is asked for where it is
        object.__setattr__(watched, "_settings", settings)
        object.__setattr__(watched, "_read", read)
        return watched

    def __getattribute__(self, name: str) -> Any:
        """A setting."""
        if name not in _SETTINGS:
            return object.__getattribute__(self, name)
        object.__getattribute__(self, "_read").add(name)
        return getattr(object.__getattribute__(self, "_settings"), name)


_SETTINGS = frozenset(f.name for f in fields(Settings))
