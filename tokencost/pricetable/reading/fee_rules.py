"""What must hold between the fees of a provider: each in its time, none beside another for the same calls.

Every function yields problems as (path, message, hint) on values that have the right shape.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tokencost.pricetable.reading.named import suggest_name
from tokencost.pricetable.reading.validated_toml import PathProblem
from tokencost.pricetable.table import KeyPath
from tokencost.pricetable.when import END, show_bound

Fees = Sequence[dict[str, Any]]


def following_fee(fees: Fees, place: int) -> int | None:
    """Where the next fee of the same call and the same models stands: the one before it ends where that begins."""
    same = _subject(fees[place])
    return next((n for n in range(place + 1, len(fees)) if _subject(fees[n]) == same), None)


def find_fee_problems(table: dict[str, Any]) -> Iterator[PathProblem]:
    """Every problem of the fees of a table."""
    for provider, facts in table["providers"].items():
        fees = facts.get("fees", ())
        of_provider = [name for name, model in table["models"].items() if model["provider"] == provider]
        for n, fee in enumerate(fees):
            path: KeyPath = ("providers", provider, "fees", n)
            yield from _amount_problems(path, fee)
            yield from _model_problems(path, fee, of_provider)
            yield from _time_problems(path, fees, n)


def _amount_problems(path: KeyPath, fee: dict[str, Any]) -> Iterator[PathProblem]:
    amounts = [key for key in ("per_1000_calls", "cny") if key in fee]
    if not amounts and "billed_per" not in fee:
        hint = 'write per_1000_calls = 10; what is not billed by the call has billed_per = "container session"'
        yield path, f"the fee of {fee['call']} says no price", hint
    elif amounts and "billed_per" in fee:
        hint = "keep one of the two: calls have a price, or something else is billed in their place"
        yield (*path, "billed_per"), f"`billed_per` beside `{amounts[0]}`", hint


def _model_problems(path: KeyPath, fee: dict[str, Any], known: Sequence[str]) -> Iterator[PathProblem]:
    names = fee.get("models", ())
    for n, name in enumerate(names):
        if name not in known:
            hint = suggest_name(name, known) or "name the ids of models of this provider"
            yield (*path, "models", n), f"unknown model {name!r}", hint
        elif name in names[:n]:
            yield (*path, "models", n), f"{name!r} is named twice", "leave one of the two out"


def _time_problems(path: KeyPath, fees: Fees, place: int) -> Iterator[PathProblem]:
    fee = fees[place]
    if "until" in fee and fee["until"] <= fee["from"]:
        yield (*path, "until"), "`until` is not later than `from`", "until is exclusive and later than from"
    following = following_fee(fees, place)
    if following is not None:
        start = fees[following]["from"]
        there = (*path[:-1], following)
        if start < fee["from"]:
            message = f"`from` is {show_bound(start)}, before the {show_bound(fee['from'])} of this fee above it"
            yield (*there, "from"), message, "fees of a call stand oldest first: mend the date, or move this fee up"
        elif start == fee["from"]:
            hint = "a fee holds until the next one of its call begins; keep one of them"
            yield there, f"two fees of {fee['call']} begin at the same instant", hint
        elif fee.get("until", start) > start:
            hint = "leave `until` out: a fee ends where the next one of its call begins"
            yield (*path, "until"), "this interval overlaps the next fee of the call", hint
    # A fee for some models goes before the one for all others, so that only two lists of models can be at odds.
    for n, other in enumerate(fees[:place]):
        shared = [name for name in fee.get("models", ()) if name in other.get("models", ())]
        if not shared or other["call"] != fee["call"] or _subject(other) == _subject(fee):
            continue
        if fee["from"] < _end(fees, n) and other["from"] < _end(fees, place):
            message = f"{shared[0]!r} has another fee of {fee['call']} at the same time"
            yield (*path, "models"), message, "name a model in one of them, or give both fees the same models"


def _subject(fee: dict[str, Any]) -> tuple[str, frozenset[str]]:
    return fee["call"], frozenset(fee.get("models", ()))


def _end(fees: Fees, place: int) -> Any:
    following = following_fee(fees, place)
    return fees[place].get("until") or (END if following is None else fees[following]["from"])
