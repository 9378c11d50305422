"""What is left to do once pandoc has written the XML.

The parts that pandoc fills with defaults of its own (styles, settings, properties) are replaced,
the text is gone over once (:mod:`convert.docx.text`), ids and names are given anew. The result
holds nothing of the machine, the user, the clock or the vault but what the document says.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from convert import exports
from convert.docx import changes, comments, moments, package, scripts, sections, vectors
from convert.docx.captions import page_of
from convert.docx.code import CodeNumbers
from convert.docx.dressing import dress
from convert.docx.reference import parts as reference_parts
from convert.docx.styles import Look
from convert.docx.template import Template
from convert.docx.text import TextPass, hint
from convert.docx.wml import CONTENT_TYPES, DECLARATION, NAMESPACES, PIC, WP, R, escaped, legal, q
from convert.link.document import Comment

Element = etree._Element

_CORE: Final = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_APP: Final = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_DCTERMS: Final = "http://purl.org/dc/terms/"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

#: Parts that are ours whatever pandoc made of them.
_OURS: Final = ("word/styles.xml", "word/settings.xml", "word/fontTable.xml", "word/theme/theme1.xml")
_TEXTS: Final = ("word/document.xml", "word/footnotes.xml")

#: Bullets by level. Pandoc's are private codes of Symbol and Wingdings, which other programs and systems lack.
_BULLETS: Final = ("•", "–", "•")

#: Word takes names of bookmarks for equal that differ in case, and cuts those over 40 characters.
_BOOKMARK: Final = "_Link{}"


@dataclass(frozen=True, slots=True)
class Card:
    """What the file says about the document: nothing else gets into its properties."""

    title: str
    authors: tuple[str, ...] = ()
    description: str = ""
    keywords: tuple[str, ...] = ()
    date: str = ""
    language: str = "ja"


def finish(
    data: bytes,
    look: Look,
    card: Card,
    mark: str = "1",
    *,
    numbered_code: bool = False,
    page: str = "",
    said: Mapping[str, Comment] | None = None,
    names: Mapping[str, str] | None = None,
    template: Template | None = None,
    drawings: Mapping[bytes, bytes] | None = None,
    export: bool = False,
) -> tuple[bytes, list[str]]:
    """Pandoc's file made ours; ``mark`` is the form of footnote marks, with 1 for the number, ``said`` the comments.

    ``page`` is what stands behind a link within the document, with ``{page}`` for the page it leads to.
    ``names`` are the user's names of styles by the ids of ours, ``template`` the user's model; ``drawings`` are SVG
    by the raster that stands for them; with ``export`` the file has a number (:mod:`convert.exports`). Returns the
    file, and what could not be as the user asked, one line each.
    """
    parts = package.read(data)
    ours = reference_parts(look)
    parts.update({name: ours[name].encode() for name in _OURS})
    # pandoc puts all it was told about the document here
    parts.pop("docProps/custom.xml", None)
    numbering = etree.fromstring(parts["word/numbering.xml"])
    bullets = _number(numbering, look.sizes.list_indent)
    code_numbers = CodeNumbers(numbering) if numbered_code else None
    roots = {name: etree.fromstring(parts[name]) for name in _TEXTS}
    for root in roots.values():
        landscape = TextPass(root, bullets, look, mark, code_numbers).finish()
        sections.turn(root, landscape)
    parts["word/numbering.xml"] = _dump(numbering)
    _footnotes(roots["word/document.xml"], roots["word/footnotes.xml"])
    linked = _bookmarks(list(roots.values()))
    if page:
        _say_pages(linked, page)
    _drawings(list(roots.values()))
    changes.track(list(roots.values()))
    comments.place(list(roots.values()), said or {}, parts)
    _lend_pictures(parts, roots["word/footnotes.xml"])
    for name, root in roots.items():
        vectors.put_beside(parts, name, root, drawings or {})
    parts.update({name: _dump(root) for name, root in roots.items()})
    for name in sorted(parts):
        if re.fullmatch(r"word/header\d+\.xml", name):
            parts[name] = _header(parts[name], card.title, asian=look.asian)
    parts["docProps/core.xml"] = _core(card).encode()
    parts["docProps/app.xml"] = (
        f'{DECLARATION}<Properties xmlns="{_APP}"><Application>Kumihan</Application></Properties>'.encode()
    )
    problems = dress(parts, names or {}, template)
    if export:
        parts[exports.PART] = b""
    _tidy(parts)
    if export:
        exports.mark(parts)
    return package.write(parts), problems


def _dump(root: Element) -> bytes:
    # programs look up the names of formulas in notes among those of the text (pandoc's reader loses them otherwise)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["m", "r", "w", "wp"])
    for node in root.iter():
        # pandoc breaks lines between some elements; in Word's XML they mean nothing
        if node.tail and not node.tail.strip():
            node.tail = None
        if len(node) and node.text and not node.text.strip():
            node.text = None
    return package.part(root)


def _number(root: Element, step: int) -> frozenset[str]:
    """``step`` twips of indent a level, bullets that every font has. Returns the ids of lists with bullets."""
    bulleted = set()
    for definition in root.findall(q("abstractNum")):
        for level in definition.findall(q("lvl")):
            depth = int(level.get(q("ilvl"), "0"))
            indent = level.find(f"{q('pPr')}/{q('ind')}")
            if indent is not None:
                indent.attrib.clear()
                # firstLineChars: else the count of characters of the paragraph's style would win
                for key, value in (
                    ("left", step * (depth + 1)),
                    ("firstLineChars", 0),
                    ("hanging", step),
                ):
                    indent.set(q(key), str(value))
            form, sign = level.find(q("numFmt")), level.find(q("lvlText"))
            if form is None or sign is None or form.get(q("val")) != "bullet":
                continue
            bulleted.add(definition.get(q("abstractNumId")))
            properties = level.find(q("rPr"))
            if properties is not None:
                level.remove(properties)
            if sign.get(q("val"), "").strip():
                sign.set(q("val"), _BULLETS[depth % len(_BULLETS)])
    return frozenset(
        number.get(q("numId"), "")
        for number in root.findall(q("num"))
        for of in number.findall(q("abstractNumId"))
        if of.get(q("val")) in bulleted
    )


def _footnotes(body: Element, notes: Element) -> None:
    """Footnotes numbered and ordered as their marks are; pandoc's numbers depend on all else in the document."""
    order = {}
    for number, mark in enumerate(body.iter(q("footnoteReference")), 1):
        order[mark.get(q("id"))] = number
        mark.set(q("id"), str(number))
    for note in notes:
        if note.get(q("type")) is None:
            note.set(q("id"), str(order[note.get(q("id"))]))
    notes[:] = sorted(notes, key=lambda note: int(note.get(q("id"), "0")))


def _bookmarks(roots: list[Element]) -> list[Element]:
    """Bookmarks within one paragraph each, only where something points, with names and ids that are unique.

    Pandoc spans whole sections with one, across cells and boxes; an editor who deletes the end
    of a section would delete the link's target with it. Returns the links to them.
    """
    links = [link for root in roots for link in root.iter(q("hyperlink")) if link.get(q("anchor"))]
    wanted = {link.get(q("anchor"), "") for link in links}
    fields = [text for root in roots for text in root.iter(q("instrText")) if text.text]
    referred = {word for text in fields for word in (text.text or "").split()}
    names: dict[str, str] = {}
    count = 0
    for root in roots:
        ends = {end.get(q("id")): end for end in root.iter(q("bookmarkEnd"))}
        pending: list[Element] = []
        last: Element | None = None
        for node in list(root.iter(q("bookmarkStart"), q("p"))):
            if node.tag == q("p"):
                for start in pending:
                    _move(start, ends, node)
                pending, last = [], node
                continue
            name = node.get(q("name"), "")
            if (name not in wanted and name not in referred) or name in names:
                _drop(node, ends)
                continue
            names[name] = name if name in referred else _BOOKMARK.format(len(names) + 1)
            parent = node.getparent()
            if parent is not None and parent.tag == q("p") and _ends_within(node, ends, parent):
                continue
            pending.append(node)
        for start in pending:
            if last is not None:
                _move(start, ends, last)
        for start in root.iter(q("bookmarkStart")):
            end = ends[start.get(q("id"))]
            start.set(q("name"), names[start.get(q("name"), "")])
            start.set(q("id"), str(count))
            end.set(q("id"), str(count))
            count += 1
    for link in links:
        anchor = link.get(q("anchor"), "")
        link.set(q("anchor"), names.get(anchor, anchor))
    return [link for link in links if link.get(q("anchor")) not in referred]


def _say_pages(links: list[Element], text: str) -> None:
    """The page of what a link leads to, behind it."""
    for link in links:
        runs = etree.fromstring(f"<w:p {NAMESPACES}>{page_of(link.get(q('anchor'), ''), text)}</w:p>")
        for run in reversed(runs):
            link.addnext(run)


def _ends_within(start: Element, ends: dict[str | None, Element], paragraph: Element) -> bool:
    return ends[start.get(q("id"))].getparent() is paragraph


def _drop(start: Element, ends: dict[str | None, Element]) -> None:
    for node in (start, ends[start.get(q("id"))]):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)


def _move(start: Element, ends: dict[str | None, Element], paragraph: Element) -> None:
    _drop(start, ends)
    properties = paragraph.find(q("pPr"))
    paragraph.insert(0 if properties is None else 1, start)
    paragraph.append(ends[start.get(q("id"))])


def _drawings(roots: list[Element]) -> None:
    """Ids and names of pictures by their order; pandoc gives the file's path as a second description."""
    count = 0
    for root in roots:
        for drawing in root.iter(q("drawing")):
            count += 1
            for frame in drawing.iter(f"{{{WP}}}inline"):
                # LibreOffice takes a tenth of an inch where nothing is said
                frame.attrib.update(dict.fromkeys(("distT", "distB", "distL", "distR"), "0"))
            for shown in drawing.iter(f"{{{WP}}}docPr", f"{{{PIC}}}cNvPr"):
                description = shown.get("descr", "") if shown.tag == f"{{{WP}}}docPr" else ""
                shown.attrib.clear()
                shown.set("id", str(count))
                shown.set("name", f"Picture {count}")
                if description:
                    shown.set("descr", description)


def _header(data: bytes, title: str, *, asian: bool) -> bytes:
    """The title into the field's result, for readers that don't compute fields."""
    root = etree.fromstring(data)
    text = next(root.iter(q("t")), None)  # the head of the first page is empty
    if text is not None:
        text.text = legal(title) or " "
        run = text.getparent()
        signs = scripts.east_asian_signs(text.text, asian)
        if run is not None and any(signs.values()):
            hint(run)
    return _dump(root)


def _core(card: Card) -> str:
    """The properties that Word shows; no date but the document's own, no name but its authors'."""
    fields = [
        ("dc:title", card.title),
        ("dc:creator", "; ".join(card.authors)),
        ("cp:keywords", ", ".join(card.keywords)),
        ("dc:description", card.description),
        ("dc:language", card.language),
    ]
    inner = "".join(f"<{tag}>{escaped(text)}</{tag}>" for tag, text in fields if text)
    moment = moments.moment(card.date)
    if moment:
        for tag in ("created", "modified"):
            inner += f'<dcterms:{tag} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{tag}>'
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="{_DC}" xmlns:dcterms="{_DCTERMS}" '
        f'xmlns:xsi="{_XSI}">{inner}</cp:coreProperties>'
    )


def _relations_used(part: bytes | None) -> set[str] | None:
    if part is None:
        return None
    return _relations_in(etree.fromstring(part))


def _relations_in(root: Element) -> set[str]:
    prefix = f"{{{R}}}"
    return {str(value) for node in root.iter("*") for key, value in node.attrib.items() if str(key).startswith(prefix)}


def _lend_pictures(parts: dict[str, bytes], footnotes: Element) -> None:
    """Pandoc lists the pictures of footnotes with those of the text; Word looks for them beside the footnotes."""
    used = _relations_in(footnotes)
    name = "word/_rels/footnotes.xml.rels"
    notes = etree.fromstring(parts.get(name) or f'<Relationships xmlns="{_RELATIONS}"/>'.encode())
    known = {relation.get("Id") for relation in notes}
    text = etree.fromstring(parts["word/_rels/document.xml.rels"])
    notes.extend(
        relation
        for relation in list(text)
        if relation.get("Type", "").endswith("/image") and relation.get("Id") in used - known
    )
    parts[name] = _dump(notes)


def _tidy(parts: dict[str, bytes]) -> None:
    """Content types and relations for the parts that are there, and no others, in a fixed order."""
    for name in [name for name in parts if name.endswith(".rels")]:
        folder = posixpath.dirname(posixpath.dirname(name))
        root = etree.fromstring(parts[name])
        # pandoc lists the links of footnotes with those of the text too
        used = _relations_used(parts.get(f"{folder}/{posixpath.basename(name).removesuffix('.rels')}"))
        for relation in list(root):
            target = posixpath.normpath(posixpath.join(folder, relation.get("Target", "").lstrip("/")))
            dangling = relation.get("TargetMode") != "External" and target not in parts
            named = relation.get("Type", "").endswith(("/hyperlink", "/image"))
            if dangling or (named and used is not None and relation.get("Id") not in used):
                root.remove(relation)
        root[:] = sorted(root, key=lambda relation: (len(relation.get("Id", "")), relation.get("Id", "")))
        if len(root):
            parts[name] = _dump(root)
        else:
            del parts[name]
    types = etree.fromstring(parts["[Content_Types].xml"])
    extensions = {name.rpartition(".")[2] for name in parts}
    for entry in list(types):
        override = entry.tag == f"{{{CONTENT_TYPES}}}Override"
        gone = override and entry.get("PartName", "").lstrip("/") not in parts
        if gone or (not override and entry.get("Extension") not in extensions):
            types.remove(entry)
    types[:] = sorted(types, key=lambda entry: (entry.tag, entry.get("PartName") or entry.get("Extension") or ""))
    parts["[Content_Types].xml"] = _dump(types)
