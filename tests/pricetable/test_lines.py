"""Every path that tomli yields has the line on which a reader finds it."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost.pricetable.line_index import LineIndex
from tokencost.pricetable.table import KeyPath


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of everything inside a parsed value."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


def lines(text: str) -> dict[KeyPath, int]:
    """The line of every path that tomli yields."""
    index = LineIndex(text)
    return {path: index.line_of(path) for path in paths(tomli.loads(text))}


def test_prices() -> None:
    text = """\
# What models cost.
schema = 1

[models."gpt-6.1-sol"]
provider = "openai"  # [not.a.header]

[[models."gpt-6.1-sol".prices]]
from = 2026-01-01
input = 1.25

[[models."gpt-6.1-sol".prices]]
from = 2026-06-01
input = 1.00

[[models."gpt-6.1-sol".prices.when]]
tier = "batch"
input = 0.50

[[models."gpt-6.1-sol".prices.when]]
tier = "flex"
between = ["16:30", "00:30"]

[models.flash]
provider = "deepseek"
"""
    model = ("models", "gpt-6.1-sol")
    assert lines(text) == {
        ("schema",): 2,
        ("models",): 4,
        model: 4,
        (*model, "provider"): 5,
        (*model, "prices"): 7,
        (*model, "prices", 0): 7,
        (*model, "prices", 0, "from"): 8,
        (*model, "prices", 0, "input"): 9,
        (*model, "prices", 1): 11,
        (*model, "prices", 1, "from"): 12,
        (*model, "prices", 1, "input"): 13,
        (*model, "prices", 1, "when"): 15,
        (*model, "prices", 1, "when", 0): 15,
        (*model, "prices", 1, "when", 0, "tier"): 16,
        (*model, "prices", 1, "when", 0, "input"): 17,
        (*model, "prices", 1, "when", 1): 19,
        (*model, "prices", 1, "when", 1, "tier"): 20,
        (*model, "prices", 1, "when", 1, "between"): 21,
        (*model, "prices", 1, "when", 1, "between", 0): 21,
        (*model, "prices", 1, "when", 1, "between", 1): 21,
        ("models", "flash"): 23,
        ("models", "flash", "provider"): 24,
    }

    index = LineIndex(text)
    assert index.line_of(()) == 1
    assert index.line_of((*model, "prices", 1, "output")) == 11
    assert index.line_of((*model, "prices", 2, "input")) == 7
    assert index.line_of((*model, "prices", 1, "when", 0, "until", "x", 0)) == 15
    assert index.line_of(("models", "pro", "prices")) == 4
    assert index.line_of(("defaults",)) == 1

    assert index.section_of(1) == (1, 4)
    assert index.section_of(4) == index.section_of(6) == (4, 7)
    assert index.section_of(17) == (15, 19)
    assert index.section_of(23) == index.section_of(24) == (23, 25)


LAYOUTS: Mapping[str, tuple[str, Mapping[KeyPath, int]]] = {
    "empty": ("", {}),
    "quoted keys": (
        r"""
"a.b" = 1
'x' = 2
"" = 3
'#"' . "]" = 4
"\u0041\x42\t\"" = 5
'\u0041' = 6
["c = [" . 'd"']
12 = 7
-_ = 8
""",
        {
            ("a.b",): 2,
            ("x",): 3,
            ("",): 4,
            ('#"',): 5,
            ('#"', "]"): 5,
            ('AB\t"',): 6,
            (r"\u0041",): 7,
            ("c = [",): 8,
            ("c = [", 'd"'): 8,
            ("c = [", 'd"', "12"): 9,
            ("c = [", 'd"', "-_"): 10,
        },
    ),
    "dotted keys": (
        """\
a.b.c = 1
a . d = 2
[e]
a.b = 3
f.g = 4
a.c = 5
""",
        {
            ("a",): 1,
            ("a", "b"): 1,
            ("a", "b", "c"): 1,
            ("a", "d"): 2,
            ("e",): 3,
            ("e", "a"): 4,
            ("e", "a", "b"): 4,
            ("e", "f"): 5,
            ("e", "f", "g"): 5,
            ("e", "a", "c"): 6,
        },
    ),
    "implied tables": (
        """\
[a.b.c]
x = 1
[a.d]
[ a ]  # now in its own right
y = 2
""",
        {
            ("a",): 4,
            ("a", "b"): 1,
            ("a", "b", "c"): 1,
            ("a", "b", "c", "x"): 2,
            ("a", "d"): 3,
            ("a", "y"): 5,
        },
    ),
    "arrays of tables": (
        """\
[[a.b]]
[a.b.c]
x = 1
[[a.b]]
  [[ a . "b" . d ]]
  [a.b.d.e]
  y = 2
  [[a.b.d]]
[a.b.c]
x = 3
""",
        {
            ("a",): 1,
            ("a", "b"): 1,
            ("a", "b", 0): 1,
            ("a", "b", 0, "c"): 2,
            ("a", "b", 0, "c", "x"): 3,
            ("a", "b", 1): 4,
            ("a", "b", 1, "d"): 5,
            ("a", "b", 1, "d", 0): 5,
            ("a", "b", 1, "d", 0, "e"): 6,
            ("a", "b", 1, "d", 0, "e", "y"): 7,
            ("a", "b", 1, "d", 1): 8,
            ("a", "b", 1, "c"): 9,
            ("a", "b", 1, "c", "x"): 10,
        },
    ),
    "arrays and inline tables in each other": (
        """\
a = [ [], {},  # ["
  { b = 1, c.d = [ 2,
      { e = 3 }, 4 ] , c.f = 5 },

  [
    [6], 7
    , 8,
  ],
  1979-05-27 07:32:00.5
  ,
]
[g]
h = { i = { j.k = [{}] }, l = -inf }
""",
        {
            ("a",): 1,
            ("a", 0): 1,
            ("a", 1): 1,
            ("a", 2): 2,
            ("a", 2, "b"): 2,
            ("a", 2, "c"): 2,
            ("a", 2, "c", "d"): 2,
            ("a", 2, "c", "d", 0): 2,
            ("a", 2, "c", "d", 1): 3,
            ("a", 2, "c", "d", 1, "e"): 3,
            ("a", 2, "c", "d", 2): 3,
            ("a", 2, "c", "f"): 3,
            ("a", 3): 5,
            ("a", 3, 0): 6,
            ("a", 3, 0, 0): 6,
            ("a", 3, 1): 6,
            ("a", 3, 2): 7,
            ("a", 4): 9,
            ("g",): 12,
            ("g", "h"): 13,
            ("g", "h", "i"): 13,
            ("g", "h", "i", "j"): 13,
            ("g", "h", "i", "j", "k"): 13,
            ("g", "h", "i", "j", "k", 0): 13,
            ("g", "h", "l"): 13,
        },
    ),
    "inline tables over several lines (TOML 1.1)": (
        """\
a = {
  # b = 0 }
  b = 1,
  c = {
    d = 2 }
  ,
  e.f = 3,
}
g = 4
""",
        {
            ("a",): 1,
            ("a", "b"): 3,
            ("a", "c"): 4,
            ("a", "c", "d"): 5,
            ("a", "e"): 7,
            ("a", "e", "f"): 7,
            ("g",): 9,
        },
    ),
    "basic strings": (
        r'''
a = "# \" = [ \\"
b = ["]", "\","]
c = """
[x]
y = 1 \""" \\""""" # """
d = """"a"" \
   """
e = ["""[
""", """"""]
f = ["""a"""",
"""b""""",
""]
''',
        {
            ("a",): 2,
            ("b",): 3,
            ("b", 0): 3,
            ("b", 1): 3,
            ("c",): 4,
            ("d",): 7,
            ("e",): 9,
            ("e", 0): 9,
            ("e", 1): 10,
            ("f",): 11,
            ("f", 0): 11,
            ("f", 1): 12,
            ("f", 2): 13,
        },
    ),
    "literal strings": (
        r"""
a = '# " = [ \'
b = [']', ',\']
c = '''
[[x]] \''' # '''
d = ''''a'' "
'''''
e = ['''[
''', '''''']
f = ['''a'''',
'''b''''',
'']
""",
        {
            ("a",): 2,
            ("b",): 3,
            ("b", 0): 3,
            ("b", 1): 3,
            ("c",): 4,
            ("d",): 6,
            ("e",): 8,
            ("e", 0): 8,
            ("e", 1): 9,
            ("f",): 10,
            ("f", 0): 10,
            ("f", 1): 11,
            ("f", 2): 12,
        },
    ),
    "no newline at the end": ("\n[a]\nb = 1", {("a",): 2, ("a", "b"): 3}),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout(layout: str, newline: str) -> None:
    text, expected = LAYOUTS[layout]
    assert lines(text.replace("\n", newline)) == expected


def test_byte_order_mark() -> None:
    """tomli refuses it in a str, so whoever decodes the file may have cut it off there but not here."""
    assert LineIndex("\ufeffa.b = 1\na.c = 2").line_of(("a",)) == 1
    assert LineIndex("\ufeff[a]\nb = 1").line_of(("a", "b")) == 2
    assert LineIndex("\ufeff[a]\nb = 1").section_of(2) == (1, 3)


def test_numbers_are_elements_and_strings_are_keys() -> None:
    index = LineIndex("a = [\n0,\n1]\n[b]\n0 = 1")
    assert index.line_of(("a", 1)) == 3
    assert index.line_of(("a", "1")) == 1
    assert index.line_of(("b", "0")) == 5
    assert index.line_of(("b", 0)) == 4
    assert index.line_of(("a", -1)) == 1


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("", [(1, 2)]),
        ("a = 1", [(1, 2)]),
        ("a = 1\n", [(1, 2)]),
        ("[a]\n[b]\n", [(1, 2), (2, 3)]),
        ("\n[a]\n\n[[b]] # c\n\n", [(1, 2), (2, 4), (2, 4), (4, 6), (4, 6)]),
        ("a = [\n[1],\n['b']\n]\nc = '''\n[d]\n'''\n[e]", [(1, 8)] * 7 + [(8, 9)]),
    ],
)
def test_section(text: str, sections: Sequence[tuple[int, int]]) -> None:
    index = LineIndex(text)
    assert [index.section_of(line) for line in range(1, len(sections) + 1)] == sections


def test_blanked_lines_leave_the_others_in_place() -> None:
    index = LineIndex("[a]\nb = 1\n\n\n\n[[c]]\nd = 2\n")
    assert index.line_of(("c", 0, "d")) == 7
    assert index.section_of(4) == (1, 6)


SCALARS = [
    *["0", "1.5", "-1e3", "inf", "+nan", "0xff", "true", "2026-01-01", "2026-01-01 07:32:00.5", "07:32"],
    *['""', "''", '""""""', "''''''", r'"\"#"', r"'\'", '"[[a]]"', "'{'", r'"""\"""""', "'''''a'''''"],
    *['"""\n"""', "'''\n[a]\n'''", '"""\n\n\\\n  x = 1"""', "'''\n# \" \\'''", '"""a\n""\n"""'],
]
KEYS = st.sampled_from(["a", "b", "c-1", "0", "1.5", ""]) | st.text("ab.\"'#[]{}=, \\\té\n😀", max_size=4)

Scalar = str
"""A number, date or string as TOML writes it."""
Value = Scalar | list["Value"] | dict[str, "Value"]


def spelled(content: str) -> Scalar:
    """A string with this content, as raw as TOML allows."""
    if "'" not in content:
        return f"'''{content}'''" if "\n" in content else f"'{content}'"
    escaped = content.replace("\\", "\\\\")
    if "\n" in content:
        return '"""{}"""'.format(escaped.replace('"""', '""\\"'))
    return '"{}"'.format(escaped.replace('"', '\\"'))


def nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    tables: st.SearchStrategy[Value] = st.dictionaries(KEYS, inner, max_size=3)
    return st.lists(inner, max_size=4) | st.lists(tables, min_size=1, max_size=3) | tables


STRINGS = st.text("ab\"'#[]{}=,\\ \n", max_size=12).map(spelled)
VALUES: st.SearchStrategy[Value] = st.recursive(st.sampled_from(SCALARS) | STRINGS, nested, max_leaves=20)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=5)


def has_header(value: Value) -> bool:
    """Whether a header may begin such a value: a table, or an array of nothing but tables."""
    if isinstance(value, list):
        return value != [] and all(isinstance(element, dict) for element in value)
    return isinstance(value, dict)


class Writer:
    """Writes a document in a random layout and notes the line of every path as it goes."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.text = ""
        self.lines: dict[KeyPath, int] = {}
        self.headers: list[int] = []

    def write(self, *texts: str) -> None:
        self.text += "".join(texts)

    def line(self) -> int:
        return 1 + self.text.count("\n")

    def note(self, path: KeyPath) -> None:
        """Note that `path` is written here, and so are the tables around it unless they came before."""
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], self.line())

    def coin(self) -> bool:
        return self.chance.choice([True, False])

    def space(self) -> str:
        return self.chance.choice(["", " ", "\t "])

    def gap(self) -> str:
        """Space inside brackets, where lines may end."""
        return self.chance.choice(["", " ", "\n", "\n\t", " # ]}, '\"\n", "\n\n# x = [\n  "])

    def line_end(self) -> str:
        return self.space() + self.chance.choice(["\n", "\n\n", "# [a] = ''' {\n", "\n # b\n\t"])

    def key(self, key: str) -> str:
        spellings = ['"' + "".join(self.character(character) for character in key) + '"']
        if re.fullmatch("[A-Za-z0-9_-]+", key):
            spellings.append(key)
        if "'" not in key and "\n" not in key:
            spellings.append(f"'{key}'")
        return self.chance.choice(spellings)

    def character(self, character: str) -> str:
        if character in '"\\\n' or self.chance.random() < 0.1:
            code = ord(character)
            return f"\\U{code:08x}" if code > 255 else f"\\x{code:02x}"
        return character

    def dotted(self, keys: Sequence[str]) -> str:
        return f"{self.space()}.{self.space()}".join(self.key(key) for key in keys)

    def comma(self, *, last: bool) -> str:
        return "," if not last or self.coin() else ""

    def header(self, before: str, keys: Sequence[str], after: str) -> None:
        self.headers.append(self.line())
        self.write(before, self.space(), self.dotted(keys), self.space(), after, self.line_end())

    def table(self, path: KeyPath, keys: tuple[str, ...], table: Mapping[str, Value]) -> None:
        """Write a table's own lines and then the headers below it; `keys` is `path` as headers spell it."""
        below = {key: value for key, value in table.items() if has_header(value) and self.coin()}
        for inner, value in self.pairs({key: value for key, value in table.items() if key not in below}):
            self.pair(path, inner, value)
            self.write(self.line_end())
        for key, value in below.items():
            self.headed((*path, key), (*keys, key), value)

    def headed(self, path: KeyPath, keys: tuple[str, ...], value: Value) -> None:
        if isinstance(value, list):
            for number, element in enumerate(value):
                assert isinstance(element, dict)
                self.note((*path, number))
                self.header("[[", keys, "]]")
                self.table((*path, number), keys, element)
            return
        assert isinstance(value, dict)
        if value and all(map(has_header, value.values())) and self.coin():
            # The tables below imply this one, which may still get a header of its own after them.
            for key, inner in value.items():
                self.headed((*path, key), (*keys, key), inner)
            if self.coin():
                self.lines[path] = self.line()
                self.header("[", keys, "]")
        else:
            self.note(path)
            self.header("[", keys, "]")
            self.table(path, keys, value)

    def pairs(self, table: Mapping[str, Value]) -> Iterator[tuple[tuple[str, ...], Value]]:
        """The keys and values to write for a table, where dotted keys may reach into the tables inside."""
        for key, value in table.items():
            if isinstance(value, dict) and value and self.coin():
                yield from (((key, *keys), inner) for keys, inner in self.pairs(value))
            else:
                yield (key,), value

    def pair(self, path: KeyPath, keys: tuple[str, ...], value: Value) -> None:
        self.note((*path, *keys))
        self.write(self.dotted(keys), self.space(), "=", self.space())
        self.value((*path, *keys), value)

    def value(self, path: KeyPath, value: Value) -> None:
        if isinstance(value, str):
            self.write(value)
        elif isinstance(value, list):
            self.write("[", self.gap())
            for number, element in enumerate(value):
                self.note((*path, number))
                self.value((*path, number), element)
                self.write(self.gap(), self.comma(last=number == len(value) - 1), self.gap())
            self.write("]")
        else:
            self.write("{", self.gap())
            pairs = list(self.pairs(value))
            for number, (keys, inner) in enumerate(pairs):
                self.pair(path, keys, inner)
                self.write(self.gap(), self.comma(last=number == len(pairs) - 1), self.gap())
            self.write("}")


@settings(max_examples=settings().max_examples * 3, deadline=None)
@given(DOCUMENTS, st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n"]))
def test_any_document_in_any_layout(document: dict[str, Value], chance: random.Random, newline: str) -> None:
    writer = Writer(chance)
    writer.table((), (), document)
    text = (writer.text + "# the last line\n").replace("\n", newline)
    assert lines(text) == writer.lines

    index = LineIndex(text)
    starts = [1, *writer.headers, text.count("\n") + 1]
    for first, end in pairwise(starts):
        assert all(index.section_of(line) == (first, end) for line in range(first, end))


def test_broken_text_is_read_as_far_as_it_makes_sense() -> None:
    index = LineIndex("""\
] = {
"\\q" = 1
a = "b
c = 'd]
[e
[[f]
g = 2 }]
""")
    assert index.line_of((r"\q",)) == 2
    assert index.line_of(("a",)) == 3
    assert index.line_of(("c",)) == 4
    assert index.line_of(("f", 0)) == 6
    assert index.line_of(("f", 0, "g")) == 7


PIECES = [
    *[
        '"',
        '"""',
        "'",
        "'''",
        "\\",
        "[",
        "]",
        "[[",
        "{",
        "}",
        ",",
        ".",
        "=",
        "#",
        "\n",
        "\r\n",
        " ",
        "\ufeff",
    ],
    *["a", "1", "a.b", "[a]\n", "[[a]]\n", "a = ", '"\\u0041"', '"\\ud800"', '"\\q"', '"""a"""'],
]
JUNK = st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join)


@settings(max_examples=settings().max_examples * 5, deadline=None)
@given(JUNK)
def test_any_text_has_lines(text: str) -> None:
    index = LineIndex(text)
    end = text.count("\n") + 2
    for path in [(), ("a",), ("a", 0), ("a", "b"), ("a", 0, "b"), ("A", "a", 1), ("", 0)]:
        assert 1 <= index.line_of(path) < end
    for line in range(1, end):
        first, after = index.section_of(line)
        assert 1 <= first <= line
        assert first < after <= end


LONG_JUNK = [
    *["[", "{", "a = [{", "{b = ", "a.", "[a.", "[[a\n", " ", "\t#", ",", "="],
    *['"', "'", '"""\\', "'''a", "\\", '\\"""\n'],
]


@pytest.mark.parametrize("start", ["", "a = ", "[", "a = [", '"""'])
@pytest.mark.parametrize("junk", LONG_JUNK)
def test_long_and_deep_junk(start: str, junk: str) -> None:
    """Recursion would overflow the stack here, and a second look at what follows would take minutes."""
    index = LineIndex(start + junk * 50_000 + "\\")
    assert index.line_of(("a", *[0] * 50_000)) >= 1


def test_deep_values_have_lines() -> None:
    depth = 200_000
    index = LineIndex("a = " + "[\n" * depth + "1")
    assert index.line_of(("a", *[0] * depth)) == depth + 1
    index = LineIndex("[" + "a." * depth + "a]\nb = 1")
    assert index.line_of(("a",) * (depth + 1)) == 1
    assert index.line_of((*("a",) * (depth + 1), "b")) == 2
