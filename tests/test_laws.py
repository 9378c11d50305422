"""Laws: changes to a vault that must not change what is printed, and mixtures of everything that must still print."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convert.formats import writer
from convert.link.document import Document
from convert.nodes import has_class, plain_text, walk
from convert.settings import Settings
from tests.support.content import LABELS, missing, page_text, word_text
from tests.support.docx import Docx
from tests.support.html import Html
from tests.support.linked import check, linked
from tests.support.pdf import Pdf
from tests.test_cases import CASE, CASES, FENCE

#: The inputs of all case files.
INPUTS = [
    fence["text"]
    for file in sorted(CASES.glob("*.md"))
    for case in CASE.finditer(file.read_text("utf-8"))
    for fence in FENCE.finditer(case["rest"])
    if fence["kind"] == "input"
]
#: Those that stay within themselves: nothing in them hides or takes in what follows, no id is defined twice.
CLOSED = [text for text in INPUTS if not re.search(r"\[\^|%%|<!--|^\$\$ open|```|~~~|^%|\^\[|^ {4}|^\t", text, re.M)]

FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
mixtures = st.lists(st.sampled_from(INPUTS), min_size=1, max_size=6).map("\n".join)
closed = st.lists(st.sampled_from(CLOSED), min_size=1, max_size=5).map("\n".join)


def document(text: str | bytes, **others: str) -> Document:
    """The document of a note ``A.md`` in a vault of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return linked(Path(folder), {"A.md": text, **{f"{name}.md": other for name, other in others.items()}})


def said(text: str) -> str:
    return re.sub(r"\s+", "", text)


def words_of(blocks: list[dict[str, object]]) -> str:
    return said(plain_text(blocks, skip_notes=False))


@FEW
@given(mixtures)
def test_anything_beside_anything_prints(text: str) -> None:
    check(document(text))


@FEW
@given(mixtures)
def test_line_ends_and_bom_mean_nothing(text: str) -> None:
    wanted = document(text).blocks
    # A note's digest is in no output, only in keys: the documents are equal, not just alike.
    assert document(text.replace("\n", "\r\n").encode()).blocks == wanted
    assert document(b"\xef\xbb\xbf" + text.encode()).blocks == wanted


@FEW
@given(closed)
def test_a_comment_at_the_end_changes_nothing(text: str) -> None:
    assert document(f"{text}\n\n%%x%%\n").blocks == document(text).blocks


@FEW
@given(closed)
def test_a_callout_keeps_what_is_wrapped_in_it(text: str) -> None:
    # A fence or a list needs its own line: the text begins with a paragraph.
    whole = f"前\n\n{text}"
    wrapped = "> [!note] T\n" + "".join(f"> {line}\n" for line in whole.split("\n"))
    (box,) = [node for node in document(wrapped).blocks if has_class(node, "callout")]
    (content,) = [node for node in box["c"][1] if has_class(node, "callout-content")]
    assert words_of(content["c"][1]) == words_of(document(whole).blocks)


@FEW
@given(closed, closed)
def test_an_embed_shows_all_of_its_note(text: str, around: str) -> None:
    inner = f"なか\n\n{text}"
    whole = document(f"そと\n\n{around}\n\n![[N]]\n", N=inner)
    embedded = [node for node in walk(whole.blocks) if has_class(node, "internal-embed")]
    shown = [words_of(node["c"][1]) for node in embedded]
    # A self link in N names N there, and the section here: only the words of links may differ.
    assert any(
        piece.startswith("なか") and len(piece) >= len(words_of(document(inner).blocks)) * 0.9 for piece in shown
    )


@FEW
@given(st.permutations(["A.md", "が.md", "b/B.md", "b/が.md"]))
def test_the_order_of_files_means_nothing(order: list[str]) -> None:
    texts = {"A.md": "[[が]] ![[B]] [[b/が]]", "が.md": "が", "b/B.md": "[[が|b]]", "b/が.md": "bが"}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first = linked(Path(one), {name: texts[name] for name in order})
        second = linked(Path(other), {name: texts[name] for name in sorted(order)})
    assert first == second


def test_names_are_the_same_composed_and_decomposed() -> None:
    composed, decomposed = "ガイド", unicodedata.normalize("NFD", "ガイド")
    assert composed != decomposed
    for file, link in ((composed, decomposed), (decomposed, composed)):
        made = document(f"![[{link}]] [[{link}#見出し]]", **{file: "# 見出し\n\n本文"})
        assert not made.diagnostics
        assert "本文" in plain_text(made.blocks)


@settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None)
@given(mixtures)
def test_all_formats_say_the_same(text: str) -> None:
    # In a PDF's text each reading of ruby stands beside its base, in the others behind all.
    made = document(text.replace("{東京|とう|きょう}", "東京"))
    page = Html(writer("html")(made, Settings()).data)
    pdf = Pdf(writer("pdf")(made, Settings()).data)
    word = Docx(writer("docx")(made, Settings()).data)
    wanted = page_text(page)
    assert missing(wanted, pdf.text(), ignore=LABELS) == []
    # What no engine can set is its source, in a box with a label, or as it was typed.
    assert missing(wanted, word_text(word), ignore=LABELS + "数式$") == []
