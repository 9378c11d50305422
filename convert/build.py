"""From paths on the command line to finished files: which notes, which outputs, who prints them, what is reported."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from convert import __version__, output, platform_libs, settings
from convert.cache.ledger import Ledger, Standing
from convert.cache.store import diagnostics_of
from convert.diagnostics import STRICT, Code, Diagnostic, Severity, diagnose
from convert.formats import FORMATS
from convert.pdf import shortcuts
from convert.pool import Pool
from convert.settings import Layers
from convert.vault import Vault, compared, scan, stat_of
from convert.worker import Job, Result, Task, Written

#: Where a folder's outputs go if ``-o`` does not say.
DEFAULT_FOLDER = "out"
#: Bytes that a worker may come to hold, with its pandoc; and those of a machine that does not tell what it has.
A_WORKER = 600 * 2**20
_GUESSED_MEMORY = 4 * 2**30
#: All outputs were right already; some were put in place; some could not be; the build ended before its turn.
STATUSES = ("unchanged", "built", "failed", "skipped")


class UsageError(Exception):
    """The build cannot begin; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a command line asks for. ``formats`` may be empty: then ``output`` or the default decides."""

    paths: tuple[str, ...]
    formats: tuple[str, ...] = ()
    output: str | None = None
    vault: str | None = None
    config: str | None = None
    command: settings.Values = field(default_factory=dict)
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A vault's root, as a real path; ``certain`` if it was named or has ``.obsidian``, not only supposed."""

    folder: Path
    certain: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a build will do: for each note (in order) the place of each output.

    ``base`` is the folder that the report's output paths are relative to; ``stems`` are those without extension.
    Without ``targets`` notes are checked. ``shape`` tells how the places come about: ``tree`` as in the vault,
    ``flat`` without its folders, ``file`` as the user says, ``check`` not at all.
    """

    vault: Vault
    layers: Layers
    formats: tuple[str, ...]
    notes: tuple[str, ...]
    base: Path
    targets: Mapping[str, Mapping[str, Path]]
    diagnostics: tuple[Diagnostic, ...]
    stems: Mapping[str, str] = field(default_factory=dict)
    shape: str = "tree"


@dataclass(frozen=True, slots=True)
class Built:
    """An output in its place; ``pages`` where the format has pages; ``fresh`` if it was put there by this build."""

    format: str
    file: Path
    pages: int | None
    size: int
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a note: ``status`` is one of :data:`STATUSES`; some output of a failed one may be there.

    ``seconds`` are those that the note took when it was last made; ``worked``: a worker had to look at it now.
    """

    note: str
    status: str
    outputs: tuple[Built, ...]
    diagnostics: tuple[Diagnostic, ...]
    dependencies: tuple[str, ...]
    seconds: float
    trace: str = ""
    worked: bool = False


# Planning


def expanded(path: str) -> Path:
    """A path as typed, with ``~`` for the home folder (the shell of ``make`` does not see it) unless it exists."""
    literal = Path(path)
    return literal if os.path.lexists(literal) else Path(os.path.expanduser(path))  # noqa: PTH111  (never raises)


def wanted_formats(text: str) -> tuple[str, ...]:
    """The formats of a comma-separated list, in the order of the registry; :class:`UsageError` for any other word."""
    words = [word.strip().lower().lstrip(".") for word in text.split(",") if word.strip()]
    for word in words:
        if word not in FORMATS:
            nearest = difflib.get_close_matches(word, FORMATS, 1)
            also = f" (did you mean {nearest[0]}?)" if nearest else ""
            raise UsageError(f"unknown format {word!r}{also}; there are {', '.join(FORMATS)}")
    if not words:
        raise UsageError(f"no format given; there are {', '.join(FORMATS)}")
    return tuple(name for name in FORMATS if name in words)


def default_jobs() -> int:
    """As many workers as this process may use processors, but not more than there is memory for."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, _free_memory() // A_WORKER))


def _free_memory() -> int:
    """Bytes of memory that may be used without swapping; half of all where the system doesn't tell, or a guess."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):
        return _GUESSED_MEMORY


def find_root(path: Path, vault: str | None = None) -> Root:
    """The root of the vault that ``path`` is in: ``vault``, else upward to ``.obsidian``, else the folder itself."""
    if not os.path.lexists(path):
        raise UsageError(f"there is no {path}")
    if vault is not None:
        folder = expanded(vault)
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}")
        return Root(folder.resolve(), certain=True)
    folder = path.resolve() if path.is_dir() else path.parent.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ".obsidian").is_dir():
            return Root(candidate, certain=True)
    return Root(folder, certain=False)


def _in_vault(path: Path, root: Path) -> str:
    """A path relative to the vault, with ``/``; links to folders are followed, a link that is a note is not."""
    real = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    for place in (real, Path(os.path.abspath(path))):  # noqa: PTH100  (without .. and with links as they are)
        if place.is_relative_to(root):
            relative = place.relative_to(root).as_posix()
            return "" if relative == "." else relative
    raise UsageError(f"{path} is not in the vault {root}")


def _is_glob(path: Path) -> bool:
    """Whether a path is a pattern: there is no such file, and it has signs that a shell would have understood."""
    return not os.path.lexists(path) and any(sign in str(path) for sign in "*?[")


def _without_glob(path: Path) -> Path:
    """The folder that a pattern begins with."""
    while _is_glob(path):
        path = path.parent
    return path


def _matching(pattern: Path, vault: Vault) -> tuple[str, ...]:
    """The notes that a pattern means, of those that a build of the vault is about."""
    from convert.where import glob_rule  # noqa: PLC0415

    folder = _without_glob(pattern)
    below = _in_vault(folder, vault.root)
    rule = glob_rule((below + "/" if below else "") + pattern.relative_to(folder).as_posix())
    notes = tuple(note for note in vault.buildable() if rule.matches(note.split("/"), folder=False))
    if not notes:
        raise UsageError(f"no note is like {pattern}")
    return notes


def _where(expression: str) -> Callable[[Vault, int], Callable[[str], bool]]:
    """What ``--where`` says: made for a vault (of which no more bytes of a note are read), whether a note fits."""
    from convert.bases.files import Files  # noqa: PLC0415  (reads notes, which most builds leave to their workers)
    from convert.where import WhereError, parse  # noqa: PLC0415

    try:
        test = parse(expression)
    except WhereError as error:
        raise UsageError(str(error)) from error

    def of(vault: Vault, limit: int) -> Callable[[str], bool]:
        files = Files(vault, limit)
        return lambda note: test(files.file(note))

    return of


def _selected(path: Path, vault: Vault) -> tuple[str, ...]:
    """The notes that a path means: itself, or those of a folder that a build is about."""
    if _is_glob(path):
        return _matching(path, vault)
    relative = _in_vault(path, vault.root)
    if path.is_dir():
        below = relative + "/" if relative else ""
        notes = tuple(note for note in vault.buildable() if note.startswith(below))
        if not notes:
            left_out = any(note.startswith(below) for note in vault.notes)
            why = " (all are excluded in Obsidian's settings or in .export-ignore)" if left_out else ""
            raise UsageError(f"there are no notes in {path}{why}")
        return notes
    if not relative.lower().endswith(".md"):
        raise UsageError(f"{path} is not a note (.md) or a folder")
    if relative not in vault.notes:
        # Where the file system ignores case or Unicode's forms, so may whoever types the name.
        alike = [note for note in vault.notes if compared(note) == compared(relative)]
        same = [note for note in alike if path.exists() and vault.file(note).samefile(path)]
        if same:
            return (same[0],)
        refused = [d for d in vault.diagnostics if d.path == relative]
        why = refused[0].message if refused else "hidden files are no part of a vault"
        raise UsageError(f"{path} cannot be built: {why}")
    return (relative,)


def plan(request: Request, *, checking: bool = False) -> Plan:
    """Find the vault, its settings, the notes and the place of each output; :class:`UsageError` if that cannot be."""
    paths = [expanded(path) for path in request.paths]
    where = _where(request.where) if request.where is not None else None
    roots = [find_root(_without_glob(path), request.vault) for path in paths]
    root = roots[0]
    if any(other.folder != root.folder for other in roots):
        raise UsageError("the paths are in different vaults; build them one after the other, or name one with --vault")
    config = expanded(request.config) if request.config is not None else None
    layers, problems = settings.load(root.folder, config=config, command=request.command)
    try:
        vault = scan(root.folder, follow_links=layers.settings()[0].follow_links)
    except OSError as error:
        raise UsageError(f"the folder {root.folder} cannot be read: {error.strerror}") from error
    notes = tuple(sorted({note for path in paths for note in _selected(path, vault)}))
    if where is not None:
        fits = where(vault, layers.settings()[0].limit_bytes)
        notes = tuple(filter(fits, notes))
        if not notes:
            raise UsageError(f"of these notes none fits --where {request.where}")
    diagnostics = (*problems, *vault.diagnostics)
    if checking:
        return Plan(vault, layers, (), notes, root.folder, {}, diagnostics, shape="check")

    formats, file = _formats_and_file(
        request, single=len(paths) == 1 and not paths[0].is_dir() and not _is_glob(paths[0])
    )
    shape = "tree"
    if file is not None:
        base, stems, shape = file.parent, {notes[0]: file.stem}, "file"
    else:
        flat = not any(path.is_dir() or _is_glob(path) for path in paths)
        shape = "flat" if flat else "tree"
        base = _base(request, root, flat=flat)
        if not flat and base.resolve() != root.folder:
            # The Markdown of an earlier build is no note of the vault.
            inside = _relative(base.resolve(), root.folder)
            notes = tuple(note for note in notes if not inside or not note.startswith(inside + "/"))
        stems, renamed = output.stems(notes if flat else {*notes, *vault.notes}, flat=flat)
        diagnostics += tuple(d for d in renamed if d.path in {*notes})
    targets = {note: {name: base / f"{stems[note]}.{name}" for name in formats} for note in notes}
    return Plan(vault, layers, formats, notes, base, targets, diagnostics, {note: stems[note] for note in notes}, shape)


def watched(request: Request) -> tuple[Path, list[Path], list[Path]]:
    """The vault's root, files beside it that a build reads, and the folders that it writes to."""
    plan_ = plan(request)
    others = [expanded(request.config).resolve()] if request.config is not None else []
    return (
        plan_.vault.root,
        [file for file in others if not file.is_relative_to(plan_.vault.root)],
        [plan_.base.resolve()],
    )


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""


def _formats_and_file(request: Request, *, single: bool) -> tuple[tuple[str, ...], Path | None]:
    """The formats, and the file that ``-o FILE.ext`` names (with several formats: the first of several)."""
    place = expanded(request.output) if request.output is not None else None
    extension = place.suffix[1:].lower() if place and not place.is_dir() else ""
    if place is None or extension not in FORMATS or (request.output or "").endswith(("/", os.sep)):
        return request.formats or ("pdf",), None
    if not single:
        raise UsageError(f"-o {request.output} is a file, which only one note can be written to; give a folder")
    formats = request.formats or (extension,)
    if extension not in formats:
        raise UsageError(f"-o {request.output} does not fit --to {','.join(formats)}")
    return formats, place


def _base(request: Request, root: Root, *, flat: bool) -> Path:
    """The folder that the outputs go to. Into a vault only if ``-o`` says so."""
    if request.output is not None:
        base = expanded(request.output)
        if base.exists() and not base.is_dir():
            raise UsageError(f"-o {request.output} is neither a folder nor a file of a known format")
        return base
    base = Path() if flat else Path(DEFAULT_FOLDER)
    if (root.certain or not flat) and base.resolve().is_relative_to(root.folder):
        raise UsageError("the current folder is in the vault, and nothing is written there unless told: give -o FOLDER")
    return base


# Printing


def engine_problems(formats: Sequence[str], platform: str = sys.platform) -> tuple[Diagnostic, ...]:
    """What is wrong with this machine for these formats, once for a build; :class:`UsageError` if it cannot print."""
    if "pdf" not in formats:
        return ()
    lacking = platform_libs.missing(platform)
    needed = [library for library in lacking if library.needed]
    command = platform_libs.install_command(platform, lacking, has_apt=Path("/usr/bin/apt-get").exists())
    if needed:
        names = ", ".join(library.macos if platform == "darwin" else library.linux for library in needed)
        raise UsageError(f"PDF needs {names}, which this machine lacks: {command}")
    slow = [
        diagnose(Code.PDF_SLOW, f"{library.linux} is missing: every PDF takes many times longer", hint=command)
        for library in lacking
    ]
    if problem := shortcuts.problem():
        slow.append(diagnose(Code.PDF_SLOW, f"every PDF takes twice as long: {problem}"))
    return tuple(slow)


def run(
    plan: Plan,
    pool: Pool,
    *,
    jobs: int,
    made: output.Made,
    ledger: Ledger,
    force: bool = False,
) -> Iterator[Outcome]:
    """Print the planned notes: first come the outcomes of those that stand, then the others, each in the plan's order.

    ``made`` knows which files may be overwritten, ``ledger`` which outputs are right as they are. Whatever interrupts
    it, no temporary file is left.
    """
    swept: set[Path] = set()
    standing: dict[str, Standing] = {}
    work: list[Job] = []
    for number, note in enumerate(plan.notes):
        wanted = plan.targets.get(note, {})
        found = ledger.standing(note)
        if found is not None:
            standing[note] = found
            wanted = {name: place for name, place in wanted.items() if name not in found.outputs}
        marks = {name: f"{os.getpid()}-{number}-{name}" for name in wanted}
        job = Job(note, {name: output.temporary(place, marks[name]) for name, place in wanted.items()})
        if found is not None and not wanted:
            yield _unchanged(plan, note, found)
            continue
        folders = {place.parent for place in wanted.values()} - swept
        output.sweep(folders)
        swept |= folders
        if found is not None and (kept := _kept(job, found, ledger)):
            outcome, there = _put(plan, kept, found, made, force=force)
            ledger.put_back(note, there)
            yield outcome
        else:
            work.append(job)
    if not work:
        return
    seconds = plan.layers.settings()[0].limit_seconds
    try:
        task = Task(replace(plan.vault, stats={}), plan.layers, plan.formats, plan.stems, ledger.cache)
        for job, result in zip(work, pool.run(task, work, jobs, seconds), strict=True):
            outcome, there = _put(plan, result, standing.get(job.note), made, force=force)
            ledger.finish(job.note, replace(result, failed=outcome.status == "failed"), there)
            yield replace(outcome, worked=True)
    except BaseException:
        pool.kill()  # or a worker might still be writing
        raise
    finally:
        for job in work:
            for temporary in job.targets.values():
                output.discard(temporary)


def _unchanged(plan: Plan, note: str, standing: Standing) -> Outcome:
    """A note that need not be looked at."""
    places = plan.targets.get(note, {})
    outputs = tuple(Built(m.format, places[m.format], m.pages, m.size, fresh=False) for m in standing.outputs.values())
    said = [*standing.diagnostics, *(d for m in standing.outputs.values() for d in diagnostics_of(m.diagnostics))]
    diagnostics = tuple(sorted({*said})) if said else ()
    return Outcome(note, "unchanged", outputs, diagnostics, standing.dependencies, standing.seconds)


def _kept(job: Job, standing: Standing, ledger: Ledger) -> Result | None:
    """The job done out of the cache; None if that lacks an output."""
    outputs: list[Written] = []
    for format, temporary in job.targets.items():
        made = standing.missing.get(format)
        data = ledger.output(made.digest) if made else None
        if made is None or data is None:
            break
        with contextlib.suppress(OSError):
            staged = output.stage(data, temporary)
            outputs.append(Written(format, staged, made.pages, diagnostics=diagnostics_of(made.diagnostics)))
    if len(outputs) < len(job.targets):
        for written in outputs:
            output.discard(written.staged.file)
        return None
    diagnostics = (*standing.diagnostics, *(d for written in outputs for d in written.diagnostics))
    return Result(job.note, tuple(outputs), diagnostics, standing.dependencies, seconds=standing.seconds)


def _put(
    plan: Plan, result: Result, standing: Standing | None, made: output.Made, *, force: bool
) -> tuple[Outcome, dict[str, str]]:
    """Put a note's outputs in place, beside which stand those that were right already.

    The other part of the answer are the marks of the files that are now there, by format.
    """
    note = result.note
    before = _unchanged(plan, note, standing) if standing else None
    failed, outputs = result.failed, [*before.outputs] if before else []
    diagnostics = [*result.diagnostics, *(before.diagnostics if before else ())]
    marks: dict[str, str] = {}
    for written in result.outputs:
        place = plan.targets[note][written.format]
        try:
            placed = output.put(written.staged, place, made, force=force, note=note, sources=(plan.vault.root,))
            marks[written.format] = stat_of(place.lstat()).mark
        except output.OutputRefused as refused:
            failed = True
            diagnostics.append(refused.diagnostic)
        except OSError:  # it is gone again
            failed = True
            message = f"{place.name!r} was removed while the note was printed"
            diagnostics.append(diagnose(Code.OUTPUT_FAILED, message, note))
        else:
            outputs.append(Built(written.format, place, written.pages, written.staged.size, placed.fresh))
            if placed.aside:
                message = f"{place.name!r} had been changed, and is now called {placed.aside.name!r}"
                diagnostics.append(diagnose(Code.OUTPUT_EDITED, message, note))
    order = [*plan.targets.get(note, ())]
    outcome = Outcome(
        note=note,
        status="failed" if failed else "built" if any(built.fresh for built in outputs) or not order else "unchanged",
        outputs=tuple(sorted(outputs, key=lambda built: order.index(built.format))),
        diagnostics=tuple(sorted({*diagnostics})),
        dependencies=result.dependencies,
        seconds=result.seconds,
        trace=result.trace,
    )
    return outcome, marks


def prune(plan: Plan, ledger: Ledger, made: output.Made) -> tuple[list[str], list[Diagnostic]]:
    """Remove the outputs of notes that are no longer in the vault; their places, and what was said.

    Only what Kumihan made, and nobody changed since, is removed; folders that are empty then go too.
    """
    wanted = {str(place) for places in plan.targets.values() for place in places.values()}
    removed: list[str] = []
    problems: list[Diagnostic] = []
    gone: set[str] = set()
    for note, place in ledger.gone():
        file = plan.base / place
        if str(file) in wanted or not os.path.lexists(file):
            gone.add(note)
        elif file not in made:
            message = f"{place!r} is left alone: Kumihan did not make it, or someone has changed it since"
            problems.append(diagnose(Code.OUTPUT_EXISTS, message, note))
        else:
            try:
                file.unlink()
            except OSError as error:
                message = f"{place!r} cannot be removed: {error.strerror}"
                problems.append(diagnose(Code.OUTPUT_FAILED, message, note))
                continue
            gone.add(note)
            removed.append(place)
            for folder in list(file.parents)[: len(Path(place).parents) - 1]:
                with contextlib.suppress(OSError):  # it is not empty
                    folder.rmdir()
    ledger.forget(gone - {problem.path for problem in problems})
    return removed, problems


# Reporting


def report(
    plan: Plan,
    outcomes: Sequence[Outcome],
    diagnostics: Sequence[Diagnostic],
    seconds: float,
    removed: Sequence[str] = (),
) -> str:
    """The build as JSON. Notes are named by their place in the vault, outputs by theirs in the output folder.

    Args:
        plan: the build's.
        outcomes: of all notes that were tried.
        diagnostics: those that concern the build as a whole.
        seconds: that the whole build took.
        removed: outputs that ``--prune`` took away.
    """
    # What is wrong with a note comes with every note that embeds it, and counts once.
    everything = {*diagnostics, *(d for outcome in outcomes for d in outcome.diagnostics)}
    outputs = [built for outcome in outcomes for built in outcome.outputs]
    totals = {
        "notes": len(outcomes),
        **{status: sum(outcome.status == status for outcome in outcomes) for status in STATUSES},
        "outputs": len(outputs),
        "pages": sum(built.pages or 0 for built in outputs),
        "errors": sum(d.severity is Severity.ERROR for d in everything),
        "warnings": sum(d.severity is Severity.WARNING for d in everything),
        "seconds": round(seconds, 3),
    }
    table = {
        "kumihan": __version__,
        "formats": list(plan.formats),
        "notes": [_note_entry(plan, outcome) for outcome in outcomes],
        "diagnostics": [_diagnostic_entry(d) for d in diagnostics],
        "removed": list(removed),
        "totals": totals,
    }
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def _note_entry(plan: Plan, outcome: Outcome) -> dict[str, Any]:
    return {
        "note": outcome.note,
        "status": outcome.status,
        "seconds": round(outcome.seconds, 3),
        "pages": next((built.pages for built in outcome.outputs if built.pages is not None), None),
        "outputs": [
            {
                "format": built.format,
                "path": built.file.relative_to(plan.base).as_posix(),
                "pages": built.pages,
                "bytes": built.size,
            }
            for built in outcome.outputs
        ],
        "dependencies": list(outcome.dependencies),
        "diagnostics": [_diagnostic_entry(d) for d in outcome.diagnostics],
    }


def _diagnostic_entry(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "path": diagnostic.path,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }


def exit_status(outcomes: Sequence[Outcome], diagnostics: Sequence[Diagnostic], *, strict: bool) -> int:
    """0 if every note is built, 1 if one failed, or with ``strict`` if there is a warning or a picture without text."""
    everything = [*diagnostics, *(d for outcome in outcomes for d in outcome.diagnostics)]
    if any(outcome.status == "failed" for outcome in outcomes):
        return 1
    return int(strict and any(d.severity is not Severity.INFO or d.code in STRICT for d in everything))
