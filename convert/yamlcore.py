"""YAML as YAML 1.2's core schema reads it: ``No`` is a word, ``1:30`` and ``2024-01-01`` are words, ``<<`` is a key.

PyYAML is a YAML 1.1 reader (``No`` is false, ``1:30`` is 90); :class:`CoreLoader` is its SafeLoader cut down to
strings, numbers, ``true``/``false``, null, lists and tables, with the place of every key and with bounds, so that a
hostile file costs neither time nor memory.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml
from frontmatter.default_handlers import YAMLHandler

#: Longest text that is read, in characters. PyYAML reads about 200 000 a second; properties are rarely over 2 000.
MAX_CHARACTERS = 100_000
#: Deepest nesting of lists and tables.
MAX_DEPTH = 30
#: Values in the whole text, each alias counted as all that it stands for (an alias bomb ends here).
MAX_VALUES = 10_000

_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
#: Python refuses to read integers of over 4300 digits; such stay text.
_LONGEST_NUMBER = 4000

_TAG = "tag:yaml.org,2002:"
_PLAIN = "plain"
_KINDS = {
    _TAG + "int": (int,),
    _TAG + "float": (float, int),
    _TAG + "bool": (bool,),
    _TAG + "null": (type(None),),
}
_BLANKS = " \t"
_LINE_ENDS = "\0\r\n\x85\u2028\u2029"

Place = tuple[int, int]


class YamlError(Exception):
    """The text cannot be read: what is wrong in one line, and where (1-based line and column of the text)."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        """Keep message and place."""
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True, slots=True)
class Table:
    """A text that is one table: its values, the place of each key, and keys that were given twice.

    A place's name is the path of keys joined by dots (``print.page.size``; keys within lists have none); lines
    and columns are 1-based, columns in code points. Of a key given twice the first value is kept; ``repeated``
    names the others.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    repeated: tuple[tuple[str, Place], ...] = ()


class _Document:
    """What a :class:`CoreLoader` hands through ``yaml.load``: the value and all that was noted on the way."""

    def __init__(self) -> None:
        self.value: object = None
        self.places: dict[str, int] = {}
        self.repeated: list[tuple[str, int]] = []


class CoreLoader(yaml.SafeLoader):
    """A loader for ``yaml.load`` whose result is a ``_Document``; call :func:`load_table` instead."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  (PyYAML's own declaration)
    yaml_constructors = {}  # noqa: RUF012

    def __init__(self, stream: str) -> None:
        """Begin with nothing read."""
        super().__init__(stream)
        self._depth = 0
        self._values = 0

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """The tag of a node without one: plain words are told from quoted ones, which are always text."""
        if kind is yaml.ScalarNode and isinstance(implicit, tuple) and implicit[0]:
            return _PLAIN
        tag: str = super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        return tag

    def scan_to_next_token(self) -> None:
        """Skip tabs as blanks where YAML 1.2 allows them: everywhere but in the indentation of a block."""
        while True:
            super().scan_to_next_token()
            if self.peek() != "\t":
                return
            width = 1
            while self.peek(width) in _BLANKS:
                width += 1
            indentation = not self.buffer[self.pointer - self.column : self.pointer].strip(_BLANKS)
            if indentation and not self.flow_level and self.peek(width) not in _LINE_ENDS + "#":
                return
            self.forward(width)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """PyYAML's composer calls itself for each level: stop it before Python does."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="lists and tables are nested too deeply", problem_mark=self.get_mark())
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def get_single_data(self) -> _Document:
        """The document's value; unlike PyYAML's, aliases are copies, so that the result is always a tree."""
        node = self.get_single_node()
        document = _Document()
        if node is not None:
            document.value = self._value(node, (), document, 0)
        return document

    def _value(self, node: yaml.Node, path: tuple[str, ...] | None, document: _Document, depth: int) -> object:
        self._values += 1
        if self._values > MAX_VALUES or depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="too many values or aliases", problem_mark=node.start_mark)
        match node:
            case yaml.ScalarNode():
                return _scalar(node)
            case yaml.SequenceNode() if node.tag == _TAG + "seq":
                return [self._value(item, None, document, depth + 1) for item in node.value]
            case yaml.MappingNode() if node.tag == _TAG + "map":
                table: dict[str, object] = {}
                for key_node, value_node in node.value:
                    key = self._key(key_node)
                    below = None if path is None else (*path, key)
                    if key in table:
                        document.repeated.append((".".join(below or (key,)), key_node.start_mark.index))
                        continue
                    if below:
                        name = ".".join(below)
                        if not path or name not in document.places:  # a key with a dot in it goes first
                            document.places[name] = key_node.start_mark.index
                    table[key] = self._value(value_node, below, document, depth + 1)
                return table
        raise _unknown_tag(node)

    def _key(self, node: yaml.Node) -> str:
        """A key's text; a list or table as a key (``{{date}}`` in a template is one) is taken as it is written."""
        if isinstance(node, yaml.ScalarNode):
            return _joined(node.value)
        source: str = self.buffer[node.start_mark.index : node.end_mark.index]
        return source.strip()


def _unknown_tag(node: yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=f"unknown tag {node.tag!r}", problem_mark=node.start_mark)


def _joined(text: str) -> str:
    r"""Text in which ``"\ud83d\ude00"`` (JSON's way to write an emoji) is one character; a lone half is U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _scalar(node: yaml.ScalarNode) -> object:
    """The value of a plain, quoted or tagged scalar by the core schema's table."""
    text: str = node.value
    tag: str = node.tag
    if tag == _TAG + "str":
        return _joined(text)
    value = plain_value(text)
    if tag == _PLAIN:
        return value
    wanted = _KINDS.get(tag)
    if wanted is None:
        raise _unknown_tag(node)
    if type(value) not in wanted:
        raise yaml.MarkedYAMLError(problem=f"{text!r} is not what its tag says", problem_mark=node.start_mark)
    return value


def plain_value(text: str) -> str | int | float | bool | None:
    """An unquoted word as YAML 1.2's core schema reads it (YAML 1.2.2, 10.3.2)."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        lower = text.lower()
        return float(lower.replace(".inf", "inf").replace(".nan", "nan"))
    return text


def load_table(text: str) -> Table:
    """Read a text that is one table (an empty text is an empty table).

    Raises :class:`YamlError` for anything else, and for a text beyond the bounds above.
    """
    if len(text) > MAX_CHARACTERS:
        raise YamlError(f"longer than {MAX_CHARACTERS} characters")
    starts = [0, *(m.end() for m in re.finditer("\n", text))]

    end = len(text.rstrip())  # "unexpected end" is told where something stands

    def place(index: int) -> Place:
        index = min(index, end)
        line = bisect_right(starts, index)
        return line, index - starts[line - 1] + 1

    try:
        document = YAMLHandler().load(text, Loader=CoreLoader)
    except yaml.reader.ReaderError as error:
        raise YamlError("a character that YAML does not allow", *place(error.position)) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ": ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(message or "not YAML", *(place(mark.index) if mark else (1, 1))) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: escapes of no character
        raise YamlError("not YAML") from error
    if document.value is None:
        return Table()
    if not isinstance(document.value, dict):
        raise YamlError("not a table of `key: value` lines")
    return Table(
        document.value,
        {name: place(index) for name, index in document.places.items()},
        tuple((name, place(index)) for name, index in document.repeated),
    )


def flatten(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """All values of nested tables by dotted name, in their order (an empty table is a value)."""
    for key, value in table.items():
        name = prefix + key
        if isinstance(value, Mapping) and value:
            yield from flatten(value, name + ".")
        else:
            yield name, value
