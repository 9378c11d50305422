"""A Document as one HTML file: pictures and styles inside, nothing fetched, nothing run."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from lxml import etree

from convert import callouts, code, contents, footnotes, resources, theme
from convert import page as pages
from convert.formats import Output
from convert.labels import label
from convert.link.document import Document, output_address
from convert.page import Page, add_style, parent_of, replace
from convert.settings import Settings

#: classes of a Document's spans that have an element of their own in HTML
_TAGS = {
    "mark": "mark",
    "kbd": "kbd",
    "small": "small",
    "ruby": "ruby",
    "rt": "rt",
    "insertion": "ins",
    "deletion": "del",
}


def write(document: Document, settings: Settings) -> Output:
    """The document as HTML 5 in UTF-8, its notes at the end of the text."""
    styles = resources.styles("screen.css").read_text("utf-8") + theme.callout_css(document.callouts, icons=False)
    styles = "\n".join([styles, *document.style_sheets])
    page = pages.build(document, styles=styles, screen=True)
    contents.add(page, document, settings)
    code.set_lines(page, numbers=settings.code_numbers)
    _draw_icons(page, document)
    form = pages.mark_form(settings, document.theme or theme.load(settings.theme), document.language)
    _place_notes(page, document.language, form, footnotes.groups(document, settings))
    for element, _, data in pages.place_pictures(page, document, "html"):
        element.set("src", f"data:{data.media_type};base64,{b64encode(data.data).decode()}")
        if not element.get("width") and not element.get("height"):
            element.set("width", str(data.width_px))
        if element.get("width") and element.get("height"):
            add_style(element, "object-fit: fill")
    for link in page.root.iter("a"):
        if (address := output_address(link.get("href", ""), "html")) is not None:
            link.set("href", address)
        if "external-link" in link.get("class", "").split():
            link.set("rel", "noreferrer")
    for element in page.root.iter("h1", "h2", "h3", "h4", "h5", "h6", "span"):
        element.attrib.pop("data-label", "")
        for name in element.get("class", "").split():
            element.tag = _TAGS.get(name, element.tag)
    text = etree.tostring(page.root, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return Output(text.encode() + b"\n", None, tuple(page.diagnostics))


def _draw_icons(page: Page, document: Document) -> None:
    """Icons into the text, so that they are printed and coloured with it; a reader of the screen skips them."""
    table = callouts.table().with_types(document.callouts)
    for icon in [e for e in page.root.iter("span") if e.get("class") == "callout-icon"]:
        box = parent_of(parent_of(icon))
        icon.append(etree.fromstring(table.lookup(box.get("data-callout", "")).svg()))


def _place_notes(page: Page, language: str, form: str, groups: Sequence[footnotes.Group]) -> None:
    """Marks become links to a list of notes at the end, and each note a link back to its first mark."""
    shown = footnotes.shown(groups)
    seen: set[int] = set()
    for mark in page.marks:
        number = int(mark.get("data-n", ""))
        if "fnref-child" in mark.get("class", "").split():  # its mark is in the text of the note it belongs to
            pages.remove(mark)
            continue
        call = etree.Element("sup", {"class": "fnref"})
        link = etree.SubElement(
            call,
            "a",
            {
                "href": f"#fn-{number}",
                "role": "doc-noteref",
                "aria-label": label("footnote.to-note", language, number=str(shown[number])),
            },
        )
        if number not in seen:
            link.set("id", f"fnref-{number}")
            seen.add(number)
        link.text = pages.mark_text(form, shown[number])
        replace(mark, call)
    if not page.bodies:
        return
    section = etree.SubElement(
        page.main, "section", {"class": "footnotes", "role": "doc-endnotes", "aria-label": label("footnotes", language)}
    )
    etree.SubElement(section, "hr")
    for title, numbers in groups:
        if title:
            etree.SubElement(section, "p", {"class": "closing-title"}).text = title
        list_ = etree.SubElement(section, "ol")
        for number in numbers:
            body = page.bodies[number]
            item = etree.SubElement(list_, "li", {"id": f"fn-{number}", "value": str(shown[number])})
            item.text = body.text
            item.extend(list(body))
            if number in seen:
                _link_back(item, number, shown[number], language)


def _link_back(item: pages.Element, number: int, shown: int, language: str) -> None:
    target = item[-1] if len(item) and item[-1].tag == "p" else item
    back = etree.SubElement(
        target,
        "a",
        {
            "class": "footnote-back",
            "href": f"#fnref-{number}",
            "role": "doc-backlink",
            "aria-label": label("footnote.to-text", language, number=str(shown)),
        },
    )
    back.text = "\u21a9\ufe0e"
