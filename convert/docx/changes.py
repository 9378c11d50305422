"""Tracked changes: what stands between a pair of instructions is inserted or deleted in Word's eyes.

Pandoc's own writer puts ``w:ins`` around links, which the schema forbids, and gives ids twice. So the text is
written as if nothing were changed, finished like all other text, and its runs are wrapped here at last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from typing import Final, NamedTuple

from lxml import etree

from convert.docx.moments import moment
from convert.docx.text import put_property
from convert.docx.wml import CHANGE, M, element, legal, q
from convert.nodes import Inline, raw_inline

Element = etree._Element

#: What is wrapped whole; of a formula Word tracks no parts.
_PIECES: Final = frozenset((q("r"), f"{{{M}}}oMath", f"{{{M}}}oMathPara"))
_TAGS: Final = {"insertion": "ins", "deletion": "del"}
#: Deleted text goes by other names, so that no program prints it by mistake.
_DELETED: Final = {q("t"): q("delText"), q("instrText"): q("delInstrText")}
#: What is not there for the reader: a paragraph of these and one change is changed as a whole.
_UNSEEN: Final = frozenset(map(q, ("pPr", "bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd")))


class _Change(NamedTuple):
    kind: str
    date: str
    author: str

    def element(self, ids: Iterator[int]) -> Element:
        dated = {"date": self.date} if self.date else {}
        return element(_TAGS[self.kind], id=str(next(ids)), author=self.author, **dated)


def between(kind: str, author: str, date: str, inlines: list[Inline]) -> list[Inline]:
    """The inlines, to be tracked as an ``insertion`` or ``deletion`` when pandoc has written them."""
    name = " ".join(legal(author).replace("?>", "? >").split())
    begin = raw_inline("openxml", f"<?{CHANGE} {kind} {moment(date) or '-'} {name}?>")
    return [begin, *inlines, raw_inline("openxml", f"<?{CHANGE}?>")]


def track(roots: Sequence[Element]) -> None:
    """Carry out the instructions in all parts that hold text, in place, with ids that are unique among them."""
    ids = count(1)
    for root in roots:
        if next(root.iter(etree.ProcessingInstruction), None) is None:
            continue
        open_: list[_Change] = []
        for paragraph in list(root.iter(q("p"))):
            _wrap(paragraph, open_, ids)
            _track_mark(paragraph, ids)


def _wrap(parent: Element, open_: list[_Change], ids: Iterator[int]) -> None:
    wrappers: list[Element] = []
    changes: list[_Change] = []
    for child in list(parent):
        if isinstance(child, etree._ProcessingInstruction):
            if child.target == CHANGE:
                _turn(child, open_)
                parent.remove(child)
        elif child.tag in _PIECES:
            if not open_ or child.find(q("commentReference")) is not None:
                wrappers = []
                continue
            # what is deleted from an insertion stands within it, never the other way round
            wanted = sorted(open_, key=lambda change: change.kind == "deletion")
            if not wrappers or wanted != changes or wrappers[0].getnext() is not child:
                wrappers, changes = [change.element(ids) for change in wanted], wanted
                child.addprevious(wrappers[0])
                for outer, inner in pairwise(wrappers):
                    outer.append(inner)
            wrappers[-1].append(child)
            if any(change.kind == "deletion" for change in open_):
                for node in child.iter(*_DELETED):
                    node.tag = _DELETED[node.tag]
        elif child.tag == q("hyperlink"):
            _wrap(child, open_, ids)


def _turn(instruction: etree._ProcessingInstruction, open_: list[_Change]) -> None:
    kind, _, rest = (instruction.text or "").partition(" ")
    if not kind:
        open_.pop()
        return
    date, _, author = rest.partition(" ")
    open_.append(_Change(kind, "" if date == "-" else date, author))


def _track_mark(paragraph: Element, ids: Iterator[int]) -> None:
    """Of a paragraph that is one change, track the end too: else refusing or accepting it leaves an empty one."""
    seen = [child for child in paragraph if child.tag not in _UNSEEN]
    following = paragraph.getnext()
    if len({child.tag for child in seen}) != 1 or seen[0].tag not in map(q, _TAGS.values()):
        return
    if following is None or following.tag != q("p") or paragraph.find(f"{q('pPr')}/{q('sectPr')}") is not None:
        return
    first = seen[0]
    mark = etree.Element(first.tag, {**dict(first.attrib), q("id"): str(next(ids))})
    properties = paragraph.find(f"{q('pPr')}/{q('rPr')}")
    if properties is None:
        properties = element("rPr")
        put_property(paragraph, properties)
    properties.insert(0, mark)
