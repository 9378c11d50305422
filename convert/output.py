"""Where outputs go, what they are called, and how they get there: whole, and never over a file of the user's."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from convert.diagnostics import Code, Diagnostic, diagnose

#: What file systems allow in one name, in bytes (of UTF-8).
LONGEST_NAME = 255
#: Room that a name leaves for the longest extension (``.docx``).
_EXTENSION = 5
_HASH = 8
#: Nanoseconds in which a file system may see two changes at one time (Linux: 4 ms, some 10 ms).
_STEP = 20_000_000
#: Temporary files that belong to a process of that number.
_TEMPORARY = re.compile(r"\.kumihan-(\d+)(?:-[\w-]+)?\.tmp")
#: Digests that are remembered of one output: the file there now, and the one that is about to take its place.
_REMEMBERED = 2


class OutputRefused(Exception):
    """The output was not written; ``diagnostic`` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        """Keep the diagnostic."""
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


# Names


def stems(notes: Iterable[str], *, flat: bool = False) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """The output path without extension of each note (a path with ``/``), and a diagnostic for each changed name.

    A name that is too long, or that a file system which ignores case or Unicode's forms would take for another
    note's, gets a hash of the note's path. With ``flat`` notes leave their folders behind. The result depends on
    the notes only, not on their order.
    """
    result: dict[str, str] = {}
    diagnostics: list[Diagnostic] = []
    taken: set[str] = set()
    for note in sorted(notes):
        folder, slash, name = _without_extension(note).rpartition("/")
        if flat:
            folder = slash = ""
        stem = note_stem = folder + slash + name
        reason = ""
        if len(os.fsencode(name)) > LONGEST_NAME - _EXTENSION:
            reason = "is too long for an output's name"
            stem = folder + slash + _shortened(name, note)
        elif _folded(stem) in taken:
            reason = "is equal to another's but for case or the form of its letters"
            stem = folder + slash + _shortened(name, note)
        taken.add(_folded(stem))
        result[note] = stem
        if stem != note_stem:
            message = f"the note's name {reason}; the output is called {stem.rpartition('/')[2]!r}"
            diagnostics.append(diagnose(Code.OUTPUT_RENAMED, message, note))
    return result, tuple(diagnostics)


def _without_extension(note: str) -> str:
    return note[:-3] if note.lower().endswith(".md") else note


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _shortened(name: str, note: str) -> str:
    """A name with a hash, cut at a character so that it fits."""
    digest = hashlib.sha256(note.encode(errors="surrogateescape")).hexdigest()[:_HASH]
    room = LONGEST_NAME - _EXTENSION - _HASH - 1
    cut = name
    while len(os.fsencode(cut)) > room:
        cut = cut[: -max(1, (len(os.fsencode(cut)) - room) // 4)]
    return f"{cut.rstrip()}-{digest}"


# The list of what Kumihan made


def state_folder(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the list of made files is kept: the user's state folder of the platform.

    >>> state_folder("linux", {"XDG_STATE_HOME": "/state"}).as_posix()
    '/state/kumihan'
    """
    home = Path(environ.get("HOME") or Path.home())
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData/Local") / "Kumihan" / "State"
    if platform == "darwin":
        return home / "Library/Application Support/Kumihan"
    chosen = environ.get("XDG_STATE_HOME", "")
    # The XDG specification has relative paths ignored.
    return (Path(chosen) if Path(chosen).is_absolute() else home / ".local/state") / "kumihan"


class Made:
    """The outputs that Kumihan made, in one list for each folder of outputs, by name and digest.

    With the digest, a file that someone has changed since (a Word file with an editor's work in it) is told from ours.
    A line is added before the file is put in place: whenever a build is interrupted, the list knows both.
    """

    def __init__(self, state: Path | None = None) -> None:
        """Keep the lists below ``state`` (default: :func:`state_folder`)."""
        self._state = (state or state_folder()) / "made"
        self._lists: dict[Path, dict[str, list[str]]] = {}
        self.problem = ""
        """Why the list could not be written, once that has happened."""

    def __contains__(self, file: Path) -> bool:
        """Whether the file's content is one that Kumihan put there."""
        return self.knows(file) and self.has(file, _digest(file))

    def has(self, file: Path, digest: str) -> bool:
        """Whether Kumihan put content of this digest there."""
        return digest in self._list(file.parent).get(file.name, ())

    def knows(self, file: Path) -> bool:
        """Whether Kumihan once put a file there, whatever has become of it."""
        return file.name in self._list(file.parent)

    def add(self, file: Path, digest: str) -> None:
        """Note that a file with this digest is about to be put at ``file``.

        A list that cannot be written costs no output, but the next build will not know the file.
        """
        folder = file.parent.resolve()
        known = self._list(folder).setdefault(file.name, [])
        if digest in known:
            known.remove(digest)
        known.append(digest)
        try:
            self._state.mkdir(parents=True, exist_ok=True)
            with self._file(folder).open("a", encoding="ascii") as lines:
                lines.write(f"{digest} {json.dumps(file.name)}\n")
        except OSError as error:
            self.problem = error.strerror or "cannot be written"

    def _file(self, folder: Path) -> Path:
        return self._state / (hashlib.sha256(os.fsencode(folder)).hexdigest()[:32] + ".txt")

    def _list(self, folder: Path) -> dict[str, list[str]]:
        folder = folder.resolve()
        if folder not in self._lists:
            self._lists[folder] = self._read(self._file(folder))
        return self._lists[folder]

    def _read(self, file: Path) -> dict[str, list[str]]:
        """The list in ``file``; one that has grown is written anew."""
        try:
            lines = file.read_text("ascii").splitlines()
        except (OSError, UnicodeDecodeError):
            return {}
        made: dict[str, list[str]] = {}
        for line in lines:
            digest, _, quoted = line.partition(" ")
            with contextlib.suppress(ValueError):  # a line that was cut off
                name = json.loads(quoted)
                made[name] = [*(d for d in made.get(name, ()) if d != digest), digest][-_REMEMBERED:]
        if len(lines) > 100 + 2 * len(made):
            text = "".join(f"{d} {json.dumps(name)}\n" for name, digests in made.items() for d in digests)
            with contextlib.suppress(OSError):
                replace(text.encode("ascii"), file)
        return made


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


# Writing


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an output: ``fresh`` unless the same file was there already.

    ``aside`` is where the file went that was there, if someone had changed it.
    """

    fresh: bool
    aside: Path | None = None


@dataclass(frozen=True, slots=True)
class Staged:
    """A finished output in its temporary file beside its place."""

    file: Path
    digest: str
    size: int


def temporary(target: Path, mark: str) -> Path:
    """The temporary file for ``target``: beside it, with a name that does not grow with the target's."""
    return target.with_name(f".kumihan-{mark}.tmp")


def stage(data: bytes, file: Path) -> Staged:
    """Write the bytes to a new temporary file (its folder is made if it is missing); ``OSError`` as it comes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    discard(file)
    try:
        with file.open("xb") as stream:
            stream.write(data)
    except BaseException:
        discard(file)
        raise
    return Staged(file, hashlib.sha256(data).hexdigest(), len(data))


def discard(file: Path) -> None:
    """Remove a temporary file if it is there."""
    with contextlib.suppress(OSError):
        file.unlink()


def sweep(folders: Iterable[Path]) -> None:
    """Remove temporary files whose process was killed."""
    for folder in folders:
        try:
            names = os.listdir(folder)  # noqa: PTH208  (names only)
        except OSError:
            continue
        for name in names:
            found = _TEMPORARY.fullmatch(name)
            if found and not _is_running(int(found[1])):
                discard(folder / name)


def _is_running(process: int) -> bool:
    """Whether there is a process of that number; on Windows, where asking would end it, there always is."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True


def replace(data: bytes, target: Path) -> None:
    """Put the bytes at ``target``: the old file or the new one is there at any time, never half of one."""
    staged = stage(data, temporary(target, str(os.getpid())))
    try:
        staged.file.replace(target)
    except BaseException:
        discard(staged.file)
        raise


def put(staged: Staged, target: Path, made: Made, *, force: bool, note: str, sources: Sequence[Path] = ()) -> Placed:
    """Move a staged output to its place, or raise :class:`OutputRefused`; the temporary file is gone either way.

    A file there with the same content is left as it is, with its time, unless by ``force``. One that Kumihan made and
    someone has changed since (an editor, in Word) is moved aside first, unless by ``force``.
    ``sources`` are folders whose Markdown files are notes: not even ``force`` writes over those.
    """
    try:
        there = _digest(target) if target.is_file() else ""
        problem = _obstacle(staged, target, there, made, force=force, sources=sources)
        if problem:
            message = f"{target.name!r} is left alone: {problem}"
            raise OutputRefused(diagnose(Code.OUTPUT_EXISTS, message, note))
        same = not target.is_symlink() and there == staged.digest
        changed = target.is_file() and not same and not made.has(target, there)
        aside = _move_aside(target) if changed and not force else None
        made.add(target, staged.digest)
        if same and not force:
            return Placed(fresh=False)
        _set_back(staged.file)
        staged.file.replace(target)
        return Placed(fresh=True, aside=aside)
    except OSError as error:
        message = f"{target.name!r} cannot be written: {error.strerror}"
        raise OutputRefused(diagnose(Code.OUTPUT_FAILED, message, note)) from error
    finally:
        discard(staged.file)


def _move_aside(target: Path) -> Path:
    """Give a file another name in its folder, ``a (edited).docx``; its own as well where links are possible."""
    for number in count(1):
        words = f" (edited {number})" if number > 1 else " (edited)"
        room = LONGEST_NAME - len(os.fsencode(words + target.suffix))
        stem = target.stem
        while len(os.fsencode(stem)) > room:
            stem = stem[:-1]
        aside = target.with_name(f"{stem}{words}{target.suffix}")
        if os.path.lexists(aside):
            continue
        try:
            os.link(target, aside)  # so that at no time there is no file in the place
        except OSError:
            target.rename(aside)
        return aside
    raise AssertionError


def _set_back(file: Path) -> None:
    """Give a file a time that is past already: file systems count in steps, and no later change may share its step."""
    now = time.time_ns()
    os.utime(file, ns=(now, now - _STEP))


def _obstacle(staged: Staged, target: Path, there: str, made: Made, *, force: bool, sources: Sequence[Path]) -> str:
    """Why the output may not take the place of what is ``there``, by its digest; empty if it may."""
    try:
        status = target.lstat()
    except FileNotFoundError:
        return ""
    if stat.S_ISDIR(status.st_mode):
        return "a folder of that name is there"
    if made.has(target, there) or (stat.S_ISREG(status.st_mode) and there == staged.digest):
        return ""
    if target.suffix.lower() == ".md" and any(_inside(target, folder) for folder in sources):
        return "it is a note"
    if force or (stat.S_ISREG(status.st_mode) and made.knows(target)):
        return ""
    return "Kumihan did not make it"


def _inside(file: Path, folder: Path) -> bool:
    return file.parent.resolve().is_relative_to(folder.resolve())
