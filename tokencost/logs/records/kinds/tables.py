"""Tables of requests, as people and programs make them."""

from tokencost.logs.records.kind import LOG_TIMES, OTHER_TIMES, LogKind, Test, at
from tokencost.logs.records.kinds.anthropic import MESSAGES

_ONE_API = "https://github.com/songquanpeng/one-api/blob/main/model/log.go"
_IDS = at("response_id", "id")
"""Not `request_id`, which many programs give to what a person asked of them: that may have been several calls."""


def _tables() -> tuple[LogKind, LogKind]:
    """The plain table; and one with Anthropic's columns, whose input leaves out what they count."""
    table = LogKind(
        "table",
        "docs/logs.md",
        marks=at("model", "input_tokens", "output_tokens"),
        model=at("model"),
        input=at("input_tokens"),
        output=at("output_tokens"),
        cached=at("cached_input_tokens", "cached_tokens"),
        write=at("cache_write_tokens"),
        time=at("completed_at", "time", "timestamp", "created_at", "created", "date", "day", *OTHER_TIMES),
        tier=at("tier", "service_tier"),
        hosts=at("provider", "custom_llm_provider"),
        region=at("region"),
        requests=at("requests"),
        flat=True,
        id=_IDS,
    )
    excluding = table._replace(
        name="table-excluding-cache",
        source=MESSAGES,
        marks=(*table.marks, ("cache_read_input_tokens",)),
        cached=at("cache_read_input_tokens"),
        write=at("cache_creation_input_tokens"),
        excludes_cache=True,
    )
    return excluding, table


def _flat_tables() -> tuple[LogKind, ...]:
    """Tables in OpenAI's words, at the top of a record or within one field of it, such as the logs of one-api.

    one-api's `logs` have `model_name`, `prompt_tokens`, `completion_tokens`, `created_at` in seconds, and `type`, which
    is 2 for what was consumed. new-api adds `other`, JSON as text, with `cache_tokens`, and with `claude` where the
    input leaves out what the cache fields count, as in Anthropic's format:
    https://github.com/QuantumNous/new-api/blob/main/service/log_info_generate.go
    """
    times = (*LOG_TIMES, "created", "date", "day", *OTHER_TIMES)

    def flat(name: str, root: str) -> LogKind:
        under = f"{root}." if root else ""
        models = ("model", "model_name")
        return LogKind(
            name,
            _ONE_API,
            marks=at(f"{under}prompt_tokens", f"{under}completion_tokens"),
            model=at(*(f"{place}{model}" for place in dict.fromkeys((under, "")) for model in models)),
            input=at(f"{under}prompt_tokens"),
            output=at(f"{under}completion_tokens"),
            cached=at(
                f"{under}cached_tokens",
                f"{under}cached_input_tokens",
                f"{under}prompt_cache_hit_tokens",
                f"{under}prompt_tokens_details.cached_tokens",
                *([] if root else ["other.cache_tokens"]),
            ),
            write=at(
                f"{under}cache_write_tokens",
                f"{under}prompt_tokens_details.cache_write_tokens",
                *([] if root else ["other.cache_write_tokens", "other.cache_creation_tokens"]),
            ),
            time=at(*(f"{place}{time}" for place in dict.fromkeys(("", under)) for time in times)),
            tier=at(f"{under}service_tier", *([] if root else ["tier"])),
            flat=not root,
            id=(*at(f"{root}.id" if root else ""), *_IDS),
        )

    top = flat("flat", "")
    one_api = top._replace(
        name="one-api",
        marks=at("quota", "type", "prompt_tokens", "completion_tokens"),
        # Top-ups, errors and refunds have rows as well, some of them without a model.
        no_call=((("type",), "[013-9]"),),
        other_tokens=at("other.audio_input", "other.audio_output"),
    )
    claude = one_api._replace(
        name="one-api-claude", tests=(Test(("other", "claude"), "true"),), excludes_cache=True, other_tokens=()
    )
    named = LogKind(
        "table-model-name",
        "docs/logs.md",
        marks=at("model_name", "input_tokens", "output_tokens"),
        model=at("model_name"),
        input=at("input_tokens"),
        output=at("output_tokens"),
        cached=at("cached_input_tokens", "cached_tokens"),
        write=at("cache_write_tokens"),
        time=at(*times),
        tier=at("tier", "service_tier"),
        requests=at("requests"),
        flat=True,
        id=_IDS,
    )
    within = (flat(f"flat-in-{root}", root) for root in ("data", "result", "token_usage"))
    # As programs in JavaScript name them.
    camel = named._replace(
        name="table-camel",
        marks=at("model", "inputTokens", "outputTokens"),
        model=at("model"),
        input=at("inputTokens"),
        output=at("outputTokens"),
        cached=at("cachedInputTokens", "cachedTokens"),
        write=at("cacheWriteTokens"),
        time=at("completedAt", "endTime", *times),
        hosts=at("provider"),
        tier=at("tier", "serviceTier"),
        id=at("responseId", "id"),
    )
    older = camel._replace(
        name="table-camel-older",
        marks=at("model", "promptTokens", "completionTokens"),
        input=at("promptTokens"),
        output=at("completionTokens"),
        cached=at("cachedTokens", "cachedPromptTokens"),
    )
    # `--model` then says which it was.
    nameless = named._replace(name="table-without-model", marks=at("input_tokens", "output_tokens"), model=())
    return claude, one_api, top, *within, named, camel, older, nameless


PLAIN_TABLES = _tables()
FLAT_TABLES = _flat_tables()
