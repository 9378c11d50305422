"""What a reader must find in every format: compares the text of outputs, whatever breaks their lines and pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tests.support.docx import Docx
from tests.support.html import Html
from tests.support.pdf import Pdf, squeezed

#: A line is looked for in pieces of about this many characters; shorter ones may be found by chance.
_PIECE = 24


def pieces(text: str) -> list[str]:
    """Lines cut after sentences, and where those are long again, without blanks."""
    found = []
    for line in text.split("\n"):
        for sentence in re.split(r"(?<=[。！？])", line):
            solid = squeezed(sentence)
            found += [solid[at : at + _PIECE] for at in range(0, len(solid), _PIECE)]
    return found


def missing(wanted: str, there: str, *, ignore: str = "") -> list[str]:
    """The pieces of ``wanted`` that ``there`` has neither whole nor cut in two (by the end of a page).

    Args:
        wanted: text with a line for each block.
        there: text in which it must be.
        ignore: characters that don't matter, such as bullets and labels.
    """
    drop = {ord(char): None for char in ignore}
    text = unicodedata.normalize("NFC", squeezed(there)).translate(drop)
    lost = []
    for piece in pieces(unicodedata.normalize("NFC", wanted).translate(drop)):
        if piece in text:
            continue
        if not any(piece[:cut] in text and piece[cut:] in text for cut in range(1, len(piece))):
            lost.append(piece)
    return lost


def word_text(word: Docx) -> str:
    """The body and the notes of a Word file."""
    return "\n".join([word.text, *(note.text for note in word.footnotes)])


def lost_between(page: Html, pdf: Pdf | None = None, word: Docx | None = None, ignore: str = "") -> list[str]:
    """What the HTML shows and another format does not; what a reader cannot see in it is not asked for."""
    lost: Iterable[str] = []
    if pdf is not None:
        lost = [*lost, *(f"PDF: {piece}" for piece in missing(page.text, pdf.text(), ignore=ignore))]
    if word is not None:
        lost = [*lost, *(f"DOCX: {piece}" for piece in missing(page.text, word_text(word), ignore=ignore))]
    return list(lost)
