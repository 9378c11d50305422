"""Quicker ways through WeasyPrint, with the same pages at their end: for the versions that they were written for.

Each is a function or class that takes the place of one of WeasyPrint's or pydyf's, and could stand in it:

- a font is copied and taken apart once for a process, not for each document; what a document needs of it is cut out by
  a HarfBuzz that has read it before, without the empty places of unused glyphs (a map leads from their old numbers);
- streams are compressed once, though the file's identifier needs their bytes too, and at zlib's usual level.

They are in force from :func:`install` on, if :func:`problem` finds none; without them all works, but slower.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from typing import Any

#: the versions whose insides this is written for
TESTED = {"weasyprint": ("70.0",), "pydyf": ("0.13.0",)}

#: of zlib: 9 takes twice as long for a hundredth less
_LEVEL = 6

#: fonts and sizes, at most, that a process remembers
_MOST_FONTS = 400

#: of a font in a PDF, what maps and shapes text is not needed: that is done
_NOT_IN_PDF = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "OS/2", "STAT", "VORG", "cmap", "name", "post", "vhea", "vmtx")
#: in a font with one of these glyphs are no plain outlines, or not yet
_NOT_PLAIN = frozenset({"CFF ", "CFF2", "fvar", "CBDT", "COLR", "EBDT", "SVG ", "sbix"})

Replacement = tuple[Any, str, Any]


@cache
def problem() -> str:
    """Why they can't be in force here, in a few words; empty if they can."""
    for package, tested in TESTED.items():
        found = version(package)
        if found not in tested:
            return f"{package} {found} is not one of the versions it was tested with: {', '.join(tested)}"
    return ""


def install() -> None:
    """Put all in force, for the rest of the process; nothing if there is a :func:`problem`."""
    if not problem():
        for owner, name, replacement in _replacements():
            setattr(owner, name, replacement)


@contextmanager
def suspended() -> Iterator[None]:
    """WeasyPrint's own ways meanwhile, to compare with."""
    for owner, name, own in _originals():
        setattr(owner, name, own)
    try:
        yield
    finally:
        install()


@cache
def _replacements() -> tuple[Replacement, ...]:
    _originals()
    return (*_fonts(), *_compression())


@cache
def _originals() -> tuple[Replacement, ...]:
    import pydyf  # noqa: PLC0415
    from weasyprint.pdf import fonts, stream  # noqa: PLC0415

    places = ((stream, "Font"), (fonts.Font, "_harfbuzz_subset"), (pydyf, "zlib"), (pydyf.PDF, "write"))
    return (*((owner, name, getattr(owner, name)) for owner, name in places), (pydyf.Stream, "data", pydyf.Stream.data))


# Fonts


def _fonts() -> Iterator[Replacement]:
    from weasyprint.pdf import fonts, stream  # noqa: PLC0415
    from weasyprint.text.ffi import ffi, gobject  # noqa: PLC0415

    Font: Any = fonts.Font
    own_subset = Font._harfbuzz_subset
    content = fonts.get_hb_object_data
    ffi.cdef("gpointer g_object_ref (gpointer object);")
    known: dict[int, tuple[Any, Any]] = {}
    subsetters: dict[int, tuple[Any, Callable[[list[int]], tuple[bytes, dict[int, int]]]]] = {}

    class KnownFont(Font):  # type: ignore[misc]
        """A font of one document, made from what was found out about it for another."""

        def __init__(self, first: Any) -> None:
            self.__dict__.update(first.__dict__)
            self.__dict__.pop("file_content", None)
            self.variations = dict(first.variations)
            self.widths: dict[int, float] = {}
            self.to_unicode: dict[int, str] = {}
            self.missing: dict[int, int] = {}

        def __getattr__(self, name: str) -> Any:
            if name != "file_content":
                raise AttributeError(name)
            self.file_content = content(self.hb_face)
            return self.file_content

    def font(pango_font: Any, description: Any, font_size: float) -> Any:
        # Kept alive, a Pango font keeps its address: it is one and the same until the map of fonts is another.
        address = int(ffi.cast("uintptr_t", pango_font))
        if address not in known:
            if len(known) >= _MOST_FONTS:
                for _, kept in known.values():
                    gobject.g_object_unref(kept)
                known.clear()
                subsetters.clear()
            gobject.g_object_ref(pango_font)
            first = Font(pango_font, description, font_size)
            del first.file_content
            known[address] = first, pango_font
        return KnownFont(known[address][0])

    def subset(self: Any, to_unicode: dict[int, str], hinting: bool) -> None:
        if hinting or self.missing or self.index or not _NOT_PLAIN.isdisjoint(self.tables):
            own_subset(self, to_unicode, hinting)
            return
        address = int(ffi.cast("uintptr_t", self.hb_face))
        if address not in subsetters:
            subsetters[address] = self.hb_face, _subsetter(self.file_content)
        self.file_content, self.glyph_map = subsetters[address][1](sorted(to_unicode))

    yield stream, "Font", font
    yield Font, "_harfbuzz_subset", subset


def _subsetter(data: bytes) -> Callable[[list[int]], tuple[bytes, dict[int, int]]]:
    """What cuts glyphs out of a TrueType font: a font of these alone, and their new numbers by their old ones."""
    import uharfbuzz  # noqa: PLC0415

    face = uharfbuzz.subset_preprocess(uharfbuzz.Face(data))
    tags = [int.from_bytes(tag.encode(), "big") for tag in _NOT_IN_PDF]

    def cut(glyphs: list[int]) -> tuple[bytes, dict[int, int]]:
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update([0, *glyphs])
        wanted.drop_table_tag_set.update(tags)
        wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        plan = uharfbuzz.SubsetPlan(face, wanted)
        numbers = plan.old_to_new_glyph_mapping
        return bytes(plan.execute().blob.data), {glyph: numbers[glyph] for glyph in glyphs if glyph in numbers}

    return cut


def map_glyphs(document: Any, pdf: Any) -> None:
    """The maps from old numbers of glyphs to new ones, for fonts that were cut out: a finisher of ``write_pdf``."""
    import pydyf  # noqa: PLC0415

    maps = {}
    for font in document.fonts.values():
        if numbers := getattr(font, "glyph_map", None):
            last = max(numbers)
            maps[font.name] = struct.pack(f">{last + 1}H", *(numbers.get(old, 0) for old in range(last + 1)))
    written: dict[bytes, bytes] = {}
    for item in list(pdf.objects) if maps else ():
        if isinstance(item, dict) and item.get("Subtype") == "/CIDFontType2" and item.get("BaseFont") in maps:
            name = item["BaseFont"]
            if name not in written:
                stream = pydyf.Stream([maps[name]], compress=True)
                pdf.add_object(stream)
                written[name] = stream.reference
            item["CIDToGIDMap"] = written[name]


# Compression


def _compression() -> Iterator[Replacement]:
    import pydyf  # noqa: PLC0415

    own_write, own_data = pydyf.PDF.write, pydyf.Stream.data
    kept: dict[int, bytes] | None = None

    class Zlib:
        """What pydyf uses of zlib."""

        @staticmethod
        def compressobj(level: int) -> Any:
            return zlib.compressobj(min(level, _LEVEL))

    def data(self: Any) -> bytes:
        if kept is None:
            return bytes(own_data.fget(self))
        if id(self) not in kept:
            kept[id(self)] = own_data.fget(self)
        return kept[id(self)]

    def write(self: Any, *arguments: Any, **options: Any) -> None:
        nonlocal kept
        kept = {}
        try:
            own_write(self, *arguments, **options)
        finally:
            kept = None

    yield pydyf, "zlib", Zlib
    yield pydyf.PDF, "write", write
    yield pydyf.Stream, "data", property(data)
