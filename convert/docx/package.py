"""A DOCX file as its parts: read, and written so that the same parts give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from lxml import etree

#: The first day that a zip archive can name; the clock stays out of every file.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FIRST = ("[Content_Types].xml", "_rels/.rels")
_STORED = (".png", ".jpeg", ".jpg", ".gif")


def read(data: bytes) -> dict[str, bytes]:
    """The parts by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def write(parts: Mapping[str, bytes]) -> bytes:
    """The file: content types first, as readers that stream expect, then the other parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(parts, key=lambda name: (_rank(name), name)):
            info = zipfile.ZipInfo(name, _EPOCH)
            # pictures are compressed already
            info.compress_type = zipfile.ZIP_STORED if name.lower().endswith(_STORED) else zipfile.ZIP_DEFLATED
            info.create_system = 0  # zipfile puts the machine's own system here
            archive.writestr(info, parts[name])
    return out.getvalue()


def part(root: etree._Element) -> bytes:
    """A part's XML as Word writes it: declared, in UTF-8, standing alone."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)
