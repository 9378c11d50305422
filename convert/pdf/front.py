"""Front matter: cover and contents with pages of their own, numbered in roman while the text begins at 1.

WeasyPrint 70 prints 0 behind all contents' entries once the counter ``page`` is reset in mid document (its issue 2114).
So ``page`` counts on, as the file's pages do, and two counters beside it count the pages of the front matter and of the
text; both have a value on every page, without which entries of the contents would not find the text's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from convert.page import Page, add_class
from convert.settings import Settings

#: Classes of what has pages of another kind.
_APART = frozenset({"landscape", "cover"})

_BEFORE = frozenset({"cover", "front"})
#: Where the text ends: its number is that of the last page.
_END = "kumihan-end"

_NUMBER = re.compile(r"(\bcounter\(\s*|\btarget-counter\([^;{}]*?,\s*)page\b(?!-)")
_TOTAL = re.compile(r"\bcounter\(\s*pages\b(?!-)")

#: For style sheets, where front matter is set apart. ``front`` counts its pages; themes say in what letters.
RULES = """
@page { counter-increment: page folio front 0 }
@page cover { counter-increment: page front folio 0 }
@page front { counter-increment: page front folio 0 }
/* a blank page behind front matter is called as what is around it */
main { page: front } .front.cover { page: cover } .front-end { break-after: page }
.text { page: text; display: block }
"""


def set_apart(page: Page, settings: Settings) -> bool:
    """Part cover and contents from the text if their pages are numbered apart; False if there is nothing to part."""
    children = list(page.main)
    ends = [
        at for at, child in enumerate(children) if {"cover", "contents"} & set(child.get("class", "").split())
    ]  # fmt: skip
    if settings.page_front == "count" or not ends or ends[-1] + 1 == len(children):
        return False
    for child in children[: ends[-1] + 1]:
        add_class(child, "front")
    add_class(children[ends[-1]], "front-end")
    text = etree.SubElement(page.main, "div", {"class": "text"})
    text.extend(children[ends[-1] + 1 :])
    etree.SubElement(text, "div", {"id": _END})
    return True


def name_pages(page: Page) -> None:
    """Have the usual pages named (styles/print.css) if there are others; asked by a selector, it costs a walk more."""
    body = page.root.find("body")
    if body is not None and any(not _APART.isdisjoint(element.get("class", "").split()) for element in body.iter()):
        add_class(body, "named-pages")


def numbered(sheets: Iterable[str]) -> tuple[str, ...]:
    """The style sheets with the text's own counters in the place of ``page`` and ``pages``."""
    return tuple(_TOTAL.sub(f'target-counter("#{_END}", folio', _NUMBER.sub(r"\1folio", sheet)) for sheet in sheets)


def count(names: Iterable[str]) -> int:
    """How many pages stand before the text, by the names of all pages' kinds; 0 if they are counted with it."""
    kinds = list(names)
    if not {"front", "text"} & {*kinds}:
        return 0
    return next((at for at, kind in enumerate(kinds) if kind not in _BEFORE), len(kinds))
