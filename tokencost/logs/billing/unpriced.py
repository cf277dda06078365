"""What is left without a price, and why: the same reasons that pricing such a request alone gives."""

from typing import NamedTuple

from tokencost.errors import (
    HourNeeded,
    NoPrice,
    NotOffered,
    OtherHost,
    OtherTokens,
    TokencostError,
    UnknownModel,
    UnreadField,
)
from tokencost.logs.billing.results import Kind, Tokens, Unpriced
from tokencost.logs.billing.sums import Sum
from tokencost.logs.sql.rate_periods import instant_of
from tokencost.pricetable.when import show_when


class _Left(NamedTuple):
    kind: Kind
    tokens: Tokens
    rows: int
    error: TokencostError
    first_at: int | None
    last_at: int | None


_KINDS: tuple[tuple[type[TokencostError], Kind], ...] = (
    (UnknownModel, "unknown_model"),
    (HourNeeded, "hour_unknown"),
    (NotOffered, "not_offered"),
    (OtherHost, "other_host"),
    (UnreadField, "unread_field"),
    (OtherTokens, "other_tokens"),
    (NoPrice, "no_price"),
)


def _kind(name: str | None, error: TokencostError, item: Sum) -> Kind:
    # The kinds are for programs: messages may be reworded.
    known = next((kind for error_type, kind in _KINDS if isinstance(error, error_type)), None)
    if known is not None:
        return known
    if not name:
        return "no_model"
    return "no_time" if item.at is None else "no_price"


class UnpricedSums:
    """Sums without a price on one side, put together by the name that was asked for and the reason."""

    def __init__(self, *, at_own_times: bool) -> None:
        self._at_own_times = at_own_times
        self._left: dict[tuple[str | None, str], _Left] = {}

    def add(self, name: str | None, error: TokencostError, item: Sum, tokens: Tokens) -> None:
        """One sum more."""
        # What says that there is no price names the time: these become one, over all of their times.
        reason = f"no price {error.hint}" if self._by_time(error) else error.message
        left = self._left.get((name, reason))
        if left is None:
            left = _Left(_kind(name, error, item), tokens, item.rows, error, item.first_at, item.last_at)
        else:
            first = min((at for at in (left.first_at, item.first_at) if at is not None), default=None)
            last = max((at for at in (left.last_at, item.last_at) if at is not None), default=None)
            left = _Left(left.kind, left.tokens.plus(tokens), left.rows + item.rows, error, first, last)
        self._left[name, reason] = left

    def _by_time(self, error: TokencostError) -> bool:
        return self._at_own_times and isinstance(error, NoPrice)

    def rows(self) -> tuple[Unpriced, ...]:
        """The most requests first."""
        found = [
            Unpriced(name, self._reason(name, left), left.tokens, left.rows, left.kind)
            for (name, _), left in self._left.items()
        ]
        return tuple(sorted(found, key=lambda item: (-item.tokens.requests, item.model or "", item.reason)))

    def _reason(self, name: str | None, left: _Left) -> str:
        message, hint = left.error.message, left.error.hint
        if self._by_time(left.error) and left.first_at is not None and left.last_at is not None:
            first, last = (show_when(instant_of(at).replace(microsecond=0)) for at in (left.first_at, left.last_at))
            times = f"on {first}" if first == last else f"at the times of these requests, {first} to {last}"
            message = f"no price of {name} {times}"
        return f"{message} ({hint})" if hint else message
