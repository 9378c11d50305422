"""What each type of callout is called and looks like: the table in ``styles/callouts.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from convert import languages, resources

#: the type that Obsidian gives the look of to every type it does not know
FALLBACK = "note"

_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class CalloutType:
    """One type's look. ``name`` is the type that gives the look (``tip`` for ``hint``).

    ``titles`` maps languages (``en``, ``ja``) to the word for the type as it was written,
    ``icon`` is a file's name in ``styles/icons/``, ``colour`` is ``#rrggbb``; ``drawing`` is the source
    of an icon of a vault's own, in ``icon``'s place.
    """

    name: str
    titles: Mapping[str, str]
    icon: str
    colour: str
    drawing: str = ""

    @property
    def key(self) -> str:
        """The name as classes and Word's styles can hold it; two names never share one."""
        return re.sub(r"[^\w-]", lambda sign: f"\u00b7{ord(sign[0]):06x}", self.name)

    @property
    def tint(self) -> str:
        """The box's ground: a tenth of the colour on white, as in Obsidian's light theme."""
        return _hex(_mix(_rgb(self.colour), _WHITE, 0.1))

    @property
    def ink(self) -> str:
        """The colour for the title's words: darkened until it reads on :attr:`tint` (contrast 4.5 : 1, WCAG AA)."""
        colour, ground = _rgb(self.colour), _luminance(_rgb(self.tint))
        for step in range(20):
            shade = _mix(colour, _BLACK, 1 - step / 20)
            if (ground + 0.05) / (_luminance(shade) + 0.05) >= 4.5:
                return _hex(shade)
        return _hex(_BLACK)

    def title(self, language: str) -> str:
        """The word for the type in a language (BCP 47), English where the table has none."""
        return self.titles.get(languages.table_key(language)) or self.titles["en"]

    def svg(self) -> str:
        """The icon's source."""
        return self.drawing or _svg(self.icon)


class CalloutTable:
    """All types by name and alias; upper and lower case are equal, as in Obsidian."""

    def __init__(
        self, types: Mapping[str, CalloutType], main: tuple[str, ...], drawings: Mapping[str, str] | None = None
    ) -> None:
        """``types`` holds aliases too; ``main`` names those that are not aliases, in the order of the table.

        ``drawings`` maps Lucide's names of icons to files in ``styles/icons/``.
        """
        self._types = types
        self._main = main
        self._drawings = drawings or {}

    def __iter__(self) -> Iterator[CalloutType]:
        return iter([self._types[name] for name in self._main])

    def knows(self, type: str) -> bool:
        """Whether the type (or alias) is in the table."""
        return type.strip().lower() in self._types

    def lookup(self, type: str) -> CalloutType:
        """The type's look; that of ``note`` for one that is not in the table."""
        return self._types.get(type.strip().lower()) or self._types[FALLBACK]

    def drawing(self, name: str) -> str:
        """Our drawing for an icon by Lucide's name (``lucide-flame`` or ``flame``); ``KeyError`` if there is none."""
        return self._drawings[name.strip().lower().removeprefix("lucide-")]

    def with_types(self, own: Mapping[str, CalloutType]) -> CalloutTable:
        """This table with a document's own types, which stand last and hide those of the same name."""
        if not own:
            return self
        # an alias keeps its look where the type that gave it has another now
        left = {n: replace(t, name=n) for n, t in self._types.items() if t.name in own and n not in own}
        main = (*(name for name in self._main if name not in own), *left, *own)
        return CalloutTable({**self._types, **left, **own}, main, self._drawings)

    def names(self) -> tuple[str, ...]:
        """All names, aliases included, sorted."""
        return tuple(sorted(self._types))

    def aliases(self, name: str) -> tuple[str, ...]:
        """The other names of a type, sorted."""
        return tuple(sorted(n for n, t in self._types.items() if t.name == name and n != name))


@cache
def table() -> CalloutTable:
    """The table that comes with Kumihan."""
    return read(resources.styles("callouts.yaml"))


def read(file: Path) -> CalloutTable:
    """A table from a file of ours: a fault in it is a bug and raises."""
    types: dict[str, CalloutType] = {}
    main = []
    drawings: dict[str, str] = {}
    for name, entry in resources.read_yaml(file).items():
        main.append(name)
        drawings |= dict.fromkeys(entry.get("lucide", ()), entry["icon"])
        for alias, titles in {name: entry["titles"], **entry.get("aliases", {})}.items():
            if alias in types:
                raise ValueError(f"callout type {alias} is defined twice")
            others = {key: languages.words(key).get("callouts", {}).get(alias, "") for key in languages.tags()}
            all_titles = MappingProxyType({**others, **titles})
            types[alias] = CalloutType(name, all_titles, entry["icon"], entry["colour"])
    return CalloutTable(MappingProxyType(types), tuple(main), MappingProxyType(drawings))


@cache
def _svg(icon: str) -> str:
    return resources.styles("icons", icon).read_text("utf-8")


_Rgb = tuple[int, int, int]


def _rgb(colour: str) -> _Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(rgb: _Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _mix(a: _Rgb, b: _Rgb, share: float) -> _Rgb:
    """``share`` of ``a``, the rest of ``b``."""
    red, green, blue = (round(x * share + y * (1 - share)) for x, y in zip(a, b, strict=True))
    return red, green, blue


def _luminance(rgb: _Rgb) -> float:
    """Relative luminance, 0..1 (WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (x / 255 for x in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
