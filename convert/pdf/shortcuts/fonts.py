"""A font is copied and taken apart once for a process; what a document needs is cut out by a HarfBuzz that knows it."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterator
from typing import Any

from convert.pdf.shortcuts.places import MOST_FONTS, Replacement, declare

#: of a font in a PDF, what maps and shapes text is not needed: that is done
_NOT_IN_PDF = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "OS/2", "STAT", "VORG", "cmap", "name", "post", "vhea", "vmtx")
#: in a font with one of these glyphs are no plain outlines, or not yet
_NOT_PLAIN = frozenset({"CFF ", "CFF2", "fvar", "CBDT", "COLR", "EBDT", "SVG ", "sbix"})


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint.pdf import fonts, stream  # noqa: PLC0415
    from weasyprint.text.ffi import ffi, gobject  # noqa: PLC0415

    declare()
    Font: Any = fonts.Font
    own_subset = Font._harfbuzz_subset
    content = fonts.get_hb_object_data
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
            if len(known) >= MOST_FONTS:
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
            values = array("H", bytes(2 * (max(numbers) + 1)))
            for old, new in numbers.items():
                values[old] = new
            if sys.byteorder == "little":
                values.byteswap()
            maps[font.name] = values.tobytes()
    written: dict[bytes, bytes] = {}
    for item in list(pdf.objects) if maps else ():
        if isinstance(item, dict) and item.get("Subtype") == "/CIDFontType2" and item.get("BaseFont") in maps:
            name = item["BaseFont"]
            if name not in written:
                stream = pydyf.Stream([maps[name]], compress=True)
                pdf.add_object(stream)
                written[name] = stream.reference
            item["CIDToGIDMap"] = written[name]
