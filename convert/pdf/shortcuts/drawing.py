"""Quicker drawing: a text's glyphs are read from Pango's memory in one piece, and it is not laid out again for it."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Any

from convert.pdf.shortcuts.places import Replacement
from convert.pdf.shortcuts.text import PARAGRAPHS

#: Pango's glyph: its number, how wide it is set, how far from its place it stands, what it is
_GLYPH = Struct("=IiiiI")


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint.draw import text as drawing  # noqa: PLC0415
    from weasyprint.text.ffi import FROM_UNITS, ffi, pango  # noqa: PLC0415

    own = drawing.draw_first_line
    if ffi.sizeof("PangoGlyphInfo") != _GLYPH.size:
        return
    none, unknown = pango.PANGO_GLYPH_EMPTY, pango.PANGO_GLYPH_UNKNOWN_FLAG
    to_thousandths = 1000 * FROM_UNITS

    def draw_first_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: Any, matrix: Any) -> Any:
        layout = textbox.pango_layout
        if text_overflow == "ellipsis" or block_ellipsis != "none" or PARAGRAPHS.search(layout.text):
            return own(stream, textbox, text_overflow, block_ellipsis, matrix)
        if not textbox.text.strip() or textbox.style["font_size"] < 1e-6:
            return []
        line, _ = layout.get_first_line()
        items = []
        run = line.runs[0]
        while run != ffi.NULL:
            pango_font = run.data.item.analysis.font
            font, size = stream.add_font(pango_font)
            glyphs = run.data.glyphs
            read = list(_GLYPH.iter_unpack(ffi.buffer(glyphs.glyphs, glyphs.num_glyphs * _GLYPH.size)))
            if (
                font.png
                or font.svg
                or font.colr
                or font.bitmap
                or any((glyph & unknown and glyph != none) or rise for glyph, _, _, rise, _ in read)
            ):
                layout.setup(textbox.style)
                layout.set_text(layout.text, justify=True)
                return own(stream, textbox, text_overflow, block_ellipsis, matrix)
            items.append((run.data, pango_font, font, size, read))
            run = run.next

        stream.set_text_matrix(*matrix.values)
        encoded = b""
        parts: list[str] = []
        before = None
        for data, pango_font, font, size, read in items:
            if pango_font != before:
                before = pango_font
                if parts:
                    stream.show_text("".join(parts))
                parts = []
                stream.set_font_size(font.hash, size)
            widths, meanings = font.widths, font.to_unicode
            parts.append("<")
            for at, (glyph, width, offset, _, _) in enumerate(read):
                if glyph == none:
                    parts.append(f">{-width / size}<")
                    continue
                if glyph not in meanings:
                    encoded = encoded or layout.text.encode()
                    meanings[glyph] = _meaning(data, at, len(read), encoded)
                if glyph not in widths:
                    pango.pango_font_get_glyph_extents(pango_font, glyph, stream.ink_rect, stream.logical_rect)
                    widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
                moved = offset / size
                parts.append(f">{-moved}<{glyph:04x}" if moved else f"{glyph:04x}")
                kerning = widths[glyph] + moved - width * to_thousandths / size
                if kerning:
                    parts.append(f">{int(kerning)}<")
            if parts[-1].endswith("<"):
                parts[-1] = parts[-1][:-1]
            else:
                parts.append(">")
        stream.show_text("".join(parts))
        return []

    yield drawing, "draw_first_line", draw_first_line


def _meaning(item: Any, at: int, count: int, text: bytes) -> str:
    """The characters that a glyph of an item stands for."""
    clusters, item = item.glyphs.log_clusters, item.item
    if item.analysis.level % 2:
        end = item.length if at == 0 else clusters[at - 1]
    else:
        end = item.length if at == count - 1 else clusters[at + 1]
    return text[item.offset + clusters[at] : item.offset + end].decode()
