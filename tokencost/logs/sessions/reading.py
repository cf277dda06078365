"""What readers of sessions hand over: one call, one repeat of a call, or one line that cannot be read."""

from typing import Literal, NamedTuple

from tokencost.logs.sessions.call import Call

Found = Literal["call", "repeat"]


class SessionLine(NamedTuple):
    """What counts of a line of a session."""

    file: str
    line: int
    problem: str | None
    """Why it cannot be read; None where it holds a call."""
    call: Call | None = None
    found: Found = "call"
