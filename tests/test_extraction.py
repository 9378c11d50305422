"""Copying from a finished PDF gives the text back, with the blanks that it has and no others, by several readers."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from convert import page as pages
from convert.formats import pdf
from convert.link import link_note
from convert.page import Element
from convert.settings import Settings
from convert.vault import scan
from tests.support.project import SHARED

SAMPLE = Path(__file__).parents[1] / "docs" / "sample"
NOTES = [(SAMPLE, "第1回 活字のことば.md"), *((note.parent, note.name) for note in (SHARED / "seed").glob("📑*.md"))]
#: what stands between the texts of a line, or is not read as written
_APART = frozenset({"br", "img", "math", "svg", "code"})


def by_pdfium(data: bytes, folder: Path) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def by_mupdf(data: bytes, folder: Path) -> str:
    """By MuPDF's own program: its licence keeps it out of what Kumihan needs, so it is used where it happens to be."""
    program = shutil.which("mutool")
    if not program:
        pytest.skip("mutool is not on this machine")
    (folder / "a.pdf").write_bytes(data)
    command = [program, "draw", "-q", "-F", "txt", str(folder / "a.pdf")]
    return subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8").stdout


def texts(element: Element) -> Iterator[str]:
    """The texts of a block, parted where a mark, a picture or the like is between."""
    text = element.text or ""
    for child in element:
        classes = {*(child.get("class") or "").split()}
        if child.tag.rpartition("}")[2] in _APART or classes & {"fnref", "task", "rt"}:
            yield text
            text = ""
        else:
            *whole, rest = texts(child)
            if whole:
                yield text + whole[0]
                yield from whole[1:]
                text = rest
            else:
                text += rest
        text += child.tail or ""
    yield text


def as_read(text: str) -> str:
    """Lines joined; MuPDF gives a plain blank for a full-width one."""
    joined = re.sub("[\r\n\f\u200b\u2060]+", "", text)
    return re.sub(" +", " ", joined.replace("\u3000", " "))


@pytest.mark.parametrize(("folder", "name"), NOTES, ids=[name for _, name in NOTES])
@pytest.mark.parametrize("reader", [by_pdfium, by_mupdf])
def test_paragraphs_are_read_back(tmp_path, folder, name, reader):
    document = link_note(name, scan(folder), Settings())
    found = as_read(reader(pdf.write(document, Settings()).data, tmp_path))
    page = pages.build(document)
    wanted = [
        part
        for tree in (page.main, *page.bodies.values())
        for block in tree.iter("p", *(f"h{n}" for n in range(1, 7)))
        for text in texts(block)
        if len(part := as_read(text.replace("\n", " ")).strip()) > 3
    ]
    assert len(wanted) > 15
    # a blank between Latin words may stand at a line's end, where readers give none
    lost = [part for part in wanted if not re.search(re.escape(part).replace("\\ ", " ?"), found)]
    assert len(lost) <= len(wanted) // 50, lost  # texts that go on behind a page's notes
