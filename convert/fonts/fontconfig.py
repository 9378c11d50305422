"""Writes Fontconfig's configuration: which files are seen, and who helps out whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from convert.fonts.recipes import EMOJI, FALLBACK, GOTHIC, LATIN_SERIF, MINCHO, MONO, SYMBOLS

#: Names that style sheets use for "any such font".
_GENERIC = {
    "serif": MINCHO,
    "sans-serif": GOTHIC,
    "system-ui": GOTHIC,
    "monospace": MONO,
    "cursive": GOTHIC,
    "fantasy": GOTHIC,
    # Pango asks for this family wherever a character is to be shown as an emoji.
    "emoji": EMOJI,
}

_HEADER = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'


def configuration(
    folder: Path,
    cache: Path,
    *,
    files: Iterable[Path] = (),
    cache_folders: Iterable[Path] = (),
    helpers: Sequence[str] = (),
    bold_instead: Mapping[str, str] | None = None,
) -> bytes:
    """A configuration file in which ``folder`` and the named ``files`` are all there is.

    Args:
        folder: Kumihan's faces.
        cache: where Fontconfig may keep what it reads out of the files.
        files: font files of this machine that are seen as well.
        cache_folders: the machine's own caches, so that its folders need not be read again.
        helpers: families asked, in this order, for characters that Kumihan's faces lack.
        bold_instead: family without a bold face -> the one that prints its bold.
    """
    own = tuple(sorted(set(files)))
    return _configuration(folder, cache, own, tuple(cache_folders), tuple(helpers), tuple((bold_instead or {}).items()))


@lru_cache(maxsize=8)  # most documents need the same
def _configuration(
    folder: Path,
    cache: Path,
    files: tuple[Path, ...],
    cache_folders: tuple[Path, ...],
    helpers: tuple[str, ...],
    bold_instead: tuple[tuple[str, str], ...],
) -> bytes:
    root = Element("fontconfig")
    SubElement(root, "dir").text = str(folder)
    for parent in sorted({file.parent for file in files}):
        SubElement(root, "dir").text = str(parent)
    for place in (cache, *cache_folders):
        SubElement(root, "cachedir").text = str(place)
    if files:
        _see_only(root, files)

    for name, family in _GENERIC.items():
        _edit(root, {"family": name}, "prepend", [family])
    # A Japanese serif face has no italic and, in print, no bold: strong words stand in gothic.
    # Nothing else would make them so: a weight that a family lacks is replaced without a word.
    for family, instead in {MINCHO: GOTHIC, **dict(bold_instead)}.items():
        _edit(root, {"family": family, "weight": "demibold"}, "prepend", [instead])
    _edit(root, {"family": MINCHO}, "append", [SYMBOLS, LATIN_SERIF])
    _edit(root, {}, "append_last", [*FALLBACK, *helpers])
    indent(root)
    return f"{_HEADER}{tostring(root, encoding='unicode')}\n".encode()


def _edit(root: Element, tests: Mapping[str, str], mode: str, families: Sequence[str]) -> None:
    match = SubElement(root, "match", target="pattern")
    for name, value in tests.items():
        compare = "more_eq" if name == "weight" else "eq"
        test = SubElement(match, "test", name=name, compare=compare)
        SubElement(test, "const" if name == "weight" else "string").text = value
    # Strong: else the language of the text would count for more than the order of the families.
    edit = SubElement(match, "edit", name="family", mode=mode, binding="strong")
    for family in families:
        SubElement(edit, "string").text = family


def _see_only(root: Element, files: Sequence[Path]) -> None:
    """Hides what else lies in the folders of ``files``: a pattern refuses each folder, others accept the files."""
    select = SubElement(root, "selectfont")
    reject = SubElement(select, "rejectfont")
    for parent in sorted({file.parent for file in files}):
        SubElement(reject, "glob").text = _glob(parent) + "?*"
    accept = SubElement(select, "acceptfont")
    for file in files:
        SubElement(accept, "glob").text = _glob(file)


def _glob(path: Path) -> str:
    """A pattern for just this path; Windows' separator and signs of the pattern itself are any character.

    A slash stays one: a pattern that does not begin with it is, from Fontconfig 2.15 on, below the current folder.
    """
    return "".join("?" if sign in "*?\\" else sign for sign in str(path))
