"""What ``prepare`` hands on: standard Markdown, and a table of everything that Markdown cannot say.

In ``Prepared.text`` a mark is an image whose address is ``kumihan:KEY`` (links: a link with that
address around the alias as typed; a callout's head: the comment ``<!--kumihan:KEY-->`` on a line of its own).
Everything else about it is here. Lines and columns are those of the note's file, 1-based, columns in code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from convert.diagnostics import Diagnostic

SCHEME = "kumihan:"


@dataclass(frozen=True, slots=True)
class Mark:
    """Base of all marks: its key, where it stands in the note, and the source as typed."""

    key: str
    line: int
    column: int
    source: str


@dataclass(frozen=True, slots=True)
class LinkMark(Mark):
    """``[[path#subpath|alias]]``. In the text: ``[alias](kumihan:KEY)``, or with an empty text without an alias.

    ``path`` is trimmed and empty for ``[[#H]]``; ``subpath`` is all after the first ``#``, without it.
    """

    path: str
    subpath: str
    has_alias: bool


@dataclass(frozen=True, slots=True)
class EmbedMark(Mark):
    """``![[path#subpath|options]]``: ``options`` is all after the first ``|`` (a size, an alt text, both), or None."""

    path: str
    subpath: str
    options: str | None


@dataclass(frozen=True, slots=True)
class CalloutMark(Mark):
    """``> [!type|metadata]fold title``; in the text a comment, then (if ``has_title``) a paragraph that is the title.

    ``type`` as typed, ``fold`` is ``+``, ``-`` or empty. The title's paragraph begins with an image
    whose key is ``title_key``, so that it stays a paragraph whatever it begins with.
    """

    type: str
    fold: str
    metadata: str
    has_title: bool
    title_key: str


@dataclass(frozen=True, slots=True)
class BlockIdMark(Mark):
    """``^id``: an image at the end of its paragraph or list item, or alone in a paragraph after its block."""

    id: str


@dataclass(frozen=True, slots=True)
class FootnoteRefMark(Mark):
    """A footnote's mark in the text; ``definition`` is the key of its :class:`FootnoteDefMark`."""

    id: str
    definition: str


@dataclass(frozen=True, slots=True)
class FootnoteDefMark(Mark):
    """A footnote's text.

    Pandoc reads it as ``[^KEY]: …``; the last paragraph of the text refers once to each,
    ``![](kumihan:KEY)[^KEY]``. ``id`` is empty for ``^[inline]`` notes.
    """

    id: str


@dataclass(frozen=True, slots=True)
class TaskMark(Mark):
    """``[x]`` at the beginning of a list item; ``state`` is what is between the brackets, a blank for an open task."""

    state: str


@dataclass(frozen=True, slots=True)
class TagMark(Mark):
    """``#tag``; ``tag`` is without the ``#``. ``[](kumihan:KEY)`` in the text."""

    tag: str


@dataclass(frozen=True, slots=True)
class TemplateMark(Mark):
    """``<% command %>`` of the plugin Templater."""


@dataclass(frozen=True, slots=True)
class MathMark(Mark):
    """Display math over several lines: ``tex`` is its source without container prefixes."""

    tex: str


@dataclass(frozen=True, slots=True)
class CriticMark(Mark):
    """A range of CriticMarkup: ``insertion``, ``deletion`` (a substitution is both), ``highlight`` or ``comment``.

    In the text an image around what the range holds; a comment's words are ``text``, and nowhere else. ``author``
    and ``time`` (ISO 8601, UTC) are empty unless the range names them.
    """

    kind: str
    author: str
    time: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the note: ``text`` is its source as typed, without the ``#`` marks and block id."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A note as standard Markdown.

    ``headings`` are in the order of the text; pandoc's ``Header`` nodes come in the same order.
    ``places`` says where each address of an ordinary Markdown link or image, each raw HTML tag
    (``<u>``) and each fence (as "```mermaid") stands, in order: ``{"https://…": ((12, 5), …)}``.
    ``standins`` maps private-use characters in the text back to the characters of the note that
    pandoc would change.
    ``line_map[i]`` is the note's line for line ``i + 1`` of ``text`` (0: none).
    """

    text: str
    marks: Mapping[str, Mark] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    places: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    standins: Mapping[str, str] = field(default_factory=dict)
    line_map: tuple[int, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
