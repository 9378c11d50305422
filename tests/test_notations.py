"""Notations that are off unless a setting turns them on."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert.note import Note
from convert.syntax import NOTATIONS, prepare


def prepared(text: str, *notations: str) -> str:
    return prepare(Note("note.md", Path("note.md"), body=text, digest="0" * 64), frozenset(notations)).text


@pytest.mark.parametrize("text", ["{漢字|かんじ}", "｜漢字《かんじ》", "《《強調》》"])
def test_without_settings_they_are_text(text: str) -> None:
    assert prepared(text) == text


def test_aozora_ruby() -> None:
    assert prepared("｜漢字《かんじ》と｜青空文庫《あおぞらぶんこ》", "ruby.aozora") == (
        "<ruby>漢字<rt>かんじ</rt></ruby>と<ruby>青空文庫<rt>あおぞらぶんこ</rt></ruby>"
    )


def test_dots() -> None:
    assert prepared("《《要**点**》》だ。《《開いた\n》》", "dots") == "<em>要**点**</em>だ。《《開いた\n》》"


def test_each_is_named_like_its_setting() -> None:
    from dataclasses import fields

    from convert.settings import Settings

    names = {field.metadata["name"] for field in fields(Settings)}
    assert set(NOTATIONS) <= names


MARK = "![](kumihan:" + "0" * 16 + "-{})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("文%%あ%%字", "文@1字"),
        ("a\n%%あ%%\nb", "@1a\nb"),  # in a paragraph, whose lines go on
        ("%%あ%%\n3. 項\n4. 二", "3. @1項\n4. 二"),
        ("%%\nあ\n\nい\n%%\n\n文", "\n@1文"),
        ("- a\n%%あ%%\n- b", "- a\n- @1b"),
        ("%%あ%%\n| a | b |\n|--|--|\n", "|@1 a | b |\n|--|--|\n"),
        ("%%あ%%\n> [!note] ## 題\n> 中", "> <!--@2-->\n> @1@3題\n>\n> 中"),
        ("%%あ%%\n> [!note]\n> 中", "> <!--@2-->\n> @3中"),
        ("%%あ%%\n\n- [ ] t", "\n- @1@2t"),
        ("%%あ%%\n\n[foo]: http://e.com\n\nb", "\n[foo]: <http://e.com>\n\n@1b"),
        ("b\n\n%%あ", "@1b\n\n"),
        ("%%あ%%", ""),
        ("b %% %%", "b "),
    ],
)
def test_comments_that_are_kept_anchor_in_the_text_and_change_no_block(text: str, expected: str) -> None:
    shown = prepared(text, "comments")
    for number in (1, 2, 3):
        shown = shown.replace(MARK.format(number), f"@{number}").replace(f"kumihan:{'0' * 16}-{number}", f"@{number}")
    assert shown == expected


def test_a_comment_in_the_text_does_not_go_into_a_footnote() -> None:
    assert prepared("a[^1]\n\n%%あ%%\n\n[^1]: n", "comments").startswith(MARK.format(2) + "a!")
