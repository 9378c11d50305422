"""``make editor-pictures``: the pictures of ``docs/編集者の方へ.md``, Word files as LibreOffice shows them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from convert import fonts
from convert.fonts.recipes import GOTHIC, MINCHO
from convert.formats import docx, linked_for
from convert.link import link_note
from convert.settings import Settings
from convert.vault import scan

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "編集者の方へ"
NOTE = "見本.md"
#: pixels to the inch
_DPI = 84
#: What Word has on its machines, and what stands for it here.
_FACES = {
    **dict.fromkeys(("游明朝", "ＭＳ 明朝", "Times New Roman"), MINCHO),
    **dict.fromkeys(("游ゴシック", "ＭＳ ゴシック", "Arial"), GOTHIC),
}
_PICTURES = {
    "原稿": Settings(docx_profile="manuscript"),
    "配布": Settings(docx_profile="handout"),
}


def fontconfig(folder: Path) -> Path:
    """A configuration in which Kumihan's own fonts stand for Word's."""
    aliases = "".join(
        f'<alias binding="same"><family>{theirs}</family><prefer><family>{ours}</family></prefer></alias>'
        for theirs, ours in _FACES.items()
    )
    file = folder / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{fonts.activate().folder}</dir><cachedir>{folder / 'cache'}</cachedir>{aliases}</fontconfig>",
        "utf-8",
    )
    return file


def drawn(data: bytes, folder: Path, config: Path) -> Image.Image:
    """The first page of a Word file."""
    file = folder / "note.docx"
    file.write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "FONTCONFIG_FILE": str(config)})
    page = pypdfium2.PdfDocument(folder / "note.pdf")[0]
    return page.render(scale=_DPI / 72).to_pil()


def main() -> int:
    """Make the note's Word files and draw them beside the manual's text."""
    vault = scan(FOLDER)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = fontconfig(folder)
        for picture, settings in _PICTURES.items():
            data = docx.write(link_note(NOTE, vault, linked_for("docx", settings)), settings).data
            image = ImageOps.expand(drawn(data, folder, config).convert("RGB"), 1, "#bbbbbb")
            image.quantize(48, dither=Image.Dither.NONE).save(FOLDER / f"{picture}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
