"""The language of Bases: what each function and operator gives (Obsidian help, Bases syntax, Functions)."""

from __future__ import annotations

import contextlib
import re
import time
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.bases.dates import Date, Duration
from convert.bases.evaluate import MAX_STEPS, Evaluator
from convert.bases.files import Files, files_of
from convert.bases.pattern import compile_pattern
from convert.bases.problems import Problem
from convert.bases.source import Group, read_base
from convert.bases.syntax import parse
from convert.bases.values import Link, text_of
from convert.vault import scan

from .support.linked import put

FILES: dict[str, str | bytes] = {
    "A.md": "---\ncategories: '[[Books]]'\nAuthors: ['[[Rin]]', '[[Nobody|someone]]']\nprice: 1200\n"
    "start: 2024-05-06\nat: 2024-05-06T07:08\nnested: {a: {b: 3}}\ntags: [本, 'project/x']\nempty:\n---\n"
    "[[Rin]] ![[p.png]] #inline `[[No]]`\n",
    "B.md": "[x](A.md)",
    "sub/Rin.md": "---\nup: '[[A|a]]'\n---\n",
    "Books.md": "",
    "p.png": b"",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    root = tmp_path_factory.mktemp("vault")
    put(root, FILES)
    return files_of(scan(root), 10**7)


@pytest.fixture
def evaluator(files: Files) -> Evaluator:
    clock = Date(datetime(2025, 1, 15, 12), has_time=True)
    formulas = {"double": "price * 2", "far": "formula.double + 1", "me": "formula.you", "you": "formula.me"}
    made = Evaluator(files, files.file("sub/Rin.md"), "en", formulas, clock)
    made.row(files.file("A.md"))
    return made


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        # operators
        ("1 + 2 * 3 - 4 / 8 % 3", 6.5),
        ("(1 + 2) * -3", -9),
        ("!true || 1 < 2 && 2 >= 2", True),
        ('"a" + 1 + true', "a1true"),
        ("1 == 1.0 && 'a' != \"b\"", True),
        ("7 / 0", float("inf")),
        ("null + 1", None),
        ("null > 0 || null < 0", False),
        ("[1, [2]] == [1, [2]]", True),
        ("[3, 4][1]", 4),
        ("[3][7]", None),
        ('{"a": 1, b: 2}.b', 2),
        ('"a\\"b\\u3042"', 'a"bあ'),
        # properties
        ("price", 1200),
        ("PRICE", 1200),
        ('note["price"]', 1200),
        ("missing", None),
        ("missing.deep.er[0]", None),
        ("nested.a.b", 3),
        ("empty.isEmpty() && missing.isEmpty()", True),
        ("formula.far", 2401),
        ("this.file.name + this.up.isType('link')", "Rintrue"),
        # global functions
        ('if(price > 1000, "dear", "cheap")', "dear"),
        ("if(missing, 1)", None),
        ("max(1, 3, 2) + min(4, 5)", 7),
        ('number("3.4") + number(true)', 4.4),
        ("list(price)[0] + list([1]).length", 1201),
        ('escapeHTML("<b>")', "&lt;b&gt;"),
        ("link('Books') == categories", True),
        ('file("A").path', "A.md"),
        ("now().format('YYYY-MM-DD HH') + today()", "2025-01-15 122025-01-15"),
        # any
        ("1.isTruthy() && !''.isTruthy() && ![].isTruthy()", True),
        ("123.toString() + true.toString() + null.toString()", "123true"),
        ("'x'.isType('string') && start.isType('date') && [].isType('list')", True),
        # texts
        ("'hello'.contains('ell') && 'hello'.containsAll('h', 'o') && !'hello'.containsAny('x', 'y')", True),
        ("'hello'.startsWith('he') && 'hello'.endsWith('lo')", True),
        ("'Hello World'.lower().title()", "Hello World"),
        ("' a '.trim() + 'ab'.repeat(2) + 'abc'.reverse()", "aababcba"),
        ("'hello'.slice(1, 4) + 'hello'.slice(-2)", "elllo"),
        ("'a,b,c'.split(',', 2)", ["a", "b"]),
        ("'a1b22'.split(/\\d+/)", ["a", "b", ""]),
        ("'a:b:c'.replace(':', '-') + 'a:b:c'.replace(/:/, '-')", "a-b-ca-b:c"),
        ("'a:b'.replace(/(\\w):(\\w)/g, '$2$1$$')", "ba$$"),
        ("/a.c/i.matches('xABC') && !/^b/.matches('ab')", True),
        ("'日本語'.length", 3),
        # numbers
        ("(-5).abs() + (2.1).ceil() + (2.9).floor()", 10),
        ("(2.5).round() + (2.3333).round(2)", 5.33),
        ("(-2.5).round()", -2),
        ("(3.14159).toFixed(2) + (2).toFixed(1)", "3.142.0"),
        # dates
        ("start.year * 10000 + start.month * 100 + start.day", 20240506),
        ("at.hour + at.minute + at.second", 15),
        ('at.date() == date("2024-05-06") && at.time() == "07:08:00"', True),
        ('(date("2024-12-01") + "1M" + "4h" + "3m").toString()', "2025-01-01 04:03"),
        ('(date("2024-01-31") + "1 month").toString()', "2024-02-29"),
        ("(start - '1w').toString()", "2024-04-29"),
        ('date("2024-05-08") - start', 172_800_000),
        ('(date("2024-05-08") - start).days + (date("2024-05-08") - start) / 86400000', 4),
        ("(start + duration('1d') * 2).toString()", "2024-05-08"),
        ("start < '2024-05-07' && start == '2024-05-06'", True),
        ("start.format('dddd Do MMM [of] YY')", "Monday 6th May of 24"),
        ("start.toString().contains('2024-05')", True),
        # lists
        ("[1,2,3].contains(2) && [1,2,3].containsAll(2,3) && [1].containsAny(3, 1)", True),
        ("[1,2,3,4].filter(value > 2)", [3, 4]),
        ("[1,2].map(value + index)", [1, 3]),
        ("[1,2,3].reduce(acc + value, 0)", 6),
        ('[5,"a",9].filter(value.isType("number")).reduce(if(acc == null || value > acc, value, acc), null)', 9),
        ("[1,[2,[3]]].flat()", [1, 2, 3]),
        ("[1,2,2].unique().join('/')", "1/2"),
        ("[3,1,2].sort().reverse()", [3, 2, 1]),
        ("['c','a','b10','b9'].sort()", ["a", "b9", "b10", "c"]),
        ("[1,2,3].slice(1)", [2, 3]),
        ("[1,2,6].mean() + [1,2,6].sum() + [].sum().isTruthy()", 12),
        # links and files
        ("authors.contains(this)", True),
        ("authors.contains(link('Nobody')) && !authors.contains(link('Books'))", True),
        ("authors[0].asFile().name", "Rin"),
        ("authors[1].asFile()", None),
        ("file.hasLink(this) && file.hasLink('Rin') && !file.hasLink('No')", True),
        ("this.file.hasLink(file) && authors[0].linksTo(file)", True),
        ("file.hasTag('project') && file.hasTag('#inline', 'x') && !file.hasTag('proj')", True),
        ("file.tags.contains('本') && file.tags.contains('#inline')", True),
        ("this.file.inFolder('sub') && !file.inFolder('sub')", True),
        ("file.hasProperty('Price') && !file.hasProperty('prices')", True),
        ("file.name + file.ext + file.folder + this.file.folder", "Amdsub"),
        ("file.backlinks.map(value.path)", ["B.md", "sub/Rin.md"]),
        ("file.embeds[0].containsAny('jpg', 'png')", True),
        ("file.links.length", 4),
        ("file.properties.price", 1200),
        # objects
        ("nested.keys().join() + nested.a.values().join() + nested.isEmpty()", "a3false"),
    ],
)
def test_values(evaluator: Evaluator, expression: str, wanted: object) -> None:
    value = evaluator.value(expression)
    value = value.total if isinstance(value, Duration) else value
    assert value == wanted
    assert isinstance(value, bool) == isinstance(wanted, bool)


@pytest.mark.parametrize(
    ("expression", "kind", "message"),
    [
        ("1 +", "invalid", "not complete"),
        ("a b", "invalid", "'b' is not expected"),
        ("(1", "invalid", "not complete"),
        ("'a", "invalid", "no part of an expression"),
        ("1 ; 2", "invalid", "no part"),
        ("price.contains(1)", "invalid", "a number has no contains()"),
        ("'a' * 2", "invalid", "string * number"),
        ("number('x')", "invalid", "no number"),
        ("date('x')", "invalid", "no date"),
        ("if(1)", "invalid", "if()"),
        ("'a'.slice()", "invalid", "slice()"),
        ("formula.none", "invalid", "no formula 'none'"),
        ("formula.me", "invalid", "refers to itself"),
        ("not(empty(price))", "unsupported", "not()"),
        ("true || 'a'.shout()", "unsupported", "shout()"),
        ("/(?=a)/.matches('a')", "unsupported", "looks"),
        ("date('2024-01-01') + '9999y'", "invalid", "years"),
        ("(" * 90 + "1" + ")" * 90, "invalid", "nested too deeply"),
        ("1" + ".abs()" * 90, "invalid", "too many parts"),
        ("'x'.repeat(1000000)", "invalid", "more than"),
        ("'x'.repeat(900).split('').map('x'.repeat(900)).join()", "invalid", "more than"),
        ("'x'.repeat(90000).split('').map('x'.repeat(90000))", "unsupported", "too long"),
        ("'x'.repeat(50).split('').reduce([acc], 0)", "invalid", "nested too deeply"),
        ("'x'.repeat(50).split('').reduce([acc, acc], 0)", "invalid", "more than"),
    ],
)
def test_problems(evaluator: Evaluator, expression: str, kind: str, message: str) -> None:
    with pytest.raises(Problem) as caught:
        evaluator.value(expression)
    assert caught.value.kind == kind
    assert message in caught.value.message
    assert caught.value.source


def test_long_chains_need_no_recursion(evaluator: Evaluator) -> None:
    assert evaluator.value(" || ".join(["missing"] * 900) + " || true") is True


def test_time_is_bounded(evaluator: Evaluator) -> None:
    items = "'x'.repeat(3000).split('')"
    start = time.perf_counter()
    bounded = Evaluator(evaluator.files, evaluator.here, "en", {})
    with pytest.raises(Problem, match="too long"):
        bounded.value(f"{items}.map({items}.map({items}.map(value + 1)))")
    assert bounded.steps < 2 * MAX_STEPS
    assert time.perf_counter() - start < 30


def test_nothing_is_read_that_cannot_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, str | bytes] = {f"{n}.md": f"---\nother: {n}\n---\ntext [[x]]" for n in range(50)}
    put(tmp_path, {**files, "with.md": "---\nRating: 5\n---\n[[Q9]]", "Q9.md": ""})
    table = files_of(scan(tmp_path), 10**7)
    read: list[str] = []
    from convert.bases import files as module

    real_read, real_parse = module.read_note, module.parse_note
    monkeypatch.setattr(module, "read_note", lambda *a: (read.append(a[1]), real_read(*a))[1])
    monkeypatch.setattr(module, "parse_note", lambda *a: (read.append(a[1]), real_parse(*a))[1])
    made = Evaluator(table, table.file("Q9.md"), "en", {})
    kept = []
    for path in table.paths:
        made.row(table.file(path))
        if made.value("rating > 3 || file.hasLink(this)"):
            kept.append(path)
    assert kept == ["with.md"]
    assert read == ["with.md"]


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_properties_in_other_encodings(tmp_path: Path, bom: str) -> None:
    put(tmp_path, {"a.md": f"{bom}---\r\n評価: 5\r\n---\r\n[[b]]\r\n", "b.md": "---\n評価: 4\n---\n".encode("utf-16")})
    table = files_of(scan(tmp_path), 10**7)
    assert [table.file(path).property("評価") for path in table.paths] == [5, 4]
    assert table.file("a.md").links_to("b.md")


def test_private_notes_are_not_listed(tmp_path: Path) -> None:
    put(tmp_path, {".export-ignore": "secret\n", "secret/a.md": "", "b.md": ""})
    assert files_of(scan(tmp_path), 10**7).paths == ("b.md",)


# The patterns, against Python's own on what both know

_LATIN = r"a b . \d \w \s [ab] [^a] [a-c1-3] ^ $ \b ( ) (?: | * + ? *? +? {2} {1,2} {0,} \. 1"
_PIECES = st.sampled_from(["あ", " ", *_LATIN.split()])


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=9).map("".join), st.text("ab1 .あ\n", max_size=12))
def test_patterns_agree_with_python(source: str, text: str) -> None:
    try:
        wanted = re.compile(source.replace("$", r"\Z"), re.ASCII)
    except (re.error, OverflowError):
        return
    if re.search(r"[*+?}]\+|\}\{|[*+?]\{", source) or re.search(r"\((\?:)?\|?\)[*+?{]", source):
        return  # possessive forms and repeats of repeats, which JavaScript does not have
    try:
        pattern = compile_pattern(source, "")
    except Problem:
        return
    first = next(iter(pattern.finditer(text, lambda _: None)), None)
    found = wanted.search(text)
    assert (first[:2] if first else None) == (found.span() if found else None)


@pytest.mark.parametrize("source", ["(a+)+b", "(a|a)*b", "(a|aa)+$", "(.*)(.*)(.*)(.*)x", "(?:" * 25 + "a" + ")*" * 25])
def test_patterns_take_linear_time(source: str) -> None:
    steps: list[int] = []
    for size in (500, 1000):
        spent = [0]

        def spend(count: int, spent: list[int] = spent) -> None:
            spent[0] += count

        assert not list(compile_pattern(source.replace("b", "!"), "").finditer("a" * size + " c", spend))[:0]
        steps.append(spent[0])
    assert steps[1] < 5 * steps[0]


def test_pattern_alternatives_do_not_double(evaluator: Evaluator) -> None:
    start = time.perf_counter()
    compile_pattern("(a|" * 28 + "b" + ")" * 28, "")
    assert time.perf_counter() - start < 1


@settings(max_examples=300, deadline=None)
@given(st.text("ab1.()[]{}'\"+-*/<>=!&|, :?/\\", max_size=30))
def test_any_text_is_an_expression_or_a_problem(text: str) -> None:
    with contextlib.suppress(Problem):
        parse(text)


# The YAML


def test_read_base() -> None:
    base = read_base(
        "filters:\n  or:\n    - a\n    - not:\n        - b\nformulas: {f: 1 + 1}\n"
        "properties:\n  note.x: {displayName: X}\n  file.name: {displayName: 名}\n"
        "views:\n  - {type: cards, name: C, order: [note.x, y],"
        " sort: [{property: y, direction: DESC}, {column: note.z}], groupBy: {property: g},"
        " limit: 3, summaries: {y: Sum}}\n"
    )
    assert base.filters == Group("or", ("a", Group("not", ("b",))))
    assert base.formulas == {"f": "1 + 1"}
    assert base.names == {"x": "X", "file.name": "名"}
    view = base.view("c")
    assert view is not None
    assert (view.type, view.order, view.sort) == ("cards", ("x", "y"), (("y", True), ("z", False)))
    assert (view.group, view.limit, view.summaries) == (("g", False), 3, {"y": "Sum"})
    assert base.view("none") is None


def test_an_empty_base_is_a_table_of_all_files() -> None:
    base = read_base("")
    assert (base.views[0].type, base.views[0].order, base.filters) == ("table", ("file.name",), None)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("views: [", "not a base", (1, 9)),
        ("- a", "not a base", (1, 1)),
        ("a: 1\nviews: x", "views must be a list", (2, 1)),
        ("a: 1\nfilters: {all: []}", "'all' is none", (2, 1)),
        ("formulas: [a]", "formulas must be a table", (1, 1)),
    ],
)
def test_bases_that_are_none(text: str, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(Problem) as caught:
        read_base(text)
    assert message in caught.value.message
    assert caught.value.place == place


def test_text_of() -> None:
    assert text_of([1.0, "a", None, Link("x", "y"), True]) == "1, a, , y, true"
    assert text_of(Duration(13, 90_000_000)) == "1 y 1 mo 1 d 1 h"
