"""Links to headings in Word: cross-references where they say the heading's own words, links elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert.docx.wml import q
from convert.formats.docx import write
from convert.settings import Settings
from tests.support.docx import NAMES, Docx, problems
from tests.support.linked import linked


def made(root: Path, text: str, **settings: object) -> Docx:
    chosen = Settings(**settings)  # type: ignore[arg-type]
    document = linked(root, {"A.md": text}, **settings)
    output = write(document, chosen)
    (root / "r.docx").write_bytes(output.data)
    assert problems(root / "r.docx") == []
    assert write(document, chosen).data == output.data
    return Docx(output.data)


def references(docx: Docx, part: str = "word/document.xml") -> list[str]:
    return [
        words[1] for node in docx.xml(part).iter(q("instrText")) if (words := (node.text or "").split())[0] == "REF"
    ]


def marked(docx: Docx, bookmark: str) -> str:
    """The text that a bookmark is around."""
    root = docx.xml("word/document.xml")
    (start,) = root.iterfind(f".//w:bookmarkStart[@w:name='{bookmark}']", NAMES)
    text = ""
    for node in start.itersiblings():
        if node.tag == q("bookmarkEnd") and node.get(q("id")) == start.get(q("id")):
            return text
        text += "".join(t.text or "" for t in node.iter(q("t")))
    raise AssertionError(bookmark)


def test_a_link_that_says_the_heading_is_a_field_that_follows_it(tmp_path: Path) -> None:
    docx = made(tmp_path, "[[#鉛の章]]と[[#鉛の章|前の章]]と注[^1]。\n\n## 鉛の章\n\n文\n\n[^1]: [[#鉛の章]]を見よ。\n")
    assert "鉛の章と前の章と注" in docx.text
    (name,) = references(docx)
    assert references(docx, "word/footnotes.xml") == [name]
    assert marked(docx, name) == "鉛の章"
    (link,) = docx.links
    assert link[1:] in docx.bookmarks
    assert "鉛の章を見よ" in docx.footnotes[0].text


def test_the_number_that_a_heading_was_given_is_not_among_its_words(tmp_path: Path) -> None:
    docx = made(tmp_path, "[[#鉛]]\n\n## 鉛\n\n## 錫\n", numbering="decimal", docx_profile="handout", contents="2")
    (name,) = references(docx)
    assert marked(docx, name) == "鉛"
    assert [text for _, text in docx.headings if text.endswith("鉛")] == ["1\u3000鉛"]


def test_pages_are_told_behind_it(tmp_path: Path) -> None:
    docx = made(tmp_path, "[[#鉛]]。\n\n## 鉛\n", links_pages="yes")
    (name,) = references(docx)
    instructions = [(node.text or "").split() for node in docx.xml("word/document.xml").iter(q("instrText"))]
    assert ["PAGEREF", name, "\\h"] in instructions
    assert "鉛（p. 00）。" in docx.text


@pytest.mark.parametrize("heading", ["鉛[^1]", "<ruby>鉛<rt>なまり</rt></ruby>", "鉛$x$"])
def test_what_a_field_would_repeat_or_lose_stays_a_link(tmp_path: Path, heading: str) -> None:
    docx = made(tmp_path, f"[[#^h|鉛]]\n\n## {heading} ^h\n\n[^1]: 注\n")
    assert references(docx) == []
    assert len(docx.links) == 1
