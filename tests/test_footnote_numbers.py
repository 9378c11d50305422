"""Numbers of footnotes: through the document, or anew in each chapter; on paper and on the screen."""

from __future__ import annotations

from pathlib import Path

from convert.formats import html, pdf
from convert.link.document import Document
from convert.settings import Layers, Settings
from tests.support.html import Html
from tests.support.linked import linked
from tests.support.pdf import Pdf, squeezed

NOTE = (
    "序[^0]。\n\n# 甲章[^1]\n\n字[^2]。\n\n## 甲の節\n\n> [!note] 題\n> 囲み[^3]\n\n# 乙章\n\n字[^4]、再び[^1]。\n\n"
    "[^0]: 零。\n[^1]: 一。\n[^2]: 二。また[^in]。\n[^3]: 三。\n[^4]: 四。\n[^in]: 内。\n"
)
CHAPTER = Settings(footnotes_numbers="chapter")


def document(root: Path) -> Document:
    return linked(root, {"A.md": NOTE})


def test_default_counts_through(tmp_path: Path) -> None:
    text = squeezed(Pdf(pdf.write(document(tmp_path), Settings()).data).text())
    assert "1)零。2)一。3)二。また4)。4)内。5)三。6)四。" in text


def test_each_chapter_begins_at_one(tmp_path: Path) -> None:
    read = Pdf(pdf.write(document(tmp_path), CHAPTER).data)
    text = squeezed(read.text())
    assert "1)零。1)一。2)二。また3)。3)内。4)三。1)四。" in text
    assert "字1)、再び1)。" in text
    assert {link.target_page for link in read.links} == {1}


def test_notes_at_the_end_are_told_apart_by_chapter(tmp_path: Path) -> None:
    at_end = Settings(footnotes_numbers="chapter", footnotes_place="end")
    text = squeezed(Pdf(pdf.write(document(tmp_path), at_end).data).text())
    assert "注1)零。甲章1)一。2)二。また3)。3)内。4)三。乙章1)四。" in text


def test_under_columns_long_notes_stand_at_the_end(tmp_path: Path) -> None:
    settings, _ = Layers(command={"theme": "handout-2col"}).settings()
    note = f"# 甲\n\n字[^1]と字[^2]。\n\n[^1]: {'長い注。' * 120}\n[^2]: 短い注。\n"
    output = pdf.write(linked(tmp_path, {"A.md": note}), settings)
    assert [diagnostic.code for diagnostic in output.diagnostics] == ["footnote.moved"]
    text = squeezed(Pdf(output.data).text())
    assert text.index("字1)と字2)。") < text.index("注1)長い注。") < text.index("2)短い注。")


def test_screen_has_a_list_for_each_chapter(tmp_path: Path) -> None:
    page = Html(html.write(document(tmp_path), CHAPTER).data)
    assert page.texts(".footnotes .closing-title") == ["甲章", "乙章"]
    assert [item.get("value") for item in page.all(".footnotes li")] == ["1", "1", "2", "3", "4", "1"]
    assert page.texts("main > p sup, h1 sup") == ["1)", "1)", "2)", "1)", "1)"]
    assert [link.get("aria-label") for link in page.all(".footnote-back")][-1] == "本文の注1へ戻る"


def test_the_title_in_the_text_is_no_chapter(tmp_path: Path) -> None:
    note = "# A\n\n## 甲\n\n字[^1]。\n\n## 乙\n\n字[^2]。\n\n[^1]: 一。\n[^2]: 二。\n"
    read = Pdf(pdf.write(linked(tmp_path, {"A.md": note}), CHAPTER).data)
    assert "1)一。1)二。" in squeezed(read.text())
