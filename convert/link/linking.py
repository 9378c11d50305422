"""What the passes of one document share, and what each needs to know of the note that it works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from convert import pandoc
from convert.callouts import CalloutType
from convert.compiled import NoteAst, Reader, compile_note, mark_key
from convert.diagnostics import Code, Diagnostic, Severity, diagnose
from convert.labels import label
from convert.link import subpath
from convert.link.document import Comment, Picture
from convert.link.subpath import Missing, Target
from convert.nodes import Block, Inline, Node, attr, clone, div, para, span, walk, words
from convert.note import Note, read_note
from convert.settings import Settings
from convert.syntax import NOTATIONS, comments, prepare
from convert.syntax.prepared import FootnoteRefMark, Mark, Prepared
from convert.vault import Vault

Place = Sequence[int]
"""Line and column; (0, 0) if not known."""

NOWHERE: Place = (0, 0)


@dataclass(slots=True)
class Footnote:
    """A footnote of a part: its text, and its number once it has one."""

    blocks: list[Block]
    number: int = 0


@dataclass(slots=True)
class Part:
    """A note, or what is embedded of one. Passes change its trees in place.

    ``opened`` are the embeds that we are in, outermost first: path of the note, and what tells the embed in it.
    """

    path: str
    marks: Mapping[str, Mark]
    blocks: list[Block]
    footnotes: dict[str, Footnote]
    opened: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, ast: NoteAst, blocks: list[Block], opened: tuple[tuple[str, str], ...] = ()) -> Part:
        """The part that ``blocks`` of a note make, with copies of those footnotes that they refer to."""
        used: dict[str, Footnote] = {}
        pending = [blocks]
        while pending:
            for node in walk(pending.pop()):
                mark = ast.prepared.marks.get(mark_key(node))
                if not isinstance(mark, FootnoteRefMark) or mark.definition in used:
                    continue
                if mark.definition in ast.footnotes:
                    text = clone(ast.footnotes[mark.definition])
                    used[mark.definition] = Footnote(text)
                    pending.append(text)
        return cls(ast.note.path, ast.prepared.marks, blocks, used, opened)

    def trees(self) -> Iterator[list[Block]]:
        """The text and the text of each footnote."""
        yield self.blocks
        for footnote in self.footnotes.values():
            yield footnote.blocks

    def nodes(self) -> Iterator[Node]:
        """All nodes of all trees; don't change lists while walking."""
        for tree in self.trees():
            yield from walk(tree)


@dataclass(slots=True)
class Linking:
    """The state of one ``link_note``: what it has read, found and reported so far.

    ``author`` and ``date`` are those of changes and comments that name none.
    """

    vault: Vault
    settings: Settings
    language: str
    read: Reader = pandoc.read
    diagnostics: set[Diagnostic] = field(default_factory=set)
    dependencies: set[str] = field(default_factory=set)
    pictures: dict[str, Picture] = field(default_factory=dict)
    callouts: dict[str, CalloutType] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    revised: bool = False
    author: str = ""
    date: str = ""
    embedded: int = 0
    _notes: dict[str, Note] = field(default_factory=dict)
    _prepared: dict[str, Prepared] = field(default_factory=dict)
    _compiled: dict[str, NoteAst] = field(default_factory=dict)

    @property
    def notations(self) -> frozenset[str]:
        """Which notations the settings turn on: each is named like its setting."""
        on = frozenset(name for name in NOTATIONS if getattr(self.settings, name.replace(".", "_")))
        kept = self.settings.comments == "word" and self.settings.changes == "track"
        return on | {comments.KEPT} if kept else on

    def note(self, path: str) -> Note:
        """A note of the vault; one that cannot be read is empty and has an error among its diagnostics."""
        if path not in self._notes:
            self._notes[path] = read_note(self.vault.file(path), path, self.settings.limit_bytes)
        return self._notes[path]

    def place_in(self, path: str, name: str) -> Target | Missing:
        """What ``name``, the part of a link behind ``#``, means in the note ``path``.

        The document depends on the answer, and not on the rest of that note.
        """
        if path in self._compiled:
            prepared = self._compiled[path].prepared
        else:
            if path not in self._prepared:
                note = read_note(self.vault.unwatched.file(path), path, self.settings.limit_bytes)
                self._prepared[path] = prepare(note, self.notations)
            prepared = self._prepared[path]
        found = subpath.resolve(path, name, prepared)
        self.vault.asked("subpath", path, name, answer=not isinstance(found, Missing))
        return found

    def compiled(self, path: str) -> NoteAst:
        """The note as pandoc read it: shared, so copy what you change."""
        if path not in self._compiled:
            match self.settings.line_breaks:
                case "show":
                    hard_breaks = True
                case "join":
                    hard_breaks = False
                case _:
                    hard_breaks = not self.vault.strict_line_breaks
            self._compiled[path] = compile_note(
                self.note(path), hard_breaks=hard_breaks, notations=self.notations, read=self.read
            )
        return self._compiled[path]

    def report(self, code: Code, message: str, path: str, place: Place = NOWHERE) -> None:
        """Tell the user about a place in a note."""
        line, column = place
        self.diagnostics.add(diagnose(code, message, path, line, column))

    def picture_key(self, picture: Picture) -> str:
        """The key of a picture in ``Document.pictures``: one for each file, in the order of their first use."""
        for key, known in self.pictures.items():
            if known.path == picture.path:
                return key
        key = f"p{len(self.pictures) + 1}"
        self.pictures[key] = picture
        return key

    def add_comment(self, comment: Comment, answers: str = "") -> str:
        """The key of a comment in ``Document.comments``; ``answers`` is that of the one it is an answer to."""
        key = f"c{len(self.comments) + 1}"
        self.comments[key] = replace(comment, answers=answers)
        return key

    def placeholder(self, kind: str, name: str = "") -> Inline:
        """What stands for something that cannot be printed; alone in its paragraph it becomes a box."""
        text = label(f"placeholder.{kind}", self.language, name=name)
        return span(words(text), attr("", ["placeholder"], [("data-kind", kind)]))


OpenPart = Callable[[Part, Linking], None]
"""Runs all passes over a part: what an embed opens is itself a part, with embeds of its own."""


def as_block(placeholder: Inline) -> Block:
    """The placeholder as a box of its own."""
    (_, classes, pairs), inlines = placeholder["c"]
    return div([para(inlines)], attr("", classes, pairs))


def readable(note: Note) -> bool:
    """Whether the note could be read."""
    return all(diagnostic.severity is not Severity.ERROR for diagnostic in note.diagnostics)


def place_of(node: Node) -> Place:
    """Where a link, image or piece of HTML stands in its note."""
    place: Place = node.get("at", NOWHERE)
    return place
