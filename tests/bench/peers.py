"""The shell loops that people use instead: pandoc and an engine, two programs started for each note."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from convert import fonts, pandoc
from convert.fonts.recipes import GOTHIC, MINCHO

_FORMAT = "commonmark_x+hard_line_breaks"

_CSS = f"""\
@page {{ size: A4; margin: 25mm; @bottom-center {{ content: counter(page) }} }}
html {{ font: 10.5pt/1.7 "{MINCHO}" }}
h1, h2, h3, h4, h5, h6 {{ font-family: "{GOTHIC}" }}
body {{ margin: 0; max-width: none; padding: 0 }}
img {{ max-width: 100% }}
"""

#: The package has no program, only a library: this is the program that pandoc calls, with as little Python as can be.
_TYPST = """\
#!{python} -IS
import sys
sys.path.append({packages!r})
import typst
typst.compile(sys.argv[-2], output=sys.argv[-1], font_paths=[{fonts!r}], ignore_system_fonts=True, root="/")
"""

Task = list[list[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A loop; ``task`` gives the commands that turn a note into a PDF."""

    name: str
    task: Callable[[Path, Path], Task]


def installed(folder: Path) -> Sequence[Peer]:
    """The loops that this machine can run; ``folder`` takes what they need. To be called with our fonts in force."""
    return [peer for peer in (_weasyprint(folder), _typst(folder), _chromium(folder)) if peer]


def _page(folder: Path) -> Path:
    style = folder / "page.css"
    style.write_text(_CSS, "utf-8")
    return style


def _pandoc(note: Path, output: Path, *arguments: str) -> list[str]:
    resources = f"--resource-path={note.parent}"
    return [str(pandoc.program()), "-f", _FORMAT, str(note), "-s", "-o", str(output), resources, *arguments]


def _weasyprint(folder: Path) -> Peer:
    program = folder / "weasyprint"
    program.write_text(f"#!{sys.executable}\nfrom weasyprint.__main__ import main\nmain()\n", "utf-8")
    program.chmod(0o755)
    style = _page(folder)

    def task(note: Path, output: Path) -> Task:
        return [_pandoc(note, output, f"--pdf-engine={program}", f"--css={style}", "--mathml")]

    return Peer("pandoc + WeasyPrint", task)


def _typst(folder: Path) -> Peer | None:
    package = find_spec("typst")
    if not package or not package.origin:
        return None
    program = folder / "typst"
    packages = str(Path(package.origin).parents[1])
    text = _TYPST.format(python=sys.executable, packages=packages, fonts=str(fonts.activate().folder))
    program.write_text(text, "utf-8")
    program.chmod(0o755)
    families = ["-V", f"mainfont={MINCHO}", "-V", "lang=ja", "-V", "papersize=a4", "-V", "fontsize=10.5pt"]

    def task(note: Path, output: Path) -> Task:
        return [_pandoc(note, output, f"--pdf-engine={program}", *families)]

    return Peer("pandoc + Typst", task)


def _chromium(folder: Path) -> Peer | None:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        return None
    style = _page(folder)

    def task(note: Path, output: Path) -> Task:
        html = output.with_suffix(".html")
        profile = output.with_suffix(".profile")  # of its own: two browsers cannot share one
        browser = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
        return [
            _pandoc(note, html, f"--css={style}", "--mathml", "--embed-resources"),
            [*browser, "--no-pdf-header-footer", f"--print-to-pdf={output}", str(html)],
        ]

    return Peer("pandoc + Chromium", task)
