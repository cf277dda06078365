"""Everything that can go wrong on a user's side, each with its exit status.

A message says what is wrong; a hint says what to type instead.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """One problem in a data file, at the line where a person would mend it; line 0 is the file as a whole."""

    file: str
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"
        return f"{place}\n  hint: {self.hint}" if self.hint else place


class TokencostError(Exception):
    """The root of all errors that are shown to a user without a traceback."""

    exit_status = 70

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class InvalidRequest(TokencostError):
    """What was asked cannot be answered: exit status 2."""

    exit_status = 2


class UnknownModel(InvalidRequest):
    """No model, alias or provider of that name."""


class NoPrice(InvalidRequest):
    """The model is known, but no price of it is in force at that time."""


class NotOffered(InvalidRequest):
    """The tier or window is not offered by that model at that time."""


class HourNeeded(InvalidRequest):
    """The rate depends on the hour, and only a date was given."""


class OtherHost(InvalidRequest):
    """Another host served the request, whose prices are not those of the provider."""


class UnreadField(InvalidRequest):
    """A record has a field that tells of other rates, and that no rule reads."""


class OtherTokens(InvalidRequest):
    """A record has tokens that the table has no rates for, such as audio."""


class AmbiguousRate(InvalidRequest):
    """Two sets of conditions match and neither names more: no rate is known."""


class TokenCounts(InvalidRequest):
    """Token counts that cannot be, such as more cached tokens than input tokens."""


class MissingExtra(InvalidRequest):
    """An optional library is needed; the hint is the exact install line."""


class InvalidData(TokencostError):
    """A data file has problems, all of which are listed: exit status 3."""

    exit_status = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
