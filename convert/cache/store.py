"""The cache on disk: one SQLite database for what is known, one file for each finished output.

SQLite because a build writes thousands of small records that must all be there or not after a crash, and because two
builds may write at once; files because outputs are big and can be checked by their names, their digests.
Nothing in it is ever unpickled; what cannot be read is as good as absent.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from convert.diagnostics import Diagnostic, Severity
from convert.fonts.faces import user_cache

#: Goes up when the tables change; older databases are removed.
VERSION = 1
#: Notes that are remembered, of all builds; 26,000 notes take some 50 MB.
MOST_NOTES = 200_000
#: Seconds to wait for another build's transaction.
_PATIENCE = 20.0
_MEGABYTE = 2**20

_TABLES = """
CREATE TABLE IF NOT EXISTS build (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE, place TEXT, generation INTEGER, layers TEXT, facts TEXT, used REAL);
CREATE TABLE IF NOT EXISTS file (
    build INTEGER, path TEXT, mark TEXT, digest TEXT, seen INTEGER, stem TEXT,
    PRIMARY KEY (build, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY, build INTEGER, path TEXT, stale INTEGER, trace TEXT, diagnostics TEXT,
    dependencies TEXT, seconds REAL, UNIQUE (build, path));
CREATE TABLE IF NOT EXISTS made (
    note INTEGER, format TEXT, place TEXT, mark TEXT, digest TEXT, size INTEGER, pages INTEGER,
    tools TEXT, settings TEXT, fonts TEXT, diagnostics TEXT, PRIMARY KEY (note, format)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asked (subject TEXT, note INTEGER, PRIMARY KEY (subject, note)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asked_by ON asked (note);
CREATE TABLE IF NOT EXISTS printed (
    key TEXT, settings TEXT, fonts TEXT, digest TEXT, size INTEGER, pages INTEGER, diagnostics TEXT, used REAL,
    PRIMARY KEY (key, settings, fonts)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parsed (key TEXT PRIMARY KEY, blocks TEXT, size INTEGER, used REAL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished output: how it came out for these values of the settings that its format read.

    ``fonts`` tells the state of the machine's own fonts if they were asked for a character, else it is empty.
    """

    settings: str
    fonts: str
    digest: str
    size: int
    pages: int | None
    diagnostics: tuple[Diagnostic, ...]


class Store:
    """The cache in one folder; ``sqlite3.Error`` or ``OSError`` comes as it comes. One thread's at a time."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the cache, by default the user's; it is made if it is missing or of no use."""
        self.folder = folder or user_cache() / "builds"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what it holds are the user's own texts
        try:
            self.db = self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, full, not to be written: not its content
                raise
            for file in self.folder.glob("*.db*"):
                file.unlink(missing_ok=True)
            self.db = self._open()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.folder / f"cache-{VERSION}.db", timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            if db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                db.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
            db.execute("SELECT count(*) FROM build")
        except BaseException:
            db.close()
            raise
        return db

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # Outputs

    def printed(self, key: str) -> list[Printed]:
        """The outputs that a document has had in a format, for different settings."""
        rows = self.db.execute(
            "SELECT settings, fonts, digest, size, pages, diagnostics FROM printed WHERE key = ?", [key]
        )
        return [
            Printed(settings, fonts, digest, size, pages, diagnostics_of(said))
            for settings, fonts, digest, size, pages, said in rows
        ]

    def keep(self, key: str, printed: Printed, data: bytes) -> None:
        """Remember an output, and its bytes."""
        file = self._file(printed.digest)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(data)
                Path(temporary).replace(file)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        about = [printed.settings, printed.fonts, printed.digest, printed.size, printed.pages]
        row = [key, *about, diagnostics_text(printed.diagnostics), time.time()]
        self.db.execute("INSERT OR REPLACE INTO printed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def output(self, digest: str) -> bytes | None:
        """The bytes of an output; None if they are gone or no longer those."""
        try:
            data = self._file(digest).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != digest:
            self._file(digest).unlink(missing_ok=True)
            return None
        return data

    def touch(self, digests: Iterable[str]) -> None:
        """These outputs are in use: others go first when room is made."""
        now = time.time()
        self.db.executemany("UPDATE printed SET used = ? WHERE digest = ?", ((now, digest) for digest in digests))

    def _file(self, digest: str) -> Path:
        return self.folder / "outputs" / digest[:2] / digest

    # Pandoc's trees

    def parsed(self, key: str) -> str | None:
        """The tree that pandoc made of a text."""
        row = self.db.execute("SELECT blocks FROM parsed WHERE key = ?", [key]).fetchone()
        return row[0] if row else None

    def keep_parsed(self, key: str, blocks: str) -> None:
        """Remember a tree."""
        row = [key, blocks, len(blocks), time.time()]
        self.db.execute("INSERT OR REPLACE INTO parsed VALUES (?, ?, ?, ?)", row)

    # Room

    def make_room(self, megabytes: int) -> None:
        """Remove what was used longest ago, until outputs and trees take no more than that together."""
        room = megabytes * _MEGABYTE
        (used,) = self.db.execute(
            "SELECT (SELECT ifnull(sum(size), 0) FROM printed) + (SELECT ifnull(sum(size), 0) FROM parsed)"
        ).fetchone()
        if used > room:
            self._remove_oldest(used - room * 4 // 5)
        self._forget_builds()

    def _remove_oldest(self, size: int) -> None:
        """Remove so many bytes, oldest first."""
        with self.transaction() as db:
            gone: list[str] = []
            rows = db.execute(
                "SELECT 0, key, settings, fonts, digest, size, used FROM printed "
                "UNION ALL SELECT 1, key, '', '', '', size, used FROM parsed ORDER BY used"
            ).fetchall()
            for is_parsed, key, settings, fonts, digest, bytes_, _ in rows:
                if size <= 0:
                    break
                size -= bytes_
                if is_parsed:
                    db.execute("DELETE FROM parsed WHERE key = ?", [key])
                else:
                    db.execute("DELETE FROM printed WHERE (key, settings, fonts) = (?, ?, ?)", [key, settings, fonts])
                    gone.append(digest)
            still = {digest for (digest,) in db.execute("SELECT digest FROM printed")}
        for digest in gone:
            if digest not in still:
                self._file(digest).unlink(missing_ok=True)

    def _forget_builds(self) -> None:
        """Remove the builds that were made longest ago if there are records of too many notes."""
        rows = self.db.execute(
            "SELECT build.id, (SELECT count(*) FROM file WHERE file.build = build.id) FROM build ORDER BY used DESC"
        ).fetchall()
        total = 0
        for number, (build, files) in enumerate(rows):
            total += files
            if number and total > MOST_NOTES:
                with self.transaction() as db:
                    notes = "SELECT id FROM note WHERE build = ?"
                    db.execute(f"DELETE FROM made WHERE note IN ({notes})", [build])  # noqa: S608  (a constant)
                    db.execute(f"DELETE FROM asked WHERE note IN ({notes})", [build])  # noqa: S608
                    for table in ("note", "file"):
                        db.execute(f"DELETE FROM {table} WHERE build = ?", [build])  # noqa: S608
                    db.execute("DELETE FROM build WHERE id = ?", [build])


def diagnostics_text(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as text; empty if there are none."""
    rows = [[d.path, d.line, d.column, d.code, d.severity, d.message, d.hint] for d in diagnostics]
    return json.dumps(rows) if rows else ""


def diagnostics_of(text: str) -> tuple[Diagnostic, ...]:
    """The diagnostics that were written."""
    if not text:
        return ()
    return tuple(
        Diagnostic(path, line, column, code, Severity(severity), message, hint)
        for path, line, column, code, severity, message, hint in json.loads(text)
    )
