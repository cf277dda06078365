"""`prices format`: any table comes out in one form, saying what it said, with its comments where they belong."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import tomli
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from tokencost import InvalidData, InvalidRequest, PriceTable, parse_prices
from tokencost.analysis.table.diff import diff_tables
from tokencost.pricetable.editing.format import format_table
from tokencost.pricetable.editing.layout import WIDTH
from tokencost.pricetable.editing.toml_tree import parse_tree

ROOT = Path(__file__).parent.parent.parent
SHIPPED = (ROOT / "prices.toml").read_text(encoding="utf-8")
DAY = date(2026, 11, 21)
MESSY = """\

#:schema ./prices.schema.json
# What Acme charges.

version = '2026.01.01'      # the version
schema = 1
  # nobody knows why

[sources]  # pages
# the one page
[sources.acme]
title = "Acme"
url = "https://acme.example/prices"

# ----
# Acme
# ----

# the younger
[models.two] # two
released = 2026-02-01
provider = "acme"

# two, later
[[models.two.prices]]
output = 4
from = 2026-03-01
input = 1_0.0
source = "acme"

# two, at first
[[models.two.prices]] # first
from = 2026-02-01   # launch
# read twice
input = +2
output = 4.00
source = "acme"
# below the source

  # half of it
  [[models.two.prices.when]] # batch
  input = 1
  tier = "batch"
  # the page says so
  output = 2.00  # as well

  [[models.two.prices.when]]
  tier = "priority"
  cached_input = 0.5
  input = 20
  output = 40

[[models.two.prices.when]]
input_tokens_above = 200_000
input = 4

# ---
# who sells
# ---
[providers]
acme = { pricing_url = "https://acme.example", name = "Acme" } # inline

[models]
[models.one]
provider = "acme"
released = 2026-01-01T00:00:00+01:00
# names
aliases = [ # all of them
  "uno",
  # the old one
  { until = 2026-03-01, name = "eins" }, "ichi" # Japanese
  # no more
]
prices = [ { from = 2026-01-01, input = 1, output = 2, source = "acme", when = [ { tier = "batch", input = 0.5, # half
  note = "A" } ] } ]
# the end
"""
IN_FORM = """\
#:schema ./prices.schema.json
# What Acme charges.

schema = 1
# nobody knows why
version = '2026.01.01'      # the version

# ---
# who sells
# ---
[providers.acme]  # inline
name = "Acme"
pricing_url = "https://acme.example"

# pages
# the one page
[sources.acme]
url = "https://acme.example/prices"
title = "Acme"

# ----
# Acme
# ----

[models.one]
provider = "acme"
# names
aliases = [  # all of them
  "uno",
  # the old one
  { name = "eins", until = 2026-03-01 },
  "ichi",  # Japanese
  # no more
]
released = 2026-01-01T00:00:00+01:00
[[models.one.prices]]
from = 2026-01-01
input = 1
output = 2
source = "acme"
when = [
  # half
  { tier = "batch", input = 0.5, note = "A" },
]
# the end

# the younger
[models.two]  # two
provider = "acme"
released = 2026-02-01

# two, at first
[[models.two.prices]]  # first
from = 2026-02-01   # launch
# read twice
input = +2
output = 4.00
source = "acme"
# below the source
when = [
  # half of it
  # the page says so
  # as well
  { tier = "batch",    input = 1,                      output = 2.00 },  # batch
  { tier = "priority", input = 20, cached_input = 0.5, output = 40 },
  { input_tokens_above = 200_000, input = 4 },
]

# two, later
[[models.two.prices]]
from = 2026-03-01
input = 1_0.0
output = 4
source = "acme"
"""


def formatted(text: str) -> str:
    return format_table(text.encode(), "prices.toml").content.decode()


def comments_of(text: str) -> list[str]:
    return sorted(re.findall(r"#.*?(?=\s*$)", text, re.MULTILINE))


def test_a_messy_table_comes_into_its_form() -> None:
    assert formatted(MESSY) == IN_FORM
    assert comments_of(IN_FORM) == comments_of(MESSY)
    assert formatted(IN_FORM) == IN_FORM


def test_prices_out_of_order_are_the_one_fault_that_is_mended() -> None:
    with pytest.raises(InvalidData, match="before the"):
        parse_prices(MESSY.encode())
    table = format_table(MESSY.encode(), "prices.toml").table
    assert [price.start.month for price in table.models["two"].prices] == [2, 3]
    with pytest.raises(InvalidData, match=r"prices\.toml:29: unknown source 'acmee'"):
        format_table(
            MESSY.replace('source = "acme"\n\n# two, at', 'source = "acmee"\n\n# two, at').encode(), "prices.toml"
        )
    with pytest.raises(InvalidData, match=r"prices\.toml:6: `schema`"):
        format_table(MESSY.replace("schema = 1", "schema = 2").encode(), "prices.toml")
    with pytest.raises(InvalidData, match="not TOML"):
        format_table(MESSY.replace("schema = 1", "schema 1").encode(), "prices.toml")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_a_byte_order_mark_are_kept(mark: str, end: str) -> None:
    messy, form = MESSY.lstrip("\n"), IN_FORM
    assert formatted(mark + messy.replace("\n", end)) == mark + form.replace("\n", end)
    assert formatted(mark + messy.rstrip("\n").replace("\n", end)) == mark + form.replace("\n", end)


SMALL = """\
schema = 1
version = "2026.01.01"

[providers.acme]

[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 1
output = 2
source = "https://acme.example/prices"
"""


def test_a_long_text_is_broken_between_words_and_says_the_same() -> None:
    words = 'Batch is 50% of Standard, \\"and\\" priority twice. ' * 5 + "C:\\\\ \\u00e9 end"
    text = (
        SMALL + f'note = "{words}"\nwhen = [{{ tier = "batch", input = 0.5, rule = "{words}", cached_input = 0.1 }}]\n'
    )
    form = formatted(text)
    assert tomli.loads(form) == tomli.loads(text)
    assert max(map(len, form.split("\n"))) <= WIDTH
    assert form.endswith("\n]\n")
    assert '\n  { tier = "batch", input = 0.5, cached_input = 0.1, rule = """\\\n    Batch is 50% of Standard, ' in form
    assert formatted(form) == form
    price = parse_prices(form.encode()).models["one"].prices[0]
    assert price.blocks[0].evidence.rule == price.evidence.note


@pytest.mark.parametrize(
    "spelling",
    [
        "'" + "no break " * 20 + "'", '" begins with a blank ' + "and goes on " * 20 + '"', '"' + "x" * 200 + '"',
        '"""\n  two\n\n    lines  \n# no comment\n"""', "'''\n'quoted'\n  [[x]]\n'''", '"""a \\\n   b ""\\""" """',
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_broken_stays_as_it_is(spelling: str) -> None:
    text = (
        SMALL
        + f"note = {spelling}  # behind\nwhen = [\n  {{ tier = 'x', input = 1, note = {spelling} }},  # behind\n]\n"
    )
    assert formatted(text) == text
    assert formatted(text.replace("\n", "\r\n")) == text.replace("\n", "\r\n")


def test_lists_are_filled_and_those_with_comments_have_an_item_to_a_line() -> None:
    names = [f'"a-rather-long-alias-{n:02d}"' for n in range(12)]
    form = formatted(SMALL.replace('"acme"\n', f'"acme"\naliases = [{", ".join(names)}]\n'))
    assert form.split("\n")[7:12] == [
        "aliases = [",
        "  " + ", ".join(names[:4]) + ",",
        "  " + ", ".join(names[4:8]) + ",",
        "  " + ", ".join(names[8:]) + ",",
        "]",
    ]
    calendar = (
        '\n[calendars.c]\nsource = "https://a.example"\ndates = ["2026-01-01", # a\n"2026-01-02/2026-01-03" # b\n]\n'
    )
    assert dedent("""\
        dates = [
          "2026-01-01",             # a
          "2026-01-02/2026-01-03",  # b
        ]
        """) in formatted(SMALL + calendar)


def test_what_cannot_be_read_as_a_tree_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from tokencost.pricetable.editing import format as formatting

    tree = parse_tree(SMALL.replace("input = 1", "input = 3"))
    monkeypatch.setattr(formatting, "parse_tree", lambda _: tree)
    with pytest.raises(InvalidRequest, match="cannot be formatted without changing what it says"):
        formatted(SMALL)


def test_the_shipped_table_is_in_its_form_and_names_its_pages() -> None:
    assert format_table(SHIPPED.encode(), "prices.toml").first_difference is None
    cited = re.findall(r'\bsource = "(https://[^"]*)"', SHIPPED)
    assert [page for page in set(cited) if cited.count(page) > 1] == []
    assert {page.url for page in parse_prices(SHIPPED.encode()).sources.values()} & set(cited) == set()


def test_the_examples_for_contributors_are_a_price_and_a_row_in_the_form_of_the_table() -> None:
    page = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    entry, row, *_, line = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    heads = [text for text in line.splitlines() if text.startswith("  ")]
    assert heads
    assert all(text in SHIPPED for text in heads)
    assert entry.count("\n") < 15
    assert row.count("\n") == 1
    header = "[[models.deepseek-flash.prices]]"
    at = SHIPPED.index("\n\n", SHIPPED.rindex(header)) + 2
    text = f"{SHIPPED[:at]}{entry}\n{SHIPPED[at:]}"
    assert format_table(text.encode(), "prices.toml").first_difference is None
    price = parse_prices(text.encode()).models["deepseek-flash"].prices[-1]
    assert [window.name for window in price.windows] == ["peak"]
    assert price.windows[0].holidays
    with_row = text.replace(entry, entry.replace("when = [\n", f"when = [\n{row}"))
    assert format_table(with_row.encode(), "prices.toml").first_difference is None
    assert [b.tier for b in parse_prices(with_row.encode()).models["deepseek-flash"].prices[-1].blocks] == [
        "flex",
        None,
    ]


# Random tables in random layouts. Values first; then each is written in one of the ways that TOML has.

HOSTILE = [
    "",
    " ",
    "#",
    "[x]",
    '"',
    "'",
    "\\",
    "a, b = 1",
    "}",
    "\n",
    "\r\n",
    '"""',
    "é",
    "\U0001f600",
    "\x7f",
    "\t",
    "  a  ",
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=20), st.just("long words " * 15)
)
KEYS = st.one_of(
    st.sampled_from(["a", "gpt-5.6", "x y", "#", "[", '"', "é", "a.b", "'", "1.2"]),
    st.text("ab.'\"#=[]{} \\", min_size=1),
).filter(lambda key: bool(key.strip()))
RATES = st.sampled_from(["1", "1.50", "0.10", "272_000", "2e1", "+3", "0x10", "1_0.0_5", "5.0"])
ADDRESS = "https://acme.example/prices"


class Spelled(str):
    """A value as TOML spells it."""

    __slots__ = ()


def spelled(rates: st.SearchStrategy[str]) -> st.SearchStrategy[Spelled]:
    return rates.map(Spelled)


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    tiers = draw(st.lists(st.sampled_from(["batch", "flex", "a b", 'q"', "#"]), unique=True, max_size=4))
    listed = []
    for tier in tiers:
        row: dict[str, Any] = {"tier": tier, "input": draw(spelled(RATES)), "cached_input": 0}
        if draw(st.booleans()):
            row["input_tokens_above"] = Spelled("272_000")
        if draw(st.booleans()):
            row["window"], row["hours"] = "peak", "shared"
        if draw(st.booleans()):
            row["source"], row["checked"] = ADDRESS, date(2026, 1, 2)
            row["cny"] = {"input": 1, "cached_input": 0, "output": 2}
        for key in draw(st.sets(st.sampled_from(["note", "rule"]))):
            row[key] = draw(TEXTS)
        if draw(st.booleans()):
            row["without"] = ["cache_write"]
        listed.append(row)
    return listed


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    providers = draw(
        st.lists(KEYS, min_size=1, max_size=2, unique=True).map(lambda keys: [k for k in keys if "@" not in k])
    )
    names = draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))
    models: dict[str, dict[str, Any]] = {}
    for name in names:
        prices = []
        for month in draw(st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(sorted)):
            price: dict[str, Any] = {
                "from": date(2026, month, 1), "input": draw(spelled(RATES)), "output": draw(spelled(RATES)),
                "source": draw(st.sampled_from([ADDRESS, "page"])),
            }  # fmt: skip
            if draw(st.booleans()):
                price["note"] = draw(TEXTS)
            if draw(st.booleans()):
                price["promotion"] = {"list_price": {"input": 1}, "ends": date(2027, 1, 1)}
            if draw(st.booleans()):
                price["cny"] = {"output": 2, "input": Spelled("1.0")}
            if listed := draw(rows()):
                price["when"] = listed
            prices.append(price)
        models[name] = {"prices": prices, "provider": draw(st.sampled_from(providers))}
        if draw(st.booleans()):
            models[name]["released"] = date(2026, draw(st.integers(1, 12)), 1)
        if draw(st.booleans()):
            models[name]["served"] = [{"name": draw(TEXTS.filter(bool)), "from": date(2026, 1, 1)}]
        if draw(st.booleans()):
            models[name]["aliases"] = [f"{names.index(name)} alias {n}" for n in range(draw(st.integers(0, 9)))]
    return {
        "models": models,
        "schema": 1,
        "version": "2026.01.01",
        "windows": {"shared": {"hours": ["09:00-10:00"], "zone": "UTC"}},
        "sources": {"page": {"url": ADDRESS}},
        "providers": {name: {"name": "x"} for name in providers},
    }


class Writer:
    """One random layout: each choice is drawn, and comments are numbered so that each can be found again."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.comments = 0
        self.lines: list[str] = []

    def comment(self) -> str:
        self.comments += 1
        return f'# comment {self.comments} = ["x'

    def maybe_comments(self) -> None:
        for kind in self.draw(st.lists(st.sampled_from(["", "#"]), max_size=2)):
            self.lines.append(self.comment() if kind else "")

    def behind(self) -> str:
        return f" {self.comment()}" if self.draw(st.integers(0, 5)) == 0 else ""

    def key(self, *path: str) -> str:
        return ".".join(tomlkit.key(part).as_string() for part in path)

    def value(self, value: Any) -> str:  # noqa: PLR0911  # one line for each kind of value
        if isinstance(value, Spelled):
            return str(value)
        if isinstance(value, dict) and value and self.draw(st.integers(0, 4)) == 0:
            pairs = (f"\n{self.key(k)} = {self.value(v)},{self.behind()}" for k, v in self.shuffled(value))
            return "{" + "".join(pairs) + "\n}"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.key(k)} = {self.value(v)}" for k, v in self.shuffled(value)) + "}"
        if isinstance(value, list) and self.draw(st.booleans()):
            broken = "".join(f"\n{self.value(item)},{self.behind()}" for item in value)
            return f"[{self.behind()}{broken}\n]"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.value, value)) + "]"
        if isinstance(value, str) and "'" not in value and value.isprintable() and self.draw(st.booleans()):
            return f"'{value}'"
        return str(tomlkit.item(value).as_string())

    def shuffled(self, table: Mapping[str, Any]) -> list[tuple[str, Any]]:
        pairs: list[tuple[str, Any]] = self.draw(st.permutations(list(table.items())))
        return pairs

    def pairs(self, table: Mapping[str, Any], *, leave: tuple[str, ...] = ()) -> None:
        for key, value in self.shuffled(table):
            if key in leave:
                continue
            self.maybe_comments()
            if isinstance(value, dict) and value and self.draw(st.booleans()):
                for inner, item in self.shuffled(value):
                    self.lines.append(f"{self.key(key, inner)} = {self.value(item)}{self.behind()}")
            else:
                self.lines.append(f"  {self.key(key)}={self.value(value)}{self.behind()}")

    def header(self, text: str) -> None:
        self.maybe_comments()
        self.lines.append(text + self.behind())

    def text(self, table: dict[str, Any]) -> str:
        self.pairs({"schema": 1, "version": table["version"]})
        for kind in self.draw(st.permutations(["providers", "windows", "sources", "models"])):
            for name, inner in self.shuffled(table[kind]):
                self.header(f"[{self.key(kind, name)}]")
                if kind != "models":
                    self.pairs(inner)
                    continue
                as_rows = self.draw(st.integers(0, 4)) == 0
                self.pairs(inner, leave=() if as_rows else ("prices",))
                for price in [] if as_rows else inner["prices"]:
                    self.header(f"[[ {self.key('models', name, 'prices')} ]]")
                    as_blocks = self.draw(st.booleans())
                    self.pairs(price, leave=("when",) if as_blocks else ())
                    for row in price.get("when", ()) if as_blocks else ():
                        self.header(f"  [[{self.key('models', name, 'prices', 'when')}]]")
                        self.pairs(row)
        self.maybe_comments()
        return "\n".join(self.lines) + "\n"


def same(old: PriceTable, new: PriceTable) -> bool:
    return diff_tables(old, new, DAY).changes == () == diff_tables(new, old, DAY).changes


@given(st.data())
def test_any_table_in_any_layout_comes_into_one_form_that_says_the_same(data: st.DataObject) -> None:
    writer = Writer(data.draw)
    text = writer.text(data.draw(tables()))
    if data.draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    try:
        old = parse_prices(text.encode())
    except InvalidData as error:
        with pytest.raises(InvalidData) as caught:
            format_table(text.encode(), "prices.toml")
        assert caught.value.problems == error.problems
        return
    result = format_table(text.encode(), "prices.toml")
    assert same(old, result.table)
    again = format_table(result.content, "prices.toml")
    assert again.content == result.content
    # Each comment is there once; what a literal text holds may look like one.
    for n in range(1, writer.comments + 1):
        assert result.content.decode().count(f"# comment {n} = [") == 1
