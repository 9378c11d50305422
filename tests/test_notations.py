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
