"""The HTML file: one file that says what it holds, fetches nothing and runs nothing."""

from __future__ import annotations

import re

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.formats import html
from convert.link.document import Properties
from convert.nodes import attr, image, link, para, span, string, words
from convert.settings import Settings
from tests.support.pages import callout, child, document, note, picture, png, repeat, text


def page(content, **parts):
    output = html.write(document(content, **parts), Settings())
    return lxml.html.document_fromstring(output.data.decode())


def only(root, path):
    (element,) = root.xpath(path)
    return element


def test_head_says_what_it_is():
    properties = Properties(("山田 花子", "A & B"), "2024-12-02", "<説明>", ("甲", "乙"))
    root = page("本文", title="題 <1>", properties=properties)
    assert root.get("lang") == "ja"
    assert only(root, "//title").text == only(root, "//h1[@class='title']").text == "題 <1>"
    assert [e.get("content") for e in root.xpath("//meta[@name='author']")] == ["山田 花子", "A & B"]
    assert only(root, "//meta[@name='description']").get("content") == "<説明>"
    assert only(root, "//meta[@charset]").get("charset") == "utf-8"


def test_the_title_is_not_printed_when_it_is_not_asked_for():
    assert not page("本文", print_title=False).xpath("//h1")


def test_nothing_is_fetched_or_run(tmp_path):
    (tmp_path / "a.png").write_bytes(png())
    blocks = [
        para([image(words("絵"), "picture:k"), link(words("外"), "https://example.com/", attr("", ["external-link"]))]),
        text("<script>alert(1)</script> <base href=x>"),
    ]
    root = page(blocks, pictures={"k": picture(tmp_path / "a.png")})
    policy = only(root, "//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert not root.xpath("//script | //base | //link | //iframe | //object | //embed | //form")
    assert [e.get("src").split(";")[0] for e in root.xpath("//*[@src]")] == ["data:image/png"]
    assert {e.get("href") for e in root.xpath("//*[@href]")} == {"https://example.com/"}
    assert not re.search(r"url\((?!#|.data:)|@import", only(root, "//style").text)


def test_callout_has_an_icon_that_readers_of_the_screen_skip():
    root = page([callout("cite", [link(words("出典"), "https://example.com/")], [text("本文")])])
    box = only(root, "//div[@role='note']")
    assert box.get("class").split() == ["callout", "callout-quote"]
    assert (box.get("data-callout"), box.get("aria-label")) == ("cite", "出典")
    title = only(box, "./div[@class='callout-title']")
    assert [e.get("class") for e in title] == ["callout-icon", "callout-title-inner"]
    assert title[0].get("aria-hidden") == "true"
    assert only(title[0], ".//*[local-name()='svg']") is not None
    assert only(box, ".//a").get("href") == "https://example.com/"


def test_svg_keeps_the_case_of_its_names():
    assert b'viewBox="0 0 24 24"' in html.write(document([callout("tip", [], [])]), Settings()).data


def test_notes_stand_at_the_end_and_link_both_ways():
    root = page("一[^a]二[^b]\n\n[^a]: 注の一。\n\n    - 箇条\n[^b]: 注の二。\n")
    section = only(root, "//section[@role='doc-endnotes']")
    assert section.get("aria-label") == "注"
    assert [e.get("id") for e in section.iter("li") if e.get("id")] == ["fn-1", "fn-2"]
    for number in (1, 2):
        mark = only(root, f"//a[@id='fnref-{number}']")
        assert (mark.text, mark.get("href"), mark.get("role")) == (f"{number})", f"#fn-{number}", "doc-noteref")
        back = only(root, f"//li[@id='fn-{number}']//a[@role='doc-backlink']")
        assert back.get("href") == f"#fnref-{number}"


def test_a_repeated_mark_leads_to_the_same_note_and_a_note_in_a_note_follows():
    blocks = [
        para([*words("甲"), note(1, [para([*words("外の注"), repeat(2)])]), child(2, [text("内の注")]), repeat(1)]),
    ]
    root = page(blocks)
    marks = [(e.text, e.get("href"), e.get("id")) for e in root.xpath("//a[@role='doc-noteref']")]
    assert marks == [("1)", "#fn-1", "fnref-1"), ("1)", "#fn-1", None), ("2)", "#fn-2", "fnref-2")]
    assert [e.text_content().strip()[:3] for e in root.xpath("//section//li")] == ["外の注", "内の注"]


def test_a_mark_within_a_link_stands_beside_its_halves():
    inside = [*words("前"), {"t": "Emph", "c": [*words("甲"), note(1, [text("注")]), *words("乙")]}]
    root = page([para([link(inside, "https://example.com/")])])
    assert not root.xpath("//a//a")
    assert [e.text_content() for e in root.xpath("//p[1]//a[@href='https://example.com/']")] == ["前甲", "乙"]
    assert only(root, "//p[1]/sup/a").get("href") == "#fn-1"


def test_formulas_are_mathml_and_what_is_none_is_boxed():
    output = html.write(document([para([{"t": "Math", "c": [{"t": "InlineMath"}, tex]}]) for tex in ("x^2", r"\x{")]),
                        Settings())  # fmt: skip
    assert b"<msup>" in output.data
    root = lxml.html.document_fromstring(output.data.decode())
    assert only(root, "//span[@data-kind='math']").text_content() == r"数式 \x{"
    assert [d.code for d in output.diagnostics] == ["math.unsupported"]


def test_broken_picture_leaves_a_box_that_names_it(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    doc = document([para([image([], "picture:k")])], pictures={"k": picture(tmp_path / "a.png", "図/絵.png")})
    output = html.write(doc, Settings())
    assert "読めない画像：絵.png" in output.data.decode()
    assert [d.code for d in output.diagnostics] == ["image.invalid"]
    assert str(tmp_path) not in output.data.decode()


def test_table_heads_have_a_scope_and_lists_their_numbers():
    root = page("| 甲 | 乙 |\n|--|--|\n| 1 | 2 |\n\n3. 三\n4. 四\n")
    assert {e.get("scope") for e in root.iter("th")} == {"col"}
    assert only(root, "//ol").get("start") == "3"


@pytest.mark.parametrize(
    ("emphasis", "html_"),
    [
        ("強調", '<em class="dot">強調</em>'),
        ("Latin words", '<em class="latin">Latin words</em>'),
        ("「強調」、は", '<em>「<span class="dot">強調</span>」、<span class="dot">は</span></em>'),
        ("仮名abc de仮名", '<em><span class="dot">仮名</span><span class="latin">abc de</span><span class="dot">仮名'),
        ("123", "<em>123</em>"),
    ],
)
def test_emphasis_is_dots_over_japanese_and_italics_for_latin(emphasis, html_):
    output = html.write(document([para([{"t": "Emph", "c": [string(emphasis)]}])]), Settings())
    assert html_ in output.data.decode()


def test_spans_with_an_element_of_their_own_get_it():
    ruby = span([*words("漢字"), span(words("かんじ"), attr("", ["rt"]))], attr("", ["ruby"]))
    root = page([para([ruby, span(words("印"), attr("", ["mark"])), span(words("K"), attr("", ["kbd"]))])])
    assert only(root, "//ruby/rt").text == "かんじ"
    assert only(root, "//mark").text == "印"
    assert only(root, "//kbd").text == "K"


def test_a_task_is_its_items_bullet():
    boxes = [[{"t": "Plain", "c": [span([string(sign)], attr("", ["task"], [("data-task", state)])), *words(" 用事")]}]
             for sign, state in (("☑", "x"), ("/", "/"))]  # fmt: skip
    root = page([{"t": "BulletList", "c": boxes}])
    assert [(e.get("class"), e.get("data-task")) for e in root.iter("li")] == [
        ("task-list-item", "x"),
        ("task-list-item", "/"),
    ]


def test_same_document_same_bytes_and_the_document_is_left_alone():
    doc = document("# 見出し[^1]\n\n本文 *強調*\n\n[^1]: 注\n")
    before = repr(doc)
    first = html.write(doc, Settings())
    assert html.write(doc, Settings()) == first
    assert repr(doc) == before


def test_mark_follows_the_setting():
    data = html.write(document("甲[^1]\n\n[^1]: 注\n"), Settings(footnote_mark="＊1")).data.decode()
    assert ">＊1</a>" in data


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_comes_out_as_it_is(given_):
    output = html.write(document([para([string(given_)])], title=given_ or "題"), Settings())
    root = lxml.html.document_fromstring(output.data.decode())
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", "", given_)

    def solid(value):
        return "".join(value.split())

    assert solid(only(root, "//main/p").text_content()) == solid(kept)
