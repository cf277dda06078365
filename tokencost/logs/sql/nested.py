"""Records that hold several: an OTLP export of spans, and a page of Usage API buckets.

A record that says itself what was used is one record, whatever lists it holds beside that: none is looked into. One
whose lists are empty is a record too, so that none is lost.
"""

from collections.abc import Callable, Sequence

from tokencost.logs.records.kind import LogKind, Path
from tokencost.logs.records.kinds.no_calls import NO_CALLS
from tokencost.logs.sql.fields import JsonRecord

FILE = "tokencost_file"
"""The column with the path of the file of a record: named so that no field of a log is likely to be."""
PAGES = {"data": "", "observations": "$.observations[0].id", "runs": "$.runs[0].id"}
"""Fields whose elements are records: pages of answers, a trace of Langfuse, a page of LangSmith's runs.

Elsewhere they may be the names of records alone, so that the first element is asked for what all records have.

https://api.reference.langfuse.com/#tag/trace/GET/api/public/traces/{traceId}, https://api.smith.langchain.com/redoc
"""
HOLDERS = ("steps", "child_runs")
"""Fields of records that seem to be one call themselves, or none: results of the AI SDK, and runs as LangSmith's
`read_run` gives them with those that lie in them."""
CONTAINERS: tuple[Path, ...] = (
    *(("resourceSpans",), ("scopeSpans",), ("spans",), ("results",)),
    *((name,) for name in (*HOLDERS, *PAGES)),
)
"""Fields that hold lists of records.

OTLP as JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding; the page of buckets:
https://platform.openai.com/docs/api-reference/usage/completions
"""
STEPS_USAGE = ("inputTokens", "promptTokens")
"""What each step of a result of the AI SDK has in its usage, in version 5 and before.

A result as an object of its class has its steps and their sum, and neither model nor time but in the steps:
https://github.com/vercel/ai/blob/main/packages/ai/src/generate-text/generate-text.ts
"""
USAGE_KEY = '"gen_ai.usage.'
"""What the JSON of a span has in it that tells of tokens."""
_SPAN_LISTS = (
    ("resourceSpans", "$.resourceSpans[*].scopeSpans[*].spans[*]"),
    ("scopeSpans", "$.scopeSpans[*].spans[*]"),
    ("spans", "$.spans[*]"),
)


def holds_usage_sql(kinds: Sequence[LogKind], present: Callable[[Path], str]) -> str:
    """Whether a record is a call of one of these kinds; `present` writes whether a field is there."""
    marks = dict.fromkeys(kind.marks for kind in kinds if kind not in NO_CALLS)
    return " OR ".join(f"({' AND '.join(map(present, each))})" for each in marks)


def expand_sql(reader: str, kinds: Sequence[LogKind]) -> str:
    """A relation with one record for each that `reader` (record, FILE) holds."""
    attributes = "CAST(json_extract(record, '$.attributes[*]') AS VARCHAR)"
    alone = (
        f"(coalesce(contains({attributes}, '{USAGE_KEY}'), false) OR {holds_usage_sql(kinds, JsonRecord().present)})"
    )
    spans = " ".join(
        f"WHEN {_is_filled(name)} AND len(json_extract(record, '{path}')) > 0 THEN json_extract(record, '{path}')"
        for name, path in _SPAN_LISTS
    )
    # Whether a record holds usage is asked only where it has such a list: few have, and it costs more.
    # All of them at once: each function holds its own copy of a record while it looks into it.
    paths = ", ".join(f"'$.{name}'" for (name,) in CONTAINERS)
    lists = f"coalesce(list_max(json_array_length(record, [{paths}])) > 0, false)"
    steps = " OR ".join(
        f"len(json_extract(record, '$.steps[*].usage.{name}')) = json_array_length(record, '$.steps')"
        for name in STEPS_USAGE
    )
    own = " AND ".join(f"json_extract(record, '$.{name}') IS NULL" for name in ("usage", "response"))
    of_pages = " ".join(
        f"WHEN {_is_filled(name)}{_first_has(at)} THEN json_extract(record, '$.{name}[*]')"
        for name, at in PAGES.items()
    )
    pages = (
        f"SELECT {FILE}, unnest(CASE WHEN record IS NULL OR NOT ({lists}) THEN [record] "
        f"WHEN {_is_filled('steps')} AND {own} AND ({steps}) THEN json_extract(record, '$.steps[*]') "
        f"WHEN {_is_filled('child_runs')} THEN list_prepend(record, json_extract(record, '$..child_runs[*]')) "
        f"WHEN {alone} THEN [record] {spans} {of_pages} ELSE [record] END) AS record FROM {reader} AS r"
    )
    times = ", ".join(
        f"'{name}', coalesce(json_extract(record, '$.{name}'), json_extract(x, '$.{name}'))"
        for name in ("start_time", "end_time")
    )
    buckets = (
        f"SELECT {FILE}, unnest(CASE WHEN {_is_filled('results')} AND NOT {alone} THEN "
        f"list_transform(json_extract(record, '$.results[*]'), lambda x: json_merge_patch(x, json_object({times}))) "
        f"ELSE [record] END) AS record FROM ({pages}) AS r"
    )
    return (
        f"SELECT {FILE}, CASE WHEN json_type(record, '$.attributes') = 'ARRAY' THEN "
        f"json_merge_patch(record, json_object('attributes', {_ATTRIBUTES})) ELSE record END AS record "
        f"FROM ({buckets})"
    )


def _first_has(place: str) -> str:
    return f" AND json_extract(record, '{place}') IS NOT NULL" if place else ""


def _is_filled(name: str) -> str:
    """Whether a field is a list with something in it; of what is no list the length is 0."""
    return f"coalesce(json_array_length(record, '$.{name}') > 0, false)"


_ATTRIBUTES = (
    "coalesce(TRY(to_json(map_from_entries(list_transform(from_json(json_extract(record, '$.attributes'), "
    '\'[{"key":"VARCHAR","value":{"intValue":"VARCHAR","stringValue":"VARCHAR"}}]\'), '
    "lambda a: {'k': a.key, 'v': coalesce(a.value.intValue, a.value.stringValue)})))), "
    "json_extract(record, '$.attributes'))"
)
"""As an object; as they are where they cannot be one, so that what they say of tokens is seen."""
