"""Embeddings in logs: requests without output, which have a total in place of it."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster

Record = dict[str, Any]
AT = "2026-11-03T12:00:00Z"


@pytest.fixture
def bill(shipped: PriceTable, tmp_path: Path) -> Callable[..., Usage]:
    def price(records: Sequence[Record], name: str = "log.jsonl", **options: Any) -> Usage:
        path = tmp_path / name
        text = "\n".join(map(json.dumps, records)) if name.endswith("l") else json.dumps(records)
        path.write_text(text, encoding="utf-8")
        return usage(shipped, [str(path)], **options)

    return price


EMBEDDING = {"object": "list", "model": "text-embedding-3-small", "usage": {"prompt_tokens": 8, "total_tokens": 8}}


@pytest.mark.parametrize("name", ["log.jsonl", "log.json"])
def test_an_embedding_is_priced_as_input_alone(bill: Callable[..., Usage], name: str) -> None:
    data = [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}]
    found = bill([EMBEDDING, {**EMBEDDING, "data": data}], name=name, on="2026-11-21")
    (row,) = found.rows
    assert (found.priced, row.tokens.input, row.tokens.output, row.cost.total) == (2, 16, 0, Decimal("0.00000032"))
    assert bill([EMBEDDING], name=name).unpriced[0].kind == "no_time"
    wrapped = {"time": "2026-11-21T12:00:00Z", "response": EMBEDDING}
    assert bill([wrapped], name=name).priced == 1


@pytest.mark.parametrize(
    ("model", "counts", "priced"),
    [
        ("gpt-4o", {"prompt_tokens": 8, "total_tokens": 8}, True),
        ("gpt-4o", {"prompt_tokens": 8, "total_tokens": 9}, False),
        ("gpt-4o", {"prompt_tokens": 8}, False),
        ("text-embedding-3-small", {"prompt_tokens": 8, "total_tokens": 9}, False),
        ("text-embedding-3-small", {"prompt_tokens": 8}, False),
        ("text-embedding-3-small", {"prompt_tokens": "8", "total_tokens": "8"}, False),
        ("text-embedding-3-small", {"prompt_tokens": 8, "total_tokens": 8, "completion_tokens": None}, True),
        ("text-embedding-3-small", {"prompt_tokens": 8, "total_tokens": 8, "completion_tokens": 0}, True),
        ("gpt-4o", {"prompt_tokens": 8, "total_tokens": 8, "completion_tokens": "x"}, False),
    ],
)
@pytest.mark.parametrize("name", ["log.jsonl", "log.json"])
def test_a_record_without_output_says_that_there_was_none(
    bill: Callable[..., Usage], model: str, counts: Record, name: str, *, priced: bool
) -> None:
    found = bill([{"model": model, "created": AT, "usage": counts}], name=name)
    assert (found.priced, found.rejected_count) == ((1, 0) if priced else (0, 1))


@pytest.mark.engine
def test_spark_prices_embeddings_alike(
    shipped: PriceTable, bill: Callable[..., Usage], tmp_path: Path, spark: Cluster
) -> None:
    several = [
        EMBEDDING,
        {**EMBEDDING, "usage": {"prompt_tokens": 8, "total_tokens": 9}},
        {**EMBEDDING, "model": "gpt-4o"},
    ]
    expected = bill(several, on="2026-11-21")
    found = usage(shipped, [str(tmp_path / "log.jsonl")], on="2026-11-21", engine="spark", cluster=spark)
    assert (found.rows, found.priced, found.rejected_count) == (expected.rows, 2, 1)
