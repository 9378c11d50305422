"""Embeds: pictures, and notes or parts of notes, opened on the tree and never by pasting text."""

from __future__ import annotations

from posixpath import splitext
from urllib.parse import unquote

from convert.compiled import NoteAst, mark_key
from convert.diagnostics import Code, Diagnostic, Severity
from convert.labels import label
from convert.link import bases, links, pictures, properties, subpath
from convert.link.linking import Linking, OpenPart, Part, Place, as_block, place_of, readable
from convert.link.subpath import Missing, Target
from convert.nodes import Block, Inline, Node, attr, child_lists, div, para, plain_text, rewrite, span, walk, words
from convert.syntax.prepared import SCHEME, EmbedMark, FootnoteRefMark, MathMark

#: Embeds in embeds: Obsidian's own bound.
MAX_OPEN = 5
#: Nodes that embeds may add to one document: ten notes that embed each other ten times make no million pages.
MAX_NODES = 1_000_000

#: What each kind of file is called on a placeholder; the spec's "Accepted file formats".
_KINDS = {
    **dict.fromkeys((".flac", ".m4a", ".mp3", ".ogg", ".wav", ".3gp", ".opus"), "audio"),
    **dict.fromkeys((".mkv", ".mov", ".mp4", ".ogv", ".webm"), "video"),
    ".pdf": "pdf",
    ".canvas": "canvas",
    ".base": "base",
}


def run(part: Part, linking: Linking, open_part: OpenPart) -> None:
    """Put in the place of each mark what it stands for; ``open_part`` makes a part of a note's blocks."""
    for node in part.nodes():
        # Where only a line of text can stand, a note's name is printed instead of the note.
        if node["t"] in {"Header", "Link", "Image"} or (node["t"] == "Div" and "callout-title" in node["c"][0][1]):
            for inner in (inner for children in child_lists(node) for inner in walk(children)):
                if inner["t"] == "Image":
                    inner["in_line"] = "line" if node["t"] in {"Header", "Div"} else "link"

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Image":
            return None
        mark = part.marks.get(mark_key(node))
        match mark:
            case MathMark():
                return [{"t": "Math", "c": [{"t": "DisplayMath"}, mark.tex]}]
            case FootnoteRefMark():
                if mark.definition not in part.footnotes:
                    return words(mark.source)
                return [{**span([]), "footnote": part.footnotes[mark.definition]}]
            case EmbedMark():
                place = (mark.line, mark.column)
                embed = _Embed(part, linking, place, open_part, _identity(node), node.get("in_line", ""))
                alt, size = pictures.split_options(mark.options or "")
                return embed.show(mark.path, mark.subpath, words(alt) if alt else [], size)
        return _markdown(node, part, linking, open_part)

    for tree in part.trees():
        rewrite(tree, change)


def _markdown(node: Node, part: Part, linking: Linking, open_part: OpenPart) -> list[Inline]:
    """``![alt|size](address)`` or ``<img>``."""
    (_, _, size), alt, (address, _) = node["c"]
    # A picture's alt text is one string in every format: notes in it move behind the picture.
    notes = [inner for inner in walk(alt) if "footnote" in inner]
    if address.startswith(SCHEME) or not address:
        return list(alt)
    if not node.get("html"):
        text, typed = pictures.split_options(plain_text(alt))
        if typed:
            alt, size = words(text) if text else [], typed
    place = place_of(node)
    rich = [inner for inner in alt if "footnote" not in inner]
    alt = words(plain_text(alt).strip()) if plain_text(alt).strip() else []
    if pictures.is_remote(address):
        return [pictures.show_remote(address, alt, size, part, linking, place), *notes]
    if links.safe_address(address) != "":
        shown = address[:60]
        linking.report(Code.IMAGE_INVALID, f"not a picture of the vault: {shown}", part.path, place)
        return [linking.placeholder("image-invalid", shown), *notes]
    path, _, name = address.partition("#")
    embed = _Embed(part, linking, place, open_part, _identity(node), node.get("in_line", ""))
    shown = embed.show(unquote(path.partition("?")[0]), unquote(name), alt, size)
    if "caption" in shown[0]:
        shown[0]["caption"] = rich
    return [*shown, *notes]


class _Embed:
    """One embed: where it stands, and what is to be shown."""

    def __init__(
        self, part: Part, linking: Linking, place: Place, open_part: OpenPart, identity: str, in_line: str
    ) -> None:
        self.part = part
        self.linking = linking
        self.place = place
        self.open_part = open_part
        self.identity = identity
        self.in_line = in_line

    def show(self, path: str, name: str, alt: list[Inline], size: pictures.Size) -> list[Inline]:
        """What stands for the file ``path``, of which ``name`` is the part behind ``#``."""
        typed = f"{path}#{name}" if name else path
        found = self.linking.vault.resolve(path, self.part.path)
        if found is None:
            return [self._missing(path, typed)]
        extension = splitext(found)[1].lower()
        if extension == ".md":
            if self.in_line:
                self._report(Code.EMBED_INLINE, f"only the name of {typed} can be printed here")
                text = words(subpath.shown(path, name, self.linking.settings.links_heading))
                if self.in_line == "link":
                    return text
                return links.to_vault(text, path, name, self.part, self.linking, self.place)
            return [self._note(found, name, typed)]
        if extension == ".base" and not self.in_line:
            return [{**span([]), "block": bases.embed(found, name, self.part, self.linking, self.place)}]
        if pictures.is_picture(found):
            return [pictures.show(found, alt, size, self.part, self.linking, self.place)]
        self._report(Code.EMBED_UNSUPPORTED, f"cannot be printed: {typed}")
        return [self._box(_KINDS.get(extension, "file"), found.rpartition("/")[2])]

    def _report(self, code: Code, message: str) -> None:
        self.linking.report(code, message, self.part.path, self.place)

    def _box(self, kind: str, name: str) -> Inline:
        """A placeholder for what would be a block of its own."""
        placeholder = self.linking.placeholder(kind, name)
        return placeholder if self.in_line else {**span([]), "block": as_block(placeholder)}

    def _missing(self, path: str, typed: str) -> Inline:
        if links.is_outside(path, self.part.path, self.linking):
            self._report(Code.PATH_OUTSIDE, f"embedded file is outside the vault: {typed}")
            in_text = pictures.is_picture(path)
            return self.linking.placeholder("outside", typed) if in_text else self._box("outside", typed)
        if pictures.is_picture(path):
            self._report(Code.IMAGE_MISSING, f"picture does not exist: {typed}")
            return self.linking.placeholder("image-missing", typed)
        self._report(Code.EMBED_MISSING, f"embedded file does not exist: {typed}")
        extension = splitext(path)[1].lower()
        return self._box("note" if extension not in _KINDS else "file", typed)

    def _note(self, path: str, name: str, typed: str) -> Inline:
        """A note, or the part of it that ``name`` says."""
        linking, part = self.linking, self.part
        if not readable(linking.note(path)):
            self._report(Code.EMBED_MISSING, f"embedded note cannot be read: {typed}")
            return self._box("note", typed)
        if properties.is_drawing(linking.note(path).properties):
            self._report(Code.EMBED_UNSUPPORTED, f"cannot be printed: {typed}")
            return self._box("excalidraw", path.rpartition("/")[2])
        ast = linking.compiled(path)
        target = subpath.resolve(path, name, ast.prepared)
        if isinstance(target, Missing):
            code = Code.HEADING_MISSING if target.kind == "heading" else Code.BLOCK_MISSING
            self._report(code, f"embedded {target.kind} does not exist: {typed}")
            return self._box(target.kind, typed)
        blocks = subpath.select(ast, target)
        if blocks is None:
            self._report(Code.BLOCK_MISSING, f"nothing belongs to the embedded block id: {typed}")
            return self._box("block", typed)
        opened = (*part.opened, (part.path, self.identity))
        inner = Part.of(ast, blocks, opened)
        if self._is_inside(inner):
            self._report(Code.EMBED_CYCLE, f"embedded in itself: {typed}")
            return self._box("cycle", typed)
        if len(opened) > MAX_OPEN:
            self._report(Code.EMBED_DEPTH, f"embedded more than {MAX_OPEN} deep: {typed}")
            return self._box("depth", typed)
        linking.embedded += sum(1 for _ in inner.nodes())
        if linking.embedded > MAX_NODES:
            self._report(Code.EMBED_LIMIT, f"too much text is embedded: {typed}")
            return self._box("depth", typed)
        linking.dependencies.add(path)
        linking.diagnostics.update(_of_part(ast, target))
        self.open_part(inner, linking)
        title: list[Block] = []
        if linking.settings.embeds_title:
            own = splitext(path.rpartition("/")[2])[0]
            shown = subpath.shown(own, name, linking.settings.links_heading)
            text = words(label("embedded-from", linking.language, name=shown))
            title = [div([para(text)], attr("", ["markdown-embed-title"]))]
        box: Block = div([*title, *inner.blocks], attr("", ["internal-embed", "markdown-embed"], [("data-src", typed)]))
        box["targets"] = [target]
        return {**span([]), "block": box}

    def _is_inside(self, inner: Part) -> bool:
        """Whether one of the embeds that we are in, or this one, would be opened again."""
        open_here = {identity for path, identity in inner.opened if path == inner.path}
        return any(_identity(node) in open_here for node in inner.nodes() if node["t"] == "Image")


def _identity(embed: Node) -> str:
    """What tells an embed from all others of its note."""
    return mark_key(embed) or "{}:{}".format(*place_of(embed))


def _of_part(ast: NoteAst, target: Target) -> list[Diagnostic]:
    """What there is to say about the part of a note that is embedded."""
    first, last = 0, 0
    if target.kind == "note":
        return [d for d in ast.diagnostics if d.severity is not Severity.ERROR]
    if target.kind == "heading":
        headings = ast.prepared.headings
        first = headings[target.heading].line
        behind = [h.line for h in headings[target.heading + 1 :] if h.level <= headings[target.heading].level]
        last = behind[0] - 1 if behind else 1 << 60
    return [d for d in ast.diagnostics if first <= d.line <= last and d.severity is not Severity.ERROR]
