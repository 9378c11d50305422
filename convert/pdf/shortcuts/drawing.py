"""Quicker drawing: what was read of a line's glyphs is drawn, each glyph's part written once for a document's font."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.glyphs import GLYPH, Run, letters, meaning
from convert.pdf.shortcuts.places import Replacement
from convert.pdf.shortcuts.writing import number as written_number

#: glyphs that are remembered, at most; one takes a third of a kilobyte
_MOST_KNOWN = 20_000


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint import draw  # noqa: PLC0415
    from weasyprint.draw import text as drawing  # noqa: PLC0415
    from weasyprint.text.ffi import FROM_UNITS, pango  # noqa: PLC0415

    own_text, own_line = drawing.draw_text, drawing.draw_first_line
    #: of glyphs in a face, by the width that a document's font has for them so far: how they are written, and the width
    #: that this goes by
    known: dict[tuple[Any, ...], tuple[str, int]] = {}
    none, unknown = pango.PANGO_GLYPH_EMPTY, pango.PANGO_GLYPH_UNKNOWN_FLAG
    to_thousandths = 1000 * FROM_UNITS

    def arrays(stream: Any, textbox: Any) -> list[tuple[Any, Any, str]] | None:
        """What a text box shows: a font, its face, and glyphs in it; none if only WeasyPrint can draw that."""
        runs = textbox.pango_layout.__dict__.get("runs")
        if runs is None:
            return None
        if textbox.style["font_size"] < 1e-6 or not textbox.text.strip():
            return []
        fonts = stream._fonts
        shown: list[tuple[Any, Any, str]] = []
        encoded = b""
        for run in runs:
            face, _, glyphs, _, _ = run
            font = fonts.get(face.key) or stream.add_font(face.pointer)[0]
            if font.png or font.svg or font.colr or font.bitmap:
                return None
            written = font.__dict__.setdefault("written", {}).setdefault(face.size, {})
            try:
                content = "".join([written[glyph] for glyph in GLYPH.iter_unpack(glyphs)])
            except KeyError:
                encoded = encoded or textbox.pango_layout.text.encode()
                if not write(stream, font, run, written, encoded):
                    return None
                content = "".join([written[glyph] for glyph in GLYPH.iter_unpack(glyphs)])
            content = f"<{content[:-1]}" if content.endswith("<") else f"<{content}>"
            if shown and shown[-1][1] is face:
                content = shown.pop()[2] + content
            shown.append((font, face, content))
        return shown

    def write(stream: Any, font: Any, run: Run, written: dict[Any, str], encoded: bytes) -> bool:
        """Write each glyph of a run that the document has not had yet, and what moves the next; false if it can't."""
        widths, meanings, face = font.widths, font.to_unicode, run[0]
        size = face.size
        found = list(GLYPH.iter_unpack(run[2]))
        each = None
        for key in dict.fromkeys(found):
            if key in written:
                continue
            glyph, width, offset, rise = key
            if glyph == none:
                written[key] = f">{-width / size}<"
                continue
            if glyph & unknown or rise:
                return False
            if glyph not in meanings:
                each = letters(run, encoded) if each is None else each
                number = found.index(key)
                meanings[glyph] = each[number] if each else meaning(run, number, encoded)
            # The first size that a document has a glyph in tells its width, by which all others go.
            before = widths.get(glyph)
            how = known.get((face.key, size, key, before))
            if how:
                written[key], widths[glyph] = how
                continue
            if before is None:
                pango.pango_font_get_glyph_extents(face.pointer, glyph, stream.ink_rect, stream.logical_rect)
                widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
            moved = offset / size
            kerning = int(widths[glyph] + moved - width * to_thousandths / size)
            written[key] = f"{f'>{-moved}<' if moved else ''}{glyph:04x}{f'>{kerning}<' if kerning else ''}"
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known[face.key, size, key, before] = written[key], widths[glyph]
        return True

    def show(stream: Any, shown: list[tuple[Any, Any, str]]) -> None:
        for font, face, glyphs in shown:
            stream.set_font_size(font.hash, face.size)
            stream.show_text(glyphs)

    def draw_first_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: Any, matrix: Any) -> Any:
        if text_overflow != "ellipsis" and block_ellipsis == "none":
            shown = arrays(stream, textbox)
            if shown is not None:
                if shown:
                    stream.set_text_matrix(*matrix.values)
                    show(stream, shown)
                return []
        return own_line(stream, textbox, text_overflow, block_ellipsis, matrix)

    def draw_text(stream: Any, textbox: Any, offset_x: float, text_overflow: str, block_ellipsis: Any = "none") -> None:
        style = textbox.style
        if (
            style["text_decoration_line"] == "none"
            and style["visibility"] == "visible"
            and text_overflow != "ellipsis"
            and block_ellipsis == "none"
        ):
            shown = arrays(stream, textbox)
            if shown is not None:
                stream.set_color(style["color"])
                stream.begin_text()
                if shown:
                    x, y = float(textbox.position_x), float(textbox.position_y + textbox.baseline)
                    stream.stream.append(b"1 0 0 -1 %b %b Tm" % (written_number(x), written_number(y)))
                    show(stream, shown)
                stream.end_text()
                return
        own_text(stream, textbox, offset_x, text_overflow, block_ellipsis)

    yield drawing, "draw_first_line", draw_first_line
    yield draw, "draw_text", draw_text
