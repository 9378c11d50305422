"""Themes: a folder under ``styles/themes/`` with the look in CSS and a few numbers that code needs."""

from __future__ import annotations

from collections.abc import Iterable
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
    ``mark`` is the form of a footnote's mark, with 1 for the number.
    """

    name: str
    folder: Path
    font_size: float
    line: float
    top: float
    least_margin: float
    mark: str

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
    page = entry["page"]
    return Theme(
        name, folder, page["font-size"], page["line"], page["top"], page["least-margin"], entry["footnotes"]["mark"]
    )


@cache
def callout_css(*, icons: bool) -> str:
    """The colours of all types of callout, and (for paper) their icons as pictures.

    The classes are ``callout-NAME`` for the names in ``styles/callouts.yaml``; :mod:`convert.page` sets them.
    """
    return "\n".join(_rules(callouts.table(), icons))


def _rules(table: Iterable[callouts.CalloutType], icons: bool) -> Iterable[str]:
    for kind in table:
        box = f".callout-{kind.name}"
        yield f"{box} {{ border-color: {kind.colour}; background-color: {kind.tint} }}"
        yield f"{box} > .callout-title {{ color: {kind.ink} }}"
        if icons:
            drawing = quote(kind.svg().replace("currentColor", kind.ink).strip(), safe="")
            yield f'{box} > .callout-title > .callout-icon {{ background-image: url("data:image/svg+xml,{drawing}") }}'
