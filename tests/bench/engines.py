"""One warm process: the scanner with the size of what it reads; a note to PDF with the time that bare
pandoc (Markdown to HTML) and bare WeasyPrint (the finished page as text to PDF) take for the same page;
a linked note to Word with the time that bare pandoc takes for the same tree; and what both engines alone
take for all notes of a vault.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from lxml import etree

from convert.formats import docx, pdf
from convert.link import link_note
from convert.note import Note, read_note
from convert.pdf import adjust, engine, shortcuts
from convert.settings import Settings
from convert.syntax import prepare
from convert.vault import scan

PROJECT = Path(__file__).resolve().parent.parent.parent
SAMPLE = PROJECT / "docs" / "sample"
SEED = PROJECT.parent / "shared" / "seed"


def seconds(job: Callable[[], object], rounds: int) -> float:
    """The median time of a job."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return median(times)


def scanner(notes: list[Note], rounds: int) -> None:
    """Megabytes a second through ``prepare``."""
    size = sum(len(note.body.encode()) for note in notes)
    spent = seconds(lambda: [prepare(note) for note in notes], rounds)
    print(f"scanner: {len(notes)} notes, {size / 1e3:.0f} kB, {size / spent / 1e6:.1f} MB/s")


def note_to_pdf(root: Path, name: str, rounds: int) -> float:
    """A note to PDF against the two engines alone: the same page, and with all our typography on it (the ratio)."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    vault = scan(root)
    plain = replace(Settings(), justify="no", punctuation="no", gaps="no")
    laid_out: list[tuple[str, list[str], dict[str, engine.Asset]]] = []
    lay_out = engine.lay_out

    def spy(page: etree._Element, sheets: Sequence[str], assets: Any, choice: Any, **rest: Any) -> engine.Layout:
        laid_out.append((etree.tostring(page, method="html", encoding="unicode"), list(sheets), assets))
        return lay_out(page, sheets, assets, choice, **rest)

    engine.lay_out = spy
    try:
        pages = pdf.write(link_note(name, vault, plain), plain).pages
    finally:
        engine.lay_out = lay_out
    html, sheets, assets = laid_out[0]
    fonts = FontConfiguration()
    fetch = engine._Fetcher(assets)
    styles = [weasyprint.CSS(string=css, font_config=fonts, url_fetcher=fetch) for css in sheets]
    body = read_note(root / name, name, 10**8).body.encode()

    def bare_pandoc() -> None:
        subprocess.run([pandoc_path(), "-f", "commonmark_x", "-t", "html"], input=body, check=True, capture_output=True)

    def bare_weasyprint() -> None:
        with shortcuts.suspended():
            page = weasyprint.HTML(string=html, url_fetcher=fetch)
            page.write_pdf(stylesheets=styles, font_config=fonts, pdf_tags=True)

    def ours(settings: Settings) -> float:
        return seconds(lambda: pdf.write(link_note(name, vault, settings), settings), rounds)

    bare_weasyprint()
    engines = seconds(bare_pandoc, rounds) + seconds(bare_weasyprint, rounds)
    same, full = ours(plain), ours(Settings())
    print(f"{name}: {pages} pages, layouts {len(laid_out)}; pandoc + WeasyPrint {engines:.2f} s")
    print(f"  the same page by us {same:.2f} s, {same / engines:.2f} of that")
    print(f"  with our typography {full:.2f} s, {full / engines:.2f} of that")
    return full / engines


def vault_alone(root: Path, notes: Sequence[str]) -> float:
    """Processor seconds that the engines alone take, warm, for a vault's notes with all our typography.

    That is pandoc for each note's Markdown, less what it takes for none, and WeasyPrint for each page that we give it,
    as text, with our line adjustment and none of our short cuts.
    """
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    vault, settings, fonts = scan(root), Settings(), FontConfiguration()
    sheets: dict[str, weasyprint.CSS] = {}
    laid_out: list[tuple[str, Sequence[str], Any]] = []
    lay_out = engine.lay_out

    def spy(page: etree._Element, css: Sequence[str], assets: Any, choice: Any, **rest: Any) -> engine.Layout:
        laid_out.append((etree.tostring(page, method="html", encoding="unicode"), list(css), assets))
        return lay_out(page, css, assets, choice, **rest)

    def pandoc_seconds(text: bytes) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([pandoc_path(), "-f", "commonmark_x", "-t", "html"], input=text, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    nothing = median(pandoc_seconds(b"") for _ in range(20))
    spent = 0.0
    for turn, name in enumerate((notes[0], *notes)):
        laid_out.clear()
        engine.lay_out = spy
        try:
            pdf.write(link_note(name, vault, settings), settings)
        finally:
            engine.lay_out = lay_out
        html, css, assets = laid_out[0]
        fetch = engine._Fetcher(assets)
        for sheet in css:
            if sheet not in sheets:
                sheets[sheet] = weasyprint.CSS(string=sheet, font_config=fonts, url_fetcher=fetch)
        started = time.process_time()
        with shortcuts.suspended(), adjust.in_force():
            page = weasyprint.HTML(string=html, url_fetcher=fetch)
            page.write_pdf(stylesheets=[sheets[sheet] for sheet in css], font_config=fonts, pdf_tags=True)
        if turn:  # the first warms it up
            spent += time.process_time() - started
            spent += max(pandoc_seconds(read_note(root / name, name, 10**8).body.encode()) - nothing, 0)
    return spent


def note_to_word(root: Path, name: str, rounds: int) -> tuple[float, float]:
    """Seconds that a linked note takes to Word, and that pandoc alone takes for the same tree."""
    vault, settings = scan(root), Settings()
    document = link_note(name, vault, settings)
    tree = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": document.blocks}
    data = json.dumps(tree, ensure_ascii=False).encode()

    def bare_pandoc() -> None:
        command = [pandoc_path(), "-f", "json", "-t", "docx", "-o", "-"]
        subprocess.run(command, input=data, check=True, capture_output=True)

    bare, ours = seconds(bare_pandoc, rounds), seconds(lambda: docx.write(document, settings), rounds)
    print(f"{name}: Word {ours:.3f} s, pandoc for the same tree {bare:.3f} s")
    return ours, bare


def pandoc_path() -> str:
    """The pandoc that ours uses."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def start_up(rounds: int) -> None:
    """``kumihan --version`` against an empty Python."""

    def run(*arguments: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)

    ours, empty = seconds(run("-m", "convert", "--version"), rounds), seconds(run("-c", ""), rounds)
    print(f"kumihan --version: {ours:.3f} s (an empty Python: {empty:.3f} s)")


def main(rounds: int) -> dict[str, float]:
    """Measure and print; the ratios."""
    start_up(rounds)
    vault = scan(SAMPLE)
    scanner([read_note(vault.file(path), path, 10**8) for path in vault.notes] * 5, rounds)
    ratios = {}
    if SEED.is_dir():
        (seed,) = [path for path in scan(SEED).notes if path != "README.md"]
        scanner([read_note(SEED / seed, seed, 10**8)] * 5, rounds)
        ratios["seed"] = note_to_pdf(SEED, seed, rounds)
        ours, bare = note_to_word(SEED, seed, max(rounds, 7))
        ratios["seed to Word"] = ours / bare
    ratios["sample"] = note_to_pdf(SAMPLE, vault.notes[0], rounds)
    return ratios
