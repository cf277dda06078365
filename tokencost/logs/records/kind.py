"""What a kind of record is: where it keeps its model, its time and its token counts, as data.

Which kinds there are is in `kinds`, a module for each origin.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

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
    overlaps: bool = False
    """Whether input and output hold what else is added to them in records whose total is just the two together."""
    sums: bool = False
    """Whether a record sums up requests of which it does not say how many; it has no context length."""
    pair_times: bool = False
    """Whether a time may be a pair, [seconds, nanoseconds], as OpenTelemetry has it in JavaScript."""
    calls: tuple[CallCount, ...] = ()
    """Calls of tools, which may have a fee apart from tokens."""
    unread: tuple[Path, ...] = ()
    """Fields that name a cache field which whoever wrote the record could not read."""
    types: Path | None = None
    """The field that says what `amount` counts, where a record holds one kind of tokens."""
    replaced: tuple[Path, ...] = ()
    """Fields of cached tokens in whose place others were named: they are known, and not read."""
    added: tuple[tuple[str, Path], ...] = ()
    """Fields that are added to a count: ("output", ("usage", "reasoning")). What a record lacks adds nothing."""
    other_tokens: tuple[Path, ...] = ()
    """Counts of tokens that the table has no rates for, such as audio: a record that has some is not priced."""
    host: str | None = None
    """Who served all of its requests, where that is another host than the provider."""
    model_endings: tuple[str, ...] = ()
    """What is written behind the name of a model for how it was asked, such as `-high`, and changes no price."""
    id: tuple[Path, ...] = ()
    """Where the provider's own name of the call stands, such as `chatcmpl-...`: records that share one are one call.

    It counts only in the form of such a name: the number of a row tells nothing of other files.
    """
    id_pairs: tuple[tuple[Path, Path], ...] = ()
    """Two fields that are such a name together, where none of `id` is there: a trace and the span in it."""
    parents: tuple[Path, ...] = ()
    """Where a span says in which one it lies, in the same trace."""
    paid: tuple[Path, ...] = ()
    """What was paid for each of its tokens, in the account's currency: of a day, it tells which of the rates held."""
    operation: tuple[Path, ...] = ()
    """Where a span says what it does. One that does not say it may sum up those that lie in it."""


FAILED, NO_CALL = "failed", "no call"
NOT_BILLED = (FAILED, NO_CALL)
"""The codes of records for which nothing was billed: failed and cached requests, and what is no call of a model."""
REPEAT = "repeat"
"""The code of records of a call that another record tells more of, or as much: that one counts."""
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


def at(*paths: str) -> tuple[Path, ...]:
    """Fields by their paths, written with dots; empty ones are left out."""
    return tuple(tuple(path.split(".")) for path in paths if path)


def keys(root: str, *names: str) -> tuple[Path, ...]:
    """Fields of the object at `root` whose names may hold dots themselves; of the whole record where it is empty."""
    return tuple((root, name) if root else (name,) for name in names)


def no_call(name: str, source: str, *marks: str, **tests: str) -> LogKind:
    """Records that are no call, known by fields and by what these say."""
    tested = tuple(Test((path,), pattern) for path, pattern in tests.items())
    return LogKind(name, source, marks=at(*marks), model=(), input=(), output=(), tests=tested)


LOG_TIMES = ("completed_at", "end_time", "timestamp", "time", "created_at")
"""Where log lines that wrap a response note the time; looked at only where the response itself has none."""
OTHER_TIMES = ("end_time", "ts", "createdAt", "datetime", "@timestamp", "start_time")
"""Further names of times in tables that people make; a completion goes before a creation, and that before a start."""


def paths_of(kind: LogKind) -> tuple[Path, ...]:
    """Every field that a kind looks at, but for those of calls."""
    groups = (
        kind.marks,
        kind.model,
        kind.input,
        kind.output,
        kind.cached,
        kind.write,
        kind.input_parts,
        kind.total,
        kind.other_tokens,
    )
    times = (kind.time, kind.until, kind.tier, kind.batch, kind.region, kind.requests, kind.hosts, kind.azure)
    found = [path for group in (*groups, *times) for path in group]
    found += [path for path, _ in (*kind.failed, *kind.no_call)]
    found += [*kind.unread, *kind.paid, *(test.path for test in kind.tests)]
    found += [path for _, path in kind.added]
    if kind.types:
        found.append(kind.types)
    return tuple(dict.fromkeys(found))


def kinds_with(keys: Collection[str], kinds: Sequence[LogKind]) -> tuple[LogKind, ...]:
    """Those of the kinds that a record can be of which has no other keys at its top."""
    return tuple(kind for kind in kinds if all(path[0] in keys for path in kind.marks))


def id_paths(kind: LogKind) -> tuple[Path, ...]:
    """The fields that name a call. They are read only where logs show such names."""
    return (*kind.id, *(path for pair in kind.id_pairs for path in pair))


def tree_paths(kind: LogKind) -> tuple[Path, ...]:
    """The fields that say how spans lie in each other. They are read only where spans may sum up others."""
    if not kind.parents:
        return ()
    return (*(path for pair in kind.id_pairs for path in pair), *kind.parents, *kind.operation)


def count_paths(kind: LogKind) -> frozenset[Path]:
    """Those of them that hold a count, which must be written as a number."""
    counts = (
        kind.input,
        kind.output,
        kind.cached,
        kind.write,
        kind.input_parts,
        kind.requests,
        kind.total,
        kind.other_tokens,
    )
    return frozenset((*(path for paths in counts for path in paths), *(path for _, path in kind.added)))


def usage_object(kind: LogKind) -> Path | None:
    """The object of a record that holds its counts: all of it in a table; None where it holds other things too."""
    if kind.flat:
        return () if not kind.types else None
    root = (*kind.input, *kind.input_parts, ("",))[0][:-1]
    return root if root[-1:] in _USAGE_OBJECTS else None


_USAGE_OBJECTS = (("usage",), ("usage_metadata",), ("usageDetails",), ("usage_details",), ("totalUsage",))


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
