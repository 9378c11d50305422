"""Documents made by hand, written as Word files and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from convert.docx.grid import grid
from convert.docx.roles import name
from convert.docx.wml import q
from convert.formats.docx import write
from convert.link.document import Document, Picture, Properties
from convert.nodes import (
    Block,
    Inline,
    attr,
    div,
    image,
    link,
    para,
    plain,
    raw_block,
    span,
    string,
    words,
)
from convert.settings import Settings
from tests.support.docx import NAMES, Docx, problems

SETTINGS = Settings(docx_profile="handout")
MEASURE = grid(SETTINGS).measure


def document(*blocks: Block, **fields: object) -> Document:
    made = Document("ノート.md", "題", print_title=True, language="ja", blocks=list(blocks))
    return replace(made, **fields)  # type: ignore[arg-type]


def header(level: int, text: str, id: str = "") -> Block:
    return {"t": "Header", "c": [level, attr(id), words(text)]}


def bullets(*items: list[Block]) -> Block:
    return {"t": "BulletList", "c": list(items)}


def numbers(*items: list[Block]) -> Block:
    return {"t": "OrderedList", "c": [[1, {"t": "Decimal"}, {"t": "Period"}], list(items)]}


def quote(*blocks: Block) -> Block:
    return {"t": "BlockQuote", "c": list(blocks)}


def code(text: str, language: str = "") -> Block:
    return {"t": "CodeBlock", "c": [attr(classes=[language] if language else []), text]}


def p(text: str) -> Block:
    return para(words(text))


def fnref(number: int, *blocks: Block, kind: str = "") -> Inline:
    at = attr(f"fnref-{number}", ["fnref", *([kind] if kind else [])], [("data-n", str(number))])
    return span([{"t": "Note", "c": list(blocks)}], at)


def again(number: int) -> Inline:
    return span([], attr("", ["fnref", "fnref-repeat"], [("data-n", str(number))]))


def callout(type: str, title: list[Inline], *content: Block) -> Block:
    parts = [div([plain([span(title, attr("", ["callout-title-inner"]))])], attr("", ["callout-title"]))]
    if content:
        parts.append(div(list(content), attr("", ["callout-content"])))
    return div(parts, attr("", ["callout"], [("data-callout", type)]))


def table(*rows: list[list[Block]]) -> Block:
    def row(cells: list[list[Block]]) -> list[object]:
        return [attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, cell] for cell in cells]]

    specs = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in rows[0]]
    body = [attr(), 0, [], [row(each) for each in rows[1:]]]
    return {"t": "Table", "c": [attr(), [None, []], specs, [attr(), [row(rows[0])]], [body], [attr(), []]]}


def pipe(*rows: tuple[str, ...]) -> Block:
    return table(*([[plain(words(text))] for text in row] for row in rows))


@pytest.fixture
def written(tmp_path: Path):
    """Write a document; the file must be sound, and the same when it is written again."""

    def make(made: Document, settings: Settings = SETTINGS) -> Docx:
        output = write(made, settings)
        file = tmp_path / "written.docx"
        file.write_bytes(output.data)
        assert problems(file) == []
        assert write(made, settings).data == output.data
        return Docx(output.data)

    return make


def styles(docx: Docx) -> list[tuple[str, str]]:
    return [(paragraph.style, paragraph.text) for paragraph in docx.paragraphs if paragraph.style != name("gap")]


def run_properties(docx: Docx, text: str, part: str = "word/document.xml") -> etree._Element:
    """The ``w:rPr`` of the run with exactly this text."""
    for run in docx.xml(part).iter(q("r")):
        if "".join(node.text or "" for node in run.findall(q("t"))) == text:
            found = run.find(q("rPr"))
            return etree.Element(q("rPr")) if found is None else found
    raise AssertionError(f"no run is {text!r}")


def test_headings_title_and_body_have_words_own_styles(written) -> None:
    docx = written(document(header(1, "一"), p("本文"), header(6, "六"), header(9, "九"), p("終わり")))
    assert docx.headings == ((0, "題"), (1, "一"), (6, "六"), (6, "九"))
    assert styles(docx)[2] == ("Body Text", "本文")
    assert styles(docx)[5] == ("Body Text", "終わり")


def test_the_title_is_the_head_and_the_property_even_if_it_is_not_printed(written) -> None:
    docx = written(document(p("本文"), title="題 <&>", print_title=False))
    assert docx.text.strip() == "本文"
    assert docx.properties["title"] == "題 <&>"
    assert "題 <&>" in "".join(docx.xml("word/header1.xml").itertext())


def test_properties_hold_what_may_leave_the_vault_and_no_clock(written) -> None:
    properties = Properties(("山田 花子", "B"), "2024-12-02", "説明", ("甲", "乙"))
    assert written(document(p("x"), properties=properties)).properties == {
        "title": "題",
        "creator": "山田 花子; B",
        "keywords": "甲, 乙",
        "description": "説明",
        "language": "ja",
        "created": "2024-12-02T00:00:00Z",
        "modified": "2024-12-02T00:00:00Z",
    }
    assert written(document(p("x"))).properties == {"title": "題", "language": "ja"}
    assert "created" not in written(document(p("x"), properties=Properties(date="きのう"))).properties
    assert "created" not in written(document(p("x"), properties=Properties(date="2024-13-45"))).properties
    assert written(document(p("x")), replace(SETTINGS, author="既定")).properties["creator"] == "既定"


def test_the_package_holds_no_part_of_pandocs_own_making(written) -> None:
    docx = written(document(p("x")))
    assert docx.custom_properties == ("KumihanExport",)
    assert "word/comments.xml" not in docx.parts
    assert "pandoc" not in docx.everything.lower()


# embeds


def test_the_title_of_an_embed_has_a_style_and_stays_with_what_follows(written) -> None:
    title = div([p("乙より")], attr("", ["markdown-embed-title"]))
    docx = written(document(div([title, p("文")], attr("", ["internal-embed", "markdown-embed"]))))
    assert ("Embed Title", "乙より") in styles(docx)
    style = docx.xml("word/styles.xml").find(".//w:style[@w:styleId='EmbedTitle']", NAMES)
    assert style.find("w:pPr/w:keepNext", NAMES) is not None


# callouts


def test_a_handout_callout_is_a_box_of_one_cell_with_everything_inside(written) -> None:
    content = [
        p("前"),
        bullets([plain(words("点"))], [plain(words("点")), numbers([plain(words("番号"))])]),
        quote(p("引用")),
        code("x = 1\n\ty", "python"),
        pipe(("甲", "乙"), ("1", "2")),
        para([string("注"), fnref(1, p("注の文"))]),
    ]
    docx = written(document(p("外"), callout("note", words("題名"), *content), p("後")))
    (box,) = docx.boxes
    for text in ("題名", "前", "点", "番号", "引用", "x = 1", "甲", "2", "注"):
        assert text in box
    assert "外" not in box
    assert "後" not in box
    assert [note.text for note in docx.footnotes] == ["注の文"]
    title = next(paragraph for paragraph in docx.paragraphs if paragraph.text.strip() == "題名")
    assert (title.style, title.boxes) == ("Callout Note Title", 1)


def test_a_handout_callout_spans_the_measure_and_wears_its_colours(written) -> None:
    docx = written(document(callout("warning", words("注意"), p("文"))))
    found = docx.xml("word/document.xml").find(".//w:tbl", NAMES)
    assert found.find("w:tblPr/w:tblW", NAMES).get(q("w")) == str(MEASURE)
    assert found.find("w:tblPr/w:tblStyle", NAMES).get(q("val")) == "CalloutWarningBox"
    assert found.find(".//w:shd", NAMES).get(q("fill")) not in (None, "auto")
    assert "CalloutTipBox" not in docx.everything  # only the types that occur have styles


def test_a_handout_callout_has_its_icon_in_its_colour_and_nothing_says_it_aloud(written) -> None:
    made = document(callout("warning", words("注意")), callout("warning", words("また")), callout("tip", words("コツ")))
    docx = written(made)
    assert [alt for _, alt in docx.pictures] == ["", "", ""]
    drawings = sorted(data for name, data in docx.parts.items() if name.endswith(".svg"))
    assert len(drawings) == 2
    assert all(b"currentColor" not in drawing for drawing in drawings)
    assert docx.boxes == ("\u2002注意", "\u2002また", "\u2002コツ")


def test_an_unknown_type_looks_like_a_note(written) -> None:
    docx = written(document(callout("わたしの型", words("題名"))))
    assert docx.boxes == ("\u2002題名",)
    assert "CalloutNoteBox" in docx.everything


def test_handout_callouts_in_a_row_stay_apart_and_a_cell_never_ends_with_a_box(written) -> None:
    inner = callout("tip", words("内"), p("内の文"))
    outer = callout("note", words("外"), inner)
    docx = written(document(outer, outer, pipe(("甲",), ("乙",)), pipe(("丙",), ("丁",))))
    assert len(docx.boxes) == 4
    body = docx.xml("word/document.xml")
    assert len(body.findall(".//w:tbl", NAMES)) == 6
    widths = [int(each.get(q("w"))) for each in body.iterfind(".//w:tblPr/w:tblW", NAMES)]
    assert widths[0] == MEASURE > widths[1]


def test_a_handout_callout_in_a_list_is_moved_in_and_its_lists_count_from_its_edge(written) -> None:
    inner = callout("note", words("題"), bullets([plain(words("内"))]), p("文"))
    docx = written(document(bullets([plain(words("一")), bullets([plain(words("二")), inner])])))
    found = docx.xml("word/document.xml").find(".//w:tbl", NAMES)
    indent = int(found.find("w:tblPr/w:tblInd", NAMES).get(q("w")))
    assert indent == 2 * 420
    assert int(found.find("w:tblPr/w:tblW", NAMES).get(q("w"))) == MEASURE - indent
    levels = {paragraph.text: paragraph.list_level for paragraph in docx.paragraphs if paragraph.text}
    assert (levels["一"], levels["二"], levels["内"], levels["文"]) == (0, 1, 0, None)


def test_an_item_that_begins_with_a_box_keeps_its_number(written) -> None:
    docx = written(document(numbers([callout("note", words("題"))], [code("x")], [pipe(("甲",), ("乙",))], [p("四")])))
    assert sum(paragraph.list_level == 0 for paragraph in docx.paragraphs) == 4
    signs = [p for p in docx.xml("word/document.xml").iter(q("p")) if p.find(f"{q('pPr')}/{q('numPr')}") is not None]
    assert [sign.find(f"{q('pPr')}/{q('keepNext')}") is not None for sign in signs] == [True, False, True, False]


def test_boxes_too_narrow_for_text_open(written) -> None:
    block = p("奥")
    for _ in range(40):
        block = callout("note", words("題"), block)
    docx = written(document(block))
    assert docx.text.count("題") == 41
    assert "奥" in docx.text
    assert len(docx.boxes) < 30


def test_a_callout_whose_frames_were_nested_too_deeply_keeps_its_text(written) -> None:
    bare = div([p("題"), p("本文")], attr("", ["callout"], [("data-callout", "note")]))
    docx = written(document(bare))
    assert "題" in docx.text
    assert "本文" in docx.text


def test_a_heading_stays_with_the_box_behind_it(written) -> None:
    docx = written(document(header(2, "見出し"), callout("note", words("題")), callout("note", words("題")), p("文")))
    body = docx.xml("word/document.xml").find(q("body"))
    before = [table.getprevious() for table in body.iterchildren(q("tbl"))]
    assert [gap.find("w:pPr/w:keepNext", NAMES) is not None for gap in before] == [True, True]
    assert body.findall("w:tbl", NAMES)[1].getnext().find("w:pPr/w:keepNext", NAMES) is None


def test_short_handout_callouts_stay_on_a_page_and_long_ones_may_break(written) -> None:
    docx = written(document(callout("note", words("短"), p("文")), callout("note", words("長"), p("文" * 1000))))
    rows = docx.xml("word/document.xml").findall(".//w:tr", NAMES)
    assert [row.find("w:trPr/w:cantSplit", NAMES) is not None for row in rows] == [True, False]


# a manuscript's callouts


@pytest.fixture
def manuscript(written):
    return lambda made: written(made, replace(SETTINGS, docx_profile="manuscript"))


def lefts(docx: Docx) -> dict[str, str | None]:
    """The direct indent of each paragraph, by its text."""
    out = {}
    for paragraph in docx.xml("word/document.xml").iter(q("p")):
        indent = paragraph.find("w:pPr/w:ind", NAMES)
        text = "".join(node.text or "" for node in paragraph.iter(q("t")))
        out[text] = None if indent is None else indent.get(q("left"))
    return out


def test_a_manuscript_s_callout_is_named_paragraphs_through_lists_quotes_and_tables(manuscript) -> None:
    content = [
        p("文"),
        bullets([plain(words("点")), bullets([plain(words("点の点"))])], [p("段"), p("段の続き")]),
        numbers([plain(words("番"))]),
        quote(p("引用"), bullets([plain(words("引用の点"))])),
        code("x = 1"),
        pipe(("甲",), ("乙",)),
        callout("tip", words("内の題"), p("内の文"), bullets([plain(words("内の点"))])),
        p("終わり"),
    ]
    docx = manuscript(document(callout("note", words("題名"), *content), p("後")))
    assert docx.boxes == ()
    assert styles(docx)[1:] == [
        ("Callout Note Title", "題名"),
        ("Callout Note", "文"),
        ("Callout Note List", "点"),
        ("Callout Note List 2", "点の点"),
        ("Callout Note List", "段"),
        ("Callout Note", "段の続き"),
        ("Callout Note List", "番"),
        ("Callout Note Quote", "引用"),
        ("Callout Note List", "引用の点"),
        ("Source Code", "x = 1"),
        ("Table Heading", "甲"),
        ("Table Text", "乙"),
        ("Callout Tip Title", "内の題"),
        ("Callout Tip", "内の文"),
        ("Callout Tip List", "内の点"),
        ("Callout Note", "終わり"),
        ("Body Text", "後"),
    ]
    left = lefts(docx)
    # where the style says where the text begins, the paragraph does not
    assert (left["題名"], left["文"], left["終わり"], left["後"]) == (None,) * 4
    assert (left["点"], left["点の点"], left["段の続き"]) == ("630", "1050", "630")
    assert (left["内の題"], left["内の文"], left["内の点"]) == ("420", "420", "840")
    assert (left["引用"], left["引用の点"]) == (None, "1050")
    levels = {paragraph.text: paragraph.list_level for paragraph in docx.paragraphs}
    assert (levels["点"], levels["点の点"], levels["番"], levels["内の点"], levels["段の続き"]) == (0, 1, 0, 0, None)


def test_a_manuscript_s_callout_in_a_list_stands_further_in(manuscript) -> None:
    inner = callout("note", words("題"), p("文"), bullets([plain(words("内"))]))
    docx = manuscript(
        document(bullets([plain(words("一")), bullets([plain(words("二")), inner])], [plain(words("三"))]))
    )
    left = lefts(docx)
    assert (left["題"], left["文"], left["内"]) == ("1050", "1050", "1470")
    by_text = {paragraph.text: paragraph for paragraph in docx.paragraphs}
    assert [by_text[text].list_level for text in ("一", "二", "内", "三")] == [0, 1, 0, 0]
    assert by_text["三"].style == "List Bullet"


def test_a_manuscript_s_quotes_keep_their_lists_code_and_quotes(manuscript) -> None:
    docx = manuscript(document(quote(p("文"), bullets([plain(words("点"))]), code("x"), quote(p("孫引き"))), p("後")))
    assert styles(docx)[1:] == [
        ("Block Text", "文"),
        ("Block Text List", "点"),
        ("Source Code", "x"),
        ("Block Text", "孫引き"),
        ("Body Text", "後"),
    ]
    left = lefts(docx)
    assert (left["文"], left["点"], left["孫引き"]) == (None, "840", "840")


def test_a_manuscript_s_callouts_in_notes_and_cells(manuscript) -> None:
    box = callout("note", words("題"), p("文"))
    docx = manuscript(document(para([string("本文"), fnref(1, p("注"), box)]), table([[p("頭")]], [[box]])))
    assert "題" in docx.footnotes[0].text
    assert "文" in docx.footnotes[0].text
    assert {"Callout Note Title", "Table Text"} <= {style for style, _ in styles(docx)}


def test_tasks_in_a_manuscript_s_callout_keep_its_style(manuscript) -> None:
    item = [plain([span([string("☐")], attr("", ["task"], [("data-task", " ")])), *words(" 仕事")])]
    docx = manuscript(document(callout("todo", words("題"), bullets(item))))
    assert ("Callout Todo List", "☐\t仕事") in styles(docx)


def test_a_quote_of_paragraphs_is_a_style_and_one_that_holds_more_a_box(written) -> None:
    docx = written(document(quote(p("文")), quote(p("文"), bullets([plain(words("点"))]))))
    assert ("Block Text", "文") in styles(docx)
    assert len(docx.boxes) == 1
    assert "QuoteBox" in docx.everything


# footnotes


def test_footnotes_are_words_own_and_count_as_their_marks_do(written) -> None:
    made = document(
        {"t": "Header", "c": [2, attr(), [*words("見出し"), fnref(1, p("一"))]]},
        para([link([string("案内"), fnref(2, p("二"))], "https://example.com/")]),
        pipe(("甲",), ("乙",)),
        callout("note", [string("題"), fnref(3, p("三"))], para([string("文"), fnref(4, p("四"), p("四の二"))])),
    )
    docx = written(made)
    assert [(note.id, note.text) for note in docx.footnotes] == [
        ("1", "一"),
        ("2", "二"),
        ("3", "三"),
        ("4", "四\n四の二"),
    ]
    assert docx.headings[1] == (2, "見出し")
    assert {paragraph.style for note in docx.footnotes for paragraph in note.paragraphs} == {"footnote text"}


def test_notes_hold_lists_code_tables_and_quotes(written) -> None:
    note = fnref(1, p("文"), bullets([plain(words("点"))]), code("x"), pipe(("甲",), ("乙",)), quote(p("引用")))
    (found,) = written(document(para([string("本文"), note]))).footnotes
    assert [paragraph.list_level for paragraph in found.paragraphs if paragraph.text == "点"] == [0]
    for text in ("文", "x", "甲", "引用"):
        assert text in found.text


def test_a_repeated_mark_refers_to_the_first(written) -> None:
    made = document(
        para([string("一"), fnref(1, para([*words("注"), again(2)])), string("二"), fnref(2, p("注二"))]),
        para([string("三"), again(1)]),
    )
    docx = written(made)
    body, notes = docx.xml("word/document.xml"), docx.xml("word/footnotes.xml")
    fields = [[(node.text or "").split() for node in root.iter(q("instrText"))] for root in (body, notes)]
    assert fields[0] == [["NOTEREF", "_RefNote1", "\\f", "\\h"]]
    assert fields[1] == [["NOTEREF", "_RefNote2", "\\f", "\\h"]]
    assert {"_RefNote1", "_RefNote2"} <= set(docx.bookmarks)
    assert len(docx.footnotes) == 2
    shown = [node for node in body.iter(q("t")) if node.text == "1"]
    assert shown[0].getparent().find("w:rPr/w:rStyle", NAMES).get(q("val")) == "FootnoteReference"


def test_a_note_of_a_note_follows_it_and_neighbouring_marks_are_told_apart(written) -> None:
    outer = fnref(1, para([string("外"), again(2)]))
    docx = written(document(para([string("文"), outer, fnref(2, p("内"), kind="fnref-child"), string("。")])))
    assert [note.id for note in docx.footnotes] == ["1", "2"]
    assert docx.paragraphs[1].text == "文,。"


def test_the_form_of_marks_is_the_settings(written) -> None:
    made = document(para([string("文"), fnref(1, p("注")), fnref(2, p("注"))]))
    docx = written(made, replace(SETTINGS, footnote_mark="＊1)"))
    assert docx.paragraphs[1].text == "文＊)＊)"
    assert docx.footnotes[0].text.startswith("＊)")


# text


def test_strong_is_gothic_and_emphasis_has_dots_above_kanji_and_slants_latin(written) -> None:
    strong = {"t": "Strong", "c": words("太字")}
    emphasis = {"t": "Emph", "c": words("IT戦略")}
    both = {"t": "Strong", "c": [{"t": "Emph", "c": words("両方")}]}
    docx = written(document(para([strong, string("と"), emphasis, string("と"), both])))
    assert run_properties(docx, "太字").find(q("rStyle")).get(q("val")) == "Strong"
    assert run_properties(docx, "IT").find(q("i")) is not None
    dotted = run_properties(docx, "戦略")
    assert dotted.find(q("i")) is None
    assert dotted.find(q("rStyle")).get(q("val")) == "EmphasisDots"
    assert run_properties(docx, "両方").find(q("i")) is None
    assert docx.text.endswith("太字とIT戦略と両方")


def test_strong_in_a_heading_stays_bold(written) -> None:
    docx = written(document({"t": "Header", "c": [1, attr(), [{"t": "Strong", "c": words("強")}]]}))
    assert run_properties(docx, "強").find(q("b")) is not None  # a bold style in a bold style would be regular


def test_marks_keys_small_print_and_scripts(written) -> None:
    inlines = [
        span(words("蛍光"), attr("", ["mark"])),
        span([{"t": "Strong", "c": words("Ctrl")}, string("+C")], attr("", ["kbd"])),
        span(words("小"), attr("", ["small"])),
        {"t": "Subscript", "c": words("下")},
        {"t": "Superscript", "c": words("上")},
        {"t": "Underline", "c": words("線")},
        {"t": "Strikeout", "c": words("消")},
    ]
    docx = written(document(para(inlines)))
    assert run_properties(docx, "蛍光").find(q("highlight")) is not None
    assert run_properties(docx, "Ctrl+C").find(q("rStyle")).get(q("val")) == "HTMLKeyboard"
    assert run_properties(docx, "小").find(q("rStyle")).get(q("val")) == "Small"
    assert run_properties(docx, "下").find(q("vertAlign")).get(q("val")) == "subscript"
    assert run_properties(docx, "線").find(q("u")) is not None
    assert run_properties(docx, "消").find(q("strike")) is not None


def test_ruby_is_words_own_and_as_large_as_its_paragraph(written) -> None:
    ruby = span([string("組版"), span(words("くみはん"), attr("", ["rt"]))], attr("", ["ruby"]))
    docx = written(document(para([ruby]), {"t": "Header", "c": [1, attr(), [ruby]]}))
    found = docx.xml("word/document.xml").findall(".//w:ruby", NAMES)
    assert ["".join(each.itertext()) for each in found] == ["くみはん組版"] * 2
    sizes = [each.find("w:rubyPr/w:hpsBaseText", NAMES).get(q("val")) for each in found]
    assert sizes == ["21", "30"]


def test_readings_may_stand_in_parentheses(written) -> None:
    readings = [span(words(reading), attr("", ["rt"])) for reading in ("くみ", "はん")]
    ruby = span([string("組"), readings[0], string("版"), readings[1]], attr("", ["ruby"]))
    docx = written(document(para([ruby])), replace(SETTINGS, docx_ruby="parentheses"))
    assert "組（くみ）版（はん）" in docx.text
    assert "<w:ruby>" not in docx.everything


@pytest.mark.parametrize(
    ("indent", "texts", "chars"),
    [
        ("style", ["地の文", "「会話」", "\u3000自分で"], ["100", "100", "0"]),
        ("fullwidth", ["\u3000地の文", "「会話」", "\u3000自分で"], ["0", "0", "0"]),
        ("none", ["地の文", "「会話」", "\u3000自分で"], ["0", "0", "0"]),
    ],
)
def test_paragraphs_begin_as_the_receiver_wants(written, indent: str, texts: list[str], chars: list[str]) -> None:
    made = document(p("地の文"), p("「会話」"), p("\u3000自分で"))
    docx = written(made, replace(SETTINGS, docx_indent=indent))
    assert [text for style, text in styles(docx) if style == "Body Text"] == texts
    style = next(s for s in docx.xml("word/styles.xml").iter(q("style")) if s.get(q("styleId")) == "BodyText")
    usual = style.find("w:pPr/w:ind", NAMES)
    found = []
    for paragraph in list(docx.xml("word/document.xml").iter(q("p")))[1:]:
        own = paragraph.find("w:pPr/w:ind", NAMES)
        of = usual if own is None else own
        found.append("0" if of is None else of.get(q("firstLineChars")))
    assert found == chars


def test_an_abstract_has_words_own_styles(written) -> None:
    made = div([div([plain(words("要旨"))], attr("", ["abstract-title"])), p("短く言う。")], attr("", ["abstract"]))
    docx = written(document(made, p("本文")))
    assert styles(docx)[1:] == [("Abstract Title", "要旨"), ("Abstract", "短く言う。"), ("Body Text", "本文")]


def test_word_is_told_which_quotes_and_dashes_are_japanese(written) -> None:
    docx = written(document(p("ああ――そう“こう”①"), p("It’s “fine”")))
    for text, hint in (("ああ――そう“こう”①", "eastAsia"), ("It’s “fine”", None)):
        fonts = run_properties(docx, text).find(q("rFonts"))
        assert (None if fonts is None else fonts.get(q("hint"))) == hint, text


def test_quotes_of_one_pair_are_alike_though_a_blank_parts_their_runs(written) -> None:
    docx = written(document(p("“Hello World”と言う、it’s")))
    assert run_properties(docx, "“Hello ").find(q("rFonts")).get(q("hint")) == "eastAsia"
    assert run_properties(docx, "World”と言う、it").find(q("rFonts")).get(q("hint")) == "eastAsia"
    assert run_properties(docx, "’s").find(q("rFonts")) is None


@pytest.mark.parametrize(
    "text", ["\ufa10\ufa19\u9ad9\U00020bb7", "葛\U000e0100", "テ\u3099", "a\u0008b\ufffe", "\u3000字下げ"]
)
def test_characters_survive(written, text: str) -> None:
    shown = text.replace("\u0008", "").replace("\ufffe", "")
    docx = written(document(p(text), callout("note", words(text)), title=text))
    assert docx.text.count(shown) == 3
    assert shown in docx.properties["title"]


def test_code_keeps_its_blanks_tabs_and_lines(written) -> None:
    docx = written(document(code("  x = 1\n\n\ty  z\n", "python"), code("次")))
    assert "  x = 1\n\n\ty  z" in docx.text
    assert [text for style, text in styles(docx)[1:] if style == "Source Code"] == ["  x = 1", "", "\ty  z", "次"]
    assert any(paragraph.style == name("gap") for paragraph in docx.paragraphs)  # else both share one frame


def test_lists_have_words_styles_and_two_characters_a_level(written) -> None:
    deep: list[Block] = [plain(words("十"))]
    for level in range(9, 0, -1):
        deep = [plain(words(str(level))), bullets(deep)]
    docx = written(document(bullets(deep), numbers([p("一"), p("続き")], [p("二")])))
    by_text = {paragraph.text: paragraph for paragraph in docx.paragraphs}
    assert [by_text[str(n)].style for n in (1, 2, 5, 6)] == [
        "List Bullet",
        "List Bullet 2",
        "List Bullet 5",
        "List Bullet 5",
    ]
    assert by_text["十"].list_level == 8
    assert (by_text["一"].style, by_text["続き"].style) == ("List Number", "List Continue")
    assert by_text["続き"].list_level is None
    indents = docx.xml("word/numbering.xml").findall(".//w:lvl/w:pPr/w:ind", NAMES)
    assert {int(each.get(q("left"))) % 420 for each in indents} == {0}


def test_lists_restart(written) -> None:
    docx = written(document(numbers([plain(words("一"))]), p("間"), numbers([plain(words("二"))])))
    first, second = (paragraph.number for paragraph in docx.paragraphs if paragraph.list_level == 0)
    assert first != second


def test_links_lead_out_and_to_bookmarks_within(written) -> None:
    long = "長い見出し" * 20
    made = document(
        header(1, long, long),
        p("文"),
        div([p("段")], attr("^kono-dan", ["block"])),
        div([bullets([plain(words("点"))])], attr("Foo", ["block"])),
        div([pipe(("甲",), ("乙",))], attr("foo", ["block"])),
        para(
            [
                link(words("上"), f"#{long}"),
                link(words("段"), "#^kono-dan"),
                link(words("外"), "https://e.org/?a=1&b=%E3%81%82"),
            ]
        ),
        para([link(words("点"), "#Foo"), link(words("表"), "#foo"), link([], "https://e.org/")]),
    )
    docx = written(made)
    within = [target for target in docx.links if target.startswith("#")]
    assert [target[1:] in docx.bookmarks for target in within] == [True] * 4
    assert len(set(within)) == 4
    assert "https://e.org/?a=1&b=%E3%81%82" in docx.links
    body = docx.xml("word/document.xml")
    for start in body.iter(q("bookmarkStart")):
        assert start.getparent().tag == q("p")
    assert "長い見出し" not in "".join(docx.bookmarks)


def test_anchors_that_nothing_points_at_leave_no_bookmark(written) -> None:
    assert written(document(header(1, "見出し", "id"), p("文"))).bookmarks == ()


def test_tables_fill_the_measure_and_repeat_their_head(written) -> None:
    docx = written(document(pipe(("番号", "説明"), ("1", "長い説明 " * 30))))
    found = docx.xml("word/document.xml").find(".//w:tbl", NAMES)
    grid_widths = [int(each.get(q("w"))) for each in found.findall("w:tblGrid/w:gridCol", NAMES)]
    assert sum(grid_widths) == MEASURE
    assert grid_widths[1] > 2 * grid_widths[0]
    for row in found.findall("w:tr", NAMES):
        assert [int(w.get(q("w"))) for w in row.findall("w:tc/w:tcPr/w:tcW", NAMES)] == grid_widths
    assert len(found.findall("w:tr/w:trPr/w:tblHeader", NAMES)) == 1
    assert ("Table Heading", "番号") in styles(docx)
    assert ("Table Text", "1") in styles(docx)


def test_a_narrow_table_is_as_wide_as_it_needs_to_be_and_in_the_middle(written) -> None:
    narrow, indented = pipe(("甲", "乙"), ("1", "2")), pipe(("丙", "丁"), ("3", "4"))
    properties = pipe(("鍵", "値"), ("1", "2"))
    properties["c"][0] = attr("", ["properties"])
    docx = written(document(narrow, p("間"), bullets([plain(words("点")), indented]), properties))
    first, second, third = docx.xml("word/document.xml").iter(q("tbl"))
    width = int(first.find("w:tblPr/w:tblW", NAMES).get(q("w")))
    assert width < MEASURE / 4
    assert sum(int(each.get(q("w"))) for each in first.iter(q("gridCol"))) == width
    assert first.find("w:tblPr/w:jc", NAMES).get(q("val")) == "center"
    assert second.find("w:tblPr/w:tblInd", NAMES).get(q("w")) == "420"
    assert int(third.find("w:tblPr/w:tblW", NAMES).get(q("w"))) == MEASURE


def test_formulas_are_words_own_and_what_cannot_be_one_stands_in_a_box(tmp_path: Path) -> None:
    def math(tex: str, kind: str = "InlineMath") -> Inline:
        return {"t": "Math", "c": [{"t": kind}, tex]}

    matrix = r"\text{版 x} = \begin{matrix}a & b\end{matrix}"
    made = document(
        para([math("x^2"), math(r"\nonsense{x}")]),
        para([math(matrix, "DisplayMath")]),
        bullets([plain([math("y", "DisplayMath")])]),
        {"t": "Header", "c": [1, attr(), [string("式"), math("z", "DisplayMath")]]},
    )
    output = write(made, SETTINGS)
    (tmp_path / "m.docx").write_bytes(output.data)
    assert problems(tmp_path / "m.docx") == []
    assert [each.code for each in output.diagnostics] == ["math.unsupported"]
    docx = Docx(output.data)
    assert run_properties(docx, r"$\nonsense{x}$").find(q("rStyle")).get(q("val")) == "PlaceholderChar"
    assert docx.headings[1] == (1, "式z")
    assert sum(paragraph.list_level == 0 for paragraph in docx.paragraphs) == 1


def test_placeholders_are_framed(written) -> None:
    box = div([plain(words("音声：a.wav"))], attr("", ["placeholder"], [("data-kind", "audio")]))
    inline = span(words("画像：b.png"), attr("", ["placeholder"], [("data-kind", "image-missing")]))
    docx = written(document(box, para([string("前"), inline])))
    assert ("Placeholder", "音声：a.wav") in styles(docx)
    assert run_properties(docx, "画像：b.png").find(q("rStyle")).get(q("val")) == "PlaceholderChar"


def test_embeds_rules_and_definitions(written) -> None:
    embed = div([header(3, "内"), p("埋めた文")], attr("", ["internal-embed", "markdown-embed"], [("data-src", "n")]))
    definitions = {"t": "DefinitionList", "c": [[words("語"), [[p("意味")]]]]}
    docx = written(document(embed, {"t": "HorizontalRule"}, {"t": "HorizontalRule"}, definitions))
    assert docx.headings[1] == (3, "内")
    assert [style for style, _ in styles(docx)][3:] == ["Horizontal Line"] * 2 + ["Definition Term", "Definition"]


def test_word_xml_in_a_document_is_only_ours(written) -> None:
    """The link stage leaves no raw block; if one came through, pandoc would print Word XML of a note's making."""
    docx = written(document(raw_block("html", "<b>x</b>"), p("文")))
    assert "<b>" not in docx.everything


# pictures


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    folder = tmp_path / "SECRETVAULT"
    folder.mkdir()
    Image.new("RGB", (300, 200), "red").save(folder / "SECRETNAME.png", pnginfo=None)
    Image.new("RGB", (4000, 100), "red").save(folder / "wide.jpg", comment=b"SECRETCOMMENT")
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(folder / "w.webp")
    (folder / "s.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48"><!-- SECRETCOMMENT -->'
        '<rect width="96" height="48" fill="#08c"/></svg>'
    )
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    return folder


def shown(folder: Path, file: str, alt: str = "", **size: str) -> tuple[Block, dict[str, Picture]]:
    kind = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "svg": "image/svg+xml"}[
        file.rpartition(".")[2]
    ]
    node = image(words(alt), f"picture:{file}", attr(pairs=list(size.items())))
    return para([node]), {file: Picture(folder / file, f"SECRETFOLDER/{file}", kind)}


def extents(docx: Docx) -> list[tuple[float, float]]:
    """Width and height of each picture in inches."""
    found = docx.xml("word/document.xml").iterfind(".//wp:extent", NAMES)
    return [(int(each.get("cx")) / 914400, int(each.get("cy")) / 914400) for each in found]


def test_pictures_are_as_large_as_asked_and_never_wider_than_the_line(written, gallery: Path) -> None:
    cases = [
        shown(gallery, "SECRETNAME.png", "赤い四角"),
        shown(gallery, "SECRETNAME.png", width="96px"),
        shown(gallery, "SECRETNAME.png", width="96px", height="192px"),
        shown(gallery, "wide.jpg"),
        shown(gallery, "w.webp"),
        shown(gallery, "s.svg"),
    ]
    pictures = {key: picture for _, each in cases for key, picture in each.items()}
    docx = written(document(*(block for block, _ in cases), pictures=pictures))
    sizes = extents(docx)
    expected = [(3.125, 2.083), (1, 0.667), (1, 2), (MEASURE / 1440, MEASURE / 1440 / 40), (0.3125, 0.208), (1, 0.5)]
    for found, wanted in zip(sizes, expected, strict=True):
        assert found == pytest.approx(wanted, abs=0.002)
    assert [alt for _, alt in docx.pictures] == ["赤い四角", "", "", "", "", ""]
    assert all(Path(part).suffix in (".png", ".jpeg", ".jpg", ".svg") for part, _ in docx.pictures)


def test_a_drawing_stands_beside_the_raster_that_stands_for_it(written, gallery: Path) -> None:
    block, pictures = shown(gallery, "s.svg")
    note = para([string("文"), fnref(1, block)])
    docx = written(document(block, note, pictures=pictures))
    for part in ("document", "footnotes"):
        blip = docx.xml(f"word/{part}.xml").find(".//a:blip", NAMES)
        beside = blip.find(".//{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip")
        relations = {
            each.get("Id"): each.get("Target") for each in docx.xml(f"word/_rels/{part}.xml.rels") if each.get("Target")
        }
        assert relations[blip.get(f"{{{NAMES['r']}}}embed")].endswith(".png")
        assert docx.parts["word/" + relations[beside.get(f"{{{NAMES['r']}}}embed")]].lstrip().startswith(b"<svg")


def test_a_drawing_that_word_shows_wrong_is_only_a_raster(written, tmp_path: Path) -> None:
    (tmp_path / "s.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><style>rect{fill:red}</style>'
        '<rect width="9" height="9"/></svg>'
    )
    block, pictures = shown(tmp_path, "s.svg")
    assert not [name for name in written(document(block, pictures=pictures)).parts if name.endswith(".svg")]


def test_a_picture_alone_in_an_item_stands_behind_its_bullet(written, gallery: Path) -> None:
    block, pictures = shown(gallery, "s.svg")
    docx = written(document(bullets([plain(block["c"])], [p("文"), block]), pictures=pictures))
    listed = [(each.style, each.list_level) for each in docx.paragraphs][1:]
    assert listed == [("List Bullet", 0), ("List Bullet", 0), ("Picture", None)]


def test_pictures_in_boxes_lists_and_cells_fit_their_room(written, gallery: Path) -> None:
    block, pictures = shown(gallery, "wide.jpg")
    inline = plain(block["c"])
    made = document(
        callout("note", words("題"), block),
        bullets([inline]),
        table([[inline], [p("文")]], [[inline], [p("文" * 30)]]),
        pictures=pictures,
    )
    icon, *widths = [width * 1440 for width, _ in extents(written(made))]
    assert icon == pytest.approx(0.92 * 210, abs=1)
    assert widths[0] == pytest.approx(MEASURE - 340, abs=2)
    assert widths[1] == pytest.approx(MEASURE - 420, abs=2)
    assert widths[2] < MEASURE / 2


def test_a_picture_with_a_name_is_a_picture(written, gallery: Path) -> None:
    block, pictures = shown(gallery, "SECRETNAME.png")
    block["c"].append(span([], attr("^zu", ["anchor"])))
    assert [style for style, _ in styles(written(document(block, pictures=pictures)))][1:] == ["Picture"]


def test_a_broken_picture_leaves_a_box_with_its_name_and_a_diagnostic(tmp_path: Path, gallery: Path) -> None:
    block, pictures = shown(gallery, "broken.png")
    output = write(document(block, block, pictures=pictures), SETTINGS)
    assert [(each.code, each.path) for each in output.diagnostics] == [("image.invalid", "ノート.md")]
    assert Docx(output.data).text.count("broken.png") == 2


def test_nothing_private_gets_into_the_package(written, gallery: Path) -> None:
    cases = [shown(gallery, file) for file in ("SECRETNAME.png", "wide.jpg", "s.svg")]
    pictures = {key: picture for _, each in cases for key, picture in each.items()}
    docx = written(document(*(block for block, _ in cases), pictures=pictures, note="SECRETFOLDER/SECRETNOTE.md"))
    for part, data in docx.parts.items():
        assert "SECRET" not in part
        assert b"SECRET" not in data, part
        assert str(gallery).encode() not in data, part
    assert Path.home().name == "root" or Path.home().name not in docx.everything


# languages


def test_other_languages_have_their_own_fonts(written) -> None:
    docx = written(document(p("繁體中文"), language="zh-TW"))
    assert 'w:eastAsia="PMingLiU"' in docx.everything
    assert 'w:eastAsia="zh-TW"' in docx.everything
    assert 'w:val="en-GB"' in written(document(p("English"), language="en-GB")).everything


def test_on_a_cover_the_title_stands_lower(written) -> None:
    def above(**chosen: str) -> int:
        docx = written(document(div([], attr("", ["page-break"])), p("文")), replace(SETTINGS, **chosen))
        style = next(s for s in docx.xml("word/styles.xml").iter(q("style")) if s.get(q("styleId")) == "Title")
        return int(style.find(f".//{q('spacing')}").get(q("before")))

    assert above() == 0
    assert 3000 < above(cover="yes") < 4000


def test_strong_latin_words_are_gothic_beside_japanese_only(written) -> None:
    for language, family in (("ja", "Arial"), ("en", "Times New Roman")):
        docx = written(document(p("x"), language=language))
        style = next(s for s in docx.xml("word/styles.xml").iter(q("style")) if s.get(q("styleId")) == "Strong")
        fonts = style.find(f".//{q('rFonts')}")
        assert fonts.get(q("ascii")) == family
        assert fonts.get(q("eastAsia")) == "游ゴシック"


def test_ruby_is_of_the_text_s_language(written) -> None:
    ruby = span([string("組版"), span(words("zǔbǎn"), attr("", ["rt"]))], attr("", ["ruby"]))
    docx = written(document(para([ruby]), language="zh-TW"))
    assert docx.xml("word/document.xml").find(f".//{q('lid')}").get(q("val")) == "zh-TW"


def test_the_running_head_s_dashes_are_japanese_too(written) -> None:
    head = written(document(header(1, "章"), title="組版――その歴史")).xml("word/header1.xml")
    run = next(r for r in head.iter(q("r")) if "".join(r.itertext()).startswith("組版"))
    assert run.find(f"{q('rPr')}/{q('rFonts')}").get(q("hint")) == "eastAsia"


def test_tasks_have_a_box_where_others_have_a_bullet(written) -> None:
    def item(sign: str, text: str) -> list[Block]:
        return [plain([span([string(sign)], attr("", ["task"], [("data-task", " ")])), *words(f" {text}")])]

    docx = written(document(bullets([*item("☐", "まだ"), bullets(item("☑", "すんだ"))], [plain(words("点"))])))
    by_text = {paragraph.text: paragraph for paragraph in docx.paragraphs}
    assert by_text["☐\tまだ"].style == by_text["☑\tすんだ"].style == "Task"
    assert by_text["☐\tまだ"].list_level is None
    assert by_text["点"].list_level == 0
    indents = [node.get(q("left")) for node in docx.xml("word/document.xml").iter(q("ind"))]
    assert indents == ["420", "840"]
