"""Which characters Word has to be told are Japanese, how emphasis shows on them, and how wide columns are."""

from __future__ import annotations

import pytest

from convert.docx.measure import column_widths, text_lines
from convert.docx.scripts import east_asian_signs, emphasis
from convert.measure import width
from convert.nodes import Node, attr, para, plain, string, words


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("会議", [("dots", "会議")]),
        ("IT戦略 会議", [("slant", "IT"), ("dots", "戦略"), ("plain", " "), ("dots", "会議")]),
        ("「強調」、です", [("plain", "「"), ("dots", "強調"), ("plain", "」、"), ("dots", "です")]),
        ("2023年", [("dots", "2023年")]),
        ("only Latin, 2023", [("slant", "only Latin, 2023")]),
        ("コーヒー", [("dots", "コーヒー")]),
        ("ガ行", [("dots", "ガ行")]),
        ("葛\U000e0100城", [("dots", "葛\U000e0100城")]),
        ("", []),
    ],
)
def test_dots_stand_on_kanji_and_kana_only(text: str, pieces: list[tuple[str, str]]) -> None:
    assert list(emphasis(text)) == pieces


@pytest.mark.parametrize("text", ["a—b", "「a」—b、ｃ１①\t漢字 𠮷 é\u200b", "\ufe0f", "\u3099x"])
def test_emphasis_loses_nothing(text: str) -> None:
    assert "".join(piece for _, piece in emphasis(text)) == text


def signs(text: str, default: bool = True) -> str:
    """``J`` for each sign that is Japanese, ``L`` for each that is Latin."""
    return "".join("JL"[not wide] for wide in east_asian_signs(text, default).values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ああ――そう“こう”", "JJJJ"),
        ("It’s “fine”", "LLL"),
        ("“Hello World”と言う", "JJ"),  # alike, though only one of them touches Japanese
        ("10×20", "L"),
        ("縦×横", "J"),
        ("①", "J"),
        ("東京 → 大阪", "J"),
        ("A → B", "L"),
        ("彼は‘yes’と", "JJ"),
    ],
)
def test_signs_follow_their_neighbours(text: str, expected: str) -> None:
    assert signs(text) == expected


def test_in_a_latin_text_a_sign_is_japanese_only_between_japanese() -> None:
    assert signs("He said “東京”.", default=False) == "LL"
    assert signs("東京—大阪", default=False) == "J"


def test_width_counts_kanji_twice_and_marks_not_at_all() -> None:
    assert width("漢字ab") == pytest.approx(6, rel=0.05)
    assert width("か\u3099") == 2


def table(*rows: tuple[str, ...]) -> Node:
    cells = [[attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, [plain(words(text))]] for text in row]] for row in rows]
    specs = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in rows[0]]
    return {"t": "Table", "c": [attr(), [None, []], specs, [attr(), []], [[attr(), 0, [], cells]], [attr(), []]]}


def test_columns_fill_the_width_exactly_and_follow_the_text() -> None:
    widths = column_widths(table(("番号", "説明"), ("1", "長い文" * 40)), 8820, 95, 170)
    assert sum(widths) == 8820
    assert widths[1] > 4 * widths[0]
    assert widths[0] >= 4 * 95 + 170  # two kanji and the padding


def test_a_long_word_keeps_its_room() -> None:
    widths = column_widths(table(("internationalization", "説明" * 100, "説明" * 100)), 8820, 95, 170)
    assert widths[0] >= 16 * 95


def test_many_columns_still_fit() -> None:
    widths = column_widths(table(tuple(["列の見出し"] * 30)), 8820, 95, 170)
    assert sum(widths) == 8820
    assert min(widths) > 0


def test_lines_of_a_cell_break_where_the_page_does() -> None:
    assert text_lines([para([string("a"), {"t": "LineBreak"}, string("b")])])[:2] == ["a", "b"]
