"""What stands in logs beside the calls of models."""

from tokencost.logs.records.kind import LogKind, Test, keys, no_call
from tokencost.logs.records.kinds.openai import USAGE_API
from tokencost.logs.records.kinds.opentelemetry import SPAN_IDS, SPAN_PARENTS
from tokencost.logs.records.kinds.programs import PROGRAM_EVENTS
from tokencost.logs.records.kinds.realtime import REALTIME_EVENTS

_STREAM = "https://platform.openai.com/docs/api-reference/chat-streaming/streaming"
_BACKGROUND = "https://platform.openai.com/docs/guides/background"
_EVENTS = "https://platform.openai.com/docs/api-reference/responses-streaming"
_ERRORS = "https://platform.openai.com/docs/guides/error-codes"
_MESSAGES = "https://reference.langchain.com/python/langchain-core/messages"
_AGENTS = "https://github.com/openai/openai-agents-python/blob/main/src/agents/tracing/traces.py"
_AI_SDK = "https://ai-sdk.dev/docs/ai-sdk-core/telemetry"
_DSPY = "https://github.com/stanfordnlp/dspy/blob/main/dspy/clients/base_lm.py"
OTLP = "https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding"


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
    ids["-console"] = ("traceId", "id", "timestamp", "duration")
    silent = (Test(("attributes",), "(?s).*([Tt]oken|[Uu]sage).*", holds=False),)
    # They lie between spans that tell of tokens, and so in the way from one to another.
    return tuple(
        no_call(f"span{name}", OTLP, *marks)._replace(tests=silent, id_pairs=SPAN_IDS, parents=SPAN_PARENTS)
        for name, marks in ids.items()
    )


def _of_frameworks() -> tuple[LogKind, ...]:
    """What frameworks write beside their calls: messages of others than the model, traces, and answers of a cache."""
    said = no_call("message", _MESSAGES, "type", "content", "additional_kwargs", type="human|system|tool|function|chat")
    no_cost = Test(("cost",), "[0-9].*", holds=False)
    cached = no_call("dspy-cached", _DSPY, "uuid", "model_type", "timestamp")
    return (
        said,
        no_call("openai-agents-trace", _AGENTS, "object", "workflow_name", object="trace"),
        # Spans with usage or with the reason for which an answer ended are calls.
        LogKind(
            "ai-sdk-span-other", _AI_SDK, marks=keys("attributes", "ai.operationId"), model=(), input=(), output=()
        ),
        # Of an answer from its cache DSPy keeps neither usage nor cost.
        cached._replace(tests=(no_cost,)),
    )


_EMPTY = '[^A-Za-z0-9{}"]*]'
"""A list with nothing in it, without a backslash, which dialects of SQL read in two ways."""


NO_CALLS: tuple[LogKind, ...] = (
    *_under(no_call("chunk", _STREAM, "object", object="chat[.]completion[.]chunk"), "response", "body"),
    *_under(
        no_call("pending", _BACKGROUND, "status", object="response", status="queued|in_progress"), "response", "body"
    ),
    # Azure says in the first chunk what its filter made of the prompt, before there is an answer:
    # https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming
    no_call("chunk-filters", _STREAM, "prompt_filter_results", "object", object=""),
    # `response.completed` and `response.incomplete` hold the usage.
    no_call("event", _EVENTS, "type", type="response[.](created|queued|in_progress|failed|[a-z_]+[.][a-z_.]+)"),
    *_under(no_call("error", _ERRORS, "error.message"), "response", "body", "response.body"),
    no_call("empty-bucket", USAGE_API, "start_time", "results", results=_EMPTY),
    no_call("empty-page", USAGE_API, "object", "data", object="page|list", data=_EMPTY),
    no_call("empty-export", OTLP, "resourceSpans", resourceSpans=_EMPTY),
    *_of_frameworks(),
    *_other_spans(),
    *REALTIME_EVENTS,
    *PROGRAM_EVENTS,
)
"""What stands in logs beside the calls: looked for last, so that whatever holds usage is a call."""
