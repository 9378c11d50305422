"""Themes: a folder with a ``theme.yaml`` (the numbers that code needs, and settings) and the look in ``*.css``.

Ours are below ``styles/themes/``; a vault's own below ``.kumihan/themes/`` or ``Kumihan/themes/``. A theme says only
what differs from the one that it extends. What comes from a vault is read as from a stranger: its style sheets are
made harmless as snippets are, its numbers have bounds, and it is never looked for outside the vault.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize
from urllib.parse import quote

from convert import callouts, resources
from convert.diagnostics import Code, Diagnostic, diagnose

#: The theme of those who name none; what does not say whom it extends extends this one.
DEFAULT: Final = "handout"
FILE: Final = "theme.yaml"
#: Where a vault has themes of its own.
FOLDERS: Final = (".kumihan/themes", "Kumihan/themes")

_NAME: Final = re.compile(r"[^\W_][\w .-]{0,63}")
_MOST_THEMES, _LONGEST_CHAIN = 50, 8
#: of a theme's style sheets together, and of its theme.yaml: some 10 µs are spent on each
_MOST_BYTES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Entries:
    """The settings of one theme of a chain: ``(name, value, place)``, and the file that the places are in."""

    path: str
    entries: tuple[tuple[str, object, tuple[int, int]], ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """What a theme and those that it extends say together.

    ``sheets`` are its style sheets, those of the theme that is extended first. ``settings`` likewise.

    ``font_size`` of the body text and ``line`` (the feed from line to line) are in points; ``top``
    is the share of a page's blank height that stands above the text; ``least_margin`` in millimetres;
    ``columns`` of text on a page, ``column_gap`` between them in em; on ``facing`` pages ``inner`` is the share of the
    blank width on the side of the binding, else on the left.
    ``heads`` is how many running heads stand beside each other.
    ``mark`` is the form of a footnote's mark, with 1 for the number; ``address_mark`` that of an address's,
    with 1 for its number or a for its letter. ``table_sizes`` are those of a table's
    type in points, the largest first and the last the least that is legible; ``table_padding`` is what a
    cell leaves blank left and right, each, in em.
    ``descriptions`` are by language. ``files`` are the vault's that it was read from; ``own_sheets`` is how many of
    the sheets are, which are the last ones.
    """

    name: str
    sheets: tuple[str, ...]
    settings: tuple[Entries, ...]
    font_size: float
    line: float
    top: float
    least_margin: float
    columns: int
    column_gap: float
    facing: bool
    heads: int
    inner: float
    mark: str
    address_mark: str
    table_sizes: tuple[float, ...]
    table_padding: float
    descriptions: Mapping[str, str]
    files: tuple[str, ...] = ()
    own_sheets: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def without_own_sheets(self) -> Theme:
        """The same theme without the vault's style sheets."""
        return replace(self, sheets=self.sheets[: len(self.sheets) - self.own_sheets], own_sheets=0)

    def description(self, language: str) -> str:
        """What it is for, in a line, in a language or else in English."""
        return self.descriptions.get(language.partition("-")[0], "") or self.descriptions.get("en", "")

    @property
    def digest(self) -> str:
        """What tells a vault's theme from all others; empty for one of ours, which is part of Kumihan itself."""
        return sha256(repr(self).encode(errors="replace")).hexdigest() if self.files else ""


# What theme.yaml may hold

Check = Callable[[Any], Any]
"""Takes a value from YAML, gives it back as the field has it, or raises ``ValueError`` with what is expected."""


def _number(low: float, high: float) -> Check:
    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return value

    return check


def _count(high: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high:
            raise ValueError(f"a whole number from 1 to {high}")
        return value

    return check


def _yes_or_no(value: Any) -> bool:
    words = {"yes": True, "no": False, "true": True, "false": False}
    found = words.get(str(value).lower())
    if found is None:
        raise ValueError("yes or no")
    return found


def _mark(placeholders: str) -> Check:
    def check(value: Any) -> str:
        text = str(value)
        if len(text) > 8 or not text.isprintable() or sum(text.count(each) for each in placeholders) != 1:
            raise ValueError(f"up to eight characters with one {' or '.join(placeholders)} among them")
        return text

    return check


def _sizes(value: Any) -> tuple[float, ...]:
    size = _number(3, 40)
    numbers = [size(each) for each in value] if isinstance(value, list) and 0 < len(value) <= 6 else []
    if not numbers or numbers != sorted(numbers, reverse=True):
        raise ValueError("a list of sizes in points, the largest first")
    return tuple(numbers)


def _line(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise ValueError("one line of text")
    return value


_FIELDS: Final[Mapping[str, tuple[str, Check]]] = {
    "page.font-size": ("font_size", _number(5, 40)),
    "page.line": ("line", _number(5, 120)),
    "page.top": ("top", _number(0, 1)),
    "page.least-margin": ("least_margin", _number(0, 60)),
    "page.columns": ("columns", _count(4)),
    "page.column-gap": ("column_gap", _number(0.5, 8)),
    "page.facing": ("facing", _yes_or_no),
    "page.heads": ("heads", _count(3)),
    "page.inner": ("inner", _number(0, 1)),
    "footnotes.mark": ("mark", _mark("1")),
    "links.mark": ("address_mark", _mark("1a")),
    "tables.sizes": ("table_sizes", _sizes),
    "tables.padding": ("table_padding", _number(0, 3)),
}
_DESCRIPTIONS: Final = ("description.ja", "description.en")


# Finding


def names(root: Path | None = None, *, follow_links: bool = False) -> tuple[str, ...]:
    """The themes that come with Kumihan and, with ``root``, those of the vault there; sorted."""
    own = _own_themes(root, follow_links=follow_links) if root is not None else {}
    return tuple(sorted({*_our_themes(), *own}))


@cache
def _our_themes() -> tuple[str, ...]:
    return tuple(sorted(file.parent.name for file in resources.styles("themes").glob(f"*/{FILE}")))


def _own_themes(root: Path, *, follow_links: bool) -> dict[str, str]:
    """The vault's own themes: name → folder, relative to the vault."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        if not _is_inside(root, folder, follow_links=follow_links):
            continue
        try:
            entries = sorted(os.listdir(root / folder))[:_MOST_THEMES]  # noqa: PTH208  (names only)
        except OSError:
            continue
        for entry in entries:
            name, place = normalize("NFC", entry), f"{folder}/{entry}"
            if name in found or not _NAME.fullmatch(name) or not (root / place).is_dir():
                continue
            if _is_inside(root, place, follow_links=follow_links):
                found[name] = place
    return found


def _is_inside(root: Path, place: str, *, follow_links: bool) -> bool:
    path = root / place
    return path.exists() and (follow_links or Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)))


# Reading


@dataclass(frozen=True, slots=True)
class _Source:
    """One theme of a chain, as its files say; ``extends`` is empty for the theme that all others extend."""

    name: str
    path: str
    extends: str
    values: Mapping[str, object]
    places: Mapping[str, tuple[int, int]]
    sheets: tuple[str, ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]

    def problem(self, key: str, message: str) -> Diagnostic:
        return diagnose(Code.THEME_INVALID, message, self.path, *self.places.get(key, (1, 1)))


def load(name: str, root: Path | None = None, *, follow_links: bool = False) -> Theme:
    """A theme by name, the vault's own before ours; ``KeyError`` if there is none.

    What is wrong in a vault's theme is left out, and said in :attr:`Theme.diagnostics`. A fault in a theme of ours
    is a bug.
    """
    own = _own_themes(root, follow_links=follow_links) if root is not None else {}
    if root is None or name not in own:
        return _ours(name)
    folders = tuple((own_name, folder, _stamp(root / folder)) for own_name, folder in own.items())
    return _own(name, root, folders, follow_links)


_Stamp = tuple[tuple[str, int, int], ...]
"""Name, time and size of each file of a theme: what is read is kept until one changes."""


def _stamp(folder: Path) -> _Stamp:
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):  # a link to nothing
                status = entry.stat()
                found.append((entry.name, status.st_mtime_ns, status.st_size))
    return tuple(sorted(found))


@cache
def _ours(name: str) -> Theme:
    if name not in _our_themes():
        raise KeyError(name)
    theme = _joined(name, _our_source)
    if theme.diagnostics:
        raise ValueError("; ".join(str(each) for each in theme.diagnostics))
    return theme


@lru_cache(maxsize=16)
def _own(name: str, root: Path, own: tuple[tuple[str, str, _Stamp], ...], follow_links: bool) -> Theme:
    folders = {own_name: (folder, stamp) for own_name, folder, stamp in own}

    def source(wanted: str, before: Sequence[_Source]) -> _Source | None:
        # ours go on from ours only, and so does a vault's theme that extends its own name
        if wanted not in folders or (before and (not before[-1].files or before[-1].name == wanted)):
            return _our_source(wanted, before)
        if any(each.name == wanted for each in before):
            return None
        folder, stamp = folders[wanted]
        return _own_source(wanted, root, folder, follow_links, stamp)

    return _joined(name, source)


def _joined(name: str, find: Callable[[str, Sequence[_Source]], _Source | None]) -> Theme:
    """The theme of that name and all that it extends, made one."""
    chain: list[_Source] = []
    problems: list[Diagnostic] = []
    wanted = name
    while wanted:
        found = find(wanted, chain)
        if found is None or len(chain) == _LONGEST_CHAIN:
            names = " → ".join([*(each.name for each in chain), wanted])
            message = f"it extends {wanted}, which there is not"
            if any(each.name == wanted for each in chain):
                message = f"themes extend each other: {names}"
            elif found is not None:
                message = f"more than {_LONGEST_CHAIN} themes extend each other: {names}"
            problems.append(chain[-1].problem("extends", message))
            found = _our_source(DEFAULT, ())
        if found is None:
            raise KeyError(DEFAULT)
        chain.append(found)
        wanted = found.extends
    values: dict[str, Any] = {}
    descriptions: dict[str, str] = {}
    for source in reversed(chain):
        problems += source.diagnostics
        for key, value in source.values.items():
            if key == "settings.theme":
                problems.append(source.problem(key, "a theme goes on from another by extends, not by a setting"))
            if key == "extends" or key.startswith("settings."):
                continue
            field, check = _FIELDS.get(key, ("", _line))
            if not field and key not in _DESCRIPTIONS:
                if not (value is None and any(each.startswith(f"{key}.") for each in (*_FIELDS, "settings."))):
                    problems.append(source.problem(key, f"a theme has no {key}"))
                continue
            try:
                checked = check(value)
            except ValueError as error:
                problems.append(source.problem(key, f"{key} must be {error}"))
                continue
            if field:
                values[field] = checked
            elif source is chain[0]:
                descriptions[key.rpartition(".")[2]] = checked
    return Theme(
        name=name,
        sheets=tuple(css for source in reversed(chain) for css in source.sheets),
        settings=tuple(_settings(source) for source in reversed(chain)),
        descriptions=descriptions,
        files=tuple(file for source in chain for file in source.files),
        own_sheets=sum(len(source.sheets) for source in chain if source.files),
        diagnostics=tuple(dict.fromkeys(problems)),
        **values,
    )


def _settings(source: _Source) -> Entries:
    start = "settings."
    return Entries(
        source.path,
        tuple(
            (key.removeprefix(start), value, source.places.get(key, (0, 0)))
            for key, value in source.values.items()
            if key.startswith(start) and key != "settings.theme"
        ),
    )


def _our_source(name: str, before: Sequence[_Source]) -> _Source | None:
    folder = resources.styles("themes", name)
    path = f"styles/themes/{name}/{FILE}"
    if name not in _our_themes() or any(each.path == path for each in before):
        return None
    sheets = tuple(sheet.read_text("utf-8") for sheet in sorted(folder.glob("*.css")))
    return _parsed(name, path, (folder / FILE).read_text("utf-8"), sheets, "" if name == DEFAULT else DEFAULT)


@lru_cache(maxsize=2 * _MOST_THEMES)
def _own_source(name: str, root: Path, folder: str, follow_links: bool, stamp: _Stamp) -> _Source:
    from convert import snippets  # noqa: PLC0415  (tinycss2, only for vaults with themes of their own)

    sheets, files, problems = [], [], []
    listed = {file: size for file, _, size in stamp}
    sizes = 0
    for file in [each for each in listed if each.lower().endswith(".css")]:
        place = f"{folder}/{file}"
        files.append(place)
        sizes += listed[file]
        try:
            if sizes > _MOST_BYTES:
                raise snippets.SnippetError(f"all of a theme's have more than {_MOST_BYTES} bytes")
            sheet = snippets.harmless(root, place, follow_links=follow_links)
        except snippets.SnippetError as error:
            problems.append(diagnose(Code.SNIPPET_UNUSED, f"the style sheet is not used: {error}", place))
            continue
        sheets.append(sheet.css)
        problems += sheet.diagnostics
    text, path = "", f"{folder}/{FILE}"
    if FILE in listed:
        files.append(path)
        try:
            text = snippets.read(root, path, follow_links=follow_links, most=_MOST_BYTES)
        except snippets.SnippetError as error:
            problems.append(diagnose(Code.THEME_INVALID, f"the theme's file is not used: {error}", path))
    source = _parsed(name, path, text, tuple(sheets), DEFAULT)
    return _Source(
        name,
        path,
        source.extends,
        source.values,
        source.places,
        source.sheets,
        tuple(files),
        (*problems, *source.diagnostics),
    )


def _parsed(name: str, path: str, text: str, sheets: tuple[str, ...], extends: str) -> _Source:
    from convert import yamlcore  # noqa: PLC0415

    problems: list[Diagnostic] = []
    table = yamlcore.Table()
    try:
        table = yamlcore.load_table(text)
    except yamlcore.YamlError as error:
        problems.append(diagnose(Code.THEME_INVALID, error.message, path, error.line, error.column))
    problems += [
        diagnose(Code.THEME_INVALID, f"{key} is given twice; the first is used", path, *place)
        for key, place in table.repeated
    ]
    values = dict(yamlcore.flatten(table.values))
    asked = values.get("extends")
    if asked is not None:
        if isinstance(asked, str) and _NAME.fullmatch(asked):
            extends = normalize("NFC", asked)
        else:
            message = "extends must be the name of a theme"
            problems.append(diagnose(Code.THEME_INVALID, message, path, *table.places.get("extends", (1, 1))))
    return _Source(name, path, extends, values, table.places, sheets, (), tuple(problems))


# Style sheets


def callout_css(own: Mapping[str, callouts.CalloutType], *, icons: bool) -> str:
    """The colours of all types of callout, ``own`` among them, and (for paper) their icons as pictures.

    The classes are ``callout-KEY``; :mod:`convert.page` sets them.
    """
    return _usual_callout_css(icons) if not own else "\n".join(_rules(callouts.table().with_types(own), icons))


@cache
def _usual_callout_css(icons: bool) -> str:
    return "\n".join(_rules(callouts.table(), icons))


def dressed(theme: Theme, engine: str, callouts: str, snippets: Sequence[str]) -> tuple[str, ...]:
    """All style sheets of a page, in layers, so that each goes over those before it whatever its selectors weigh.

    That is: how things work (``engine``), the look that all themes share, the colours of ``callouts``, then each theme
    over the one that it extends. A vault's ``snippets`` are in no layer and go over all.
    """
    first, *others = theme.sheets
    layers = ["engine", "look", "callouts", *(f"theme-{at}" for at in range(1, len(others) + 1))]
    # WeasyPrint 70 counts layers for each sheet by itself, so each begins with the order of all; it does not turn the
    # order around for what is !important, and layers of rules for @page don't count
    order = f"@layer {', '.join(layers)};"
    sheets = (engine, first, callouts, *others)
    return (
        *(f"{order} @layer {layer} {{ {css} }}" for layer, css in zip(layers, sheets, strict=True)),
        *(f"{order} {css}" for css in snippets),
    )


@cache
def own_classes() -> frozenset[str]:
    """The classes that Kumihan's style sheets speak of: a note's ``cssclasses`` can't be among them."""
    own = [resources.styles("print.css"), resources.styles("screen.css")]
    texts = [sheet.read_text("utf-8") for sheet in (*own, *resources.styles("themes").glob("*/*.css"))]
    return frozenset(name for text in texts for name in re.findall(r"\.([A-Za-z][\w-]*)", text))


def _rules(table: Iterable[callouts.CalloutType], icons: bool) -> Iterable[str]:
    for kind in table:
        box = f".callout-{kind.key}"
        yield f"{box} {{ border-color: {kind.colour}; background-color: {kind.tint} }}"
        yield f"{box} > .callout-title {{ color: {kind.ink} }}"
        if icons:
            drawing = quote(kind.svg().replace("currentColor", kind.ink).strip(), safe="")
            yield f'{box} > .callout-title > .callout-icon {{ background-image: url("data:image/svg+xml,{drawing}") }}'
