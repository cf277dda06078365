"""Spans by the conventions of OpenTelemetry."""

from tokencost.logs.records.kind import LogKind, Path

_OTEL = "https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md"
_NO_INFERENCE = "create_agent|invoke_agent|invoke_workflow|execute_tool|plan|retrieval|search_memory"
"""Operations that call no model themselves; the tokens of such a span are those of the spans below it.

https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-agent-spans.md
"""
SPAN_IDS: tuple[tuple[Path, Path], ...] = (
    (("traceId",), ("spanId",)),
    (("trace_id",), ("span_id",)),
    (("context", "trace_id"), ("context", "span_id")),
)
"""As OTLP, tables and the consoles of SDKs write them; a span is unique in its trace alone.

https://opentelemetry.io/docs/specs/otel/trace/api/#spancontext
"""
SPAN_PARENTS: tuple[Path, ...] = (("parentSpanId",), ("parent_span_id",), ("parent_id",))
"""The last as the console of the Python SDK writes it:
https://github.com/open-telemetry/opentelemetry-python/blob/main/opentelemetry-sdk/src/opentelemetry/sdk/trace/__init__.py
"""


def _span(name: str, root: Path, input_key: str, output_key: str) -> LogKind:
    """An OpenTelemetry span whose attributes stand under `root`."""

    def attributes(*keys: str) -> tuple[Path, ...]:
        return tuple((*root, key) for key in keys)

    return LogKind(
        name,
        _OTEL,
        marks=attributes(input_key),
        model=attributes("gen_ai.response.model", "gen_ai.request.model"),
        input=attributes(input_key),
        output=attributes(output_key),
        # With underscores as OpenLLMetry writes them, and the AI SDK's own beside its `gen_ai`:
        # https://github.com/traceloop/openllmetry, https://ai-sdk.dev/docs/ai-sdk-core/telemetry
        cached=attributes(
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cached_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.cached_input_tokens",
            "ai.usage.cachedInputTokens",
            "ai.usage.inputTokenDetails.cacheReadTokens",
        ),
        # The page says `cache_creation`; instrumentations, and the page's own metrics, say `cache_write` too.
        write=attributes(
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_input_tokens",
            "ai.usage.inputTokenDetails.cacheWriteTokens",
        ),
        time=(("end_time",), ("endTimeUnixNano",), ("timestamp",), ("start_time",), ("startTimeUnixNano",)),
        tier=attributes("openai.response.service_tier", "gen_ai.openai.response.service_tier"),
        # The second name is the older one; both have values such as `azure.ai.openai` and `aws.bedrock`.
        hosts=attributes("gen_ai.provider.name", "gen_ai.system"),
        region=attributes("server.address"),
        no_call=tuple((path, _NO_INFERENCE) for path in attributes("gen_ai.operation.name")),
        text_counts=True,
        id=attributes("gen_ai.response.id"),
        id_pairs=SPAN_IDS,
        parents=SPAN_PARENTS,
        operation=attributes("gen_ai.operation.name"),
    )


def _spans() -> tuple[LogKind, ...]:
    newer, older = (
        ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"),
        ("gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens"),
    )
    return (
        _span("otel", ("attributes",), *newer),
        _span("otel-older", ("attributes",), *older),
        _span("otel-flat", (), *newer),
        _span("otel-flat-older", (), *older),
    )


SPANS = _spans()
