"""Addresses on paper: what a reader without a screen has of a link, as notes at the pages' feet or in a list.

Address notes have marks of their own, apart from those of the author's footnotes. Each address has one
note; a further link to it repeats the mark. Links within footnotes have their address behind them, in brackets.
"""

from __future__ import annotations

import re
from unicodedata import normalize
from urllib.parse import quote, unquote_to_bytes

from lxml import etree

from convert.labels import label
from convert.link.document import Document
from convert.page import Element, Page, all_text, parent_of
from convert.settings import Settings
from convert.theme import Theme

#: the form of marks that lead to the list at the end
_LIST_FORM = "[1]"

#: encoded letters beyond ASCII; for an encoded blank or slash the plain one would be another address
_ENCODED = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")
#: what a reader need not be told, and need not type
_UNSAID = re.compile(r"\A(?:https?://(?:www\.)?|mailto:|tel:)|/\Z", re.IGNORECASE)
#: where a line may end: behind a slash and what joins parameters, before what begins another part
_BREAKABLE = re.compile(r"(?<=[/&=])(?=[^/])|(?=[?#_.%-])")
_BREAK = "\u200b"


def add(page: Page, document: Document, settings: Settings, theme: Theme) -> dict[int, str]:
    """Give the page a note for each address that its links lead to, with the marks; the marks' texts by number.

    The notes are ``page.bodies`` as the author's are, with numbers below zero: where they go is told by
    :func:`convert.pdf.footnotes.place`.
    """
    if settings.links == "plain":
        return {}
    numbers: dict[str, int] = {}
    for link in _links(page.main):
        address = link.get("href", "")
        repeated = address in numbers
        number = numbers.setdefault(address, -len(numbers) - 1)
        classes = "fnref fnref-repeat" if repeated else "fnref"
        _behind(link, etree.Element("span", {"class": classes, "data-n": str(number)}))
    for body in page.bodies.values():
        for link in _links(body):
            _behind(link, _in_brackets(link.get("href", ""), document.language))
    for address, number in numbers.items():
        page.bodies[number] = _note(address)
    page.marks = [
        span
        for tree in (page.main, *page.bodies.values())
        for span in tree.iter("span")
        if "fnref" in span.get("class", "").split()
    ]
    form = theme.address_mark if settings.links == "footnote" else _LIST_FORM
    return {number: _mark(form, -number) for number in numbers.values()}


def shown(address: str) -> str:
    """An address as one reads it: encoded letters decoded, if typing them gives the same address again."""
    return _ENCODED.sub(_decoded, re.sub(r"\A(?:mailto|tel):", "", address, flags=re.IGNORECASE))


def _decoded(encoded: re.Match[str]) -> str:
    try:
        text = unquote_to_bytes(encoded[0]).decode()
    except UnicodeDecodeError:
        return encoded[0]
    typed = text.isprintable() and normalize("NFC", text) == text and quote(text) == encoded[0].upper()
    return text if typed else encoded[0]


def _links(tree: Element) -> list[Element]:
    """The links whose address their text does not tell."""
    found = [link for link in tree.iter("a") if "external-link" in link.get("class", "").split()]
    return [link for link in found if not _says(all_text(link), link.get("href", "")) and not _goes_on(link)]


def _says(text: str, address: str) -> bool:
    return _bare(text) in (_bare(address), _bare(shown(address)))


def _bare(address: str) -> str:
    return _UNSAID.sub("", "".join(address.split())).casefold()


def _goes_on(link: Element) -> bool:
    """Whether a footnote's mark has cut the link in two, and this is not its end."""
    mark = link.getnext()
    if link.tail or mark is None or mark.tail or "fnref" not in mark.get("class", "").split():
        return False
    other = mark.getnext()
    return other is not None and other.tag == "a" and other.get("href") == link.get("href")


def _behind(link: Element, new: Element) -> None:
    parent = parent_of(link)
    new.tail, link.tail = link.tail, None
    parent.insert(parent.index(link) + 1, new)


def _note(address: str) -> Element:
    body = etree.Element("div", {"class": "fn-body"})
    etree.SubElement(body, "p").append(_written(address))
    return body


def _written(address: str) -> Element:
    link = etree.Element("a", {"class": "address", "href": address})
    link.text = _BREAKABLE.sub(_BREAK, shown(address))
    return link


def _in_brackets(address: str, language: str) -> Element:
    before, _, after = label("in-brackets", language, text="\n").partition("\n")
    box = etree.Element("span")
    box.text = before
    link = _written(address)
    box.append(link)
    link.tail = after
    return box


def _mark(form: str, number: int) -> str:
    """``b)`` for the second address in the form ``a)``, ``※2`` in the form ``※1``."""
    if "1" in form:
        return form.replace("1", str(number), 1)
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return form.replace("a", letters, 1)
