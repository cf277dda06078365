"""Tasks of Cline and Roo Code: `ui_messages.json`, an array in which each request is a message with JSON in its text.

What the text holds is `ClineApiReqInfo` in https://github.com/cline/cline (`src/shared/ExtensionMessage.ts`), which Roo
Code (https://github.com/RooCodeInc/Roo-Code) was forked from.

- The model stands in the message itself (`modelInfo`); before that in `task_metadata.json` beside the file, by time
  (`model_usage`); of Roo Code only in what the model was told of its surroundings, `<model>` in
  `api_conversation_history.json`.
- Whether `tokensIn` includes the cache depends on who wrote it. Cline leaves it out (`normalizeUsageEvent` in
  `sdk/message-translator.ts`), but did not before April 2025, and not for its provider `openai`, any host that is
  compatible (`api/providers/openai.ts`, until it dropped `request` from the text). Roo Code says its protocol: with
  `openai` it includes the cache, with `anthropic` since 2025-10-31 (`calculateApiCostAnthropic` in
  `src/shared/cost.ts`). Of DeepSeek `cacheWrites` are the tokens that missed the cache, so that all of the input is
  cached in one of two ways (`api/providers/deepseek.ts`).
- `deleted_api_reqs` and `subagent_usage` sum up several requests.
- Since 2026 Cline keeps what its command line runs in `sessions/ID/ID.messages.json`: an object with messages, of which
  those of the assistant have `modelInfo` and `metrics`, whose input includes the cache
  (`sdk/packages/llms/src/providers/ai-sdk.ts`). Beside it `ID.json` tells of the session, and `ID.compaction.json` has
  copies.
- What Roo Code spent on condensing a conversation stands there as a cost, without tokens.
"""

import json
import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tokencost.errors import InvalidData
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import layout_of
from tokencost.logs.files.discover import HEAD, Log
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
from tokencost.logs.sessions.counts import Counts, refuse_more_cached
from tokencost.logs.sessions.lines import numbered_records, parse_line
from tokencost.logs.sessions.reading import SessionLine, no_call

NAME = "ui_messages.json"
MESSAGES = ".messages.json"
COMPACTED = ".compaction.json"
MARKS = (b'"ts"', b'"messages"', b'"messages_path"')
METADATA, HISTORY = "task_metadata.json", "api_conversation_history.json"
SIBLINGS = (METADATA, HISTORY, "context_history.json", "history_item.json", "claude_messages.json")
"""What lies beside it in the folder of a task."""
EDITORS = tuple(
    f"{home}/User"
    for home in (
        "$XDG_CONFIG_HOME/Code",
        "$XDG_CONFIG_HOME/VSCodium",
        "$XDG_CONFIG_HOME/Cursor",
        "~/.vscode-server/data",
        "~/Library/Application Support/Code",
        "~/AppData/Roaming/Code",
    )
)
"""Where editors keep the data of a user: https://code.visualstudio.com/docs/configure/settings"""
REQUESTS = ("api_req_started", "api_req_finished")
"""The second was written in 2024, after the first."""
SUMS = ("deleted_api_reqs", "subagent_usage")
COUNTS = ("tokensIn", "tokensOut", "cacheReads", "cacheWrites")
METRICS = ("inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens")
_FAILED = ("cancelReason", "streamingFailedMessage")
_HOSTS = {"openai-native": "openai", "openai-codex": "openai"}
"""What they call providers, where the provider's own API has another name."""
_MODEL = re.compile(rb"<model>([^<>\\]{1,200})</model>")
_LEFT_OUT = int(datetime(2025, 4, 2, tzinfo=UTC).timestamp()) * 1_000_000
"""When Cline began to leave the cache out of the input: https://github.com/cline/cline/pull/2646."""
_ADDED = int(datetime(2025, 10, 31, tzinfo=UTC).timestamp()) * 1_000_000
"""When Roo Code began to add it: https://github.com/RooCodeInc/Roo-Code/pull/8954."""


class Model(NamedTuple):
    """What was called from some time on."""

    time: int
    name: str | None
    provider: str | None = None


def holds_session(record: Mapping[str, Any]) -> bool:
    """Whether a record is a message of a task, or the messages of a session, or what tells of these."""
    if "sessionId" in record and isinstance(record.get("messages"), list):
        return "agent" in record
    if "messages_path" in record and "session_id" in record:
        return True
    return record.get("type") in ("say", "ask") and "ts" in record and ("say" in record or "ask" in record)


def find_calls(logs: Sequence[Log]) -> Iterator[SessionLine]:
    """The calls in tasks."""
    for log in logs:
        folder = os.path.dirname(log.shown)
        task = os.path.basename(os.path.abspath(folder)) if os.path.basename(log.shown) == NAME else None
        models: list[Model] | None = None
        for number, line in numbered_records(log):
            if not line.strip():
                continue
            try:
                message = parse_line(line)
                if "messages" in message:
                    yield from () if log.shown.endswith(COMPACTED) else _find_in_session(log.shown, number, message)
                    continue
                info = _info(message)
                if info is None:
                    continue
                time = read_milliseconds(message.get("ts"))
                own = read_object(message.get("modelInfo"))
                model = Model(0, read_text(own.get("modelId")), read_text(own.get("providerId")))
                if model.name is None:
                    models = _models_beside(folder) if models is None else models
                    model = _model_at(models, time)
                call = _read(message, info, time, model, task)
            except Unreadable as error:
                yield SessionLine(log.shown, number, str(error))
                continue
            yield no_call(log.shown, number) if call is None else SessionLine(log.shown, number, None, call)


def _find_in_session(shown: str, number: int, session: Mapping[str, Any]) -> Iterator[SessionLine]:
    """The calls in the messages of a session."""
    listed = session["messages"]
    for item in listed if isinstance(listed, list) else ():
        message = read_object(item)
        metrics = message.get("metrics")
        if not isinstance(metrics, dict):
            continue
        try:
            call = _read_metrics(message, metrics, read_text(session.get("sessionId")))
        except Unreadable as error:
            yield SessionLine(shown, number, str(error))
            continue
        yield no_call(shown, number) if call is None else SessionLine(shown, number, None, call)


def _read_metrics(message: Mapping[str, Any], metrics: Mapping[str, Any], session: str | None) -> Call | None:
    counts = [read_count(metrics, name) for name in METRICS]
    unread = unread_cache(metrics, METRICS)
    if not any(counts) and unread is None:
        return None
    whole, cached, write, output = counts
    refuse_more_cached(Counts(whole, cached, write, output))
    model = read_object(message.get("modelInfo"))
    provider = read_text(model.get("provider"))
    time = read_milliseconds(message.get("ts"))
    return Call(
        model=read_text(model.get("id")),
        time=time,
        tier=None,
        input=whole,
        cached=cached,
        write=write,
        output=output,
        session=session,
        project=None,
        host=_HOSTS.get(provider or "", provider),
        # A session that was forked begins with the messages of the other one.
        message=json.dumps((message.get("id"), time, *counts)),
        cost=read_cost(metrics.get("cost")),
        unread=unread,
    )


def _info(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the text of a request holds; None where the message is none, or not yet answered."""
    said = message.get("say")
    if said == "condense_context":
        if read_cost(read_object(message.get("contextCondense")).get("cost")) not in (None, "0"):
            raise Unreadable("it condensed the conversation: what that cost is recorded, but not its tokens")
        return None
    if said not in (*REQUESTS, *SUMS):
        return None
    text = message.get("text")
    try:
        info = json.loads(text) if isinstance(text, str) and text else {}
    except (ValueError, RecursionError):
        raise Unreadable("its text is not JSON") from None
    if not isinstance(info, dict):
        raise Unreadable("its text is no JSON object")
    return info if any(info.get(name) is not None for name in (*COUNTS, *_FAILED)) else None


def _read(
    message: Mapping[str, Any], info: Mapping[str, Any], time: int | None, model: Model, task: str | None
) -> Call | None:
    given, output, cached, write = (read_count(info, name) for name in COUNTS)
    unread = unread_cache(info, COUNTS)
    if not (given or output or cached or write or unread):
        return None
    whole = given if _includes_cache(info, time, model, cached + write) else given + cached + write
    return Call(
        model=model.name,
        time=time,
        tier=None,
        input=whole,
        cached=cached,
        write=write,
        output=output,
        session=task,
        project=None,
        host=_HOSTS.get(model.provider or "", model.provider),
        message=json.dumps((message.get("say"), time, given, output, cached, write)),
        cost=read_cost(info.get("cost")),
        unread=unread,
        requests=0 if message.get("say") in SUMS else None,
    )


def _includes_cache(info: Mapping[str, Any], time: int | None, model: Model, apart: int) -> bool:
    """Whether the input includes what was read from a cache and written to it."""
    given = info.get("tokensIn") or 0
    if apart > given:
        return False
    protocol, at = info.get("apiProtocol"), time or 0
    if protocol == "anthropic":
        return at >= _ADDED
    compatible = model.provider == "openai" and "request" in info
    return protocol == "openai" or compatible or at < _LEFT_OUT or (apart > 0 and apart == given)


def _model_at(models: Sequence[Model], time: int | None) -> Model:
    place = bisect_right([model.time for model in models], time or 0)
    return models[max(0, place - 1)] if models else Model(0, None)


def _models_beside(folder: str) -> list[Model]:
    """The models that the files beside name, in the order of time; none where there are no such files."""
    found: list[Model] = []
    for line in _lines_beside(folder, METADATA):
        usage = _parse(line).get("model_usage")
        for entry in usage if isinstance(usage, list) else ():
            one = read_object(entry)
            name, provider = read_text(one.get("model_id")), read_text(one.get("model_provider_id"))
            found.append(Model(_time(one.get("ts")), name, provider))
    if not found:
        for line in _lines_beside(folder, HISTORY):
            named = _MODEL.findall(line)[-1:]
            found += [Model(_time(_parse(line).get("ts")), name.decode("utf-8", "replace")) for name in named]
    return sorted(found, key=lambda model: model.time)


def _lines_beside(folder: str, name: str) -> Iterator[bytes]:
    path = os.path.join(folder, name)
    try:
        with open_decompressed(path, "none", path) as inner:
            head = inner.read(HEAD)
        for _, line in numbered_records(Log(path, path, layout_of(name, head), "none", len(head))):
            yield line
    except InvalidData:  # it is not there, or cannot be read: then no model is known
        return


def _parse(line: bytes) -> Mapping[str, Any]:
    try:
        return parse_line(line)
    except Unreadable:
        return {}


def _time(value: object) -> int:
    try:
        return read_milliseconds(value) or 0
    except Unreadable:
        return 0
