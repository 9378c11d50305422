"""The sample vault through the whole of Kumihan: what it becomes, as prose beside each note (``tests/golden/sample``).

``UPDATE_GOLDEN=1`` rewrites the files; their difference is what a change does to readers, and is reviewed as such.
The text is the HTML's; what PDF and Word have otherwise, and where notes stand on pages, is listed below it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.support.content import lost_between
from tests.support.docx import problems
from tests.support.pdf import Pdf
from tests.support.project import CHECKOUT, SAMPLE, Project, Run
from tests.support.prose import prose

GOLDEN = Path(__file__).parent / "golden" / "sample"
HIDDEN = {".obsidian", "下書き"}
NOTES = sorted(
    note.relative_to(SAMPLE).as_posix()
    for note in SAMPLE.rglob("*.md")
    if not HIDDEN & {*note.relative_to(SAMPLE).parts}
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    project = Project(tmp_path_factory.mktemp("sample"))
    report = ["--report", str(project.folder / "report.json")]
    return project.run("build", str(SAMPLE), "--to", "pdf,docx,html,md", "-o", f"{project.output}{os.sep}", *report)


def test_sample_is_built_whole(sample: Run) -> None:
    assert sample.status == 0, sample.stderr
    assert sorted(sample.notes) == NOTES
    assert sample.files == sorted(f"{n.removesuffix('.md')}.{x}" for n in NOTES for x in ("pdf", "docx", "html", "md"))


@pytest.mark.parametrize("note", NOTES)
def test_golden(sample: Run, note: str) -> None:
    got = as_prose(sample, note)
    file = GOLDEN / note
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(got, "utf-8")
        return
    assert file.exists(), f"{note} has no golden file: make golden writes it"
    assert got == file.read_text("utf-8")


def as_prose(run: Run, note: str) -> str:
    """Everything about a note's outputs that is reviewed."""
    stem = note.removesuffix(".md")
    pdf, word, page = run.pdf(stem), run.docx(stem), run.html(stem)
    entry = run.notes[note]
    facts = [
        f"PDF: {pdf.pages} pages, language {pdf.language}, title {pdf.title}" + ", tagged" * pdf.tagged,
        f"Word: {len(word.footnotes)} notes, {len(word.boxes)} boxes, {len(word.pictures)} pictures",
        f"HTML: {len(page.all('.callout'))} callouts, {len(page.all('.footnotes > ol > li'))} notes",
        "depends on: " + ", ".join(path for path in entry["dependencies"] if path != note),
    ]
    found = [f"{d['line']}:{d['column']} {d['severity']} {d['code']}: {d['message']}" for d in entry["diagnostics"]]
    outline = ["  " * (heading.level - 1) + heading.title for heading in pdf.outline]
    sections = {
        "diagnostics": found,
        "outline": outline,
        "notes that are not on the page of their mark": astray(pdf),
        "lost on the way": lost_between(page, pdf, word),
        "glyphs missing": [f"page {number}: {font}" for number, font in pdf.notdef],
        "wrong in the Word file": problems(run.file(f"{stem}.docx")),
        "text": prose(page.one("main")).rstrip("\n").split("\n"),
    }
    parts = [f"# {note}\n", *(f"- {fact}" for fact in facts)]
    for name, lines in sections.items():
        if lines:
            fence = "`" * 8
            parts += [f"\n## {name}\n", fence, *lines, fence]
    return "\n".join(parts) + "\n"


def astray(pdf: Pdf) -> list[str]:
    """Marks whose note stands on another page."""
    marks = [link for link in pdf.links if re.fullmatch(r"fn-\d+", link.name)]
    first = {link.name: link for link in reversed(marks)}
    return [f"{m.name}: mark {m.page}, note {m.target_page}" for m in first.values() if m.page != m.target_page]


def test_no_golden_without_its_note() -> None:
    assert sorted(file.relative_to(GOLDEN).as_posix() for file in GOLDEN.rglob("*.md")) == NOTES


def test_outputs_hold_nothing_of_this_machine(sample: Run) -> None:
    for name in sample.files:
        data = sample.file(name).read_bytes()
        if name.endswith(".docx"):
            data = b"\n".join(sample.docx(name.removesuffix(".docx")).parts.values())
        for private in (str(CHECKOUT), str(Path.home()), str(sample.output)):
            assert private.encode() not in data, (name, private)


def test_every_construct_is_in_the_sample() -> None:
    """What each later syntax finds its example in must stay there."""
    everything = "\n".join((SAMPLE / note).read_text("utf-8") for note in NOTES)
    types = "note abstract info todo tip success question warning failure danger bug example quote"
    aliases = "summary tldr hint important check done help faq caution attention fail missing error cite"
    wanted = [rf"^> ?\[!{kind}\]" for kind in f"{types} {aliases}".split()]
    wanted += (Path(__file__).parent / "golden" / "constructs.txt").read_text("utf-8").splitlines()
    lacking = [line for line in wanted if not re.search(line.partition("\t")[2] or line, everything, re.M)]
    assert lacking == []
