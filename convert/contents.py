"""The table of contents: a list of links to the headings, before the text. On paper the page numbers stand with it."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from convert.labels import label
from convert.link.document import Document
from convert.link.properties import begins_with
from convert.page import Element, Page, add_class, caption_kind, caption_number, parent_of, plain_text
from convert.settings import Settings

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: a heading in one of these is no part of the note's outline, as in Obsidian
_APART = frozenset({"blockquote", "li", "dd", "td", "th"})
_ABOVE = frozenset({"byline", "abstract", "properties", "page-break"})
_LISTED = {"figures": ("figure",), "tables": ("table",), "both": ("figure", "table")}


def add(page: Page, document: Document, settings: Settings) -> None:
    """Put the contents under the title, its byline, abstract and properties, and the lists of figures and tables."""
    at = _place(page, document)
    new = []
    if settings.contents != "no":
        new += _headings(outline(page, document), document.language, int(settings.contents))
    for kind in _LISTED.get(settings.captions_lists, ()):
        new += _captions(page, kind, document.language)
    page.main[at:at] = new


def _headings(headings: list[tuple[int, Element]], language: str, depth: int) -> list[Element]:
    """The contents of a text with these headings; none where it has none.

    The depth counts from the highest rank that they have.
    """
    if not headings:
        return []
    highest = min(level for level, _ in headings)
    nav = _nav(label("contents", language))
    nav.set("role", "doc-toc")
    lists = [nav[-1]]
    levels = [highest]
    for level, heading in headings:
        if level >= highest + depth:
            continue
        while level < levels[-1]:
            levels.pop()
            lists.pop()
        if level > levels[-1] and len(lists[-1]):
            lists.append(etree.SubElement(lists[-1][-1], "ol"))
            levels.append(level)
        item = etree.SubElement(lists[-1], "li")
        link = etree.SubElement(item, "a", {"href": f"#{heading.get('id')}"})
        link.text = heading.get("data-label", "")
    return [nav]


def outline(page: Page, document: Document) -> list[tuple[int, Element]]:
    """The headings of the text with their levels, without its title and those in quotes, callouts and cells."""
    return [
        (int(heading.tag[1]), heading)
        for top in list(page.main)[_place(page, document) :]
        for heading in top.iter(*_HEADINGS)
        if heading.get("id") and not any(map(_is_apart, heading.iterancestors()))
    ]


def _captions(page: Page, kind: str, language: str) -> list[Element]:
    """The list of all figures, or all tables, that have a caption; none if no one has."""
    nav = _nav(label(f"caption.list.{kind}", language))
    add_class(nav, "captions")
    for caption in page.main.iter("caption", "figcaption"):
        if caption_kind(caption) != kind:
            continue
        number = caption_number(caption)
        target = parent_of(caption) if number is None else number
        if not target.get("id"):
            target.set("id", f"listed-{kind}-{len(nav[-1]) + 1}")
        first = deepcopy(caption)
        for behind in [following for broken in first.iter("br") for following in (broken, *broken.itersiblings())]:
            behind.clear()  # what stands on further lines tells of sources and units
        item = etree.SubElement(nav[-1], "li")
        link = etree.SubElement(item, "a", {"href": f"#{target.get('id')}"})
        link.text = plain_text(first)
    return [nav] if len(nav[-1]) else []


def _nav(name: str) -> Element:
    nav = etree.Element("nav", {"class": "contents", "aria-label": name})
    etree.SubElement(nav, "p", {"class": "contents-title"}).text = name
    etree.SubElement(nav, "ol")
    return nav


def _place(page: Page, document: Document) -> int:
    """Behind the cover, or the header, or the heading that is the title, and what stands under them."""
    children = list(page.main)
    at = int(bool(children) and (children[0].tag == "header" or children[0].get("class") == "cover"))
    if not at and begins_with(document.title, document.blocks):
        at = 1
    while at < len(children) and _ABOVE & set(children[at].get("class", "").split()):
        at += 1
    return at


def _is_apart(element: Element) -> bool:
    return element.tag in _APART or "callout" in element.get("class", "").split()
