"""The door to WeasyPrint: what gets in, what gets out, and that nothing else is opened."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from lxml import etree

from convert.pdf import engine
from convert.pdf.engine import Asset
from convert.settings import Settings
from tests.support.pages import png
from tests.support.pdf import Pdf

CSS = 'html { font-family: "Kumihan Mincho" } @page { size: 100mm 100mm }'


def laid_out(body, assets=None, css=CSS):
    root = etree.fromstring(f"<html lang='ja'><head><title>題</title></head><body>{body}</body></html>")
    choice = engine.choose_fonts("".join(root.itertext()), Settings(), "A.md")
    return engine.lay_out(root, [css], assets or {}, choice)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/hostname", "http://localhost:9/x.png", "https://example.com/x.png", "picture:other", "x.png",
     "data:text/html,x", "FILE:///etc/hostname"],
)  # fmt: skip
def test_only_the_pages_own_pictures_are_served(address):
    layout = laid_out(f"<p>前<img src='{address}' alt='代わり'/>後</p>", {"picture:k": Asset(png(), "image/png")})
    assert "代わり" in Pdf(engine.write(layout, b"id")[0]).text()
    assert len(layout.messages) == 1


@pytest.mark.parametrize(
    "css",
    ["@import 'file:///etc/hostname';", "@font-face { font-family: x; src: url(file:///etc/hostname) }",
     "body { background: url(http://localhost:9/x) }"],
)  # fmt: skip
def test_style_sheets_fetch_nothing(css, monkeypatch):
    import urllib.request

    def refuse(*_args, **_kwargs):
        raise AssertionError("something was opened")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    engine.write(laid_out("<p>本文</p>", css=css + CSS), b"id")


def test_a_picture_that_is_given_is_drawn():
    layout = laid_out("<img src='picture:k' alt='x'/>", {"picture:k": Asset(png(), "image/png")})
    assert layout.messages == ()
    assert b"/Image" in engine.write(layout, b"id")[0]


def test_messages_are_collected_once_and_reach_nobody(capsys, caplog):
    with caplog.at_level(logging.DEBUG):
        layout = laid_out("<img src='x:1' alt='a'/><img src='x:1' alt='a'/>")
    assert len(layout.messages) == 1
    assert not [record for record in caplog.records if record.name == "weasyprint"]
    assert capsys.readouterr() == ("", "")


def test_style_sheets_are_parsed_once(monkeypatch):
    laid_out("<p>本文</p>")
    before = engine._sheet.cache_info().misses
    laid_out("<p>別の本文</p>")
    assert engine._sheet.cache_info().misses == before


def test_the_file_is_the_same_every_time():
    first, second = (engine.write(laid_out("<p>本文 📑</p>"), b"0123456789abcdef")[0] for _ in range(2))
    assert first == second
    assert b"0123456789abcdef".hex().encode() in first.lower() or b"0123456789abcdef" in first


def test_a_users_family_is_quoted():
    from convert.fonts import Choice

    choice = Choice({"mincho": ('x"; } body { color: red', "Kumihan Mincho")}, None, ())
    css = engine._with_families(CSS, choice)
    assert css.count('"') == 4
    assert "color: red" not in css


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere libraries have other names")
def test_loading_the_engine_starts_no_process():
    code = """
import sys
sys.addaudithook(lambda event, _: event in ("subprocess.Popen", "os.fork", "os.posix_spawn") and sys.exit(event))
from convert.pdf import engine
engine._weasyprint()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_seldom_wanted_of_font_tools_is_there_when_it_is() -> None:
    script = (
        "import sys; from convert.pdf import engine; engine._weasyprint(); from weasyprint.pdf import fonts;"
        "print('fontTools.subset' in sys.modules, fonts.subset.Options(hinting=False).hinting,"
        " 'fontTools.subset' in sys.modules, type(sys.modules['fontTools.subset']).__name__);"
        "import fontTools.varLib.instancer\n"
        "try: fonts.instantiateVariableFont(None, {})\n"
        "except TypeError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "False False True module"
    assert "NoneType" in done.stdout.splitlines()[1]
