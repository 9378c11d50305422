"""What changes in a vault, as far as a build can depend on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from convert.build import UsageError

#: Of what is hidden, what a build reads.
_READ = (".obsidian/app.json", ".obsidian/appearance.json", ".obsidian/snippets/", ".kumihan/")
_IGNORE_FILE = ".export-ignore"
#: Milliseconds: what comes within so many of the last change belongs to it; the longest to wait; the pulse of the loop.
_STEP, _LONGEST, _PULSE = 100, 2_000, 500


def concerns(path: Path, root: Path, outputs: Sequence[Path] = ()) -> bool:
    """Whether a build of the vault at ``root`` may read the file; ``outputs`` are folders that builds write to."""
    if not path.is_relative_to(root):
        return True  # settings that were named
    if any(path.is_relative_to(folder) for folder in outputs if folder != root):
        return False
    place = path.relative_to(root).as_posix()
    if place.startswith(_READ) or path.name == _IGNORE_FILE:
        return True
    return not any(part.startswith(".") for part in place.split("/"))


def changes(root: Path, others: Sequence[Path] = (), outputs: Sequence[Path] = ()) -> Iterator[bool]:
    """Watch a vault and some files beside it; whether something has changed, a few times in a second.

    Changes since the first answer, which comes at once, are counted.

    Raises:
        UsageError: the system cannot watch so much, or not at all.
    """
    import watchfiles  # noqa: PLC0415  (needed by nobody else)

    def concerned(change: watchfiles.Change, path: str) -> bool:
        return concerns(Path(path), root, outputs)

    try:
        found = watchfiles.watch(
            root,
            *others,
            watch_filter=concerned,
            debounce=_LONGEST,
            step=_STEP,
            rust_timeout=_PULSE,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        )
        for change in found:
            yield bool(change)
    except OSError as error:
        raise UsageError(f"{root} cannot be watched: {error.strerror or error}") from error
