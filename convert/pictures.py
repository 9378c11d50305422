"""A picture of the vault, made fit for print: known by its content, upright, bounded, and with no private data in it.

The file's name is not trusted: what a file is, its first bytes say. Cameras and drawing programs leave
places, names and paths in pictures; none of that goes into an output.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from convert import svg
from convert.link.document import Picture

#: larger files are refused
MAX_BYTES = 200_000_000
#: more pixels than a line of text (156 mm) and a page (250 mm) show at 300 dpi are thrown away
MAX_WIDTH, MAX_HEIGHT = 1900, 3000
#: an animation larger than this becomes a still
MAX_ANIMATION = 10_000_000

#: what Pillow may open: raster formats of cameras, screens and browsers; nothing that runs a program of its own
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "ICO")
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK")


#: A raster picture within a drawing; the drawing is clean, so the address is whole.
_INSIDE = re.compile(rb"(data:image/(?:png|jpeg);base64,)([A-Za-z0-9+/=\s]*)")


class PictureError(Exception):
    """The picture cannot be shown; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class PictureData:
    """A picture ready to be put into a document: PNG, JPEG, SVG, or an animated GIF (HTML only).

    ``width_px`` and ``height_px`` are its natural size in CSS pixels, one for each pixel of the
    file as it stood, even if ``data`` holds fewer.
    """

    data: bytes
    media_type: str
    width_px: int
    height_px: int


def load(picture: Picture, for_format: str) -> PictureData:
    """The picture for ``pdf``, ``html`` or ``docx``; :class:`PictureError` if it cannot be shown."""
    if picture.data is not None:
        return _load_svg(picture.data)
    try:
        with picture.file.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PictureError(error.strerror or "the file cannot be read") from error
    if len(data) > MAX_BYTES:
        raise PictureError(f"the file has more than {MAX_BYTES // 1_000_000} MB")
    if not data:
        raise PictureError("the file is empty")
    if svg.is_svg(data):
        return _load_svg(data)
    truncated, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False  # WeasyPrint sets it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _load_raster(data, for_format)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("it has more pixels than Kumihan opens") from error
    except UnidentifiedImageError as error:
        raise PictureError("it is no picture, or of a kind that Kumihan does not know") from error
    except (OSError, SyntaxError, ValueError, struct.error, EOFError, MemoryError, OverflowError) as error:
        raise PictureError("the file is damaged") from error  # what Pillow's decoders raise on bad data
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = truncated


def _load_svg(data: bytes) -> PictureData:
    try:
        drawing = svg.clean(data)
    except svg.SvgError as error:
        raise PictureError(str(error)) from error
    bare = _INSIDE.sub(_bare_inside, drawing.data)
    return PictureData(bare, "image/svg+xml", drawing.width_px, drawing.height_px)


def _bare_inside(found: re.Match[bytes]) -> bytes:
    """A photograph or screenshot within a drawing, without what it tells."""
    try:
        data = b64decode(found[2], validate=False)
    except ValueError:  # no picture, and shown by no program
        return found[1]
    return found[1] + b64encode(bare(data))


def bare(data: bytes) -> bytes:
    """A JPEG or PNG without what cameras and programs left in it; anything else as it is."""
    if data.startswith(b"\xff\xd8"):
        return b"".join(_bare_jpeg(data))
    return b"".join(_bare_png(data)) if data.startswith(b"\x89PNG") else data


def _load_raster(data: bytes, for_format: str) -> PictureData:
    image: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
    kind = image.format
    if kind == "GIF" and for_format == "html" and getattr(image, "is_animated", False) and len(data) <= MAX_ANIMATION:
        return PictureData(data, "image/gif", *image.size)
    width, height = image.size
    if kind in ("JPEG", "MPO"):
        image.draft(None, (MAX_WIDTH, MAX_HEIGHT))  # decodes at a half, quarter, eighth if that is still enough
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.size != image.size:
        width, height = height, width
    rotated = image.getexif().get(0x0112, 1) != 1
    if (width <= MAX_WIDTH and height <= MAX_HEIGHT) and not rotated and image.mode in _MODES:
        if kind in ("JPEG", "MPO"):
            return PictureData(bare(data), "image/jpeg", width, height)
        if kind == "PNG":
            return PictureData(bare(data), "image/png", width, height)
    lossy = kind in ("JPEG", "MPO", "AVIF") or (kind == "WEBP" and b"VP8L" not in data[:64])
    coded, media_type = _encode(upright, lossy)
    return PictureData(coded, media_type, width, height)


def _encode(image: Image.Image, lossy: bool) -> tuple[bytes, str]:
    """The image at print size, as JPEG or, if it must stay sharp or see-through, PNG; no metadata but its profile."""
    profile = image.info.get("icc_profile")
    # Pillow writes comments and Exif data on, unless they are forgotten
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    see_through = image.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in image.info
    if see_through:
        image = image.convert("RGBA")
    elif image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("RGB")
    image.thumbnail((MAX_WIDTH, MAX_HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if lossy and not see_through:
        image.save(out, "JPEG", quality=90, subsampling=0, icc_profile=profile)
        return out.getvalue(), "image/jpeg"
    if image.mode == "CMYK":
        image, profile = image.convert("RGB"), None
    image.save(out, "PNG", icc_profile=profile)
    return out.getvalue(), "image/png"


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _bare_jpeg(data: bytes) -> Iterator[bytes]:
    """The JPEG's own segments up to its end, without Exif, XMP, IPTC, comments and whatever hangs on behind."""
    yield b"\xff\xd8"
    at = 2
    while found := _MARKER.search(data, at):
        if found.start() > at:
            yield data[at : found.start()]  # a scan's coded pixels (or fill bytes)
        marker = data[found.start() + 1]
        if marker == 0xD9:
            break
        end = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
        profile = marker == 0xE2 and data.startswith(b"ICC_PROFILE\0", found.end() + 2)
        if profile or not (0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            yield data[found.start() : end]
        at = end
    yield b"\xff\xd9"


_PNG_CHUNKS = (
    b"IHDR",
    b"PLTE",
    b"tRNS",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"iCCP",
    b"sBIT",
    b"bKGD",
    b"pHYs",
    b"IDAT",
    b"IEND",
)


def _bare_png(data: bytes) -> Iterator[bytes]:
    """The PNG's chunks that make the picture: no texts, times, Exif."""
    yield data[:8]
    at = 8
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if kind in _PNG_CHUNKS:
            yield data[at:end]
        if kind == b"IEND":
            break
        at = end
