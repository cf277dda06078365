"""The kinds in which usage is recorded, as data: where each keeps its model, time and token counts.

In all of them but those that say otherwise the input tokens include the cached ones; the output tokens include
reasoning in every one. A kind is recognised by its fields: the first one all of whose marks a record has.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tokencost.errors import InvalidRequest

Path = tuple[str, ...]
"""Where a field stands in a record: ("usage", "prompt_tokens")."""


class Items(NamedTuple):
    """The elements of a list in a record that are of one `type`."""

    path: Path
    type: str
    """The whole of it, or with `starts` what it begins with."""
    starts: bool = False
    action: str | None = None
    """What `action.type` of an element says, where it says anything."""


class CallCount(NamedTuple):
    """Where a record says how often a tool of the provider's own was called. Numbers go before lists."""

    call: str
    """A word of `CALLS`."""
    numbers: tuple[Path, ...] = ()
    items: Items | None = None
    tool: Items | None = None
    """Of two tools whose calls are listed alike: the entry of the request's tools that tells them apart."""
    has_tool: bool = True
    """Whether that entry is there, or is not."""


class Test(NamedTuple):
    """What the text of a field must be of a pattern, or must not be; a field that is not there is of none."""

    path: Path
    pattern: str
    holds: bool = True


class LogKind(NamedTuple):
    """One way of recording a request, or a sum of requests. Of several paths to a field the first that exists holds."""

    name: str
    source: str
    """The page that documents the kind."""
    marks: tuple[Path, ...]
    """Fields by which the kind is known: records of the kinds before it in the list do not have all of them."""
    model: tuple[Path, ...]
    input: tuple[Path, ...]
    """Empty in kinds that are no calls of a model, such as the chunks of a stream: nothing is billed for them."""
    output: tuple[Path, ...]
    cached: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    input_parts: tuple[Path, ...] = ()
    """Fields that add up to the input where the input itself is not recorded."""
    time: tuple[Path, ...] = ()
    """The completion of the request where it is recorded, else its creation; or the start of a bucket.

    Of DeepSeek's discounts by the hour: "The completion timestamp of each request determines its pricing tier"
    (https://api-docs.deepseek.com/quick_start/pricing, 2025).
    """
    until: tuple[Path, ...] = ()
    """The end of a bucket."""
    compact_dates: bool = False
    """Whether its times are dates alone, so that 20260701 is one and no number of seconds."""
    tier: tuple[Path, ...] = ()
    batch: tuple[Path, ...] = ()
    """A flag that is true for requests of the batch tier."""
    fixed_tier: str | None = None
    hosts: tuple[Path, ...] = ()
    """Who served the request, by name: the rates of the table are those of the provider's own API."""
    azure: tuple[Path, ...] = ()
    """Fields that only Azure's service adds."""
    excludes_cache: bool = False
    """Whether the input leaves out the cached and the cache-write tokens, so that the whole input is the sum."""
    region: tuple[Path, ...] = ()
    """The host or address that served the request, or the name of the region."""
    requests: tuple[Path, ...] = ()
    """How many requests a record sums up; such a record has no context length."""
    failed: tuple[tuple[Path, str], ...] = ()
    """Fields, each with a pattern that marks a failed or cached request, for which nothing was billed."""
    no_call: tuple[tuple[Path, str], ...] = ()
    """The same for records that are no call of a model, such as a span that sums up those below it."""
    tests: tuple[Test, ...] = ()
    """What fields say in it: it is known by these beside its marks."""
    text_counts: bool = False
    """Whether counts may be written as text, as the JSON form of 64-bit integers is in protocol buffers."""
    flat: bool = False
    """Whether its fields are columns of a table."""
    total: tuple[Path, ...] = ()
    """Input and output together. Where they are the input alone, there was no output, though none is recorded."""
    calls: tuple[CallCount, ...] = ()
    """Calls of tools, which may have a fee apart from tokens."""
    types: Path | None = None
    """The field that says what `amount` counts, where a record holds one kind of tokens."""
    replaced: tuple[Path, ...] = ()
    """Fields of cached tokens in whose place others were named: they are known, and not read."""
    added: tuple[tuple[str, Path], ...] = ()
    """Fields that are added to a count: ("output", ("usage", "reasoning")). What a record lacks adds nothing."""


FAILED, NO_CALL = "failed", "no call"
NOT_BILLED = (FAILED, NO_CALL)
"""The codes of records for which nothing was billed: failed and cached requests, and what is no call of a model."""
OWN_HOST = "(text-completion-)?(openai|deepseek)([.](chat|responses|completion|embedding))?|litellm_proxy|"
"""Names, in small letters, of the providers themselves, and of what does not say who served a request.

LiteLLM calls OpenAI's older API `text-completion-openai`, and the AI SDK says `openai.chat`:
https://docs.litellm.ai/docs/providers/openai, https://ai-sdk.dev/docs/ai-sdk-core/telemetry
"""
REGION = "data-residency"
"""The region of prices.toml whose rates hold for requests to a regional host."""
REGIONAL_HOST = "^((https?://)?[A-Za-z-]+[.]api[.]openai[.]com([:/].*)?|data-residency)$"
"""`eu.api.openai.com`, `us.api.openai.com` and so on, alone or in an address; requests to one are processed there:
https://developers.openai.com/api/docs/guides/data-residency"""


def _at(*paths: str) -> tuple[Path, ...]:
    return tuple(tuple(path.split(".")) for path in paths if path)


def _usage(
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
        marks=_at(f"{under}usage.prompt_tokens"),
        model=_at(f"{under}model"),
        input=_at(f"{under}usage.prompt_tokens"),
        output=_at(f"{under}usage.completion_tokens"),
        # Proxies such as LiteLLM have Anthropic's names beside OpenAI's, and count such tokens as part of the input:
        # https://docs.litellm.ai/docs/completion/prompt_caching
        cached=_at(
            f"{under}usage.prompt_tokens_details.cached_tokens",
            f"{under}usage.prompt_cache_hit_tokens",
            f"{under}usage.cache_read_input_tokens",
            f"{under}usage.cached_tokens",
        ),
        write=_at(f"{under}usage.prompt_tokens_details.cache_write_tokens"),
        time=_at(f"{under}completed_at", f"{under}created", f"{under}created_at", *_LOG_TIMES),
        tier=_at(f"{under}service_tier"),
        fixed_tier=tier,
        # https://openrouter.ai/docs/api-reference/overview#response-format
        hosts=_at(f"{under}provider"),
        # https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter-annotations
        azure=_at(f"{under}prompt_filter_results"),
        failed=broken,
        # An embedding has no completion: https://platform.openai.com/docs/api-reference/embeddings/create
        total=_at(f"{under}usage.total_tokens"),
        calls=_server_tools(f"{under}usage"),
    )
    responses = chat._replace(
        name=f"{name}-responses" if name != "chat" else "responses",
        source="https://platform.openai.com/docs/api-reference/responses/object",
        marks=_at(f"{under}usage.input_tokens"),
        input=_at(f"{under}usage.input_tokens"),
        output=_at(f"{under}usage.output_tokens"),
        # The second names are those of Codex, which counts them as parts of the input too:
        # https://github.com/openai/codex/blob/main/codex-rs/exec/src/exec_events.rs
        cached=_at(
            f"{under}usage.input_tokens_details.cached_tokens",
            f"{under}usage.cached_input_tokens",
            f"{under}usage.cached_tokens",
        ),
        write=_at(f"{under}usage.input_tokens_details.cache_write_tokens", f"{under}usage.cache_write_input_tokens"),
        time=_at(f"{under}completed_at", f"{under}created_at", f"{under}created", *_LOG_TIMES),
        azure=_at(f"{under}content_filters"),
        total=(),
        calls=_output_calls(under, _server_tools(f"{under}usage")),
    )
    return chat, responses


def _server_tools(*usages: str) -> tuple[CallCount, ...]:
    """Numbers beside those of tokens: Anthropic's form, which DeepSeek's API has too, and LiteLLM's."""
    named = {"web_search": ("server_tool_use", "prompt_tokens_details"), "web_fetch": ("server_tool_use",)}
    return tuple(
        CallCount(call, _at(*(f"{usage}.{place}.{call}_requests" for usage in usages for place in places)))
        for call, places in named.items()
    )


def _output_calls(under: str, numbered: Sequence[CallCount]) -> tuple[CallCount, ...]:
    """Calls as elements of the output of a Responses object, and the numbers that such a record may have besides.

    Of the actions of a web search only `search` costs a call:
    https://developers.openai.com/api/docs/guides/tools-web-search#output-and-citations
    """
    output, tools = _at(f"{under}output", f"{under}tools")
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


_LOG_TIMES = ("completed_at", "end_time", "timestamp", "time", "created_at")
"""Where log lines that wrap a response note the time; looked at only where the response itself has none."""

_CHAT = "https://platform.openai.com/docs/api-reference/chat/object"
_DEEPSEEK = "https://api-docs.deepseek.com/api/create-chat-completion"
_BATCH = "https://platform.openai.com/docs/api-reference/batch/request-output"
_USAGE_API = "https://platform.openai.com/docs/api-reference/usage/completions_object"
_BATCH_OBJECT = "https://platform.openai.com/docs/api-reference/batch/object"
_MESSAGES = "https://api-docs.deepseek.com/api/create-message"
_STREAM = "https://platform.openai.com/docs/api-reference/chat-streaming/streaming"
_BACKGROUND = "https://platform.openai.com/docs/guides/background"
_EVENTS = "https://platform.openai.com/docs/api-reference/responses-streaming"
_ERRORS = "https://platform.openai.com/docs/guides/error-codes"
_OTLP = "https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding"
_OTEL = "https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md"


_NO_INFERENCE = "create_agent|invoke_agent|invoke_workflow|execute_tool|plan|retrieval|search_memory"
"""Operations that call no model themselves; the tokens of such a span are those of the spans below it.

https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-agent-spans.md
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


def _parts_only(root: str, name: str) -> LogKind:
    """DeepSeek's spelling alone: hits and misses, which add up to the input."""
    under = f"{root}." if root else ""
    chat = _usage(name, _DEEPSEEK, root)[0]
    parts = _at(f"{under}usage.prompt_cache_hit_tokens", f"{under}usage.prompt_cache_miss_tokens")
    return chat._replace(marks=parts, input=(), input_parts=parts)


def _amounts() -> tuple[LogKind, LogKind]:
    """DeepSeek's exported `amount-*.csv`: one row for each kind of tokens.

    No page documents its header. These two are what programs that read such exports expect:
    `user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount` since August 2026, with the
    offset of Shanghai, and before that `user_id,utc_date,model,api_key_name,api_key,type,price,amount`.
    """
    by_day = LogKind(
        "deepseek-amount-by-day",
        "https://platform.deepseek.com/usage",
        marks=_at("utc_date", "type", "amount"),
        model=_at("model"),
        input=_at("amount"),
        output=(),
        time=_at("utc_date"),
        compact_dates=True,
        requests=_at("amount"),
        types=("type",),
        flat=True,
    )
    newer = by_day._replace(
        name="deepseek-amount",
        marks=_at("start_time_iso", "type", "amount"),
        time=_at("start_time_iso"),
        compact_dates=False,
        until=_at("end_time_iso"),
    )
    return newer, by_day


_OTHER_TIMES = ("end_time", "ts", "createdAt", "datetime", "@timestamp", "start_time")
"""Further names of times in tables that people make; a completion goes before a creation, and that before a start."""
_ONE_API = "https://github.com/songquanpeng/one-api/blob/main/model/log.go"


def _batch_object() -> LogKind:
    """A batch as `GET /batches` lists it, with the tokens of all of its requests: a sum, as those of the Usage API."""
    _, responses = _usage("batch", _BATCH_OBJECT, "", tier="batch")
    return responses._replace(
        name="batch-object",
        source=_BATCH_OBJECT,
        marks=_at("request_counts.total"),
        time=_at("completed_at", "expired_at", "cancelled_at", "created_at"),
        requests=_at("request_counts.total"),
        # Nothing is charged before a batch ends, nor where its file was refused.
        no_call=((("status",), "validating|in_progress|finalizing|cancelling|failed"),),
        tier=(),
        calls=(),
    )


def _no_call(name: str, source: str, *marks: str, **tests: str) -> LogKind:
    """Records that are no call, known by fields and by what these say."""
    tested = tuple(Test((path,), pattern) for path, pattern in tests.items())
    return LogKind(name, source, marks=_at(*marks), model=(), input=(), output=(), tests=tested)


def _under(kind: LogKind, *roots: str) -> tuple[LogKind, ...]:
    """A kind at the beginning of a record, and the same at other roots."""
    found = [kind]
    for root in roots:
        under = tuple(root.split("."))
        marks = tuple((*under, *path) for path in kind.marks)
        tests = tuple(test._replace(path=(*under, *test.path)) for test in kind.tests)
        found.append(kind._replace(name=f"{kind.name}-in-{root.replace('.', '-')}", marks=marks, tests=tests))
    return tuple(found)


def _other_spans() -> tuple[LogKind, ...]:
    """Spans that tell of no tokens at all: of tools, of agents, of web servers. Their ids show that they are spans."""
    ids = {"": ("traceId", "spanId"), "-plain": ("trace_id", "span_id"), "-nested": ("context.trace_id",)}
    silent = (Test(("attributes",), "(?s).*([Tt]oken|[Uu]sage).*", holds=False),)
    return tuple(_no_call(f"span{name}", _OTLP, *marks)._replace(tests=silent) for name, marks in ids.items())


_EMPTY = '[^A-Za-z0-9{}"]*]'
"""A list with nothing in it, without a backslash, which dialects of SQL read in two ways."""
NO_CALLS: tuple[LogKind, ...] = (
    *_under(_no_call("chunk", _STREAM, "object", object="chat[.]completion[.]chunk"), "response", "body"),
    *_under(
        _no_call("pending", _BACKGROUND, "status", object="response", status="queued|in_progress"), "response", "body"
    ),
    # `response.completed` and `response.incomplete` hold the usage.
    _no_call("event", _EVENTS, "type", type="response[.](created|queued|in_progress|failed|[a-z_]+[.][a-z_.]+)"),
    *_under(_no_call("error", _ERRORS, "error.message"), "response", "body", "response.body"),
    _no_call("empty-bucket", _USAGE_API, "start_time", "results", results=_EMPTY),
    _no_call("empty-page", _USAGE_API, "object", "data", object="page|list", data=_EMPTY),
    _no_call("empty-export", _OTLP, "resourceSpans", resourceSpans=_EMPTY),
    *_other_spans(),
)
"""What stands in logs beside the calls: looked for last, so that whatever holds usage is a call."""


def _messages(root: str) -> tuple[LogKind, LogKind]:
    """Bodies in Anthropic's format, as DeepSeek's API answers Claude Code; known by either of its two cache fields.

    "Total input tokens in a request is the summation of `input_tokens`, `cache_creation_input_tokens`, and
    `cache_read_input_tokens`": https://docs.claude.com/en/api/messages
    """
    under = f"{root}." if root else ""
    name = f"anthropic-in-{root.replace('.', '-')}" if root else "anthropic"
    read, written = (f"{under}usage.{field}_input_tokens" for field in ("cache_read", "cache_creation"))
    _, responses = _usage(name, _MESSAGES, root)
    both = responses._replace(
        name=name,
        source=_MESSAGES,
        marks=_at(f"{under}usage.input_tokens", read),
        cached=_at(read),
        write=_at(written),
        tier=_at(f"{under}usage.service_tier"),
        excludes_cache=True,
        calls=_server_tools(f"{under}usage"),
    )
    return both, both._replace(name=f"{name}-written", marks=_at(f"{under}usage.input_tokens", written))


def _tables() -> tuple[LogKind, LogKind]:
    """The plain table; and one with Anthropic's columns, whose input leaves out what they count."""
    table = LogKind(
        "table",
        "README.md",
        marks=_at("model", "input_tokens", "output_tokens"),
        model=_at("model"),
        input=_at("input_tokens"),
        output=_at("output_tokens"),
        cached=_at("cached_input_tokens", "cached_tokens"),
        write=_at("cache_write_tokens"),
        time=_at("completed_at", "time", "timestamp", "created_at", "created", "date", "day", *_OTHER_TIMES),
        tier=_at("tier", "service_tier"),
        hosts=_at("provider", "custom_llm_provider"),
        region=_at("region"),
        requests=_at("requests"),
        flat=True,
    )
    excluding = table._replace(
        name="table-excluding-cache",
        source=_MESSAGES,
        marks=(*table.marks, ("cache_read_input_tokens",)),
        cached=_at("cache_read_input_tokens"),
        write=_at("cache_creation_input_tokens"),
        excludes_cache=True,
    )
    return excluding, table


def _flat_tables() -> tuple[LogKind, ...]:
    """Tables in OpenAI's words, at the top of a record or within one field of it, such as the logs of one-api.

    one-api's `logs` have `model_name`, `prompt_tokens`, `completion_tokens`, `created_at` in seconds, and `type`, which
    is 2 for what was consumed. new-api adds `other`, JSON as text, with `cache_tokens`:
    https://github.com/QuantumNous/new-api/blob/main/model/log.go
    """
    times = (*_LOG_TIMES, "created", "date", "day", *_OTHER_TIMES)

    def flat(name: str, root: str) -> LogKind:
        under = f"{root}." if root else ""
        models = ("model", "model_name")
        return LogKind(
            name,
            _ONE_API,
            marks=_at(f"{under}prompt_tokens", f"{under}completion_tokens"),
            model=_at(*(f"{place}{model}" for place in dict.fromkeys((under, "")) for model in models)),
            input=_at(f"{under}prompt_tokens"),
            output=_at(f"{under}completion_tokens"),
            cached=_at(
                f"{under}cached_tokens",
                f"{under}cached_input_tokens",
                f"{under}prompt_cache_hit_tokens",
                f"{under}prompt_tokens_details.cached_tokens",
                *([] if root else ["other.cache_tokens"]),
            ),
            write=_at(f"{under}cache_write_tokens", f"{under}prompt_tokens_details.cache_write_tokens"),
            time=_at(*(f"{place}{time}" for place in dict.fromkeys(("", under)) for time in times)),
            tier=_at(f"{under}service_tier", *([] if root else ["tier"])),
            flat=not root,
        )

    top = flat("flat", "")
    one_api = top._replace(
        name="one-api",
        marks=_at("model_name", "quota", "prompt_tokens", "completion_tokens"),
        # Top-ups, errors and refunds have rows as well.
        no_call=((("type",), "[013-9]"),),
    )
    named = LogKind(
        "table-model-name",
        "README.md",
        marks=_at("model_name", "input_tokens", "output_tokens"),
        model=_at("model_name"),
        input=_at("input_tokens"),
        output=_at("output_tokens"),
        cached=_at("cached_input_tokens", "cached_tokens"),
        write=_at("cache_write_tokens"),
        time=_at(*times),
        tier=_at("tier", "service_tier"),
        requests=_at("requests"),
        flat=True,
    )
    return one_api, top, *(flat(f"flat-in-{root}", root) for root in ("data", "result", "token_usage")), named


_CHATS = _usage("chat", _CHAT, "")
LOG_KINDS: tuple[LogKind, ...] = (
    *_usage("batch", _BATCH, "response.body", tier="batch", failed=True),
    # Chat Completions come early: of a whole record each field that is asked for takes time.
    _CHATS[0],
    _batch_object(),
    *_messages(""),
    _CHATS[1],
    *_messages("response"),
    *_usage("wrapped", _CHAT, "response"),
    *_messages("body"),
    *_usage("wrapped-body", _CHAT, "body"),
    _parts_only("", "deepseek"),
    _parts_only("response", "wrapped-deepseek"),
    LogKind(
        "langchain",
        "https://reference.langchain.com/python/langchain-core/messages/ai/UsageMetadata",
        marks=_at("usage_metadata.input_tokens"),
        model=_at("response_metadata.model_name", "response_metadata.model", "model"),
        input=_at("usage_metadata.input_tokens"),
        output=_at("usage_metadata.output_tokens"),
        cached=_at("usage_metadata.input_token_details.cache_read"),
        write=_at("usage_metadata.input_token_details.cache_creation"),
        time=_at("response_metadata.completed_at", "response_metadata.created", *_LOG_TIMES, "created"),
        tier=_at("response_metadata.service_tier"),
    ),
    *_spans(),
    LogKind(
        "usage-api",
        _USAGE_API,
        marks=_at("num_model_requests", "input_tokens", "output_tokens"),
        model=_at("model"),
        input=_at("input_tokens"),
        output=_at("output_tokens"),
        cached=_at("input_cached_tokens"),
        # In newer versions of the object; `input_tokens` includes them.
        write=_at("input_cache_write_tokens"),
        time=_at("start_time"),
        until=_at("end_time"),
        tier=_at("service_tier"),
        batch=_at("batch"),
        requests=_at("num_model_requests"),
        flat=True,
    ),
    *_amounts(),
    LogKind(
        "litellm",
        # The page does not name the columns of the table of spend logs: they, and `additional_usage_values`, are as in
        # its source. `usage_object` could not be confirmed.
        "https://docs.litellm.ai/docs/proxy/cost_tracking",
        marks=_at("startTime", "prompt_tokens", "completion_tokens"),
        model=_at("model"),
        input=_at("prompt_tokens"),
        output=_at("completion_tokens"),
        cached=_at(
            "metadata.usage_object.prompt_tokens_details.cached_tokens",
            "metadata.usage_object.prompt_cache_hit_tokens",
            "metadata.additional_usage_values.prompt_tokens_details.cached_tokens",
            "metadata.additional_usage_values.cache_read_input_tokens",
        ),
        write=_at(
            "metadata.usage_object.prompt_tokens_details.cache_write_tokens",
            "metadata.additional_usage_values.prompt_tokens_details.cache_write_tokens",
            "metadata.additional_usage_values.cache_creation_input_tokens",
        ),
        time=_at("endTime", "startTime"),
        hosts=_at("custom_llm_provider"),
        region=_at("api_base"),
        failed=((("cache_hit",), "[Tt]rue"), (("status",), "failure")),
        calls=_server_tools("metadata.usage_object", "metadata.additional_usage_values"),
        flat=True,
    ),
    *_tables(),
    *_flat_tables(),
    LogKind(
        "batch-failed",
        _BATCH,
        marks=_at("custom_id"),
        model=(),
        input=(),
        output=(),
        failed=((("custom_id",), ".*"),),
    ),
    *NO_CALLS,
)

FAMILIES = {
    "batch": ("batch", "batch-responses", "batch-failed"),
    "wrapped": ("wrapped", "wrapped-responses", "wrapped-body", "wrapped-body-responses", "wrapped-deepseek"),
    "otel": ("otel", "otel-older"),
    "otel-flat": ("otel-flat", "otel-flat-older"),
    "anthropic": ("anthropic", "anthropic-written"),
}
"""Names that stand for several kinds where a user names one: records of one origin come in all of them."""


def named_kinds(names: Sequence[str]) -> tuple[LogKind, ...]:
    """The kinds of these names, in the order they are looked for. Raises `InvalidRequest` for an unknown name."""
    known = {kind.name: kind for kind in LOG_KINDS}
    for name in names:
        if name not in known:
            raise InvalidRequest(f"there is no shape {name!r}", SHAPE_HINT)
    wanted = {member for name in names for member in FAMILIES.get(name, (name,))}
    return tuple(kind for kind in LOG_KINDS if kind.name in wanted)


_SHAPES = ", ".join(kind.name for kind in LOG_KINDS if kind not in NO_CALLS)
SHAPE_HINT = f"--shape is one of {_SHAPES}, or several; --map describes another"

MAPPED_FIELDS = {
    "model": "model",
    "input_tokens": "input",
    "output_tokens": "output",
    "cached_input_tokens": "cached",
    "cache_write_tokens": "write",
    "time": "time",
    "until": "until",
    "tier": "tier",
    "region": "region",
    "requests": "requests",
}
"""What `--map` can say, in the words of the plain table, and the field of a kind that it sets."""
SUMMED_FIELDS = ("input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens")
"""Those of them that may be a sum of fields."""


def paths_of(kind: LogKind) -> tuple[Path, ...]:
    """Every field that a kind looks at, but for those of calls."""
    groups = (kind.marks, kind.model, kind.input, kind.output, kind.cached, kind.write, kind.input_parts, kind.total)
    times = (kind.time, kind.until, kind.tier, kind.batch, kind.region, kind.requests, kind.hosts, kind.azure)
    found = [path for group in (*groups, *times) for path in group]
    found += [path for path, _ in (*kind.failed, *kind.no_call)]
    found += [test.path for test in kind.tests]
    found += [path for _, path in kind.added]
    if kind.types:
        found.append(kind.types)
    return tuple(dict.fromkeys(found))


def count_paths(kind: LogKind) -> frozenset[Path]:
    """Those of them that hold a count, which must be written as a number."""
    counts = (kind.input, kind.output, kind.cached, kind.write, kind.input_parts, kind.requests, kind.total)
    return frozenset((*(path for paths in counts for path in paths), *(path for _, path in kind.added)))


def usage_object(kind: LogKind) -> Path | None:
    """The object of a record that holds its counts: all of it in a table; None where it holds other things too."""
    if kind.flat:
        return () if not kind.types else None
    root = (*kind.input, *kind.input_parts, ("",))[0][:-1]
    return root if root[-1:] in (("usage",), ("usage_metadata",)) else None


def cache_names(kind: LogKind) -> tuple[str, ...]:
    """The names of the cache fields that a kind reads, and of those that another field tells as well."""
    read = (path[-1] for path in (*kind.cached, *kind.write, *kind.input_parts, *kind.replaced))
    return tuple(dict.fromkeys((*read, "prompt_cache_miss_tokens")))


def call_numbers(kind: LogKind) -> tuple[Path, ...]:
    """The fields that hold a number of calls."""
    return tuple(path for count in kind.calls for path in count.numbers)


def call_lists(kind: LogKind) -> tuple[Path, ...]:
    """The fields that hold a list in which calls, or the tools for them, are elements."""
    listed = [items.path for count in kind.calls for items in (count.items, count.tool) if items is not None]
    return tuple(dict.fromkeys(listed))
