"""Tables of other people with anything in them: read, or refused with a reason, always quickly."""

import copy
import json
import shlex
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost import InvalidData, PriceTable
from tokencost.analysis.audit.compare import audit
from tokencost.analysis.audit.propose import propose_commands
from tokencost.analysis.audit.readers import read_table
from tokencost.documents.table.audit import audit_document
from tokencost.render import render

DAY = date(2026, 11, 20)
MODELS = """
[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-03-01
input = 1
cached_input = 0.1
output = 2
source = "https://acme.example"
checked = 2026-10-01
[[models.one.prices.when]]
tier = "batch"
input = 0.5
output = 1

[models.night]
provider = "acme"
[[models.night.prices]]
from = 2026-01-01
input = 1
output = 2
source = "https://acme.example"
[[models.night.prices.when]]
window = "peak"
zone = "Asia/Shanghai"
hours = ["09:00-12:00"]
input = 3
output = 6
"""
SAMPLES: dict[str, Any] = {
    "litellm": {
        "acme/one": {
            "litellm_provider": "acme", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": "2e-6",
            "output_cost_per_token_batches": 1e-06, "output_cost_per_token_above_272k_tokens": 3e-06,
        },
        "night": {
            "litellm_provider": "acme", "input_cost_per_token": 3e-06,
            "off_peak_pricing": {"input_cost_per_token": 2e-06, "windows": [{"hours_utc": ["16:00-24:00"]}]},
        },
    },
    "genai-prices": [
        {
            "id": "acme",
            "models": [
                {
                    "id": "one-latest", "prices_checked": "2026-11-01",
                    "match": {"or": [{"equals": "one"}, {"starts_with": "one-"}]},
                    "prices": [
                        {"prices": {"input_mtok": 9}},
                        {
                            "constraint": {"start_date": "2026-03-01"},
                            "prices": {"input_mtok": {"base": 1, "tiers": [{"start": 272000, "price": 2}]}},
                        },
                    ],
                    "price_variants": [
                        {
                            "when": {"processing": "batch"}, "constraint": {"start_date": "2026-01-01"},
                            "prices": {"output_mtok": 3},
                        },
                    ],
                },
                {
                    "id": "night",
                    "prices": [
                        {"prices": {"output_mtok": 2}},
                        {
                            "constraint": {"start_time": "01:00:00Z", "end_time": "04:00:00Z"},
                            "prices": {"output_mtok": 7},
                        },
                    ],
                },
                {"id": "new", "prices": {"input_mtok": 1, "output_mtok": 2}},
            ],
        }
    ],
    "llm-prices": {
        "updated_at": "2026-11-10",
        "prices": [
            {"id": "one", "vendor": "acme", "name": "One", "input": 1, "output": 3.0, "input_cached": None},
            {"id": "one", "vendor": "acme", "input": 9, "from_date": "2025-01-01", "to_date": "2026-03-01"},
            {"id": "new", "vendor": "acme", "input": 3, "output": 5},
        ],
    },
    "models.dev": {
        "acme": {
            "id": "acme",
            "models": {
                "one": {
                    "id": "one", "last_updated": "2026-09-01",
                    "cost": {"input": 1, "output": 3, "cache_read": 0.1, "context_over_272k": {"input": 2}},
                },
            },
        }
    },
    "openrouter": {
        "data": [
            {"id": "acme/one", "pricing": {"prompt": "0.000001", "completion": "0.000003", "request": "0"}},
            {"id": "acme/new", "pricing": {"prompt": "0.000001", "completion": "0.000003"}},
            {"id": "acme/auto", "pricing": {"prompt": "-1"}},
        ]
    },
}  # fmt: skip
NESTED: Any = 0
for _ in range(200):
    NESTED = [NESTED]
ODD = st.sampled_from(
    [
        None, True, False, 0, -1, 1, 10**400, -(10**400), 0.5, 1e300, 1e-300, "", "x", "1", "-1", "inf", "nan", "1e-6",
        "1e-999999999", "9" * 5000, "0x10", "１", "1_0", " 1", "2026-02-30", "2026-11", "2026-W01-1", "99:99", "24:00",
        "01:00:00+99", "-x", "--new", "a\nb", "\x1b[31m", "\u202eb", "\ud800", "@", "/", "a/b", "one@2026-01-01",
        "acme", "one", [], {}, [None], [[]], {"": None}, {"or": [{}]}, {"base": {}}, ["one"], {"a": "b"}, NESTED,
        "input_cost_per_token_above_99999999999999k_tokens", "context_over_٣k", "batch,input=0", "k" * 10_000,
    ]
)  # fmt: skip
TOKENS = st.sampled_from(
    [
        "1e-999999999", "1e999999999", "-0", "1" * 5000, "NaN", "-Infinity", "null", "true", "[", "]", "{", "}", ",",
        ":", '"', "\\u0000", "\\ud800", "\\", "\x00", "\ufeff", "[" * 5000, '{"a":' * 5000, "1e", "0.", "é", "\n",
    ]
)  # fmt: skip


@pytest.fixture(scope="module")
def table(table_of: Callable[[str], PriceTable]) -> PriceTable:
    return table_of(MODELS)


PATIENT = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
MOST_SECONDS = 2
"""Of the processor's time, however busy the machine is."""


def read(table: PriceTable, content: bytes) -> None:
    """All that `prices audit` does."""
    begun = time.process_time()
    read_or_refused(table, content)
    assert time.process_time() - begun < MOST_SECONDS


def read_or_refused(table: PriceTable, content: bytes) -> None:
    try:
        result = audit(table, read_table(content, "other.json", DAY), DAY)
    except InvalidData as error:
        assert all(problem.message for problem in error.problems)
        assert len(str(error)) < 10_000
        return
    for name in ("table", "json", "csv"):
        render(audit_document(table, result, DAY), name).encode()
    for words in propose_commands(table, result, DAY).commands:
        assert len(shlex.join(words)) < 100_000


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The keys and numbers that lead to each value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from places(each, (*path, key))


def changed(sample: Any, path: tuple[Any, ...], odd: Any, whole: str) -> Any:
    """The sample with one value, or its name, replaced, or with the value taken out."""
    if not path:
        return odd
    result = copy.deepcopy(sample)
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    if whole == "name" and isinstance(holder, dict):
        holder[str(odd)] = holder.pop(path[-1])
    elif whole == "removed":
        holder.pop(path[-1])
    else:
        holder[path[-1]] = odd
    return result


@pytest.mark.parametrize("shape", SAMPLES)
@settings(max_examples=settings().max_examples * 3 // 2, deadline=None, suppress_health_check=PATIENT)
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(table: PriceTable, shape: str, data: st.DataObject) -> None:
    sample = SAMPLES[shape]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([(), *places(sample)]))
        sample = changed(sample, path, data.draw(ODD), data.draw(st.sampled_from(["value", "name", "removed"])))
    read(table, json.dumps(sample).encode())


@pytest.mark.parametrize("shape", SAMPLES)
@settings(max_examples=settings().max_examples, deadline=None, suppress_health_check=PATIENT)
@given(start=st.integers(0, 2000), length=st.integers(0, 12), token=TOKENS)
def test_any_text_in_any_place_is_read_or_refused(
    table: PriceTable, shape: str, start: int, length: int, token: str
) -> None:
    text = json.dumps(SAMPLES[shape])
    start %= len(text)
    read(table, (text[:start] + token + text[start + length :]).encode())


@pytest.mark.parametrize("shape", SAMPLES)
def test_the_samples_themselves_are_read(table: PriceTable, shape: str) -> None:
    other = read_table(json.dumps(SAMPLES[shape]).encode(), "other.json", DAY)
    assert other.format.lower() == shape
    assert audit(table, other, DAY).of("differs")
