"""One pass over a part that holds text: styles by place, lists, tables, emphasis, fonts, marks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lxml import etree

from convert.docx import code, scripts
from convert.docx.roles import HEADING_LEVELS, LIST_LEVELS, name, style_id, table
from convert.docx.scopes import Scope, scopes
from convert.docx.sizes import TABLE_ROLES
from convert.docx.styles import BOLD, CALLOUT_INDENT, Look
from convert.docx.wml import INSTRUCTION, KEEP, PAGE_BREAK, UPRIGHT, XML_SPACE, M, element, q

Element = etree._Element

#: Pandoc's paragraph styles by id → role. Those in ``_PLAIN`` depend on the place.
_PARAGRAPHS: Final = {
    "BlockText": "quote",
    "SourceCode": "code",
    "FootnoteText": "note",
    "FootnoteBlockText": "note-quote",
    "DefinitionTerm": "term",
    "Definition": "definition",
    **{f"Heading{level}": f"heading-{min(level, HEADING_LEVELS)}" for level in range(1, 10)},
}
_PLAIN: Final = ("", "Compact", "BodyText", "FirstParagraph")
_CHARACTERS: Final = {"FootnoteReference": "note-mark", "Hyperlink": "link", "VerbatimChar": "verbatim"}
#: Pandoc's numbering without a sign: paragraphs of an item after its first.
_CONTINUED: Final = "1000"

#: Word numbers nine levels, from 0; what is deeper stands beside the ninth.
_DEEPEST: Final = 8
#: A row of more letters may be higher than a page, so pages may break it.
_WHOLE_ROW: Final = 600

#: A line that begins with one of these begins at the margin in books: a blank of the author's, a bracket.
_BEGINS_FLUSH: Final = "\u3000「『（〈《【〔［"
#: The rules above footnotes, which Word keeps among them.
_SEPARATORS: Final = (q("separator"), q("continuationSeparator"))

#: The schema's order of properties, as far as they occur: Word calls a file with another order unreadable.
_RUN_ORDER: Final = (
    *("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "vanish", "noProof"),
    *("color", "spacing", "w", "kern", "position", "sz", "szCs", "highlight", "u", "bdr", "shd", "vertAlign", "em"),
    *("lang", "eastAsianLayout"),
)
_PARAGRAPH_ORDER: Final = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs"),
    *("wordWrap", "snapToGrid", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr", "sectPr"),
)
_CELL_ORDER: Final = ("tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection")


@dataclass(frozen=True, slots=True)
class _Place:
    """The cell around a paragraph: of a box, of a table or of a table's head; ``level`` of lists around its table,
    ``size`` the place of its type among the sizes of tables.
    """

    box: bool = False
    cell: bool = False
    head: bool = False
    level: int = 0
    size: int = 0


class TextPass:
    """A part's root, and what has to be known about the document to finish it."""

    def __init__(
        self, root: Element, bullets: frozenset[str], look: Look, mark: str, numbers: code.CodeNumbers | None
    ) -> None:
        """``bullets`` are ids of numberings that are bullets, ``mark`` is the form of footnote marks.

        ``numbers`` gives lines of code theirs, if they are to have any.
        """
        self._code_numbers = numbers
        self._root = root
        self._bullets = bullets
        self._look = look
        self._note = root.tag == q("footnotes")
        before, _, after = mark.partition("1")
        self._frame = before, after
        self._places: dict[Element, _Place] = {}
        roles = {style_id(role): role for role in table() if "{" not in name(role, "{type}")}
        sizes = look.sizes
        self._char, self._list_indent, self._note_indent = sizes.char, sizes.list_indent, sizes.note_indent
        self._body = sizes.body
        self._sizes = {id: sizes.of_role(role) for id, role in roles.items()}
        self._fixed = {style_id(role): line for role, line in sizes.fixed.items()}
        self._scopes: dict[Element, Scope] = {}
        titles = {style_id("callout-title", type.key) for type in look.callouts}
        self._titles = titles if look.profile.boxes else set()
        self._bold = {style_id(role) for role in BOLD} | titles
        self._on_grid = titles | {id for id in roles if self._sizes[id] == self._body} - self._bold
        self._east_asian = look.asian

    def finish(self) -> list[Element]:
        """Do it all, in place. Returns the tables that want landscape pages."""
        self._breaks()
        self._scopes = scopes(self._root)
        landscape = self._tables()
        self._separate()
        for paragraph in list(self._root.iter(q("p"))):
            if next(paragraph.iter(*_SEPARATORS), None) is None:
                self._paragraph(paragraph)
                if style_of(paragraph) == style_id("code"):
                    self._code(paragraph)
        self._upright()
        if self._note:
            self._numbers()
        _repair_formulas(self._root)
        return landscape

    def _breaks(self) -> None:
        """Let the paragraph behind each break begin a page; in cells, and in notes, none can.

        What is to be kept with what follows is.
        """
        for instruction in list(self._root.iter(etree.ProcessingInstruction)):
            target = instruction.target if isinstance(instruction, etree._ProcessingInstruction) else ""
            if target not in (PAGE_BREAK, KEEP):
                continue
            following = instruction.getnext()
            while following is not None and following.tag not in (q("p"), q("tbl")):
                following = following.getnext()
            parent = instruction.getparent()
            _remove(instruction)
            if following is None or parent is None:
                continue
            if target == KEEP:
                put_property(next(following.iter(q("p"))), element("keepNext"))
            elif parent.tag == q("body"):
                put_property(next(following.iter(q("p"))), element("pageBreakBefore"))

    # tables

    def _tables(self) -> list[Element]:
        """Carry out the instructions that stand before the tables, and take them away."""
        landscape = []
        for instruction in list(self._root.iter(etree.ProcessingInstruction)):
            if not isinstance(instruction, etree._ProcessingInstruction) or instruction.target != INSTRUCTION:
                continue
            numbers, _, caption = (instruction.text or "").partition("|")
            level, *lengths = (int(word) for word in numbers.split())
            grid = instruction.getnext()
            while grid is not None and grid.tag != q("tbl"):
                grid = grid.getnext()  # a caption stands between
            _remove(instruction)
            if grid is None:
                continue
            size = lengths[0] if lengths else 0
            for row in grid.iterchildren(q("tr")):
                if lengths and len("".join(map(str, row.itertext()))) <= _WHOLE_ROW:
                    _keep_whole(row)
                repeated = row.find(f"{q('trPr')}/{q('tblHeader')}")
                head = repeated is not None
                if repeated is not None and self._note:
                    _remove(repeated)  # a footnote has no pages of its own; LibreOffice leaves the row out
                for cell in row.iterchildren(q("tc")):
                    self._places[cell] = _Place(box=not lengths, cell=bool(lengths), head=head, level=level, size=size)
            if lengths:
                _, turned, width, indent, *columns = lengths
                _lay_out(grid, width, indent, columns, " ".join(caption.split()))
                if turned:
                    landscape.append(grid)
        if self._look.grid.vertical:
            # the standard lets a cell's text run as the page's does; LibreOffice (7.4) wants to be told
            for cell in self._root.iter(q("tcPr")):
                _put(cell, element("textDirection", val="tbRl"), _CELL_ORDER)
        return landscape

    def _separate(self) -> None:
        """Room around tables: Word joins two that touch, and calls a cell that ends with one unreadable."""
        gap = style_id("gap")
        for grid in list(self._root.iter(q("tbl"))):
            before, after = grid.getprevious(), grid.getnext()
            if before is not None and before.tag == q("p") and style_of(before) not in (gap, style_id("caption")):
                grid.addprevious(_new_paragraph(gap))
            if after is not None and after.tag == q("p") and _is_empty(after):
                grid.getparent().remove(after)  # type: ignore[union-attr]  # pandoc's own separator, a full line
                after = grid.getnext()
            if after is None or style_of(after) != gap:
                grid.addnext(_new_paragraph(gap))
            before = grid.getprevious()
            if before is not None and style_of(before) == gap:
                # else a heading would be kept with the gap, and not with the table behind it
                _put(_properties(before), element("keepNext"), _PARAGRAPH_ORDER)
        for paragraph in list(self._root.iter(q("p"))):
            after = paragraph.getnext()
            if after is not None and after.tag == q("p") and style_of(paragraph) == style_of(after) == "SourceCode":
                paragraph.addnext(_new_paragraph(gap))  # two framed paragraphs in a row share one frame
        for cell in self._root.iter(q("tc")):
            if cell[-1].tag != q("p"):
                cell.append(_new_paragraph(gap))

    def _place(self, paragraph: Element) -> _Place:
        cell = next(paragraph.iterancestors(q("tc")), None)
        return _Place() if cell is None else self._places.get(cell, _Place())

    # paragraphs

    def _paragraph(self, paragraph: Element) -> None:
        place = self._place(paragraph)
        numbering = paragraph.find(f"{q('pPr')}/{q('numPr')}")
        if numbering is None:
            self._restyle(paragraph, place)
        else:
            self._list(paragraph, numbering, place)
        style = style_of(paragraph)
        scope = self._scopes.get(paragraph)
        if scope and paragraph.find(f"{q('pPr')}/{q('ind')}") is None:
            self._move_in(paragraph, scope, style)
        for ruby in paragraph.iter(q("ruby")):
            _size_ruby(ruby, self._sizes.get(style, self._body), self._look.languages[1])
        for run in list(paragraph.iter(q("r"))):
            named = run.find(f"{q('rPr')}/{q('rStyle')}")
            if named is not None:
                id = named.get(q("val"), "")
                named.set(q("val"), style_id(_CHARACTERS[id]) if id in _CHARACTERS else id)
            for piece in _emphasised(run):
                self._strong(piece, style in self._bold)
                _tabs(piece)
        if style in self._titles:
            self._icons(paragraph)
        self._hints(paragraph)
        self._lines(paragraph, style)

    def _upright(self) -> None:
        """縦中横: runs with the same id stand side by side, whatever parts them."""
        count = 0
        inside = False
        for node in list(self._root.iter(etree.ProcessingInstruction, q("r"))):
            if inside and node.tag == q("r"):
                _put(_run_properties(node), element("eastAsianLayout", id=str(count), vert="1"), _RUN_ORDER)
            elif isinstance(node, etree._ProcessingInstruction) and node.target == UPRIGHT:
                inside = bool(node.text)
                count += inside
                _remove(node)

    def _icons(self, paragraph: Element) -> None:
        """Icons stand on the line as kanji do: a tenth of their height below the Latin letters' feet."""
        for drawing in paragraph.iter(q("drawing")):
            run = drawing.getparent()
            if run is not None:
                _put(_run_properties(run), element("position", val="-2"), _RUN_ORDER)

    def _lines(self, paragraph: Element, style: str) -> None:
        """Fixed lines where something stands above the letters, none where something is higher than a line."""
        tall = _holds(paragraph, q("drawing"), _m("oMath"))
        above = _holds(paragraph, q("ruby"), q("em")) or any(
            named.get(q("val")) == style_id("dots") for named in paragraph.iter(q("rStyle"))
        )
        properties = _properties(paragraph)
        if style in self._fixed and (tall or _holds(paragraph, q("ruby"))):
            line = str(self._fixed[style])
            _put(properties, element("spacing", line=line, lineRule="atLeast"), _PARAGRAPH_ORDER)
        elif above and not tall and style in self._on_grid:
            # on the grid Word would give such a line the room of two
            _put(properties, element("snapToGrid", val="0"), _PARAGRAPH_ORDER)
            line = str(self._look.grid.pitch)
            _put(properties, element("spacing", line=line, lineRule="exact"), _PARAGRAPH_ORDER)

    def _restyle(self, paragraph: Element, place: _Place) -> None:
        style = style_of(paragraph)
        scope = self._scopes.get(paragraph)
        small = self._small(place)
        if style in _PLAIN:
            if scope and not small:
                _set_style(paragraph, scope.text)
            elif not small and not place.box:
                _set_style(paragraph, style_id("body"))
                self._begin(paragraph)
            else:
                _set_style(paragraph, small or style_id("callout-text"))
        elif style in _PARAGRAPHS:
            _set_style(paragraph, style_id(_PARAGRAPHS[style]))
        if style_of(paragraph) == style_id("note") and not _holds(paragraph, q("footnoteRef")):
            base = scope.indent if scope else 0
            _indent(paragraph, self._note_indent + base)  # later paragraphs stand below the first one's text

    def _begin(self, paragraph: Element) -> None:
        """The first line of body text begins further in: by its style, by a blank, or by the author's blank."""
        first = next((text for text in paragraph.iter(q("t")) if text.text), None)
        begins = "" if first is None or _holds_before(paragraph, first) else (first.text or "")[0]
        if self._look.indent == "fullwidth" and begins and begins not in _BEGINS_FLUSH:
            run = element("r")
            blank = element("t")
            blank.text = "\u3000"
            blank.set(XML_SPACE, "preserve")
            run.append(blank)
            properties = paragraph.find(q("pPr"))
            paragraph.insert(0 if properties is None else 1, run)
        elif self._look.indent == "style" and begins == "\u3000":
            _indent(paragraph, 0)

    def _move_in(self, paragraph: Element, scope: Scope, style: str) -> None:
        """To where the text of its callout or quote begins, unless its style says the same."""
        own = {scope.text: self._char * scope.usual, style_id("callout-title", scope.type): self._char * CALLOUT_INDENT}
        further = {style_id("code"): 0, style_id("term"): 0, style_id("definition"): 2 * self._char}
        if style in own and own[style] != scope.indent:
            _indent(paragraph, scope.indent)
        elif style in further:
            _indent(paragraph, scope.indent + further[style])

    def _code(self, paragraph: Element) -> None:
        """A paragraph for each line of the block: it hangs where it goes on, and may have a number."""
        numbered = self._code_numbers is not None and paragraph.find(f"{q('pPr')}/{q('numPr')}") is None
        own = paragraph.find(f"{q('pPr')}/{q('ind')}")
        start = None if own is None else int(own.get(q("left"), "0"))
        lines = code.split(paragraph)
        whole = code.stays_whole(len(lines))
        number = self._code_numbers.begin() if numbered and self._code_numbers else 0
        for at, line in enumerate(lines):
            for new in code.indents(self._look.sizes, start, numbered=numbered):
                put_property(line, new)
            # the first line is not left alone on a page, nor the last
            if at < len(lines) - 1 and (whole or at in (0, len(lines) - 2)):
                put_property(line, element("keepNext"))
            if numbered:
                numbering = element("numPr")
                numbering.extend((element("ilvl", val="0"), element("numId", val=str(number))))
                put_property(line, numbering)

    def _small(self, place: _Place) -> str:
        """The style of plain text where all text is small, else empty."""
        if place.cell:
            text, head = TABLE_ROLES[place.size]
            return style_id(head if place.head else text)
        return style_id("note") if self._note else ""

    def _list(self, paragraph: Element, numbering: Element, place: _Place) -> None:
        depth, number = numbering.find(q("ilvl")), numbering.find(q("numId"))
        if depth is None or number is None:
            return
        style = style_of(paragraph)
        # what is in a box or table within a list counts from its edge, which is moved in as a whole
        scope = self._scopes.get(paragraph)
        around, base = (scope.level, scope.indent) if scope else (place.level, 0)
        level = min(int(depth.get(q("val"), "0")) - around, _DEEPEST)
        id = number.get(q("val"), "")
        if id == _CONTINUED:
            _remove(numbering)
            self._restyle(paragraph, place)
            if level >= 0:
                if style in _PLAIN and not self._small(place) and not scope:
                    _set_style(paragraph, style_id("list-text"))
                further = (2 * self._char if style == "BlockText" else 0) + (self._note_indent if self._note else 0)
                _indent(paragraph, base + self._list_indent * (level + 1) + further)
            return
        depth.set(q("val"), str(max(0, level)))
        small = self._small(place)
        moved = bool(scope) or (self._note and not place.cell and not place.box)
        if style in _PLAIN and id in self._bullets and _tick(paragraph):
            _remove(numbering)
            _set_style(paragraph, small or (scope.item(max(0, level)) if scope else style_id("task")))
            moved = True
        elif style in _PLAIN and scope and not small:
            _set_style(paragraph, scope.item(max(0, level)))
        elif style in _PLAIN:
            kind = "bullet" if id in self._bullets else "number"
            _set_style(paragraph, small or style_id(f"{kind}-{min(max(0, level) + 1, LIST_LEVELS)}"))
        else:
            self._restyle(paragraph, place)
        if moved:
            further = self._note_indent if self._note and not place.cell and not place.box else 0
            _hang(paragraph, base + further + self._list_indent * (max(0, level) + 1), self._list_indent)
        if not _holds(paragraph, q("t"), q("drawing"), _m("oMath")):
            put_property(paragraph, element("keepNext"))  # the sign of an item that begins with a table or a box

    # runs

    def _strong(self, run: Element, bold_already: bool) -> None:
        """Gothic for what is strong: by Word's own style where no other style stands in its place."""
        properties = run.find(q("rPr"))
        bold = None if properties is None else properties.find(q("b"))
        if properties is None or bold is None:
            return
        if properties.find(q("rStyle")) is None and not bold_already:
            for child in properties.findall(q("b")) + properties.findall(q("bCs")):
                properties.remove(child)
            _put(properties, element("rStyle", val=style_id("strong")), _RUN_ORDER)
        else:
            # in a bold paragraph a bold style would turn bold off; direct formatting does not
            fonts = _fonts(properties)
            for slot, family in (
                ("ascii", self._look.strong),
                ("hAnsi", self._look.strong),
                ("eastAsia", self._look.faces.asian_sans),
            ):
                if fonts.get(q(slot)) is None and not self._is_code(properties):
                    fonts.set(q(slot), family)
            if not fonts.attrib:
                properties.remove(fonts)

    def _is_code(self, properties: Element) -> bool:
        named = properties.find(q("rStyle"))
        return named is not None and named.get(q("val")) in (style_id("verbatim"), style_id("keyboard"))

    def _hints(self, paragraph: Element) -> None:
        """Tell Word which quotes, dashes and arrows are Japanese: it takes them from the Latin font otherwise."""
        runs = [(run, text) for run in paragraph.iter(q("r")) if (text := _text(run))]
        whole = "".join(text for _, text in runs)
        if not scripts.AMBIGUOUS.search(whole):
            return
        signs = scripts.east_asian_signs(whole, self._east_asian)
        start = 0
        for run, text in runs:
            places = [place - start for place in range(start, start + len(text)) if place in signs]
            kinds = [signs[start + place] for place in places]
            if len(set(kinds)) == 1:
                _hint(run, kinds[0])
            elif kinds and len(run.findall(q("t"))) == 1:
                changes = [i for i in range(1, len(kinds)) if kinds[i] != kinds[i - 1]]
                cuts = [0, *(places[i] for i in changes), len(text)]
                pieces = _split(run, [text[left:right] for left, right in pairwise(cuts)])
                for piece, kind in zip(pieces, [kinds[0], *(kinds[i] for i in changes)], strict=True):
                    _hint(piece, kind)
            start += len(text)

    # footnotes

    def _numbers(self) -> None:
        """A tab after each number, so that all lines hang from one edge; what the setting puts around it."""
        before, after = self._frame
        for number in list(self._root.iter(q("footnoteRef"))):
            run = number.getparent()
            if run is None:
                continue
            following = run.getnext()
            if following is not None and following.tag == q("r") and _text(following) == " ":
                for child in following.findall(q("t")):
                    following.remove(child)
                following.append(element("tab"))
            if before:
                run.addprevious(_mark(before))
            if after:
                run.addnext(_mark(after))


# paragraphs


def _holds(paragraph: Element, *tags: str) -> bool:
    return next(paragraph.iter(*tags), None) is not None


def _holds_before(paragraph: Element, text: Element) -> bool:
    """Whether a picture or formula stands before the text."""
    for node in paragraph.iter(q("drawing"), _m("oMath"), text.tag):
        if node.tag != text.tag:
            return True
        if node is text:
            break
    return False


def style_of(paragraph: Element) -> str:
    """The id of the paragraph's style; empty for the usual one."""
    style = paragraph.find(f"{q('pPr')}/{q('pStyle')}")
    return "" if style is None else style.get(q("val"), "")


def put_property(paragraph: Element, new: Element) -> None:
    """Give the paragraph a property, in the schema's order, instead of one of its kind."""
    _put(_properties(paragraph), new, _PARAGRAPH_ORDER)


def _set_style(paragraph: Element, id: str) -> None:
    _put(_properties(paragraph), element("pStyle", val=id), _PARAGRAPH_ORDER)


def _properties(paragraph: Element) -> Element:
    found = paragraph.find(q("pPr"))
    if found is None:
        found = element("pPr")
        paragraph.insert(0, found)
    return found


def _put(properties: Element, new: Element, order: tuple[str, ...]) -> None:
    """Put a property in its place in the schema's order, instead of one of its kind."""
    old = properties.find(new.tag)
    if old is not None:
        properties.replace(old, new)
        return
    rank = {q(name): place for place, name in enumerate(order)}
    at = sum(1 for child in properties if rank.get(child.tag, len(order)) < rank[new.tag])
    properties.insert(at, new)


def _new_paragraph(style: str) -> Element:
    paragraph = element("p")
    _set_style(paragraph, style)
    return paragraph


def _is_empty(paragraph: Element) -> bool:
    return not any(child.tag != q("pPr") for child in paragraph) and paragraph.find(f"{q('pPr')}/{q('pBdr')}") is None


_TASKS = (style_id("task-box"), style_id("task-state"))


def _tick(paragraph: Element) -> bool:
    """Whether the paragraph begins with a box to tick; a tab then takes the place of the blank behind it."""
    first = next(paragraph.iterchildren(q("r")), None)
    named = None if first is None else first.find(f"{q('rPr')}/{q('rStyle')}")
    if first is None or named is None or named.get(q("val")) not in _TASKS:
        return False
    blank = first.getnext()
    if blank is not None and _text(blank).startswith(" "):
        (shown, *_) = blank.findall(q("t"))
        shown.text = (shown.text or "")[1:]
    run = element("r")
    run.append(element("tab"))
    first.addnext(run)
    return True


def _indent(paragraph: Element, left: int) -> None:
    # indents that the style counts in characters would win over those in twips
    _put(
        _properties(paragraph),
        element("ind", leftChars="0", left=str(left), firstLineChars="0", firstLine="0"),
        _PARAGRAPH_ORDER,
    )


def _hang(paragraph: Element, left: int, by: int) -> None:
    _put(
        _properties(paragraph),
        element("ind", leftChars="0", left=str(left), firstLineChars="0", hanging=str(by)),
        _PARAGRAPH_ORDER,
    )


def _remove(node: Element) -> None:
    """Take a node away, but not the text behind it, which lxml counts to it."""
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


# tables


def _lay_out(grid: Element, width: int, indent: int, columns: list[int], caption: str) -> None:
    """The table's style, place and widths, in twips; Word draws what is said here and in each cell alike.

    ``caption`` is for those to whom the table is read aloud.
    """
    old = grid.find(q("tblPr"))
    kept = [] if old is None else old.findall(q("tblLook"))
    properties = element("tblPr")
    properties.append(element("tblStyle", val=style_id("table")))
    properties.append(element("tblW", w=str(width), type="dxa"))
    properties.append(element("jc", val="center") if indent < 0 else element("tblInd", w=str(indent), type="dxa"))
    properties.append(element("tblLayout", type="fixed"))
    properties.extend(kept)
    if caption:
        properties.append(element("tblCaption", val=caption))
    if old is None:
        grid.insert(0, properties)
    else:
        grid.replace(old, properties)
    lines = grid.find(q("tblGrid"))
    if lines is not None and len(lines) == len(columns):
        for line, column in zip(lines, columns, strict=True):
            line.set(q("w"), str(column))
    for row in grid.iterchildren(q("tr")):
        at = 0
        for cell in row.iterchildren(q("tc")):
            cell_properties = cell.find(q("tcPr"))
            if cell_properties is None:
                cell_properties = element("tcPr")
                cell.insert(0, cell_properties)
            span = cell_properties.find(q("gridSpan"))
            wide = 1 if span is None else int(span.get(q("val"), "1"))
            for old_width in cell_properties.findall(q("tcW")):
                cell_properties.remove(old_width)
            cell_properties.insert(0, element("tcW", w=str(sum(columns[at : at + wide])), type="dxa"))
            at += wide


def _keep_whole(row: Element) -> None:
    """No page breaks the row."""
    properties = row.find(q("trPr"))
    if properties is None:
        properties = element("trPr")
        before = row.find(q("tblPrEx"))
        row.insert(0 if before is None else 1, properties)
    properties.insert(0, element("cantSplit"))


# runs


def _text(run: Element) -> str:
    return "".join(text.text or "" for text in run.findall(q("t")))


def _run_properties(run: Element) -> Element:
    found = run.find(q("rPr"))
    if found is None:
        found = element("rPr")
        run.insert(0, found)
    return found


def _fonts(properties: Element) -> Element:
    found = properties.find(q("rFonts"))
    if found is None:
        found = element("rFonts")
        _put(properties, found, _RUN_ORDER)
    return found


def hint(run: Element) -> None:
    """Let Word take what could be of either world from the Japanese font."""
    _fonts(_run_properties(run)).set(q("hint"), "eastAsia")


def _hint(run: Element, east_asian: bool) -> None:
    if east_asian:
        hint(run)
        return
    fonts = run.find(f"{q('rPr')}/{q('rFonts')}")
    if fonts is not None and fonts.get(q("hint")) == "eastAsia":
        del fonts.attrib[q("hint")]
        if not fonts.attrib:
            _remove(fonts)


def _split(run: Element, pieces: list[str]) -> list[Element]:
    """The run in as many runs as pieces of its text, the first being itself."""
    for text in run.findall(q("t"))[1:]:
        run.remove(text)
    runs = [run, *(copy.deepcopy(run) for _ in pieces[1:])]
    for before, after in pairwise(runs):
        before.addnext(after)
    for each, piece in zip(runs, pieces, strict=True):
        for shown in each.findall(q("t")):
            shown.text = piece
            shown.set(XML_SPACE, "preserve")
    return runs


def _tabs(run: Element) -> None:
    """``w:tab`` for each tab: Word shows one that stands in text as a blank."""
    for text in run.findall(q("t")):
        first, *rest = (text.text or "").split("\t")
        if not rest:
            continue
        text.text = first
        for piece in reversed(rest):
            new = element("t")
            new.text = piece
            new.set(XML_SPACE, "preserve")
            text.addnext(new)
            text.addnext(element("tab"))


def _emphasised(run: Element) -> Iterator[Element]:
    """The run, or if it slants, a run for each piece of it: dots above kanji and kana, which never slant."""
    properties = run.find(q("rPr"))
    slant = None if properties is None else properties.find(q("i"))
    if slant is None or not _text(run):
        yield run
        return
    pieces = list(scripts.emphasis(_text(run)))
    for piece, (kind, _) in zip(_split(run, [text for _, text in pieces]), pieces, strict=True):
        if kind != "slant":
            own = _run_properties(piece)
            for child in own.findall(q("i")) + own.findall(q("iCs")):
                own.remove(child)
            if kind == "dots" and own.find(q("rStyle")) is None and own.find(q("b")) is None:
                _put(own, element("rStyle", val=style_id("dots")), _RUN_ORDER)
            elif kind == "dots":
                _put(own, element("em", val="dot"), _RUN_ORDER)
        yield piece


def _size_ruby(ruby: Element, points: float, language: str) -> None:
    """Readings are half as large as their base and stand right above it (all in half-points)."""
    properties = ruby.find(q("rubyPr"))
    if properties is not None:
        for of in properties.iterfind(q("lid")):
            of.set(q("val"), language)
        for name, half_points in (("hps", points), ("hpsRaise", points * 2 - 2), ("hpsBaseText", points * 2)):
            size = properties.find(q(name))
            if size is not None:
                size.set(q("val"), str(round(half_points)))
        for run in ruby.findall(f"{q('rt')}/{q('r')}"):
            own = _run_properties(run)
            _put(own, element("sz", val=str(round(points))), _RUN_ORDER)
            _put(own, element("szCs", val=str(round(points))), _RUN_ORDER)


def _mark(text: str) -> Element:
    run = element("r")
    _put(_run_properties(run), element("rStyle", val=style_id("note-mark")), _RUN_ORDER)
    shown = element("t")
    shown.text = text
    shown.set(XML_SPACE, "preserve")
    run.append(shown)
    return run


def _repair_formulas(root: Element) -> None:
    """Two orders that the schema of formulas forbids and pandoc writes: plain text with a style, a matrix's columns."""
    for properties in root.iter(_m("rPr")):
        style = properties.find(_m("sty"))
        if style is not None and properties.find(_m("nor")) is not None:
            properties.remove(style)
    for columns in root.iter(_m("mcPr")):
        columns[:] = sorted(columns, key=lambda child: child.tag != _m("count"))


def _m(name: str) -> str:
    return f"{{{M}}}{name}"
