"""The structure of a tagged PDF read back: its elements as text, with what each shows; and two judges of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import page as page_validation
import pikepdf

from tests.support.pdf import Pdf, _glyphs

_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060"))


def shown(pdf: Pdf, *keys: str) -> str:
    """The tree as ``Document[H1[題] P[甲 Reference[Link[1]]]]``, with some entries of each: ``Figure(Alt=絵)``."""
    texts = marked(pdf)
    return _shown(pdf._pike.Root.StructTreeRoot.K, None, texts, keys)


def _shown(node: Any, page: Any, texts: dict[Any, str], keys: tuple[str, ...]) -> str:
    if isinstance(node, int):
        return texts.get((page, node), "?")
    if node.get("/Type") == "/MCR":
        return texts.get((node.Pg.objgen, int(node.MCID)), "?")
    if node.get("/Type") == "/OBJR":
        return ""
    page = node.Pg.objgen if "/Pg" in node else page
    kids = node.get("/K", [])
    parts = [
        (_shown(kid, page, texts, keys), isinstance(kid, int) or kid.get("/Type") == "/MCR") for kid in _list(kids)
    ]
    entries = ",".join(f"{key}={_value(node[f'/{key}'])}" for key in keys if f"/{key}" in node)
    inside = "".join(text if plain else f" {text} " for text, plain in parts)
    return f"{str(node.S)[1:]}{f'({entries})' if entries else ''}[{' '.join(inside.split(' ')).strip()}]".replace(
        "  ", " "
    )


def _value(value: Any) -> str:
    if isinstance(value, pikepdf.Dictionary):
        return ";".join(f"{key[1:]}:{item}" for key, item in value.items() if key != "/O")
    return str(value)


def _list(kids: Any) -> list[Any]:
    return list(kids) if isinstance(kids, (pikepdf.Array, list)) else [kids]


def marked(pdf: Pdf) -> dict[Any, str]:
    """What the marked content of each page shows, by page and number; artifacts under the page and their kind."""
    found: dict[Any, str] = {}
    for page in pdf._pike.pages:
        for key, text in _pieces(page.obj):
            found[page.obj.objgen, key] = found.get((page.obj.objgen, key), "") + text.translate(_UNSEEN)
    return found


def _pieces(owner: Any) -> Iterator[tuple[Any, str]]:
    fonts = owner.Resources.get("/Font", {})
    tables: dict[Any, Any] = {}
    font: Any = None
    keys: list[Any] = [None]
    for operands, operator in pikepdf.parse_content_stream(owner):
        match str(operator):
            case "Tf":
                font = fonts.get(str(operands[0]))
            case "BMC":
                keys.append(str(operands[0]))
            case "BDC":
                properties = operands[1]
                keys.append(int(properties.MCID) if "/MCID" in properties else str(properties.get("/Type", "")))
                yield keys[-1], ""
            case "EMC":
                keys.pop()
            case "Tj" | "TJ" as shows:
                for piece in operands[0] if shows == "TJ" else [operands[0]]:
                    if isinstance(piece, pikepdf.String):
                        yield keys[-1], "".join(glyph.text for glyph in _glyphs(bytes(piece), font, tables))


def faults(pdf: Pdf, profile: str = "ua1") -> list[str]:
    """The rules of a standard (``ua1``, ``3a``) that the file breaks, as an independent validator sees it."""
    report = page_validation.validate_pdf_bytes(pdf.data, profile=page_validation.ValidationProfile(profile))
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]
