"""What breaks a Word file although it follows the schema: the rules that validators do not know.

Word answers most of these with "unreadable content", LibreOffice with silence.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from convert.docx import package
from convert.docx.wml import CONTENT_TYPES, PIC, WP, R, q

Element = etree._Element

_LEAST_PARTS: Final = ("[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/styles.xml")
_STYLED: Final = ("pStyle", "rStyle", "tblStyle")
_STYLE_LINKS: Final = ("basedOn", "next", "link")
_REFERRING: Final = ("NOTEREF", "PAGEREF", "REF")
_TEXTS: Final = tuple(map(q, ("document", "footnotes", "hdr", "ftr", "comments")))
_INSTRUCTIONS: Final = (q("instrText"), q("delInstrText"))
_REVISIONS: Final = ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault: the part it is in, the rule it breaks, what exactly."""

    part: str
    rule: str
    what: str


def lint(data: bytes) -> list[Finding]:
    """All faults of a file, sorted; a good one has none."""
    parts = package.read(data)
    findings = [Finding(name, "part.missing", name) for name in _LEAST_PARTS if name not in parts]
    roots: dict[str, Element] = {}
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            try:
                roots[name] = etree.fromstring(content)
            except etree.XMLSyntaxError as error:
                findings.append(Finding(name, "xml.invalid", str(error)))
    if not findings:
        for rule in (_package, _relations, _styles, _numbers, _structure, _notes, _comments, _bookmarks, _fields, _ids):
            findings += rule(parts, roots)
    return sorted(findings)


Parts = Mapping[str, bytes]
Roots = Mapping[str, Element]


def _texts(roots: Roots) -> Iterator[tuple[str, Element]]:
    for name, root in roots.items():
        if posixpath.dirname(name) == "word" and root.tag in map(
            q, ("document", "footnotes", "hdr", "ftr", "comments")
        ):
            yield name, root


def _package(parts: Parts, roots: Roots) -> Iterator[Finding]:
    types = roots["[Content_Types].xml"]
    overrides = {
        entry.get("PartName", "").lstrip("/") for entry in types if entry.tag == f"{{{CONTENT_TYPES}}}Override"
    }
    defaults = {entry.get("Extension", "") for entry in types if entry.tag == f"{{{CONTENT_TYPES}}}Default"}
    for name in overrides - set(parts):
        yield Finding("[Content_Types].xml", "part.missing", name)
    for name in parts:
        # what is only known as some XML, Word does not read
        known = name in overrides or name.rpartition(".")[2] in defaults - {"xml"}
        if not known and name != "[Content_Types].xml":
            yield Finding(name, "part.untyped", name)
    for name, root in roots.items():
        for node in root.iter(etree.ProcessingInstruction):
            yield Finding(name, "xml.instruction", node.text or "")


def _relations(parts: Parts, roots: Roots) -> Iterator[Finding]:
    prefix = f"{{{R}}}"
    for name, root in roots.items():
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            for relation in root:
                target = posixpath.normpath(posixpath.join(folder, relation.get("Target", "").lstrip("/")))
                if relation.get("TargetMode") != "External" and target not in parts:
                    yield Finding(name, "relation.dangling", target)
        else:
            rels = roots.get(f"{posixpath.dirname(name)}/_rels/{posixpath.basename(name)}.rels")
            known = set() if rels is None else {relation.get("Id") for relation in rels}
            for node in root.iter("*"):
                for key, value in node.attrib.items():
                    if str(key).startswith(prefix) and value not in known:
                        yield Finding(name, "relation.unknown", str(value))


def _styles(_: Parts, roots: Roots) -> Iterator[Finding]:
    styles = roots["word/styles.xml"]
    ids = Counter(style.get(q("styleId"), "") for style in styles.iter(q("style")))
    names = Counter(name.get(q("val"), "").lower() for name in styles.iterfind(f"{q('style')}/{q('name')}"))
    for counted in (ids, names):
        yield from (Finding("word/styles.xml", "style.duplicate", each) for each, n in counted.items() if n > 1)
    for tag in _STYLE_LINKS:
        for node in styles.iter(q(tag)):
            if node.get(q("val"), "") not in ids:
                yield Finding("word/styles.xml", "style.unknown", node.get(q("val"), ""))
    for name, root in _texts(roots):
        for tag in _STYLED:
            for node in root.iter(q(tag)):
                if node.get(q("val"), "") not in ids:
                    yield Finding(name, "style.unknown", node.get(q("val"), ""))


def _numbers(_: Parts, roots: Roots) -> Iterator[Finding]:
    numbering = roots.get("word/numbering.xml")
    if numbering is None:
        numbering = etree.Element(q("numbering"))
    definitions = {node.get(q("abstractNumId")) for node in numbering.iterfind(q("abstractNum"))}
    numbers = {node.get(q("numId")) for node in numbering.iterfind(q("num"))}
    for node in numbering.iterfind(f"{q('num')}/{q('abstractNumId')}"):
        if node.get(q("val")) not in definitions:
            yield Finding("word/numbering.xml", "list.unknown", node.get(q("val"), ""))
    for name, root in _texts(roots):
        for node in root.iter(q("numId")):
            if node.get(q("val")) not in numbers:
                yield Finding(name, "list.unknown", node.get(q("val"), ""))


def _structure(_: Parts, roots: Roots) -> Iterator[Finding]:
    for name, root in _texts(roots):
        for cell in root.iter(q("tc")):
            if len(cell) == 0 or cell[-1].tag != q("p"):
                yield Finding(name, "cell.end", "a cell does not end with a paragraph")
        for table in root.iter(q("tbl")):
            following = table.getnext()
            if following is not None and following.tag == q("tbl"):
                yield Finding(name, "table.joined", "two tables touch: Word makes them one")
            columns = len(table.findall(f"{q('tblGrid')}/{q('gridCol')}"))
            if any(_width(row) > columns for row in table.findall(q("tr"))):
                yield Finding(name, "table.grid", "a row has more cells than the grid has columns")
        for link in root.iter(q("hyperlink")):
            if next(link.iter(q("r")), None) is None:
                yield Finding(name, "link.empty", link.get(q("anchor"), ""))
            if next(link.iterancestors(q("hyperlink")), None) is not None:
                yield Finding(name, "link.nested", link.get(q("anchor"), ""))
        for text in root.iter(q("t")):
            if "\t" in (text.text or "") or "\n" in (text.text or ""):
                yield Finding(name, "text.control", repr(text.text))


def _width(row: Element) -> int:
    spans = [cell.find(f"{q('tcPr')}/{q('gridSpan')}") for cell in row.findall(q("tc"))]
    return sum(1 if span is None else int(span.get(q("val"), "1")) for span in spans)


def _notes(_: Parts, roots: Roots) -> Iterator[Finding]:
    notes = roots.get("word/footnotes.xml")
    ids = Counter([] if notes is None else [note.get(q("id")) for note in notes])
    marks = Counter(mark.get(q("id")) for mark in roots["word/document.xml"].iter(q("footnoteReference")))
    for counted in (ids, marks):
        yield from (Finding("word/footnotes.xml", "note.duplicate", str(id)) for id, n in counted.items() if n > 1)
    yield from (Finding("word/document.xml", "note.dangling", str(id)) for id in marks if id not in ids)
    if notes is not None:
        for note in notes:
            if note.get(q("type")) is None and note.get(q("id")) not in marks:
                yield Finding("word/footnotes.xml", "note.unmarked", note.get(q("id"), ""))
            if note.find(q("p")) is None:
                yield Finding("word/footnotes.xml", "note.empty", note.get(q("id"), ""))
        for mark in notes.iter(q("footnoteReference")):
            yield Finding("word/footnotes.xml", "note.nested", mark.get(q("id"), ""))
    settings = roots.get("word/settings.xml")
    if settings is not None:
        for note in settings.iterfind(f"{q('footnotePr')}/{q('footnote')}"):
            if note.get(q("id")) not in ids:
                yield Finding("word/settings.xml", "note.dangling", note.get(q("id"), ""))


def _comments(_: Parts, roots: Roots) -> Iterator[Finding]:
    part = "word/comments.xml"
    comments = roots.get(part)
    ids = Counter([] if comments is None else [comment.get(q("id"), "") for comment in comments])
    marks: Counter[str] = Counter()
    for name, root in _texts(roots):
        starts, ends, references = (
            Counter(node.get(q("id"), "") for node in root.iter(q(tag)))
            for tag in ("commentRangeStart", "commentRangeEnd", "commentReference")
        )
        yield from (Finding(name, "comment.unpaired", id) for id in (starts - ends) + (ends - starts))
        yield from (Finding(name, "comment.unmarked", id) for id in starts - references)
        if references and root.tag != q("document"):
            # Word has none in headers; LibreOffice 7.4 opens no file that has one among the footnotes
            yield Finding(name, "comment.place", next(iter(references)))
        marks += references
    for counted in (ids, marks):
        yield from (Finding(part, "comment.duplicate", id) for id, n in counted.items() if n > 1)
    yield from (Finding(part, "comment.dangling", id) for id in marks if id not in ids)
    yield from (Finding(part, "comment.unmarked", id) for id in ids if id not in marks)
    for comment in [] if comments is None else comments:
        if not comment.get(q("author")) or comment.find(q("p")) is None:
            yield Finding(part, "comment.empty", comment.get(q("id"), ""))


def _bookmarks(_: Parts, roots: Roots) -> Iterator[Finding]:
    starts = [(name, node) for name, root in _texts(roots) for node in root.iter(q("bookmarkStart"))]
    names = Counter(node.get(q("name"), "").lower() for _, node in starts)
    yield from (Finding("word/document.xml", "bookmark.duplicate", name) for name, n in names.items() if n > 1)
    ids = Counter(node.get(q("id")) for _, node in starts)
    yield from (Finding("word/document.xml", "bookmark.duplicate", str(id)) for id, n in ids.items() if n > 1)
    for name, root in _texts(roots):
        opened = Counter(node.get(q("id")) for node in root.iter(q("bookmarkStart")))
        closed = Counter(node.get(q("id")) for node in root.iter(q("bookmarkEnd")))
        yield from (Finding(name, "bookmark.unpaired", str(id)) for id in (opened - closed) + (closed - opened))
        for node in root.iter(q("bookmarkStart")):
            if len(node.get(q("name"), "")) > 40:
                yield Finding(name, "bookmark.long", node.get(q("name"), ""))
        for link in root.iter(q("hyperlink")):
            anchor = link.get(q("anchor"))
            if anchor is not None and anchor.lower() not in names:
                yield Finding(name, "bookmark.dangling", anchor)


def _fields(_: Parts, roots: Roots) -> Iterator[Finding]:
    names = {node.get(q("name"), "") for _, root in _texts(roots) for node in root.iter(q("bookmarkStart"))}
    for name, root in _texts(roots):
        # a field may go over many paragraphs, but not from one note into another
        for story in root if root.tag == q("footnotes") else (root,):
            yield from (Finding(name, rule, what) for rule, what in _fields_of(story, names))


def _fields_of(story: Element, bookmarks: set[str]) -> Iterator[tuple[str, str]]:
    """Each field as ``[instruction, result]`` while it is open; the stack, since fields nest."""
    stack: list[list[str | None]] = []
    for node in story.iter(q("fldChar"), *_INSTRUCTIONS, q("t"), q("delText")):
        kind = node.get(q("fldCharType"))
        if kind == "begin":
            stack.append(["", None])
        elif kind is not None and not stack:
            yield "field.unpaired", kind
        elif kind == "separate":
            stack[-1][1] = ""
        elif kind == "end":
            instruction, result = stack.pop()
            words = (instruction or "").split()
            if not words or not result:
                yield "field.empty", instruction or ""
            elif words[0] in _REFERRING and words[1] not in bookmarks:
                yield "field.dangling", instruction or ""
        elif stack and node.tag in _INSTRUCTIONS:
            stack[-1][0] = (stack[-1][0] or "") + (node.text or "")
        else:
            for field in stack:  # what a field shows, those around it show
                if field[1] is not None:
                    field[1] += node.text or ""
    if stack:
        yield "field.unpaired", stack[-1][0] or ""


def _ids(_: Parts, roots: Roots) -> Iterator[Finding]:
    drawings = Counter(node.get("id") for _, root in _texts(roots) for node in root.iter(f"{{{WP}}}docPr"))
    yield from (Finding("word/document.xml", "drawing.duplicate", str(id)) for id, n in drawings.items() if n > 1)
    revisions = Counter(node.get(q("id")) for _, root in _texts(roots) for node in root.iter(*map(q, _REVISIONS)))
    yield from (Finding("word/document.xml", "revision.duplicate", str(id)) for id, n in revisions.items() if n > 1)
    for name, root in _texts(roots):
        for node in root.iter(*map(q, _REVISIONS)):
            if not node.get(q("author")):
                yield Finding(name, "revision.author", node.get(q("id"), ""))
        for node in root.iter(q("ins"), q("del")):
            for link in node.iterchildren(q("hyperlink")):
                yield Finding(name, "revision.link", link.get(q("anchor"), ""))
        for tag, inside in ((q("t"), True), (q("instrText"), True), (q("delText"), False), (q("delInstrText"), False)):
            for node in root.iter(tag):
                if (next(node.iterancestors(q("del"), q("moveFrom")), None) is not None) is inside:
                    yield Finding(name, "revision.text", node.text or "")
        for node in root.iter(f"{{{PIC}}}cNvPr"):
            if node.get("descr"):
                yield Finding(name, "drawing.path", node.get("descr", ""))
