"""Which outputs of a build stand, and which must be made: the one list of earlier builds, kept up to date.

A build first compares the vault's files with those of the build before, and marks what may have changed as stale, in
one transaction with the new state of the files; so whenever it is interrupted, what was marked stays marked. A stale
record is then asked again, question by question, and mostly found to be right.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from convert.cache import tools
from convert.cache.answers import Answers
from convert.cache.printed import Cache, system_fonts
from convert.cache.store import Store, diagnostics_of, diagnostics_text
from convert.cache.trace import Trace, digest_of, names_of, seen, values
from convert.diagnostics import Code, Diagnostic
from convert.vault import stat_of

if TYPE_CHECKING:
    from convert.build import Plan
    from convert.worker import Result

#: Seconds between two writes of what was finished meanwhile.
_EVERY = 0.5
#: A file that changed so shortly (in nanoseconds) before it was looked at may change again without a trace: file
#: systems count time in steps, of two seconds at most (FAT).
_UNSURE = 2_500_000_000
#: What there was of a file: its stat's mark, its digest if it was read, when it was looked at, its output's stem.
_Row = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Known:
    """An output of an earlier build."""

    format: str
    place: str
    mark: str
    digest: str
    size: int
    pages: int | None
    tools: str
    settings: str
    fonts: str
    diagnostics: str


@dataclass(slots=True)
class Record:
    """What is known of a note: its outputs by format, and what was said when it was read and linked."""

    id: int
    stale: bool
    diagnostics: str
    dependencies: str
    seconds: float
    made: dict[str, Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a note need not be made: outputs that are in their places, and outputs to be put back there."""

    outputs: Mapping[str, Known]
    missing: Mapping[str, Known]
    diagnostics: tuple[Diagnostic, ...]
    dependencies: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Finished:
    """A note that was made, and the marks of the outputs that are now in place."""

    note: str
    result: Result
    marks: Mapping[str, str]


class Ledger:
    """The records of one build: of one vault, into one folder. Without a cache it knows nothing and forgets all."""

    def __init__(self, plan: Plan, *, force: bool = False, folder: Path | None = None) -> None:
        """Open the cache and compare the vault with what was there at the last build; ``force``: nothing stands."""
        self._plan = plan
        self._digests: dict[str, str] = {}
        self._fresh: set[str] = set()
        self._records: dict[str, Record] = {}
        self._finished: list[_Finished] = []
        self._written = time.monotonic()
        self._build = self._generation = 0
        self._store: Store | None = None
        self._base = str(plan.base)
        self.tools = tools.keys(plan.formats)
        self._code = tools.keys([""])[""]
        self.problem = ""
        """Why there is no cache, in a few words."""
        self.cache: Cache | None = None
        """What workers are told of it."""
        try:
            self._store = Store(folder)
            self.cache = Cache(self._store.folder, self.tools, self._code, ignored=force)
            self._begin(self._store)
            if not force:
                self._read(self._store)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self.problem = getattr(error, "strerror", None) or str(error) or type(error).__name__
        self._store, self._records, self._finished = None, {}, []

    def close(self) -> None:
        """Write what is not written yet, and make room for others."""
        if self._store is None:
            return
        try:
            self._write(self._store)
            self._store.make_room(self._plan.layers.settings()[0].cache_megabytes)
        except (sqlite3.Error, OSError) as error:
            self.problem = str(error)
        finally:
            self._store.close()

    # What has changed

    def _begin(self, store: Store) -> None:
        """Compare with the build before; mark what may have changed, and write down what is there now."""
        plan = self._plan
        place = digest_of([str(plan.vault.root), os.path.realpath(plan.base)])
        key = digest_of([place, plan.shape, self._code])
        layers = repr([sorted(values.items()) for values in (plan.layers.vault, plan.layers.command)])
        with store.transaction() as db:
            db.execute("INSERT OR IGNORE INTO build VALUES (NULL, ?, ?, 0, '', '{}', 0)", [key, place])
            self._build, self._generation, old_layers, old_facts = db.execute(
                "SELECT id, generation, layers, facts FROM build WHERE key = ?", [key]
            ).fetchone()
            rows = db.execute("SELECT path, mark, digest, seen, stem FROM file WHERE build = ?", [self._build])
            old: dict[str, _Row] = {path: row for path, *row in rows}
            subjects, new = self._compare(old)
            facts, before = self.answers.facts(), json.loads(old_facts)
            subjects |= {fact for fact in facts.keys() | before.keys() if facts.get(fact) != before.get(fact)}
            db.execute("UPDATE build SET used = ? WHERE id = ?", [time.time(), self._build])
            if not (subjects or new or layers != old_layers):
                return
            if subjects or layers != old_layers:
                self._generation += 1
            if layers != old_layers:
                db.execute("UPDATE note SET stale = 1 WHERE build = ?", [self._build])
            db.executemany(
                "UPDATE note SET stale = 1 WHERE id IN (SELECT note FROM asked WHERE subject = ?) AND build = ?",
                ([subject, self._build] for subject in sorted(subjects)),
            )
            gone = old.keys() - plan.vault.stats.keys()
            db.executemany("DELETE FROM file WHERE build = ? AND path = ?", ([self._build, path] for path in gone))
            db.executemany("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?)", new)
            db.execute(
                "UPDATE build SET generation = ?, layers = ?, facts = ? WHERE id = ?",
                [self._generation, layers, json.dumps(facts), self._build],
            )

    def _compare(self, old: Mapping[str, _Row]) -> tuple[set[str], list[list[object]]]:
        """The subjects of which something is not as before, and the rows of files that must be written anew."""
        stats, stems = self._plan.vault.stats, self._plan.stems
        subjects: set[str] = set()
        rows: list[list[object]] = []
        for path, stat in stats.items():
            stem = stems.get(path, "")
            was = old.get(path)
            if was and was[0] == stat.mark and was[3] == stem and stat.changed + _UNSURE <= was[2]:
                if was[1]:
                    self._digests[path] = was[1]
                continue
            if stat.changed + _UNSURE > self._plan.vault.scanned:
                self._fresh.add(path)
            digest = ""
            if was is None:
                subjects |= {*names_of(path), f"file:{path}", "vault"}
            elif was[0] == stat.mark and stat.changed + _UNSURE <= was[2]:
                digest = was[1]
            else:
                digest = seen(self._plan.vault.file(path))[1] if was[1] else ""
                if was[0] != stat.mark:
                    subjects.add("vault")
                if not digest or digest != was[1]:
                    subjects |= {f"file:{path}", "vault"}
            if digest:
                self._digests[path] = digest
            if stem != (was[3] if was else ""):
                subjects.add(f"stem:{path}")
            rows.append([self._build, path, stat.mark, digest, self._plan.vault.scanned, stem])
        for path in old.keys() - stats.keys():
            subjects |= {*names_of(path), f"file:{path}", f"stem:{path}", "vault"}
        return subjects, rows

    @cached_property
    def answers(self) -> Answers:
        """Who answers questions about the vault as it is now."""
        plan = self._plan
        return Answers(plan.vault, plan.layers, plan.stems, self._digests, self._fresh)

    # What stands

    def _read(self, store: Store) -> None:
        by_id: dict[int, Record] = {}
        for path, *row in store.db.execute(
            "SELECT path, id, stale, diagnostics, dependencies, seconds FROM note WHERE build = ?", [self._build]
        ):
            by_id[row[0]] = self._records[path] = Record(*row)
        for id, *row in store.db.execute(
            "SELECT made.* FROM made JOIN note ON made.note = note.id WHERE note.build = ?", [self._build]
        ):
            by_id[id].made[row[0]] = Known(*row)

    def standing(self, note: str) -> Standing | None:
        """What of a note need not be made again; None if that is nothing."""
        record = self._records.get(note)
        if record is None or (record.stale and not self._verified(record)):
            return None
        outputs: dict[str, Known] = {}
        missing: dict[str, Known] = {}
        for format in self._plan.targets.get(note, ()):
            made = record.made.get(format)
            if made is None or made.place != f"{self._plan.stems[note]}.{format}" or made.tools != self.tools[format]:
                continue
            if made.fonts and made.fonts != system_fonts():
                continue
            (outputs if self._in_place(made, record) else missing)[format] = made
        dependencies = tuple(record.dependencies.split("\0")) if record.dependencies else ()
        return Standing(outputs, missing, diagnostics_of(record.diagnostics), dependencies, record.seconds)

    def _in_place(self, made: Known, record: Record) -> bool:
        """Whether the output is as it was made."""
        place = f"{self._base}/{made.place}"
        try:
            stat = stat_of(os.lstat(place))
        except OSError:
            return False
        if stat.mark == made.mark:
            return True
        if seen(Path(place))[1] != made.digest:
            return False
        if self._store is not None:
            with suppress(sqlite3.Error):
                self._store.db.execute(
                    "UPDATE made SET mark = ? WHERE note = ? AND format = ?", [stat.mark, record.id, made.format]
                )
        return True

    def _verified(self, record: Record) -> bool:
        """Ask the questions of a stale record again; if all answers are as they were, it is stale no more."""
        if self._store is None:
            return False
        try:
            (text,) = self._store.db.execute("SELECT trace FROM note WHERE id = ?", [record.id]).fetchone()
            trace = Trace.from_json(text)
            if not self.answers.hold(trace):
                return False
            settings = self.answers.settings(trace)
            with self._store.transaction() as db:
                for format, made in list(record.made.items()):
                    read = json.loads(made.settings)
                    if values(settings, read) != read:
                        del record.made[format]
                        db.execute("DELETE FROM made WHERE note = ? AND format = ?", [record.id, format])
                db.execute(
                    "UPDATE note SET stale = 0 WHERE id = ? AND (SELECT generation FROM build WHERE id = ?) = ?",
                    [record.id, self._build, self._generation],
                )
        except (sqlite3.Error, TypeError, ValueError):
            return False
        record.stale = False
        return True

    def output(self, digest: str) -> bytes | None:
        """The bytes of an output that is no longer in its place, if the cache has them."""
        return self._store.output(digest) if self._store else None

    # What was made

    def finish(self, note: str, result: Result, marks: Mapping[str, str]) -> None:
        """A note was made, or failed; ``marks`` are those of its outputs in their places, by format."""
        if self._store is None:
            return
        self._finished.append(_Finished(note, result, marks))
        if time.monotonic() - self._written > _EVERY:
            try:
                self._write(self._store)
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)

    def put_back(self, note: str, marks: Mapping[str, str]) -> None:
        """Outputs that were gone are in their places again; ``marks`` are theirs, by format."""
        if self._store is not None:
            rows = ([mark, self._records[note].id, format] for format, mark in marks.items())
            with suppress(sqlite3.Error):
                self._store.db.executemany("UPDATE made SET mark = ? WHERE note = ? AND format = ?", rows)

    def _write(self, store: Store) -> None:
        with store.transaction() as db:
            row = db.execute("SELECT generation FROM build WHERE id = ?", [self._build]).fetchone()
            # Another build may have seen a newer vault meanwhile: then what we know must be asked again.
            overtaken = row is None or row[0] != self._generation
            for finished in self._finished if row else ():
                self._write_note(db, finished, overtaken=overtaken)
        self._finished = []
        self._written = time.monotonic()

    def _write_note(self, db: sqlite3.Connection, finished: _Finished, *, overtaken: bool) -> None:
        note, result = finished.note, finished.result
        old = db.execute(
            "SELECT id, stale, trace FROM note WHERE build = ? AND path = ?", [self._build, note]
        ).fetchone()
        trace = result.sources
        if result.failed or trace is None or not self._lasting(result):
            if old:
                for table, column in (("made", "note"), ("asked", "note"), ("note", "id")):
                    db.execute(f"DELETE FROM {table} WHERE {column} = ?", [old[0]])  # noqa: S608  (constants)
            return
        for kind in ("vault", "snippets", "word"):
            if (kind,) in trace.answers:
                trace.answers[kind,] = self.answers.fact(kind)
        text = trace.to_json()
        dependencies = "\0".join(result.dependencies)
        about_note = [int(overtaken), text, diagnostics_text(result.linked), dependencies, result.seconds]
        if old:
            id = old[0]
            db.execute(
                "UPDATE note SET stale = ?, trace = ?, diagnostics = ?, dependencies = ?, seconds = ? WHERE id = ?",
                [*about_note, id],
            )
        else:
            id = db.execute(
                "INSERT INTO note VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", [self._build, note, *about_note]
            ).lastrowid
        if not old or old[1] or old[2] != text:
            # Outputs in other formats came from what is no longer so.
            db.execute("DELETE FROM made WHERE note = ?", [id])
            db.execute("DELETE FROM asked WHERE note = ?", [id])
            subjects = dict.fromkeys(trace.subjects())
            db.executemany("INSERT INTO asked VALUES (?, ?)", ([subject, id] for subject in subjects))
        stem = self._plan.stems.get(note)
        for written in result.outputs:
            format, staged = written.format, written.staged
            place = f"{stem}.{format}"
            about = [place, finished.marks.get(format, ""), staged.digest, staged.size, written.pages]
            made_of = [self.tools[format], json.dumps(written.settings), written.fonts]
            row = [id, format, *about, *made_of, diagnostics_text(written.diagnostics)]
            db.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        for path, digest in trace.files.items():
            stat, now = self._plan.vault.stats.get(path), trace.stats.get(path)
            if digest and now is not None and stat == now.stat:
                db.execute(
                    "UPDATE file SET digest = ?, seen = ? WHERE build = ? AND path = ? AND mark = ?",
                    [digest, now.when, self._build, path, stat.mark],
                )

    def _lasting(self, result: Result) -> bool:
        """Whether the next build may go by this one: not if the network had a say, which may answer then."""
        asked = self._plan.layers.settings()[0].allow_network
        return not (asked and any(d.code == Code.IMAGE_REMOTE.code for d in result.diagnostics))

    # What is no longer wanted

    def gone(self) -> list[tuple[str, str]]:
        """Outputs of notes that are no longer in the vault: note, and place below the output folder."""
        if self._store is None:
            return []
        rows = self._store.db.execute(
            "SELECT DISTINCT note.path, made.place FROM build JOIN note ON note.build = build.id "
            "JOIN made ON made.note = note.id WHERE build.place = (SELECT place FROM build WHERE id = ?)",
            [self._build],
        )
        here = {*self._plan.vault.notes}
        return sorted((note, place) for note, place in rows if note not in here)

    def forget(self, notes: Iterable[str]) -> None:
        """Remove the records of notes whose outputs are gone, too."""
        if self._store is None:
            return
        ids = (
            "SELECT note.id FROM note JOIN build ON note.build = build.id WHERE note.path = ? "
            "AND build.place = (SELECT place FROM build WHERE id = ?)"
        )
        with self._store.transaction() as db:
            for note in notes:
                for table, column in (("made", "note"), ("asked", "note"), ("note", "id")):
                    db.execute(f"DELETE FROM {table} WHERE {column} IN ({ids})", [note, self._build])  # noqa: S608
