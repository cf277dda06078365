"""What readers of sessions hand over: one call, one repeat of a call, one event of no call, or what cannot be read.

An event of a call is a line, a row or a message that tells of tokens, or that says that a call failed. Where it tells
of none but zeros, nothing was billed: it is no call. What else a session holds, such as prompts, answers and limits, is
no record of a call, and is not counted.
"""

from typing import Literal, NamedTuple

from tokencost.logs.sessions.call import Call

Found = Literal["call", "repeat", "no call"]


class SessionLine(NamedTuple):
    """What counts of a line of a session."""

    file: str
    line: int
    problem: str | None
    """Why it cannot be read; None where it holds a call, or none."""
    call: Call | None = None
    found: Found = "call"


def no_call(file: str, line: int) -> SessionLine:
    """An event of a call for which nothing was billed."""
    return SessionLine(file, line, None, None, "no call")
