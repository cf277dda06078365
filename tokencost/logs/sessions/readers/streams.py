"""Answers as they streamed: server-sent events, `data: {…}` lines and what stands between them, as `curl` prints them.

The form: https://html.spec.whatwg.org/multipage/server-sent-events.html. What the data hold:

- Chat Completions, of DeepSeek too: chunks with the id of the answer, of which the last one has the usage, and
  `[DONE]`: https://platform.openai.com/docs/api-reference/chat-streaming. Some hosts write a usage into every chunk:
  the last one counts.
- Responses: events of a `type`; the last one has the answer as a whole, `response.completed`, `response.incomplete` or
  `response.failed`: https://platform.openai.com/docs/api-reference/responses-streaming
- Anthropic's format: `message_start` has the usage of the input, `message_delta` what was counted since, as totals:
  https://docs.claude.com/en/docs/build-with-claude/streaming. It has no time.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tokencost.logs.files.discover import LONGEST_RECORD, Log
from tokencost.logs.sessions.call import Call, Unreadable, read_object, read_seconds, read_text
from tokencost.logs.sessions.counts import count_output_calls, read_anthropic, read_openai, refuse_more_cached
from tokencost.logs.sessions.lines import numbered_lines
from tokencost.logs.sessions.reading import SessionLine, no_call

FIELDS = (b"event", b"id", b"retry")
"""Fields of an event beside its data."""
MOST_OPEN = 64
"""So many streams may be written into one file in turns."""
ENDS = ("response.completed", "response.incomplete", "response.failed")
_WITHOUT = 'this stream holds no usage: ask for it, as with stream_options = {"include_usage": true}'
_CUT = "this stream ends before its usage"


def find_calls(logs: Sequence[Log]) -> Iterator[SessionLine]:
    """The calls in streams."""
    for log in logs:
        yield from _Streams(log.shown).read(log)


class _Stream:
    """What is known of one answer while it streams."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.body: dict[str, Any] = {}
        """What names the answer: id, model, time, tier and host."""
        self.usage: dict[str, Any] | None = None
        self.form = "chat"
        self.failed = False

    def take(self, record: Mapping[str, Any]) -> None:
        """What a chunk or an event says. Raises `Unreadable` for a usage that is none."""
        for name in _NAMED:
            if record.get(name) is not None:
                self.body[name] = record[name]
        usage = record.get("usage")
        if usage is None:
            return
        if not isinstance(usage, dict):
            raise Unreadable("its usage is no object")
        counted = {name: value for name, value in usage.items() if value is not None}
        # Of Anthropic's deltas each has some of the counts, of chunks the last one has them all.
        self.usage = {**(self.usage or {}), **counted} if self.form == "anthropic" else counted

    def call(self) -> Call | None:
        """The call; None where nothing was billed. Raises `Unreadable` where that is not known."""
        if self.usage is None:
            if self.failed:
                return None
            raise Unreadable(_CUT if self.form != "chat" else _WITHOUT)
        counts = read_anthropic(self.usage) if self.form == "anthropic" else read_openai(self.usage)
        refuse_more_cached(counts)
        if not any(counts[:4]) and counts.unread is None:
            return None
        body = self.body
        host = read_text(body.get("provider"))
        calls = dict(count_output_calls(body)) if self.form == "responses" else {}
        return Call(
            model=read_text(body.get("model")),
            time=read_seconds(next((body[name] for name in _TIMES if name in body), None)),
            tier=read_text(body.get("service_tier")) or read_text(self.usage.get("service_tier")),
            input=counts.input,
            cached=counts.cached,
            write=counts.write,
            output=counts.output,
            session=None,
            project=None,
            host="Azure" if any(body.get(name) for name in _AZURE) else host,
            message=read_text(body.get("id")),
            unread=counts.unread,
            web_search=calls.get("web_search", 0) + counts.web_search,
            web_search_preview=calls.get("web_search_preview", 0),
            web_fetch=counts.web_fetch,
            file_search=calls.get("file_search", 0),
            code_interpreter=calls.get("code_interpreter", 0),
        )


_TIMES = ("completed_at", "created", "created_at")
_AZURE = ("prompt_filter_results", "content_filters")
"""Fields that only Azure's service adds."""
_NAMED = ("id", "model", "service_tier", "provider", "output", "tools", *_TIMES, *_AZURE)


class _Streams:
    """The answers of one file."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.open: dict[str, _Stream] = {}
        """By the id of the answer, the one that was written to last at the end."""
        self.held: list[bytes] = []
        """Data that go on in the next line."""

    def read(self, log: Log) -> Iterator[SessionLine]:
        """The calls of all answers."""
        number = 0
        for number, line in numbered_lines(log):
            if len(line) >= LONGEST_RECORD:
                yield SessionLine(self.shown, number, "longer than 16 MB")
                continue
            text = line.strip().removeprefix(b"\xef\xbb\xbf")
            field, _, value = text.partition(b":")
            if field == b"data":
                yield from self._data(value.strip(), number)
            elif self.held:
                yield from self._give_up(number)
            if field and field != b"data" and not (text.startswith(b":") or field in FIELDS):
                yield SessionLine(
                    self.shown, number, "no line of a stream: such lines begin with data:, event: or a colon"
                )
        if self.held:
            yield from self._give_up(number)
        for name in list(self.open):
            yield from self._end(name)

    def _give_up(self, number: int) -> Iterator[SessionLine]:
        self.held.clear()
        yield SessionLine(self.shown, number, "its data are not JSON")

    def _data(self, value: bytes, number: int) -> Iterator[SessionLine]:
        if value == b"[DONE]":
            if self.held:
                yield from self._give_up(number)
            if self.open:
                yield from self._end(next(reversed(self.open)))
            return
        self.held.append(value)
        if sum(map(len, self.held)) > LONGEST_RECORD:
            yield from self._give_up(number)
            return
        try:
            record = json.loads(b"\n".join(self.held))
        except (ValueError, RecursionError):
            return
        self.held.clear()
        if not isinstance(record, dict):
            yield SessionLine(self.shown, number, "its data are no JSON object")
            return
        try:
            yield from self._take(record, number)
        except Unreadable as error:
            yield SessionLine(self.shown, number, str(error))

    def _take(self, record: Mapping[str, Any], number: int) -> Iterator[SessionLine]:
        kind = record.get("type")
        name = kind if isinstance(kind, str) else ""
        if name == "message_start":
            message = read_object(record.get("message"))
            stream, ended = self._stream(read_text(message.get("id")) or f"line {number}", number)
            yield from ended
            stream.form = "anthropic"
            stream.take(message)
        elif name in ("message_delta", "message_stop") and self.open:
            last = next(reversed(self.open))
            self.open[last].take({"usage": record.get("usage")})
            if name == "message_stop":
                yield from self._end(last)
        elif name.startswith("response."):
            yield from self._take_event(name, record, number)
        elif "choices" in record or "usage" in record:
            stream, ended = self._stream(read_text(record.get("id")) or self._latest(number), number)
            yield from ended
            stream.take(record)
        elif name == "error" or record.get("error") is not None:
            if self.open:
                self.open[next(reversed(self.open))].failed = True
            else:
                yield no_call(self.shown, number)

    def _take_event(self, name: str, record: Mapping[str, Any], number: int) -> Iterator[SessionLine]:
        body = read_object(record.get("response"))
        if not body:  # a part of the answer
            return
        answer = read_text(body.get("id")) or self._latest(number)
        stream, ended = self._stream(answer, number)
        yield from ended
        stream.form = "responses"
        stream.failed = name == "response.failed"
        stream.take(body)
        if name in ENDS:
            yield from self._end(answer)

    def _latest(self, number: int) -> str:
        return next(reversed(self.open), f"line {number}")

    def _stream(self, name: str, number: int) -> tuple[_Stream, Sequence[SessionLine]]:
        """The stream of an answer, as the latest one; and the oldest one, where too many are open."""
        stream = self.open.pop(name, None) or _Stream(number)
        ended = list(self._end(next(iter(self.open)))) if len(self.open) >= MOST_OPEN else []
        self.open[name] = stream
        return stream, ended

    def _end(self, name: str) -> Iterator[SessionLine]:
        stream = self.open.pop(name)
        try:
            call = stream.call()
        except Unreadable as error:
            yield SessionLine(self.shown, stream.line, str(error))
            return
        yield no_call(self.shown, stream.line) if call is None else SessionLine(self.shown, stream.line, None, call)
