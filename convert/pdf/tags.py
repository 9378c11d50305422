"""The structure of a tagged PDF, made of the page's tree: what each piece of a page is, in the order of reading.

WeasyPrint 70 tags boxes as they lie on the pages: a paragraph on two pages is two, a note stands at the page's foot,
running heads are text, emphasis and code are nothing. Here its function ``pdf.add_tags`` is replaced while a file is
written: each element of the page's tree becomes one structure element, whatever pages its boxes are on, and a note's
stands at its mark. So is ``Stream.marked``, which marks what a box shows: ours remembers where, for what turns out to
be no content. Types are those of PDF 1.7 (ISO 32000-1, 14.8.4); those of PDF 2.0 that suit better are mapped
to them. What is asked of the tree beyond that is PDF/UA-1's (ISO 14289-1, 7).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

from convert.page import Element, plain_text

#: the versions of WeasyPrint whose insides this is written for
TESTED = ("70.0",)

#: our types that PDF 1.7 does not know -> what they are to a reader that knows only PDF 1.7
ROLES = {"Aside": "Sect", "Em": "Span", "Strong": "Span", "Mark": "Span"}

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TYPES = {
    "p": "P", "pre": "P", "dt": "P", "dd": "P", "blockquote": "BlockQuote", "section": "Sect", "code": "Code",
    "kbd": "Code", "samp": "Code", "em": "Em", "strong": "Strong", "b": "Strong", "mark": "Mark", "del": "Span",
    "u": "Span", "ul": "L", "ol": "L", "li": "LI", "table": "Table", "thead": "THead", "tbody": "TBody",
    "tfoot": "TFoot", "tr": "TR", "th": "TH", "td": "TD", "caption": "Caption", "figcaption": "Caption",
    "figure": "Figure", "img": "Figure", "a": "Link",
}  # fmt: skip
_CLASSES = {"callout": "Aside", "callout-title": "P", "ruby": "Ruby", "rt": "RT", "task": "Lbl", "fn": "Note"}
_DECORATIONS = {"del": "LineThrough", "u": "Underline"}
_NUMBERINGS = {
    "decimal": "Decimal", "lower-alpha": "LowerAlpha", "upper-alpha": "UpperAlpha", "lower-roman": "LowerRoman",
    "upper-roman": "UpperRoman", "none": "None",
}  # fmt: skip
#: kinds that mean something even when they are empty: a table must have all its cells
_KEPT = frozenset({"Document", "TR", "TH", "TD", "LI", "LBody"})
#: in these no note may stand: it comes behind them
_CLOSED = frozenset({"Caption", *(f"H{n}" for n in range(1, 7))})

#: points in a CSS pixel
_POINT = 0.75


class _Piece(NamedTuple):
    """Marked content of a page: what one box shows."""

    page: int
    mcid: int


class _Object(NamedTuple):
    """An annotation of a page, which is part of a link."""

    page: int
    annotation: Any


@dataclass(slots=True, eq=False)
class Node:
    """A structure element: its type, what is in it in order, and the entries of its dictionary beyond those."""

    kind: str
    parent: Node | None = None
    kids: list[Node | _Piece | _Object] = field(default_factory=list)
    entries: dict[str, Any] = field(default_factory=dict)
    #: whether it is written: it means something, or what does is in it
    kept: bool = False
    #: of its object in the file
    number: int = 0

    def new(self, kind: str, at: int | None = None) -> Node:
        """A new element in this one, at its end or at a place."""
        node = Node(kind, self)
        if at is None:
            self.kids.append(node)
        else:
            self.kids.insert(at, node)
        if kind in _KEPT:
            node.keep()
        return node

    def add(self, kid: _Piece | _Object) -> None:
        """Put at its end what is on a page."""
        self.kids.append(kid)
        if not self.kept:
            self.keep()

    def keep(self) -> None:
        """Have it written, and so all that it is in."""
        node: Node | None = self
        while node is not None and not node.kept:
            node.kept = True
            node = node.parent

    def around(self, *kinds: str) -> Node | None:
        """The nearest element of such a kind that this one is, or is in."""
        node: Node | None = self
        while node is not None and node.kind not in kinds:
            node = node.parent
        return node


@cache
def problem() -> str:
    """Why the tags are WeasyPrint's own here, in a few words; empty if they are ours."""
    import weasyprint  # noqa: PLC0415
    from weasyprint import pdf  # noqa: PLC0415

    if weasyprint.__version__ not in TESTED:
        return f"WeasyPrint {weasyprint.__version__} is not one of the versions it was tested with: {', '.join(TESTED)}"
    if list(inspect.signature(pdf.add_tags).parameters) != ["pdf", "document", "pdf_version", "page_streams"]:
        return "WeasyPrint's add_tags is not the one it was tested with"
    return ""


class _Marked:
    """What is drawn within is the marked content that has been begun."""

    __slots__ = ("_parts",)

    def __init__(self, parts: list[Any]) -> None:
        self._parts = parts

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._parts.append(b"EMC")


def _marked(stream: Any, box: Any, tag: str) -> _Marked:
    """In place of ``Stream.marked``: ``_tags`` tells the number of each box's marked content, and where it begins."""
    parts, marks = stream.stream, stream._tags
    number = len(marks)
    marks[box] = number, parts, len(parts)
    parts.append(f"/{tag}\n<</MCID {number}>>\nBDC".encode())
    return _Marked(parts)


@contextmanager
def in_force(names: Mapping[str, str]) -> Iterator[None]:
    """While a file is written: its tags are ours, if they can be (:func:`problem`).

    ``names`` are what links are called that lead to these ids, where their own text says too little.
    """
    from weasyprint import pdf as weasyprint_pdf  # noqa: PLC0415

    if problem():
        yield
        return
    stream = weasyprint_pdf.Stream
    own, own_marked = weasyprint_pdf.add_tags, stream.marked

    def add_tags(pdf: Any, document: Any, pdf_version: Any, page_streams: Sequence[Any]) -> None:
        reader = _Reader(document.pages, page_streams, names)
        pdf.catalog["StructTreeRoot"] = _write(pdf, reader.read()).reference
        for number in pdf.pages["Kids"][::3]:
            page = pdf.objects[number]
            if "Annots" in page:
                page["Annots"][:] = [one for one in page["Annots"] if one not in reader.superfluous]
        pdf.catalog["ViewerPreferences"] = _pydyf().Dictionary({"DisplayDocTitle": "true"})
        pdf.catalog["MarkInfo"] = _pydyf().Dictionary({"Marked": "true"})

    weasyprint_pdf.add_tags, stream.marked = add_tags, _marked
    try:
        yield
    finally:
        weasyprint_pdf.add_tags, stream.marked = own, own_marked


def _pydyf() -> Any:
    import pydyf  # noqa: PLC0415 (WeasyPrint's)

    return pydyf


# From boxes to elements


class _Reader:
    """Goes through the boxes of all pages and makes the tree."""

    def __init__(self, pages: Sequence[Any], streams: Sequence[Any], names: Mapping[str, str]) -> None:
        from weasyprint.formatting_structure import boxes  # noqa: PLC0415
        from weasyprint.layout.absolute import AbsolutePlaceholder  # noqa: PLC0415

        self._placeholder = AbsolutePlaceholder
        self._margin_box = boxes.MarginBox
        self._row_group = boxes.TableRowGroupBox
        self._showing = (boxes.TextBox, boxes.ReplacedBox)
        self._pages = pages
        self._streams = streams
        self._names = names
        self._root = Node("Document", kept=True)
        self._nodes: dict[Element, Node] = {}
        self._levels: list[int] = []
        self._seen: dict[Element, int] = {}
        self._continued: set[Element] = set()
        self.superfluous: set[bytes] = set()

    def read(self) -> Node:
        """The tree's root; what stands on every page is marked as no content in the pages' streams."""
        for number, (page, stream) in enumerate(zip(self._pages, self._streams, strict=True)):
            self._walk(page._page_box, number, stream._tags, artifact="")
            for box in list(stream._tags):  # never lost, wherever it was
                self._show(box, number, stream._tags, artifact="")
            self._link(page, number)
        return self._root

    def _walk(self, box: Any, page: int, tags: dict[Any, Any], *, artifact: str) -> None:
        if isinstance(box, self._placeholder):
            box = box._box
        if isinstance(box, self._margin_box):
            artifact = "Pagination"
        elif not artifact:
            if isinstance(box, self._row_group):
                artifact = "Pagination" if _repeats(box, self._seen, page) else ""
            elif box.is_leader or _is_line_number(box):
                artifact = "Layout"
        if isinstance(box, self._showing):
            self._show(box, page, tags, artifact=artifact)
        else:
            element = box.element
            if element is not None and not artifact and element not in self._nodes:
                # of a footnote too, by its call in the line: there it is read, wherever it stands
                self._node(element)
            for child in box.children:
                self._walk(child, page, tags, artifact=artifact)

    def _show(self, box: Any, page: int, tags: dict[Any, Any], *, artifact: str) -> None:
        """Put what a box shows into the element that it is of."""
        mark = tags.pop(box, None)
        if mark is None:
            return
        number, parts, place = mark
        if artifact or box.element is None:
            kind = "Pagination" if artifact == "Pagination" else "Layout"
            parts[place] = f"/Artifact\n<</Type /{kind}>>\nBDC".encode()
            return
        node = self._node(box.element)
        if box.element_tag.endswith("::marker"):
            node = _label(node)
        elif node.kind == "Figure" and box.element.tag == "img":
            self._frame(node, box, page)
        node.add(_Piece(page, number))

    def _frame(self, node: Node, box: Any, page: int) -> None:
        """Where on the page a picture is."""
        x, y = box.content_box_x() * _POINT, (self._pages[page].height - box.content_box_y()) * _POINT
        frame = (x, y - box.height * _POINT, x + box.width * _POINT, y)
        node.entries["A"] = _attributes("Layout", BBox=_pydyf().Array(round(number, 3) for number in frame))

    def _node(self, element: Element) -> Node:
        """The structure element for one of the page's tree: its own, or, if it has none, that of what it is in."""
        known = self._nodes.get(element)
        if known is None:
            known = self._nodes[element] = self._made(element)
        return known

    def _made(self, element: Element) -> Node:
        above = element.getparent()
        if above is None:
            return self._root
        tag = element.tag if isinstance(element.tag, str) else ""
        kind, goes_on, classes = _kind(tag, element.get("class") or "")
        if goes_on:
            before = element.getprevious()
            if before is not None and "fn" in (before.get("class") or ""):
                if "rest" in classes:
                    self._continued.add(element)
                return self._node(before)
        parent = self._node(above)
        if tag in _HEADINGS:
            kind = "P" if parent.around("Note") else f"H{self._level(int(tag[1]))}"
        maker = _MAKERS.get(kind)
        begun = self._begun(element, parent, kind)
        if begun:
            return begun
        if maker:
            node = maker(element, parent)
        elif kind:
            node = parent.new(kind)
        else:
            node = parent
        return self._with_entries(element, tag, node, parent)

    def _begun(self, element: Element, parent: Node, kind: str) -> Node | None:
        """The structure element that this one goes on with: a long note's paragraphs are cut (``.rest``)."""
        above = element.getparent()
        if above not in self._continued or element.getprevious() is not None:
            return None
        last = next((kid for kid in reversed(parent.kids) if isinstance(kid, Node)), None)
        if last is None or last.kind != kind:
            return None
        self._continued.add(element)
        return next((kid for kid in last.kids if isinstance(kid, Node) and kid.kind == "LBody"), last)

    def _with_entries(self, element: Element, tag: str, node: Node, parent: Node) -> Node:
        language = element.get("lang")
        if language and language != _language(element.getparent()):
            if node is parent:
                node = parent.new("Span" if tag in ("span", "") else "Div")
            node.entries["Lang"] = _pydyf().String(language)
        if tag in _DECORATIONS:
            node.entries["A"] = _attributes("Layout", TextDecorationType=f"/{_DECORATIONS[tag]}")
        return node

    def _level(self, rank: int) -> int:
        """A heading's level: one below that of the heading around it, as PDF/UA-1 asks (7.4.2), whatever its rank."""
        while self._levels and self._levels[-1] >= rank:
            self._levels.pop()
        self._levels.append(rank)
        return len(self._levels)

    def _link(self, page: Any, number: int) -> None:
        """Put the page's annotations into their links; WeasyPrint makes one for each box in a link, one is enough."""
        for _, target, _, box in page.links:
            annotation = box.link_annotation
            if annotation is None:
                continue
            element = box.element
            if box.element_tag != "a" or element is None:
                self.superfluous.add(annotation.reference)
                annotation.clear()
                continue
            node = self._node(element).around("Link")
            if node is None:  # a link in what is repeated on each page
                continue
            name = self._names.get(target) or element.get("title") or plain_text(element) or target
            annotation["Contents"] = _pydyf().String(name)
            annotation["F"] = 4  # printed
            node.add(_Object(number, annotation))


@lru_cache(1024)
def _kind(tag: str, classes: str) -> tuple[str, bool, tuple[str, ...]]:
    """What an element is by its name and classes, and whether it is a further paragraph of a note; the classes."""
    names = tuple(classes.split())
    kind = next((_CLASSES[name] for name in names if name in _CLASSES), "") or _TYPES.get(tag, "")
    return kind, "more" in names and "fn" in names, names


def _repeats(box: Any, seen: dict[Element, int], page: int) -> bool:
    """Whether it is a table's head that has been on an earlier page."""
    if not box.is_header or box.element is None:
        return False
    return seen.setdefault(box.element, page) != page


def _is_line_number(box: Any) -> bool:
    tag = box.element_tag
    return tag is not None and tag[-8:] == "::before" and "line" in (box.element.get("class") or "").split()


def _language(element: Element | None) -> str:
    while element is not None:
        if language := element.get("lang"):
            return language
        element = element.getparent()
    return ""


def _attributes(owner: str, **values: Any) -> Any:
    return _pydyf().Dictionary({"O": f"/{owner}", **values})


def _label(node: Node) -> Node:
    """The label of the list item, or note, that an element is in."""
    item = node.around("LI", "Note")
    if item is None:
        return node
    first = item.kids[0] if item.kids else None
    return first if isinstance(first, Node) and first.kind == "Lbl" else item.new("Lbl", 0)


# What each kind is made of. A maker returns the element that takes what is in it.


def _make_item(element: Element, parent: Node) -> Node:
    if parent.kind == "TOC":
        return parent.new("TOCI")
    return parent.new("LI").new("LBody")


def _make_list(element: Element, parent: Node) -> Node:
    if parent.kind in ("TOC", "TOCI") or any(above.tag == "nav" for above in element.iterancestors()):
        return parent.new("TOC")
    node = parent.new("L")
    style = element.get("style") or ""
    found = next((name for name in _NUMBERINGS if f"list-style-type: {name}" in style), "")
    numbering = _NUMBERINGS[found] if found else "Decimal" if element.tag == "ol" else "Disc"
    node.entries["A"] = _attributes("List", ListNumbering=f"/{numbering}")
    return node


def _make_label(element: Element, parent: Node) -> Node:
    return _label(parent)


def _make_link(element: Element, parent: Node) -> Node:
    classes = (element.get("class") or "").split()
    if "fn-mark" in classes:
        return _label(parent).new("Link")
    refers = "fn-call" in classes or parent.kind == "TOCI"
    return (parent.new("Reference") if refers else parent).new("Link")


def _make_note(element: Element, parent: Node) -> Node:
    closed = parent.around(*_CLOSED)
    if closed is not None and closed.parent is not None:
        parent = closed.parent if closed.kind != "Caption" else closed.parent.parent or closed.parent
    node = parent.new("Note")
    node.entries["ID"] = _pydyf().String(element.get("id") or "")
    return node


def _make_ruby(element: Element, parent: Node) -> Node:
    return parent.new("Ruby").new("RB")


def _make_reading(element: Element, parent: Node) -> Node:
    ruby = parent.around("Ruby")
    return ruby.new("RT") if ruby else parent


def _make_cell(element: Element, parent: Node) -> Node:
    node = parent.new(element.tag.upper())
    spans = {
        name: int(span)
        for name, key in (("RowSpan", "rowspan"), ("ColSpan", "colspan"))
        if (span := element.get(key) or "").isdecimal() and int(span) > 1
    }
    if node.kind == "TH":
        scope = "Row" if element.get("scope") == "row" else "Column"
        node.entries["A"] = _attributes("Table", Scope=f"/{scope}", **spans)
    elif spans:
        node.entries["A"] = _attributes("Table", **spans)
    return node


def _make_figure(element: Element, parent: Node) -> Node:
    figure = parent.around("Figure")
    if element.tag == "img" and figure is not None and "Alt" not in figure.entries:
        node = figure  # a picture and its caption are one
    elif element.tag == "figure" and next(element.iter("img"), None) is None:
        return parent  # a table or code with a caption
    else:
        node = parent.new("Formula" if "formula" in (element.get("class") or "").split() else "Figure")
    if element.tag == "img":
        node.entries["Alt"] = _pydyf().String(element.get("alt") or "")
    return node


_MAKERS: Mapping[str, Callable[[Element, Node], Node]] = {
    "LI": _make_item, "L": _make_list, "Lbl": _make_label, "Link": _make_link, "Note": _make_note,
    "Ruby": _make_ruby, "RT": _make_reading, "TH": _make_cell, "TD": _make_cell, "Figure": _make_figure,
}  # fmt: skip


# From elements to the file


@cache
def _entry_class() -> Any:
    class Entry(_pydyf().Object):  # type: ignore[misc]
        """An object of the file that is written as it stands, since nobody looks into it."""

        data = b""

    return Entry


def _write(pdf: Any, root: Node) -> Any:
    """The tree as PDF's objects; returns the one that is the root of all."""
    pydyf, entry_class = _pydyf(), _entry_class()
    ids: dict[str, Any] = {}
    parents = pydyf.Dictionary({"Nums": pydyf.Array()})
    pdf.add_object(parents)
    structure = pydyf.Dictionary({"Type": "/StructTreeRoot", "ParentTree": parents.reference})
    pdf.add_object(structure)
    pages = [reference.decode() for reference in pdf.page_references]
    objects: list[tuple[Any, bytes]] = []
    #: by page: the references of the elements that its marked contents are of
    places: list[dict[int, str]] = [{} for _ in pages]
    order: list[tuple[Node, Any]] = []
    stack = [root]
    while stack:
        node = stack.pop()
        entry = entry_class()
        pdf.add_object(entry)
        node.number = entry.number
        order.append((node, entry))
        stack += [kid for kid in reversed(node.kids) if type(kid) is Node and kid.kept]
    for node, entry in order:
        reference = f"{node.number} 0 R"
        above = node.parent.number if node.parent else structure.number
        kids = []
        page = -1
        for kid in node.kids:
            if type(kid) is Node:
                if kid.kept:
                    kids.append(f"{kid.number} 0 R")
            elif type(kid) is _Piece:
                if page < 0:
                    page = kid.page
                places[kid.page][kid.mcid] = reference
                kids.append(
                    f"{kid.mcid}" if kid.page == page else f"<</Type /MCR/Pg {pages[kid.page]}/MCID {kid.mcid}>>"
                )
            elif type(kid) is _Object:
                objects.append((kid.annotation, reference.encode()))
                number = kid.annotation.number
                kids.append(f"<</Type /OBJR/Obj {number} 0 R/Pg {pages[kid.page]}>>")
        parts = [f"<</S /{node.kind}/P {above} 0 R"]
        if node.entries:
            parts.append(pydyf.Dictionary(node.entries).data[2:-2].decode("latin-1"))
            if "ID" in node.entries:
                ids[node.entries["ID"].string] = entry.reference
        if page >= 0:
            parts.append(f"/Pg {pages[page]}")
        if kids:
            parts.append(f"/K {kids[0]}>>" if len(kids) == 1 else f"/K [{' '.join(kids)}]>>")
        else:
            parts.append(">>")
        entry.data = "".join(parts).encode("latin-1")
    structure["K"] = f"{root.number} 0 R"
    for at, found in enumerate(places):
        refs = " ".join([found.get(mcid, "null") for mcid in range(max(found, default=-1) + 1)])
        parents["Nums"].extend((at, f"[{refs}]"))
    for key, (annotation, of) in enumerate(objects, len(pages)):
        annotation["StructParent"] = key
        parents["Nums"].extend((key, of))
    if roles := {node.kind: f"/{ROLES[node.kind]}" for node, _ in order if node.kind in ROLES}:
        structure["RoleMap"] = pydyf.Dictionary(sorted(roles.items()))
    if ids:
        names = pydyf.Array()
        for name in sorted(ids):
            names.extend((pydyf.String(name), ids[name]))
        structure["IDTree"] = pydyf.Dictionary({"Names": names})
    return structure
