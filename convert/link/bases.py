"""Prints bases: ``![[F.base]]``, ``![[F.base#View]]`` and ``base`` code blocks become tables, lists and cards."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from lxml import html as lxml_html

from convert import pandoc
from convert.bases.dates import Date
from convert.bases.evaluate import Evaluator
from convert.bases.files import FIELDS, File, Files, files_of
from convert.bases.problems import Problem
from convert.bases.source import Base, read_base
from convert.bases.values import (
    Html,
    Icon,
    Image,
    Link,
    Tag,
    Value,
    is_empty,
    is_number,
    number_text,
    parse_link,
    text_of,
)
from convert.bases.views import SUMMARIES, Cell, Result, Row, Section, compute
from convert.diagnostics import Code
from convert.labels import label
from convert.link import links, pictures, subpath
from convert.link.linking import Linking, Part, Place, as_block, place_of
from convert.link.subpath import Target
from convert.nodes import Block, Inline, Node, attr, div, has_class, link, para, plain, rewrite, span, string, words

#: Bytes of a ``.base`` file; yamlcore reads no more.
_LIMIT = 400_000
#: Of a card's picture: three cards stand side by side on A4.
_COVER: pictures.Size = [("width", "150px")]
_VIEWS = frozenset(("table", "list", "cards"))


def run(part: Part, linking: Linking) -> None:
    """Print the ``base`` code blocks of a part."""

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "CodeBlock" or not has_class(node, "base"):
            return None
        line, column = place_of(node)
        printer = _Printer(part, linking, part.path, (line, column))
        return [printer.show(node["c"][1], "", "base")]

    for tree in part.trees():
        rewrite(tree, change)


def embed(path: str, view: str, part: Part, linking: Linking, place: Place) -> Block:
    """The view (or the first, without a name) of a ``.base`` file, or a box that names it."""
    printer = _Printer(part, linking, path, (0, 0))
    name = path.rpartition("/")[2]
    shown = f"{name}#{view}" if view else name
    linking.dependencies.add(path)
    try:
        with linking.vault.file(path).open("rb") as file:
            text = file.read(_LIMIT).decode("utf-8-sig", errors="replace")
    except OSError:
        linking.report(Code.EMBED_MISSING, f"embedded base cannot be read: {path}", part.path, place)
        return as_block(linking.placeholder("base", shown))
    return printer.show(text, view, shown, place)


class _Printer:
    """Prints one base that stands in ``part``; ``source`` is the file that its YAML is in, ``at`` the fence there."""

    def __init__(self, part: Part, linking: Linking, source: str, at: Place) -> None:
        self.part = part
        self.linking = linking
        self.source = source
        self.at = at
        self.place = at
        self.reported: set[str] = set()

    def show(self, text: str, name: str, shown: str, embedded: Place | None = None) -> Block:
        """The view called ``name``, or a box that says ``shown``."""
        self.place = embedded or self.at
        base = None
        try:
            base = read_base(text)
            view = base.view(name)
            if view is None:
                message = f"the base has no view {name!r}: {shown}"
                self.linking.report(Code.BASE_INVALID, message, self.part.path, self.place)
                return self._box(shown)
            if view.type not in _VIEWS:
                unknown = Problem(f"the view {view.name!r} of type {view.type!r}", "unsupported")
                unknown.place = base.place(Problem("").about(f"name: {view.name}"))
                raise unknown
            evaluator = self._evaluator(base)
            result = compute(base, view, evaluator)
        except Problem as problem:
            self._report(problem, base)
            return self._box(shown)
        for found, files in result.problems.values():
            self._report(found, base, files)
        if evaluator.asked_for_now:
            self._report_clock(evaluator.clock)
        return self._result(base, result)

    def _box(self, shown: str) -> Block:
        return as_block(self.linking.placeholder("base", shown))

    def _evaluator(self, base: Base) -> Evaluator:
        files = self._files()
        here = files.file(self.part.path)
        return Evaluator(files, here, self.linking.language, base.formulas, _clock(here))

    def _files(self) -> Files:
        """All files of the vault: any of them can become a row."""
        self.linking.vault.asked("vault", answer=None)
        return files_of(self.linking.vault.unwatched, self.linking.settings.limit_bytes)

    def _report(self, problem: Problem, base: Base | None, files: Sequence[str] = ()) -> None:
        line, column = base.place(problem) if base else problem.place
        if self.at[0]:  # in a fence, whose first line stands below its mark
            line, column = (self.at[0] + line, column + self.at[1] - 1) if line else (self.at[0], self.at[1])
        code, message = Code.BASE_INVALID, problem.message
        if problem.kind == "unsupported":
            code, message = Code.BASE_UNSUPPORTED, f"not printed: {problem.message}"
        if problem.source and problem.source not in message:
            message += f" in `{' '.join(problem.source.split())[:80]}`"
        if files:
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            message += f" (for {files[0]}{more})"
        self.linking.report(code, message, self.source, (line, column))

    def _report_clock(self, clock: Date | None) -> None:
        if clock is None:
            message = "now() and today() have no value: give SOURCE_DATE_EPOCH, or the note a `date`"
            self.linking.report(Code.BASE_UNSUPPORTED, message, self.part.path, self.place)
        else:
            message = f"now() and today() are {clock}, not the day of printing"
            self.linking.report(Code.BASE_CLOCK, message, self.part.path, self.place)

    def _say(self, message: str) -> None:
        """Say something about the values of a base, once."""
        if message not in self.reported:
            self.reported.add(message)
            self.linking.report(Code.BASE_UNSUPPORTED, message, self.part.path, self.place)

    # Views

    def _result(self, base: Base, result: Result) -> Block:
        # The folder itself stands for all of its files: another note can be the next row.
        self.linking.dependencies.add(".")
        self.linking.dependencies.update(row.file.path for section in result.sections for row in section.rows)
        show = {"table": self._table, "list": self._list, "cards": self._cards}[result.view.type]
        blocks: list[Block] = []
        for section in result.sections:
            content = show(base, result, section) if section.rows else []
            if section.grouped and content:
                key = self.inlines(section.key) or words(self._label("base.no-value"))
                heading = div([para([{"t": "Strong", "c": key}])], attr("", ["base-key"]))
                content = [div([heading, *content], attr("", ["base-group"]))]
            blocks += content
        if not blocks:
            blocks = [para(words(self._label("base.empty")))]
        if result.left_out:
            message = f"the base has {result.left_out} more rows than can be printed"
            self.linking.report(Code.EMBED_LIMIT, message, self.part.path, self.place)
            blocks.append(para(words(self._label("base.more", number=str(result.left_out)))))
        return div(blocks, attr("", ["base"], [("data-view", result.view.type)]))

    def _table(self, base: Base, result: Result, section: Section) -> list[Block]:
        aligned = [_alignment([row.cells[i].value for row in section.rows]) for i in range(len(result.columns))]
        head = [self._heading(base, id) for id in result.columns]
        body = [self._cells(result, row) for row in section.rows]
        foot = []
        if section.summaries:
            foot = [[self._summary(*section.summaries[i]) if i in section.summaries else []
                     for i in range(len(result.columns))]]  # fmt: skip
        if not result.columns:
            return []
        columns = [[{"t": align}, {"t": "ColWidthDefault"}] for align in aligned]
        bodies = [[attr(), 0, [], _rows(body)]]
        table: list[Any] = [attr(), [None, []], columns, [attr(), _rows([head])], bodies, [attr(), _rows(foot)]]
        return [{"t": "Table", "c": table}]

    def _list(self, base: Base, result: Result, section: Section) -> list[Block]:
        options = result.view.options
        separator = options.get("separator", options.get("separators"))
        items: list[list[Block]] = []
        for row in section.rows:
            shown = [inlines for inlines in self._cells(result, row) if inlines]
            if options.get("indentProperties") is True and len(shown) > 1:
                below = [[plain(inlines)] for inlines in shown[1:]]
                items.append([plain(shown[0]), {"t": "BulletList", "c": below}])
            elif shown:
                between = separator if isinstance(separator, str) else self._label("separator")
                items.append([plain(_joined(shown, words(between)))])
        if not items:
            return []
        match str(options.get("markers", "bullet")).removesuffix("s"):
            case "number":
                return [{"t": "OrderedList", "c": [[1, {"t": "Decimal"}, {"t": "Period"}], items]}]
            case "none":
                return [para(first["c"]) if first["t"] == "Plain" else first for item in items for first in item]
        return [{"t": "BulletList", "c": items}]

    def _cards(self, base: Base, result: Result, section: Section) -> list[Block]:
        cards = [self._card(base, result, row) for row in section.rows]
        cards = [card for card in cards if card]
        return [div([div(card, attr("", ["base-card"])) for card in cards], attr("", ["base-cards"]))] if cards else []

    def _card(self, base: Base, result: Result, row: Row) -> list[Block]:
        blocks: list[Block] = []
        cover = self._picture(row.image, row.file) if not is_empty(row.image) else []
        if cover:
            blocks.append(div([para(cover)], attr("", ["base-cover"])))
        for i, (id, inlines) in enumerate(zip(result.columns, self._cells(result, row), strict=True)):
            if inlines and not i:
                blocks.append(div([para([{"t": "Strong", "c": inlines}])], attr("", ["base-title"])))
            elif inlines:
                name = span(self._heading(base, id), attr("", ["base-label"]))
                blocks.append(para([name, {"t": "Space"}, *inlines]))
        return blocks

    def _cells(self, result: Result, row: Row) -> list[list[Inline]]:
        """The properties of a file as they are printed; its name is a link to it."""
        return [
            [self._to_file(words(row.file.name), row.file)] if id == "file.name" else self._cell(cell)
            for id, cell in zip(result.columns, row.cells, strict=True)
        ]

    def _heading(self, base: Base, id: str) -> list[Inline]:
        """What a column is called."""
        if base.names.get(id):
            return words(base.names[id])
        kind, _, name = id.partition(".")
        if kind == "file" and name in FIELDS:
            return words(self._label(f"base.file.{name}"))
        return words(name if kind == "formula" and name else id)

    def _summary(self, name: str, cell: Cell) -> list[Inline]:
        if is_empty(cell.value) and not cell.failed:
            return []
        shown = self._label(f"base.summary.{name.lower()}") if name.lower() in SUMMARIES else name
        return [span(words(shown), attr("", ["base-label"])), {"t": "Space"}, *self._cell(cell)]

    def _label(self, key: str, **values: str) -> str:
        return label(key, self.linking.language, **values)

    # Values

    def _cell(self, cell: Cell) -> list[Inline]:
        """A property as it is printed."""
        if cell.failed:  # something beside it keeps it in the line: alone it would be a box in the cell
            return [self.linking.placeholder("base-value"), string("")]
        return self.inlines(cell.value)

    def inlines(self, value: Value) -> list[Inline]:
        """A value as it is printed."""
        match value:
            case bool():
                return [string("☑" if value else "☐")]
            case int() | float():
                return words(number_text(value))
            case Tag():
                return self._tag(value)
            case str():
                return self._text(value)
            case list():
                shown = [inlines for item in value if (inlines := self.inlines(item))]
                return _joined(shown, words(self._label("separator")))
            case Mapping():
                shown = [[*words(f"{key}: "), *self.inlines(item)] for key, item in value.items()]
                return _joined(shown, words(self._label("separator")))
            case Link():
                return self._link(value)
            case File():
                return [self._to_file(words(value.name), value)]
            case Image():
                return self._picture(value.what, None)
            case Html():
                self._say("html() is printed as its text only")
                return self._text(_plain_html(value.source))
            case Icon():
                self._say("icon() is printed as the icon's name")
                return words(value.name)
        return words(text_of(value))

    def _text(self, text: str) -> list[Inline]:
        address = text.strip()
        if "://" in address and " " not in address and "\n" not in address and links.safe_address(address):
            return [link([string(address)], links.safe_address(address) or "", attr("", ["external-link"]))]
        out: list[Inline] = []
        for i, line in enumerate(text.splitlines()):
            out += ([{"t": "LineBreak"}] if i else []) + words(line)
        return out

    def _tag(self, tag: Tag) -> list[Inline]:
        match self.linking.settings.tags:
            case "hidden":
                return []
            case "plain":
                return [string(f"#{tag}")]
        return [span([string(f"#{tag}")], attr("", ["tag"]))]

    def _link(self, value: Link) -> list[Inline]:
        text = self.inlines(value.display) if not is_empty(value.display) else []
        if value.is_external:
            safe = links.safe_address(value.target)
            text = text or words(value.target)
            return [link(text, safe, attr("", ["external-link"]))] if safe else text
        path, _, name = value.target.partition("#")
        text = text or words(subpath.shown(path.removesuffix(".md"), name, self.linking.settings.links_heading))
        if value.file is None:
            return [span(text, attr("", ["internal-link", "is-unresolved"]))]
        return [self._to_file(text, value.file)]

    def _to_file(self, text: list[Inline], file: File) -> Inline:
        return {**link(text, "", attr("", ["internal-link"])), "target": Target(file.path)}

    def _picture(self, value: Value, row: File | None) -> list[Inline]:
        """A picture that a property names: a file, a link, an address; a colour is no picture."""
        if isinstance(value, list):
            value = next((item for item in value if not is_empty(item)), None)
        if isinstance(value, Image):
            value = value.what
        if isinstance(value, str):
            value = self._named(value, row)
        file = value.file if isinstance(value, Link) else value
        if isinstance(file, File):
            if not pictures.is_picture(file.path):
                return []
            alt = self.inlines(value.display) if isinstance(value, Link) and isinstance(value.display, str) else []
            size = _COVER if row else []
            alt = alt or words(PurePosixPath(file.path).stem)  # nobody could write one in a property
            return [pictures.show(file.path, alt, size, self.part, self.linking, self.place)]
        if isinstance(value, Link) and pictures.is_remote(value.target):
            return [pictures.show_remote(value.target, [], _COVER if row else [], self.part, self.linking, self.place)]
        if isinstance(value, Link) and pictures.is_picture(value.target):
            message = f"picture does not exist: {value.target}"
            self.linking.report(Code.IMAGE_MISSING, message, self.part.path, self.place)
            return [self.linking.placeholder("image-missing", value.target)]
        return []

    def _named(self, text: str, row: File | None) -> Link:
        found = parse_link(text) or Link(text.strip())
        home = row or self._files().file(self.part.path)
        return home.link(found.target, found.display)


def _clock(here: File) -> Date | None:
    """What ``now()`` is: never the clock. The pandoc that we start has a day of its own, which says nothing."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdecimal() and len(given) < 12 and given != pandoc.SOURCE_DATE_EPOCH:
        return Date(datetime.fromtimestamp(int(given), UTC).replace(tzinfo=None), has_time=True)
    date = here.property("date")
    return date if isinstance(date, Date) else None


def _plain_html(source: str) -> str:
    """The text of a piece of HTML."""
    if not source.strip():
        return ""
    page = lxml_html.document_fromstring(f"<html><body>{source}</body></html>")
    return " ".join("".join(map(str, page.itertext())).split())


def _joined(pieces: Sequence[list[Inline]], between: list[Inline]) -> list[Inline]:
    out: list[Inline] = []
    for i, piece in enumerate(pieces):
        out += [*(between if i else []), *piece]
    return out


def _alignment(values: Sequence[Value]) -> str:
    """Columns of numbers stand on the right."""
    filled = [value for value in values if not is_empty(value)]
    return "AlignRight" if filled and all(map(is_number, filled)) else "AlignDefault"


def _rows(rows: Sequence[Sequence[list[Inline]]]) -> list[Any]:
    return [[attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, [plain(cell)]] for cell in row]] for row in rows]
