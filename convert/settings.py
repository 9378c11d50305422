"""All settings, each declared once: name, type, default, help, scope; and the one way to read them.

Defaults < theme < ``kumihan.yaml`` < the note's ``print:`` < command line.
The command line, the check of files and the manual derive from the fields of :class:`Settings`.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from convert import theme
from convert.diagnostics import Code, Diagnostic, diagnose

#: The vault's own settings, at its root.
FILE_NAME = "kumihan.yaml"
#: In a note's properties: a table of this name, or flat keys that begin with it (``print-page-size``).
NOTE_KEY = "print"

Values = Mapping[str, object]
"""Valid values by the field's name in :class:`Settings`; what is not set is absent."""

_LONGEST_TEXT = 500
_MOST_STYLES = 20
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
_PAPERS = {name.lower(): name for name in ("A3", "A4", "A5", "A6", "B4", "B5", "B6", "letter", "legal")}
_LENGTH = r"(\d{1,4}(?:\.\d{1,3})?)\s*(mm|cm|in|pt)?"
_TWO_LENGTHS = re.compile(rf"{_LENGTH}\s*[x×, ]\s*{_LENGTH}", re.IGNORECASE)
_TWO_NUMBERS = re.compile(r"(\d{1,3})\s*[x×*]\s*(\d{1,3})", re.IGNORECASE)
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72}
_TRUE, _FALSE = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})


class Scope(StrEnum):
    """Who may set it: a NOTE (and all above), the VAULT's kumihan.yaml, or only the COMMAND line."""

    NOTE = "note"
    VAULT = "vault"
    COMMAND = "command"


class SettingsError(ValueError):
    """Settings that the build cannot begin with; the message is one line for a person."""


Check = Callable[[Any], Any]
"""Takes a value of the right type, gives it back in its one form, or raises ``ValueError`` with what is expected."""


def option(
    default: Any,
    help: str,
    *,
    name: str,
    scope: Scope = Scope.NOTE,
    choices: tuple[str, ...] = (),
    check: Check | None = None,
    file: bool = False,
) -> Any:
    """A field of :class:`Settings`; ``name`` is dotted, as written in files and after ``--set``.

    A ``file`` is one in the vault, unless the command line names it.
    Values get into CSS and into Word's XML: whatever is not one of ``choices`` and not plain words wants a ``check``.
    """
    metadata = {"name": name, "help": help, "scope": scope, "choices": choices, "check": check, "file": file}
    return field(default=default, metadata=metadata)


def between(low: float, high: float) -> Check:
    """A check for a number from ``low`` to ``high``."""

    def check(value: float) -> float:
        if not low <= value <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return value

    return check


def page_size(value: str) -> str:
    """``A4`` for ``a4``, ``210mm 297mm`` for ``210 x 297 mm``; width before height."""
    text = value.strip()
    if text.lower() in _PAPERS:
        return _PAPERS[text.lower()]
    lengths = _TWO_LENGTHS.fullmatch(text)
    if lengths:
        width, first_unit, height, second_unit = lengths.groups()
        units = [(unit or second_unit or first_unit or "").lower() for unit in (first_unit, second_unit)]
        sides = [float(side) * _MILLIMETRES.get(unit, 0) for side, unit in zip((width, height), units, strict=True)]
        if all(50 <= side <= 1500 for side in sides):
            return f"{width}{units[0]} {height}{units[1]}"
    raise ValueError(f"one of {', '.join(_PAPERS.values())}, or two lengths such as 182mm 257mm")


def docx_grid(value: str) -> str:
    """``40x30`` for ``40 × 30``: characters in a line by lines on a page; or nothing."""
    found = _TWO_NUMBERS.fullmatch(value.strip())
    if value and not (found and all(10 <= int(number) <= 100 for number in found.groups())):
        raise ValueError("characters by lines, such as 40x30; each from 10 to 100")
    return f"{int(found[1])}x{int(found[2])}" if found else ""


def margins(value: str) -> str:
    """One, two or four lengths with their units, none above 150 mm; or nothing."""
    words = value.replace(",", " ").split()
    lengths = [re.fullmatch(_LENGTH, word, re.IGNORECASE) for word in words]
    sides = [float(each[1]) * _MILLIMETRES.get((each[2] or "").lower(), 1e9) for each in lengths if each]
    if len(words) not in (0, 1, 2, 4) or len(sides) != len(words) or any(side > 150 for side in sides):
        raise ValueError("one, two or four lengths up to 150 mm, such as 35mm 30mm")
    return " ".join(word.lower() for word in words)


def half_points(value: float) -> float:
    """A size of type that Word can have."""
    between(7, 16)(value)
    return round(value * 2) / 2


def face(value: str) -> str:
    """The name of a font in Word, which has at most 31 characters."""
    if len(value) > 31 or set(value) & set(";,"):
        raise ValueError("the name of one font, of at most 31 characters")
    return value.strip()


def language(value: str) -> str:
    """A BCP 47 language tag."""
    if not _LANGUAGE.fullmatch(value):
        raise ValueError("a language such as ja, en or zh-Hant")
    return value


def footnote_mark(value: str) -> str:
    """At most eight characters with one ``1`` among them, or none at all."""
    if value and (len(value) > 8 or value.count("1") != 1):
        raise ValueError("up to eight characters with one 1 among them, such as ＊1 or 1)")
    return value


def style_names(value: tuple[str, ...]) -> tuple[str, ...]:
    """Names of style sheets, never paths, each once."""
    names = [re.sub(r"\.css\Z", "", name, flags=re.IGNORECASE) for name in value]
    if len(names) > _MOST_STYLES or any(not name or name.startswith(".") or set(name) & set("/\\:") for name in names):
        raise ValueError(f"up to {_MOST_STYLES} names of snippets, without folders")
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Settings:
    """One value of each option."""

    theme: str = option(
        "handout", "The look: one of ours, or of the vault's own in .kumihan/themes/ or Kumihan/themes/.", name="theme"
    )
    language: str = option(
        "ja", "Language of the text (BCP 47) where the note's `lang` does not say.", name="language", check=language
    )
    title: str = option("yes", "Print the title above the text: yes, or no.", name="title", choices=("yes", "no"))
    byline: str = option(
        "yes",
        "Print subtitle, author and date (if the note's properties have them) under the title: yes, or no.",
        name="byline",
        choices=("yes", "no"),
    )
    abstract: str = option(
        "yes",
        "Print the property abstract (or 要旨, 概要) under the title: yes, or no.",
        name="abstract",
        choices=("yes", "no"),
    )
    cover: str = option(
        "no",
        "Whether title, subtitle, author and date have a page of their own (PDF, Word).",
        name="cover",
        choices=("no", "yes"),
    )
    dates: str = option(
        "western",
        "Years of the properties' dates in Japanese: western (2025年4月5日), or of the era (令和7年4月5日).",
        name="dates",
        choices=("western", "era"),
    )
    properties: str = option(
        "hidden",
        "The note's properties: hidden, or in a table above the text.",
        name="properties",
        choices=("hidden", "table"),
    )
    styles: tuple[str, ...] = option(
        (),
        "CSS snippets of the vault to print with (PDF, HTML): names of files in .kumihan/, Kumihan/ or "
        ".obsidian/snippets/, without .css.",
        name="styles",
        check=style_names,
    )
    line_breaks: str = option(
        "obsidian",
        "Whether a single newline shows: as Obsidian's own setting says, always (show), or never (join).",
        name="line-breaks",
        choices=("obsidian", "show", "join"),
    )
    callout_titles: str = option(
        "type",
        "Title of a callout without one: its type as Obsidian shows it, or the word in the text's language.",
        name="callouts.titles",
        choices=("type", "language"),
    )
    tags: str = option(
        "styled", "Tags in the text: styled, plain, or hidden.", name="tags", choices=("styled", "plain", "hidden")
    )
    ruby_braces: bool = option(True, "Whether {漢字|かんじ} and {東京|とう|きょう} are ruby.", name="ruby.braces")
    ruby_aozora: bool = option(False, "Whether ｜漢字《かんじ》 is ruby.", name="ruby.aozora")
    dots: bool = option(False, "Whether 《《強調》》 is emphasis.", name="dots")
    critic: bool = option(
        True, "Whether {++…++}, {--…--}, {~~…~>…~~}, {==…==} and {>>…<<} are CriticMarkup.", name="critic"
    )
    changes: str = option(
        "accept",
        "CriticMarkup's changes in PDF, HTML and Markdown: carried out (accept), undone (reject), or shown with "
        "their comments (show).",
        name="changes",
        choices=("accept", "reject", "show"),
    )
    mermaid: str = option(
        "draw",
        "Mermaid's diagrams: drawn (draw), their source as code (show), or in a labelled box (box).",
        name="mermaid",
        choices=("draw", "show", "box"),
    )
    plugins: str = option(
        "box",
        "What only plugins of Obsidian understand (Dataview, Tasks, Templater …): its source as code (show), nothing "
        "(hide), or a box with its name (box).",
        name="plugins",
        choices=("show", "hide", "box"),
    )
    links_heading: str = option(
        "arrow",
        "How a link to a heading without a text of its own shows: Note › Heading (arrow), as typed with # (hash), "
        "or only the heading (last).",
        name="links.heading",
        choices=("arrow", "hash", "last"),
    )
    contents: str = option(
        "no",
        "Contents before the text (PDF, HTML, handouts in Word): no, or how many levels of headings they have, 1 to 6.",
        name="contents",
        choices=("no", "1", "2", "3", "4", "5", "6"),
    )
    captions_lists: str = option(
        "no",
        "Lists of the captions of figures and tables, behind the contents: no, figures, tables, or both (PDF, HTML, "
        "handouts in Word).",
        name="captions.lists",
        choices=("no", "figures", "tables", "both"),
    )
    numbering: str = option(
        "no",
        "Numbers before headings: no, as in Japanese official documents (official: 第1節, 1, （1）, ア), or decimal. "
        "Ranks whose headings carry numbers already get none.",
        name="numbering",
        choices=("no", "official", "decimal"),
    )
    captions: str = option(
        "typed",
        "Captions of figures and tables: those that are typed as such (typed: 図1　…, : …), pictures' alt texts too "
        "(plain), all numbered (numbered) unless their author counts, or none (no).",
        name="captions",
        choices=("typed", "plain", "numbered", "no"),
    )
    captions_numbers: str = option(
        "document",
        "Whether numbers of figures and tables run through the document (図3), or begin anew in each chapter (図2-1).",
        name="captions.numbers",
        choices=("document", "chapter"),
    )
    breaks: str = option(
        "none",
        "Which headings begin a page (PDF, Word): none, h1, h2 and h1, or those of the highest rank that the text has. "
        "The first one does not.",
        name="breaks",
        choices=("none", "h1", "h2", "highest"),
    )
    rule: str = option(
        "line",
        "What --- is: a line, or the end of a page. The comment <!-- pagebreak --> always ends one.",
        name="rule",
        choices=("line", "page"),
    )
    links_pages: str = option(
        "no",
        "Whether a link to a place in the same document has that place's page behind it (PDF, Word).",
        name="links.pages",
        choices=("no", "yes"),
    )
    links: str = option(
        "plain",
        "Addresses of links on paper (PDF): not printed (plain), in notes at the page's foot with marks of their own "
        "(footnote), or in a list at the end (list).",
        name="links",
        choices=("plain", "footnote", "list"),
    )
    footnotes_place: str = option(
        "page",
        "Where a PDF has its footnotes: at the foot of their page, or at the end of the text.",
        name="footnotes.place",
        choices=("page", "end"),
    )
    footnotes_numbers: str = option(
        "document",
        "Whether footnotes are numbered through the document, or anew in each chapter, which a heading of the highest "
        "rank begins (PDF, HTML).",
        name="footnotes.numbers",
        choices=("document", "chapter"),
    )
    embeds_title: bool = option(
        False, "Whether the name of an embedded note or section stands above it.", name="embeds.title"
    )
    code_numbers: bool = option(False, "Whether lines of code have numbers.", name="code.numbers")
    tables_wide: str = option(
        "landscape",
        "Tables too wide for the page even in the smallest type: on a landscape page of their own (landscape), "
        "or with broken words (shrink).",
        name="tables.wide",
        choices=("landscape", "shrink"),
    )
    footnote_mark: str = option(
        "",
        "Form of footnote marks, with 1 for the number, e.g. ＊1, 1), ※1; empty: the theme's.",
        name="footnotes.mark",
        check=footnote_mark,
    )
    justify: str = option(
        "yes",
        "Japanese lines end at the same edge (PDF): yes, or no.",
        name="typography.justify",
        choices=("yes", "no"),
    )
    punctuation: str = option(
        "yes",
        "Runs of full-width punctuation are set close (PDF): yes, or no.",
        name="typography.punctuation",
        choices=("yes", "no"),
    )
    gaps: str = option(
        "yes",
        "A small gap between Japanese and Latin letters (PDF): yes, or no.",
        name="typography.gaps",
        choices=("yes", "no"),
    )
    page_size: str = option(
        "A4", "Page size: A4, A5, B5 (JIS), letter …, or two lengths.", name="page.size", check=page_size
    )
    page_chars: int = option(42, "Characters in a line of body text.", name="page.chars", check=between(10, 100))
    page_lines: int = option(39, "Lines on a page.", name="page.lines", check=between(10, 100))
    page_margins: str = option(
        "",
        "Margins, one, two or four lengths as in CSS such as 25mm 20mm, in place of page.chars and page.lines: there "
        "are as many whole ones as they leave room for.",
        name="page.margins",
        check=margins,
    )
    page_front: str = option(
        "count",
        "Pages of cover and contents (PDF): counted with the text's (count), or numbered in roman, and the text begins "
        "on a new page at 1 (roman).",
        name="page.front",
        choices=("count", "roman"),
    )
    color: str = option(
        "full",
        "Colours of a PDF: full, or mono (greys only, for photocopiers; callouts differ by icon and bar).",
        name="color",
        choices=("full", "mono"),
    )
    pdf_standard: str = option(
        "tagged",
        "What a PDF conforms to: tagged (with its structure), ua-1 (PDF/UA-1: for people who don't see it; every "
        "picture wants a text of its own), or a-3a (PDF/A-3a: to be kept for long).",
        name="pdf.standard",
        choices=("tagged", "ua-1", "a-3a"),
    )
    pdf_attach: str = option(
        "no",
        "Whether the note lies in its PDF as a file: no, or source. It is the whole note as it is, with its comments "
        "and all its properties.",
        name="pdf.attach",
        choices=("no", "source"),
    )
    docx_profile: str = option(
        "manuscript",
        "Shape of the Word file: manuscript, for editors and printers (named styles only, changes tracked, wide "
        "lines), or handout, for readers (callouts in boxes, contents, running heads).",
        name="docx.profile",
        choices=("manuscript", "handout"),
    )
    docx_changes: str = option(
        "profile",
        "CriticMarkup in Word files: tracked changes and comments (track), no comments and the changes carried out "
        "(accept) or undone (reject), or as the profile is: a manuscript tracks, a handout has them carried out.",
        name="docx.changes",
        choices=("profile", "track", "accept", "reject"),
    )
    docx_export: bool = option(
        True,
        "Whether a Word file carries a number by which Kumihan knows it again; what it was made from is kept on this "
        "machine, not in the file.",
        name="docx.export",
    )
    comments: str = option(
        "drop",
        "What %%…%% becomes: nothing (drop), or comments in Word files that track changes (word).",
        name="comments",
        choices=("drop", "word"),
    )
    docx_grid: str = option(
        "",
        "Characters by lines on a page of a Word file, such as 40x30, 40x35, 35x30, 42x34 or 39x37; empty: 40x30 for a "
        "manuscript, page.chars by page.lines for a handout.",
        name="docx.grid",
        check=docx_grid,
    )
    docx_size: float = option(
        10.5,
        "Size of body text in a Word file, in points; all other sizes go with it.",
        name="docx.size",
        check=half_points,
    )
    docx_margins: str = option(
        "",
        "Margins of a Word file's pages: one length for all, two (above and below, left and right), or four (above, "
        "right, below, left), such as 35mm 30mm; empty: what the grid leaves.",
        name="docx.margins",
        check=margins,
    )
    docx_mincho: str = option(
        "",
        "Font of a Word file's Japanese body text; empty: 游明朝, or ＭＳ 明朝 where lines are too close for it.",
        name="docx.mincho",
        check=face,
    )
    docx_gothic: str = option(
        "",
        "Font of a Word file's Japanese headings and strong words; empty: 游ゴシック.",
        name="docx.gothic",
        check=face,
    )
    docx_latin: str = option("", "Font of a Word file's Latin body text.", name="docx.latin", check=face)
    docx_latin_sans: str = option("", "Font of a Word file's Latin headings.", name="docx.latin-sans", check=face)
    docx_ruby: str = option(
        "word",
        "Ruby in a Word file: Word's own (word), or the reading behind its word in parentheses (parentheses).",
        name="docx.ruby",
        choices=("word", "parentheses"),
    )
    docx_indent: str = option(
        "style",
        "How a paragraph of a Word file begins: one character in by its style (style), by a full-width blank in the "
        "text (fullwidth), or at the margin (none).",
        name="docx.indent",
        choices=("style", "fullwidth", "none"),
    )
    docx_reference: str = option(
        "",
        "A Word file whose page, heads and styles are used, with what it lacks added; itself it is not changed. In the "
        "vault or its .kumihan/; the command line may name any.",
        name="docx.reference",
        file=True,
    )
    html_assets: str = option("inline", "Pictures of an HTML file: inside it.", name="html.assets", choices=("inline",))
    font_mincho: str = option(
        "", "Installed families for body text, before Kumihan's own; commas between.", name="fonts.mincho"
    )
    font_gothic: str = option(
        "", "Installed families for headings and strong words, before Kumihan's own.", name="fonts.gothic"
    )
    font_mono: str = option("", "Installed families for code, before Kumihan's own.", name="fonts.mono")
    author: str = option("", "Author where the note's properties name none.", name="author")
    limit_seconds: float = option(
        120.0, "Seconds that one note may take.", name="limits.seconds", scope=Scope.VAULT, check=between(0.1, 86_400)
    )
    limit_bytes: int = option(
        20_000_000,
        "Bytes that one note may have; larger ones are refused.",
        name="limits.bytes",
        scope=Scope.VAULT,
        check=between(1, 1_000_000_000),
    )
    limit_memory: int = option(
        4_000,
        "Megabytes of memory that printing one note may take (Linux).",
        name="limits.memory",
        scope=Scope.VAULT,
        check=between(500, 1_000_000),
    )
    cache_megabytes: int = option(
        1_000,
        "Megabytes that finished outputs may take in the cache; what was used longest ago goes first.",
        name="cache.megabytes",
        scope=Scope.COMMAND,
        check=between(0, 1_000_000),
    )
    allow_network: bool = option(False, "Fetch pictures from the network.", name="network", scope=Scope.COMMAND)
    follow_links: bool = option(
        False, "Follow symbolic links that leave the vault.", name="follow-links", scope=Scope.COMMAND
    )


# Reading


@cache
def options() -> Mapping[str, Field[Any]]:
    """All fields by their names, in the order of the class; in names ``.`` and ``-`` are the same, here ``-``."""
    return {_canonical(f.metadata["name"]): f for f in fields(Settings)}


@cache
def _types() -> Mapping[str, type]:
    return get_type_hints(Settings)


def _canonical(name: str) -> str:
    return name.strip().casefold().replace(".", "-")


def kind(option: Field[Any]) -> str:
    """What an option's values are, in words."""
    names = {str: "text", int: "whole number", float: "number", bool: "yes or no"}
    return names.get(_types()[option.name], "list of words")


def show(value: object) -> str:
    """A value as one writes it in ``kumihan.yaml``."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return "[" + ", ".join(show(item) for item in value) + "]"
        case float() if value.is_integer():
            return str(int(value))
        case str() if not re.fullmatch(r"[^\W\d_][\w .-]*", value) or value.casefold() in {"true", "false", "null"}:
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def convert(option: Field[Any], value: object, themes: tuple[str, ...] = ()) -> object:
    """A value from a file or the command line as the option's type; ``ValueError`` says what is expected instead.

    ``themes`` are the names that there are to choose from; without them, any may turn out to be one.
    """
    choices: tuple[str, ...] = option.metadata["choices"] or (themes if option.name == "theme" else ())
    type_ = _types()[option.name]
    result: object
    if isinstance(value, bool) and {"yes", "no"} <= {*choices}:
        value = "yes" if value else "no"  # Obsidian's checkbox
    if choices:
        same = [choice for choice in choices if choice.casefold() == str(value).casefold()]
        if not same:
            nearest = difflib.get_close_matches(str(value), choices, 1)
            also = f" (did you mean {nearest[0]}?)" if nearest else ""
            raise ValueError("one of " + ", ".join(choices) + also)
        result = same[0]
    elif type_ is bool:
        word = value.strip().casefold() if isinstance(value, str) else show(value)
        if word not in _TRUE | _FALSE:
            raise ValueError("yes or no")
        result = word in _TRUE
    elif type_ in (int, float):
        result = _number(value, type_)
    elif type_ is str:
        result = _text(value)
    else:
        items = value if isinstance(value, (list, tuple)) else str(value).split(",")
        result = tuple(text for item in items if (text := _text(item).strip()))
    check: Check | None = option.metadata["check"]
    return check(result) if check else result


def _number(value: object, type_: type) -> int | float:
    expected = "a whole number" if type_ is int else "a number"
    if isinstance(value, str) and re.fullmatch(r"\s*[-+]?\d{1,15}(\.\d{1,15})?\s*", value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(expected)
    if type_ is float:
        return float(value)
    if isinstance(value, float):
        raise ValueError(expected)
    return value


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("a text")
    text = str(value)
    if len(text) > _LONGEST_TEXT or _CONTROL.search(text):
        raise ValueError(f"one line of at most {_LONGEST_TEXT} characters")
    return text


_LEVELS = (Scope.NOTE, Scope.VAULT, Scope.COMMAND)


def read(
    entries: Iterable[tuple[str, object, tuple[int, int]]],
    source: Scope,
    path: str,
    prefix: str = "",
    themes: tuple[str, ...] = (),
) -> tuple[Values, tuple[Diagnostic, ...]]:
    """Valid values among ``(name, value, place)`` entries that come from ``source``, and a diagnostic for each other.

    ``path`` is the file that the places are in; ``prefix`` is what stood before each name there; ``themes`` are the
    names of those that there are.
    """
    values: dict[str, object] = {}
    diagnostics: list[Diagnostic] = []
    for name, value, (line, column) in entries:
        shown = prefix + name
        found = options().get(_canonical(name))
        if found is None:
            if value is not None or not _group(name):
                message = f"unknown setting {shown}" + _nearest(name, prefix)
                diagnostics.append(diagnose(Code.CONFIG_UNKNOWN, message, path, line, column))
        elif value is None:
            pass  # an empty property, or a key whose value is commented out
        elif _LEVELS.index(found.metadata["scope"]) > _LEVELS.index(source):
            where = "on the command line" if found.metadata["scope"] is Scope.COMMAND else f"in {FILE_NAME}"
            message = f"{shown} may only be set {where}"
            diagnostics.append(diagnose(Code.CONFIG_SCOPE, message, path, line, column))
        else:
            try:
                converted = convert(found, value, themes)
                values[found.name] = _inside(str(converted)) if found.metadata["file"] else converted
            except ValueError as error:
                message = f"{shown} is {_brief(value)}, but must be {error}"
                diagnostics.append(diagnose(Code.CONFIG_INVALID, message, path, line, column))
    return values, tuple(diagnostics)


def _inside(value: str) -> str:
    """A path in the vault."""
    if value.startswith(("/", "~")) or set(value) & set("\\:") or ".." in value.split("/"):
        raise ValueError("a file in the vault, by its path from the vault's root")
    return value


def _brief(value: object) -> str:
    text = "a table" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else show(value)
    text = _CONTROL.sub(" ", text)
    return text if len(text) <= 40 else text[:39] + "…"


def _group(name: str) -> list[str]:
    """The names of the options below ``name``, if it is not an option but the beginning of some."""
    start = _canonical(name) + "-"
    return [f.metadata["name"] for key, f in options().items() if key.startswith(start)]


def _nearest(name: str, prefix: str = "") -> str:
    """What to say after the name of a setting that does not exist."""
    group = _group(name)
    if group:
        return "; there are " + ", ".join(group)
    nearest = difflib.get_close_matches(_canonical(name), options(), 1, 0.5)
    if not nearest:
        return ""
    real: str = options()[nearest[0]].metadata["name"]
    return f"; did you mean {prefix}{real.replace('.', '-') if prefix.endswith('-') else real}?"


def from_note(
    properties: Mapping[str, object], places: Mapping[str, tuple[int, int]], path: str, themes: tuple[str, ...] = ()
) -> tuple[Values, tuple[Diagnostic, ...]]:
    """What a note's properties set: below ``print:``, or flat as ``print-page-size:``; ``themes``: see :func:`read`."""
    from convert import yamlcore  # noqa: PLC0415

    values: dict[str, object] = {}
    diagnostics: list[Diagnostic] = []
    for key, value in properties.items():
        key_place = places.get(key, (0, 0))
        word = _canonical(key)
        if word == NOTE_KEY and isinstance(value, Mapping):
            entries = [(name, item, places.get(f"{key}.{name}", key_place)) for name, item in yamlcore.flatten(value)]
            prefix = NOTE_KEY + "."
        elif word == NOTE_KEY and value is not None:
            message = f"{key} is {_brief(value)}, but must be a table of settings"
            diagnostics.append(diagnose(Code.CONFIG_INVALID, message, path, *key_place))
            continue
        elif word.startswith(NOTE_KEY + "-"):
            entries = [(word.removeprefix(NOTE_KEY + "-"), value, key_place)]
            prefix = NOTE_KEY + "-"
        else:
            continue
        found, problems = read(entries, Scope.NOTE, path, prefix, themes)
        values |= found
        diagnostics += problems
    return values, tuple(diagnostics)


def from_file(file: Path, shown: str, themes: tuple[str, ...] = ()) -> tuple[Values, tuple[Diagnostic, ...]]:
    """What a settings file sets. ``shown`` is its name for people; ``themes`` as in :func:`read`.

    A file that cannot be read at all raises :class:`SettingsError`.
    """
    from convert import yamlcore  # noqa: PLC0415

    try:
        table = yamlcore.load_table(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{shown} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{shown} is not UTF-8") from error
    except yamlcore.YamlError as error:
        raise SettingsError(f"{shown}:{error.line}:{error.column}: {error.message}") from error
    entries = [(name, value, table.places.get(name, (0, 0))) for name, value in yamlcore.flatten(table.values)]
    found, problems = read(entries, Scope.VAULT, shown, themes=themes)
    twice = (
        diagnose(Code.CONFIG_INVALID, f"{name} is given twice; the first is used", shown, line, column)
        for name, (line, column) in table.repeated
    )
    return found, (*problems, *twice)


def from_command(pairs: Sequence[str], themes: tuple[str, ...] = ()) -> Values:
    """What ``--set KEY=VALUE`` sets; a mistake raises :class:`SettingsError`. ``themes`` as in :func:`read`."""
    values: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        found = options().get(_canonical(name))
        if not equals:
            raise SettingsError(f"--set wants KEY=VALUE, not {pair!r}")
        if found is None:
            raise SettingsError(f"unknown setting {name}{_nearest(name)}")
        try:
            converted = convert(found, value, themes)
            if found.metadata["file"] and converted:
                converted = str(Path(str(converted)).expanduser().absolute())
            values[found.name] = converted
        except ValueError as error:
            raise SettingsError(f"{found.metadata['name']} is {_brief(value)}, but must be {error}") from error
    return values


@dataclass(frozen=True, slots=True)
class Layers:
    """What a build's settings are made of but for the note's own: the vault's file and the command line.

    ``root`` is the vault, where themes of its own may be.
    """

    vault: Values = field(default_factory=dict)
    command: Values = field(default_factory=dict)
    root: Path | None = None

    @property
    def themes(self) -> tuple[str, ...]:
        """The names of all themes that there are."""
        return theme.names(self.root, follow_links=bool(self.command.get("follow_links")))

    def settings(self, note: Values | None = None) -> tuple[Settings, tuple[Diagnostic, ...]]:
        """The settings of a note with values of its own, and what is wrong in its theme's files."""
        above = {**self.vault, **(note or {}), **self.command}
        name = str(above.get("theme", theme.DEFAULT))
        chosen = theme.load(name, self.root, follow_links=bool(self.command.get("follow_links")))
        below: dict[str, object] = {}
        diagnostics = list(chosen.diagnostics)
        for part in chosen.settings:
            values, problems = read(part.entries, Scope.NOTE, part.path, "settings.")
            below |= values
            diagnostics += problems
        return Settings(**{**below, **above, "theme": name}), tuple(diagnostics)  # type: ignore[arg-type]


def load(
    root: Path, *, config: Path | None = None, command: Values | None = None
) -> tuple[Layers, tuple[Diagnostic, ...]]:
    """The settings of a build of the vault at ``root``; ``config`` stands in place of its ``kumihan.yaml``.

    A file that cannot be read, or a theme on the command line that there is not, raises :class:`SettingsError`.
    """
    layers = Layers({}, command or {}, root)
    if "theme" in layers.command:
        named = from_command([f"theme={layers.command['theme']}"], layers.themes)
        layers = replace(layers, command={**layers.command, **named})
    file = config or root / FILE_NAME
    if config is None and not file.is_file():
        return layers, ()
    values, diagnostics = from_file(file, file.name, layers.themes)
    return replace(layers, vault=values), diagnostics


def origins(layers: Layers, note: Values | None = None) -> tuple[Settings, Mapping[str, str]]:
    """The settings of a note, and for each field that is not at its default who set it."""
    settings, _ = layers.settings(note)
    above = (("the command line", layers.command), ("the note", note or {}), (FILE_NAME, layers.vault))
    found: dict[str, str] = {}
    for f in fields(Settings):
        if getattr(settings, f.name) != f.default:
            found[f.name] = next((name for name, values in above if f.name in values), f"theme {settings.theme}")
    return settings, found


def template() -> str:
    """A ``kumihan.yaml`` in which every setting that may stand there is commented out."""
    return _listing(Settings(), {}, commented=True)


def listing(settings: Settings, origins: Mapping[str, str]) -> str:
    """All settings with their values, in the form of a ``kumihan.yaml``."""
    return _listing(settings, origins, commented=False)


def _listing(settings: Settings, origins: Mapping[str, str], *, commented: bool) -> str:
    scopes = {
        Scope.NOTE: "",
        Scope.VAULT: f" Not in a note: only in {FILE_NAME} or on the command line.",
        Scope.COMMAND: " Only on the command line.",
    }
    lines: list[str] = []
    for option in options().values():
        meta = option.metadata
        if commented and meta["scope"] is Scope.COMMAND:
            continue
        allowed = ", ".join(meta["choices"]) or kind(option)
        lines.append(f"# {meta['help']}{scopes[meta['scope']]}")
        lines.append(f"# ({allowed}; default {show(option.default)})")
        line = f"{meta['name']}: {show(getattr(settings, option.name))}"
        if commented:
            line = f"#{line}"
        elif option.name in origins:
            line += f"  # set by {origins[option.name]}"
        lines += [line, ""]
    return "\n".join(lines)
