"""Spans that sum up those that lie in them and do not say what they do: their tokens count where they were used."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost import PriceTable
from tokencost.cli import run
from tokencost.errors import InvalidRequest
from tokencost.logs.engines.span_trees import MOST_LEVELS
from tokencost.logs.usage import Usage, usage

AT = 1740830400
TRACE = "5b8efff798038103d269b633813fc60c"
Record = Mapping[str, Any]


def span(
    number: int, above: int | None = None, tokens: int = 10, operation: str | None = None, trace: str = TRACE
) -> dict[str, Any]:
    """A span in another; with no tokens, one that tells of none."""
    attributes: dict[str, Any] = {"service.name": "app"}
    if tokens:
        attributes |= {
            "gen_ai.usage.input_tokens": tokens,
            "gen_ai.usage.output_tokens": 1,
            "gen_ai.response.model": "gpt-4o",
        }
    if operation:
        attributes["gen_ai.operation.name"] = operation
    record = {"traceId": trace, "spanId": f"{number:016x}", "attributes": attributes, "end_time": AT}
    return record if above is None else {**record, "parentSpanId": f"{above:016x}"}


TREE = [
    span(1, tokens=30),
    span(2, 1, tokens=0),
    span(3, 2, tokens=10),
    span(4, 2, tokens=20, operation="chat"),
    span(5, tokens=7),
    span(6, 5, tokens=0),
]
"""A sum of two calls that lie below a tool, and a call in which only a request of the network lies."""


def write(path: Path, records: Sequence[Record]) -> str:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return str(path)


def counted(result: Usage) -> tuple[int, int, int]:
    """Priced records and their input, and those that are no call."""
    assert result.read == result.priced + result.no_call_count + result.repeats
    return result.priced, sum(row.tokens.input for row in result.rows), result.no_call_count


def snake(record: Record) -> dict[str, Any]:
    names = {"traceId": "trace_id", "spanId": "span_id", "parentSpanId": "parent_span_id"}
    return {names.get(key, key): value for key, value in record.items()}


def console(record: Record) -> dict[str, Any]:
    """As the console of the Python SDK writes a span."""
    parent = f"0x{record['parentSpanId']}" if "parentSpanId" in record else None
    context = {"trace_id": f"0x{record['traceId']}", "span_id": f"0x{record['spanId']}", "trace_state": "[]"}
    return {
        "name": "x", "context": context, "parent_id": parent, "end_time": record["end_time"],
        "attributes": record["attributes"],
    }  # fmt: skip


def otlp(record: Record) -> dict[str, Any]:
    listed = [
        {"key": key, "value": {"stringValue" if isinstance(value, str) else "intValue": str(value)}}
        for key, value in record["attributes"].items()
    ]
    return {**record, "attributes": listed, "parentSpanId": record.get("parentSpanId", "")}


@pytest.mark.parametrize("form", [dict, snake, console, otlp], ids=["plain", "snake", "console", "otlp"])
def test_a_span_with_spans_that_count_in_it_is_no_call(shipped: PriceTable, tmp_path: Path, form: Any) -> None:
    records = [form(each) for each in TREE]
    if form is otlp:
        records = [{"resourceSpans": [{"scopeSpans": [{"spans": records}]}]}]
    log = write(tmp_path / "log.jsonl", records)
    assert counted(usage(shipped, [log])) == (3, 37, 3)
    assert counted(usage(shipped, [log], since="2025-01-01", by=["day"])) == (3, 37, 3)
    array = tmp_path / "log.json"
    array.write_text(json.dumps(records, indent=1), encoding="utf-8")
    assert counted(usage(shipped, [str(array)])) == (3, 37, 3)


def test_spans_of_one_trace_may_be_in_several_files(shipped: PriceTable, tmp_path: Path) -> None:
    for place, record in enumerate(TREE):
        write(tmp_path / f"{place}.jsonl", [record])
    assert counted(usage(shipped, [str(tmp_path)])) == (3, 37, 3)


def test_columns_of_a_table_tell_of_spans_too(shipped: PriceTable, tmp_path: Path) -> None:
    names = ["trace_id", "span_id", "parent_span_id", "gen_ai.response.model", "gen_ai.usage.input_tokens",
             "gen_ai.usage.output_tokens", "end_time"]  # fmt: skip
    with (tmp_path / "log.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for record in map(snake, TREE[:1] + TREE[2:3]):
            flat = {**record, **record["attributes"], "parent_span_id": f"{1:016x}" if record is not TREE[0] else ""}
            writer.writerow([flat.get(name, "") for name in names])
    assert counted(usage(shipped, [str(tmp_path / "log.csv")])) == (1, 10, 1)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        # What says that it is a call is one, whatever lies in it.
        ([span(1, tokens=30, operation="chat"), span(2, 1), span(3)], (3, 50, 0)),
        # The same number in another trace is another span.
        ([span(1, tokens=30), span(2, 1, trace=TRACE[::-1])], (2, 40, 0)),
        # The span above is not there, or is itself.
        ([span(1, 9), span(2, 2)], (2, 20, 0)),
        # A circle: all would lie in each other, and nothing would be counted.
        ([span(1, 2), span(2, 1)], (2, 20, 0)),
        ([span(1, 2, tokens=30), span(2, 1, tokens=30), span(3, 2)], (1, 10, 2)),
        # What lies in it was not billed, or cannot be read: then its own tokens are all that is known.
        ([span(1, tokens=30), span(2, 1, operation="invoke_agent")], (1, 30, 1)),
        ([span(1, tokens=30), span(2, 1, tokens=30), span(3, 2, tokens=30)], (1, 30, 2)),
    ],
)
def test_a_span_is_left_out_only_where_its_tokens_are_counted(
    shipped: PriceTable, tmp_path: Path, records: Sequence[Record], expected: tuple[int, int, int]
) -> None:
    assert counted(usage(shipped, [write(tmp_path / "log.jsonl", records)])) == expected


def test_a_span_whose_inner_span_cannot_be_read_counts(shipped: PriceTable, tmp_path: Path) -> None:
    result = usage(shipped, [write(tmp_path / "log.jsonl", [span(1, tokens=30), span(2, 1, tokens=-5)])])
    assert (result.priced, result.rejected_count, result.no_call_count) == (1, 1, 0)


def test_spans_are_found_however_deep_they_lie(shipped: PriceTable, tmp_path: Path) -> None:
    deep = 20
    chain = [span(number, number - 1, tokens=5 if number in (1, deep) else 0) for number in range(1, deep + 1)]
    assert deep < MOST_LEVELS
    assert counted(usage(shipped, [write(tmp_path / "log.jsonl", chain)])) == (1, 5, deep - 1)


@st.composite
def forests(draw: st.DrawFn) -> list[tuple[int | None, bool, str | None]]:
    """Spans, each in one before it or in none: whether it tells of tokens, and its operation."""
    size = draw(st.integers(1, 12))
    found = []
    for place in range(size):
        above = draw(st.one_of(st.none(), st.integers(0, place - 1))) if place else None
        found.append((above, draw(st.booleans()), draw(st.sampled_from([None, None, "chat", "execute_tool"]))))
    return found


@settings(
    max_examples=settings().max_examples // 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(forest=forests(), order=st.randoms(use_true_random=False), files=st.integers(1, 2))
def test_trees_of_spans_cost_what_their_calls_cost(
    shipped: PriceTable, tmp_path: Path, forest: list[tuple[int | None, bool, str | None]], order: Any, files: int
) -> None:
    counts = [tells and operation != "execute_tool" for _, tells, operation in forest]
    with_calls: set[int] = set()
    for place in (place for place, each in enumerate(counts) if each):
        # The spans above one that counts.
        above = forest[place][0]
        while above is not None:
            with_calls.add(above)
            above = forest[above][0]
    calls = [
        place
        for place, (_, _, operation) in enumerate(forest)
        if counts[place] and not (operation is None and place in with_calls)
    ]
    records = [
        span(place, above, 100 + place if tells else 0, operation)
        for place, (above, tells, operation) in enumerate(forest)
    ]
    order.shuffle(records)
    paths = [write(tmp_path / f"{place}.jsonl", records[place::files]) for place in range(files)]
    result = usage(shipped, paths)
    assert counted(result) == (len(calls), sum(100 + place for place in calls), len(forest) - len(calls))


def test_what_cannot_follow_spans_says_so(
    shipped: PriceTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidRequest, match="the embedded engine alone can tell"):
        usage(shipped, [write(tmp_path / "log.jsonl", TREE)], engine="spark")
    assert run(["usage", "--print-sql", "duckdb", "--table", "logs", "--shape", "otel", "--json-column", "r"]) == 0
    assert "-- A span without gen_ai.operation.name counts, also where it sums up others" in capsys.readouterr().out
