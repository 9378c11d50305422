"""SVG from a vault, made harmless: no scripts, nothing fetched, no private data, and no drawing without end."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from dataclasses import dataclass

from lxml import etree

NAMESPACE = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"

#: elements drawn, each reuse counted anew: beyond this a drawing is refused
MAX_ELEMENTS = 200_000
MAX_BYTES = 50_000_000

#: elements that run, fetch, move or hold other languages; removed with all that is in them
_REMOVED = {
    "script", "foreignObject", "iframe", "audio", "video", "canvas", "handler", "listener", "set", "animate",
    "animateMotion", "animateTransform", "animateColor", "discard", "metadata", "object", "embed", "link",
}  # fmt: skip
#: What a drawing program knows of the file; readers have the picture's own text.
_NAMES = {"title", "desc"}
_URL = re.compile(r"url\(\s*(['\"]?)(.*?)\1\s*\)", re.I | re.S)
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_LENGTH = re.compile(r"\s*\+?(\d+(?:\.\d+)?|\.\d+)\s*(px|pt|pc|mm|cm|in|q|em|rem)?\s*\Z", re.I)
_PX = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "q": 96 / 101.6, "em": 16.0,
       "rem": 16.0}  # fmt: skip


class SvgError(Exception):
    """The drawing cannot be shown; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A harmless SVG and its natural size in CSS pixels."""

    data: bytes
    width_px: int
    height_px: int


def is_svg(data: bytes) -> bool:
    """Whether the bytes look like SVG, packed or not (the name of the file says nothing)."""
    head = data[:1024]
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(data[:4096], 4096)
        except zlib.error:
            return False
    return b"<svg" in head or (head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<!DOCTYPE svg", b"<!--")))


def clean(data: bytes, *, named: bool = False) -> Drawing:
    """The drawing without anything that runs, fetches or tells; :class:`SvgError` if it is none.

    ``named``: its title and description stay.
    """
    removed = _REMOVED if named else _REMOVED | _NAMES
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(data)) as packed:
                data = packed.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise SvgError("the file is damaged") from error
    if len(data) > MAX_BYTES:
        raise SvgError("the drawing is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SvgError("it is no well-formed SVG") from error
    if etree.QName(root).localname != "svg":
        raise SvgError("it is no SVG")
    if root.tag == "svg":  # no namespace: browsers refuse it, Obsidian's users don't know why
        for element in root.iter("*"):
            if "}" not in element.tag:
                element.tag = f"{{{NAMESPACE}}}{element.tag}"
    for element in list(root.iter("*")):
        name = etree.QName(element)
        if element is not root and (name.namespace != NAMESPACE or name.localname in removed):
            _remove(element)
        else:
            _clean_attributes(element)
            if name.localname == "style":
                element.text = _harmless_css(element.text or "")
    for entity in list(root.iter(etree.Entity)):
        _remove(entity)
    _check_size(root)
    width, height = _size(root)
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    if "viewBox" not in root.attrib:
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    etree.cleanup_namespaces(root)
    return Drawing(etree.tostring(root), max(1, round(width)), max(1, round(height)))


def text(drawing: bytes) -> str:
    """All that is written in a drawing of :func:`clean`."""
    if b"<text" not in drawing:
        return ""
    return "".join(map(str, etree.fromstring(drawing).itertext(f"{{{NAMESPACE}}}text", f"{{{NAMESPACE}}}tspan")))


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _clean_attributes(element: etree._Element) -> None:
    for key in list(element.keys()):
        value, name = element.get(key, ""), etree.QName(key)
        if name.namespace not in (None, _XLINK, _XML) or name.localname.lower().startswith("on"):
            del element.attrib[key]
        elif name.localname in ("href", "src", "base"):
            if not (value.strip().startswith("#") or _DATA.match(value.strip())) or name.localname == "base":
                del element.attrib[key]
        elif name.localname == "style":
            element.set(key, _harmless_css(value))
        elif "(" in value and not _only_local(value):
            del element.attrib[key]


def _only_local(value: str) -> bool:
    return (
        "\\" not in value
        and all(m[2].strip().startswith("#") for m in _URL.finditer(value))
        and not re.search(r"(?:image|image-set|src)\s*\(", value, re.I)
    )


def _harmless_css(css: str) -> str:
    """Declarations and rules that fetch nothing; what cannot be judged simply goes."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    if "\\" in css:
        return ""
    css = re.sub(r"@(?:import|charset|namespace)[^;]*;?", "", css, flags=re.I)
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css, flags=re.I)
    return re.sub(r"[^;{}]+", lambda m: m[0] if _only_local(m[0]) and "<" not in m[0] else "", css)


def _check_size(root: etree._Element) -> None:
    """Count what is drawn when each ``use`` is opened; a cycle or a number past all bounds is refused."""
    ids = {element.get("id"): element for element in root.iter("*") if element.get("id")}
    counts: dict[etree._Element, int] = {}
    # a stack of our own: drawings may nest deeper than Python does
    stack: list[tuple[etree._Element, bool]] = [(root, False)]
    open_: set[etree._Element] = set()
    while stack:
        element, done = stack.pop()
        below = list(element)
        href = element.get("href") or element.get(f"{{{_XLINK}}}href") or ""
        if etree.QName(element).localname == "use" and href.strip()[1:] in ids:
            below.append(ids[href.strip()[1:]])
        if done:
            open_.discard(element)
            counts[element] = 1 + sum(counts[child] for child in below)
            if counts[element] > MAX_ELEMENTS:
                raise SvgError("the drawing has too many elements")
        elif element not in counts:
            if element in open_:
                raise SvgError("the drawing refers to itself")
            open_.add(element)
            stack.append((element, True))
            for child in below:
                if child in open_:
                    raise SvgError("the drawing refers to itself")
                stack.append((child, False))


def _size(root: etree._Element) -> tuple[float, float]:
    """Width and height in CSS pixels: as given, else those of the view box, else the browsers' 300 x 150."""
    box = [float(n) for n in re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", root.get("viewBox", ""), re.I)]
    ratio = box[2] / box[3] if len(box) == 4 and box[2] > 0 and box[3] > 0 else None
    width, height = _length(root.get("width")), _length(root.get("height"))
    if width and height:
        return width, height
    if ratio:
        if width:
            return width, width / ratio
        if height:
            return height * ratio, height
        return box[2], box[3]
    return width or 300.0, height or 150.0


def _length(text: str | None) -> float:
    match = _LENGTH.match(text or "")
    return min(100_000.0, float(match[1]) * _PX[(match[2] or "px").lower()]) if match else 0.0
