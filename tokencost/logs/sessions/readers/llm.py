"""The logs of `llm`: a database with a row for each response, or what `llm logs --json` prints of it.

Its tables, in the versions since 2023 (`llm/migrations.py` in https://github.com/simonw/llm): first `logs` and then
`responses` without tokens; `responses` with `input_tokens`, `output_tokens` and `token_details`, later with
`resolved_model`; since 2026 `turns`, beside the older rows of `responses`, which keep their ids.

- Input includes what was read from a cache. `token_details` is the rest of the usage object, in whose place older
  versions wrote JSON without zeros: `prompt_tokens_details` of Chat Completions, `input_tokens_details` of Responses
  (`set_usage` and `_set_usage_responses` in `llm/default_plugins/openai_models.py`).
- `resolved_model` is what a plugin was answered for the name that was asked for. A name with a slash is that of a
  plugin for another host, such as `openrouter/deepseek/deepseek-chat`.
- The tier stands in `response_json`, the body as it was answered.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tokencost.logs.files.discover import Log
from tokencost.logs.sessions.call import Call, Unreadable, read_object, read_text, read_time
from tokencost.logs.sessions.counts import read_openai
from tokencost.logs.sessions.lines import read_records
from tokencost.logs.sessions.reading import SessionLine

if TYPE_CHECKING:
    import sqlite3

    from tokencost.logs.sessions.databases import Schema

TABLES = ("turns", "responses", "logs")
MARKS = frozenset(("model", "datetime_utc"))
COLUMNS = (
    "id",
    "model",
    "resolved_model",
    "datetime_utc",
    "input_tokens",
    "output_tokens",
    "token_details",
    "conversation_id",
    "thread_id",
    "duration_ms",
)
_OWN = ("openai", "deepseek")
_LONGEST = 86_400_000
"""Milliseconds of a day: what took longer was no answer."""


def holds_tables(schema: "Schema") -> bool:
    """Whether a database is one of `llm`."""
    return any(schema.get(name, frozenset()) >= MARKS for name in TABLES)


def holds_session(record: Mapping[str, Any]) -> bool:
    """Whether a record is one of `llm logs --json`."""
    return record.keys() >= {"model", "datetime_utc", "response", "prompt"}


def find_calls(logs: Sequence[Log]) -> Iterator[SessionLine]:
    """The calls that `llm logs --json` printed."""

    def take(shown: str, number: int, row: Mapping[str, Any]) -> Iterator[SessionLine]:
        yield SessionLine(shown, number, None, _read(row, _tier(row.get("response_json"))))

    return read_records(logs, take)


def find_rows(connection: "sqlite3.Connection", schema: "Schema", shown: str) -> Iterator[SessionLine]:
    """The calls in a database."""
    from tokencost.logs.sessions.databases import read_rows

    # In it a body is taken apart where it lies: of long ones nothing but the tier comes out.
    connection.create_function("tokencost_tier", 1, _tier, deterministic=True)
    for table in TABLES:
        known = schema.get(table, frozenset())
        if not known >= MARKS:
            continue
        names = [name if name in known else f"NULL AS {name}" for name in COLUMNS]
        body = "response_json" if "response_json" in known else "NULL"
        for number, *values, tier in read_rows(connection, table, [*names, f"tokencost_tier(CAST({body} AS BLOB))"]):
            row = dict(zip(COLUMNS, values, strict=True))
            try:
                yield SessionLine(f"{shown} ({table})", number, None, _read(row, tier))
            except Unreadable as error:
                yield SessionLine(f"{shown} ({table})", number, str(error))


def _read(row: Mapping[str, Any], tier: str | None) -> Call:
    if row.get("input_tokens") is None or row.get("output_tokens") is None:
        raise Unreadable("it has no tokens: older versions of llm, and some of its plugins, do not record them all")
    counts = read_openai(_as_usage(row))
    asked = read_text(row.get("model"))
    host, slash, name = (asked or "").partition("/")
    served = host if slash and host not in _OWN else None
    return Call(
        model=read_text(row.get("resolved_model")) or (name if served else asked),
        time=_completion(row),
        tier=tier,
        input=counts.input,
        cached=counts.cached,
        write=counts.write,
        output=counts.output,
        session=read_text(row.get("conversation_id")) or read_text(row.get("thread_id")),
        project=None,
        host=served,
        message=read_text(row.get("id")),
        unread=counts.unread,
    )


def _completion(row: Mapping[str, Any]) -> int | None:
    """When the answer was complete: `datetime_utc` is when it was asked for (`log_to_db` in `llm/models.py`)."""
    asked, took = read_time(row.get("datetime_utc")), row.get("duration_ms")
    if asked is None or not isinstance(took, int) or isinstance(took, bool) or not 0 <= took < _LONGEST:
        return asked
    return asked + took * 1000


def _as_usage(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The usage object as it was before `llm` took the sums out of it."""
    details = row.get("token_details")
    if isinstance(details, str):
        try:
            details = json.loads(details)
        except (ValueError, RecursionError):
            raise Unreadable("its token_details are not JSON: cached tokens may be missing") from None
    rest = read_object(details)
    if "prompt_tokens_details" in rest or "prompt_cache_hit_tokens" in rest:
        return {**rest, "prompt_tokens": row["input_tokens"], "completion_tokens": row["output_tokens"]}
    return {**rest, "input_tokens": row["input_tokens"], "output_tokens": row["output_tokens"]}


def _tier(body: object) -> str | None:
    """The tier of a body, which is JSON as text, or an object."""
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return None
    return read_text(read_object(body).get("service_tier"))
