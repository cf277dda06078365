"""Sessions of opencode: a message for each step of the assistant, in a file of its own or in a row of its database.

What a message holds is defined in https://github.com/anomalyco/opencode, `packages/opencode/src/session/message-v2.ts`
(`Assistant`), its tables in `session.sql.ts` beside it, and the tokens in `getUsage` of `session.ts`.

- Input leaves out what was read from a cache and written to it.
- Newer versions leave reasoning out of the output, older ones do not; of these `total`, where there is one, is the sum
  of the others without it.
- Messages were files, `storage/message/SESSION/MESSAGE.json`, before they were rows of `message`. The files stay, with
  the same messages (`storage/json-migration.ts`), and a forked session copies messages under new ids: a call is known
  again by its times, its model and its tokens.
- The newest versions have them in `session_message` (`packages/core/src/session-message.ts`), in which the model is an
  object. Where both tables have a session, that of the older one counts.
- `providerID` names who served it: `openai`, `openrouter`, or `opencode` for its own gateway.
- `opencode export` prints a session with its messages, each as `info` beside its parts (`cli/cmd/export.ts`), and its
  server answers with an array of these.
- `opencode run --format json` prints parts of messages, as events: `step_finish` has the tokens of a step, without the
  model (`cli/cmd/run.ts`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tokencost.logs.files.discover import LONGEST_RECORD, TOO_LONG, Log
from tokencost.logs.sessions.call import (
    Call,
    Unreadable,
    read_cost,
    read_count,
    read_milliseconds,
    read_object,
    read_text,
    unread_cache,
)
from tokencost.logs.sessions.lines import parse_line, read_records
from tokencost.logs.sessions.reading import SessionLine, no_call

if TYPE_CHECKING:
    import sqlite3

    from tokencost.logs.sessions.databases import Schema

ASSISTANT, STEP = "assistant", "step_finish"
EVENTS = ("step_start", STEP, "text", "reasoning", "tool_use", "error")
_COLUMNS = frozenset(("id", "session_id", "data"))
MARKS = (b'"sessionID"', b'"providerID"')
_NAMES = {"modelID", "providerID"}
_CACHES = ("read", "write")
_ASSISTANT, _ROLE = b'"assistant"', b'"role"'
_READ = ("role", "tokens", "model", "modelID", "providerID", "time", "path", "cost")
"""The fields of a message that are read."""


def holds_tables(schema: "Schema") -> bool:
    """Whether a database is one of opencode."""
    return any(schema.get(name, frozenset()) >= _COLUMNS for name in ("message", "session_message"))


def holds_session(record: Mapping[str, Any]) -> bool:
    """Whether a record is a message, or a session or a part of one, beside which messages lie."""
    if record.get("type") in EVENTS and isinstance(record.get("sessionID"), str):
        return True
    message = next(_messages(record), {})
    if "tokens" in message and (message.keys() >= _NAMES or message.get("role") == ASSISTANT):
        return "providerID" in message
    known = message.get("role") in ("user", ASSISTANT) or message.keys() >= _NAMES
    return known and isinstance(message.get("sessionID"), str)


def find_calls(logs: Sequence[Log]) -> Iterator[SessionLine]:
    """The calls in files of messages."""
    return read_records(logs, _find)


def _find(shown: str, number: int, record: Mapping[str, Any]) -> Iterator[SessionLine]:
    """The calls of a record."""
    for message in _messages(record):
        try:
            found = _found(shown, number, message)
        except Unreadable as error:
            found = SessionLine(shown, number, str(error))
        if found is not None:
            yield found


def _messages(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The messages of a record: itself, or those of an exported session, each of which may stand beside its parts."""
    if record.get("type") in EVENTS:
        yield from [_as_message(record)] if record["type"] == STEP else []
        return
    listed = record.get("messages")
    for item in listed if isinstance(listed, list) else (record,):
        entry = read_object(item)
        yield read_object(entry["info"]) if isinstance(entry.get("info"), dict) else entry


def _as_message(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The step that an event ends, as a message."""
    part = read_object(event.get("part"))
    read = {name: part.get(name) for name in ("id", "tokens", "cost")}
    return {
        **read,
        "role": ASSISTANT,
        "sessionID": event.get("sessionID"),
        "time": {"completed": event.get("timestamp")},
    }


def find_rows(connection: "sqlite3.Connection", schema: "Schema", shown: str) -> Iterator[SessionLine]:
    """The calls in a database."""
    from tokencost.logs.sessions.databases import read_rows

    # What was asked and answered can be long, and is left where it lies.
    connection.create_function("tokencost_answer", 2, _answer, deterministic=True)
    answer = "tokencost_answer(CAST(data AS BLOB)"
    older = schema.get("message", frozenset()) >= _COLUMNS
    if older:
        for number, session, text in read_rows(connection, "message", ["session_id", f"{answer}, 0)"]):
            yield from _row(f"{shown} (message)", number, session, text)
    if _COLUMNS | {"type"} <= schema.get("session_message", frozenset()):
        where = f"type = '{ASSISTANT}'"
        if older:
            where += " AND session_id NOT IN (SELECT session_id FROM message)"
        for number, session, text in read_rows(connection, "session_message", ["session_id", f"{answer}, 1)"], where):
            yield from _row(f"{shown} (session_message)", number, session, text)


def _answer(text: bytes | None, known: int) -> bytes | None:
    """What is read of a message of the assistant, or what is no message; None for one that is known as another."""
    if text is None or (not known and _ASSISTANT not in text and _ROLE in text):
        return None
    if len(text) >= LONGEST_RECORD:
        return TOO_LONG
    try:
        record = parse_line(text)
    except Unreadable:
        return b"not JSON"
    return json.dumps({name: record[name] for name in _READ if name in record}).encode()


def _row(shown: str, number: int, session: object, text: bytes | None) -> Iterator[SessionLine]:
    if text is None:
        return
    try:
        found = _found(shown, number, {"role": ASSISTANT, **parse_line(text), "sessionID": session})
    except Unreadable as error:
        found = SessionLine(shown, number, str(error))
    if found is not None:
        yield found


def _found(shown: str, number: int, record: Mapping[str, Any]) -> SessionLine | None:
    """The call of a message; None where it is none of the assistant."""
    if record.get("role", ASSISTANT if "modelID" in record else None) != ASSISTANT:
        return None
    call = _read(record)
    return no_call(shown, number) if call is None else SessionLine(shown, number, None, call)


def _read(record: Mapping[str, Any]) -> Call | None:
    tokens = record.get("tokens")
    if tokens is not None and not isinstance(tokens, dict):
        raise Unreadable("its tokens are no object")
    usage = read_object(tokens)
    cache = read_object(usage.get("cache"))
    excluding, output, reasoning = (read_count(usage, name) for name in ("input", "output", "reasoning"))
    cached, write = (read_count(cache, name) for name in _CACHES)
    unread = unread_cache({f"cache.{name}": count for name, count in cache.items() if name not in _CACHES}, ())
    unread = unread or unread_cache(usage, ("cache",))
    whole = excluding + cached + write
    # An answer that was stopped or is still coming has zeros.
    if not (whole or output or reasoning or unread):
        return None
    model = read_object(record.get("model"))
    if model or not _includes_reasoning(usage, whole, output, reasoning):
        output += reasoning
    name = read_text(record.get("modelID")) or read_text(model.get("id")) or read_text(model.get("modelID"))
    times = read_object(record.get("time"))
    began, ended = (read_milliseconds(times.get(end)) for end in ("created", "completed"))
    same = (began, ended, name, whole, cached, write, output)
    return Call(
        model=name,
        time=began if ended is None else ended,
        tier=None,
        input=whole,
        cached=cached,
        write=write,
        output=output,
        session=read_text(record.get("sessionID")),
        project=read_text(read_object(record.get("path")).get("root")),
        host=read_text(record.get("providerID")) or read_text(model.get("providerID")),
        message=json.dumps(same) if began is not None and ended is not None else read_text(record.get("id")),
        cost=read_cost(record.get("cost")),
        unread=unread,
    )


def _includes_reasoning(usage: Mapping[str, Any], whole: int, output: int, reasoning: int) -> bool:
    """Whether the output includes the reasoning, as in versions before that which leaves it out."""
    total = usage.get("total")
    if type(total) is int and total > 0:
        return total == whole + output
    return reasoning <= output
