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
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tokencost.logs.files.discover import Log
from tokencost.logs.sessions.call import Call, Unreadable, read_object, read_text, read_time
from tokencost.logs.sessions.counts import read_anthropic
from tokencost.logs.sessions.lines import is_closed, numbered_lines, parse_line
from tokencost.logs.sessions.reading import SessionLine, no_call

SYNTHETIC = "<synthetic>"
_USAGE = b'"usage"'
"""Stands in every line with a call: within a text its quotes would be escaped."""


def holds_session(record: Mapping[str, Any]) -> bool:
    """Whether a record is a line of a session of Claude Code."""
    return isinstance(record.get("sessionId"), str) and isinstance(record.get("type"), str)


def find_calls(logs: Sequence[Log]) -> Iterator[SessionLine]:
    """The calls in sessions, with the ids under which each counts once, and what cannot be read."""
    for log in logs:
        for number, line in numbered_lines(log):
            try:
                if not is_closed(line):
                    raise Unreadable("not JSON: it is cut short, or no object")  # noqa: TRY301  # said with its place
                found = _read(parse_line(line)) if _USAGE in line else None
            except Unreadable as error:
                yield SessionLine(log.shown, number, str(error))
                continue
            if isinstance(found, Call):
                yield SessionLine(log.shown, number, None, found)
            elif found is not None:
                yield no_call(log.shown, number)


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
        session=read_text(record.get("sessionId")),
        project=read_text(record.get("cwd")),
        message=read_text(message.get("id")),
        request=read_text(entry.get("requestId")),
        sidechain=bool(entry.get("isSidechain")),
        unread=counts.unread,
        web_search=counts.web_search,
        web_fetch=counts.web_fetch,
    )
