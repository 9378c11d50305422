"""The faces that Kumihan prints with: made from fonts that pip brings, seen alone by the PDF engine.

``activate()`` comes before WeasyPrint is imported, which reads Fontconfig's configuration then.
``FontSet.choose()`` comes before each document: it lets in the user's own families, and fonts of
this machine for characters that ours lack, and says so.
"""

from __future__ import annotations

import os
import sys
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unicodedata import category, name

from convert import languages
from convert.diagnostics import Code, Diagnostic, diagnose
from convert.fonts import faces
from convert.fonts.faces import Made, Progress
from convert.fonts.fontconfig import configuration
from convert.fonts.recipes import EAST, GOTHIC, LATIN, LATIN_SERIF, MINCHO, MONO, ROLES, Face
from convert.fonts.sources import FontsUnavailable
from convert.settings import Settings

if TYPE_CHECKING:
    from convert.fonts.system import SystemFont, SystemFonts

__all__ = ["Choice", "FontSet", "FontsUnavailable", "Service", "activate"]

#: The variable that Fontconfig reads, and ours, in which what it held before is handed to worker processes.
_FILE: Final = "FONTCONFIG_FILE"
_FILE_BEFORE: Final = "KUMIHAN_FONTCONFIG_FILE_BEFORE"

#: Characters that need no glyph: controls, joiners, line ends; blanks are drawn as nothing by any face.
_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
#: Unicode's Default_Ignorable_Code_Point beyond those: variation selectors, fillers, joiners.
_UNSEEN: Final = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0}).union(
    range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0000, 0xE1000)
)

#: Modules with which the process may have read Fontconfig's configuration.
_READERS: Final = frozenset({"weasyprint", "convert.fonts.system"})

_active: dict[Path, FontSet] = {}


@dataclass(frozen=True, slots=True)
class Service:
    """Which file serves which role, for ``kumihan doctor``."""

    role: str
    """``mincho``, ``gothic``, ``mono``, ``emoji``, ``symbols``; empty for faces that only help those out."""
    face: str
    file: Path
    origin: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The fonts of one document."""

    families: Mapping[str, tuple[str, ...]]
    """Role -> families for CSS, the best first."""
    config: Path
    """Fontconfig's configuration, which is now in force."""
    diagnostics: tuple[Diagnostic, ...]
    parts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Language tag of a part in another kind of language -> its families, by role."""


@dataclass(frozen=True)
class FontSet:
    """Kumihan's faces on this machine."""

    folder: Path
    faces: tuple[Made, ...]

    @property
    def families(self) -> Mapping[str, tuple[str, ...]]:
        """Role (``mincho``, ``gothic``, ``mono``, ``emoji``, ``symbols``) -> families for CSS, the best first."""
        return {role: (family,) for role, family in ROLES.items()}

    @cached_property
    def _coverage(self) -> tuple[list[int], list[int]]:
        """All characters of all faces as ranges: their first code points, sorted, and their last ones."""
        starts: list[int] = []
        ends: list[int] = []
        for first, last in sorted(pair for face in self.faces for pair in face.characters):
            if ends and first <= ends[-1] + 1:
                ends[-1] = max(ends[-1], last)
            else:
                starts.append(first)
                ends.append(last)
        return starts, ends

    @cached_property
    def _shown(self) -> set[str]:
        """Of the characters that were asked for so far, those that need no other face."""
        return set()

    def missing(self, text: str) -> set[str]:
        """The characters of the text that none of the faces has; joiners, controls and blanks need none."""
        starts, ends = self._coverage

        def needs_other(char: str) -> bool:
            code = ord(char)
            at = bisect_right(starts, code) - 1
            if at >= 0 and code <= ends[at]:
                return False
            return code not in _UNSEEN and category(char) not in _UNSEEN_CATEGORIES

        asked = set(text) - self._shown
        missing = set(filter(needs_other, asked))
        self._shown.update(asked - missing)
        return missing

    def choose(
        self, text: str, settings: Settings, path: str = "", tags: Iterable[str] = (languages.DEFAULT,)
    ) -> Choice:
        """Puts the fonts for a document in force, for the next ``FontConfiguration`` of this process.

        Kumihan's faces for its languages always; before them the families that ``fonts.mincho``, ``fonts.gothic`` and
        ``fonts.mono`` name; behind them, for characters that all of those lack, fonts of this machine.

        Args:
            text: every character that will be printed, in any order.
            settings: the document's.
            path: the note, for diagnostics.
            tags: the document's language, then those of parts of it (BCP 47).
        """
        asked = {"mincho": settings.font_mincho, "gothic": settings.font_gothic, "mono": settings.font_mono}
        chosen = _Chosen(self, path)
        families = {tag: dict(chosen.families(tag)) for tag in dict.fromkeys(tags)}
        main, *parts = families
        missing = {char for char in self.missing(text) if not chosen.shows(char)}
        helpers: list[str] = []
        cache_folders: tuple[Path, ...] = ()
        if missing or any(asked.values()):
            from convert.fonts.system import SystemFonts  # noqa: PLC0415 - asked only for what we lack

            with SystemFonts(os.environ.get(_FILE_BEFORE)) as system:
                for role, names in asked.items():
                    named = [
                        name
                        for name in filter(None, map(str.strip, names.split(",")))
                        if chosen.has(name, role, system)
                    ]
                    families[main][role] = (*named, *families[main][role])
                missing = {char for char in missing if not any(font.has(char) for font in chosen.own)}
                for font, chars in system.helpers(missing, settings.language):
                    chosen.files.append(font.file)
                    helpers.append(font.family)
                    missing -= chars
                    message = f"{_listed(chars)}: printed in “{font.family}” ({font.file.name}) of this machine"
                    chosen.diagnostics.append(diagnose(Code.FONT_FALLBACK, message, path))
                cache_folders = system.cache_folders() if chosen.files else ()
        if missing:
            problem = diagnose(Code.FONT_MISSING_GLYPH, f"{_listed(missing)}: no font has a glyph", path)
            chosen.diagnostics.append(problem)
        config = self._enforce(
            files=chosen.files, cache_folders=cache_folders, helpers=helpers, bold_instead=chosen.bold_instead
        )
        others = {tag: families[tag] for tag in parts if families[tag] != families[main]}
        return Choice(families[main], config, tuple(chosen.diagnostics), others)

    def describe(self) -> tuple[Service, ...]:
        """Which file serves which role, in the order in which faces are asked."""
        roles = {family: role for role, family in ROLES.items()}
        return tuple(
            Service(roles.get(face.family, ""), f"{face.family} {face.style}", self.folder / face.file, face.origin)
            for face in self.faces
        )

    def _enforce(
        self,
        *,
        files: Iterable[Path] = (),
        cache_folders: Iterable[Path] = (),
        helpers: Iterable[str] = (),
        bold_instead: Mapping[str, str] | None = None,
    ) -> Path:
        """Writes the configuration, under a name made from its content, and points Fontconfig to it."""
        root = self.folder.parent
        data = configuration(
            self.folder,
            root / "fontconfig",
            files=files,
            cache_folders=cache_folders,
            helpers=tuple(helpers),
            bold_instead=bold_instead,
        )
        config = root / f"{sha256(data).hexdigest()[:16]}.conf"
        try:
            if not config.is_file() or config.read_bytes() != data:
                faces.write(config, data)
        except OSError as error:
            raise FontsUnavailable(f"{config} cannot be written: {error.strerror}") from error
        before = os.environ.get(_FILE)
        if before and Path(before).parent != root:
            os.environ[_FILE_BEFORE] = before
        os.environ[_FILE] = str(config)
        os.environ.pop("FONTCONFIG_SYSROOT", None)  # it would be put before the paths that we give
        if before != str(config) and not _READERS.isdisjoint(sys.modules):
            from convert.fonts.system import reload_configuration  # noqa: PLC0415 - for the few such documents

            reload_configuration()
        return config


@lru_cache(maxsize=16)
def _east_faces(root: Path, wanted: tuple[Face, ...]) -> tuple[Path, tuple[Made, ...]]:
    """The faces of a language, looked for once in a process."""
    return faces.ensure(root, None, wanted)


class _Chosen:
    """What a document's choice collects: files beyond our usual faces, and what is to be said."""

    def __init__(self, fonts: FontSet, path: str) -> None:
        self._fonts = fonts
        self._path = path
        self._east: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self.files: list[Path] = []
        self.own: list[SystemFont] = []
        self.bold_instead: dict[str, str] = {}
        self.made: list[Made] = []
        self.diagnostics: list[Diagnostic] = []

    def families(self, tag: str) -> Mapping[str, tuple[str, ...]]:
        """The families of a language, by role, the best first."""
        usual = self._fonts.families
        kind = languages.kind(tag)
        if kind == "western":
            return {**usual, "mincho": (LATIN_SERIF, MINCHO), "gothic": (LATIN, GOTHIC)}
        if kind not in EAST:
            return usual
        if kind not in self._east:
            self._east[kind] = {**usual, **self._made(kind, tag)}
        return self._east[kind]

    def _made(self, kind: str, tag: str) -> Mapping[str, tuple[str, ...]]:
        east = EAST[kind]
        folder, made = _east_faces(self._fonts.folder.parent, faces.of_east(east))
        self.files += [folder / face.file for face in made]
        self.made += made
        self.bold_instead[east.mincho] = east.gothic
        if any(face.family == east.mincho for face in made):
            return {"mincho": (east.mincho, MINCHO), "gothic": (east.gothic, GOTHIC)}
        message = f"there is no face for body text in the language {tag} here, all of it is in a sans-serif one"
        self.diagnostics.append(diagnose(Code.FONT_LANGUAGE, message, self._path, hint=how_to_get(kind)))
        return {"mincho": (east.gothic, GOTHIC), "gothic": (east.gothic, GOTHIC)}

    def shows(self, char: str) -> bool:
        """Whether a face of the document's languages has the character."""
        return any(first <= ord(char) <= last for face in self.made for first, last in face.characters)

    def has(self, name: str, role: str, system: SystemFonts) -> bool:
        """Let in a family of the machine's that the user names; whether there is such."""
        own = system.family(name)
        if not own:
            message = f"fonts.{role}: this machine has no family “{name}”"
            self.diagnostics.append(diagnose(Code.FONT_FAMILY, message, self._path))
            return False
        self.files += [font.file for font in own]
        self.own += own
        if not any(font.bold for font in own):
            self.bold_instead[name] = MONO if role == "mono" else GOTHIC
        return True


def activate(progress: Progress | None = None) -> FontSet:
    """Kumihan's faces, made if this machine has none yet; Fontconfig is told to see them and nothing else.

    To be called before WeasyPrint is imported. The first call on a machine takes some seconds, the
    first of a process some milliseconds, further ones nothing.

    Args:
        progress: called with (done, total, name of the next face) while faces are made.

    Raises:
        FontsUnavailable: a font package is not installed, or the user's cache cannot be written.
    """
    root = faces.user_cache() / "fonts"
    fonts = _active.get(root)
    known = fonts is not None
    if fonts is None:
        fonts = _active[root] = FontSet(*faces.ensure(root, progress))
    # What was chosen for a document stays in force until the next one.
    if not known or Path(os.environ.get(_FILE, "")).parent != root:
        fonts._enforce()
    return fonts


def body_faces() -> Mapping[str, str]:
    """For Chinese and Korean, the package that has the face of body text; empty where it is not installed."""
    found = {}
    for kind, east in EAST.items():
        source = east.body[0].source
        there = source is not None and len(faces.of_east(east)) > len(east.others)
        found[kind] = f"{east.mincho} ({source.package})" if there and source else ""
    return found


def how_to_get(kind: str) -> str:
    """What a person types to get the face of body text for a kind of language."""
    return f"python -m pip install 'kumihan[{EAST[kind].extra}]'"


def system_state() -> str:
    """What tells the machine's own fonts, as they are now, from any others."""
    from convert.fonts.system import SystemFonts  # noqa: PLC0415 - asked only for documents that need them

    before = os.environ.get(_FILE)
    ours = before is not None and Path(before).parent == faces.user_cache() / "fonts"
    with SystemFonts(os.environ.get(_FILE_BEFORE) if ours else before) as system:
        return f"{system.state()} {sorted(body_faces().items())}"


def _listed(chars: Iterable[str], limit: int = 8) -> str:
    """Characters for a message: each with its code point, and its name where it is not a letter of a large script."""
    ordered = sorted(chars)
    named = [f"{char} (U+{ord(char):04X} {name(char, 'unnamed').lower()})" for char in ordered[:limit]]
    more = f" and {len(ordered) - limit} more" if len(ordered) > limit else ""
    return ", ".join(named) + more
