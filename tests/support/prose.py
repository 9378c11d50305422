"""A page of HTML as prose that can be reviewed; markup that tells a reader nothing leaves no trace in it.

Headings ``##``, items ``-`` ``1.``, quotes ``>``, callouts ``> [!type] title``, tables by ``|``, code in fences, links
``[text](target)`` (notes outside the page ``[text](-)``), marks of notes ``[^1]``, pictures ``![alt](kind W×H)``,
placeholders ``[kind: …]``, what HTML alone can say ``<kbd>…</kbd>``.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from lxml import etree

_WRAPPED = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "mark": "==", "code": "`"}
_KEPT = {"u", "kbd", "sub", "sup", "small", "q", "dfn"}
_BLOCKS = {"p", "div", "section", "article", "header", "footer", "main", "figure", "figcaption", "center", "details"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def prose(element: etree._Element) -> str:
    """The element's content."""
    return "\n".join(_blocks(element)).strip("\n") + "\n"


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _classes(element: etree._Element) -> list[str]:
    return (element.get("class") or "").split()


def _blocks(element: etree._Element) -> list[str]:
    """Lines of an element that may hold blocks; runs of inlines between blocks are paragraphs."""
    out: list[str] = []
    line = _words(element.text)
    for child in element:
        if _is_block(child):
            out += _paragraph(line)
            out += _block(child)
            line = ""
        else:
            line += _inline(child)
        line += _words(child.tail)
    return out + _paragraph(line)


def _paragraph(line: str) -> list[str]:
    lines = [part.strip(" ") for part in line.split("\n")]
    return [part for part in lines if part]


def _is_block(element: etree._Element) -> bool:
    name = _name(element)
    return (
        name in _BLOCKS
        or name in _HEADINGS
        or name in {"ul", "ol", "li", "table", "pre", "blockquote", "hr", "summary"}
    )


def _block(element: etree._Element) -> list[str]:
    name, classes = _name(element), _classes(element)
    if name in _HEADINGS:
        return ["", "#" * _HEADINGS[name] + " " + " ".join(_blocks(element))]
    if "callout" in classes:
        return _callout(element)
    if "placeholder" in classes:
        return [f"[{element.get('data-kind')}: {' / '.join(_blocks(element))}]"]
    if "internal-embed" in classes:
        return ["«", *_blocks(element), "»"]
    if name in {"ul", "ol"}:
        return _list(element)
    if name == "table":
        rows = ["| " + " | ".join(_cell(cell) for cell in row.iter("th", "td")) + " |" for row in element.iter("tr")]
        caption = element.find("caption")
        return ["", *([] if caption is None else _blocks(caption)), *rows]
    if name == "pre":
        of_the_page = {"sourceCode", "short", "numbered", "line"}
        language = next((c for e in element.iter() for c in _classes(e) if c not in of_the_page), "")
        return [f"```{language}", *"".join(element.itertext()).rstrip("\n").split("\n"), "```"]
    if name == "blockquote":
        return _prefixed(_blocks(element), "> ", "> ")
    if name == "hr":
        return ["----"]
    if name in {"details", "summary"}:
        return [f"<{name}>", *_blocks(element), f"</{name}>"]
    return _blocks(element)


def _callout(element: etree._Element) -> list[str]:
    title = next((e for e in element.iter() if "callout-title-inner" in _classes(e)), None)
    content = next((e for e in element if "callout-content" in _classes(e)), None)
    metadata = element.get("data-callout-metadata")
    kind = (element.get("data-callout") or "") + (f"|{metadata}" if metadata else "")
    head = f"[!{kind}]{element.get('data-callout-fold') or ''} " + (
        " ".join(_blocks(title)) if title is not None else ""
    )
    return ["", *_prefixed([head, *(_blocks(content) if content is not None else [])], "> ", "> ")]


def _list(element: etree._Element) -> list[str]:
    out = []
    number = int(element.get("start") or 1)
    for item in element:
        if _name(item) != "li":
            continue
        number = int(item.get("value") or number)
        label = f"{number}. " if _name(element) == "ol" else "- "
        if item.get("data-task") is not None:
            label += f"[{item.get('data-task')}] "
        out += _prefixed(_blocks(item) or [""], label, "    ")
        number += 1
    return out


def _cell(cell: etree._Element) -> str:
    sides = {"left": ":", "center": ":", "right": ""}, {"left": "", "center": ":", "right": ":"}
    side = next((s for s in sides[0] if s in (cell.get("style") or "")), "")
    return sides[0].get(side, "") + " / ".join(_blocks(cell)) + sides[1].get(side, "")


def _prefixed(lines: list[str], first: str, rest: str) -> list[str]:
    while lines and not lines[0]:
        lines = lines[1:]
    return [((first if not at else rest) + line).rstrip(" ") for at, line in enumerate(lines)]


def _words(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")


def _inline(element: etree._Element) -> str:
    name, classes = _name(element), _classes(element)
    inner = _words(element.text) + "".join(_inline(child) + _words(child.tail) for child in element) if name else ""
    match name:
        case "" | "svg" | "script" | "style":
            return ""
        case "br":
            return "\n"
        case "img":
            size = "×".join(element.get(side) or "-" for side in ("width", "height"))
            kind = re.sub(r"^data:image/([\w.+-]+).*", r"\1", element.get("src") or "", flags=re.S)
            return f"![{element.get('alt') or ''}]({kind} {size})"
        case "math":
            tex = element.find(".//{*}annotation")
            sign = "$$" if element.get("display") == "block" else "$"
            return sign + (tex.text or "" if tex is not None else "".join(element.itertext())) + sign
        case "rt":
            return f"《{inner}》"
        case "a" if "footnote-back" in classes:
            return ""
    if "fnref" in classes:
        return "[^" + re.sub(r"\D", "", "".join(element.itertext())) + "]"
    if "placeholder" in classes:
        return f"[{element.get('data-kind')}: {inner}]"
    if name == "a":
        address = element.get("href") or ""
        return f"[{inner}]({address if '://' in address else unquote(address)})"
    if "internal-link" in classes:
        return f"[{inner}]({'?' if 'is-unresolved' in classes else '-'})"
    if "callout-icon" in classes:
        return ""
    if name == "li":
        return inner
    mark = _WRAPPED.get(name, "")
    if name in _KEPT:
        return f"<{name}>{inner}</{name}>"
    seen = [c for c in classes if c in {"tag", "mark", "kbd", "small"}]
    return f"<{seen[0]}>{inner}</{seen[0]}>" if seen and not mark else f"{mark}{inner}{mark}"
