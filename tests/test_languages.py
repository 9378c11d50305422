"""Other languages than Japanese, as documents and as parts of them: faces, hyphens, quotes, marks, dates."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import pytest
import yaml

from convert import callouts, languages, resources
from convert.fonts import faces, sources
from convert.fonts.recipes import EAST
from convert.formats import pdf
from convert.labels import label
from convert.link.dates import readable_date
from convert.nodes import plain_text
from convert.settings import Settings
from tests.support.linked import linked, said
from tests.support.pages import document
from tests.support.pdf import Pdf

NARROW = Settings(page_size="A6", page_chars=20)


def needs(kind: str) -> pytest.MarkDecorator:
    missing = len(faces.of_east(EAST[kind])) == len(EAST[kind].others)
    return pytest.mark.skipif(missing, reason=f"the fonts of kumihan[{EAST[kind].extra}] are not installed")


def printed(content: str, language: str, settings: Settings = NARROW) -> tuple[Pdf, list[str]]:
    output = pdf.write(document(content, language=language, print_title=False), settings)
    return Pdf(output.data), [d.code for d in output.diagnostics]


def faces_of(read: Pdf) -> dict[str, str]:
    """Face -> the text in it, on the first page."""
    found: dict[str, str] = {}
    for run in read.runs(1):
        found[run.font] = found.get(run.font, "") + run.text
    return {name.removeprefix("Kumihan-"): text for name, text in found.items()}


@pytest.mark.parametrize(
    ("tag", "kind", "key"),
    [
        ("ja", "ja", "ja"), ("ja-JP", "ja", "ja"), ("zh", "zh-Hans", "zh-Hans"), ("zh-CN", "zh-Hans", "zh-Hans"),
        ("zh-TW", "zh-Hant", "zh-Hant"), ("zh-Hant-HK", "zh-Hant", "zh-Hant"), ("zh_HK", "zh-Hant", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans", "zh-Hans"), ("ko-KR", "ko", "ko"), ("en-GB", "western", "en"),
        ("de", "western", "de"),
    ],
)  # fmt: skip
def test_kinds(tag: str, kind: str, key: str) -> None:
    assert (languages.kind(tag), languages.table_key(tag)) == (kind, key)


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("ja", "「語」"),
        ("zh-TW", "「語」"),
        ("zh", "“語”"),
        ("de-AT", "„語“"),
        ("fr", "«\u202f語\u202f»"),
        ("en", "“語”"),
    ],
)
def test_quotes(tmp_path: Path, tag: str, shown: str) -> None:
    text = f"---\nlang: {tag}\n---\n<q>語</q>\n"
    assert plain_text(linked(tmp_path, {"A.md": text}).blocks) == shown


class TestWestern:
    def test_words_are_bold_and_slanted_in_the_face_of_the_text(self) -> None:
        read, codes = printed("## Head\n\nplain *slanted* **bold** ***both*** — “quoted”…\n", "en")
        shown = faces_of(read)
        assert codes == []
        assert shown["Latin-Bold"] == "Head"
        assert shown["Latin-Serif-Bold"] == "bold"
        assert shown["Latin-Serif-Italic"] == "slanted"
        assert shown["Latin-Serif-Bold-Italic"] == "both"
        assert shown["Latin-Serif"].startswith("plain—“quoted”…")

    def test_japanese_in_it_is_in_our_faces(self) -> None:
        read, codes = printed("a word: 活字。 **太字**\n", "en")
        assert faces_of(read)["Mincho"].startswith("活字。")
        assert faces_of(read)["Gothic-Bold"] == "太字"
        assert codes == []

    @pytest.mark.parametrize(("tag", "word"), [("en", "counterrevolutionary"), ("de", "Donaudampfschifffahrt")])
    def test_long_words_are_hyphenated_with_a_narrow_hyphen(self, tag: str, word: str) -> None:
        read, _ = printed(f"{word} " * 30, tag)
        assert len(re.findall("[\ufffe\x02]", read.text(1))) > 3
        assert "‐" not in read.characters
        japanese, _ = printed(f"{word} " * 30, "ja")
        assert not re.search("[\ufffe\x02]", japanese.text(1))

    def test_blanks_of_code_do_not_grow_where_those_around_it_do(self) -> None:
        read, _ = printed(
            "Words and words `x1 y2` extraordinarily counterrevolutionary internationalization.\n" * 3, "en"
        )
        places = [(x.x, y.x) for x, y in zip(read.find("x1"), read.find("y2"), strict=True) if abs(x.y - y.y) < 1]
        assert places
        assert all(y - x == pytest.approx(3 * 0.95 * 10.5 / 2, abs=0.3) for x, y in places)  # ink, not advance

    def test_marks_are_bare_numbers(self) -> None:
        read, _ = printed("word[^1]\n\n[^1]: note\n", "en")
        assert "1)" not in read.text()
        japanese, _ = printed("語[^1]\n\n[^1]: 注\n", "ja")
        assert "1)" in japanese.text()
        asked, _ = printed("word[^1]\n\n[^1]: note\n", "en", Settings(footnote_mark="1)"))
        assert "1)" in asked.text()


class TestEast:
    @pytest.mark.parametrize(
        ("tag", "script", "text"),
        [
            pytest.param("zh-Hans", "SC", "直门骨“引号”", marks=needs("zh-Hans")),
            pytest.param("zh-TW", "TC", "直門骨「引號」", marks=needs("zh-Hant")),
            pytest.param("ko", "KR", "한국어漢字", marks=needs("ko")),
        ],
    )
    def test_all_is_in_the_faces_of_the_language(self, tag: str, script: str, text: str) -> None:
        read, codes = printed(f"## {text}\n\n{text}**{text}** *Latin*\n", tag)
        shown = faces_of(read)
        assert codes == []
        assert shown == {
            f"Gothic-{script}-Bold": text * 2, f"Mincho-{script}": text, f"Mincho-{script}-Italic": "Latin",
            f"Gothic-{script}": "1/1",
        }  # fmt: skip

    def test_without_the_package_all_is_in_gothic_and_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        own = faces.locate

        def locate(source):
            if source.package.startswith("pylopdf-fonts-zh"):
                raise sources.FontsUnavailable("not there")
            return own(source)

        monkeypatch.setattr(faces, "locate", locate)
        output = pdf.write(document("直门骨 abc", language="zh-CN"), NARROW)
        assert {font.name for font in Pdf(output.data).fonts} <= {"Kumihan-Gothic-SC", "Kumihan-Gothic-SC-Bold"}
        (said_,) = output.diagnostics
        assert (said_.code, said_.hint) == ("font.language", "python -m pip install 'kumihan[zh]'")


class TestParts:
    def test_a_part_has_the_faces_of_its_language(self, tmp_path: Path) -> None:
        text = '骨 <span lang="en">plain **bold**</span>\n\n## 題 <span lang="en">head</span>\n'
        held = linked(tmp_path, {"A.md": text})
        assert said(held) == []
        shown = faces_of(Pdf(pdf.write(held, NARROW).data))
        assert (shown["Latin-Serif"], shown["Latin-Serif-Bold"], shown["Latin-Bold"]) == ("plain", "bold", "head")
        assert shown["Mincho"].startswith("骨")

    @pytest.mark.parametrize("text", ['<p lang="de">ein <b>Wort</b></p>', '<div lang="de">\n\nein Wort\n\n</div>'])
    def test_blocks_keep_it_too(self, tmp_path: Path, text: str) -> None:
        shown = str(linked(tmp_path, {"A.md": f"{text}\n"}).blocks)
        assert "['lang', 'de']" in shown.replace("(", "[").replace(")", "]")

    def test_what_is_no_language_goes(self, tmp_path: Path) -> None:
        held = linked(tmp_path, {"A.md": '<span lang="x&quot;] {}">甲</span>\n'})
        assert "lang" not in str(held.blocks)


class TestWords:
    @pytest.mark.parametrize("key", languages.tags())
    def test_a_languages_file_has_words_that_are_asked_for_and_their_places(self, key: str) -> None:
        own = languages.words(key)
        ours = yaml.safe_load(resources.styles("labels.yaml").read_text("utf-8"))
        assert set(own["labels"]) <= set(ours)
        for name, text in own["labels"].items():
            assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", ours[name]["en"])), name
        assert set(own["callouts"]) == set(callouts.table().names())
        assert len(own.get("months", range(12))) == 12

    @pytest.mark.parametrize(
        ("tag", "words"),
        [("de-AT", "Inhalt"), ("zh-TW", "目錄"), ("zh", "目录"), ("ko", "차례"), ("nl", "Contents"), ("ja-JP", "目次")],
    )
    def test_labels(self, tag: str, words: str) -> None:
        assert label("contents", tag) == words

    def test_titles_of_callouts(self) -> None:
        kind = callouts.table().lookup("tldr")
        assert [kind.title(tag) for tag in ("ja", "en", "de", "zh-HK", "xx")] == [
            "要約", "TL;DR", "Kurzfassung", "概要", "TL;DR",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("tag", "date", "month"),
        [
            ("de", "1. März 2025", "März 2025"), ("fr", "1er mars 2025", "mars 2025"),
            ("zh-CN", "2025年3月1日", "2025年3月"), ("ko", "2025년 3월 1일", "2025년 3월"),
            ("nl", "2025-03-01", "2025-03"),
            ("en-GB", "1 March 2025", "March 2025"), ("ja", "2025年3月1日", "2025年3月"),
        ],
    )  # fmt: skip
    def test_dates(self, tag: str, date: str, month: str) -> None:
        assert (readable_date("2025-03-01", tag), readable_date("2025-03", tag)) == (date, month)


class TestLines:
    TEXT = (
        "第二段落自二〇二四年以来用户数量增加了百分之五十以上，知识管理成为热门话题。许多人使用这种格式来撰写笔记。" * 3
    )

    @needs("zh-Hans")
    def test_simplified_chinese_ends_evenly_and_traditional_as_it_falls(self) -> None:
        text = self.TEXT.replace("数量", "数A量")
        for tag, even in (("zh-Hans", True), ("zh-Hant", False)):
            read, _ = printed(text, tag)
            ends = line_ends(read)[:-1]
            assert (max(ends) - min(ends) < 1) is even, (tag, ends)


def line_ends(read: Pdf) -> list[float]:
    """Where the lines of the first page end, but for the page's number, in points from the left edge of the paper."""
    document = pypdfium2.PdfDocument(read.data)
    text = document[0].get_textpage()
    ends: dict[int, float] = {}
    for index in range(text.count_chars()):
        left, bottom, right, _ = text.get_charbox(index, loose=True)
        if right > left:
            ends[round(bottom)] = max(ends.get(round(bottom), 0), right)
    document.close()
    return [end for _, end in sorted(ends.items(), reverse=True)][:-1]
