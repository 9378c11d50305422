"""What stands between Japanese characters: what is put into the tree, and that a reader copies none of it."""

from __future__ import annotations

import re
from dataclasses import replace
from time import process_time

import pytest
from lxml import etree

from convert.formats import pdf
from convert.page import Page
from convert.pdf import spacing
from convert.pdf.adjust import GAP_BREAK, GAP_KEEP
from convert.settings import Settings
from tests.support.pages import document
from tests.support.pdf import Pdf

PLAIN = Settings(justify="no", punctuation="no", gaps="no")
#: in the results below: a half sign is in <>, a gap is =, one that holds together is ≡, a joiner is +, a break is |
SIGNS = {"\u200b": "|", "\u2060": "+"}


def spaced(html: str, settings: Settings = PLAIN, *, chars: int = 42, even: bool = False, language: str = "ja") -> str:
    """The markup after the pass, with what it put in as signs."""
    root = etree.fromstring(f"<html><body><main>{html}</main></body></html>")
    page = Page(root, root[0][0])
    spacing.space(page, settings, language, chars, even=even)
    found = etree.tostring(page.main, encoding="unicode").removeprefix("<main>").removesuffix("</main>")
    found = found.replace(GAP_BREAK, "=").replace(GAP_KEEP, "≡")
    found = re.sub('<span class="half">(.)</span>', r"<\1>", found)
    return found.translate(str.maketrans(SIGNS))


RUNS = replace(PLAIN, punctuation="yes")
GAPS = replace(PLAIN, gaps="yes")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("あ」「い", "あ<」>「い"),
        ("あ。」い", "あ<。>」い"),
        ("あ」。い", "あ<」>。い"),
        ("あ、「い", "あ<、>「い"),
        ("あ。（い", "あ<。>（い"),
        ("（「あ", "（<「>あ"),
        ("あ」）。い", "あ<」><）>。い"),
        ("あ」・「い", "あ<」>・<「>い"),
        ("　「あ", "　<「>あ"),
        ("あ、い。う「え」お", "あ、い。う「え」お"),
        ("あ）！い", "あ）！い"),
        ("「<a>あ」</a>」い", "「<a>あ<」></a>」い"),
        ("「あ<a>」</a><b>「い</b>", "「あ<a><」></a><b>「い</b>"),
        ('あ」<span class="fnref" data-n="1"/>。い', 'あ<」><span class="fnref" data-n="1"/>。い'),
        ("あ」<code>」「</code>「い", "あ」<code>」「</code>「い"),
        ("あ」<br/>「い", "あ」<br/>「い"),
    ],
)
def test_of_neighbouring_signs_one_is_halved(before, after):
    assert spaced(f"<p>{before}</p>", RUNS) == f"<p>{after}</p>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("漢字ABC漢字", "漢字=ABC=漢字"),
        ("第3回は50%の", "第=3=回は=50%=の"),
        ("A、漢「A」漢 A", "A、漢「A」漢 A"),
        ("漢<a>ABC</a>漢", "漢=<a>ABC</a>=漢"),
        ("<b>漢</b><a>A</a>", "<b>漢</b><a>=A</a>"),
        ("漢<code>A漢A</code>漢A<kbd>K</kbd>字", "漢<code>A漢A</code>漢=A<kbd>K</kbd>字"),
        (
            '<span class="ruby">漢<span class="rt">かnか</span></span>A',
            '<span class="ruby">漢<span class="rt">かnか</span></span>=A',
        ),
        ('漢<span class="fnref" data-n="1"/>A字', '漢<span class="fnref" data-n="1"/>A=字'),
        ('漢<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>漢A</mi></math>字', None),
        ("漢<img/>A字", "漢<img/>A≡字"),
        ("Aーとbっと", "A≡ーと=b≡っと"),
    ],
)
def test_gaps_between_japanese_and_latin_but_not_in_code(before, after):
    assert spaced(f"<p>{before}</p>", GAPS) == f"<p>{before if after is None else after}</p>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("十～二十", "十+～二十"),
        ("広さ10㎡", "広さ10+㎡"),
        ("これを“引用”という", "これを|“引用”|という"),
        ("“引用”っぽい", "“引用”っぽい"),
        ("（「 <a>引用</a>", "（「 <a>+引用</a>"),
        ("John’s ‘x’ y 漢", "John’s ‘x’ y 漢"),
    ],
)
def test_lines_break_where_they_may(before, after):
    assert spaced(f"<p>{before}</p>") == f"<p>{after}</p>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("最後の行が一字にならないように結ぶ。", "最後の行が一字にならないように結+ぶ。"),
        ("最後の行が一字にならないように<b>結ぶ</b>）。", "最後の行が一字にならないように<b>結+ぶ</b>）。"),
        ("短い文。", "短い文。"),
        ("最後がラテン文字の段落はそのままにする ABC。", "最後がラテン文字の段落はそのままにする ABC。"),
        ("改行の前も段落の終わりのように見える<br/>短い", "改行の前も段落の終わりのように見え+る<br/>短い"),
    ],
)
def test_no_last_line_of_one_character(before, after):
    assert spaced(f"<p>{before}</p>") == f"<p>{after}</p>"


def test_headings_break_between_phrases():
    heading = "<h2>地域社会・経済の活性化に<b>資する</b>デジタル化の推進</h2>"
    found = spaced(heading, chars=20)
    assert re.sub("[+]", "", found) == heading
    assert "活+性+化" in found
    assert "資+す+る" in found
    assert "化の" not in found
    assert spaced(heading, chars=60) == heading, "one that fits on its line is left alone"


def test_phrases_longer_than_a_line_break_where_the_script_changes():
    assert spaced("<h2>初心者向けObsidianテンプレート</h2>", chars=20) == (
        "<h2>初+心+者+向+けO+b+s+i+d+i+a+nテ+ン+プ+レ+ー+ト</h2>"
    )
    assert (
        spaced("<h2>アプリライセンスアプリライセンス</h2>", chars=20) == "<h2>ア+プリライセンスアプリライセン+ス</h2>"
    )


def test_pictures_in_headings_are_no_part_of_a_phrase():
    heading = (
        "<h2><img/><img/>地域社会・経済の<img/><img/>活性化<code>x</code>に資するデジタル化の推進<img/><img/></h2>"
    )
    assert re.sub("[+]", "", spaced(heading, chars=20)) == heading


def test_other_languages_are_left_alone():
    for language in ("ko", "en"):
        assert spaced("<p>漢字ABC」「～</p>", Settings(), language=language, even=True) == "<p>漢字ABC」「～</p>"


def test_chinese_has_gaps_and_simplified_chinese_all():
    text = "<p>漢字ABC」「</p>"
    assert spaced(text, Settings(), language="zh-CN", even=True) == '<p class="ja-even">漢字=ABC<」>「</p>'
    assert spaced(text, Settings(), language="zh-TW", even=True) == "<p>漢字=ABC」「</p>"


def test_headings_in_chinese_break_between_its_own_phrases():
    heading = "<h2>地域社会与经济活性化相关的数字化推进以及信息安全政策的动向</h2>"
    found = spaced(heading, chars=20, language="zh-CN")
    assert "经+济" in found
    assert "济+活" not in found


def test_only_blocks_of_japanese_are_made_even():
    cell = "長い" * 40
    found = spaced(
        "<h2>題</h2><p>日本語</p><p>Latin only</p><ul><li>項目<p>日</p></li></ul>"
        f"<table><tr><td>短い</td><td>{cell}</td></tr></table>",
        even=True,
    )
    assert re.findall(r'<(\w+) class="ja-even"', found) == ["p", "li", "p", "td"]
    assert re.findall(r'<(\w+) class="ja-flush"', found) == ["h2", "td"]


def test_deep_nesting_is_no_problem():
    deep = "<b>" * 2000 + "漢A" + "</b>" * 2000
    root = etree.fromstring(f"<html><body><main><p>{deep}</p></main></body></html>", etree.XMLParser(huge_tree=True))
    spacing.space(Page(root, root[0][0]), Settings(), "ja", 42, even=True)
    assert "".join(root.itertext()) == f"漢{GAP_BREAK}A"


TEXT = (
    "## 2024年のICT利活用\n\n"
    "総務省は、2023年7月に「『情報信託機能』の認定に係る指針Ver3.0」（「指針」）を公表した。これはAIや5Gなどの"
    "普及を受けたもので、[「指針」](https://example.com/)」。とWi-Fiを含む。10～20㎡の部屋でも“使える”という。"
    "なおURLはhttps://example.com/a/very/long/address/which/cannot/be/broken/earlierのとおり。`code漢A`もある。[^1]\n\n"
    "[^1]: 注の本文にもLatinと「（括弧）」、がある。2行になるくらいの長さで、行末まで続くようにしておく。\n"
)


def words(output) -> str:
    return re.sub(r"\s*\n\s*|\f", "", Pdf(output.data).text())


@pytest.mark.parametrize("chars", [20, 27, 42])
def test_the_text_is_copied_as_it_was_written(chars):
    small = Settings(page_chars=chars, page_lines=30)
    dressed = pdf.write(document(TEXT), small)
    bare = pdf.write(document(TEXT), replace(small, justify="no", punctuation="no", gaps="no"))
    assert words(dressed) == words(bare)
    assert [d.code for d in dressed.diagnostics] == []


def test_long_paragraphs_take_no_longer_than_they_are():
    content = "漢字A「」" * 15_000
    root = etree.fromstring(f"<html><body><main><p>{content}</p></main></body></html>", etree.XMLParser(huge_tree=True))
    start = process_time()
    spacing.space(Page(root, root[0][0]), Settings(), "ja", 42, even=True)
    assert process_time() - start < 5, "a search among an element's siblings for each gap takes half a minute"
    assert "".join(root.itertext()).translate(dict.fromkeys(map(ord, "\u200b\u2060"))) == content


def test_hard_spaces_beside_code_do_not_break_their_line_at_every_word():
    text = (
        "- If you are using a subdomain, navigate to your DNS provider and create a\u00a0`CNAME`\u00a0record that "
        "points your subdomain to the default domain for your site. For example, if you want to use the subdomain\u00a0"
        "`quartz.example.com`\u00a0for your user site, create a\u00a0`CNAME`\u00a0record for it.\n"
    )
    output = pdf.write(document(text, language="en"), Settings())
    lines = [len(line) for line in Pdf(output.data).text().splitlines()[1:-2]]
    assert len(lines) > 1
    assert min(lines) > 60
