"""Where things stand on some pages: each line's box and text, each drawn box with its colour (``tests/golden/looks``).

``UPDATE_GOLDEN=1`` rewrites the files. Their difference says what moved, in points from the page's upper left corner.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from ctypes import byref, c_uint, create_unicode_buffer
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from convert.formats import pdf
from convert.link import link_note
from convert.settings import Layers
from convert.vault import scan
from tests.support.project import CHECKOUT, SAMPLE

GOLDEN = Path(__file__).parent / "golden" / "looks"
#: points that a box may be off: machines have different releases of Pango and HarfBuzz
TOLERANCE = 0.6
#: what is looked at: vault, note, its first pages, theme
PAGES = {
    "side-by-side": (CHECKOUT / "docs" / "比較", "見本.md", 2, "handout"),
    "callouts": (SAMPLE, "囲みの見本.md", 2, "handout"),
    "notes": (SAMPLE, "注のいろいろ.md", 2, "handout"),
    "lines": (SAMPLE, "第2回 一行を組む.md", 2, "handout"),
    "columns": (SAMPLE, "第3回 版面を引く.md", 1, "handout-2col"),
    "report": (SAMPLE, "第3回 版面を引く.md", 3, "report"),
}

Row = tuple[str, tuple[float, ...], str]
"""Kind, box (left, top, right, bottom), and the text or colour."""


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moved(name: str) -> None:
    vault, note, count, theme = PAGES[name]
    settings, _ = Layers({"theme": theme}).settings()
    data = pdf.write(link_note(note, scan(vault), settings), settings).data
    pages = [list(rows(page)) for page, _ in zip(pypdfium2.PdfDocument(data), range(count), strict=False)]
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(map(_written, pages)), "utf-8")
        return
    expected = [list(map(_read, page.splitlines())) for page in file.read_text("utf-8").split("\n\n")]
    assert len(pages) == len(expected)
    for number, (got, wanted) in enumerate(zip(pages, expected, strict=True), 1):
        assert [(kind, text) for kind, _, text in got] == [(kind, text) for kind, _, text in wanted], f"page {number}"
        moved = [
            f"page {number}: {_line(row)} (was {_line(was)})"
            for row, was in zip(got, wanted, strict=True)
            if any(abs(a - b) > TOLERANCE for a, b in zip(row[1], was[1], strict=True))
        ]
        assert not moved, "\n".join(moved)


def rows(page: pypdfium2.PdfPage) -> Iterator[Row]:
    """Everything on a page in the order of drawing; the pieces of a line's text are one row."""
    height, textpage = page.get_height(), page.get_textpage()
    line: Row | None = None
    for item in page.get_objects():
        left, bottom, right, top = item.get_bounds()
        box = (left, height - top, right, height - bottom)
        if item.type != pdfium.FPDF_PAGEOBJ_TEXT:
            if line:
                yield line
                line = None
            kind = "image" if item.type == pdfium.FPDF_PAGEOBJ_IMAGE else "shape"
            yield kind, box, _colour(item) if kind == "shape" else ""
            continue
        text = _text(item, textpage)
        if not text.strip():
            continue
        if line and box[1] < line[1][3] and line[1][1] < box[3] and box[0] >= line[1][2] - 1:
            was = line[1]
            box = (was[0], min(was[1], box[1]), box[2], max(was[3], box[3]))
            line = ("text", box, line[2] + text)
        else:
            if line:
                yield line
            line = ("text", box, text)
    if line:
        yield line


def _text(item: pypdfium2.PdfObject, textpage: pypdfium2.PdfTextPage) -> str:
    size = pdfium.FPDFTextObj_GetText(item, textpage, None, 0)
    buffer = create_unicode_buffer(size)
    pdfium.FPDFTextObj_GetText(item, textpage, pdfium.cast(buffer, pdfium.POINTER(pdfium.FPDF_WCHAR)), size)
    raw = bytes(buffer)[:size]
    return "".join(char for char in raw.decode("utf-16-le", "replace") if char.isprintable()).strip("\0")


def _colour(item: pypdfium2.PdfObject) -> str:
    parts = [c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(item, *map(byref, parts))
    return "#" + "".join(f"{part.value:02x}" for part in parts[:3])


def _written(page: list[Row]) -> str:
    return "".join(f"{_line(row)}\n" for row in page)


def _line(row: Row) -> str:
    kind, box, text = row
    return f"{kind}\t" + "\t".join(f"{value:.1f}" for value in box) + f"\t{text}"


def _read(line: str) -> Row:
    kind, left, top, right, bottom, text = line.split("\t")
    return kind, (float(left), float(top), float(right), float(bottom)), text
