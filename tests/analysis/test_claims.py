"""Published figures get their verdict from prices, by one rule, and from nothing else."""

from fractions import Fraction
from pathlib import Path

import pytest

from tokencost import InvalidData, PriceTable, judge, load_claims, parse_prices
from tokencost.analysis.claims.file import Claim
from tokencost.pricetable.when import parse_when

PRICES = """\
schema = 1
version = "1"
[providers.p]
[models.low]
provider = "p"
[[models.low.prices]]
from = 2025-01-01
input = 0.55
cached_input = 0.14
output = 2.19
source = "s"
[models.high]
provider = "p"
[[models.high.prices]]
from = 2025-01-01
input = 15
cached_input = 7.50
output = 60
source = "s"
"""


@pytest.fixture
def prices() -> PriceTable:
    return parse_prices(PRICES.encode())


def claim_of(tmp_path: Path, published: str, left: str = "", right: str = "") -> Claim:
    file = tmp_path / "claims.toml"
    file.write_text(
        f"""\
schema = 1
[claims.it]
statement = "it"
printed_by = "them"
printed = 2025-01-27
published = {{ {published} }}
left = {{ {left or 'model = "low"'} }}
right = {{ {right or 'model = "high"'} }}
"""
    )
    return load_claims(file)[0]


INPUT = 'model = "low", component = "input"'


@pytest.mark.parametrize(
    ("published", "left", "verdict", "components"),
    [
        # 1 - 0.55 / 15 = 96.333...%
        ("percent_lower = 96", INPUT, "reproduced", ["input"]),
        ("percent_lower = 96.3", INPUT, "reproduced", ["input"]),
        ("percent_lower = 96.33", INPUT, "reproduced", ["input"]),
        ("percent_lower = 96.34", INPUT, "overstated", ["input"]),
        ("percent_lower = 96.32", INPUT, "understated", ["input"]),
        ("percent_lower = 96.4", INPUT, "overstated", ["input"]),
        ("percent_lower = { from = 90, to = 95 }", INPUT, "understated", ["input"]),
        ("percent_lower = { from = 97, to = 99 }", INPUT, "overstated", ["input"]),
        ("percent_lower = { above = 90 }", INPUT, "reproduced", ["input"]),
        # Exactly 96.35% lower: halves round up, so 96.4 is the rounded figure and 96.3 is not.
        ("percent_lower = 96.4", 'model = "low", component = "output"', "reproduced", ["output"]),
        ("percent_lower = 96.3", 'model = "low", component = "output"', "understated", ["output"]),
        ("percent_of = 3.7", INPUT, "reproduced", ["input"]),
        ("percent_of = 3", INPUT, "overstated", ["input"]),
        ("percent_of = 5", INPUT, "understated", ["input"]),
        # 15 / 0.55 = 27.27...
        ("ratio = 27", INPUT, "reproduced", ["input"]),
        ("ratio = 28", INPUT, "overstated", ["input"]),
        ("ratio = 26", INPUT, "understated", ["input"]),
        ("ratio = 3e1", INPUT, "reproduced", ["input"]),
        ("ratio = 30", INPUT, "overstated", ["input"]),
        ("ratio = { above = 20 }", INPUT, "reproduced", ["input"]),
        ("ratio = { below = 20 }", INPUT, "understated", ["input"]),
        ("prices = [0.55, 15], percent_lower = 96.4", INPUT, "overstated", ["input"]),
        ("prices = [0.56, 15], percent_lower = 96.3", INPUT, "differs", ["input"]),
        ("ratio = 26, percent_lower = 99", INPUT, "differs", ["input"]),
        # No component named: each like-for-like one is tried, and the verdict holds for those that fit.
        ("prices = [0.14, 7.50], percent_lower = 98", "", "reproduced", ["cached_input"]),
        ("ratio = 27", "", "reproduced", ["input", "output"]),
        ("percent_lower = { from = 90, to = 95 }", "", "understated", ["input", "cached_input", "output"]),
        ("percent_of = 1", "", "overstated", ["input", "cached_input", "output"]),
        ("ratio = 40", "", "differs", ["input", "cached_input", "output"]),
    ],
)
def test_the_rule(
    prices: PriceTable, tmp_path: Path, published: str, left: str, verdict: str, components: list[str]
) -> None:
    judged = judge(prices, claim_of(tmp_path, published, left))
    assert judged.verdict == verdict
    assert [part.left.component for part in judged.decisive] == components


def test_a_changed_price_changes_the_verdict(tmp_path: Path) -> None:
    claim = claim_of(tmp_path, "percent_lower = 98", 'model = "low", component = "cached_input"')
    verdicts = [
        judge(parse_prices(PRICES.replace("cached_input = 0.14", f"cached_input = {rate}").encode()), claim).verdict
        for rate in ("0.11", "0.14", "0.19")
    ]
    assert verdicts == ["understated", "reproduced", "overstated"]


def test_cited_figures_are_multiplied_and_compared_in_their_own_unit(prices: PriceTable, tmp_path: Path) -> None:
    cited = 'product = [{ figure = 2.788e6, unit = "h" }, { figure = 2, unit = "USD/h" }], unit = "USD", source = "s"'
    other = 'figure = 1e9, unit = "USD", source = "s"'
    judged = judge(prices, claim_of(tmp_path, "amounts = [{ below = 6e6 }, { to = 1e9 }]", cited, other))
    assert judged.verdict == "reproduced"
    assert judged.parts[0].left.value == Fraction(5_576_000)
    dearer = judge(prices, claim_of(tmp_path, "amounts = [{ below = 5e6 }, { to = 1e9 }]", cited, other))
    assert dearer.verdict == "overstated"


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ('missing = "never published"', 'model = "high"', "never published"),
        ('model = "nobody"', 'model = "high"', "unknown model 'nobody'"),
        ('model = "low", tier = "batch"', 'model = "high"', "low offers no batch tier (price from 2025-01-01)"),
        ('model = "low", component = "cache_write"', 'model = "high"', "low has no cache_write rate"),
    ],
)
def test_a_missing_side_is_undecidable_and_says_what_is_missing(
    prices: PriceTable, tmp_path: Path, left: str, right: str, reason: str
) -> None:
    judged = judge(prices, claim_of(tmp_path, "ratio = 27", left, right))
    assert (judged.verdict, judged.missing) == ("undecidable", (reason,))


def test_another_day_is_another_question(prices: PriceTable, tmp_path: Path) -> None:
    judged = judge(prices, claim_of(tmp_path, "ratio = 27"), parse_when("2024-12-31"))
    assert (judged.verdict, judged.missing) == ("undecidable", ("no price of low on 2024-12-31",))


EXPECTED = {
    "query-cost-014-750": "reproduced",
    "api-cost-90-95": "understated",
    "compute-cost-1-20": "reproduced",
    "training-cost-1-20": "undecidable",
    "training-6m": "reproduced",
    "training-vs-1bn": "reproduced",
    "cost-to-1-percent": "overstated",
    "jevons-10x": "reproduced",
    "query-cost-015-750": "differs",
    "r1-27-times": "reproduced",
    "r1-27-times-output": "reproduced",
    "r1-96-4-percent": "overstated",
    "r1-3-7-percent-of-o1": "reproduced",
    "r1-output-3-percent-of-o1": "overstated",
    "r1-20-to-50-times": "reproduced",
    "equivalent-20-to-40-times": "reproduced",
    "o1-60-r1-2-19": "reproduced",
    "fees-over-90-percent": "reproduced",
    "v3-95-percent": "overstated",
    "v2-one-70th": "reproduced",
}


def test_the_verdicts_on_the_shipped_claims(shipped: PriceTable) -> None:
    assert {claim.id: judge(shipped, claim).verdict for claim in load_claims()} == EXPECTED
    assert "verdict" not in Path("tokencost/claims.toml").read_text(encoding="utf-8").partition("schema = 1")[2]


def test_every_problem_of_a_file_of_claims_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        """\
schema = 1
[claims.a]
statement = "s"
printed_by = "p"
printed = 2025-01-27
published = { percent_lowr = 98 }
left = { model = "o1", component = "outptu" }
right = { figure = 3 }

[claims.b]
statement = "s"
printed = "2025-01-27"
published = { prices = [0.14] }
left = { model = "o1", figure = 1 }
"""
    )
    with pytest.raises(InvalidData) as caught:
        load_claims(file)
    assert [str(problem).removeprefix(str(file)) for problem in caught.value.problems] == [
        ":6: unknown key `percent_lowr`\n  hint: did you mean `percent_lower`?",
        (
            ":7: `component`: 'outptu' is not one of the known values\n"
            "  hint: write 'input', 'cached_input', 'cache_write' or 'output'"
        ),
        ':10: `printed_by` is missing\n  hint: write who printed it: printed_by = "..."',
        (
            ":12: `printed`: this is a date without a time, and without quotes\n"
            "  hint: write it without quotes: 2025-01-27"
        ),
        ":13: `prices`: this must be a list with at least 2 items",
    ]


def test_rules_between_the_parts_of_a_claim(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        """\
schema = 1
[claims.a]
statement = "s"
printed_by = "p"
printed = 2025-01-27
published = { ratio = 3 }
left = { model = "o1", figure = 1 }

[claims.b]
statement = "s"
printed_by = "p"
printed = 2025-01-27
published = {}
left = { figure = 1, tier = "batch" }
right = { model = "o1" }
applies_to = "c"
"""
    )
    with pytest.raises(InvalidData) as caught:
        load_claims(file)
    assert [f"{problem.line} {problem.message}" for problem in caught.value.problems] == [
        "2 `right` is missing: these figures compare two sides",
        "7 a side is one of model, figure, product or missing, and this names model and figure",
        "13 no figure was published",
        "14 `tier` belongs to a model",
        "14 a cited figure needs its source",
        "14 a cited figure needs its unit",
        "16 unknown claim 'c'",
    ]
