"""A note compiled alone: footnotes by key, headings by number, links by place."""

from pathlib import Path

from convert.compiled import NoteAst, compile_note, mark_key
from convert.nodes import plain_text, walk
from convert.note import parse_note
from convert.syntax.prepared import FootnoteDefMark, LinkMark
from tests.support.linked import show


def compiled(text: str) -> NoteAst:
    return compile_note(parse_note(text.encode(), "N.md", Path("N.md")), hard_breaks=True)


def footnotes(ast: NoteAst) -> dict[str, str]:
    return {ast.prepared.marks[key].id: show(blocks) for key, blocks in ast.footnotes.items()}  # type: ignore[attr-defined]


def test_footnotes_are_cut_off() -> None:
    ast = compiled("a[^x]\n\n> [^y]: Y\n\n[^x]: X[^y]\n\n    - l\n\n[^unused]: U\n")
    assert set(footnotes(ast)) == {"x", "y", "unused"}
    assert footnotes(ast)["unused"] == "<p>U</p>"
    assert footnotes(ast)["x"].endswith("<ul><li><plain>l</plain></li></ul>")
    assert not any(node["t"] == "Note" for node in walk(ast.blocks))


def test_footnotes_behind_what_is_left_open() -> None:
    for opening in (
        "```\ncode",
        "<div>\nhtml",
        "<!-- comment",
        "$$\nx",
        "- item\n  ```\n  code",
        "> ~~~\n> code",
        "<pre>",
    ):
        ast = compiled(f"a[^x]\n\n[^x]: X\n\n{opening}")
        assert footnotes(ast) == {"x": "<p>X</p>"}, opening


def test_a_last_paragraph_of_the_note_is_not_the_table() -> None:
    ast = compiled("![](kumihan:x)[^1]\n\n[^1]: y\n\n![](kumihan:x)")
    assert plain_text(ast.blocks) == ""
    assert len(ast.blocks) == 2


def test_headings_are_numbered_in_the_order_of_the_note() -> None:
    ast = compiled(
        "# A\n\n[^1]: x\n\n    # N\n\n> ## B [[x|y]]\n\n- ### C\n\nD\n---\n\n```\n# no\n```\n\n<h2>no</h2>\n\n[^1]"
    )
    trees = [ast.blocks, *ast.footnotes.values()]
    found = {n["heading"]: n["c"][0] for tree in trees for n in walk(tree) if n["t"] == "Header"}
    assert found == {index: heading.level for index, heading in enumerate(ast.prepared.headings)}
    texts = [heading.text for heading in ast.prepared.headings]
    assert sorted(texts) == ["A", "B [[x|y]]", "C", "D", "N"]
    for tree in trees:
        for node in walk(tree):
            if node["t"] == "Header" and "[[" not in texts[node["heading"]]:
                assert plain_text(node["c"][2]) == texts[node["heading"]]


def test_places() -> None:
    ast = compiled("---\nx: 1\n---\n[a](u) **[b](u)**\n\n- ![c](<v w.png>) <u>\n\n<div>\nx</div>\n\n[d](u)\n")
    places = [
        (node["t"], tuple(node["at"]))
        for node in walk(ast.blocks)
        if node["t"] in {"Link", "Image", "RawInline", "RawBlock"}
    ]
    assert places == [
        ("Link", (4, 1)),
        ("Link", (4, 10)),
        ("Image", (6, 3)),
        ("RawInline", (6, 19)),
        ("RawBlock", (8, 1)),
        ("Link", (11, 1)),
    ]


def test_marks_lead_to_their_nodes() -> None:
    ast = compiled("[[x|y]] > [!no]\n\n> [!note]\n> z[^1]\n\n[^1]: n")
    marks = ast.prepared.marks
    found = {type(marks[key]).__name__ for node in walk(ast.blocks) if (key := mark_key(node))}
    assert found == {"LinkMark", "CalloutMark", "FootnoteRefMark"}
    assert {type(mark) for mark in marks.values()} >= {LinkMark, FootnoteDefMark}


def test_depth_is_cut_and_told() -> None:
    ast = compiled("> " * 100 + "x[^1]\n\n[^1]: " + "> " * 100 + "y")
    assert [d.code for d in ast.diagnostics] == ["note.depth"]
    assert max(show(tree).count("<quote>") for tree in (ast.blocks, *ast.footnotes.values())) < 41
    assert footnotes(ast)["1"].endswith("</quote>")
