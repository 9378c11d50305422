"""From a Document's blocks to blocks that pandoc writes as Kumihan means them.

What pandoc has no node for goes in as raw Word XML: boxes (a table of one cell, opened before and
closed after ordinary blocks, so that lists, tables and footnotes stay inside), ruby, repeated
footnote marks. What only the finished XML shows is left to :mod:`convert.docx.post`; for tables,
processing instructions tell it the room they have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from convert import callouts
from convert.docx import captions, changes, comments
from convert.docx.measure import cells, column_widths, needs, text_lines
from convert.docx.roles import name, style_id
from convert.docx.styles import BOX_PADDING, CALLOUT_INDENT, CELL_PADDING, Look
from convert.docx.wml import (
    INCH,
    INSTRUCTION,
    KEEP,
    PAGE_BREAK,
    POINT,
    SCOPE,
    UPRIGHT,
    bookmark_end,
    bookmark_start,
    escaped,
    field,
    legal,
)
from convert.link.document import output_address
from convert.measure import Fit, fit, width
from convert.nodes import (
    Block,
    Inline,
    Node,
    attr,
    child_lists,
    div,
    has_class,
    image,
    link,
    para,
    plain,
    plain_text,
    raw_block,
    raw_inline,
    rewrite,
    span,
    string,
    value,
    walk,
)

#: A picture takes at most this part of the page's height: a caption or a line must fit beside it.
_TALLEST: Final = 0.85
#: CSS pixels, in which Obsidian counts pictures, in an inch.
_PX: Final = 96
#: An icon's height in sizes of body text: one as wide as a cell of the grid would be given two.
_ICON: Final = 0.92
#: A box narrower than so many characters holds no text: what is deeper stands without boxes of its own.
#: A box of at most so many lines stays on one page, so that its title is never left alone.
_WHOLE: Final = 10
_NARROWEST: Final = 8
#: Classes of what stands in a text but is not seen: places, and where a comment begins and ends.
_UNSEEN: Final = ("anchor", "comment-start", "comment-end")
#: What is left of a room when nothing is, in twips.
_LEAST: Final = 200
#: Ids of our bookmarks until they get their final ones: beyond all that pandoc gives.
_FIRST_ID: Final = 900_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as it goes into the file: its name in the private folder and its natural size in CSS pixels."""

    file: str
    width_px: int
    height_px: int


class Pictures(Protocol):
    """The pictures of a document, as they go into the file."""

    def show(self, address: str) -> Shown | list[Inline]:
        """What is shown for a picture's address, or the inlines that stand for it."""

    def icon(self, type: callouts.CalloutType) -> Shown:
        """The icon of a type of callout."""


@dataclass(frozen=True, slots=True)
class _Room:
    """Where blocks stand: width and height that pictures and tables may take (twips), and levels of lists around.

    ``across`` is the width of a landscape page, where a table may have one.
    """

    width: int
    height: int
    level: int = 0
    indent: int = 0
    across: int = 0

    def within(self, left: int, right: int = 0) -> _Room:
        """Narrower by ``left`` and ``right``, with tables moved in by ``left``."""
        return replace(self, width=max(_LEAST, self.width - left - right), indent=self.indent + left, across=0)

    def box(self, padding: int) -> _Room:
        """Inside a cell: indents begin anew."""
        return replace(self, width=max(_LEAST, self.width - 2 * padding), indent=0, across=0)


def shape(
    blocks: Sequence[Block],
    look: Look,
    pictures: Pictures,
    mark: str,
    types: callouts.CalloutTable,
    *,
    landscape: bool = True,
    ruby: str = "word",
) -> list[Block]:
    """The blocks for pandoc's DOCX writer, made of these, which change.

    ``mark`` is the form of footnote marks, with 1 for the number.

    ``landscape``: tables that are too wide may have landscape pages; ``ruby``: ``word``'s own, or readings in
    ``parentheses``.
    """
    grid = look.grid
    return _Shaper(look, pictures, mark, types, _repeated(blocks), ruby).blocks(
        blocks, _Room(grid.measure, round(grid.text_height * _TALLEST), across=grid.across if landscape else 0)
    )


def callout_types(blocks: Sequence[Block], table: callouts.CalloutTable) -> list[callouts.CalloutType]:
    """The looks of all callouts in the blocks, in the table's order."""
    used = {table.lookup(value(node, "data-callout")).name for node in walk(blocks) if has_class(node, "callout")}
    return [type for type in table if type.name in used]


def role_of(part: Block) -> str:
    """The role of a line under the title: its class."""
    role: str = part["c"][0][1][0]
    return role


def closing(blocks: Sequence[Block]) -> str:
    """The role of the last line of the title and what stands under it."""
    lines: list[Block] = next((block["c"][1] for block in blocks[:2] if has_class(block, "byline")), [])
    return role_of(lines[-1]) if lines else "title"


def bookmark(number: str) -> str:
    """The bookmark around the first mark of a footnote; Word hides names that begin with ``_``."""
    return f"_RefNote{number}"


def _repeated(blocks: Sequence[Block]) -> frozenset[str]:
    return frozenset(value(node, "data-n") for node in walk(blocks) if has_class(node, "fnref-repeat"))


class _Shaper:
    def __init__(
        self,
        look: Look,
        pictures: Pictures,
        mark: str,
        types: callouts.CalloutTable,
        repeated: frozenset[str],
        ruby: str,
    ) -> None:
        self._grid = look.grid
        self._boxes = look.profile.boxes
        self._sizes = look.sizes
        self._char = look.grid.char
        self._pictures = pictures
        before, _, after = mark.partition("1")
        self._before, self._after = before, after
        self._types = types
        self._repeated = repeated
        self._parentheses = ruby == "parentheses"

    # blocks

    def blocks(self, blocks: Sequence[Block], room: _Room) -> list[Block]:
        return [new for block in blocks for new in self._block(block, room)]

    def _block(self, block: Block, room: _Room) -> list[Block]:  # one case for each kind
        content = block.get("c")
        match block["t"]:
            case "Para" | "Plain":
                return [self._paragraph(block, room)]
            case "Header":
                block["c"][1] = attr(block["c"][1][0])
                block["c"][2] = self._inlines(_in_line(block["c"][2]), room)
                return [block]
            case "Div":
                return self._div(block, room)
            case "BlockQuote":
                return self._quote(content, room)  # type: ignore[arg-type]
            case "BulletList":
                block["c"] = [self._item(item, room) for item in block["c"]]
                return [block]
            case "OrderedList":
                block["c"][1] = [self._item(item, room) for item in block["c"][1]]
                return [block]
            case "DefinitionList":
                inner = room.within(2 * self._char)
                block["c"] = [
                    [self._inlines(term, room), [self.blocks(definition, inner) for definition in definitions]]
                    for term, definitions in block["c"]
                ]
                return [block]
            case "CodeBlock":
                at, text = block["c"]
                # the first class is the language; pandoc colours by it
                return [*_anchor_block(at[0]), {"t": "CodeBlock", "c": [attr(classes=at[1][:1]), text]}]
            case "LineBlock":
                block["c"] = [self._inlines(line, room) for line in block["c"]]
                return [block]
            case "Table":
                return self._table(block, room)
            case "Figure":
                return self._figure(block, room)
            case "HorizontalRule":
                return [raw_block("openxml", f'<w:p><w:pPr><w:pStyle w:val="{style_id("rule")}"/></w:pPr></w:p>')]
        return [block]

    def _paragraph(self, block: Block, room: _Room) -> Block:
        shown = [node for node in block["c"] if node["t"] not in ("Space", "SoftBreak", "LineBreak")]
        shown = [node for node in shown if not any(has_class(node, name) for name in _UNSEEN)]
        pictures = [node for node in shown if node["t"] == "Image"]
        inlines = self._inlines(block["c"], room)
        if pictures and all(node["t"] == "Image" or has_class(node, "placeholder") for node in shown):
            return _styled("picture", [para(inlines)])
        return {"t": block["t"], "c": inlines}

    def _div(self, block: Block, room: _Room) -> list[Block]:
        (id, _, _), inner = block["c"]
        if has_class(block, "callout"):
            new = self._callout(block, room)
        elif has_class(block, "base-cards"):
            new = self._table(_cards(inner), room)
        elif has_class(block, "byline"):
            new = [_styled(role_of(part), self.blocks(part["c"][1], room)) for part in inner]
        elif has_class(block, "abstract"):
            roles = ("abstract-title" if has_class(part, "abstract-title") else "abstract" for part in inner)
            new = [
                _styled(role, [_as_para(each) for each in self.blocks([part], room)])
                for role, part in zip(roles, inner, strict=True)
            ]
        elif has_class(block, "markdown-embed-title"):
            new = [_styled("embed-title", [_as_para(each) for each in self.blocks(inner, room)])]
        elif has_class(block, "page-break"):
            new = [raw_block("openxml", f"<?{PAGE_BREAK}?>")]
        elif has_class(block, "placeholder"):
            new = [_styled("placeholder", [_as_para(each) for each in self.blocks(inner, room)])]
        else:
            new = self.blocks(inner, room)
        return _anchored(id, new)

    def _callout(self, block: Block, room: _Room) -> list[Block]:
        type = self._types.lookup(value(block, "data-callout"))
        inner = room.box(BOX_PADDING) if self._boxes else room.within(CALLOUT_INDENT * self._char)
        if inner.width < _NARROWEST * self._char:
            inner = room
        whole = _lines(block, inner, self._char) <= _WHOLE
        out: list[Block] = []
        for part in block["c"][1]:
            if has_class(part, "callout-title"):
                words = [each for line in part["c"][1] for children in child_lists(line) for each in children]
                line = self._inlines(_in_line(words), inner)
                if self._boxes:
                    line = [*self._icon(type), *line]
                out.append(_styled("callout-title", [para(line)], type.key))
            elif part["t"] == "Div":
                out += _anchored(part["c"][0][0], self.blocks(part["c"][1], inner))
            else:  # so deep that the link stage has taken its frame away
                out += self.blocks([part], inner)
        if not self._boxes:
            return _scope(room.level, inner.indent, out, type.key)
        if inner is room:
            return out
        bar, ground = type.colour.lstrip("#").upper(), type.tint.lstrip("#").upper()
        # the style says the same; programs that know no table styles read it here
        cell = (
            f'<w:tcBorders><w:left w:val="single" w:sz="24" w:space="0" w:color="{bar}"/></w:tcBorders>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{ground}"/>'
        )
        return _box(style_id("callout-box", type.key), out, room, cell, whole=whole)

    def _icon(self, type: callouts.CalloutType) -> list[Inline]:
        """The icon, in the room of a character on the grid, and a blank."""
        side = f"{self._sizes.body * _ICON / 72:.4f}in"
        shown = self._pictures.icon(type)
        return [image([], shown.file, attr(pairs=[("width", side), ("height", side)])), string("\u2002")]

    def _quote(self, blocks: list[Block], room: _Room) -> list[Block]:
        if not self._boxes:
            inner = room.within(2 * self._char, self._char)
            return _scope(room.level, inner.indent, self.blocks(blocks, inner))
        if all(block["t"] in ("Para", "Plain") for block in blocks):
            return [{"t": "BlockQuote", "c": self.blocks(blocks, room.within(2 * self._char, self._char))}]
        # pandoc forgets that a list, a table or code is quoted
        outer = room.within(self._char)
        inner = outer.box(BOX_PADDING)
        if inner.width < _NARROWEST * self._char:
            return self.blocks(blocks, room)
        return _box(style_id("quote-box"), self.blocks(blocks, inner), outer, "")

    def _item(self, item: list[Block], room: _Room) -> list[Block]:
        inner = replace(room.within(self._sizes.list_indent), level=room.level + 1)
        new = self.blocks(item, inner)
        if new and new[0]["t"] == "Div" and item[0]["t"] in ("Para", "Plain"):
            new[:1] = new[0]["c"][1]  # a picture alone stands behind the bullet, not in the middle of the line
        # only a paragraph carries the bullet or number, and a formula on a line of its own is none
        lines = bool(new) and new[0]["t"] == "CodeBlock" and "\n" in new[0]["c"][1].strip("\n")
        textual = bool(new) and new[0]["t"] in ("Para", "Plain", "Header", "CodeBlock")
        if not textual or lines or _begins_with_display(item[0]):
            new.insert(0, plain([raw_inline("openxml", "<w:r/>")]))
        return new

    def _table(self, table: Node, room: _Room) -> list[Block]:
        padding = 2 * CELL_PADDING
        sizes = self._sizes.tables
        found = Fit(sizes[0])
        if table["c"][2]:
            em = padding / POINT / sizes[0]
            found = fit(needs(table), room.width / POINT, em, sizes, room.across / POINT)
        room = replace(room, width=room.across if found.landscape else room.width, across=0)
        full = found.landscape or has_class(table, "properties")
        widths = column_widths(table, room.width, found.size * POINT / 2, padding, full=full) if table["c"][2] else []
        for column, wide, cell in cells(table):
            inside = sum(widths[column : column + wide]) - padding
            cell[4] = self.blocks(cell[4], replace(room, width=max(_LEAST, inside), indent=0))
        words, table["c"][1][1] = table["c"][1][1], []
        above = captions.stands_above(table) if words else False
        id, table["c"][0] = table["c"][0][0], attr()
        grid = " ".join(map(str, widths))
        look = f"{sizes.index(found.size)} {int(found.landscape)}"
        # a narrow table is as wide as it needs to be, and in the middle as figures are
        indent = -1 if sum(widths) < room.width and not room.indent else room.indent
        said = legal(captions.spoken(words)).replace("?>", "? >")
        place = raw_block("openxml", f"<?{INSTRUCTION} {room.level} {look} {sum(widths)} {indent} {grid}|{said}?>")
        caption = self._caption(words, room)
        if above:
            return [*_anchor_block(id), *_kept(caption), place, table]
        return [*_anchor_block(id), place, table, *caption]

    def _figure(self, figure: Node, room: _Room) -> list[Block]:
        above = captions.stands_above(figure)
        at, (_, words), inner = figure["c"]
        caption, shown = self._caption(words, room), self.blocks(inner, room)
        pieces = (caption, shown) if above else (shown, caption)
        return _anchored(at[0], [*_kept(pieces[0]), *pieces[1]] if caption else shown)

    def _caption(self, lines: Sequence[Block], room: _Room) -> list[Block]:
        """The lines of a caption in one paragraph of its own."""
        words: list[Inline] = []
        for line in lines:
            for children in child_lists(line):
                words += [{"t": "LineBreak"}, *children] if words else children
        return [_styled("caption", [para(self._inlines(words, room))])] if words else []

    # inlines

    def _inlines(self, inlines: Sequence[Inline], room: _Room) -> list[Inline]:
        out: list[Inline] = []
        after_mark = False
        for node in inlines:
            is_mark = has_class(node, "fnref") or node["t"] == "Note"
            if is_mark and after_mark and not self._after:
                out.append(_mark_text(","))
            out += self._inline(node, room)
            after_mark = is_mark
        return out

    def _inline(self, node: Inline, room: _Room) -> list[Inline]:
        content = node.get("c")
        match node["t"]:
            case "Span":
                return self._span(node, room)
            case "Note":
                return self._note(node, "", room)
            case "Image":
                return self._image(node, room)
            case "Link":
                at, words, (url, _) = node["c"]
                url = output_address(url, "docx") or url
                inner = self._inlines(words, room)
                # a link without text cannot be seen, or clicked on
                return [*_anchor(at[0]), link(inner, url)] if inner else _anchor(at[0])
            case "Math":
                # only what pandoc cannot make a formula of is text, and takes the style
                return [_styled_span("placeholder-char", [node])]
            case "Code":
                return [*_anchor(node["c"][0][0]), {"t": "Code", "c": [attr(), node["c"][1]]}]
            case "Emph" | "Strong" | "Underline" | "Strikeout" | "Superscript" | "Subscript" | "SmallCaps":
                return [{"t": node["t"], "c": self._inlines(content, room)}]  # type: ignore[arg-type]
            case "Quoted" | "Cite":
                node["c"][1] = self._inlines(node["c"][1], room)
        return [node]

    def _span(self, node: Inline, room: _Room) -> list[Inline]:
        (id, classes, _), inner = node["c"]
        if "fnref" in classes:
            number = value(node, "data-n")
            if "fnref-repeat" in classes:
                return self._repeat(number)
            return [each for child in inner if child["t"] == "Note" for each in self._note(child, number, room)]
        anchor = _anchor(id)
        if "ruby" in classes:
            return [*anchor, *self._ruby(inner, room)]
        if "kbd" in classes and _only_text(inner):
            return [*anchor, _styled_span("keyboard", [string(plain_text(inner))])]
        if "placeholder" in classes:
            return [*anchor, _styled_span("placeholder-char", self._inlines(inner, room))]
        if "comment-start" in classes:
            return comments.start(value(node, "data-comment"))
        if "comment-end" in classes:
            return comments.end(value(node, "data-comment"))
        if "deletion" in classes:
            rewrite(inner, _without_reading)
        words = self._inlines(inner, room)
        if "insertion" in classes or "deletion" in classes:
            kind = "insertion" if "insertion" in classes else "deletion"
            return changes.between(kind, value(node, "data-author"), value(node, "data-date"), words)
        if "task" in classes:
            drawn = plain_text(inner) in ("☐", "☑")
            return [_styled_span("task-box" if drawn else "task-state", words)]
        if "mark" in classes:
            return [*anchor, span(words, attr(classes=["mark"]))]
        if "small" in classes:
            return [*anchor, _styled_span("small", words)]
        if "tcy" in classes and self._grid.vertical:  # in a horizontal line Word would turn it on its side
            return [*anchor, raw_inline("openxml", f"<?{UPRIGHT} 1?>"), *words, raw_inline("openxml", f"<?{UPRIGHT}?>")]
        return [*anchor, *words]

    def _note(self, note: Inline, number: str, room: _Room) -> list[Inline]:
        inside = _Room(self._grid.measure - 2 * self._char, room.height // 2)
        body = self.blocks(note["c"], inside) or [para([])]
        out: list[Inline] = [{"t": "Note", "c": body}]
        if number in self._repeated:
            start = bookmark_start(_FIRST_ID + int(number), bookmark(number))
            out = [
                raw_inline("openxml", start),
                *out,
                raw_inline("openxml", bookmark_end(_FIRST_ID + int(number))),
            ]
        return self._framed(out)

    def _repeat(self, number: str) -> list[Inline]:
        style = f'<w:rPr><w:rStyle w:val="{style_id("note-mark")}"/></w:rPr>'
        return self._framed([raw_inline("openxml", field(f"NOTEREF {bookmark(number)} \\f \\h", number, style))])

    def _framed(self, mark: list[Inline]) -> list[Inline]:
        before = [_mark_text(self._before)] if self._before else []
        after = [_mark_text(self._after)] if self._after else []
        return [*before, *mark, *after]

    def _image(self, node: Inline, room: _Room) -> list[Inline]:
        at, alt, (url, _) = node["c"]
        shown = self._pictures.show(url)
        if isinstance(shown, list):
            return [*_anchor(at[0]), _styled_span("placeholder-char", shown)]
        if self._grid.vertical:  # pictures stay upright: a line's length is their height
            room = replace(room, width=room.height, height=room.width)
        across, down = _size(node, shown, room)
        size = [("width", f"{across / INCH:.4f}in"), ("height", f"{down / INCH:.4f}in")]
        text = plain_text(alt)
        return [*_anchor(at[0]), image([string(text)] if text else [], shown.file, attr(pairs=size))]

    def _ruby(self, inner: Sequence[Inline], room: _Room) -> list[Inline]:
        """``w:ruby`` for each base and its reading; the sizes follow later from the paragraph's style."""
        out: list[Inline] = []
        base: list[Inline] = []
        for node in inner:
            if not has_class(node, "rt"):
                base.append(node)
                continue
            words = base[:]
            base = []
            if self._parentheses:
                out += [*self._inlines(words, room), string(f"（{plain_text(node['c'][1])}）")]
                continue
            out.append(raw_inline("openxml", _ruby_xml(plain_text(words), plain_text(node["c"][1]))))
            # marks of footnotes cannot stand in a base
            marks = [each for each in walk(words) if has_class(each, "fnref")]
            out += [new for each in marks for new in self._inline(each, room)]
        return [*out, *self._inlines(base, room)]


def _kept(blocks: list[Block]) -> list[Block]:
    """The blocks, the last of them on one page with what follows."""
    return [*blocks[:-1], raw_block("openxml", f"<?{KEEP}?>"), *blocks[-1:]]


def _scope(level: int, indent: int, blocks: list[Block], type: str = "") -> list[Block]:
    """The blocks of a manuscript's callout of this type, or of its quote."""
    begin = raw_block("openxml", f"<?{SCOPE} {level} {indent} {type}?>")
    return [begin, *blocks, raw_block("openxml", f"<?{SCOPE}?>")]


def _lines(block: Node, room: _Room, char: int) -> int:
    """About how many lines a box's text takes, of characters so wide."""
    line = max(2, room.width * 2 // char)
    return sum(1 + int(width(text) // line) for text in text_lines([block]) if text)


def _box(style: str, blocks: list[Block], room: _Room, cell: str, *, whole: bool = False) -> list[Block]:
    """The blocks as the only cell of a table as wide as its room; ``whole`` if no page may break it."""
    edges = f'<w:left w:w="{BOX_PADDING}" w:type="dxa"/>', f'<w:right w:w="{BOX_PADDING}" w:type="dxa"/>'
    opening = (
        f"<?{INSTRUCTION} {room.level}?>"
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{room.width}" w:type="dxa"/>'
        f'<w:tblInd w:w="{room.indent}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar>{edges[0]}{edges[1]}</w:tblCellMar><w:tblLook w:val="0000"/></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{room.width}"/></w:tblGrid>'
        f"<w:tr>{'<w:trPr><w:cantSplit/></w:trPr>' if whole else ''}"
        f'<w:tc><w:tcPr><w:tcW w:w="{room.width}" w:type="dxa"/>{cell}</w:tcPr>'
    )
    return [raw_block("openxml", opening), *blocks, raw_block("openxml", "</w:tc></w:tr></w:tbl>")]


def _size(node: Inline, shown: Shown, room: _Room) -> tuple[float, float]:
    """Width and height in twips: as asked for, else the picture's own, but never more than the room."""
    across, down = _pixels(value(node, "width")), _pixels(value(node, "height"))
    if not across and not down:
        across, down = float(shown.width_px), float(shown.height_px)
    elif not down:
        down = across * shown.height_px / shown.width_px
    elif not across:
        across = down * shown.width_px / shown.height_px
    across, down = across * INCH / _PX, down * INCH / _PX
    scale = min(1.0, room.width / across, room.height / down)
    return across * scale, down * scale


def _pixels(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:px)?", text)
    return float(found[1]) if found else 0.0


def _ruby_xml(base: str, reading: str) -> str:
    """``w:lid`` and the sizes are those of body text; a heading's are set when its style is known."""

    def run(text: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{escaped(text)}</w:t></w:r>'

    return (
        '<w:r><w:ruby><w:rubyPr><w:rubyAlign w:val="distributeSpace"/><w:hps w:val="10"/><w:hpsRaise w:val="18"/>'
        '<w:hpsBaseText w:val="21"/><w:lid w:val="ja-JP"/></w:rubyPr>'
        f"<w:rt>{run(reading)}</w:rt><w:rubyBase>{run(base)}</w:rubyBase></w:ruby></w:r>"
    )


def _mark_text(text: str) -> Inline:
    return _styled_span("note-mark", [string(text)])


def _styled(role: str, blocks: list[Block], type: str = "") -> Block:
    return div(blocks, attr(pairs=[("custom-style", name(role, type))]))


def _styled_span(role: str, inlines: list[Inline]) -> Inline:
    return span(inlines, attr(pairs=[("custom-style", name(role))]))


def _begins_with_display(block: Block) -> bool:
    first = next((node for node in walk([block]) if node["t"] in ("Str", "Math", "Code", "Image")), None)
    return first is not None and first["t"] == "Math" and first["c"][0]["t"] == "DisplayMath"


def _in_line(inlines: list[Inline]) -> list[Inline]:
    """Formulas of a heading or title stand in its line: on a line of their own they would tear it apart."""
    for node in walk(inlines):
        if node["t"] == "Math":
            node["c"][0] = {"t": "InlineMath"}
    return inlines


def _as_para(block: Block) -> Block:
    return para(block["c"]) if block["t"] == "Plain" else block


def _anchor(id: str) -> list[Inline]:
    return [span([], attr(id))] if id else []


def _anchor_block(id: str) -> list[Block]:
    """A bookmark before a block that holds no text of its own; the post-processor moves it to the next paragraph."""
    return [div([], attr(id))] if id else []


def _cards(cards: list[Block]) -> Block:
    """The cards of a base, three in a row: Word has no boxes that stand side by side."""
    cells = [[attr(), {"t": "AlignDefault"}, 1, 1, card["c"][1]] for card in cards]
    cells += [[attr(), {"t": "AlignDefault"}, 1, 1, []] for _ in range(-len(cells) % 3)]
    rows = [[attr(), cells[at : at + 3]] for at in range(0, len(cells), 3)]
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": 1 / 3}] for _ in range(3)]
    return {"t": "Table", "c": [attr(), [None, []], columns, [attr(), []], [[attr(), 0, [], rows]], [attr(), []]]}


def _anchored(id: str, blocks: list[Block]) -> list[Block]:
    """The blocks with a bookmark in the first of them, or before it."""
    if id and blocks and blocks[0]["t"] in ("Para", "Plain"):
        blocks[0]["c"][:0] = _anchor(id)
        return blocks
    return [*_anchor_block(id), *blocks]


def _without_reading(node: Node) -> list[Node] | None:
    """What is struck out needs no reading: Word has no deleted text in ruby."""
    if not has_class(node, "ruby"):
        return None
    return [child for child in node["c"][1] if not has_class(child, "rt")]


def _only_text(inlines: Sequence[Inline]) -> bool:
    marks = ("fnref", "comment-start", "comment-end", "insertion", "deletion")
    return not any(
        node["t"] in ("Note", "Link", "Image", "Math") or any(has_class(node, mark) for mark in marks)
        for node in walk(inlines)
    )
