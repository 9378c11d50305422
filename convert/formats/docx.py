"""A Document as a Word file: real headings, footnotes and lists, callouts in boxes, Japanese fonts.

The stages: :mod:`convert.docx.shape` turns the blocks into what pandoc can write,
:mod:`convert.docx.reference` makes the page and its styles, pandoc writes,
:mod:`convert.docx.post` finishes.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from convert import callouts, pandoc, pictures
from convert.diagnostics import Code, Diagnostic, diagnose
from convert.docx import captions, comments, contents, references, roles, template, vectors
from convert.docx.post import Card, finish
from convert.docx.raster import raster
from convert.docx.reference import look, reference
from convert.docx.shape import Shown, callout_types, closing, shape
from convert.formats import Output
from convert.labels import label
from convert.link.document import Document
from convert.nodes import Block, Inline, attr, clone, div, para, words
from convert.settings import Settings

_EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpeg"}
#: Icons are drawn on a square of so many units.
_ICON: Final = 24
_PICTURE: Final = "picture:"
#: What pandoc says of a formula that it writes as its source.
_UNSET: Final = re.compile(r"Could not convert TeX math (.*?), rendering as TeX", re.DOTALL)


def write(document: Document, settings: Settings) -> Output:
    """The document as DOCX. What cannot be shown leaves a placeholder and a diagnostic."""
    types = callouts.table().with_types(document.callouts)
    used = callout_types(document.blocks, types)
    wishes = _Wishes(document)
    paper = look(
        settings,
        document.language,
        used,
        closing(document.blocks),
        contents.highest(document.blocks),
        wishes.template,
        wishes.headings,
    )
    text = clone(document.blocks)
    page = label("on-page", document.language, page="{page}") if settings.links_pages == "yes" else ""
    said = comments.lift(text, document.comments, document.language)
    if paper.profile.contents:
        depth = 0 if settings.contents == "no" else int(settings.contents)
        contents.add(document, text, depth, settings.captions_lists)
    captions.fill(text, page)
    references.fill(text, page)
    with tempfile.TemporaryDirectory(prefix="kumihan-") as private:
        folder = Path(private)
        gallery = _Gallery(document, folder)
        mark = settings.footnote_mark or "1"
        landscape = settings.tables_wide == "landscape"
        blocks = shape(text, paper, gallery, mark, types, landscape=landscape, ruby=settings.docx_ruby)
        made = folder / "reference.docx"
        made.write_bytes(reference(paper))
        # no metadata: pandoc would print the title as it likes, and put all of it into custom properties
        data = pandoc.write_docx(
            [*_title(document), *blocks],
            reference=made,
            metadata={},
            language=document.language,
            folder=folder,
            warnings=gallery.warnings,
        )
    properties = document.properties
    authors = properties.author or ((settings.author,) if settings.author else ())
    card = Card(
        document.title, authors, properties.description, properties.keywords, properties.date, document.language
    )
    finished, problems = finish(
        data,
        paper,
        card,
        mark,
        numbered_code=settings.code_numbers,
        export=settings.docx_export,
        page=page,
        said=said,
        names=roles.by_id(wishes.names, (type.key for type in used)),
        template=wishes.template,
        drawings=gallery.drawings,
    )
    return Output(finished, diagnostics=(*wishes.diagnostics(problems), *gallery.diagnostics()))


def _title(document: Document) -> list[Block]:
    if not document.print_title:
        return []
    return [div([para(words(document.title))], attr(pairs=[("custom-style", roles.name("title"))]))]


class _Wishes:
    """What the user's own files say of a Word file's page and styles, as far as they can be followed."""

    def __init__(self, document: Document) -> None:
        self._files = document.word
        self._problems: list[tuple[Code, str]] = []
        self.names, wrong = roles.own(document.word.styles) if document.word.styles else ({}, [])
        self._problems += ((Code.DOCX_STYLES, each) for each in wrong)
        self.headings = {
            level: name for level in range(1, roles.HEADING_LEVELS + 1) if (name := self.names.get(f"heading-{level}"))
        }
        self.template = None
        if document.word.model:
            try:
                self.template = template.read(document.word.model)
                self._problems += ((Code.DOCX_REFERENCE, f"{each}; it is left out") for each in self.template.problems)
            except template.TemplateError as error:
                self._problems.append((Code.DOCX_REFERENCE, f"it is not used: {error}"))

    def diagnostics(self, problems: Sequence[str]) -> Iterator[Diagnostic]:
        """What could not be followed, and ``problems`` with the styles."""
        places = {Code.DOCX_STYLES: self._files.styles_place, Code.DOCX_REFERENCE: self._files.model_place}
        for code, problem in (*self._problems, *((Code.DOCX_STYLES, problem) for problem in problems)):
            place = places[code] or self._files.model_place
            yield diagnose(code, f"{place}: {problem}", place)


class _Gallery:
    """The pictures of a document, copied under neutral names into the private folder as they are asked for."""

    def __init__(self, document: Document, folder: Path) -> None:
        self._document = document
        self._folder = folder
        self._shown: dict[str, Shown | list[Inline]] = {}
        self._icons: dict[str, Shown] = {}
        self._diagnostics: list[Diagnostic] = []
        self.warnings: list[str] = []
        #: Drawings as SVG, by the raster that stands for them.
        self.drawings: dict[bytes, bytes] = {}

    def show(self, address: str) -> Shown | list[Inline]:
        if address not in self._shown:
            self._shown[address] = self._load(address)
        return self._shown[address]

    def icon(self, type: callouts.CalloutType) -> Shown:
        """A callout's icon in the colour of its title."""
        key = f"icon:{type.key}"
        if key not in self._icons:
            drawing = type.svg().replace("currentColor", type.ink).encode()
            self._icons[key] = self._keep(Shown(f"icon{len(self._icons) + 1}.png", _ICON, _ICON), drawing)
        return self._icons[key]

    def _keep(self, shown: Shown, drawing: bytes) -> Shown:
        """Put a drawing's raster into the folder, and keep the drawing for programs that show it."""
        content = raster(drawing, shown.width_px, shown.height_px)
        (self._folder / shown.file).write_bytes(content)
        vector = vectors.for_word(drawing)
        if vector is not None:
            self.drawings[content] = vector
        return shown

    def _load(self, address: str) -> Shown | list[Inline]:
        picture = self._document.pictures[address.removeprefix(_PICTURE)]
        try:
            data = pictures.load(picture, "docx")
            number = len(self._shown) + 1
            if data.media_type == "image/svg+xml":
                return self._keep(Shown(f"image{number}.png", data.width_px, data.height_px), data.data)
        except pictures.PictureError as error:
            path = picture.path
            self._diagnostics.append(diagnose(Code.IMAGE_INVALID, f"{path}: {error}", self._document.note))
            return words(label("placeholder.image-invalid", self._document.language, name=Path(path).name))
        file = f"image{number}.{_EXTENSIONS[data.media_type]}"
        (self._folder / file).write_bytes(data.data)
        return Shown(file, data.width_px, data.height_px)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What could not be shown, pictures first."""
        sources = _UNSET.findall("\n".join(self.warnings))
        shorts = [source if len(source) <= 60 else source[:59] + "…" for source in sources]
        unset = [diagnose(Code.MATH_UNSUPPORTED, f"the formula {s} cannot be set", self._document.note) for s in shorts]
        return (*self._diagnostics, *unset)
