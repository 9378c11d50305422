"""The only door to pandoc: text to blocks, blocks to HTML, DOCX and Markdown.

Pandoc is fed through a pipe, reads in its sandbox, and never sees a text of the note on its command line. It gets
neither the user's data folder nor the clock. Text and HTML go through one that stays (:mod:`convert.pandoc_process`);
where that has no answer, and for all else, pandoc is started for the call.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from convert.nodes import Block, Node, clone, raw_block, walk
from convert.pandoc_process import PandocProcess, TimeOut

#: What Obsidian's text is to pandoc: CommonMark with raw HTML (`prepare` writes `<strong>`; the link stage turns tags
#: into nodes or removes them) and few of pandoc's extensions. Those of ``commonmark_x`` that are not here: alerts (a
#: callout of ours has more types and a title); attributes, bracketed spans, definition lists, emoji, fancy lists,
#: fenced divs, ``[Heading]`` as a link, sub- and superscript (all are text in Obsidian); heading ids (made by the link
#: stage, unique over all embedded notes); raw attributes (would let a note write raw Word XML); smart quotes (they
#: print as typed); task lists (they split lists whose boxes hold other signs than a blank or x); YAML (properties are
#: read by us, a `---` further down is a rule). To turn those off from ``commonmark_x`` would be the same, but pandoc
#: takes 0.15 ms for each extension that is named, text by text: so an extension is named with the sign that it reads,
#: and a text without that sign is read without it.
DIALECT: Mapping[str, str] = {
    "footnotes": "[^",  # `prepare` writes a table of notes in this syntax
    "pipe_tables": "|",  # GFM
    "strikeout": "~",  # GFM
    "tex_math_dollars": "$",  # `prepare` has escaped every `$` that is not math
}

#: 1980-01-01, the first day that a zip archive can name: no engine sees today's date.
SOURCE_DATE_EPOCH = "315532800"

#: Heap for a first collection (a third of the time of a long note) and the most pandoc may take.
_RUNTIME = ("+RTS", "-A64m", "-M2g", "-RTS")
#: One that stays collects smaller heaps, and not while it waits; its one thread needs no clock to switch threads.
_RUNTIME_STAYING = ("+RTS", "-A16m", "-I0", "-V0", "-M2g", "-RTS")

_API_VERSION = [1, 23, 1]

#: Highlighted code gets a link on each line, to itself; on paper that is noise.
_LINE_LINK = re.compile(r'<a href="#cb\d+-\d+"(?: aria-hidden="true")?(?: tabindex="-1")?></a>')


#: Characters that XML cannot hold, as they stand in JSON; a reference (`&#1;`) brings them in.
_CONTROL = re.compile(r"((?<!\\)(?:\\\\)*)\\u00(?:0[0-8bcef]|1[0-9a-f])|[\ufffe\uffff]")


class PandocError(RuntimeError):
    """Pandoc failed, ran out of memory or took too long; the message is what it said."""


@cache
def program() -> Path:
    """Pandoc's executable: that inside pypandoc_binary, unless ``PYPANDOC_PANDOC`` names another.

    ``pypandoc.get_pandoc_path`` would take a newer pandoc of the machine instead, so that the same
    note gives another file elsewhere; and importing pypandoc takes 40 ms.
    """
    spec = find_spec("pypandoc")
    if "PYPANDOC_PANDOC" not in os.environ and spec and spec.origin:
        for name in ("pandoc", "pandoc.exe"):
            inside = Path(spec.origin).parent / "files" / name
            if inside.is_file():
                return inside
    import pypandoc  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        return Path(pypandoc.get_pandoc_path())
    except OSError as error:
        raise PandocError("pandoc is not installed: pip install pypandoc_binary") from error


def version() -> str:
    """Pandoc's version, e.g. ``3.9``."""
    return _run(["--version"], b"")[0].decode().split(maxsplit=2)[1]


def read(
    text: str, *, hard_breaks: bool, standins: Mapping[str, str] | None = None, seconds: float = 60
) -> list[Block]:
    """The blocks of a text in :data:`DIALECT`; with ``hard_breaks`` each newline in a paragraph is a ``LineBreak``.

    Without, lines of Japanese and Chinese join with no blank between.

    ``standins`` maps characters of the text to those that take their place wherever they come out:
    pandoc's reader normalises to NFC, and so would change the characters they stand for.
    """
    dialect = "+".join(["commonmark", *(extension for extension, sign in DIALECT.items() if sign in text)])
    if not hard_breaks:
        return _read(text, f"join {dialect}", dialect + "+east_asian_line_breaks", standins, seconds)
    return _read(text, f"read {dialect}", dialect, standins, seconds, hard_breaks=True)


def read_html(html: str, *, standins: Mapping[str, str] | None = None, seconds: float = 60) -> list[Block]:
    """The blocks of a piece of HTML."""
    dialect = "html-auto_identifiers-smart"
    return _read(html, f"read {dialect}", dialect, standins, seconds)


def write_html(blocks: Sequence[Block], *, seconds: float = 60) -> str:
    """A fragment of HTML 5 with MathML; code is highlighted by pandoc's classes."""
    if all(block["t"] == "RawBlock" and block["c"][0] == "html" for block in blocks):  # there is nothing to write
        return "".join(f"{block['c'][1]}\n" for block in blocks)
    args = ["-f", "json", "-t", "html5", "--mathml", "--wrap=none", "--sandbox"]
    out = _ask("html", args, _dump(_without_sections(blocks), {}), seconds)
    return _LINE_LINK.sub("", out.decode())


def write_docx(
    blocks: Sequence[Block],
    *,
    reference: Path,
    metadata: Mapping[str, str],
    language: str,
    folder: Path,
    warnings: list[str] | None = None,
    seconds: float = 60,
) -> bytes:
    """A Word file with the styles of ``reference``; ``metadata`` is all that gets into its properties.

    The address of each picture must be the bare name of a file in ``folder``: anything else would
    be fetched by pandoc, and is a fault of the caller.
    """
    for node in walk(blocks):
        if node["t"] == "Image":
            name = node["c"][2][0]
            if Path(name).name != name or not (folder / name).is_file():
                raise ValueError(f"a picture that is not in the private folder: {name!r}")
    meta = {key: {"t": "MetaString", "c": text} for key, text in metadata.items()}
    meta["lang"] = {"t": "MetaString", "c": language}
    args = ["-f", "json", "-t", "docx", "-o", "-", f"--reference-doc={reference}", f"--resource-path={folder}"]
    out, said = _run(args, _dump(blocks, meta), seconds)
    if warnings is not None:
        warnings += said
    return out


def write_markdown(blocks: Sequence[Block], *, seconds: float = 60) -> str:
    """Markdown that other programs read: CommonMark with tables, footnotes, strikeout and math."""
    dialect = "commonmark+footnotes+pipe_tables+strikeout+tex_math_dollars+raw_html"
    out, _ = _run(["-f", "json", "-t", dialect, "--wrap=none", "--sandbox"], _dump(blocks, {}), seconds)
    return out.decode()


def _without_sections(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks with something unseen before each heading that begins a ``Div``.

    Pandoc would make a ``<section>`` of such a ``Div`` and give it the heading's id.
    """

    def is_section(node: Node) -> bool:
        return node["t"] == "Div" and not node["c"][0][0] and bool(node["c"][1]) and node["c"][1][0]["t"] == "Header"

    if not any(map(is_section, walk(blocks))):
        return blocks
    copy = clone(blocks)
    for node in walk(copy):
        if is_section(node):
            node["c"][1].insert(0, raw_block("nothing", ""))
    return copy


@cache
def _staying() -> PandocProcess:
    return PandocProcess((str(program()), *_RUNTIME_STAYING), _environment())


def _environment() -> dict[str, str]:
    return {**os.environ, "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH, "LC_ALL": "C.UTF-8"}


def _ask(order: str, args: list[str], data: bytes, seconds: float) -> bytes:
    """What the pandoc that stays answers to an order; or what one that is started with ``args`` writes."""
    try:
        answer = _staying().ask(order, data, seconds)
    except TimeOut as error:
        raise PandocError(f"pandoc took longer than {seconds:g} s") from error
    return _run(args, data, seconds)[0] if answer is None else answer


def _run(args: list[str], data: bytes, seconds: float = 60) -> tuple[bytes, list[str]]:
    """What pandoc writes, and the lines that it warns with."""
    command = [str(program()), *_RUNTIME, f"--data-dir={os.devnull}", *args]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=seconds, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PandocError(f"pandoc took longer than {seconds:g} s") from error
    except OSError as error:
        raise PandocError(f"pandoc cannot be started: {error.strerror}") from error
    said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    if done.returncode:
        raise PandocError(" ".join(said) or f"pandoc ended with status {done.returncode}")
    return done.stdout, said


def _read(
    text: str,
    order: str,
    dialect: str,
    standins: Mapping[str, str] | None,
    seconds: float,
    *,
    hard_breaks: bool = False,
) -> list[Block]:
    # A lone surrogate can't be UTF-8; it comes from bytes that were none.
    data = _as_read(text).encode(errors="replace")
    out = _ask(order, ["-f", dialect, "-t", "json", "--sandbox"], data, seconds)
    if hard_breaks:  # in no string: there these quotes would be escaped
        out = out.replace(b'{"t":"SoftBreak"}', b'{"t":"LineBreak"}')
    tree = out.decode()
    if any(sign in tree for sign in ("\\u00", "\ufffe", "\uffff")):
        tree = _CONTROL.sub("\\1\ufffd", tree)
    if standins:
        # Inside JSON's strings only: its own signs are ASCII, a stand-in never is.
        tree = tree.translate({ord(c): json.dumps(t, ensure_ascii=False)[1:-1] for c, t in standins.items()})
    try:
        pandoc = json.loads(tree)
    except RecursionError:
        pandoc = _load_deep(tree)
    blocks: list[Block] = pandoc["blocks"]
    return blocks


def _as_read(text: str) -> str:
    """The text as pandoc changes it before reading when it is called; the one that stays does not."""
    text = text.replace("\r", "").expandtabs(4)
    return text if text.endswith("\n") else text + "\n"


def _dump(blocks: Sequence[Block], meta: Mapping[str, Any]) -> bytes:
    tree = {"pandoc-api-version": _API_VERSION, "meta": meta, "blocks": blocks}
    return json.dumps(tree, ensure_ascii=False).encode(errors="replace")


def _load_deep(text: str) -> Any:
    """``json.loads`` without recursion, for a note whose quotes or lists are nested hundreds deep."""
    scalar = json.JSONDecoder().raw_decode
    result: list[Any] = []
    stack: list[Any] = []  # the containers around ``into``
    into: Any = result
    key: str | None = None  # of the pair whose value comes next, if ``into`` is an object
    at = 0

    def put(thing: Any) -> None:
        nonlocal key
        if isinstance(into, list):
            into.append(thing)
        elif key is None:
            key = thing
        else:
            into[key] = thing
            key = None

    while at < len(text):
        sign = text[at]
        if sign in "[{":
            new: Any = [] if sign == "[" else {}
            put(new)
            stack.append(into)
            into, at = new, at + 1
        elif sign in "]}":
            into, at = stack.pop(), at + 1
        elif sign in ",: \t\r\n":
            at += 1
        else:
            thing, at = scalar(text, at)
            put(thing)
    return result[0]
