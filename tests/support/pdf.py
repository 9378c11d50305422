"""A PDF read back: what is on its pages, in which fonts, and what links, outline and tags say of it.

Text comes by two ways. :meth:`Pdf.text` is pdfium's: lines as a reader copies them. :meth:`Pdf.drawn` follows
the content streams and asks each font's ``ToUnicode`` table: exact code points, and which glyph was drawn.
Pages count from 1; places are in points from the page's top left corner.
"""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

_BREAK = "\ufffe"  # what pdfium gives for a hyphen at the end of a line
_SHOW = {"Tj", "TJ", "'", '"'}


@dataclass(frozen=True, slots=True)
class Font:
    """A font that a page names; ``embedded`` if the file holds its outlines. ``name`` is without the subset's tag."""

    name: str
    embedded: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the outline; ``level`` counts from 1, ``page`` is 0 if it leads nowhere."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class Link:
    """A clickable area: ``uri`` of an address, or the page and height (from the top) that it leads to."""

    page: int
    box: tuple[float, float, float, float]
    uri: str = ""
    target_page: int = 0
    target_y: float = 0.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a string begins on a page."""

    page: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive characters of one font and size, as pdfium sees them."""

    text: str
    font: str
    size: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """One glyph: the text it stands for (empty if its font does not say), its font, its number (0: ``.notdef``)."""

    text: str
    font: str
    glyph: int


class Pdf:
    """A finished PDF, from its bytes or its file."""

    def __init__(self, source: bytes | Path) -> None:
        self.data = source.read_bytes() if isinstance(source, Path) else source
        self._pike = pikepdf.open(io.BytesIO(self.data))
        self._numbers = {page.obj.objgen: number for number, page in enumerate(self._pike.pages, 1)}

    # What it says of itself

    @property
    def title(self) -> str:
        return str(self._pike.docinfo.get("/Title", ""))

    @property
    def author(self) -> str:
        return str(self._pike.docinfo.get("/Author", ""))

    @property
    def language(self) -> str:
        return str(self._pike.Root.get("/Lang", ""))

    @property
    def tagged(self) -> bool:
        """Whether it says that it is tagged, and has a tree of tags."""
        marked = self._pike.Root.get("/MarkInfo", {}).get("/Marked", False)
        return bool(marked) and bool(self.tags)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The kinds of structure elements in the order of the document: ``H1``, ``P``, ``Table`` …"""
        root = self._pike.Root.get("/StructTreeRoot")
        return tuple(_tags(root)) if root is not None else ()

    # Pages and text

    @cached_property
    def sizes(self) -> tuple[tuple[float, float], ...]:
        """Width and height of each page in points."""
        return tuple(
            (float(b[2]) - float(b[0]), float(b[3]) - float(b[1])) for b in (p.mediabox for p in self._pike.pages)
        )

    @property
    def pages(self) -> int:
        return len(self._pike.pages)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Each page's text as a reader copies it, with ``\\n`` between lines."""
        document = pypdfium2.PdfDocument(self.data)
        try:
            return tuple(_page_text(page) for page in document)
        finally:
            document.close()

    def text(self, page: int | None = None) -> str:
        """A page's text, or that of all pages with a form feed between them."""
        return "\f".join(self.texts) if page is None else self.texts[page - 1]

    def find(self, wanted: str) -> list[Place]:
        """Everywhere the string is; blanks and line ends on the pages don't matter, nor may ``wanted`` hold any."""
        document = pypdfium2.PdfDocument(self.data)
        try:
            return [place for number, page in enumerate(document, 1) for place in _find(page, number, wanted)]
        finally:
            document.close()

    def runs(self, page: int) -> list[Run]:
        """A page's characters in runs of one font and size; blanks between words are left out."""
        document = pypdfium2.PdfDocument(self.data)
        try:
            return list(_runs(document[page - 1]))
        finally:
            document.close()

    # Fonts and glyphs

    @cached_property
    def pictures(self) -> tuple[tuple[int, float], ...]:
        """Page and height (of the lower edge, from the foot of the page in points) of each picture."""
        pages = enumerate(pypdfium2.PdfDocument(self.data), 1)
        return tuple(
            (number, item.get_bounds()[1])
            for number, page in pages
            for item in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
        )

    @cached_property
    def fonts(self) -> tuple[Font, ...]:
        """All fonts that pages (and the forms on them) name, sorted."""
        found = set()
        for page in self._pike.pages:
            for resources in _resources(page.obj):
                for font in resources.get("/Font", {}).values():
                    found.add(Font(_font_name(font), _embedded(font)))
        return tuple(sorted(found, key=lambda font: (font.name, font.embedded)))

    def drawn(self, page: int) -> list[Drawn]:
        """Every glyph of a page in the order in which it is drawn."""
        return list(_drawn(self._pike.pages[page - 1].obj, {}))

    @cached_property
    def notdef(self) -> tuple[tuple[int, str], ...]:
        """(page, font) of every ``.notdef``: the box that a font draws for a character it lacks."""
        return tuple(
            (number, glyph.font)
            for number in range(1, self.pages + 1)
            for glyph in self.drawn(number)
            if not glyph.glyph
        )

    @cached_property
    def characters(self) -> str:
        """All that the glyphs of all pages stand for, in the order in which they are drawn."""
        return "".join(glyph.text for number in range(1, self.pages + 1) for glyph in self.drawn(number))

    # Ways through it

    @cached_property
    def outline(self) -> tuple[Heading, ...]:
        with self._pike.open_outline() as outline:
            return tuple(self._headings(outline.root, 1))

    def _headings(self, items: list[pikepdf.OutlineItem], level: int) -> Iterator[Heading]:
        for item in items:
            destination = item.destination
            if destination is None and item.action is not None:
                destination = item.action.get("/D")
            page, _ = self._target(destination)
            yield Heading(level, item.title, page)
            yield from self._headings(item.children, level + 1)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        found = []
        for number, page in enumerate(self._pike.pages, 1):
            height = float(page.mediabox[3])
            for annotation in page.obj.get("/Annots", []):
                if annotation.get("/Subtype") != "/Link":
                    continue
                left, bottom, right, top = (float(v) for v in annotation.Rect)
                box = (left, height - top, right, height - bottom)
                action = annotation.get("/A")
                if action is not None and "/URI" in action:
                    found.append(Link(number, box, uri=str(action.URI)))
                    continue
                destination = annotation.get("/Dest") if action is None else action.get("/D")
                target, y = self._target(destination)
                name = str(destination) if isinstance(destination, (pikepdf.String, pikepdf.Name)) else ""
                found.append(Link(number, box, target_page=target, target_y=y, name=name))
        return tuple(found)

    @cached_property
    def destinations(self) -> dict[str, tuple[int, float]]:
        """Named places: page and height from its top."""
        names = self._pike.Root.get("/Names", {}).get("/Dests")
        pairs = pikepdf.NameTree(names).items() if names is not None else self._pike.Root.get("/Dests", {}).items()
        return {str(name): self._target(place) for name, place in pairs}

    def _target(self, destination: object) -> tuple[int, float]:
        if isinstance(destination, (pikepdf.String, pikepdf.Name, str)):
            return self.destinations.get(str(destination), (0, 0.0))
        if isinstance(destination, pikepdf.Dictionary):
            destination = destination.get("/D")
        if not isinstance(destination, pikepdf.Array):
            return 0, 0.0
        page = self._numbers.get(destination[0].objgen, 0)
        if not page or len(destination) < 4 or destination[1] != "/XYZ":
            return page, 0.0
        return page, self.sizes[page - 1][1] - float(destination[3])


def squeezed(text: str) -> str:
    """Without blanks of any kind, line ends and the marks pdfium leaves where a line ends in a hyphen."""
    return re.sub(rf"[\s{_BREAK}\x02]+", "", text)


# pdfium


def _page_text(page: pypdfium2.PdfPage) -> str:
    return page.get_textpage().get_text_bounded().replace("\r\n", "\n").replace("\r", "\n")


def _characters(page: pypdfium2.PdfPage) -> Iterator[tuple[int, str]]:
    """(index, character) of a page; halves of a pair are put together."""
    text = page.get_textpage()
    high = None
    for index in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if 0xD800 <= code < 0xDC00:
            high = (index, code)
        elif 0xDC00 <= code < 0xE000 and high:
            yield high[0], chr(0x10000 + ((high[1] - 0xD800) << 10) + code - 0xDC00)
        elif code:
            yield index, chr(code)


def _find(page: pypdfium2.PdfPage, number: int, wanted: str) -> Iterator[Place]:
    solid = [(index, char) for index, char in _characters(page) if squeezed(char)]
    text, height, textpage = "".join(char for _, char in solid), page.get_height(), page.get_textpage()
    start = text.find(wanted)
    while start >= 0:
        left, _, _, top = textpage.get_charbox(solid[start][0])
        yield Place(number, left, height - top)
        start = text.find(wanted, start + 1)


def _runs(page: pypdfium2.PdfPage) -> Iterator[Run]:
    textpage = page.get_textpage()
    collected, style = "", ("", 0.0)
    for index, char in _characters(page):
        if char.isspace():
            continue
        buffer, flags = ctypes.create_string_buffer(256), ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(textpage, index, buffer, 256, flags)
        name = _untagged(buffer.value.decode("utf-8", "replace"))
        here = (name, round(pdfium.FPDFText_GetFontSize(textpage, index), 2))
        if here != style and collected:
            yield Run(collected, *style)
            collected = ""
        style, collected = here, collected + char
    if collected:
        yield Run(collected, *style)


# Content streams


def _untagged(name: str) -> str:
    return re.sub(r"^/?(?:[A-Z]{6}\+)?", "", name)


def _font_name(font: pikepdf.Object) -> str:
    return _untagged(str(font.get("/BaseFont", "")))


def _embedded(font: pikepdf.Object) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    described = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    descriptor = described.get("/FontDescriptor", {})
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _resources(owner: pikepdf.Object, seen: set[tuple[int, int]] | None = None) -> Iterator[pikepdf.Object]:
    seen = set() if seen is None else seen
    resources = owner.get("/Resources")
    if resources is None:
        return
    yield resources
    for form in resources.get("/XObject", {}).values():
        if form.get("/Subtype") == "/Form" and form.objgen not in seen:
            seen.add(form.objgen)
            yield from _resources(form, seen)


def _drawn(owner: pikepdf.Object, tables: dict[tuple[int, int], dict[int, str]]) -> Iterator[Drawn]:
    resources = owner.get("/Resources", pikepdf.Dictionary())
    fonts, forms = resources.get("/Font", {}), resources.get("/XObject", {})
    font: pikepdf.Object | None = None
    for operands, operator in pikepdf.parse_content_stream(owner):
        match str(operator):
            case "Tf":
                font = fonts.get(str(operands[0]))
            case "Do" if str(operands[0]) in forms and forms[str(operands[0])].get("/Subtype") == "/Form":
                yield from _drawn(forms[str(operands[0])], tables)
            case shown if shown in _SHOW and font is not None:
                pieces = operands[-1] if shown == "TJ" else [operands[-1]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        yield from _glyphs(bytes(piece), font, tables)


def _glyphs(codes: bytes, font: pikepdf.Object, tables: dict[tuple[int, int], dict[int, str]]) -> Iterator[Drawn]:
    table = tables.get(font.objgen)
    if table is None:
        unicode = font.get("/ToUnicode")
        table = tables[font.objgen] = to_unicode(unicode.read_bytes().decode("latin-1")) if unicode is not None else {}
    width = 2 if font.get("/Subtype") == "/Type0" else 1
    for at in range(0, len(codes) - width + 1, width):
        code = int.from_bytes(codes[at : at + width])
        # A simple font's code is no glyph number: whatever it can show, it has.
        yield Drawn(table.get(code, ""), _font_name(font), code if width == 2 else code or 1)


def to_unicode(cmap: str) -> dict[int, str]:
    """Codes to text, from a ``ToUnicode`` CMap (``bfchar`` and ``bfrange``)."""
    table: dict[int, str] = {}
    for kind, body in re.findall(r"beginbf(char|range)(.*?)endbf\1", cmap, re.S):
        if kind == "char":
            for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", body):
                table[int(code, 16)] = _utf16(text)
            continue
        for first, last, text, several in re.findall(
            r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]*)>|\[(.*?)\])", body, re.S
        ):
            codes = range(int(first, 16), int(last, 16) + 1)
            if several:
                table.update(zip(codes, map(_utf16, re.findall(r"<([0-9A-Fa-f]*)>", several)), strict=False))
            else:
                for step, code in enumerate(codes):
                    table[code] = _utf16(f"{int(text, 16) + step:0{len(text)}x}")
    return table


def _utf16(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be", "replace")


def _tags(node: pikepdf.Object) -> Iterator[str]:
    stack = [node]
    while stack:
        here = stack.pop()
        if not isinstance(here, pikepdf.Dictionary):
            continue
        if "/S" in here:
            yield str(here.S)[1:]
        children = here.get("/K", [])
        stack += reversed(list(children) if isinstance(children, pikepdf.Array) else [children])
