"""``make side-by-side``: one note printed by plain pandoc and WeasyPrint, by Typst and by Kumihan, for the manual.

All three get the same standard Markdown, fonts, paper, size of type and measure; everything else is their own default,
but that Typst is told to justify, as anyone would who prints Japanese.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pypandoc
import pypdfium2
import typst

from convert import fonts
from convert.formats import pdf
from convert.link import link_note
from convert.settings import Settings
from convert.vault import scan

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "比較"
NOTE = "見本.md"
DIALECT = "commonmark_x-smart"
#: pixels to the inch: a page of A4 is 794 pixels wide
_DPI = 96
_CSS = """
@page { size: A4; margin: 24mm calc((210mm - 42 * 10.5pt) / 2) 27mm }
html { font: 10.5pt/1.7 "Kumihan Mincho"; text-align: justify }
body { margin: 0 }
h2, h3, strong { font-family: "Kumihan Gothic" }
"""
_TYPST = """
#set page(paper: "a4", margin: (x: (210mm - 42 * 10.5pt) / 2, top: 24mm, bottom: 27mm))
#set text(font: "Kumihan Mincho", size: 10.5pt, lang: "ja")
#set par(justify: true, leading: 0.85em)
#show heading: set text(font: "Kumihan Gothic")
#show strong: set text(font: "Kumihan Gothic")
#let horizontalrule = line(start: (25%, 0%), end: (75%, 0%))
"""


def plain(markdown: str) -> bytes:
    """By pandoc and WeasyPrint alone."""
    import weasyprint  # after the fonts are there

    body = pypandoc.convert_text(markdown, "html5", DIALECT)
    html = f'<!DOCTYPE html><html lang="ja"><title>{NOTE}</title><body>{body}'
    result = weasyprint.HTML(string=html).write_pdf(stylesheets=[weasyprint.CSS(string=_CSS)])
    assert isinstance(result, bytes)
    return result


def by_typst(markdown: str, faces: Path) -> bytes:
    """By pandoc and Typst."""
    source = _TYPST + pypandoc.convert_text(markdown, "typst", DIALECT)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "note.typ"
        file.write_text(source, "utf-8")
        result = typst.compile(file, font_paths=[faces], ignore_system_fonts=True)
    assert isinstance(result, bytes)
    return result


def by_kumihan() -> bytes:
    """By us, with the settings that everybody has."""
    settings = Settings(title="no")
    return pdf.write(link_note(NOTE, scan(FOLDER), settings), settings).data


def main() -> int:
    """Print the note three times and draw the first pages beside the manual's text."""
    faces = fonts.activate().folder
    markdown = (FOLDER / NOTE).read_text("utf-8")
    for name, data in (
        ("pandoc-weasyprint", plain(markdown)),
        ("pandoc-typst", by_typst(markdown, faces)),
        ("kumihan", by_kumihan()),
    ):
        page = pypdfium2.PdfDocument(data)[0]
        image = page.render(scale=_DPI / 72, grayscale=True).to_pil().quantize(16)
        image.save(FOLDER / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
