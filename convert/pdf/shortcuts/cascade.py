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

from convert.pdf.shortcuts.places import Replacement
from convert.pdf.shortcuts.styles import forget, keep, said

#: tuples of style sheets, and styles for each, at most, that a process keeps; a style takes about 10 kB
_MOST_SHEETS, _MOST_STYLES = 4, 500

#: pseudo-elements that layout writes nothing into that is different for each element
_PSEUDO_ELEMENTS = frozenset(("before", "after", "marker", "first-line", "first-letter", "footnote-call"))

#: characters that an identifier can't hold as it stands in a string of CSS
_NOT_PLAIN = frozenset('"\\\n\r\f\0')
_NOT_NAMES = frozenset({"inherit", "initial", ""})

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
        self.count = 0


#: by style sheets, fonts and address; what was in use last is at the end
_KEPT: dict[Any, _Kept] = {}


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    from weasyprint import css  # noqa: PLC0415
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
        if kept is None or kept.sizes.asked or kept.count > _MOST_STYLES:
            kept = _Kept(sheets, font_config, base_url)
        _KEPT[key] = kept
        if len(_KEPT) > _MOST_SHEETS:
            del _KEPT[next(iter(_KEPT))]
        kept.sizes.update(box=None, area=None)
        return kept

    def cascade(
        element: Any, kept: _Kept, found: list[Any], *, named: bool
    ) -> dict[str | None, dict[str, tuple[Any, Any]]]:
        """The cascaded values of an element and its pseudo-elements; ``named``: with the anchor of its name."""
        cascades: dict[str | None, dict[str, tuple[Any, Any]]] = {None: {}}

        def add(style: dict[str, tuple[Any, Any]], origin: str, declared: Any, layer: float, specificity: Any) -> None:
            for name, value, important in declared:
                weight = css.declaration_precedence(origin, important), layer, specificity
                if name not in style or style[name][1] <= weight:
                    style[name] = value, weight

        alone = SimpleNamespace(iter=lambda: (element,))
        for specificity, _, declarations, base_url in css.find_style_attributes(alone, base_url=kept.base_url):
            if named or specificity != (0, 0, 0) or declarations[0].name != "-weasy-anchor":
                declared = css.preprocess_declarations(base_url, declarations)
                add(cascades[None], "author", declared, css.inf, specificity)
        for (sheet, origin, of_sheet), selectors in zip(kept.sheets, found, strict=True):
            for specificity, _, pseudo_type, (declared, layer) in selectors:
                place = css.inf if layer is None else sheet.layers.index(layer)
                add(cascades.setdefault(pseudo_type, {}), origin, declared, place, of_sheet or specificity)
        return cascades

    def styled(kept: _Kept, parent: Any, element: Any, found: list[Any], root: Any, *, named: bool = False) -> _Styled:
        cascades = cascade(element, kept, found, named=named)
        parent_style = None if parent is None else parent.style
        root_style = css.InitialStyle(kept.font_config) if root is None else root.style
        style = css.ComputedStyle(
            *(parent_style, cascades.pop(None), None, root_style, kept.base_url, kept.font_config, kept.sizes)
        )
        return _Styled(style, cascades, {})  # type: ignore[arg-type]

    own_begin = css.StyleFor.__init__

    def begin(
        self: Any, html: Any, sheets: list[Any], presentational_hints: bool, font_config: Any, target_collector: Any
    ) -> None:
        self.styled, self.waiting = {}, {}
        if presentational_hints:
            own_begin(self, html, sheets, presentational_hints, font_config, target_collector)
            return
        PROGRESS_LOGGER.info("Step 3 - Applying CSS")
        kept = kept_for(sheets, font_config, html.base_url)
        self._cascaded_styles = {}
        self._computed_styles = {}
        self._sheets = sheets
        self.font_config = font_config
        self.initial_page_sizes = kept.sizes
        of_elements = self.styled
        bases: dict[Any, _Styled] = {}  # what children inherit from
        seen = set()
        anchored_pseudos = []
        root = None
        for wrapper in html.wrapper_element.iter_subtree():
            element = wrapper.etree_element
            parent = bases[wrapper.parent.etree_element] if wrapper.parent else None
            attributes = element.attrib
            found = [sheet.matcher.match(wrapper) for sheet, _, _ in sheets]
            key = (
                tuple(tuple(selector[1] for selector in selectors) for selectors in found),
                *(attributes.get("style") or None, attributes.get("lang") or None),
                *(
                    (element.tag, attributes.get("width"), attributes.get("height"))
                    if element.tag[-3:] == "svg"
                    else ()
                ),
            )
            container = kept.roots if parent is None else parent.children
            base = container.get(key)
            if base is None:
                before = said()
                base = styled(kept, parent, element, found, root)
                if said() == before:
                    kept.count += 1
                    container[key] = base
                    keep(base.style, container, key)
            name = attributes.get("id")
            if element.tag == "a":
                name = attributes.get("name") or name
            own = base
            if name:
                if _NOT_PLAIN.isdisjoint(name) and name not in _NOT_NAMES and "anchor" not in base.style.cascaded:
                    own = _Styled(AnchoredStyle(base.style, name), base.cascades, base.pseudos)
                    if target_collector:
                        target_collector.collect_anchor(name)
                else:
                    own = base = styled(kept, parent, element, found, root, named=True)
            if "anchor" in base.style.cascaded and base not in seen and target_collector and base.style["anchor"]:
                target_collector.collect_anchor(base.style["anchor"])
            seen.add(base)
            of_elements[element] = own
            bases[element] = base
            if root is None:
                root = base
                self._computed_styles[element, None] = own.style
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

    own_call, own_set = css.StyleFor.__call__, css.StyleFor.set_computed_styles

    def call(self: Any, element: Any, pseudo_type: str | None = None) -> Any:
        of_element = self.styled.get(element)
        if of_element is None:
            key = element, pseudo_type
            if key in self.waiting:
                cascaded, root, base_url = self.waiting.pop(key)
                styles = self._computed_styles
                styles[key] = css.ComputedStyle(
                    *(styles[element, None], cascaded, pseudo_type, styles[root, None], base_url),
                    *(self.font_config, self.initial_page_sizes),
                )
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
        if pseudo_type in _PSEUDO_ELEMENTS and "anchor" not in cascaded and "leader()" not in str(style["content"]):
            of_element.pseudos[pseudo_type] = style
            keep(style, of_element.pseudos, pseudo_type)
        return style

    def set_computed_styles(
        self: Any,
        element: Any,
        parent: Any,
        root: Any = None,
        pseudo_type: str | None = None,
        base_url: str | None = None,
        target_collector: Any = None,
    ) -> None:
        if pseudo_type and parent is element:
            cascaded = self._cascaded_styles.get((element, pseudo_type))
            if cascaded is not None and "anchor" not in cascaded:
                self.waiting[element, pseudo_type] = cascaded, root, base_url
                return
        own_set(self, element, parent, root, pseudo_type, base_url, target_collector)

    def write(self: Any, key: str, value: Any) -> None:
        if "kept" in self.__dict__ and self[key] != value and not always_written(self, key, value):
            forget(self)
        put(self, key, value)

    def always_written(self: Any, key: str, value: Any) -> bool:
        """Whether layout writes this into all boxes of a style, by the style alone."""
        if isinstance(self, css.AnonymousStyle):  # of a list's markers
            of_marker = (key, value) in (("white_space", "pre-wrap"), ("position", "absolute"))
            return of_marker and self.parent_style["list_style_image"][0] == "none"
        return key == "display" and self["float"] == "footnote" and value in (("block", "flow"), ("inline", "flow"))

    yield css.StyleFor, "__init__", begin
    yield css.StyleFor, "__call__", call
    yield css.StyleFor, "set_computed_styles", set_computed_styles
    yield css.Style, "__setitem__", write
