"""A finished file in the user's clothes: styles by the names of a publisher, page and heads of a model file.

All before this knows Kumihan's own styles alone. Here they get the names that the user's table gives them; where the
model has a style of that name, it takes the place of ours, as it is; those that it lacks are added to it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from copy import deepcopy
from typing import Final

from lxml import etree

from convert.docx import package
from convert.docx.styles import BUILT_IN
from convert.docx.template import SETTINGS, Running, Template
from convert.docx.wml import CONTENT_TYPES, PACKAGE_RELATIONS, R, q

Element = etree._Element

_TEXTS: Final[tuple[str, ...]] = ("word/document.xml", "word/footnotes.xml", "word/comments.xml", "word/numbering.xml")
_STYLED: Final = ("pStyle", "rStyle", "tblStyle", "styleLink", "numStyleLink")
_LINKS: Final = ("basedOn", "next", "link")
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_IMAGE: Final = f"{R}/image"
_RELATION: Final = f"{{{PACKAGE_RELATIONS}}}Relationship"
_BEFORE_SIZE: Final = ("headerReference", "footerReference", "footnotePr")
#: The schema's order of settings, as far as they occur before those of notes.
_SETTINGS_ORDER: Final = (
    *("zoom", "mirrorMargins", "gutterAtTop", "trackRevisions", "defaultTabStop", "autoHyphenation"),
    *("consecutiveHyphenLimit", "hyphenationZone", "doNotHyphenateCaps", "evenAndOddHeaders", "bookFoldPrinting"),
    *("drawingGridHorizontalSpacing", "displayHorizontalDrawingGridEvery", "displayVerticalDrawingGridEvery"),
    *("noPunctuationKerning", "characterSpacingControl", "strictFirstAndLastChars", "noLineBreaksAfter"),
    "noLineBreaksBefore",
)
#: Media types of the pictures that heads may have, by ending.
_MEDIA: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "emf": "image/x-emf",
    "wmf": "image/x-wmf",
}


def dress(parts: dict[str, bytes], names: Mapping[str, str], template: Template | None) -> list[str]:
    """Dress a file's parts, in place. ``names`` are the user's names of styles by the id that ours has.

    Returns what could not be done as asked, one line each.
    """
    if not names and template is None:
        return []
    ours = etree.fromstring(parts["word/styles.xml"])
    theirs = None if template is None else etree.fromstring(template.styles)
    if theirs is not None:
        _speak(theirs, ours)
    styles, ids, problems = _joined(ours, names, theirs)
    roots: dict[str, Element] = {name: etree.fromstring(parts[name]) for name in _TEXTS if name in parts}
    for name in [name for name in parts if name.startswith(("word/header", "word/footer"))]:
        roots[name] = etree.fromstring(parts[name])
    for root in roots.values():
        for node in root.iter(*map(q, _STYLED)):
            node.set(q("val"), ids.get(node.get(q("val"), ""), node.get(q("val"), "")))
    if template is not None:
        _count(styles, roots["word/numbering.xml"], template)
        _lay_out(parts, roots["word/document.xml"], template)
        if template.theme is not None:
            parts["word/theme/theme1.xml"] = template.theme
        if template.settings is not None:
            settings = etree.fromstring(parts["word/settings.xml"])
            _set(settings, etree.fromstring(template.settings))
            parts["word/settings.xml"] = package.part(settings)
    parts["word/styles.xml"] = package.part(styles)
    parts.update({name: package.part(root) for name, root in roots.items() if name in _TEXTS or template is None})
    return problems


# Styles


def _joined(
    ours: Element, names: Mapping[str, str], theirs: Element | None
) -> tuple[Element, dict[str, str], list[str]]:
    """All styles in one part, ours by their new names; the ids that take the place of ours; what went wrong."""
    problems: list[str] = []
    taken: dict[str, tuple[str, str]] = {}  # id and kind by name
    used: set[str] = set()
    defaults: dict[str, str] = {}
    for style in () if theirs is None else theirs.iterfind(q("style")):
        id, kind = style.get(q("styleId"), ""), style.get(q("type"), "paragraph")
        used.add(id)
        for name in _names(style):
            taken[name] = id, kind
        if style.get(q("default")) in ("1", "true", "on"):
            defaults[kind] = id
    ids: dict[str, str] = {}
    added: list[Element] = []
    for style in ours.iterfind(q("style")):
        id, kind = style.get(q("styleId"), ""), style.get(q("type"), "")
        label = style.find(q("name"))
        if label is None:
            continue
        name = names.get(id, label.get(q("val"), ""))
        found = taken.get(name.lower())
        if found is None and style.get(q("default")) == "1" and kind in defaults:
            found = defaults[kind], kind
        if found is not None and found[1] == kind:
            ids[id] = found[0]
            continue
        if found is not None:
            problems.append(f"the style {name} is no {kind} style; one of ours has another name")
            name = f"{name} ({label.get(q('val'), '')})"
        ids[id] = _free(id, used)
        used.add(ids[id])
        taken[name.lower()] = ids[id], kind
        new = deepcopy(style)
        _call(new, ids[id], name)
        if kind in defaults:
            new.attrib.pop(q("default"), "")
        added.append(new)
    for style in added:
        for link in style.iter(*map(q, _LINKS)):
            link.set(q("val"), ids.get(link.get(q("val"), ""), ""))
    if theirs is None:
        for style in ours.findall(q("style")):
            ours.remove(style)
        theirs = ours
    theirs.extend(added)
    for link in list(theirs.iter(*map(q, _LINKS))):
        if link.get(q("val"), "") not in used:  # as in pandoc's own reference file
            link.getparent().remove(link)  # type: ignore[union-attr]
    return theirs, ids, problems


def _speak(theirs: Element, ours: Element) -> None:
    """The text's languages in the model's styles: in those of another, Word would show other shapes of kanji."""
    place = "/".join(map(q, ("docDefaults", "rPrDefault", "rPr")))
    properties, language = theirs.find(place), ours.find(f"{place}/{q('lang')}")
    if properties is None or language is None:
        return
    for old in properties.findall(q("lang")):
        properties.remove(old)
    after = [
        child for child in properties if etree.QName(child).localname in ("eastAsianLayout", "specVanish", "oMath")
    ]
    properties.insert(len(properties) - len(after), deepcopy(language))


def _names(style: Element) -> list[str]:
    """A style's name and aliases, in lower case: Word tells none apart by case."""
    found = [style.find(q("name")), style.find(q("aliases"))]
    texts = [node.get(q("val"), "") for node in found if node is not None]
    return [name.strip().lower() for text in texts for name in text.split(",") if name.strip()]


def _free(id: str, used: set[str]) -> str:
    new, count = id, 1
    while new in used:
        count += 1
        new = f"{id}{count}"
    return new


def _call(style: Element, id: str, name: str) -> None:
    style.set(q("styleId"), id)
    for label in style.iterfind(q("name")):
        label.set(q("val"), name)
    if name.lower() in BUILT_IN:
        style.attrib.pop(q("customStyle"), "")
    else:
        style.set(q("customStyle"), "1")


# Lists


def _count(styles: Element, numbering: Element, template: Template) -> None:
    """The lists that styles of the model count with, beside ours; a style without its list counts no more."""
    theirs = None if template.numbering is None else etree.fromstring(template.numbering)
    kinds = [int(kind.get(q("abstractNumId"), "0")) for kind in numbering.findall(q("abstractNum"))]
    lists = [int(list_.get(q("numId"), "0")) for list_ in numbering.findall(q("num"))]
    next_kind, next_list = max(kinds, default=-1) + 1, max(lists, default=0) + 1
    known: dict[str, str] = {}
    for reference in list(styles.iter(q("numId"))):
        old = reference.get(q("val"), "")
        if old in ("", "0"):
            continue
        if old not in known:
            found = None if theirs is None else _list(theirs, old)
            if found is None:
                known[old] = "0"
            else:
                kind, list_ = found
                kind.set(q("abstractNumId"), str(next_kind))
                list_.set(q("numId"), str(next_list))
                for node in list_.iterfind(q("abstractNumId")):
                    node.set(q("val"), str(next_kind))
                numbering.insert(len(numbering.findall(q("abstractNum"))), kind)
                numbering.append(list_)
                known[old] = str(next_list)
                next_kind, next_list = next_kind + 1, next_list + 1
        reference.set(q("val"), known[old])


def _list(numbering: Element, id: str) -> tuple[Element, Element] | None:
    """Copies of a list of the model and of its kind, without bullets that are pictures."""
    for list_ in numbering.iterfind(q("num")):
        of = list_.find(q("abstractNumId"))
        if list_.get(q("numId")) != id or of is None:
            continue
        for kind in numbering.iterfind(q("abstractNum")):
            if kind.get(q("abstractNumId")) == of.get(q("val")):
                copies = deepcopy(kind), deepcopy(list_)
                for copy in copies:
                    copy.tail = None
                    for tag in ("lvlPicBulletId", "nsid", "tmpl", "styleLink", "numStyleLink"):
                        for node in list(copy.iter(q(tag))):
                            node.getparent().remove(node)  # type: ignore[union-attr]
                return copies
    return None


# Page


def _lay_out(parts: dict[str, bytes], document: Element, template: Template) -> None:
    """The model's section in place of ours, with its heads and feet."""
    ours = ("word/header", "word/footer", "word/_rels/header", "word/_rels/footer")
    for name in [name for name in parts if name.startswith(ours)]:
        del parts[name]
    relations = etree.fromstring(parts["word/_rels/document.xml.rels"])
    types = etree.fromstring(parts["[Content_Types].xml"])
    for relation in list(relations):
        if relation.get("Type", "").endswith(("/header", "/footer")):
            relations.remove(relation)
    for entry in list(types):
        if entry.get("PartName", "").startswith(("/word/header", "/word/footer")):
            types.remove(entry)
    section = etree.fromstring(template.section)
    names: dict[str, str] = {}
    for at, (old, running) in enumerate(sorted(template.running.items()), 1):
        names[old] = f"rIdRunning{at}"
        file = f"{running.kind}{at}.xml"
        _put_running(parts, types, file, running, at)
        etree.SubElement(relations, _RELATION, {"Id": names[old], "Type": f"{R}/{running.kind}", "Target": file})
    for reference in section.iter(q("headerReference"), q("footerReference")):
        reference.set(f"{{{R}}}id", names[reference.get(f"{{{R}}}id", "")])
    for at, own in enumerate(list(document.iter(q("sectPr")))):
        own.getparent().replace(own, _section_like(section, own, first=not at))  # type: ignore[union-attr]
    parts["word/_rels/document.xml.rels"] = package.part(relations)
    parts["[Content_Types].xml"] = package.part(types)


def _section_like(section: Element, own: Element, *, first: bool) -> Element:
    """The model's section, turned on its side if ours is; only the first can have a first page of its own."""
    new = deepcopy(section)
    size, of_ours = new.find(q("pgSz")), own.find(q("pgSz"))
    if size is None and of_ours is not None:
        before = [child for child in new if etree.QName(child).localname in _BEFORE_SIZE]
        new.insert(len(before), deepcopy(of_ours))
    elif size is not None and of_ours is not None and _is_turned(of_ours) and not _is_turned(size):
        size.attrib.update({q("w"): size.get(q("h"), ""), q("h"): size.get(q("w"), ""), q("orient"): "landscape"})
    title = new.find(q("titlePg"))
    if title is not None and not first:
        new.remove(title)
    return new


def _is_turned(size: Element) -> bool:
    return size.get(q("orient")) == "landscape"


def _put_running(parts: dict[str, bytes], types: Element, file: str, running: Running, at: int) -> None:
    parts[f"word/{file}"] = running.xml
    override = {"PartName": f"/word/{file}", "ContentType": f"{_TYPE}{running.kind}+xml"}
    etree.SubElement(types, f"{{{CONTENT_TYPES}}}Override", override)
    relations = etree.Element(f"{{{PACKAGE_RELATIONS}}}Relationships", nsmap={None: PACKAGE_RELATIONS})  # type: ignore[dict-item]
    for number, (id, (ending, data)) in enumerate(running.images.items(), 1):
        name = f"media/{running.kind}{at}-{number}{ending}"
        parts[f"word/{name}"] = data
        etree.SubElement(relations, _RELATION, {"Id": id, "Type": _IMAGE, "Target": name})
        known = {entry.get("Extension", "").lower() for entry in types}
        if ending[1:] not in known:
            kind = {"Extension": ending[1:], "ContentType": _MEDIA[ending[1:]]}
            types.insert(0, etree.Element(f"{{{CONTENT_TYPES}}}Default", kind))
    for id, address in running.links.items():
        link = {"Id": id, "Type": f"{R}/hyperlink", "Target": address, "TargetMode": "External"}
        etree.SubElement(relations, _RELATION, link)
    if len(relations):
        parts[posixpath.join("word/_rels", f"{file}.rels")] = package.part(relations)


def _set(ours: Element, theirs: Element) -> None:
    """What the model says of page and lines; the rest of the settings is ours."""
    rank = {q(name): place for place, name in enumerate(_SETTINGS_ORDER)}
    for name in SETTINGS:
        found = theirs.find(q(name))
        if found is None:
            continue
        for old in ours.findall(q(name)):
            ours.remove(old)
        new = deepcopy(found)
        new.tail = None
        ours.insert(sum(rank.get(child.tag, len(rank)) < rank[new.tag] for child in ours), new)
