"""What stands behind the text on paper: sections with headings of their own, such as endnotes."""

from __future__ import annotations

from lxml import etree

from convert.labels import label
from convert.page import Element, Page

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def section(page: Page, key: str, language: str) -> Element:
    """A new section at the end of the text, titled with the label ``key``.

    Its heading is of the highest rank that the text's own have.
    """
    title = label(key, language)
    ranks = [heading.tag for heading in page.main.iter(*_HEADINGS) if "title" not in heading.get("class", "").split()]
    new = etree.SubElement(page.main, "section", {"class": "closing"})
    heading = etree.SubElement(new, min(ranks, default="h2"), {"id": f"end-{key}", "data-label": title})
    heading.text = title
    return new


def part(section: Element, title: str) -> Element:
    """A part of a section: the notes of one chapter, under its title if it has one."""
    new = etree.SubElement(section, "div", {"class": "closing-part"})
    if title:
        etree.SubElement(new, "p", {"class": "closing-title"}).text = title
    return new
