"""What is in the file is written once, though its identifier needs the bytes too, and compressed at the usual level."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from convert.pdf.shortcuts.places import Replacement

#: of zlib: 9 takes twice as long for a hundredth less
_LEVEL = 6


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    import pydyf  # noqa: PLC0415

    own_write, own_data, own_table = pydyf.PDF.write, pydyf.Stream.data, pydyf.Dictionary.data
    kept: dict[int, bytes | None] = {}

    class Zlib:
        """What pydyf uses of zlib."""

        @staticmethod
        def compressobj(level: int) -> Any:
            return zlib.compressobj(min(level, _LEVEL))

    def remembered(own: Any) -> property:
        def written(self: Any) -> bytes:
            found = kept.get(id(self))
            if found is None:
                found = own.fget(self)
                if id(self) in kept:
                    kept[id(self)] = found
            data: bytes = found
            return data

        return property(written)

    def write(self: Any, *arguments: Any, **options: Any) -> None:
        # Of these alone: what lives only while it is written might leave its number to another.
        kept.update(dict.fromkeys(map(id, self.objects)))
        try:
            own_write(self, *arguments, **options)
        finally:
            kept.clear()

    yield pydyf, "zlib", Zlib
    yield pydyf.PDF, "write", write
    yield pydyf.Stream, "data", remembered(own_data)
    yield pydyf.Dictionary, "data", remembered(own_table)
