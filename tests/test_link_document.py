"""A document as a whole: title, language, properties, settings, ids, and what no note may break."""

import json
from pathlib import Path

import pytest

from convert.link.document import Properties
from convert.link.ids import slug
from convert.link.subpath import shown
from convert.nodes import plain_text, walk
from tests.support.linked import check, linked, said, show
from tests.support.processes import answers


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: 題", "題"),
        ("Title: '  a  b '", "a b"),
        ("title: 2024", "2024"),
        ("title: ''", "名前.x"),
        ("title:", "名前.x"),
        ("title: [a]", "名前.x"),
        ("title: yes", "yes"),
        ("title: true", "名前.x"),
        ("title: '[[A|題]]'", "題"),
    ],
)
def test_title(tmp_path: Path, front: str, title: str) -> None:
    assert linked(tmp_path, {"x/名前.x.md": f"---\n{front}\n---\n文"}, "x/名前.x.md").title == title


@pytest.mark.parametrize(
    ("body", "setting", "printed"),
    [
        ("文", "yes", True),
        ("文", "no", False),
        ("# A", "yes", False),
        ("# ａ[^1]\n\n[^1]: x", "yes", False),
        ("# B", "yes", True),
        ("## A", "yes", True),
        ("x\n\n# A", "yes", True),
        ("", "yes", True),
    ],
)
def test_the_title_is_not_printed_twice(tmp_path: Path, body: str, setting: str, printed: bool) -> None:
    assert linked(tmp_path, {"A.md": body}, title=setting).print_title is printed


@pytest.mark.parametrize(
    ("front", "language"),
    [("lang: en-GB", "en-GB"), ("lang: zh_TW", "zh-TW"), ("lang: '<x>'", "ja"), ("lang: 3", "ja"), ("", "ja")],
)
def test_language(tmp_path: Path, front: str, language: str) -> None:
    document = linked(tmp_path, {"A.md": f"---\n{front}\n---\n![[x]]"})
    assert document.language == language
    words = {"en-GB": "Note not found", "zh-TW": "找不到筆記", "ja": "ノートが見つかりません"}
    assert plain_text(document.blocks).startswith(words[language])


def test_only_public_properties_leave_the_vault(tmp_path: Path) -> None:
    front = (
        "author: '[[山田 太郎]]'\nauthors: [山田 太郎, B]\ndate: 2024-05-01\ndescription: 説明\nkeywords: a、b, a\n"
        "tags: [secret]\naliases: [secret]\nsecret: secret\n"
    )
    document = linked(tmp_path, {"A.md": f"---\n{front}---\n文"})
    assert document.properties == Properties(("山田 太郎", "B"), "2024-05-01", "説明", ("a", "b"))
    assert "secret" not in repr(document)
    assert linked(tmp_path, {"A.md": "文"}, author="既定").properties.author == ("既定",)


@pytest.mark.parametrize(
    ("app", "setting", "text"),
    [
        ("{}", "obsidian", "<p>一<br>二</p>"),
        ('{"strictLineBreaks": true}', "obsidian", "<p>一二</p>"),
        ('{"strictLineBreaks": true}', "show", "<p>一<br>二</p>"),
        ("{}", "join", "<p>一二</p>"),
    ],
)
def test_line_breaks(tmp_path: Path, app: str, setting: str, text: str) -> None:
    document = linked(tmp_path, {"A.md": "一\n二", ".obsidian/app.json": app}, line_breaks=setting)
    assert show(document.blocks) == text


def test_joined_lines_of_latin_letters_keep_a_blank(tmp_path: Path) -> None:
    assert show(linked(tmp_path, {"A.md": "one\ntwo"}, line_breaks="join").blocks) == "<p>one\ntwo</p>"


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Hello World", "hello-world"),
        ("Hello, World!", "hello-world-0e9a3e4b"),
        ("", ""),
        ("見出し", "2b1a8b0f"),
        ("a" * 50, None),
    ],
)
def test_ids_are_ascii_and_tell_the_text(text: str, id: str | None) -> None:
    made = slug(text)
    assert made.isascii()
    assert len(made) <= 40
    assert slug(text + "。") != made
    if id is not None and "-" not in id[-9:] and text.isascii():
        assert made == id


@pytest.mark.parametrize(
    ("path", "subpath", "form", "text"),
    [
        ("A", "", "arrow", "A"),
        ("A", "B", "arrow", "A › B"),
        ("", "B", "arrow", "B"),
        ("", "B#C", "arrow", "B › C"),
        ("A", "B # C", "hash", "A#B#C"),
        ("A", "B#C", "last", "C"),
        ("", "#", "last", ""),
    ],
)
def test_text_of_a_link_without_one(path: str, subpath: str, form: str, text: str) -> None:
    assert shown(path, subpath, form) == text


def test_characters_survive(tmp_path: Path) -> None:
    text = "\ufa10\ufa19\u9ad9\U00020bb7\u845b\U000e0100か\u3099\ue000\U000f0000"
    body = (
        f"{text} **{text}** `{text}` [[A|{text}]] [{text}](https://e.com/{text}) ![[{text}]]\n\n# {text}\n\n    {text}"
    )
    document = linked(tmp_path, {"A.md": body + f"\n\n<p>{text}</p>\n"})
    check(document)
    whole = json.dumps(document.blocks, ensure_ascii=False)
    composed = text.replace("か\u3099", "が")
    assert whole.count(text) + whole.count(composed) == 10


@pytest.mark.parametrize(
    "text",
    [
        "> " * 500 + "x",
        "\n".join("  " * n + "- x" for n in range(200)),
        "*a **b " * 500 + "x" + "** *" * 500,
        "[" * 500 + "x" + "](y)" * 500,
        "> [!note] x\n" + "\n".join("> " * n + "[!note] x" for n in range(1, 100)),
        "^[" * 300 + "x" + "]" * 300,
        "![[A]]" * 300,
        "| a |\n|--|\n" + "| " + "*" * 3000 + " |",
    ],
)
def test_depth_is_no_fault(tmp_path: Path, text: str) -> None:
    document = linked(tmp_path, {"A.md": text + "\n\n末"})
    check(document)
    assert plain_text(document.blocks).endswith("末")


def test_depth_is_told(tmp_path: Path) -> None:
    assert said(linked(tmp_path, {"A.md": "> " * 500 + "x"})) == ["A.md:1:1 note.depth"]
    assert said(linked(tmp_path, {"A.md": "> " * 20 + "x"})) == []


def test_embeds_that_add_up_to_depth(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"N{n}.md": "> " * 30 + f"x\n>\n> ![[N{n + 1}]]\n\n末{n}" for n in range(5)}
    document = linked(tmp_path, files | {"N5.md": "end"}, "N0.md")
    check(document)
    json.dumps(document.blocks)
    for n in range(5):
        assert f"末{n}" in plain_text(document.blocks)


def test_a_note_that_cannot_be_read_gives_an_empty_document(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "x" * 100}, limit_bytes=10)
    assert not document.blocks
    assert [d.code for d in document.diagnostics] == ["note.too-big"]


def test_the_same_in_any_process(tmp_path: Path) -> None:
    text = "# a\n\n[[#^b]] [[no]] [[z]] ![[B]] ![[p.png]] <u onclick=x onload=y>t</u> [^1]\n\nx ^b\n\n[^1]: ![[q.png]]"
    linked(tmp_path, {"A.md": text, "B.md": "# a\n[[no]] [[y]]"})
    program = (
        "import sys; from pathlib import Path; from convert.vault import scan; from convert.link import link_note;"
        "from convert.settings import Settings; print(repr(link_note('A.md', scan(Path(sys.argv[1])), Settings())))"
    )
    assert len(answers(program, tmp_path)) == 1


@pytest.mark.timeout(60)
def test_a_long_note_takes_linear_time(tmp_path: Path) -> None:
    """Three seconds; quadratic time would take minutes."""
    piece = "## 題\n\n文[^1] [[A#題]] [[no|x]] ![[no.png]] <u>下</u> [a](b.md)\n\n> [!tip]\n> 文 ^b\n\n- 項\n  - 項\n\n"
    document = linked(tmp_path, {"A.md": piece * 1500 + "[^1]: 注"})
    assert sum(node["t"] == "Header" for node in walk(document.blocks)) == 1500
