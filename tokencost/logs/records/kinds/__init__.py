"""The kinds in which usage is recorded, in the order they are looked for, and their names.

In all of them but those that say otherwise the input tokens include the cached ones; the output tokens include
reasoning in every one. A kind is recognised by its fields: the first one all of whose marks a record has.
"""

from collections.abc import Sequence

from tokencost.errors import InvalidRequest
from tokencost.logs.records.kind import LogKind
from tokencost.logs.records.kinds.anthropic import messages
from tokencost.logs.records.kinds.deepseek import EXPORTS, parts_only
from tokencost.logs.records.kinds.frameworks import FRAMEWORKS, PYDANTIC_AI
from tokencost.logs.records.kinds.gateways import GATEWAYS, LITELLM, PORTKEY
from tokencost.logs.records.kinds.no_calls import NO_CALLS
from tokencost.logs.records.kinds.openai import (
    BATCH_OBJECT,
    BATCH_OTHERS,
    CHAT,
    USAGE_BUCKET,
    WITHOUT_USAGE,
    batch_lines,
    openai_bodies,
)
from tokencost.logs.records.kinds.opentelemetry import SPANS
from tokencost.logs.records.kinds.programs import CODEX_TURN, PROGRAMS
from tokencost.logs.records.kinds.realtime import REALTIME
from tokencost.logs.records.kinds.tables import FLAT_TABLES, PLAIN_TABLES

_CHAT, _RESPONSES = openai_bodies("chat", CHAT, "")

LOG_KINDS: tuple[LogKind, ...] = (
    # Chat Completions come early: of a whole record each field that is asked for takes time.
    _CHAT,
    PORTKEY,
    *batch_lines(),
    BATCH_OBJECT,
    *REALTIME,
    CODEX_TURN,
    *messages(""),
    *PYDANTIC_AI,
    _RESPONSES,
    *LITELLM,
    *messages("response"),
    *openai_bodies("wrapped", CHAT, "response"),
    *messages("body"),
    *openai_bodies("wrapped-body", CHAT, "body"),
    parts_only("", "deepseek"),
    parts_only("response", "wrapped-deepseek"),
    *FRAMEWORKS,
    # What frameworks and programs log of an answer of the API, such as a result of the AI SDK, holds its body too.
    *openai_bodies("wrapped-response-body", CHAT, "response.body"),
    *SPANS,
    USAGE_BUCKET,
    *EXPORTS,
    *GATEWAYS,
    *PROGRAMS,
    *PLAIN_TABLES,
    *FLAT_TABLES,
    *BATCH_OTHERS,
    *NO_CALLS,
    *WITHOUT_USAGE,
)

FAMILIES = {
    "batch": ("batch", "batch-responses", "batch-refused", "batch-failed"),
    "wrapped": (
        "wrapped",
        "wrapped-responses",
        "wrapped-body",
        "wrapped-body-responses",
        "wrapped-deepseek",
        "wrapped-response-body",
        "wrapped-response-body-responses",
    ),
    "otel": ("otel", "otel-older"),
    "otel-flat": ("otel-flat", "otel-flat-older"),
    "litellm": ("litellm", "litellm-payload"),
    "anthropic": ("anthropic", "anthropic-written"),
    "langfuse": ("langfuse", "langfuse-answered", "langfuse-other"),
    "langfuse-stored": ("langfuse-stored", "langfuse-stored-answered", "langfuse-stored-other"),
    "langsmith": ("langsmith", "langsmith-sent", "langsmith-metadata", "langsmith-result", "langsmith-other"),
    "langchain": ("langchain", "langchain-dump", "langchain-result", "langchain-older"),
    "openinference": ("openinference", "openinference-nested", "openinference-other"),
    "openinference-table": ("openinference-table", "phoenix-other"),
    "pydantic-ai": ("pydantic-ai", "pydantic-ai-older"),
    "openai-agents": ("openai-agents", "openai-agents-other"),
    "ai-sdk": ("ai-sdk", "ai-sdk-total", "ai-sdk-4", "ai-sdk-embedding", "ai-sdk-embeddings"),
    "ai-sdk-span": ("ai-sdk-span", "ai-sdk-span-embedding"),
}
"""Names that stand for several kinds where a user names one: records of one origin come in all of them."""

CALLS_AMONG = {
    "chunk": ("chat",),
    "chunk-in-response": ("wrapped",),
    "chunk-in-body": ("wrapped-body",),
    **{
        name: tuple(member for member in members if member != name)
        for members in FAMILIES.values()
        for name in members
        if name in ("batch-refused", "batch-failed") or name.endswith("-other")
    },
    "ai-sdk-span-other": FAMILIES["ai-sdk-span"],
}
"""Kinds that know whatever is left of an origin, such as failed lines of a batch, and those that know its calls.

The last chunk of a stream has the usage, and is a call: https://platform.openai.com/docs/api-reference/chat-streaming
"""


def named_kinds(names: Sequence[str]) -> tuple[LogKind, ...]:
    """The kinds of these names, in the order they are looked for. Raises `InvalidRequest` for an unknown name."""
    known = {kind.name: kind for kind in LOG_KINDS}
    for name in names:
        if name not in known:
            raise InvalidRequest(f"there is no shape {name!r}", SHAPE_HINT)
    wanted = {member for name in names for member in FAMILIES.get(name, (name,))}
    return tuple(kind for kind in LOG_KINDS if kind.name in wanted)


_SHAPES = ", ".join(kind.name for kind in LOG_KINDS if kind not in (*NO_CALLS, *WITHOUT_USAGE))
SHAPE_HINT = f"--shape is one of {_SHAPES}, or several; --map describes another"
