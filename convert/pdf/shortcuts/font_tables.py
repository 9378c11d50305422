"""What a file says of its fonts: the widths of glyphs and what they stand for are written in one piece each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from convert.pdf.shortcuts.places import Replacement

_CMAP_BEGIN = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry (Adobe)
/Ordering (UCS)
/Supplement 0
>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange"""
_CMAP_END = b"""endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
#: glyphs, at most, of one list of a character map (PDF 1.7, 9.10.3)
_LONGEST_LIST = 100

_FIXED_PITCH = 1


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    import pydyf  # noqa: PLC0415
    from weasyprint import pdf as weasyprint_pdf  # noqa: PLC0415

    own = weasyprint_pdf.build_fonts_dictionary
    Dictionary: Any = pydyf.Dictionary

    def build_fonts_dictionary(
        pdf: Any, fonts: Mapping[Any, Any], compress: bool, subset: bool, options: Mapping[str, Any]
    ) -> Any:
        if not subset or str(options["pdf_version"]) <= "1.4" or not all(map(_is_usual, fonts.values())):
            return own(pdf, fonts, compress, subset, options)

        def add(item: Any) -> Any:
            pdf.add_object(item)
            return item.reference

        by_file: dict[str, list[Any]] = {}
        for font in fonts.values():
            by_file.setdefault(font.hash, []).append(font)
        files = {}
        for name, (font, *others) in by_file.items():
            to_unicode = dict(font.to_unicode)
            for other in others:
                to_unicode.update(other.to_unicode)
            font.clean(to_unicode, options["hinting"])
            extra = {"Subtype": "/OpenType"} if font.type == "otf" else {"Length1": len(font.file_content)}
            files[name] = add(pydyf.Stream([font.file_content], Dictionary(extra), compress=compress))
        found = Dictionary()
        for font in fonts.values():
            to_unicode = add(pydyf.Stream([_character_map(font.to_unicode)], compress=compress))
            widths = font.widths
            fixed = len(widths) > 1 and len(set(widths.values())) == 1
            is_otf = font.type == "otf"
            descriptor = Dictionary({
                "Type": "/FontDescriptor",
                "FontName": font.name,
                "FontFamily": pydyf.String(font.family),
                "Flags": font.flags + _FIXED_PITCH if fixed else font.flags,
                "FontBBox": pydyf.Array((0, font.descent, max(widths.values()) if widths else 0, font.ascent)),
                "ItalicAngle": font.italic_angle,
                "Ascent": font.ascent,
                "Descent": font.descent,
                "CapHeight": font.ascent,
                "StemV": font.stemv,
                "StemH": font.stemh,
                f"FontFile{3 if is_otf else 2}": files[font.hash],
            })  # fmt: skip
            descriptor_reference = add(descriptor)
            described = add(Dictionary({
                "Type": "/Font",
                "Subtype": f"/CIDFontType{0 if is_otf else 2}",
                "BaseFont": font.name,
                "CIDSystemInfo": b"<</Registry (Adobe)/Ordering (Identity)/Supplement 0>>",
                "CIDToGIDMap": "/Identity",
                "W": _widths(widths),
                "FontDescriptor": descriptor_reference,
            }))  # fmt: skip
            found[font.hash] = add(Dictionary({
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": font.name,
                "ToUnicode": to_unicode,
                "Encoding": "/Identity-H",
                "DescendantFonts": pydyf.Array([described]),
            }))  # fmt: skip
        return found

    yield weasyprint_pdf, "build_fonts_dictionary", build_fonts_dictionary


def _is_usual(font: Any) -> bool:
    """Whether it is of outlines, and no glyph was missing, nor is it for forms."""
    return not (font.bitmap or font.missing or font.used_in_forms) and all(type(w) is int for w in font.widths.values())


def _character_map(to_unicode: Mapping[int, str]) -> bytes:
    """The CMap that tells which text each glyph stands for."""
    lines = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in to_unicode.items()]
    lists = (lines[at : at + _LONGEST_LIST] for at in range(0, len(lines), _LONGEST_LIST))
    written = "\n".join(["\n".join((f"{len(some)} beginbfchar", *some, "endbfchar")) for some in lists])
    return b"\n".join((_CMAP_BEGIN, written.encode(), _CMAP_END) if lines else (_CMAP_BEGIN, _CMAP_END))


def _widths(widths: Mapping[int, int]) -> bytes:
    """Runs of glyphs with their widths, in thousandths of an em."""
    parts = []
    before = -2
    for glyph in sorted(widths):
        if glyph != before + 1:
            parts.append(f"] {glyph} [{widths[glyph]}")
        else:
            parts.append(f" {widths[glyph]}")
        before = glyph
    return f"[{''.join(parts)[2:]}]]".encode() if parts else b"[]"
