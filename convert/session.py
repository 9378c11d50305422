"""One build as a person sees it: what is shown while it runs, what is said at the end, and the report."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convert import build, output, watch
from convert.build import Outcome, Plan, Request
from convert.cache.ledger import Ledger
from convert.diagnostics import Code, Diagnostic, Severity, diagnose
from convert.pool import Pool
from convert.settings import SettingsError
from convert.terminal import Terminal

if TYPE_CHECKING:
    from convert.preview import Shown

#: So many notes must have been made before the slowest are worth a word; so many of them are named.
_MANY, _SLOWEST = 10, 3


@dataclass(frozen=True, slots=True)
class How:
    """How a build goes, beside what it makes."""

    jobs: int | None = None
    force: bool = False
    prune: bool = False
    strict: bool = False
    debug: bool = False
    report: str | None = None
    checking: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """How a build ended."""

    status: int
    plan: Plan
    outcomes: tuple[Outcome, ...]


class Session:
    """Builds, one after another, by the same workers. Use it in a ``with``."""

    def __init__(self, request: Request, how: How, terminal: Terminal) -> None:
        """Nothing happens yet."""
        self._request, self._how, self._terminal = request, how, terminal
        self._pool: Pool | None = None
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> Session:
        self._opened.enter_context(contextlib.closing(self._terminal))
        return self

    def __exit__(self, *exception: object) -> None:
        self._opened.close()

    def run(self, *, brief: bool = False) -> Done:
        """Plan and build (or check); :class:`build.UsageError` if there is nothing that could be.

        When ``brief`` the end is one line.
        """
        started = time.perf_counter()
        how, terminal = self._how, self._terminal
        plan = build.plan(self._request, checking=how.checking)
        diagnostics = [*plan.diagnostics, *build.engine_problems(plan.formats)]
        terminal.diagnostics(diagnostics)
        if self._pool is None:
            pool = Pool(plan.formats or ("html",), say=terminal.busy, debug=how.debug)
            self._pool = self._opened.enter_context(pool)
        outcomes: list[Outcome] = []
        removed: list[str] = []
        made = output.Made()
        finished = False
        with contextlib.closing(Ledger(plan, force=how.force)) as ledger:
            try:
                self._work(plan, self._pool, made, ledger, outcomes)
                if how.prune:
                    removed, kept = build.prune(plan, ledger, made)
                    diagnostics += kept
                    terminal.diagnostics(kept)
                finished = True
            finally:
                # An interrupted build has a report too.
                outcomes += [_skipped(note) for note in {*plan.notes} - {outcome.note for outcome in outcomes}]
                outcomes.sort(key=lambda outcome: outcome.note)
                seconds = time.perf_counter() - started
                if how.report is not None and not finished:
                    write_report(how.report, build.report(plan, outcomes, diagnostics, seconds))
        for code, problem in (
            (Code.CACHE_UNUSABLE, ledger.problem and f"the cache cannot be used: {ledger.problem}"),
            (Code.OUTPUT_UNLISTED, made.problem and f"the list of outputs cannot be written: {made.problem}"),
        ):
            if problem:
                diagnostics.append(diagnose(code, problem))
                terminal.diagnostics(diagnostics[-1:])
        for place in removed:
            terminal.summary(f"removed {place}")
        seconds = time.perf_counter() - started
        if not brief:
            terminal.groups({*diagnostics, *(d for outcome in outcomes for d in outcome.diagnostics)})
            terminal.summary(slowest(outcomes))
        # Make and other programs want no word if there was nothing to do.
        if terminal.live or diagnostics or removed or any(o.status != "unchanged" or o.diagnostics for o in outcomes):
            terminal.summary(summary(outcomes, diagnostics, seconds, "checked" if how.checking else "built"))
        if how.report is not None:
            write_report(how.report, build.report(plan, outcomes, diagnostics, seconds, removed))
        return Done(build.exit_status(outcomes, diagnostics, strict=how.strict), plan, tuple(outcomes))

    def watch(self, shown: Shown | None = None) -> None:
        """Build now and whenever something changes, until interrupted; ``shown`` is told what there is."""
        root, others, folders = build.watched(self._request)
        first = True
        for changed in watch.changes(root, others, folders):
            if not (changed or first):
                continue
            try:
                done = self.run(brief=not first)
            except (build.UsageError, SettingsError) as error:
                if first:
                    raise
                self._terminal.line(f"kumihan: {error}")  # the note is gone just now, or kumihan.yaml half written
                continue
            first = False
            if shown is not None:
                built = {
                    one.file.relative_to(done.plan.base).as_posix(): one for o in done.outcomes for one in o.outputs
                }
                fresh = (name for name, one in built.items() if one.fresh)
                shown.update({name: one.file for name, one in built.items()}, fresh)

    def _work(self, plan: Plan, pool: Pool, made: output.Made, ledger: Ledger, outcomes: list[Outcome]) -> None:
        how, terminal = self._how, self._terminal
        jobs = how.jobs or build.default_jobs()
        total = len(plan.notes)
        terminal.progress(0, total, plan.notes[0] if plan.notes else "")
        for outcome in build.run(plan, pool, jobs=jobs, made=made, ledger=ledger, force=how.force):
            outcomes.append(outcome)
            if outcome.status == "unchanged" and not outcome.diagnostics and not outcome.worked:
                continue
            terminal.diagnostics(outcome.diagnostics)
            if how.debug and outcome.trace:
                terminal.trace(outcome.trace)
            for built in outcome.outputs:
                if built.fresh:
                    terminal.out(str(built.file))
            if outcome.worked:
                terminal.progress(len(outcomes), total, outcome.note)


def _skipped(note: str) -> Outcome:
    return Outcome(note, "skipped", (), (), (), 0.0)


def slowest(outcomes: Sequence[Outcome]) -> str:
    """The notes that took longest, in a line; empty if there were but a few."""
    made = [outcome for outcome in outcomes if outcome.worked]
    if len(made) < _MANY:
        return ""
    made.sort(key=lambda outcome: -outcome.seconds)
    return "slowest: " + ", ".join(f"{outcome.note} ({outcome.seconds:.1f} s)" for outcome in made[:_SLOWEST])


def summary(outcomes: Sequence[Outcome], diagnostics: Sequence[Diagnostic], seconds: float, done: str) -> str:
    """Such as ``12 notes built, 1 failed; 3 warnings; 40 pages; 5.1 s``."""

    def many(count: int, word: str) -> str:
        return f"{count} {word}" + ("" if count == 1 else "s")

    counts = Counter(outcome.status for outcome in outcomes)
    warnings = {*diagnostics, *(d for outcome in outcomes for d in outcome.diagnostics)}
    warned = sum(d.severity is Severity.WARNING for d in warnings)
    pages = sum(built.pages or 0 for outcome in outcomes for built in outcome.outputs)
    others = [f"{counts[status]} {status}" for status in ("unchanged", "failed", "skipped") if counts[status]]
    parts = [", ".join([f"{many(counts['built'], 'note')} {done}", *others])]
    parts += [many(warned, "warning")] if warned else []
    parts += [many(pages, "page")] if pages else []
    return "; ".join([*parts, f"{seconds:.1f} s"])


def write_report(file: str, text: str) -> None:
    """Write a report; :class:`build.UsageError` if it cannot be."""
    place = build.expanded(file)
    try:
        output.replace(text.encode(errors="surrogateescape"), place)
    except OSError as error:
        raise build.UsageError(f"the report {place} cannot be written: {error.strerror}") from error
