"""A Document as one tree of HTML, dressed with everything that screen and paper have in common.

Pandoc writes the blocks, a template puts head and title around them, and one pass over the tree adds
what pandoc's nodes have no place for. :mod:`convert.formats.html` and :mod:`convert.formats.pdf`
finish it for their readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import lxml.html
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from convert import __version__, callouts, footnotes, languages, pandoc, pictures, resources, theme
from convert.diagnostics import Code, Diagnostic, diagnose
from convert.labels import label
from convert.link.document import Document
from convert.nodes import clone
from convert.pictures import PictureData, PictureError
from convert.settings import Settings

Element = etree._Element

MATHML = "http://www.w3.org/1998/Math/MathML"

#: letters that take a dot when they are emphasised (JLReq 3.3.9): no punctuation, no Latin
_DOTTED = re.compile("[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
                     "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\U000e0100-\U000e01ef]+")  # fmt: skip
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u04ff\u1e00-\u1fff]")
#: control characters and what is no character: XML refuses some, no font has any
_NO_TEXT = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TEXT_HIDDEN = {"rt", "fnref", "callout-icon", "deletion", "comment-end"}
_SLOT = "kumihan-body"
#: What Obsidian has around a note: a vault's snippets count on it.
_APP_CLASSES = ("theme-light", "markdown-preview-view", "markdown-rendered")


@dataclass(slots=True)
class Page:
    """The tree of a page: ``root`` is its ``html``, ``main`` holds the text, ``marks`` all marks of notes in order.

    ``bodies`` are the notes' blocks by number, taken out of the tree.
    """

    root: Element
    main: Element
    marks: list[Element] = field(default_factory=list)
    bodies: dict[int, Element] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def build(document: Document, *, styles: str = "", screen: bool = False) -> Page:
    """The page of a document; ``styles`` is CSS to embed, ``screen`` chooses what only browsers need."""
    blocks = clone(document.blocks)
    footnotes.detach(blocks)
    shell = (
        _environment()
        .get_template("handout.html.j2")
        .render(
            language=document.language,
            title=document.title,
            print_title=document.print_title,
            properties=document.properties,
            version=__version__,
            styles=Markup(styles.replace("</", "<\\/")),  # noqa: S704 (our own CSS and harmless snippets; they can't end their element)
            screen=screen,
            classes=" ".join([*_APP_CLASSES, *document.classes]),
            body=Markup(f"<{_SLOT}></{_SLOT}>"),  # noqa: S704
        )
    )
    root = lxml.html.document_fromstring(clean(shell))
    slot = next(root.iter(_SLOT))
    main = parent_of(slot)
    at = main.index(slot)
    main[at : at + 1] = list(_parse(pandoc.write_html(blocks)))
    page = Page(root, main)
    _dress(page, document)
    return page


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(resources.templates()), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )


def _parse(html: str) -> Element:
    """Pandoc's HTML is well-formed, and as XML its names keep their case and nothing is moved about."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    return etree.fromstring(f"<div>{clean(html)}</div>", parser)


def clean(text: str) -> str:
    """The text without characters that no document may hold; names of files and properties may have them."""
    return text.translate(_NO_TEXT)


def mark_form(settings: Settings, chosen: theme.Theme, language: str) -> str:
    """The form of a footnote's mark, with ``1`` for its number: the setting's or the theme's.

    Where East Asia puts a parenthesis behind a note's number, others have the number alone.
    """
    if "1" in settings.footnote_mark:
        return settings.footnote_mark
    return "1" if chosen.mark == "1)" and languages.kind(language) == "western" else chosen.mark


def mark_text(form: str, number: int) -> str:
    """``2)`` for the form ``1)``."""
    return form.replace("1", str(number), 1)


def plain_text(element: Element) -> str:
    """What is read of an element: without marks of notes, ruby, icons and the source of formulas."""
    return re.sub("[ \t\r\n]+", " ", "".join(_texts(element))).strip()


def _texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == "img":
            yield child.get("alt", "")
        elif name == "br":
            yield " "
        elif name and name != "annotation" and not _TEXT_HIDDEN & set(child.get("class", "").split()):
            yield from _texts(child)
        yield child.tail or ""


def all_text(element: Element) -> str:
    """All text below an element, as it stands."""
    return "".join(str(text) for text in element.itertext())


def text_nodes(element: Element, skip: frozenset[str]) -> Iterator[tuple[Element, str]]:
    """All texts below an element in order, as ``(owner, "text" or "tail")``; none in tags or classes of ``skip``."""
    if element.text:
        yield element, "text"
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name and name not in skip and not skip & set(child.get("class", "").split()):
            yield from text_nodes(child, skip)
        if child.tail:
            yield child, "tail"


def replace_text(owner: Element, slot: str, parts: list[str | Element]) -> None:
    """Put texts and elements where one text stood (see :func:`text_nodes`)."""
    setattr(owner, slot, None)
    texts: list[tuple[Element, str, list[str]]] = [(owner, slot, [])]
    for part in parts:
        if isinstance(part, str):
            texts[-1][2].append(part)
            continue
        before, place, _ = texts[-1]
        if place == "text":
            before.insert(0, part)
        else:
            before.addnext(part)  # not by its number among its siblings: finding that takes as long as there are
        texts.append((part, "tail", [part.tail or ""]))
        part.tail = None
    for before, place, words in texts:
        setattr(before, place, "".join(words) or None)


def add_class(element: Element, name: str) -> None:
    """Add a class."""
    element.set("class", f"{element.get('class', '')} {name}".strip())


def add_style(element: Element, declaration: str) -> None:
    """Add a declaration of ours to the element's own style; the caller vouches for its values."""
    element.set("style", f"{element.get('style', '').rstrip('; ')}; {declaration}".lstrip("; "))


def remove(element: Element) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = parent_of(element)
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
        element.tail = None
    parent.remove(element)


def replace(old: Element, new: Element) -> None:
    """Put one element in another's place; the text behind it stays."""
    parent = parent_of(old)
    new.tail, old.tail = old.tail, None
    parent.replace(old, new)


def parent_of(element: Element) -> Element:
    """The element around this one; an element that stands in no tree is a bug."""
    parent = element.getparent()
    if parent is None:
        raise ValueError(f"<{element.tag}> stands nowhere")
    return parent


def shell_of(element: Element) -> Element:
    """An empty element of the same kind, without the id, which there can be only once."""
    shell = etree.Element(element.tag)
    for key in element.keys():  # noqa: SIM118 (lxml's elements iterate over their children)
        if key != "id":
            shell.set(key, element.get(key, ""))
    return shell


def split_around(element: Element, ancestor: Element) -> None:
    """Split ``ancestor`` (and what lies between) so that ``element`` stands beside its two halves, in none.

    Halves without content are dropped; the first half keeps the ids.
    """
    while element.getparent() is not ancestor.getparent():
        parent = parent_of(element)
        outer = parent_of(parent)
        right = shell_of(parent)
        right.text, element.tail = element.tail, None
        following = list(element.itersiblings())
        parent.remove(element)
        right.extend(following)
        at = outer.index(parent)
        right.tail, parent.tail = parent.tail, None
        outer.insert(at + 1, element)
        outer.insert(at + 2, right)
        if not right.text and not len(right):
            remove(right)
        if not parent.text and not len(parent) and not parent.get("id"):
            remove(parent)
        if parent is ancestor:
            return


def _dress(page: Page, document: Document) -> None:
    main = page.main
    table = callouts.table().with_types(document.callouts)
    for body in [child for child in main if child.get("class") == "fn-body"]:
        page.bodies[int(body.get("data-n", ""))] = body
        main.remove(body)
    trees = [main, *page.bodies.values()]
    for broken in [element for tree in trees for element in tree.iter("br")]:
        # In a footnote WeasyPrint takes the line end that pandoc writes behind it for a line of its own.
        broken.tail = (broken.tail or "").removeprefix("\n")
    tags = (*_HEADINGS, "div", "span", "em", "th", "p", "ol", "a", "caption", "figcaption")
    for element in [element for tree in trees for element in tree.iter(*tags)]:
        classes = element.get("class", "").split()
        tag = element.tag
        if tag == "span":
            if "fnref" in classes:
                page.marks.append(element)
            elif "task" in classes:
                _dress_task(element)
            elif "comment-end" in classes:
                _show_comment(element, document)
        elif tag == "div":
            if "callout" in classes:
                _dress_callout(element, table)
            elif "internal-embed" in classes:
                element.attrib.pop("data-src", "")  # where in the vault it came from is for no reader
            elif "sourceCode" in classes:
                for numbered in element.iter("div", "span"):
                    numbered.attrib.pop("id", "")
        elif tag == "em":
            _dress_emphasis(element)
        elif tag == "th":
            element.set("scope", "col")
        elif tag == "p":
            if (element.text or "").startswith("\u3000"):
                add_class(element, "indented")
        elif tag == "ol":
            if element.get("type") == "1":
                del element.attrib["type"]
            if element.get("start") == "1":
                del element.attrib["start"]
        elif tag in ("caption", "figcaption"):
            _place_caption(element)
        elif tag in _HEADINGS:
            element.set("data-label", plain_text(element) or clean(document.title))
    for mark in page.marks:
        for link in list(mark.iterancestors("a")):
            split_around(mark, link)
    for formula in [*main.iter("span"), *(s for b in page.bodies.values() for s in b.iter("span"))]:
        if "math" in formula.get("class", "").split():
            unset_formula(page, formula, "".join(_texts(formula)), document)


def unset_formula(page: Page, element: Element, source: str, document: Document) -> None:
    """Put the formula's source in a box in its place, and say so."""
    source = source.strip().strip("$").strip()
    box = etree.Element("span", {"class": "placeholder math-source", "data-kind": "math"})
    box.text = f"{label('placeholder.math', document.language)} "
    etree.SubElement(box, "code").text = source
    replace(element, box)
    short = source if len(source) <= 60 else source[:59] + "…"
    page.diagnostics.append(diagnose(Code.MATH_UNSUPPORTED, f"the formula {short} cannot be set", document.note))


def place_pictures(page: Page, document: Document, for_format: str) -> Iterator[tuple[Element, str, PictureData]]:
    """Each picture of the page that can be shown: its element, the address that it has now, its data.

    In the place of one that cannot be shown stands a box with its name, and a diagnostic says why.
    """
    loaded: dict[str, PictureData | PictureError] = {}
    for tree in (page.main, *page.bodies.values()):
        for element in list(tree.iter("img")):
            address = element.get("src", "")
            picture = document.pictures.get(address.removeprefix("picture:"))
            if picture is None:
                raise ValueError(f"a picture that the link stage does not know: {address}")
            if address not in loaded:
                try:
                    loaded[address] = pictures.load(picture, for_format)
                except PictureError as error:
                    loaded[address] = error
                    message = f"the picture {picture.path} cannot be shown: {error}"
                    page.diagnostics.append(diagnose(Code.IMAGE_INVALID, message, document.note))
            data = loaded[address]
            if isinstance(data, PictureError):
                box = etree.Element("span", {"class": "placeholder", "data-kind": "image-invalid"})
                name = clean(picture.path.rpartition("/")[2])
                box.text = label("placeholder.image-invalid", document.language, name=name)
                replace(element, box)
                continue
            if not element.get("alt"):
                # not the name of the file, which tells what its owner did not write for readers
                element.set("alt", label("picture", document.language))
            parent = parent_of(element)
            if parent.tag == "p" and len(parent) == 1 and not (parent.text or "").strip() and not element.tail:
                add_class(parent, "picture")
            yield element, address, data


def caption_number(element: Element) -> Element | None:
    """The number that a caption begins with."""
    return next((span for span in element.iter("span") if "caption-number" in span.get("class", "").split()), None)


def caption_kind(element: Element) -> str:
    """Whether a caption is that of a ``figure`` or a ``table``: its number says so, or else what it stands in."""
    number = caption_number(element)
    if number is None:
        return "table" if element.tag == "caption" else "figure"
    return number.get("data-kind", "")


def _place_caption(element: Element) -> None:
    """Tables have their captions above, figures below: also a picture of a table, and a table called a figure."""
    element.attrib.pop("aria-hidden", "")  # pandoc's, where the alt text says the same
    kind = caption_kind(element)
    if element.tag == "figcaption" and kind == "table":
        add_class(element, "above")
        parent_of(element).insert(0, element)
    elif element.tag == "caption" and kind == "figure":
        add_class(element, "below")


def _dress_task(box: Element) -> None:
    """A task's box takes the place of its item's bullet; Obsidian's class and state go to the item."""
    item = next(box.iterancestors("li"), None)
    if item is None:
        return
    add_class(item, "task-list-item")
    item.set("data-task", box.get("data-task", ""))
    if box.text not in ("☐", "☑"):
        add_class(box, "task-state")


def _show_comment(end: Element, document: Document) -> None:
    """A comment behind what it is about."""
    comment = document.comments[end.get("data-comment", "")]
    end.text = clean(label("comment", document.language, author=comment.author, text=" ".join(comment.text.split())))


def _dress_callout(box: Element, table: callouts.CalloutTable) -> None:
    title = next((child for child in box if child.get("class") == "callout-title"), None)
    add_class(box, f"callout-{table.lookup(box.get('data-callout', '')).key}")
    box.set("role", "note")
    if title is None:
        return
    box.set("aria-label", plain_text(title))
    icon = etree.Element("span", {"class": "callout-icon", "aria-hidden": "true"})
    icon.tail, title.text = title.text, None
    title.insert(0, icon)


def _dress_emphasis(element: Element) -> None:
    """Dots over Japanese, italics for Latin: nothing else shows emphasis in a Japanese font."""
    texts = [(owner, slot) for owner, slot in text_nodes(element, frozenset({"code", "math", "rt", "fnref", "em"}))]
    whole = "".join(getattr(owner, slot) for owner, slot in texts)
    if not _DOTTED.search(whole):
        if _LATIN.search(whole):
            add_class(element, "latin")
        return
    if len(texts) == 1 and _DOTTED.fullmatch(whole) and not len(element):
        add_class(element, "dot")
        return
    for owner, slot in texts:
        text = getattr(owner, slot)
        parts: list[str | Element] = []
        at = 0
        for run in re.finditer(
            f"({_DOTTED.pattern})|({_LATIN.pattern}(?:[^{_DOTTED.pattern[1:-2]}]*{_LATIN.pattern})?)", text
        ):
            if run.start() > at:
                parts.append(text[at : run.start()])
            part = etree.Element("span", {"class": "dot" if run[1] else "latin"})
            part.text = run[0]
            parts.append(part)
            at = run.end()
        if text[at:]:
            parts.append(text[at:])
        replace_text(owner, slot, parts)
