"""What pricing decides alone, and what SQL and the script of the page repeat of it.

Two rules: tokens of a component without a rate are uncached input (`billed_input`), and long-context rates hold
strictly above their threshold (`threshold_below`). Whoever prices a request in another way gets the same money.
"""

import ast
import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from py_mini_racer import JSEvalException, MiniRacer

from tokencost import Blend, TokenCounts, parse_prices, price, usage, workload, workload_totals
from tokencost.cli import run
from tokencost.pricing.cost import billed_input
from tokencost.pricing.rates import threshold_below

ROOT = Path(__file__).parents[2] / "tokencost"
TABLE = """
schema = 1
version = "1"

[defaults]
compare = ["bare"]
against = "full"

[providers.acme]
name = "Acme"

[models.bare]
provider = "acme"
[[models.bare.prices]]
from = 2025-01-01
input = 3
output = 7
source = "https://example.org/"
when = [{ input_tokens_above = 1000, input = 11, output = 13 }, { tier = "batch", input = 1, output = 2 }]

[models.full]
provider = "acme"
[[models.full.prices]]
from = 2025-01-01
input = 3
cached_input = 0.5
output = 7
source = "https://example.org/"
when = [
  { input_tokens_above = 1000, input = 11, cached_input = 1.25, output = 13 },
  { tier = "batch", input = 1, cached_input = 0.25, output = 2 },
]
"""
WRITES_NOTHING = """
[models.embedding]
provider = "acme"
[[models.embedding.prices]]
from = 2025-01-01
input = 3
without = ["output"]
source = "https://example.org/"
"""
INPUTS = (999, 1000, 1001, 2000)
"""On both sides of the threshold, and on it."""
PARSED = parse_prices((TABLE + WRITES_NOTHING).encode())


def alone(model: str, tokens: int) -> Decimal:
    return price(
        PARSED, model, on="2025-06-01", input_tokens=tokens, cached_input_tokens=tokens // 2, output_tokens=10
    ).total


def test_the_money_is_what_the_rule_says() -> None:
    assert [alone("full", tokens) for tokens in (1000, 1001)] == [
        Decimal("0.00182"),
        Decimal(501 * 11 + 10 * 13) / 10**6 + Decimal(500) * Decimal("1.25") / 10**6,
    ]
    assert alone("bare", 1000) == Decimal(1000 * 3 + 10 * 7) / 10**6


@pytest.mark.parametrize("model", ["bare", "full"])
@pytest.mark.parametrize("tokens", INPUTS)
def test_sql_agrees(tmp_path: Path, model: str, tokens: int) -> None:
    counts = {"prompt_tokens": tokens, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": tokens // 2}}
    record = {"object": "chat.completion", "created": 1748736000, "model": model, "usage": counts}
    (tmp_path / "log.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    (row,) = usage(PARSED, tmp_path / "log.jsonl").rows
    assert row.cost.total == alone(model, tokens)


@pytest.mark.parametrize("model", ["bare", "full"])
@pytest.mark.parametrize("tokens", INPUTS)
def test_workloads_agree(model: str, tokens: int) -> None:
    share = Fraction(tokens // 2, tokens)
    asked = workload(requests=1, input=tokens, output=10, cached=share, per="month", start="2025-06", months=1)
    totals = workload_totals(PARSED, asked, [model], on="2025-06-01", against="full" if model == "bare" else "bare")
    assert totals.models[0].cost == Fraction(alone(model, tokens))


def test_blends_agree() -> None:
    rates = PARSED.models["bare"].prices[0].rates
    assert Blend(Decimal(3), Decimal(1), Fraction(1, 2)).price(rates) == Fraction(3 * 3 + 7, 4)


@pytest.fixture(scope="module")
def page_script(tmp_path_factory: pytest.TempPathFactory) -> MiniRacer:
    """The script of the page with the rates of the table, up to where it needs a browser."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "prices.toml").write_text(TABLE + WRITES_NOTHING, encoding="utf-8")
    options = ["--prices", str(folder / "prices.toml"), "--on", "2025-06-01", "-o", str(folder / "page.html")]
    assert run(["report", *options]) == 0
    found = re.search(r'<script[^>]*id="rates"[^>]*>(.*?)</script>', (folder / "page.html").read_text(encoding="utf-8"))
    assert found
    scripts = (ROOT / "render" / "html" / "report_page" / name for name in ("exact.js", "cost.js"))
    engine = MiniRacer()
    engine.eval("\n".join(path.read_text(encoding="utf-8") for path in scripts))
    engine.eval(f"const rates = {found[1]}; const byName = new Map(rates.models.map((model) => [model.name, model]));")
    return engine


@pytest.mark.parametrize("model", ["bare", "full"])
@pytest.mark.parametrize("tokens", INPUTS)
def test_the_script_of_the_page_agrees(page_script: MiniRacer, model: str, tokens: int) -> None:
    tokens -= tokens % 2  # it takes shares in whole percent: half of the input is cached
    asked = f"{{requests: 1n, input: {tokens}n, output: 10n, cached: 50n, batch: 0n, peak: 0n}}"
    cost = page_script.eval(
        f"{{const cost = costOf(byName.get('{model}'), {asked}, rates.scale).cost; `${{cost.n}}/${{cost.d}}`}}"
    )
    assert Fraction(str(cost)) == Fraction(alone(model, tokens))


def test_the_script_of_the_page_refuses_output_that_has_no_rate(page_script: MiniRacer) -> None:
    cost = (
        "costOf(byName.get('embedding'), {{requests: 1n, input: 7n, output: {}n, cached: 0n, batch: 0n, peak: 0n}}, 0)"
    )
    assert page_script.eval(f"String({cost.format(0)}.cost.n > 0n)") == "true"
    with pytest.raises(JSEvalException, match="embedding writes no output"):
        page_script.eval(cost.format(1))
    with pytest.raises(TokenCounts, match="embedding writes no output"):
        price(PARSED, "embedding", on="2025-06-01", input_tokens=7, output_tokens=1)


def places(pattern: str) -> list[str]:
    """The modules in which code, without its texts, says this."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if re.search(pattern, ast.unparse(_without_texts(ast.parse(path.read_text(encoding="utf-8")))))
    )


def _without_texts(tree: ast.AST) -> ast.AST:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return tree


def test_each_rule_is_written_once() -> None:
    """Who asks whether there is a rate may show it; who adds its tokens to others bills them."""
    assert billed_input.__module__ == "tokencost.pricing.cost"
    assert places(r"(uncached|fresh)\w* (\+=|\+) \w*(cached|write)") == ["pricing/cost.py"]
    assert threshold_below.__module__ == "tokencost.pricing.rates"
    assert places(r"(threshold|limit|above)\w* <=? |>=? \w*(threshold|limit\b|above)") == ["pricing/rates.py"]
