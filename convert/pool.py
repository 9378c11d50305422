"""The parent's side of the workers: how many, who does what, what became of them, and their end.

On Linux a first process loads the engines, prints a page to know them, and becomes the mother of the workers: each is
a fork of it, warm from the start. Elsewhere, and for a single worker, each is a fresh Python. A worker that holds too
much memory is replaced.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, cast

from convert import platform_libs
from convert.diagnostics import Code, diagnose
from convert.worker import FORK, NUMBER, Job, Mother, Progress, Ready, Result, Task, WarmUp, WorkerError

#: Seconds that a worker may take to load its engines; making the fonts, once on a machine, is part of that.
_WARM_UP = 1800.0
#: Bytes that a worker may hold after a note; one that holds more gives way to a fresh one. It begins with 120 MB, and
#: a fork, which never collects its rubbish, is there after some 100 short notes: to collect that takes 0.7 s of
#: processor time, another fork 0.1 s.
_ENOUGH = 280 * 2**20
#: A note is long if a worker would have fewer than so many like it to do.
_TURNS = 8
#: So many notes, and so many bytes of each, are looked into for formulas before the workers are there: 20 µs a note.
_LOOKED_INTO, _LOOKED_AT = 200, 2**16
_FORMULA = re.compile(rb"\$\$|\$[^\s$](?:[^$\n]*[^\s$])?\$(?!\d)")
#: Seconds that a fork may take; it takes some milliseconds.
_FORKING = 30.0

#: What a worker process runs; its argument is the folder that this package is in.
_START = """
import sys
if sys.argv[1] not in sys.path:
    sys.path.insert(0, sys.argv[1])
from convert.worker import serve
serve()
"""


def _environment() -> dict[str, str]:
    """The worker's environment: the user's language and time zone must not get into an output."""
    environment = platform_libs.restart_environment(sys.platform, os.environ) or dict(os.environ)
    for name in ("LANGUAGE", "PANGO_LANGUAGE", "FC_LANG"):
        environment.pop(name, None)
    return {**environment, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1"}


class _Fresh:
    """A process that was started, with pipes to its standard input and output; on Linux ``line`` is a socket to it."""

    def __init__(self, *, debug: bool) -> None:
        package = Path(__file__).resolve().parents[1]
        self.line: socket.socket | None = None
        passed = []
        if sys.platform == "linux":
            self.line, theirs = socket.socketpair()
            passed.append(theirs.fileno())
        # -P: never the modules of the folder that the user happens to be in.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(package), *map(str, passed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if debug else subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # one signal reaches the worker and its pandoc; Ctrl-C is the parent's
            pass_fds=passed,
        )
        if passed:
            theirs.close()
        self.pid = self._process.pid
        self.to, self.back = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def status(self) -> int | None:
        """How it ended, as ``subprocess`` says it; waits for a while."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        return self._process.returncode

    def bury(self) -> None:
        """Wait for the end of what was killed."""
        self._process.wait()
        if self.line is not None:
            self.line.close()


class _Forked:
    """A fork of the mother, with a socket to it."""

    def __init__(self, pid: int, link: socket.socket, mother: _Nursery) -> None:
        self.pid, self._mother = pid, mother
        self.to: IO[bytes] = link.makefile("wb")
        self.back: IO[bytes] = link.makefile("rb")
        link.close()  # the two files hold it open
        self._status: int | None = None

    @property
    def alive(self) -> bool:
        # The file system tells; a dead one stays there until it is reaped.
        try:
            state = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b") ")[2][:1]
        except OSError:
            return False
        return state not in (b"Z", b"X")

    def status(self) -> int | None:
        """How it ended, as ``subprocess`` says it; None if nobody knows."""
        if self._status is None:
            self._status = self._mother.reap(self.pid)
        return self._status

    def bury(self) -> None:
        """Have the mother wait for the end of what was killed."""
        self.status()


class _Nursery:
    """The mother of workers, as their parent sees her. Any thread may ask."""

    def __init__(self, mother: _Worker) -> None:
        self._mother, self._line = mother, mother.line
        self._asking = threading.Lock()
        self._line.settimeout(_FORKING)

    def bear(self) -> _Forked | None:
        """Another process; None if she is dead."""
        ours, theirs = socket.socketpair()
        with theirs, self._asking, contextlib.suppress(OSError, struct.error):
            socket.send_fds(self._line, [NUMBER.pack(FORK)], [theirs.fileno()])
            return _Forked(NUMBER.unpack(self._line.recv(NUMBER.size))[0], ours, self)
        ours.close()
        return None

    def reap(self, pid: int) -> int | None:
        """How a process of hers ended, which is about to; None if she is dead."""
        with self._asking, contextlib.suppress(OSError, struct.error):
            self._line.sendall(NUMBER.pack(pid))
            status: int = NUMBER.unpack(self._line.recv(NUMBER.size))[0]
            return status
        return None

    def kill(self) -> None:
        """End her, now; her workers live on."""
        self._mother.kill()

    def close(self) -> None:
        """End her and wait for it."""
        self._mother.close()


class _Worker:
    """A worker process as its parent sees it."""

    def __init__(
        self, process: _Fresh | _Forked, say: Callable[[str], None], formats: tuple[str, ...] | None = None
    ) -> None:
        """With ``formats`` it has to load their engines first; a fork has."""
        self._process = process
        self._say = say
        self._killed = False
        self._ready = formats is None
        self._task: Task | None = None
        self.used = False
        if formats is not None:
            self._send(WarmUp(formats))

    def wait(self) -> None:
        """Wait until the engines are loaded; :class:`WorkerError` if they cannot be."""
        if self._ready:
            return
        answer = self._answer(_WARM_UP)
        while isinstance(answer, Progress):
            self._say(answer.text)
            answer = self._answer(_WARM_UP)
        if not isinstance(answer, Ready):
            raise WorkerError(f"a worker process {self.ending()} before it could begin")
        if answer.problem:
            raise WorkerError(f"an engine cannot be loaded: {answer.problem}", answer.trace)
        self._ready = True

    def becomes_mother(self, *, formulas: bool) -> bool:
        """Have it bear workers and do nothing else from now on, if it can; if not it is a worker as before."""
        self.wait()
        self._send(Mother(formulas))
        answer = self._answer(_WARM_UP)
        return isinstance(answer, Ready) and not answer.problem

    @property
    def line(self) -> socket.socket:
        """The socket to a process that was started, on Linux."""
        if not isinstance(self._process, _Fresh) or self._process.line is None:
            raise TypeError("a fork has no such line")
        return self._process.line

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
        return not self._killed and self._process.alive

    def ending(self) -> str:
        """How the process ended, in words."""
        status = self._process.status()
        if status is not None and status < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-status).name}"
        return f"ended with status {status}"

    def kill(self) -> None:
        """End the process and all that it started, now."""
        self._killed = True
        if not self._process.alive:
            return  # its number may be another's by now
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                os.kill(self._process.pid, signal.SIGTERM)

    def close(self) -> None:
        """End the process, which has nothing left to lose, and everything it started."""
        self.kill()
        for stream in (self._process.to, self._process.back):
            with contextlib.suppress(OSError):
                stream.close()
        self._process.bury()

    def _send(self, message: object) -> None:
        with contextlib.suppress(OSError):  # it is dead: the answer will say so
            pickle.dump(message, self._process.to)
            self._process.to.flush()

    def _answer(self, seconds: float) -> object:
        """The worker's next message; None if there will be none."""
        timer = threading.Timer(seconds, self.kill)
        timer.daemon = True
        timer.start()
        try:
            return pickle.load(self._process.back)  # noqa: S301
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
        self._nursery: _Nursery | None = None
        self._closing = False
        self._threads: list[threading.Thread] = []

    def _start(self) -> _Worker:
        forked = self._nursery.bear() if self._nursery and not self._closing else None
        if forked is not None:
            return _Worker(forked, self._say)
        return _Worker(_Fresh(debug=self._debug), self._say, self._formats)

    def _start_all(self, count: int, task: Task, jobs: Sequence[Job]) -> None:
        """Have so many workers for some jobs; the first process of several may become their mother."""
        if count > 1 and self._nursery is None and len(self._workers) <= 1 and sys.platform == "linux":
            if not self._workers:
                self._workers.append(self._start())
            first = self._workers[0]
            if not first.used and first.becomes_mother(formulas=self._has_formulas(task, jobs)):
                self._nursery = _Nursery(first)
                self._workers.clear()
        self._workers += [self._start() for _ in range(count - len(self._workers))]

    def _has_formulas(self, task: Task, jobs: Sequence[Job]) -> bool:
        """Whether one of the first notes looks as if it had a formula to print."""
        for job in jobs[:_LOOKED_INTO] if "pdf" in self._formats else ():
            with contextlib.suppress(OSError), task.vault.file(job.note).open("rb") as file:
                if _FORMULA.search(file.read(_LOOKED_AT)):
                    return True
        return False

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for worker in self._workers:
            worker.close()
        if self._nursery is not None:  # last: she is asked how the others ended
            self._nursery.close()

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
        count = min(count, len(jobs))
        waiting: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        for index in _order(task, jobs, count):
            waiting.put((index, jobs[index]))
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

        self._start_all(count, task, jobs)
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
        if result.spent or result.memory > _ENOUGH:
            worker.kill()
        return result


def _order(task: Task, jobs: Sequence[Job], count: int) -> list[int]:
    """The jobs as they are begun: those in turn, but first what is so long that in the end all would wait for it."""
    if count < 2:
        return list(range(len(jobs)))
    sizes = [_size(task, job) for job in jobs]
    long = sum(sizes) / (_TURNS * count)
    return sorted(range(len(jobs)), key=lambda index: -sizes[index] if sizes[index] > long else 0)


def _size(task: Task, job: Job) -> int:
    try:
        return task.vault.file(job.note).stat().st_size
    except (OSError, KeyError):
        return 0
