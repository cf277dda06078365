"""Sessions of DeepSeek's own harness, `dsh`: an event on each line, of which `assistant/message` ends a step.

What the events hold is described in https://github.com/getagentseal/codeburn (`docs/providers/dsh.md`), and was seen in
a session that is among the examples of the harness (`examples/acp-agent/tests/snapshots`).

- Input leaves out what was read from a cache and written to it. Output includes reasoning, as in DeepSeek's API: of a
  step that answers one word after a thought of 22 tokens it is 25.
- The usage of a step comes as a chunk too, and stands there alone where the step was broken off.
- A forked session begins with a copy of its parent's events, with their ids and times.
- Lines are compressed in batches, of which the last may be broken off.
- The first line says in which format the others are; a new number means that they may say something else.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tokencost.errors import InvalidData
from tokencost.logs.files.discover import Log
from tokencost.logs.sessions.call import (
    Call,
    Unreadable,
    read_count,
    read_milliseconds,
    read_object,
    read_text,
    unread_cache,
)
from tokencost.logs.sessions.lines import is_closed, numbered_lines, parse_line
from tokencost.logs.sessions.reading import SessionLine, no_call

FORMAT = 0
MARKS = (b'"session"', b'"assistant/message"', b'"seq"')
_FINAL, _CHUNK, _HEADER = "assistant/message", "assistant/chunk", "request/header"
_READ = (b'"session"', b'"usage"', b'"request/header"')
"""One stands in every line that is read."""
_COUNTS = ("inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens")
_OFFICIAL = "-official"
"""What follows the name of a provider that is called at its own address."""


def holds_session(record: Mapping[str, Any]) -> bool:
    """Whether a record is the first line of a session, or an event."""
    kind = record.get("type")
    if kind == "session":
        return "cwd" in record and ("createdAt" in record or "parentSession" in record) and "timestamp" not in record
    return isinstance(kind, str) and "/" in kind and isinstance(record.get("data"), dict)


def find_calls(logs: Sequence[Log]) -> Iterator[SessionLine]:
    """The calls in sessions."""
    for log in logs:
        session = _Session(log.shown)
        try:
            yield from session.read(log)
        except InvalidData as error:  # its last lines are compressed apart, and were broken off
            yield SessionLine(log.shown, session.line + 1, error.problems[0].message)
        yield from session.steps.values()


class _Session:
    """What is known while the lines of one file are read in their order."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.line = 0
        self.unknown: str | None = None
        """Why nothing of the file can be read."""
        self.session: str | None = None
        self.project: str | None = None
        self.asked: Mapping[str, Any] = {}
        """The model and the provider of the last request."""
        self.steps: dict[str, SessionLine] = {}
        """What was called, by turn and step: a message takes the place of its chunk."""
        self.final: set[str] = set()

    def read(self, log: Log) -> Iterator[SessionLine]:
        """The lines of the file that cannot be read; the calls are in `steps`."""
        for self.line, line in numbered_lines(log):
            try:
                if not is_closed(line):
                    raise Unreadable("not JSON: it is cut short, or no object")  # noqa: TRY301  # said with its place
                if any(word in line for word in _READ):
                    self.take(parse_line(line), self.line)
            except Unreadable as error:
                yield SessionLine(self.shown, self.line, str(error))
            if self.unknown is not None:
                yield SessionLine(self.shown, self.line, self.unknown)
                return

    def take(self, record: Mapping[str, Any], number: int) -> None:
        """What a line says."""
        kind, data = record.get("type"), read_object(record.get("data"))
        if kind == "session":
            self._begin(record)
        elif kind == _HEADER:
            self.asked = read_object(read_object(data.get("header")).get("config"))
        elif kind in (_FINAL, _CHUNK):
            holder = data if kind == _FINAL else read_object(data.get("chunk"))
            usage = holder.get("usage")
            # Without a number of its step each stands for itself.
            step = json.dumps((data["turn"], data["step"]) if {"turn", "step"} <= data.keys() else number)
            if usage is None or (kind == _CHUNK and step in self.final):
                return
            if not isinstance(usage, dict):
                raise Unreadable("its usage is no object")
            call = self._read(record, read_object(data.get("message")), usage)
            if kind == _FINAL:
                self.final.add(step)
            self.steps[step] = (
                no_call(self.shown, number) if call is None else SessionLine(self.shown, number, None, call)
            )

    def _begin(self, record: Mapping[str, Any]) -> None:
        if self.session is not None:
            return
        self.session, self.project = read_text(record.get("id")), read_text(record.get("cwd"))
        version = record.get("version", FORMAT)
        if version != FORMAT:
            self.unknown = f"a session in format {str(version)[:40]}: only format {FORMAT} is known"

    def _read(self, record: Mapping[str, Any], message: Mapping[str, Any], usage: Mapping[str, Any]) -> Call | None:
        excluding, cached, write, output, _ = (read_count(usage, name) for name in _COUNTS)
        unread = unread_cache(usage, _COUNTS)
        if not (excluding or cached or write or output or unread):
            return None
        source = read_object(message.get("source")) or self.asked
        provider = read_text(source.get("provider"))
        time = read_milliseconds(record.get("time"))
        same = (time, record.get("seq"), excluding, cached, write, output)
        return Call(
            model=read_text(source.get("model")),
            time=time,
            tier=None,
            input=excluding + cached + write,
            cached=cached,
            write=write,
            output=output,
            session=self.session,
            project=self.project,
            host=provider and provider.removesuffix(_OFFICIAL),
            message=read_text(message.get("id")) or json.dumps(same),
            unread=unread,
        )
