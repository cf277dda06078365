"""Whether a model is on sale at a time: decided here, and nowhere else.

A model whose prices still stand in the table may have been shut down long ago: its last list price is then no offer.
"""

from datetime import UTC, datetime, time, timedelta

from tokencost.pricetable.table import Model, Price
from tokencost.pricetable.when import When, day_of, show_bound, show_when, span

SOON_DAYS = 60
"""An end at most so many days away is announced in answers."""
SEEN_DAYS = 90
"""A model that was withdrawn on a day nobody knows counts as sold for so long after its price was last seen."""
ON_SALE = "on sale"


def sale_end(model: Model) -> datetime | None:
    """The first instant at which the model is no longer sold; None where no end is known."""
    if has_unknown_end(model) and (seen := last_seen(model)) is not None:
        return seen + timedelta(days=SEEN_DAYS)
    last = model.prices[-1].end if model.prices else None
    return min((end for end in (model.shutdown, last) if end is not None), default=None)


def sold_until(model: Model, price: Price) -> datetime | None:
    """Until when the model was sold at this price; None while it is."""
    return min((end for end in (price.end, sale_end(model)) if end is not None), default=None)


def last_seen(model: Model) -> datetime | None:
    """When a price of the model was last seen, or began."""
    checked = [price.evidence.checked for price in model.prices if price.evidence.checked]
    seen = [datetime.combine(day, time(), tzinfo=UTC) for day in checked]
    return max([*seen, *(price.start for price in model.prices)], default=None)


def is_retired(model: Model, when: When) -> bool:
    """Whether the model is no longer sold at that instant, or at no instant of that day."""
    end = sale_end(model)
    return end is not None and end <= span(when)[0]


def has_unknown_end(model: Model) -> bool:
    """Whether the model was withdrawn on a day that the table does not know."""
    return model.withdrawn and model.shutdown is None and (not model.prices or model.prices[-1].end is None)


def ends_soon(model: Model, when: When) -> datetime | None:
    """The announced end of a model that is still sold at that time, where it is at most 60 days away."""
    end = None if has_unknown_end(model) or is_retired(model, when) else sale_end(model)
    return end if end is not None and (end.date() - day_of(when)).days <= SOON_DAYS else None


def sale_status(model: Model, when: When) -> str:
    """`on sale`, `ends 2026-12-11`, or `retired 2026-10-23`."""
    if is_retired(model, when):
        return f"retired {describe_retirement(model)}"
    end = ends_soon(model, when)
    return ON_SALE if end is None else f"ends {show_bound(end)}"


def describe_end_of_sale(model: Model) -> str:
    """`sold only until 2026-12-11`, for a model whose end is known, or is known to have come."""
    end = sale_end(model)
    if has_unknown_end(model) or end is None:
        return f"withdrawn {describe_retirement(model)}"
    return f"sold only until {show_bound(end)}"


def describe_retirement(model: Model) -> str:
    """`2026-10-23`, or `after 2025-01-13` where the model was last seen then."""
    end, seen = sale_end(model), last_seen(model)
    if has_unknown_end(model) and seen is not None:
        return f"after {show_when(seen.date())}"
    return "" if end is None else show_when(end.date())
