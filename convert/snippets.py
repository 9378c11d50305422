"""CSS snippets of a vault: what its callouts look like, and sheets that a note asks for whole, made harmless.

Obsidian's snippets are ``.obsidian/snippets/*.css``; ``appearance.json`` says which are on. What they say
of callouts is ``--callout-color`` and ``--callout-icon`` of rules for ``.callout[data-callout="type"]`` (spec:
"Callouts").
Nothing a snippet holds is fetched, and no file outside the vault is read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple
from unicodedata import normalize

import tinycss2
from lxml import etree
from tinycss2 import color4

from convert import svg
from convert.callouts import FALLBACK, CalloutTable, CalloutType, table
from convert.diagnostics import Code, Diagnostic, diagnose

_APPEARANCE: Final = ".obsidian/appearance.json"
_OBSIDIAN: Final = ".obsidian/snippets"
#: Where sheets are looked for that a setting names: the user's own for print, then Obsidian's.
FOLDERS: Final = (".kumihan", "Kumihan", _OBSIDIAN)

#: Bytes of one snippet, and of all that are read for callouts. tinycss2 takes up to 10 µs for each.
MAX_BYTES: Final = 300_000
_MAX_TOTAL: Final = 600_000
_MAX_NESTING: Final = 60
#: Bounds for rules in rules, where selectors multiply.
_MAX_SELECTORS, _LONGEST_SELECTOR, _MAX_RULE_DEPTH = 5_000, 60, 8
_MAX_VARIABLES, _LONGEST_VALUE = 100, 20_000
_LONGEST_TYPE: Final = 32
_MAX_ICON_ELEMENTS: Final = 300

_COLOUR, _ICON = "--callout-color", "--callout-icon"
#: Obsidian's variables for its own types, where the type's name is not theirs.
_VARIABLES: Final = {"note": "default", "abstract": "summary", "failure": "fail", "danger": "error"}
#: The colours of Obsidian's light theme, which snippets like to refer to.
_COLOURS: Final = {
    "red": (233, 49, 71), "orange": (236, 117, 0), "yellow": (224, 172, 0), "green": (8, 185, 78),
    "cyan": (0, 191, 188), "blue": (8, 109, 221), "purple": (120, 82, 238), "pink": (213, 57, 132),
}  # fmt: skip
#: Classes around every callout of the app; a rule that stands below one of them holds on paper too.
_AROUND: Final = frozenset({
    "theme-light", "print", "app-container", "workspace", "view-content", "markdown-preview-view", "markdown-rendered",
    "markdown-reading-view", "markdown-preview-section", "markdown-preview-sizer", "markdown-source-view", "mod-cm6",
    "is-live-preview", "is-readable-line-width", "cm-s-obsidian", "cm-scroller", "cm-content", "cm-embed-block",
    "cm-callout",
})  # fmt: skip
_ROOTS: Final = frozenset({"html", "body"})
_GROUPS: Final = frozenset({"media", "supports", "layer", "container", "scope"})
_FETCHING: Final = frozenset(
    {"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade"}
)
_TRIPLE = re.compile(r"(\d{1,3}(?:\.\d+)?)(?:\s*,\s*|\s+)(\d{1,3}(?:\.\d+)?)(?:\s*,\s*|\s+)(\d{1,3}(?:\.\d+)?)")

Tokens = Sequence[Any]
"""tinycss2's component values."""


class SnippetError(Exception):
    """A snippet cannot be used; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A snippet made harmless: its place in the vault, and its CSS."""

    path: str
    css: str
    diagnostics: tuple[Diagnostic, ...] = ()


# Files


def find(root: Path, name: str, folders: Sequence[str] = FOLDERS) -> str | None:
    """The place in the vault of the snippet of that name (without ``.css``), if there is one."""
    wanted = normalize("NFC", name) + ".css"
    for folder in folders:
        try:
            files = sorted(os.listdir(root / folder))  # noqa: PTH208  (names only)
        except OSError:
            continue
        for file in files:
            if normalize("NFC", file) == wanted:
                return f"{folder}/{file}"
    return None


def read(root: Path, path: str, *, follow_links: bool = False, most: int = MAX_BYTES) -> str:
    """A file's text; :class:`SnippetError` if it cannot be read, is too long or leads out of the vault."""
    file = root / path
    if not (follow_links or Path(os.path.realpath(file)).is_relative_to(root)):
        raise SnippetError("the symbolic link leads out of the vault")
    if not file.is_file():  # a pipe would wait for ever
        raise SnippetError("it is no file")
    try:
        with file.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise SnippetError(error.strerror or "it cannot be opened") from error
    if len(data) > most:
        raise SnippetError(f"it has more than {most} bytes")
    return data.decode("utf-8-sig", "replace")


def load(root: Path, path: str, *, follow_links: bool = False) -> str:
    """The text of a snippet; :class:`SnippetError` if it cannot be read (see :func:`read`) or is nested too deeply."""
    css = read(root, path, follow_links=follow_links)
    depth = deepest = 0
    for bracket in re.findall(r"[(\[{}\])]", css):
        depth = depth + 1 if bracket in "([{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    if deepest > _MAX_NESTING:
        raise SnippetError("its brackets are nested too deeply")
    return css


def enabled(root: Path, *, follow_links: bool = False) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The places of the snippets that are on in Obsidian and exist, in the order in which they count."""
    file = root / _APPEARANCE
    if not file.is_file() or not (follow_links or Path(os.path.realpath(file)).is_relative_to(root)):
        return (), ()
    try:
        with file.open("rb") as stream:
            appearance = json.loads(stream.read(MAX_BYTES).decode("utf-8-sig", "replace"))
    except (OSError, ValueError, RecursionError):
        message = "Obsidian's settings cannot be read; no snippet is taken to be on"
        return (), (diagnose(Code.CONFIG_INVALID, message, _APPEARANCE),)
    names = appearance.get("enabledCssSnippets") if isinstance(appearance, dict) else None
    texts = {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()
    # Obsidian keeps the names of snippets that are gone
    return tuple(path for name in sorted(texts) if (path := find(root, name, [_OBSIDIAN]))), ()


# Whole sheets


def sheet(root: Path, name: str, *, follow_links: bool = False) -> Sheet | None:
    """The snippet of that name without anything that would be fetched; None if the vault has none.

    :class:`SnippetError` if it cannot be read.
    """
    path = find(root, name)
    return harmless(root, path, follow_links=follow_links) if path is not None else None


def harmless(root: Path, path: str, *, follow_links: bool = False) -> Sheet:
    """The style sheet at that place of the vault without anything that would be fetched.

    :class:`SnippetError` if it cannot be read.
    """
    diagnostics: list[Diagnostic] = []
    rules = tinycss2.parse_stylesheet(load(root, path, follow_links=follow_links), True, True)
    css = "\n".join(_harmless(rules, path, diagnostics, nested=False))
    return Sheet(path, css, tuple(diagnostics))


def _harmless(nodes: Iterable[Any], path: str, diagnostics: list[Diagnostic], *, nested: bool) -> Iterator[str]:
    """The CSS of rules and declarations, one by one; what would be fetched is left out."""
    for node in nodes:
        if node.type == "declaration":
            if _fetches(node.value):
                diagnostics.append(_address(node, f"{node.name} names a file or address", path))
            else:
                yield f"{node.serialize().strip()};"
        elif node.type == "qualified-rule":
            inner = tinycss2.parse_blocks_contents(node.content, True, True)
            body = " ".join(_harmless(inner, path, diagnostics, nested=True))
            yield f"{tinycss2.serialize(node.prelude).strip()} {{ {body} }}"
        elif node.type == "at-rule":
            word = node.lower_at_keyword
            if word in ("import", "font-face") or _fetches(node.prelude):
                diagnostics.append(_address(node, f"@{word} is left out", path))
            elif node.content is not None:
                whole = not nested and word in {*_GROUPS, "keyframes", "-webkit-keyframes"}
                parse = tinycss2.parse_rule_list if whole else tinycss2.parse_blocks_contents
                body = " ".join(
                    _harmless(parse(node.content, True, True), path, diagnostics, nested=nested or not whole)
                )
                yield f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}{{ {body} }}"
            elif word == "layer":
                yield f"@layer{tinycss2.serialize(node.prelude)};"


def _fetches(tokens: Tokens) -> bool:
    """Whether a value names something beyond the sheet; pictures written into it are none."""
    for token in tokens:
        if token.type == "url" and not token.value.strip().lower().startswith("data:image/"):
            return True
        if token.type == "function":
            inner = token.arguments
            if token.lower_name in _FETCHING and any(
                each.type == "string" and not each.value.strip().lower().startswith("data:image/") for each in inner
            ):
                return True
        else:
            inner = getattr(token, "content", None) or ()
        if _fetches(inner):
            return True
    return False


def _address(node: Any, message: str, path: str) -> Diagnostic:
    return diagnose(Code.SNIPPET_ADDRESS, message, path, node.source_line, node.source_column)


# Callouts


def callouts(root: Path, *, follow_links: bool = False) -> tuple[Mapping[str, CalloutType], tuple[Diagnostic, ...]]:
    """The types that the enabled snippets define or change, by name in lower case, sorted."""
    paths, problems = enabled(root, follow_links=follow_links)
    diagnostics = list(problems)
    reader = _Reader(diagnostics)
    total = 0
    for path in paths:
        try:
            css = load(root, path, follow_links=follow_links)
            total += len(css)
            if total > _MAX_TOTAL:
                raise SnippetError(f"all snippets together have more than {_MAX_TOTAL} characters")
        except SnippetError as error:
            diagnostics.append(diagnose(Code.SNIPPET_UNUSED, f"the snippet is not used: {error}", path))
        else:
            # most snippets are about other things
            if "callout" in css or "@import" in css.lower():
                reader.read(css, path)
    return reader.types(table()), tuple(diagnostics)


class _Value(NamedTuple):
    """What a declaration says: its rank in the cascade, its text, and where it stands."""

    rank: tuple[bool, int]
    text: str
    path: str
    line: int
    column: int


class _Scope(NamedTuple):
    """What a selector is about: some types of callout, or (with none) the page around all of them."""

    types: frozenset[str]
    rank: int


class _Reader:
    """Collects what snippets say, sheet after sheet, and makes types of it."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self._diagnostics = diagnostics
        self._looks: dict[str, dict[str, _Value]] = {}
        self._variables: dict[str, _Value] = {}
        self._path = ""
        self._selectors = 0

    def read(self, css: str, path: str) -> None:
        self._path = path
        self._selectors = 0
        self._walk(tinycss2.parse_stylesheet(css, True, True), (), 0)
        if self._selectors > _MAX_SELECTORS:
            message = f"only the first {_MAX_SELECTORS} selectors of the snippet are read"
            self._diagnostics.append(diagnose(Code.SNIPPET_UNUSED, message, path))

    def _walk(self, nodes: Iterable[Any], selectors: tuple[Tokens, ...], depth: int) -> None:
        scopes: list[_Scope] | None = None
        for node in nodes:
            if node.type == "declaration":
                if scopes is None:
                    scopes = [scope for scope in map(_scope, selectors) if scope]
                for scope in scopes:
                    self._note(scope, node)
            elif node.type == "qualified-rule" and depth < _MAX_RULE_DEPTH:
                below = tuple(self._below(selectors, _split(node.prelude)))
                self._define(below)
                if below:
                    self._walk(tinycss2.parse_blocks_contents(node.content, True, True), below, depth + 1)
            elif node.type == "at-rule":
                word = node.lower_at_keyword
                if word == "import":
                    self._diagnostics.append(_address(node, "@import is left out", self._path))
                elif word in _GROUPS and node.content and depth < _MAX_RULE_DEPTH:
                    if word == "media" and "dark" in tinycss2.serialize(node.prelude).lower():
                        continue  # paper is light
                    parse = tinycss2.parse_blocks_contents if selectors else tinycss2.parse_rule_list
                    self._walk(parse(node.content, True, True), selectors, depth + 1)

    def _below(self, parents: tuple[Tokens, ...], own: Sequence[Tokens]) -> Iterator[Tokens]:
        """The selectors of a rule within others, written out."""
        for selector in own:
            for parent in parents or ((),):
                self._selectors += 1
                if self._selectors > _MAX_SELECTORS:
                    return
                whole = _nested(parent, selector) if parents else selector
                if len(whole) <= _LONGEST_SELECTOR:
                    yield whole

    def _define(self, selectors: Iterable[Tokens]) -> None:
        for scope in map(_scope, selectors):
            for type in scope.types if scope else ():
                self._looks.setdefault(type, {})

    def _note(self, scope: _Scope, node: Any) -> None:
        name = node.name if node.name.startswith("--") else ""
        if not name:
            return
        text = tinycss2.serialize(node.value).strip()
        if len(text) > _LONGEST_VALUE:
            return
        value = _Value((node.important, scope.rank), text, self._path, node.source_line, node.source_column)
        if name in (_COLOUR, _ICON):
            places = [self._looks.setdefault(type, {}) for type in scope.types]
        else:
            places = [] if scope.types else [self._variables]
        for place in places:
            if name not in place or value.rank >= place[name].rank:
                place[name] = value

    def types(self, known: CalloutTable) -> dict[str, CalloutType]:
        """All types that differ from the table's."""
        for name in known.names():
            main = known.lookup(name).name
            own = "--callout-" + (name if name == "important" else _VARIABLES.get(main, main))
            value = self._variables.get(own) or self._variables.get(f"--callout-{main}")
            if value:
                self._looks.setdefault(name, {}).setdefault(_COLOUR, value)
        variables = {**_base(known), **{name: value.text for name, value in self._variables.items()}}
        found = {type: self._type(type, self._looks[type], known, variables) for type in sorted(self._looks)}
        return {type: look for type, look in found.items() if not (known.knows(type) and _same(look, known))}

    def _type(
        self, type: str, look: Mapping[str, _Value], known: CalloutTable, variables: Mapping[str, str]
    ) -> CalloutType:
        like = known.lookup(type)
        titles = dict(like.titles) if known.knows(type) else {"en": type.capitalize()}
        colour, icon, drawing = like.colour, like.icon, ""
        if value := look.get(_COLOUR):
            found = _colour(_expanded(value.text, variables))
            if found:
                colour = found
            else:
                message = f"the colour {_brief(value.text)} of the callout type {type} is not used"
                self._say(Code.CALLOUT_COLOUR, message, value)
        if value := look.get(_ICON):
            text = _icon_text(_expanded(value.text, variables))
            try:
                if "<svg" in text:
                    drawing = _drawing(text)
                else:
                    icon = known.drawing(text)
            except (svg.SvgError, KeyError) as error:
                icon = like.icon if known.knows(type) else known.lookup(FALLBACK).icon
                why = f": {error}" if isinstance(error, svg.SvgError) else ""
                message = f"the icon {_brief(text)} of the callout type {type} is not drawn{why}; {icon[:-4]} is"
                self._say(Code.CALLOUT_ICON, message, value)
        return CalloutType(type, titles, icon, colour, drawing)

    def _say(self, code: Code, message: str, value: _Value) -> None:
        self._diagnostics.append(diagnose(code, message, value.path, value.line, value.column))


def _same(type: CalloutType, known: CalloutTable) -> bool:
    like = known.lookup(type.name)
    return (type.colour, type.icon, type.drawing) == (like.colour, like.icon, "")


def _brief(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


# Selectors


def _split(tokens: Tokens) -> list[Tokens]:
    """The selectors of a list, without blanks around them."""
    out: list[list[Any]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            out.append([])
        elif token.type != "comment" and (out[-1] or token.type != "whitespace"):
            out[-1].append(token)
    for selector in out:
        while selector and selector[-1].type == "whitespace":
            selector.pop()
    return [selector for selector in out if selector]


def _nested(parent: Tokens, own: Tokens) -> Tokens:
    if any(_is(token, "&") for token in own):
        return [each for token in own for each in (parent if _is(token, "&") else [token])]
    return [*parent, tinycss2.ast.WhitespaceToken(0, 0, " "), *own]


def _is(token: Any, sign: str) -> bool:
    return bool(token.type == "literal" and token.value == sign)


def _scope(selector: Tokens) -> _Scope | None:
    """What a selector is about; None for one that depends on more than the callout's type."""
    compounds: list[list[Any]] = [[]]
    for token in selector:
        if token.type == "whitespace" or _is(token, ">"):
            if compounds[-1]:
                compounds.append([])
        else:
            compounds[-1].append(token)
    if not compounds[-1]:
        return None
    rank = 0
    for compound in compounds[:-1]:
        around = _compound(compound)
        if around is None or around.types:
            return None
        rank += around.rank
    subject = _compound(compounds[-1])
    return _Scope(subject.types, rank + subject.rank) if subject else None


def _compound(tokens: Tokens) -> _Scope | None:
    types: frozenset[str] | None = None
    rank, at = 0, 0
    while at < len(tokens):
        token = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        found: frozenset[str] | None = None
        if token.type == "ident" and token.lower_value in {*_ROOTS, "div"}:
            rank += 1
        elif _is(token, "*"):
            pass
        elif _is(token, ".") and following is not None and following.type == "ident":
            if following.value not in _AROUND and following.value != "callout":
                return None
            rank, at = rank + 1000, at + 1
        elif token.type == "[] block":
            found = _attribute(token.content)
            if found is None:
                return None
            rank += 1000
        elif _is(token, ":") and following is not None:
            at += 1
            if following.type == "ident" and following.lower_value == "root":
                rank += 1000
            elif following.type == "function" and following.lower_name in ("is", "where", "-webkit-any"):
                scopes = [scope for scope in map(_scope, _split(following.arguments)) if scope]
                if not scopes:
                    return None
                found = frozenset().union(*(scope.types for scope in scopes)) or None
                rank += 0 if following.lower_name == "where" else max(scope.rank for scope in scopes)
            elif following.type != "function" or following.lower_name != "not" or not _is_dark(following.arguments):
                return None
            else:
                rank += 1000
        else:
            return None
        if found is not None:
            types = found if types is None else types & found
        at += 1
    return _Scope(types or frozenset(), rank)


def _is_dark(tokens: Tokens) -> bool:
    return str(tinycss2.serialize(tokens)).strip() == ".theme-dark"


def _attribute(tokens: Tokens) -> frozenset[str] | None:
    """The type in ``[data-callout="type"]``: empty without one, None for any other attribute."""
    parts = [token for token in tokens if token.type not in ("whitespace", "comment")]
    if not parts or parts[0].type != "ident" or parts[0].lower_value != "data-callout":
        return None
    if len(parts) == 1:
        return frozenset()
    if len(parts) in (3, 4) and (_is(parts[1], "=") or _is(parts[1], "~=")) and parts[2].type in ("string", "ident"):
        type = normalize("NFC", parts[2].value.strip().lower())
        return frozenset({type}) if 0 < len(type) <= _LONGEST_TYPE and type.isprintable() else None
    return None


# Values


def _base(known: CalloutTable) -> dict[str, str]:
    """The variables of Obsidian's light theme that a callout's colour may refer to."""
    out = {}
    for name, (red, green, blue) in _COLOURS.items():
        out[f"--color-{name}-rgb"] = f"{red}, {green}, {blue}"
        out[f"--color-{name}"] = f"rgb({red}, {green}, {blue})"
    for name in known.names():
        like = known.lookup(name)
        out[f"--callout-{name}"] = out[f"--callout-{_VARIABLES.get(like.name, like.name)}"] = like.colour
    return out


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    """The text with the values of variables put in; a variable without one leaves nothing."""
    if "var(" not in text.lower():
        return text
    budget = [_MAX_VARIABLES]

    def expand(tokens: Tokens, depth: int) -> str:
        return "".join(one(token, depth) for token in tokens)

    def one(token: Any, depth: int) -> str:
        if token.type != "function":
            return str(token.serialize())
        if token.lower_name != "var":
            return f"{token.name}({expand(token.arguments, depth)})"
        budget[0] -= 1
        if budget[0] < 0 or depth > _MAX_RULE_DEPTH:
            return ""
        parts = [each for each in token.arguments if each.type != "comment"]
        names = [each.value for each in parts if each.type == "ident"]
        comma = next((at for at, each in enumerate(parts) if _is(each, ",")), len(parts))
        value = variables.get(names[0]) if names else None
        if value is not None:
            return expand(tinycss2.parse_component_value_list(value, True), depth + 1)
        return expand(parts[comma + 1 :], depth + 1)

    return expand(tinycss2.parse_component_value_list(text, True), 0).strip()


_Matrix = tuple[tuple[float, float, float], ...]
#: From the colours of CIE to linear sRGB (CSS Color 4, "Sample code"): for white D65 and, with Bradford's change, D50.
_TO_SRGB: Final[Mapping[str, _Matrix]] = {
    "xyz-d65": ((3.24097, -1.53738, -0.49861), (-0.96924, 1.87597, 0.04156), (0.05563, -0.20398, 1.05697)),
    "xyz-d50": ((3.13414, -1.61739, -0.49066), (-0.97880, 1.91625, 0.03344), (0.07196, -0.22898, 1.40539)),
}  # fmt: skip


def _colour(text: str) -> str | None:
    """``#rrggbb`` for a bare triple or any CSS colour, what shines through it white; None if it is none."""
    triple = _TRIPLE.fullmatch(text)
    if triple:
        return _hex([float(number) / 255 for number in triple.groups()], 1.0)
    found = color4.parse_color(text)
    if found is None or isinstance(found, str):
        return None
    for space in ("srgb", *_TO_SRGB):
        try:
            colour = found.to(space)
        except NotImplementedError:
            continue
        parts = [float(part or 0) for part in colour.coordinates]
        if space != "srgb":
            linear = [sum(a * b for a, b in zip(row, parts, strict=True)) for row in _TO_SRGB[space]]
            parts = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear]
        return _hex(parts, float(found.alpha))
    return None


def _hex(parts: Sequence[float], alpha: float) -> str:
    alpha = min(1.0, max(0.0, alpha))
    mixed = (min(1.0, max(0.0, part)) * alpha + 1 - alpha for part in parts)
    return "#" + "".join(f"{round(255 * part):02x}" for part in mixed)


def _icon_text(text: str) -> str:
    """The words of an icon's value: of its string if it is one."""
    if text[:1] in ("'", '"'):
        token = tinycss2.parse_one_component_value(text, True)
        if token.type == "string":
            return str(token.value).strip()
    return text


def _drawing(text: str) -> str:
    """A snippet's own icon as SVG in ``currentColor``; :class:`svg.SvgError` if it is none."""
    text = text[text.index("<svg") :]
    if not re.match(r"<svg[^>]*\sxmlns\s*=", text):
        # lxml would make up a prefix, which HTML does not know
        text = text.replace("<svg", f'<svg xmlns="{svg.NAMESPACE}"', 1)
    drawing = svg.clean(text.encode("utf-8", "replace"))
    root = etree.fromstring(drawing.data)
    elements = list(root.iter("*"))
    if len(elements) > _MAX_ICON_ELEMENTS:
        raise svg.SvgError("the drawing has too many elements")
    for element in elements:
        # it stands in the page, once for each callout: no ids, and no styles that would reach the page's text
        for key in ("id", "class"):
            element.attrib.pop(key, "")
        for key in map(str, list(element.keys())):
            value = str(element.get(key, ""))
            if "url(" in value or ("#" in value and key.endswith("href")):
                del element.attrib[key]
    for element in elements:
        parent = element.getparent()
        if parent is not None and etree.QName(element).localname in ("style", "use", "a", "title", "desc"):
            parent.remove(element)
    for side in ("width", "height"):
        root.attrib.pop(side, "")
    if "fill" not in root.attrib:
        root.set("fill", "currentColor")
    return etree.tostring(root, encoding="unicode")
