"""Word files read back by pandoc and by python-docx: the text, headings, notes, lists and tables that the page has."""

from __future__ import annotations

import io
import json
import re
import subprocess
import unicodedata
from functools import cache
from pathlib import Path

import docx
import pytest

from convert import pandoc
from convert.formats import linked_for, writer
from convert.link import link_note
from convert.nodes import Node, para, plain_text, walk
from convert.settings import Settings
from convert.vault import scan
from tests.support.content import LABELS, missing
from tests.support.docx import NAMES, Docx
from tests.support.html import Html, text
from tests.support.project import SAMPLE, SHARED

SEED = SHARED / "seed"
VAULTS = {
    "en-quartz-docs": "features/callouts.md",
    "ja-mitsuoka": "2023",
    "ja-nobel-beginner": "00",
    "zhtw-horcy": "P4W58Zy54N/note.md",
    "en-kepano": "Clippings",
}
NOTES = [
    *(
        (SHARED / "vaults" / name, next(note for note in scan(SHARED / "vaults" / name).notes if part in note))
        for name, part in VAULTS.items()
        if (SHARED / "vaults" / name).is_dir()
    ),
    *((SEED, note.name) for note in sorted(SEED.glob("*.md")) if note.name != "README.md"),
    *((SAMPLE, note) for note in ("記法の見本.md", "囲みの見本.md", "注のいろいろ.md", "活版所の一日.md")),
]


LISTS = ("BulletList", "OrderedList")


@cache
def outputs(root: Path, note: str, profile: str) -> tuple[Html, bytes]:
    chosen = Settings(docx_profile=profile, contents="no")
    page = writer("html")(link_note(note, scan(root), chosen), chosen).data
    return Html(page), writer("docx")(link_note(note, scan(root), linked_for("docx", chosen)), chosen).data


def read(data: bytes) -> list[Node]:
    """The blocks, and behind them the title's lines, which pandoc takes for metadata."""
    command = [str(pandoc.program()), "-f", "docx", "-t", "json", "--track-changes=accept"]
    tree = json.loads(subprocess.run(command, input=data, capture_output=True, check=True).stdout)
    return [*tree["blocks"], *_paragraphs(tree["meta"])]


def _paragraphs(meta: object) -> list[Node]:
    if isinstance(meta, dict) and meta.get("t") == "MetaInlines":
        return [para(meta["c"])]
    values = meta.values() if isinstance(meta, dict) else meta if isinstance(meta, list) else ()
    return [block for each in values for block in _paragraphs(each)]


def solid(words: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFC", words))


cases = pytest.mark.parametrize(
    ("root", "note", "profile"),
    [(root, note, profile) for root, note in NOTES for profile in ("manuscript", "handout")],
    ids=[f"{note.removesuffix('.md')}-{profile}" for _, note in NOTES for profile in ("manuscript", "handout")],
)


@cases
def test_pandoc_reads_what_the_page_has(root: Path, note: str, profile: str) -> None:
    page, word = outputs(root, note, profile)
    blocks = read(word)
    # pandoc's reader knows no ruby; formulas it writes its own way
    skipped = frozenset(page.all(".fnref, .footnote-back, math, ruby, .formula-number"))
    words = plain_text(blocks, skip_notes=False)
    assert missing(text(page.one("body"), skip=skipped), words, ignore=LABELS) == []
    kinds = [node["t"] for node in walk(blocks)]
    marks = page.all(".fnref")
    assert kinds.count("Note") == len(page.all(".footnotes > ol > li"))
    icons = len(page.all(".callout")) if profile == "handout" else 0
    assert kinds.count("Image") == len(page.all("img")) + icons
    assert kinds.count("Math") >= len(page.all("math"))
    assert len(marks) >= kinds.count("Note")
    lists = [node["c"] if node["t"] == "BulletList" else node["c"][1] for node in walk(blocks) if node["t"] in LISTS]
    # lists in notes pandoc's reader does not know, not even its own
    notes = Docx(word).xml("word/footnotes.xml").iter(f"{{{NAMES['w']}}}numPr") if page.all(".footnotes") else ()
    # a task has its box for a bullet
    items = len(page.all("li")) - len(page.all(".footnotes > ol > li")) - len(page.all("ul > .task-list-item"))
    assert sum(map(len, lists)) + len([*notes]) == items
    if profile == "manuscript":
        assert kinds.count("Table") == len(page.all("table"))


@cases
def test_python_docx_reads_what_the_page_has(root: Path, note: str, profile: str) -> None:
    page, data = outputs(root, note, profile)
    word = docx.Document(io.BytesIO(data))
    skipped = frozenset(page.all(".fnref, math, ruby"))
    headings = [
        (paragraph.style.name, solid(paragraph.text))
        for paragraph in word.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
        for paragraph in [docx.text.paragraph.Paragraph(paragraph, word)]
        if paragraph.style is not None and re.fullmatch(r"Heading \d", paragraph.style.name)
    ]
    expected = [
        (f"Heading {element.tag[1]}", solid(text(element, skip=skipped)))
        for element in page.all("h1, h2, h3, h4, h5, h6")
        if "title" not in element.get("class", "")
    ]
    assert [level for level, _ in headings] == [level for level, _ in expected]
    differ = [(ours, theirs) for (_, ours), (_, theirs) in zip(headings, expected, strict=True) if ours != theirs]
    assert not [pair for pair in differ if not set(pair[0]) <= set(pair[1])]
    title = page.all("h1.title")
    assert [p.text for p in word.paragraphs if p.style is not None and p.style.name == "Title"] == [*map(text, title)]
    assert word.core_properties.title
    assert word.core_properties.last_modified_by == ""
