"""Drawings as SVG beside their raster: newer Words show them, sharp at any size, other programs the raster."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from convert.docx import package
from convert.docx.wml import CONTENT_TYPES, PACKAGE_RELATIONS, A, R
from convert.fonts.recipes import GOTHIC, MINCHO, MONO

Element = etree._Element

_EXTENSION: Final = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
_SVG: Final = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
#: What Word draws otherwise than others do: style sheets and what they are for.
_STYLED: Final = re.compile(rb"<(?:\w+:)?style\b|\sclass=|<(?:\w+:)?(?:filter|mask|pattern|foreignObject|marker)\b")
#: Families that only Kumihan has, and what Office has in their place.
_FACES: Final = {MINCHO: "Yu Mincho", GOTHIC: "Yu Gothic", MONO: "Consolas"}


def for_word(svg: bytes) -> bytes | None:
    """A harmless drawing as Word shows it; None if it would show it wrong, and is better given the raster alone."""
    if _STYLED.search(svg):
        return None
    for ours, theirs in _FACES.items():
        svg = svg.replace(ours.encode(), theirs.encode())
    return svg


def put_beside(parts: dict[str, bytes], document: str, root: Element, drawings: Mapping[bytes, bytes]) -> None:
    """Put drawings beside the pictures of a part of the file: SVG by the raster that stands for it."""
    name = f"{posixpath.dirname(document)}/_rels/{posixpath.basename(document)}.rels"
    if not drawings or name not in parts:
        return
    relations = etree.fromstring(parts[name])
    targets = {relation.get("Id"): f"word/{relation.get('Target', '')}" for relation in relations}
    known: dict[str, str] = {}
    for blip in root.iter(f"{{{A}}}blip"):
        raster = blip.get(f"{{{R}}}embed", "")
        drawing = drawings.get(parts.get(targets.get(raster, ""), b""))
        if drawing is None:
            continue
        if raster not in known:
            known[raster] = f"{raster}svg"
            target = f"media/{known[raster]}.svg"
            parts[f"word/{target}"] = drawing
            about = {"Id": known[raster], "Type": f"{R}/image", "Target": target}
            etree.SubElement(relations, f"{{{PACKAGE_RELATIONS}}}Relationship", about)
        list_ = etree.SubElement(blip, f"{{{A}}}extLst")
        extension = etree.SubElement(list_, f"{{{A}}}ext", {"uri": _EXTENSION})
        beside = etree.SubElement(extension, f"{{{_SVG}}}svgBlip", nsmap={"asvg": _SVG})
        beside.set(f"{{{R}}}embed", known[raster])
    if known:
        parts[name] = package.part(relations)
        types = etree.fromstring(parts["[Content_Types].xml"])
        if "svg" not in {entry.get("Extension") for entry in types}:
            kind = {"Extension": "svg", "ContentType": "image/svg+xml"}
            types.insert(0, etree.Element(f"{{{CONTENT_TYPES}}}Default", kind))
            parts["[Content_Types].xml"] = etree.tostring(types, xml_declaration=True, encoding="UTF-8")
