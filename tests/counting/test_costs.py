"""What texts cost: each model's own tokens at its own rates."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import tokencost
from tokencost import PriceTable
from tokencost.errors import InvalidRequest
from tokencost.pricetable.load import parse_prices
from tokencost.render.notebook import html

TABLE = parse_prices(b"""
schema = 1
version = "2026.01.01"

[tokenizers.o200k_base]
source = "https://example.org/map"

[tokenizers.deepseek-v3]
source = "https://example.org/file"

[providers.acme]
nearest_tokenizer = "o200k_base"

[providers.other]

[models.long]
provider = "acme"
tokenizer = "o200k_base"
[[models.long.prices]]
from = 2026-01-01
input = 1
output = 10
source = "https://example.org"
when = [ { input_tokens_above = 5, input = 2, output = 20 } ]

[models.moved]
provider = "acme"
tokenizer = [ { from = 2026-02-01, name = "deepseek-v3" } ]
[[models.moved.prices]]
from = 2026-01-01
input = 3
output = 30
source = "https://example.org"

[models.nobodys]
provider = "other"
[[models.nobodys.prices]]
from = 2026-01-01
input = 1
output = 1
source = "https://example.org"
""")
CHINESE = "每個詞元的價格會誤導人，因為同一段文字在不同模型上的詞元數量並不相同。"


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_one_text_on_two_models(tmp_path: Path) -> None:
    found = tokencost.count_texts(TABLE, write(tmp_path / "t.txt", CHINESE), ["moved", "long"], on="2026-03-01")
    moved, long = found.rows
    assert (moved.tokenizer, moved.estimated, moved.input_tokens) == ("deepseek-v3", False, 22)
    assert (long.tokenizer, long.estimated, long.input_tokens) == ("o200k_base", False, 31)
    assert moved.token_factor == Fraction(22, 31)
    assert (moved.cost, long.cost) == (Decimal("0.000066"), Decimal("0.000062"))  # above 5 tokens, $2
    assert moved.ratio == Fraction(62, 66)
    assert moved.percent_lower == (1 - Fraction(66, 62)) * 100
    assert {cell.input_tokens_above for _, cell in found.cells} == {0, 5}
    assert moved.as_dict()["token_factor"] == Fraction(22, 31)
    assert "22" in html(found)


def test_before_a_model_moved_its_count_is_an_estimate() -> None:
    before = tokencost.count_tokens(TABLE, CHINESE, "moved", on="2026-01-31")
    assert before == tokencost.TokenCount(31, "o200k_base", estimated=True)
    assert tokencost.count_tokens(TABLE, CHINESE, "moved@2026-02-01", on="2026-01-31") == (22, "deepseek-v3", False)


def test_each_request_has_the_rates_of_its_own_length(tmp_path: Path) -> None:
    # 2, 5 and 6 tokens: the threshold holds strictly above.
    records = [{"messages": [{"role": "user", "content": text}]} for text in ("Hi!", "a b c d e", "a b c d e f")]
    file = write(tmp_path / "chat.jsonl", "".join(f"{json.dumps(record)}\n" for record in records))
    found = tokencost.count_texts(TABLE, file, ["long"], against="moved", on="2026-03-01", output_tokens=7, plain=True)
    long = found.rows[0]
    assert list(found.counts.requests["o200k_base"]) == [2, 5, 6]
    assert (long.requests, long.input_tokens, long.output_tokens) == (3, 13, 21)
    assert long.input_cost == Decimal("0.000001") * (7 * 1 + 6 * 2)
    assert long.output_cost == Decimal("0.000001") * (14 * 10 + 7 * 20)
    alone = [
        tokencost.price(TABLE, "long", on="2026-03-01", input_tokens=tokens, output_tokens=7).total
        for tokens in (2, 5, 6)
    ]
    assert long.cost == sum(alone)


def test_a_sample_answer_is_counted_by_each_model_itself(tmp_path: Path) -> None:
    file, sample = write(tmp_path / "t.txt", "Hello!"), write(tmp_path / "answer.txt", CHINESE)
    found = tokencost.count_texts(TABLE, file, ["moved", "long"], on="2026-03-01", output_like=sample)
    assert [row.output_tokens for row in found.rows] == [22, 31]
    with pytest.raises(InvalidRequest, match="output is given twice"):
        tokencost.count_texts(
            TABLE, file, ["long"], against="moved", on="2026-03-01", output_like=file, output_tokens=1
        )


def test_a_model_whose_vocabulary_nobody_names_is_an_error() -> None:
    with pytest.raises(InvalidRequest, match="names no vocabulary for nobodys"):
        tokencost.count_tokens(TABLE, "a", "nobodys", on="2026-03-01")


def test_a_price_for_every_window_of_the_day(tmp_path: Path, shipped: PriceTable) -> None:
    file = write(tmp_path / "t.txt", "Hello!")
    found = tokencost.count_texts(shipped, file, ["deepseek-v4-pro", "gpt-5"], on="2026-11-20")
    assert [(row.model, row.window) for row in found.rows] == [
        ("deepseek-v4-pro", "peak"),
        ("deepseek-v4-pro", "off-peak"),
        ("gpt-5", None),
    ]
    peak = tokencost.count_texts(shipped, file, ["deepseek-v4-pro", "gpt-5"], on="2026-11-20", window="peak")
    assert [row.window for row in peak.rows] == ["peak", None]


def test_all_models_on_sale_have_a_vocabulary(shipped: PriceTable, tmp_path: Path) -> None:
    found = tokencost.count_texts(shipped, write(tmp_path / "t.txt", "Hello!"), "all", on="2026-11-20", tier="batch")
    assert len(found.sides) > 10
    assert {row.tier for row in found.rows} == {"batch"}


@pytest.mark.parametrize("model", ["gpt-4o", "o1", "gpt-5", "gpt-4.1", "o4-mini", "gpt-5.6-sol"])
def test_models_in_the_map_of_tiktoken_are_no_estimates(shipped: PriceTable, model: str) -> None:
    # https://github.com/openai/tiktoken/blob/main/tiktoken/model.py
    assert tokencost.count_tokens(shipped, "Hello!", model, on="2026-07-10") == (2, "o200k_base", False)


def test_models_that_it_does_not_have_are_marked(shipped: PriceTable) -> None:
    assert tokencost.count_tokens(shipped, "Hello!", "gpt-6.1-sol", on="2026-11-20") == (2, "o200k_base", True)
    assert tokencost.count_tokens(shipped, "Hello!", "gpt-4", on="2024-01-01") == (2, "cl100k_base", False)
    assert tokencost.count_tokens(shipped, "Hello!", "deepseek-chat", on="2024-12-25") == (2, "deepseek-v3", True)
    assert tokencost.count_tokens(shipped, "Hello!", "deepseek-chat", on="2024-12-26") == (2, "deepseek-v3", False)
    assert tokencost.count_tokens(shipped, "Hello!", "deepseek-v4-pro", on="2026-11-20") == (2, "deepseek-v3", False)
    assert tokencost.count_tokens(shipped, "Hello!", "deepseek-flash", on="2026-11-20") == (2, "deepseek-v3", True)
