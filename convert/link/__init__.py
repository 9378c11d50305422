"""From compiled notes to one document: embeds opened, links resolved, footnotes in order, ids unique.

Passes are small and ordered. Those of a part know one note and run on what is embedded of it as well;
then come those that see the whole document.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from urllib.parse import quote

from convert import pandoc
from convert.compiled import MAX_DEPTH, Reader
from convert.diagnostics import Code
from convert.labels import label
from convert.link import (
    anchors,
    bases,
    breaks,
    callouts,
    captions,
    counting,
    critic,
    embeds,
    figures,
    footnotes,
    formulas,
    headings,
    html,
    ids,
    links,
    numbering,
    pictures,
    plugins,
    properties,
    property_table,
    sheets,
    split,
    tags,
    tasks,
    tidy,
    word,
)
from convert.link.document import OUTPUT, Document
from convert.link.linking import Linking, Part, as_block
from convert.nodes import clone, flatten
from convert.settings import Settings
from convert.vault import Vault

__all__ = ["link_note"]


def link_note(
    path: str,
    vault: Vault,
    settings: Settings,
    outputs: Mapping[str, str] | None = None,
    read: Reader = pandoc.read,
) -> Document:
    """Make the document of a note: ``path`` is its place in the vault, ``settings`` those that hold for it.

    ``outputs`` are the places of all notes that the build prints, by note, relative to one folder, without extension.
    ``read`` makes blocks of a text.
    """
    linking = Linking(vault, settings, settings.language, read)
    note = linking.note(path)
    linking.language = properties.language(note.properties, settings)
    public = properties.public(note.properties, settings)
    linking.author = public.author[0] if public.author else label("author", linking.language)
    linking.date = public.date
    ast = linking.compiled(path)
    linking.diagnostics.update(ast.diagnostics)

    part = Part.of(ast, clone(ast.blocks))
    if properties.is_drawing(note.properties):
        linking.report(Code.EMBED_UNSUPPORTED, "a drawing of Excalidraw cannot be printed", path, (note.body_line, 1))
        part.blocks[:] = [as_block(linking.placeholder("excalidraw", path.rpartition("/")[2]))]
    _open(part, linking)
    blocks = part.blocks
    headings.shift(blocks)
    flatten(blocks, MAX_DEPTH)
    footnotes.place(blocks)
    formulas.number(blocks)
    title = properties.title(path, note.properties)
    captions.bind(blocks, settings.captions)
    pictures.tell_silent(blocks, linking)
    counting.run(blocks, settings, linking.language, titled=properties.begins_with(title, blocks))
    ids.assign(blocks, lambda other: _output(other, path, {} if outputs is None else outputs))
    tidy.run(blocks)

    print_title = properties.prints_title(title, blocks, settings)
    at = int(properties.begins_with(title, blocks))
    numbering.run(blocks, settings.numbering, titled=at > 0)
    cover = settings.cover == "yes" and (print_title or at > 0)
    abstract = property_table.abstract(note.properties, linking.language, settings)
    above = (print_title and not cover) or bool(abstract)
    breaks.run(blocks, settings, above=above, titled=at > 0)
    blocks[at:at] = [
        *property_table.byline(note.properties, public.author, linking.language, settings),
        *([breaks.new_page()] if cover else []),
        *abstract,
        *property_table.table(note.properties, linking.language, settings),
    ]
    classes, problems = properties.classes(note)
    linking.diagnostics.update(problems)
    style_sheets = sheets.run(path, linking)
    for_word = word.run(path, linking)
    own_theme = sheets.own_theme(linking)
    return Document(
        note=path,
        title=title,
        print_title=print_title,
        language=linking.language,
        blocks=blocks,
        properties=public,
        pictures=linking.pictures,
        dependencies=tuple(sorted(linking.dependencies)),
        diagnostics=tuple(sorted(linking.diagnostics)),
        classes=classes,
        callouts={type: linking.callouts[type] for type in sorted(linking.callouts)},
        style_sheets=style_sheets,
        word=for_word,
        theme=own_theme,
        source=vault.file(path).read_bytes() if settings.pdf_attach == "source" else None,
        comments=linking.comments,
        revised=linking.revised,
    )


def _output(other: str, path: str, outputs: Mapping[str, str]) -> str | None:
    """The address of another note's output as seen from that of ``path``; None if the build makes none."""
    if path not in outputs or other not in outputs or other == path:
        return None
    return OUTPUT + quote(posixpath.relpath(outputs[other], posixpath.dirname(outputs[path]) or "."))


def _open(part: Part, linking: Linking) -> None:
    """Run the passes of a part, in the order that they need."""
    critic.run(part, linking)
    html.run(part, linking)
    callouts.run(part, linking)
    anchors.run(part, linking)
    tasks.run(part, linking)
    tags.run(part, linking)
    links.run(part, linking)
    plugins.run(part, linking)
    embeds.run(part, linking, _open)
    bases.run(part, linking)
    figures.run(part, linking)
    split.run(part, linking)
