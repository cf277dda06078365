"""Sessions of Claude Code: each answer stands with its usage in a line of its own, in the format of Anthropic's API.

What its fields mean is documented at https://docs.claude.com/en/api/messages (`usage`): input is what was neither read
from a cache nor written to one. DeepSeek's API answers in the same format:
https://api-docs.deepseek.com/guides/anthropic_api

- An answer is written once for each block of its content, with the same `message.id` and `requestId`, and with counts
  that grow as it streams: the fullest counts. Resumed and forked sessions copy lines of others. Lines of a side
  conversation (`isSidechain`) may repeat a message under another `requestId`: https://github.com/ccusage/ccusage
  (`rust/crates/ccusage/src/adapter/claude/daily.rs`).
- The progress of a sub-agent stands in lines of its parent as well, `data.message`.
- `<synthetic>` stands for messages that Claude Code wrote itself.

What `claude --print` prints (`--output-format json` and `stream-json`) has the same answers with `session_id`, whose
output is what was counted when they began, and no time. A `result` sums them up by model, as `modelUsage`, with all
that sub-agents used; a later one of the same session goes on counting. Of versions without it `usage` is that sum:
https://docs.claude.com/en/docs/claude-code/sdk/sdk-typescript (`SDKResultMessage`, `ModelUsage`).
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import le, sub
from typing import Any

from tokencost.logs.files.discover import Log
from tokencost.logs.sessions.call import (
    Call,
    Unreadable,
    read_cost,
    read_count,
    read_object,
    read_text,
    read_time,
    unread_cache,
)
from tokencost.logs.sessions.counts import read_anthropic
from tokencost.logs.sessions.lines import is_closed, numbered_records, parse_line
from tokencost.logs.sessions.reading import SessionLine, no_call

SYNTHETIC = "<synthetic>"
MARKS = (b'"sessionId"', b'"session_id"', b'"usage"', b'"leafUuid"', b'"file-history-snapshot"')
"""Of the keys that lines are known by, each has one; the last two stand in files without any answer too."""
SIBLINGS = ("sessions-index.json", "*.meta.json")
"""A list of the sessions of a folder, and what is said of each sub-agent beside its session."""
PRINTED = ("system", "assistant", "user", "result", "stream_event")
"""The types of what is printed, beside `session_id`."""
_USAGE, _BY_MODELS = b'"usage"', b'"modelUsage"'
"""One stands in every line with a call: within a text its quotes would be escaped."""
_BY_MODEL = ("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens", "outputTokens", "webSearchRequests")
_LONG_CONTEXT = "[1m]"
"""What Claude Code adds to the name of a model that it calls with a long context."""


def holds_session(record: Mapping[str, Any]) -> bool:
    """Whether a record is a line of a session of Claude Code, or was printed of one."""
    kind = record.get("type")
    if isinstance(kind, str):
        if isinstance(record.get("sessionId"), str) or kind == "file-history-snapshot":
            return True
        if kind == "summary" and "leafUuid" in record:
            return True
        if kind in PRINTED and isinstance(record.get("session_id"), str):
            return kind != "result" or "modelUsage" in record or "usage" in record
    usage = read_object(read_object(record.get("message")).get("usage"))
    return "input_tokens" in usage and "output_tokens" in usage


def find_calls(logs: Sequence[Log]) -> Iterator[SessionLine]:
    """The calls in sessions, with the ids under which each counts once, and what cannot be read."""
    for log in logs:
        printed: dict[str, _Printed] = {}
        for number, line in numbered_records(log):
            try:
                if not is_closed(line):
                    raise Unreadable("not JSON: it is cut short, or no object")  # noqa: TRY301  # said with its place
                if _USAGE in line or _BY_MODELS in line:
                    yield from _read_line(log.shown, number, parse_line(line), printed)
            except Unreadable as error:
                yield SessionLine(log.shown, number, str(error))
        for rest in printed.values():  # a run that was stopped before its result
            yield from rest.answers


def _read_line(
    shown: str, number: int, record: Mapping[str, Any], printed: "dict[str, _Printed]"
) -> Iterator[SessionLine]:
    session = None if "sessionId" in record else read_text(record.get("session_id"))
    if session is not None and record.get("type") == "result":
        sums = printed.setdefault(session, _Printed()).sum_up(record, session)
        yield from (SessionLine(shown, number, None, call) for call in sums)
        return
    found = _read(record)
    if isinstance(found, Call):
        item = SessionLine(shown, number, None, found)
        if session is None:
            yield item
        else:
            printed.setdefault(session, _Printed()).answers.append(item)
    elif found is not None:
        yield no_call(shown, number)


class _Printed:
    """What was printed of one session."""

    def __init__(self) -> None:
        self.answers: list[SessionLine] = []
        """Those since the last result."""
        self.before: dict[str, tuple[int, ...]] = {}
        """What the last result counted of each model."""

    def sum_up(self, record: Mapping[str, Any], session: str) -> list[Call]:
        """The sums of a result, in place of the answers before it."""
        models = read_object(record.get("modelUsage"))
        calls = [call for name in models if (call := self._read_model(name, read_object(models[name]), session))]
        if not models and record.get("usage") is not None:
            found = _read({**record, "message": {"usage": record["usage"], "model": self._model()}})
            calls = [found._replace(session=session, requests=0)] if isinstance(found, Call) else []
        self.answers.clear()
        return calls

    def _model(self) -> str | None:
        named = {item.call.model for item in self.answers if item.call}
        return named.pop() if len(named) == 1 else None

    def _read_model(self, name: str, usage: Mapping[str, Any], session: str) -> Call | None:
        now = tuple(read_count(usage, field) for field in _BY_MODEL)
        before = self.before.get(name, (0,) * len(now))
        self.before[name] = now
        since = tuple(map(sub, now, before)) if all(map(le, before, now)) else now
        unread = unread_cache(usage, _BY_MODEL)
        if not any(since) and unread is None:
            return None
        excluding, cached, write, output, searches = since
        return Call(
            model=read_text(usage.get("canonicalModel")) or name.removesuffix(_LONG_CONTEXT),
            time=None,
            tier=None,
            input=excluding + cached + write,
            cached=cached,
            write=write,
            output=output,
            session=session,
            project=None,
            cost=read_cost(usage.get("costUSD")) if since == now else None,
            unread=unread,
            requests=0,
            web_search=searches,
        )


def _read(record: Mapping[str, Any]) -> Call | str | None:
    """The call of a line, or the name under which it was written without one; None where it holds another event."""
    entry = record
    message = read_object(entry.get("message"))
    if "usage" not in message:
        entry = read_object(read_object(record.get("data")).get("message"))
        message = read_object(entry.get("message"))
    usage = message.get("usage")
    if usage is None:
        return None
    if message.get("model") == SYNTHETIC:
        return SYNTHETIC
    if not isinstance(usage, dict):
        raise Unreadable("its usage is no object")
    counts = read_anthropic(usage)
    return Call(
        model=read_text(message.get("model")),
        time=read_time(entry.get("timestamp")),
        tier=read_text(usage.get("service_tier")),
        input=counts.input,
        cached=counts.cached,
        write=counts.write,
        output=counts.output,
        session=read_text(record.get("sessionId")) or read_text(record.get("session_id")),
        project=read_text(record.get("cwd")),
        message=read_text(message.get("id")),
        request=read_text(entry.get("requestId")),
        sidechain=bool(entry.get("isSidechain")),
        unread=counts.unread,
        web_search=counts.web_search,
        web_fetch=counts.web_fetch,
    )
