"""The vault's own style sheets that the settings ask for, and its own theme."""

from __future__ import annotations

from convert import snippets, theme
from convert.diagnostics import Code
from convert.link.linking import Linking


def run(path: str, linking: Linking) -> tuple[str, ...]:
    """The CSS for the note ``path``, sheet by sheet in the order of the setting; what is missing is reported."""
    found = []
    vault = linking.vault.unwatched
    if linking.settings.styles:
        linking.vault.asked("snippets", answer=None)
    for name in linking.settings.styles:
        try:
            sheet = snippets.sheet(vault.root, name, follow_links=linking.settings.follow_links)
        except snippets.SnippetError as error:
            linking.report(Code.SNIPPET_UNUSED, f"the snippet {name} is not used: {error}", path)
            continue
        if sheet is None:
            linking.report(Code.SNIPPET_MISSING, f"the vault has no snippet {name}.css", path)
            continue
        linking.diagnostics.update(sheet.diagnostics)
        linking.dependencies.add(sheet.path)
        found.append(sheet.css)
    return tuple(found)


def own_theme(linking: Linking) -> theme.Theme | None:
    """The theme of the settings if it is the vault's own; what is wrong in it the settings have said."""
    settings = linking.settings
    chosen = theme.load(settings.theme, linking.vault.unwatched.root, follow_links=settings.follow_links)
    linking.vault.asked("theme", settings.theme, answer=chosen.digest)
    linking.dependencies.update(chosen.files)
    return chosen if chosen.files else None
