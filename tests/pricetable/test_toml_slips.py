"""What people mistype in a TOML file: each is told in its own words, at its own line, with what to write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import InvalidData, parse_prices
from tokencost.pricetable.reading.toml_slips import find_slip

TABLE = """\
schema = 1
version = "2026.01.01"
[providers.acme]
[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 0.10
output = 1
source = "https://example.org/prices"
when = [
  { tier = "batch", input = 0.05 },
  { tier = "flex", input = 0.05 },
]
[models."two.5-luna"]
provider = "acme"
[[models."two.5-luna".prices]]
from = 2026-01-01
input = 2
output = 3
source = "https://example.org/prices"
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        parse_prices(text.encode())
    return [str(problem).removeprefix("prices.toml:") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("0,15", "the number 0,15 has a comma, and TOML writes a point\n  hint: write input = 0.15"),
        ("$0,15", "the number $0,15 has a comma, and TOML writes a point\n  hint: write input = 0.15"),
        ("0,15  # per 1M", "the number 0,15 has a comma, and TOML writes a point\n  hint: write input = 0.15"),
        (".15", "the number .15 lacks a digit beside its point\n  hint: write input = 0.15"),
        ("15.", "the number 15. lacks a digit beside its point\n  hint: write input = 15"),
        ("1,234.5", "the number 1,234.5 has a comma, and TOML writes a point\n  hint: write input = 1234.5"),
        ("1.234,5", "the number 1.234,5 has a comma, and TOML writes a point\n  hint: write input = 1234.5"),
        (
            "1,234",
            "the number 1,234 has a comma, and TOML writes a point\n  hint: write input = 1.234 or input = 1234",
        ),
        ("0,234", "the number 0,234 has a comma, and TOML writes a point\n  hint: write input = 0.234"),
    ],
)
def test_numbers(written: str, problem: str) -> None:
    assert problems_of(TABLE.replace("input = 0.10", f"input = {written}")) == [f"8: {problem}"]
    in_a_row = TABLE.replace('"batch", input = 0.05', f'"batch", input = {written.partition("#")[0]}')
    assert problems_of(in_a_row) == [f"12: {problem}"]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (
            "12/01/2026",
            "12/01/2026 is not how TOML writes a date\n  hint: write year-month-day: 2026-12-01 or 2026-01-12",
        ),
        ("13/01/2026", "13/01/2026 is not how TOML writes a date\n  hint: write year-month-day: 2026-01-13"),
        ("31.12.2026", "31.12.2026 is not how TOML writes a date\n  hint: write year-month-day: 2026-12-31"),
        ("2026/12/01", "2026/12/01 is not how TOML writes a date\n  hint: write year-month-day: 2026-12-01"),
        ("2026-2-3", "2026-2-3 is not how TOML writes a date\n  hint: write year-month-day: 2026-02-03"),
        ("2026-02-30", "there is no day 2026-02-30\n  hint: that month ends on 2026-02-28"),
        ("2028-02-30T10:00:00Z", "there is no day 2028-02-30\n  hint: that month ends on 2028-02-29"),
        ("2026-13-01", "there is no day 2026-13-01\n  hint: write year-month-day, such as 2026-12-01"),
    ],
)
def test_dates(written: str, problem: str) -> None:
    text = TABLE.replace("from = 2026-01-01", f"from = {written}", 1)
    assert problems_of(text) == [f"7: {problem}"]


def test_a_comma_is_missing_between_rows_or_between_the_keys_of_one() -> None:
    rows = '{ tier = "batch", input = 0.05 }'
    assert problems_of(TABLE.replace(f"{rows},", rows)) == [
        f"12: a comma is missing behind this item\n  hint: write a comma: {rows},"
    ]
    commented = TABLE.replace(f"{rows},", f"{rows}  # half, more or less\n")
    assert problems_of(commented) == [f"12: a comma is missing behind this item\n  hint: write a comma: {rows},"]
    assert problems_of(TABLE.replace('"batch", input', '"batch" input')) == [
        '12: a comma is missing behind this item\n  hint: write a comma: { tier = "batch",'
    ]


ROWS = """\
schema = 1
version = "2026.01.01"
[providers.acme]
[windows.acme-2026]
hours = ["09:00-12:00"]
[sources.acme-pricing]
url = "https://acme.example/prices"
[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 1
output = 2
source = "acme-pricing"
when = [
  { tier = "batch", input = 0.50, output = 1 },
  { tier = "flex",  input = 0.50, output = 1 },  # as batch
  { window = "peak", hours = "acme-2026", input = 2, output = 4 },
]
"""
BATCH = '{ tier = "batch", input = 0.50, output = 1 }'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"batch", input',
            '"batch" input',
            '16: a comma is missing behind this item\n  hint: write a comma: { tier = "batch",',
        ),
        (f"{BATCH},", BATCH, f"16: a comma is missing behind this item\n  hint: write a comma: {BATCH},"),
        (f"{BATCH},", f"{BATCH},,", "16: two commas follow each other behind this row\n  hint: leave one of them out"),
        (
            f"{BATCH},",
            BATCH[:-2] + ",",
            f"16: the brace of this row is not closed\n  hint: write }} behind it: {BATCH},",
        ),
        (f"{BATCH},", BATCH[:-2], f"16: the brace of this row is not closed\n  hint: write }} behind it: {BATCH},"),
        (
            "output = 4 },",
            "output = 4",
            "18: the brace of this row is not closed\n"  # noqa: ISC004
            '  hint: write } behind it: … window = "peak", hours = "acme-2026", input = 2, output = 4 },',
        ),
        (
            BATCH,
            BATCH[2:],
            '16: the brace that opens this row is missing\n  hint: write { tier = "batch", input = 0.50, output = 1…',
        ),
        (BATCH, f"({BATCH[1:-1]})", f"16: a row stands in braces\n  hint: write {BATCH},"),
        (
            '"batch", input',
            '"batch"\n    input',
            "16: this row is broken over two lines\n  hint: write all of it on one line",
        ),
        ('"batch", input', '"batch", inptu', "16: unknown key `inptu`\n  hint: did you mean `input`?"),
        ("{ tier = ", "{ teir = ", "16: unknown key `teir`\n  hint: did you mean `tier`?"),
        ('"acme-2026", ', '"acme-2025", ', "18: unknown window 'acme-2025'\n  hint: did you mean 'acme-2026'?"),
        (
            'source = "acme-pricing"',
            'source = "acme-pricng"',
            "14: unknown source 'acme-pricng'\n  hint: did you mean 'acme-pricing'?",
        ),
        (
            '"batch", input = 0.50',
            '"batch", input = "0.50"',
            "16: `input`: a price is a bare number, not the string '0.50'\n  hint: write it without quotes: 0.50",
        ),
        (
            '"batch", input = 0.50',
            '"batch", input = $0.50',
            "16: a price is a bare number, not $0.50\n  hint: write input = 0.50",
        ),
        ("{ tier = ", "{ tier ", '16: an = is missing behind `tier`\n  hint: write tier = "batch"'),
        ('"batch", input =', '"batch", input:', "16: an = is missing behind `input`\n  hint: write input = 0.50"),
        ('"batch"', "batch", "16: the text 'batch' has no quotes\n  hint: write tier = \"batch\""),
        ('"batch"', '"batch', "16: the quote before 'batch' is not closed\n  hint: write tier = \"batch\""),
        ('"batch"', "\u201cbatch\u201d", '16: these quotes are not those of TOML\n  hint: write tier = "batch"'),
        (
            '"batch", input',
            '"batch", input = 1, input',
            "16: `input` stands twice in this row\n  hint: leave one of them out",
        ),
        (
            "2026-01-01\n",
            '"2026-01-01"\n',
            "11: `from`: a time is a date or an instant, without quotes\n  hint: write it without quotes: 2026-01-01",
        ),
        ('"flex"', '"batch"', "17: the same conditions as block 1 of this price\n  hint: merge the two blocks"),
        (
            "output = 4 },\n]",
            "output = 4 },",
            "18: the list that ends here is not closed\n  hint: write ] behind it, on a line of its own",
        ),
    ],
)
def test_a_slip_in_a_row_is_answered_at_its_line_and_alone(old: str, new: str, problem: str) -> None:
    assert old in ROWS
    assert problems_of(ROWS.replace(old, new, 1)) == [problem]


def test_a_row_over_two_lines_that_toml_allows_is_a_row() -> None:
    table = parse_prices(ROWS.replace('"batch", input', '"batch",\n    input').encode())
    assert [block.tier for block in table.models["one"].prices[0].blocks] == ["batch", "flex", None]


def test_two_slips_in_rows_have_two_answers() -> None:
    text = ROWS.replace("{ tier", "{ teir", 1).replace("output = 4 },", "output = 4")
    assert [problem.partition(":")[0] for problem in problems_of(text)] == ["16", "18"]


def test_a_list_that_is_not_closed_is_told_where_it_ends() -> None:
    text = TABLE.replace('0.05 },\n]\n[models."two', '0.05 }\n[models."two')
    (problem,) = problems_of(text)
    assert problem == "13: the list that ends here is not closed\n  hint: write ] behind it, on a line of its own"


@pytest.mark.parametrize(
    ("old", "new", "line", "meant"),
    [
        ("[[models.one.prices]]", "[[model.one.prices]]", 6, "[[models.one.prices]]"),
        ("[[models.one.prices]]", "[models.one.prices]", 6, "[[models.one.prices]]"),
        ("[[models.one.prices]]", "[models.one.price]", 6, "[[models.one.prices]]"),
        ('[[models."two.5-luna".prices]]', "[[models.two.5-luna.prices]]", 17, '[[models."two.5-luna".prices]]'),
        (
            '[[models."two.5-luna".prices]]',
            '[[models."tow.5-luna".prices]]',
            17,
            '[[models."two.5-luna".prices]]',
        ),
        ('[models."two.5-luna"]', '[[models."two.5-luna"]]', 15, '[models."two.5-luna"]'),
        ('[models."two.5-luna"]', '[model."two.5-luna"]', 15, '[models."two.5-luna"]'),
        ("[providers.acme]", "[provider.acme]", 3, "[providers.acme]"),
    ],
)
def test_a_mistyped_header(old: str, new: str, line: int, meant: str) -> None:
    assert TABLE.count(old) == 1
    assert problems_of(TABLE.replace(old, new)) == [f"{line}: unknown table {new}\n  hint: did you mean {meant}?"]


def test_a_second_header_in_single_brackets() -> None:
    (problem,) = problems_of(TABLE + '[models."two.5-luna".prices]\n')
    assert problem.endswith('\n  hint: did you mean [[models."two.5-luna".prices]]?')


def test_a_new_model_without_its_own_table_is_not_taken_for_another() -> None:
    problems = problems_of(TABLE.replace("[[models.one.prices]]", "[[models.another.prices]]"))
    assert problems == [
        "4: `prices` is missing\n  hint: add a dated price under [[models.NAME.prices]]",
        '6: `provider` is missing\n  hint: name a table [providers.NAME]: provider = "deepseek"',
    ]


def test_text_in_quotes_is_no_number() -> None:
    (problem,) = problems_of(TABLE.replace("input = 0.10", 'note = "input = 0,15" and more'))
    assert "not TOML" in problem


@given(st.text("=,.[]{}\"'#$ ab012-/:\n", max_size=60), st.integers(1, 9), st.integers(1, 70))
def test_any_text_at_any_place_gives_a_slip_of_a_line_or_none(text: str, line: int, column: int) -> None:
    lines = text.split("\n")
    slip = find_slip(lines, min(line, len(lines)), column, "Unclosed array")
    assert slip is None or 1 <= slip.line <= len(lines)
