"""A user's own Word file as the model of others: what may be taken from it, read as carefully as any stranger's file.

Taken are styles, the lists that styles count with, the theme, a few settings, and page, heads and feet of its last
section. Its text never is, nor are properties, macros, comments, or anything that Word would fetch from elsewhere.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from convert import pictures
from convert.docx.wml import CONTENT_TYPES, PIC, WP, R, W, q

Element = etree._Element

_MOST_PARTS: Final = 2_000
#: Bytes of all parts together, unpacked. A template with pictures in its heads has a few millions.
_MOST_BYTES: Final = 64_000_000
_OLD_FILE: Final = b"\xd0\xcf\x11\xe0"
_KINDS: Final = ("wordprocessingml.document.main+xml", "wordprocessingml.template.main+xml")
_IMAGES: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf")
#: What of a section counts; the printer's settings and who changed it do not.
_SECTION: Final = (
    *("headerReference", "footerReference", "footnotePr", "pgSz", "pgMar", "pgBorders", "lnNumType", "pgNumType"),
    *("cols", "vAlign", "titlePg", "textDirection", "bidi", "rtlGutter", "docGrid"),
)
#: Settings that are about the page and its lines, in the schema's order.
SETTINGS: Final = (
    *("mirrorMargins", "gutterAtTop", "defaultTabStop", "autoHyphenation", "consecutiveHyphenLimit", "hyphenationZone"),
    *("doNotHyphenateCaps", "evenAndOddHeaders", "bookFoldPrinting", "noPunctuationKerning"),
    *("characterSpacingControl", "strictFirstAndLastChars", "noLineBreaksAfter", "noLineBreaksBefore"),
)
#: Fields that fetch, run or ask.
_ACTIVE_FIELD: Final = re.compile(
    r"\b(?:INCLUDE\w*|DDE\w*|LINK|IMPORT|DATABASE|MACROBUTTON|ASK|FILLIN|RD|EMBED|GOTOBUTTON|AUTOTEXT\w*|USER\w*"
    r"|LASTSAVEDBY|FILENAME|TEMPLATE|DOCPROPERTY|DOCVARIABLE|MERGEFIELD)\b",
    re.IGNORECASE,
)
_ACTIVE: Final = ("object", "control", "altChunk", "subDoc", "movie", "scriptAnchor")
_CHANGES: Final = ("ins", "del", "moveFrom", "moveTo", "commentReference")
#: Where a picture or template once was, on whose machine.
_PLACE: Final = re.compile(r"\s*(?:file:|[A-Za-z]:[\\/]|\\\\|/(?:Users|home)/)", re.IGNORECASE)
_WEB: Final = re.compile(r"(?:https?|mailto):", re.IGNORECASE)


class TemplateError(ValueError):
    """The file cannot be a model; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Running:
    """A head or foot: ``header`` or ``footer``; its XML; its pictures by relation, and the addresses it links to."""

    kind: str
    xml: bytes
    images: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """What is taken; XML as bytes. ``running`` are heads and feet by the relation that ``section`` names them with.

    ``problems`` says what had to be left out.
    """

    styles: bytes
    section: bytes
    numbering: bytes | None
    theme: bytes | None
    settings: bytes | None
    running: Mapping[str, Running]
    problems: tuple[str, ...]


def read(data: bytes) -> Template:
    """The model that a file is; :class:`TemplateError` if it cannot be one."""
    parts = _unpacked(data)
    types = _parsed(parts, "[Content_Types].xml")
    for name, kind in _overrides(types):
        if "macroEnabled" in kind or "vbaProject" in kind or "vbaProject" in name:
            raise TemplateError("it holds macros")
    main = _main(parts)
    kind = dict(_overrides(types)).get(main, "")
    if not kind.endswith(_KINDS):
        raise TemplateError("it is no Word document")
    relations = _relations(parts, main)
    body = _parsed(parts, main).find(q("body"))
    if body is None:
        raise TemplateError("it is no Word document of the usual kind (Strict Open XML, perhaps)")
    problems: list[str] = []

    def part(ending: str) -> str | None:
        found = [target for type, target, outside in relations.values() if type.endswith(ending) and not outside]
        return found[0] if found and found[0] in parts else None

    styles = part("/styles")
    if styles is None:
        raise TemplateError("it has no styles")
    section, running = _section(body, parts, relations, problems)
    numbering, theme, settings = part("/numbering"), part("/theme"), part("/settings")
    themed = None if theme is None else _parsed(parts, theme)
    if themed is not None and _referring(themed):
        problems.append("its theme has pictures")
        themed = None
    return Template(
        _dump(_styles(_parsed(parts, styles))),
        _dump(section),
        None if numbering is None else _dump(_parsed(parts, numbering)),
        None if themed is None else _dump(themed),
        None if settings is None else _dump(_parsed(parts, settings)),
        running,
        tuple(problems),
    )


def body_size(template: Template) -> float:
    """The size of the model's body text in points."""
    styles = etree.fromstring(template.styles)
    places = [style for style in styles.iterfind(q("style")) if _is_body(style)]
    for place in (*places, styles.find(f"{q('docDefaults')}/{q('rPrDefault')}")):
        size = None if place is None else place.find(f"{q('rPr')}/{q('sz')}")
        if size is not None and re.fullmatch(r"\d{1,3}", size.get(q("val"), "")):
            return min(max(int(size.get(q("val"), "")), 10), 60) / 2
    return 10.0


def _is_body(style: Element) -> bool:
    return style.get(q("type")) == "paragraph" and style.get(q("default")) in ("1", "true", "on")


# The package


def _unpacked(data: bytes) -> dict[str, bytes]:
    if data.startswith(_OLD_FILE):
        raise TemplateError("it is encrypted, or of the old kind (.doc)")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [info for info in archive.infolist() if not info.is_dir()]
            if len(entries) > _MOST_PARTS or sum(info.file_size for info in entries) > _MOST_BYTES:
                raise TemplateError(f"it unpacks to more than {_MOST_BYTES // 1_000_000} MB")
            return {info.filename: archive.read(info) for info in entries}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        raise TemplateError("it is damaged, or no Word file") from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise TemplateError("it is damaged") from error


def _parsed(parts: Mapping[str, bytes], name: str) -> Element:
    if name not in parts:
        raise TemplateError(f"it lacks {name}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(parts[name], parser)
    except etree.XMLSyntaxError as error:
        raise TemplateError(f"{name} in it is damaged") from error
    info = root.getroottree().docinfo
    if info is not None and info.internalDTD is not None:
        raise TemplateError(f"{name} in it declares entities")
    for node in list(root.iter(etree.ProcessingInstruction)):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    return root


def _overrides(types: Element) -> Iterator[tuple[str, str]]:
    for entry in types:
        if entry.tag == f"{{{CONTENT_TYPES}}}Override":
            yield entry.get("PartName", "").lstrip("/"), entry.get("ContentType", "")


def _main(parts: Mapping[str, bytes]) -> str:
    for relation in _parsed(parts, "_rels/.rels"):
        if relation.get("Type", "").endswith("/officeDocument"):
            return relation.get("Target", "").lstrip("/")
    raise TemplateError("it is no Word document")


def _relations(parts: Mapping[str, bytes], part: str) -> dict[str, tuple[str, str, bool]]:
    """Type, target, and whether it lies outside, by the relation's name."""
    folder, file = posixpath.split(part)
    name = f"{folder}/_rels/{file}.rels"
    if name not in parts:
        return {}
    out = {}
    for relation in _parsed(parts, name):
        target, outside = relation.get("Target", ""), relation.get("TargetMode") == "External"
        if not outside:
            target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        out[relation.get("Id", "")] = relation.get("Type", ""), target, outside
    return out


def _referring(root: Element) -> set[str]:
    prefix = f"{{{R}}}"
    return {str(value) for node in root.iter("*") for key, value in node.attrib.items() if str(key).startswith(prefix)}


def _dump(root: Element) -> bytes:
    return etree.tostring(root)


# Its parts


def _styles(root: Element) -> Element:
    """The styles without the marks of who edited them."""
    if root.tag != q("styles"):
        raise TemplateError("its styles are damaged")
    for node in root.iter("*"):
        for key in [key for key in node.attrib if str(key).startswith(f"{{{W}}}rsid")]:
            del node.attrib[key]
    for tag in ("rsid", "personal", "personalCompose", "personalReply", "pPrChange", "rPrChange"):
        for node in list(root.iter(q(tag))):
            node.getparent().remove(node)  # type: ignore[union-attr]
    return root


def _section(
    body: Element, parts: Mapping[str, bytes], relations: Mapping[str, tuple[str, str, bool]], problems: list[str]
) -> tuple[Element, dict[str, Running]]:
    """The last section, with the heads and feet that it names."""
    found = body.find(q("sectPr"))
    section = etree.Element(q("sectPr"))
    running: dict[str, Running] = {}
    for child in () if found is None else found:
        if etree.QName(child).localname not in _SECTION or etree.QName(child).namespace != W:
            continue
        new = deepcopy(child)
        new.tail = None
        relation = new.get(f"{{{R}}}id")
        if relation is not None:
            _, target, outside = relations.get(relation, ("", "", True))
            kind = etree.QName(child).localname.removesuffix("Reference")
            if outside or target not in parts:
                continue
            read = _running(kind, target, parts)
            if isinstance(read, str):
                problems.append(f"a {kind} of it {read}")
                continue
            running[relation] = read
        section.append(new)
    return section, running


def _running(kind: str, name: str, parts: Mapping[str, bytes]) -> Running | str:
    """A head or foot, or why it cannot be taken."""
    root = _parsed(parts, name)
    # an instruction may be cut in runs anywhere
    instructions = "".join(
        text.text or text.get(q("instr")) or "" for text in root.iter(q("instrText"), q("fldSimple"))
    )
    if _ACTIVE_FIELD.search(instructions):
        return "has a field that fetches or tells something"
    if next(root.iter(*map(q, _ACTIVE)), None) is not None:
        return "has an embedded object"
    if next(root.iter(*map(q, _CHANGES)), None) is not None:
        return "has changes or comments"
    images: dict[str, tuple[str, bytes]] = {}
    links: dict[str, str] = {}
    relations = _relations(parts, name)
    for relation in sorted(_referring(root)):
        type, target, outside = relations.get(relation, ("", "", True))
        ending = posixpath.splitext(target)[1].lower()
        if type.endswith("/image") and not outside and target in parts and ending in _IMAGES:
            images[relation] = ending, pictures.bare(parts[target])
        elif type.endswith("/hyperlink") and outside and _WEB.match(target):
            links[relation] = target
        else:
            return "refers to something outside or unknown"
    for node in root.iter("*"):
        for key in [key for key, text in node.attrib.items() if _PLACE.match(str(text))]:
            del node.attrib[key]
    for shown in root.iter(f"{{{WP}}}docPr", f"{{{PIC}}}cNvPr"):
        for key in ("descr", "title"):  # often the path that a picture had
            if re.search(r"[\\/]", shown.get(key, "")):
                del shown.attrib[key]
        shown.set("name", "Picture")
    return Running(kind, _dump(root), images, links)
