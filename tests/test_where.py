"""``--where`` and patterns: which notes a build is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert import build
from convert.bases.files import Files
from convert.build import Request, UsageError
from convert.vault import scan
from convert.where import WhereError, parse

NOTES = {
    "a.md": "---\ntags: [handout, 講義/前期]\ndraft: false\nscore: 7\ndate: 2025-04-01\n---\nx",
    "b.md": "---\ndraft: true\nscore: 10\n題: 活字\n---\n#handout/extra text",
    "c.md": "---\nscore: high\ndate: 2026-04-01\nlist: [one, Two]\nempty:\nDue date: 2025-01-01\n---\n"
    "`#handout` \\#handout",
    "講義/d.md": "no properties, but #Handout",
    "講義/前期/e.md": "---\ntitle: 'not'\n---\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in NOTES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / ".obsidian").mkdir()
    return tmp_path


def fitting(root: Path, expression: str) -> str:
    files = Files(scan(root), 10**6)
    test = parse(expression)
    return " ".join(Path(note).stem for note in scan(root).notes if test(files.file(note)))


@pytest.mark.parametrize(
    ("expression", "notes"),
    [
        ("tag:handout", "a b d"),
        ("tag:#handout and not draft", "a d"),
        ("tag:handout/extra", "b"),
        ("tag:講義", "a"),
        ("tag:hand", ""),
        ("draft", "b"),
        ("draft=no", "a"),
        ("draft = false or draft=TRUE", "a b"),
        ("score", "a b c"),
        ("score>7", "b"),
        ("score>=7", "a b"),
        ("score != 7", "b c d e"),
        ("score=high", "c"),
        ("date<2026-01-01", "a"),
        ("list=two", "c"),
        ("list~w", "c"),
        ("題~活", "b"),
        ("empty", ""),
        ('"due date"<2026-01-01', "c"),
        ("title='not'", "e"),
        ("path:講義/*", "d"),
        ("path:講義/**", "d e"),
        ("path:*.md and not (tag:handout or score=high)", ""),
        ("not not draft", "b"),
        ("tag:handout and draft or path:c.md", "b c"),
        ("path:c.md or tag:handout and draft", "b c"),
        ("(path:c.md or tag:handout) and draft", "b"),
    ],
)
def test_what_fits(root: Path, expression: str, notes: str) -> None:
    assert fitting(root, expression) == notes


@pytest.mark.parametrize(
    ("expression", "column", "message"),
    [
        ("", 1, "tag:, path: or a property is expected"),
        ("draft and", 10, "is expected"),
        ("draft draft", 7, "and, or, or the end is expected, not draft"),
        ("(draft", 7, "a ) is missing"),
        ("a = ", 5, "a value is expected"),
        ("tag: and", 6, "a name is expected, not and"),
        ('a = "b', 5, "a quote has no end"),
        ("a ! b", 3, "! says nothing here"),
        ("not " * 60 + "a", 201, "nested too deeply"),
    ],
)
def test_what_cannot_be_read(expression: str, column: int, message: str) -> None:
    with pytest.raises(WhereError, match=f"column {column}: .*{message.replace(')', '[)]')}"):
        parse(expression)


def planned(root: Path, *paths: str, where: str | None = None) -> tuple[str, ...]:
    return build.plan(Request(paths, ("pdf",), str(root.parent / "out"), where=where)).notes


def test_patterns(root: Path) -> None:
    (root / ".export-ignore").write_text("c.md\n")
    assert planned(root, f"{root}/*.md") == ("a.md", "b.md")
    assert planned(root, f"{root}/**/*.md") == ("a.md", "b.md", "講義/d.md", "講義/前期/e.md")
    assert planned(root, f"{root}/講*/d.md", f"{root}/a.md") == ("a.md", "講義/d.md")
    (root / "[x].md").write_text("a name with brackets")
    assert planned(root, f"{root}/[x].md") == ("[x].md",)
    with pytest.raises(UsageError, match="no note is like"):
        planned(root, f"{root}/*.txt")


def test_where_narrows_what_is_selected(root: Path) -> None:
    assert planned(root, str(root), where="tag:handout") == ("a.md", "b.md", "講義/d.md")
    assert planned(root, f"{root}/講義", where="tag:handout") == ("講義/d.md",)
    with pytest.raises(UsageError, match="none fits --where tag:none"):
        planned(root, str(root), where="tag:none")
    with pytest.raises(UsageError, match="column 5"):
        planned(root, str(root), where="tag:")


def test_the_text_of_a_note_is_not_read_for_a_tag_that_its_properties_have(root: Path) -> None:
    files = Files(scan(root), 10**6)
    assert parse("tag:handout")(files.file("a.md"))
    assert files.file("a.md")._inside is None
