"""Every style of a Word file, written out: ``word/styles.xml``.

Sizes are in points, lengths in twips. What a role is called in Word is in ``styles/word.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from convert.callouts import CalloutType
from convert.docx.faces import Faces
from convert.docx.grid import Grid
from convert.docx.profiles import Profile
from convert.docx.roles import CALLOUT_LIST_LEVELS, HEADING_LEVELS, LIST_LEVELS, name, style_id
from convert.docx.sizes import TABLE_ROLES, Sizes
from convert.docx.wml import DECLARATION, NAMESPACES, POINT, escaped

#: The bar of a manuscript's callout: how far it is from the text, and from any text at most, in points.
_BAR_DISTANCE, _MOST_DISTANCE = 4, 31
#: How far a callout of a manuscript stands in, and a quote in it, in characters.
CALLOUT_INDENT: Final = 1
CALLOUT_QUOTE: Final = 3
#: How far a quote stands in, in characters.
QUOTE_INDENT: Final = 2
#: Room between a box's edge and what is in it, left and right.
BOX_PADDING: Final = 170
_BOX_PADDING_BLOCK: Final = 85
#: Room between a cell's edge and its text, left and right.
CELL_PADDING: Final = 85


_RULE: Final = "333333"
_PALE: Final = "BFBFBF"
_GROUND: Final = "F4F4F2"
_LINK: Final = "1F4E79"

#: Roles of paragraphs that are bold as a whole.
BOLD: Final = (
    *("title", "heading-1", "heading-2", "heading-3", "heading-4", "term", "toc-heading"),
    *(head for _, head in TABLE_ROLES),
)
#: Names that pandoc gives to pieces of highlighted code → colour and weight, calm enough for print.
_TOKENS: Final = {
    "Keyword": ("1F3A6E", True),
    "ControlFlow": ("1F3A6E", True),
    "Import": ("1F3A6E", True),
    "DataType": ("5B3A80", False),
    "DecVal": ("7A3E00", False),
    "BaseN": ("7A3E00", False),
    "Float": ("7A3E00", False),
    "Constant": ("7A3E00", False),
    "Char": ("2E5E2E", False),
    "SpecialChar": ("2E5E2E", False),
    "String": ("2E5E2E", False),
    "VerbatimString": ("2E5E2E", False),
    "SpecialString": ("2E5E2E", False),
    "Comment": ("5F5F5F", False),
    "Documentation": ("5F5F5F", False),
    "Annotation": ("5F5F5F", False),
    "CommentVar": ("5F5F5F", False),
    "Information": ("5F5F5F", False),
    # not what the name says: pandoc finds alerts in pictures and errors in half-written samples
    "Warning": ("333333", False),
    "Alert": ("333333", False),
    "Error": ("333333", False),
    "Function": ("1B4F72", False),
    "Variable": ("333333", False),
    "Operator": ("333333", False),
    "BuiltIn": ("333333", False),
    "Extension": ("333333", False),
    "Preprocessor": ("5B3A80", False),
    "Attribute": ("5B3A80", False),
    "RegionMarker": ("333333", False),
    "Other": ("333333", False),
    "Normal": ("", False),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What the styles are made for: a shape, a page, fonts, languages (Latin, East Asian) and the types of callouts.

    ``closing`` is the role of the last line of the title and what stands under it: the text keeps off from it.
    ``highest`` is the highest level of its headings, 0 if it has none.
    ``cover``: title and byline have a page of their own.
    ``asian``: its text is East Asian, and Latin words in it are the exception.
    ``indent`` says how body text begins: further in by its ``style``, by a ``fullwidth`` blank, or not (``none``).
    ``headings`` are names of the user's for styles of headings, by level.
    """

    profile: Profile
    grid: Grid
    faces: Faces
    languages: tuple[str, str]
    callouts: Sequence[CalloutType]
    closing: str
    highest: int
    indent: str = "style"
    asian: bool = True
    cover: bool = False
    headings: Mapping[int, str] = field(default_factory=dict)

    @property
    def strong(self) -> str:
        """The family of strong Latin words: gothic's companion beside Japanese, else the text's own."""
        return self.faces.sans if self.asian else self.faces.serif

    @property
    def sizes(self) -> Sizes:
        """The sizes of its type."""
        return Sizes.of(self.grid)


def styles_xml(look: Look) -> str:
    """The whole part."""
    styles = [
        *_paragraphs(look),
        *_notes(look),
        *_lists(look.sizes),
        *_characters(look),
        *_tables(),
        *_callouts(look),
        *_tokens(),
        f'<w:style w:type="numbering" w:default="1" w:styleId="{style_id("no-list")}">'
        f'<w:name w:val="{escaped(name("no-list"))}"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>'
        "</w:style>",
    ]
    return f"{DECLARATION}<w:styles {NAMESPACES}>{_defaults(look)}{''.join(styles)}</w:styles>"


def _defaults(look: Look) -> str:
    latin, asian = look.languages
    # eastAsia is named outright: through a theme Word chooses by the machine's language
    return (
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        + _fonts(look.faces.serif, look.faces.asian_serif)
        + f'<w:kern w:val="2"/>{_size(look.grid.size)}'
        + f'<w:lang w:val="{escaped(latin)}" w:eastAsia="{escaped(asian)}" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        # what Word offers beside our styles stays out of sight until it is used
        '<w:latentStyles w:defLockedState="0" w:defUIPriority="99" w:defSemiHidden="1" '
        'w:defUnhideWhenUsed="1" w:defQFormat="0" w:count="376"/>'
    )


def _paragraphs(look: Look) -> list[str]:
    faces, sizes = look.faces, look.sizes
    gothic = _fonts(faces.sans, faces.asian_sans)
    line = look.grid.pitch
    # on a cover the title stands above the middle
    above = look.grid.text_height // 4 if look.cover else 0
    after = {role: line if role == look.closing else 0 for role in ("title", "subtitle", "author", "date")}
    out = [
        # fonts and size here too: in cells, LibreOffice lets the defaults win over character styles
        _style(
            "paragraph",
            "normal",
            default=True,
            p='<w:widowControl w:val="0"/><w:jc w:val="both"/>',
            r=_fonts(faces.serif, faces.asian_serif) + _size(look.grid.size),
        ),
        _style("paragraph", "body", "normal", p=_indent(sizes, first=1) if look.indent == "style" else ""),
        _style(
            "paragraph",
            "title",
            "normal",
            next="body",
            p='<w:keepNext/><w:keepLines/><w:snapToGrid w:val="0"/>'
            f'<w:spacing w:before="{above}" w:after="{after["title"]}"/><w:jc w:val="center"/>',
            r=gothic + _bold() + _size(sizes.of_role("title")),
        ),
        _style(
            "paragraph",
            "subtitle",
            "normal",
            next="body",
            p="<w:keepNext/><w:keepLines/>"
            f'<w:spacing w:before="0" w:after="{after["subtitle"]}"/><w:jc w:val="center"/>',
            r=gothic,
        ),
        *(
            _style(
                "paragraph",
                role,
                "normal",
                next="body",
                p=f'<w:keepLines/><w:spacing w:before="0" w:after="{after[role]}"/><w:jc w:val="right"/>',
            )
            for role in ("author", "date")
        ),
        _style(
            "paragraph",
            "abstract-title",
            "normal",
            next="abstract",
            p=f'<w:keepNext/><w:spacing w:before="{line // 2}"/><w:jc w:val="center"/>',
            r=gothic + _bold() + _size(sizes.scaled(9.5)),
        ),
        _style(
            "paragraph",
            "abstract",
            "normal",
            p=_off_grid(1.6, sizes.scaled(9.5)) + _indent(sizes, left=2, right=2, first=1),
            r=_size(sizes.scaled(9.5)),
        ),
        *(_heading(level, look, gothic) for level in range(1, HEADING_LEVELS + 1)),
        _style(
            "paragraph",
            "quote",
            "body",
            p=_borders("pBdr", left=(12, 8, _PALE)) + _indent(sizes, left=QUOTE_INDENT, right=1),
        ),
        _style("paragraph", "quote-list", "quote"),
        _style("paragraph", "term", "normal", next="definition", p="<w:keepNext/>", r=gothic + _bold()),
        _style("paragraph", "definition", "normal", p=_indent(sizes, left=2)),
        _style(
            "paragraph",
            "code",
            "normal",
            p=_borders("pBdr", **dict.fromkeys(("top", "left", "bottom", "right"), (4, 4, "DDDDDD")))
            + f'<w:shd w:val="clear" w:color="auto" w:fill="{_GROUND}"/>'
            + _tabs(sizes)
            + '<w:wordWrap w:val="0"/>'
            '<w:snapToGrid w:val="0"/><w:spacing w:before="80" w:after="80" '
            f'w:line="{sizes.fixed["code"]}" w:lineRule="exact"/>'
            f'<w:ind w:left="{sizes.code_indent + sizes.code_tab}" w:right="{sizes.code_indent}" '
            f'w:hanging="{sizes.code_tab}"/>'
            '<w:contextualSpacing/><w:jc w:val="left"/>',
            r=_fonts(faces.mono, faces.asian_mono) + "<w:noProof/>" + _size(sizes.code),
        ),
        *(style for roles in TABLE_ROLES for style in _table_text(roles, sizes, gothic)),
        _style(
            "paragraph",
            "embed-title",
            "normal",
            next="body",
            p="<w:keepNext/><w:keepLines/>"
            + _borders("pBdr", bottom=(4, 1, _PALE))
            + '<w:snapToGrid w:val="0"/><w:spacing w:before="120" w:after="60"/><w:jc w:val="left"/>',
            r=gothic + '<w:color w:val="595959"/>' + _size(sizes.note),
        ),
        _style(
            "paragraph",
            "caption",
            "normal",
            next="body",
            p='<w:keepLines/><w:snapToGrid w:val="0"/><w:spacing w:before="60" w:after="120"/><w:jc w:val="center"/>',
            r=gothic + _size(sizes.note),
        ),
        # off the grid and without a fixed line: a picture is as high as it is
        _style(
            "paragraph",
            "picture",
            "normal",
            next="body",
            p='<w:snapToGrid w:val="0"/><w:spacing w:before="120" w:after="120"/><w:jc w:val="center"/>',
        ),
        _style(
            "paragraph",
            "rule",
            "normal",
            next="body",
            p=_borders("pBdr", bottom=(4, 1, "7F7F7F"), between=(4, 1, "7F7F7F"))
            + f'<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="{line // 2}" '
            f'w:line="{line // 2}" w:lineRule="exact"/>',
        ),
        _style(
            "paragraph",
            "placeholder",
            "normal",
            next="body",
            p=_borders("pBdr", **dict.fromkeys(("top", "left", "bottom", "right"), (4, 4, "7F7F7F")))
            + '<w:snapToGrid w:val="0"/><w:spacing w:before="120" w:after="120"/><w:ind w:left="105" w:right="105"/>'
            '<w:jc w:val="left"/>',
            r=gothic + '<w:color w:val="595959"/>' + _size(sizes.note),
        ),
        # stands between tables, which Word would join, and last in a cell, which may not end in a table
        _style(
            "paragraph",
            "gap",
            "normal",
            p='<w:snapToGrid w:val="0"/><w:spacing w:line="120" w:lineRule="exact"/>',
            r=_size(2),
        ),
        _style(
            "paragraph",
            "toc-heading",
            "normal",
            next="body",
            p=f'<w:keepNext/><w:spacing w:before="{line}" w:after="120"/>',
            r=gothic + _bold() + _size(sizes.of_role("toc-heading")),
        ),
        *(
            _style(
                "paragraph",
                f"toc-{level}",
                "normal",
                p=f'<w:tabs><w:tab w:val="right" w:leader="middleDot" w:pos="{look.grid.measure}"/></w:tabs>'
                + _indent(sizes, left=max(0, level - max(1, look.highest))),
            )
            for level in range(1, HEADING_LEVELS + 1)
        ),
        _style("paragraph", "figures-list", "toc-1", p=_indent(sizes, left=0)),
    ]
    end = f'<w:tabs><w:tab w:val="right" w:pos="{look.grid.measure}"/></w:tabs>'
    out += [
        _style(
            "paragraph",
            role,
            "normal",
            p=f'{tabs}<w:snapToGrid w:val="0"/><w:jc w:val="{side}"/>',
            r=gothic + _size(sizes.scaled(8)),
        )
        for role, tabs, side in (("header", end, "left"), ("footer", "", "center"))
    ]
    return out


def _heading(level: int, look: Look, gothic: str) -> str:
    sizes, line = look.sizes, look.grid.pitch
    size = sizes.heading(level)
    before = line if level <= 4 else line // 2
    after = {1: line // 2, 2: line // 3}.get(level, 0)
    p = (
        "<w:keepNext/><w:keepLines/>"
        + (_borders("pBdr", bottom=(4, 2, _RULE)) if level == 2 else "")
        + f'<w:snapToGrid w:val="0"/><w:spacing w:before="{before}" w:after="{after}" '
        f'w:line="{max(line, round(size * POINT * 1.4))}" w:lineRule="atLeast"/>'
        + (_indent(sizes, left=1) if level >= 5 else "")
        + f'<w:jc w:val="left"/><w:outlineLvl w:val="{level - 1}"/>'
    )
    return _style(
        "paragraph",
        f"heading-{level}",
        "normal",
        next="body",
        p=p,
        r=gothic + (_bold() if level <= 4 else "") + _size(size),
    )


def _table_text(roles: tuple[str, str], sizes: Sizes, gothic: str) -> list[str]:
    text, head = roles
    size = sizes.of_role(text)
    return [
        _style("paragraph", text, "normal", p=_tight(1.35, size), r=_size(size)),
        _style("paragraph", head, text, p="<w:keepNext/>", r=gothic + _bold()),
    ]


def _notes(look: Look) -> list[str]:
    sizes = look.sizes
    indent = sizes.note_indent
    fixed = f'<w:snapToGrid w:val="0"/><w:spacing w:line="{sizes.fixed["note"]}" w:lineRule="exact"/>'
    return [
        _style(
            "paragraph",
            "note",
            "normal",
            p=fixed + f'<w:ind w:left="{indent}" w:hanging="{indent}"/>',
            r=_size(sizes.note),
        ),
        _style("paragraph", "note-quote", "note", p=f'<w:ind w:left="{2 * indent}" w:firstLine="0"/>'),
        _style("paragraph", "comment", "normal", p='<w:jc w:val="left"/>'),
        _style("paragraph", "comment-subject", "comment", next="comment", r=_bold()),
        _style("character", "note-mark", "default", r='<w:vertAlign w:val="superscript"/>'),
        _style("character", "comment-mark", "default", r=_size(sizes.note)),
    ]


def _lists(sizes: Sizes) -> list[str]:
    # the indents of items come with their numbering
    indent = sizes.list_indent
    out = []
    for level in range(1, LIST_LEVELS + 1):
        out.append(_style("paragraph", f"bullet-{level}", "normal"))
        out.append(_style("paragraph", f"number-{level}", "normal"))
    # a box to tick stands where others have their bullet
    out.append(_style("paragraph", "task", "normal", p=f'<w:ind w:left="{indent}" w:hanging="{indent}"/>'))
    out.append(_style("paragraph", "list-text", "normal", p=f'<w:ind w:left="{indent}"/>'))
    return out


def _characters(look: Look) -> list[str]:
    faces, sizes = look.faces, look.sizes
    edge = '<w:bdr w:val="single" w:sz="4" w:space="0" w:color="7F7F7F"/>'
    mono = _fonts(faces.mono, faces.asian_mono)
    return [
        f'<w:style w:type="character" w:default="1" w:styleId="{style_id("default")}">'
        f'<w:name w:val="{escaped(name("default"))}"/><w:uiPriority w:val="1"/><w:semiHidden/><w:unhideWhenUsed/>'
        "</w:style>",
        # mincho has no bold of its own: print sets what is strong in gothic, and Latin words beside it alike
        _style("character", "strong", "default", r=_fonts(look.strong, faces.asian_sans) + _bold()),
        _style("character", "emphasis", "default", r="<w:i/><w:iCs/>"),
        _style("character", "dots", "default", r='<w:em w:val="dot"/>'),
        _style("character", "link", "default", r=f'<w:color w:val="{_LINK}"/>'),
        _style("character", "verbatim", "default", r=mono + "<w:noProof/>" + _size(sizes.code + 0.5)),
        _style("character", "keyboard", "default", r=mono + "<w:noProof/>" + _size(sizes.code) + edge),
        _style("character", "task-box", "default", r=_fonts("Segoe UI Symbol", "Segoe UI Symbol")),
        _style("character", "task-state", "task-box", r=_size(sizes.scaled(8.5)) + edge),
        _style("character", "small", "default", r=_size(sizes.scaled(8.5))),
        _style(
            "character",
            "placeholder-char",
            "default",
            r=_fonts(faces.sans, faces.asian_sans) + '<w:color w:val="595959"/>' + _size(sizes.note) + edge,
        ),
    ]


def _tables() -> list[str]:
    table_normal = (
        f'<w:style w:type="table" w:default="1" w:styleId="{style_id("table-normal")}">'
        f'<w:name w:val="{escaped(name("table-normal"))}"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
        '<w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr></w:style>"
    )
    ruled = (
        f"<w:tblPr>{_borders('tblBorders', top=(8, 0, _RULE), bottom=(8, 0, _RULE), insideH=(4, 0, _PALE))}"
        f"{_margins(30, CELL_PADDING)}</w:tblPr>"
        '<w:tblStylePr w:type="firstRow"><w:tcPr>'
        f"<w:tcBorders>{_border('bottom', 6, 0, _RULE)}</w:tcBorders>"
        '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/></w:tcPr></w:tblStylePr>'
    )
    return [
        table_normal,
        _style("table", "table", "table-normal", more=ruled),
        _style(
            "table",
            "quote-box",
            "table-normal",
            more=f"<w:tblPr>{_borders('tblBorders', left=(12, 0, _PALE))}{_margins(0, BOX_PADDING)}</w:tblPr>",
        ),
    ]


def _callouts(look: Look) -> list[str]:
    return _boxes(look) if look.profile.boxes else _named_callouts(look)


def _boxes(look: Look) -> list[str]:
    """Callouts as tables of one cell."""
    out = [_style("paragraph", "callout-text", "normal")]
    for type in look.callouts:
        bar, ground, _ = _colours(type)
        # without keepNext, which would keep the whole box with what follows it
        out.append(_callout_title(look, type, next="callout-text", p='<w:keepLines/><w:jc w:val="left"/>'))
        out.append(
            _style(
                "table",
                "callout-box",
                "table-normal",
                type=type.key,
                more=f"<w:tblPr>{_borders('tblBorders', left=(24, 0, bar))}"
                f"{_margins(_BOX_PADDING_BLOCK, BOX_PADDING)}</w:tblPr>"
                f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{ground}"/></w:tcPr>',
            )
        )
    return out


def _named_callouts(look: Look) -> list[str]:
    """Callouts as paragraphs: a DTP program maps their names, a reader sees their bar."""
    out = []
    indent = _indent(look.sizes, left=CALLOUT_INDENT)
    for type in look.callouts:
        bar = _bar(look, type)
        title = f'<w:keepNext/><w:keepLines/>{bar}{indent}<w:jc w:val="left"/>'
        out.append(_callout_title(look, type, next="callout-body", p=title))
        out.append(_style("paragraph", "callout-body", "normal", type=type.key, p=bar + indent))
        # the bar stays where it is, though the list stands further in
        out += (
            _style("paragraph", f"callout-list-{n + 1}", "callout-body", type=type.key, p=_bar(look, type, n))
            for n in range(CALLOUT_LIST_LEVELS)
        )
        quoted = _indent(look.sizes, left=CALLOUT_QUOTE, right=1)
        out.append(_style("paragraph", "callout-quote", "callout-body", type=type.key, p=quoted))
    return out


def _bar(look: Look, type: CalloutType, level: int = 0) -> str:
    """The bar beside a callout's text, or beside a list in it."""
    distance = round(_BAR_DISTANCE + level * look.sizes.list_indent / POINT)
    return _borders("pBdr", left=(24, min(distance, _MOST_DISTANCE), _colours(type)[0]))


def _callout_title(look: Look, type: CalloutType, *, next: str, p: str) -> str:
    faces = look.faces
    run = _fonts(faces.sans, faces.asian_sans) + _bold() + f'<w:color w:val="{_colours(type)[2]}"/>'
    return _style("paragraph", "callout-title", "normal", next=next, type=type.key, p=p, r=run)


def _colours(type: CalloutType) -> tuple[str, str, str]:
    """Those of the bar, the ground and the title, as Word writes them."""
    bar, ground, ink = (colour.lstrip("#").upper() for colour in (type.colour, type.tint, type.ink))
    return bar, ground, ink


def _tokens() -> list[str]:
    out = []
    for token, (colour, bold) in _TOKENS.items():
        r = (_bold() if bold else "") + (f'<w:color w:val="{colour}"/>' if colour else "")
        out.append(
            f'<w:style w:type="character" w:customStyle="1" w:styleId="{token}Tok"><w:name w:val="{token}Tok"/>'
            f'<w:basedOn w:val="{style_id("verbatim")}"/>' + (f"<w:rPr>{r}</w:rPr>" if r else "") + "</w:style>"
        )
    return out


#: Names that Word knows by itself; all others are marked as the document's own.
BUILT_IN: Final = frozenset(
    {
        *("normal", "title", "subtitle", "date"),
        *("body text", "block text", "list continue", "caption", "header", "footer", "strong"),
        *("footnote text", "footnote reference", "annotation text", "annotation reference", "annotation subject"),
        *("emphasis", "hyperlink", "html keyboard", "toc heading", "normal table", "no list"),
        *(f"heading {level}" for level in range(1, 10)),
        "table of figures",
        *(f"toc {level}" for level in range(1, 10)),
        *(f"list {kind}{level}" for kind in ("bullet", "number") for level in ("", " 2", " 3", " 4", " 5")),
    }
)
#: Roles that an editor is likely to choose by hand: Word shows them in its gallery.
_OFFERED: Final = (
    *("normal", "title", "subtitle", "author", "date", "body", "heading", "quote", "strong", "emphasis", "bullet"),
    *("number", "caption"),
)


def _style(
    kind: str,
    role: str,
    based: str = "",
    *,
    next: str = "",
    type: str = "",
    default: bool = False,
    p: str = "",
    r: str = "",
    more: str = "",
) -> str:
    """One style; ``p`` and ``r`` are its paragraph and run properties in the schema's order."""
    word = name(role, type)
    own = "" if word.lower() in BUILT_IN else ' w:customStyle="1"'
    first = ' w:default="1"' if default else ""
    after = style_id(next, type) if next else ""
    return (
        f'<w:style w:type="{kind}"{first}{own} w:styleId="{style_id(role, type)}">'
        f'<w:name w:val="{escaped(word)}"/>'
        + (f'<w:basedOn w:val="{style_id(based, type)}"/>' if based else "")
        + (f'<w:next w:val="{after}"/>' if after else "")
        + ("<w:qFormat/>" if role.split("-", maxsplit=1)[0] in _OFFERED else "")
        + (f"<w:pPr>{p}</w:pPr>" if p else "")
        + (f"<w:rPr>{r}</w:rPr>" if r else "")
        + more
        + "</w:style>"
    )


def _fonts(latin: str, asian: str) -> str:
    return (
        f'<w:rFonts w:ascii="{escaped(latin)}" w:hAnsi="{escaped(latin)}" '
        f'w:eastAsia="{escaped(asian)}" w:cs="{escaped(latin)}"/>'
    )


def _bold() -> str:
    return "<w:b/><w:bCs/>"


def _size(points: float) -> str:
    half = round(points * 2)
    return f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'


def _indent(sizes: Sizes, *, left: int = 0, right: int = 0, first: int = 0) -> str:
    """Indents in characters; Word follows the count of characters, other programs the twips beside it."""
    return (
        "<w:ind"
        + (f' w:leftChars="{left * 100}" w:left="{left * sizes.char}"' if left else "")
        + (f' w:rightChars="{right * 100}" w:right="{right * sizes.char}"' if right else "")
        + f' w:firstLineChars="{first * 100}" w:firstLine="{first * sizes.char}"/>'
    )


def _tight(leading: float, size: float) -> str:
    """Small type off the grid: Word would give it the body's line."""
    return _off_grid(leading, size) + '<w:jc w:val="left"/>'


def _off_grid(leading: float, size: float) -> str:
    return f'<w:snapToGrid w:val="0"/><w:spacing w:line="{round(size * leading * POINT)}" w:lineRule="atLeast"/>'


def _border(side: str, eighths: int, space: int, colour: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="{space}" w:color="{colour}"/>'


def _tabs(sizes: Sizes) -> str:
    """Tab stops of code, for a line's first half."""
    stops = sizes.code_tabs(sizes.code_indent)
    return "<w:tabs>" + "".join(f'<w:tab w:val="left" w:pos="{stop}"/>' for stop in stops) + "</w:tabs>"


def _borders(element: str, **sides: tuple[int, int, str]) -> str:
    """Borders in the schema's order: eighths of a point, distance in points, colour."""
    order = ("top", "left", "bottom", "right", "between", "insideH", "insideV")
    return f"<w:{element}>{''.join(_border(side, *sides[side]) for side in order if side in sides)}</w:{element}>"


def _margins(block: int, inline: int) -> str:
    return (
        f'<w:tblCellMar><w:top w:w="{block}" w:type="dxa"/><w:left w:w="{inline}" w:type="dxa"/>'
        f'<w:bottom w:w="{block}" w:type="dxa"/><w:right w:w="{inline}" w:type="dxa"/></w:tblCellMar>'
    )
