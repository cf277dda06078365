"""Calls of tools: counted where a record says so, priced by their dated fee, and never part of a cost."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost import PriceTable, parse_prices
from tokencost.logs.billing.calls import Calls
from tokencost.logs.engines.duckdb_sums import query_of_calls
from tokencost.logs.passes import next_pass
from tokencost.logs.records.kinds import LOG_KINDS, named_kinds
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query, uncounted_calls
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster, ask
from tokencost.money import EXACT
from tokencost.pricetable.table import CALLS
from tokencost.pricing.fees import cost_of_calls, fee_at

Record = dict[str, Any]
NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
"""From then on DeepSeek bills calls."""
AT = NOVEMBER + timedelta(days=3)
TICK = timedelta(microseconds=1)
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
MESSAGE = {
    "type": "message",
    "content": [{"type": "output_text", "text": '{"type": "web_search_call"} "file_search_call"'}],
}
SESSIONS = "counted, not priced: billed per container session"
NO_FEE = "no fee is known at the time of these calls"


def response(model: str = "gpt-5", at: datetime = AT, **more: Any) -> Record:
    """https://platform.openai.com/docs/api-reference/responses/object"""
    usage_ = {"input_tokens": 1000, "output_tokens": 10}
    return {"object": "response", "completed_at": at.isoformat(), "model": model, "usage": usage_, **more}


def searched(*actions: str | None) -> list[Record]:
    """An output with a web search for each action; None is of the time before actions were recorded."""
    return [*(SEARCH if action is None else {**SEARCH, "action": {"type": action}} for action in actions), MESSAGE]


def chat(model: str = "deepseek-flash", at: datetime = AT, **more: Any) -> Record:
    """With the numbers that LiteLLM and DeepSeek put beside the tokens."""
    return {"created": at.isoformat(), "model": model, "usage": {"prompt_tokens": 10, "completion_tokens": 1, **more}}


def server(**requests: Any) -> Record:
    return {"server_tool_use": {f"{name}_requests": number for name, number in requests.items()}}


@pytest.fixture
def bill(shipped: PriceTable, tmp_path: Path) -> Callable[..., Usage]:
    def price(records: Sequence[Record], table: PriceTable = shipped, name: str = "log.jsonl", **options: Any) -> Usage:
        path = tmp_path / name
        text = "\n".join(map(json.dumps, records)) if name.endswith("l") else json.dumps(records)
        path.write_text(text, encoding="utf-8")
        return usage(table, [str(path)], **options)

    return price


def seen(result: Usage) -> list[tuple[str, str | None, int, Decimal | None]]:
    return [(row.call, row.model, row.calls, row.cost) for row in result.calls]


def test_calls_of_a_response_are_counted_and_priced_apart(bill: Callable[..., Usage]) -> None:
    record = response(
        output=[*searched("search", None), {"type": "file_search_call"}, {"type": "code_interpreter_call"}]
    )
    found, without = bill([record, record]), bill([response(), response()])
    assert found.rows == without.rows
    assert without.calls == ()
    assert found.calls == (
        Calls("openai", "code_interpreter", "gpt-5", 2, None, None, None, SESSIONS),
        Calls("openai", "file_search", "gpt-5", 2, Decimal("2.50"), "USD", Decimal("0.005"), None),
        Calls("openai", "web_search", "gpt-5", 4, Decimal(10), "USD", Decimal("0.04"), None),
    )
    assert found.complete


def test_only_searches_cost_a_call(bill: Callable[..., Usage]) -> None:
    record = response(output=searched("search", "open_page", "find_in_page", "search"))
    assert seen(bill([record])) == [("web_search", "gpt-5", 2, Decimal("0.02"))]


@pytest.mark.parametrize(
    ("tools", "model", "call", "cost"),
    [
        ([{"type": "web_search"}], "gpt-4o", "web_search", "0.01"),
        ([{"type": "web_search_2025_08_26"}], "gpt-4o", "web_search", "0.01"),
        ([], "gpt-4o", "web_search", "0.01"),
        (None, "gpt-4o", "web_search", "0.01"),
        ([{"type": "web_search_preview"}], "gpt-4o", "web_search_preview", "0.025"),
        ([{"type": "function"}, {"type": "web_search_preview_2025_03_11"}], "gpt-4.1", "web_search_preview", "0.025"),
        ([{"type": "web_search_preview"}], "o3", "web_search_preview", "0.01"),
        ([{"type": "function", "description": '"type": "web_search_preview"'}], "gpt-4o", "web_search", "0.01"),
    ],
)
@pytest.mark.parametrize("name", ["log.jsonl", "log.json"])
def test_the_tools_of_a_request_say_which_search_it_is(
    bill: Callable[..., Usage], tools: Any, model: str, call: str, cost: str, name: str
) -> None:
    record = response(model, tools=tools, output=searched("search"))
    assert seen(bill([record], name=name)) == [(call, model, 1, Decimal(cost))]


@pytest.mark.parametrize(
    "record",
    [
        response(output=searched("search")),
        {"response": response(output=searched("search"))},
        {"body": response(output=searched("search"))},
        {"custom_id": "1", "response": {"status_code": 200, "body": response(output=searched("search"))}},
        chat("gpt-5", **server(web_search=1)),
        chat("gpt-5", prompt_tokens_details={"web_search_requests": 1}),
        response(usage={"input_tokens": 1, "output_tokens": 1, **server(web_search=1)}),
        {
            "model": "gpt-5", "startTime": AT.isoformat(), "prompt_tokens": 1, "completion_tokens": 1,
            "metadata": {"usage_object": {"prompt_tokens_details": {"web_search_requests": 1}}},
        },
        {
            "model": "gpt-5", "startTime": AT.isoformat(), "prompt_tokens": 1, "completion_tokens": 1,
            "metadata": {"additional_usage_values": server(web_search=1)},
        },
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["log.jsonl", "log.json"])
def test_every_kind_that_says_so(bill: Callable[..., Usage], record: Record, name: str) -> None:
    assert seen(bill([record], name=name)) == [("web_search", "gpt-5", 1, Decimal("0.01"))]


def test_tables_with_columns_of_json_or_of_lists(shipped: PriceTable, tmp_path: Path) -> None:
    at = AT.isoformat()
    duckdb.execute(
        f"COPY (SELECT 'gpt-5' AS model, TIMESTAMPTZ '{at}' AS completed_at, {{'input_tokens': 1, 'output_tokens': 1}} "
        "AS usage, [{'type': 'web_search_call', 'action': {'type': 'search'}}, {'type': 'message', 'action': NULL}] "
        f"AS output) TO '{tmp_path}/typed.parquet' (FORMAT parquet)"
    )
    text = json.dumps(searched("search")).replace('"', '""')
    (tmp_path / "text.csv").write_text(
        f'model,completed_at,usage,output\ngpt-5,{at},"{{""input_tokens"": 1, ""output_tokens"": 1}}","{text}"\n'
        f'gpt-5,{at},"{{""input_tokens"": 1, ""output_tokens"": 1}}",no JSON\n',
        encoding="utf-8",
    )
    for name in ("typed.parquet", "text.csv"):
        assert seen(usage(shipped, [str(tmp_path / name)])) == [("web_search", "gpt-5", 1, Decimal("0.01"))]


def test_a_fee_holds_from_its_first_instant(bill: Callable[..., Usage]) -> None:
    numbers = server(web_search=2, web_fetch=3)
    found = bill([chat(at=NOVEMBER - TICK, **numbers), chat(at=NOVEMBER, **numbers), chat(at=AT, **numbers)])
    assert found.calls == (
        Calls("deepseek", "web_fetch", "deepseek-flash", 6, Decimal("0.75"), "USD", Decimal("0.0045"), None),
        Calls("deepseek", "web_fetch", "deepseek-flash", 3, None, None, None, NO_FEE),
        Calls("deepseek", "web_search", "deepseek-flash", 4, Decimal("0.75"), "USD", Decimal("0.003"), None),
        Calls("deepseek", "web_search", "deepseek-flash", 2, None, None, None, NO_FEE),
    )


YUAN = """
schema = 1
version = "2026.01.01"
[providers.acme]
[[providers.acme.fees]]
call = "web_search"
from = 2026-01-02T12:00:00Z
source = "s"
cny = { per_1000_calls = 5 }
[[providers.acme.fees]]
call = "web_search"
from = 2026-01-05
per_1000_calls = 0.5
source = "s"
[models.m]
provider = "acme"
[[models.m.prices]]
from = 2026-01-01
input = 1
output = 2
source = "s"
"""


@pytest.fixture
def yuan() -> PriceTable:
    return parse_prices(YUAN.encode())


def test_a_fee_in_yuan_is_never_converted(bill: Callable[..., Usage], yuan: PriceTable) -> None:
    records = [chat("m", datetime(2026, 1, day, 13, tzinfo=UTC), **server(web_search=day)) for day in (1, 2, 4, 5)]
    found = bill(records, yuan)
    assert found.calls == (
        Calls("acme", "web_search", "m", 6, Decimal(5), "CNY", Decimal("0.03"), None),
        Calls("acme", "web_search", "m", 5, Decimal("0.5"), "USD", Decimal("0.0025"), None),
        Calls("acme", "web_search", "m", 1, None, None, None, NO_FEE),
    )


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-01-01", NO_FEE),
        ("2026-01-02", "the fee changes within the time that a record gives"),
        ("2026-01-03", None),
    ],
)
def test_a_record_with_a_date_alone_has_the_fee_of_all_its_hours(
    bill: Callable[..., Usage], yuan: PriceTable, day: str, reason: str | None
) -> None:
    record = {**chat("m", **server(web_search=1)), "created": day}
    for found in (bill([record], yuan), bill([chat("m", **server(web_search=1))], yuan, on=day)):
        assert [row.reason for row in found.calls] == [reason]


def test_calls_of_requests_without_a_price_are_counted_too(bill: Callable[..., Usage]) -> None:
    untimed = {**chat(**server(web_search=2)), "created": None}
    found = bill([chat("nobody's", **server(web_search=3)), untimed])
    assert [(row.provider, row.model, row.calls, row.cost, row.reason) for row in found.calls] == [
        (None, "deepseek-flash", 2, None, "its requests are not priced"),
        (None, "nobody's", 3, None, "its requests are not priced"),
    ]
    assert [row.calls for row in bill([untimed], on="2026-11-21").calls] == [2]


@pytest.mark.parametrize("number", [-1, 1.5, "7", 10**15, [1], True])
@pytest.mark.parametrize("name", ["log.jsonl", "log.json"])
def test_a_number_of_calls_that_is_none_is_rejected(bill: Callable[..., Usage], number: Any, name: str) -> None:
    found = bill([chat(**server(web_search=number)), chat()], name=name)
    assert (found.priced, found.rejected_count, found.calls) == (1, 1, ())
    assert "usage.server_tool_use.web_search_requests" in found.rejected[0].reason
    assert "is not a whole number of calls, zero or more" in found.rejected[0].reason


@pytest.mark.parametrize("name", ["log.jsonl", "log.json"])
def test_odd_outputs_have_no_calls_and_keep_their_cost(bill: Callable[..., Usage], name: str) -> None:
    outputs: list[Any] = [
        "web_search_call",
        {"type": "web_search_call"},
        7,
        None,
        [],
        ["web_search_call"],
        [None],
        [[1]],
    ]
    found = bill([response(output=output, tools=output) for output in outputs], name=name)
    assert (found.priced, found.rejected_count, found.calls) == (len(outputs), 0, ())
    assert found.rows[0].tokens.input == 1000 * len(outputs)


@pytest.mark.parametrize("place", [0, 60])
def test_texts_in_place_of_lists_take_one_pass_where_the_first_lines_show_them(
    bill: Callable[..., Usage], monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    """A text far behind the first lines takes a further pass, and the calls are the same."""
    passes: list[Any] = []

    def noted(*given: Any) -> Any:
        passes.append(given)
        return next_pass(*given)

    monkeypatch.setattr("tokencost.logs.passes.next_pass", noted)
    records = [response(output=searched("search")) for _ in range(100)]
    records[place]["output"] = "an answer"
    assert seen(bill(records)) == [("web_search", "gpt-5", 99, Decimal("0.99"))]
    assert len(passes) == (1 if place else 0)


def test_fields_of_calls_can_be_groups(bill: Callable[..., Usage]) -> None:
    record = response(output=searched("search"), tools=[{"type": "web_search"}])
    for by in ("output", "tools", "usage", "model"):
        found = bill([record, response(output="x")], by=by)
        assert seen(found) == [("web_search", "gpt-5", 1, Decimal("0.01"))]
    assert bill([record], by="tools").rows[0].group == ('[{"type":"web_search"}]',)


def test_kinds_that_show_no_calls_are_asked_for_none(shipped: PriceTable) -> None:
    with_calls = {kind.name for kind in LOG_KINDS if kind.calls}
    assert with_calls == {
        *("batch", "batch-responses", "chat", "responses", "wrapped", "wrapped-responses", "wrapped-body"),
        *("wrapped-body-responses", "deepseek", "wrapped-deepseek", "litellm", "litellm-payload"),
        *("wrapped-response-body", "wrapped-response-body-responses"),
        *("anthropic", "anthropic-written", "anthropic-in-response", "anthropic-in-response-written"),
        *("anthropic-in-body", "anthropic-in-body-written"),
    }
    assert {count.call for kind in LOG_KINDS for count in kind.calls} == set(CALLS)
    assert query_of_calls(ask(shipped), []).calls == ()


def records() -> list[Record]:
    """Responses and chats with calls of every sort, and odd ones."""
    draw = random.Random(7)  # noqa: S311  # the same records each time
    found: list[Record] = []
    for place in range(200):
        at = NOVEMBER + timedelta(hours=draw.randrange(-3000, 400))
        model = draw.choice(("gpt-4o", "gpt-5", "deepseek-flash", "deepseek-v4-pro", "nobody's"))
        if place % 2:
            number = draw.choice((0, 1, 7, None, -1))
            found.append(chat(model, at, **server(web_search=number, web_fetch=draw.randrange(3))))
        else:
            actions = draw.choices((None, "search", "open_page"), k=draw.randrange(4))
            tools: Any = draw.choice((None, [], [{"type": "web_search_preview"}], [{"type": "web_search"}], "odd"))
            more = draw.choice(([], [{"type": "file_search_call"}], [{"type": "code_interpreter_call"}], ["x", 1, {}]))
            output: Any = draw.choice(("odd", [*searched(*actions), *more], [*searched(*actions), *more]))
            found.append(response(model, at, tools=tools, output=output))
    return found


def same_calls(one: Usage, other: Usage) -> bool:
    assert len(one.calls) > 10
    assert {row.call for row in one.calls} == set(CALLS)
    return (one.calls, one.rows, one.priced, one.rejected_count) == (
        *(other.calls, other.rows),
        *(other.priced, other.rejected_count),
    )


def test_lines_and_whole_records_have_the_same_calls(bill: Callable[..., Usage]) -> None:
    assert same_calls(bill(records()), bill(records(), name="log.json"))


KINDS = named_kinds(("responses", "chat"))


def test_duckdb_returns_the_calls_of_a_printed_query(
    shipped: PriceTable, bill: Callable[..., Usage], tmp_path: Path
) -> None:
    text = table_query(DIALECTS["duckdb"], "logs", KINDS, ask(shipped), rate_periods(shipped), json_column="record")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        connection.executemany("INSERT INTO logs VALUES (?)", [[json.dumps(record)] for record in records()])
        connection.execute(f"COPY ({text}) TO '{tmp_path}/sums.csv' (HEADER)")
    assert same_calls(usage(shipped, [f"{tmp_path}/sums.csv"]), bill(records()))


def test_sums_of_an_older_query_have_no_calls(shipped: PriceTable, tmp_path: Path) -> None:
    question = ask(shipped)
    text = table_query(DIALECTS["duckdb"], "logs", named_kinds(("table",)), question, rate_periods(shipped))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE logs AS SELECT 'gpt-4o' AS model, TIMESTAMPTZ '{AT.isoformat()}' AS time, "
                           "1 AS input_tokens, 1 AS output_tokens")  # fmt: skip
        connection.execute(f"COPY ({text}) TO '{tmp_path}/sums.csv' (HEADER)")
    assert "_calls" not in (tmp_path / "sums.csv").read_text(encoding="utf-8")
    found = usage(shipped, [f"{tmp_path}/sums.csv"])
    assert (found.priced, found.calls) == (1, ())


@pytest.mark.parametrize(
    ("number", "reason"), [("-1", "web_search_calls is -1"), ("", "empty"), ("x", "no whole number")]
)
def test_a_changed_number_of_calls_is_no_sum(shipped: PriceTable, tmp_path: Path, number: str, reason: str) -> None:
    text = table_query(DIALECTS["duckdb"], "logs", KINDS, ask(shipped), rate_periods(shipped), json_column="record")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        connection.execute("INSERT INTO logs VALUES (?)", [json.dumps(chat(**server(web_search=777)))])
        connection.execute(f"COPY ({text}) TO '{tmp_path}/sums.csv' (HEADER)")
    path = tmp_path / "sums.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("777", number), encoding="utf-8")
    found = usage(shipped, [str(path)])
    assert (found.priced, found.rejected_count) == (0, 1)
    assert reason in found.rejected[0].reason


@pytest.mark.engine
def test_spark_counts_alike(shipped: PriceTable, bill: Callable[..., Usage], tmp_path: Path, spark: Cluster) -> None:
    expected = bill(records())
    found = usage(shipped, [str(tmp_path / "log.jsonl")], engine="spark", cluster=spark)
    assert same_calls(found, expected)


@pytest.mark.engine
def test_spark_counts_in_tables_alike(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    test_tables_with_columns_of_json_or_of_lists(shipped, tmp_path)
    files = [str(tmp_path / name) for name in ("typed.parquet", "text.csv")]
    found = usage(shipped, files, engine="spark", cluster=spark)
    assert seen(found) == [("web_search", "gpt-5", 2, Decimal("0.02"))]


@pytest.mark.engine
def test_postgresql_counts_alike(
    shipped: PriceTable, bill: Callable[..., Usage], tmp_path: Path, psql: Callable[[str], str]
) -> None:
    rows = ", ".join("('" + json.dumps(record).replace("'", "''") + "')" for record in records())
    psql(f"CREATE TABLE logs (record jsonb); INSERT INTO logs VALUES {rows}")
    text = table_query(DIALECTS["postgres"], "logs", KINDS, ask(shipped), rate_periods(shipped), json_column="record")
    (tmp_path / "sums.csv").write_text(psql(text), encoding="utf-8")
    psql("DROP TABLE logs")
    assert same_calls(usage(shipped, [str(tmp_path / "sums.csv")]), bill(records()))


@pytest.mark.engine
def test_clickhouse_counts_alike(
    shipped: PriceTable, bill: Callable[..., Usage], tmp_path: Path, clickhouse: Callable[[str], str]
) -> None:
    def quote(record: Record) -> str:
        return "('" + json.dumps(record).replace("\\", "\\\\").replace("'", "\\'") + "')"

    clickhouse("CREATE TABLE logs (record String) ENGINE = Memory")
    clickhouse(f"INSERT INTO logs VALUES {', '.join(map(quote, records()))}")
    text = table_query(DIALECTS["clickhouse"], "logs", KINDS, ask(shipped), rate_periods(shipped), json_column="record")
    (tmp_path / "sums.csv").write_text(clickhouse(text), encoding="utf-8")
    clickhouse("DROP TABLE logs")
    assert same_calls(usage(shipped, [str(tmp_path / "sums.csv")]), bill(records()))


@pytest.mark.parametrize(
    ("dialect", "columns", "json_column", "missing"),
    [
        ("duckdb", None, None, ()),
        ("postgres", None, "record", ()),
        ("clickhouse", None, "record", ()),
        ("clickhouse", ("model", "usage", "output", "tools"), None, ()),
        ("clickhouse", ("model", "usage", "output"), None, ("web_search_preview",)),
        ("clickhouse", None, None, ("web_search_preview", "file_search", "code_interpreter")),
        ("trino", None, "record", ("web_search_preview", "file_search", "code_interpreter")),
    ],
)
def test_a_query_knows_which_calls_it_cannot_count(
    shipped: PriceTable, dialect: str, columns: Any, json_column: str | None, missing: tuple[str, ...]
) -> None:
    assert uncounted_calls(DIALECTS[dialect], KINDS, ask(shipped), columns, json_column) == missing


@st.composite
def logs(draw: st.DrawFn) -> list[Record]:
    """Requests of two models by three teams around the boundary of a fee, with calls or without."""
    moments = st.integers(-3 * 10**12, 10**12)
    numbers = st.one_of(st.none(), st.integers(0, 3), st.integers(0, 10**14))
    return [
        {
            **chat(
                draw(st.sampled_from(("deepseek-flash", "gpt-5", "nobody's"))),
                NOVEMBER + timedelta(microseconds=draw(moments)),
                **server(web_search=draw(numbers), web_fetch=draw(numbers)),
            ),
            "team": draw(st.sampled_from("abc")),
        }
        for _ in range(draw(st.integers(1, 12)))
    ]


@given(drawn=logs(), by=st.sampled_from((["model"], ["team"], ["day", "team"], ["provider"], ["team", "component"])))
@settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_calls_of_a_log_are_those_of_its_records_one_by_one(
    shipped: PriceTable, bill: Callable[..., Usage], drawn: list[Record], by: list[str]
) -> None:
    """Whatever the groups: no call is lost, and each has the fee that it has alone."""
    found = bill(drawn, by=by)
    numbers: Counter[tuple[str, str]] = Counter()
    costs = dict.fromkeys(CALLS, Decimal(0))
    for record in drawn:
        model, at = record["model"], datetime.fromisoformat(record["created"])
        for call in ("web_search", "web_fetch"):
            number = record["usage"]["server_tool_use"][f"{call}_requests"] or 0
            numbers[call, model] += number
            known = shipped.models.get(model)
            fee = fee_at(shipped.providers[known.provider], call, model, at) if known else None
            if fee is not None and fee.per_1000_calls is not None:
                costs[call] = EXACT.add(costs[call], cost_of_calls(fee.per_1000_calls, number))
    summed: Counter[tuple[str, str]] = Counter()
    for row in found.calls:
        summed[row.call, row.model or ""] += row.calls
        costs[row.call] = EXACT.subtract(costs[row.call], row.cost or Decimal(0))
    assert +summed == +numbers
    assert not any(costs.values())
