"""Whatever stands in a log: every record read is priced, unpriced or rejected, or an error says what is wrong."""

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost import PriceTable, load_prices
from tokencost.errors import TokencostError
from tokencost.logs.usage import Usage, usage

ROOT = Path(__file__).parent.parent.parent
NUMBERS = st.integers(-3, 30) | st.sampled_from((2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**15, 10**40, -(2**63)))
TIMES = ("2025-03-01", "20250301", "2025-03-01T00:00:00+08:00", "9999-12-31", "infinity", "epoch", "290000-01-01")
TEXTS = st.sampled_from(
    (*TIMES, "gpt-4o", "o1", "batch", "", "1", "1.0", "1e3", "nan", "'", '"', "\0", "\x1b[2J", "\ud800")
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats() | TEXTS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
GOOD: tuple[dict[str, Any], ...] = (
    {"created": 1740830400, "model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 1}},
    {"response": {"created_at": 1740830400, "model": "o1", "usage": {"input_tokens": 10, "output_tokens": 1}}},
    {"start_time": 1740830400, "end_time": 1740834000, "num_model_requests": 2, "model": "o1", "input_tokens": 10,
     "output_tokens": 1, "batch": False},
    {"attributes": {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1, "gen_ai.request.model": "o1"}},
    {"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [{"key": "k", "value": {"intValue": "1"}}]}]}]}]},
    {"data": [{"results": [{"num_model_requests": 2, "input_tokens": 10, "output_tokens": 1}], "start_time": 1}]},
    {"custom_id": "c", "response": {"status_code": 200, "body": {"model": "o1", "usage": {"prompt_tokens": 1}}}},
)  # fmt: skip
HEADERS = (
    ("model", "time", "input_tokens", "output_tokens", "cached_input_tokens", "tier"),
    ("utc_date", "model", "type", "amount"),
    ("start_time_iso", "end_time_iso", "model", "type", "amount"),
)
FORMS = ("lines", "array", "pretty", "gzip")


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A record with other values in place of some of its own, wherever they stand."""

    def spoil(value: Any) -> Any:
        if draw(st.integers(0, 5)) == 0:
            return draw(VALUES)
        if isinstance(value, dict):
            return {key: spoil(below) for key, below in value.items()}
        return [spoil(below) for below in value] if isinstance(value, list) else value

    return spoil(draw(st.sampled_from(GOOD)))


def priced_or_said(adds_up: Callable[[Usage], bool], name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            result = usage(prices(), [str(path)], by=["model", "x", "month"], compare_to="spend")
        except TokencostError as error:
            assert name in str(error)
        else:
            assert adds_up(result)
            assert len(result.rejected) == min(result.rejected_count, 20)


@cache
def prices() -> PriceTable:
    """The shipped table; no fixture, which hypothesis would write out in full."""
    return load_prices(ROOT / "prices.toml")


ROUNDS = settings(max_examples=settings().max_examples // 10, deadline=None, suppress_health_check=list(HealthCheck))


@ROUNDS
@given(records=st.lists(spoilt(), min_size=1, max_size=6), form=st.sampled_from(FORMS))
def test_values_of_any_kind(adds_up: Callable[[Usage], bool], records: list[Any], form: str) -> None:
    lines = "\n".join(json.dumps(record) for record in records).encode()
    content = {
        "lines": lines,
        "gzip": gzip.compress(lines),
        "array": json.dumps(records).encode(),
        "pretty": "\n".join(json.dumps(record, indent=1) for record in records).encode(),
    }[form]
    priced_or_said(adds_up, "log.json" if form in ("array", "pretty") else "log.jsonl", content)


@ROUNDS
@given(
    header=st.sampled_from(HEADERS),
    rows=st.lists(st.lists(TEXTS | NUMBERS | st.text(max_size=4), max_size=7), max_size=6),
    tail=st.binary(max_size=9),
)
def test_cells_of_any_kind(
    adds_up: Callable[[Usage], bool],
    header: tuple[str, ...],
    rows: list[list[object]],
    tail: bytes,
) -> None:
    table = io.StringIO()
    csv.writer(table).writerows([header, *rows])
    priced_or_said(adds_up, "log.csv", table.getvalue().encode("utf-8", "replace") + tail)


@ROUNDS
@given(
    content=st.binary(max_size=60),
    magic=st.sampled_from(
        (b"", b"{", b"[", b"{\n", b"PAR1", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf[", b"a,b\n")
    ),
    name=st.sampled_from(("log.jsonl", "log.json", "log.csv", "log.tsv", "log.parquet", "log")),
)
def test_bytes_of_any_kind(adds_up: Callable[[Usage], bool], content: bytes, magic: bytes, name: str) -> None:
    priced_or_said(adds_up, name, magic + content)
