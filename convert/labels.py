"""Words that Kumihan itself writes into a document, in the document's language.

Those in Japanese and English are in ``styles/labels.yaml``, each other language has a file in ``styles/languages/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from convert import languages, resources


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    table: Mapping[str, Mapping[str, str]] = resources.read_yaml(resources.styles("labels.yaml"))
    return table


def label(key: str, language: str, **values: str) -> str:
    """The label ``key`` for a language (BCP 47; English where the table has none), ``{name}`` filled from ``values``.

    A key that is not in the table is a bug and raises ``KeyError``.
    """
    entry = _table()[key]
    name = languages.table_key(language)
    text = entry.get(name) or languages.words(name).get("labels", {}).get(key) or entry["en"]
    return text.format(**values) if values else text
