"""A user's model file and table of styles: followed where they can be, refused or cleaned where they do harm."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from convert import callouts, pandoc
from convert.docx import package
from convert.docx.reference import look, reference
from convert.docx.template import TemplateError, read
from convert.docx.wml import WP, escaped, q
from convert.formats import Output
from convert.formats.docx import write
from convert.link import link_note
from convert.settings import Settings, SettingsError, from_command, from_note
from convert.vault import scan
from tests.support.docx import Docx, problems
from tests.support.linked import put
from tests.support.pages import png

NOTE = """## 章

文。[^1]

> [!note] 題
> - 点
>
> 文

| 甲 | 乙 |
|---|---|
| 1 | 2 |

[^1]: 注。
"""
Change = Callable[[dict[str, bytes]], None]


def model(*changes: Change) -> bytes:
    """A publisher's file: A5, a head and a foot, headings in red that count themselves, a style of its own."""
    chosen = Settings(docx_profile="handout", page_size="A5", page_chars=30, page_lines=25)
    parts = package.read(reference(look(chosen, "ja", list(callouts.table())[:0])))
    styles = parts["word/styles.xml"].decode()
    styles = styles.replace('w:styleId="Heading2"', 'w:styleId="a2"').replace('w:val="Heading2"', 'w:val="a2"')
    counted = '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr><w:pBdr>'
    at = styles.index('w:styleId="a2"')
    styles = styles[:at] + styles[at:].replace("<w:pBdr>", counted, 1)
    own = (
        '<w:style w:type="paragraph" w:customStyle="1" w:styleId="x1">'
        '<w:name w:val="囲み本文"/><w:rsid w:val="00AB12CD"/>'
        '<w:rPr><w:color w:val="C00000"/></w:rPr></w:style>'
    )
    styles = styles.replace("</w:styles>", own + "</w:styles>")
    # what is missing is added
    start = styles.index('<w:style w:type="paragraph" w:customStyle="1" w:styleId="SourceCode"')
    styles = styles[:start] + styles[styles.index("</w:style>", start) + len("</w:style>") :]
    parts["word/styles.xml"] = styles.encode()
    parts["word/numbering.xml"] = (
        '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:abstractNum w:abstractNumId="995"><w:multiLevelType w:val="multilevel"/>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="a2"/>'
        '<w:lvlText w:val="第%2節"/>'
        '<w:lvlJc w:val="left"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="3"><w:abstractNumId w:val="995"/></w:num></w:numbering>'
    ).encode()
    parts["word/header1.xml"] = parts["word/header1.xml"].replace(b"TITLE", b"TITLE ")
    for change in changes:
        change(parts)
    return package.write(parts)


def written(root: Path, data: bytes | None = None, table: str = "", text: str = NOTE, **settings: object) -> Output:
    files: dict[str, str | bytes] = {"A.md": text}
    if data is not None:
        files[".kumihan/model.docx"] = data
        settings = {"docx_reference": "model.docx", **settings}
    if table:
        files[".kumihan/word.yaml"] = table
    put(root, files)
    chosen = replace(Settings(), **settings)  # type: ignore[arg-type]
    document = link_note("A.md", scan(root), chosen)
    output = write(document, chosen)
    (root / "out.docx").write_bytes(output.data)
    assert problems(root / "out.docx") == []
    assert write(document, chosen).data == output.data
    return replace(output, diagnostics=(*document.diagnostics, *output.diagnostics))


def styles_of(data: bytes) -> dict[str, str]:
    """The style of each paragraph, by its text."""
    return {paragraph.text: paragraph.style for paragraph in Docx(data).paragraphs if paragraph.text}


def said(output: Output) -> list[str]:
    return [each.code for each in output.diagnostics]


class TestModel:
    def test_page_heads_and_styles_are_the_model_s(self, tmp_path: Path) -> None:
        data = model()
        output = written(tmp_path, data)
        assert said(output) == []
        docx = Docx(output.data)
        body = docx.xml("word/document.xml")
        size = body.find(f".//{q('sectPr')}/{q('pgSz')}")
        assert size.get(q("w")) == "8391"
        assert body.find(f".//{q('docGrid')}").get(q("linePitch")) == "394"
        (heading,) = [p for p in body.iter(q("p")) if p.find(f"{q('pPr')}/{q('pStyle')}[@{q('val')}='a2']") is not None]
        assert "".join(heading.itertext()).endswith("章")
        assert len([name for name in docx.parts if name.startswith("word/header")]) == 2
        assert (tmp_path / ".kumihan/model.docx").read_bytes() == data

    def test_styles_of_the_model_stay_and_missing_ones_come(self, tmp_path: Path) -> None:
        docx = Docx(written(tmp_path, model()).data)
        names = {s.find(q("name")).get(q("val")) for s in docx.xml("word/styles.xml").iter(q("style"))}
        assert {"囲み本文", "Source Code", "Callout Note Title"} <= names
        assert "w:rsid" not in docx.everything

    def test_tables_fit_the_model_s_page(self, tmp_path: Path) -> None:
        output = written(tmp_path, model(), text="| 甲 | 乙 |\n|---|---|\n| 1 | " + "長い" * 60 + " |\n")
        widths = [int(w.get(q("w"))) for w in Docx(output.data).xml("word/document.xml").iter(q("gridCol"))]
        assert 6000 < sum(widths) <= 30 * 210 + 1

    def test_on_a_vertical_page_lines_are_as_long_as_it_is_high_and_figures_stand_upright(self, tmp_path: Path) -> None:
        def turned(parts: dict[str, bytes]) -> None:
            text = parts["word/document.xml"].decode()
            assert 'w:w="8391" w:h="11906"' in text
            text = text.replace('w:w="8391" w:h="11906"', 'w:w="11906" w:h="8391" w:orient="landscape"')
            parts["word/document.xml"] = text.replace(
                "<w:docGrid", '<w:textDirection w:val="tbRl"/><w:docGrid'
            ).encode()

        upright = '昭和<span class="tcy">12</span>年**<span style="text-combine-upright: all">10</span>月**'
        text = f"{NOTE}\n{upright}\n\n| {'長い' * 90} | 乙 |\n|---|---|\n| 1 | 2 |\n\n![[p.png]]\n"
        (tmp_path / "p.png").write_bytes(png(2000, 2000))
        docx = Docx(written(tmp_path, model(turned), text=text).data)
        document = docx.xml("word/document.xml")
        margins = next(document.iter(q("pgMar")))
        height, width = (
            side - sum(int(margins.get(q(each), "")) for each in edges)
            for side, edges in ((8391, ("top", "bottom")), (11906, ("left", "right")))
        )
        cells = list(document.iter(q("tc")))
        assert cells
        assert {cell.find(f"{q('tcPr')}/{q('textDirection')}").get(q("val")) for cell in cells} == {"tbRl"}
        assert max(int(table.get(q("w"), "")) for table in document.iter(q("tblW"))) == height
        picture = next(document.iter(f"{{{WP}}}extent"))
        assert int(picture.get("cx", "")) <= width * 635
        assert int(picture.get("cy", "")) <= height * 635
        marks = list(document.iter(q("eastAsianLayout")))
        assert [(mark.get(q("id")), mark.get(q("vert"))) for mark in marks] == [("1", "1"), ("2", "1")]
        assert ["".join(mark.getparent().getparent().itertext()) for mark in marks] == ["12", "10"]
        plain = Docx(written(tmp_path, text=text).data)
        assert not list(plain.xml("word/document.xml").iter(q("eastAsianLayout")))
        assert "昭和12年10月" in plain.text

    def test_headings_count_as_the_model_s_do_beside_our_lists(self, tmp_path: Path) -> None:
        docx = Docx(written(tmp_path, model(), text="## 章\n\n1. 一\n2. 二\n").data)
        style = next(s for s in docx.xml("word/styles.xml").iter(q("style")) if s.get(q("styleId")) == "a2")
        number = style.find(f".//{q('numId')}").get(q("val"))
        numbering = docx.xml("word/numbering.xml")
        list_ = next(n for n in numbering.findall(q("num")) if n.get(q("numId")) == number)
        kind = list_.find(q("abstractNumId")).get(q("val"))
        (of,) = [a for a in numbering.findall(q("abstractNum")) if a.get(q("abstractNumId")) == kind]
        assert of.find(f".//{q('lvlText')}").get(q("val")) == "第%2節"
        assert len({n.get(q("numId")) for n in numbering.findall(q("num"))}) == len(numbering.findall(q("num")))

    def test_pandoc_s_own_reference_will_do(self, tmp_path: Path) -> None:
        made = subprocess.run(
            [pandoc.program(), "--print-default-data-file", "reference.docx"], capture_output=True, check=True
        )
        output = written(tmp_path, made.stdout)
        assert said(output) == []
        assert styles_of(output.data)["章"].lower() == "heading 2"
        assert Docx(output.data).xml("word/document.xml").find(f".//{q('pgSz')}") is not None
        (language,) = Docx(output.data).xml("word/styles.xml").iterfind(f"{q('docDefaults')}//{q('lang')}")
        assert language.get(q("eastAsia")) == "ja-JP"

    def test_pictures_of_heads_come_along(self, tmp_path: Path) -> None:
        def logo(parts: dict[str, bytes]) -> None:
            parts["word/media/logo.png"] = b"\x89PNG\r\n\x1a\n"
            picture = (
                '<w:p xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:pict><v:shape style="width:10pt;height:10pt">'
                '<v:imagedata r:id="rId1" title="C:\\Users\\SECRET\\logo.png"/></v:shape></w:pict></w:r></w:p></w:hdr>'
            )
            parts["word/header1.xml"] = parts["word/header1.xml"].decode().replace("</w:hdr>", picture).encode()
            parts["word/_rels/header1.xml.rels"] = relations(("rId1", "image", "media/logo.png", ""))

        docx = Docx(written(tmp_path, model(logo)).data)
        (picture,) = [docx.parts[name] for name in docx.parts if "media" in name]
        assert picture.startswith(b"\x89PNG")
        assert "SECRET" not in docx.everything

    def test_a_missing_model_is_told_of(self, tmp_path: Path) -> None:
        output = written(tmp_path, docx_reference="fehlt.docx")
        assert said(output) == ["docx.reference"]


def relations(*entries: tuple[str, str, str, str]) -> bytes:
    r = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    inner = "".join(
        f'<Relationship Id="{id}" Type="{r}/{kind}" Target="{target}"' + (f' TargetMode="{mode}"/>' if mode else "/>")
        for id, kind, target, mode in entries
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'.encode()


def retyped(old: str, new: str) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(old.encode(), new.encode())

    return change


def macros(parts: dict[str, bytes]) -> None:
    parts["word/vbaProject.bin"] = b"x"
    kind = '<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", kind.encode())


def entity(parts: dict[str, bytes]) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b"<w:styles", bomb + b"<w:styles", 1)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for at in range(3):
            archive.writestr(f"word/{at}.xml", b"\0" * 30_000_000)
    return out.getvalue()


class TestHarm:
    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (lambda: b"no zip", "damaged"),
            (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "encrypted"),
            (lambda: model()[:-200], "damaged"),
            (lambda: model(retyped("document.main+xml", "document.macroEnabled.main+xml")), "macros"),
            (lambda: model(macros), "macros"),
            (lambda: model(entity), "entities"),
            (lambda: model(lambda parts: parts.update({"word/styles.xml": b"<w:styles"})), "damaged"),
            (lambda: model(lambda parts: parts.pop("word/styles.xml") and None), "styles"),
            (lambda: model(lambda parts: parts.pop("_rels/.rels") and None), "lacks"),
            (bomb, "unpacks"),
        ],
    )
    def test_a_bad_file_is_refused(self, tmp_path: Path, data: Callable[[], bytes], why: str) -> None:
        with pytest.raises(TemplateError, match=why):
            read(data())
        output = written(tmp_path, data())
        assert said(output) == ["docx.reference"]
        assert why in output.diagnostics[0].message
        assert Docx(output.data).xml("word/document.xml").find(f".//{q('pgSz')}").get(q("w")) == "11906"

    @pytest.mark.parametrize(
        "field", ['INCLUDEPICTURE "https://e.org/x.png"', "DDEAUTO cmd", 'INCLUDETEXT "C:\\x"', "FILENAME \\p"]
    )
    def test_heads_that_fetch_or_tell_are_left_out(self, tmp_path: Path, field: str) -> None:
        def change(parts: dict[str, bytes]) -> None:
            run = f'<w:p><w:r><w:instrText xml:space="preserve"> {escaped(field)} </w:instrText></w:r></w:p>'
            parts["word/header1.xml"] = (
                parts["word/header1.xml"].decode().replace("</w:hdr>", f"{run}</w:hdr>").encode()
            )

        output = written(tmp_path, model(change))
        assert said(output) == ["docx.reference"]
        assert field.split(maxsplit=1)[0] not in Docx(output.data).everything

    @pytest.mark.parametrize(
        ("kind", "target"), [("image", "https://e.org/x.png"), ("hyperlink", "file:///C:/Users/x")]
    )
    def test_heads_that_refer_to_something_outside_are_left_out(self, tmp_path: Path, kind: str, target: str) -> None:
        def change(parts: dict[str, bytes]) -> None:
            link = '<w:p><w:hyperlink r:id="rId1"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p></w:hdr>'
            parts["word/header1.xml"] = parts["word/header1.xml"].decode().replace("</w:hdr>", link).encode()
            parts["word/_rels/header1.xml.rels"] = relations(("rId1", kind, target, "External"))

        output = written(tmp_path, model(change))
        assert said(output) == ["docx.reference"]
        assert target not in Docx(output.data).everything

    def test_nothing_of_the_model_but_what_is_taken_gets_out(self, tmp_path: Path) -> None:
        def secrets(parts: dict[str, bytes]) -> None:
            parts["docProps/core.xml"] = b"<x>SECRETAUTHOR</x>"
            parts["word/comments.xml"] = b"<x>SECRETCOMMENT</x>"
            settings = parts["word/settings.xml"].decode()
            parts["word/settings.xml"] = settings.replace(
                "<w:defaultTabStop", '<w:attachedTemplate r:id="rId1"/><w:docVars/><w:defaultTabStop'
            ).encode()
            parts["word/_rels/settings.xml.rels"] = relations(
                ("rId1", "attachedTemplate", "file:///C:/Users/SECRETUSER/Normal.dotm", "External")
            )
            body = parts["word/document.xml"].decode()
            parts["word/document.xml"] = body.replace("<w:p/>", "<w:p><w:r><w:t>SECRETTEXT</w:t></w:r></w:p>").encode()

        docx = Docx(written(tmp_path, model(secrets)).data)
        assert "SECRET" not in docx.everything
        assert "attachedTemplate" not in docx.everything


class TestPlaces:
    @pytest.mark.parametrize(
        "name", ["../m.docx", "/etc/m.docx", "~/m.docx", "a/../../m.docx", "C:\\m.docx", "\\\\x\\m"]
    )
    def test_a_note_names_files_of_its_vault_only(self, name: str) -> None:
        values, diagnostics = from_note({"print-docx-reference": name}, {}, "A.md")
        assert values == {}
        assert [each.code for each in diagnostics] == ["config.invalid"]

    def test_a_link_out_of_the_vault_leads_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "outside.docx").write_bytes(model())
        vault = tmp_path / "vault"
        put(vault, {"A.md": NOTE})
        (vault / "m.docx").symlink_to(tmp_path / "outside.docx")
        assert said(written(vault, docx_reference="m.docx")) == ["docx.reference"]

    def test_the_command_line_names_any(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "outside.docx").write_bytes(model())
        monkeypatch.chdir(tmp_path)
        values = from_command(["docx.reference=outside.docx"])
        assert values == {"docx_reference": str(tmp_path / "outside.docx")}
        output = written(tmp_path / "vault", **values)
        assert said(output) == []
        assert "8391" in Docx(output.data).everything
        assert str(tmp_path) not in Docx(output.data).everything


class TestTable:
    def test_styles_have_the_publisher_s_names(self, tmp_path: Path) -> None:
        table = "body: 本文\ncallout-title: 囲み見出し（{type}）\ncallout-body: 囲み本文\nheading-2: 節見出し\n"
        output = written(tmp_path, table=table)
        assert said(output) == []
        styles = styles_of(output.data)
        assert styles["文。"] == "本文"
        assert styles["題"] == "囲み見出し（Note）"
        assert styles["文"] == "囲み本文"
        assert styles["章"] == "節見出し"
        by_name = {
            s.find(q("name")).get(q("val")): s for s in Docx(output.data).xml("word/styles.xml").iter(q("style"))
        }
        assert by_name["節見出し"].get(q("customStyle")) == "1"

    def test_parts_may_share_a_style(self, tmp_path: Path) -> None:
        output = written(tmp_path, table="body: 本文\ncallout-body: 本文\ncallout-list-1: 本文\n")
        assert said(output) == []
        assert {styles_of(output.data)[text] for text in ("文。", "文", "点")} == {"本文"}

    def test_they_meet_the_model_s(self, tmp_path: Path) -> None:
        output = written(tmp_path, model(), "callout-body: 囲み本文\n")
        style = next(p for p in Docx(output.data).paragraphs if p.text == "文").style
        assert style == "囲み本文"
        ids = [node.get(q("val")) for node in Docx(output.data).xml("word/document.xml").iter(q("pStyle"))]
        assert "x1" in ids

    def test_a_running_head_follows_a_heading_of_another_name(self, tmp_path: Path) -> None:
        output = written(tmp_path, table="heading-2: 節見出し\n", docx_profile="handout")
        assert 'STYLEREF "節見出し"' in "".join(Docx(output.data).xml("word/header1.xml").itertext())

    @pytest.mark.parametrize(
        ("table", "why"),
        [
            ("bodi: 本文\n", "did you mean body"),
            ("body: [本文]\n", "no name of a style"),
            ("body: a,b\n", "no name of a style"),
            ("body: 'a\n", "line"),
            ("strong: 本文\nbody: 本文\n", "no character style"),
        ],
    )
    def test_mistakes_are_told_of(self, tmp_path: Path, table: str, why: str) -> None:
        output = written(tmp_path, table=table, text="**強** 文。")
        assert set(said(output)) == {"docx.styles"}
        assert any(why in each.message for each in output.diagnostics)


def test_a_setting_for_files_wants_a_name() -> None:
    with pytest.raises(SettingsError):
        from_command(["docx.reference"])
    assert from_command(["docx.reference="]) == {"docx_reference": ""}
