"""Mermaid: what a drawing shows, what becomes of a fence that cannot be drawn, and the way into every format."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import time
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from convert import mermaid, pictures, svg
from convert.docx.raster import raster
from convert.fonts.recipes import GOTHIC
from convert.formats import docx, html, markdown, pdf
from convert.mermaid import MermaidError, draw, title
from convert.settings import Settings
from tests.support.docx import Docx
from tests.support.linked import check, linked, said, show
from tests.support.pdf import Pdf, squeezed

CASES = (Path(__file__).parent / "cases" / "mermaid" / "diagrams.md").read_text("utf-8")
CASE = re.compile(r"^## (.+)\n\n```mermaid\n(.*?)\n?```\n\n(Shows|Fails): (.+)$", re.MULTILINE | re.DOTALL)
ALL = [m.groups() for part in re.split(r"^(?=## )", CASES, flags=re.MULTILINE) for m in CASE.finditer(part.strip())]
GOOD = [(name, source) for name, source, what, _ in ALL if what == "Shows"]
FLOW = "flowchart LR\n  A[甲] --> B[乙]"


def texts(drawing: bytes) -> str:
    """What a drawing shows, its texts apart by line ends."""
    root = etree.fromstring(drawing)
    shown = ("".join(node.itertext()) for node in root.iter(f"{{{svg.NAMESPACE}}}text"))
    return "\n".join(" ".join(text.split()) for text in shown)


def size(drawing: bytes) -> tuple[float, float]:
    root = etree.fromstring(drawing)
    return float(root.get("width", "0")), float(root.get("height", "0"))


def test_cases_are_read() -> None:
    assert len(ALL) == CASES.count("\n## ")


@pytest.mark.parametrize(("name", "source", "what", "words"), ALL, ids=[case[0] for case in ALL])
def test_case(name: str, source: str, what: str, words: str) -> None:
    if what == "Fails":
        with pytest.raises(MermaidError) as failure:
            draw(source, "ja")
        assert words in str(failure.value)
        assert "\n" not in str(failure.value)
        return
    drawing = draw(source, "ja")
    shown = texts(drawing)
    assert [word for word in words.split() if word not in shown] == []


@pytest.mark.parametrize(("name", "source"), GOOD, ids=[name for name, _ in GOOD])
def test_print_can_show_it(name: str, source: str) -> None:
    drawing = draw(source, "ja").decode()
    assert "foreignObject" not in drawing
    assert "http" not in drawing.replace(svg.NAMESPACE, "").replace("http://www.w3.org/1999/xlink", "")
    families = set(re.findall(r"font-family\s*[:=]\s*\"?([^;\"}]*)", drawing))
    assert families <= {f"{GOTHIC}, sans-serif"}
    assert not re.search(r"[^-]opacity\s*[:=]", drawing.replace("fill-opacity", "").replace("stroke-opacity", ""))
    assert 'lang="ja"' in drawing
    width, height = size(drawing.encode())
    across = float(etree.fromstring(drawing.encode()).get("viewBox", "").split()[2])
    assert 16 * width / across < 10.5 / 0.75  # a label against body text
    assert 50 < width < 1000
    assert 30 < height < 1000


@pytest.mark.parametrize(("name", "source"), GOOD[:3], ids=[name for name, _ in GOOD[:3]])
def test_word_gets_a_raster_with_ink_in_it(name: str, source: str) -> None:
    drawing = draw(source, "ja")
    width, height = map(round, size(drawing))
    image = Image.open(io.BytesIO(raster(drawing, width, height))).convert("RGBA")
    on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("L")
    dark = sum(on_white.histogram()[:90])
    assert dark > 500


@pytest.mark.parametrize(
    ("source", "called"),
    [
        ("---\ntitle: 流れ\n---\nflowchart LR\n  A --> B", "流れ"),
        ('pie title 紙\n  "a": 1', ""),
        ('pie\n  title 紙\n  "a": 1', "紙"),
        ("sequenceDiagram\n  accTitle: 注文\n  A->>B: x", "注文"),
        ("flowchart LR\n  accTitle: 見出し\n  accDescr: 説明\n  A --> B", "見出し"),
        ('xychart-beta\n  title "部 数"\n  x-axis [a]\n  bar [1]', "部 数"),
        (FLOW, ""),
    ],
)
def test_title(source: str, called: str) -> None:
    assert title(draw(source, "ja")) == called


def test_same_source_same_bytes_in_another_process() -> None:
    source = 'gitGraph\n  commit\n  commit id: "甲"\n'
    code = "import sys; from convert import mermaid; sys.stdout.buffer.write(mermaid.draw(sys.argv[1], 'ja'))"
    again = subprocess.run([sys.executable, "-c", code, source], capture_output=True, check=True)
    assert again.stdout == draw(source, "ja")


def test_no_day_of_the_build() -> None:
    day = time.strftime("%Y-%m-%d")
    drawing = draw(f"gantt\n  dateFormat YYYY-MM-DD\n  仕事 :a, {day}, 30d", "ja")
    assert "仕事" in texts(drawing)
    assert b'class="today"' not in drawing


def test_the_authors_theme_has_its_own_colours() -> None:
    ours = draw(FLOW, "ja").decode()
    assert "#eef2f7" in ours
    for source in (
        f"%%{{init: {{'theme': 'forest'}}}}%%\n{FLOW}",
        f"---\nconfig:\n  theme: forest\n---\n{FLOW}",
    ):
        assert "#eef2f7" not in draw(source, "ja").decode()
    own = draw(f"---\nconfig:\n  themeVariables:\n    primaryColor: '#123456'\n---\n{FLOW}", "ja").decode()
    assert "#123456" in own


def test_carriage_returns_are_line_ends() -> None:
    assert draw(FLOW.replace("\n", "\r\n"), "ja") == draw(FLOW, "ja")


def test_a_label_that_the_engine_loses_is_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = mermaid._render

    monkeypatch.setattr(mermaid, "_render", lambda source: whole(source).replace("大事", ""))
    with pytest.raises(MermaidError, match=r"would be lost \(事大\)"):
        draw('flowchart LR\n  A["大事"] --> B', "ja")


@pytest.mark.parametrize(
    "source",
    [
        "flowchart TD\n" + "".join(f"subgraph s{n}\n" for n in range(3000)) + "a-->b\n" + "end\n" * 3000,
        "mindmap\n" + "\n".join(" " * (n + 1) + "n" for n in range(300)),
        "sequenceDiagram\n" + "alt x\n" * 4000 + "a->>b: x\n" + "end\n" * 4000,
        "flowchart TD\nA" + "(" * 40000,
        "flowchart TD\nA[" + "あ" * 60000 + "]",
        "packet-beta\n0-99999999: x",
        "sankey-beta\n\na,b,1\nb,a,1",
    ],
    ids=lambda source: source[:12].replace("\n", " "),
)
def test_what_is_too_large_or_mad_ends_soon(source: str) -> None:
    began = time.monotonic()
    with pytest.raises(MermaidError):
        draw(source, "ja")
    assert time.monotonic() - began < 10


def test_a_graph_of_two_hundred_edges_is_drawn() -> None:
    edges = "\n".join(f"n{n}[節{n}] -->|札| n{(n * 7 + 3) % 200}" for n in range(200))
    assert "節199" in texts(draw(f"flowchart TD\n{edges}", "ja"))


# The fence in a note


def note(tmp_path: Path, text: str, **settings: Any) -> Any:
    document = linked(tmp_path, {"A.md": text}, **settings)
    check(document)
    return document


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (f"```mermaid\n{FLOW}\n```", "<p><img picture:p1>図（Mermaid）</img></p>"),
        (f"~~~ mermaid\n{FLOW}\n~~~", "<p><img picture:p1>図（Mermaid）</img></p>"),
        (
            "- a\n\n" + indent(f"```mermaid\n{FLOW}\n```", "  "),
            "<ul><li><p>a</p><p><img picture:p1>図（Mermaid）</img></p></li></ul>",
        ),
        (
            f"```mermaid\n{FLOW}\n```\n\n```mermaid\n{FLOW}\n```",
            "<p><img picture:p1>図（Mermaid）</img></p>" * 2,
        ),
        ('```mermaid\npie\n  title 紙\n  "a": 1\n```', "<p><img picture:p1>紙</img></p>"),
    ],
)
def test_a_fence_becomes_a_picture(tmp_path: Path, text: str, shape: str) -> None:
    document = note(tmp_path, text)
    assert show(document.blocks).replace("<plain>a</plain>", "<p>a</p>") == shape
    assert {diagnostic.code for diagnostic in document.diagnostics} == (
        {"image.no-alt"} if "Mermaid" in shape else set()
    )
    (picture,) = document.pictures.values()
    data = pictures.load(picture, "pdf")
    assert data.media_type == "image/svg+xml"
    assert re.fullmatch(r"mermaid-[0-9a-f]{16}\.svg", picture.path)


def test_in_the_notes_language(tmp_path: Path) -> None:
    document = note(tmp_path, f"---\nlang: en\n---\n```mermaid\n{FLOW}\n```")
    assert show(document.blocks) == "<p><img picture:p1>Diagram (Mermaid)</img></p>"


@pytest.mark.parametrize("text", [FLOW.replace("LR", "LR\n  accTitle: 流れ", 1), f"---\ntitle: 流れ\n---\n{FLOW}"])
def test_a_title_says_what_a_diagram_shows(tmp_path: Path, text: str) -> None:
    document = note(tmp_path, f"```mermaid\n{text}\n```")
    assert said(document) == []
    assert show(document.blocks) == "<p><img picture:p1>流れ</img></p>"


def test_one_that_cannot_be_drawn_is_its_source_in_a_box(tmp_path: Path) -> None:
    text = indent(f"[!note] 題\n一\n```mermaid\n{FLOW}\n```", "> ") + "\n\n```mermaid\n図\n```"
    document = note(tmp_path, text)
    assert said(document) == ["A.md:3:3 image.no-alt", "A.md:8:1 mermaid.failed"]
    assert show(document.blocks).endswith(
        "<div.placeholder data-kind=mermaid><p>図（Mermaid）</p><code>図</code></div>"
    )
    assert len(document.pictures) == 1


def test_a_diagram_comes_along_with_its_note(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"A.md": "![[B]]", "B.md": f"```mermaid\n図\n```\n\n```mermaid\n{FLOW}\n```"}
    document = linked(tmp_path, files)
    check(document)
    assert said(document) == ["B.md:1:1 mermaid.failed", "B.md:5:1 image.no-alt"]
    shape = show(document.blocks)
    assert shape.count("placeholder") == 1
    assert shape.count("<img picture:p1>") == 1


@pytest.mark.parametrize(
    ("setting", "shape"),
    [
        ("show", f"<code>{FLOW}</code>"),
        ("box", f"<div.placeholder data-kind=mermaid><p>図（Mermaid）</p><code>{FLOW}</code></div>"),
    ],
)
def test_setting(tmp_path: Path, setting: str, shape: str) -> None:
    document = note(tmp_path, f"```mermaid\n{FLOW}\n```", mermaid=setting)
    assert show(document.blocks) == shape
    assert not document.diagnostics


def test_every_format_shows_it(tmp_path: Path) -> None:
    wide = "flowchart LR\n" + "\n".join(f"  n{n}[節の名前{n}] --> n{n + 1}" for n in range(12))
    document = note(tmp_path, f"前。\n\n```mermaid\n{FLOW}\n```\n\n```mermaid\n{wide}\n```\n\n```mermaid\n図\n```\n")
    printed = pdf.write(document, Settings())
    assert printed.diagnostics == ()
    on_paper = Pdf(printed.data)
    for words in ("甲", "乙", "節の名前11"):
        assert words in squeezed(on_paper.text())
    left, right = 60, 595 - 60
    assert all(left < on_paper.find(f"節の名前{n}")[0].x < right for n in range(12))
    screen = html.write(document, Settings()).data.decode()
    assert screen.count("data:image/svg+xml;base64,") == 2
    assert screen.count('alt="図（Mermaid）"') == 2
    word = docx.write(document, Settings())
    assert word.diagnostics == ()
    assert [description for _, description in Docx(word.data).pictures] == ["図（Mermaid）"] * 2
    text = markdown.write(document, Settings()).data.decode()
    assert text.count("``` mermaid\n") == 3
    assert FLOW in text


def test_a_sign_in_a_diagram_that_no_font_has_is_told(tmp_path: Path) -> None:
    document = note(tmp_path, "```mermaid\nflowchart LR\n  A[\ue123] --> B\n```")
    # Where no font at all has it, WeasyPrint says so too.
    (told,) = (d for d in pdf.write(document, Settings()).diagnostics if d.code != "pdf.engine")
    assert told.code in {"font.missing-glyph", "font.fallback"}  # some machine's font may have anything
