"""A Document as PDF: dressed for paper, laid out, looked over, and laid out again where a note went astray."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256

from lxml import etree

from convert import code, contents, fonts, resources, svg, theme
from convert import footnotes as notes
from convert import page as pages
from convert.diagnostics import Code, Diagnostic, diagnose
from convert.formats import Output
from convert.labels import label
from convert.link.document import Document
from convert.page import Element, Page
from convert.pdf import (
    addresses,
    blanks,
    check,
    closing,
    columns,
    cover,
    dots,
    dress,
    engine,
    footnotes,
    formulas,
    front,
    references,
    ruby,
    spacing,
    tables,
    tags,
)
from convert.pdf.check import Astray
from convert.pdf.engine import Asset, Layout
from convert.pdf.file import Wishes
from convert.pdf.geometry import geometry
from convert.settings import Settings

#: layouts of one document, at most, and how many in a row may be no better; the first is enough for most
MOST_LAYOUTS, MOST_IN_VAIN = 6, 2

#: how often what leaves large blanks is looked for
MOST_LOOSENINGS = 3

#: pages ended early in columns, so that notes stay with their marks
MOST_PARTINGS = 8

#: what style sheets and counters print beside the document's own text
_GENERATED = "0123456789 /.・…-"

#: a float's lines, counted on a page that never ends
_MEASURING = "@page { size: 2000mm 200000mm } .fn { float: none } body { width: %.3fpt }"


def write(document: Document, settings: Settings) -> Output:
    """The document as a tagged PDF with page footnotes."""
    chosen = document.theme or theme.load(settings.theme)
    measures = geometry(settings, chosen)
    page = pages.build(document)
    code.set_lines(page, numbers=settings.code_numbers, columns=int(2.1 * measures.chars))
    marks = _marks(page, document, settings, chosen, in_columns=measures.columns > 1)
    cover.wrap(page, settings)
    contents.add(page, document, settings)
    references.add(page, document, settings)
    tables.lay_out(page, measures, chosen, landscape=settings.tables_wide == "landscape")
    assets = {**dress.dress(page, document, measures), **formulas.draw(page, document)}
    text = _text(page, document, marks, assets)
    choice = engine.choose_fonts(text, settings, document.note, _languages(page))
    apart = front.set_apart(page, settings)
    if measures.columns > 1:
        columns.set_in_columns(page)
    sheets = _sheets(document, settings, chosen, measures.css + (front.RULES if apart else ""), choice)
    if apart:
        sheets = list(map(front.numbered, sheets))
    printer = _Printer(
        *(page, sheets, assets, choice, measures.width_of_text, marks.at_foot(page)), mono=settings.color == "mono"
    )
    even, unevenness = engine.justifies(settings, document.note)
    ruby.place(page)
    dots.place(page)
    spacing.space(page, settings, document.language, measures.chars, even=even)
    footnotes.place(page, marks.texts, printer.measure, marks.at_end)
    front.name_pages(page)
    layout, astray = printer.lay_out()
    wishes, reasons = _wishes(document, settings, marks)
    data, messages = engine.write(layout, sha256(text.encode(errors="replace")).digest()[:16], wishes)
    said = [
        *(diagnose(Code.FOOTNOTE_MOVED, marks.moved(note), document.note) for note in astray),
        *(diagnose(Code.PDF_ENGINE, line, document.note) for line in dict.fromkeys((*layout.messages, *messages))),
    ]
    if printer.stumbled:
        message = f"pages cannot be laid out with the vault's style sheets, which are left out: {printer.stumbled}"
        said.append(diagnose(Code.SNIPPET_UNUSED, message, document.note))
    return Output(data, len(layout.pages), (*page.diagnostics, *choice.diagnostics, *unevenness, *reasons, *said))


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is printed for each mark of a note, by number; and where a note stands that is not at its page's foot."""

    texts: Mapping[int, str]
    at_end: Mapping[int, Element]

    def at_foot(self, page: Page) -> tuple[int, ...]:
        """The numbers of the notes at pages' feet, in the order of their marks."""
        numbers = (int(mark.get("data-n", "")) for mark in page.marks)
        return tuple(dict.fromkeys(number for number in numbers if number not in self.at_end))

    def moved(self, note: Astray) -> str:
        """That a note is not on the page of its mark, for a person."""
        return f"footnote {self.texts[note.number]} stands on page {note.note}, its mark on page {note.mark}"


def _marks(page: Page, document: Document, settings: Settings, chosen: theme.Theme, *, in_columns: bool) -> _Marks:
    """The marks of footnotes and addresses; makes the sections at the end for those that stand there."""
    form = pages.mark_form(settings, chosen, document.language)
    groups = notes.groups(document, settings)
    texts = {number: pages.mark_text(form, count) for number, count in notes.shown(groups).items()}
    at_end: dict[int, Element] = {}
    unfit = columns.unfit_notes(page) if in_columns and settings.footnotes_place == "page" else frozenset()
    ending = texts.keys() if settings.footnotes_place == "end" else unfit
    if ending:
        section = closing.section(page, "footnotes", document.language)
        for title, numbers in groups:
            if own := [number for number in numbers if number in ending]:
                at_end |= dict.fromkeys(own, closing.part(section, title))
    for number in sorted(unfit):
        message = f"footnote {texts[number]} is too long for the foot of columns and stands at the end of the text"
        page.diagnostics.append(diagnose(Code.FOOTNOTE_MOVED, message, document.note))
    addressed = addresses.add(page, document, settings, chosen)
    if addressed and settings.links == "list":
        at_end |= dict.fromkeys(addressed, closing.section(page, "addresses", document.language))
    return _Marks({**texts, **addressed}, at_end)


def _text(page: Page, document: Document, marks: _Marks, assets: Mapping[str, Asset]) -> str:
    """All characters that may be printed, once or oftener."""
    of_theme = document.theme.sheets if document.theme else ()
    drawings = (svg.text(asset.data) for asset in assets.values() if asset.media_type == "image/svg+xml")
    return "".join(
        (
            *map(pages.all_text, (page.root, *page.bodies.values())),
            *(*marks.texts.values(), _GENERATED),
            *(*of_theme, *document.style_sheets),  # they may print words of their own
            *drawings,
        )
    )


def _sheets(
    document: Document, settings: Settings, chosen: theme.Theme, css: str, choice: fonts.Choice
) -> list[tuple[str, ...]]:
    """The style sheets to lay out with; if the vault has some, those without them come second, should they not do."""
    looks = [(chosen, document.style_sheets)]
    if chosen.own_sheets or document.style_sheets:
        looks.append((chosen.without_own_sheets, ()))

    def ours(name: str) -> str:
        return resources.styles(name).read_text("utf-8")

    above = (
        theme.callout_css(document.callouts, icons=True)
        + engine.part_css(choice)
        + ours("languages.css")
        + (ours("mono.css") if settings.color == "mono" else "")
    )
    return [theme.dressed(look, ours("print.css") + css, above, snippets) for look, snippets in looks]


def _languages(page: Page) -> tuple[str, ...]:
    """The document's language, then those of its parts."""
    trees = (page.root, *page.bodies.values())
    return tuple(dict.fromkeys(tag for tree in trees for element in tree.iter() if (tag := element.get("lang"))))


def _wishes(document: Document, settings: Settings, marks: _Marks) -> tuple[Wishes, tuple[Diagnostic, ...]]:
    """What the file shall be beside its pages, and why it is not marked as the settings ask for."""
    asked = settings.pdf_standard
    reasons = [tags.problem()] if asked != "tagged" else []
    silent = sum(diagnostic.code == Code.IMAGE_NO_ALT.code for diagnostic in document.diagnostics)
    if asked == "ua-1" and silent:
        reasons.append(f"{silent} pictures have no text that says what they show")
    diagnostics: tuple[Diagnostic, ...] = ()
    if any(reasons):
        message = f"not marked as {asked}: {'; '.join(filter(None, reasons))}"
        diagnostics = (diagnose(Code.PDF_STANDARD, message, document.note),)
    wishes = Wishes(
        standard="tagged" if diagnostics else asked,
        names=_names(marks.texts, document.language),
        source=document.source,
        source_name=document.note.rpartition("/")[2],
        mono=settings.color == "mono",
    )
    return wishes, diagnostics


def _names(texts: Mapping[int, str], language: str) -> Mapping[str, str]:
    """What links between marks and notes are called, by the ids that they lead to."""
    names = {}
    for number, text in texts.items():
        shown = text.strip("()（）[]")
        names[f"fn-{number}"] = label("footnote.to-note", language, number=shown)
        names[f"fnref-{number}"] = label("footnote.to-text", language, number=shown)
    return names


class _Printer:
    """Lays out one page tree, as often as it takes.

    With the first of the ``sheets``; with the next, if WeasyPrint stumbles over what the vault's say: ``stumbled``.
    """

    def __init__(
        self,
        page: Page,
        sheets: list[tuple[str, ...]],
        assets: Mapping[str, Asset],
        choice: fonts.Choice,
        measure: float,
        numbers: tuple[int, ...],
        *,
        mono: bool,
    ) -> None:
        self._page = page
        self._mono = mono
        self._sheets = sheets
        self._assets = assets
        self._choice = choice
        self._measure = measure
        self._numbers = numbers
        self.stumbled = ""

    def measure(self, floats: list[Element]) -> Mapping[str, list[int]]:
        """How many letters each line of the floats holds, by their attribute ``MEASURED``."""
        root = etree.Element("html", {"lang": self._page.root.get("lang", "")})
        body = etree.SubElement(root, "body")
        body.extend(deepcopy(floats))
        layout = self._lay_out(root, _MEASURING % self._measure)
        return check.line_lengths(layout.pages, footnotes.MEASURED)

    def lay_out(self) -> tuple[Layout, tuple[Astray, ...]]:
        """The best of a few layouts, and the notes that are not on the page of their mark even there."""
        best = self._try()
        for _ in range(MOST_LOOSENINGS):
            if not blanks.avoid(best[0].pages):
                break
            best = self._try()
        for _ in range(MOST_PARTINGS):
            if not best[1] or not columns.end_page_before(self._page, best[1][0].number):
                break
            best = self._try()
        in_vain = 0
        tried = best
        for _ in range(MOST_LAYOUTS - 1):
            if not tried[1] or in_vain == MOST_IN_VAIN:
                break
            released = footnotes.release(self._page, [note.number for note in tried[1] if note.queued])
            if not check.hold_back(tried[0].pages, tried[1]) and not released:
                break
            tried = self._try()
            in_vain += 1
            if _badness(tried) < _badness(best):
                best, in_vain = tried, 0
        lost = [note.number for note in best[1] if not note.note]
        if lost:
            footnotes.to_end(self._page, lost)
            best = self._try()
        return best

    def _try(self) -> tuple[Layout, tuple[Astray, ...]]:
        layout = self._lay_out(self._page.root)
        return layout, check.astray(layout.pages, self._numbers)

    def _lay_out(self, root: Element, *more: str) -> Layout:
        while True:
            try:
                return engine.lay_out(root, (*self._sheets[0], *more), self._assets, self._choice, mono=self._mono)
            except Exception as error:
                if len(self._sheets) == 1:
                    raise
                self.stumbled = f"{type(error).__name__}: {error}"
                del self._sheets[0]


def _badness(tried: tuple[Layout, tuple[Astray, ...]]) -> tuple[int, int, int]:
    """Lost notes weigh more than any number of moved ones, and those more than pages."""
    layout, astray = tried
    return sum(not note.note for note in astray), len(astray), len(layout.pages)
