"""Sessions of Codex CLI: rollout files, in which each line is an event.

What the lines hold is defined in https://github.com/openai/codex, `codex-rs/protocol/src/protocol.rs` (`RolloutLine`,
`SessionMeta`, `TurnContextItem`, `TokenUsageInfo`). Input includes cached input and cache writes, output reasoning.

- `turn_context` (and, newer, `thread_settings_applied`) says which model is called from there on.
- `token_count` holds the usage of the last call beside the total of the session. It is written again, with an unchanged
  total, whenever limits are shown: https://github.com/ccusage/ccusage/issues/1288. Where only the total is there, the
  call is its difference to the one before; a total that shrinks has begun anew.
- `token_usage_record`, since September 2026, holds the usage of each response under its id, that of a compaction too,
  which no `token_count` has: https://github.com/openai/codex/issues/47003. Both are written for all other calls.
- `response_item` is what a response holds, such as a `web_search_call`; its usage follows.
- A forked session, and that of a sub-agent, begins with a copy of its parent's events, mostly under new timestamps:
  https://github.com/ccusage/ccusage/issues/1370, https://github.com/steipete/CodexBar/issues/2108. Turns are copied
  with their ids (`turn_id`, since 2026), which as those of sessions hold the time at which they were made: a turn that
  is older than its session is the parent's.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import le
from typing import Any, Literal, NamedTuple

from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.discover import LONGEST_RECORD, Log
from tokencost.logs.sessions.call import (
    Call,
    Unreadable,
    read_count,
    read_object,
    read_text,
    read_time,
    unread_cache,
)
from tokencost.logs.sessions.counts import is_search
from tokencost.logs.sessions.lines import is_closed, numbered_lines, parse_line
from tokencost.logs.sessions.reading import Found, SessionLine, no_call
from tokencost.logs.sql.fields import MOST

COUNTS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
EVENTS = ("token_count", "thread_settings_applied")
"""The events of `event_msg` that are read."""
LINES = ("session_meta", "turn_context", "token_usage_record", "event_msg")
"""The lines that are read; what else there is holds no usage."""
MARKS = (b'"payload"', b'"instructions"')
_OLDER = {"id", "timestamp", "instructions"}
"""The first line of a rollout before September 2025, of which no line holds usage."""
_SEARCH = b"web_search_call"
"""The items of a response that are read."""
_HEAD = re.compile(
    rb'\{"timestamp":"[^"\\]*",(?:"ordinal":[0-9]+,)?"type":"([a-z_]+)"(?:,"payload":\{"type":"([a-z_]+)")?'
)
"""How Codex writes the beginning of a line, from which most of them are known to hold no usage."""
_ZEROS = (0,) * len(COUNTS)
_INTEGERS = {int}
_KNOWN = frozenset((*COUNTS, "total_tokens"))
_WORDS = (*(name.encode() for name in ("session_meta", "turn_context", "token_usage_record", *EVENTS)), _SEARCH)
_LINES = frozenset(name.encode() for name in LINES)
_EVENT = b"event_msg"
_EVENTS = frozenset(name.encode() for name in EVENTS)
_TIERS = {"fast": "priority"}
"""What Codex calls its tiers, where the API has another name."""
BURST = 100_000
"""Microseconds within which the next call of a copy stands. A call takes longer, and Codex writes a copy at once."""
_MADE = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
"""A UUID of version 7, which begins with milliseconds since 1970: https://www.rfc-editor.org/rfc/rfc9562#section-5.7"""
SLOW = 1_000_000
"""The same where the total is not above one that was copied before: that of a fork goes on from there."""
PAUSE = 5_000_000
"""The same where the call is known to be one of the parent: the disk may have been busy meanwhile."""
PAIRED = 5_000_000
"""Microseconds within which a call is written both as `token_usage_record` and as `token_count`."""

NOTHING: Literal["nothing"] = "nothing"
"""An event of a call with zeros alone."""
Nothing = Literal["nothing"]
Counts = tuple[int, ...]
Key = tuple[Counts | str | None, Counts | None]
"""By what a call is known again in a copy: the id of its response, or the total after it and its own usage."""
Seen = set[tuple[Key, int | None]]
"""The calls of a session: each with its time, which copies of a file keep, and without, as forks do not."""


class Head(NamedTuple):
    """What the first line of a rollout says of its session."""

    session: str
    parents: frozenset[str] = frozenset()
    """The sessions that it was forked from or spawned by."""
    start: str = ""


def holds_session(record: Mapping[str, Any]) -> bool:
    """Whether a record is a line of a rollout."""
    if record.keys() >= _OLDER:
        return True
    kind = record.get("type")
    known = kind in LINES or ("timestamp" in record and isinstance(kind, str))
    return known and isinstance(record.get("payload"), dict)


def find_calls(logs: Sequence[Log]) -> Iterator[SessionLine]:
    """The calls in rollouts, those of parents before those of their forks, and what cannot be read."""
    heads = {log.path: _read_head(log) for log in logs}
    parents: dict[str, frozenset[str]] = {}
    for head in heads.values():
        parents[head.session] = parents.get(head.session, frozenset()) | head.parents
    above = {session: _ancestors(session, parents) for session in parents}
    # Only of these may something come again; most sessions have neither forks nor copies.
    counted = Counter(head.session for head in heads.values())
    again = {name for names in parents.values() for name in names} | {name for name in counted if counted[name] > 1}
    seen: dict[str, Seen] = {session: set() for session in parents.keys() & again}
    for log in sorted(logs, key=lambda log: (len(above[heads[log.path].session]), heads[log.path].start, log.path)):
        head = heads[log.path]
        before = [seen[name] for name in above[head.session] if name in seen]
        yield from _Rollout(head, before, seen.get(head.session)).read(log)


def _ancestors(session: str, parents: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """All sessions from which a session descends, with the parents of its parents; it is none of its own."""
    found: set[str] = set()
    left = set(parents[session])
    while left:
        name = left.pop()
        if name not in found and name != session:
            found.add(name)
            left |= parents.get(name, frozenset())
    return frozenset(found)


def _read_head(log: Log) -> Head:
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        line = inner.readline(LONGEST_RECORD)
    try:
        record = parse_line(line)
    except Unreadable:
        return Head(log.path)
    payload = read_object(record.get("payload"))
    if record.get("type") != "session_meta" or not isinstance(payload.get("id"), str):
        return Head(log.path)
    source = read_object(payload.get("source"))
    spawn = read_object(read_object(source.get("subagent")).get("thread_spawn"))
    named = (payload.get("forked_from_id"), payload.get("parent_thread_id"), spawn.get("parent_thread_id"))
    parents = frozenset(name for name in named if isinstance(name, str) and name and name != payload["id"])
    return Head(payload["id"], parents, str(payload.get("timestamp") or record.get("timestamp")))


class _Rollout:
    """What is known while the lines of one file are read in their order."""

    def __init__(self, head: Head, before: Sequence[Seen], seen: Seen | None) -> None:
        self.head = head
        self.before = before
        """The calls of the sessions from which this one descends."""
        self.seen = seen
        """The calls of this one, from other files too, if they may come again."""
        self.copying = bool(head.parents or seen)
        """Whether what comes may still be a copy: a copy stands at the beginning."""
        self.start: int | None = None
        """When the session began: what is older in its file is its parent's."""
        self.last: int | None = None
        self.inherited: bool | None = None
        """Whether the turn is the parent's; None where its id, or that of the session, does not say when it began."""
        self.copied: Counts | None = None
        """The highest total that was copied."""
        self.boundary: int | None = None
        """The number of the first line of a sub-agent's own, which newer versions write."""
        self.model: str | None = None
        self.tier: str | None = None
        self.host: str | None = None
        """The key of a provider in the settings of Codex: `openai`, or one of the user's own."""
        self.project: str | None = None
        self.searches = 0
        """Searches of the web since the last call, which are those of the next one."""
        self.total: Counts | None = None
        self.record: tuple[Counts, int | None] | None = None
        self.event: tuple[Counts, int | None] | None = None
        """The last usage that was written in one of two ways, and may still come in the other."""

    def read(self, log: Log) -> Iterator[SessionLine]:
        """What counts of the lines of the file."""
        begin = _HEAD.match
        for number, line in numbered_lines(log):
            # The beginning of a line, as Codex writes it, tells of nearly all that they hold nothing that is read.
            if (head := begin(line)) and (
                (head[1] not in _LINES and head[2] != _SEARCH)
                or (head[1] == _EVENT and head[2] is not None and head[2] not in _EVENTS)
            ):
                continue
            try:
                if not is_closed(line):
                    raise Unreadable("not JSON: it is cut short, or no object")  # noqa: TRY301  # said with its place
                if not line.startswith(b'{"timestamp":"') and not any(word in line for word in _WORDS):
                    continue
                found = self._take(parse_line(line))
            except Unreadable as error:
                # It may have named another model: from here on none is known.
                if b"turn_context" in line or b"thread_settings_applied" in line:
                    self.model = None
                yield SessionLine(log.shown, number, str(error))
                continue
            if found == NOTHING:
                yield no_call(log.shown, number)
            elif found is not None:
                yield SessionLine(log.shown, number, None, *found)

    def _take(self, record: Mapping[str, Any]) -> "tuple[Call, Found] | Nothing | None":
        kind, payload = record.get("type"), read_object(record.get("payload"))
        if kind == "event_msg":
            kind = payload.get("type")
        if kind == "session_meta":
            self._begin(record, payload)
        elif kind == "turn_context":
            self.inherited = self._is_inherited(payload.get("turn_id"))
            self._set(payload)
        elif kind == "thread_settings_applied":
            self._set(read_object(payload.get("thread_settings")))
        elif kind == "response_item":
            self.searches += is_search(payload)
        elif kind in ("token_count", "token_usage_record"):
            return self._read_usage(record, payload, of_response=kind == "token_usage_record")
        return None

    def _begin(self, record: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
        if self.start is not None:  # the parent's, which is copied as well
            return
        self.start = self.last = read_time(payload.get("timestamp") or record.get("timestamp"))
        self.project = read_text(payload.get("cwd"))
        self.host = read_text(payload.get("model_provider"))
        boundary = str(payload.get("subagent_history_start_ordinal"))
        self.boundary = int(boundary) if boundary.isdecimal() else None

    def _is_inherited(self, turn: object) -> bool | None:
        began, made = _read_made(turn), _read_made(self.head.session)
        return None if began is None or made is None else began < made

    def _set(self, settings: Mapping[str, Any]) -> None:
        self.model = read_text(settings.get("model")) or self.model
        self.host = read_text(settings.get("model_provider_id")) or self.host
        self.project = self.project or read_text(settings.get("cwd"))
        if "service_tier" in settings:
            tier = read_text(settings["service_tier"])
            self.tier = _TIERS.get(tier or "", tier)

    def _read_usage(
        self, record: Mapping[str, Any], payload: Mapping[str, Any], *, of_response: bool
    ) -> "tuple[Call, Found] | Nothing | None":
        """The call of a line, and whether it is counted; None where it shows limits, or the same call once more."""
        key, usage, repeated = self._response(payload) if of_response else self._count(payload)
        if usage is None:
            return None
        unread = self._unread(payload)
        if not any(usage) and unread is None:
            return NOTHING
        time = read_time(record.get("timestamp"))
        cached, write = usage[1], usage[2]
        if cached + write > usage[0]:
            raise Unreadable("cached_input_tokens and cache_write_input_tokens are above input_tokens")
        copied = self._is_copied(record, key, time)
        if self.seen is not None:
            self.seen |= {(key, time), (key, None)}
        if not (copied or repeated) and self._is_paired(usage, time, of_response=of_response):
            return None
        again = copied or repeated
        # The same call may be shown again before the next one is told of.
        searches = 0 if again else self.searches
        self.searches = self.searches if repeated and not copied else 0
        call = Call(
            model=read_text(payload.get("model"))
            or read_text(read_object(payload.get("info")).get("model"))
            or self.model,
            time=time,
            tier=self.tier,
            input=usage[0],
            cached=cached,
            write=write,
            output=usage[3],
            session=self.head.session,
            project=self.project,
            host=self.host,
            unread=unread,
            web_search=searches,
        )
        return call, "repeat" if again else "call"

    @staticmethod
    def _unread(payload: Mapping[str, Any]) -> str | None:
        info = read_object(payload.get("info"))
        usage = payload.get("usage") or info.get("last_token_usage") or info.get("total_token_usage")
        counts = read_object(usage)
        return None if counts.keys() <= _KNOWN else unread_cache(counts, _KNOWN)

    def _response(self, payload: Mapping[str, Any]) -> tuple[Key, Counts | None, bool]:
        usage = _read_counts(payload.get("usage"))
        response = read_text(payload.get("response_id"))
        return (response or usage, None), usage, False

    def _count(self, payload: Mapping[str, Any]) -> tuple[Key, Counts | None, bool]:
        info = read_object(payload.get("info"))
        total, last = (_read_counts(info.get(f"{name}_token_usage")) for name in ("total", "last"))
        before = self.total
        if total is None:
            return (None, last), last, False
        self.total = total
        if last is None and total == before:
            return (None, None), None, False
        if last is None:
            since = before or (0,) * len(total)
            last = tuple(now - then for now, then in zip(total, since, strict=True))
            last = total if min(last) < 0 else last
        return (total, last), last, total == before

    def _is_copied(self, record: Mapping[str, Any], key: Key, time: int | None) -> bool:
        """Whether it is its parent's, or that of another file of the session."""
        if not self.copying:
            return False
        ordinal = record.get("ordinal")
        if self.boundary is not None and type(ordinal) is int:
            return ordinal < self.boundary
        self.copying = bool(self.seen) and (key, time) in (self.seen or ())
        if self.head.parents and not self.copying:
            self.copying = self._is_of_parent(key, time)
            self.last = time
            total = key[0]
            if self.copying and isinstance(total, tuple):
                self.copied = total if self.copied is None else max(self.copied, total)
        return self.copying

    def _is_of_parent(self, key: Key, time: int | None) -> bool:
        if self.inherited is not None:
            return self.inherited
        if time is None or self.start is None or self.last is None:
            return any((key, None) in seen for seen in self.before)
        since = time - self.last
        if time < self.start or since <= BURST:
            return True
        total = key[0]
        if since <= SLOW and self.copied and isinstance(total, tuple) and all(map(le, total, self.copied)):
            return True
        return time - self.last <= PAUSE and any((key, None) in seen for seen in self.before)

    def _is_paired(self, usage: Counts, time: int | None, *, of_response: bool) -> bool:
        """Whether the same call was just written in the other way."""
        other = self.event if of_response else self.record
        same = other is not None and other[0] == usage and abs((time or 0) - (other[1] or 0)) <= PAIRED
        mine = None if same else (usage, time)
        self.record, self.event = (
            (mine, None if same else self.event) if of_response else (None if same else self.record, mine)
        )
        return same


def _read_made(name: object) -> int | None:
    """When an id was made, in milliseconds; None where it does not say."""
    match = _MADE.fullmatch(name) if isinstance(name, str) else None
    return int(match[1] + match[2], 16) if match else None


def _read_counts(value: object) -> Counts | None:
    """The counts of a usage. Raises `Unreadable` for what is none."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Unreadable("its usage is no object")
    counts = tuple(map(value.get, COUNTS, _ZEROS))
    if set(map(type, counts)) == _INTEGERS and min(counts) >= 0 and max(counts) < MOST:
        return counts
    return tuple([read_count(value, name) for name in COUNTS])
