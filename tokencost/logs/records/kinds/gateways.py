"""What proxies and gateways between programs and providers store."""

from tokencost.logs.records.kind import LogKind, at
from tokencost.logs.records.kinds.openai import server_tools

_LITELLM = LogKind(
    "litellm",
    # The page does not name the columns of the table of spend logs: they, and `additional_usage_values`, are as in
    # its source. `usage_object` could not be confirmed.
    "https://docs.litellm.ai/docs/proxy/cost_tracking",
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
    id=at("request_id"),
)

GATEWAYS = (_LITELLM,)
