"""What frameworks and tracers store of the calls that they make or watch."""

from tokencost.logs.records.kind import LOG_TIMES, LogKind, at

_LANGCHAIN = LogKind(
    "langchain",
    "https://reference.langchain.com/python/langchain-core/messages/ai/UsageMetadata",
    marks=at("usage_metadata.input_tokens"),
    model=at("response_metadata.model_name", "response_metadata.model", "model"),
    input=at("usage_metadata.input_tokens"),
    output=at("usage_metadata.output_tokens"),
    cached=at("usage_metadata.input_token_details.cache_read"),
    write=at("usage_metadata.input_token_details.cache_creation"),
    time=at("response_metadata.completed_at", "response_metadata.created", *LOG_TIMES, "created"),
    tier=at("response_metadata.service_tier"),
    # The provider's, where it is kept, else the message's own `run-...`.
    id=at("response_metadata.id", "id"),
)

FRAMEWORKS = (_LANGCHAIN,)
