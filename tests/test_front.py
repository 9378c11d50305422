"""What stands before the text: the abstract, and lists of figures and tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convert.formats import docx, html, markdown, pdf
from convert.link.document import Document
from convert.settings import Settings
from tests.support.docx import Docx
from tests.support.html import Html
from tests.support.linked import check, linked, show
from tests.support.pages import png
from tests.support.pdf import Pdf, squeezed

FILL = "行の字。" * 90
TABLE = "| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n"
NOTE = (
    "---\ntitle: 題\nauthor: 山田\nabstract: 要る旨。\n---\n"
    f"## 甲章\n\n{FILL}\n\n![[a.png|絵の題]]\n\n## 乙章\n\n{FILL}\n\n{TABLE}\n: 表の題\n\n![[a.png|次の絵]]\n"
)
SMALL = {"page_size": "A6", "page_chars": 20, "page_lines": 20}


def made(root: Path, note: str = NOTE, **settings: object) -> Document:
    document = linked(root, {"A.md": note, "a.png": png()}, **settings)
    check(document)
    return document


def printed(root: Path, note: str = NOTE, **settings: object) -> Pdf:
    output = pdf.write(made(root, note, **settings), Settings(**SMALL, **settings))  # type: ignore[arg-type]
    assert not output.diagnostics
    return Pdf(output.data)


class TestAbstract:
    @pytest.mark.parametrize(
        ("property", "shown"),
        [
            ("abstract: 一文。", "<p>要旨</p></div><p>一文。</p>"),
            ("Abstract: [一文。, 二文。]", "<p>要旨</p></div><p>一文。</p><p>二文。</p>"),
            ("概要: |\n  一行\n  二行\n\n  次の段", "<p>概要</p></div><p>一行二行</p><p>次の段</p>"),
            ("要旨: '[[乙|別の記事]]を見よ'", "<p>要旨</p></div><p>別の記事を見よ</p>"),
            ("lang: en\nabstract: |\n  One\n  two.", "<p>Abstract</p></div><p>One two.</p>"),
        ],
    )
    def test_text_or_list(self, tmp_path: Path, property: str, shown: str) -> None:
        assert show(made(tmp_path, f"---\n{property}\n---\n字。\n").blocks) == (
            f"<div.abstract><div.abstract-title>{shown}</div><p>字。</p>"
        )

    @pytest.mark.parametrize("property", ["abstract:", "abstract: [1, null]", "abstract: {a: b}", "summary: 文。"])
    def test_what_is_no_text_is_none(self, tmp_path: Path, property: str) -> None:
        assert "abstract" not in show(made(tmp_path, f"---\n{property}\n---\n字。\n").blocks)

    def test_setting(self, tmp_path: Path) -> None:
        assert "abstract" not in show(made(tmp_path, abstract="no").blocks)

    def test_every_format_has_it_between_title_and_text(self, tmp_path: Path) -> None:
        document = made(tmp_path)
        texts = [
            Pdf(pdf.write(document, Settings(contents="1")).data).text(),
            Docx(docx.write(document, Settings(docx_profile="handout", contents="1")).data).text,
            "".join(Html(html.write(document, Settings(contents="1")).data).one("main").itertext()),
            markdown.write(document, Settings()).data.decode(),
        ]
        for text in texts:
            assert re.match("題(?:山田)?要旨要る旨。(?:目次|甲章)", squeezed(text).replace("#", "").lstrip())

    def test_behind_a_cover_it_begins_the_text(self, tmp_path: Path) -> None:
        read = printed(tmp_path, cover="yes")
        assert squeezed(read.text(1)) == "題山田"
        assert squeezed(read.text(2)).startswith("要旨要る旨。甲章")


class TestLists:
    def entries(self, read: Pdf, page: int) -> list[tuple[str, int]]:
        found = re.finditer(r"^(.*?)[ .]{3,}(\d+)$", read.text(page), re.MULTILINE)
        return [(squeezed(m[1]), int(m[2])) for m in found]

    def test_pages_of_figures_and_tables(self, tmp_path: Path) -> None:
        read = printed(tmp_path, captions="numbered", captions_lists="both", cover="yes", contents="1")
        text = squeezed(read.text(2))
        assert [text.index(word) for word in ("目次", "図目次", "表目次")] == sorted(
            map(text.index, ("目次", "図目次", "表目次"))
        )
        pages = {word: read.find(word)[-1].page for word in ("絵の題", "次の絵", "表の題")}
        assert self.entries(read, 2)[2:] == [
            ("図1絵の題", pages["絵の題"]), ("図2次の絵", pages["次の絵"]), ("表1表の題", pages["表の題"]),
        ]  # fmt: skip
        assert squeezed(read.text(3)).startswith("甲章")

    def test_captions_without_numbers_are_listed(self, tmp_path: Path) -> None:
        page = Html(html.write(made(tmp_path, captions="plain"), Settings(captions_lists="both")).data)
        assert page.texts("nav a") == ["絵の題", "次の絵", "表の題"]
        ids = [link.get("href", "")[1:] for link in page.all("nav a")]
        assert [page.one(f"[id='{id}']").tag for id in ids] == ["figure", "figure", "table"]

    def test_one_kind_and_only_the_first_line(self, tmp_path: Path) -> None:
        note = f"{TABLE}\n表1　題[^1]\n出典：甲\n\n[^1]: 注。\n"
        page = Html(html.write(made(tmp_path, note), Settings(captions_lists="figures")).data)
        assert not page.all("nav")
        page = Html(html.write(made(tmp_path, note), Settings(captions_lists="tables")).data)
        assert page.texts("nav a") == ["表1　題"]
        assert "出典：甲" in page.texts("caption")[0]


def test_roman_pages_are_those_of_the_lists_too(tmp_path: Path) -> None:
    read = printed(tmp_path, captions="numbered", captions_lists="both", page_front="roman", cover="yes", contents="1")
    feet = [text.rstrip().rpartition("\n")[2].strip() for text in read.texts]
    assert feet[1] == "ii"
    assert feet[2].startswith("1 /")
    assert re.search(r"表1　?表の題[ .]+(\d)", read.text(2))[1] == feet[read.find("表の題")[-1].page - 1][0]  # type: ignore[index]
