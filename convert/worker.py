"""Notes are printed in processes of their own, so that a time limit, a crash or a lack of memory costs one note.

This is the worker's side; :mod:`convert.pool` is its parent's. A worker stays warm from note to note. It is a fresh
Python, or a fork of one that has the engines loaded and has seen no note: it inherits nothing of a build's.
Parent and worker talk in pickles over pipes; nothing on disk is unpickled.
A worker writes its outputs into temporary files beside their places, whose names the parent chose, so that
a big file travels once and the parent can clean up after a worker that it had to kill.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import pickle
import re
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

from convert.diagnostics import Code, Diagnostic, Severity, diagnose

if TYPE_CHECKING:
    from convert.cache.printed import Cache
    from convert.cache.trace import Trace
    from convert.output import Staged
    from convert.settings import Layers, Settings
    from convert.vault import Vault

#: Calls within calls: a note's quotes and lists may be nested some hundreds deep, and each level costs several.
_RECURSION = 20_000
_STACK = 256 * 2**20
#: Words of a frame that is called once. Python (3.11 to 3.14) keeps frames in chunks of 16 KB and gives one back when
#: the last frame in it returns, so that a loop which happens to call across a border asks the system for memory at
#: each turn: four hundred times a note. A chunk that begins with a frame so large has as much room again for all
#: others; of the frame itself no page is ever touched.
_FRAME = 2**18

#: Objects that come together before the collector is called: 50 MB. Not bytes of the process, which it keeps when its
#: objects are gone: counted so, there would be more of them each time.
_RUBBISH = 400_000

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

    ``linked`` are those of the ``diagnostics`` that no format said, ``sources`` what the document was made from:
    without them the next build does not go by this one.

    ``spent``: the process that did it may have been left in disorder, and takes no other. ``memory``: how many bytes
    it holds now.
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
    memory: int = 0


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
        from convert.cache.printed import asks_system, produce  # noqa: PLC0415
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
                watched = WatchedSettings.of(settings, read)
                self.diagnostics += writer("html")(document, watched).diagnostics
                text = plain_text(document.blocks, skip_notes=False) + document.title
                choice = fonts.activate().choose(text, watched, self.job.note, [document.language])
                self.diagnostics += choice.diagnostics
                self.linked = [*self.diagnostics]
                trace.settings = values(settings, read)
                if asks_system(choice.diagnostics, settings):
                    self.sources = None  # the machine's fonts may be others next time
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
                    trace.settings = values(settings, read | {"docx_changes", "docx_profile"})
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
class Progress:
    """What the worker is busy with before its first note."""

    text: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The engines are loaded, or why they cannot be (one line)."""

    problem: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """First message to a worker: the formats whose engines it needs, its limit of memory in megabytes."""

    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mother:
    """To a worker that has done nothing yet: to become the mother of others. The answer is a :class:`Ready`.

    With ``formulas`` some of the notes have such, and what sets them is loaded once for all.
    """

    formulas: bool = False


#: What goes over a mother's line: to her :data:`FORK`, with a socket for the fork, or the number of a process of hers
#: that is to be waited for; from her the fork's number, or how the process ended.
NUMBER = struct.Struct("=q")
FORK = 0


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
    thread = threading.Thread(target=in_one_chunk, args=(_serve, source, sink, *map(int, sys.argv[2:3])))
    thread.start()
    thread.join()


def in_one_chunk(call: Callable[..., None], *arguments: object) -> None:
    """Call something whose frames shall all stand in one chunk of memory: see :data:`_FRAME`."""
    call(*arguments)


in_one_chunk.__code__ = in_one_chunk.__code__.replace(co_stacksize=_FRAME)


def _serve(source: IO[bytes], sink: IO[bytes], line: int = -1, *, forked: bool = False) -> None:
    def send(message: object) -> None:
        pickle.dump(message, sink)
        sink.flush()

    rubbish = _Rubbish()
    task: Task | None = None
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            message = pickle.load(source)  # noqa: S301  (from our own parent)
            match message:
                case WarmUp():
                    send(_warm_up(message.formats, lambda text: send(Progress(text))))
                case Task():
                    task = message
                    _limit_memory(task.layers.settings()[0].limit_memory)
                case Job() if task:
                    result = perform(task, message)
                    if not forked:  # another takes a fork's place before its rubbish is worth the time
                        rubbish.clear()
                    send(replace(result, memory=_memory()))
                case Mother():
                    problem = _rehearse(formulas=message.formulas)
                    send(Ready(problem))
                    if not problem:
                        _bear(line)
                        return


def _warm_up(formats: Sequence[str], say: Callable[[str], None]) -> Ready:
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
        return Ready(summary(error), traceback.format_exc())
    gc.freeze()  # as it is: the collector would look through all of it, and find nothing worth its time
    return Ready()


_REHEARSAL = """\
<h1>題と Title</h1>
<p>本文の<strong>太字</strong>と<em>slant</em>、<code>code</code>と<a href="https://a.example">字</a>。</p>
<blockquote><ul><li><p>一</p></li></ul></blockquote>
<table><thead><tr><th>左</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
"""


def _rehearse(*, formulas: bool = False) -> str:
    """Print a page, so that no fork has to find its way; or why there can be no forks."""
    from convert.formats import writer  # noqa: PLC0415
    from convert.link.document import Document  # noqa: PLC0415
    from convert.nodes import raw_block  # noqa: PLC0415
    from convert.settings import Settings  # noqa: PLC0415

    if "convert.formats.pdf" in sys.modules:
        writer("pdf")(Document("", "題", True, "ja", [raw_block("html", _REHEARSAL)]), Settings())
        if formulas:
            from convert.pdf.formulas import load  # noqa: PLC0415

            load()
    # A thread of a library's would not be there in a fork, and whoever waits for it would wait for ever.
    if len(os.listdir("/proc/self/task")) != threading.active_count():  # noqa: PTH208
        return "a library has begun a thread"
    gc.freeze()
    return ""


def _bear(line: int) -> None:
    """Fork when asked to, and tell how forks ended, until nobody asks any more."""
    with socket.socket(fileno=line) as parent:
        while True:
            message, sockets, _, _ = socket.recv_fds(parent, NUMBER.size, 1)
            if len(message) < NUMBER.size:
                return
            number = NUMBER.unpack(message)[0]
            if number == FORK:
                number = os.fork()
                if not number:
                    parent.close()
                    _live(sockets[0])
                os.close(sockets[0])
                parent.sendall(NUMBER.pack(number))
            else:
                _, status = os.waitpid(number, 0)
                parent.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))


def _live(link: int) -> NoReturn:
    """Be a worker that was forked."""
    status = 1
    try:
        os.setsid()
        with socket.socket(fileno=link) as parent:
            _serve(parent.makefile("rb"), parent.makefile("wb"), forked=True)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


class _Rubbish:
    """Python's collector, called when there is something to collect: by itself it takes a tenth of all time.

    A layout is a million objects in circles, and they are all alive until it is written.
    """

    def __init__(self) -> None:
        gc.disable()
        self._kept = sys.getallocatedblocks()

    def clear(self) -> None:
        """After a note: collect, if much has come together."""
        if sys.getallocatedblocks() - self._kept > _RUBBISH:
            gc.collect()
            self._kept = sys.getallocatedblocks()


def _memory() -> int:
    """How many bytes of memory this process holds; 0 where that cannot be told."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _limit_memory(megabytes: int) -> None:
    """Let this process and its children have so much address space; Linux only (macOS does not enforce it)."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415

        size = megabytes * 2**20
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (size if hard < 0 else min(size, hard), hard))
