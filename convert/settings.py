"""All settings, each declared once: name, type, default, help, scope.

Defaults < theme < ``kumihan.yaml`` < the note's ``print:`` < command line.
The command line, the check of files and the manual derive from the fields of :class:`Settings`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """Who may set it: a NOTE (and all above), the VAULT's kumihan.yaml, or only the COMMAND line."""

    NOTE = "note"
    VAULT = "vault"
    COMMAND = "command"


def option(default: Any, help: str, *, name: str, scope: Scope = Scope.NOTE, choices: tuple[str, ...] = ()) -> Any:
    """A field of :class:`Settings`; ``name`` is dotted, as written in files and after ``--set``."""
    return field(default=default, metadata={"name": name, "help": help, "scope": scope, "choices": choices})


@dataclass(frozen=True, slots=True)
class Settings:
    """One value of each option."""

    theme: str = option("handout", "Name of a folder under styles/themes/.", name="theme")
    language: str = option("ja", "Language of the text (BCP 47) where the note's `lang` does not say.", name="language")
    title: str = option("yes", "Print the title above the text: yes, or no.", name="title", choices=("yes", "no"))
    line_breaks: str = option(
        "obsidian",
        "Whether a single newline shows: as Obsidian's own setting says, always (show), or never (join).",
        name="line-breaks",
        choices=("obsidian", "show", "join"),
    )
    callout_titles: str = option(
        "type",
        "Title of a callout without one: its type as Obsidian shows it, or the word in the text's language.",
        name="callouts.titles",
        choices=("type", "language"),
    )
    footnote_mark: str = option(
        "",
        "Form of footnote marks, with 1 for the number, e.g. ＊1, 1), ※1; empty: the theme's.",
        name="footnotes.mark",
    )
    page_size: str = option("A4", "Page size: A4, A5, B5 (JIS), letter, or two lengths.", name="page.size")
    page_chars: int = option(42, "Characters in a line of body text (PDF).", name="page.chars")
    page_lines: int = option(39, "Lines on a page (PDF).", name="page.lines")
    docx_profile: str = option(
        "handout", "Shape of the Word file: handout has callouts as boxes.", name="docx.profile", choices=("handout",)
    )
    html_assets: str = option("inline", "Pictures of an HTML file: inside it.", name="html.assets", choices=("inline",))
    author: str = option("", "Author where the note's properties name none.", name="author")
    limit_seconds: float = option(120.0, "Seconds that one note may take.", name="limits.seconds", scope=Scope.VAULT)
    limit_bytes: int = option(
        20_000_000, "Bytes that one note may have; larger ones are refused.", name="limits.bytes", scope=Scope.VAULT
    )
    allow_network: bool = option(False, "Fetch pictures from the network.", name="network", scope=Scope.COMMAND)
    follow_links: bool = option(
        False, "Follow symbolic links that leave the vault.", name="follow-links", scope=Scope.COMMAND
    )
