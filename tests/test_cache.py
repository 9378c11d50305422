"""What a second build makes again: exactly what has another content now, whatever changed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from convert import build, formats, output, pandoc
from convert.build import Outcome, Request
from convert.cache import tools
from convert.cache.ledger import Ledger
from convert.cache.printed import document_key
from convert.cache.store import Printed, Store
from convert.cache.trace import Trace, WatchedSettings, WatchedVault
from convert.diagnostics import Code, diagnose
from convert.formats import Output
from convert.link.document import Document
from convert.settings import Settings
from convert.vault import scan
from convert.worker import Job, Result, Task, perform
from tests.support.pages import png

#: What the stand-in for a format prints of a document: all of it.
_SHOWN = ("note", "title", "print_title", "language", "blocks", "properties", "classes", "style_sheets")


def write(document: Document, settings: Settings) -> Output:
    shown = {name: getattr(document, name) for name in _SHOWN}
    shown["properties"] = asdict(document.properties)
    shown["pictures"] = [picture.file.read_bytes().hex() for picture in document.pictures.values()]
    shown["callouts"] = {type: look.colour for type, look in document.callouts.items()}
    shown["page"] = settings.page_size
    said = (diagnose(Code.FOOTNOTE_MOVED, "said by the format", document.note),) if "MOVED" in str(shown) else ()
    return Output(json.dumps(shown, ensure_ascii=False).encode(), 1, said)


class Inline:
    """A pool that does its jobs here and now."""

    def __init__(self) -> None:
        self.done: list[Job] = []
        self.results: list[Result] = []

    def run(self, task: Task, jobs: Sequence[Job], count: int, seconds: float) -> Iterator[Result]:
        for job in jobs:
            self.done.append(job)
            self.results.append(perform(task, job))
            yield self.results[-1]

    def kill(self) -> None:
        pass


class Vault:
    """A vault, its output folder, and builds of it."""

    def __init__(self, root: Path) -> None:
        self.root = root / "vault"
        self.out = root / "out"
        self.state = root / "state"
        self.cache = root / "cache"
        (self.root / ".obsidian" / "snippets").mkdir(parents=True)
        self.pool = Inline()

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def age(self) -> None:
        """Time passes: the stats of files are proofs of their content again."""
        for folder, _, names in os.walk(self.root):
            for name in names:
                os.utime(Path(folder, name), ns=(0, time.time_ns() - 10**10))

    def build(
        self,
        *paths: str,
        to: tuple[str, ...] = ("md",),
        force: bool = False,
        out: Path | None = None,
        cache: Path | None = None,
        checking: bool = False,
        **command: object,
    ) -> dict[str, Outcome]:
        self.pool = Inline()
        request = Request(
            tuple(str(self.root / path) for path in paths) or (str(self.root),),
            to,
            str(out or self.out),
            str(self.root),
            command=command,
        )
        plan = build.plan(request, checking=checking)
        ledger = Ledger(plan, force=force, folder=cache or self.cache)
        made = output.Made(self.state)
        outcomes = list(build.run(plan, self.pool, jobs=1, made=made, ledger=ledger, force=force))  # type: ignore[arg-type]
        ledger.close()
        assert not ledger.problem
        return {outcome.note: outcome for outcome in outcomes}

    def built(self, *paths: str, **options: object) -> set[str]:
        """The notes of which an output was put in place."""
        outcomes = self.build(*paths, **options)  # type: ignore[arg-type]
        assert {outcome.status for outcome in outcomes.values()} <= {"built", "unchanged"}
        return {note for note, outcome in outcomes.items() if outcome.status == "built"}

    def printed(self) -> set[str]:
        """The notes that were printed, and not taken from the cache, in the last build."""
        return {r.note for r in self.pool.results if any(not written.reused for written in r.outputs)}

    def linked(self) -> set[str]:
        """The notes that were looked at in the last build."""
        return {job.note for job in self.pool.done}


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setattr(formats, "writer", lambda name: write)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    made = Vault(tmp_path)
    made.write("a.md", "# A\n\n![[b]]\n\n![[p.png]]\n")
    made.write("b.md", "# B\n\ntext ![[c#Part]]\n")
    made.write("c.md", "# Part\n\nx\n\n# Other\n\ny\n")
    made.write("d.md", "[[c#Other]] [[missing]] [[c#Nowhere]]\n")
    made.write("e.md", "alone\n")
    made.write("p.png", png(2, 2))
    return made


def test_nothing_changed(vault: Vault) -> None:
    first = vault.build()
    assert {outcome.status for outcome in first.values()} == {"built"}
    again = vault.build()
    assert {outcome.status for outcome in again.values()} == {"unchanged"}
    assert vault.linked() == set()
    assert [outcome.diagnostics for outcome in again.values()] == [outcome.diagnostics for outcome in first.values()]
    assert [o.dependencies for o in again.values()] == [o.dependencies for o in first.values()]
    assert [[(b.file, b.pages, b.size) for b in o.outputs] for o in again.values()] == [
        [(b.file, b.pages, b.size) for b in o.outputs] for o in first.values()
    ]


CHANGES: list[tuple[str, Callable[[Vault], object], set[str]]] = [
    ("a note", lambda v: v.write("e.md", "other\n"), {"e.md"}),
    ("an embedded section", lambda v: v.write("c.md", "# Part\n\nnew\n\n# Other\n\ny\n"), {"a.md", "b.md", "c.md"}),
    ("beside what is embedded", lambda v: v.write("c.md", "# Part\n\nx\n\n# Other\n\nnew\n"), {"c.md"}),
    ("a heading that is linked to", lambda v: v.write("c.md", "# Part\n\nx\n\n# Gone\n\ny\n"), {"c.md"}),
    ("a picture", lambda v: v.write("p.png", png(3, 3)), {"a.md"}),
    ("a picture goes", lambda v: (v.root / "p.png").unlink(), {"a.md"}),
    ("a missing note comes", lambda v: v.write("missing.md", "here\n"), {"missing.md", "d.md"}),
    ("one of the same name beside", lambda v: v.write("1/b.md", "other\n"), {"1/b.md"}),
    ("one that is nearer", lambda v: v.write("../x", ""), set()),
    ("a file is touched", lambda v: os.utime(v.root / "c.md"), set()),
    ("a note goes", lambda v: (v.root / "b.md").unlink(), {"a.md"}),
    ("an attachment of no note", lambda v: v.write("q.png", png(1, 1)), set()),
    ("Obsidian's line breaks", lambda v: v.write(".obsidian/app.json", '{"strictLineBreaks": true}'), set()),
]


@pytest.mark.parametrize(("change", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
@pytest.mark.parametrize("aged", [True, False], ids=["long after", "at once"])
def test_what_a_change_makes_anew(
    vault: Vault, change: Callable[[Vault], object], expected: set[str], aged: bool
) -> None:
    if aged:
        vault.age()
    vault.build()
    change(vault)
    assert vault.built() == expected
    assert vault.printed() <= expected
    assert vault.built() == set()


def test_links_say_what_they_name(vault: Vault) -> None:
    vault.build()
    vault.write("c.md", "# Part\n\nx\n\n# Gone\n\ny\n")
    codes = [d.message for d in vault.build()["d.md"].diagnostics if d.code == "heading.missing"]
    assert codes == [
        "link to a heading that does not exist: c#Other",
        "link to a heading that does not exist: c#Nowhere",
    ]
    assert vault.linked() == {"a.md", "b.md", "c.md", "d.md"}  # what d is printed as is the same


def test_only_what_asked_for_a_heading_is_looked_at(vault: Vault) -> None:
    vault.write("c.md", "# Part\n\nx\n\n# Other\n\nnew\n")
    vault.build()
    vault.write("c.md", "# Part\n\nx\n\n# Other\n\nnewer\n")
    vault.build()
    assert "d.md" not in vault.linked()


def test_the_nearest_note_of_a_name(vault: Vault) -> None:
    vault.write("1/a.md", "[[1/b]] ![[x]]\n")
    vault.write("2/x.md", "far\n")
    vault.build()
    vault.write("1/x.md", "near\n")
    assert vault.built() == {"1/a.md", "1/x.md"}


def test_two_endings(vault: Vault) -> None:
    vault.write("e.md", "[[x]] [[y.md]] ![[Z]]\n")
    vault.build()
    vault.write("x.md", "")
    assert vault.built() == {"e.md", "x.md"}
    vault.write("Y.MD.md", "")
    assert vault.built() == {"e.md", "Y.MD.md"}
    vault.write("1/z.MD", "text")
    assert vault.built() == {"e.md", "1/z.MD"}


def test_settings_count_only_where_they_are_read(vault: Vault) -> None:
    vault.write("e.md", "one {漢字|かんじ}\n")
    vault.build()
    vault.write("kumihan.yaml", "ruby.braces: no\nlimits.seconds: 50\n")
    assert vault.built() == {"e.md"}
    vault.write("kumihan.yaml", "page.size: A5\nruby.braces: no\n")
    assert vault.built() == set(map("{}.md".format, "abcde"))
    vault.write("e.md", "---\nprint-page-size: A5\n---\none\n")
    assert vault.built() == {"e.md"}
    vault.write("kumihan.yaml", "page.size: B5\nruby.braces: no\n")
    assert vault.built() == set(map("{}.md".format, "abcd"))


def test_snippets_and_callouts(vault: Vault) -> None:
    vault.write("e.md", "> [!special] t\n> x\n")
    vault.write("d.md", "---\nprint-styles: [look]\n---\nx\n")
    vault.write(".obsidian/appearance.json", '{"enabledCssSnippets": ["own"]}')
    vault.build()
    vault.write(".obsidian/snippets/own.css", '.callout[data-callout="special"] { --callout-color: 1, 2, 3; }')
    assert vault.built() == {"e.md"}
    vault.write(".obsidian/snippets/look.css", "p { color: red }")
    assert vault.built() == {"d.md"}


def test_models_of_word_files_and_names_of_styles(vault: Vault, tmp_path: Path) -> None:
    everything = set(map("{}.md".format, "abcde"))
    vault.build(to=("docx",))
    vault.write(".kumihan/word.yaml", "body: 本文\n")
    vault.build(to=("docx",))
    assert vault.printed() == everything
    vault.build(to=("docx",))
    assert vault.linked() == set()
    model = tmp_path / "outside.docx"
    for content in (b"one", b"two"):
        model.write_bytes(content)
        vault.build(to=("docx",), docx_reference=str(model))
        assert vault.printed() == everything
    vault.build(to=("docx",), docx_reference=str(model))
    assert vault.linked() == set()


def test_what_is_for_word_prints_nothing_else_anew(vault: Vault) -> None:
    vault.build(to=("pdf",))
    vault.write(".kumihan/word.yaml", "body: 本文\n")
    vault.build(to=("pdf",))
    assert vault.linked() == set(map("{}.md".format, "abcde"))
    assert vault.printed() == set()


def test_a_base_is_about_all_notes(vault: Vault) -> None:
    vault.write("e.md", '```base\nfilters: file.name == "n"\nviews:\n  - type: table\n    name: T\n```\n')
    vault.build()
    assert vault.built() == set()
    vault.write("b.md", "# B\n\nother\n")
    assert vault.built() == {"a.md", "b.md"}
    assert "e.md" in vault.linked()
    vault.write("n.md", "row\n")
    assert vault.built() == {"e.md", "n.md"}


def test_links_to_outputs(vault: Vault) -> None:
    vault.build()
    (vault.root / ".export-ignore").write_text("/c.md\n")
    assert vault.built() == {"d.md"}


def test_a_lost_output_is_put_back_without_a_worker(vault: Vault) -> None:
    vault.build()
    before = (vault.out / "a.md").read_bytes()
    (vault.out / "a.md").unlink()
    assert vault.built() == {"a.md"}
    assert (vault.out / "a.md").read_bytes() == before
    assert vault.linked() == set()


def test_an_output_that_someone_changed(vault: Vault) -> None:
    vault.build()
    before = (vault.out / "a.md").read_bytes()
    (vault.out / "a.md").write_bytes(before.replace(b"A", b"B"))
    outcome = vault.build()["a.md"]
    assert outcome.status == "built"
    assert "output.edited" in [d.code for d in outcome.diagnostics]
    assert (vault.out / "a.md").read_bytes() == before
    assert (vault.out / "a (edited).md").read_bytes() == before.replace(b"A", b"B")
    again = vault.build()["a.md"]
    assert again.status == "unchanged"
    assert "output.edited" not in [d.code for d in again.diagnostics]


def test_force_makes_all_anew(vault: Vault) -> None:
    vault.build()
    vault.build(force=True)
    assert vault.printed() == set(map("{}.md".format, "abcde"))
    assert vault.built() == set()


def test_formats_stand_for_themselves(vault: Vault) -> None:
    vault.build()
    assert vault.built(to=("md", "html")) == set(map("{}.md".format, "abcde"))
    assert {format for job in vault.pool.done for format in job.targets} == {"html"}
    assert vault.built(to=("md", "html")) == set()
    vault.write("e.md", "other\n")
    assert vault.built(to=("md",)) == {"e.md"}
    assert vault.built(to=("html",)) == {"e.md"}


def test_what_a_format_says_is_said_again(vault: Vault) -> None:
    vault.write("e.md", "MOVED\n")
    first = vault.build()["e.md"].diagnostics
    assert [d.code for d in first] == ["footnote.moved"]
    assert vault.build()["e.md"].diagnostics == first
    assert vault.build(to=("html",))["e.md"].diagnostics == first


def test_a_check_looks_at_what_has_changed(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.write("e.md", "MOVED\n")
    vault.build()
    first = vault.build(checking=True)
    assert vault.linked() == set(map("{}.md".format, "abcde"))
    assert [d.code for d in first["e.md"].diagnostics] == ["footnote.moved"]
    assert vault.build(checking=True) == {
        note: replace(outcome, status="unchanged", worked=False) for note, outcome in first.items()
    }
    assert vault.linked() == set()
    vault.write("c.md", "# Part\n\nnew\n\n# Gone\n\ny\n")
    now = vault.build(checking=True)
    assert vault.linked() == {"a.md", "b.md", "c.md", "d.md"}
    assert len(now["d.md"].diagnostics) == len(first["d.md"].diagnostics) + 1
    assert vault.built() == {"a.md", "b.md", "c.md"}  # what a build knows is its own
    vault.build(checking=True, page_size="A5")
    assert vault.linked() == set(map("{}.md".format, "abcde"))  # the stand-in for a format read it
    vault.build(checking=True, page_size="A5", force=True)
    assert vault.linked() == set(map("{}.md".format, "abcde"))
    assert not list(vault.out.rglob("*.html"))


def test_a_check_that_asked_for_fonts_of_the_machine_is_no_proof(vault: Vault) -> None:
    vault.write("e.md", "\U00012000\n")  # cuneiform
    vault.build(checking=True)
    vault.build(checking=True)
    assert vault.linked() == {"e.md"}


def test_other_code_makes_all_anew(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.build()
    monkeypatch.setattr(tools, "code", lambda: "another")
    vault.build()
    assert vault.printed() == set(map("{}.md".format, "abcde"))


def test_a_note_that_failed_is_tried_again(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(document: Document, settings: Settings) -> Output:
        raise ValueError("a fault")

    with monkeypatch.context() as broken:
        broken.setattr(formats, "writer", lambda name: fail)
        assert vault.build()["e.md"].status == "failed"
    assert vault.built() == set(map("{}.md".format, "abcde"))


def test_a_broken_cache_is_made_anew(vault: Vault) -> None:
    vault.build()
    for file in vault.cache.glob("*.db*"):
        file.write_bytes(b"this is no database" * 1000)
    assert vault.built() == set()  # the outputs are as they should be
    assert vault.printed() == set(map("{}.md".format, "abcde"))
    assert vault.built() == set()
    assert vault.linked() == set()


def test_a_cache_that_cannot_be_is_done_without(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    plan = build.plan(Request((str(vault.root),), ("md",), str(vault.out)))
    ledger = Ledger(plan, folder=tmp_path / "file" / "cache")
    assert ledger.problem
    outcomes = list(build.run(plan, Inline(), jobs=1, made=output.Made(vault.state), ledger=ledger))  # type: ignore[arg-type]
    assert {outcome.status for outcome in outcomes} == {"built"}


def test_a_damaged_output_in_the_cache_is_not_used(vault: Vault) -> None:
    vault.build()
    for file in (vault.cache / "outputs").rglob("*"):
        if file.is_file():
            file.write_bytes(b"half")
    before = (vault.out / "a.md").read_bytes()
    (vault.out / "a.md").unlink()
    assert vault.built() == {"a.md"}
    assert (vault.out / "a.md").read_bytes() == before


def prune(vault: Vault) -> tuple[list[str], list[str]]:
    plan = build.plan(Request((str(vault.root),), ("md",), str(vault.out)))
    ledger = Ledger(plan, folder=vault.cache)
    removed, problems = build.prune(plan, ledger, output.Made(vault.state))
    ledger.close()
    return removed, [problem.path for problem in problems]


def test_prune_takes_what_is_ours_and_of_no_note(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.write("1/2/x.md", "gone soon\n")
    vault.write("1/y.md", "gone soon\n")
    vault.build()
    (vault.out / "1/own.md").write_text("the user's")
    assert prune(vault) == ([], [])
    (vault.root / "1/2/x.md").unlink()
    (vault.root / "1/y.md").unlink()
    (vault.root / "e.md").unlink()
    (vault.out / "e.md").write_text("changed by the user")
    monkeypatch.setattr(tools, "code", lambda: "a newer Kumihan")
    vault.build()
    assert (vault.out / "1/2/x.md").exists()
    assert prune(vault) == (["1/2/x.md", "1/y.md"], ["e.md"])
    assert sorted(str(file.relative_to(vault.out)) for file in (vault.out / "1").rglob("*")) == ["1/own.md"]
    assert (vault.out / "e.md").read_text() == "changed by the user"
    (vault.root / "1").rename(vault.root / "3")
    assert prune(vault) == ([], ["e.md"])


def test_two_builds_at_once(vault: Vault) -> None:
    for number in range(20):
        vault.write(f"n{number}.md", f"![[c#Part]] {number}\n")
    ledgers, running = [], []
    for _ in range(2):
        plan = build.plan(Request((str(vault.root),), ("md",), str(vault.out)))
        ledgers.append(Ledger(plan, folder=vault.cache))
        made = output.Made(vault.state)
        running.append(build.run(plan, Inline(), jobs=1, made=made, ledger=ledgers[-1]))  # type: ignore[arg-type]
    for first, second in zip(*running, strict=True):
        assert first.status == "built"
        assert second.status == "unchanged"  # what it prints is there already
    for ledger in ledgers:
        ledger.close()
        assert not ledger.problem
    assert vault.built() == set()
    assert vault.linked() == set()


def test_a_build_that_was_overtaken_is_asked_again(vault: Vault) -> None:
    vault.age()
    plan = build.plan(Request((str(vault.root),), ("md",), str(vault.out)))
    slow = Ledger(plan, folder=vault.cache)
    running = build.run(plan, Inline(), jobs=1, made=output.Made(vault.state), ledger=slow)  # type: ignore[arg-type]
    next(running)  # a.md is made of the old c.md
    vault.write("c.md", "# Part\n\nnew\n")
    assert "c.md" in vault.built()  # another build, that sees the new one
    (vault.out / "a.md").unlink()
    list(running)
    slow.close()
    vault.build()
    assert b"new" in (vault.out / "a.md").read_bytes()


# The store


def test_the_cache_stays_small(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(10):
        data = bytes([number]) * 2**18
        store.keep(str(number), Printed("{}", "", hashlib.sha256(data).hexdigest(), len(data), 1, ()), data)
        time.sleep(0.002)
    store.make_room(1)
    left = [number for number in range(10) if store.printed(str(number))]
    assert left == [7, 8, 9]
    assert sum(file.is_file() for file in (tmp_path / "outputs").rglob("*")) == 3
    store.close()


def test_settings_and_vault_are_watched(vault: Vault) -> None:
    read: set[str] = set()
    watched = WatchedSettings.of(Settings(), read)
    assert watched.page_size == "A4"
    assert read == {"page_size"}
    trace = Trace()
    seen = WatchedVault.of(scan(vault.root), trace)
    assert seen.resolve("c", "a.md") == "c.md"
    seen.file("c.md")
    assert set(trace.subjects()) == {"name:c", "file:c.md"}
    assert seen.callouts.get("none") is None
    assert len(seen.notes) == 5
    assert ("callout", "none") in trace.answers
    assert ("vault",) in trace.answers
    assert Trace.from_json(trace.to_json()).answers == trace.answers


def test_all_of_a_document_is_in_its_key(tmp_path: Path) -> None:
    one = Document("n.md", "T", True, "ja", [])
    keys = {
        document_key(document, "pdf", Trace(), "tools")
        for document in (
            one,
            Document("m.md", "T", True, "ja", []),
            Document("n.md", "U", True, "ja", []),
            Document("n.md", "T", True, "ja", [{"t": "HorizontalRule"}]),
            Document("n.md", "T", True, "ja", [], style_sheets=("p {}",)),
        )
    }
    assert len(keys) == 5
    said = Document("n.md", "T", True, "ja", [], dependencies=("x",), diagnostics=(diagnose(Code.LINK_MISSING, "m"),))
    assert document_key(said, "pdf", Trace(), "tools") == document_key(one, "pdf", Trace(), "tools")


def test_tools_know_what_is_installed() -> None:
    assert "weasyprint=" in tools.packages()
    assert "pypandoc_binary=" in tools.packages()
    assert tools.keys(["pdf", "docx"])["pdf"] != tools.keys(["pdf", "docx"])["docx"]
    locked = Path(__file__).parents[1].joinpath("requirements.lock").read_text()
    names = {line.split("==")[0].replace("-", "_").lower() for line in locked.splitlines() if "==" in line}
    tools_of_the_build = {"hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove_classifiers"}
    watching = {"watchfiles", "anyio", "idna", "typing_extensions"}
    assert names - tools_of_the_build - watching <= tools.PACKAGES


# Any edits


WORDS = ["one", "two", "[[{}]]", "[[{}#H]]", "![[{}]]", "![[{}#H]]", "![[{}.png]]", "# H", "> [!note] x", "#tag"]
NAMES = ["a", "b", "c", "1/a", "1/b", "2/c"]


def edit(vault: Vault, dice: random.Random) -> None:
    path = f"{dice.choice(NAMES)}.md"
    match dice.randrange(8):
        case 0 | 1 | 2:
            words = dice.choices(WORDS, k=dice.randrange(1, 6))
            vault.write(path, "\n\n".join(word.format(dice.choice(NAMES).rpartition("/")[2]) for word in words))
        case 3:
            vault.write(f"{dice.choice(NAMES)}.png", png(dice.randrange(1, 4), 1))
        case 4:
            there = sorted(vault.root.rglob("*.*"))
            files = [file for file in there if file.is_file() and file.suffix in (".md", ".png")]
            if len(files) > 1:
                dice.choice(files).unlink()
        case 5:
            if (vault.root / path).exists():
                (vault.root / path).replace(vault.root / f"{dice.choice(['a', 'b', 'c'])}.md")
        case 6:
            vault.write(
                "kumihan.yaml", f"page.size: {dice.choice(['A4', 'A5'])}\ntags: {dice.choice(['plain', 'styled'])}"
            )
        case 7:
            outputs = sorted(vault.out.rglob("*.md"))
            if outputs:
                dice.choice(outputs).unlink()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*.md"))}


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 30))])
def test_any_edits_give_what_a_build_from_nothing_gives(vault: Vault, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    for step in range(12):
        for _ in range(dice.randrange(1, 3)):
            edit(vault, dice)
        if dice.random() < 0.3:
            vault.age()
        if not list(vault.root.rglob("*.md")):
            vault.write("a.md", "x")
        before = contents(vault.out)
        outcomes = vault.build()
        fresh = Vault.__new__(Vault)
        fresh.root, fresh.out, fresh.state = vault.root, tmp_path / f"fresh{step}", tmp_path / f"state{step}"
        fresh.cache = tmp_path / f"cache{step}"
        expected = fresh.build()
        now = contents(vault.out)
        wanted = contents(fresh.out)
        assert {path: now[path] for path in wanted} == wanted
        assert {n: o.diagnostics for n, o in outcomes.items()} == {n: o.diagnostics for n, o in expected.items()}
        assert {n for n, o in outcomes.items() if o.status == "built"} == {
            path for path in wanted if before.get(path) != wanted[path]
        }


def test_a_text_is_parsed_once(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    parse = pandoc.read
    monkeypatch.setattr(pandoc, "read", lambda text, **options: (read.append(text), parse(text, **options))[1])
    vault.write("e.md", "塚\ufa10 “x” `\\u0001`\n")
    vault.build()
    assert len(read) == 5  # though two of them are embedded in others
    before = contents(vault.out)
    vault.write("kumihan.yaml", "page.size: A5")
    assert len(vault.built()) == 5
    assert len(read) == 5
    vault.write("kumihan.yaml", "line-breaks: join")
    vault.built()
    assert len(read) == 10
    (vault.root / "kumihan.yaml").unlink()
    vault.built()
    assert len(read) == 10
    assert contents(vault.out) == before
    vault.build(force=True)
    assert len(read) == 18


def test_processes_may_open_the_cache_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from convert.cache.store import Store; "
        "store = Store(Path(sys.argv[1])); store.keep_parsed(sys.argv[2], 'tree'); store.close()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(number)], env=environment)
        for number in range(4)
    ]
    assert [process.wait(60) for process in running] == [0] * 4
    store = Store(tmp_path)
    assert [store.parsed(str(number)) for number in range(4)] == ["tree"] * 4
    store.close()
