"""HTML in a note: tags become nodes that every format shows; what may not be printed goes, its text stays.

Within a line, pairs of tags become nodes here. Blocks of HTML are cleaned and read by pandoc, all of a
note at once. No attribute survives but sizes, spans of table cells and numbers of lists, so that nothing
in a note can run, or reach out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from posixpath import basename
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml import html as lxml_html

from convert import languages, pandoc
from convert.compiled import MAX_DEPTH, mark_key
from convert.diagnostics import Code
from convert.link.breaks import new_page
from convert.link.linking import Linking, Part, Place, place_of
from convert.nodes import (
    Block,
    Inline,
    Node,
    attr,
    attr_of,
    div,
    flatten,
    image,
    link,
    lists,
    para,
    plain_text,
    rewrite,
    span,
    string,
    walk,
    words,
)

_NODES = {
    "u": "Underline", "ins": "Underline",
    "s": "Strikeout", "del": "Strikeout", "strike": "Strikeout",
    "sub": "Subscript", "sup": "Superscript",
    "b": "Strong", "strong": "Strong",
    "i": "Emph", "em": "Emph", "cite": "Emph", "dfn": "Emph", "var": "Emph",
}  # fmt: skip
_CLASSES = frozenset(("mark", "kbd", "small", "ruby", "rt"))
#: Figures that stand upright in a vertical line (縦中横).
_TCY = "tcy"
#: Tags that say nothing on paper, or that pandoc makes blocks of; they go, and nobody need be told.
_HARMLESS = (
    "a abbr acronym address article aside bdi bdo big blockquote body caption center code col colgroup data dd details"
    " div dl dt figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hgroup hr html img li main nav nobr ol p"
    " picture pre q rb rtc samp section span summary table tbody td tfoot th thead time tr tt ul wbr br"
)
_SILENT = frozenset(_HARMLESS.split()).union(_NODES, _CLASSES, ("rp",))
#: Elements whose content is not for readers.
_DROPPED = frozenset(("script", "style", "template", "title", "svg", "math", "noembed", "noframes", "canvas", "map"))
#: Elements that show something of their own: a placeholder names it.
_SHOWN = {
    "iframe": "frame", "frame": "frame", "embed": "frame", "object": "frame",
    "video": "video", "audio": "audio",
}  # fmt: skip
_EMPTY = "area base basefont br col embed frame hr img input keygen link meta param source track wbr"
_VOID = frozenset(_EMPTY.split())

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)(.*?)(/?)>\Z", re.DOTALL)
_ANY_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_PIXELS = re.compile(r"\s*([1-9]\d{0,4})(?:px)?\s*\Z")
_LANGUAGE = re.compile(r"language-([\w+#.-]+)")
_SPAN = re.compile(r"[1-9]\d{0,2}\Z")
#: Style sheets' way to ask for 縦中横; Japanese e-books have the class ``tcy`` for it.
_UPRIGHT = re.compile(r"\s*(?:-\w+-)?text-combine(?:-upright)?\s*:\s*(?:all|horizontal)\s*;?\s*\Z", re.IGNORECASE)
#: Characters that XML cannot hold; a reference (`&#1;`) can bring them in.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PAGE_BREAK = re.compile(r"<!--\s*pagebreak\s*-->\s*", re.IGNORECASE)
_STANDS_FOR = "kumihan-shown:"


def run(part: Part, linking: Linking) -> None:
    """Turn all HTML of a part into nodes; no ``RawInline`` or ``RawBlock`` is left but the marks of callouts."""
    for tree in part.trees():
        for children in lists(tree):
            if any(node["t"] == "RawInline" for node in children):
                children[:] = _Line(part, linking).read(children)
    _Blocks(part, linking).run()


class _Frame:
    """An open tag within a line, and what has come since."""

    __slots__ = ("attributes", "name", "out", "place")

    def __init__(self, name: str, attributes: dict[str, str], place: Place) -> None:
        self.name = name
        self.attributes = attributes
        self.place = place
        self.out: list[Inline] = []


class _Line:
    """Tags in one list of inlines; like browsers, a tag that is not closed ends with what it is in."""

    def __init__(self, part: Part, linking: Linking) -> None:
        self.part = part
        self.linking = linking
        self.stack = [_Frame("", {}, (0, 0))]

    def read(self, inlines: list[Inline]) -> list[Inline]:
        for node in inlines:
            if node["t"] != "RawInline":
                self.stack[-1].out.append(node)
            elif tag := _TAG.match(node["c"][1]):
                closing, name, attributes, empty = tag.groups()
                if closing:
                    self._close(name.lower())
                else:
                    self._open(name.lower(), _attributes(attributes), bool(empty), place_of(node))
            elif not node["c"][1].startswith("<!--"):
                _removed(self, "a declaration in HTML is removed", place_of(node))
            elif _PAGE_BREAK.fullmatch(node["c"][1]):
                _removed(self, "a page break must stand on a line of its own; within a line it is none", place_of(node))
        while len(self.stack) > 1:
            self._pop(closed=False)
        return self.stack[0].out

    def _open(self, name: str, attributes: dict[str, str], empty: bool, place: Place) -> None:
        out = self.stack[-1].out
        _report_attributes(self, name, attributes, place)
        match name:
            case "br" | "hr":
                out.append({"t": "LineBreak"})
            case "wbr":
                out.append(string("\N{ZERO WIDTH SPACE}"))
            case "img":
                out.append(_image(attributes, place))
            case "embed" | "frame":
                out.append(_shown(self, name, attributes, place))
            case _ if name in _VOID:
                if name not in _SILENT:
                    _removed(self, f"<{name}> is removed", place)
            case _ if empty:
                pass
            case _:
                if name in {"rt", "rp", "rb"} and self.stack[-1].name in {"rt", "rp", "rb"}:
                    self._pop(closed=True)  # HTML lets their end tags be left out
                self.stack.append(_Frame(name, attributes, place))

    def _close(self, name: str) -> None:
        if any(frame.name == name for frame in self.stack[1:]):
            while self.stack[-1].name != name:
                self._pop(closed=False)
            self._pop(closed=True)

    def _pop(self, *, closed: bool) -> None:
        frame = self.stack.pop()
        built = self._build(frame, closed)
        tag = frame.attributes.get("lang", "")
        self.stack[-1].out += [_in_language(built, tag)] if built and languages.is_tag(tag) else built

    def _build(self, frame: _Frame, closed: bool) -> list[Inline]:
        name, out = frame.name, frame.out
        if name in _DROPPED and closed:
            _removed(self, f"<{name}> and what is in it is removed", frame.place)
            return []
        if name in _SHOWN:
            return [_shown(self, name, frame.attributes, frame.place), *([] if closed else out)]
        if name not in _SILENT:
            _removed(self, f"<{name}> is removed; its text is kept", frame.place)
            return out
        match name:
            case "rp":
                return []
            case "ruby":
                return _ruby(out)
            case "q":
                opening, closing = languages.quotes(frame.attributes.get("lang") or self.linking.language)
                return [string(opening), *out, string(closing)]
            case "code" | "samp" | "tt":
                return _code(out)
            case "a":
                address = frame.attributes.get("href", "")
                if not address or any(node["t"] == "Link" for node in walk(out)):
                    return out
                return [{**link(out, address), "at": frame.place}]
        if name in _NODES:
            return [{"t": _NODES[name], "c": out}]
        kept = _class(name, frame.attributes)
        return [span(out, attr("", [kept]))] if kept else out


def _class(name: str, attributes: Mapping[str, str]) -> str:
    """The class of the span that stands for a tag; empty if none does."""
    if name == "span":
        upright = _TCY in attributes.get("class", "").split() or _UPRIGHT.match(attributes.get("style", ""))
        return _TCY if upright else ""
    return name if name in _CLASSES else ""


def _in_language(inlines: list[Inline], tag: str) -> Inline:
    return span(inlines, attr("", [], [("lang", tag)]))


def _ruby(inlines: list[Inline]) -> list[Inline]:
    """Each base with its reading: one ``.ruby`` for each ``.rt``."""
    out: list[Inline] = []
    base: list[Inline] = []
    for node in inlines:
        base.append(node)
        if node["t"] == "Span" and node["c"][0][1] == ["rt"]:
            out.append(span(base, attr("", ["ruby"])))
            base = []
    return out + base


def _code(inlines: list[Inline]) -> list[Inline]:
    """Code, unless there is something in it that code cannot hold (a note, a link)."""
    if all(node["t"] in {"Str", "Space", "SoftBreak", "LineBreak", "Code"} for node in inlines):
        return [{"t": "Code", "c": [attr(), plain_text(inlines)]}]
    return inlines


def _attributes(text: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        out.setdefault(name.lower(), unescape("".join(values)))
    return out


def _image(attributes: dict[str, str], place: Place) -> Inline:
    sizes = [(side, f"{pixels}px") for side, pixels in _sizes(attributes).items()]
    alt = words(attributes.get("alt", "").strip())
    return {**image(alt, attributes.get("src", ""), attr("", [], sizes)), "at": place, "html": True}


def _shown(at: _Line | _Blocks, name: str, attributes: dict[str, str], place: Place) -> Inline:
    address = attributes.get("src") or attributes.get("data") or ""
    file = unquote(basename(_path_of(address))) if name in {"video", "audio"} else address
    at.linking.report(
        Code.EMBED_UNSUPPORTED, f"<{name}> cannot be printed: {address or 'no address'}", at.part.path, place
    )
    title = attributes.get("title", "").strip()
    shown = (file or address or f"<{name}>")[:200]
    return at.linking.placeholder(_SHOWN[name], f"{title[:200]} {shown}" if title else shown)


def _path_of(address: str) -> str:
    """The path in an address; the address itself if it is none."""
    try:
        return urlsplit(address).path or address
    except ValueError:
        return address


def _removed(at: _Line | _Blocks, message: str, place: Place) -> None:
    at.linking.report(Code.HTML_REMOVED, message, at.part.path, place)


def _report_attributes(at: _Line | _Blocks, name: str, attributes: Mapping[str, str], place: Place) -> None:
    """Say that a script in an attribute, or a style, is left out."""
    for attribute in sorted(attributes):
        if attribute == "style" and name == "span" and _UPRIGHT.match(attributes[attribute]):
            continue
        if attribute.startswith("on"):
            _removed(at, f"{attribute}= of <{name}> is removed", place)
        elif attribute in {"style", "color", "bgcolor", "align", "face"}:
            at.linking.report(Code.HTML_STYLE, f"{attribute}= of <{name}> is not printed", at.part.path, place)


class _Blocks:
    """The HTML blocks of a part."""

    def __init__(self, part: Part, linking: Linking) -> None:
        self.part = part
        self.linking = linking
        self.shown: list[Inline] = []
        self.place: Place = (0, 0)

    def run(self) -> None:
        found = [node for node in self.part.nodes() if node["t"] == "RawBlock" and not mark_key(node)]
        texts = [self._clean(node) for node in found]
        wanted = {i: text for i, text in enumerate(texts) if text}
        read: dict[int, list[Block]] = {}
        if wanted:
            whole = "".join(f'<div id="kumihan-{i}">{text}</div>' for i, text in wanted.items())
            for i, block in zip(wanted, pandoc.read_html(whole), strict=True):
                read[i] = block["c"][1]
        blocks = {id(node): self._finish(read.get(i, []), node) for i, node in enumerate(found)}
        blocks |= {id(node): [new_page()] for node in found if _PAGE_BREAK.fullmatch(node["c"][1])}
        for tree in self.part.trees():
            rewrite(tree, lambda node: blocks.get(id(node)) if node["t"] == "RawBlock" else None)

    def _clean(self, node: Node) -> str:
        """The block as HTML without anything that may not be printed."""
        text: str = node["c"][1]
        self.place = place_of(node)
        if text.startswith("<!--") and text.find("-->") == len(text.rstrip()) - 3:
            return ""
        parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
        page = lxml_html.document_fromstring(f"<html><body>{text}</body></html>", parser=parser)
        if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
            _removed(self, "HTML nested too deeply: its tags are removed", self.place)
            return escape(unescape(_ANY_TAG.sub(" ", text)))
        body = page.find("body")
        if body is None:
            return ""
        gone: set[lxml_html.HtmlElement] = set()
        for element in list(body.iterdescendants()):
            if element not in gone and self._element(element):
                gone.update(element.iterdescendants())
        return _inner(body)

    def _element(self, element: lxml_html.HtmlElement) -> bool:
        """Make an element harmless; whether what is in it is gone."""
        name = str(element.tag)
        attributes = {str(key): _FORBIDDEN.sub("", str(text)) for key, text in element.attrib.items()}
        _report_attributes(self, name, attributes, self.place)
        if name in _SHOWN:
            self.shown.append(_shown(self, name, attributes, self.place))
            element.addprevious(etree.Element("img", src=f"{_STANDS_FOR}{len(self.shown) - 1}"))
            if name in _VOID:  # what libxml2 takes for its content is what comes after it
                element.drop_tag()
                return False
            element.drop_tree()
            return True
        if name in _DROPPED or name == "rp":
            if name != "rp":
                _removed(self, f"<{name}> and what is in it is removed", self.place)
            element.drop_tree()
            return True
        if name not in _SILENT:
            _removed(self, f"<{name}> is removed; its text is kept", self.place)
            element.drop_tag()
            return False
        element.attrib.clear()
        element.attrib.update(_kept(name, attributes))
        if languages.is_tag(attributes.get("lang", "")):
            _tell_language(element, attributes["lang"])
        kept = _class(name, attributes)
        match name:
            case "ruby" | "rt":
                element.tag = "span"
                element.set("class", name)
            case "span" if kept:
                element.set("class", kept)
            case "center":
                element.tag = "div"
            case "img" if not attributes.get("src"):  # pandoc's reader stops at one within <q>
                element.text = attributes.get("alt", "")
                element.drop_tag()
            case "summary":
                element.tag = "strong"
                line = etree.Element("p")
                element.addprevious(line)
                line.tail, element.tail = element.tail, None
                line.append(element)
        return False

    def _finish(self, blocks: list[Block], source: Node) -> list[Block]:
        """Give the nodes that pandoc made the shape of those that come from Markdown."""
        flatten(blocks, MAX_DEPTH)

        def change(node: Node) -> list[Node] | None:
            match node["t"]:
                case "Link":
                    node["at"] = place_of(source)
                case "Image":
                    address: str = node["c"][2][0]
                    if address.startswith(_STANDS_FOR):
                        return [self.shown[int(address.removeprefix(_STANDS_FOR))]]
                    node["at"], node["html"] = place_of(source), True
                    node["c"][0] = attr("", [], [(k, f"{v}px") for k, v in node["c"][0][2] if k in {"width", "height"}])
                    return None
                case "Span":
                    classes = [name for name in node["c"][0][1] if name in _CLASSES or name == _TCY]
                    tag = dict(node["c"][0][2]).get("lang", "")
                    if classes == ["ruby"]:
                        return _ruby(node["c"][1])
                    if tag and node["c"][1]:
                        return [_in_language(node["c"][1], tag)]
                    return [span(node["c"][1], attr("", classes))] if classes else list(node["c"][1])
                case "Div":
                    tag = dict(node["c"][0][2]).get("lang", "")
                    return [div(node["c"][1], attr("", [], [("lang", tag)]))] if tag else list(node["c"][1])
                case "Figure":
                    node["c"][0] = attr()
                    (_, caption), content = node["c"][1:]
                    return None if caption and content else [*content, *caption]
                case "Quoted":
                    opening, closing = languages.quotes(self.linking.language)
                    return [string(opening), *node["c"][1], string(closing)]
                case "CodeBlock":
                    node["c"][0] = attr("", node["c"][0][1][:1])
                    return None
                case "RawBlock" | "RawInline":
                    return []
                case "Plain" if not node["c"]:
                    return []
            at = attr_of(node)
            if at is not None:
                at[:] = attr()
            return None

        rewrite(blocks, change)
        # Loose text of the block is a paragraph of its own, not a line that clings to the next.
        return [para(block["c"]) if block["t"] == "Plain" else block for block in blocks]


#: what holds text and no blocks
_OF_TEXT = frozenset(("span", "q", "em", "i", "b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "cite", "small"))


def _tell_language(element: lxml_html.HtmlElement, tag: str) -> None:
    """Keep the language where pandoc's reader sees it: on a division, which a paragraph gets, or a span around text."""
    if element.tag == "div":
        element.set("lang", tag)
    elif element.tag == "p":
        around = etree.Element("div", {"lang": tag})
        element.addprevious(around)
        around.tail, element.tail = element.tail, None
        around.append(element)
    elif element.tag in _OF_TEXT:
        inner = etree.Element("span", {"lang": tag})
        inner.text, element.text = element.text, None
        inner.extend(list(element))
        element.append(inner)


def _sizes(attributes: Mapping[str, str]) -> dict[str, str]:
    """Width and height, where they are given in pixels."""
    found = {side: _PIXELS.match(attributes.get(side, "")) for side in ("width", "height")}
    return {side: pixels[1] for side, pixels in found.items() if pixels}


def _kept(name: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """The attributes of a tag that the page can show."""
    if name == "img":
        return _sizes(attributes) | {key: attributes[key] for key in ("src", "alt") if key in attributes}
    if name in {"td", "th"}:
        spans = {key: attributes.get(key, "") for key in ("colspan", "rowspan")}
        return {key: number for key, number in spans.items() if _SPAN.match(number)}
    if name in {"code", "pre"}:
        language = _LANGUAGE.search(attributes.get("class", ""))
        return {"class": language[0]} if language else {}
    wanted = {"a": ("href",), "ol": ("start", "type")}.get(name, ())
    return {key: attributes[key] for key in wanted if key in attributes}


def _inner(root: lxml_html.HtmlElement) -> str:
    """The content of an element as HTML."""
    whole: str = lxml_html.tostring(root, encoding="unicode", method="html")
    return whole[whole.index(">") + 1 : whole.rindex("<")]
