"""HTML in notes: shown where every format can show it, harmless always, its text never lost."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convert.nodes import plain_text, walk
from tests.support.linked import PNG, check, linked, said, show


def one(tmp_path: Path, text: str, *codes: str, **settings: str) -> str:
    document = linked(tmp_path, {"A.md": text, "p.png": PNG}, **settings)
    check(document)
    assert [line.split()[1] for line in said(document)] == list(codes)
    return show(document.blocks).removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<u>下</u><ins>線</ins>", "<u>下</u><u>線</u>"),
        ("<s>a</s><del>b</del><strike>c</strike>", "<del>a</del><del>b</del><del>c</del>"),
        ("H<sub>2</sub>O m<sup>2</sup>", "H<sub>2</sub>O m<sup>2</sup>"),
        ("<b>a</b><i>b</i><STRONG>c</STRONG><em>d</em>", "<strong>a</strong><em>b</em><strong>c</strong><em>d</em>"),
        ("<mark>a</mark> <kbd>b</kbd> <small>c</small>", "<span.mark>a</span> <span.kbd>b</span> <span.small>c</span>"),
        (
            "<span class='tcy'>12</span><span style='text-combine-upright: all;'>3</span>",
            "<span.tcy>12</span><span.tcy>3</span>",
        ),
        ("<span>a</span><abbr title='x'>b</abbr><big>c</big>", "abc"),
        ("<q>a</q>", "「a」"),
        ("a<br>b<br/>c", "a<br>b<br>c"),
        ("a<wbr>b", "a\N{ZERO WIDTH SPACE}b"),
        ("<code>a *b*</code>", "a <em>b</em>"),
        ("<code>a_b</code>", "<code>a_b</code>"),
        ("<u>**強** [t](https://e.com)</u>", "<u><strong>強</strong> <a.external-link https://e.com>t</a></u>"),
        ('<a href="https://e.com">t</a>', "<a.external-link https://e.com>t</a>"),
        ('<a name="x">t</a>', "t"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "<span.ruby>漢<span.rt>かん</span></span>"),
        (
            "<ruby>漢<rt>かん<rb>字<rt>じ</ruby>後",
            "<span.ruby>漢<span.rt>かん</span></span><span.ruby>字<span.rt>じ</span></span>後",
        ),
        ("a <!-- 見えない --> b", "a b"),
        ("<u>閉じ*忘れ<b>たまま*末", "<u>閉じ<em>忘れ<strong>たまま</strong></em>末</u>"),
        ("<b>a<i>b</b>c</i>", "<strong>a<em>b</em></strong>c"),
        ("a</u>b", "ab"),
        ('<img src="p.png" width="20" alt="絵">', "<img width=20px picture:p1>絵</img>"),
        ("<kbd>[[A|x]]</kbd>", "<span.kbd><span.internal-link>x</span></span>"),
    ],
)
def test_within_a_line(tmp_path: Path, html: str, shown: str) -> None:
    end = "" if html.endswith("末") else "末"
    assert one(tmp_path, f"文{html}{end}") == f"文{shown}{end}"


@pytest.mark.parametrize(
    ("html", "shown", "codes"),
    [
        ("<script>alert(1)</script>", "", ["html.removed"]),
        ("<style>p{}</style>", "", ["html.removed"]),
        ("<object data='x.swf'>text</object>", None, ["embed.unsupported"]),
        ("<embed src='x.swf'>", None, ["embed.unsupported"]),
        ("<iframe src='https://e.com'></iframe>", None, ["embed.unsupported"]),
        ("<video src='v.mp4'></video>", None, ["embed.unsupported"]),
        ("<base href='//e.com'><link rel=x><meta http-equiv=x>", "", ["html.removed"] * 3),
        ("<u onclick='x()'>a</u>", "<u>a</u>", ["html.removed"]),
        ("<span style='color:red'>a</span>", "a", ["html.style"]),
        ("<a href='javascript:x'>a</a>", "a", ["link.unsafe"]),
        ("<button>a</button><input value=x>", "a", ["html.removed"] * 2),
        ("List<String>", "List", ["html.removed"]),
        ("<img src='file:///etc/passwd'>", None, ["image.invalid"]),
        ("<img src='../x.png'>", None, ["path.outside"]),
        ("<img src='https://e.com/x.png'>", None, ["image.remote"]),
        ("<?php x ?>", "", ["html.removed"]),
    ],
)
@pytest.mark.parametrize("block", [False, True])
def test_what_may_not_be_printed(tmp_path: Path, html: str, shown: str | None, codes: list[str], block: bool) -> None:
    text = f"<div>\n文{html}末\n</div>" if block else f"文{html}末"
    codes = [] if block and html.startswith("<?") else codes  # a comment to HTML's parsers
    got = one(tmp_path, text, *codes)
    assert "文" in got
    assert "末" in got
    if shown is not None:
        assert got == f"文{shown}末"
    else:
        assert "<span.placeholder data-kind=" in got


def test_places_are_told(tmp_path: Path) -> None:
    text = "a\n<u onclick=x>b</u> <foo>\n\n<div onload=y>\nc <script>x</script>\n</div>"
    document = linked(tmp_path, {"A.md": text})
    assert said(document) == [
        "A.md:2:1 html.removed",
        "A.md:2:20 html.removed",
        "A.md:4:1 html.removed",
        "A.md:4:1 html.removed",
    ]


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<div class='x'><b>a</b> b</div>", "<p><strong>a</strong> b</p>"),
        ("<div>a</div>\n\nb", "<p>a</p><p>b</p>"),
        ("<h2>題</h2>", "<h2 #h-ID>題</h2>"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "<ul><li><plain>a</plain></li><li><plain>b</plain><ul>"
                                              "<li><plain>c</plain></li></ul></li></ul>"),
        ("<ol start=3><li>a</ol>", "<ol 3><li><plain>a</plain></li></ol>"),
        ("<table><tr><th>a<td>b</table>", "<table><plain>a</plain><plain>b</plain></table>"),
        ("<blockquote>a</blockquote>", "<quote><plain>a</plain></quote>"),
        ("<pre><code class='language-py'>a\n b</code></pre>", "<code>a\n b</code>"),
        ("<details><summary>題</summary>中</details>", "<p><strong>題</strong></p><p>中</p>"),
        ("<details>\n<summary>題</summary>\n\n*中*\n\n</details>", "<p><strong>題</strong></p><p><em>中</em></p>"),
        ("<p><ruby>漢<rt>かん</rt></ruby>と<mark>m</mark></p>",
         "<p><span.ruby>漢<span.rt>かん</span></span>と<span.mark>m</span></p>"),
        ("<figure><img src=p.png><figcaption>題</figcaption></figure>",
         "<figure><plain>題</plain><plain><img picture:p1>題</img></plain></figure>"),
        ("<p align=right><a href='A.md#x'>t</a></p>", "<p><span.internal-link>t</span></p>"),
        ("<div>**a** [[A]] $x$</div>", "<p>**a** [[A]] $x$</p>"),
        ("<!-- a -->", ""),
        ("<!-- a\n\nb -->", ""),
        ("<!DOCTYPE html>", ""),
        ("</div>", ""),
        ("<hr>", "<hr>"),
        ("<p>&#1;&lt;b&gt; 塚\ufa10</p>", "<p>\N{REPLACEMENT CHARACTER}<b> 塚\ufa10</p>"),
    ],
)  # fmt: skip
def test_blocks(tmp_path: Path, html: str, shown: str) -> None:
    document = linked(tmp_path, {"A.md": html, "p.png": PNG})
    check(document)
    got = show(document.blocks)
    if "ID" in shown:
        shown = shown.replace("h-ID", "h-" + got.partition("#h-")[2].partition(">")[0])
    assert got == shown


def test_html_in_quotes_lists_and_notes(tmp_path: Path) -> None:
    text = "> <div>a</div>\n\n- <p>b</p>\n\nx[^1]\n\n[^1]: y\n\n    <p>c<script>alert</script></p>\n"
    document = linked(tmp_path, {"A.md": text})
    check(document)
    shown = show(document.blocks)
    for part in ("<quote><p>a</p></quote>", "<li><p>b</p></li>", "<p>c</p>"):
        assert part in shown
    assert "alert" not in shown


def test_deep_html_is_no_fault(tmp_path: Path) -> None:
    for text in ("<b>" * 3000 + "x", "<div>" * 3000 + "x", "<p>" + "<span>" * 3000 + "x"):
        document = linked(tmp_path, {"A.md": text})
        check(document)
        assert "x" in plain_text(document.blocks)


_TAGS = (
    "<u> </u> <b> </b> <ruby> </ruby> <rt> </rt> <rp> </rp> <q> </q> <a> </a> <a_href='A'> <img_src='p.png'> <br>"
    " <div> </div> <p> </p> <table> <tr> <td> </table> <li> <ul> </ul> <script> </script> <style> <title> <svg> </svg>"
    " <math> <textarea> <select> <option> <html> <body> </body> <head> <frameset> <plaintext> <template> <object>"
    " </object> <iframe> <video> </video> <summary> <details> <!-- --> <? ?> <![CDATA[ ]]> <!X> < > & &#0; &amp; <x:y>"
    " <img_onerror=x> <code> </code> <pre> </pre>"
)
_TAG = st.sampled_from([tag.replace("_", " ") for tag in _TAGS.split()])


def test_a_picture_without_an_address_is_its_text(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": '<div>\n<q><img alt="絵"></q><img>\n</div>\n'})
    assert plain_text(document.blocks) == "「絵」"


@given(st.lists(st.one_of(_TAG, st.sampled_from(["語", " ", "\n", "\n\n", "*", "[^1]", "![[A]]", "x"])), max_size=14))
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_tag_soup_is_a_fault(tmp_path: Path, parts: list[str]) -> None:
    document = linked(tmp_path, {"A.md": "".join(parts) + "\n\n末\n\n[^1]: 注", "p.png": PNG})
    check(document)
    assert not any(node["t"] in {"RawInline", "RawBlock"} for node in walk(document.blocks))
