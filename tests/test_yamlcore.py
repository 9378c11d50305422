"""Properties and settings as YAML 1.2's core schema reads them, with places and bounds."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.yamlcore import MAX_CHARACTERS, MAX_VALUES, YamlError, flatten, load_table, plain_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("No", "No"),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T10:00:00", "2024-01-01T10:00:00"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("true", True),
        ("True", True),
        ("tRue", "tRue"),
        ("~", None),
        ("", None),
        ("'true'", "true"),
        ('"5"', "5"),
        ("!!str 5", "5"),
        ("!!int 5", 5),
        ("=", "="),
        ("9" * 5000, "9" * 5000),
        ("|\n  一行\n  二行\n", "一行\n二行\n"),
        (r'"\ud83d\ude00"', "😀"),
        (r'"\ud83d"', "\ufffd"),
    ],
)
def test_values(text: str, value: object) -> None:
    assert load_table(f"key: {text}").values == {"key": value}
    assert type(load_table(f"key: {text}").values["key"]) is type(value)


def test_numbers_that_are_none() -> None:
    assert plain_value(".inf") == math.inf
    assert plain_value("-.INF") == -math.inf
    assert math.isnan(plain_value(".nan"))  # type: ignore[arg-type]
    assert plain_value("inf") == "inf"


def test_a_merge_key_is_a_key() -> None:
    assert load_table("a: &a {x: 1}\nb:\n  <<: *a").values == {"a": {"x": 1}, "b": {"<<": {"x": 1}}}


def test_places() -> None:
    table = load_table('題: x\nprint:\n  page: {size: A5}\n  "title": no\nlist:\n - a: 1\n')
    assert table.places == {
        "題": (1, 1),
        "print": (2, 1),
        "print.page": (3, 3),
        "print.page.size": (3, 10),
        "print.title": (4, 3),
        "list": (5, 1),
    }


def test_the_place_of_a_key_with_a_dot_goes_before_that_of_a_path() -> None:
    assert load_table("a:\n  b: 1\na.b: 2").places["a.b"] == (3, 1)
    assert load_table("a.b: 2\na:\n  b: 1").places["a.b"] == (1, 1)


def test_of_a_key_given_twice_the_first_counts() -> None:
    table = load_table("a: 1\nb: {c: 1, c: 2}\na: 3")
    assert table.values == {"a": 1, "b": {"c": 1}}
    assert table.repeated == (("b.c", (2, 11)), ("a", (3, 1)))


def test_json_is_yaml() -> None:
    assert load_table('{\n\t"a": [1, "x\\/y"],\n\t"b": {"c": null}\n}').values == {"a": [1, "x/y"], "b": {"c": None}}


def test_tabs_are_blanks_but_in_indentation() -> None:
    assert load_table("a:\tx\nb:\n-\ty\n\t\n\t# note\nc: 1").values == {"a": "x", "b": ["y"], "c": 1}
    with pytest.raises(YamlError):
        load_table("a:\n\tb: 1")


def test_a_template_s_braces_are_kept() -> None:
    assert load_table("created: {{date}}\ntitle: x").values == {"created": {"{date}": None}, "title": "x"}


@pytest.mark.parametrize("text", ["", "# only a comment", "\n\n", "---\n"])
def test_nothing_is_an_empty_table(text: str) -> None:
    assert load_table(text).values == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: b: c", (1, 5)),
        ("- a", (1, 1)),
        ("just words", (1, 1)),
        ("a: 1\nb: [", (2, 5)),
        ("a: *unknown", (1, 4)),
        ("a: !!python/object:os.system ls", (1, 4)),
        ("a: !!timestamp 2024-01-01", (1, 4)),
        ("a: !!binary aGk=", (1, 4)),
        ("a: !own x", (1, 4)),
        ("a: !!int x", (1, 4)),
        ("a: 1\n...\nb: 2", (3, 1)),
        ('a: "\\U00110000"', (1, 1)),
        ("a: \x00", (1, 4)),
        ("題: '\n\n", (1, 5)),
        ("%YAML 3.0\n---\na: 1", (1, 1)),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(YamlError) as error:
        load_table(text)
    assert (error.value.line, error.value.column) == place
    assert error.value.message
    assert "\n" not in error.value.message


_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    "text",
    [
        _BOMB,
        "a: &a [*a]",
        "a: &a {b: *a}",
        "[" * 50_000,
        "{a: " * 20_000,
        "- " * 40_000,
        "? " * 40_000,
        "x: [" + "1," * (MAX_VALUES + 1) + "]",
        "a: 1\n" + "#" * MAX_CHARACTERS,
    ],
)
def test_hostile_texts_end_soon(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(YamlError):
        load_table(text)
    assert time.perf_counter() - started < 2


def test_aliases_are_copies() -> None:
    values = load_table("a: &x [1]\nb: *x").values
    assert values["a"] == values["b"]
    assert values["a"] is not values["b"]


@given(st.text())
def test_any_text_is_a_table_or_an_error(text: str) -> None:
    try:
        place, keys = (1, 1), [*load_table(text).values]
    except YamlError as error:
        place, keys = (error.line, error.column), []
    assert min(place) >= 1
    assert all(isinstance(key, str) for key in keys)


@given(st.text(alphabet="a1:-[]{}#&*!|>'\"%@`,?~ \t\n\\xuU", max_size=60))
def test_any_mix_of_signs_is_a_table_or_an_error(text: str) -> None:
    try:
        table = load_table(text)
    except YamlError:
        return
    assert set(table.places) >= set(table.values)


def test_flatten() -> None:
    assert list(flatten({"a": 1, "b": {"c": {}, "d": {"e": [2]}}})) == [("a", 1), ("b.c", {}), ("b.d.e", [2])]
