"""The helpers that read outputs back, on tiny inputs made by hand: a test must not trust what was never tested."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pikepdf
import pytest

from tests.support import content, docx, html
from tests.support.docx import Docx
from tests.support.html import Callout, Html
from tests.support.pdf import Drawn, Font, Heading, Pdf, squeezed, to_unicode
from tests.support.project import Project
from tests.support.prose import prose

CMAP = """/CIDInit /ProcSet findresource begin begincmap
1 begincodespacerange <0000> <ffff> endcodespacerange
2 beginbfchar <0003> <7d44> <0004> <D842DFB7> endbfchar
2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<0066006c> <845BDB40DD00>] endbfrange
endcmap end"""


def small_pdf() -> bytes:
    """Two pages: a simple font that is not embedded, a composite one with a ``.notdef``, links, an outline, tags."""
    pdf = pikepdf.new()
    for _ in range(2):
        pdf.add_blank_page(page_size=(200, 300))
    simple = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Helvetica"))
    )
    composite = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=pikepdf.Name("/ABCDEF+Kumi-Bold"),
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.CIDFontType2,
                    BaseFont=pikepdf.Name("/ABCDEF+Kumi-Bold"),
                    CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
                    FontDescriptor=pikepdf.Dictionary(Type=pikepdf.Name.FontDescriptor, FontFile2=pdf.make_stream(b"")),
                )
            ],
            ToUnicode=pdf.make_stream(CMAP.encode()),
        )
    )
    first, second = pdf.pages
    first.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F0=simple))
    first.Contents = pdf.make_stream(b"BT /F0 12 Tf 20 250 Td (Margin) Tj 0 -20 Td [(wi) -50 (de)] TJ ET")
    second.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=composite))
    second.Contents = pdf.make_stream(b"BT /F1 9 Tf 20 100 Td <0003000400000010> Tj ET")
    first.obj.Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Subtype=pikepdf.Name.Link,
                Rect=[20, 250, 60, 262],
                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/"),
            ),
            pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Rect=[20, 230, 60, 242], Dest=pikepdf.String("there")),
        ]
    )
    names = pikepdf.NameTree.new(pdf)
    names["there"] = pikepdf.Array([second.obj, pikepdf.Name.XYZ, 20, 290, 0])
    pdf.Root.Names = pikepdf.Dictionary(Dests=names.obj)
    with pdf.open_outline() as outline:
        top = pikepdf.OutlineItem("一", 0)
        top.children.append(pikepdf.OutlineItem("一の二", 1))
        outline.root.append(top)
    pdf.Root.Lang = "ja"
    pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
    leaf = pikepdf.Dictionary(S=pikepdf.Name.P, K=0)
    pdf.Root.StructTreeRoot = pikepdf.Dictionary(K=[pikepdf.Dictionary(S=pikepdf.Name.Document, K=[leaf])])
    pdf.docinfo["/Title"] = "余白"
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_pdf_says_what_it_is() -> None:
    pdf = Pdf(small_pdf())
    assert (pdf.title, pdf.language, pdf.tagged, pdf.tags, pdf.pages) == ("余白", "ja", True, ("Document", "P"), 2)
    assert pdf.sizes == ((200, 300), (200, 300))


def test_pdf_text_and_places() -> None:
    pdf = Pdf(small_pdf())
    assert pdf.text(1).split() == ["Margin", "wide"]
    (place,) = pdf.find("wide")
    assert (place.page, round(place.x)) == (1, 20)
    assert 50 < place.y < 75  # baseline at 70 from the top
    assert pdf.find("wider") == []
    assert [(run.text, run.size) for run in pdf.runs(1)] == [("Marginwide", 12)]


def test_pdf_fonts_and_glyphs() -> None:
    pdf = Pdf(small_pdf())
    assert pdf.fonts == (Font("Helvetica", embedded=False), Font("Kumi-Bold", embedded=True))
    drawn = pdf.drawn(2)
    assert drawn[0] == Drawn("組", "Kumi-Bold", 3)
    assert [glyph.text for glyph in drawn] == ["組", "𠮷", "", "a"]
    assert pdf.notdef == ((2, "Kumi-Bold"),)


def test_to_unicode_reads_ranges_lists_and_pairs() -> None:
    assert to_unicode(CMAP) == {3: "組", 4: "𠮷", 16: "a", 17: "b", 18: "c", 32: "fl", 33: "葛\U000e0100"}


def test_pdf_outline_and_links() -> None:
    pdf = Pdf(small_pdf())
    assert pdf.outline == (Heading(1, "一", 1), Heading(2, "一の二", 2))
    address, inside = pdf.links
    assert (address.uri, address.page, address.box) == ("https://example.org/", 1, (20, 38, 60, 50))
    assert (inside.uri, inside.target_page, inside.target_y, inside.name) == ("", 2, 10, "there")


def test_squeezed_forgets_lines_and_blanks() -> None:
    assert squeezed("活\n 字　の\ufffe棚\u00a0") == "活字の棚"


def small_docx() -> bytes:
    w = f'xmlns:w="{docx.W}" xmlns:r="{docx.R}"'

    def p(text: str, style: str = "", extra: str = "", after: str = "") -> str:
        named = f'<w:pStyle w:val="{style}"/>' if style else ""
        return f"<w:p><w:pPr>{named}{extra}</w:pPr><w:r><w:t>{text}</w:t></w:r>{after}</w:p>"

    def item(level: int) -> str:
        return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr>'

    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>太</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>字</w:t></w:r>"
    link = '<w:hyperlink r:id="rId9"><w:r><w:t>外</w:t></w:r></w:hyperlink><w:hyperlink w:anchor="b"/>'
    ruby = "<w:ruby><w:rt><w:r><w:t>くみ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>組</w:t></w:r></w:rubyBase></w:ruby>"
    formula = f'<m:oMath xmlns:m="{docx.NAMES["m"]}"><m:r><m:t>a+b</m:t></m:r></m:oMath>'
    box = f"<w:tbl><w:tr><w:tc>{p('囲み')}{p('の中')}</w:tc></w:tr></w:tbl>"
    body = (
        p("見出し", "H1", after=mark)
        + p("一", extra=item(0))
        + p("点", extra=item(1))
        + p("並の", after=bold + link)
        + f"<w:p><w:r>{ruby}</w:r><w:r><w:tab/><w:t>右</w:t><w:br/><w:t>下</w:t></w:r>{formula}</w:p>"
        + box
    )
    levels = '<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl>'
    parts = {
        "word/document.xml": f"<w:document {w}><w:body>{body}</w:body></w:document>",
        "word/footnotes.xml": f'<w:footnotes {w}><w:footnote w:type="separator" w:id="0"/>'
        f'<w:footnote w:id="2">{p("注の")}{p("文")}</w:footnote></w:footnotes>',
        "word/styles.xml": f'<w:styles {w}><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>'
        "</w:style></w:styles>",
        "word/numbering.xml": f'<w:numbering {w}><w:abstractNum w:abstractNumId="3">{levels}</w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId9" Target="https://example.org/"/></Relationships>',
        "docProps/core.xml": '<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>題</dc:title></c>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_docx_paragraphs_notes_and_lists() -> None:
    word = Docx(small_docx())
    assert word.headings == ((1, "見出し"),)
    (note,) = word.footnotes
    assert (note.id, note.text) == ("2", "注の\n文")
    assert word.paragraphs[0].notes == ("2",)
    assert [(p.text, p.list_level, p.bullet) for p in word.paragraphs[1:3]] == [("一", 0, False), ("点", 1, True)]
    assert word.paragraphs[3].list_level is None
    assert word.paragraphs[3].bold == ("太字",)
    assert (word.paragraphs[4].text, word.paragraphs[4].words) == ("組\t右\n下a+b", "組\t右\n下")
    assert (word.paragraphs[4].readings, word.paragraphs[4].formulas) == (("くみ",), ("a+b",))


def test_docx_boxes_links_and_properties() -> None:
    word = Docx(small_docx())
    assert word.boxes == ("囲み\nの中",)
    assert [p.boxes for p in word.paragraphs][-2:] == [1, 1]
    assert word.links == ("https://example.org/", "#b")
    assert word.properties == {"title": "題"}
    assert word.custom_properties == ()
    assert "囲み" in word.everything


def test_docx_problems_are_found(tmp_path: Path) -> None:
    file = tmp_path / "broken.docx"
    file.write_bytes(small_docx())  # no content types: Word would not open it
    assert docx.problems(file)


def test_html_text_is_what_a_reader_sees() -> None:
    page = Html(
        "<!doctype html><html lang=ja><head><title>題</title><style>p{}</style></head><body><h1>見出し</h1>"
        "<p>一行目<br>二行目 <b>太</b>字</p>\n<ul><li>甲</li>\n<li>乙</li></ul><pre>a  b\n c</pre>"
        "<p hidden>見えない</p><svg><text>絵</text></svg></body></html>"
    )
    assert (page.language, page.title) == ("ja", "題")
    assert page.text.split("\n") == ["見出し", "一行目", "二行目 太字", "甲", "乙", "a  b", "c"]
    assert page.texts("li") == ["甲", "乙"]
    with pytest.raises(AssertionError):
        page.one("li")


def test_html_callouts_keep_their_nesting() -> None:
    inner = '<div class=callout data-callout=tip><div class=callout-title><div class="callout-title-inner">Tip</div>'
    page = Html(
        '<div class="callout" data-callout="note" data-callout-fold="-" data-callout-metadata="幅広">'
        '<div class="callout-title"><div class="callout-title-inner">題<b>名</b></div></div>'
        f'<div class="callout-content"><p>文</p>{inner}</div></div><p>後</p></div></div>'
    )
    tip = Callout("tip", "Tip", "")
    assert page.callouts == (Callout("note", "題名", "文\n後", "-", "幅広", (tip,)),)


def test_html_parses_a_fragment_and_lists_its_links() -> None:
    page = Html('<p id="a">見よ<a href="https://example.org/">外</a></p>')
    assert page.links == [("https://example.org/", "外")]
    assert page.ids == ["a"]
    assert html.text(page.one("p")) == "見よ外"


def test_project_copies_builds_and_collects(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "甲.md").write_text("本文", "utf-8")
    project = Project.copy_of(tmp_path / "from", tmp_path / "to").note("乙/丙.md", "[[ない]]").settings(tabSize=4)
    assert (project.vault / ".obsidian" / "app.json").read_text() == '{"tabSize": 4}'
    run = project.build(to="html")
    assert (run.status, run.files) == (0, ["乙/丙.html", "甲.html"])
    assert run.html("甲").text.endswith("本文")
    assert run.codes == ["link.missing"]
    assert run.notes["乙/丙.md"]["diagnostics"][0]["line"] == 1
    assert run.stdout.splitlines() == [str(project.output / f) for f in ("乙/丙.html", "甲.html")]


def test_project_runs_commands_in_their_own_process(tmp_path: Path) -> None:
    run = Project(tmp_path).command("build", "missing.md")
    assert run.status == 2
    assert "missing.md" in run.stderr


def test_what_is_lost_between_formats_is_found() -> None:
    shown = "長い文がここにあり、頁の終わりで切れることもある。短い文もある。"
    assert content.missing(shown, "長い文がここにあり、頁の\n1/2\n終わりで切れることもある。短い文もある。") == []
    assert content.missing(shown, "長い文がここにあり、頁の終わりで切れることもある。") == ["短い文もある。"]
    assert content.missing("・1. 折る", "折る", ignore=content.LABELS) == []
    page = Html('<p>組<ruby>版<rt>はん</rt></ruby><sup class="fnref">1)</sup>の<math><mi>a</mi></math>式</p>')
    assert content.page_text(page).split("\n") == ["組版の式", "はん"]


def test_prose_of_a_page_keeps_what_a_reader_sees() -> None:
    page = Html(
        '<main><h2>題</h2><p>前<b>太</b><a href="#x">案内</a><sup class="fnref"><a href="#fn-1">1)</a></sup><br>後</p>'
        '<ol start="3"><li>三<ul><li>点</li></ul></li></ol><blockquote><p>引用</p></blockquote>'
        '<pre><code>a  b\n</code></pre><table><tr><th>甲</th><td style="text-align: right">乙</td></tr></table>'
        '<p><ruby>組<rt>くみ</rt></ruby><span class="internal-link is-unresolved">ない</span></p></main>'
    )
    assert prose(page.one("main")).split("\n") == [
        *["## 題", "前**太**[案内](#x)[^1]", "後", "3. 三", "    - 点", "> 引用", "```", "a  b", "```", ""],
        *["| 甲 | 乙: |", "組《くみ》[ない](?)", ""],
    ]
