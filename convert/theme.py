"""Themes: a folder under ``styles/themes/`` with the look in CSS and a few numbers that code needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import yaml

from convert import callouts, resources

DEFAULT = "handout"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's numbers.

    ``font_size`` of the body text and ``line`` (the feed from line to line) are in points; ``top``
    is the share of a page's blank height that stands above the text; ``least_margin`` in millimetres;
    ``mark`` is the form of a footnote's mark, with 1 for the number; ``address_mark`` that of an address's,
    with 1 for its number or a for its letter. ``table_sizes`` are those of a table's
    type in points, the largest first and the last the least that is legible; ``table_padding`` is what a
    cell leaves blank left and right, each, in em.
    """

    name: str
    folder: Path
    font_size: float
    line: float
    top: float
    least_margin: float
    mark: str
    address_mark: str
    table_sizes: tuple[float, ...]
    table_padding: float

    def css(self, file: str) -> str:
        """The text of one of the theme's style sheets."""
        return (self.folder / file).read_text("utf-8")


@cache
def names() -> tuple[str, ...]:
    """The themes that come with Kumihan."""
    return tuple(sorted(file.parent.name for file in resources.styles("themes").glob("*/theme.yaml")))


@cache
def load(name: str) -> Theme:
    """A theme by name; ``KeyError`` if there is none. A fault in a theme of ours is a bug."""
    if name not in names():
        raise KeyError(name)
    folder = resources.styles("themes", name)
    entry = yaml.safe_load((folder / "theme.yaml").read_text("utf-8"))
    page, tables = entry["page"], entry["tables"]
    return Theme(
        name,
        folder,
        page["font-size"],
        page["line"],
        page["top"],
        page["least-margin"],
        entry["footnotes"]["mark"],
        entry["links"]["mark"],
        tuple(tables["sizes"]),
        tables["padding"],
    )


def callout_css(own: Mapping[str, callouts.CalloutType], *, icons: bool) -> str:
    """The colours of all types of callout, ``own`` among them, and (for paper) their icons as pictures.

    The classes are ``callout-KEY``; :mod:`convert.page` sets them.
    """
    return "\n".join(_rules(callouts.table().with_types(own), icons))


@cache
def own_classes() -> frozenset[str]:
    """The classes that Kumihan's style sheets speak of: a note's ``cssclasses`` can't be among them."""
    own = [resources.styles("print.css"), resources.styles("screen.css")]
    texts = [sheet.read_text("utf-8") for sheet in (*own, *resources.styles("themes").glob("*/*.css"))]
    return frozenset(name for text in texts for name in re.findall(r"\.([A-Za-z][\w-]*)", text))


def _rules(table: Iterable[callouts.CalloutType], icons: bool) -> Iterable[str]:
    for kind in table:
        box = f".callout-{kind.key}"
        yield f"{box} {{ border-color: {kind.colour}; background-color: {kind.tint} }}"
        yield f"{box} > .callout-title {{ color: {kind.ink} }}"
        if icons:
            drawing = quote(kind.svg().replace("currentColor", kind.ink).strip(), safe="")
            yield f'{box} > .callout-title > .callout-icon {{ background-image: url("data:image/svg+xml,{drawing}") }}'
