"""Walks over pandoc's tree, as deep as it may be."""

from hypothesis import given, settings
from hypothesis import strategies as st

from convert.nodes import (
    Node,
    child_lists,
    clone,
    div,
    flatten,
    lists,
    para,
    plain_text,
    rewrite,
    span,
    string,
    walk,
    words,
)

_INLINE = st.recursive(
    st.text("abc", max_size=2).map(string),
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda c: st.sampled_from([{"t": "Emph", "c": c}, span(c), {"t": "Note", "c": [para(c)]}])
    ),
    max_leaves=8,
)
_BLOCKS = st.lists(
    st.recursive(
        st.lists(_INLINE, max_size=3).map(para),
        lambda inner: st.lists(inner, max_size=3).flatmap(
            lambda c: st.sampled_from([div(c), {"t": "BlockQuote", "c": c}, {"t": "BulletList", "c": [c, []]}])
        ),
        max_leaves=8,
    ),
    max_size=4,
)


def deep(depth: int) -> list[Node]:
    blocks = [para(words("x"))]
    for _ in range(depth):
        blocks = [{"t": "BlockQuote", "c": blocks}]
    return blocks


def depth_of(nodes: list[Node], kind: str) -> int:
    best, stack = 0, [(nodes, 0)]
    while stack:
        children, level = stack.pop()
        best = max(best, level)
        stack += [(below, level + (node["t"] == kind)) for node in children for below in child_lists(node)]
    return best


def _recursive(nodes: list[Node], seen: list[str]) -> None:
    for node in nodes:
        for children in child_lists(node):
            _recursive(children, seen)
        seen.append(node["t"] + str(id(node)))


@given(_BLOCKS)
@settings(max_examples=50)
def test_rewrite_goes_bottom_up_in_order(blocks: list[Node]) -> None:
    expected: list[str] = []
    _recursive(blocks, expected)
    seen: list[str] = []
    rewrite(blocks, lambda node: seen.append(node["t"] + str(id(node))))
    assert seen == expected


@given(_BLOCKS)
@settings(max_examples=50)
def test_rewrite_replaces(blocks: list[Node]) -> None:
    text = plain_text(blocks, skip_notes=False)
    rewrite(
        blocks,
        lambda node: [node, string("z")] if node["t"] == "Str" else list(node["c"]) if node["t"] == "Emph" else None,
    )
    assert plain_text(blocks, skip_notes=False).replace("z", "") == text
    assert not any(node["t"] == "Emph" for node in walk(blocks))


@given(_BLOCKS)
@settings(max_examples=50)
def test_lists_are_all_lists(blocks: list[Node]) -> None:
    assert sorted(id(node) for children in lists(blocks) for node in children) == sorted(map(id, walk(blocks)))
    assert clone(blocks) == blocks


@given(_BLOCKS)
@settings(max_examples=50)
def test_flatten_keeps_every_word(blocks: list[Node]) -> None:
    text, notes = plain_text(blocks, skip_notes=False), sum(node["t"] == "Note" for node in walk(blocks))
    flatten(blocks, 2)
    assert plain_text(blocks, skip_notes=False) == text
    assert sum(node["t"] == "Note" for node in walk(blocks)) == notes
    assert depth_of(blocks, "BlockQuote") <= 2
    assert flatten(blocks, 2) == 0


def test_depth_has_no_bound() -> None:
    blocks = deep(20_000)
    assert plain_text(blocks) == "x"
    assert sum(1 for _ in walk(blocks)) == 20_002
    rewrite(blocks, lambda node: [string("y")] if node["t"] == "Str" else None)
    assert flatten(blocks, 40) == 1
    assert depth_of(blocks, "BlockQuote") < 40
    assert plain_text(blocks) == "y"


def test_text_without_notes() -> None:
    note = span([{"t": "Note", "c": [para(words("n"))]}, string("mark")])
    note["c"][0][1] = ["fnref"]
    blocks = [para([*words("a b"), note, {"t": "LineBreak"}, {"t": "Math", "c": [{"t": "InlineMath"}, "x"]}])]
    assert plain_text(blocks) == "a b x"
    assert plain_text(blocks, skip_notes=False) == "a bnmark x"
