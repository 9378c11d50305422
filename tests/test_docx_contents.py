"""Contents and running heads of a Word file: filled in beforehand, and nothing that Word would ask its reader about."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from convert.docx.wml import q
from convert.formats.docx import write
from convert.nodes import attr, span, string, words
from convert.settings import Settings
from tests.support.docx import NAMES, Docx, problems
from tests.support.linked import linked
from tests.support.pages import blocks_of, callout, document, png

HANDOUT = Settings(docx_profile="handout", contents="2")
SOURCE = """## 甲章[^1]

字。

### 甲の*一節*と

#### 深い題

## 乙章

字。[[#甲章]]

[^1]: 注。
"""


def made(source: object, settings: Settings, folder: Path, **parts: object) -> Docx:
    output = write(document(source, **parts), settings)  # type: ignore[arg-type]
    (folder / "c.docx").write_bytes(output.data)
    assert problems(folder / "c.docx") == []
    return Docx(output.data)


def entries(docx: Docx) -> list[tuple[str, str]]:
    return [(p.style, p.text.rstrip("\t ")) for p in docx.paragraphs if p.style.startswith("toc ")]


def test_the_contents_are_there_before_word_has_counted_its_pages(tmp_path: Path) -> None:
    blocks = blocks_of(SOURCE)
    ruby = span([string("組版"), span(words("くみはん"), attr("", ["rt"]))], attr("", ["ruby"]))
    blocks[2]["c"][2].append(ruby)
    docx = made(blocks, HANDOUT, tmp_path)
    assert entries(docx) == [("toc 2", "甲章"), ("toc 3", "甲の一節と組版"), ("toc 2", "乙章")]
    assert [p.text for p in docx.paragraphs if p.style == "TOC Heading"] == ["目次"]
    body = docx.xml("word/document.xml")
    instructions = [(node.text or "").split() for node in body.iter(q("instrText"))]
    assert instructions[0] == ["TOC", "\\o", '"2-3"', "\\h", "\\z", "\\u"]
    numbers = [words[1] for words in instructions if words[0] == "PAGEREF"]
    places = {start.get(q("name")): start.getparent() for start in body.iter(q("bookmarkStart"))}
    headings = ["".join(places[name].itertext()) for name in numbers]
    assert [re.sub("くみはん", "", text) for text in headings] == ["甲章", "甲の一節と組版", "乙章"]
    assert {link.get(q("anchor")) for link in body.iter(q("hyperlink"))} >= set(numbers)


def test_word_does_not_ask_whether_to_update_the_fields(tmp_path: Path) -> None:
    docx = made(SOURCE, HANDOUT, tmp_path)
    assert "w:dirty" not in docx.everything
    assert "updateFields" not in docx.everything


def test_a_manuscript_has_no_contents_nor_has_a_text_without_headings(tmp_path: Path) -> None:
    assert entries(made(SOURCE, replace(HANDOUT, docx_profile="manuscript"), tmp_path)) == []
    assert entries(made("字だけ。", HANDOUT, tmp_path)) == []
    assert entries(made(SOURCE, replace(HANDOUT, contents="no"), tmp_path)) == []


def test_headings_of_callouts_are_not_listed(tmp_path: Path) -> None:
    blocks = [callout("note", words("題"), blocks_of("## 囲みの中"))]
    assert entries(made(blocks, HANDOUT, tmp_path)) == []


def test_contents_begin_the_page_behind_a_cover(tmp_path: Path) -> None:
    break_ = {"t": "Div", "c": [["", ["page-break"], []], []]}
    heading = {"t": "Header", "c": [1, ["h", [], []], [{"t": "Str", "c": "章"}]]}
    body = made([break_, heading], HANDOUT, tmp_path).xml("word/document.xml")
    paragraphs = [p for p in body.iter(q("p")) if p.find("w:pPr/w:pageBreakBefore", NAMES) is not None]
    assert ["".join(p.itertext()) for p in paragraphs] == ["目次"]


@pytest.mark.parametrize(("source", "level"), [(SOURCE, "2"), ("# 章\n\n字", "1")])
def test_the_running_head_names_title_and_section(tmp_path: Path, source: str, level: str) -> None:
    head = made(source, HANDOUT, tmp_path).xml("word/header1.xml")
    assert [node.text.split() for node in head.iter(q("instrText"))] == [["TITLE"], ["STYLEREF", level]]


def test_a_text_without_headings_names_no_section(tmp_path: Path) -> None:
    # Word would print that it found none
    assert "STYLEREF" not in made("字だけ。", HANDOUT, tmp_path).everything


def test_figures_and_tables_have_lists_behind_the_contents(tmp_path: Path) -> None:
    text = "## 章\n\n![[a.png]]\n\n図：甲\n\n: 乙\n\n| 甲 |\n|---|\n| 1 |\n\n![[a.png]]\n\n図：丙\n"
    settings = replace(HANDOUT, captions="numbered", captions_lists="both")
    made_of = linked(tmp_path, {"a.png": png(), "A.md": text}, captions="numbered")
    docx = made(made_of.blocks, settings, tmp_path, pictures=made_of.pictures)
    listed = [p.text.rstrip("\t ") for p in docx.paragraphs if p.style == "table of figures"]
    assert listed == ["図1　甲", "図2　丙", "表1　乙"]
    assert [p.text for p in docx.paragraphs if p.style == "TOC Heading"] == ["目次", "図目次", "表目次"]
    fields = [(node.text or "").strip() for node in docx.xml("word/document.xml").iter(q("instrText"))]
    assert [f for f in fields if f.startswith("TOC")][1:] == ['TOC \\h \\z \\c "図"', 'TOC \\h \\z \\c "表"']


def test_what_the_author_counted_is_listed_without_a_field_of_words(tmp_path: Path) -> None:
    text = "![[a.png]]\n\n図7　甲\n"
    made_of = linked(tmp_path, {"a.png": png(), "A.md": text})
    settings = replace(HANDOUT, captions_lists="figures")
    docx = made(made_of.blocks, settings, tmp_path, pictures=made_of.pictures)
    assert [p.text.rstrip("\t ") for p in docx.paragraphs if p.style == "table of figures"] == ["図7　甲"]
    assert "TOC" not in "".join(node.text or "" for node in docx.xml("word/document.xml").iter(q("instrText")))
