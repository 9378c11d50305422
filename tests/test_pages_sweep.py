"""Every note of the shared vaults on paper: no line begins or ends as it must not, no page is left a quarter empty."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from convert.formats import pdf
from convert.link import link_note
from convert.pdf import adjust, blanks, engine
from convert.settings import Settings
from convert.vault import scan
from tests.support.project import SHARED

SAMPLE = Path(__file__).parents[1] / "docs" / "sample"
VAULTS = [SAMPLE, SHARED / "seed", *sorted((SHARED / "vaults").glob("ja-*"))]
NOT_FIRST = (
    "、。，．・：；？！）］｝」』】〉》〕ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ゛゜ヽヾゝゞ…‥～〜㎡㎏％℃”’"
)
NOT_LAST = "（［｛「『【〈《〔“‘"


def texts(box: Any) -> Iterator[Any]:
    for child in box.children:
        if hasattr(child, "text"):
            yield child
        elif type(child).__name__ == "InlineBox":
            yield from texts(child)


def is_code(box: Any) -> bool:
    return box.element is not None and any(
        e.tag in ("code", "kbd") for e in (box.element, *box.element.iterancestors())
    )


def misbroken(page: Any) -> Iterator[str]:
    """The lines of a page's Japanese text that break where no line may."""
    before = None
    for path in blanks._paths(page._page_box.children[0]):
        line = path[-1]
        classes = (line.element.get("class") or "").split() if line.element is not None else []
        goes_on, before = before is line.element, line.element
        if not {adjust.EVEN, adjust.FLUSH} & {*classes}:
            continue
        shown = [box for box in texts(line) if box.text.strip("\u200b\u2060 ")]
        if not shown or is_code(shown[0]) or is_code(shown[-1]):
            continue
        text = "".join(box.text for box in shown).strip("\u200b\u2060 ")
        ends = getattr(line, "resume_at", None) is None
        first = shown[0].element
        if goes_on and (text[0] in NOT_FIRST or (first is not None and "fn-call" in (first.get("class") or ""))):
            yield f"begins: {text}"
        if not ends and text[-1] in NOT_LAST:
            yield f"ends: {text}"
        alone = text.rstrip("、。」』）！？")
        if goes_on and ends and len(alone) == 1 and unicodedata.east_asian_width(alone) == "W":
            yield f"last line: {text}"


@pytest.mark.slow
@pytest.mark.parametrize("vault", VAULTS, ids=lambda vault: vault.name)
@pytest.mark.parametrize("chars", [42, 22])
def test_lines_and_pages_of_real_notes(monkeypatch, vault, chars):
    if not vault.is_dir():
        pytest.skip("not beside the project")
    layouts: list[Any] = []
    lay_out = engine.lay_out
    monkeypatch.setattr(engine, "lay_out", lambda *a, **named: layouts.append(lay_out(*a, **named)) or layouts[-1])
    settings = Settings(page_chars=chars)
    index = scan(vault)
    wrong = []
    for note in sorted(str(note) for note in index.notes):
        layouts.clear()
        pdf.write(link_note(note, index, settings), settings)
        pages = layouts[-1].pages
        wrong += [f"{note}: {line}" for page in pages for line in misbroken(page)]
        for number, (page, after) in enumerate(pairwise(pages), 1):
            blank, whole = blanks._blank(page._page_box)
            if blank > blanks.MOST_BLANK * whole and not blanks._is_forced(page._page_box, after._page_box):
                wrong.append(f"{note}: page {number} is {blank / whole:.0%} empty")
    assert wrong == []
