"""What DeepSeek's API answers in words of its own, and what its platform exports."""

from tokencost.logs.records.kind import LogKind, at
from tokencost.logs.records.kinds.openai import openai_bodies

_DEEPSEEK = "https://api-docs.deepseek.com/api/create-chat-completion"


def parts_only(root: str, name: str) -> LogKind:
    """DeepSeek's spelling alone: hits and misses, which add up to the input."""
    under = f"{root}." if root else ""
    chat = openai_bodies(name, _DEEPSEEK, root)[0]
    parts = at(f"{under}usage.prompt_cache_hit_tokens", f"{under}usage.prompt_cache_miss_tokens")
    return chat._replace(marks=parts, input=(), input_parts=parts)


def _amounts() -> tuple[LogKind, LogKind]:
    """DeepSeek's exported `amount-*.csv`: one row for each kind of tokens.

    No page documents its header. These two are what programs that read such exports expect:
    `user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount` since August 2026, with the
    offset of the user, and before that `user_id,utc_date,model,api_key_name,api_key,type,price,amount`. A row is of a
    day and of one price for each token, so that the price tells what was used in peak hours.
    """
    by_day = LogKind(
        "deepseek-amount-by-day",
        "https://platform.deepseek.com/usage",
        marks=at("utc_date", "type", "amount"),
        model=at("model"),
        input=at("amount"),
        output=(),
        time=at("utc_date"),
        compact_dates=True,
        requests=at("amount"),
        types=("type",),
        paid=at("price"),
        flat=True,
    )
    newer = by_day._replace(
        name="deepseek-amount",
        marks=at("start_time_iso", "type", "amount"),
        time=at("start_time_iso"),
        compact_dates=False,
        until=at("end_time_iso"),
    )
    return newer, by_day


EXPORTS = _amounts()
