"""The door to pandoc: the dialect is Obsidian's, nothing of the machine gets in, any depth comes out."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert import pandoc
from convert.nodes import attr, div, image, para, plain_text, raw_block, string, walk, words
from tests.support.linked import PNG, show


def text_of(markdown: str) -> str:
    return show(pandoc.read(markdown, hard_breaks=True))


@pytest.mark.parametrize(
    "typed",
    [
        "{.note} {#id} a{.b}",
        "[text]{.note}",
        "f(x){y=1}",
        "::: note",
        ":smile:",
        "a)",
        "H~2~O x^2^",
        "term",
        ": definition",
        '"quotes" -- ... \'s',
        "(@) x",
        "#. x",
        "[^undefined]",
    ],
)
def test_what_is_text_in_obsidian_is_text(typed: str) -> None:
    assert text_of(typed) == f"<p>{typed}</p>"


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("`x`{=openxml}", "<p><code>x</code>{=openxml}</p>"),
        ("---\ntitle: x\n---\n", "<hr><h2 #>title: x</h2>"),
        ("- [ ] a\n- [/] b", "<ul><li><plain>[ ] a</plain></li><li><plain>[/] b</plain></li></ul>"),
        ("> [!note]\n> x", "<quote><p>[!note]<br>x</p></quote>"),
        ("## A\n\n[A]", "<h2 #>A</h2><p>[A]</p>"),
        ("~~a~~ $x$", "<p><del>a</del> $x$</p>"),
        ("a[^1]\n\n[^1]: b", "<p>a<note><p>b</p></note></p>"),
        ("a\nb", "<p>a<br>b</p>"),
        ("https://e.com）", "<p>https://e.com）</p>"),
    ],
)
def test_dialect(markdown: str, shown: str) -> None:
    assert text_of(markdown) == shown


def test_lines_join_without_a_blank_only_between_japanese() -> None:
    assert show(pandoc.read("日\n本\nab\ncd", hard_breaks=False)) == "<p>日本\nab\ncd</p>"


def test_stand_ins_are_put_back_everywhere() -> None:
    a, b, quote = "\U000f0000", "\U000f0001", "\U000f0002"
    blocks = pandoc.read(
        f"{a} `{b}` [{a}](<{b} x>) ![{a}]({b}.png \"{a}\") ${b}$ <u title='{a}'>\n\n```{a}\n{b}\n```\n{quote}",
        hard_breaks=True,
        standins={a: "\ufa10", b: "\ufa19", quote: '"\\'},
    )
    whole = json.dumps(blocks, ensure_ascii=False)
    assert (whole.count("\ufa10"), whole.count("\ufa19")) == (6, 5)
    assert plain_text(blocks).endswith('"\\')
    assert not set(whole) & {a, b, quote}


def test_characters_that_no_output_can_hold() -> None:
    assert text_of("a&#1;b&#xFFFE;\\\\u0001 `\\u0001`\ud800") == "<p>a\ufffdb\ufffd\\u0001 <code>\\u0001</code>?</p>"


@pytest.mark.parametrize("depth", [10, 300, 5000])
def test_depth(depth: int) -> None:
    blocks = pandoc.read("> " * depth + "x", hard_breaks=True)
    assert sum(node["t"] == "BlockQuote" for node in walk(blocks)) == depth
    assert plain_text(blocks) == "x"


def test_html_keeps_divs_divs() -> None:
    header = {"t": "Header", "c": [2, attr("h-x"), words("X")]}
    html = pandoc.write_html([div([header], attr("", ["callout-content"]))])
    assert html == '<div class="callout-content">\n<h2 id="h-x">X</h2>\n</div>\n'


def test_html_has_math_and_code_without_links_to_itself() -> None:
    html = pandoc.write_html(pandoc.read("$x^2$\n\n```python\nx = 1\n```", hard_breaks=True))
    assert "<msup>" in html
    assert '<span class="op">=</span>' in html
    assert "<a " not in html


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import subprocess

    file = tmp_path_factory.mktemp("reference") / "reference.docx"
    command = [str(pandoc.program()), "--print-default-data-file=reference.docx"]
    file.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    return file


def test_docx(tmp_path: Path, reference: Path) -> None:
    (tmp_path / "1.png").write_bytes(PNG)
    blocks = [para([string("あ"), image([], "1.png")])]

    def write() -> bytes:
        metadata = {"title": "題 <&", "author": "名"}
        return pandoc.write_docx(blocks, reference=reference, metadata=metadata, language="ja", folder=tmp_path)

    first = write()
    assert first == write()
    package = zipfile.ZipFile(io.BytesIO(first))
    assert "題 &lt;&amp;" in package.read("docProps/core.xml").decode()
    assert any(name.startswith("word/media/") for name in package.namelist())
    assert str(tmp_path).encode() not in b"".join(package.read(name) for name in package.namelist())


@pytest.mark.parametrize("name", ["../1.png", "/etc/passwd", "http://127.0.0.1/x.png", "missing.png", ""])
def test_docx_takes_no_picture_from_elsewhere(tmp_path: Path, reference: Path, name: str) -> None:
    with pytest.raises(ValueError, match="private folder"):
        pandoc.write_docx([para([image([], name)])], reference=reference, metadata={}, language="ja", folder=tmp_path)


def test_faults_are_said() -> None:
    with pytest.raises(pandoc.PandocError, match="longer than"):
        pandoc.read("x" * 10_000_000, hard_breaks=True, seconds=0.01)
    with pytest.raises(pandoc.PandocError, match=r"\S"):
        pandoc.write_html([{"t": "Nonsense"}])


def test_neither_the_user_nor_the_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "pandoc" / "templates"
    folder.mkdir(parents=True)
    (tmp_path / "pandoc" / "defaults.yaml").write_text("bad: [", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert text_of("x") == "<p>x</p>"


def test_version() -> None:
    assert pandoc.version().startswith("3.")


def test_raw_blocks_of_other_formats_stay_out_of_html() -> None:
    assert pandoc.write_html([raw_block("openxml", "<w:p/>")]).strip() == ""
    html = [raw_block("html", "<p>一</p>")]
    assert pandoc.write_html(html) == "<p>一</p>\n"
    assert pandoc.write_html([*html, raw_block("openxml", "<w:p/>")]).strip() == "<p>一</p>"


_WHOLE = "+".join(["commonmark", *pandoc.DIALECT])


_SIGNS = [*"ab字 |-~$^*_`\\<>&#1;\t\n\n\n", "|-|:-|", ":-:", "~~", "$$", "    ", "  \n", "<i>", '{"t":"SoftBreak"}']
_NOTES = "\n\n[^1]: x\n    y\n"


# a note that is in itself is a circle to pandoc; `prepare` makes none
@given(st.lists(st.sampled_from([*_SIGNS, "[^1] "]), max_size=40).map("".join), st.sampled_from(["", _NOTES]))
@settings(max_examples=150, deadline=None)
def test_an_extension_whose_sign_a_text_lacks_is_not_missed(body: str, notes: str) -> None:
    text = body + notes
    whole = pandoc._read(text, f"read {_WHOLE}", _WHOLE, None, 60)
    hard = pandoc._read(text, f"read {_WHOLE}+hard_line_breaks", _WHOLE, None, 60)
    assert pandoc.read(text, hard_breaks=True) == hard
    short = "+".join(["commonmark", *(name for name, sign in pandoc.DIALECT.items() if sign in text)])
    assert pandoc._read(text, f"read {short}", short, None, 60) == whole
