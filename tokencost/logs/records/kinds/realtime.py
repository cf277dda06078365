"""What OpenAI's Realtime API sends, and its transcriptions: their tokens are told apart as text, audio and images."""

from tokencost.logs.records.kind import LOG_TIMES, LogKind, Path, Test, at, no_call

_DONE = "https://platform.openai.com/docs/api-reference/realtime-server-events/response/done"
_EVENTS = "https://platform.openai.com/docs/api-reference/realtime-server-events"


def _realtime(name: str, root: str) -> LogKind:
    """A response of the Realtime API, or a transcription, whose details of tokens have a name in the singular.

    "Cached tokens here are counted as a subset of input tokens" (the page of `response.done`). Audio and images have
    rates of their own. Neither the model nor the time stands in an event: what keeps them may write both beside it.
    """
    under = f"{root}." if root else ""

    def others(details: str) -> tuple[Path, ...]:
        return at(*(f"{under}usage.{details}.{each}_tokens" for each in ("audio", "image")))

    return LogKind(
        name,
        _DONE,
        # The field that others lack goes first, for it is asked of each of their records.
        marks=at(f"{under}usage.input_token_details.text_tokens", f"{under}usage.input_tokens"),
        model=at(*dict.fromkeys((f"{under}model", "model")), "session.model"),
        input=at(f"{under}usage.input_tokens"),
        output=at(f"{under}usage.output_tokens"),
        cached=at(f"{under}usage.input_token_details.cached_tokens"),
        time=at(*LOG_TIMES),
        other_tokens=(*others("input_token_details"), *others("output_token_details")),
        id=at(f"{under}id"),
    )


REALTIME = (_realtime("realtime", "response"), _realtime("realtime-body", ""))
"""Looked for before other objects with a usage, which have `input_tokens_details`."""

REALTIME_EVENTS = (
    # A response that was broken off before it began has no usage; one that was completed has.
    no_call("realtime-cancelled", _DONE, "type", "response.status", type="response[.]done")._replace(
        tests=(Test(("type",), "response[.]done"), Test(("response", "status"), "cancelled|failed"))
    ),
    no_call(
        "realtime-event",
        _EVENTS,
        "type",
        "event_id",
        type="(session|transcription_session|conversation|input_audio_buffer|output_audio_buffer|rate_limits|"
        "mcp_list_tools)[.](created|updated|deleted|added|append|commit|committed|clear|cleared|started|stopped|"
        "speech_started|speech_stopped|timeout_triggered|in_progress|completed|failed|update|"
        "item[.](create|created|added|done|retrieve|retrieved|truncate|truncated|delete|deleted|"
        "input_audio_transcription[.](delta|segment|failed)))|response[.](create|cancel)",
    ),
)
"""What the API sends and is sent beside them. A completed transcription is billed, by tokens or by the minute."""
