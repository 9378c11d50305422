"""A vault of any size, made up: the same notes for the same number, whatever the machine.

``python -m tests.bench.synthetic FOLDER NUMBER`` writes one to look at.

Lengths and shares are those of real Japanese vaults: half of the notes are under 1,300 bytes, a few take some
pages, the mean is 2.3 kB; two in three link to others, one in eight shows another or a part of it. Note ``i`` is
made of ``i`` and the number of notes alone, so that a note's cost can be compared between sizes.
"""

from __future__ import annotations

import argparse
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

#: bytes of a note: logarithmic normal; half are below the first number, and the spread makes the mean 2.3 kB
MEDIAN, SPREAD, LONGEST = 1_300, 1.06, 30_000

#: notes that one note of :attr:`Synthetic.shared` is shown in, out of so many
SHOWN_IN = 40


def _words(text: str) -> list[str]:
    return text.split()


_TOPICS = _words("観察 会議 読書 授業 散歩 料理 実験 編集 校正 旅行 修理 菜園 天気 予算 発表 調査 練習 引越 写真 地図")
_WHO = _words("先生 担当者 隣の班 図書館の人 友人 駅員 係の人 編集者 参加者 前任者 町の職人 見学の学生")
_THINGS = _words(
    "資料の表紙 二番目の図 昨年の記録 庭の水やり 手順書の第三節 配布する冊子 古い地図 会場の机 窓際の鉢植え "
    "引用した文献 共有の暦 次回の議題 測定の結果 余白の寸法 見出しの書体 脚注の番号 貸し出しの台帳 朝の気温"
)
_DOES = _words(
    "を確かめた を書き直した を並べ替えた を見直すことにした を写しておいた をまとめた を比べてみた を頼まれた "
    "を片づけた を後回しにした を三度数えた を声に出して読んだ"
)
_WHEN = _words("今朝 先週 昼休みに 雨の日に 会のあとで 月末までに 思いがけず いつもより早く 夕方になって 念のため")
_WHY = _words(
    "数が合わなかったからである 読む人が迷わないためだ 前の版と違っていた まだ時間があった 次の人に渡す必要がある "
    "頁が一枚増えてしまう 誰も理由を覚えていなかった そのほうが早いと思う"
)
_LATIN = _words("PDF A4 Markdown 3km Wi-Fi 25℃ USB-C HTML 2026年度 No.7 OCR 120円 Excel ver.2")
_TAGS = _words("下書き 印刷待ち 仕事 覚え書き 講義/前期 講義/後期 book idea")
_CALLOUTS = _words("note tip warning question quote info")


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A vault that was written. Paths are relative to ``folder``.

    ``alone`` is a note that no other shows, ``shared`` one that the notes ``showing`` it embed.
    """

    folder: Path
    notes: tuple[str, ...]
    alone: str
    shared: str
    showing: tuple[str, ...]


def write(folder: Path, number: int) -> Synthetic:
    """Write a vault of so many notes (and pictures, one for twenty) into a folder, which is made.

    Raises:
        ValueError: fewer than two notes.
    """
    if number < 2:
        raise ValueError("a vault for measuring has two notes or more")
    paths = tuple(_path(index) for index in range(number))
    pictures = tuple(f"図/図{index:04}.png" for index in range(min(100, 1 + number // 20)))
    for path in {".obsidian/app.json", *paths, *pictures}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / ".obsidian/app.json").write_text('{"alwaysUpdateLinks": true}\n', "utf-8")
    for index, path in enumerate(pictures):
        (folder / path).write_bytes(_picture(index))
    showing = []
    for index, path in enumerate(paths):
        text = _Writer(index, paths, pictures).text()
        (folder / path).write_text(text, "utf-8", newline="\n")
        if f"![[{_name(0)}]]" in text:
            showing.append(path)
    return Synthetic(folder, paths, paths[-1], paths[0], tuple(showing))


def _path(index: int) -> str:
    random = Random(f"path {index}")
    folder = random.choice(("日誌", "講義/前期", "講義/後期", "覚え書き", "人と場所", "読んだ本"))
    return f"{'部品' if index == 0 else folder}/{_name(index)}.md"


def _name(index: int) -> str:
    random = Random(f"name {index}")
    return f"{random.choice(_TOPICS)}と{random.choice(_TOPICS)} {index:05}"


class _Writer:
    """One note. The first is short, shows nothing and has a heading and a block that others can show."""

    def __init__(self, index: int, paths: tuple[str, ...], pictures: tuple[str, ...]) -> None:
        self._index, self._paths, self._pictures = index, paths, pictures
        self._random = Random(f"note {index}")
        self._footnotes: list[str] = []

    def text(self) -> str:
        """The note's text, about as long as it should be."""
        random = self._random
        size = 600 if self._index == 0 else min(LONGEST, int(random.lognormvariate(0, SPREAD) * MEDIAN))
        parts = [self._properties(), self._paragraph()]
        embeds = self._embeds()
        written = sum(len(part.encode()) for part in parts)
        while written < size:
            kinds: list[Callable[[], str]] = [self._paragraph, self._paragraph, self._list, self._block()]
            if written > 900 and random.random() < 0.4:
                parts.append(f"## {random.choice(_TOPICS)}の記録\n")
            parts.append(random.choice(kinds)())
            written += len(parts[-1].encode())
            if embeds:
                parts.append(embeds.pop())
        if self._index == 0:
            parts += ["## 連絡先\n", "電話は平日の午後だけ。 ^tel\n"]
        return "\n".join(part for part in [*parts, *embeds, *self._footnotes] if part)

    def _properties(self) -> str:
        random = self._random
        if random.random() < 0.4:
            return ""
        tags = random.sample(_TAGS, random.randint(1, 2))
        date = f"2026-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        return f"---\ntags: [{', '.join(tags)}]\ncreated: {date}\n---\n"

    def _embeds(self) -> list[str]:
        random = self._random
        if self._index == 0:
            return []
        embeds = []
        if random.random() < 1 / SHOWN_IN:
            embeds.append(random.choice((f"![[{_name(0)}]]\n", f"![[{_name(0)}]]\n", f"![[{_name(0)}#連絡先]]\n")))
        # Only what stands before it: no circles, and no chain is long.
        if random.random() < 0.1 and self._index > 10:
            embeds.append(f"![[{_name(random.randrange(self._index // 10))}]]\n")
        return embeds

    def _sentence(self) -> str:
        random = self._random
        thing = random.choice(_THINGS)
        kind = random.random()
        if kind < 0.12:
            thing = f"[[{_name(random.randrange(len(self._paths)))}|{thing}]]"
        elif kind < 0.2:
            thing = f"**{thing}**"
        elif kind < 0.3:
            thing = f"{random.choice(_LATIN)}の{thing}"
        text = f"{random.choice(_WHEN)}、{random.choice(_WHO)}と{thing}{random.choice(_DOES)}"
        if random.random() < 0.35:
            text += f"（{random.choice(_WHY)}）"
        if random.random() < 0.025:
            label = len(self._footnotes) + 1
            self._footnotes.append(f"[^{label}]: {random.choice(_THINGS)}については別の紙に書いた。\n")
            text += f"[^{label}]"
        return text + "。"

    def _paragraph(self) -> str:
        return "".join(self._sentence() for _ in range(self._random.randint(1, 5))) + "\n"

    def _list(self) -> str:
        random = self._random
        mark = random.choice(("- ", "- ", "1. ", "- [ ] ", "- [x] "))
        return "".join(f"{mark}{self._sentence()}\n" for _ in range(random.randint(2, 6)))

    def _block(self) -> Callable[[], str]:
        return self._random.choices(
            (self._paragraph, self._callout, self._code, self._table, self._picture, self._formula),
            (60, 12, 8, 8, 8, 4),
        )[0]

    def _callout(self) -> str:
        lines = [f"> [!{self._random.choice(_CALLOUTS)}] {self._random.choice(_TOPICS)}", f"> {self._sentence()}"]
        return "\n".join([*lines, ""])

    def _code(self) -> str:
        lines = [f"{name} = read('{name}.csv', rows={self._random.randint(2, 99)})" for name in ("left", "right")]
        return "\n".join(["```python", *lines, "print(left + right)  # 合計", "```", ""])

    def _table(self) -> str:
        rows = [f"| {self._random.choice(_TOPICS)} | {self._random.randint(1, 400)} | 済 |" for _ in range(4)]
        return "\n".join(["| 項目 | 数 | 備考 |", "|---|---:|---|", *rows, ""])

    def _picture(self) -> str:
        path = self._random.choice(self._pictures)
        ways = (f"![[{path.rpartition('/')[2]}|320]]\n", f"![{self._random.choice(_THINGS)}](<../{path}>)\n")
        return self._random.choice(ways)

    def _formula(self) -> str:
        return f"$$\ny = {self._random.randint(2, 9)}x^2 + \\frac{{1}}{{n}}\\sum_{{i=1}}^{{n}} x_i\n$$\n"


def _picture(index: int) -> bytes:
    """A bar chart of 480 by 300 pixels as PNG."""
    random = Random(f"picture {index}")
    width, height, bars = 480, 300, 12
    heights = [random.randrange(height) for _ in range(bars)]
    colour = bytes(random.randrange(200) for _ in range(3))
    rows = []
    for y in range(height):
        row = (
            colour if heights[x * bars // width] > y and x % (width // bars) > 5 else b"\xff\xff\xff"
            for x in range(width)
        )
        rows.append(b"\0" + b"".join(row))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(rows[::-1]))),
        (b"IEND", b""),
    )
    body = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a made-up vault.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("notes", type=int)
    arguments = parser.parse_args()
    made = write(arguments.folder, arguments.notes)
    size = sum((made.folder / note).stat().st_size for note in made.notes)
    print(f"{len(made.notes)} notes, {size} bytes; {made.shared} is shown in {len(made.showing)}")


if __name__ == "__main__":
    main()
