"""Quicker matching: which rules are an element's is worked out once for all elements with the same names around them.

Most selectors ask only for the names, classes and languages of an element and of those it is in. They are tried with a
:class:`_Likeness`, which knows these and nothing else; what asks for more is left open, and tried for each element.
A document's own style sheets are found without selectors.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from convert.pdf.shortcuts.places import ByName, Replacement

#: an element's tag, the attribute ``class``, the attribute ``lang``, the names of its attributes, an id that rules know
Signature = tuple[str, str | None, str | None, tuple[str, ...], str | None]

#: as cssselect2 keeps a rule: the selector's test, its specificity, its place, the pseudo-element, what it says
_Rule = tuple[Callable[[Any], bool], Any, int, str | None, Any]

_words = re.compile(r"[^ \t\r\n\f]+").findall
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class _Unknown(Exception):
    """Asked for what elements of the same signature need not have in common."""


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint import css  # noqa: PLC0415

    own = css.find_stylesheets

    def find_stylesheets(wrapper_element: Any, *rest: Any) -> Any:
        return own(ByName(wrapper_element.etree_element), *rest)

    yield css, "find_stylesheets", find_stylesheets


class _Value:
    """An attribute's value: that there is one is all that is known."""

    def __getattr__(self, name: str) -> Any:
        raise _Unknown

    def __eq__(self, other: object) -> bool:
        raise _Unknown

    def __contains__(self, item: object) -> bool:
        raise _Unknown

    __hash__ = None  # type: ignore[assignment]


class Match:
    """The rules that match an element: by style sheet, and in order within each; the same rules are the same object."""

    __slots__ = ("rules",)

    def __init__(self, rules: tuple[tuple[_Rule, ...], ...]) -> None:
        self.rules = rules


class Names:
    """Elements with the same signatures, from the root to them and to what is before them, and the rules of theirs."""

    __slots__ = ("_below", "_known", "_likeness", "_matching", "_open", "_rules", "signature")

    def __init__(self, matching: Matching, likeness: _Likeness | None, rules: list[tuple[_Rule, ...]]) -> None:
        self._matching = matching
        self._likeness = likeness
        self.signature = None if likeness is None else likeness.signature
        self._below: dict[tuple[Signature, Signature | None], Names] = {}
        self._known: dict[tuple[bool, ...], Match] = {}
        self._rules: list[list[_Rule]] = []
        self._open: list[_Rule] = []
        for of_sheet in rules:
            left: list[_Rule] = []
            for rule in of_sheet:
                try:
                    if rule[0](likeness):
                        left.append(rule)
                except (_Unknown, TypeError):  # the latter from what takes no value but a string
                    left.append(rule)
                    self._open.append(rule)
            self._rules.append(left)

    def below(self, element: Any, previous: Signature | None) -> Names:
        """Those of an element in one of these, and behind another one there."""
        attributes = element.attrib
        if attributes:
            known_id = attributes.get("id")
            if known_id not in self._matching.ids:
                known_id = None
            names = tuple(attributes)
            signature = (element.tag, attributes.get("class"), attributes.get("lang"), names, known_id)
        else:
            signature = (element.tag, None, None, (), None)
        key = signature, previous
        found = self._below.get(key)
        if found is None:
            likeness = _Likeness(signature, self._likeness)
            if previous is None:
                likeness.previous, likeness.previous_siblings, likeness.index = None, (), 0
            else:
                likeness.previous = _Likeness(previous, self._likeness)
            found = self._below[key] = Names(self._matching, likeness, self._matching.candidates(likeness))
        return found

    def match(self, wrapper: Callable[[], Any]) -> Match:
        """The rules of one of these; ``wrapper`` gives cssselect2's element."""
        results: tuple[bool, ...] = ()
        if self._open:
            element = wrapper()
            results = tuple([bool(rule[0](element)) for rule in self._open])
        found = self._known.get(results)
        if found is None:
            no = {id(rule) for rule, result in zip(self._open, results, strict=True) if not result}
            rules = tuple(tuple(rule for rule in of_sheet if id(rule) not in no) for of_sheet in self._rules)
            found = self._known[results] = self._matching.interned(rules)
        return found


class Matching:
    """What is known of the rules of a few style sheets."""

    def __init__(self, matchers: Iterable[Any]) -> None:
        self._matchers = list(matchers)
        self._matches: dict[Any, Match] = {}
        self.ids = {name for matcher in self._matchers for name in matcher.id_selectors}
        self.count = 0
        #: what elements of HTML begin from
        self.root = Names(self, None, [])

    def candidates(self, likeness: _Likeness) -> list[tuple[_Rule, ...]]:
        """The rules, by style sheet and in order, that an element may have by what rules are sorted by."""
        self.count += 1
        found = []
        for matcher in self._matchers:
            rules: list[_Rule] = list(matcher.id_selectors.get(likeness.known_id, ()))
            for name in likeness.classes:
                rules += matcher.class_selectors.get(name, ())
            rules += matcher.lower_local_name_selectors.get(likeness.local_name.translate(_LOWER), ())
            rules += matcher.namespace_selectors.get(likeness.namespace_url, ())
            if "lang" in likeness.attrib:
                rules += matcher.lang_attr_selectors
            rules += matcher.other_selectors
            found.append(tuple(sorted(rules, key=lambda rule: rule[1:3])))
        return found

    def interned(self, rules: tuple[tuple[_Rule, ...], ...]) -> Match:
        """The match of these rules."""
        return self._matches.setdefault(tuple(tuple(rule[2] for rule in part) for part in rules), Match(rules))


class _Likeness:
    """What all elements with a signature are like; for cssselect2's tests, as an element and as its wrapper."""

    in_html_document = True

    def __init__(self, signature: Signature, parent: _Likeness | None) -> None:
        self.signature = signature
        self.tag, classes, self._lang, names, self.known_id = signature
        self.namespace_url, _, self.local_name = self.tag.rpartition("}")
        self.namespace_url = self.namespace_url[1:]
        self.classes = {*_words(classes or "")}
        self.attrib = frozenset(names)
        self.parent = parent
        self.ancestors: tuple[_Likeness, ...] = () if parent is None else (*parent.ancestors, parent)
        self.etree_element = self
        self.previous: _Likeness | None
        self.previous_siblings: tuple[()]
        self.index: int

    def __getattr__(self, name: str) -> Any:
        raise _Unknown

    @property
    def id(self) -> str | None:
        """The ID of this element."""
        if self.known_id is None and "id" in self.attrib:
            raise _Unknown
        return self.known_id

    @property
    def lang(self) -> str:
        """The language of this element."""
        if _XML_LANG in self.attrib:
            raise _Unknown
        if self._lang is not None:
            return self._lang.translate(_LOWER)
        if self.parent is None:
            raise _Unknown
        return self.parent.lang

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute."""
        return _Value() if name in self.attrib else default
