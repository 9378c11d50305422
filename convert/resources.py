"""Where Kumihan's own data (``styles/``, ``templates/``) is: in a checkout, an editable install or a wheel alike."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def data_root() -> Path:
    """The folder that holds ``styles`` and ``templates``.

    A wheel carries them as ``convert/_data`` (hatchling ``force-include``); in a checkout and in
    an editable install they are beside the package.
    """
    package = Path(__file__).resolve().parent
    packed = package / "_data"
    return packed if packed.is_dir() else package.parent


def styles(*parts: str) -> Path:
    """A path below ``styles/``."""
    return data_root().joinpath("styles", *parts)


def templates(*parts: str) -> Path:
    """A path below ``templates/``."""
    return data_root().joinpath("templates", *parts)
