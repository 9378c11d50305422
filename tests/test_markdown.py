"""Markdown out: no Obsidian syntax, nothing lost."""

from pathlib import Path

import pytest

from convert import pandoc
from convert.formats.markdown import write
from convert.settings import Settings
from tests.support.linked import PNG, linked


def one(tmp_path: Path, text: str, **settings: str) -> str:
    document = linked(tmp_path, {"A.md": text, "B.md": "b", "図/p q.png": PNG}, title="no", **settings)
    return write(document, Settings()).data.decode()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("> [!tip] 題 **太**\n> 文", "> **題 太**\n>\n> 文\n"),
        ("a[^x] b[^x] c^[d]\n\n[^x]: 注[^y]\n[^y]: 孫", "a[^1] b[^1] c[^3]\n\n[^1]: 注[^2]\n\n[^2]: 孫\n\n[^3]: d\n"),
        ("a[^x]\n\n[^x]: 一\n\n    - 二", "a[^1]\n\n[^1]: 一\n\n    - 二\n"),
        ("[[B]] [[B|別名]] [[#H]]\n\n# H", "B 別名 H\n\n# H\n"),
        ("![[B]]", "b\n"),
        ("![[p q.png|絵|20]]", "![絵](%E5%9B%B3/p%20q.png)\n"),
        ("**「強」**は *「調」*x", "<strong>「強」</strong>は <em>「調」</em>x\n"),
        ("**強**は", "**強**は\n"),
        ("==m== <kbd>k</kbd> <u>u</u>", "<mark>m</mark> <kbd>k</kbd> <u>u</u>\n"),
        ("<ruby>漢<rt>かん</rt></ruby>", "<ruby>漢<rt>かん</rt></ruby>\n"),
        ("![[無い.mp3]]", "*ファイル：無い.mp3*\n"),
        ("x %%c%% ^id", "x\n"),
        ("```\n<!--x-->\n[^1]: y\n```", "    <!--x-->\n    [^1]: y\n"),
        ("", "\n"),
        ("- [ ] a\n- [x] b\n- [>] c", "- [ ] a\n- [x] b\n- [>] c\n"),
        ("```mermaid\ngraph LR\n  A --> B\n```", "``` mermaid\ngraph LR\n  A --> B\n```\n"),
    ],
)
def test_shape(tmp_path: Path, text: str, written: str) -> None:
    assert one(tmp_path, text) == written


def test_the_title_is_a_heading(tmp_path: Path) -> None:
    document = linked(tmp_path, {"A.md": "文"})
    assert write(document, Settings()).data == "# A\n\n文\n".encode()


def test_other_programs_read_the_same(tmp_path: Path) -> None:
    text = "> [!tip] 題\n> - 項[^1]\n>   - 項\n\n| a | b |\n|--|--|\n| `x` | $y$ |\n\n~~~py\nx\n~~~\n\n[^1]: 注"
    blocks = pandoc.read(one(tmp_path, text), hard_breaks=True)
    assert [block["t"] for block in blocks] == ["BlockQuote", "Table", "CodeBlock"]
