"""The structure of a PDF: what is read, in which order, and as what."""

from __future__ import annotations

import re

import pytest

from convert.formats import pdf
from convert.nodes import attr, image, link, para, span, string, words
from convert.pdf import tags
from convert.settings import Settings
from tests.support import structure
from tests.support.pages import callout, child, document, note, picture, png, text
from tests.support.pdf import Pdf
from tests.support.project import SAMPLE, Project

SMALL = Settings(page_size="A6", page_chars=20, page_lines=20, gaps="no")


def printed(content, chosen=SMALL, **parts):
    return Pdf(pdf.write(document(content, **{"print_title": False, **parts}), chosen).data)


def shown(content, *keys, **parts):
    return structure.shown(printed(content, **parts), *keys)


class TestOrder:
    def test_a_note_is_read_at_its_mark(self):
        assert shown("甲[^1]乙\n\n次\n\n[^1]: 注の文\n\n    二段目\n", "ID") == (
            "Document[P[甲 Reference[Link[1)]] Note(ID=fn-1)[Lbl[Link[1)]] P[注の文] P[二段目]] 乙] P[次]]"
        )

    def test_a_note_of_a_heading_and_one_of_a_caption_follow_it(self):
        assert shown("# 題[^1]\n\n甲\n\n[^1]: 注\n") == (
            "Document[H1[題 Reference[Link[1)]]] Note[Lbl[Link[1)]] P[注]] P[甲]]"
        )

    def test_a_note_of_a_note_is_in_it(self):
        inner = child(2, [text("孫")])
        again = span([], attr("", ["fnref", "fnref-repeat"], [("data-n", "2")]))
        read = shown([para([*words("甲"), note(1, [para([*words("子"), again])]), inner])])
        assert read == (
            "Document[P[甲 Reference[Link[1)]] Note[Lbl[Link[1)]] P[子 Reference[Link[2)]]]] "
            "Note[Lbl[Link[2)]] P[孫]]]]"
        )

    def test_a_long_note_is_one_and_so_are_its_paragraphs(self):
        read = printed("甲[^1]\n\n[^1]: " + "注の文。" * 300 + "\n")
        assert read.pages > 2
        tree = structure.shown(read)
        assert tree.count("Note[") == 1
        assert re.sub(r"[^注の文。]", "", tree) == "注の文。" * 300
        assert tree.count("P[") == 2

    def test_a_paragraph_over_two_pages_is_one(self):
        read = printed("本文が続く。" * 120)
        assert read.pages > 1
        assert structure.shown(read) == f"Document[P[{'本文が続く。' * 120}]]"

    def test_ruby_is_base_and_reading(self):
        ruby = span([*words("漢字"), span(words("かんじ"), attr("", ["rt"]))], attr("", ["ruby"]))
        assert shown([para([*words("前"), ruby, *words("後")])]) == "Document[P[前 Ruby[RB[漢字] RT[かんじ]] 後]]"

    def test_running_heads_numbers_and_repeated_table_heads_are_no_content(self):
        rows = "".join(f"| 行{n} | {n} |\n" for n in range(60))
        read = printed("| 頭 | 値 |\n|--|--|\n" + rows, title="文書の題")
        tree = structure.shown(read)
        assert tree.count("TH[頭]") == 1
        assert "文書の題" not in tree
        assert tree.count("TR[") == 61
        apart = [said for (_, key), said in structure.marked(read).items() if key == "/Pagination"]
        assert len(apart) == read.pages
        assert "頭" in apart[1]
        assert f"2 / {read.pages}" in apart[1]

    def test_everything_shown_is_content_or_an_artifact(self):
        read = printed("# 題\n\n甲[^1]\n\n- 一\n\n[^1]: 注\n")
        assert {key for _, key in structure.marked(read) if not isinstance(key, int)} <= {
            "/Pagination", "/Layout", "/Artifact",
        }  # fmt: skip


class TestTypes:
    def test_emphasis_code_and_quotes(self):
        assert shown("**太** *Latin* `code` ~~消~~\n\n> 引用\n") == (
            "Document[P[Strong[太] Em[Latin] Code[code] Span[消]] BlockQuote[P[引用]]]"
        )

    def test_those_of_pdf_2_are_mapped(self):
        read = printed([callout("note", words("題"), [text("文")]), para([span(words("印"), attr("", ["mark"]))])])
        assert structure.shown(read).startswith("Document[Aside[P[題] P[文]]")
        assert str(read._pike.Root.StructTreeRoot.RoleMap.Aside) == "/Sect"

    def test_lists(self):
        assert shown("1. 一\n2. 二\n   - 中\n", "A") == (
            "Document[L(A=ListNumbering:/Decimal)[LI[Lbl[1.] LBody[一]] "
            "LI[Lbl[2.] LBody[二 L(A=ListNumbering:/Disc)[LI[Lbl[・] LBody[中]]]]]]]"
        )

    def test_tables(self):
        assert shown("| 頭 | 値 |\n|--|--|\n| | 1 |\n", "A") == (
            "Document[Table[THead[TR[TH(A=Scope:/Column)[頭] TH(A=Scope:/Column)[値]]] TBody[TR[TD[] TD[1]]]]]"
        )

    def test_code_is_one_piece_without_its_numbers(self):
        settings = Settings(page_size="A6", page_chars=20, code_numbers=True)
        read = structure.shown(printed("```\nab\n  c\n```\n", settings))
        assert read == "Document[P[Code[ab c]]]"

    def test_headings_go_down_step_by_step(self):
        assert (
            shown("### 甲\n\n##### 乙\n\n#### 丙\n\n### 丁\n\n# 戊\n") == "Document[H1[甲] H2[乙] H2[丙] H1[丁] H1[戊]]"
        )

    def test_pictures_and_formulas_say_what_they_show(self, tmp_path):
        (tmp_path / "a.png").write_bytes(png(80, 40))
        doc = {"pictures": {"k": picture(tmp_path / "a.png")}}
        read = printed([para([image(words("山の絵"), "picture:k", attr("", [], [("width", "60")]))])], **doc)
        assert structure.shown(read, "Alt") == "Document[P[Figure(Alt=山の絵)[]]]"
        x0, y0, x1, y1 = (float(n) for n in next(iter(_elements(read, "/Figure"))).A.BBox)
        assert (x1 - x0, y1 - y0) == pytest.approx((45, 22.5), abs=0.1)
        assert y1 < read.sizes[0][1] - 20
        assert shown("$x^2$", "Alt") == "Document[P[Formula(Alt=x^2)[]]]"

    def test_other_languages_say_so(self):
        inline = span([string("word")], attr("", [], [("lang", "en")]))
        assert shown([para([*words("語"), inline])], "Lang") == "Document[P[語 Span(Lang=en)[word]]]"

    def test_contents(self):
        read = structure.shown(printed("# 甲\n\n## 乙\n\n文\n", Settings(page_size="A6", contents="2")))
        assert read.startswith("Document[P[目次] TOC[TOCI[Reference[Link[甲]] 1 TOC[TOCI[Reference[Link[乙]] 1]]]]"), (
            read
        )


class TestLinks:
    def test_each_says_where_it_leads(self):
        read = printed("[外](https://example.com/a)と[^1]\n\n[^1]: 注\n")
        annotations = [one for page in read._pike.pages for one in page.obj.Annots]
        assert [str(one.Contents) for one in annotations] == ["外", "注1", "本文の注1へ戻る"]
        assert all(int(one.F) == 4 for one in annotations)

    def test_one_for_each_line_and_no_more(self):
        target = link(words("漢字kana漢字kana漢字"), "https://example.com", attr("", ["external-link"]))
        read = printed([para([*words("あ" * 12), target])], Settings(page_size="A6", page_chars=20))
        assert len(read.links) == 2
        assert structure.shown(read).count("Link[") == 1


class TestWhole:
    SOURCE = (
        "# 甲[^1]\n\n### 乙\n\n本文[^2]と`code`と$x$。[外](https://example.com)\n\n- 一\n  - 二\n\n"
        "| 頭 |\n|--|\n| 値[^3] |\n\n> 引用\n\n```python\nx = 1\n```\n\n"
        "[^1]: 注\n[^2]: 注\n\n    - 箇条\n\n        二段\n[^3]: 表の注\n"
    )

    def test_conforms_to_ua_1(self):
        settings = Settings(page_size="A6", pdf_standard="ua-1", contents="2", links="footnote")
        assert structure.faults(printed(self.SOURCE, settings)) == []

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # WeasyPrint leaves a file open
    def test_conforms_to_a_3a_with_the_note_in_it(self):
        settings = Settings(page_size="A6", pdf_standard="a-3a")
        assert structure.faults(printed(self.SOURCE, settings, source=b"# x", note="x.md"), "3a") == []

    def test_what_is_only_tagged_lacks_nothing_but_the_claim(self):
        assert {fault.partition(":")[0] for fault in structure.faults(printed(self.SOURCE))} == {
            "PDFUA1-ID-PART-001", "PDFUA1-ID-SCHEMA-001",
        }  # fmt: skip

    def test_another_weasyprint_keeps_its_own_tags_and_claims_nothing(self, monkeypatch):
        monkeypatch.setattr(tags, "TESTED", ("1.0",))
        tags.problem.cache_clear()
        try:
            output = pdf.write(document("甲"), Settings(pdf_standard="ua-1"))
        finally:
            tags.problem.cache_clear()
        assert [d.code for d in output.diagnostics] == ["pdf.standard"]
        assert b"pdfuaid:part" not in output.data
        assert Pdf(output.data).tagged


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["handout-2col", "report"])
def test_the_sample_vault_lacks_nothing_but_texts_for_its_pictures(tmp_path, theme):
    run = Project.copy_of(SAMPLE, tmp_path).build("--set", f"theme={theme}", to="pdf")
    assert run.status == 0
    rules = {fault.partition(":")[0] for file in run.files for fault in structure.faults(Pdf(run.file(file)))}
    assert rules == {"PDFUA1-ID-PART-001", "PDFUA1-ID-SCHEMA-001"}


def _elements(read: Pdf, kind: str):
    stack = [read._pike.Root.StructTreeRoot.K]
    while stack:
        node = stack.pop()
        if isinstance(node, int):
            continue
        if node.get("/S") == kind:
            yield node
        stack += structure._list(node.get("/K", []))
