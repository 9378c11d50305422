"""Nothing leaves the vault but what its owner wrote for readers: tokens planted everywhere, sought in every output."""

from __future__ import annotations

import base64
import getpass
import io
import re
from dataclasses import replace
from pathlib import Path

import docx
import pikepdf
import pytest
from PIL import Image, PngImagePlugin

from convert.formats import Output, linked_for, writer
from convert.link import link_note
from convert.settings import Settings
from convert.vault import scan
from tests.support.docx import NAMES, Docx
from tests.support.linked import put

NOTE = """---
title: 公開の題
author: 公開の著者
date: 2025-04-05
description: 公開の説明
keywords: [公開の語]
tags: [TOKEN-tag]
aliases: [TOKEN-alias]
TOKEN-key: TOKEN-text
list: [TOKEN-item, "[[TOKEN-link]]"]
number: 777000111
checkbox: true
day: 1901-02-03
moment: 1902-03-04T05:06:07
nested: {TOKEN-inner: [TOKEN-deep, {x: TOKEN-deepest}]}
publish: false
permalink: TOKEN-permalink
---
文%%TOKEN-inline%%と<!-- TOKEN-html -->の間{>>SAID-point<<}。{==強調==}{>>{"author":"SAID-author"}@@SAID-range<<}[^1]

%%
TOKEN-block
%%

消し{--GONE-text ![[TOKEN-gone.png]] [[TOKEN-gone]] [^2]--}た。

![[TOKEN-folder/TOKEN-picture.jpg]] ![[TOKEN-drawing.svg|40]] ![](TOKEN-folder/TOKEN-picture.png)
![[TOKEN-picture.webp]]

![[TOKEN-folder/隣#節]] [[TOKEN-folder/隣|案内]] [[TOKEN-nowhere|どこにもない]] [案内](TOKEN-folder/隣.md)

> [!note]- 題
> <span class="TOKEN-class" data-x="TOKEN-data" title="TOKEN-title" id="TOKEN-id">字</span> ^TOKEN-block-id

```python title="TOKEN-fence"
print()
```

[^1]: 注。 %%TOKEN-note%%
[^2]: GONE-note
"""
NEIGHBOUR = """---
TOKEN-key2: TOKEN-value2
author: TOKEN-author2
---
## 節
埋めた文 %%TOKEN-embedded%% {==語==}{>>SAID-embedded<<} ^TOKEN-block-id-2

## TOKEN-other-section
"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 width="9" height="9" inkscape:export-filename="/home/TOKEN-user/x.png"><title>TOKEN-title</title>
<desc>TOKEN-desc</desc><metadata>TOKEN-metadata</metadata><!-- TOKEN-comment -->
<rect width="9" height="9" inkscape:label="TOKEN-label"/></svg>"""


def photo(kind: str) -> bytes:
    """A picture that tells who took it, where, and with what program."""
    out = io.BytesIO()
    image = Image.new("RGB", (20, 10), "navy")
    exif = Image.Exif()
    exif[0x013B] = "TOKEN-artist"
    exif[0x010E] = "TOKEN-description"
    exif.get_ifd(0x8825)[29] = "TOKEN-gps"
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>TOKEN-xmp</x:xmpmeta>"
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", "TOKEN-png-text")
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        image.save(out, kind, pnginfo=text, exif=exif)
    elif kind == "JPEG":
        image.save(out, kind, exif=exif, xmp=xmp, comment=b"TOKEN-jpeg-comment")
    else:
        image.save(out, kind, exif=exif, xmp=xmp)
    data = out.getvalue()
    assert b"TOKEN-" in data
    return data


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    root = tmp_path / "TOKEN-vault"
    address = "data:image/jpeg;base64," + base64.b64encode(photo("JPEG")).decode()
    files: dict[str, str | bytes] = {
        "TOKEN-place/題.md": NOTE,
        "TOKEN-folder/隣.md": NEIGHBOUR,
        "TOKEN-folder/TOKEN-picture.jpg": photo("JPEG"),
        "TOKEN-folder/TOKEN-picture.png": photo("PNG"),
        "TOKEN-folder/TOKEN-picture.webp": photo("WEBP"),
        "TOKEN-folder/TOKEN-drawing.svg": SVG.replace("<rect", f'<image href="{address}" width="9"/><rect'),
        ".obsidian/app.json": '{"TOKEN-setting": 1}',
    }
    put(root, files)
    return root


def made(root: Path, format: str, **others: str) -> Output:
    settings = replace(Settings(), **others)  # type: ignore[arg-type]
    return writer(format)(link_note("TOKEN-place/題.md", scan(root), linked_for(format, settings)), settings)


def pdf_contents(data: bytes) -> bytes:
    """All strings, names and streams of a PDF, in the clear."""
    found: list[bytes] = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for thing in pdf.objects:
            found.append(thing.unparse())
            found += [text.encode("utf-8", "replace") for text in _strings(thing)]
            if isinstance(thing, pikepdf.Stream):
                coded = "/DCTDecode" in str(thing.get("/Filter"))
                found.append(thing.read_raw_bytes() if coded else thing.read_bytes())
    return b"\n".join(found)


def _strings(thing: pikepdf.Object) -> list[str]:
    if isinstance(thing, pikepdf.String):
        return [str(thing)]
    if isinstance(thing, pikepdf.Array):
        return [text for each in thing if not _indirect(each) for text in _strings(each)]
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return [text for each in thing.values() if not _indirect(each) for text in _strings(each)]
    return []


def _indirect(thing: object) -> bool:
    return isinstance(thing, pikepdf.Object) and thing.is_indirect


def opened(data: bytes) -> bytes:
    """The data, and the pictures that stand in it as text."""
    inside = [base64.b64decode(code) for code in re.findall(rb"data:[\w/+]+;base64,([\w+/=]+)", data)]
    return b"\n".join([data, *map(opened, inside)])


def contents(format: str, data: bytes) -> dict[str, bytes]:
    """An output's parts by name."""
    if format == "docx":
        return {name: name.encode() + opened(part) for name, part in Docx(data).parts.items()}
    return {"file": data + (pdf_contents(data) if format == "pdf" else opened(data))}


PRIVATE = (b"TOKEN", b"777000111", b"1901", b"1902-", b"GONE", b"SAID")


def leaks(format: str, data: bytes, private: tuple[bytes, ...]) -> list[tuple[str, bytes]]:
    return [
        (name, part[at - 60 : at + 40])
        for name, part in contents(format, data).items()
        for word in private
        if (at := part.find(word)) >= 0
    ]


@pytest.mark.parametrize("format", ["pdf", "html", "docx"])
def test_no_output_tells_what_was_not_written_for_readers(vault: Path, format: str) -> None:
    changes = {"docx_changes": "accept"} if format == "docx" else {}
    output = made(vault, format, **changes)
    machine = (str(vault).encode(), str(Path.home()).encode() + b"/", str(Path(__file__).parents[1]).encode())
    user = getpass.getuser().encode()
    named = () if user in (b"root", b"user") else (user,)
    assert leaks(format, output.data, (*PRIVATE, *machine, *named)) == []
    wanted = {"pdf": "公開の題", "html": "埋めた文", "docx": "埋めた文"}[format]
    assert any(wanted.encode() in part for part in contents(format, output.data).values())


def test_markdown_names_pictures_by_their_place_and_tells_nothing_else(vault: Path) -> None:
    text = made(vault, "md").data.decode()
    for picture in ("picture.jpg", "picture.png", "picture.webp", "drawing.svg"):
        assert f"TOKEN-folder/TOKEN-{picture}" in text
        text = text.replace(f"TOKEN-folder/TOKEN-{picture}", "")
    assert not [word for word in PRIVATE if word.decode() in text]


def test_a_tracked_file_has_the_authors_words_to_the_editor_and_no_others(vault: Path) -> None:
    word = Docx(made(vault, "docx").data)
    assert word.comments == ("SAID-point", "SAID-range", "SAID-embedded")
    # what an embedded note's properties say of its author is for nobody
    authors = re.findall(r'w:author="([^"]*)"', word.everything)
    assert set(authors) == {"公開の著者", "SAID-author"}
    assert "GONE-text" in word.everything
    everything = {name: part for name, part in word.parts.items() if name != "word/comments.xml"}
    assert not [name for name, part in everything.items() if b"SAID" in part]
    # what is deleted is still there to be taken back, its missing picture's and link's names with it
    assert not [
        (name, part[at - 50 : at + 30])
        for name, part in word.parts.items()
        if (at := part.replace(b"TOKEN-gone", b"").find(b"TOKEN")) >= 0
    ]


def test_word_knows_of_the_document_what_its_properties_say(vault: Path) -> None:
    word = Docx(made(vault, "docx").data)
    assert word.properties == {
        "title": "公開の題",
        "creator": "公開の著者",
        "description": "公開の説明",
        "keywords": "公開の語",
        "language": "ja",
        "created": "2025-04-05T00:00:00Z",
        "modified": "2025-04-05T00:00:00Z",
    }
    assert not [part for part in word.parts if "thumbnail" in part.lower() or "customXml" in part or "fonts/" in part]
    assert "rsid" not in word.everything
    assert "w:vanish" not in word.everything


def test_a_model_gives_its_styles_and_tells_nothing(vault: Path) -> None:
    model = docx.Document()
    for name in ("author", "last_modified_by", "title", "subject", "comments", "category", "keywords", "version"):
        setattr(model.core_properties, name, f"TOKEN-{name}")
    paragraph = model.add_paragraph("TOKEN-text")
    model.add_comment(paragraph.runs, text="TOKEN-comment", author="TOKEN-commenter", initials="T")
    head = model.sections[0].header.paragraphs[0].add_run()
    head.add_picture(io.BytesIO(photo("JPEG")))
    for drawn in head._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"):
        drawn.set("descr", "/home/TOKEN-user/TOKEN-logo.jpg")
        drawn.set("name", "TOKEN-logo.jpg")
    for style in model.styles.element.iter(f"{{{NAMES['w']}}}style"):
        rsid = docx.oxml.OxmlElement("w:rsid")
        rsid.set(docx.oxml.ns.qn("w:val"), "00ABCDEF")
        style.find(docx.oxml.ns.qn("w:name")).addnext(rsid)
    model.save(vault / "m.docx")
    word = Docx(made(vault, "docx", docx_reference="m.docx", docx_changes="accept").data)
    assert [part for part in word.parts if part.startswith("word/header")]
    assert "00ABCDEF" not in word.everything
    assert leaks("docx", word.data, (b"TOKEN",)) == []
