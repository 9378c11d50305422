"""The questions of a trace, asked again; and what has changed in a vault since the last build.

Kinds of questions: ``resolve LINK NOTE`` (a path), ``subpath NOTE NAME`` (whether the note has that heading or block),
``stem NOTE`` (the place of its output), ``callout TYPE``, ``theme NAME``, ``themes``, ``strict``, ``refused``,
``snippets``, ``word``, ``vault`` (digests).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from convert import theme, word_files
from convert.cache.trace import Answer, Question, Trace, callout_digest, digest_of, refused_digest, seen, values
from convert.settings import Layers, Settings
from convert.vault import Vault

if TYPE_CHECKING:
    from convert.link.linking import Linking

#: Folders whose style sheets notes can ask for, and Obsidian's list of those that are on.
_SHEETS = (".kumihan", "Kumihan", ".obsidian/snippets")
_APPEARANCE = ".obsidian/appearance.json"


class Answers:
    """What a vault answers now."""

    def __init__(
        self, vault: Vault, layers: Layers, stems: Mapping[str, str], digests: dict[str, str], fresh: set[str]
    ) -> None:
        """``digests`` are those of files that are known, and are added to.

        ``fresh`` are files that changed so lately that their stats say nothing yet of their content.
        """
        self.vault, self.layers, self.stems = vault, layers, stems
        self._digests = digests
        self._fresh = fresh
        self._linkings: dict[tuple[frozenset[str], int], Linking] = {}

    def digest(self, path: str) -> str:
        """The SHA-256 of a file's content, in hex; empty if it cannot be read."""
        if path not in self._digests:
            self._digests[path] = seen(self.vault.file(path))[1]
        return self._digests[path]

    def hold(self, trace: Trace) -> bool:
        """Whether everything that a trace says is still so."""
        if any(self.digest(path) != digest for path, digest in trace.files.items()):
            return False
        try:
            settings = self.settings(trace)
        except KeyError:  # its theme is gone
            return False
        if values(settings, trace.settings) != trace.settings:
            return False
        return all(self.ask(question, settings) == answer for question, answer in trace.answers.items())

    def settings(self, trace: Trace) -> Settings:
        """The settings of the note that the trace is of; right only if its file is as it was."""
        own = {name: tuple(value) if isinstance(value, list) else value for name, value in trace.own.items()}
        return self.layers.settings(own)[0]

    def ask(self, question: Question, settings: Settings) -> Answer:
        """The answer to a question; ``settings`` are those of the note that asks."""
        kind, *about = question
        match kind:
            case "resolve":
                return self.vault.resolve(*about)
            case "stem":
                return self.stems.get(about[0])
            case "callout":
                return callout_digest(self.vault.callouts.get(about[0]))
            case "theme":
                return self._themes.get(about[0], "")
            case "subpath":
                return self._has(about[0], about[1], settings)
        return self.fact(kind)

    def fact(self, kind: str) -> Answer:
        """The answer to a question that all notes ask alike."""
        match kind:
            case "strict":
                return self.vault.strict_line_breaks
            case "refused":
                return refused_digest(self.vault)
            case "snippets":
                return self._snippets
            case "word":
                return self._word
            case "themes":
                return digest_of(self.layers.themes)
            case "vault":
                return self._whole
        raise ValueError(kind)

    def facts(self) -> dict[str, Answer]:
        """What can change without a file of the vault changing, by subject."""
        types = {f"callout:{type}": callout_digest(look) for type, look in self.vault.callouts.items()}
        themes = {f"theme:{name}": digest for name, digest in self._themes.items()}
        return {
            **types,
            **themes,
            **{kind: self.fact(kind) for kind in ("strict", "refused", "snippets", "themes", "word")},
        }

    def _has(self, path: str, name: str, settings: Settings) -> bool:
        if path not in self.vault.stats:
            return False
        from convert.link.linking import Linking  # noqa: PLC0415  (the engines of a stage that mostly does not run)
        from convert.link.subpath import Missing  # noqa: PLC0415

        linking = Linking(self.vault, settings, settings.language)
        # Notes with the same notations read another note alike.
        linking = self._linkings.setdefault((linking.notations, settings.limit_bytes), linking)
        return not isinstance(linking.place_in(path, name), Missing)

    @cached_property
    def _themes(self) -> dict[str, str]:
        """The digests of the vault's own themes."""
        if not any((self.vault.root / folder).is_dir() for folder in theme.FOLDERS):
            return {}
        follow = bool(self.layers.command.get("follow_links"))
        found = {name: theme.load(name, self.vault.root, follow_links=follow).digest for name in self.layers.themes}
        return {name: digest for name, digest in found.items() if digest}

    @cached_property
    def _snippets(self) -> str:
        """A digest of all style sheets of the vault."""
        found: list[list[str]] = []
        for folder in _SHEETS:
            try:
                names = sorted(os.listdir(self.vault.root / folder))  # noqa: PTH208  (names only)
            except OSError:
                continue
            found += [[folder, name, seen(self.vault.root / folder / name)[1]] for name in names]
        return digest_of([found, seen(self.vault.root / _APPEARANCE)[1]])

    @cached_property
    def _word(self) -> str:
        """A digest of the files that Word files are made after."""
        follow = bool(self.layers.command.get("follow_links"))
        return word_files.digest(self.vault.root, (self.layers.vault, self.layers.command), follow_links=follow)

    @cached_property
    def _whole(self) -> str:
        """A digest of all files of the vault: their names, sizes and times."""
        digest = hashlib.sha256()
        for path in self.vault.files:
            content = self.digest(path) if path in self._fresh else ""
            digest.update(f"{path}\0{self.vault.stats[path].mark}\0{content}\n".encode())
        return digest.hexdigest()
