"""A model that writes nothing, such as one of embeddings: its input has a price, and output is never free."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokencost import InvalidData, PriceTable, parse_prices, price, usage, workload, workload_totals
from tokencost.analysis.compare import Blend, compare
from tokencost.errors import TokenCounts

Run = Callable[..., Any]
ON = "2026-11-20"
SMALL = "text-embedding-3-small"
ENTRY = """\
schema = 1
version = "1"
[providers.acme]
[models.e]
provider = "acme"
[[models.e.prices]]
from = 2026-01-01
input = 0.02
without = ["output"]
source = "https://example.org/prices"
when = [
  { tier = "batch", input = 0.01 },
]
"""


def test_input_has_a_price_in_every_tier_and_output_none(shipped: PriceTable) -> None:
    assert price(shipped, SMALL, on=ON, input_tokens=1_000_000, output_tokens=0).total == Decimal("0.02")
    assert price(shipped, SMALL, on=ON, input_tokens=1_000_000, output_tokens=0, tier="batch").total == Decimal("0.01")
    with pytest.raises(TokenCounts, match="writes no output"):
        price(shipped, SMALL, on=ON, input_tokens=1_000_000, output_tokens=1)
    (found,) = shipped.models[SMALL].prices
    assert [block.rates.output for block in found.blocks] == [None]
    assert "output" not in found.rates.known()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('without = ["output"]\n', "", "prices.toml:6: `output` is missing"),
        ('without = ["output"]', "without = []", "prices.toml:6: `output` is missing"),
        ('without = ["output"]', 'without = ["input"]', "prices.toml:9: `without`: 'input' is not one of"),
        ('without = ["output"]', 'without = "output"', "prices.toml:9: `without`: this must be a list"),
        ("input = 0.02\n", "", "prices.toml:6: `input` is missing"),
        ('without = ["output"]', 'without = ["output"]\noutput = "3"', "prices.toml:10: `output`: a price is a bare"),
    ],
)
def test_output_is_left_out_only_on_purpose(old: str, new: str, message: str) -> None:
    assert parse_prices(ENTRY.encode()).models["e"].prices[0].rates.output is None
    with pytest.raises(InvalidData) as caught:
        parse_prices(ENTRY.replace(old, new).encode())
    assert message in str(caught.value)


def test_a_comparison_has_no_output_and_a_blend_only_without_it(shipped: PriceTable) -> None:
    def rows(blend: str) -> dict[str, tuple[object, object]]:
        found = compare(shipped, [SMALL], on=ON, against="gpt-6-luna", blend=Blend.parse(blend)).rows
        return {row.component: (row.price, row.ratio) for row in found}

    assert rows("3:1")["output"] == rows("3:1")["blended"] == (None, None)
    assert rows("1:0")["blended"] == (Decimal("0.02"), 5)


def test_a_workload_with_output_has_no_cost_on_it(shipped: PriceTable) -> None:
    def cost(output: int, batch: str = "0%") -> object:
        spec = workload(requests=1, per="month", input=1_000_000, output=output, start="2026-12", batch=batch)
        return workload_totals(shipped, spec, [SMALL], against="gpt-6-luna", on=ON).rows[0].cost

    assert cost(0) == Decimal("0.02")
    assert cost(0, "100%") == Decimal("0.01")
    with pytest.raises(TokenCounts, match="writes no output"):
        cost(1)


def test_records_with_output_are_not_priced_and_say_why(shipped: PriceTable, tmp_path: Path) -> None:
    def record(output: int, at: str) -> dict[str, object]:
        counts = {"prompt_tokens": 1_000_000, "completion_tokens": output}
        return {"created_at": at, "model": SMALL, "usage": counts}

    log = tmp_path / "log.jsonl"
    records = [record(0, "2026-11-18T10:00:00Z"), record(7, "2025-11-18T10:00:00Z")]
    log.write_text("".join(json.dumps(each) + "\n" for each in records))
    result = usage(shipped, log)
    assert [row.cost.total for row in result.rows] == [Decimal("0.02")]
    assert [(each.model, each.kind, each.tokens.output) for each in result.unpriced] == [(SMALL, "no_price", 7)]
    assert "writes no output" in result.unpriced[0].reason
    log.write_text(json.dumps(record(1_000_000, "2026-11-18T10:00:00Z") | {"model": "gpt-6-luna"}))
    result = usage(shipped, log, as_models=SMALL)
    assert [row.cost.total for row in result.rows] == [Decimal("0.95")]
    assert [each.tokens.output for each in result.unpriced_elsewhere] == [1_000_000]


def test_what_people_read_of_it(tokencost: Run, tmp_path: Path) -> None:
    shown = tokencost("prices", "show", SMALL, "--on", ON)
    assert (shown.status, "$0.02" in shown.out) == (0, True)
    exported = json.loads(tokencost("prices", "export", "--shape", "litellm", "--on", ON).out)[SMALL]
    assert (exported["mode"], "output_cost_per_token" in exported) == ("embedding", False)
    spec = tmp_path / "w.toml"
    spec.write_text(f'requests = 1\ninput = 1\noutput = 0\nmodels = ["{SMALL}"]\nagainst = "gpt-6-luna"\n')
    page = tokencost("report", str(spec), "--on", ON)
    rates = json.loads(page.out.partition('id="rates">')[2].partition("</script>")[0])
    (model,) = (each for each in rates["models"] if each["name"] == SMALL)
    assert (page.status, model["refused"], {cell[-1] for cell in model["cells"]}) == (0, "", {None})


def test_a_new_price_goes_on_without_output(tokencost: Run) -> None:
    words = (
        "prices",
        "add",
        SMALL,
        "--from",
        "2026-12-01",
        "--source",
        "https://example.org/prices",
        "--dry-run",
        "--on",
        ON,
    )
    added = tokencost(*words, "--input", "0.03")
    assert (added.status, '+without = ["output"]' in added.out, "+output" in added.out) == (0, True, False)
    written = tokencost(*words, "--input", "0.03", "--output", "1")
    assert (written.status, "+output = 1" in written.out) == (0, True)
