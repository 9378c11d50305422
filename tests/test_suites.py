"""Other projects' cases, compared by what they mean: emphasis beside Japanese, callouts, a whole exporter's fixtures.

They lie beside the project (see CONTRIBUTING) and are skipped where they don't.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from convert import pandoc
from tests.support.content import page_text
from tests.support.docx import Docx
from tests.support.html import Callout, Html, text
from tests.support.pdf import squeezed
from tests.support.project import SHARED, Project, Run

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside the project")


def cases(name: str) -> dict[str, dict[str, Any]]:
    file = SHARED / "cases" / f"{name}.jsonl"
    if not file.exists():
        return {}
    lines = file.read_text("utf-8").splitlines()
    return {case["id"]: case for case in map(json.loads, lines)}


def built(project: Project, notes: dict[str, str], to: str) -> tuple[Run, dict[str, str]]:
    """Build all inputs as notes of one vault; the stem of each case's output."""
    stems = {id: f"case-{number:03}" for number, id in enumerate(notes)}
    for id, source in notes.items():
        project.note(f"{stems[id]}.md", source)
    run = project.build("--set", "title=no", to=to)
    assert run.status == 0, run.stderr
    return run, stems


# Emphasis beside Japanese

CJK = cases("cjk-friendly.odd")
STRUCK = "cjk-friendly:gfm-strikethrough.md"  # the suite has no expectation of its own for this one
STRUCK_HTML = (
    "<p>a<del>a()</del>あ</p><p>あ<del>()a</del>a</p><p>𩸽<del>()a</del>a</p><p>a<del>a()</del>𩸽</p>"
    "<p>葛\U000e0100<del>()a</del>a</p><p>羽\ufe00<del>()a</del>a</p><p>a<del>「a</del>」</p><p>「<del>a」</del>a</p>"
    "<p><del>a</del>：<del>a</del></p><p><del>日本語。\ufe00</del>English.</p><p><del>“\ufe01a”\ufe01</del>a</p>"
)
#: Links are left out: where a case has one, it leads to a page that is not there.
MEANING = {"strong": "strong", "b": "strong", "em": "em", "i": "em", "del": "del", "s": "del", "code": "code"}


@pytest.fixture(scope="module")
def emphasis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, str]]:
    project = Project(tmp_path_factory.mktemp("emphasis"))
    return built(project, {id: case["input"] for id, case in CJK.items()}, "html,docx")


def styled(element: etree._Element, around: tuple[str, ...] = ()) -> list[tuple[str, tuple[str, ...]]]:
    """A page's characters with what they are within; line ends and blanks between blocks are nothing."""
    found: list[tuple[str, tuple[str, ...]]] = []

    def add(words: str | None, frames: tuple[str, ...]) -> None:
        found.extend((char, frames) for char in words or "" if char != "\n")

    add(element.text if element.tag != "body" else "", around)
    for child in element:
        inner = around
        if isinstance(child.tag, str) and child.tag in MEANING:
            inner = (*around, MEANING[child.tag])
        found += styled(child, inner)
        add(child.tail if element.tag != "body" else "", around)
    return found


def paragraphs(page: Html) -> list[list[tuple[str, tuple[str, ...]]]]:
    return [styled(p) for p in page.all("p")]


@pytest.mark.parametrize("id", CJK)
def test_emphasis_beside_japanese_in_html(emphasis: tuple[Run, dict[str, str]], id: str) -> None:
    run, stems = emphasis
    wanted = Html(CJK[id]["expect_html"] or STRUCK_HTML)
    assert paragraphs(run.html(stems[id])) == paragraphs(wanted)


@pytest.mark.parametrize("id", CJK)
def test_emphasis_beside_japanese_in_word(emphasis: tuple[Run, dict[str, str]], id: str) -> None:
    run, stems = emphasis
    word, wanted = run.docx(stems[id]), Html(CJK[id]["expect_html"] or STRUCK_HTML)
    assert squeezed(word.text) == squeezed("".join(wanted.texts("p")))
    kind = "strike" if id == STRUCK else "b"
    assert in_word(word, kind) == [squeezed(text(e)) for e in wanted.all("strong, del")]


def in_word(word: Docx, kind: str) -> list[str]:
    return [squeezed(piece) for p in word.paragraphs for piece in (p.struck if kind == "strike" else p.bold)]


# Callouts

CALLOUTS = {id: case for id, case in cases("rehype-callouts").items() if not case["options"]}
#: Where Obsidian does otherwise than this suite: a type that it does not know is a callout all the same.
UNKNOWN = {
    "rehype-callouts:basic": Callout("cantio", "Cantio", "This is a non-existent callout type!"),
    "rehype-callouts:collapsibleCallouts": Callout("cantio", "Cantio", "This is a non-existent callout type!", "-"),
}
#: Other programs' themes write the word of a type their own way.
THEMES = {"rehype-callouts:docusaurus", "rehype-callouts:vitepress"}


@pytest.fixture(scope="module")
def callouts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, str]]:
    project = Project(tmp_path_factory.mktemp("callouts"))
    return built(project, {id: case["input"] for id, case in CALLOUTS.items()}, "html")


def theirs(element: etree._Element) -> list[Callout]:
    """The outermost callouts in the suite's own markup."""
    found: list[Callout] = []
    for child in element:
        if "callout" not in (child.get("class") or "").split():
            found += theirs(child)
            continue
        title = next(e for e in child.iterdescendants() if e.get("class") == "callout-title-text")
        content = next((e for e in child if e.get("class") == "callout-content"), None)
        inner = () if content is None else tuple(theirs(content))
        frames = [] if content is None else [e for e in content.iterdescendants() if e.get("class") == "callout"]
        fold = "" if child.tag != "details" else "+" if child.get("open") is not None else "-"
        words = "" if content is None else text(content, skip=frozenset(frames))
        found.append(Callout(child.get("data-callout") or "", text(title), words, fold, children=inner))
    return found


@pytest.mark.parametrize("id", CALLOUTS)
def test_callouts(callouts: tuple[Run, dict[str, str]], id: str) -> None:
    run, stems = callouts
    wanted = theirs(Html(CALLOUTS[id]["expect_html"]).one("body"))
    if id in UNKNOWN:
        wanted.append(UNKNOWN[id])
    found = run.html(stems[id]).callouts
    assert [joined(c, id in THEMES) for c in found] == [joined(c, id in THEMES) for c in wanted]


def joined(callout: Callout, lower: bool) -> Callout:
    """Line ends within it are blanks: the suite's pages are wrapped by hand. ``lower``: titles too."""
    title = " ".join(callout.title.split())
    children = tuple(joined(child, lower) for child in callout.children)
    words = " ".join(callout.text.split())
    return Callout(callout.type, title.lower() if lower else title, words, callout.fold, callout.metadata, children)


# A whole exporter's fixtures

#: Hooks of the exporter's own programming interface; callouts, which it hands on as they are.
NOT_OURS = {"rust postprocessor hooks"}
HANDED_ON = {"obsidian-export:main-samples/alert.md"}
EXPORT = {
    id: case
    for id, case in cases("obsidian-export").items()
    if case["options"] not in NOT_OURS and case["input"] and case["expect_md"] and id not in HANDED_ON
}
#: What Kumihan prints otherwise, everywhere: theirs, ours, why.
OTHERWISE = (
    (
        "pure-markdown-examples > Heading 1",
        "pure-markdown-examples › Heading 1",
        "the sign between a note and its part",
    ),
    ("section-ref-a > ", "section-ref-a › ", "the same"),
    ("foo > ^abc", "foo › ^abc", "the same"),
    ("This is a block ^dda637", "This is a block", "a block's id is not part of its text"),
    ("[ ] unchecked list", "☐ unchecked list", "a task has a box"),
    ("[x] checked list", "☑ checked list", "a task has a box"),
)
#: One note each: lines, by their number, that Kumihan prints otherwise.
ONCE: dict[str, dict[int, list[str]]] = {
    "obsidian-export:infinite-recursion/Note A.md": {3: ["循環する埋め込み：Note A"]},
    # What is not there leaves a sign of it; a PDF within a note is a box with its name.
    "obsidian-export:main-samples/embeds.md": {
        3: ["ノートが見つかりません：non-existing note", "Image embed:"],
        5: ["PDF：note.pdf"],
    },
    # Words given for a link are shown as given.
    "obsidian-export:main-samples/issue-188-wikilinks-need-trimming.md": {12: ["foo > ^abc"]},
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """One build of each of the fixtures' vaults."""
    folders = sorted({case["vault"] for case in EXPORT.values()})
    runs = {}
    for number, folder in enumerate(folders):
        project = Project.copy_of(SHARED / folder, tmp_path_factory.mktemp("export") / str(number))
        runs[folder] = project.build("--set", "title=no", "-j", "1", to="html")
        assert runs[folder].status == 0, runs[folder].stderr
    return runs


@pytest.mark.parametrize("id", EXPORT)
def test_exporter_fixtures(exported: dict[str, Run], id: str) -> None:
    case = EXPORT[id]
    body = case["expect_md"]
    if body.startswith("---\n"):
        body = body.split("---\n", 2)[2]
    theirs = Html(pandoc.write_html(pandoc.read(body, hard_breaks=True)))
    wanted = page_text(theirs, ".footnote-ref, .footnote-back, math").split("\n")
    ours = exported[case["vault"]].html(str(Path(case["note"]).with_suffix("")))
    assert [text(formula) for formula in ours.all("math")] == [text(formula) for formula in theirs.all("math")]
    got = page_text(ours).split("\n")
    for their_words, our_words, _ in OTHERWISE:
        wanted = [line.replace(their_words, our_words) for line in wanted]
    wanted = [new for at, line in enumerate(wanted) for new in ONCE.get(id, {}).get(at, [line])]
    assert got == wanted
