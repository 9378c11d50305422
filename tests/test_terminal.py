"""What a person sees at the end of a build: short, however much there is to tell."""

from __future__ import annotations

import io
import unicodedata

import pytest

from convert import terminal
from convert.diagnostics import Code, diagnose
from convert.terminal import Terminal


def _groups(number: int) -> list[str]:
    stream = io.StringIO()
    Terminal(stream=stream, environ={}).groups(
        diagnose(Code.LINK_MISSING, "無い", f"日誌/覚え書き {index}.md", index + 1) for index in range(number)
    )
    return stream.getvalue().splitlines()


def test_a_list_that_fits_is_whole() -> None:
    line = "    10 warning link.missing: " + ", ".join(f"日誌/覚え書き {n}.md:{n + 1}" for n in range(10))
    assert _groups(9) == []
    (shown,) = _groups(10)
    assert line.startswith(shown.removesuffix(" …"))
    assert shown.endswith(" …")
    assert 155 <= sum(terminal._width(c) for c in shown) <= 160


def test_of_a_list_that_is_very_long_only_what_is_shown_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    own = unicodedata.east_asian_width

    def counted(character: str) -> str:
        nonlocal looked_at
        looked_at += 1
        return own(character)

    monkeypatch.setattr(terminal.unicodedata, "east_asian_width", counted)
    assert len(_groups(5000)) == 1
    assert looked_at < 1000
