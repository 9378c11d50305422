"""What a reader must find in every format: compares the text of outputs, whatever breaks their lines and pages."""

from __future__ import annotations

import re
import unicodedata

from tests.support.docx import Docx
from tests.support.html import Html, text
from tests.support.pdf import Pdf, squeezed

#: Bullets, numbers of lists and notes, boxes of tasks: drawn, not written, in one format or another.
LABELS = "0123456789.•◦▪‣・☐☒☑"
#: Accents, which formulas set apart; whether an emoji is to be in colour: no characters of their own.
_UNSEEN = dict.fromkeys([*range(0x300, 0x370), 0xFE0E, 0xFE0F])
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
    """The pieces of ``wanted`` that ``there`` does not have.

    Args:
        wanted: text with a line for each block.
        there: text in which it must be.
        ignore: characters that don't matter, such as bullets and labels.
    """
    drop = {**_UNSEEN, **dict.fromkeys(map(ord, ignore))}
    found = unicodedata.normalize("NFC", squeezed(there)).translate(drop)
    sought = [piece.translate(drop) for piece in pieces(unicodedata.normalize("NFC", wanted))]
    return [piece for piece in sought if not _in_parts(piece, found, 3)]


def _in_parts(piece: str, found: str, most: int) -> bool:
    """Whether ``piece`` is there, cut into at most that many parts (by a mark, by the end of a page)."""
    if piece in found:
        return True
    cuts = range(len(piece) - 1, 0, -1) if most > 1 else ()
    longest = next((cut for cut in cuts if piece[:cut] in found), 0)
    return bool(longest) and _in_parts(piece[longest:], found, most - 1)


def word_text(word: Docx) -> str:
    """The body and the notes of a Word file without formulas; the readings of ruby at the end."""
    paragraphs = [*word.paragraphs, *(p for note in word.footnotes for p in note.paragraphs)]
    return "\n".join([*(p.words for p in paragraphs), *(reading for p in paragraphs for reading in p.readings)])


def page_text(page: Html, unwanted: str = ".fnref, .footnote-back, math") -> str:
    """A page's visible text without what other formats draw their own way; the readings of ruby at the end."""
    readings = page.all("rt")
    body = text(page.one("body"), skip=frozenset([*page.all(unwanted), *readings]))
    return "\n".join([body, *map(text, readings)])


def lost_between(page: Html, pdf: Pdf, word: Docx, *, ignore: str = LABELS) -> list[str]:
    """What the HTML shows and another format does not. Formulas are only counted: each format has its own for them."""
    wanted = page_text(page)
    lost = [f"PDF: {piece}" for piece in missing(wanted, pdf.characters, ignore=ignore)]
    lost += [f"DOCX: {piece}" for piece in missing(wanted, word_text(word), ignore=ignore)]
    formulas = sum(len(p.formulas) for n in [word, *word.footnotes] for p in n.paragraphs)
    if formulas != len(page.all("math")):
        lost.append(f"DOCX: {formulas} formulas of {len(page.all('math'))}")
    return lost
