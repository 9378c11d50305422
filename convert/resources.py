"""Where Kumihan's own data (``styles/``, ``templates/``) is: in a checkout, an editable install or a wheel alike."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any


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


def read_yaml(file: Path) -> Any:
    """What a YAML file of Kumihan's own says; by libyaml where PyYAML has it, which takes an eighth of the time."""
    import yaml  # noqa: PLC0415

    return yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (safe)
