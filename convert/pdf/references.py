"""Pages that links within the document lead to: behind each entry of the contents, and by setting behind the others."""

from __future__ import annotations

from lxml import etree

from convert.labels import label
from convert.link.document import Document
from convert.page import Page, parent_of
from convert.settings import Settings


def add(page: Page, document: Document, settings: Settings) -> None:
    """Make places for the numbers, which come when pages are laid out; behind links in the text as ``（p. 12）``."""
    for entry in [link for nav in page.main.iter("nav") for link in nav.iter("a")]:
        # beside the link: within it, WeasyPrint 70 makes a link of its own of each box
        entry.addnext(etree.Element("span", {"class": "to-page", "data-target": entry.get("href", "")}))
    if settings.links_pages == "no":
        return
    before, _, after = label("on-page", document.language, page="\n").partition("\n")
    for tree in (page.main, *page.bodies.values()):
        for link in list(tree.iter("a")):
            address = link.get("href", "")
            if not address.startswith("#") or "internal-link" not in link.get("class", "").split():
                continue
            following = link.getnext()
            if following is not None and not link.tail and following.get("href") == address:
                continue
            reference = etree.Element("span", {"class": "on-page"})
            reference.text = before
            etree.SubElement(reference, "a", {"class": "page-number", "href": address}).tail = after
            reference.tail, link.tail = link.tail, None
            parent = parent_of(link)
            parent.insert(parent.index(link) + 1, reference)
