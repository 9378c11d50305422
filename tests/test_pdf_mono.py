"""Greys only: no operator, shading or picture of a file has a colour."""

from __future__ import annotations

import io
from base64 import b64encode

import pikepdf
import pytest
from PIL import Image

from convert.formats import pdf
from convert.nodes import attr, image, para, span, words
from convert.pdf import grey
from convert.settings import Settings
from tests.support.pages import callout, document, picture, text
from tests.support.pdf import Pdf

MONO = Settings(color="mono")
GREYS = {"/DeviceGray", "/Pattern"}


def colours(read: Pdf) -> list[str]:
    """All that is not grey in a file: operators, spaces of pictures, shadings and groups."""
    found: list[str] = []
    for item in read._pike.objects:
        if not isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        found += _spaces(item)
        if item.get("/Subtype") == "/Image":
            found += [f"picture {item.ColorSpace}"] if str(item.ColorSpace) != "/DeviceGray" else []
        elif item.get("/Subtype") == "/Form" or "/PatternType" in item or item.get("/Type") == "/Page":
            found += _operators(item)
    return found


def _operators(owner: pikepdf.Object) -> list[str]:
    found = []
    for operands, operator in pikepdf.parse_content_stream(owner):
        name = str(operator)
        if name in ("rg", "RG", "k", "K") or (name in ("cs", "CS") and str(operands[0]) not in GREYS):
            found.append(f"{[str(operand) for operand in operands]} {name}")
    return found


def _spaces(item: pikepdf.Object) -> list[str]:
    shadings = item.get("/Resources", {}).get("/Shading", {}) if "/Resources" in item else {}
    found = [f"shading {one.ColorSpace}" for one in shadings.values() if str(one.ColorSpace) != "/DeviceGray"]
    group = item.get("/Group")
    if group is not None and str(group.get("/CS", "/DeviceGray")) != "/DeviceGray":
        found.append(f"group {group.CS}")
    return found


def coloured_png(mode: str) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (6, 4), 3 if mode == "P" else (200, 30, 40, 128)[: len(mode)]).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mono")
    pictures = {}
    for mode in ("RGB", "RGBA", "P"):
        (folder / f"{mode}.png").write_bytes(coloured_png(mode))
        pictures[mode] = picture(folder / f"{mode}.png")
    Image.new("RGB", (9, 9), (10, 200, 30)).save(folder / "photo.jpg")
    Image.new("CMYK", (9, 9), (10, 200, 30, 0)).save(folder / "cmyk.jpg")
    pictures |= {name: picture(folder / f"{name}.jpg") for name in ("photo", "cmyk")}
    inner = b64encode(coloured_png("RGB"))
    (folder / "drawing.svg").write_bytes(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><defs><linearGradient id="g">'
        b'<stop offset="0" stop-color="red"/><stop offset=".5" stop-color="#0c0"/><stop offset="1" stop-color="blue" '
        b'stop-opacity=".5"/></linearGradient></defs><rect width="40" height="40" fill="url(#g)"/>'
        b'<circle cx="60" cy="20" r="9" fill="#f0f" stroke="oklch(60% .2 40)"/>'
        b'<image x="70" width="9" height="9" href="data:image/png;base64,' + inner + b'"/></svg>'
    )
    pictures["drawing"] = picture(folder / "drawing.svg")
    blocks = [
        *(callout(kind, words(kind), [text("文")]) for kind in ("note", "warning", "danger", "tip")),
        *(para([image(words(key), f"picture:{key}", attr("", [], [("width", "60")]))]) for key in pictures),
        para([span(words("印"), attr("", ["mark"])), {"t": "Link", "c": [attr("", ["external-link"]), words("外"),
             ["https://example.com", ""]]}]),
        {"t": "CodeBlock", "c": [["", ["python"], []], "# c\nx = 'y' + 1\n"]},
    ]  # fmt: skip
    sheets = (
        "em { color: lab(50% 40 59) } body { background: linear-gradient(#fee, #eef) } "
        "strong { color: device-cmyk(0 1 0 0) }",
    )
    extra = [{"t": "Para", "c": [{"t": "Emph", "c": words("Latin")}, {"t": "Strong", "c": words("太")}]}]
    return document([*blocks, *extra], pictures=pictures, style_sheets=sheets)


def test_the_document_has_colours_of_all_kinds(mixed):
    found = " ".join(colours(Pdf(pdf.write(mixed, Settings()).data)))
    assert all(kind in found for kind in (" rg", "lab-d50", "DeviceCMYK", "shading", "picture /DeviceRGB"))


def test_none_is_left(mixed):
    output = pdf.write(mixed, MONO)
    assert colours(Pdf(output.data)) == []
    assert [d.code for d in output.diagnostics] == []
    assert pdf.write(mixed, MONO).data == output.data


def test_types_of_callouts_differ_by_more_than_their_colour():
    """Each has its icon; the bars of notes, warnings and dangers are of other shapes."""
    shapes = set()
    for kind in ("note", "warning", "danger"):
        read = Pdf(pdf.write(document([callout(kind, words("題"), [text("文")])], print_title=False), MONO).data)
        content = read._pike.pages[0].Contents.read_bytes().decode("latin-1")
        shapes.add("".join(c for c in content.partition("/Span")[0] if c.isalpha() or c == "\n"))
    assert len(shapes) == 3


@pytest.mark.parametrize(
    ("colour", "expected"),
    [((0, 0, 0), 0), ((1, 1, 1), 1), ((0.5, 0.5, 0.5), 0.5), ((1, 0, 0), 0.4984), ((0, 1, 0), 0.8618)],
)
def test_greys_are_as_bright_as_the_colours(colour, expected):
    assert grey.level(colour) == pytest.approx(expected, abs=0.001)


def test_a_damaged_picture_is_an_error_of_its_own():
    with pytest.raises(OSError, match=r"picture|identify"):
        grey.picture(b"\x89PNG\r\n\x1a\n" + bytes(9))
