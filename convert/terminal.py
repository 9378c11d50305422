"""What a person sees while Kumihan works: on standard error, with a bar on a terminal and plain lines elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
import time
import unicodedata
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TextIO

from convert.diagnostics import Diagnostic, Severity

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_BAR = 24
#: Messages that are shown of one note; a note that is broken throughout must not bury the others' messages.
_MOST = 50
#: So many messages are worth a list by codes, whose lines have so many cells at most.
_MANY, _WIDEST = 10, 160
#: Notes that tell how fast it goes, and the fewest of them.
_RECENT, _ENOUGH = 50, 4
#: Controls, halves of surrogate pairs, and signs that turn the direction of a line.
_INVISIBLE = {"Cc", "Cs"}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    r"""A name or message without what could drive a terminal: ``a\x1b[31m`` shows its escape as typed here."""
    if text.isprintable():
        return text
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in _INVISIBLE or c in _TURNING else c
        for c in text
    )


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else not unicodedata.combining(character)


def _cells(text: str) -> int:
    """The width of a text on a terminal, where most Japanese characters take two cells."""
    return sum(map(_width, text))


def _fitted(text: str, cells: int) -> str:
    """As much of a text as has room; what is left off is not looked at, and may be very long."""
    for at, character in enumerate(text):
        cells -= _width(character)
        if cells < 0:
            return text[:at]
    return text


def _fitted_list(head: str, text: str) -> str:
    """A line with as much of a list as has room."""
    room = _WIDEST - _cells(head)
    whole = _fitted(text, room)
    return head + (whole if whole == text else _fitted(text, room - 2) + " …")


class Terminal:
    """Messages and progress; ``verbosity`` is -1 (errors only), 0, or 1 (remarks and hints too)."""

    def __init__(
        self, verbosity: int = 0, *, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        """Look at the stream (default: standard error) once: whether it is a terminal, and takes colours."""
        self._stream = stream or sys.stderr
        self._verbosity = verbosity
        terminal = self._stream.isatty() and environ.get("TERM") != "dumb"
        ansi = sys.platform != "win32" or "WT_SESSION" in environ
        self._colours = terminal and ansi and not environ.get("NO_COLOR")
        self._live = terminal and verbosity >= 0
        self._drawn = 0
        self._told: set[Diagnostic] = set()
        self._times: deque[float] = deque(maxlen=_RECENT)

    @property
    def live(self) -> bool:
        """Whether a person looks on: it is a terminal, and not told to be quiet."""
        return self._live

    def line(self, text: str) -> None:
        """One line, whatever the verbosity."""
        self._erase()
        self._stream.write(visible(text) + "\n")
        self._stream.flush()

    def summary(self, text: str) -> None:
        """A line of the end, unless ``-q``; nothing for an empty one."""
        if self._verbosity >= 0 and text:
            self.line(text)

    def out(self, text: str) -> None:
        """A line for standard output, which a program may read; below it the bar is drawn again."""
        self._erase()
        self._stream.flush()
        print(text, flush=True)  # noqa: T201

    def trace(self, text: str) -> None:
        """A traceback, for ``--debug``."""
        for line in text.rstrip().splitlines():
            self.line(line)

    def busy(self, text: str) -> None:
        """What takes long just now; not shown with ``-q``."""
        if self._live:
            self._draw(text)
        elif self._verbosity >= 0:
            self.line(text)

    def progress(self, done: int, total: int, note: str) -> None:
        """``done`` of ``total`` notes are finished; ``note`` was finished last, or is the first to be."""
        if self._live:
            filled = _BAR * done // total if total else _BAR
            speed = self._speed(total - done, time.monotonic())
            self._draw(f"[{'#' * filled}{'-' * (_BAR - filled)}] {done}/{total}{speed} {note}")
        elif self._verbosity >= 0 and done:
            self.line(f"{done}/{total} {note}")

    def _speed(self, left: int, now: float) -> str:
        """How fast it goes of late, and how long it will take: `` 4.2/s 1:05 left``."""
        self._times.append(now)
        span = now - self._times[0]
        if len(self._times) < _ENOUGH or not span:
            return ""
        rate = (len(self._times) - 1) / span
        minutes, seconds = divmod(round(left / rate), 60)
        return f" {rate:.1f}/s {minutes}:{seconds:02} left"

    def groups(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Each code with its number and its first places, the most frequent first, if there were many messages."""
        levels = self._levels()
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in sorted(d for d in diagnostics if d.severity in levels):
            found.setdefault(f"{diagnostic.severity} {diagnostic.code}", []).append(diagnostic)
        if self._verbosity < 0 or sum(map(len, found.values())) < _MANY:
            return
        for name, group in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
            places = [f"{d.path}:{d.line}" if d.line else d.path for d in group]
            shown = ", ".join(dict.fromkeys(place for place in places if place))
            self.line(_fitted_list(f"{len(group):6} {name}: ", shown))

    def diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Each diagnostic that the verbosity shows, once: an embedded note's come with every note that embeds it."""
        levels = self._levels()
        fresh = [d for d in diagnostics if d.severity in levels and d not in self._told]
        self._told.update(fresh)
        # Errors first if there are too many, each in its place otherwise.
        shown = fresh if self._verbosity > 0 else sorted(fresh, key=lambda d: d.severity is not Severity.ERROR)[:_MOST]
        self._erase()
        for diagnostic in sorted(shown):
            text = visible(str(diagnostic))
            if self._colours:
                word = f" {diagnostic.severity}: "
                text = text.replace(word, f"\x1b[{_COLOURS[diagnostic.severity]}m{word}\x1b[0m", 1)
            if self._verbosity > 0 and diagnostic.hint:
                text += f"\n    {visible(diagnostic.hint)}"
            self._stream.write(text + "\n")
        if len(shown) < len(fresh):
            self._stream.write(f"… and {len(fresh) - len(shown)} more (-v shows all)\n")
        self._stream.flush()

    def _levels(self) -> tuple[Severity, ...]:
        """What the verbosity shows."""
        return {-1: (Severity.ERROR,), 0: (Severity.ERROR, Severity.WARNING)}.get(self._verbosity, tuple(Severity))

    def close(self) -> None:
        """Take the bar away."""
        self._erase()
        self._stream.flush()

    def _draw(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        text = _fitted(visible(text), width)
        self._erase()
        self._stream.write(text)
        self._stream.flush()
        self._drawn = _cells(text)

    def _erase(self) -> None:
        if self._drawn:
            self._stream.write("\r" + " " * self._drawn + "\r")
            self._drawn = 0
