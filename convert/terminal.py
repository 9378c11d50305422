"""What a person sees while Kumihan works: on standard error, with a bar on a terminal and plain lines elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TextIO

from convert.diagnostics import Diagnostic, Severity

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_BAR = 24
#: Messages that are shown of one note; a note that is broken throughout must not bury the others' messages.
_MOST = 50
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


def _cells(text: str) -> int:
    """The width of a text on a terminal, where most Japanese characters take two cells."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def _fitted(text: str, cells: int) -> str:
    while text and _cells(text) > cells:
        text = text[:-1]
    return text


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

    def line(self, text: str) -> None:
        """One line, whatever the verbosity."""
        self._erase()
        self._stream.write(visible(text) + "\n")
        self._stream.flush()

    def summary(self, text: str) -> None:
        """The last line, unless ``-q``."""
        if self._verbosity >= 0:
            self.line(text)

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
            self._draw(f"[{'#' * filled}{'-' * (_BAR - filled)}] {done}/{total} {note}")
        elif self._verbosity >= 0 and done:
            self.line(f"{done}/{total} {note}")

    def diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Each diagnostic that the verbosity shows, once: an embedded note's come with every note that embeds it."""
        levels = {-1: (Severity.ERROR,), 0: (Severity.ERROR, Severity.WARNING)}.get(self._verbosity, tuple(Severity))
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
