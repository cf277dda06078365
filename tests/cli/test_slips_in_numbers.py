"""Slips in numbers that a person makes: each is answered by what to type instead, by every command."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
WORKLOAD = ("workload", "deepseek-flash", "gpt-6.1-sol", "--on", "2026-11-20")
TRAFFIC = ("--requests", "40k", "--input", "1800", "--output-tokens", "350")
LOG = "tests/logs/fixtures/requests.jsonl"
AXIS = (*WORKLOAD, *TRAFFIC, "--sweep")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ((*WORKLOAD, *TRAFFIC, "--requests", "1,8k"), "--requests: '1,8k' is not a number of requests", "write 1.8k"),
        ((*WORKLOAD, *TRAFFIC, "--requests", "40.000"), "'40.000' is not a whole number", "write 40000 or 40,000"),
        ((*WORKLOAD, *TRAFFIC, "--input", "1.800"), "--input-tokens: '1.800' is not a whole", "write 1800 or 1,800"),
        (
            (*WORKLOAD, *TRAFFIC, "--output-tokens", "1,8k"),
            "--output-tokens: '1,8k' is not a number of tokens",
            "write 1.8k",
        ),
        (
            (*WORKLOAD, *TRAFFIC, "--output-tokens", "1.800"),
            "--output-tokens: '1.800' is not a whole",
            "write 1800 or 1,800",
        ),
        ((*WORKLOAD, *TRAFFIC, "--cached", "55"), "--cached: '55' is not a share", "write 55% or 0.55"),
        ((*WORKLOAD, *TRAFFIC, "--batch", "20"), "--batch: '20' is not a share", "write 20% or 0.2"),
        ((*WORKLOAD, *TRAFFIC, "--peak", "0,3"), "--peak: '0,3' is not a share", "write 0.3"),
        ((*WORKLOAD, *TRAFFIC, "--growth", "3"), "--growth: '3' without a percent sign", "write 3% or 0.03"),
        ((*WORKLOAD, *TRAFFIC, "--growth", "2,5%"), "--growth: '2,5%' is not a growth", "write 2.5%"),
        ((*WORKLOAD, *TRAFFIC, "--months", "1.5"), "--months: '1.5' is not a whole number of months", "like 12"),
        ((*WORKLOAD, *TRAFFIC, "--token-factor", "deepseek-flash=1,1"), "'1,1' is not a number", "write 1.1"),
        ((*WORKLOAD, *TRAFFIC, "--max-cost", "0,5"), "--max-cost: '0,5' is not an amount", "write 0.5"),
        ((*WORKLOAD, *TRAFFIC, "--max-cost", "1.500"), "'1.500' may mean 1.5 or 1500", "write 1.5 or 1500"),
        ((*AXIS, "cached=0:100:10"), "cached: '100' is not a share", "write 100% or 1"),
        ((*AXIS, "requests=1k:1,8k:200"), "requests: '1,8k' is not a number of requests", "write 1.8k"),
        ((*AXIS, "output=1:2:0.5"), "output: '0.5' is not a whole number of tokens", "write it like"),
        (("compare", "o1", "gpt-4o", "--blend", "3,5:1"), "the blend '3,5:1': '3,5' is not a number", "write 3.5:1"),
        (("compare", "o1", "gpt-4o", "--blend", "3:1:60"), "'60' is not a share", "write 60% or 0.6"),
        (("compare", "o1", "gpt-4o", "--blend", "1.000:1"), "'1.000' may mean 1 or 1000", "write 1:1 or 1000:1"),
        (("find", "0,14", "7,50"), "'0,14' is not a price", "write 0.14"),
        (("find", "0.14", "7,50"), "'7,50' is not a price", "write 7.50"),
        (("find", "1e999999999"), "'1e999999999' is not a price", "write it like 0.12"),
        (("find", "9" * 39), "more than 1,000,000 USD per 1M tokens", "write it like 0.12"),
        (("find", "0.14", "--near", "5"), "'5' is not a share", "write 5% or 0.05"),
        (("find", "0.14", "--near", "5,5%"), "'5,5%' is not a share", "write 5.5%"),
        (("usage", LOG, "--as", "o1", "--token-factor", "1,1"), "'1,1' is not a number", "write 1.1"),
        (("prices", "check", "--max-age", "1,5"), "'1,5' is not a number of days", "write it like 90d"),
    ],
)
def test_a_slip_is_answered_by_what_to_type(
    tokencost: Run, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    outcome = tokencost(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert message in outcome.err
    assert f"hint: {hint}" in outcome.err or hint in outcome.err.partition("hint: ")[2]
    assert "Fraction(" not in outcome.err


@pytest.mark.parametrize(
    ("option", "value", "message", "hint"),
    [
        ("--input", "0,15", "'0,15' is not a price", "write 0.15"),
        ("--input-tokens-above", "272.000", "'272.000' is not a whole number", "write 272000 or 272,000"),
        ("--input-tokens-above", "1.5", "'1.5' is not a whole number", "write it like"),
        ("--when", "tier=batch,input=0,06", "'input=0,06' has a comma in its number", "write input=0.06"),
    ],
)
def test_slips_in_a_new_price(tokencost: Run, tmp_path: Path, option: str, value: str, message: str, hint: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_bytes(Path("prices.toml").read_bytes())
    given = ("--from", "2026-12-01", "--input", "2", "--output", "8", "--source", "https://example.org", option, value)
    outcome = tokencost("prices", "add", "o3", *given, "--prices", str(path), "--on", "2026-11-20")
    assert outcome.status == 2
    assert message in outcome.err
    assert hint in outcome.err
    assert path.read_bytes() == Path("prices.toml").read_bytes()


def test_usual_spellings_are_one_number(tokencost: Run) -> None:
    answers = {
        tokencost(*WORKLOAD, "--input", "1.8k", "--output-tokens", "350", "--format", "csv", "--requests", requests).out
        for requests in ("40000", "40k", "40,000", "40 000", "40\u00a0000", "40_000", "4e4", "0.04M")
    }
    assert len(answers) == 1


def claims_file(tmp_path: Path, figures: str) -> str:
    path = tmp_path / "claims.toml"
    path.write_text(
        'schema = 1\n[claims.mine]\nstatement = "s"\nprinted_by = "p"\nprinted = 2025-01-27\n'
        f'published = {{ prices = {figures} }}\nleft = {{ model = "deepseek-reasoner", component = "cached_input" }}\n'
        'right = { model = "o1", component = "cached_input" }\n',
        encoding="utf-8",
    )
    return str(path)


def test_figures_of_claims_may_be_text(tokencost: Run, tmp_path: Path) -> None:
    outcome = tokencost("claims", "--file", claims_file(tmp_path, '["$0.14", "7.50"]'), "--strict")
    assert outcome.status == 0
    assert "reproduced" in outcome.out


@pytest.mark.parametrize(
    ("figures", "message", "hint"),
    [
        ('["0,14", "7,50"]', "claims.toml:6: `figure`: '0,14' is not a figure", "write 0.14"),
        ('["1,234", "7.50"]', "'1,234' may mean 1.234 or 1234", "write 1.234 or 1234"),
        ("[1e-999999999, 7.50]", "a figure is a finite number of at most 30 digits", "write it with"),
    ],
)
def test_slips_in_claims(tokencost: Run, tmp_path: Path, figures: str, message: str, hint: str) -> None:
    outcome = tokencost("claims", "--file", claims_file(tmp_path, figures))
    assert outcome.status == 3
    assert message in outcome.err
    assert hint in outcome.err
