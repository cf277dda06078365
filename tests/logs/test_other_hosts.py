"""The table holds the prices of the providers themselves: what another host served is not priced as theirs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.cli import run
from tokencost.logs.records.kinds import named_kinds
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import usage
from tokencost.logs.usage_query import Cluster, ask, split_host, split_unread

AT = 1740830400
CHAT: dict[str, Any] = {
    "created": AT, "model": "deepseek-chat", "usage": {"prompt_tokens": 10, "completion_tokens": 1},
}  # fmt: skip
SPAN = {
    "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1, "gen_ai.response.model": "gpt-4o",
}  # fmt: skip
TABLE = {"model": "gpt-4o", "time": AT, "input_tokens": 10, "output_tokens": 1}
RESPONSE = {"created_at": AT, "model": "gpt-4o", "usage": {"input_tokens": 10, "output_tokens": 1}}
OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "OpenRouter": ({**CHAT, "provider": "DeepInfra"}, "DeepInfra"),
    "OpenRouter in a line": ({"response": {**CHAT, "provider": "Azure"}}, "Azure"),
    "Azure": ({**CHAT, "model": "gpt-4o", "prompt_filter_results": [{"prompt_index": 0}]}, "Azure"),
    "Azure's responses": ({**RESPONSE, "content_filters": [{"blocked": False}]}, "Azure"),
    "span": ({"end_time": AT, "attributes": {**SPAN, "gen_ai.provider.name": "azure.ai.openai"}}, "azure.ai.openai"),
    "older span": ({"end_time": AT, "attributes": {**SPAN, "gen_ai.system": "aws.bedrock"}}, "aws.bedrock"),
    "flat span": ({"timestamp": AT, **SPAN, "gen_ai.system": "az.ai.openai"}, "az.ai.openai"),
    "LiteLLM": (
        {
            "startTime": "2025-03-01", "endTime": "2025-03-01T12:00:00Z", "prompt_tokens": 10, "completion_tokens": 1,
            "model": "gpt-4o", "custom_llm_provider": "azure",
        },
        "azure",
    ),
    "table": ({**TABLE, "provider": "bedrock"}, "bedrock"),
    "a sign of ours in a name": ({**TABLE, "provider": "a|b"}, "a/b"),
}  # fmt: skip
OWN = (
    "openai",
    "OpenAI",
    "DeepSeek",
    "deepseek",
    "DEEPSEEK",
    "openai.chat",
    "text-completion-openai",
    "",
    None,
    {"x": 1},
)


def written(path: Path, *records: dict[str, Any], form: str = "lines") -> str:
    lines = "\n".join(map(json.dumps, records)) + "\n"
    path.write_text(lines if form == "lines" else json.dumps(records, indent=1), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("name", OTHERS)
def test_what_another_host_served_has_no_price(shipped: PriceTable, tmp_path: Path, name: str, form: str) -> None:
    record, host = OTHERS[name]
    path = written(tmp_path / "log.json", record, CHAT, form=form)
    result = usage(shipped, [path])
    assert (result.priced, result.complete) == (1, False)
    (left,) = result.unpriced
    assert (left.kind, left.reason.split(" (")[0], left.tokens.input) == ("other_host", f"served by {host}", 10)
    assert usage(shipped, [path], any_host=True).priced == 2


@pytest.mark.parametrize("host", OWN)
def test_the_providers_themselves_are_no_other_hosts(shipped: PriceTable, tmp_path: Path, host: Any) -> None:
    records = [{**CHAT, "provider": host}, {**TABLE, "provider": host}]
    for form in ("lines", "array"):
        assert usage(shipped, [written(tmp_path / "log.json", *records, form=form)]).priced == 2


@pytest.mark.parametrize("host", ["openai_like", "openai-compatible", "azure openai", "my openai", "not_deepseek"])
def test_what_only_sounds_like_a_provider_is_another(shipped: PriceTable, tmp_path: Path, host: str) -> None:
    path = written(tmp_path / "log.jsonl", {**CHAT, "provider": host})
    assert [item.kind for item in usage(shipped, [path]).unpriced] == ["other_host"]


def test_a_model_that_is_not_known_is_told_of_first(shipped: PriceTable, tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", {**CHAT, "model": "claude-x", "provider": "anthropic"})
    assert [item.kind for item in usage(shipped, [path]).unpriced] == ["unknown_model"]


def test_the_host_stays_with_a_tier_and_a_region_that_were_asked_for(shipped: PriceTable, tmp_path: Path) -> None:
    record = {**CHAT, "model": "gpt-5.4", "created": 1774000000, "provider": "Azure", "service_tier": "flex"}
    path = written(tmp_path / "log.jsonl", record)
    assert usage(shipped, [path], tier="batch").unpriced_rows == 1
    for asked, tier in ((None, "flex"), ("batch", "batch")):
        assert [row.group for row in usage(shipped, [path], by=["tier"], tier=asked, any_host=True).rows] == [(tier,)]


def test_the_answer_and_the_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "log.jsonl", CHAT, {**CHAT, "provider": "DeepInfra"})
    assert run(["usage", path]) == 1
    assert "1 served by another host (deepseek-chat)" in " ".join(capsys.readouterr().out.split())
    assert run(["usage", path, "--any-host"]) == 0


def test_a_printed_query_keeps_the_host(shipped: PriceTable, tmp_path: Path) -> None:
    import duckdb

    records = [CHAT, {**CHAT, "provider": "DeepInfra"}]
    sums = str(tmp_path / "sums.csv")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        connection.executemany("INSERT INTO logs VALUES (?)", [[json.dumps(record)] for record in records])
        text = table_query(
            DIALECTS["duckdb"], "logs", named_kinds(["chat"]), ask(shipped), rate_periods(shipped),
            json_column="record",
        )  # fmt: skip
        connection.sql(text).write_csv(sums)
    assert (usage(shipped, [sums]).priced, usage(shipped, [sums], any_host=True).priced) == (1, 2)
    assert usage(shipped, [sums], tier="standard").unpriced[0].reason.startswith("served by DeepInfra")


@pytest.mark.parametrize(
    ("tier", "host", "unread", "rest"),
    [
        ("standard", None, None, "standard"),
        ("served by A|batch", "A", None, "batch"),
        ("served by A|unread b|data-residency/batch", "A", "b", "data-residency/batch"),
        ("unread b|batch", None, "b", "batch"),
        ("served by A", None, None, "served by A"),
    ],
)
def test_what_stands_before_a_tier(tier: str, host: str | None, unread: str | None, rest: str) -> None:
    found, behind = split_host(tier)
    assert (found, *split_unread(behind)) == (host, unread, rest)


@pytest.mark.engine
def test_spark_tells_hosts_alike(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    own = [{**CHAT, "provider": host} for host in OWN]
    path = written(tmp_path / "log.jsonl", *(record for record, _ in OTHERS.values()), *own)
    there, here = usage(shipped, [path], engine="spark", cluster=spark), usage(shipped, [path])
    assert there.rows == here.rows
    assert {item[:3] for item in there.unpriced} == {item[:3] for item in here.unpriced}
    assert (there.priced, there.unpriced_rows) == (len(OWN), len(OTHERS))
