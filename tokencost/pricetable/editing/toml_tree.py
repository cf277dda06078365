"""A TOML text as a tree of values as they are spelled, each with the comments that stand around it.

tomlkit keeps comments too, but by the place where they stand: a value that moves leaves its comments behind. Here each
belongs to the value that it stands above, behind or below, and travels with it. The text is one that `tomli` accepts;
what comes of any other is never used, because whoever writes a tree reads it back and compares.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tokencost.pricetable.line_index import KEY, key_parts
from tokencost.pricetable.table import KeyPath

_KEY = re.compile(KEY, re.VERBOSE)
_HEADER = re.compile(rf"(?P<open> \[\[?+ ) [ \t]*+ (?P<name> {KEY} ) \]\]?+", re.VERBOSE)
_STRING = re.compile(
    r"""
      \"{3} (?: [^"\\]++ | \\[\s\S] | "(?!"") )*+ \"{3,5} | '{3} (?: [^']++ | '(?!'') )*+ '{3,5}
    | " (?: [^"\\\n]++ | \\. )*+ " | '[^'\n]*+'
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d[ ]\d\d:[^\s,\]}\#]*+ | [^\s,\]}\#]++", re.VERBOSE)
_COMMENT = re.compile(r"#[^\n]*+")
_BLANKS = re.compile(r"[ \t]*+")


@dataclass
class Node:
    """A value: as it is spelled, or a table, or a list; and its comments."""

    value: "str | dict[str, Node] | list[Node]"
    above: list[str] = field(default_factory=list)
    """Comment lines; an empty text is an empty line, which sets those before it apart."""
    opening: str = ""
    """The comment behind the bracket that opens a list."""
    behind: str = ""
    """The comment behind it, or behind its header, with the blanks before it, by which somebody may have aligned it."""
    below: list[str] = field(default_factory=list)
    """Comment lines that belong to it because an empty line, or the end, follows them."""

    @property
    def table(self) -> "dict[str, Node]":
        """Its values by key."""
        if not isinstance(self.value, dict):
            raise ValueError("this is no table")  # noqa: TRY004  # as everything else in a text that cannot be read
        return self.value

    @property
    def items(self) -> "list[Node]":
        """Its elements."""
        if not isinstance(self.value, list):
            raise ValueError("this is no list")  # noqa: TRY004
        return self.value

    def take_inner_comments(self) -> list[str]:
        """The comments inside of it, for where it is to be written without them; they are no longer there."""
        inner = self.value.values() if isinstance(self.value, dict) else self.value
        taken, self.opening = [self.opening], ""
        for node in inner if not isinstance(inner, str) else ():
            taken += [*node.above, *node.take_inner_comments(), node.behind.strip(), *node.below]
            node.above, node.behind, node.below = [], "", []
        return [comment for comment in taken if comment]


class Statement(NamedTuple):
    """A header, or a key with its value: what it gives, and its lines (from 1, the last included)."""

    path: KeyPath
    first: int
    last: int


class Tree(NamedTuple):
    """A whole text."""

    root: Node
    end: list[str]
    """The comments behind everything."""
    statements: tuple[Statement, ...]


def plain_text(text: str) -> str:
    """The text with the line ends of Unix and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def parse_tree(text: str) -> Tree:
    """The tree of a plain text."""
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._root = Node({})
        self._statements: list[Statement] = []

    def parse(self) -> Tree:
        table, path = self._root, KeyPath()
        last: Node | None = None
        pending: list[str] = []
        while self._at < len(self._text):
            self._match(_BLANKS)
            begin = self._at
            if self._skip("\n"):
                pending.append("")
            elif self._next() == "#":
                pending.append(self._comment())
                self._skip("\n")
            elif self._at < len(self._text):
                own, above = _split_comments(pending, has_own=last is not None)
                self._give_below(last, own)
                if header := _HEADER.match(self._text, self._at):
                    self._at = header.end()
                    table, path = self._open(header["name"], is_array=header["open"] == "[[")
                    node, here = table, path
                else:
                    node, here = self._pair(table, path)
                node.above += above
                node.behind = self._comment_behind()
                self._statements.append(Statement(here, self._line(begin), self._line(self._at)))
                self._skip("\n")
                # What stands right below a header is said of the first key, or of the whole table.
                last, pending = None if header else node, []
        own, rest = _split_comments([*pending, ""], has_own=last is not None)
        self._give_below(last, own)
        return Tree(self._root, rest[:-1] if rest[-1:] == [""] else rest, tuple(self._statements))

    def _give_below(self, last: Node | None, comments: list[str]) -> None:
        if last is not None and comments:
            last.below += comments
            statement = self._statements[-1]
            self._statements[-1] = statement._replace(last=statement.last + len(comments))

    def _line(self, position: int) -> int:
        return self._text.count("\n", 0, position) + 1

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, mark: str) -> bool:
        found = self._next() == mark
        self._at += found
        return found

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"line {self._line(self._at)} cannot be read")
        self._at = found.end()
        return found[0]

    def _comment(self) -> str:
        return self._match(_COMMENT).rstrip() if self._next() == "#" else ""

    def _comment_behind(self) -> str:
        gap = self._match(_BLANKS)
        comment = self._comment()
        return gap + comment if comment else ""

    def _open(self, name: str, *, is_array: bool) -> tuple[Node, KeyPath]:
        """The table that a header begins or goes on with."""
        node, path = self._root, KeyPath()
        *outer, last = key_parts(name)
        for part in outer:
            node, path = _enter(node, path, part)
        if not is_array:
            return _enter(node, path, last)
        array = node.table.setdefault(last, Node([]))
        array.items.append(Node({}))
        return array.items[-1], (*path, last, len(array.items) - 1)

    def _pair(self, table: Node, path: KeyPath) -> tuple[Node, KeyPath]:
        *outer, last = key_parts(self._match(_KEY))
        for part in outer:
            table, path = _enter(table, path, part)
        self._match(_BLANKS)
        self._skip("=")
        self._match(_BLANKS)
        node = table.table[last] = self._value()
        return node, (*path, last)

    def _value(self) -> Node:
        match self._next():
            case "[":
                return self._list()
            case "{":
                return self._inline_table()
            case '"' | "'":
                return Node(self._match(_STRING))
            case _:
                return Node(self._match(_PLAIN))

    def _list(self) -> Node:
        items: list[Node] = []
        node = Node(items)
        for above in self._until("]", node, items):
            items.append(self._value())
            items[-1].above = above
        return node

    def _inline_table(self) -> Node:
        node = Node({})
        written: list[Node] = []
        for above in self._until("}", node, written):
            inner, _ = self._pair(node, ())
            inner.above += above
            written.append(inner)
        return node

    def _until(self, end: str, node: Node, written: list[Node]) -> Iterator[list[str]]:
        """Stop at each element up to the closing bracket, with the comments that stand above it."""
        self._at += 1
        above: list[str] = []
        on_same_line = True
        while True:
            self._match(_BLANKS)
            if self._skip("\n"):
                on_same_line = False
            elif self._next() == "#":
                comment = self._comment()
                if not on_same_line:
                    above.append(comment)
                elif written:
                    written[-1].behind = " ".join(filter(None, (written[-1].behind, comment)))
                else:
                    node.opening = comment
            elif self._skip(end):
                (written[-1] if written else node).below += above
                return
            elif not self._skip(","):
                if self._at >= len(self._text):
                    raise ValueError("a bracket is not closed")
                yield above
                above, on_same_line = [], True


def _enter(node: Node, path: KeyPath, part: str) -> tuple[Node, KeyPath]:
    """The table of that name, or the last of the tables of that name."""
    inner = node.table.setdefault(part, Node({}))
    if isinstance(inner.value, list):
        return inner.items[-1], (*path, part, len(inner.items) - 1)
    return inner, (*path, part)


def _split_comments(pending: list[str], *, has_own: bool) -> tuple[list[str], list[str]]:
    """The comments that belong to what they stand below, and those that belong to what comes next.

    Those right below a value are its own if an empty line follows them. Several empty lines become one.
    """
    own: list[str] = []
    if has_own and "" in pending:
        own, pending = pending[: pending.index("")], pending[pending.index("") :]
    above: list[str] = []
    for comment in pending:
        if comment or above[-1:] not in ([], [""]):
            above.append(comment)
    return own, above
