"""From a vault on disk to a Word file: real notes come out sound, and nothing private comes out at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from convert.formats import Output
from convert.formats.docx import write
from convert.link import link_note
from convert.settings import Settings
from convert.vault import scan
from tests.support.docx import Docx, problems
from tests.support.linked import linked

SHARED = Path(__file__).parents[1].parent / "shared"
SETTINGS = Settings(docx_profile="handout")

#: Notes of other people's vaults that have much of what goes wrong: callouts, tables, formulas, pictures, HTML.
NOTES = [
    ("en-quartz-docs", "features/callouts.md"),
    ("en-quartz-docs", "features/Latex.md"),
    ("en-quartz-docs", "features/table of contents.md"),
    ("en-kepano", "Clippings"),
    ("en-tadashi-docs", "Showcase"),
    ("ja-mitsuoka", "2023"),
    ("ja-nobel-beginner", "00"),
    ("zhtw-horcy", "P4W58Zy54N/note.md"),
]


def made(root: Path, path: str) -> Output:
    return write(link_note(path, scan(root), SETTINGS), SETTINGS)


@pytest.mark.parametrize(("vault", "part"), NOTES, ids=[f"{vault}-{part}" for vault, part in NOTES])
def test_notes_of_real_vaults_are_sound(tmp_path: Path, vault: str, part: str) -> None:
    root = SHARED / "vaults" / vault
    if not root.is_dir():
        pytest.skip("the shared vaults are not here")
    path = next(note for note in scan(root).notes if part in note)
    output = made(root, path)
    (tmp_path / "note.docx").write_bytes(output.data)
    assert problems(tmp_path / "note.docx") == []
    assert made(root, path).data == output.data


NOTE = """---
title: 公開の題
author: 公開の著者
SECRETKEY: SECRETVALUE
tags: [公開の札]
aliases: SECRETALIAS
created: 2024-12-02
---
文 %%SECRETCOMMENT%% と <!-- SECRETHTML --> の間。[^1]

%%
SECRETBLOCK
%%

![[SECRETPICTURE.png]] ![[SECRETPICTURE.png|100]] ![](../SECRETPICTURES/SECRETPICTURE.png) ![[SECRETDRAWING.svg]]

![[隣#節]] [[隣|案内]]

> [!note]- 題
> <span class="SECRETCLASS" data-x="SECRETDATA">字</span> ^SECRETBLOCKID

[^1]: 注。 %%SECRETNOTE%%
"""


def test_what_the_vault_keeps_to_itself_is_nowhere_in_the_package(tmp_path: Path) -> None:
    root = tmp_path / "SECRETVAULT"
    for folder in (".obsidian", "SECRETFOLDER", "SECRETPICTURES"):
        (root / folder).mkdir(parents=True)
    (root / "SECRETFOLDER" / "題.md").write_text(NOTE, "utf-8")
    (root / "SECRETFOLDER" / "隣.md").write_text("---\nSECRETKEY2: x\n---\n## 節\n埋めた文 %%SECRET%%\n", "utf-8")
    Image.new("RGB", (20, 10)).save(root / "SECRETPICTURES" / "SECRETPICTURE.png")
    (root / "SECRETPICTURES" / "SECRETDRAWING.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>SECRETTITLE</title></svg>'
    )
    output = made(root, "SECRETFOLDER/題.md")
    assert not output.diagnostics
    docx = Docx(output.data)
    assert len(docx.pictures) == 4 + 1  # and the callout's icon
    assert "埋めた文" in docx.text
    for part, data in docx.parts.items():
        assert "SECRET" not in part
        assert b"SECRET" not in data, part
        assert str(tmp_path).encode() not in data, part
    assert set(docx.properties) <= {"title", "creator", "keywords", "description", "language", "created", "modified"}
    assert docx.properties["title"] == "公開の題"


def test_a_picture_in_a_note_is_found_beside_the_notes(tmp_path: Path) -> None:
    drawing = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(drawing, "PNG")
    files: dict[str, str | bytes] = {"A.md": "本文[^1]\n\n[^1]: 注 ![[p.png]]\n", "p.png": drawing.getvalue()}
    file = tmp_path / "note.docx"
    file.write_bytes(write(linked(tmp_path / "vault", files), Settings()).data)
    word = Docx(file)
    assert [target for target in word.relations("word/footnotes.xml").values() if target.startswith("media/")]
    assert problems(file) == []


def test_numbered_tasks_keep_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "note.docx"
    file.write_bytes(write(linked(tmp_path / "vault", {"A.md": "1. [ ] 甲\n2. [/] 乙\n3. 丙\n"}), Settings()).data)
    lines = [paragraph for paragraph in Docx(file).paragraphs if paragraph.text[-1:] in "甲乙丙"]
    assert [(line.style, line.text) for line in lines] == [
        ("List Number", "☐ 甲"),
        ("List Number", "/ 乙"),
        ("List Number", "丙"),
    ]
    assert problems(file) == []
