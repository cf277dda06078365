"""What stands in logs beside the calls of models."""

from tokencost.logs.records.kind import LogKind, Test, at
from tokencost.logs.records.kinds.openai import USAGE_API
from tokencost.logs.records.kinds.opentelemetry import SPAN_IDS, SPAN_PARENTS

_STREAM = "https://platform.openai.com/docs/api-reference/chat-streaming/streaming"
_BACKGROUND = "https://platform.openai.com/docs/guides/background"
_EVENTS = "https://platform.openai.com/docs/api-reference/responses-streaming"
_ERRORS = "https://platform.openai.com/docs/guides/error-codes"
OTLP = "https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding"


def _no_call(name: str, source: str, *marks: str, **tests: str) -> LogKind:
    """Records that are no call, known by fields and by what these say."""
    tested = tuple(Test((path,), pattern) for path, pattern in tests.items())
    return LogKind(name, source, marks=at(*marks), model=(), input=(), output=(), tests=tested)


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
    # They lie between spans that tell of tokens, and so in the way from one to another.
    return tuple(
        _no_call(f"span{name}", OTLP, *marks)._replace(tests=silent, id_pairs=SPAN_IDS, parents=SPAN_PARENTS)
        for name, marks in ids.items()
    )


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
    _no_call("empty-bucket", USAGE_API, "start_time", "results", results=_EMPTY),
    _no_call("empty-page", USAGE_API, "object", "data", object="page|list", data=_EMPTY),
    _no_call("empty-export", OTLP, "resourceSpans", resourceSpans=_EMPTY),
    *_other_spans(),
)
"""What stands in logs beside the calls: looked for last, so that whatever holds usage is a call."""
