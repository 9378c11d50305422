"""``==highlight==``; ``==>`` is an arrow (Obsidian help, release notes 0.5.1)."""

from convert.syntax.inline import Inline, InlineRule

HIGHLIGHT = InlineRule("=", r"(?<!=)==(?![=>])", Inline.read_delimiter)
