"""Why records are rejected, in words: in short for sums of them, and with fields and figures for each."""

from tokencost.logs.records.kind import FAILED, NO_CALL, REPEAT, LogKind, Path, call_numbers
from tokencost.logs.records.kinds.openai import WITHOUT_USAGE
from tokencost.logs.sql.fields import MOST
from tokencost.pricing.cost import CONVENTION

REASONS = {
    "shape": "no usage is recognised",
    FAILED: "failed or cached requests: nothing was billed",
    NO_CALL: "no calls of a model: nothing was billed",
    REPEAT: "repeats of calls that other records tell of",
    "input": "the input tokens are no whole number, or missing",
    "output": "the output tokens are no whole number, or missing",
    "cached": "the cached input tokens are no whole number",
    "write": "the cache-write tokens are no whole number",
    "requests": "the number of requests is no whole number",
    "calls": "a number of calls, such as web searches, is no whole number",
    "convention": "more cached and cache-write tokens than input tokens, of which they are parts",
    "time": "the time is not an instant, nor a date, nor the seconds since 1970",
}
"""What is wrong with records that only a query saw, by the code that it gives them."""
_PROBLEMS = {
    "not JSON": "not JSON",
    "too long": "longer than 16 MB",
    "repeated": "a field of it stands in it twice: which one was meant is not known",
    "no object": "not a record: no JSON object",
    "": "no usage is recognised in this record; --map says where it stands",
}


def explain_rejection(code: str, problem: str, kind: LogKind | None, counts: dict[str, int | None]) -> str:
    """What is wrong with one record that is at hand. `problem` is what keeps its line from being a record at all."""
    if kind is None or code == "shape":
        return _PROBLEMS[problem]
    if code == "time":
        time = _name_paths(kind.time)
        return f"the time in {time} is not an instant, nor a date, nor the seconds since 1970, before 2100"
    if kind in WITHOUT_USAGE:
        return "it holds no usage, so that it cannot be priced: nobody kept how many tokens it took"
    if code == "calls":
        return f"{_name_paths(call_numbers(kind))} is not a whole number of calls, zero or more"
    if code == "convention":
        cached, written = counts["cached"] or 0, counts["write"] or 0
        return (
            f"{cached + written:,} cached and cache-write tokens are more than the {counts['input']:,} input tokens: "
            f"{CONVENTION}"
        )
    return _explain_count(counts[code], kind, code)


def _explain_count(count: int | None, kind: LogKind, code: str) -> str:
    field = _name_paths(getattr(kind, code) or kind.input_parts)
    if count is None:
        return f"{field} is missing"
    if count >= MOST:
        return f"{field} is {count:,}, more tokens than a request can have"
    return f"{field} is not a whole number of tokens, zero or more"


def _name_paths(paths: tuple[Path, ...]) -> str:
    return " or ".join(".".join(path) for path in paths[:2])
