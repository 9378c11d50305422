"""Makes the faces into the user's cache, once for each state of the recipes and of the packages they come from.

A folder is named by that state. Each face is written under a passing name and renamed; the list of
all faces is written last and is what counts: a folder without it, or one whose files are not those
of the list, is worked on again. A lock held by the operating system, which ends with its holder,
keeps two processes from making the same folder at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final
from unicodedata import category

from convert.fonts.recipes import FACES, GOTHIC, MINCHO, MONO, East, Face, Source
from convert.fonts.sources import FontsUnavailable, locate

#: Told after each face: how many are done, of how many, and the one that is next (empty at the end).
Progress = Callable[[int, int, str], None]

LIST: Final = "faces.json"

#: Days after which a folder of faces that nobody used goes.
UNUSED_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Made:
    """A face in the cache."""

    family: str
    style: str
    weight: int
    italic: bool
    file: str
    size: int
    origin: str
    """The package and version it is made from, with the name of the file there."""
    characters: tuple[tuple[int, int], ...]
    """Code points it has, as ranges, both ends included."""


def user_cache(platform: str = sys.platform, environment: os._Environ[str] | dict[str, str] = os.environ) -> Path:
    """Kumihan's folder among the user's caches, where the platform keeps such."""
    home = Path.home()
    if platform == "win32":
        base = environment.get("LOCALAPPDATA")
        return (Path(base) if base else home / "AppData" / "Local") / "kumihan" / "Cache"
    given = environment.get("XDG_CACHE_HOME")
    if given and Path(given).is_absolute():
        return Path(given) / "kumihan"
    return home / ("Library/Caches" if platform == "darwin" else ".cache") / "kumihan"


def ranges(codes: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Code points as sorted ranges, both ends included."""
    out: list[list[int]] = []
    for code in sorted(codes):
        if out and code == out[-1][1] + 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return tuple((first, last) for first, last in out)


def state(wanted: tuple[Face, ...] | None = None) -> str:
    """What faces (None: all those of every text) depend on: our recipes and code, packages' and tools' versions."""
    digest = hashlib.sha256()
    for module in ("recipes", "truetype", "symbols", "faces"):
        digest.update(Path(__file__).with_name(f"{module}.py").read_bytes())
    sources = {face.source for face in wanted or FACES if face.source}
    for source in sorted(sources, key=lambda one: (one.package, one.path)):
        file, release = locate(source)
        digest.update(f"{source.package} {release} {source.path} {file.stat().st_size}\n".encode())
    for tool in ("uharfbuzz", "fonttools"):
        digest.update(f"{tool} {version(tool)}\n".encode())
    return digest.hexdigest()[:16]


def ensure(
    root: Path, progress: Progress | None = None, wanted: tuple[Face, ...] | None = None
) -> tuple[Path, tuple[Made, ...]]:
    """The folder of the faces below ``root``, made if it is missing or damaged, and what is in it.

    ``wanted`` are faces that only some texts need, in a folder of their own; None for all the others.

    Raises:
        FontsUnavailable: a package is missing, or the folder cannot be written.
    """
    folder = root / state(wanted)
    faces = read(folder)
    if faces is not None:
        with suppress(OSError):  # a cache that may only be read serves as well
            os.utime(folder / LIST)
    else:
        try:
            root.mkdir(parents=True, exist_ok=True)
            with _lock(root / f"{folder.name}.lock"):
                faces = read(folder) or _make(folder, progress, wanted or FACES)
            _forget(root)
        except OSError as error:
            raise FontsUnavailable(
                f"the faces cannot be written to {folder}: {error.strerror}; "
                "make room there, or name another place by the environment's XDG_CACHE_HOME"
            ) from error
    return folder, faces


def _forget(root: Path) -> None:
    """Removes what earlier releases made (50 MB each) and nobody has used for a while."""
    for listed in root.glob(f"*/{LIST}"):
        with suppress(OSError):
            if time.time() - listed.stat().st_mtime > UNUSED_DAYS * 86_400:
                shutil.rmtree(listed.parent)


def of_east(east: East) -> tuple[Face, ...]:
    """The faces of a language that can be made here: without those of body text where their package is missing."""
    try:
        for face in east.body:
            if face.source:
                locate(face.source)
    except FontsUnavailable:
        return east.others
    return (*east.body, *east.others)


def read(folder: Path) -> tuple[Made, ...] | None:
    """The faces of a finished folder; None if it is not finished or a file is not as it was made."""
    try:
        entries = json.loads((folder / LIST).read_bytes())
        faces = tuple(
            Made(**{**entry, "characters": tuple((first, last) for first, last in entry["characters"])})
            for entry in entries
        )
        sizes = {entry.name: entry.stat().st_size for entry in os.scandir(folder)}
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return faces if all(sizes.get(face.file) == face.size for face in faces) else None


def _make(folder: Path, progress: Progress | None, wanted: tuple[Face, ...]) -> tuple[Made, ...]:
    folder.mkdir(exist_ok=True)
    for leftover in folder.iterdir():
        leftover.unlink()
    faces: list[Made] = []
    for done, face in enumerate(wanted):
        if progress:
            progress(done, len(wanted), face.file)
        data, origin, codes = make(face)
        write(folder / face.file, data)
        faces.append(
            Made(
                face.family,
                face.style,
                face.weight,
                face.italic,
                face.file,
                len(data),
                origin,
                ranges(codes),
            )
        )
    listed = [{name: getattr(face, name) for name in Made.__dataclass_fields__} for face in faces]
    write(folder / LIST, json.dumps(listed, separators=(",", ":")).encode())
    if progress:
        progress(len(wanted), len(wanted), "")
    return tuple(faces)


def make(face: Face) -> tuple[bytes, str, set[int]]:
    """One face: its bytes, where it comes from, its characters."""
    from convert.fonts import symbols, truetype  # noqa: PLC0415 - the tools are needed once a machine

    if face.source is None:
        data, origin = symbols.build(), "drawn by Kumihan"
    else:
        data, origin = _read_source(face.source)
        if data[:4] == b"OTTO":
            data = truetype.from_cff(data)
        else:
            data = truetype.instance(data, {"wght": face.weight, **dict(face.axes)}, _wanted(face, data))
    data = truetype.finish(data, face)
    return data, origin, truetype.characters(data)


def _wanted(face: Face, data: bytes) -> set[int] | None:
    """The characters to keep of the face's source; None for all."""
    from convert.fonts import truetype  # noqa: PLC0415

    wanted = has = truetype.characters(data)
    if not face.family.startswith((MINCHO, GOTHIC, MONO)):
        # What a private-use character means, only its author's own font knows.
        wanted = {code for code in has if category(chr(code)) != "Co"}
    if face.gaps_of:
        wanted = wanted - truetype.characters(_read_source(face.gaps_of)[0])
    if face.within:
        wanted = wanted & truetype.characters(_read_source(face.within)[0])
    if wanted == has:
        return None
    # Every face needs a blank: the one that follows a character is set from the character's face.
    return wanted | {0x20, 0xA0}


def _read_source(source: Source) -> tuple[bytes, str]:
    file, release = locate(source)
    return file.read_bytes(), f"{source.package} {release}: {file.name}"


def write(target: Path, data: bytes) -> None:
    """All of the file or nothing, whatever happens meanwhile."""
    passing = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with passing.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        passing.replace(target)
    except BaseException:
        with suppress(OSError):
            passing.unlink()
        raise


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Waits until no other process holds the lock. The system lets go of it when its holder ends, however it ends."""
    with path.open("a+b") as held:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415

            held.seek(0)
            while True:
                try:
                    msvcrt.locking(held.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # ten seconds are over: the other one still works
                    continue
            try:
                yield
            finally:
                held.seek(0)
                msvcrt.locking(held.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(held, fcntl.LOCK_EX)
            yield
