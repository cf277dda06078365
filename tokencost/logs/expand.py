"""Records that hold several: an OTLP export of spans, and a page of Usage API buckets."""

from tokencost.logs.shapes import Path

FILE = "tokencost_file"
"""The column with the path of the file of a record: named so that no field of a log is likely to be."""
CONTAINERS: tuple[Path, ...] = (("resourceSpans",), ("scopeSpans",), ("spans",), ("results",), ("data",))
"""Fields that hold lists of records.

OTLP as JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding; the page of buckets:
https://platform.openai.com/docs/api-reference/usage/completions
"""
USAGE_KEY = '"gen_ai.usage.'
"""What the JSON of a span has in it that tells of tokens."""
_SPAN_LISTS = (
    ("resourceSpans", "$.resourceSpans[*].scopeSpans[*].spans[*]"),
    ("scopeSpans", "$.scopeSpans[*].spans[*]"),
    ("spans", "$.spans[*]"),
)


def expanded(reader: str) -> str:
    """A relation with one record for each that `reader` (record, FILE) holds."""
    spans = " ".join(
        f"WHEN json_exists(record, '$.{name}') THEN list_filter(json_extract(record, '{path}'), "
        f"lambda s: contains(CAST(s AS VARCHAR), '{USAGE_KEY}'))"
        for name, path in _SPAN_LISTS
    )
    pages = (
        f"SELECT {FILE}, unnest(CASE WHEN record IS NULL OR json_type(record) <> 'OBJECT' THEN [record] {spans} "
        "WHEN json_type(record, '$.data') = 'ARRAY' THEN json_extract(record, '$.data[*]') ELSE [record] END) "
        "AS record "
        f"FROM {reader}"
    )
    buckets = (
        f"SELECT {FILE}, unnest(CASE WHEN json_type(record, '$.results') = 'ARRAY' THEN "
        "list_transform(json_extract(record, '$.results[*]'), lambda x: json_merge_patch(x, json_object("
        "'start_time', json_extract(record, '$.start_time'), 'end_time', json_extract(record, '$.end_time')))) "
        f"ELSE [record] END) AS record FROM ({pages})"
    )
    return (
        f"SELECT {FILE}, CASE WHEN json_type(record, '$.attributes') = 'ARRAY' THEN "
        f"json_merge_patch(record, json_object('attributes', {_ATTRIBUTES})) ELSE record END AS record FROM ({buckets})"
    )


_ATTRIBUTES = (
    "TRY(to_json(map_from_entries(list_transform(from_json(json_extract(record, '$.attributes'), "
    '\'[{"key":"VARCHAR","value":{"intValue":"VARCHAR","stringValue":"VARCHAR"}}]\'), '
    "lambda a: {'k': a.key, 'v': coalesce(a.value.intValue, a.value.stringValue)}))))"
)
