"""``> [!type|metadata]- title`` (Obsidian help, Callouts): the head is rewritten, the quote stays a quote.

The quote then begins with a comment that is the callout's mark, and with its title as a paragraph.
CommonMark decides what else belongs to it.
"""

from __future__ import annotations

import re

from convert.syntax.edits import Edit
from convert.syntax.preparation import Preparation
from convert.syntax.prepared import SCHEME, CalloutMark

#: What a title may begin with: dropped, since a title is a line of text.
HASHES = re.compile(r"#{1,6}[ \t]+")


def rewrite(preparation: Preparation) -> None:
    """Rewrite every head. A heading's hashes in a title are dropped."""
    body = preparation.note.body
    for head in preparation.scan.callouts:
        first, last = head.title
        has_title = first < last
        title_key = preparation.key()
        source, type, metadata = body[head.start : head.end], head.type.strip(), head.metadata.strip()
        key = preparation.mark(CalloutMark, head.start, source, type, head.fold, metadata, has_title, title_key)
        comment = f"<!--{SCHEME}{key}-->"
        if not has_title:
            preparation.edits.append(Edit(head.start, head.end, comment))
            continue
        hashes = HASHES.match(body, first, last)
        text = hashes.end() if hashes else first
        opening = f"{comment}\n{head.prefix}![]({SCHEME}{title_key})"
        preparation.edits.append(Edit(head.start, text, opening))
        preparation.edits.append(Edit(last, head.end, "\n" + head.prefix.rstrip()))
