"""A file is written in one pass over its objects, each by its type; what it says of itself is looked for by name."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import md5
from math import ceil, log
from types import SimpleNamespace
from typing import Any

from convert.pdf.shortcuts.places import ByName, Replacement

#: of libdeflate: as small as zlib's 9 in a quarter of the time
_LEVEL = 6


def number(value: float) -> bytes:
    """A number as pydyf writes it."""
    return b"%d" % value if value.is_integer() else (b"%f" % value).rstrip(b"0")


def replacements() -> Iterator[Replacement]:
    """What takes the place of WeasyPrint's own; see :mod:`convert.pdf.shortcuts`."""
    import deflate  # noqa: PLC0415
    import pydyf  # noqa: PLC0415

    own_write, own_bytes = pydyf.PDF.write, pydyf._to_bytes
    Array: Any = pydyf.Array
    Dictionary: Any = pydyf.Dictionary
    Stream: Any = pydyf.Stream

    def written(item: Any) -> bytes:
        kind = type(item)
        if kind is bytes:
            return item  # type: ignore[no-any-return]
        if kind is float:
            return number(item)
        if kind is str:
            return item.encode("ascii")  # type: ignore[no-any-return]
        if kind is int:
            return b"%d" % item
        if kind is Array:
            return b"[%b]" % b" ".join(map(written, item))
        if kind is Dictionary:
            return entries(item)
        return own_bytes(item)  # type: ignore[no-any-return]

    def entries(table: Any) -> bytes:
        return b"<<%b>>" % b"".join([b"/%b %b" % (written(key), written(value)) for key, value in table.items()])

    def stream_written(stream: Any) -> bytes:
        try:
            content = b"\n".join(stream.stream)
        except TypeError:  # not all are bytes yet
            content = b"\n".join(map(written, stream.stream))
        extra = dict(stream.extra)
        if stream.compress:
            extra["Filter"] = "/FlateDecode"
            content = bytes(deflate.zlib_compress(content, _LEVEL))
        extra["Length"] = len(content)
        return b"%b\nstream\n%b\nendstream" % (entries(extra), content)

    def write(self: Any, output: Any, version: Any = b"1.7", identifier: Any = False, compress: bool = False) -> None:
        version = written(version or b"1.7")
        if not compress or version < b"1.5":
            own_write(self, output, version, identifier, compress)
            return
        if self.info:
            self.add_object(self.info)
        objects = self.objects
        parts = [b"%%PDF-%b\n%%\xf0\x9f\x96\xa4\n" % version]
        position = len(parts[0])
        numbers: list[str] = []  # and places, of those that an object stream holds
        held: list[bytes] = []
        held_length = 0
        places: list[tuple[int, int, int]] = []

        def add(item: Any, content: bytes) -> None:
            nonlocal position
            item.offset = position
            part = b"%d %d obj\n%b\nendobj\n" % (item.number, item.generation, content)
            parts.append(part)
            places.append((1, position, item.generation))
            position += len(part)

        holder = len(objects)
        for item in objects:
            if item.free == "f":
                places.append((0, item.offset, item.generation))
                continue
            content = stream_written(item) if isinstance(item, Stream) else written(item)
            if item.compressible:
                places.append((2, holder, len(held)))
                numbers.append(f"{item.number} {held_length}")
                held.append(content)
                held_length += len(content) + 1
            else:
                add(item, content)

        index = " ".join(numbers)
        stream = Stream([index, *held], {"Type": "/ObjStm", "N": len(held), "First": len(index) + 1}, compress)
        self.add_object(stream)
        add(stream, stream_written(stream))

        places.append((1, position, 0))
        sizes = (
            1,
            ceil(log(position + 1, 256)),
            ceil(log(max(len(held), *(generation for _, _, generation in places)) + 1, 256)),
        )
        table = b"".join(
            [
                b"%c%b%b" % (kind, place.to_bytes(sizes[1], "big"), last.to_bytes(sizes[2], "big"))
                for kind, place, last in places
            ]
        )
        extra = {
            "Type": "/XRef", "Index": Array((0, len(places))), "W": Array(sizes), "Size": len(places),
            "Root": self.catalog.reference,
        }  # fmt: skip
        if self.info:
            extra["Info"] = self.info.reference
        if identifier:
            digest = md5(b"".join(parts), usedforsecurity=False).hexdigest()  # of all that has been written so far
            first = digest if identifier is True else written(identifier)
            extra["ID"] = Array((pydyf.String(first).data, pydyf.String(digest).data))
        stream = Stream([table], extra, compress)
        self.add_object(stream)
        self.xref_position = position
        add(stream, stream_written(stream))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % self.xref_position)
        output.write(b"".join(parts))
        self.current_position = position + len(parts[-1])

    def begin_marked_content(self: Any, tag: str, property_list: Any = None) -> None:
        if property_list is None:
            self.stream.append(f"/{tag}\nBMC".encode())
        else:
            self.stream.append(b"/%b\n%b\nBDC" % (tag.encode(), written(property_list)))

    yield pydyf, "_to_bytes", written
    yield Stream, "begin_marked_content", begin_marked_content
    yield pydyf.PDF, "write", write
    yield from _metadata()


def _metadata() -> Iterator[Replacement]:
    from weasyprint import document  # noqa: PLC0415

    own = document.get_html_metadata

    def get_html_metadata(html: Any) -> Any:
        root = html.etree_element
        found = ByName(root)
        return own(
            SimpleNamespace(
                etree_element=root, wrapper_element=found, base_url=html.base_url, url_fetcher=html.url_fetcher
            )
        )

    yield document, "get_html_metadata", get_html_metadata
