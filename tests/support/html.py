"""An HTML file parsed: elements by CSS selector, text as a reader sees it, callouts as plain values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cssselect2
import lxml.html
from lxml import etree

# fmt: off
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
])
# fmt: on
_UNSEEN = frozenset(["head", "script", "style", "template", "title"])


@dataclass(frozen=True, slots=True)
class Callout:
    """What a callout says, whatever the markup: inner callouts in ``children`` and not in ``text``."""

    type: str
    title: str
    text: str
    fold: str = ""
    metadata: str = ""
    children: tuple[Callout, ...] = ()


class Html:
    """A finished page, or a fragment of one."""

    def __init__(self, source: bytes | str | Path) -> None:
        if isinstance(source, Path):
            source = source.read_bytes()
        self.source = source.decode("utf-8") if isinstance(source, bytes) else source
        parser = lxml.html.HTMLParser(encoding="utf-8")
        self.root: etree._Element = lxml.html.document_fromstring(self.source.encode(), parser=parser)
        self._matched = cssselect2.ElementWrapper.from_html_root(self.root)

    def all(self, selector: str) -> list[etree._Element]:
        """The elements that a CSS selector finds, in the order of the page."""
        return [wrapper.etree_element for wrapper in self._matched.query_all(selector)]

    def one(self, selector: str) -> etree._Element:
        """The only element that the selector finds."""
        found = self.all(selector)
        assert len(found) == 1, f"{selector}: {len(found)} found"
        return found[0]

    def texts(self, selector: str) -> list[str]:
        return [text(element) for element in self.all(selector)]

    @property
    def language(self) -> str:
        return self.root.get("lang") or ""

    @property
    def title(self) -> str:
        return (self.root.findtext(".//title") or "").strip()

    @property
    def text(self) -> str:
        """The page's visible text, a line for each block."""
        return text(self.one("body"))

    @property
    def ids(self) -> list[str]:
        return [element.get("id") or "" for element in self.all("[id]")]

    @property
    def links(self) -> list[tuple[str, str]]:
        """(address, text) of every link."""
        return [(element.get("href") or "", text(element)) for element in self.all("a[href]")]

    @property
    def callouts(self) -> tuple[Callout, ...]:
        """The outermost callouts."""
        return tuple(_callouts(self.one("body")))


def text(element: etree._Element, *, skip: frozenset[etree._Element] = frozenset()) -> str:
    """What a reader sees of an element: one line for each block and break, white space as the page shows it."""
    pieces: list[str] = []
    _collect(element, pieces, skip, pre=False)
    joined = re.sub(r"[ \n]*\n[ \n]*", "\n", "".join(pieces))
    return joined.strip("\n ")


def _collect(element: etree._Element, out: list[str], skip: frozenset[etree._Element], *, pre: bool) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    if not tag or tag in _UNSEEN or element in skip or element.get("hidden") is not None:
        return
    local = etree.QName(element).localname
    if local == "svg":
        return
    pre = pre or local == "pre"
    block = local in _BLOCKS

    def add(words: str | None) -> None:
        if words:
            out.append(words if pre else re.sub(r"[ \t\r\n\f]+", " ", words))

    if block or local == "br":
        out.append("\n")
    add(element.text)
    for child in element:
        if etree.QName(child).localname != "annotation" if isinstance(child.tag, str) else False:
            _collect(child, out, skip, pre=pre)
        add(child.tail)
    if block:
        out.append("\n")


def _callouts(element: etree._Element) -> Iterator[Callout]:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if "callout" in (child.get("class") or "").split():
            yield _callout(child)
        else:
            yield from _callouts(child)


def _callout(element: etree._Element) -> Callout:
    title = next(_with_class(element, "callout-title-inner"), None)
    content = next((c for c in element if "callout-content" in (c.get("class") or "").split()), None)
    inner = frozenset(c for c in _with_class(content, "callout")) if content is not None else frozenset()
    return Callout(
        type=element.get("data-callout") or "",
        title=text(title) if title is not None else "",
        text=text(content, skip=inner) if content is not None else "",
        fold=element.get("data-callout-fold") or "",
        metadata=element.get("data-callout-metadata") or "",
        children=tuple(_callouts(content)) if content is not None else (),
    )


def _with_class(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (e for e in element.iterdescendants() if isinstance(e.tag, str) and name in (e.get("class") or "").split())
