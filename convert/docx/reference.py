"""The reference.docx that pandoc copies page, settings, header and footer from, written by code: no blob, no drift."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lxml import etree

from convert.callouts import CalloutType
from convert.docx import package
from convert.docx.faces import Faces, faces, is_asian, languages
from convert.docx.grid import Grid, grid, of_section
from convert.docx.profiles import Profile, profile
from convert.docx.roles import style_id
from convert.docx.styles import Look, styles_xml
from convert.docx.template import Template, body_size
from convert.docx.wml import CONTENT_TYPES, DECLARATION, NAMESPACES, PACKAGE_RELATIONS, R, escaped, field, text_run
from convert.settings import Settings

_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_THEME_TYPE: Final = "application/vnd.openxmlformats-officedocument.theme+xml"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PARTS: Final = (
    ("document", "document.main"),
    ("fontTable", "fontTable"),
    ("footer1", "footer"),
    ("footnotes", "footnotes"),
    ("numbering", "numbering"),
    ("settings", "settings"),
    ("styles", "styles"),
    ("webSettings", "webSettings"),
)

_THEME_SLOTS: Final = ("dk1", "lt1", "dk2", "lt2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink")
_THEME_COLOURS: Final = (
    *("000000", "FFFFFF", "44546A", "E7E6E6", "086DDD", "EC7500", "7F7F7F", "E9973F", "08B94E", "7852EE"),
    *("1F4E79", "954F72"),
)


def look(
    settings: Settings,
    language: str,
    callouts: Sequence[CalloutType],
    closing: str = "title",
    highest: int = 0,
    template: Template | None = None,
    headings: Mapping[int, str] | None = None,
) -> Look:
    """Page, fonts, languages, callouts of a document, the last line of its title block, its highest heading.

    The page is the template's, if there is one; ``headings`` are the user's names of headings' styles, by level.
    """
    page = grid(settings)
    if template is not None:
        page = of_section(etree.fromstring(template.section), body_size(template), page)
    return Look(
        profile(settings),
        page,
        faces(settings, language, page),
        languages(language),
        callouts,
        closing,
        highest,
        settings.docx_indent,
        is_asian(language),
        settings.cover == "yes",
        headings or {},
    )


def reference(look: Look) -> bytes:
    """The file; the same look gives the same bytes."""
    return package.write({name: text.encode() for name, text in parts(look).items()})


def parts(look: Look) -> dict[str, str]:
    """The file's parts by name."""
    heads = _heads(look) if look.profile.heads else {}
    return {
        "[Content_Types].xml": _content_types(heads),
        "_rels/.rels": _relations([("rId1", "officeDocument", "word/document.xml")]),
        "word/_rels/document.xml.rels": _relations(
            [
                ("rId1", "styles", "styles.xml"),
                ("rId2", "settings", "settings.xml"),
                ("rId3", "fontTable", "fontTable.xml"),
                ("rId4", "theme", "theme/theme1.xml"),
                ("rId5", "webSettings", "webSettings.xml"),
                ("rId6", "footnotes", "footnotes.xml"),
                ("rId7", "numbering", "numbering.xml"),
                ("rId8", "footer", "footer1.xml"),
                *((f"rId{9 + at}", "header", posixpath.basename(part)) for at, part in enumerate(heads)),
            ]
        ),
        "word/document.xml": f"{DECLARATION}<w:document {NAMESPACES}><w:body><w:p/>"
        f"{_section(look.grid, look.profile)}</w:body></w:document>",
        "word/fontTable.xml": _font_table(look.faces),
        "word/footer1.xml": f"{DECLARATION}<w:ftr {NAMESPACES}>{_footer()}</w:ftr>",
        "word/footnotes.xml": _footnotes(),
        **heads,
        "word/numbering.xml": f"{DECLARATION}<w:numbering {NAMESPACES}/>",
        "word/settings.xml": _settings(look),
        "word/styles.xml": styles_xml(look),
        "word/theme/theme1.xml": _theme(look.faces),
        "word/webSettings.xml": f"{DECLARATION}<w:webSettings {NAMESPACES}/>",
    }


def _heads(look: Look) -> dict[str, str]:
    """The heads of all pages but the first, which has the title in large, and of the first.

    The title at the left, at the right the section that a page begins in. Programs that cannot tell it show a blank.
    """
    # the number of a level stands for its style whatever that is called in the reader's Word
    own = look.headings.get(look.highest)
    section = f'STYLEREF "{own}"' if own else f"STYLEREF {look.highest}"
    section = "<w:r><w:tab/></w:r>" + field(section, " ") if look.highest else ""
    inner = _header(field("TITLE", " ") + section), _header("")
    return {
        f"word/header{at}.xml": f"{DECLARATION}<w:hdr {NAMESPACES}>{each}</w:hdr>" for at, each in enumerate(inner, 1)
    }


def _content_types(heads: Iterable[str]) -> str:
    kinds = [(f"word/{part}.xml", kind) for part, kind in _PARTS] + [(part, "header") for part in heads]
    overrides = "".join(f'<Override PartName="/{part}" ContentType="{_TYPE}{kind}+xml"/>' for part, kind in kinds)
    return (
        f'{DECLARATION}<Types xmlns="{CONTENT_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'{overrides}<Override PartName="/word/theme/theme1.xml" ContentType="{_THEME_TYPE}"/></Types>'
    )


def _relations(entries: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{id}" Type="{R}/{kind}" Target="{target}"/>' for id, kind, target in entries)
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE_RELATIONS}">{inner}</Relationships>'


def _section(grid: Grid, profile: Profile) -> str:
    heads = (
        # the running head is the file's title; the first page, which has it in large, does without
        '<w:headerReference w:type="default" r:id="rId9"/><w:headerReference w:type="first" r:id="rId10"/>'
        if profile.heads
        else ""
    )
    across = ' w:orient="landscape"' if grid.width > grid.height else ""
    # without charSpace a cell of the grid is as wide as body text
    spacing = f' w:charSpace="{grid.spacing}"' if grid.spacing else ""
    half_top, half_bottom = grid.top // 2, grid.bottom // 2
    return (
        f"<w:sectPr>{heads}"
        '<w:footerReference w:type="default" r:id="rId8"/><w:footerReference w:type="first" r:id="rId8"/>'
        '<w:footnotePr><w:numFmt w:val="decimal"/></w:footnotePr>'
        f'<w:pgSz w:w="{grid.width}" w:h="{grid.height}"{across}/>'
        f'<w:pgMar w:top="{grid.top}" w:right="{grid.right}" w:bottom="{grid.bottom}" w:left="{grid.left}" '
        f'w:header="{half_top}" w:footer="{half_bottom}" w:gutter="0"/>'
        '<w:cols w:space="425"/><w:titlePg/>'
        f'<w:docGrid w:type="linesAndChars" w:linePitch="{grid.pitch}"{spacing}/></w:sectPr>'
    )


def _settings(look: Look) -> str:
    latin, asian = look.languages
    char = look.grid.char
    return (
        f'{DECLARATION}<w:settings {NAMESPACES}><w:zoom w:percent="100"/>'
        + ("<w:trackRevisions/>" if look.profile.tracked else "")
        + f'<w:defaultTabStop w:val="{4 * char}"/>'
        f'<w:drawingGridHorizontalSpacing w:val="{char // 2}"/>'
        '<w:displayHorizontalDrawingGridEvery w:val="0"/><w:displayVerticalDrawingGridEvery w:val="2"/>'
        # 、。「」 in a row give up their blank halves
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
        "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>"
        # a line that the writer broke by hand is not stretched to the margin
        "<w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>"
        # 15: without it Word opens the file in compatibility mode
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        "</w:compat>"
        f'<w:themeFontLang w:val="{escaped(latin)}" w:eastAsia="{escaped(asian)}"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def _font_table(faces: Faces) -> str:
    families = (
        (faces.serif, "00", "roman", "variable"),
        (faces.sans, "00", "swiss", "variable"),
        (faces.mono, "00", "modern", "fixed"),
        (faces.asian_serif, "80", "roman", "variable"),
        (faces.asian_sans, "80", "swiss", "variable"),
        (faces.asian_mono, "80", "modern", "fixed"),
    )
    inner = "".join(
        f'<w:font w:name="{escaped(family)}"><w:charset w:val="{charset}"/><w:family w:val="{kind}"/>'
        f'<w:pitch w:val="{pitch}"/></w:font>'
        for family, charset, kind, pitch in dict.fromkeys(families)
    )
    return f"{DECLARATION}<w:fonts {NAMESPACES}>{inner}</w:fonts>"


def _header(inner: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style_id("header")}"/></w:pPr>{inner}</w:p>'


def _footer() -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style_id("footer")}"/></w:pPr>{field("PAGE", "1")}'
        f"{text_run(' / ')}{field('NUMPAGES', '1')}</w:p>"
    )


def _footnotes() -> str:
    def rule(id: int, kind: str) -> str:
        return f'<w:footnote w:type="{kind}" w:id="{id}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'

    rules = rule(-1, "separator") + rule(0, "continuationSeparator")
    return f"{DECLARATION}<w:footnotes {NAMESPACES}>{rules}</w:footnotes>"


def _theme(faces: Faces) -> str:
    colours = dict(zip(_THEME_SLOTS, _THEME_COLOURS, strict=True))

    def fonts(latin: str, asian: str) -> str:
        return (
            f'<a:latin typeface="{escaped(latin)}"/><a:ea typeface="{escaped(asian)}"/><a:cs typeface=""/>'
            f'<a:font script="Jpan" typeface="{escaped(asian)}"/>'
        )

    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'{DECLARATION}<a:theme xmlns:a="{_DRAWING}" name="Kumihan"><a:themeElements><a:clrScheme name="Kumihan">'
        + "".join(f'<a:{name}><a:srgbClr val="{colour}"/></a:{name}>' for name, colour in colours.items())
        + '</a:clrScheme><a:fontScheme name="Kumihan">'
        f"<a:majorFont>{fonts(faces.sans, faces.asian_sans)}</a:majorFont>"
        f"<a:minorFont>{fonts(faces.serif, faces.asian_serif)}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="Kumihan"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line * 3}</a:lnStyleLst>"
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )
