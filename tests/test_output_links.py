"""In a build of many notes, links between notes lead from output to output; in that of one note they are text."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from convert.cache.trace import Trace, WatchedStems
from convert.link import link_note
from convert.settings import Settings
from convert.vault import scan
from tests.support.docx import problems
from tests.support.project import Project

ONE = "[[二つ目]]と[[部 屋/三つ目#節|三]]、[[ない]]。\n"
THREE = "# 節\n\n[[一つ目]]へ戻る。[[#節]]\n"


def project(folder: Path) -> Project:
    return Project(folder).note("一つ目.md", ONE).note("二つ目.md", "本文。\n").note("部 屋/三つ目.md", THREE)


def test_links_lead_from_output_to_output(tmp_path: Path) -> None:
    run = project(tmp_path).build(to="pdf,docx,html,md")
    assert run.status == 0
    for extension in ("pdf", "docx", "html"):
        expected = [f"二つ目.{extension}", f"部 屋/三つ目.{extension}"]
        links = {
            "pdf": lambda: [link.uri for link in run.pdf("一つ目").links],
            "docx": lambda: list(run.docx("一つ目").links),
            "html": lambda: [address for address, _ in run.html("一つ目").links],
        }[extension]()
        assert [unquote(link) for link in links] == expected
        for link in links:
            assert (run.output / unquote(link)).is_file()
    assert "../%E4%B8%80%E3%81%A4%E7%9B%AE.html" in [address for address, _ in run.html("部 屋/三つ目").links]
    assert "](%E9%83%A8%20%E5%B1%8B/%E4%B8%89%E3%81%A4%E7%9B%AE.md)" in (run.output / "一つ目.md").read_text("utf-8")
    assert problems(run.output / "一つ目.docx") == []


def test_alone_they_are_text(tmp_path: Path) -> None:
    run = project(tmp_path).build(to="html,pdf", of="一つ目.md")
    assert run.html("一つ目").links == []
    assert run.pdf("一つ目").links == ()
    assert "二つ目" in run.html("一つ目").text


def test_a_note_asks_only_for_the_outputs_that_it_links_to(tmp_path: Path) -> None:
    root = project(tmp_path).note("四つ目.md", "無関係。\n").note("五つ目.md", "無関係。\n").vault
    trace = Trace()
    link_note("一つ目.md", scan(root), Settings(), WatchedStems({note: note[:-3] for note in scan(root).notes}, trace))
    assert {note for _, note in trace.answers} == {"一つ目.md", "二つ目.md", "部 屋/三つ目.md"}
