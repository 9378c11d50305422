"""Captions and references in Word: fields that count and follow, with what they show until Word computes them."""

from __future__ import annotations

from pathlib import Path

from convert.docx.wml import q
from convert.formats.docx import write
from convert.settings import Settings
from tests.support.docx import NAMES, Docx, problems
from tests.support.linked import linked
from tests.support.pages import png

TABLE = "| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n"


def made(root: Path, text: str, **settings: object) -> Docx:
    chosen = Settings(**{"captions": "numbered", **settings})  # type: ignore[arg-type]
    document = linked(root, {"a.png": png(), "A.md": text}, captions=chosen.captions,
                      captions_numbers=chosen.captions_numbers)  # fmt: skip
    output = write(document, chosen)
    (root / "c.docx").write_bytes(output.data)
    assert problems(root / "c.docx") == []
    assert write(document, chosen).data == output.data
    return Docx(output.data)


def fields(docx: Docx) -> list[str]:
    return [(node.text or "").strip() for node in docx.xml("word/document.xml").iter(q("instrText"))]


def captions(docx: Docx) -> list[str]:
    return [p.text for p in docx.paragraphs if p.style == "caption"]


TWO = f"![[a.png]]\n\n図：甲 ^fig-a\n\n: 乙\n\n{TABLE}\n![[a.png]]\n\n図：丙\n"


def test_word_counts_figures_and_tables(tmp_path: Path) -> None:
    docx = made(tmp_path, TWO)
    assert captions(docx) == ["図1　甲", "表1　乙", "図2　丙"]
    assert fields(docx) == ["SEQ 図 \\* ARABIC", "SEQ 表 \\* ARABIC", "SEQ 図 \\* ARABIC"]


def test_by_chapters_it_counts_anew(tmp_path: Path) -> None:
    docx = made(tmp_path, f"## 一\n\n{TWO}\n## 二\n\n![[a.png]]\n\n図：丁\n", captions_numbers="chapter")
    assert captions(docx) == ["図1-1　甲", "表1-1　乙", "図1-2　丙", "図2-1　丁"]
    assert [f.removeprefix("SEQ 図 \\* ARABIC") for f in fields(docx) if "図" in f] == [" \\r 1", "", " \\r 1"]


def test_what_the_author_counted_is_text(tmp_path: Path) -> None:
    docx = made(tmp_path, "![[a.png]]\n\n図7　甲\n", captions="typed")
    assert captions(docx) == ["図7　甲"]
    assert fields(docx) == []


def test_a_reference_follows_the_number(tmp_path: Path) -> None:
    docx = made(tmp_path, f"![[a.png]] ^fig\n\n図：甲\n\n[[#^fig]]を見よ。\n\n{TABLE}")
    (reference,) = [f for f in fields(docx) if f.startswith("REF")]
    assert "図1を見よ。" in docx.text
    name = reference.split()[1]
    start = next(n for n in docx.xml("word/document.xml").iter(q("bookmarkStart")) if n.get(q("name")) == name)
    held = []
    for node in start.itersiblings():
        if node.tag == q("bookmarkEnd"):
            break
        held += [text.text or "" for text in node.iter(q("t"))]
    assert "".join(held) == "図1"


def test_pages_stand_behind_links_where_they_are_asked_for(tmp_path: Path) -> None:
    text = f"![[a.png]] ^fig\n\n図：甲\n\n[[#^fig]]と[[#章]]と[外](https://e.org/)。\n\n## 章\n\n{TABLE}"
    docx = made(tmp_path, text, links_pages="yes")
    assert "図1（p. 00）と章（p. 00）と外。" in docx.text
    names = {start.get(q("name")) for start in docx.xml("word/document.xml").iter(q("bookmarkStart"))}
    pages = [f.split()[1] for f in fields(docx) if f.startswith("PAGEREF")]
    assert len(pages) == 2
    assert names >= set(pages)
    assert "PAGEREF" not in made(tmp_path, text).everything


def test_tables_have_their_caption_above_and_figures_below_on_one_page_with_them(tmp_path: Path) -> None:
    docx = made(tmp_path, f"前\n\n{TABLE}\n表：表の題\n\n後\n\n![[a.png]]\n\n図：図の題\n\n後")
    body = docx.xml("word/document.xml").find(q("body"))
    (table,) = body.iter(q("tbl"))
    above = table.getprevious()
    assert "".join(t.text or "" for t in above.iter(q("t"))) == "表1　表の題"
    assert above.find("w:pPr/w:keepNext", NAMES) is not None
    (picture,) = [p for p in body.iter(q("p")) if p.find(".//w:drawing", NAMES) is not None]
    assert picture.find("w:pPr/w:keepNext", NAMES) is not None
    assert "".join(t.text or "" for t in picture.getnext().iter(q("t"))) == "図1　図の題"


def test_a_table_tells_its_caption_to_those_who_hear_it(tmp_path: Path) -> None:
    docx = made(tmp_path, f"{TABLE}\n: 料金 *1?>* | 表\n\n文\n\n{TABLE}")
    said = [table.find("w:tblPr/w:tblCaption", NAMES) for table in docx.xml("word/document.xml").iter(q("tbl"))]
    assert said[0].get(q("val")) == "表1 料金 1? > | 表"
    assert said[1] is None
