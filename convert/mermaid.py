"""Mermaid's diagrams as SVG, in process and without a browser: the one door to the engine (mmdr, which carries merman).

The engine reads Mermaid as Mermaid 12 does, needs no clock and no network, and has bounds of its own for time
and depth. Its SVG is made fit for print here: colours that also show in black and white, Kumihan's fonts, a
size that goes with the text around it, nothing that reacts or runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from itertools import cycle
from typing import Any, Final
from unicodedata import category, east_asian_width

from lxml import etree

from convert import svg, yamlcore
from convert.fonts.recipes import GOTHIC

#: Mermaid's own limit, in characters (`maxTextSize`).
MAX_CHARACTERS: Final = 50_000
#: Mermaid's labels have 16 px; in print that is 9.6 pt, a little less than body text.
_SCALE: Final = 0.8
#: What a browser falls back to, which has none of Kumihan's fonts.
_FONTS: Final = f"{GOTHIC}, sans-serif"
#: Full-width letters that go into one line of a timeline's box; Mermaid breaks lines at blanks only.
_TIMELINE_LINE: Final = 11


class MermaidError(Exception):
    """The diagram cannot be drawn; the message says why, for people."""


def draw(source: str, language: str) -> bytes:
    """The diagram as harmless SVG, its size in CSS pixels.

    The root's ``title`` is the diagram's own (``accTitle``, ``title``), if it has one: see :func:`title`.

    Args:
        source: what stands in the fence.
        language: of the text around it (BCP 47); it chooses the forms of kanji.

    Raises:
        MermaidError: it is no Mermaid, or of a kind or size that cannot be drawn.
    """
    if len(source) > MAX_CHARACTERS:
        raise MermaidError(f"it has more than {MAX_CHARACTERS} characters")
    prepared, own_title = _prepare(_NO_XML.sub(" ", source.replace("\r\n", "\n")))
    try:
        drawing = svg.clean(_finish(_render(prepared), language, own_title), named=True)
    except svg.SvgError as error:
        raise MermaidError(str(error)) from error
    lost = _lost(prepared, drawing.data)
    if lost:
        raise MermaidError(f"a label would be lost ({lost})")
    return drawing.data


def title(drawing: bytes) -> str:
    """What a drawing of :func:`draw` calls itself; empty if it has no title."""
    root = etree.fromstring(drawing)
    return " ".join((root.findtext(f"{{{svg.NAMESPACE}}}title") or "").split())


# The source

_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n[ \t]*---[ \t]*(?:\n|\Z)", re.DOTALL)
#: Marks of HTML in labels. The engine shows none of them, and one without its partner costs it every label.
_TAG = re.compile(
    r"(?<!<)</?(?:a|abbr|b|big|button|center|code|del|div|em|figure|font|h[1-6]|hr|i|iframe|img|input|ins|kbd|label|li"
    r"|mark|ol|p|pre|q|rp|rt|ruby|s|samp|script|section|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|th"
    r"|tr|tt|u|ul|var|video|wbr)(?:\s[^<>\n]*)?/?>(?!>)",
    re.IGNORECASE,
)
#: Statements that only a screen needs; the engine misplaces the label of a node with a link.
_REACTIONS = re.compile(
    r"""^[ \t]*(?:click[ \t]+[\w,]+[ \t]+(?:"|href\b|call\b|\w+[ \t]*(?:["(]|$))"""
    r"""|(?:link|callback)[ \t]+\w+[ \t]+").*$""",
    re.MULTILINE,
)
_KIND = re.compile(r"\s*(?:%%[^\n]*\n\s*)*([A-Za-z][\w-]*)")
_REACTING = frozenset(("graph", "flowchart", "flowchart-elk", "classDiagram", "classDiagram-v2", "stateDiagram",
                       "stateDiagram-v2", "gantt"))  # fmt: skip
_TITLE = re.compile(r"^[ \t]*(?:title|accTitle[ \t]*:)[ \t]+(\S[^\n]*)$", re.MULTILINE)


def _prepare(source: str) -> tuple[str, str]:
    """The source as the engine reads it best, under settings for print that the author's own outrank; its title."""
    front: dict[str, Any] = {}
    found = _FRONT_MATTER.match(source)
    body = source[found.end() :] if found else source
    if found:
        try:
            front = dict(yamlcore.load_table(found[1]).values)
        except yamlcore.YamlError as error:
            raise MermaidError(f"its settings cannot be read: {error.message}") from error
    kind = _KIND.match(body)
    name = kind[1] if kind else ""
    own = front.get("config")
    front["config"] = _merged(_settings(source, name), own if isinstance(own, Mapping) else {})
    if name in _REACTING:
        body = _REACTIONS.sub("", body)
    if name == "timeline":
        body = _fold(body)
    body = _TAG.sub("", body).replace("$$", "#36;#36;")  # formulas are shown as typed
    called = str(front.get("title") or "")
    own_title = _TITLE.search(body) if not called else None
    called = own_title[1] if own_title else called
    return f"---\n{json.dumps(front, default=str)}\n---\n{body}", called.strip().strip('"')


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(below)
    for key, value in above.items():
        known = out.get(key)
        out[key] = _merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return out


_TINTS: Final = ("#dbe7f5", "#fde8d3", "#dff0de", "#f6dfe6", "#e9e2f3", "#fdf3cc", "#d9eff0", "#ece6df")
_DEEP: Final = ("#4e79a7", "#c86b2a", "#4f8f5b", "#b8567a", "#7a63a8", "#a88a1c", "#3d8c93", "#8a7763")
_INK: Final = "#111111"
_COLOURS: Final = {
    "background": "#ffffff", "primaryColor": "#eef2f7", "primaryBorderColor": "#5b6b80", "primaryTextColor": _INK,
    "secondaryColor": "#f7f1e3", "tertiaryColor": "#f8f9fa", "lineColor": "#333333", "textColor": _INK,
    "titleColor": _INK, "edgeLabelBackground": "#ffffff", "clusterBkg": "#fafafa", "clusterBorder": "#9aa5b1",
    "noteBkgColor": "#fdf6dc", "noteBorderColor": "#b9a253", "noteTextColor": _INK,
    "pieOpacity": "1", "pieTitleTextSize": "18px", "pieSectionTextSize": "14px", "pieLegendTextSize": "14px",
    "pieStrokeWidth": "1px", "pieOuterStrokeWidth": "1px",
    "taskTextColor": _INK, "taskTextDarkColor": _INK, "taskTextLightColor": _INK, "taskTextOutsideColor": _INK,
    "taskBkgColor": "#dbe7f5", "taskBorderColor": "#4e79a7", "activeTaskBkgColor": "#fdf3cc",
    "activeTaskBorderColor": "#a88a1c", "doneTaskBkgColor": "#e3e3e3", "doneTaskBorderColor": "#8a8a8a",
    "critBkgColor": "#f6dfe6", "critBorderColor": "#b03a52", "sectionBkgColor": "#f3f4f6",
    "sectionBkgColor2": "#f3f4f6", "altSectionBkgColor": "#ffffff", "gridColor": "#c4c9cf",
    "xyChart": {"plotColorPalette": ",".join(_DEEP)},
    **{f"{key}{n}": colour for n, tint, deep in zip(range(12), cycle(_TINTS), cycle(_DEEP), strict=False)
       for key, colour in (("cScale", tint), ("cScaleLabel", _INK), ("cScaleInv", deep), ("cScalePeer", deep))},
    **{f"pie{n}": tint for n, tint in zip(range(1, 13), cycle(_TINTS), strict=False)},
    **{f"{key}{n}": colour for n, (tint, deep) in enumerate(zip(_TINTS, _DEEP, strict=True))
       for key, colour in (("git", deep), ("gitInv", deep), ("gitBranchLabel", "#ffffff"), ("fillType", tint))},
}  # fmt: skip
_SETTINGS: Final = {
    "look": "classic",
    "fontFamily": GOTHIC,
    "htmlLabels": True,  # the engine then breaks lines itself, and centres them
    # narrower than Mermaid's, so that more of them go into a line of text at a legible size
    "flowchart": {
        "minNodeWidth": 30,
        "padding": 12,
        "nodeSpacing": 40,
        "rankSpacing": 40,
        "subGraphTitleMargin": {"top": 4, "bottom": 12},
    },
    "gantt": {"fontSize": 14, "sectionFontSize": 14, "barHeight": 24, "useWidth": 730},
    "sankey": {"linkColor": "source"},  # WeasyPrint cuts strokes with a gradient
}
#: An author who chooses a theme gets its colours.
_CHOOSES_THEME = re.compile(r"['\"]?\btheme['\"]?\s*:")


def _settings(source: str, kind: str) -> dict[str, Any]:
    settings: dict[str, Any] = {**_SETTINGS, "themeVariables": {"fontFamily": GOTHIC}}
    if not _CHOOSES_THEME.search(source):
        settings["theme"] = "base"
        settings["themeVariables"] |= _COLOURS
    if kind != "mindmap":
        settings["layout"] = "dagre"  # as in Obsidian, whose Mermaid is older
    return settings


_NOT_FIRST: Final = frozenset("、。，．・：；？！ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ）」』】〕〉》”’…‥〜")
_NOT_LAST: Final = frozenset("（「『【〔〈《“‘")


_LONG: Final = re.compile(rf"[^\s:<>\x00-\x7f]{{{_TIMELINE_LINE + 1},}}")


def _fold(body: str) -> str:
    """A timeline with breaks in Japanese that would run over its box."""
    head, *lines = body.split("\n")
    out = [head]
    for line in lines:
        if line.lstrip().startswith(("%%", "title", "section", "acc")):
            out.append(line)
            continue
        out.append(_LONG.sub(lambda run: _folded(run[0]), line))
    return "\n".join(out)


def _folded(text: str) -> str:
    lines = [""]
    for char in text:
        room = sum(1 if east_asian_width(c) in "WFA" else 0.5 for c in lines[-1])
        if room >= _TIMELINE_LINE and char not in _NOT_FIRST and lines[-1][-1] not in _NOT_LAST:
            lines.append("")
        lines[-1] += char
    return "<br>".join(lines)


# The engine


def _render(source: str) -> str:
    import mmdr  # noqa: PLC0415 - 27 MB of native code, for the few notes that have a diagram

    try:
        drawn: str = mmdr.render(source).svg()
    except ValueError as error:
        plain = source.replace('"htmlLabels": true', '"htmlLabels": false', 1)
        if "svg_fallback" in str(error) and plain != source:  # its bound for labels of a graph of some 200 edges
            return _render(plain)
        raise MermaidError(_reason(str(error))) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the engine's own faults come as no ordinary exception
            raise
        raise MermaidError("the engine failed on it") from error
    return drawn


def _reason(message: str) -> str:
    """The engine's message, without its own words for its bounds."""
    if "resource limit" in message:
        return "it is too large"
    first = " ".join(message.split())
    first = re.sub(r"^Diagram parse error \(([\w-]+)\): ", r"\1: ", first)
    first = re.sub(r"^No Mermaid diagram type detected$", "it begins with no kind of diagram that is known", first)
    return first if len(first) <= 160 else first[:159] + "…"


# Its SVG


_HREF: Final = "{http://www.w3.org/1999/xlink}href"


def _finish(drawn: str, language: str, called: str) -> bytes:
    """The engine's SVG for print: our fonts, a size in pixels, and nothing that WeasyPrint draws wrongly."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(drawn.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise MermaidError("the engine's drawing is damaged") from error
    for element in root.iter("*"):
        name = etree.QName(element).localname
        if name == "style":
            element.text = _css(element.text or "")
        if "style" in element.attrib:
            element.set("style", _css(element.get("style", "")))
        if name == "image" and not element.get("href", element.get(_HREF, "")).startswith("data:"):
            raise MermaidError("it shows a picture from elsewhere, which is not fetched")
        if "font-family" in element.attrib:
            element.set("font-family", _FONTS)
        if name in ("text", "tspan") and element.text:
            element.text = element.text.replace("\n", " ")
        if "opacity" in element.attrib:
            value = element.attrib.pop("opacity")
            element.set("fill-opacity", value)
            element.set("stroke-opacity", value)
    for today in list(root.iterfind(f".//{{{svg.NAMESPACE}}}g[@class='today']")):
        parent = today.getparent()
        if parent is not None:
            parent.remove(today)  # a line for the day of the build: paper knows none
    box = [float(n) for n in root.get("viewBox", "").split()]
    if len(box) != 4 or box[2] <= 0 or box[3] <= 0:
        raise MermaidError("there is nothing to draw")
    root.set("width", f"{box[2] * _SCALE:.2f}")
    root.set("height", f"{box[3] * _SCALE:.2f}")
    root.attrib.pop("style", "")
    root.set("lang", language)
    for element in root.findall(f"{{{svg.NAMESPACE}}}title"):
        called = element.text or called
        root.remove(element)
    if called:
        head = etree.Element(f"{{{svg.NAMESPACE}}}title")
        head.text = called
        root.insert(0, head)
    return etree.tostring(root)


_FONT_FAMILY = re.compile(r"""font-family\s*:(?:[^;}"']|"[^"]*"|'[^']*')*""")
#: WeasyPrint cuts text in a group that is see-through as a whole; the parts are made so one by one.
_OPACITY = re.compile(r"(?<![\w-])opacity\s*:\s*([^;}]+)")
_FILTER = re.compile(r"(?<![\w-])filter\s*:[^;}]*;?")


def _css(css: str) -> str:
    css = _FONT_FAMILY.sub(f"font-family:{_FONTS}", css)
    css = _OPACITY.sub(r"fill-opacity:\1;stroke-opacity:\1", css)
    return _FILTER.sub("", css)


_COMMENT = re.compile(r"^[ \t]*%%.*$", re.MULTILINE)
#: A commit's message, which Mermaid shows nowhere, is none.
_LABEL = re.compile(r'(\bmsg:[ \t]*)?"([^"\n]*)"')


def _lost(prepared: str, drawing: bytes) -> str:
    """Letters of labels (in quotes, beyond ASCII) that the drawing shows nowhere: the engine has dropped something."""
    shown = {char for text in etree.fromstring(drawing).itertext() for char in text}
    body = prepared.partition("\n---\n")[2]
    labels = (unescape(label) for message, label in _LABEL.findall(_COMMENT.sub("", body)) if not message)
    lost = {char for label in labels for char in label if not char.isascii() and category(char)[0] == "L"}
    return "".join(sorted(lost - shown)[:10])
