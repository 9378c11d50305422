"""The table of contents: a list of links to the headings, before the text. On paper the page numbers stand with it."""

from __future__ import annotations

from lxml import etree

from convert.labels import label
from convert.link.document import Document
from convert.link.properties import begins_with
from convert.page import Element, Page
from convert.settings import Settings

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: a heading in one of these is no part of the note's outline, as in Obsidian
_APART = frozenset({"blockquote", "li", "dd", "td", "th"})
_ABOVE = frozenset({"byline", "properties", "page-break"})


def add(page: Page, document: Document, settings: Settings) -> None:
    """Put the contents under the title, its byline and properties; nothing where the text has no headings.

    The setting's depth counts from the highest rank that the headings have.
    """
    if settings.contents == "no":
        return
    headings = outline(page, document)
    if not headings:
        return
    highest = min(level for level, _ in headings)
    depth = int(settings.contents)
    name = label("contents", document.language)
    nav = etree.Element("nav", {"class": "contents", "role": "doc-toc", "aria-label": name})
    etree.SubElement(nav, "p", {"class": "contents-title"}).text = name
    lists = [etree.SubElement(nav, "ol")]
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
    page.main.insert(_place(page, document), nav)


def outline(page: Page, document: Document) -> list[tuple[int, Element]]:
    """The headings of the text with their levels, without its title and those in quotes, callouts and cells."""
    return [
        (int(heading.tag[1]), heading)
        for top in list(page.main)[_place(page, document) :]
        for heading in top.iter(*_HEADINGS)
        if heading.get("id") and not any(map(_is_apart, heading.iterancestors()))
    ]


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
