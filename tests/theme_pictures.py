"""``make theme-pictures``: two pages of one note in each theme, for the manual."""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
from PIL import Image

from convert import theme
from convert.formats import pdf
from convert.link import link_note
from convert.settings import Layers
from convert.vault import scan

DOCS = Path(__file__).resolve().parent.parent / "docs"
FOLDER = DOCS / "themes"
NOTE = (DOCS / "sample", "第3回 版面を引く.md")
#: Of other notes, and of other pages than the first two: where a theme is seen at its work.
NOTES = {"plain": (FOLDER, "english.md")}
FIRST = {"report": 2, "book": 4}
#: Height of a picture in pixels, and how many colours it may have.
_HEIGHT, _COLOURS = 560, 32


def picture(name: str) -> Image.Image:
    """Two pages side by side on grey."""
    settings = Layers({"theme": name}).settings()[0]
    root, note = NOTES.get(name, NOTE)
    document = pypdfium2.PdfDocument(pdf.write(link_note(note, scan(root), settings), settings).data)
    first = FIRST.get(name, 1) - 1
    pages = [document[at] for at in range(first, min(first + 2, len(document)))]
    sheets = [page.render(scale=_HEIGHT / page.get_height()).to_pil().convert("RGB") for page in pages]
    gap = 0 if theme.load(name).facing else 8
    width = sum(sheet.width for sheet in sheets) + gap * (len(sheets) - 1)
    whole = Image.new("RGB", (width + 16, _HEIGHT + 16), "#bbbbbb")
    x = 8
    for sheet in sheets:
        whole.paste(sheet, (x, 8))
        x += sheet.width + gap
    return whole.quantize(_COLOURS, dither=Image.Dither.NONE)


def main() -> int:
    """Draw all themes into ``docs/themes``."""
    for name in theme.names():
        picture(name).save(FOLDER / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
