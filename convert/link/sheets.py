"""The vault's own style sheets that the settings ask for."""

from __future__ import annotations

from convert import snippets
from convert.diagnostics import Code
from convert.link.linking import Linking


def run(path: str, linking: Linking) -> tuple[str, ...]:
    """The CSS for the note ``path``, sheet by sheet in the order of the setting; what is missing is reported."""
    found = []
    for name in linking.settings.styles:
        try:
            sheet = snippets.sheet(linking.vault.root, name, follow_links=linking.settings.follow_links)
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
