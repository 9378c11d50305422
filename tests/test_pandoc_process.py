"""The pandoc that stays: its answers are those of pandoc called for each note, and nothing that befalls it is felt."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from convert import pandoc, pandoc_process
from convert.note import read_note
from convert.pandoc_process import PandocProcess, TimeOut
from convert.syntax import prepare

SAMPLE = Path(__file__).resolve().parent.parent / "docs" / "sample"
TRICKY = {
    "nothing": "",
    "no line ending": "# 題\n\n-",
    "tabs": "a\tb\n\n```\nab\tc\n\td\n漢\te\n```\n\n- x\n\t- y\n",
    "carriage returns": "a\rb\r\n\r\n```\r\nx\ry\r\n\r\r\nz\r\n```\r\n",
    "marks of order": "\ufeff\ufeffa\ufeff\n",
    "lines of two scripts": "日\n本\nab\ncd\n「**字**\n*字*」\n字\n`x`\n[日](u)\n本  \n本\n",
    "lines beside objects": "字\n![日](u)\n字[^1]\n字\n\n[^1]: 日\n  本\n",
    "a formula that is none": "$\\begin{x}$ と $$\\frac{1}{2}$$\n",
    "code": "```python\nx = 1  # 一\n```\n\n```nonsense\ny\n```\n",
    "nests": "> - " * 60 + "x\n",
    "long": "長い段落である。" * 40_000 + "\n",
}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pandoc is started for each call there")


@pytest.fixture
def staying() -> Iterator[PandocProcess]:
    process = PandocProcess((str(pandoc.program()),), dict(os.environ))
    yield process
    process.close()


def _texts() -> dict[str, str]:
    notes = {path.name: prepare(read_note(path, path.name, 10**8)).text for path in sorted(SAMPLE.rglob("*.md"))[:8]}
    return {**TRICKY, **notes}


@pytest.mark.parametrize("text", _texts().values(), ids=_texts())
@pytest.mark.parametrize("hard_breaks", [True, False])
def test_as_if_pandoc_were_called(text: str, hard_breaks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    staying = pandoc.read(text, hard_breaks=hard_breaks)
    shown = pandoc.write_html(staying)
    monkeypatch.setattr(PandocProcess, "ask", lambda *_: None)
    monkeypatch.setattr(pandoc, "_as_read", lambda text: text)
    called = pandoc.read(text, hard_breaks=hard_breaks)
    assert json.dumps(staying) == json.dumps(called)
    assert shown == pandoc.write_html(called)


def test_one_that_was_killed_is_replaced(staying: PandocProcess) -> None:
    assert staying.ask("html", pandoc._dump([], {}), 30) == b"\n"
    assert staying._process
    staying._process.kill()
    staying._process.wait()
    assert staying.ask("html", pandoc._dump([], {}), 30) is None
    assert staying.ask("html", pandoc._dump([], {}), 30) == b"\n"


def test_what_it_cannot_do_leaves_it_alive(staying: PandocProcess) -> None:
    assert staying.ask("html", b"{", 30) is None
    first = staying._process
    assert staying.ask("read commonmark", b"x", 30)
    assert staying._process is first


def test_a_time_out_ends_it(staying: PandocProcess) -> None:
    with pytest.raises(TimeOut):
        staying.ask("read commonmark_x", b"x *" * 3_000_000, 0.2)
    assert staying._process is None
    assert staying.ask("read commonmark", b"x", 30)


def test_it_does_not_grow_for_ever(staying: PandocProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc_process, "_ANSWERS", 2)
    seen = set()
    for _ in range(5):
        assert staying.ask("read commonmark", b"x", 30)
        assert staying._process
        seen.add(staying._process.pid)
    assert len(seen) == 3


def test_the_users_own_settings_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "pandoc").mkdir()
    (tmp_path / "pandoc" / "init.lua").write_text("error('not mine')", "utf-8")
    process = PandocProcess((str(pandoc.program()),), {**os.environ, "XDG_DATA_HOME": str(tmp_path)})
    assert process.ask("read commonmark", b"x", 30)
    process.close()


def test_no_file_is_read(staying: PandocProcess, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("geheim", "utf-8")
    text = f".. include:: {tmp_path}/secret.txt\n".encode()
    assert b"geheim" not in (staying.ask("read rst", text, 30) or b"")
