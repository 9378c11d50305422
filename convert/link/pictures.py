"""Pictures: which file, how large, and what stands for one that is not there."""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import splitext

from convert import svg
from convert.diagnostics import Code
from convert.link.document import Picture
from convert.link.linking import Linking, Part, Place
from convert.nodes import Block, Inline, attr, image, walk

#: What Obsidian shows as pictures.
EXTENSIONS = frozenset((".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"))

_SIZE = re.compile(r"[1-9]\d{0,4}(?:x[1-9]\d{0,4})?\Z")
_REMOTE = re.compile(r"https?:|//", re.IGNORECASE)
#: Addresses that Obsidian shows as a player or post, though written like a picture.
_PLAYER = re.compile(
    r"(?:https?:)?//(?:(?:www\.|m\.)?youtube\.com|youtu\.be|(?:www\.)?(?:twitter|x)\.com)/", re.IGNORECASE
)
_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftyp(?:avif|avis|mif1)", re.DOTALL), "image/avif"),
    (re.compile(rb"BM"), "image/bmp"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "image/tiff"),
    (re.compile(rb"\x00\x00\x01\x00"), "image/x-icon"),
)

Size = list[tuple[str, str]]


def split_options(options: str) -> tuple[str, Size]:
    """Alt text and size of ``alt|100x145``: the size is the last part, if it is one; CSS pixels."""
    alt, bar, last = options.rpartition("|")
    if not _SIZE.match(last.strip()):
        return options.strip(), []
    sides = last.strip().split("x")
    return alt.strip() if bar else "", [(side, f"{n}px") for side, n in zip(("width", "height"), sides, strict=False)]


def is_remote(address: str) -> bool:
    """Whether the address is on the network."""
    return bool(_REMOTE.match(address.strip()))


def is_picture(path: str) -> bool:
    """Whether a file of that name is shown as a picture."""
    return splitext(path)[1].lower() in EXTENSIONS


def show(path: str, alt: list[Inline], size: Size, part: Part, linking: Linking, place: Place) -> Inline:
    """A picture of the vault, or a placeholder if its file is no picture."""
    linking.dependencies.add(path)
    return _show(linking.vault.file(path), path, alt, size, part, linking, place)


def show_remote(address: str, alt: list[Inline], size: Size, part: Part, linking: Linking, place: Place) -> Inline:
    """A picture of the network if the user allows to fetch it, else a placeholder."""
    message = f"picture on the network: {address}"
    if _PLAYER.match(address):
        linking.report(Code.EMBED_UNSUPPORTED, f"cannot be printed: {address}", part.path, place)
        return linking.placeholder("frame", address[:200])
    if linking.settings.allow_network:
        from convert.link import remote  # noqa: PLC0415 - half of all of Python's network modules

        try:
            return _show(remote.fetch(address), address, alt, size, part, linking, place)
        except remote.RemoteError as error:
            message = f"picture cannot be fetched: {address}: {error}"
    linking.report(Code.IMAGE_REMOTE, message, part.path, place)
    return linking.placeholder("image-remote", address[:200])


def _show(file: Path, path: str, alt: list[Inline], size: Size, part: Part, linking: Linking, place: Place) -> Inline:
    name = path.rpartition("/")[2]
    kind = media_type(file)
    if kind is None:
        linking.report(Code.IMAGE_INVALID, f"the file is no picture: {path}", part.path, place)
        return linking.placeholder("image-invalid", name)
    key = linking.picture_key(Picture(file, path, kind))
    shown = image(alt, f"picture:{key}", attr("", [], size))
    # the alt text may be printed, if it is more than a name; if there is none, a caption may take its place
    return {**shown, "caption": alt, "name": name, "file": path, "in": part.path, "at": place}


def tell_silent(blocks: list[Block], linking: Linking) -> None:
    """Report the pictures that neither an alt text nor a caption tells of; to be called when captions are found."""
    for node in walk(blocks):
        if node["t"] == "Image" and node.get("caption") == []:
            message = f"no text says what the picture shows: {node['file']}"
            linking.report(Code.IMAGE_NO_ALT, message, node["in"], node["at"])


def media_type(file: Path) -> str | None:
    """What the first bytes of a file say it is; None if it is no picture or can't be read."""
    try:
        with file.open("rb") as opened:
            head = opened.read(4096)
    except OSError:
        return None
    for signature, kind in _SIGNATURES:
        if signature.match(head):
            return kind
    return "image/svg+xml" if svg.is_svg(head) else None
