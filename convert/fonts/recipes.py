"""What Kumihan's faces are made of: one line each, and the order in which they help each other out.

All sources are free (the SIL Open Font License; DejaVu's own), and ask that what is made from them
has another name; ours also keep the machine's own fonts apart (``Noto Sans JP`` and ``Noto Sans CJK JP`` are two
families, and a family that is missing is replaced without a word).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Source:
    """A font file that comes with a Python package: the package's name on the index, the path in it."""

    package: str
    path: str


_SERIF_JP: Final = Source("pylopdf-fonts-jp", "pylopdf_fonts_jp/NotoSerifJP-Regular.otf")
_SANS_JP: Final = Source("justmytype-intl-cjk", "justmytype_intl_cjk/fonts/ofl/notosansjp/NotoSansJP[wght].ttf")
_SERIF: Final = Source("fontpkg-source-serif-4", "fontpkg_source_serif_4/files/SourceSerif4[opsz,wght].ttf")
_SERIF_ITALIC: Final = Source(
    "fontpkg-source-serif-4", "fontpkg_source_serif_4/files/SourceSerif4-Italic[opsz,wght].ttf"
)
_SANS: Final = Source("fontpkg-source-sans-3", "fontpkg_source_sans_3/files/SourceSans3[wght].ttf")
_SANS_ITALIC: Final = Source("fontpkg-source-sans-3", "fontpkg_source_sans_3/files/SourceSans3-Italic[wght].ttf")
_CODE: Final = Source("fontpkg-source-code-pro", "fontpkg_source_code_pro/files/SourceCodePro[wght].ttf")
_CODE_ITALIC: Final = Source("fontpkg-source-code-pro", "fontpkg_source_code_pro/files/SourceCodePro-Italic[wght].ttf")

_MATH: Final = Source("ziamath", "ziamath/fonts/STIXTwoMath-Regular.ttf")
_MARKS: Final = Source("ziafont", "ziafont/fonts/DejaVuSans.ttf")


def _noto(name: str) -> Source:
    return Source("manimgx-fonts", f"manimgx_fonts/Noto{name}[wght].ttf")


def _east(script: str) -> Source:
    folder = f"justmytype_intl_cjk/fonts/ofl/notosans{script.lower()}"
    return Source("justmytype-intl-cjk", f"{folder}/NotoSans{script}[wght].ttf")


@dataclass(frozen=True, slots=True)
class Face:
    """One static TrueType file: what it is called, what it is made from, and how."""

    family: str
    source: Source | None
    """None: drawn by :mod:`convert.fonts.symbols`."""
    weight: int = 400
    italic: bool = False
    axes: tuple[tuple[str, float], ...] = ()
    """Where the axes of the variable source are pinned, other than ``wght`` at the weight."""
    scale: float = 1.0
    """How much larger than in its source it is set, so that its letters are as high as those beside it."""
    gaps_of: Source | None = None
    """Only the characters that this other source lacks."""
    within: Source | None = None
    """Only the characters that this other source has too: an italic face with more of them than the
    upright one of its family would be taken for those in upright text."""
    space: float | None = None
    """Width of the blank in em, where the source has one that is not for text."""

    @property
    def style(self) -> str:
        """``Regular``, ``Bold``, ``Italic`` or ``Bold Italic``."""
        words = (["Bold"] if self.weight >= 600 else []) + (["Italic"] if self.italic else [])
        return " ".join(words) or "Regular"

    @property
    def file(self) -> str:
        """Name of the file, which is also the PostScript name with an ending."""
        return f"{self.family.replace(' ', '')}-{self.style.replace(' ', '')}.ttf"


MINCHO: Final = "Kumihan Mincho"
GOTHIC: Final = "Kumihan Gothic"
MONO: Final = "Kumihan Mono"
EMOJI: Final = "Kumihan Emoji"
SYMBOLS: Final = "Kumihan Symbols"
LATIN_SERIF: Final = "Kumihan Latin Serif"
LATIN: Final = "Kumihan Latin"

# The Latin letters of Noto Serif JP and Noto Sans JP are those of Source Serif and Source Sans,
# enlarged to sit well beside kanji: the cap heights are 728 and 733 to 670 and 656.
_TO_MINCHO: Final = 728 / 670
_TO_GOTHIC: Final = 733 / 656
# A letter of code is half as wide as a kanji, so that columns hold in code with Japanese in it: 500 to 600.
_TO_HALF: Final = 500 / 600
# The weights at which the stems of Source Serif and Source Sans are as thick as those beside them.
_TEXT: Final = (("opsz", 20.0), ("wght", 375.0))
_BOLD: Final = (("wght", 655.0),)
_TEXT_BOLD: Final = (("opsz", 20.0), ("wght", 680.0))

#: Scripts that Noto Sans JP lacks; the names of the sources without ``NotoSans``.
_SCRIPTS: Final = (
    "Arabic",
    "Armenian",
    "Bengali",
    "Devanagari",
    "Ethiopic",
    "Georgian",
    "Gujarati",
    "Gurmukhi",
    "Hebrew",
    "Kannada",
    "Khmer",
    "Lao",
    "Malayalam",
    "Myanmar",
    "Oriya",
    "Sinhala",
    "Tamil",
    "Telugu",
    "Thai",
)

FACES: Final = (
    Face(MINCHO, _SERIF_JP),
    # Latin, Greek and Cyrillic only: Japanese in an italic passage is found upright in the face above.
    Face(MINCHO, _SERIF_ITALIC, italic=True, axes=_TEXT, scale=_TO_MINCHO, within=_SERIF_JP),
    Face(GOTHIC, _SANS_JP),
    Face(GOTHIC, _SANS_JP, weight=700),
    Face(GOTHIC, _SANS_ITALIC, italic=True, scale=_TO_GOTHIC, within=_SANS_JP),
    Face(GOTHIC, _SANS_ITALIC, weight=700, italic=True, axes=_BOLD, scale=_TO_GOTHIC, within=_SANS_JP),
    Face(MONO, _CODE, scale=_TO_HALF),
    Face(MONO, _CODE, weight=700, scale=_TO_HALF),
    Face(MONO, _CODE_ITALIC, italic=True, scale=_TO_HALF, within=_CODE),
    Face(EMOJI, _noto("Emoji"), space=0.25),
    Face(SYMBOLS, None),
    # From here on: what the faces above lack.
    Face(LATIN_SERIF, _SERIF, axes=_TEXT, scale=_TO_MINCHO),
    Face(LATIN_SERIF, _SERIF, weight=700, axes=_TEXT_BOLD, scale=_TO_MINCHO),
    Face(LATIN_SERIF, _SERIF_ITALIC, italic=True, axes=_TEXT, scale=_TO_MINCHO),
    Face(LATIN_SERIF, _SERIF_ITALIC, weight=700, italic=True, axes=_TEXT_BOLD, scale=_TO_MINCHO),
    Face(LATIN, _SANS, scale=_TO_GOTHIC),
    Face(LATIN, _SANS, weight=700, axes=_BOLD, scale=_TO_GOTHIC),
    Face(LATIN, _SANS_ITALIC, italic=True, scale=_TO_GOTHIC),
    Face(LATIN, _SANS_ITALIC, weight=700, italic=True, axes=_BOLD, scale=_TO_GOTHIC),
    Face("Kumihan Europe", _noto("Sans")),
    Face("Kumihan Europe", _noto("Sans"), weight=700),
    Face("Kumihan Signs", _noto("SansSymbols")),
    Face("Kumihan Math", _MATH, scale=_TO_MINCHO),
    Face("Kumihan Marks", _MARKS),
    Face("Kumihan Hangul", _east("KR"), gaps_of=_SANS_JP),
    Face("Kumihan Hans", _east("SC"), gaps_of=_SANS_JP),
    Face("Kumihan Hant", _east("TC"), gaps_of=_SANS_JP),
    *(Face(f"Kumihan {script}", _noto(f"Sans{script}")) for script in _SCRIPTS),
)


@dataclass(frozen=True, slots=True)
class East:
    """The faces of a language beside Japanese, made when a text is in it for the first time.

    Those of body text come with a package that is not always there: ``extra`` of Kumihan's brings it. Without it all
    text is in the other family, which is always there.
    """

    mincho: str
    gothic: str
    body: tuple[Face, ...]
    others: tuple[Face, ...]
    extra: str


def _east_of(script: str, package: str, extra: str) -> East:
    serif, sans = Source(package, f"{package.replace('-', '_')}/NotoSerif{script}-Regular.otf"), _east(script)
    mincho, gothic = f"{MINCHO} {script}", f"{GOTHIC} {script}"
    body = (
        Face(mincho, serif),
        Face(mincho, _SERIF_ITALIC, italic=True, axes=_TEXT, scale=_TO_MINCHO, within=serif),
    )
    others = (
        Face(gothic, sans),
        Face(gothic, sans, weight=700),
        Face(gothic, _SANS_ITALIC, italic=True, scale=_TO_GOTHIC, within=sans),
        Face(gothic, _SANS_ITALIC, weight=700, italic=True, axes=_BOLD, scale=_TO_GOTHIC, within=sans),
    )
    return East(mincho, gothic, body, others, extra)


#: Languages beside Japanese that have characters of its kind; the names are those of :func:`convert.languages.kind`.
EAST: Final = {
    "zh-Hans": _east_of("SC", "pylopdf-fonts-zh-cn", "zh"),
    "zh-Hant": _east_of("TC", "pylopdf-fonts-zh-tw", "zh"),
    "ko": _east_of("KR", "pylopdf-fonts-ko", "ko"),
}

#: Role in a style sheet -> the family that has it.
ROLES: Final = {"mincho": MINCHO, "gothic": GOTHIC, "mono": MONO, "emoji": EMOJI, "symbols": SYMBOLS}

#: Where a character is looked for that the family asked for lacks, best first. Emoji come after the
#: letters, since their face has digits too, and before the sign fonts whose pictures are of another kind.
FALLBACK: Final = tuple(
    dict.fromkeys(
        [
            *(GOTHIC, SYMBOLS, LATIN, LATIN_SERIF, "Kumihan Europe", "Kumihan Signs", EMOJI),
            *(face.family for face in FACES if face.family not in (MINCHO, MONO)),
            *(MINCHO, MONO),
        ]
    )
)
