"""What frameworks write of their calls: LangChain, DSPy, Pydantic AI, the AI SDK, and OpenAI's Agents SDK."""

from tokencost.logs.records.kind import LOG_TIMES, LogKind, Test, at, no_call
from tokencost.logs.records.kinds.tracers import TRACERS

_TIERS = ("", "priority_", "flex_")
"""Before the names of details, where a call was made in such a tier:
https://github.com/langchain-ai/langchain/blob/master/libs/partners/openai/langchain_openai/chat_models/base.py"""


def _messages() -> tuple[LogKind, ...]:
    """Messages and results of LangChain: alone, as `dumpd` writes them, and those of its versions before 0.2.

    The input includes what was read from a cache and written to it: "Sum of all input token types".
    """
    page = "https://reference.langchain.com/python/langchain-core"
    message = _message("langchain", f"{page}/messages/ai/UsageMetadata", "")
    # https://github.com/langchain-ai/langchain/blob/master/libs/core/langchain_core/load/dump.py
    dumped = _message("langchain-dump", f"{page}/load/dump/dumpd", "kwargs.")
    return (
        message,
        dumped,
        _token_usage("langchain-result", "llm_output"),
        _token_usage("langchain-older", "response_metadata"),
    )


def _message(name: str, source: str, under: str) -> LogKind:
    said, used = f"{under}response_metadata", f"{under}usage_metadata"
    return LogKind(
        name,
        source,
        marks=at(f"{used}.input_tokens"),
        # A message alone may have its model beside it.
        model=at(f"{said}.model_name", f"{said}.model", *([] if under else ["model"])),
        input=at(f"{used}.input_tokens"),
        output=at(f"{used}.output_tokens"),
        cached=at(*(f"{used}.input_token_details.{tier}cache_read" for tier in _TIERS)),
        write=at(f"{used}.input_token_details.cache_creation"),
        time=at(f"{said}.completed_at", f"{said}.created", *LOG_TIMES, "created"),
        tier=at(f"{said}.service_tier"),
        # The provider's, where it is kept, else the message's own `run-...`.
        id=at(f"{said}.id", f"{under}id"),
    )


def _token_usage(name: str, root: str) -> LogKind:
    """The usage as OpenAI answered it: in the result of a call, and in messages that have no `usage_metadata`."""
    usage = f"{root}.token_usage"
    return LogKind(
        name,
        "https://reference.langchain.com/python/langchain-core/outputs/llm_result/LLMResult",
        marks=at(f"{usage}.prompt_tokens"),
        model=at(f"{root}.model_name", f"{root}.model"),
        input=at(f"{usage}.prompt_tokens"),
        output=at(f"{usage}.completion_tokens"),
        cached=at(f"{usage}.prompt_tokens_details.cached_tokens", f"{usage}.prompt_cache_hit_tokens"),
        write=at(f"{usage}.prompt_tokens_details.cache_write_tokens"),
        time=at(*LOG_TIMES, "created"),
        tier=at(f"{root}.service_tier"),
        total=at(f"{usage}.total_tokens"),
    )


_AGENTS = LogKind(
    "openai-agents",
    "https://github.com/openai/openai-agents-python/blob/main/src/agents/tracing/spans.py",
    marks=at("span_data.type", "span_data.usage.input_tokens"),
    # Spans of the Responses API name none: of them the id of the response is written.
    model=at("span_data.model"),
    input=at("span_data.usage.input_tokens"),
    output=at("span_data.usage.output_tokens"),
    cached=at("span_data.usage.input_tokens_details.cached_tokens"),
    write=at("span_data.usage.input_tokens_details.cache_write_tokens"),
    time=at("ended_at", "started_at"),
    total=at("span_data.usage.total_tokens"),
    id_pairs=((("trace_id",), ("id",)),),
    no_call=((("span_data", "type"), "agent|function|handoff|guardrail|custom|mcp_tools|speech_group"),),
)
_AGENTS_OTHERS = _AGENTS._replace(
    name="openai-agents-other",
    marks=at("object", "span_data.type"),
    failed=((("error", "message"), "(.|[^.])+"),),
)


def _ai_sdk() -> tuple[LogKind, ...]:
    """Results, steps and events of the AI SDK: of its versions 5 and later, and 4.

    The input includes what was read from a cache: `inputTokens` is "the total number of input (prompt) tokens used".
    In version 4 only the provider's own metadata told of a cache.
    """
    step = LogKind(
        "ai-sdk",
        "https://github.com/vercel/ai/blob/main/packages/ai/src/types/usage.ts",
        marks=at("usage.inputTokens"),
        model=at("response.modelId", "modelId", "model"),
        input=at("usage.inputTokens"),
        output=at("usage.outputTokens"),
        cached=at(
            "usage.inputTokenDetails.cacheReadTokens",
            "usage.cachedInputTokens",
            "providerMetadata.openai.cachedPromptTokens",
            "providerMetadata.deepseek.promptCacheHitTokens",
        ),
        write=at("usage.inputTokenDetails.cacheWriteTokens"),
        time=at("response.timestamp", *LOG_TIMES, "createdAt"),
        tier=at("providerMetadata.openai.serviceTier"),
        # Of its gateway: https://vercel.com/academy/ai-gateway/cheapest-provider-routing
        hosts=at("providerMetadata.gateway.routing.finalProvider", "provider"),
        azure=at("providerMetadata.azure"),
        total=at("usage.totalTokens"),
        id=at("response.id"),
        # What was not read from a cache, and the provider's own usage within `raw`.
        replaced=at(
            "noCacheTokens",
            "cached_tokens",
            "cache_write_tokens",
            "prompt_cache_hit_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
        ),
    )
    steps = step._replace(
        name="ai-sdk-total",
        marks=at("totalUsage.inputTokens"),
        input=at("totalUsage.inputTokens"),
        output=at("totalUsage.outputTokens"),
        cached=at("totalUsage.inputTokenDetails.cacheReadTokens", "totalUsage.cachedInputTokens"),
        write=at("totalUsage.inputTokenDetails.cacheWriteTokens"),
        total=at("totalUsage.totalTokens"),
        # All steps of a call, each of which is a request, the last of them the `response`.
        sums=True,
        id=(),
    )
    older = step._replace(
        name="ai-sdk-4",
        source="https://github.com/vercel/ai/blob/ai%404.3.16/packages/ai/core/types/usage.ts",
        marks=at("usage.promptTokens"),
        input=at("usage.promptTokens"),
        output=at("usage.completionTokens"),
        cached=at(
            *(
                f"{metadata}.{named}"
                for metadata in ("providerMetadata", "experimental_providerMetadata")
                for named in ("openai.cachedPromptTokens", "deepseek.promptCacheHitTokens")
            )
        ),
        write=(),
    )
    embedding = step._replace(
        name="ai-sdk-embedding",
        source="https://ai-sdk.dev/docs/reference/ai-sdk-core/embed",
        marks=at("usage.tokens", "embedding"),
        # Of what the provider answered, where it was kept.
        model=at("response.body.model", *(".".join(path) for path in step.model)),
        input=at("usage.tokens"),
        output=(),
        cached=(),
        write=(),
        total=at("usage.tokens"),
        id=(),
    )
    several = embedding._replace(name="ai-sdk-embeddings", marks=at("usage.tokens", "embeddings"))
    return steps, step, older, embedding, several


def _pydantic_ai() -> tuple[LogKind, ...]:
    """Messages of Pydantic AI, as `all_messages_json()` writes them: of its versions from 1.0 on, and before.

    The input includes what was read from a cache and written to it. What was asked is a message as well.
    """
    page = "https://github.com/pydantic/pydantic-ai/blob/main/pydantic_ai_slim/pydantic_ai/messages.py"
    answer = LogKind(
        "pydantic-ai",
        page,
        marks=at("kind", "model_name", "usage.input_tokens"),
        model=at("model_name"),
        input=at("usage.input_tokens"),
        output=at("usage.output_tokens"),
        cached=at("usage.cache_read_tokens"),
        write=at("usage.cache_write_tokens"),
        time=at("timestamp"),
        hosts=at("provider_name"),
        tests=(Test(("kind",), "response"),),
        other_tokens=at("usage.input_audio_tokens", "usage.output_audio_tokens"),
        id=at("provider_response_id", "vendor_id"),
        # The provider's own counts within `details`.
        replaced=at("cached_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
    )
    older = answer._replace(
        name="pydantic-ai-older",
        marks=at("kind", "model_name", "usage.request_tokens"),
        input=at("usage.request_tokens"),
        output=at("usage.response_tokens"),
        cached=at("usage.details.cached_tokens"),
        write=(),
        other_tokens=(),
    )
    return answer, older, no_call("pydantic-ai-request", page, "kind", "parts", kind="request")


PYDANTIC_AI = _pydantic_ai()
"""Looked for before Responses, whose names their usage has."""
FRAMEWORKS = (*TRACERS, *_messages(), _AGENTS, _AGENTS_OTHERS, *_ai_sdk())
