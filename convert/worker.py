"""Notes are printed in processes of their own, so that a time limit, a crash or a lack of memory costs one note.

A worker is a fresh Python (never a fork: it inherits nothing but its settings) that stays warm from note to note.
Parent and worker talk in pickles over the worker's standard input and output; nothing on disk is unpickled.
A worker writes its outputs into temporary files beside their places, whose names the parent chose, so that
a big file travels once and the parent can clean up after a worker that it had to kill.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import pickle
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from convert import platform_libs
from convert.diagnostics import Code, Diagnostic, Severity, diagnose

if TYPE_CHECKING:
    from convert.cache.printed import Cache
    from convert.cache.trace import Trace
    from convert.output import Staged
    from convert.settings import Layers, Settings
    from convert.vault import Vault

#: Seconds that a worker may take to load its engines; making the fonts, once on a machine, is part of that.
_WARM_UP = 1800.0
#: Calls within calls: a note's quotes and lists may be nested some hundreds deep, and each level costs several.
_RECURSION = 20_000
_STACK = 256 * 2**20

#: What a worker process runs; its argument is the folder that this package is in.
_START = """
import sys
if sys.argv[1] not in sys.path:
    sys.path.insert(0, sys.argv[1])
from convert.worker import serve
serve()
"""

_PATH = re.compile(r"(?:(?<![\w.:/])/|[A-Za-z]:\\)[^\s'\"]*[/\\]")
_LONGEST_SUMMARY = 300


class WorkerError(RuntimeError):
    """Workers cannot begin at all, whatever the note; the message is one line for a person."""

    def __init__(self, message: str, trace: str = "") -> None:
        """Keep the worker's traceback beside the message, for ``--debug``."""
        super().__init__(message)
        self.trace = trace


@dataclass(frozen=True, slots=True)
class Task:
    """What all jobs of a build share. With ``formats`` empty, notes are checked and nothing is written.

    ``stems`` are the places of the outputs by note, so that they can lead to each other; without ``cache`` everything
    is printed anew and nothing is kept.
    """

    vault: Vault
    layers: Layers
    formats: tuple[str, ...] = ()
    stems: Mapping[str, str] = field(default_factory=dict)
    cache: Cache | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One note: the temporary file for each format that is wanted of it."""

    note: str
    targets: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """An output in its temporary file.

    ``settings`` are those that the format read, ``fonts`` tells the machine's own fonts if they were asked;
    with ``reused`` it was not printed but had been kept.
    """

    format: str
    staged: Staged
    pages: int | None
    settings: Mapping[str, object] = field(default_factory=dict)
    fonts: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job. ``trace`` is the traceback of a fault, for ``--debug`` only.

    ``linked`` are those of the ``diagnostics`` that no format said, ``sources`` what the document was made from.

    ``spent``: the process that did it may have been left in disorder, and takes no other.
    """

    note: str
    outputs: tuple[Written, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    dependencies: tuple[str, ...] = ()
    failed: bool = False
    seconds: float = 0.0
    trace: str = ""
    spent: bool = False
    linked: tuple[Diagnostic, ...] = ()
    sources: Trace | None = None


# In the worker


def perform(task: Task, job: Job) -> Result:
    """Read, compile, link and write one note. Whatever goes wrong is in the result; nothing is raised."""
    started = time.perf_counter()
    run = _Run(task, job)
    run.all()
    return Result(
        note=job.note,
        outputs=tuple(run.outputs),
        diagnostics=tuple(sorted({*run.diagnostics})),
        dependencies=run.dependencies,
        failed=run.failed,
        seconds=time.perf_counter() - started,
        trace="".join(run.traces),
        spent=run.spent,
        linked=tuple(sorted({*run.linked})),
        sources=run.sources,
    )


class _Run:
    """One job on its way."""

    def __init__(self, task: Task, job: Job) -> None:
        self.task, self.job = task, job
        self.outputs: list[Written] = []
        self.diagnostics: list[Diagnostic] = []
        self.linked: list[Diagnostic] = []
        self.sources: Trace | None = None
        self.dependencies: tuple[str, ...] = ()
        self.failed = False
        self.spent = False
        self.traces: list[str] = []

    def all(self) -> None:
        from convert import fonts  # noqa: PLC0415  (all this is the worker's, not the parent's)
        from convert.cache.parsed import reader  # noqa: PLC0415
        from convert.cache.printed import produce  # noqa: PLC0415
        from convert.cache.trace import Trace, WatchedSettings, WatchedStems, WatchedVault, values  # noqa: PLC0415
        from convert.formats import linked_for, writer  # noqa: PLC0415
        from convert.link import link_note  # noqa: PLC0415
        from convert.nodes import plain_text  # noqa: PLC0415
        from convert.output import stage  # noqa: PLC0415

        trace = self.sources = Trace()
        read = {"limit_bytes"}
        with self.faults("read"):
            settings = self.settings(trace)
        if self.failed:
            return
        with self.faults("linked"):
            vault = WatchedVault.of(self.task.vault, trace)
            stems = WatchedStems(self.task.stems, trace)
            parse = reader(self.task.cache)
            document = link_note(self.job.note, vault, WatchedSettings.of(settings, read), stems, parse)
            self.diagnostics += document.diagnostics
            self.dependencies = document.dependencies
            trace.settings = values(settings, read)
            self.linked = [*self.diagnostics]
        if self.failed:
            return
        if not self.task.formats:
            with self.faults("checked"):
                self.diagnostics += writer("html")(document, settings).diagnostics
                text = plain_text(document.blocks, skip_notes=False) + document.title
                choice = fonts.activate().choose(text, settings, self.job.note, [document.language])
                self.diagnostics += choice.diagnostics
        documents = {settings.changes: document}
        for format, target in self.job.targets.items():
            with self.faults(f"written as {format}"):
                view = linked_for(format, settings)
                if view.changes not in documents and (document.revised or settings.comments == "word"):
                    other = link_note(self.job.note, vault, WatchedSettings.of(view, read), stems, parse)
                    documents[view.changes] = other
                    self.diagnostics += other.diagnostics
                    self.linked += other.diagnostics
                    self.dependencies = tuple(sorted({*self.dependencies, *other.dependencies}))
                    trace.settings = values(settings, read | {"docx_changes"})
                made = produce(documents.get(view.changes, document), format, settings, trace, self.task.cache)
                output = made.output
                self.diagnostics += output.diagnostics
                try:
                    staged = stage(output.data, target)
                    about = (made.settings, made.fonts, output.diagnostics, made.reused)
                    self.outputs.append(Written(format, staged, output.pages, *about))
                    if format == "docx":
                        self._remember(output.data, settings, trace)
                except OSError as error:
                    self.failed = True
                    message = f"the {format} file cannot be written: {error.strerror}"
                    self.diagnostics.append(diagnose(Code.OUTPUT_FAILED, message, self.job.note))

    def _remember(self, data: bytes, settings: Settings, trace: Trace) -> None:
        """Keep what a Word file was made from, unless it has no number."""
        from convert import exports  # noqa: PLC0415

        vault = self.task.vault
        others = [path for path in self.dependencies if path.lower().endswith(".md") and path in trace.files]
        texts: dict[str, bytes] = {}
        try:
            for path in dict.fromkeys([self.job.note, *others]):
                text = vault.file(path).read_bytes()
                # one that has changed meanwhile is not what the file was made from
                if hashlib.sha256(text).hexdigest() == trace.files[path]:
                    texts[path] = text
            if self.job.note in texts:
                exports.remember(data, vault.root, self.job.note, texts, settings)
        except OSError as error:
            message = f"what the Word file was made from cannot be kept: {error.strerror}"
            self.diagnostics.append(diagnose(Code.EXPORT_UNKEPT, message, self.job.note))

    def settings(self, trace: Trace) -> Settings:
        """The settings for this note; a note that cannot be read has failed."""
        from convert.cache.trace import digest_of  # noqa: PLC0415
        from convert.note import read_note  # noqa: PLC0415
        from convert.settings import from_note  # noqa: PLC0415

        vault, layers = self.task.vault, self.task.layers
        general, problems = layers.settings()
        self.diagnostics += problems
        trace.read(self.job.note, vault.file(self.job.note))
        note = read_note(vault.file(self.job.note), self.job.note, general.limit_bytes)
        self.diagnostics += note.diagnostics
        self.failed = any(d.severity is Severity.ERROR for d in note.diagnostics)
        own, problems = from_note(note.properties, note.property_places, note.path, layers.themes)
        self.diagnostics += problems
        trace.own = {**own}
        if "theme" in own or problems:  # whether there is a theme of that name decides which one it is
            trace.answers["themes",] = digest_of(layers.themes)
        settings, problems = layers.settings(own)
        self.diagnostics += problems
        return settings

    @contextlib.contextmanager
    def faults(self, doing: str) -> Iterator[None]:
        """Turn an exception into ``note.failed``: the other formats and notes go on."""
        try:
            yield
        except Exception as error:  # a fault of ours or of an engine: it must not cost the other notes
            self.failed = True
            self.spent = isinstance(error, MemoryError)
            self.traces.append(traceback.format_exc())
            message = f"the note could not be {doing}: {summary(error)}"
            self.diagnostics.append(diagnose(Code.NOTE_FAILED, message, self.job.note))


def summary(error: BaseException) -> str:
    """An exception in one line that names no folder of this machine."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, MemoryError):
        return "it needs more memory than limits.memory allows"
    text = _PATH.sub("", " ".join(str(error).split()))
    text = text if len(text) <= _LONGEST_SUMMARY else text[: _LONGEST_SUMMARY - 1] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@dataclass(frozen=True, slots=True)
class _Progress:
    """What the worker is busy with before its first note."""

    text: str


@dataclass(frozen=True, slots=True)
class _Ready:
    """The engines are loaded, or why they cannot be (one line)."""

    problem: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class _WarmUp:
    """First message to a worker: the formats whose engines it needs, its limit of memory in megabytes."""

    formats: tuple[str, ...]


def serve() -> None:
    """Be a worker: jobs come on standard input, results go to standard output, until the input ends."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # An engine that prints must not get into the pickles, nor wait for a keyboard.
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    sys.setrecursionlimit(_RECURSION)
    threading.stack_size(_STACK)
    thread = threading.Thread(target=_serve, args=(source, sink))
    thread.start()
    thread.join()


def _serve(source: IO[bytes], sink: IO[bytes]) -> None:
    def send(message: object) -> None:
        pickle.dump(message, sink)
        sink.flush()

    task: Task | None = None
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            message = pickle.load(source)  # noqa: S301  (from our own parent)
            match message:
                case _WarmUp():
                    send(_warm_up(message.formats, lambda text: send(_Progress(text))))
                case Task():
                    task = message
                    _limit_memory(task.layers.settings()[0].limit_memory)
                case Job() if task:
                    send(perform(task, message))


def _warm_up(formats: Sequence[str], say: Callable[[str], None]) -> _Ready:
    """Load all engines now, before a note's time runs."""
    try:
        if "pdf" in formats:
            from convert import fonts  # noqa: PLC0415

            # Before WeasyPrint is imported.
            fonts.activate(lambda done, total, name: say(f"making the fonts (once): {done}/{total} {name}"))
        from convert.formats import writer  # noqa: PLC0415
        from convert.link import link_note  # noqa: F401, PLC0415

        for format in formats:
            writer(format)
    except Exception as error:
        return _Ready(summary(error), traceback.format_exc())
    gc.collect()
    gc.freeze()
    return _Ready()


def _limit_memory(megabytes: int) -> None:
    """Let this process and its children have so much address space; Linux only (macOS does not enforce it)."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415

        size = megabytes * 2**20
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (size if hard < 0 else min(size, hard), hard))


# In the parent


def _environment() -> dict[str, str]:
    """The worker's environment: the user's language and time zone must not get into an output."""
    environment = platform_libs.restart_environment(sys.platform, os.environ) or dict(os.environ)
    for name in ("LANGUAGE", "PANGO_LANGUAGE", "FC_LANG"):
        environment.pop(name, None)
    return {**environment, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1"}


class _Worker:
    """A worker process as its parent sees it."""

    def __init__(self, formats: tuple[str, ...], say: Callable[[str], None], *, debug: bool) -> None:
        package = Path(__file__).resolve().parents[1]
        # -P: never the modules of the folder that the user happens to be in.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(package)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if debug else subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # one signal reaches the worker and its pandoc; Ctrl-C is the parent's
        )
        self._say = say
        self._killed = False
        self._ready = False
        self._task: Task | None = None
        self.used = False
        self._send(_WarmUp(formats))

    def wait(self) -> None:
        """Wait until the engines are loaded; :class:`WorkerError` if they cannot be."""
        if self._ready:
            return
        answer = self._answer(_WARM_UP)
        while isinstance(answer, _Progress):
            self._say(answer.text)
            answer = self._answer(_WARM_UP)
        if not isinstance(answer, _Ready):
            raise WorkerError(f"a worker process {self.ending()} before it could begin")
        if answer.problem:
            raise WorkerError(f"an engine cannot be loaded: {answer.problem}", answer.trace)
        self._ready = True

    def do(self, task: Task, job: Job, seconds: float) -> Result | None:
        """The job's result; None if the worker took too long or died, and then it is of no more use."""
        self.used = True
        if self._task is not task:
            self._send(task)
            self._task = task
        self._send(job)
        answer = self._answer(seconds)
        return answer if isinstance(answer, Result) else None

    @property
    def killed(self) -> bool:
        """Whether it was killed, and not by itself."""
        return self._killed

    @property
    def alive(self) -> bool:
        """Whether it can take a job."""
        return not self._killed and self._process.poll() is None

    def ending(self) -> str:
        """How the process ended, in words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        status = self._process.returncode
        if status is not None and status < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-status).name}"
        return f"ended with status {status}"

    def kill(self) -> None:
        """End the process and all that it started, now."""
        self._killed = True
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def close(self) -> None:
        """End the process, which has nothing left to lose, and everything it started."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()
        self._process.wait()

    def _send(self, message: object) -> None:
        stream = self._process.stdin
        with contextlib.suppress(OSError):  # it is dead: the answer will say so
            if stream:
                pickle.dump(message, stream)
                stream.flush()

    def _answer(self, seconds: float) -> object:
        """The worker's next message; None if there will be none."""
        timer = threading.Timer(seconds, self.kill)
        timer.daemon = True
        timer.start()
        try:
            return pickle.load(self._process.stdout) if self._process.stdout else None  # noqa: S301
        except (EOFError, OSError, pickle.UnpicklingError, ValueError):
            return None
        finally:
            timer.cancel()


class Pool:
    """Some workers. Use it in a ``with``: at its end, by an exception too, no process of it is left."""

    def __init__(
        self, formats: Sequence[str], *, say: Callable[[str], None] = lambda _: None, debug: bool = False
    ) -> None:
        """Workers for some formats, started when there are jobs; ``say`` gets what takes long before the first."""
        self._formats, self._say, self._debug = tuple(formats), say, debug
        self._workers: list[_Worker] = []
        self._closing = False
        self._threads: list[threading.Thread] = []

    def _start(self) -> _Worker:
        return _Worker(self._formats, self._say, debug=self._debug)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for worker in self._workers:
            worker.close()

    def kill(self) -> None:
        """End all workers now, whatever they do; nothing is written afterwards."""
        self._closing = True
        for worker in self._workers:
            worker.kill()
        for thread in self._threads:
            while thread.is_alive():  # it may have started a worker meanwhile
                for worker in self._workers:
                    worker.kill()
                thread.join(0.1)

    def try_out(self) -> None:
        """Start a worker and see it load its engines, or raise :class:`WorkerError`."""
        self._workers.append(self._start())
        self._workers[-1].wait()

    def run(self, task: Task, jobs: Sequence[Job], count: int, seconds: float) -> Iterator[Result]:
        """The jobs' results by ``count`` workers, in the jobs' order, each when it and all before it are done.

        ``seconds`` is the time that one note may take. Raises :class:`WorkerError` if no worker can begin.
        """
        waiting: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        for numbered in enumerate(jobs):
            waiting.put(numbered)
        done: queue.SimpleQueue[tuple[int, Result | WorkerError]] = queue.SimpleQueue()

        def work(number: int) -> None:
            while not self._closing:
                try:
                    index, job = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    done.put((index, self._do(number, task, job, seconds)))
                except WorkerError as error:
                    done.put((index, error))
                    return

        count = min(count, len(jobs))
        self._workers += [self._start() for _ in range(count - len(self._workers))]
        self._threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
        for thread in self._threads:
            thread.start()
        arrived: dict[int, Result] = {}
        for expected in range(len(jobs)):
            while expected not in arrived:
                with contextlib.suppress(queue.Empty):
                    index, result = done.get(timeout=0.5)  # with a timeout, Windows too lets Ctrl-C through
                    if isinstance(result, WorkerError):
                        raise result
                    arrived[index] = result
            yield arrived.pop(expected)

    def _do(self, number: int, task: Task, job: Job, seconds: float) -> Result:
        """The job done by a worker, which is replaced first if it is dead.

        A crash or a lack of memory may be the doing of the notes before: what fails in a used worker gets a fresh one.
        """
        used = self._workers[number].alive and self._workers[number].used
        result = self._attempt(number, task, job, seconds)
        timeout = any(d.code == Code.NOTE_TIMEOUT.code for d in result.diagnostics)
        if result.spent and used and not timeout and not self._closing:
            result = self._attempt(number, task, job, seconds)
        return result

    def _attempt(self, number: int, task: Task, job: Job, seconds: float) -> Result:
        if not self._workers[number].alive and not self._closing:
            self._workers[number].close()
            self._workers[number] = self._start()
        worker = self._workers[number]
        worker.wait()
        started = time.perf_counter()
        result = worker.do(task, job, seconds)
        if result is None:
            if worker.killed:
                message = f"printing took longer than {seconds:g} s and was stopped"
                problem = diagnose(Code.NOTE_TIMEOUT, message, job.note)
            else:
                problem = diagnose(Code.NOTE_FAILED, f"the process that printed the note {worker.ending()}", job.note)
            taken = time.perf_counter() - started
            result = Result(job.note, diagnostics=(problem,), failed=True, seconds=taken, spent=True)
        if result.spent:
            worker.kill()
        return result
