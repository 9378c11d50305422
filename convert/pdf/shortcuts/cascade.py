"""Quicker cascade: what the same rules make of the same parent is computed once for a process, not for each document.

Computed styles are kept for documents that have their style sheets in common, in a tree like the documents': which
rules match an element and what it is styled with itself leads from its parent's style to its own. That is all that a
style depends on, but for an anchor's name, which has a copy of the style for itself, and for the first page's size;
if that is asked for, nothing is kept. Nor is a style kept that something was said of while it was computed, which each
document has to hear, or that layout has written into.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from convert.pdf.shortcuts.matching import Match, Matching, Names
from convert.pdf.shortcuts.places import Replacement
from convert.pdf.shortcuts.styles import forget, keep, said

#: tuples of style sheets, and styles and chains of elements' names for each, at most, that a process keeps; a style
#: takes about 10 kB
_MOST_SHEETS, _MOST_STYLES, _MOST_NAMES = 4, 500, 4000

#: pseudo-elements that layout writes nothing into that is different for each element
_PSEUDO_ELEMENTS = frozenset(("before", "after", "marker", "first-line", "first-letter", "footnote-call"))

#: characters that an identifier can't hold as it stands in a string of CSS
_NOT_PLAIN = frozenset('"\\\n\r\f\0')
_NOT_NAMES = frozenset({"inherit", "initial", ""})

_SVG = "{http://www.w3.org/2000/svg}svg"
_SIDES = ("top", "bottom", "left", "right")


class _Styled:
    """An element's style, those of its pseudo-elements, and its children's by what leads to them."""

    __slots__ = ("cascades", "children", "pseudos", "style", "suited")

    def __init__(self, style: Any, cascades: dict[str, Any], pseudos: dict[str, Any]) -> None:
        self.style = style
        self.cascades = cascades
        self.pseudos = pseudos
        self.children: dict[Any, _Styled] = {}
        self.suited = False


class _Place:
    """Where an element is in its document; makes cssselect2's wrapper of it and of those that it leads to on demand."""

    __slots__ = ("_children", "_wrapped", "_wrapper", "element", "index", "names", "parent", "styled")

    def __init__(self, parent: _Place | None, index: int, element: Any, names: Names, wrapper: Any = None) -> None:
        self.parent = parent
        self.index = index
        self.element = element
        self.names = names
        self._wrapper = wrapper
        self._children: list[Any] = []
        self._wrapped: list[Any] = []
        #: what its children inherit from
        self.styled: _Styled

    def below(self) -> list[_Place]:
        """Those of its children, last one first."""
        self._children = [child for child in self.element if isinstance(child.tag, str)]
        places, previous = [], None
        for index, child in enumerate(self._children):
            names = self.names.below(child, previous)
            previous = names.signature
            places.append(_Place(self, index, child, names))
        places.reverse()
        return places

    def wrapper(self) -> Any:
        """What cssselect2's tests take."""
        if self._wrapper is None and self.parent is not None:
            self._wrapper = self.parent._wrapped_child(self.index)
        return self._wrapper

    def _wrapped_child(self, index: int) -> Any:
        wrapped, around = self._wrapped, self.wrapper()
        for at in range(len(wrapped), index + 1):
            child, previous = self._children[at], wrapped[-1] if wrapped else None
            wrapped.append(type(around)(child, around, at, previous, around.in_html_document))
        return wrapped[index]


class _Sizes(dict[str, Any]):
    """The first page's sizes; knows whether a style asked for them."""

    asked = False

    def __getitem__(self, key: str) -> Any:
        self.asked = True
        return super().__getitem__(key)


class _Kept:
    """The styles of documents with the same style sheets, which live as long as this."""

    def __init__(self, sheets: list[Any], font_config: Any, base_url: str | None) -> None:
        self.sheets = sheets
        self.font_config = font_config
        self.base_url = base_url
        self.sizes = _Sizes()
        self.roots: dict[Any, _Styled] = {}
        self.matching = Matching(sheet.matcher for sheet, _, _ in sheets)
        self.count = 0
        #: whether a rule of pages asks for a page's number, beyond whether it is the first
        self.counts_pages = any(
            selector[2].index is not None
            for sheet, _, _ in sheets
            for _, selectors, _ in sheet.page_rules
            for selector in selectors
        )

    @property
    def full(self) -> bool:
        """Whether it is time to begin anew."""
        return self.count > _MOST_STYLES or self.matching.count > _MOST_NAMES or self.sizes.asked


#: by style sheets, fonts and address; what was in use last is at the end
_KEPT: dict[Any, _Kept] = {}


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint import css  # noqa: PLC0415
    from weasyprint.layout import page  # noqa: PLC0415
    from weasyprint.logger import PROGRESS_LOGGER  # noqa: PLC0415

    put = dict.__setitem__

    class AnchoredStyle(css.ComputedStyle):  # type: ignore[misc]
        """A style of its own for an element with a name, otherwise the same as one that is kept."""

        def __init__(self, base: Any, anchor: str) -> None:
            self.__dict__.update(base.__dict__)
            self.__dict__.pop("kept", None)
            self.base = base
            self.anonymous_style = base.anonymous_style
            self.update(base)
            put(self, "anchor", anchor)

        def __missing__(self, key: str) -> Any:
            value = self.base[key]
            put(self, key, value)
            return value

    def kept_for(sheets: list[Any], font_config: Any, base_url: str | None) -> _Kept:
        key = (
            tuple((id(sheet), origin, specificity) for sheet, origin, specificity in sheets),
            id(font_config),
            base_url,
        )
        kept = _KEPT.pop(key, None)
        if kept is None or kept.full:
            kept = _Kept(sheets, font_config, base_url)
        _KEPT[key] = kept
        if len(_KEPT) > _MOST_SHEETS:
            del _KEPT[next(iter(_KEPT))]
        kept.sizes.update(box=None, area=None)
        return kept

    def name_of(element: Any) -> str | None:
        name = element.get("name") if element.tag == "a" else None
        return name or element.get("id") or None

    def find(kept: _Kept, place: _Place, root: _Styled | None) -> _Styled:
        """The style of an element, but for its name's anchor."""
        match, element = place.names.match(place.wrapper), place.element
        key: Any = match
        declared, lang, is_svg = element.get("style"), element.get("lang"), element.tag == _SVG
        if declared or lang or is_svg:
            key = match, declared, lang, is_svg and (element.get("width"), element.get("height"))
        container = kept.roots if place.parent is None else place.parent.styled.children
        found = container.get(key)
        if found is None:
            before = said()
            found = make(kept, place, match, root)
            if said() == before:
                kept.count += 1
                container[key] = found
                keep(found.style, container, key)
        return found

    def make(kept: _Kept, place: _Place, match: Match, root: _Styled | None, *, named: bool = False) -> _Styled:
        cascades = cascade(kept, place.element, match, named=named)
        style = css.ComputedStyle(
            *(None if place.parent is None else place.parent.styled.style, cascades.pop(None), None),
            *(css.InitialStyle(kept.font_config) if root is None else root.style, kept.base_url),
            *(kept.font_config, kept.sizes),
        )
        return _Styled(style, cascades, {})

    def cascade(kept: _Kept, element: Any, match: Match, *, named: bool) -> dict[Any, dict[str, tuple[Any, Any]]]:
        """The cascaded values of an element and its pseudo-elements; ``named``: with the anchor of its name."""
        cascades: dict[Any, dict[str, tuple[Any, Any]]] = {None: {}}

        def add(pseudo_type: str | None, origin: str, declared: Any, layer: float, specificity: Any) -> None:
            style = cascades.setdefault(pseudo_type, {})
            for name, value, important in declared:
                weight = css.declaration_precedence(origin, important), layer, specificity
                if name not in style or style[name][1] <= weight:
                    style[name] = value, weight

        alone = SimpleNamespace(iter=lambda: (element,))
        for specificity, _, declarations, base_url in css.find_style_attributes(alone, base_url=kept.base_url):
            if named or specificity != (0, 0, 0) or declarations[0].name != "-weasy-anchor":
                add(None, "author", css.preprocess_declarations(base_url, declarations), css.inf, specificity)
        for (sheet, origin, of_sheet), rules in zip(kept.sheets, match.rules, strict=True):
            for _, specificity, _, pseudo_type, (declared, layer) in rules:
                order = css.inf if layer is None else sheet.layers.index(layer)
                add(pseudo_type, origin, declared, order, of_sheet or specificity)
        return cascades

    own_begin = css.StyleFor.__init__

    def begin(
        self: Any, html: Any, sheets: list[Any], presentational_hints: bool, font_config: Any, target_collector: Any
    ) -> None:
        self.styled = {}
        if presentational_hints or not html.wrapper_element.in_html_document:
            own_begin(self, html, sheets, presentational_hints, font_config, target_collector)
            return
        PROGRESS_LOGGER.info("Step 3 - Applying CSS")
        kept = self.kept = kept_for(sheets, font_config, html.base_url)
        self._cascaded_styles = {}
        self._computed_styles = {}
        self._sheets = sheets
        self.font_config = font_config
        self.initial_page_sizes = kept.sizes
        names = kept.matching.root.below(html.etree_element, None)
        place = _Place(None, 0, html.etree_element, names, html.wrapper_element)
        places, root, seen, anchored_pseudos = [place], None, set(), []
        while places:
            place = places.pop()
            element = place.element
            base = place.styled = find(kept, place, root)
            own, anchor = base, name_of(element)
            if anchor:
                if _NOT_PLAIN.isdisjoint(anchor) and anchor not in _NOT_NAMES and "anchor" not in base.style.cascaded:
                    own = _Styled(AnchoredStyle(base.style, anchor), base.cascades, base.pseudos)
                else:
                    own = base = place.styled = make(kept, place, place.names.match(place.wrapper), root, named=True)
                    anchor = None
            if anchor is None and "anchor" in base.style.cascaded and base not in seen:
                seen.add(base)
                anchor = base.style["anchor"]
            if target_collector and anchor:
                target_collector.collect_anchor(anchor)
            self.styled[element] = own
            if root is None:
                root = self.root = base
                self._computed_styles[element, None] = own.style
            places += place.below()
            anchored_pseudos += [(element, pseudo) for pseudo, values in base.cascades.items() if "anchor" in values]
        for element, pseudo_type in anchored_pseudos:
            anchor = self(element, pseudo_type)["anchor"]
            if target_collector and anchor:
                target_collector.collect_anchor(anchor)

    def suit(style: Any) -> None:
        """As WeasyPrint's own does at each call: padding and margins do not apply to some parts of tables."""
        display = style["display"]
        if "table" in display and style["border_collapse"] == "collapse":
            for side in _SIDES:
                put(style, f"padding_{side}", css.ZERO_PIXELS)
        if len(display) == 1 and display[0].startswith("table-") and display[0] != "table-caption":
            for side in _SIDES:
                put(style, f"margin_{side}", css.ZERO_PIXELS)

    own_call = css.StyleFor.__call__

    def call(self: Any, element: Any, pseudo_type: str | None = None) -> Any:
        of_element = self.styled.get(element)
        if of_element is None:
            return own_call(self, element, pseudo_type)
        if pseudo_type is None:
            if not of_element.suited:
                suit(of_element.style)
                of_element.suited = True
            return of_element.style
        if pseudo_type not in of_element.cascades:
            return None
        style = of_element.pseudos.get(pseudo_type)
        if style is None:
            style = self._computed_styles.get((element, pseudo_type))
        if style is None:
            style = of_pseudo_element(of_element, pseudo_type)
            if "kept" not in style.__dict__:
                self._computed_styles[element, pseudo_type] = style
        return style

    def of_pseudo_element(of_element: _Styled, pseudo_type: str) -> Any:
        parent, cascaded = of_element.style, of_element.cascades[pseudo_type]
        style = css.ComputedStyle(
            *(getattr(parent, "base", parent), cascaded, pseudo_type),
            *(parent if parent.is_root_element else parent.root_style, parent.base_url),
            *(parent.font_config, parent.initial_page_sizes),
        )
        suit(style)
        shared = pseudo_type in _PSEUDO_ELEMENTS or pseudo_type[0] == "@"
        if shared and "anchor" not in cascaded and "leader()" not in str(style["content"]):
            of_element.pseudos[pseudo_type] = style
            keep(style, of_element.pseudos, pseudo_type)
        return style

    own_set_page = page.set_page_type_computed_styles

    def set_page_type_computed_styles(page_type: Any, html: Any, style_for: Any) -> None:
        if not style_for.styled:
            own_set_page(page_type, html, style_for)
            return
        kept, root = style_for.kept, style_for.root
        key = "@page", page_type if kept.counts_pages else (page_type._replace(groups=(), index=page_type.index == 0))
        found = root.children.get(key)
        if found is None or kept.sizes.asked:
            style_for.add_page_declarations(page_type)
            cascaded = style_for.get_cascaded_styles()
            cascades: dict[Any, Any] = {pseudo_type: values for (_, pseudo_type), values in cascaded.items()}
            cascaded.clear()
            style = css.ComputedStyle(
                *(root.style, cascades.pop(None, {}), None, root.style),
                *(kept.base_url, kept.font_config, kept.sizes),
            )
            found = root.children[key] = _Styled(style, cascades, {})
            keep(style, root.children, key)
            kept.count += 1
        style_for.styled[page_type] = found

    def write(self: Any, key: str, value: Any) -> None:
        if "kept" in self.__dict__ and self[key] != value and not always_written(self, key, value):
            forget(self)
        put(self, key, value)

    def always_written(self: Any, key: str, value: Any) -> bool:
        """Whether layout writes this into all boxes of a style, by the style alone."""
        if key in ("counter_set", "counter_reset", "counter_increment"):  # of pages and their margins
            return True
        if isinstance(self, css.AnonymousStyle):  # of a list's markers
            of_marker = (key, value) in (("white_space", "pre-wrap"), ("position", "absolute"))
            return of_marker and self.parent_style["list_style_image"][0] == "none"
        return key == "display" and self["float"] == "footnote" and value in (("block", "flow"), ("inline", "flow"))

    yield css.StyleFor, "__init__", begin
    yield css.StyleFor, "__call__", call
    yield page, "set_page_type_computed_styles", set_page_type_computed_styles
    yield css.Style, "__setitem__", write
