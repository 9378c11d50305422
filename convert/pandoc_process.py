"""A pandoc that stays: started once for a process of ours, it reads and writes note after note.

What a note costs is then its own text: starting pandoc takes 20 ms of processor time, and reading the grammars of
the languages that code is in as long again. The answers are those of pandoc called once for each.
:mod:`convert.pandoc` asks it first, and calls pandoc as a program where it has no answer.
"""

from __future__ import annotations

import atexit
import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

#: After so many answers another takes its place: what it holds on to stays bounded (200 MB, measured).
_ANSWERS = 500
_PART = 1 << 16


class TimeOut(Exception):
    """An answer took longer than it may."""


class PandocProcess:
    """One for each process of ours; nothing is started before the first request."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """``command`` is pandoc with options for its runtime."""
        self._command = (*command, "lua", str(Path(__file__).with_name("pandoc.lua")))
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._left = 0

    def ask(self, order: str, data: bytes, seconds: float) -> bytes | None:
        """The answer to an order; None if there is none: pandoc cannot do it, has died, or pipes cannot be waited for.

        Raises:
            TimeOut: it took longer than ``seconds``; the process is ended.
        """
        if os.name == "nt":
            return None
        try:
            process = self._running()
            return self._exchange(process, f"{order} {len(data)}\n".encode() + data, time.monotonic() + seconds)
        except (OSError, EOFError):
            self.close()
            return None
        except BaseException:  # a time-out or Ctrl-C: what comes would be the answer to this
            self.close()
            raise

    def close(self) -> None:
        """End the process, if it is ours; the next request starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        if self._owner == os.getpid():
            process.kill()
            process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid() or not self._left:
            self.close()
            # Bytes go through the pipes as they are: nothing is held back in a buffer.
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                bufsize=0,
            )
            if not self._owner:
                atexit.register(self.close)
            self._owner = os.getpid()
            self._left = _ANSWERS
            if self._process.stdin:
                os.set_blocking(self._process.stdin.fileno(), False)
        self._left -= 1
        return self._process

    @staticmethod
    def _exchange(process: subprocess.Popen[bytes], request: bytes, deadline: float) -> bytes | None:
        """Write and read in turns, as the pipes let; EOFError if it has ended."""
        if process.stdin is None or process.stdout is None:
            raise EOFError
        to, back = process.stdin.fileno(), process.stdout.fileno()
        waiting = select.poll()
        waiting.register(to, select.POLLOUT)
        waiting.register(back, select.POLLIN)
        unsent = memoryview(request)
        answer = bytearray()
        start = length = -1
        while length < 0 or len(answer) < start + length:
            left = deadline - time.monotonic()
            ready = waiting.poll(max(left, 0) * 1000)
            if not ready or left <= 0:
                raise TimeOut
            for pipe, _ in ready:
                if pipe == to:
                    unsent = unsent[os.write(to, unsent) :]
                    if not unsent:
                        waiting.unregister(to)
                    continue
                part = os.read(back, max(_PART, length))
                if not part:
                    raise EOFError
                answer += part
                if length < 0 and (start := answer.find(b"\n") + 1):
                    if answer[: start - 1] == b"failed":
                        return None
                    length = int(answer[: start - 1])
        return bytes(answer[start:])
