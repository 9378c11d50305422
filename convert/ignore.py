"""What a build of a whole vault leaves out: Obsidian's ``userIgnoreFilters``, and ``.export-ignore`` files.

Both only narrow a selection: a note named by the user is built, and links to ignored files resolve.
Both come with the vault, so a pattern must not be able to hang the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from itertools import accumulate

#: A repeated group: what lets a regular expression take exponential time.
_REPEATED_GROUP = re.compile(r"(?<!\\)\)[*+{]")


class PatternError(ValueError):
    """A filter that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One of ``userIgnoreFilters``: the beginning of a path, or between two slashes a regular expression."""

    prefix: str | None
    pattern: re.Pattern[str] | None

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Read a filter as it stands in app.json; :class:`PatternError` if it can't be used."""
        if len(text) < 3 or not (text.startswith("/") and text.endswith("/")):
            return cls(text.lower(), None)
        source = text[1:-1].replace(r"\/", "/")
        if _REPEATED_GROUP.search(source):
            raise PatternError("a repeated group can take for ever")
        try:
            return cls(None, re.compile(source))
        except re.error as error:
            raise PatternError(str(error)) from error

    def __call__(self, path: str) -> bool:
        """Whether the filter is about the path."""
        if self.pattern:
            return bool(self.pattern.search(path))
        return bool(self.prefix) and path.lower().startswith(self.prefix or "")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of an ``.export-ignore``, which is written like a ``.gitignore``; ``None`` stands for ``**``."""

    parts: tuple[re.Pattern[str] | None, ...]
    folder_only: bool
    negated: bool

    @classmethod
    def parse(cls, line: str) -> Rule | None:
        """Read a line; None if it says nothing."""
        line = re.sub(r"(?<!\\)[ \t]+$", "", line.rstrip("\r\n"))
        if not line or line.startswith("#"):
            return None
        negated = line.startswith("!")
        line = line[negated:]
        folder_only = line.endswith("/")
        line = line.rstrip("/")
        parts = line.lstrip("/").split("/")
        if "/" not in line:
            parts.insert(0, "**")
        return cls(tuple(None if part == "**" else _glob(part) for part in parts), folder_only, negated)

    def matches(self, path: Sequence[str], *, folder: bool) -> bool:
        """Whether the rule is about this path (its parts, from the folder of the file that holds the rule)."""
        if self.folder_only and not folder:
            return False
        # States of the pattern that the parts so far can have led to: linear, whatever the pattern.
        states = self._past_stars({0})
        for name in path:
            states = self._past_stars({after for state in states for after in self._step(state, name)})
        return len(self.parts) in states

    def _past_stars(self, states: set[int]) -> set[int]:
        out = set(states)
        for state in states:
            after = state
            # `**` may stand for nothing, but `a/**` is all below `a`, not `a`
            while after < len(self.parts) - 1 and self.parts[after] is None:
                after += 1
                out.add(after)
        return out

    def _step(self, state: int, name: str) -> Iterable[int]:
        if state == len(self.parts):
            return
        part = self.parts[state]
        if part is None:
            yield state
            if state == len(self.parts) - 1:
                yield state + 1
        elif part.match(name):
            yield state + 1


def _glob(part: str) -> re.Pattern[str]:
    """A shell pattern for one part of a path; ``fnmatch`` writes it without backtracking."""
    part = re.sub(r"\\(.)", lambda m: "[\\\\]" if m[1] == "\\" else f"[{m[1]}]", part)
    return re.compile(translate(part.replace("[^", "[!")))


@dataclass(frozen=True, slots=True)
class Ignore:
    """All that a vault leaves out: filters, and the rules of each folder that has some (``""`` is the root)."""

    filters: tuple[Filter, ...] = ()
    rules: tuple[tuple[str, tuple[Rule, ...]], ...] = ()

    def __call__(self, path: str) -> bool:
        """Whether a build of the whole vault leaves the file out."""
        if any(matches(path) for matches in self.filters):
            return True
        if not self.rules:
            return False
        parts = path.split("/")
        folders = list(accumulate(parts, lambda a, b: f"{a}/{b}"))
        return any(self._by_rule(step, folder=step != path) for step in folders)

    def _by_rule(self, path: str, *, folder: bool) -> bool:
        ignored = False
        for home, rules in self.rules:  # from the root down: the nearest file has the last word
            if home and not path.startswith(home + "/"):
                continue
            below = path[len(home) + 1 :] if home else path
            for rule in rules:
                if rule.negated == ignored and rule.matches(below.split("/"), folder=folder):
                    ignored = not rule.negated
        return ignored
