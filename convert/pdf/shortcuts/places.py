"""What is replaced, and where: the words that all short cuts share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from lxml import etree

#: an owner (a module or class), a name in it, and what takes the place of what is there
Replacement = tuple[Any, str, Any]

#: fonts and sizes, at most, that a process remembers
MOST_FONTS = 400

#: functions of GLib and Pango that WeasyPrint does not call
_DECLARATIONS = """
gpointer g_object_ref (gpointer object);
PangoContext * pango_layout_get_context (PangoLayout *layout);
PangoAttrList * pango_attr_list_copy (PangoAttrList *list);
void pango_layout_set_indent (PangoLayout *layout, int indent);
"""


def users(package: Any, name: str) -> Iterator[Any]:
    """The modules of a package that have imported a function."""
    modules = (import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__))
    return (module for module in modules if hasattr(module, name))


class ByName:
    """What takes the place of cssselect2's wrapper where elements are asked for by names alone, in no namespace."""

    def __init__(self, element: Any) -> None:
        """``element`` is lxml's or one of the standard library."""
        self.etree_element = element

    def query_all(self, *names: str) -> Iterator[ByName]:
        """Those of these names, in order."""
        root = self.etree_element
        if isinstance(root, etree._Element):
            return map(ByName, root.iter(*names))
        return (ByName(element) for element in root.iter() if element.tag in names)


@cache
def declare() -> None:
    """Have the functions at hand that WeasyPrint does not call; cffi takes a declaration once."""
    from weasyprint.text.ffi import ffi  # noqa: PLC0415

    ffi.cdef(_DECLARATIONS)
