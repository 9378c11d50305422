"""Pictures come out upright, bounded, without private data; what is none is said to be none."""

import gzip
import io
import zlib

import pytest
from PIL import Image, PngImagePlugin

from convert import pictures, svg
from convert.link.document import Picture
from convert.pictures import PictureError, load

SECRET = b"/home/taro/35.6812N"


def picture(folder, data, name="a.png"):
    file = folder / name
    file.write_bytes(data)
    return Picture(file, name, "image/png")


def coded(format, size=(8, 6), mode="RGB", **options):
    image = Image.new(mode, size, 0)
    if mode == "RGB":
        image.paste((255, 0, 0), (0, 0, size[0], size[1] // 2))  # the upper half is red
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data.data))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "ICO"])
@pytest.mark.parametrize("for_format", ["pdf", "html", "docx"])
def test_content_decides_not_the_name(tmp_path, format, for_format):
    data = load(picture(tmp_path, coded(format, (16, 16)), "wrong.txt"), for_format)
    assert (data.width_px, data.height_px) == (16, 16)
    assert data.media_type in ("image/png", "image/jpeg")
    assert opened(data).get_format_mimetype() == data.media_type


def test_camera_turned_on_its_side(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is on the right of the pixels
    data = load(picture(tmp_path, coded("JPEG", (40, 20), exif=exif.tobytes())), "pdf")
    assert (data.width_px, data.height_px) == opened(data).size == (20, 40)
    assert opened(data).getexif().get(0x0112, 1) == 1
    red, _, _ = opened(data).getpixel((15, 20))
    assert red > 200, "the red half must be on the right"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_nothing_private_stays(tmp_path, format):
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    options = {"exif": exif.tobytes()}
    if format == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Source", SECRET.decode())
        options["pnginfo"] = texts
    if format == "JPEG":
        options["comment"] = SECRET
    data = coded(format, **options)
    assert SECRET in data
    data += SECRET  # what some cameras hang on behind the end
    bare = load(picture(tmp_path, data), "html")
    assert SECRET not in bare.data
    assert opened(bare).size == (8, 6)


def test_bare_jpeg_has_the_same_pixels_and_profile(tmp_path):
    data = coded("JPEG", (64, 48), quality=95, progressive=True, icc_profile=b"profile" * 20, comment=b"x" * 100)
    bare = load(picture(tmp_path, data), "pdf")
    assert len(bare.data) < len(data)
    assert opened(bare).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert opened(bare).info["icc_profile"] == b"profile" * 20


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_more_pixels_than_print_shows_are_dropped(tmp_path, format):
    data = load(picture(tmp_path, coded(format, (4000, 1000))), "docx")
    assert (data.width_px, data.height_px) == (4000, 1000)
    assert opened(data).size[0] <= pictures.MAX_WIDTH


def test_bomb_is_refused_before_it_is_decoded(tmp_path):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99)))
    with pytest.raises(PictureError, match="pixels"):
        load(picture(tmp_path, data), "pdf")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png(tmp_path, mode):
    data = load(picture(tmp_path, coded("PNG", mode=mode)), "pdf")
    assert opened(data).mode in ("1", "L", "LA", "P", "RGB", "RGBA")


def test_see_through_stays_see_through(tmp_path):
    data = load(picture(tmp_path, coded("WEBP", mode="RGBA")), "pdf")
    assert data.media_type == "image/png"
    assert opened(data).getpixel((0, 0))[3] == 0


def test_animation_lives_on_in_html_only(tmp_path):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    file = picture(tmp_path, out.getvalue())
    assert load(file, "html").media_type == "image/gif"
    assert load(file, "pdf").media_type == load(file, "docx").media_type == "image/png"


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%PDF-1.4", b"<svg", b"<html></html>",
     coded("JPEG", (200, 200))[:500], coded("PNG", (200, 200))[:-60], b"\x1f\x8bnothing"],
)  # fmt: skip
def test_what_is_no_picture(tmp_path, data):
    with pytest.raises(PictureError):
        load(picture(tmp_path, data), "pdf")


def test_file_that_is_gone(tmp_path):
    with pytest.raises(PictureError):
        load(Picture(tmp_path / "none.png", "none.png", "image/png"), "pdf")


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {at}>{content}</svg>'


def drawn(content="", at='width="10" height="10"'):
    return svg.clean(SVG.format(content=content, at=at).encode())


@pytest.mark.parametrize(
    ("content", "gone"),
    [
        ("<script>alert(1)</script><rect/>", b"alert"),
        ('<rect onclick="alert(1)"/>', b"alert"),
        ('<image href="http://example.com/x.png"/>', b"example"),
        ('<image xlink:href="file:///etc/passwd"/>', b"passwd"),
        ('<image href="data:image/svg+xml;base64,AAAA"/>', b"AAAA"),
        ("<style>@import 'http://example.com/x.css'; rect{fill:red}</style>", b"example"),
        ("<style>@font-face{src:url(http://example.com)}</style>", b"example"),
        ("<style>rect{fill:u\\72l(http://example.com)}</style>", b"example"),
        ('<rect fill="url(http://example.com/#a)"/>', b"example"),
        ("<rect style=\"fill:url( 'http://example.com')\"/>", b"example"),
        ('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">alert</p></foreignObject>', b"alert"),
        ('<a href="javascript:alert(1)"><rect/></a>', b"alert"),
        ('<a><set attributeName="href" to="javascript:alert(1)"/></a>', b"alert"),
        ('<g xml:base="http://example.com/"/>', b"example"),
        ("<metadata>/home/taro</metadata><!-- /home/taro -->", b"taro"),
        ('<g xmlns:i="http://www.inkscape.org/" i:export="/home/taro"><i:x>/home/taro</i:x></g>', b"taro"),
    ],
)
def test_svg_neither_runs_nor_fetches_nor_tells(content, gone):
    assert gone not in drawn(content).data


def test_svg_keeps_what_it_draws_with():
    data = drawn(
        '<style>.a{fill:url(#g)}</style><defs><linearGradient id="g"/></defs><rect class="a" fill="url(#g)"/>'
        '<use xlink:href="#g"/><image href="data:image/png;base64,iVBORw0KGgo="/><text>日本</text>'
    ).data
    for part in (b".a{fill:url(#g)}", b'fill="url(#g)"', b'href="#g"', b"base64,iVBORw0KGgo=", b"&#26085;"):
        assert part in data


@pytest.mark.parametrize(
    ("at", "size"),
    [
        ('width="10" height="20"', (10, 20)),
        ('width="1in" height="72pt"', (96, 96)),
        ('viewBox="0 0 40 30"', (40, 30)),
        ('viewBox="0 0 40 30" width="80"', (80, 60)),
        ('viewBox="0 0 40 30" width="100%"', (40, 30)),
        ("", (300, 150)),
    ],
)
def test_svg_size(at, size):
    drawing = drawn(at=at)
    assert (drawing.width_px, drawing.height_px) == size


def test_svg_that_never_ends_is_refused():
    levels = "".join(f'<g id="l{n}">' + f'<use href="#l{n - 1}"/>' * 10 + "</g>" for n in range(1, 12))
    with pytest.raises(svg.SvgError, match="many"):
        drawn('<g id="l0"><rect/></g>' + levels)
    with pytest.raises(svg.SvgError, match="itself"):
        drawn('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>')
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    with pytest.raises(svg.SvgError):
        svg.clean(bomb + b']><svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>')


def test_packed_svg_and_svg_by_another_name(tmp_path):
    data = gzip.compress(SVG.format(at='viewBox="0 0 5 5"', content="<rect/>").encode(), mtime=0)
    assert load(picture(tmp_path, data, "a.png"), "html").media_type == "image/svg+xml"


def test_svg_reads_no_file(tmp_path):
    (tmp_path / "secret").write_text("SECRET")
    data = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'.encode()
    data += b'<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>'
    assert b"SECRET" not in svg.clean(data).data
