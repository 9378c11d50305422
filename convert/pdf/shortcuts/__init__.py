"""Quicker ways through WeasyPrint, with the same pages at their end: for the versions that they were written for.

Each is a function or class that takes the place of one of WeasyPrint's or pydyf's, and could stand in it; a module of
this package tells what it makes quicker. They are in force from :func:`install` on, if :func:`problem` finds none;
without them all works, but slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import version

from convert.pdf.shortcuts.places import Replacement

__all__ = ["TESTED", "install", "problem", "suspended"]

#: modules of this package that replace something, in the order of WeasyPrint's work (no two of them replace the same);
#: all work without the others, but ``cascade`` needs ``styles``; the parent of the workers, who only asks for a
#: :func:`problem`, imports none
_MODULES = (
    *("matching", "styles", "cascade", "building", "boxes", "lengths", "flow", "fitting", "footnotes", "text"),
    *("painting", "drawing", "svg", "fonts", "font_tables", "writing"),
)

#: the versions whose insides this is written for
TESTED = {"weasyprint": ("70.0",), "pydyf": ("0.13.0",)}


@cache
def problem() -> str:
    """Why they can't be in force here, in a few words; empty if they can."""
    for package, tested in TESTED.items():
        found = version(package)
        if found not in tested:
            return f"{package} {found} is not one of the versions it was tested with: {', '.join(tested)}"
    return ""


def install() -> None:
    """Put all in force, for the rest of the process; nothing if there is a :func:`problem`."""
    if not problem():
        for owner, name, _, replacement in _replaced():
            setattr(owner, name, replacement)


@contextmanager
def suspended() -> Iterator[None]:
    """WeasyPrint's own ways meanwhile, to compare with."""
    for owner, name, own, _ in _replaced():
        setattr(owner, name, own)
    try:
        yield
    finally:
        install()


@cache
def _replaced() -> tuple[tuple[object, str, object, object], ...]:
    """Owner, name, WeasyPrint's own, ours."""
    modules = [import_module(f"{__name__}.{name}") for name in _MODULES]
    all_of_them: list[Replacement] = [found for module in modules for found in module.replacements()]
    return tuple((owner, name, getattr(owner, name), ours) for owner, name, ours in all_of_them)
