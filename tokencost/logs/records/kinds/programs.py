"""What programs that people work with export of their own use."""

from tokencost.logs.records.kind import LogKind, Test, at, no_call

_CURSOR = "https://cursor.com/docs/models-and-pricing.md"
_AIDER = "https://aider.chat/docs/more/analytics.html"
_CODEX = "https://github.com/openai/codex/blob/main/codex-rs/exec/src/exec_events.rs"
_EFFORTS = ("-extra-high", "-xhigh", "-high", "-medium", "-low", "-minimal", "-none")
"""How much a model is asked to reason, behind its name: the price of a token is the same."""


def _cursor() -> tuple[LogKind, LogKind]:
    """Cursor's export of usage events as CSV, from its dashboard.

    Its four columns of tokens exclude each other and add up to `Total Tokens`, whatever their names make one think:
    https://github.com/junhoyeo/tokscale/pull/1154. Older exports lack the columns before `Model`, or `Cost`. An event
    is a request of the user, for which a model is called many times: it may hold millions of tokens, and has no
    context length.

    Cursor charges a named model "at the model's API price" (the page above), so that events are priced as the
    provider's own requests. `auto` and `composer` are prices of Cursor's own, and no models of the table. What is
    "Included" or "Free" was answered all the same; events that ended in an error, or were broken off, were not charged.
    DeepSeek's models are served by Fireworks: https://docs.cursor.com/settings/models
    """
    events = LogKind(
        "cursor",
        _CURSOR,
        marks=at("Input (w/o Cache Write)", "Cache Read", "Output Tokens"),
        model=at("Model"),
        model_endings=_EFFORTS,
        input=at("Input (w/o Cache Write)"),
        output=at("Output Tokens"),
        cached=at("Cache Read"),
        write=at("Input (w/ Cache Write)"),
        excludes_cache=True,
        time=at("Date"),
        failed=((("Kind",), ".*([Nn]o [Cc]harge|[Nn]ot [Cc]harged).*"),),
        sums=True,
        flat=True,
    )
    elsewhere = events._replace(name="cursor-deepseek", tests=(Test(("Model",), "deepseek.*"),), host="Fireworks")
    return elsewhere, events


_AIDER_MESSAGE = LogKind(
    "aider",
    # The counts are those of a message of the user with all calls that it took, as in `show_usage_report` of
    # aider/coders/base_coder.py; the input includes what was read from a cache, of which nothing is recorded.
    _AIDER,
    marks=at("properties.prompt_tokens", "properties.completion_tokens"),
    model=at("properties.main_model"),
    input=at("properties.prompt_tokens"),
    output=at("properties.completion_tokens"),
    time=at("time"),
    sums=True,
    tests=(Test(("event",), "message_send"),),
)

CODEX_TURN = LogKind(
    "codex-exec",
    # The usage of a turn is that of its whole thread so far, with all calls that it took: `usage_from_last_total` in
    # codex-rs/exec/src/event_processor_with_jsonl_output.rs. A run has one turn; one that resumes an earlier thread
    # counts that again. Newer versions have `cache_write_input_tokens`, and all count reasoning as output.
    _CODEX,
    marks=at("type", "usage.input_tokens", "usage.output_tokens"),
    model=at("model"),
    input=at("usage.input_tokens"),
    output=at("usage.output_tokens"),
    cached=at("usage.cached_input_tokens"),
    write=at("usage.cache_write_input_tokens"),
    time=at("timestamp", "time"),
    sums=True,
    tests=(Test(("type",), "turn[.]completed"),),
)
"""What `codex exec --json` prints, without the model and the time. Looked for before a Responses object."""

PROGRAMS = (*_cursor(), _AIDER_MESSAGE)

PROGRAM_EVENTS = (
    no_call("aider-event", _AIDER, "event", "properties", "user_id", "time")._replace(
        tests=(Test(("event",), "message_send", holds=False),)
    ),
    no_call(
        "codex-exec-event",
        _CODEX,
        "type",
        type="(thread|turn)[.](started|failed)|item[.](started|updated|completed|plan[.]delta)|request_user_input",
    ),
    no_call("codex-exec-error", _CODEX, "type", "message", type="error"),
)
"""What they write beside it."""
