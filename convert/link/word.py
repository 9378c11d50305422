"""The user's own files for Word: the model that the settings name, and the vault's table of styles."""

from __future__ import annotations

from pathlib import Path

from convert import word_files
from convert.diagnostics import Code
from convert.link.linking import Linking
from convert.word_files import WordFiles


def run(path: str, linking: Linking) -> WordFiles:
    """The files for the note ``path``; what is missing is reported."""
    settings, vault = linking.settings, linking.vault.unwatched
    linking.vault.asked("word", answer=None)
    found = WordFiles()
    styles = word_files.table(vault.root, follow_links=settings.follow_links)
    if styles is not None:
        place = styles.relative_to(vault.root).as_posix()
        linking.dependencies.add(place)
        try:
            found = WordFiles(styles=word_files.text(styles), styles_place=place)
        except word_files.WordFileError as error:
            linking.report(Code.DOCX_STYLES, f"{place} is not used: {error}", path)
    name = settings.docx_reference
    if not name:
        return found
    model = word_files.find(vault.root, name, follow_links=settings.follow_links)
    if model is None:
        linking.report(Code.DOCX_REFERENCE, f"there is no file {Path(name).name}", path)
        return found
    place = model.name
    if model.is_relative_to(vault.root):
        place = model.relative_to(vault.root).as_posix()
        linking.vault.file(place)
        linking.dependencies.add(place)
    try:
        return WordFiles(word_files.model(model), place, found.styles, found.styles_place)
    except word_files.WordFileError as error:
        linking.report(Code.DOCX_REFERENCE, f"{place} is not used: {error}", path)
        return found
