"""Characters that pandoc's reader would change: it composes by NFC, which replaces kanji of people's names (塚 神 海).

Each is carried through as a private-use character that the note itself does not use, and put back in the tree.
"""

from __future__ import annotations

import re

#: All characters whose own NFC form is another; a test compares this list with Python's tables.
CHANGED = re.compile(
    "[\u0340-\u0341\u0343-\u0344\u0374\u037e\u0387\u0958-\u095f\u09dc-\u09dd\u09df\u0a33\u0a36"
    "\u0a59-\u0a5b\u0a5e\u0b5c-\u0b5d\u0f43\u0f4d\u0f52\u0f57\u0f5c\u0f69\u0f73\u0f75-\u0f76\u0f78\u0f81"
    "\u0f93\u0f9d\u0fa2\u0fa7\u0fac\u0fb9\u1f71\u1f73\u1f75\u1f77\u1f79\u1f7b\u1f7d\u1fbb\u1fbe\u1fc9"
    "\u1fcb\u1fd3\u1fdb\u1fe3\u1feb\u1fee-\u1fef\u1ff9\u1ffb\u1ffd\u2000-\u2001\u2126\u212a-\u212b"
    "\u2329-\u232a\u2adc\uf900-\ufa0d\ufa10\ufa12\ufa15-\ufa1e\ufa20\ufa22\ufa25-\ufa26\ufa2a-\ufa6d"
    "\ufa70-\ufad9\ufb1d\ufb1f\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e\ufb40-\ufb41\ufb43-\ufb44\ufb46-\ufb4e"
    "\U0001d15e-\U0001d164\U0001d1bb-\U0001d1c0\U0002f800-\U0002fa1d]"
)
_PRIVATE_USE = re.compile("[\U000f0000-\U000ffffd]")
_FIRST = 0xF0000


def stand_in(text: str) -> tuple[str, dict[str, str]]:
    """The text with stand-ins for what NFC changes, and the table that leads back."""
    found = sorted(set(CHANGED.findall(text)))
    if not found:
        return text, {}
    used = set(_PRIVATE_USE.findall(text))
    free = (chr(code) for code in range(_FIRST, _FIRST + 0xFFFE) if chr(code) not in used)
    table = dict(zip(found, free, strict=False))
    return text.translate(str.maketrans(table)), {private: char for char, private in table.items()}
