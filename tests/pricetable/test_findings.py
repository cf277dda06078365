"""What looks like a slip in a table that loads, and how its writer says that it is right."""

from datetime import date

import pytest

from tokencost import PriceTable, parse_prices
from tokencost.pricetable.reading.findings import list_findings

TABLE = """\
schema = 1
version = "2026.01.01"
[providers.acme]
[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 1
cached_input = 0.5
output = 2
source = "https://example.org/prices"
checked = 2026-01-02
cny = { input = 7, output = 14 }
  [[models.one.prices.when]]
  tier = "batch"
  input = 0.8
  [[models.one.prices.when]]
  window = "peak"
  hours = ["09:00-12:00"]
  input = 2
  [[models.one.prices.when]]
  input_tokens_above = 200_000
  output = 3
[[models.one.prices]]
from = 2026-06-01
input = 1
cached_input = 0.5
output = 2
source = "https://example.org/prices"
checked = 2026-06-02
cny = { input = 7, output = 14 }
  [[models.one.prices.when]]
  tier = "batch"
  input = 0.8
  [[models.one.prices.when]]
  window = "peak"
  hours = ["09:00-12:00"]
  input = 2
  [[models.one.prices.when]]
  input_tokens_above = 200_000
  output = 3
"""
SECOND = TABLE.index("[[models.one.prices]]\nfrom = 2026-06-01")


def found(text: str, on: date = date(2026, 7, 1)) -> list[tuple[str, int, str]]:
    table = parse_prices(text.encode())
    return [(finding.kind, table.line_of(finding.path), finding.detail) for finding in list_findings(table, on)]


def test_the_table_of_these_tests_has_no_findings() -> None:
    assert found(TABLE) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "cached_input = 0.5",
            "cached_input = 0.05",
            ("jump", 27, "cached_input: 0.05 is 10 times or more below the 0.5 before"),
        ),
        ("output = 2\n", "output = 20\n", ("jump", 28, "output: 20 is 10 times or more above the 2 before")),
        ("input = 1\n", "input = 1\naccept = ['jump']\n", None),
        ("output = 2\n", "output = 19.99\n", None),
        ("output = 2\n", "output = 0\n", ("jump", 28, "output: 0 is 10 times or more below the 2 before")),
        ("output = 2\n", "output = 20\naccept = ['jump']\n", None),
        ("output = 2\n", "output = 20\naccept = ['source', 'jump']\n", None),
        (
            "  input = 2\n",
            "  input = 20\n",
            ("jump", 38, "input of window peak: 20 is 10 times or more above the 2 before"),
        ),
        ("input = 7", "input = 0.7", ("jump", 31, "input CNY: 0.7 is 10 times or more below the 7 before")),
        (
            "  output = 3\n",
            "  output = 0.3\n",
            ("jump", 41, "output of above 200,000 input tokens: 0.3 is 10 times or more below the 3 before"),
        ),
        ("checked = 2026-06-02", "checked = 2026-07-01", None),
        (
            "checked = 2026-06-02",
            "checked = 2026-07-02",
            ("future", 30, "checked 2026-07-02, which is after 2026-07-01"),
        ),
        (
            "checked = 2026-06-02",
            "checked = 2026-07-02\naccept = ['jump', 'name']",
            ("future", 30, "checked 2026-07-02, which is after 2026-07-01"),
        ),
        (
            "  input = 0.8\n",
            "  input = 0.8\n  checked = 2027-01-01\n",
            ("future", 35, "checked 2027-01-01, which is after 2026-07-01"),
        ),
        (
            "https://example.org/prices",
            "http://example.org/prices",
            ("source", 29, "'http://example.org/prices' is no https address"),
        ),
        ("https://example.org/prices", "the e-mail", ("source", 29, "'the e-mail' is no https address")),
        (
            "https://example.org/prices",
            "https://example.org/a b",
            ("source", 29, "'https://example.org/a b' is no https address"),
        ),
        ("output = 14 }", 'output = 14, source = "ftp://x" }', ("source", 31, "'ftp://x' is no https address")),
        ("  input = 0.8\n", '  input = 0.8\n  source = "x"\n', ("source", 35, "'x' is no https address")),
    ],
)
def test_a_slip_is_found_at_its_line(old: str, new: str, expected: tuple[str, int, str] | None) -> None:
    assert old in TABLE[SECOND:]
    text = TABLE[:SECOND] + TABLE[SECOND:].replace(old, new, 1)
    assert found(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("block", "what"),
    [
        ('  tier = "batch"\n  input = 0.8\n', "tier batch"),
        ('  window = "peak"\n  hours = ["09:00-12:00"]\n  input = 2\n', "window peak"),
        ("  input_tokens_above = 200_000\n  output = 3\n", "rates above 200,000 input tokens"),
    ],
)
def test_conditions_that_are_dropped_without_a_word(block: str, what: str) -> None:
    lacking = TABLE[:SECOND] + TABLE[SECOND:].replace(f"  [[models.one.prices.when]]\n{block}", "")
    assert found(lacking) == [("dropped", 24, f"{what} of the price before is not in this one")]
    assert found(lacking.replace("from = 2026-06-01", "from = 2026-06-01\naccept = ['dropped']")) == []


def test_a_tier_or_window_that_no_other_price_has_is_suggested() -> None:
    text = TABLE[:SECOND] + TABLE[SECOND:].replace('"batch"', '"batc"').replace('"peak"', '"Peak"')
    dropped, tier, window = found(text)
    assert dropped[2] == "tier batch and window peak of the price before are not in this one"
    assert tier == ("name", 33, "no other price has the tier batc; did you mean batch?")
    assert window == ("name", 36, "no other price has the window Peak; did you mean peak?")
    assert found(TABLE.replace('"batch"', '"slow"')) == []  # twice is no slip
    assert found(TABLE[:SECOND]) == []  # nor is a usual name
    assert found(TABLE[:SECOND].replace('"batch"', '"slow"')) == [("name", 15, "no other price has the tier slow")]


def test_the_shipped_table_has_only_what_is_known_to_be_so(shipped: PriceTable) -> None:
    """DeepSeek cut cached input to a tenth on 2026-04-26, and ended its off-peak hours on 2025-09-05."""
    kinds = {"2026-04-26": "jump", "2025-09-05": "dropped"}
    assert {
        (finding.price.start.date().isoformat(), finding.kind) for finding in list_findings(shipped, date(2026, 11, 21))
    } <= set(kinds.items())
