"""The doctor: what is found, what is missing, how to get it; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert import doctor, fonts, pandoc, platform_libs
from convert.doctor import Finding, examine
from convert.platform_libs import LIBRARIES


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has everything, whatever this one has."""
    monkeypatch.setattr(platform_libs, "missing", lambda platform: ())
    monkeypatch.setattr(doctor, "_engines", lambda: "all")
    monkeypatch.setattr(doctor, "_library_version", lambda name: "1.2")

    class Faces:
        def describe(self) -> tuple[fonts.Service, ...]:
            return (
                fonts.Service("mincho", "Kumihan Mincho Regular", Path("/c/m.ttf"), "package 1"),
                fonts.Service("", "Kumihan Thai Regular", Path("/c/t.ttf"), "package 1"),
            )

    monkeypatch.setattr(fonts, "activate", Faces)


def findings(system: str = "linux") -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(system)}


def test_a_machine_that_has_everything() -> None:
    found = findings()
    assert not [finding for finding in found.values() if finding.bad or finding.cure]
    assert found["pandoc"].value.startswith("3.")
    assert found["libpango-1.0.so.0"].value == "1.2"
    assert "/c/m.ttf" in found["font for mincho"].value
    assert found["fonts beside them"].value == "Kumihan Thai Regular"
    assert str(found["engines"]).startswith("ok engines")


def test_a_machine_without_the_quick_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_libs, "missing", lambda platform: (LIBRARIES[-1],))
    finding = findings()["libharfbuzz-subset.so.0"]
    assert not finding.bad
    assert str(finding).startswith(" ! libharfbuzz-subset.so.0")
    assert "libharfbuzz-subset" in finding.cure


def test_a_machine_without_pango(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_libs, "missing", lambda platform: LIBRARIES)
    found = findings("darwin")
    assert found["libpango-1.0.dylib"].bad
    assert found["libpango-1.0.dylib"].cure.startswith("brew install pango")
    assert "engines" not in found


def test_what_is_broken_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise pandoc.PandocError("pandoc cannot be started: Permission denied")

    def no_fonts() -> None:
        raise fonts.FontsUnavailable("pip install the-fonts")

    monkeypatch.setattr(pandoc, "version", broken)
    monkeypatch.setattr(fonts, "activate", no_fonts)
    found = findings()
    assert "Permission denied" in str(found["pandoc"])
    assert found["pandoc"].bad
    assert found["fonts"].cure == "pip install the-fonts"


def test_library_versions_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    if platform_libs.missing("linux"):
        pytest.skip("no Pango here")
    for library in LIBRARIES:
        version = doctor._library_version(library.linux)
        assert version.count(".") == 2, library
    assert doctor._library_version("libnothing.so.0") == ""
