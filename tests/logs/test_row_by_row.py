"""The law of the engines: what they sum and the bill prices equals pricing each record alone, digit for digit."""

import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost import PriceTable, price
from tokencost.errors import InvalidRequest
from tokencost.logs.records.kind import LogKind
from tokencost.logs.records.kinds import LOG_KINDS as ALL_SHAPES
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster, ask

START = datetime(2026, 3, 1, tzinfo=UTC)
RATES = st.decimals(Decimal("0.0001"), Decimal(99), places=4)
HOURS = ('["09:00-12:00", "14:00-18:00"]', '["22:30-03:15"]', '["00:00-24:00"]')
WINDOW = 'window = "peak"\nzone = "{zone}"\nhours = {hours}\n'


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Two models with two prices each, some with windows, tiers, thresholds and an alias that moves."""
    moved = (START + timedelta(days=draw(st.integers(1, 9)), seconds=draw(st.integers(0, 86_399)))).isoformat()
    text = ""
    for place, model in enumerate(("m", "n")):
        alias = f'{{ name = "moving", {"until" if place == 0 else "from"} = {moved} }}'
        text += f'[models.{model}]\nprovider = "acme"\naliases = [{alias}]\n'
        change = START + timedelta(days=draw(st.integers(1, 9)), minutes=draw(st.integers(0, 1439)))
        for start in (START - timedelta(days=2), change):
            text += f'[[models.{model}.prices]]\nfrom = {start.isoformat()}\nsource = "s"\n'
            cached = draw(st.just(Decimal(0)) | RATES)
            text += f"input = {cached + draw(RATES)}\noutput = {draw(RATES)}\n"
            if draw(st.booleans()):
                text += f"cached_input = {cached}\n"
            if draw(st.booleans()):
                text += f"cache_write = {draw(RATES)}\n"
            for conditions in draw(st.lists(blocks(), max_size=3, unique_by=lambda block: block[0])):
                text += f"[[models.{model}.prices.when]]\n{conditions[1]}input = {cached + draw(RATES)}\n"
    return text


@st.composite
def blocks(draw: st.DrawFn) -> tuple[str, str]:
    """Conditions, and what tells them apart."""
    zone, hours = draw(st.sampled_from(("Asia/Shanghai", "Europe/London", "UTC"))), HOURS[draw(st.integers(0, 2))]
    parts = {
        "tier": f'tier = "{draw(st.sampled_from(("batch", "flex")))}"\n',
        "window": WINDOW.format(zone=zone, hours=hours),
        "above": f"input_tokens_above = {draw(st.sampled_from((100, 1000)))}\n",
    }
    chosen = draw(st.lists(st.sampled_from(sorted(parts)), min_size=1, max_size=3, unique=True))
    chosen.sort()
    key = " ".join(parts[name] if name != "window" else "window" for name in chosen)
    return ("window" if "window" in chosen else key), "".join(parts[name] for name in chosen)


Record = dict[str, Any]


@st.composite
def requests(draw: st.DrawFn) -> Record:
    total = draw(st.sampled_from((0, 1, 99, 100, 101, 999, 1000, 1001)) | st.integers(0, 10**9))
    cached = draw(st.integers(0, total))
    return {
        "model": draw(st.sampled_from(("m", "n", "moving", "acme/m", "unknown", "acme/moving"))),
        "at": START + timedelta(microseconds=draw(st.integers(-4 * 10**11, 12 * 10**11))),
        "input": total,
        "cached": cached,
        "write": draw(st.integers(0, total - cached)),
        "output": draw(st.integers(0, 10**9)),
        "tier": draw(st.sampled_from((None, "default", "auto", "batch", "Batch", "flex", "FLEX", "warp"))),
        "shape": draw(st.sampled_from(sorted(SHAPES))),
    }


def chat(r: Record) -> Record:
    details = {"cached_tokens": r["cached"], "cache_write_tokens": r["write"]}
    return {
        "created": r["at"].isoformat(), "model": r["model"], "service_tier": r["tier"],
        "usage": {"prompt_tokens": r["input"], "completion_tokens": r["output"], "prompt_tokens_details": details},
    }  # fmt: skip


def responses(r: Record) -> Record:
    details = {"cached_tokens": r["cached"], "cache_write_tokens": r["write"]}
    return {
        "created_at": 1, "completed_at": r["at"].timestamp(), "model": r["model"], "service_tier": r["tier"],
        "usage": {"input_tokens": r["input"], "output_tokens": r["output"], "input_tokens_details": details},
    }  # fmt: skip


def otel(r: Record) -> Record:
    return {
        "end_time": r["at"].isoformat(),
        "attributes": {
            "gen_ai.response.model": r["model"], "gen_ai.usage.input_tokens": r["input"],
            "gen_ai.usage.output_tokens": r["output"], "gen_ai.usage.cache_read.input_tokens": r["cached"],
            "gen_ai.usage.cache_creation.input_tokens": r["write"], "openai.response.service_tier": r["tier"],
        },
    }  # fmt: skip


def langchain(r: Record) -> Record:
    details = {"cache_read": r["cached"], "cache_creation": r["write"]}
    return {
        "timestamp": r["at"].isoformat(),
        "response_metadata": {"model_name": r["model"], "service_tier": r["tier"]},
        "usage_metadata": {"input_tokens": r["input"], "output_tokens": r["output"], "input_token_details": details},
    }


def langfuse(r: Record) -> Record:
    """Buckets that exclude each other."""
    reasoning = r["output"] // 3
    details = {
        "input": r["input"] - r["cached"] - r["write"], "input_cached_tokens": r["cached"],
        "input_cache_creation": r["write"], "output": r["output"] - reasoning, "output_reasoning_tokens": reasoning,
        "total": r["input"] + r["output"],
    }  # fmt: skip
    return {**langfuse_overlapping(r), "usageDetails": details}


def langfuse_overlapping(r: Record) -> Record:
    """Buckets that hold each other, as their total says."""
    details = {
        "input": r["input"], "prompt_details.cache_read": r["cached"], "prompt_details.cache_write": r["write"],
        "output": r["output"], "output_reasoning": r["output"] // 2, "total": r["input"] + r["output"],
    }  # fmt: skip
    return {
        "type": "GENERATION", "traceId": "t", "startTime": "2026-01-01", "endTime": r["at"].isoformat(),
        "model": r["model"], "modelParameters": {"service_tier": r["tier"]}, "usageDetails": details,
    }  # fmt: skip


def otel_in_javascript(r: Record) -> Record:
    """With a time of seconds and nanoseconds."""
    microseconds = (r["at"] - START.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
    span = {name: value for name, value in otel(r).items() if name != "end_time"}
    return {**span, "endTime": [microseconds // 10**6, microseconds % 10**6 * 1000]}


def plain(r: Record) -> Record:
    return {
        "model": r["model"], "time": r["at"].isoformat(), "input_tokens": r["input"],
        "cached_input_tokens": r["cached"], "cache_write_tokens": r["write"], "output_tokens": r["output"],
        "tier": r["tier"],
    }  # fmt: skip


SHAPES: dict[str, Callable[[Record], Record]] = {
    "chat": chat,
    "responses": responses,
    "wrapped": lambda r: {"response": chat(r)},
    "batch": lambda r: {"custom_id": "c", "response": {"status_code": 200, "body": chat(r)}},
    "otel": otel,
    "langchain": langchain,
    "langfuse": langfuse,
    "langfuse, overlapping": langfuse_overlapping,
    "otel in JavaScript": otel_in_javascript,
    "plain": plain,
}


def instant(r: Record) -> datetime:
    """Its time as it stands in the log, in UTC."""
    at: datetime = r["at"].astimezone(UTC)
    if r["shape"] != "responses":
        return at
    # Seconds with a fraction, as a binary number holds them.
    return START.fromtimestamp(0, UTC) + timedelta(microseconds=int(Decimal(repr(at.timestamp())) * 10**6))


def alone(table: PriceTable, r: Record) -> Decimal | None:
    """What the request costs by itself; None where it has no price."""
    tier = str({"default": "standard", "auto": "standard", None: "standard"}.get(r["tier"], r["tier"]))
    if r["shape"] == "batch":
        tier = "batch"
    try:
        return price(
            table, r["model"], on=instant(r), tier=tier, input_tokens=r["input"], output_tokens=r["output"],
            cached_input_tokens=r["cached"], cache_write_tokens=r["write"],
        ).total  # fmt: skip
    except InvalidRequest:
        return None


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
LOGS = st.lists(requests(), min_size=1, max_size=30)
BY = ["model", "tier", "window", "day"]


def lines(log: list[Record]) -> list[str]:
    return [json.dumps(SHAPES[r["shape"]](r)) for r in log]


def saved(folder: str, name: str, text: str) -> str:
    path = Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def priced_alike(table: PriceTable, log: list[Record], result: Usage) -> None:
    """The totals are those of pricing each request alone, digit for digit."""
    expected = [alone(table, r) for r in log]
    assert sum(row.cost.total for row in result.rows) == sum(cost for cost in expected if cost is not None)
    assert result.priced == result.requests == sum(cost is not None for cost in expected)
    days = [instant(r).date() for r, cost in zip(log, expected, strict=True) if cost is not None]
    assert (result.first, result.last) == (min(days, default=None), max(days, default=None))
    assert result.unpriced_rows == sum(cost is None for cost in expected)
    assert (result.rejected_count, result.read) == (0, len(log))


def query(dialect: str, table: PriceTable, shapes: Sequence[LogKind] = ALL_SHAPES) -> str:
    """The printed query over a table `logs` with records of all shapes as JSON."""
    question = ask(table, by=BY)
    return table_query(DIALECTS[dialect], "logs", shapes, question, rate_periods(table), json_column="record")


@settings(max_examples=settings().max_examples // 5, deadline=None, suppress_health_check=SLOW)
@given(text=tables(), log=st.lists(requests(), min_size=1, max_size=30))
def test_duckdb_equals_pricing_row_by_row(table_of: Callable[[str], PriceTable], text: str, log: list[Record]) -> None:
    table = table_of(text)
    with tempfile.TemporaryDirectory() as folder:
        path = saved(folder, "log.jsonl", "\n".join(lines(log)))
        result = usage(table, [path], by=BY)
        again = usage(table, [path], as_models=["m@2026-03-01T05:00:00Z"], by=["component"])
        fields = usage(table, [path], as_models=["n"], by=["no.such.field"])
    priced_alike(table, log, result)
    assert sum(row.cost.total for row in fields.rows) == sum(row.cost.total for row in result.rows)
    assert sum(row.cost.total for row in again.rows) == sum(row.cost.total for row in result.rows)


@settings(max_examples=settings().max_examples // 10, deadline=None, suppress_health_check=SLOW)
@given(text=tables(), log=LOGS)
def test_the_printed_query_equals_pricing_row_by_row(
    table_of: Callable[[str], PriceTable], text: str, log: list[Record]
) -> None:
    table = table_of(text)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        connection.executemany("INSERT INTO logs VALUES (?)", [[line] for line in lines(log)])
        sums = str(Path(folder) / "sums.csv")
        connection.sql(query("duckdb", table)).write_csv(sums)
        result = usage(table, [sums], by=BY, as_models=["n"])
    priced_alike(table, log, result)


@pytest.mark.engine
@settings(max_examples=settings().max_examples // 10, deadline=None, suppress_health_check=SLOW)
@given(text=tables(), log=LOGS)
def test_postgresql_equals_pricing_row_by_row(
    table_of: Callable[[str], PriceTable], psql: Callable[[str], str], text: str, log: list[Record]
) -> None:
    table = table_of(text)
    rows = ", ".join("('" + line.replace("'", "''") + "')" for line in lines(log))
    filled = f"DROP TABLE IF EXISTS logs; CREATE TABLE logs (record jsonb); INSERT INTO logs VALUES {rows};\n"
    with tempfile.TemporaryDirectory() as folder:
        sums = saved(folder, "sums.csv", psql("SET client_min_messages = error;" + filled + query("postgres", table)))
        result = usage(table, [sums], by=BY)
    priced_alike(table, log, result)


@pytest.mark.engine
@settings(max_examples=3, deadline=None, suppress_health_check=SLOW)
@given(text=tables(), log=LOGS)
def test_spark_equals_pricing_row_by_row(
    table_of: Callable[[str], PriceTable], spark: Cluster, text: str, log: list[Record]
) -> None:
    table = table_of(text)
    with tempfile.TemporaryDirectory() as folder:
        path = saved(folder, "log.jsonl", "\n".join(lines(log)))
        result = usage(table, [path], by=BY, engine="spark", cluster=spark)
        here = usage(table, [path], by=BY)
    priced_alike(table, log, result)
    assert result.rows == here.rows


def test_a_token_factor_moves_the_context_length(table_of: Callable[[str], PriceTable], tmp_path: Path) -> None:
    table = table_of(
        '[models.m]\nprovider = "acme"\n[[models.m.prices]]\nfrom = 2026-01-01\ninput = 1\noutput = 1\nsource = "s"\n'
        "[[models.m.prices.when]]\ninput_tokens_above = 1000\ninput = 2\n"
    )
    path = tmp_path / "log.jsonl"
    record = {"model": "m", "time": "2026-03-01T00:00:00Z", "output_tokens": 0}
    path.write_text("".join(json.dumps({**record, "input_tokens": n}) + "\n" for n in (800, 801)), encoding="utf-8")
    result = usage(table, [str(path)], as_models=["m"], token_factors={"m": Fraction(5, 4)})
    assert result.rows[0].cost.total == Decimal("0.001601")
    assert result.rows[0].elsewhere[0].cost == Decimal("0.001") + 2 * Decimal("0.00100125")
