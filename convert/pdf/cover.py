"""The cover: title and byline on a page of their own, without heads and number."""

from __future__ import annotations

from lxml import etree

from convert.page import Page
from convert.settings import Settings


def wrap(page: Page, settings: Settings) -> None:
    """Put what the link stage has set before the first page break into a ``section .cover``, in the break's place."""
    if settings.cover == "no":
        return
    children = list(page.main)
    breaks = [at for at, child in enumerate(children[:3]) if child.get("class") == "page-break"]
    if not breaks or not breaks[0]:
        return
    cover = etree.Element("section", {"class": "cover"})
    cover.extend(children[: breaks[0]])
    page.main.replace(children[breaks[0]], cover)
