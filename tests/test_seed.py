"""The first note that must print well, and two small ones that other tools spoil: what is on their pages."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.support.content import lost_between
from tests.support.docx import Docx, problems
from tests.support.html import Html
from tests.support.pdf import Pdf, squeezed
from tests.support.project import SHARED, Project, Run

NOTE = next(iter(sorted((SHARED / "seed").glob("📑*.md"))), None)
needs_seed = pytest.mark.skipif(NOTE is None, reason="the seed note is not beside the project")

SOURCE = NOTE.read_text("utf-8").split("\n---\n", 1)[1] if NOTE else ""
TITLE = NOTE.stem if NOTE else ""
MARK = re.compile(r"\[\^[^\]]+\]")
HEADINGS = [
    (len(m[1]), unicodedata.normalize("NFC", MARK.sub("", m[2]))) for m in re.finditer(r"^(#+) (.+)$", SOURCE, re.M)
]
FOOTNOTES = dict(re.findall(r"^\[\^([^\]]+)\]: (.*)$", SOURCE, re.M))
CALLOUTS = re.findall(r"^>\[!(\w+)\] ?(.*)$", SOURCE, re.M)
CITED = [re.match(r"\[(.*)\]\((\S+?)\)", title) for kind, title in CALLOUTS if kind == "cite"]
TELEWORK = ["日本の様々な社会課題の解決に寄与", "テレワークを契機とした", "ソーシャリゼーションへの配慮",
            "世代間ギャップを埋めるための工夫", "ウェルビーイングの向上"]  # fmt: skip


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    assert NOTE
    project = Project(tmp_path_factory.mktemp("seed")).file(NOTE.name, NOTE.read_bytes())
    run = project.build(to="pdf,docx,html")
    assert run.status == 0, run.stderr
    return run


@pytest.fixture(scope="module")
def pdf(seed: Run) -> Pdf:
    return seed.pdf(TITLE)


@pytest.fixture(scope="module")
def word(seed: Run) -> Docx:
    return seed.docx(TITLE)


@pytest.fixture(scope="module")
def page(seed: Run) -> Html:
    return seed.html(TITLE)


def shown(markdown: str) -> str:
    """Markdown as a reader sees it, by an independent parser; blanks and emphasis marks dropped."""
    words = []
    for block in MarkdownIt("commonmark").enable("table").parse(re.sub(r"\[\^[^\]]+\](: )?", "", markdown)):
        words += [token.content for token in block.children or () if token.type in {"text", "code_inline"}] + ["\n"]
    text = re.sub(r"\[!\w+\]|\[\[|\]\]|[*#]", "", "".join(words))
    return unicodedata.normalize("NFC", text)


@needs_seed
def test_the_note_is_what_it_is_said_to_be() -> None:
    assert (len(FOOTNOTES), len(CALLOUTS), len([c for c in CITED if c])) == (19, 18, 5)


@needs_seed
class TestPdf:
    def test_pages(self, pdf: Pdf, seed: Run) -> None:
        assert 12 <= pdf.pages <= 15
        assert seed.notes[f"{TITLE}.md"]["pages"] == pdf.pages
        assert all(size == pytest.approx((595.28, 841.89), abs=0.5) for size in pdf.sizes)

    def test_every_note_is_on_the_page_of_its_mark(self, pdf: Pdf) -> None:
        to_notes = [link for link in pdf.links if re.fullmatch(r"fn-\d+", link.name)]
        assert len({link.name for link in to_notes}) == 19
        assert [link.page for link in to_notes] == [link.target_page for link in to_notes]
        texts = [unicodedata.normalize("NFC", squeezed(text)) for text in pdf.texts]
        for number, id in enumerate(re.findall(r"\[\^([^\]]+)\](?!:)", SOURCE), 1):
            (mark,) = {link.page for link in to_notes if link.name == f"fn-{number}"}
            assert squeezed(shown(FOOTNOTES[id]))[:12] in texts[mark - 1]

    def test_marks_and_notes_are_linked_both_ways(self, pdf: Pdf) -> None:
        back = [link for link in pdf.links if re.fullmatch(r"fnref-\d+", link.name)]
        assert {link.name for link in back} == {f"fnref-{n}" for n in range(1, 20)}
        assert all(link.page == link.target_page for link in back)

    def test_all_callouts_with_their_titles(self, pdf: Pdf) -> None:
        text = squeezed(pdf.text())
        for kind, title in CALLOUTS:
            assert squeezed(shown(title)) in text if title else kind.capitalize() in text
        assert sum(text.count(name) for name in ("Note", "Info")) >= len([t for _, t in CALLOUTS if not t])

    def test_sources_are_working_links(self, pdf: Pdf) -> None:
        uris = {link.uri for link in pdf.links}
        assert all(cited and cited[2] in uris for cited in CITED)

    def test_telework_is_one_list(self, pdf: Pdf) -> None:
        items = [pdf.find(item)[0] for item in TELEWORK]
        assert max(place.x for place in items) - min(place.x for place in items) < 3
        for number, item in enumerate(items, 1):
            labels = [
                p for p in pdf.find(f"{number}.") if p.page == item.page and p.x < item.x and abs(p.y - item.y) < 6
            ]
            assert len(labels) == 1
        assert pdf.find("急速な少子高齢化")[0].x > items[0].x + 5

    def test_every_visible_character_is_there(self, pdf: Pdf) -> None:
        wanted = Counter(squeezed(shown(SOURCE) + TITLE))
        there = Counter(squeezed(unicodedata.normalize("NFC", pdf.characters)))
        assert not wanted - there

    def test_every_sentence_is_there(self, pdf: Pdf, word: Docx, page: Html) -> None:
        assert lost_between(page, pdf, word) == []

    def test_no_glyph_is_missing(self, pdf: Pdf, seed: Run) -> None:
        assert pdf.notdef == ()
        assert not {"font.missing-glyph", "font.fallback"} & {*seed.codes}

    def test_fonts_are_embedded_and_only_ours(self, pdf: Pdf) -> None:
        assert pdf.fonts
        assert all(font.embedded and font.name.startswith("Kumihan") for font in pdf.fonts), pdf.fonts

    def test_strong_and_headings_are_bold(self, pdf: Pdf) -> None:
        bold = "".join(
            unicodedata.normalize("NFC", run.text)
            for n in range(1, pdf.pages + 1)
            for run in pdf.runs(n)
            if "Bold" in run.font
        )
        for words in ["テレワークの実施状況①", "［日本型テレワーク］", *(h for _, h in HEADINGS)]:
            assert squeezed(words) in bold

    def test_outline_is_every_heading_without_marks(self, pdf: Pdf) -> None:
        (first, *rest) = pdf.outline
        assert (first.level, first.title, first.page) == (1, TITLE, 1)
        assert [(h.level, squeezed(h.title)) for h in rest] == [(n, squeezed(h)) for n, h in HEADINGS]
        assert all(a.page <= b.page for a, b in pairwise(rest))
        assert all(h.page for h in rest)

    def test_tags_title_and_language(self, pdf: Pdf) -> None:
        assert (pdf.title, pdf.language, pdf.tagged) == (TITLE, "ja", True)
        assert {"H1", "H2", "P", "L", "LI", "Link"} <= {*pdf.tags}


@needs_seed
class TestWord:
    def test_real_footnotes(self, word: Docx) -> None:
        assert len(word.footnotes) == 19
        for note, id in zip(word.footnotes, re.findall(r"\[\^([^\]]+)\](?!:)", SOURCE), strict=True):
            assert squeezed(unicodedata.normalize("NFC", note.text)) == squeezed(shown(FOOTNOTES[id]))

    def test_headings(self, word: Docx) -> None:
        assert [(n, squeezed(h)) for n, h in word.headings] == [(n, squeezed(h)) for n, h in [(0, TITLE), *HEADINGS]]

    def test_every_callout_has_its_styles(self, word: Docx) -> None:
        assert word.boxes == ()
        titles = [p for p in word.paragraphs if re.fullmatch(r"Callout \w+ Title", p.style)]
        assert [squeezed(p.text) for p in titles] == [squeezed(shown(t)) or kind.capitalize() for kind, t in CALLOUTS]
        following = [word.paragraphs[word.paragraphs.index(p) + 1].style for p in titles]
        assert all(style.startswith("Callout ") for style in following)

    def test_the_editor_s_changes_are_tracked_on_forty_by_thirty(self, word: Docx) -> None:
        assert b"<w:trackRevisions/>" in word.parts["word/settings.xml"]
        assert 'w:linePitch="447"' in word.everything

    def test_every_callout_of_a_handout_is_a_box_with_its_title(self, tmp_path: Path) -> None:
        assert NOTE
        project = Project(tmp_path).file(NOTE.name, NOTE.read_bytes())
        run = project.build("--set", "docx.profile=handout", to="docx")
        word = run.docx(TITLE)
        assert problems(run.file(f"{TITLE}.docx")) == []
        assert len(word.boxes) == 18
        for box, (kind, title) in zip(word.boxes, CALLOUTS, strict=True):
            assert squeezed(box).startswith(squeezed(shown(title)) or kind.capitalize())

    def test_sources_are_working_links(self, word: Docx) -> None:
        assert all(cited and cited[2] in word.links for cited in CITED)

    def test_telework_is_one_list(self, word: Docx) -> None:
        start = next(i for i, p in enumerate(word.paragraphs) if p.text.startswith(TELEWORK[0]))
        items = [p for p in word.paragraphs[start : start + 15] if p.list_level is not None]
        assert {p.style for p in items} == {"Callout Quote List", "Callout Quote List 2"}
        outer = [p for p in items if p.list_level == 0]
        assert [p.text.startswith(item) for p, item in zip(outer, TELEWORK, strict=True)] == [True] * 5
        assert len({p.number for p in outer}) == 1
        assert not any(p.bullet for p in outer)
        inner = [p for p in items if p.list_level]
        assert len(inner) == 10
        assert all(p.bullet and p.list_level == 1 for p in inner)

    def test_validators_find_nothing(self, seed: Run) -> None:
        assert problems(seed.file(f"{TITLE}.docx")) == []

    def test_nothing_private_leaves(self, word: Docx) -> None:
        assert word.custom_properties == ("KumihanExport",)  # a number that says nothing
        assert word.properties["title"] == TITLE
        for private in ("parents", "2024-12-02", "created", "/tmp/", "vault"):  # noqa: S108  (what must not be there)
            assert private not in re.sub(r'xmlns\S*|dcterms:created|"http\S+"', "", word.everything)


@needs_seed
class TestHtml:
    def test_language_and_title(self, page: Html) -> None:
        assert (page.language, page.title) == ("ja", TITLE)

    def test_callouts(self, page: Html) -> None:
        assert [c.type for c in page.callouts] == [kind for kind, _ in CALLOUTS]
        for callout, (kind, title) in zip(page.callouts, CALLOUTS, strict=True):
            assert squeezed(callout.title) == (squeezed(shown(title)) or kind.capitalize())
            assert callout.text

    def test_telework_is_one_list(self, page: Html) -> None:
        (box,) = [e for e in page.all(".callout") if "［日本型テレワーク］" in "".join(e.itertext())]
        (ordered,) = box.iterdescendants("ol")
        assert [len(item.findall(".//ul/li")) for item in ordered] == [2, 3, 1, 3, 1]

    def test_sources_and_notes_are_linked(self, page: Html) -> None:
        targets = [address for address, _ in page.links]
        assert all(cited and cited[2] in targets for cited in CITED)
        assert len(page.ids) == len({*page.ids})
        assert all(address[1:] in page.ids for address in targets if address.startswith("#"))

    def test_nothing_is_fetched(self, page: Html) -> None:
        assert not page.all("script, link, iframe, object, base")
        assert not [e for e in page.all("img, source") if not (e.get("src") or "data:").startswith("data:")]


@needs_seed
def test_seed_diagnostics(seed: Run) -> None:
    """Its wiki-links lead to notes that are not here; nothing else is wrong with it."""
    assert seed.codes == ["link.missing"]
    assert len(seed.diagnostics) == len(re.findall(r"\[\[", SOURCE))


@needs_seed
def test_a_second_build_gives_the_same_bytes(seed: Run, tmp_path: Path) -> None:
    assert NOTE
    again = Project(tmp_path).file(NOTE.name, NOTE.read_bytes()).build("-j", "1", to="pdf,docx,html")
    for name in again.files:
        assert again.file(name).read_bytes() == seed.file(name).read_bytes(), name


# Notes that other tools spoil

HARD = {
    "U+FA10": "\ufa10",
    "U+FA19": "\ufa19",
    "U+9AD9": "\u9ad9",
    "U+20BB7": "\U00020bb7",
    "a variation sequence": "葛\U000e0100",
}
NAMES = """---
title: {FA10}本と{FA19}谷
---
## {9AD9}橋

{FA10}本、{FA19}谷、{9AD9}橋、{20BB7}田、葛{E0100}城。**{FA10}**[^1] [[{FA19}社]]

[^1]: {20BB7}と葛{E0100}。

> [!note] {FA19}
> | {FA10} | `{9AD9}` |
> | --- | --- |
> | {20BB7} | 葛{E0100} |
"""
PANDOC = """段落の属性 {.note} は字である。
関数 f(x){y=1} と [語]{.mark} と `符号`{.python}。

::: warning
囲みではない。
:::

## 見出し {#id}

値段は$100と$200、上付き^ではない^、下付き~ではない~。
A -- B --- C... "引用" 'も' そのまま、:smile: も。

a. 英字は
(@) 番号ではない

語
: 定義ではない

\\newcommand{\\x}{y} と `<w:p/>`{=openxml}。
"""
AS_TYPED = [line for line in (squeezed(re.sub(r"^## |`", "", line)) for line in PANDOC.split("\n")) if line]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    names = re.sub(r"\{([0-9A-F]{4,5})\}", lambda m: chr(int(m[1], 16)), NAMES)
    project = Project(tmp_path_factory.mktemp("small")).note("名前.md", names).note("Pandoc.md", PANDOC)
    run = project.build(to="pdf,docx,html")
    assert run.status == 0, run.stderr
    return run


@pytest.mark.parametrize("name", HARD)
def test_difficult_characters_keep_their_code_points(small: Run, name: str) -> None:
    char = HARD[name]
    source = re.sub(r"\{([0-9A-F]{4,5})\}", lambda m: chr(int(m[1], 16)), NAMES).split("---\n", 2)[2]
    times = source.count(char)
    word = small.docx("名前")
    assert small.pdf("名前").characters.count(char) >= times
    assert word.text.count(char) + sum(n.text.count(char) for n in word.footnotes) >= times
    assert small.html("名前").text.count(char) >= times
    assert unicodedata.normalize("NFC", char) == char or unicodedata.normalize("NFC", char) not in word.everything


def test_difficult_characters_have_glyphs(small: Run) -> None:
    pdf = small.pdf("名前")
    assert pdf.notdef == ()
    assert pdf.title == small.html("名前").title == small.docx("名前").properties["title"] == "\ufa10本と\ufa19谷"
    assert [h.title for h in pdf.outline][-1] == "\u9ad9橋"


@pytest.mark.parametrize("format", ["pdf", "docx", "html"])
def test_a_note_about_pandoc_prints_as_typed(small: Run, format: str) -> None:
    text = {"pdf": Run.pdf, "docx": Run.docx, "html": Run.html}[format](small, "Pandoc")
    there = squeezed(text.text if not isinstance(text, Pdf) else text.text())
    assert [line for line in AS_TYPED if line not in there] == []
