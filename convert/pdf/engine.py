"""The only door to WeasyPrint: our fonts first, its public interface only, nothing fetched but what we hand it."""

from __future__ import annotations

import ctypes.util
import gc
import logging
import os
import sys
import urllib.parse
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

from lxml import etree

from convert import fonts, languages, pandoc
from convert.diagnostics import Code, Diagnostic, diagnose
from convert.fonts.recipes import ROLES
from convert.link.document import output_address
from convert.pdf import adjust, columns, file, grey, order, shortcuts, tags
from convert.pdf.file import Wishes
from convert.pdf.shortcuts.fonts import map_glyphs
from convert.settings import Settings

NO_WISHES = Wishes()

#: what is in gothic in every theme; in East Asian text bold words are too
_IN_GOTHIC = "h1, h2, h3, h4, h5, h6, th, caption, figcaption, .callout-title, .tag"

_DATA_TYPES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True, slots=True)
class Asset:
    """Something a page may show, by its address: bytes and their media type."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Pages laid out: WeasyPrint's document, and what WeasyPrint had to say, each line once."""

    document: Any
    messages: tuple[str, ...]

    @property
    def pages(self) -> Sequence[Any]:
        """WeasyPrint's pages, with ``anchors``, ``bookmarks`` and ``links``."""
        pages: Sequence[Any] = self.document.pages
        return pages


@cache
def _weasyprint() -> Any:
    """WeasyPrint, imported with our fonts in force: fontconfig reads its file once, at the import."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", pandoc.SOURCE_DATE_EPOCH)  # fontTools stamps what it subsets
    fonts.activate()
    with _libraries_by_name(), _font_tools_later():
        import weasyprint  # noqa: PLC0415

    shortcuts.install()
    return weasyprint


@contextmanager
def _libraries_by_name() -> Iterator[None]:
    """Linux finds a library by the name of its file; cffi runs a C compiler first, fifty processes for WeasyPrint's."""
    find = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = find


#: What WeasyPrint asks fontTools for by calls alone, and only for fonts that HarfBuzz cannot cut or that are variable.
_SELDOM = ("fontTools.subset", "fontTools.varLib.instancer")


class _Later(ModuleType):
    """Stands for a module whose functions and classes are only called: the first call imports it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*arguments: object, **named: object) -> Any:
            return getattr(import_module(self.__name__), name)(*arguments, **named)

        return call


@contextmanager
def _font_tools_later() -> Iterator[None]:
    """What of fontTools a build hardly ever needs is imported when it is called: that takes 60 ms.

    Only WeasyPrint gets the stand-ins, and only the one whose calls are known.
    """
    later = [] if shortcuts.problem() else [name for name in _SELDOM if name not in sys.modules]
    sys.modules.update({name: _Later(name) for name in later})
    try:
        yield
    finally:
        for name in later:
            del sys.modules[name]


@lru_cache(maxsize=8)
def _font_configuration(config: Path) -> Any:
    """One for each configuration of fonts: making one costs more than a page. ``config`` must be in force."""
    _weasyprint()
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    return FontConfiguration()


def choose_fonts(text: str, settings: Settings, path: str, tags: Sequence[str] = (languages.DEFAULT,)) -> fonts.Choice:
    """The fonts for a document that holds these characters; see :meth:`convert.fonts.FontSet.choose`."""
    _weasyprint()
    return fonts.activate().choose(text, settings, path, tags)


def part_css(choice: fonts.Choice) -> str:
    """The families of a document's parts in other languages."""
    rules = []
    for tag, families in choice.parts.items():
        part = f"[lang={_quoted(tag)}]"
        body, gothic = (", ".join(map(_quoted, families[role])) for role in ("mincho", "gothic"))
        rules.append(f"{part} {{ font-family: {body} }}")
        rules.append(f":is({_IN_GOTHIC}, strong, b) {part}, :is({_IN_GOTHIC}){part} {{ font-family: {gothic} }}")
        inside = _IN_GOTHIC if languages.kind(tag) == "western" else f"{_IN_GOTHIC}, strong, b"
        rules.append(f"{part} :is({inside}) {{ font-family: {gothic} }}")
    return "\n".join(rules)


def justifies(settings: Settings, path: str) -> tuple[bool, tuple[Diagnostic, ...]]:
    """Whether Japanese lines are to be made even; and why not, if the settings ask for it in vain."""
    if settings.justify != "yes":
        return False, ()
    _weasyprint()
    if problem := adjust.problem():
        return False, (diagnose(Code.PDF_ADJUST, f"lines end unevenly: {problem}", path),)
    return True, ()


@lru_cache(maxsize=64)
def _sheet(css: str, config: Path) -> tuple[Any, tuple[str, ...]]:
    """A style sheet, parsed once for the process, and what WeasyPrint had to say of it, for each document."""
    with _messages() as messages:
        sheet = _weasyprint().CSS(string=css, font_config=_font_configuration(config), url_fetcher=_Fetcher({}))
    return sheet, tuple(messages)


def lay_out(
    root: etree._Element,
    sheets: Sequence[str],
    assets: Mapping[str, Asset],
    choice: fonts.Choice,
    *,
    mono: bool = False,
) -> Layout:
    """Lay out a tree of HTML with style sheets; ``assets`` is all that it may show, by address; ``mono``: in greys.

    In the style sheets ``"Kumihan Mincho"`` and the like stand for the families of the choice's roles.
    """
    known = not adjust.problem()  # the WeasyPrint whose inside we replace
    with _messages() as messages, _collector_paused(), adjust.in_force(), columns.level() if known else nullcontext():
        page = _page_class()(root, _Fetcher(assets, mono=mono))
        parsed = [_sheet(_with_families(css, choice), choice.config) for css in sheets]
        document = page.render(
            font_config=_font_configuration(choice.config),
            stylesheets=[sheet for sheet, _ in parsed],
            pdf_tags=True,
        )
        if known:
            order.put_in_order(document.pages)
    return Layout(document, tuple(dict.fromkeys(chain(*(said for _, said in parsed), messages))))


def _with_families(css: str, choice: fonts.Choice) -> str:
    for role, families in choice.families.items():
        ours = _quoted(ROLES[role])
        stack = ", ".join(_quoted(family) for family in families)
        if stack != ours:
            css = css.replace(ours, stack)
    return css


@lru_cache(maxsize=256)
def _quoted(family: str) -> str:
    """A family's name as a CSS string: everything but letters of names is escaped by its code point."""
    return '"' + "".join(c if c.isalnum() or c in " -_" else f"\\{ord(c):x} " for c in family) + '"'


def write(layout: Layout, identifier: bytes, wishes: Wishes = NO_WISHES) -> tuple[bytes, tuple[str, ...]]:
    """The PDF of a layout, tagged; ``identifier`` becomes its file identifier. And what WeasyPrint had to say."""

    def finish(document: Any, pdf: Any) -> None:
        map_glyphs(document, pdf)
        _lead_to_outputs(pdf)
        if wishes.mono:
            grey.finish(pdf)
        file.finish(pdf, document, wishes)

    with _messages() as messages, _collector_paused(), adjust.in_force(), tags.in_force(wishes.names):
        data: bytes = layout.document.write_pdf(
            finisher=finish,
            pdf_tags=True,
            pdf_version="1.7",
            pdf_variant=file.VARIANTS[wishes.standard],
            pdf_identifier=identifier,
            attachments=file.attachments(wishes, layout.document.metadata),
        )
    return data, tuple(messages)


def _lead_to_outputs(pdf: Any) -> None:
    """Links to other outputs become relative: WeasyPrint drops a relative address where there is no base."""
    for item in pdf.objects:
        action = item.get("A") if isinstance(item, dict) and item.get("Subtype") == "/Link" else None
        if action is not None and "URI" in action:
            address = output_address(action["URI"].string, "pdf")
            action["URI"].string = address or action["URI"].string


@cache
def _page_class() -> Any:
    from cssselect2 import ElementWrapper  # noqa: PLC0415

    class TreePage(_weasyprint().HTML):  # type: ignore[misc]
        """WeasyPrint's HTML, made of a tree: its own constructor takes only text, and parses it 30 times slower."""

        def __init__(self, root: etree._Element, fetcher: _Fetcher) -> None:
            self.base_url = None
            self.url_fetcher = fetcher
            self.media_type = "print"
            self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
            self.etree_element = self.wrapper_element.etree_element

    return TreePage


class _Fetcher:
    """Serves the assets of one page and small pictures written into our own style sheets; nothing else exists."""

    _fail_on_errors = False  # WeasyPrint asks

    def __init__(self, assets: Mapping[str, Asset], *, mono: bool = False) -> None:
        self._assets = assets
        self._mono = mono

    def __call__(self, url: str) -> Any:
        from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415

        asset = self._assets.get(url)
        if asset is None and url.startswith("data:"):
            asset = _data_asset(url)
        if asset is None:
            raise PermissionError("not part of this page")
        if self._mono and asset.media_type != "image/svg+xml":
            asset = Asset(*grey.picture(asset.data))
        return URLFetcherResponse(url, asset.data, {"Content-Type": asset.media_type})


def _data_asset(url: str) -> Asset | None:
    head, _, content = url[len("data:") :].partition(",")
    media_type, *parameters = head.split(";")
    if media_type not in _DATA_TYPES:
        return None
    data = urllib.parse.unquote_to_bytes(content)
    return Asset(b64decode(data) if "base64" in parameters else data, media_type)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Python's collector would look through a layout's million boxes again and again, and free none: a tenth of all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Collector(logging.Handler):
    """Keeps warnings and worse."""

    def __init__(self) -> None:
        super().__init__()
        self.collected: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING and record.name != "weasyprint.progress":
            self.collected[record.getMessage()] = None


@contextmanager
def _messages() -> Iterator[list[str]]:
    """Collects what WeasyPrint and fontTools log meanwhile, each line once; nothing reaches the terminal."""
    handler = _Collector()
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    before = [logger.propagate for logger in loggers]
    lines: list[str] = []
    try:
        for logger in loggers:
            logger.addHandler(handler)
            logger.propagate = False
        yield lines
    finally:
        for logger, propagate in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.propagate = propagate
        lines += handler.collected
