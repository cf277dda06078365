"""Every problem in a price table is found in one pass, with its line and a hint; a bad table is never half used."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import InvalidData, load_prices, parse_prices

GOOD = """\
schema = 1
version = "2026.01.01"

[providers.acme]
name = "Acme"

[calendars.china]
source = "https://example.org"
dates = ["2026-10-01"]

[models.one]
provider = "acme"
aliases = ["uno"]

[[models.one.prices]]
from = 2026-01-01
input = 0.10
output = 1
source = "https://example.org/prices"

  [[models.one.prices.when]]
  window = "peak"
  zone = "Asia/Shanghai"
  days = ["mon", "fri"]
  except = "china"
  hours = ["09:00-12:00"]
  input = 0.20

[models.two]
provider = "acme"

[[models.two.prices]]
from = 2026-01-01T08:00:00+08:00
input = 2
output = 3
source = "https://example.org/prices"
"""


def problems_of(text: str | bytes) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        parse_prices(text if isinstance(text, bytes) else text.encode())
    assert caught.value.exit_status == 3
    return [str(problem) for problem in caught.value.problems]


def test_the_good_table_loads() -> None:
    table = parse_prices(GOOD.encode())
    price = table.models["two"].prices[0]
    assert price.start.isoformat() == "2026-01-01T00:00:00+00:00"
    assert price.rates.input == Decimal(2)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "input = 0.10",
            'input = "0.10"',
            "prices.toml:17: `input`: a price is a bare number, not the "
            "string '0.10'\n  hint: write it without quotes: 0.10",
            id="string price",
        ),
        pytest.param(
            "input = 0.10",
            'input = "0,15"',
            "prices.toml:17: `input`: a price is a bare number, not the string '0,15'\n"
            "  hint: write it without quotes: 0.15",
            id="string with a decimal comma",
        ),
        pytest.param(
            "input = 0.10",
            "input = true",
            "prices.toml:17: `input`: a price is a bare number\n"
            "  hint: write it like 0.14; leave the key out where there is no price",
            id="boolean price",
        ),
        pytest.param(
            "input = 0.10",
            "input = -0.10",
            "prices.toml:17: `input`: a price cannot be negative\n"
            "  hint: write what a million tokens cost, 0 if they are free",
            id="negative price",
        ),
        pytest.param(
            "input = 0.10",
            "input = nan",
            "prices.toml:17: `input`: a price is a finite number\n"
            "  hint: leave the key out where the price is not known",
            id="nan",
        ),
        pytest.param(
            "input = 0.10",
            "input = inf",
            "prices.toml:17: `input`: a price is a finite number\n"
            "  hint: leave the key out where the price is not known",
            id="infinity",
        ),
        pytest.param(
            "input = 0.10",
            "input = 1e9999999",
            "prices.toml:17: `input`: more than $1,000,000 per 1M tokens\n  hint: prices are per 1,000,000 tokens",
            id="huge",
        ),
        pytest.param(
            "input = 0.10",
            "input = 1e-99",
            "prices.toml:17: `input`: more than 12 decimal places\n"
            "  hint: prices are per 1,000,000 tokens, not per token",
            id="tiny",
        ),
        pytest.param(
            "input = 0.10",
            "inputt = 0.10",
            "prices.toml:15: `input` is missing\n"
            "  hint: write USD per 1M input tokens: input = 0.15\n"
            "prices.toml:17: unknown key `inputt`\n  hint: did you mean `input`?",
            id="misspelt key",
        ),
        pytest.param(
            "input = 0.10",
            "",
            "prices.toml:15: `input` is missing\n  hint: write USD per 1M input tokens: input = 0.15",
            id="missing input",
        ),
        pytest.param(
            "output = 1\n",
            "",
            "prices.toml:15: `output` is missing\n"
            '  hint: write USD per 1M output tokens: output = 0.60; for embeddings: without = ["output"]',
            id="missing output",
        ),
        pytest.param(
            "from = 2026-01-01\n",
            "",
            "prices.toml:15: `from` is missing\n"
            "  hint: write the instant from which the price holds: from = 2026-09-10T04:00:00Z",
            id="missing from",
        ),
        pytest.param(
            'output = 1\nsource = "https://example.org/prices"',
            "output = 1",
            "prices.toml:15: `source` is "
            'missing\n  hint: write the address of the page that states it: source = "https://..."',
            id="missing source",
        ),
        pytest.param(
            'output = 1\nsource = "https://example.org/prices"',
            'output = 1\nsource = " "',
            "prices.toml:19: `source`: this must be text that is not empty",
            id="empty source",
        ),
        pytest.param(
            "from = 2026-01-01\n",
            "from = 2026-01-01T00:00:00\n",
            "prices.toml:16: `from`: the time "
            "2026-01-01T00:00:00 has no zone\n  hint: add Z for UTC: 2026-01-01T00:00:00Z, or an offset",
            id="naive date-time",
        ),
        pytest.param(
            "from = 2026-01-01\n",
            'from = "2026-01-01"\n',
            "prices.toml:16: `from`: a time is a date or an "
            "instant, without quotes\n  hint: write it without quotes: 2026-01-01",
            id="quoted date",
        ),
        pytest.param(
            "from = 2026-01-01\n",
            "from = 2026-01-01\nuntil = 2025-12-31\n",
            "prices.toml:17: `until` is "
            "before `from`: the interval is empty\n  hint: until is exclusive and later than from",
            id="until before from",
        ),
        pytest.param(
            "from = 2026-01-01\n",
            "from = 2026-01-01\nuntil = 2026-01-01\n",
            "prices.toml:17: `until` is `from`: the interval is empty\n  hint: until is exclusive and later than from",
            id="empty",
        ),
        pytest.param(
            'provider = "acme"\naliases',
            'provider = "acne"\naliases',
            "prices.toml:12: unknown provider 'acne'\n  hint: did you mean 'acme'?",
            id="unknown provider",
        ),
        pytest.param(
            '[models.two]\nprovider = "acme"',
            '[models.two]\nprovider = "acme"\naliases = ["uno"]',
            "prices.toml:31: the alias 'uno' is also claimed by 'one' at the same time\n  hint: leave one "
            'out, or date it: { name = "...", from = 2026-09-10, until = 2026-10-01 }',
            id="alias twice",
        ),
        pytest.param(
            'aliases = ["uno"]',
            'aliases = ["two"]',
            "prices.toml:13: the alias 'two' is also claimed by "
            "'two' at the same time\n  hint: leave one out, or date it: "
            '{ name = "...", from = 2026-09-10, until = 2026-10-01 }',
            id="alias is an id",
        ),
        pytest.param(
            'except = "china"',
            'except = "chine"',
            "prices.toml:25: unknown calendar 'chine'\n  hint: did you mean 'china'?",
            id="unknown calendar",
        ),
        pytest.param(
            '["09:00-12:00"]',
            '["9-12"]',
            "prices.toml:26: `hours`: malformed hours '9-12'\n"
            '  hint: write "09:00-12:00", in 24 hours; 24:00 is the end of the day',
            id="hours",
        ),
        pytest.param(
            '["09:00-12:00"]',
            '["09:00-09:00"]',
            "prices.toml:26: `hours`: the hours '09:00-09:00' are "
            'empty\n  hint: write "00:00-24:00" for the whole day',
            id="empty hours",
        ),
        pytest.param(
            '["mon", "fri"]',
            '["monday"]',
            "prices.toml:24: `days`: unknown weekday 'monday'\n  hint: write mon, tue, wed, thu, fri, sat, sun",
            id="weekday",
        ),
        pytest.param(
            '"Asia/Shanghai"',
            '"Asia/Shangrila"',
            "prices.toml:23: unknown time zone 'Asia/Shangrila'\n"
            '  hint: write a name such as "Asia/Shanghai" or "UTC"',
            id="zone",
        ),
        pytest.param(
            '["09:00-12:00"]',
            '["09:00-12:00", "18:00-14:00"]',
            "prices.toml:26: `hours`: the hours '18:00-14:00' cross midnight into '09:00-12:00'\n"
            '  hint: write "14:00-18:00" if the day is meant; else give one stretch "22:00-06:00"',
            id="hours that cross midnight by mistake",
        ),
        pytest.param(
            '["09:00-12:00"]',
            '["12:00-09:00", "14:00-18:00"]',
            "prices.toml:26: `hours`: the hours '12:00-09:00' cross midnight into '14:00-18:00'\n"
            '  hint: write "09:00-12:00" if the day is meant; else give one stretch "22:00-06:00"',
            id="the first hours cross midnight by mistake",
        ),
        pytest.param(
            '["09:00-12:00"]',
            '["09:00-12:00", "11:00-14:00"]',
            "prices.toml:26: `hours`: the hours '09:00-12:00' and '11:00-14:00' overlap\n"
            "  hint: write each hour in one stretch only",
            id="hours overlap",
        ),
        pytest.param(
            "input = 0.10",
            "input = 0.00000015",
            "prices.toml:17: `input`: 0.00000015 is less than 0.0001 per 1M tokens, "
            "which looks like a price per token\n"
            "  hint: prices are per 1,000,000 tokens: that would be 0.15",
            id="price per token",
        ),
        pytest.param(
            "input = 0.10",
            "input = 0.10\ncached_input = 0.11",
            "prices.toml:18: cached_input 0.11 is above input 0.10\n"
            "  hint: exchange the two if they were mixed up; leave `cached_input` out where caching is not offered",
            id="cached input above input",
        ),
        pytest.param(
            "input = 0.10",
            "input = 0.30\ncached_input = 0.25",
            "prices.toml:28: cached_input 0.25 of the base price is above input 0.20\n"
            '  hint: write its own cached_input, or without = ["cached_input"] where caching is not offered',
            id="inherited cached input above input",
        ),
        pytest.param(
            "input = 0.10",
            "input = 0.10\ncny = { input = 1, cached_input = 2, output = 3 }",
            "prices.toml:18: cached_input 2 is above input 1\n"
            "  hint: exchange the two if they were mixed up; leave `cached_input` out where caching is not offered",
            id="cached input above input in yuan",
        ),
        pytest.param(
            "schema = 1\nversion",
            'schema = 1\ndefaults = { compare = ["one"], against = "tow" }\nversion',
            "prices.toml:2: unknown model 'tow'\n  hint: did you mean 'two'?",
            id="default model",
        ),
        pytest.param(
            "schema = 1",
            "schema = 2",
            "prices.toml:1: `schema`: this is schema 2, and this tokencost reads "
            "schema 1\n  hint: write schema = 1, or upgrade: pip install -U tokencost-compare",
            id="schema",
        ),
        pytest.param(
            "schema = 1\n",
            "",
            "prices.toml:1: `schema` is missing\n  hint: begin the file with schema = 1",
            id="no schema",
        ),
        pytest.param(
            "input = 0.20",
            "",
            "prices.toml:21: this block has no rate\n  hint: write the rates that differ, such as input = 0.30",
            id="no rate",
        ),
        pytest.param(
            '  window = "peak"\n',
            "",
            "prices.toml:21: this block names no condition\n"
            "  hint: name a tier, a window, input_tokens_above or a region\n"
            'prices.toml:22: `zone` without `window`\n  hint: name the window: window = "peak"',
            id="hours without a window",
        ),
        pytest.param(
            "input = 0.10",
            "input = $0.10",
            "prices.toml:17: not TOML: Invalid value\n  hint: write the number alone: input = 0.10",
            id="syntax",
        ),
        pytest.param(
            "[models.two]",
            "[models.two",
            "prices.toml:29: not TOML: Expected ']' at the end of a table "
            "declaration\n  hint: write key = value, or a [table] header; a comment begins with #",
            id="broken header",
        ),
        pytest.param(
            "output = 1\n",
            "output = 1\noutput = 2\n",
            "prices.toml:19: not TOML: Cannot overwrite a value\n"
            '  hint: text stands in "quotes", a key stands once in its table',
            id="key twice",
        ),
        pytest.param(
            "input = 0.10",
            "input = " + "9" * 5000,
            "prices.toml:17: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits",
            id="digits",
        ),
    ],
)
def test_a_problem_is_named_with_its_line_and_a_hint(old: str, new: str, expected: str) -> None:
    assert GOOD.count(old) == 1
    assert "\n".join(problems_of(GOOD.replace(old, new))) == expected


def test_overlapping_intervals_and_equal_starts() -> None:
    overlap = (
        GOOD.replace("from = 2026-01-01\n", "from = 2026-01-01\nuntil = 2026-03-01\n")
        + """
[[models.one.prices]]
from = 2026-02-01
input = 1
output = 1
source = "s"
"""
    )
    (problem,) = problems_of(overlap)
    assert problem == (
        "prices.toml:17: this interval overlaps the next price of the model\n"
        "  hint: leave `until` out: a price ends where the next one begins"
    )
    assert problems_of(overlap.replace("from = 2026-02-01", "from = 2026-01-01T00:00:00Z"))[-1] == (
        "prices.toml:40: two prices begin at the same instant\n"
        "  hint: a price holds until the next one begins; keep one of them"
    )
    touching = overlap.replace("until = 2026-03-01", "until = 2026-02-01")
    assert parse_prices(touching.encode()).models["one"].prices[0].end is not None


def test_prices_of_a_model_stand_oldest_first() -> None:
    later = '\n[[models.two.prices]]\nfrom = 2025-06-01\ninput = 1\noutput = 1\nsource = "https://example.org"\n'
    assert "".join(problems_of(GOOD + later)) == (
        "prices.toml:39: `from` is 2025-06-01, before the 2026-01-01 of the price above it\n"
        "  hint: prices of a model stand oldest first: mend the date, or move this price up"
    )


@pytest.mark.parametrize(
    "hours", ['["22:00-06:00"]', '["09:00-12:00", "22:00-06:00"]', '["22:00-06:00", "06:00-08:00"]', '["12:00-09:00"]']
)
def test_a_genuine_night_is_read(hours: str) -> None:
    assert parse_prices(GOOD.replace('["09:00-12:00"]', hours).encode()).models["one"].prices[0].windows[0].hours


def test_two_blocks_with_the_same_conditions() -> None:
    twice = GOOD.replace(
        "  input = 0.20\n", '  input = 0.20\n\n  [[models.one.prices.when]]\n  window = "peak"\n  output = 2\n'
    )
    assert problems_of(twice) == [
        "prices.toml:29: the same conditions as block 1 of this price\n  hint: merge the two blocks"
    ]


def test_an_alias_may_move_from_one_model_to_another_at_an_instant() -> None:
    moved = GOOD.replace('aliases = ["uno"]', 'aliases = [{ name = "uno", until = 2026-02-01 }]').replace(
        '[models.two]\nprovider = "acme"',
        '[models.two]\nprovider = "acme"\naliases = [{ name = "uno", from = 2026-02-01 }]',
    )
    assert [model.id for _, model in parse_prices(moved.encode()).names["uno"]] == ["one", "two"]
    assert len(problems_of(moved.replace("from = 2026-02-01", "from = 2026-01-31"))) == 1


def test_all_problems_at_once_in_the_order_of_the_file() -> None:
    bad = (
        GOOD.replace("input = 0.10", "input = $0.10")
        .replace("input = 0.20", "inptu = 0.20")
        .replace("input = 2", "input = -2")
        .replace('["mon", "fri"]', "[]")
    )
    assert [problem.split("\n")[0] for problem in problems_of(bad)] == [
        "prices.toml:17: not TOML: Invalid value",
        "prices.toml:24: `days`: days are a list of weekdays",
        "prices.toml:27: unknown key `inptu`",
        "prices.toml:34: `input`: a price cannot be negative",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "prices.toml:1: the file is empty"),
        (b" \n\n", "prices.toml:1: the file is empty"),
        (b'schema = 1\nversion = "\xff"\n', "prices.toml:2: byte 0xff is not UTF-8"),
        (b"\x00", "prices.toml:1: not TOML: Invalid statement"),
        (b"schema = 1", "prices.toml:1: `models` is missing"),
        (b"a = " + b"[" * 100_000, "prices.toml:1: brackets are nested too deeply"),
        (b"a = 1\nb = " + b"{a=" * 100_000, "prices.toml:2: brackets are nested too deeply"),
    ],
)
def test_files_that_are_no_table(content: bytes, expected: str) -> None:
    assert problems_of(content)[0].split("\n")[0] == expected


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, message in [
        (tmp_path / "missing.toml", "no such file"),
        (tmp_path, "this is a directory"),
        (tmp_path / "x" / "\0", "this cannot be the name of a file"),
    ]:
        with pytest.raises(InvalidData) as caught:
            load_prices(path)
        assert caught.value.problems[0].message == message
    big = tmp_path / "big.toml"
    big.write_bytes(b"[" * 50_000_000)
    with pytest.raises(InvalidData) as caught:
        load_prices(big)
    assert caught.value.problems[0].message == "50,000,000 bytes or more is too large"


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    table = parse_prices(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert table.line_of(("models", "one", "prices", 0, "output")) == 18


@given(st.binary(max_size=200))
def test_no_bytes_give_anything_but_a_table_or_problems(content: bytes) -> None:
    try:
        parse_prices(content)
    except InvalidData as error:
        assert error.problems


@given(
    line=st.integers(0, GOOD.count("\n") - 1),
    replacement=st.sampled_from(
        [
            "",
            "x",
            "input = ",
            "input = {}",
            "from = 1",
            "[models]",
            "[[models]]",
            "when = 3",
            "prices = []",
            "a.b = 1",
            "aliases = [1]",
            "aliases = [{}]",
            "cny = 3",
            "provider = []",
            "days = 3",
            "hours = [3]",
            "[models.one.prices]",
            "version = 1",
            "except = []",
            "window = 3",
            "zone = '../x'",
            "dates = [1]",
            "tier = ''",
        ]
    ),
)
def test_one_wrong_line_gives_a_table_or_problems_on_lines_of_the_file(line: int, replacement: str) -> None:
    lines = GOOD.split("\n")
    lines[line] = replacement
    try:
        parse_prices("\n".join(lines).encode())
    except InvalidData as error:
        assert all(1 <= problem.line <= len(lines) for problem in error.problems)
