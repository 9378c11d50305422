"""Numbers of headings: in the manner of Japanese official documents, or decimal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

from convert.link.headings import is_frame
from convert.nodes import Block, attr, plain_text, span, string

#: 公用文作成の考え方 (2022), II-1: 第1, 1, (1), ア, (ア); here with 節, as reports have it
_OFFICIAL = ("第{n}節", "{n}", "（{n}）", "{kana}", "（{kana}）", "{letter}")
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"

_N = "[0-9０-９]"
_KANJI = "[〇一二三四五六七八九十百]"
_END = "(?=[ \u3000]|$)"
#: a heading that begins so has a number of its own
_NUMBERED = re.compile(
    rf"第(?:{_N}|{_KANJI})+"
    rf"|(?:{_N}{{1,3}}[.．‐－-])*{_N}{{1,3}}(?:[.．](?!{_N})|[、）)]|{_END})(?![ \u3000]*[年月日])"
    rf"|{_KANJI}{{1,3}}(?:[、．.]|{_END})"
    rf"|[(（](?:{_N}{{1,3}}|{_KANJI}{{1,3}}|[ア-ンａ-ｚＡ-Ｚa-zA-Zｱ-ﾝ]|[ivxIVX]{{1,5}})[)）]"
    rf"|[ア-ンｱ-ﾝ](?:[、．.）)]|{_END})"
    rf"|[A-Za-zＡ-Ｚａ-ｚ](?:[.．）)]|(?=\u3000))"
    rf"|[IVX]{{1,5}}[.．、）)\u3000]|[IVX]{{2,5}}{_END}"
    "|[①-⑳⑴-⒇⒈-⒛Ⅰ-Ⅻⅰ-ⅻ㉑-㉟㊱-㊿❶-❿⓪§]"
    rf"|(?:Chapter|Section|Part|Appendix|付録|附録|別表|別紙)[ \u3000]*(?:{_N}|[A-ZＡ-Ｚ{_KANJI[1:-1]}]{_END})"
)


def run(blocks: list[Block], style: str, *, titled: bool) -> None:
    """Number the headings in place; ``titled`` says that the first block is the document's title.

    Ranks count from the highest. A rank in which any heading has a number of its own gets none at all:
    where an author counts, what is not counted is so on purpose.
    """
    if style == "no":
        return
    headings = list(_headings(blocks[1:] if titled else blocks))
    typed = {heading["c"][0] for heading in headings if carries_number(plain_text(heading["c"][2]))}
    highest = min((heading["c"][0] for heading in headings), default=1)
    counts = [0] * 7
    for heading in headings:
        rank = heading["c"][0] - highest
        counts[rank] += 1
        counts[rank + 1 :] = [0] * (6 - rank)
        if heading["c"][0] not in typed:
            number = _official(rank, counts[rank]) if style == "official" else _decimal(counts[: rank + 1])
            heading["c"][2].insert(0, span([string(number + "\u3000")], attr("", ["heading-number"])))


def highest(blocks: list[Block], *, titled: bool) -> int:
    """The level of the highest rank of headings, 1 if there are none; ``titled`` as in :func:`run`."""
    return min((heading["c"][0] for heading in _headings(blocks[1:] if titled else blocks)), default=1)


def chapters(blocks: list[Block], *, titled: bool) -> dict[int, str]:
    """The numbers of the headings of the highest rank by the identity of their nodes; for figures and notes.

    A number that the author gave is read from the heading; where others of the rank have one, a heading without
    has none.
    """
    headings = list(_headings(blocks[1:] if titled else blocks))
    highest = min((heading["c"][0] for heading in headings), default=1)
    first = [heading for heading in headings if heading["c"][0] == highest]
    texts = [plain_text(heading["c"][2]) for heading in first]
    if not any(map(carries_number, texts)):
        return {id(heading): str(n) for n, heading in enumerate(first, 1)}
    return {id(heading): _typed_number(text) for heading, text in zip(first, texts, strict=True)}


def _typed_number(text: str) -> str:
    """``2`` of 「第2章」 and 「二、」, ``A`` of 「付録A」; empty if there is none."""
    found = _NUMBERED.match(text.lstrip())
    if not found:
        return ""
    number = normalize("NFKC", found[0])
    if digits := re.search("[0-9]+(?:[.][0-9]+)*", number):
        return digits[0]
    if kanji := re.search(f"{_KANJI}+", number):
        return str(_from_kanji(kanji[0]))
    letters = re.findall("[A-Za-zア-ン]+", number)
    return letters[-1] if letters else ""


def _from_kanji(text: str) -> int:
    """The number that kanji write: 十二, 二十, 一二."""
    whole = digit = 0
    for sign in text:
        if sign in "十百":
            whole += max(1, digit) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + "〇一二三四五六七八九".index(sign)
    return whole + digit


def carries_number(text: str) -> bool:
    """Whether a heading begins with a number that its author gave it."""
    return bool(_NUMBERED.match(text.lstrip()))


def _official(rank: int, n: int) -> str:
    return _OFFICIAL[rank].format(n=n, kana=_in_turn(_KANA, n), letter=_in_turn("abcdefghijklmnopqrstuvwxyz", n))


def _in_turn(signs: str, n: int) -> str:
    """The nth sign; after the last they begin again, doubled."""
    times, at = divmod(n - 1, len(signs))
    return signs[at] * (times + 1)


def _decimal(counts: Sequence[int]) -> str:
    return ".".join(str(max(1, count)) for count in counts)


def _headings(blocks: Sequence[Block]) -> Iterator[Block]:
    """The headings of the text and of what is embedded in it, not those in callouts, quotes and lists."""
    for block in blocks:
        if block["t"] == "Header":
            yield block
        elif is_frame(block):
            yield from _headings(block["c"][1])
