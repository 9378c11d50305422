"""A linked note, ready for every format: embeds opened, links resolved, footnotes in order, ids unique.

``Document.blocks`` is a pandoc tree (:mod:`convert.nodes`) with these conventions and no others:

callout
    ``Div .callout [data-callout=type][data-callout-fold][data-callout-metadata]`` of
    ``Div .callout-title`` (one ``Plain`` of one ``Span .callout-title-inner``) and, unless empty,
    ``Div .callout-content``.
    ``data-callout`` is the type as typed in lower case; :mod:`convert.callouts` knows what it looks like.
footnote
    at its first mark ``Span #fnref-N .fnref [data-n=N]`` of one ``Note``; N counts from 1 in reading order.
    A further mark is an empty ``Span .fnref .fnref-repeat [data-n=N]``. A note first marked within another
    note is never nested: its ``Note`` stands in ``Span .fnref .fnref-child [data-n=N]`` right after the outer one's
    span, and its mark in the outer note's text is a ``.fnref-repeat``.
link
    ``Link .internal-link`` to ``#id`` in this document; ``Link .external-link`` to an address;
    ``Span .internal-link`` for a note outside the document, with ``.is-unresolved`` if there is none; but
    ``Link .internal-link`` to ``output:PATH`` if the same build makes an output of that note: a relative,
    percent-encoded path without extension, which every format completes by its own (:func:`output_address`).
picture
    ``Image`` whose address is ``picture:KEY``; ``Document.pictures[KEY]`` says which file.
    ``width``/``height`` in ``px``.
task
    ``Span .task [data-task=c]`` of ☐, ☑ or the state ``c`` itself, first in its list item.
tag
    ``Span .tag`` of ``#tag``.
embed
    ``Div .internal-embed .markdown-embed [data-src]`` around the embedded blocks.
base
    ``Div .base [data-view=table|list|cards]`` of a ``Table``, a list, or ``Div .base-cards`` of ``Div .base-card``
    (``Div .base-cover`` with a picture, ``Div .base-title``, then paragraphs that begin with ``Span .base-label``).
    Groups are ``Div .base-group`` of a ``Div .base-key`` and the same; ``Span .base-label`` also names a summary
    in a table's foot.
placeholder
    ``Div .placeholder [data-kind]`` (block) or ``Span .placeholder [data-kind]`` for what cannot be printed.
inline HTML
    ``Underline Strikeout Subscript Superscript Strong Emph`` where pandoc has a node, else
    ``Span .mark | .kbd | .small | .ruby`` (``.ruby`` holds the base and a ``Span .rt``).
change
    ``Span .insertion | .deletion [data-author][data-date]`` where the setting ``changes`` has them seen
comment
    empty ``Span .comment-start [data-comment=KEY]`` and ``Span .comment-end [data-comment=KEY]``, in this order, around
    what ``Document.comments[KEY]`` is about; right one behind the other where it is about a place
page break
    an empty ``Div .page-break``; never two in a row, none where nothing is printed above it
caption
    that of a ``Figure`` or ``Table``, one ``Plain``. If it has a number it begins with
    ``Span #ID .caption-number [data-kind=figure|table][data-number=N]`` of all that is printed as the number (図1);
    with ``.typed`` if the author wrote it so, and then it is not to be counted anew. N is ``1`` or, by chapters,
    ``2-1``; an ID stands once in a document. Kind ``table`` stands above, ``figure`` below, whatever node it is in;
    without a number that of the node counts. A link to such a figure or table without a text of its own is
    ``Link .internal-link .caption-reference [data-caption=ID][data-kind][data-number]`` of the number alone; of the
    caption's text, and without these data, if there is no number
heading number
    ``Span .heading-number`` first in a ``Header``, with the blank that follows
byline
    ``Div .byline`` of ``Div .subtitle``, ``.author``, ``.date`` (each one ``Para``), under the title; an
    ``.author .affiliation`` is where the author works. A page break behind it makes title and byline a cover
abstract
    ``Div .abstract`` of ``Div .abstract-title`` and paragraphs, behind the byline and the cover
properties
    ``Table .properties`` of two columns
anchor
    ids stand on ``Header``, ``Div .block`` around a block, or an empty ``Span .anchor`` in a paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from convert.callouts import CalloutType
from convert.diagnostics import Diagnostic
from convert.nodes import Block
from convert.theme import Theme
from convert.word_files import WordFiles

OUTPUT = "output:"
"""What the address of a link to another output of the build begins with."""


def output_address(address: str, extension: str) -> str | None:
    """The relative address of a note's output in this format; None if the address is no such link."""
    return f"{address.removeprefix(OUTPUT)}.{extension}" if address.startswith(OUTPUT) else None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's file: an absolute path inside the vault, its place in the vault, its kind (``image/png`` …).

    For one from the network: a path in the user's cache, and its address.

    A picture that Kumihan drew has ``data`` in place of a file, a made-up name as ``path``, and as
    ``source`` what it was drawn from: the text of a Mermaid fence.
    """

    file: Path
    path: str
    media_type: str
    data: bytes | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What the author says to the editor. ``date`` is ISO 8601 or empty, ``answers`` the key of another or empty."""

    author: str
    date: str
    text: str
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Properties:
    """The few properties that may leave the vault; everything else of the front matter stays private."""

    author: tuple[str, ...] = ()
    date: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """See the module. ``note`` is its path in the vault; ``dependencies`` are the paths that its content came from.

    A base adds the files that it lists, and ``.``, the vault itself: any other file can become a row.

    ``classes`` are the note's ``cssclasses``; ``callouts`` the types in it that the vault's snippets define or change,
    by name in lower case; ``style_sheets`` the CSS, harmless, that PDF and HTML are to be dressed with besides;
    ``word`` holds the user's files that a Word file is made after.

    ``theme`` the vault's own theme, None for one of ours.

    ``source`` is the note's file as it is, if the output is to hold it.

    ``revised``: there is CriticMarkup in it, so that with another value of ``changes`` it is another document.
    """

    note: str
    title: str
    print_title: bool
    language: str
    blocks: list[Block]
    properties: Properties = Properties()
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    classes: tuple[str, ...] = ()
    callouts: Mapping[str, CalloutType] = field(default_factory=dict)
    style_sheets: tuple[str, ...] = ()
    theme: Theme | None = None
    source: bytes | None = None
    comments: Mapping[str, Comment] = field(default_factory=dict)
    word: WordFiles = field(default_factory=WordFiles)
    revised: bool = False
