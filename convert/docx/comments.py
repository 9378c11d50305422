"""Comments in Word's margin: their places in the text, and the parts of the package that hold their words.

Answers hang on the comment they answer by ``commentsExtended.xml`` (Word 2013 and later; others show them one
below the other). Comments on a footnote's text stand at its mark and say so: LibreOffice (7.4) does not open a
file with a comment among the footnotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from lxml import etree

from convert.docx.moments import moment
from convert.docx.roles import style_id
from convert.docx.wml import CONTENT_TYPES, DECLARATION, NAMESPACES, PACKAGE_RELATIONS, W, escaped, q
from convert.labels import label
from convert.link.document import Comment
from convert.nodes import Block, Inline, Node, attr, has_class, lists, plain_text, raw_inline, span, value

Element = etree._Element

_PART: Final = "word/comments.xml"
_EXTENDED: Final = "word/commentsExtended.xml"
_EXTENDED_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
_EXTENDED_RELATION: Final = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
_W14: Final = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15: Final = "http://schemas.microsoft.com/office/word/2012/wordml"
_MC: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_PLACES: Final = tuple(map(q, ("commentRangeStart", "commentRangeEnd", "commentReference")))
#: Until all is written an id is the number in the document's key ("c3").
_NUMBER: Final = re.compile(r"\d+")
_MOST_INITIALS: Final = 3


def start(key: str) -> list[Inline]:
    """Where what a comment is about begins."""
    return [raw_inline("openxml", f'<w:commentRangeStart w:id="{_id(key)}"/>')]


def end(key: str) -> list[Inline]:
    """Where it ends, with the mark that Word shows the comment at."""
    return [
        raw_inline(
            "openxml",
            f'<w:commentRangeEnd w:id="{_id(key)}"/><w:r><w:rPr><w:rStyle w:val="{style_id("comment-mark")}"/></w:rPr>'
            f'<w:commentReference w:id="{_id(key)}"/></w:r>',
        )
    ]


def _id(key: str) -> int:
    found = _NUMBER.search(key)
    return int(found[0]) if found else 0


def lift(blocks: list[Block], comments: Mapping[str, Comment], language: str) -> dict[str, Comment]:
    """Move comments on notes to the notes' marks, in place; all comments, those saying on which words they are."""
    lifted = dict(comments)
    for children in reversed(list(lists(blocks))) if comments else ():
        if not any(has_class(node, "fnref") for node in children):
            continue
        out: list[Node] = []
        for node in children:
            about = _take_out(node["c"][1]) if has_class(node, "fnref") else {}
            for key, words in about.items():
                said = lifted[key]
                which = "comment.on-words" if words else "comment.on-note"
                text = label(which, language, number=value(node, "data-n"), words=words, text=said.text)
                lifted[key] = replace(said, text=text)
            out += [span([], attr("", ["comment-start"], [("data-comment", key)])) for key in about]
            out.append(node)
            out += [span([], attr("", ["comment-end"], [("data-comment", key)])) for key in about]
        children[:] = out
    return lifted


def _take_out(note: list[Node]) -> dict[str, str]:
    """Take the places of comments out of a note: their keys, in order, and the words that each was around."""
    words: dict[str, str] = {}
    for inlines in lists(note):
        places = [at for at, node in enumerate(inlines) if has_class(node, "comment-start")]
        for at in places:
            key = value(inlines[at], "data-comment")
            inside = takewhile(lambda node: not _ends(node, key), inlines[at:])  # noqa: B023 - used up right here
            words[key] = plain_text(list(inside))
        if places:
            inlines[:] = [n for n in inlines if not has_class(n, "comment-start") and not has_class(n, "comment-end")]
    return words


def _ends(node: Node, key: str) -> bool:
    return has_class(node, "comment-end") and value(node, "data-comment") == key


def place(roots: Sequence[Element], comments: Mapping[str, Comment], parts: dict[str, bytes]) -> None:
    """Number the comments of the text in its order and write them into the package; without any it has no such part."""
    parts.pop(_PART, None)
    by_id = {str(_id(key)): comment for key, comment in comments.items()}
    # LibreOffice (7.4) shows one footnote's text for another's if a comment has its number
    notes = [int(note.get(q("id"), "0")) for root in roots for note in root.iter(q("footnote"))]
    first = max(notes, default=0) + 1
    numbers: dict[str, str] = {}
    for root in roots:
        for mark in root.iter(*_PLACES):
            id = mark.get(q("id"), "")
            mark.set(q("id"), numbers.setdefault(id, str(first + len(numbers))))
    if not numbers:
        return
    shown = [by_id[id] for id in numbers]
    answers = [numbers.get(str(_id(comment.answers))) if comment.answers else None for comment in shown]
    written = "".join(_comment(number, comment) for number, comment in enumerate(shown, first))
    names = f'xmlns:w14="{_W14}" xmlns:mc="{_MC}" mc:Ignorable="w14"'
    parts[_PART] = f"{DECLARATION}<w:comments {NAMESPACES} {names}>{written}</w:comments>".encode()
    if any(answer is not None for answer in answers):
        _extend(answers, first, parts)


def _comment(number: int, comment: Comment) -> str:
    date = moment(comment.date)
    dated = f' w:date="{date}"' if date else ""
    lines = [line.strip() for line in comment.text.splitlines() if line.strip()] or [""]
    mark = f'<w:r><w:rPr><w:rStyle w:val="{style_id("comment-mark")}"/></w:rPr><w:annotationRef/></w:r>'
    paragraphs = []
    for at, line in enumerate(lines):
        # a thread hangs on the last paragraph of a comment
        id = f' w14:paraId="{_paragraph_id(number)}"' if at == len(lines) - 1 else ""
        paragraphs.append(
            f'<w:p{id}><w:pPr><w:pStyle w:val="{style_id("comment")}"/></w:pPr>{"" if at else mark}'
            '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
            f'<w:t xml:space="preserve">{escaped(line)}</w:t></w:r></w:p>'
        )
    return (
        f'<w:comment w:id="{number}" w:author="{escaped(comment.author)}"{dated} '
        f'w:initials="{escaped(initials(comment.author))}">{"".join(paragraphs)}</w:comment>'
    )


def initials(author: str) -> str:
    """What stands for the author in the margin: the capitals of a Latin name, the first character of another.

    >>> initials("Jane van Dyke"), initials("山田 太郎"), initials("著者")
    ('JVD', '山太', '著')
    """
    return "".join(word[0].upper() for word in author.split())[:_MOST_INITIALS]


def _paragraph_id(number: int) -> str:
    return f"{number:08X}"


def _extend(answers: Sequence[str | None], first: int, parts: dict[str, bytes]) -> None:
    entries = "".join(
        f'<w15:commentEx w15:paraId="{_paragraph_id(number)}"'
        + (f' w15:paraIdParent="{_paragraph_id(int(answer))}"' if answer is not None else "")
        + ' w15:done="0"/>'
        for number, answer in enumerate(answers, first)
    )
    names = f'xmlns:w="{W}" xmlns:w15="{_W15}" xmlns:mc="{_MC}" mc:Ignorable="w15"'
    parts[_EXTENDED] = f"{DECLARATION}<w15:commentsEx {names}>{entries}</w15:commentsEx>".encode()
    relations = etree.fromstring(parts["word/_rels/document.xml.rels"])
    etree.SubElement(
        relations,
        f"{{{PACKAGE_RELATIONS}}}Relationship",
        {"Id": "rIdCommentsExtended", "Type": _EXTENDED_RELATION, "Target": "commentsExtended.xml"},
    )
    parts["word/_rels/document.xml.rels"] = etree.tostring(relations)
    types = etree.fromstring(parts["[Content_Types].xml"])
    etree.SubElement(
        types, f"{{{CONTENT_TYPES}}}Override", {"PartName": f"/{_EXTENDED}", "ContentType": _EXTENDED_TYPE}
    )
    parts["[Content_Types].xml"] = etree.tostring(types)
