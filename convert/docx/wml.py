"""WordprocessingML's names, and text that may stand in it."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape as _escape

from lxml import etree

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
M: Final = "http://schemas.openxmlformats.org/officeDocument/2006/math"
A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
WP: Final = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
PIC: Final = "http://schemas.openxmlformats.org/drawingml/2006/picture"
PACKAGE_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
XML_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NAMESPACES: Final = f'xmlns:w="{W}" xmlns:r="{R}"'

#: Everything that XML 1.0 has no way to write: Word calls a file with one of these unreadable.
ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Name of the processing instruction in whose place a page begins, until the text is finished.
PAGE_BREAK: Final = "kumihan-page"

#: Name of the instructions around a manuscript's callout or quote: ``<?kumihan-scope level indent type?>`` (without a
#: type for a quote), and empty at its end. ``indent`` is where its text begins, in twips; ``level`` counts the lists
#: around it.
SCOPE: Final = "kumihan-scope"
#: Name of the instruction before a paragraph that stands on one page with what follows.
KEEP: Final = "kumihan-keep"
#: Name of the instructions that tell the post-processor a table's place:
#: ``<?kumihan level size landscape width indent column …|caption?>``; a box has only the level. The indent of a
#: table in the middle of the line is -1.
INSTRUCTION: Final = "kumihan"

#: Name of the instructions around a tracked change: ``<?kumihan-change kind date author?>``, and empty at its end.
CHANGE: Final = "kumihan-change"

#: Name of the instructions around 縦中横: ``<?kumihan-upright 1?>``, and empty at its end.
UPRIGHT: Final = "kumihan-upright"

#: Twips (Word's unit, 1/1440 inch) in a point and in an inch.
POINT: Final = 20
INCH: Final = 1440


def q(name: str) -> str:
    """``name`` in Word's namespace, as lxml writes it."""
    return f"{{{W}}}{name}"


def legal(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return ILLEGAL.sub("", text)


def escaped(text: str) -> str:
    """The text as it may stand in XML, between tags and in attributes alike."""
    return _escape(legal(text), {'"': "&quot;"})


def element(name: str, **attributes: str) -> etree._Element:
    """``<w:name w:attribute="…"/>``."""
    return etree.Element(q(name), {q(key): value for key, value in attributes.items()})


def twips(millimetres: float) -> int:
    """Millimetres in twips."""
    return round(millimetres / 25.4 * INCH)


def text_run(text: str, properties: str = "") -> str:
    """``w:r`` with a text; ``properties`` is its ``w:rPr``."""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escaped(text)}</w:t></w:r>'


def field_begin(instruction: str, properties: str = "") -> str:
    """The runs of a field before its result."""
    return (
        f'<w:r>{properties}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{properties}<w:instrText xml:space="preserve"> {escaped(instruction)} </w:instrText></w:r>'
        f'<w:r>{properties}<w:fldChar w:fldCharType="separate"/></w:r>'
    )


def field_end(properties: str = "") -> str:
    """The run behind a field's result."""
    return f'<w:r>{properties}<w:fldChar w:fldCharType="end"/></w:r>'


def field(instruction: str, result: str, properties: str = "") -> str:
    """A field with the result that a reader shows until it computes its own; ``properties`` is its runs' ``w:rPr``."""
    return field_begin(instruction, properties) + text_run(result, properties) + field_end(properties)


def bookmark_start(id: int, name: str) -> str:
    """Where a bookmark begins."""
    return f'<w:bookmarkStart w:id="{id}" w:name="{escaped(name)}"/>'


def bookmark_end(id: int) -> str:
    """Where a bookmark ends."""
    return f'<w:bookmarkEnd w:id="{id}"/>'
