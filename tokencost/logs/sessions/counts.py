"""The tokens of one call, read from the usage objects of APIs: OpenAI's two, DeepSeek's additions, and Anthropic's."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tokencost.logs.sessions.call import Unreadable, read_count, read_object, unread_cache

UNCACHED, CACHED, WRITE, OUTPUT = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
)
"""Anthropic's names, in which the input is what was neither read from a cache nor written to it."""
_CACHES = (CACHED, WRITE, "cache_creation")
"""Those about caches that are known; the last one says for how long `WRITE` is kept."""
_CHAT_CACHES = ("prompt_cache_hit_tokens", "prompt_cache_miss_tokens")
"""DeepSeek's names; the second is the rest of the input: https://api-docs.deepseek.com/guides/kv_cache"""
_DETAILS = ("cached_tokens", "cache_write_tokens")


class Counts(NamedTuple):
    """The tokens of one call: input includes what was read from a cache and written to it."""

    input: int
    cached: int
    write: int
    output: int
    unread: str | None = None
    """The name of a cache field that nobody reads."""
    web_search: int = 0
    web_fetch: int = 0


def read_anthropic(usage: Mapping[str, Any]) -> Counts:
    """A usage of Anthropic's Messages API, which DeepSeek's answers in too: https://docs.claude.com/en/api/messages."""
    excluding, cached, write, output = (read_count(usage, name) for name in (UNCACHED, CACHED, WRITE, OUTPUT))
    tools = read_object(usage.get("server_tool_use"))
    searches, fetches = (read_count(tools, f"{name}_requests") for name in ("web_search", "web_fetch"))
    unread = unread_cache(usage, _CACHES)
    return Counts(excluding + cached + write, cached, write, output, unread, searches, fetches)


def read_openai(usage: Mapping[str, Any]) -> Counts:
    """A usage of Chat Completions or Responses, with DeepSeek's additions. Raises `Unreadable` where it has no input.

    https://platform.openai.com/docs/api-reference/chat/object, https://platform.openai.com/docs/api-reference/responses
    """
    names = next((pair for pair in _NAMES if pair[0] in usage), None)
    if names is None:
        raise Unreadable("its usage names no input tokens")
    place = f"{names[0]}_details"
    details = read_object(usage.get(place))
    cached, write = (read_count(details, name) for name in _DETAILS)
    unread = unread_cache(usage, (*_CHAT_CACHES, place)) or unread_cache(details, _DETAILS)
    counts = Counts(
        read_count(usage, names[0]),
        cached or read_count(usage, _CHAT_CACHES[0]),
        write,
        read_count(usage, names[1]),
        unread,
    )
    refuse_more_cached(counts)
    return counts


_NAMES = (("prompt_tokens", "completion_tokens"), (UNCACHED, OUTPUT))


def refuse_more_cached(counts: Counts) -> None:
    """Raise `Unreadable` where more tokens were cached than sent, of which they are parts."""
    if counts.cached + counts.write > counts.input:
        raise Unreadable("its cached and cache-write tokens are more than its input tokens, of which they are parts")


def count_output_calls(body: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The calls of tools in the output of a Responses object, each with its number.

    Of the actions of a web search only `search` costs a call:
    https://developers.openai.com/api/docs/guides/tools-web-search#output-and-citations
    """
    output = body.get("output")
    items = [item for item in output if isinstance(item, dict)] if isinstance(output, list) else []
    tools = body.get("tools")
    names = [str(read_object(tool).get("type")) for tool in tools] if isinstance(tools, list) else []
    preview = any(name.startswith("web_search_preview") for name in names)
    yield "web_search_preview" if preview else "web_search", sum(map(is_search, items))
    for call in ("file_search", "code_interpreter"):
        yield call, sum(item.get("type") == f"{call}_call" for item in items)


def is_search(item: Mapping[str, Any]) -> bool:
    """Whether an item of an output is a search of the web that is billed."""
    action = read_object(item.get("action")).get("type")
    return item.get("type") == "web_search_call" and action in (None, "search")
