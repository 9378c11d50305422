"""Texts that pandoc has read before: a note that is linked again, or embedded elsewhere, need not be parsed again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import suppress

from convert import pandoc
from convert.cache.printed import Cache, open_store
from convert.cache.trace import digest_of
from convert.compiled import Reader
from convert.nodes import Block

#: Trees that are larger, in characters, are not kept: what is read back must be worth it.
_LARGEST = 5_000_000


def reader(kept: Cache | None) -> Reader:
    """Pandoc as a reader that remembers what it has read; without a cache just pandoc."""
    store = open_store(kept.folder) if kept else None
    if kept is None or store is None:
        return pandoc.read

    def read(text: str, *, hard_breaks: bool, standins: Mapping[str, str] | None = None) -> list[Block]:
        key = digest_of([kept.code, text, hard_breaks, dict(standins or {})])
        with suppress(sqlite3.Error, ValueError, RecursionError):
            tree = None if kept.ignored else store.parsed(key)
            if tree is not None:
                blocks: list[Block] = json.loads(tree)
                return blocks
        blocks = pandoc.read(text, hard_breaks=hard_breaks, standins=standins)
        with suppress(sqlite3.Error, ValueError, RecursionError):
            tree = json.dumps(blocks)
            if len(tree) <= _LARGEST:
                store.keep_parsed(key, tree)
        return blocks

    return read
