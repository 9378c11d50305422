"""References to places in the same document: pages behind links, and numbers before headings."""

from __future__ import annotations

import re
from pathlib import Path

from convert.formats import pdf
from convert.settings import Settings
from tests.support.linked import linked
from tests.support.pdf import Pdf, squeezed

SMALL = {"page_size": "A6", "page_chars": 20, "page_lines": 20}
FILL = "行の字。" * 120


def printed(root: Path, files: dict[str, str | bytes], **settings: object) -> Pdf:
    output = pdf.write(linked(root, files, **settings), Settings(**SMALL, **settings))  # type: ignore[arg-type]
    assert not output.diagnostics
    return Pdf(output.data)


class TestPages:
    def test_a_link_to_a_heading_block_or_embed_has_its_page_behind_it(self, tmp_path: Path) -> None:
        source = (
            f"[[#後の章]]と[[#^a]]と[[B]]と[外](https://example.org)と[[C]]。\n\n{FILL}\n\n"
            f"## 後の章\n\n字。 ^a\n\n{FILL}\n\n![[B]]\n"
        )
        read = printed(tmp_path, {"A.md": source, "B.md": "乙の字。", "C.md": "無い。"}, links_pages="yes")
        shown = re.findall(r"（p\.(\d+)）", squeezed(read.text(1)))
        pages = [read.find(text)[-1].page for text in ("後の章", "字。", "乙の字")]
        assert [int(number) for number in shown] == [read.outline[1].page, read.outline[1].page, pages[2]]
        assert len(set(shown)) == 2

    def test_form_follows_the_language(self, tmp_path: Path) -> None:
        source = f"---\nlang: en\n---\nSee [[#Last]].\n\n{FILL}\n\n## Last\n\nWords.\n"
        read = printed(tmp_path, {"A.md": source}, links_pages="yes")
        assert f"Last (p. {read.outline[1].page})" in read.text(1).replace("\n", " ")

    def test_default_has_none(self, tmp_path: Path) -> None:
        assert "（p." not in printed(tmp_path, {"A.md": "[[#章]]\n\n## 章\n\n字。"}).text()

    def test_footnotes_and_contents_have_none(self, tmp_path: Path) -> None:
        source = "字[^1]。\n\n## 章\n\n字。\n\n[^1]: [[#章]]の注。\n"
        text = squeezed(printed(tmp_path, {"A.md": source}, links_pages="yes", contents="2").text())
        assert text.count("（p.1）") == 1
        assert "章（p.1）の注" in text
