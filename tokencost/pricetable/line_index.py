"""Which line of a TOML text holds which key.

`tomli` gives lines for broken TOML only, but a price in valid TOML can be wrong too: this finds its line. tomlkit keeps
no line numbers either, and takes 25 times as long. The rules are those of
https://toml.io/en/v1.1.0.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

import tomli

from tokencost.pricetable.table import KeyPath

# Everything is possessive ("++", "*+"), and a string nobody closed still matches, to the end of its line or
# of the text: this keeps any text, however broken, in linear time.
_KEY_PART = r"""(?: "(?: [^"\\\n] | \\[^\n] )*+ "?  |  '[^'\n]*+ '?  |  [^\s"'\#=\[\]{},.]++ )"""
KEY = rf"{_KEY_PART} [ \t]*+ (?: \. [ \t]*+ {_KEY_PART} [ \t]*+ )*+"
_TOKEN = re.compile(
    rf"""
      (?P<gap>  (?: \s++ | \#[^\n]*+ )++ )
    | (?P<long> \"{{3}} (?: [^"\\]++ | \\[\s\S]? | "(?!"") )*+ (?: \"{{3,5}} | \Z )
              | '{{3}} (?: [^']++ | '(?!'') )*+ (?: '{{3,5}} | \Z ) )
    | (?P<word> {KEY} ) (?P<equals> = )?+
    | (?P<mark> [\[\]{{}},] )
    """,
    re.VERBOSE,
)
_HEADER = re.compile(rf"(?P<open> \[\[?+ ) [ \t]*+ (?P<name> {KEY} ) \]\]?+", re.VERBOSE)
_PARTS = re.compile(_KEY_PART, re.VERBOSE)

_DOCUMENT = 0


class LineIndex:
    """The lines, counted from 1, on which a TOML text writes its keys, array elements and table headers."""

    def __init__(self, text: str) -> None:
        """Read a text that `tomli` accepts; any other is read as far as it makes sense, without an error."""
        scan = _Scan()
        scan.read(text)
        self._places = scan.places
        self.headers = tuple(scan.headers)
        """The lines that begin a table."""
        self._end = text.count("\n") + (not text.endswith("\n")) + 1

    def line_of(self, path: KeyPath) -> int:
        """The line of the key, header or element at `path`; if that is missing, of the table that lacks it.

        A table that only its sub-tables imply is on the line of the first of them, and an array of tables on
        the line of its first `[[header]]`.
        """
        node = _DOCUMENT
        for name in path:
            child = self._places.nodes.get((node, name))
            if child is None:
                break
            node = child
        return self._places.lines[node]

    def section_of(self, line: int) -> tuple[int, int]:
        """The lines `first <= n < end` around `line`, from a header (or the top) to the next (or the end)."""
        following = bisect_right(self.headers, line)
        first = self.headers[following - 1] if following else 1
        return first, self.headers[following] if following < len(self.headers) else self._end


class _Places:
    """Everything named so far, as numbered nodes with a line each; node 0 is the document.

    A flat dictionary, because in deep texts paths as tuples grow quadratically and linked objects recurse.
    """

    def __init__(self) -> None:
        self.lines = [1]
        self.nodes: dict[tuple[int, str | int], int] = {}
        self._lengths: dict[int, int] = {}

    def name_node(self, parent: int, name: str | int, line: int) -> int:
        """The node called `name` in `parent`; its first mention decides its line."""
        node = self.nodes.setdefault((parent, name), len(self.lines))
        if node == len(self.lines):
            self.lines.append(line)
        return node

    def append_node(self, array: int, line: int) -> int:
        """A new last element of `array`."""
        index = self._lengths.get(array, 0)
        self._lengths[array] = index + 1
        return self.name_node(array, index, line)

    def latest(self, node: int) -> int:
        """The last element if `node` is an array, which is what `[array.key]` extends; otherwise `node`."""
        return self.nodes.get((node, self._lengths.get(node, 0) - 1), node)


class _Scan:
    """One pass over a text, token by token."""

    def __init__(self) -> None:
        self.places = _Places()
        self.headers: list[int] = []
        self._line = 1
        self._table = _DOCUMENT
        # The arrays and inline tables around this token, outermost first.
        self._open: list[int] = []
        # Whose value is being written; None where a key, a header or an array's next element is due.
        self._value: int | None = None

    def read(self, text: str) -> None:
        position = 1 if text.startswith("\ufeff") else 0
        while token := _TOKEN.search(text, position):
            position = token.end()
            match token.lastgroup:
                case "gap":
                    self._gap(token[0])
                case "equals":
                    self._key(token["word"])
                case "mark" if token[0] == "[" and self._value is None and not self._open:
                    if header := _HEADER.match(text, token.start()):
                        self._header(header["name"], is_array=header["open"] == "[[")
                        position = header.end()
                case "mark":
                    self._mark(token[0])
                case _:
                    self._start_value()
                    self._line += token[0].count("\n")

    def _gap(self, gap: str) -> None:
        newlines = gap.count("\n")
        self._line += newlines
        if newlines and not self._open:
            self._value = None

    def _header(self, name: str, *, is_array: bool) -> None:
        self.headers.append(self._line)
        node = _DOCUMENT
        for part in key_parts(name):
            node = self.places.name_node(self.places.latest(node), part, self._line)
        if is_array:
            node = self.places.append_node(node, self._line)
        # "[a]" may come after the "[a.b]" that implied it, and says better where "a" is.
        self.places.lines[node] = self._line
        self._table = node

    def _key(self, key: str) -> None:
        node = self._open[-1] if self._open else self._table
        for part in key_parts(key):
            node = self.places.name_node(node, part, self._line)
        self._value = node

    def _mark(self, mark: str) -> None:
        if mark in "[{":
            self._start_value()
            if self._value is not None:
                self._open.append(self._value)
                self._value = None
        elif mark == ",":
            self._value = None
        elif self._open:
            self._open.pop()

    def _start_value(self) -> None:
        """Make a value that has no key the next element of the array around it."""
        if self._value is None and self._open:
            self._value = self.places.append_node(self._open[-1], self._line)


def key_parts(key: str) -> Iterator[str]:
    """The names in a dotted key, without their quotes."""
    for match in _PARTS.finditer(key):
        part = match[0]
        if part[0] == '"' and "\\" in part:
            yield _unescape(part)
        else:
            yield part[1:-1] if part[0] in "\"'" else part


def _unescape(key: str) -> str:
    """A quoted key as tomli reads it, so that both agree on every escape."""
    try:
        return next(iter(tomli.loads(f"{key}=0")))
    except tomli.TOMLDecodeError:
        return key[1:-1]
