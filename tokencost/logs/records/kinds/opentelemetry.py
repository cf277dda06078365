"""Spans by the conventions of OpenTelemetry."""

from tokencost.logs.records.kind import LogKind, Path, Test, at, keys

_OTEL = "https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md"
_NO_INFERENCE = "create_agent|invoke_agent|invoke_workflow|execute_tool|plan|retrieval|search_memory|agent_step"
"""Operations that call no model themselves; the tokens of such a span are those of the spans below it.

https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-agent-spans.md; the last one
is of the AI SDK: https://ai-sdk.dev/docs/ai-sdk-core/telemetry
"""
_TIMES = at(
    *("end_time", "endTimeUnixNano", "endTime", "end_timestamp", "timestamp"),
    *("start_time", "startTimeUnixNano", "startTime", "start_timestamp"),
)
"""Of spans as exporters write them: in Python, in OTLP, and in JavaScript, where `endTime` is a pair of numbers and the
exporter to the console has no end, but `timestamp`, the start in microseconds. Logfire's rows have `end_timestamp`:
https://logfire.pydantic.dev/docs/reference/sql/"""
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
            # Of Pydantic AI, whose older versions have no other:
            # https://github.com/pydantic/pydantic-ai/blob/main/pydantic_ai_slim/pydantic_ai/usage.py
            "gen_ai.usage.details.cache_read_tokens",
            "gen_ai.usage.details.cached_tokens",
        ),
        # The page says `cache_creation`; instrumentations, and the page's own metrics, say `cache_write` too.
        write=attributes(
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_input_tokens",
            "ai.usage.inputTokenDetails.cacheWriteTokens",
            "gen_ai.usage.details.cache_write_tokens",
        ),
        time=_TIMES,
        pair_times=True,
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


def _openinference() -> tuple[LogKind, ...]:
    """Spans by the conventions of OpenInference: of exporters, of Phoenix, and as columns of its `get_spans_dataframe`.

    The prompt holds the cached tokens, and the completion those of reasoning: both are details of them.
    """
    exported = _inference("openinference", "attributes", "llm.token_count.prompt", "openinference.span.kind")
    columns = _inference(
        "openinference-table", "", "attributes.llm.token_count.prompt", "attributes.openinference.span.kind"
    )
    return (
        exported,
        _nested(exported),
        columns,
        # Those that tell of no tokens.
        exported._replace(name="openinference-other", marks=keys("attributes", "openinference.span.kind")),
        columns._replace(
            name="phoenix-other",
            marks=at("span_kind", "start_time", "status_code"),
            failed=((("status_code",), "ERROR"),),
            tests=(Test(("span_kind",), f"{_NO_MODEL}|LLM|EMBEDDING"),),
        ),
    )


_NO_MODEL = "CHAIN|RETRIEVER|RERANKER|TOOL|AGENT|GUARDRAIL|EVALUATOR|PROMPT|UNKNOWN"


def _inference(name: str, root: str, prompt: str, span_kind: str) -> LogKind:
    def attribute(named: str) -> Path:
        return keys(root, prompt.replace("llm.token_count.prompt", named))[0]

    counts = "llm.token_count"
    return LogKind(
        name,
        "https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md",
        marks=keys(root, prompt),
        model=(attribute("llm.model_name"), attribute("embedding.model_name")),
        input=keys(root, prompt),
        output=(attribute(f"{counts}.completion"),),
        cached=(attribute(f"{counts}.prompt_details.cache_read"),),
        write=(attribute(f"{counts}.prompt_details.cache_write"),),
        time=_TIMES,
        pair_times=True,
        # "The hosting provider of the llm"; `llm.system` is whose product the model is.
        hosts=(attribute("llm.provider"),),
        no_call=tuple((path, _NO_MODEL) for path in (*keys(root, span_kind), ("span_kind",))),
        total=(attribute(f"{counts}.total"),),
        text_counts=True,
        id_pairs=SPAN_IDS,
    )


def _nested(kind: LogKind) -> LogKind:
    """The same with attributes as objects within each other, as Phoenix keeps them."""

    def apart(paths: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple((path[0], *path[1].split(".")) if len(path) > 1 else path for path in paths)

    return kind._replace(
        name=f"{kind.name}-nested",
        marks=apart(kind.marks),
        model=apart(kind.model),
        input=apart(kind.input),
        output=apart(kind.output),
        cached=apart(kind.cached),
        write=apart(kind.write),
        hosts=apart(kind.hosts),
        no_call=tuple((apart((path,))[0], pattern) for path, pattern in kind.no_call),
        total=apart(kind.total),
    )


def _ai_sdk() -> tuple[LogKind, ...]:
    """Spans of the AI SDK in JavaScript, in names of its own, beside which some of OpenTelemetry's stand.

    `ai.generateText` has the sum of the calls below it, such as `ai.generateText.doGenerate`.
    """

    def attributes(*names: str) -> tuple[Path, ...]:
        return keys("attributes", *names)

    call = _span("ai-sdk-span", ("attributes",), "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
    call = call._replace(
        source="https://ai-sdk.dev/docs/ai-sdk-core/telemetry",
        marks=attributes("ai.operationId", "ai.response.finishReason"),
        model=(*attributes("ai.response.model"), *call.model, *attributes("ai.model.id")),
        # Version 4 and before has `promptTokens`.
        input=attributes("ai.usage.inputTokens", "ai.usage.promptTokens", "gen_ai.usage.input_tokens"),
        output=attributes("ai.usage.outputTokens", "ai.usage.completionTokens", "gen_ai.usage.output_tokens"),
        # A text that is JSON: in version 4 it alone told of a cache, and it alone tells of the tier.
        cached=(
            *call.cached,
            ("attributes", "ai.response.providerMetadata", "openai", "cachedPromptTokens"),
            ("attributes", "ai.response.providerMetadata", "deepseek", "promptCacheHitTokens"),
        ),
        tier=(*call.tier, ("attributes", "ai.response.providerMetadata", "openai", "serviceTier")),
        hosts=attributes("ai.model.provider", "gen_ai.system"),
        # A name of two parts: `ai.streamText`, `ai.toolCall`.
        no_call=tuple((path, "ai[.][A-Za-z]+") for path in attributes("ai.operationId")),
        id=(*attributes("ai.response.id"), *call.id),
        operation=attributes("ai.operationId"),
    )
    embedding = call._replace(
        name="ai-sdk-span-embedding",
        marks=attributes("ai.operationId", "ai.usage.tokens"),
        input=attributes("ai.usage.tokens"),
        output=(),
        total=attributes("ai.usage.tokens"),
    )
    return call, embedding


SPANS = (*_openinference(), *_ai_sdk(), *_spans())
