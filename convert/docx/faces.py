"""Which fonts a Word file names. None is embedded: the reader's own Word has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from convert.docx.grid import Grid
from convert.docx.wml import POINT
from convert.settings import Settings


@dataclass(frozen=True, slots=True)
class Faces:
    """Font families by role: for Latin text, and (``asian_…``) for the script of East Asia."""

    serif: str
    sans: str
    mono: str
    asian_serif: str
    asian_sans: str
    asian_mono: str


_LATIN: Final = ("Times New Roman", "Arial", "Consolas")
#: Fonts that come with Office, by language; the first subtags decide.
_ASIAN: Final = {
    "ja": ("游明朝", "游ゴシック", "ＭＳ ゴシック"),
    "zh-tw": ("PMingLiU", "Microsoft JhengHei", "MingLiU"),
    "zh-hk": ("PMingLiU", "Microsoft JhengHei", "MingLiU"),
    "zh-hant": ("PMingLiU", "Microsoft JhengHei", "MingLiU"),
    "zh": ("SimSun", "Microsoft YaHei", "SimSun"),
    "ko": ("Batang", "Malgun Gothic", "GulimChe"),
}
#: Tags with the region that Word wants, for languages that come without.
_REGIONS: Final = {"ja": "ja-JP", "en": "en-US", "zh": "zh-CN", "zh-hant": "zh-TW", "zh-hans": "zh-CN", "ko": "ko-KR"}

#: 游明朝's line is 1.6726 times its size: on a tighter grid Word gives each line two lines' room.
_YU_MINCHO_LINE: Final = 1.6726
_YU_MINCHO_SLACK: Final = 0.03  # points


def faces(settings: Settings, language: str, grid: Grid) -> Faces:
    """The fonts for a language (BCP 47; Japanese for all but Chinese and Korean) on a grid, unless the settings say."""
    serif, sans, mono = next((_ASIAN[tag] for tag in _tags(language) if tag in _ASIAN), _ASIAN["ja"])
    if serif == "游明朝" and grid.pitch / POINT < grid.size * _YU_MINCHO_LINE + _YU_MINCHO_SLACK:
        serif = "ＭＳ 明朝"
    latin, latin_sans, latin_mono = _LATIN
    return Faces(
        settings.docx_latin or latin,
        settings.docx_latin_sans or latin_sans,
        latin_mono,
        settings.docx_mincho or serif,
        settings.docx_gothic or sans,
        mono,
    )


def languages(language: str) -> tuple[str, str]:
    """What Word's two slots say: the language of Latin text and that of East Asian text.

    A Japanese text's Latin words are proofread as English; in an English text kanji are Japanese.
    """
    full = next((_REGIONS[tag] for tag in _tags(language) if tag in _REGIONS and tag == language.lower()), language)
    return ("en-US", full) if is_asian(language) else (full, "ja-JP")


def is_asian(language: str) -> bool:
    """Whether a text in this language is set by the rules of East Asia."""
    return any(tag in _ASIAN for tag in _tags(language))


def _tags(language: str) -> list[str]:
    """``zh-Hant-TW`` → ``zh-hant-tw``, ``zh-hant``, ``zh``."""
    parts = language.lower().split("-")
    return ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
