"""Words that Kumihan itself writes into a document, in the document's language (``styles/labels.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import yaml

from convert import resources


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    table: Mapping[str, Mapping[str, str]] = yaml.safe_load(resources.styles("labels.yaml").read_text("utf-8"))
    return table


def label(key: str, language: str, **values: str) -> str:
    """The label ``key`` for a language (BCP 47; English where the table has none), ``{name}`` filled from ``values``.

    A key that is not in the table is a bug and raises ``KeyError``.
    """
    entry = _table()[key]
    text = entry.get(language.partition("-")[0].lower()) or entry["en"]
    return text.format(**values) if values else text
