"""What proxies and gateways between programs and providers store."""

from tokencost.logs.records.kind import LogKind, Path, at
from tokencost.logs.records.kinds.openai import output_calls, server_tools

_SPEND = LogKind(
    "litellm",
    # `metadata` is JSON, and a text of it in exports of the database; `additional_usage_values` holds what the usage
    # has beside the three counts, and newer versions keep all of it as `usage_object`.
    "https://github.com/BerriAI/litellm/blob/main/litellm/proxy/spend_tracking/spend_tracking_utils.py",
    marks=at("startTime", "prompt_tokens", "completion_tokens"),
    model=at("model"),
    input=at("prompt_tokens"),
    output=at("completion_tokens"),
    cached=at(
        "metadata.usage_object.prompt_tokens_details.cached_tokens",
        "metadata.usage_object.prompt_cache_hit_tokens",
        "metadata.additional_usage_values.prompt_tokens_details.cached_tokens",
        "metadata.additional_usage_values.cache_read_input_tokens",
    ),
    write=at(
        "metadata.usage_object.prompt_tokens_details.cache_write_tokens",
        "metadata.additional_usage_values.prompt_tokens_details.cache_write_tokens",
        "metadata.additional_usage_values.cache_creation_input_tokens",
    ),
    time=at("endTime", "startTime"),
    hosts=at("custom_llm_provider"),
    region=at("api_base"),
    failed=((("cache_hit",), "[Tt]rue"), (("status",), "failure")),
    calls=server_tools("metadata.usage_object", "metadata.additional_usage_values"),
    flat=True,
    # That of the response, else one of LiteLLM's own:
    # https://github.com/BerriAI/litellm/blob/main/litellm/proxy/spend_tracking/spend_tracking_utils.py
    # In the payload of its callbacks it is named `id`.
    id=at("request_id", "id"),
)
_PAYLOAD = _SPEND._replace(
    name="litellm-payload",
    # What callbacks are given, and rows where responses are kept: https://docs.litellm.ai/docs/proxy/logging_spec
    marks=(*_SPEND.marks, *at("response.usage.total_tokens")),
    cached=at(
        "response.usage.prompt_tokens_details.cached_tokens",
        "response.usage.input_tokens_details.cached_tokens",
        "response.usage.prompt_cache_hit_tokens",
        "response.usage.cache_read_input_tokens",
    ),
    write=at(
        "response.usage.prompt_tokens_details.cache_write_tokens",
        "response.usage.input_tokens_details.cache_write_tokens",
    ),
    tier=at("response.service_tier"),
    calls=output_calls("response.", server_tools("response.usage")),
)
LITELLM = (_PAYLOAD, _SPEND)
"""Looked for before what wraps a response: they alone say who served it, and whether a cache of one's own answered."""

_ACTIVITY = LogKind(
    "openrouter-activity",
    # The page that describes the export does not name its columns: `tokens_reasoning` are part of the completion, and
    # `tokens_cached` of the prompt, as in the record of a generation.
    "https://openrouter.ai/docs/guides/guides/activity-export",
    marks=at("model_permaslug", "tokens_prompt", "tokens_completion"),
    model=at("model_permaslug"),
    input=at("tokens_prompt"),
    output=at("tokens_completion"),
    cached=at("tokens_cached"),
    time=at("created_at"),
    hosts=at("provider_name"),
    flat=True,
    id=at("generation_id"),
)

_ACTIVITY_BY_DAY = LogKind(
    "openrouter-activity-by-day",
    # A day of a model at a host; what was read from a cache is not told.
    "https://openrouter.ai/docs/api-reference/analytics/get-user-activity",
    marks=at("model_permaslug", "prompt_tokens", "completion_tokens"),
    model=at("model_permaslug"),
    input=at("prompt_tokens"),
    output=at("completion_tokens"),
    time=at("date"),
    hosts=at("provider_name"),
    requests=at("requests"),
    sums=True,
    flat=True,
)


def _generation(name: str, root: str) -> LogKind:
    """A generation as OpenRouter tells of it afterwards, counted by the model's own tokenizer, as it is billed."""
    under = f"{root}." if root else ""
    return LogKind(
        name,
        "https://openrouter.ai/docs/api-reference/generations/get-generation",
        marks=at(f"{under}native_tokens_prompt", f"{under}native_tokens_completion"),
        model=at(f"{under}model"),
        input=at(f"{under}native_tokens_prompt"),
        output=at(f"{under}native_tokens_completion"),
        cached=at(f"{under}native_tokens_cached"),
        time=at(f"{under}created_at"),
        hosts=at(f"{under}provider_name"),
        tier=at(f"{under}service_tier"),
        id=at(f"{under}id"),
    )


def _helicone() -> tuple[LogKind, LogKind]:
    """Requests as Helicone's API and its export tool give them, in two versions.

    The newer one leaves cached tokens and reasoning out of the two counts, and has `reasoning_tokens`; written tokens
    stay within the input. The older one has them as OpenAI does. `OpenAIUsageProcessor` of its source says what is
    taken off, and `getPromptTokens` what is stored of that: https://github.com/Helicone/helicone/tree/main/packages/cost
    """
    older = LogKind(
        "helicone-older",
        "https://github.com/Helicone/helicone/blob/main/packages/llm-mapper/types.ts",
        marks=at("response_created_at", "prompt_tokens", "completion_tokens", "prompt_cache_read_tokens"),
        model=at("response_model", "model", "request_model"),
        input=at("prompt_tokens"),
        output=at("completion_tokens"),
        cached=at("prompt_cache_read_tokens"),
        write=at("prompt_cache_write_tokens"),
        time=at("response_created_at", "request_created_at"),
        hosts=at("provider"),
        # What Helicone's own cache answered refers to the request that filled it, else to an id of zeros.
        failed=(
            (("response_status",), "[013-9].*|-.*"),
            (("cache_reference_id",), "[0-9a-f-]*[1-9a-f][0-9a-f-]*"),
        ),
        other_tokens=at("prompt_audio_tokens", "completion_audio_tokens"),
        flat=True,
        id=at("response_id", "request_id"),
    )
    read: Path = ("prompt_cache_read_tokens",)
    newer = older._replace(
        name="helicone",
        marks=(*older.marks, ("reasoning_tokens",)),
        added=(("input", read), ("output", ("reasoning_tokens",))),
    )
    return newer, older


_API_MANAGEMENT = LogKind(
    "azure-api-management",
    # The table of the logs of language models.
    "https://learn.microsoft.com/azure/azure-monitor/reference/tables/apimanagementgatewayllmlog",
    marks=at("ModelName", "PromptTokens", "CompletionTokens"),
    model=at("ModelName", "DeploymentName"),
    input=at("PromptTokens"),
    output=at("CompletionTokens"),
    time=at("TimeGenerated"),
    azure=at("PromptTokens"),
    text_counts=True,
    flat=True,
)
_API_MANAGEMENT_ROWS = _API_MANAGEMENT._replace(
    name="azure-api-management-rows",
    # Of the rows of one call the first has the tokens, and those that follow have its messages.
    marks=at("CorrelationId", "SequenceNumber"),
    no_call=((("SequenceNumber",), "[1-9][0-9]*"),),
)

PORTKEY = LogKind(
    "portkey",
    # The counts are those of the whole request; what was read from a cache stands in the body of the response alone.
    "https://portkey.ai/docs/product/observability/logs-export",
    marks=at("req_units", "res_units"),
    model=at("ai_model"),
    input=at("req_units"),
    output=at("res_units"),
    cached=at(
        "response.body.usage.prompt_tokens_details.cached_tokens",
        "response.body.usage.input_tokens_details.cached_tokens",
        "response.usage.prompt_tokens_details.cached_tokens",
        "response.usage.input_tokens_details.cached_tokens",
    ),
    time=at("created_at"),
    hosts=at("ai_org"),
    failed=((("cache_status",), "HIT|SEMANTIC HIT"), (("is_success",), "0|[Ff]alse")),
)
"""Looked for before the line of a batch, whose `response.body` its records have too."""

GATEWAYS = (
    *_helicone(),
    _ACTIVITY,
    _ACTIVITY_BY_DAY,
    _generation("openrouter-generation", "data"),
    _generation("openrouter-generation-body", ""),
    _API_MANAGEMENT_ROWS,
    _API_MANAGEMENT,
)
