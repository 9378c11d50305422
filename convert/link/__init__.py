"""From compiled notes to one document: embeds opened, links resolved, footnotes in order, ids unique.

Passes are small and ordered. Those of a part know one note and run on what is embedded of it as well;
then come those that see the whole document.
"""

from __future__ import annotations

from convert.compiled import MAX_DEPTH
from convert.link import (
    anchors,
    callouts,
    embeds,
    figures,
    footnotes,
    headings,
    html,
    ids,
    links,
    properties,
    split,
    tags,
    tasks,
    tidy,
)
from convert.link.document import Document
from convert.link.linking import Linking, Part
from convert.nodes import clone, flatten
from convert.settings import Settings
from convert.vault import Vault

__all__ = ["link_note"]


def link_note(path: str, vault: Vault, settings: Settings) -> Document:
    """Make the document of a note: ``path`` is its place in the vault, ``settings`` those that hold for it."""
    linking = Linking(vault, settings, settings.language)
    note = linking.note(path)
    linking.language = properties.language(note.properties, settings)
    ast = linking.compiled(path)
    linking.diagnostics.update(ast.diagnostics)

    part = Part.of(ast, clone(ast.blocks))
    _open(part, linking)
    blocks = part.blocks
    headings.shift(blocks)
    flatten(blocks, MAX_DEPTH)
    footnotes.place(blocks)
    ids.assign(blocks)
    tidy.run(blocks)

    title = properties.title(path, note.properties)
    return Document(
        note=path,
        title=title,
        print_title=properties.prints_title(title, blocks, settings),
        language=linking.language,
        blocks=blocks,
        properties=properties.public(note.properties, settings),
        pictures=linking.pictures,
        dependencies=tuple(sorted(linking.dependencies)),
        diagnostics=tuple(sorted(linking.diagnostics)),
    )


def _open(part: Part, linking: Linking) -> None:
    """Run the passes of a part, in the order that they need."""
    html.run(part, linking)
    callouts.run(part, linking)
    anchors.run(part, linking)
    tasks.run(part, linking)
    tags.run(part, linking)
    figures.run(part, linking)
    links.run(part, linking)
    embeds.run(part, linking, _open)
    split.run(part, linking)
