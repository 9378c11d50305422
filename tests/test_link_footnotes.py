"""Footnotes: numbered in reading order, each once, never nested, whatever the note does with them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convert.nodes import plain_text, walk
from tests.support.linked import check, linked, said, show


def one(tmp_path: Path, text: str) -> str:
    document = linked(tmp_path, {"A.md": text})
    check(document)
    assert not document.diagnostics
    return show(document.blocks)


def first(n: int, text: str, child: str = "") -> str:
    return f"<span#fnref-{n}.fnref{child} data-n={n}><note>{text}</note></span>"


def again(n: int) -> str:
    return f"<span.fnref.fnref-repeat data-n={n}></span>"


def test_the_order_of_marks_counts_not_that_of_definitions(tmp_path: Path) -> None:
    text = "a[^x] b[^y]\n\n[^y]: Y\n[^x]: X"
    assert one(tmp_path, text) == f"<p>a{first(1, '<p>X</p>')} b{first(2, '<p>Y</p>')}</p>"


def test_a_note_marked_twice_is_one_note(tmp_path: Path) -> None:
    assert one(tmp_path, "a[^x] b[^X]\n\n[^x]: X") == f"<p>a{first(1, '<p>X</p>')} b{again(1)}</p>"


def test_inline_notes(tmp_path: Path) -> None:
    assert one(tmp_path, "a^[*x* [b]] c") == f"<p>a{first(1, '<p><em>x</em> [b]</p>')} c</p>"


def test_a_note_in_a_note_is_the_next_of_the_document(tmp_path: Path) -> None:
    text = "a[^1] z[^4]\n\n[^1]: x[^2] y[^3]\n[^2]: b[^5]\n[^3]: c\n[^4]: d\n[^5]: e"
    child = ".fnref-child"
    assert one(tmp_path, text) == (
        f"<p>a{first(1, f'<p>x{again(2)} y{again(3)}</p>')}{first(2, f'<p>b{again(4)}</p>', child)}"
        f"{first(3, '<p>c</p>', child)}{first(4, '<p>e</p>', child)} z{first(5, '<p>d</p>')}</p>"
    )


def test_notes_that_refer_to_each_other_end(tmp_path: Path) -> None:
    text = "a[^1]\n\n[^1]: x[^2] y[^1]\n[^2]: z[^1]"
    shown = first(1, f"<p>x{again(2)} y{again(1)}</p>") + first(2, f"<p>z{again(1)}</p>", ".fnref-child")
    assert one(tmp_path, text) == f"<p>a{shown}</p>"


def test_blocks_in_a_note(tmp_path: Path) -> None:
    text = "a[^1]\n\n[^1]: x\n\n    - y\n\n    > [!tip]\n    > z"
    shown = one(tmp_path, text)
    assert "<note><p>x</p><ul><li><plain>y</plain></li></ul><div.callout data-callout=tip>" in shown


def test_a_mark_never_stands_in_a_link(tmp_path: Path) -> None:
    text = "[a **b[^1] c** d](https://e.com) [[A|x[^1]]]\n\n[^1]: n"
    link = "a.external-link https://e.com"
    assert one(tmp_path, text) == (
        f"<p><{link}>a <strong>b</strong></a>{first(1, '<p>n</p>')}<{link}><strong> c</strong> d</a> "
        f"<span.internal-link>x</span>{again(1)}</p>"
    )


def test_marks_in_headings_and_cells_and_alt_text(tmp_path: Path) -> None:
    text = (
        "# H[^1]\n\n| a[^2] |\n|--|\n| b[^3] |\n\n![alt[^4]](https://e.com/x.png)\n\n[^1]: 1\n[^2]: 2\n[^3]: 3\n[^4]: 4"
    )
    document = linked(tmp_path, {"A.md": text})
    check(document)
    assert sum(node["t"] == "Note" for node in walk(document.blocks)) == 4
    assert show(document.blocks).startswith(f"<h1 #h-h>H{first(1, '<p>1</p>')}</h1>")


def test_each_embedded_note_keeps_its_own(tmp_path: Path) -> None:
    files = {"A.md": "a[^1]\n\n![[B]]\n\nc[^1] d[^2]\n\n[^1]: A1\n[^2]: A2", "B.md": "b[^1]\n\n[^1]: B1\n"}
    document = linked(tmp_path, files)
    check(document)
    assert show(document.blocks) == (
        f"<p>a{first(1, '<p>A1</p>')}</p>"
        f"<div.internal-embed.markdown-embed data-src=B><p>b{first(2, '<p>B1</p>')}</p></div>"
        f"<p>c{again(1)} d{first(3, '<p>A2</p>')}</p>"
    )


def test_a_part_takes_only_the_notes_it_refers_to(tmp_path: Path) -> None:
    files = {"A.md": "![[B#H]]", "B.md": "x[^1]\n\n# H\n\ny[^2]\n\n[^1]: one [[nowhere]]\n[^2]: two[^3]\n[^3]: three"}
    document = linked(tmp_path, files)
    check(document)
    assert not said(document)
    assert "one" not in show(document.blocks)
    assert "three" in show(document.blocks)


def test_what_is_not_defined_is_told_once(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "a[^x]\n\n[^y]: unused"})
    assert said(document) == ["A.md:1:2 footnote.undefined", "A.md:3:1 footnote.unused"]
    assert show(document.blocks) == "<p>a[^x]</p>"


_WORD = st.sampled_from(["あ", "語。", "*強*", "[t](https://e.com)", "`c`", "「", "x", "|", "==m=="])
_REF = st.sampled_from(
    [
        "[^1]",
        "[^2]",
        "[^3]",
        "[^4]",
        "^[i]",
        "[[A|t[^1]]]",
        "[[A|[t](u)]]",
        "[u ![[B]]](u)",
        "`",
        "![[#^b]]",
        "![[A]]",
        "![[B#H]]",
    ]
)
_TEXT = st.lists(st.one_of(_WORD, _REF), min_size=1, max_size=6).map(" ".join)
_BLOCK = st.one_of(
    _TEXT,
    _TEXT.map(lambda t: f"> [!tip] {t}\n> {t}"),
    _TEXT.map(lambda t: f"- {t}\n  - {t}"),
    _TEXT.map(lambda t: f"## {t}"),
    _TEXT.map(lambda t: "| h |\n|--|\n| " + t.replace("|", "\\|") + " |"),
    _TEXT.map(lambda t: f"{t} ^b"),
)


@given(st.lists(_BLOCK, min_size=1, max_size=5), st.lists(_TEXT, min_size=4, max_size=4), st.lists(_BLOCK, max_size=3))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_a_note_does_the_numbers_are_right(blocks: list[str], notes: list[str], other: list[str]) -> None:
    definitions = "\n".join(f"[^{n}]: 定義{n} {text}" for n, text in enumerate(notes, 1))
    with TemporaryDirectory() as folder:
        files = {"A.md": "\n\n".join([*blocks, definitions]), "B.md": "\n\n".join(["# H", *other, "[^1]: b"])}
        document = linked(Path(folder), files)
    check(document)
    wanted = sum(block.startswith("> [!tip]") for block in blocks)
    assert sum("callout" in node["c"][0][1] for node in walk(document.blocks) if node["t"] == "Div") >= wanted
    text = plain_text(document.blocks, skip_notes=False)
    if "`" not in "".join(blocks):  # in code a mark is text
        for n in range(1, 5):
            assert any(f"[^{n}]" in block for block in blocks) <= (f"定義{n}" in text)
