"""What logs cost, in sentences: how many requests, from when to when, what is not included, and what was assumed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from tokencost.documents.document import Figure, Sentence
from tokencost.documents.wording import count_noun
from tokencost.logs.billing.results import Unpriced
from tokencost.logs.usage import Usage
from tokencost.logs.usage_query import BILLED, PERIODS
from tokencost.money import ZERO, add_all
from tokencost.pricetable.when import show_when

MOST_NAMES = 3
_WHY = {
    "unknown_model": ("of an unknown model", "of unknown models"),
    "no_model": ("without a model",) * 2,
    "no_time": ("without a time",) * 2,
    "hour_unknown": ("whose hour is not known",) * 2,
    "not_offered": ("in a tier or window that is not offered",) * 2,
    "no_price": ("without a price",) * 2,
    "unread_field": ("with a cache field that no rule reads",) * 2,
    "other_host": ("served by another host",) * 2,
    "other_tokens": ("with audio or other tokens that the table has no rates for",) * 2,
}
"""Of one model, and of several."""


def sum_cost(result: Usage) -> Decimal:
    """What all priced requests cost, as the exact sum of the rows."""
    return add_all(row.cost.total for row in result.rows) or ZERO


def say_cost(result: Usage) -> Sentence:
    """`5 requests from 2026-11-16 to 2026-11-18 cost $0.2366`, as a sentence begins."""
    requests = _say_requests(result.requests) if result.requests else ("Sums of requests",)
    return (*requests, f"{_say_period(result)} cost ", Figure(sum_cost(result), "fine_money"))


def say_answer(result: Usage) -> Iterator[Sentence]:
    """What was priced costs so much, and so much was not priced."""
    missing, left_out = _say_left_out(result)
    never = _say_never_billed(result)
    if not result.read:
        yield ("No records were read.",)
    elif not result.priced and not missing:
        yield (f"Nothing was billed: {never}.",)
    elif not result.priced:
        yield (f"No request was priced: {left_out}.",)
    elif not missing:
        but = f" but {never}, never billed" if never else ""
        yield (*say_cost(result), f". All records were priced{but}.")
    else:
        are = "is" if missing == 1 else "are"
        count, word = _say_requests(result.requests)
        priced = ("The ", count, f" priced{word}") if result.requests else ("The priced sums of requests",)
        cost = Figure(sum_cost(result), "fine_money")
        period = _say_period(result)
        yield *priced, f"{period} cost ", cost, f"; {missing:,} {are} not included: {left_out}."
    if never and missing:
        yield (f"Never billed: {never}.",)


def _say_never_billed(result: Usage) -> str:
    """How many failed, or are no calls; empty where none is."""
    others = result.no_call_count - result.failed_count
    failed = count_noun(result.failed_count, "failed or cached request") if result.failed_count else ""
    calls = f"{count_noun(others, 'record')} of no call" if others else ""
    return " and ".join(part for part in (failed, calls) if part)


def say_assumed(result: Usage) -> Iterator[Sentence]:
    """What they are grouped by where no record has it, and at which prices requests are, where it is not their own."""
    for place, name in enumerate(result.by):
        if result.rows and name not in (*BILLED, *PERIODS) and all(row.group[place] is None for row in result.rows):
            yield (f"{name}: no priced record has this field.",)
    if result.repriced and result.as_of is not None:
        yield (f"All requests are priced as of {show_when(result.as_of)}, not at their own times.",)
    if result.tier is not None:
        yield (f"All requests are priced in the {result.tier} tier.",)
    if result.region is not None:
        others = "models without rates for it at those without a region"
        yield (f"All requests are priced in the region {result.region}; {others}.",)
    elif regional := sorted({cell.model for cell in result.cells if cell.region}):
        yield (f"{', '.join(regional)}: requests to a regional address are priced at the rates of that region.",)
    if result.hours_told:
        yield ("Of days with several prices, what the records say was paid for a token tells which of them.",)
    if result.window is not None and result.window_chosen:
        yield (f"Where the price depends on the hour and the hour is not known, {result.window} prices are used.",)
    elif result.window is not None and result.priced:
        yield (f"--window {result.window} changed nothing: no price depends on an hour that is not known.",)


def _say_requests(number: int) -> Sentence:
    return Figure(number, "count"), " request" if number == 1 else " requests"


def _say_period(result: Usage) -> str:
    if result.first is None or result.last is None:
        return ""
    if result.first == result.last:
        return f" on {show_when(result.first)}"
    return f" from {show_when(result.first)} to {show_when(result.last)}"


def _say_left_out(result: Usage) -> tuple[int, str]:
    """How many are not included although they were billed, and which these are."""
    found = []
    count = 0
    # The kinds in the order in which the rows name them first; `groupby` needs each together.
    kinds = list(dict.fromkeys(item.kind for item in result.unpriced))
    for kind, group in groupby(
        sorted(result.unpriced, key=lambda item: kinds.index(item.kind)), lambda item: item.kind
    ):
        items = list(group)
        # A sum may not say of how many requests: it counts as one.
        number = sum(max(item.tokens.requests, item.rows) for item in items)
        count += number
        names = _list_names(items)
        found.append(f"{number:,} {_WHY[kind][len(names) > 1]}" + (f" ({_join_names(names)})" if names else ""))
    unreadable = result.rejected_count
    if unreadable:
        lines = all(item.line is not None for item in result.rejected)
        found.append(count_noun(unreadable, "unreadable line" if lines else "unreadable record"))
    return count + unreadable, ", ".join(found)


def _list_names(items: Sequence[Unpriced]) -> list[str]:
    return list(dict.fromkeys(item.model for item in items if item.model))


def _join_names(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    shown = ", ".join(names[:MOST_NAMES])
    return f"{shown} and {count_noun(more, 'other')}" if more > 0 else shown
