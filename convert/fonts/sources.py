"""Where the font files of the installed packages are; nothing of the packages is imported."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from convert.fonts.recipes import Source


class FontsUnavailable(Exception):
    """The faces cannot be made on this machine; the message says what a person can do."""


def locate(source: Source) -> tuple[Path, str]:
    """The file and the version of the package that has it.

    Raises:
        FontsUnavailable: the package is not installed, or lacks the file.
    """
    try:
        package = distribution(source.package)
    except PackageNotFoundError:
        raise FontsUnavailable(
            f"the Python package {source.package}, which has fonts for Kumihan, is not installed; "
            f"install kumihan anew, or: python -m pip install {source.package}"
        ) from None
    file = Path(str(package.locate_file(source.path)))
    if not file.is_file():
        raise FontsUnavailable(f"{source.package} {package.version} has no file {source.path}")
    return file, package.version
