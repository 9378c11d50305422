"""The output formats: one module each, one line each in :data:`FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from convert.diagnostics import Diagnostic
from convert.settings import Settings

if TYPE_CHECKING:  # the command line wants the names of the formats, and none of what makes documents
    from convert.link.document import Document


@dataclass(frozen=True, slots=True)
class Output:
    """A finished file: its bytes, its number of pages where it has any, and what went wrong on the way."""

    data: bytes
    pages: int | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


def linked_for(format: str, settings: Settings) -> Settings:
    """The settings that a document is linked with for this format: Word has a view of changes of its own."""
    if format != "docx":
        return settings
    view = settings.docx_changes
    if view == "profile":  # readers of a handout are not told what its author says to the editor
        view = "track" if settings.docx_profile == "manuscript" else "accept"
    return replace(settings, changes=view)


Writer: TypeAlias = "Callable[[Document, Settings], Output]"

#: name on the command line and file extension -> module with ``write(document, settings) -> Output``
FORMATS = {
    "pdf": "convert.formats.pdf",
    "docx": "convert.formats.docx",
    "html": "convert.formats.html",
    "md": "convert.formats.markdown",
}


def writer(name: str) -> Writer:
    """The format's ``write``; engines are imported here and not before."""
    write: Writer = import_module(FORMATS[name]).write
    return write
