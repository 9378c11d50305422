"""What a PDF says of itself, and what lies in it."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from convert.formats import pdf
from convert.link.document import Properties
from convert.pdf import front
from convert.pdf.file import page_labels
from convert.settings import Settings
from tests.support import structure
from tests.support.linked import linked
from tests.support.pages import document, png
from tests.support.pdf import Pdf
from tests.support.project import Project

PROPERTIES = Properties(("山田 花子", "A & B"), "2024-12-02", "説明", ("甲", "乙"))


def written(content="甲\n", chosen=None, **parts):
    output = pdf.write(document(content, **parts), chosen or Settings())
    return Pdf(output.data), [d.code for d in output.diagnostics]


def test_metadata_is_the_propertys_and_no_more():
    read, _ = written(title="題 <i>", properties=PROPERTIES)
    with read._pike.open_metadata() as metadata:
        assert dict(metadata) == {
            "{http://purl.org/dc/elements/1.1/}title": "題 <i>",
            "{http://purl.org/dc/elements/1.1/}creator": ["山田 花子", "A & B"],
            "{http://purl.org/dc/elements/1.1/}description": "説明",
            "{http://purl.org/dc/elements/1.1/}subject": {"甲", "乙"},
            "{http://purl.org/dc/elements/1.1/}language": {"ja"},
            "{http://ns.adobe.com/pdf/1.3/}Keywords": "甲, 乙",
            "{http://ns.adobe.com/pdf/1.3/}Producer": str(read._pike.docinfo["/Producer"]),
            "{http://ns.adobe.com/xap/1.0/}CreatorTool": str(read._pike.docinfo["/Creator"]),
            "{http://ns.adobe.com/xap/1.0/}CreateDate": "2024-12-02",
        }
    plain, _ = written()
    assert b"CreateDate" not in plain.data


@pytest.mark.parametrize(
    ("kinds", "labels"),
    [
        ([""], [(0, "D", 1)]),
        (["cover", "", ""], [(0, "D", 1)]),
        (["cover", "upright", "landscape"], [(0, "D", 1)]),
        (["front", "front", "text", "landscape", "text"], [(0, "r", 1), (2, "D", 1)]),
        (["cover", "front", "landscape"], [(0, "r", 1), (2, "D", 1)]),
        (["cover", "text"], [(0, "r", 1), (1, "D", 1)]),
    ],
)
def test_page_labels(kinds, labels):
    assert page_labels(front.count(kinds)) == labels


def test_pages_have_labels():
    read, _ = written("本文。" * 2000)
    assert read.pages > 1
    assert [page.label for page in read._pike.pages] == [str(n) for n in range(1, read.pages + 1)]


class TestAttachment:
    def test_only_by_setting(self, tmp_path: Path):
        note = "---\ndate: 2024-12-02\n秘密: x\n---\n甲 %%覚え書き%%\n"
        assert linked(tmp_path, {"A.md": note}).source is None
        held = linked(tmp_path, {"A.md": note}, pdf_attach="source")
        read = Pdf(pdf.write(held, Settings(pdf_attach="source")).data)
        assert list(read._pike.attachments) == ["A.md"]
        assert read._pike.attachments["A.md"].get_file().read_bytes() == note.encode()
        assert str(read._pike.attachments["A.md"].obj.EF.F.Params.ModDate).startswith("D:20241202")

    def test_the_same_bytes_each_time(self):
        held = document("甲", source=b"x", note="A/B.md")
        first, second = (pdf.write(held, Settings()).data for _ in range(2))
        assert first == second
        assert list(Pdf(first)._pike.attachments) == ["B.md"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path).file("a.png", png(8, 4)).note("A.md", "![[a.png]]\n")


def test_a_pdf_with_a_silent_picture_does_not_claim_ua(project: Project):
    run = project.build("--set", "pdf.standard=ua-1", to="pdf")
    assert (run.status, run.codes) == (0, ["image.no-alt", "pdf.standard"])
    assert b"pdfuaid:part" not in run.pdf("A").data
    project.note("A.md", "![[a.png|山の絵]]\n")
    run = project.build("--set", "pdf.standard=ua-1", to="pdf")
    assert structure.faults(run.pdf("A")) == []


def test_strict_wants_a_text_for_each_picture(project: Project):
    assert project.build().status == 0
    assert project.build("--strict").status == 1
    project.note("A.md", "![[a.png|山の絵]]\n")
    assert project.build("--strict").status == 0


def test_catalog_says_what_ua_asks_of_it():
    read, codes = written("甲", Settings(pdf_standard="ua-1"))
    root = read._pike.Root
    assert codes == []
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(root.Lang) == "ja"
    assert all(page.obj.Tabs == pikepdf.Name.S for page in read._pike.pages)
