"""Bodies in Anthropic's format, whose input leaves out what was read from a cache and written to it."""

from tokencost.logs.records.kind import LogKind, at
from tokencost.logs.records.kinds.openai import openai_bodies, server_tools

MESSAGES = "https://api-docs.deepseek.com/api/create-message"


def messages(root: str) -> tuple[LogKind, LogKind]:
    """Bodies in Anthropic's format, as DeepSeek's API answers Claude Code; known by either of its two cache fields.

    "Total input tokens in a request is the summation of `input_tokens`, `cache_creation_input_tokens`, and
    `cache_read_input_tokens`": https://docs.claude.com/en/api/messages
    """
    under = f"{root}." if root else ""
    name = f"anthropic-in-{root.replace('.', '-')}" if root else "anthropic"
    read, written = (f"{under}usage.{field}_input_tokens" for field in ("cache_read", "cache_creation"))
    _, responses = openai_bodies(name, MESSAGES, root)
    both = responses._replace(
        name=name,
        source=MESSAGES,
        marks=at(f"{under}usage.input_tokens", read),
        cached=at(read),
        write=at(written),
        tier=at(f"{under}usage.service_tier"),
        excludes_cache=True,
        calls=server_tools(f"{under}usage"),
    )
    return both, both._replace(name=f"{name}-written", marks=at(f"{under}usage.input_tokens", written))
