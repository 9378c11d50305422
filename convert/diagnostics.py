"""Everything Kumihan has to tell a person about a note: one code, one place, one line.

Bad content never raises; it yields a :class:`Diagnostic` and a visible placeholder.
A new message is one member of :class:`Code`; ``kumihan explain CODE`` prints its text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Severity(StrEnum):
    """How bad it is: an ERROR costs the note, a WARNING costs something on the page, INFO nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO


class Code(Enum):
    """All diagnostics: ``NAME = (code, severity, "cause", "cure")``, sorted by code."""

    code: str
    severity: Severity
    cause: str
    cure: str

    def __new__(cls, code: str, severity: Severity, cause: str, cure: str) -> Code:
        """Give each member its four parts."""
        member = object.__new__(cls)
        member._value_ = code
        member.code, member.severity, member.cause, member.cure = code, severity, cause, cure
        return member

    BASE_CLOCK = (
        "base.clock",
        _I,
        "A base asks what day it is. Print must not change from day to day, so the day is taken from SOURCE_DATE_EPOCH "
        "or the note's property `date`.",
        "Set SOURCE_DATE_EPOCH, or the note's `date`, to the day that the print is for.",
    )
    BASE_INVALID = (
        "base.invalid",
        _W,
        "A base has a mistake (in its YAML, a filter, a formula); a labelled box stands for what it is about.",
        "Correct what the message names.",
    )
    BASE_UNSUPPORTED = (
        "base.unsupported",
        _W,
        "A base uses a view or function that Kumihan does not print; a labelled box stands for what it is about.",
        "Use a table, list or cards view and the functions of Obsidian's help, or embed a picture of the view.",
    )
    BLOCK_MISSING = (
        "block.missing",
        _W,
        "A link or embed names a block id (`#^id`) that the target note does not have.",
        "Add ` ^id` at the end of the block, or correct the link.",
    )
    CACHE_UNUSABLE = (
        "cache.unusable",
        _I,
        "The cache in which finished outputs are kept cannot be opened or written; everything is made anew each time.",
        "Make room there, or name another place by the environment's XDG_CACHE_HOME.",
    )
    CALLOUT_COLOUR = (
        "callout.colour",
        _W,
        "A CSS snippet gives a callout a colour that Kumihan cannot read; the type's usual colour is used.",
        "Write it as `255, 0, 0`, `#ff0000` or another CSS colour.",
    )
    CALLOUT_ICON = (
        "callout.icon",
        _I,
        "A CSS snippet gives a callout an icon that Kumihan has no drawing for; another icon is printed.",
        "Nothing, if that is what you want; else give the icon as `'<svg …>'`.",
    )
    CALLOUT_UNKNOWN = (
        "callout.unknown",
        _I,
        "The callout's type is none of Obsidian's and not defined in your snippets; it is printed like `note`.",
        "Nothing, if that is what you want; else correct the type, or define it in an enabled CSS snippet.",
    )
    COMMENT_PLACE = (
        "comment.place",
        _W,
        "With `comments: word`, the note has no paragraph that a `%%` comment could stand at; it is left out.",
        "Write a paragraph or a heading beside it.",
    )
    COMMENT_UNCLOSED = (
        "comment.unclosed",
        _W,
        "A `%%` has no partner: at the start of a line it hides all that follows, elsewhere it is printed as typed.",
        "Add the missing `%%`, or write `\\%%` if it is text.",
    )
    CONFIG_INVALID = (
        "config.invalid",
        _W,
        "A setting's value has the wrong type or is not one of those allowed; it is ignored.",
        "Give a value of the kind named in the message (`kumihan config` lists all).",
    )
    CONFIG_SCOPE = (
        "config.scope",
        _W,
        "A setting that widens what a build may touch stands in a note or in the vault; it is ignored there.",
        "Give it on the command line.",
    )
    CONFIG_UNKNOWN = (
        "config.unknown",
        _W,
        "A setting has a name that Kumihan does not know; it is ignored.",
        "Use the nearest name given in the message, or remove it.",
    )
    CRITIC_UNCLOSED = (
        "critic.unclosed",
        _I,
        "What looks like the beginning of a CriticMarkup range (`{++`, `{--`, `{==`, `{>>`, `{~~`) does not end in its "
        "paragraph; it is printed as typed.",
        "End it in the same paragraph, or set `critic: no` if it is text.",
    )
    DOCX_REFERENCE = (
        "docx.reference",
        _W,
        "The Word file that `docx.reference` names cannot be the model of others, or not whole: it is missing or "
        "damaged, has macros, or refers to something outside. The message says what; Kumihan's own page and styles "
        "take its place.",
        "Save the model as .docx or .dotx without macros, linked pictures and fields that fetch something; put it into "
        "the vault or .kumihan/, or name it on the command line.",
    )
    DOCX_STYLES = (
        "docx.styles",
        _W,
        "A line of the vault's `.kumihan/word.yaml` cannot be followed; the part keeps its own style.",
        "Write `role: Name of the style`; styles/word.yaml lists the roles.",
    )
    EMBED_CYCLE = (
        "embed.cycle",
        _W,
        "A note embeds itself, directly or through other notes; the inner copy is replaced by a link.",
        "Remove one of the embeds.",
    )
    EMBED_DEPTH = (
        "embed.depth",
        _W,
        "Embeds are nested deeper than Kumihan opens them; the innermost is replaced by a link.",
        "Embed the innermost note directly.",
    )
    EMBED_INLINE = (
        "embed.inline",
        _W,
        "A note is embedded where only a line of text can stand (a heading, a callout's title); its name is printed.",
        "Put the embed on a line of its own.",
    )
    EMBED_LIMIT = (
        "embed.limit",
        _W,
        "Embeds bring more text into one document than can be printed; a labelled box stands for the rest.",
        "Embed less.",
    )
    EMBED_MISSING = (
        "embed.missing",
        _W,
        "An embed's target does not exist in the vault or cannot be read; a labelled box stands for it.",
        "Create the note or correct the embed.",
    )
    EMBED_UNSUPPORTED = (
        "embed.unsupported",
        _W,
        "The embedded file is of a kind that cannot be printed (audio, video, canvas …); a labelled box stands for it.",
        "Replace it by a picture or by text if paper must show it.",
    )
    EXPORT_UNKEPT = (
        "export.unkept",
        _I,
        "What a Word file was made from cannot be kept in the state folder; Kumihan will not know the file again.",
        "Make the folder that `kumihan doctor` names writable, or set `docx.export: no`.",
    )
    FONT_FAMILY = (
        "font.family",
        _W,
        "A font family named under `fonts:` is not installed on this machine; the next one is used.",
        "Install it, or correct the name (`fc-list : family` lists those that are there).",
    )
    FONT_FALLBACK = (
        "font.fallback",
        _I,
        "Kumihan's fonts lack a character; a font of this machine was used, another machine may print it differently.",
        "Name a font that has it under `fonts:`, or replace the character.",
    )
    FONT_LANGUAGE = (
        "font.language",
        _W,
        "The text is in a language whose body face does not come with Kumihan by itself; all of it, and not only "
        "headings, is printed in the sans-serif face of that language.",
        "python -m pip install 'kumihan[zh]' (Chinese) or 'kumihan[ko]' (Korean).",
    )
    FONT_MISSING_GLYPH = (
        "font.missing-glyph",
        _W,
        "No font on this machine has the character; an empty box is printed.",
        "Install a font that has it, or replace the character.",
    )
    FOOTNOTE_MOVED = (
        "footnote.moved",
        _W,
        "The page had no room for a footnote; it stands on a later page than its mark.",
        "Shorten the note or move its mark.",
    )
    FOOTNOTE_UNDEFINED = (
        "footnote.undefined",
        _W,
        "A footnote mark has no definition in this note; it is printed as typed.",
        "Add a line `[^id]: text`.",
    )
    FOOTNOTE_UNUSED = (
        "footnote.unused",
        _W,
        "A footnote is defined but no mark refers to it; it is not printed.",
        "Add a mark `[^id]` or remove the definition.",
    )
    FOOTNOTE_DUPLICATE = (
        "footnote.duplicate",
        _W,
        "Two footnotes of a note have the same id; the first is used.",
        "Rename one of them.",
    )
    HEADING_MISSING = (
        "heading.missing",
        _W,
        "A link or embed names a heading that the target note does not have.",
        "Correct the heading in the link.",
    )
    HTML_REMOVED = (
        "html.removed",
        _W,
        "An HTML tag that may not be printed (a script, a form, a frame …) was removed; its text is kept.",
        "Nothing, if the text is enough.",
    )
    HTML_STYLE = (
        "html.style",
        _I,
        "A style or class in an HTML tag is not printed; the text is.",
        "Nothing, if the text is enough.",
    )
    IMAGE_INVALID = (
        "image.invalid",
        _W,
        "The picture cannot be read; a labelled box stands for it.",
        "Open it in a picture editor and save it again.",
    )
    IMAGE_MISSING = (
        "image.missing",
        _W,
        "The picture does not exist in the vault; a labelled box stands for it.",
        "Correct the name or add the file.",
    )
    IMAGE_NO_ALT = (
        "image.no-alt",
        _I,
        "A picture has no text that says what it shows, so whoever does not see it hears that there is one, no "
        "more. `--strict` does not let it pass.",
        "Write what it shows: `![[chart.png|Sales by year]]` or `![Sales by year](chart.png)`; in a Mermaid diagram a "
        "line `accTitle: Sales by year`.",
    )
    IMAGE_REMOTE = (
        "image.remote",
        _W,
        "The picture is on the network, which Kumihan does not read unless told; a labelled box stands for it.",
        "Save it in the vault, or build with --allow-network.",
    )
    LINK_MISSING = (
        "link.missing",
        _W,
        "A link's target does not exist in the vault; its text is printed without a link.",
        "Create the note or correct the link.",
    )
    LINK_UNSAFE = (
        "link.unsafe",
        _W,
        "A link's address may run a program or names a place on this machine; its text is printed without a link.",
        "Link to a note, or to an address that begins with https:.",
    )
    MATH_UNSUPPORTED = (
        "math.unsupported",
        _W,
        "A formula could not be set; its source is printed in a box.",
        "Use only commands that MathJax and Kumihan share.",
    )
    MERMAID_FAILED = (
        "mermaid.failed",
        _W,
        "A Mermaid diagram could not be drawn; its source is printed in a labelled box.",
        "Correct it where the message says, or draw it elsewhere and embed the picture.",
    )
    NOTE_CONTROL = (
        "note.control",
        _W,
        "The note holds control characters that no output can hold; each is replaced by a blank or by `�`.",
        "Delete them; they often come with text pasted from a PDF or a slide.",
    )
    NOTE_DEPTH = (
        "note.depth",
        _W,
        "Quotes, lists or emphasis are nested deeper than a page can show; the innermost lose their frames, not words.",
        "Nest less deeply.",
    )
    NOTE_ENCODING = (
        "note.encoding",
        _W,
        "The note is not UTF-8; it was read by a guess.",
        "Save it as UTF-8.",
    )
    NOTE_FAILED = (
        "note.failed",
        _E,
        "The note could not be printed because of a fault in Kumihan or in an engine it uses.",
        "Please report it with the note; the other notes are not affected.",
    )
    NOTE_TIMEOUT = (
        "note.timeout",
        _E,
        "Printing the note took longer than allowed and was stopped.",
        "Split the note, or raise the limit with --set limits.seconds=N.",
    )
    NOTE_TOO_BIG = (
        "note.too-big",
        _E,
        "The note is larger than Kumihan reads.",
        "Split the note, or raise the limit with --set limits.bytes=N.",
    )
    NOTE_UNREADABLE = (
        "note.unreadable",
        _E,
        "The note's file could not be opened.",
        "Check its permissions.",
    )
    OUTPUT_EDITED = (
        "output.edited",
        _W,
        "Someone has changed an output since it was made: it was made again, the changed file kept under another name.",
        "Take over what you want from the changed file, then delete it; --force keeps none.",
    )
    OUTPUT_EXISTS = (
        "output.exists",
        _E,
        "A file that Kumihan did not make stands where the output would go; it was left alone.",
        "Move it away, choose another place with -o, or use --force.",
    )
    OUTPUT_FAILED = (
        "output.failed",
        _E,
        "The output could not be written.",
        "Check that the place exists, is writable and has room.",
    )
    OUTPUT_RENAMED = (
        "output.renamed",
        _W,
        "The output's name was too long, or equal to another's but for case; a short hash was added.",
        "Rename the note if you want another name.",
    )
    OUTPUT_UNLISTED = (
        "output.unlisted",
        _W,
        "The list of the files that Kumihan made cannot be written; the next build will take these outputs for yours.",
        "Make the folder that `kumihan doctor` names writable, or use --force next time.",
    )
    PATH_OUTSIDE = (
        "path.outside",
        _W,
        "A path or symbolic link leads out of the vault; it was not followed.",
        "Move the file into the vault, or build with --follow-links if you trust it.",
    )
    PDF_ADJUST = (
        "pdf.adjust",
        _I,
        "Lines of Japanese text end unevenly: the WeasyPrint here is not one whose lines Kumihan can adjust.",
        "Install the version of WeasyPrint that Kumihan asks for.",
    )
    PDF_ENGINE = (
        "pdf.engine",
        _I,
        "WeasyPrint had a remark on the page.",
        "Nothing, as a rule.",
    )
    PDF_SLOW = (
        "pdf.slow",
        _W,
        "libharfbuzz-subset is missing on this machine, or WeasyPrint is not the version whose slow places are mended.",
        "Debian and Ubuntu: apt-get install libharfbuzz-subset0. Or install Kumihan with the versions it asks for.",
    )
    PDF_STANDARD = (
        "pdf.standard",
        _W,
        "The PDF is not what the setting `pdf.standard` asks for, and does not say that it is.",
        "Mend what the message names, or choose `tagged`.",
    )
    PLUGIN_FENCE = (
        "plugin.fence",
        _W,
        "What only a plugin of Obsidian can show (a query, a Templater command) is not printed; its name is, in a box.",
        "Write out what it shows, or choose with the setting `plugins` to print its source (show) or nothing (hide).",
    )
    PROPERTIES_DUPLICATE = (
        "properties.duplicate",
        _W,
        "A property is given twice in a note; the first is used.",
        "Remove one of the two lines.",
    )
    PROPERTIES_INVALID = (
        "properties.invalid",
        _W,
        "The note's properties (the YAML between `---`) cannot be read; they are ignored, as in Obsidian.",
        "Correct the line named in the message.",
    )
    PROPERTIES_CLASS = (
        "properties.class",
        _I,
        "One of the note's `cssclasses` is no name for a class, or one that Kumihan uses itself; it is left out.",
        "Use another name, of letters, digits, `-` and `_`.",
    )
    PROPERTIES_TYPE = (
        "properties.type",
        _I,
        "A property that is a list in Obsidian is given as one text; it is taken for a list.",
        "Write it as a list.",
    )
    SNIPPET_ADDRESS = (
        "snippet.address",
        _I,
        "A CSS snippet takes in another file, a font or an address, which Kumihan does not read; the rest counts.",
        "Nothing, if the page looks as you want; pictures may be written into the snippet as `data:`.",
    )
    SNIPPET_MISSING = (
        "snippet.missing",
        _W,
        "The setting `styles` names a CSS snippet that the vault does not have.",
        "Put it into .kumihan/, Kumihan/ or .obsidian/snippets/, or correct the name.",
    )
    SNIPPET_UNUSED = (
        "snippet.unused",
        _W,
        "A style sheet of the vault, or part of one, cannot be read, or WeasyPrint cannot lay pages out with it; it is "
        "left out.",
        "See the message.",
    )
    TAG_PUNCTUATION = (
        "tag.punctuation",
        _W,
        "Obsidian takes Japanese punctuation behind a tag for part of it; print ends the tag before it.",
        "Put a blank behind the tag.",
    )
    THEME_INVALID = (
        "theme.invalid",
        _W,
        "A theme in the vault has a mistake: its file is no YAML, a number is none or out of bounds, or the theme that "
        "it extends does not exist. What the message names is left out; the rest of the theme holds.",
        "Correct it at the place named; `docs/themes.md` says what a theme may hold.",
    )


#: what costs nothing on the page, and yet ``--strict`` does not let pass
STRICT = frozenset({Code.IMAGE_NO_ALT.code})


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One message about one place.

    ``path`` is relative to the vault, with ``/``; ``line`` and ``column`` are 1-based, columns
    in code points; 0 means that the place is not known more exactly.
    """

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.path + (f":{self.line}:{self.column}" if self.line else "")
        return f"{place}: {self.severity}: {self.message} [{self.code}]"


def diagnose(
    code: Code, message: str, path: str = "", line: int = 0, column: int = 0, hint: str | None = None
) -> Diagnostic:
    """The only door to a :class:`Diagnostic`; severity and (unless given) hint come from the code."""
    return Diagnostic(path, line, column, code.code, code.severity, message, code.cure if hint is None else hint)
