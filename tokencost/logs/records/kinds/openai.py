"""What OpenAI's API answers and exports, and what others answer and store in its format."""

from collections.abc import Sequence

from tokencost.logs.records.kind import LOG_TIMES, CallCount, Items, LogKind, Test, at, no_call

CHAT = "https://platform.openai.com/docs/api-reference/chat/object"
BATCH = "https://platform.openai.com/docs/api-reference/batch/request-output"
USAGE_API = "https://platform.openai.com/docs/api-reference/usage/completions_object"
_BATCH_PAGE = "https://platform.openai.com/docs/api-reference/batch/object"


def openai_bodies(
    name: str, source: str, root: str, *, tier: str | None = None, failed: bool = False
) -> tuple[LogKind, LogKind]:
    """Chat Completions and Responses objects, which stand at some root of a record."""
    under = f"{root}." if root else ""
    broken = tuple(
        (path, pattern)
        for path, pattern in ((("response", "status_code"), "[013456789].*"), (("error", "code"), ".+"))
        if failed
    )
    chat = LogKind(
        name,
        source,
        marks=at(f"{under}usage.prompt_tokens"),
        model=at(f"{under}model"),
        input=at(f"{under}usage.prompt_tokens"),
        output=at(f"{under}usage.completion_tokens"),
        # Proxies such as LiteLLM have Anthropic's names beside OpenAI's, and count such tokens as part of the input:
        # https://docs.litellm.ai/docs/completion/prompt_caching
        cached=at(
            f"{under}usage.prompt_tokens_details.cached_tokens",
            f"{under}usage.prompt_cache_hit_tokens",
            f"{under}usage.cache_read_input_tokens",
            f"{under}usage.cached_tokens",
        ),
        write=at(f"{under}usage.prompt_tokens_details.cache_write_tokens"),
        time=at(f"{under}completed_at", f"{under}created", f"{under}created_at", *LOG_TIMES),
        tier=at(f"{under}service_tier"),
        fixed_tier=tier,
        # https://openrouter.ai/docs/api-reference/overview#response-format
        hosts=at(f"{under}provider"),
        # https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter-annotations
        azure=at(f"{under}prompt_filter_results"),
        failed=broken,
        # An embedding has no completion: https://platform.openai.com/docs/api-reference/embeddings/create
        total=at(f"{under}usage.total_tokens"),
        id=at(f"{under}id"),
        calls=server_tools(f"{under}usage"),
    )
    responses = chat._replace(
        name=f"{name}-responses" if name != "chat" else "responses",
        source="https://platform.openai.com/docs/api-reference/responses/object",
        marks=at(f"{under}usage.input_tokens"),
        input=at(f"{under}usage.input_tokens"),
        output=at(f"{under}usage.output_tokens"),
        # The second names are those of Codex, which counts them as parts of the input too:
        # https://github.com/openai/codex/blob/main/codex-rs/exec/src/exec_events.rs
        cached=at(
            f"{under}usage.input_tokens_details.cached_tokens",
            f"{under}usage.cached_input_tokens",
            f"{under}usage.cached_tokens",
        ),
        write=at(f"{under}usage.input_tokens_details.cache_write_tokens", f"{under}usage.cache_write_input_tokens"),
        time=at(f"{under}completed_at", f"{under}created_at", f"{under}created", *LOG_TIMES),
        azure=at(f"{under}content_filters"),
        total=(),
        calls=output_calls(under, server_tools(f"{under}usage")),
    )
    return chat, responses


def batch_lines() -> tuple[LogKind, LogKind]:
    """Lines of the output of a batch. What else holds the body of a response, without `custom_id`, was no batch."""
    chat, responses = openai_bodies("batch", BATCH, "response.body", tier="batch", failed=True)
    named = at("custom_id")
    return chat._replace(marks=(*chat.marks, *named)), responses._replace(marks=(*responses.marks, *named))


def server_tools(*usages: str) -> tuple[CallCount, ...]:
    """Numbers beside those of tokens: Anthropic's form, which DeepSeek's API has too, and LiteLLM's."""
    named = {"web_search": ("server_tool_use", "prompt_tokens_details"), "web_fetch": ("server_tool_use",)}
    return tuple(
        CallCount(call, at(*(f"{usage}.{place}.{call}_requests" for usage in usages for place in places)))
        for call, places in named.items()
    )


def output_calls(under: str, numbered: Sequence[CallCount]) -> tuple[CallCount, ...]:
    """Calls as elements of the output of a Responses object, and the numbers that such a record may have besides.

    Of the actions of a web search only `search` costs a call:
    https://developers.openai.com/api/docs/guides/tools-web-search#output-and-citations
    """
    output, tools = at(f"{under}output", f"{under}tools")
    numbers = {count.call: count.numbers for count in numbered}
    searches = Items(output, "web_search_call", action="search")
    preview = Items(tools, "web_search_preview", starts=True)
    return (
        CallCount("web_search", numbers["web_search"], searches, tool=preview, has_tool=False),
        CallCount("web_search_preview", (), searches, tool=preview),
        CallCount("web_fetch", numbers["web_fetch"]),
        CallCount("file_search", (), Items(output, "file_search_call")),
        CallCount("code_interpreter", (), Items(output, "code_interpreter_call")),
    )


def _batch_object() -> LogKind:
    """A batch as `GET /batches` lists it, with the tokens of all of its requests: a sum, as those of the Usage API."""
    _, responses = openai_bodies("batch", _BATCH_PAGE, "", tier="batch")
    return responses._replace(
        name="batch-object",
        source=_BATCH_PAGE,
        marks=at("request_counts.total"),
        time=at("completed_at", "expired_at", "cancelled_at", "created_at"),
        requests=at("request_counts.total"),
        # Nothing is charged before a batch ends, nor where its file was refused.
        no_call=((("status",), "validating|in_progress|finalizing|cancelling|failed"),),
        tier=(),
        calls=(),
    )


USAGE_BUCKET = LogKind(
    "usage-api",
    USAGE_API,
    marks=at("num_model_requests", "input_tokens", "output_tokens"),
    model=at("model"),
    input=at("input_tokens"),
    output=at("output_tokens"),
    cached=at("input_cached_tokens"),
    # In newer versions of the object; `input_tokens` includes them.
    write=at("input_cache_write_tokens"),
    time=at("start_time"),
    until=at("end_time"),
    tier=at("service_tier"),
    batch=at("batch"),
    requests=at("num_model_requests"),
    flat=True,
)

BATCH_FAILED = LogKind(
    "batch-failed",
    BATCH,
    marks=at("custom_id", "response.status_code"),
    model=(),
    input=(),
    output=(),
    failed=((("custom_id",), ".*"),),
)
BATCH_OTHERS = (
    # Of requests that were not sent, such as those of an expired batch, there is no response.
    BATCH_FAILED._replace(name="batch-refused", marks=at("custom_id", "error.code")),
    BATCH_FAILED,
    no_call("batch-request", "https://platform.openai.com/docs/api-reference/batch/request-input", "custom_id", "url"),
)
"""What has the name of a request in a batch, and is no call; the name alone may stand beside anything."""

BATCH_OBJECT = _batch_object()


def _without_usage() -> tuple[LogKind, ...]:
    """Objects that would hold usage, and do not: whoever kept them kept what was said, not what it cost."""
    chat, responses = openai_bodies("chat-without-usage", CHAT, "")
    kinds = (
        (chat, at("object", "choices"), "chat[.]completion|text_completion"),
        (responses._replace(name="responses-without-usage"), at("object", "status"), "response"),
    )
    return tuple(kind._replace(marks=marks, tests=(Test(("object",), said),), calls=()) for kind, marks, said in kinds)


WITHOUT_USAGE = _without_usage()
"""Looked for last, to say what is missing in them."""
