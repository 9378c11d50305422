"""What a PDF file has beside its pages: what it says of itself (XMP), labels of pages, the note it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from convert.pdf import front

#: settings' ``pdf.standard`` -> what WeasyPrint calls it; tags alone are no standard
VARIANTS = {"tagged": None, "ua-1": "pdf/ua-1", "a-3a": "pdf/a-3a"}

_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
}
_BEGIN = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    + " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _NAMESPACES.items())
    + '><rdf:Description rdf:about="">'
).encode()
#: a reader of XML takes it for an end of line, unless it is named
_ENTITIES = {"\r": "&#13;"}
_END = b'</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'

#: of an attached note whose properties have no date; the clock's would make each file another
_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a file is to be beside its pages.

    ``standard`` is a key of :data:`VARIANTS`; ``names`` call links by where they lead; ``source`` is the note to
    attach and ``source_name`` its file's name; ``mono`` takes all colour away.
    """

    standard: str = "tagged"
    names: Mapping[str, str] = field(default_factory=dict)
    source: bytes | None = None
    source_name: str = ""
    mono: bool = False


def attachments(wishes: Wishes, metadata: Any) -> list[Any] | None:
    """The note, for WeasyPrint to attach; None if it is not wished for."""
    if wishes.source is None:
        return None
    from weasyprint import Attachment  # noqa: PLC0415

    try:
        date = datetime.fromisoformat(metadata.created or "").astimezone(UTC)
    except ValueError:
        date = _NO_DATE
    return [
        Attachment(
            string=wishes.source, name=wishes.source_name, description=wishes.source_name, created=date, modified=date,
            relationship="Source",
        )
    ]  # fmt: skip


def finish(pdf: Any, document: Any, wishes: Wishes) -> None:
    """Write into the file what it says of itself, and how its pages are called."""
    import pydyf  # noqa: PLC0415 (WeasyPrint's)

    stream = pydyf.Stream([xmp(document.metadata, wishes.standard)], {"Type": "/Metadata", "Subtype": "/XML"})
    pdf.add_object(stream)
    pdf.catalog["Metadata"] = stream.reference
    labels = pydyf.Array()
    for first, style, number in page_labels(front.count(page._page_box.page_type.name for page in document.pages)):
        entry = {"S": f"/{style}"} if number == 1 else {"S": f"/{style}", "St": number}
        labels.extend((first, pydyf.Dictionary(entry)))
    pdf.catalog["PageLabels"] = pydyf.Dictionary({"Nums": labels})


def xmp(metadata: Any, standard: str = "tagged") -> bytes:
    """An XMP packet with what WeasyPrint has read from the page's head: title, authors, language, dates ..."""
    claims = {
        "pdfuaid:part": "1" if standard == "ua-1" else "",
        "pdfaid:part": "3" if standard == "a-3a" else "",
        "pdfaid:conformance": "A" if standard == "a-3a" else "",
    }
    parts = [
        *(_element(name, value) for name, value in claims.items() if value),
        _container("dc:title", "Alt", [metadata.title or ""]),
        _container("dc:creator", "Seq", metadata.authors),
        _container("dc:description", "Alt", [metadata.description] if metadata.description else []),
        _container("dc:subject", "Bag", metadata.keywords),
        _container("dc:language", "Bag", [metadata.lang] if metadata.lang else []),
    ]
    plain = {
        "pdf:Keywords": ", ".join(metadata.keywords),
        "pdf:Producer": _producer(),
        "xmp:CreatorTool": metadata.generator,
        "xmp:CreateDate": metadata.created,
        "xmp:ModifyDate": metadata.modified,
    }
    parts += (_element(name, value) for name, value in plain.items() if value)
    return _BEGIN + "".join(parts).encode() + _END


def _producer() -> str:
    import weasyprint  # noqa: PLC0415

    return f"WeasyPrint {weasyprint.__version__}"


def _element(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text, _ENTITIES)}</{name}>"


def _container(name: str, kind: str, values: Sequence[str]) -> str:
    if not values:
        return ""
    attributes = ' xml:lang="x-default"' if kind == "Alt" else ""
    items = "".join([_element("rdf:li", value, attributes) for value in values])
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"


def page_labels(front: int) -> list[tuple[int, str, int]]:
    """How viewers number the pages: (index of the first, ``D`` or ``r``, its number).

    The first ``front`` pages have roman numbers of their own; what follows begins at 1.
    """
    return [(0, "r", 1), (front, "D", 1)] if front else [(0, "D", 1)]
