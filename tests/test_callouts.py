"""The tables of callouts and labels: complete, and fit for paper."""

import re

import pytest
import yaml
from lxml import etree

from convert import callouts, languages, resources
from convert.labels import label

OBSIDIAN = {
    "note": [],
    "abstract": ["summary", "tldr"],
    "info": [],
    "todo": [],
    "tip": ["hint", "important"],
    "success": ["check", "done"],
    "question": ["faq", "help"],
    "warning": ["attention", "caution"],
    "failure": ["fail", "missing"],
    "danger": ["error"],
    "bug": [],
    "example": [],
    "quote": ["cite"],
}


def test_table_has_obsidians_types_and_aliases():
    table = callouts.table()
    assert {kind.name: list(table.aliases(kind.name)) for kind in table} == OBSIDIAN
    assert len(table.names()) == 13 + 14


def test_unknown_type_looks_like_note_and_case_does_not_matter():
    table = callouts.table()
    assert table.lookup("私の型") == table.lookup("note")
    assert not table.knows("私の型")
    assert table.knows("WARNING")
    assert table.lookup("Caution").name == "warning"


def test_alias_has_its_own_title():
    table = callouts.table()
    assert table.lookup("important").title("ja") == "重要"
    assert table.lookup("tip").title("ja-JP") != "重要"
    assert table.lookup("important").title("nl") == "Important"


@pytest.mark.parametrize("name", callouts.table().names())
def test_each_type_can_be_drawn_and_read(name):
    kind = callouts.table().lookup(name)
    assert {"en", "ja", *languages.tags()} == set(kind.titles)
    svg = etree.fromstring(kind.svg())
    assert svg.get("viewBox") == "0 0 24 24"
    assert "currentColor" in kind.svg()
    assert not re.search(r"href|script|url\(", kind.svg())
    for colour in (kind.colour, kind.tint, kind.ink):
        assert re.fullmatch("#[0-9a-f]{6}", colour)


def test_each_icon_is_used():
    used = {kind.icon for kind in callouts.table()}
    assert used == {file.name for file in resources.styles("icons").iterdir()}


def test_a_name_given_twice_is_a_bug(tmp_path):
    file = tmp_path / "callouts.yaml"
    entry = {"titles": {"en": "A"}, "icon": "a.svg", "colour": "#000000"}
    file.write_text(yaml.safe_dump({"a": entry, "b": {**entry, "aliases": {"a": {"en": "A"}}}}), "utf-8")
    with pytest.raises(ValueError, match="twice"):
        callouts.read(file)


def test_labels_follow_the_language():
    assert label("contents", "ja-JP") == "目次"
    assert label("contents", "nl") == label("contents", "en") == "Contents"
    assert label("placeholder.audio", "ja", name="a{b}.mp3") == "音声：a{b}.mp3"
    with pytest.raises(KeyError):
        label("no-such-label", "ja")


def test_every_label_has_both_languages():
    table = yaml.safe_load(resources.styles("labels.yaml").read_text("utf-8"))
    for key, entry in table.items():
        assert set(entry) == {"en", "ja"}, key
        holes = [sorted(re.findall(r"\{(\w+)\}", text)) for text in entry.values()]
        assert holes[0] == holes[1], key
