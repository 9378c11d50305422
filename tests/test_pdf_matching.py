"""Which rules match an element: the same ones that cssselect2 finds, for all selectors and trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cssselect2 import ElementWrapper, Matcher, compile_selector_list
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from convert.pdf import engine
from convert.pdf.shortcuts import cascade, suspended
from convert.pdf.shortcuts.matching import Matching

TAGS, CLASSES, NAMES = ["p", "li", "ul", "a", "html"], ["x", "y"], ["i", "j"]
ATTRIBUTES = {
    "class": ["x", "y", "x y", ""],
    "id": NAMES,
    "lang": ["ja", "en-GB", "EN", ""],
    "href": ["#i", "https://x.y", ""],
    "{http://www.w3.org/XML/1998/namespace}lang": ["fr"],
}

SIMPLE = [
    *("p", "li", "A", "*", ".x", ".y", "#i", "[lang]", "[href]", "[href^='#']", "[class~=x]", "[rel~=x]", ":lang(en)"),
    *(":first-child", ":last-child", ":root", ":link", ":local-link", ":empty", ":only-child", ":nth-child(2)"),
    *(":nth-of-type(2n)", ":first-of-type", ":is(p, .x)", ":where(ul > *)", ":has(> .y)", ":has(+ p)", ":disabled"),
    *(
        ":lang(ja)",
        "[lang|=en]",
        "[href$='y' i]",
        "[href*=x]",
        "[class='']",
        "p[class]",
        "li.x.y",
        ":not(:first-child)",
    ),
]
COMPOUND = st.builds(
    lambda simple, no: simple + "".join(f":not({part})" for part in no),
    st.sampled_from(SIMPLE),
    st.lists(st.sampled_from(SIMPLE), max_size=1),
)
SELECTORS = st.builds(
    lambda first, rest, pseudo: first + "".join(rest) + pseudo,
    COMPOUND,
    st.lists(st.builds(str.__add__, st.sampled_from([" ", " > ", " + ", " ~ "]), COMPOUND), max_size=2),
    st.sampled_from(["", "", "::before"]),
)
ELEMENTS = st.tuples(
    st.sampled_from([*TAGS, "{http://www.w3.org/2000/svg}svg"]),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in ATTRIBUTES.items()}),
)
TREES: Any = st.recursive(
    st.tuples(ELEMENTS, st.just([])), lambda trees: st.tuples(ELEMENTS, st.lists(trees, max_size=4)), max_leaves=8
)


def _element(tree: Any) -> etree._Element:
    (tag, attributes), children = tree
    element = etree.Element(tag, attributes)
    element.append(etree.Comment("注"))
    element.extend(_element(child) for child in children)
    return element


def _matcher(selectors: list[str]) -> Matcher:
    matcher = Matcher()
    for number, text in enumerate(selectors):
        for selector in compile_selector_list(text):
            matcher.add_selector(selector, number)
    return matcher


def _places(matching: Matching, root: etree._Element) -> Iterator[Any]:
    names = matching.root.below(root, None)
    stack = [cascade._Place(None, 0, root, names, ElementWrapper.from_html_root(root))]
    while stack:
        place = stack.pop()
        yield place
        stack += place.below()


@given(st.lists(st.lists(SELECTORS, min_size=1, max_size=8), min_size=2, max_size=2), st.lists(TREES, max_size=3))
def test_the_rules_are_those_of_cssselect2(sheets: list[list[str]], trees: list[Any]) -> None:
    matchers = [_matcher(selectors) for selectors in sheets]
    matching = Matching(matchers)
    for tree in trees:
        root = _element(tree)
        wrappers = list(ElementWrapper.from_html_root(root).iter_subtree())
        places = list(_places(matching, root))
        assert [place.element for place in places] == [wrapper.etree_element for wrapper in wrappers]
        for place, wrapper in zip(places, wrappers, strict=True):
            found = [[rule[1:] for rule in rules] for rules in place.names.match(place.wrapper).rules]
            assert found == [matcher.match(wrapper) for matcher in matchers]


def test_elements_with_the_same_rules_have_the_same_match() -> None:
    matching = Matching([_matcher(["p", "p + p", ".z p"])])
    root = etree.fromstring("<html><p/><p/><p/><p class='a'/><div><p/></div></html>")
    first, *others = [place.names.match(place.wrapper) for place in _places(matching, root) if place.element.tag == "p"]
    assert [match is first for match in others] == [False, False, False, True]
    assert others[0] is others[1] is others[2]


PAGE = """<html lang="ja"><head><title>題</title><style>p { width: 7px }</style>
</head><body><svg><title>図</title><style>p { width: 9px }</style></svg><p>"""


def _found() -> Any:
    document = engine._weasyprint().HTML(string=PAGE).render()
    widths = [box.width for box in document.pages[0]._page_box.descendants() if box.element_tag == "p"]
    return widths, document.metadata.title


def test_what_is_found_by_name() -> None:
    assert _found() == ([7], "題")
    with suspended():
        assert _found() == ([7], "題")
