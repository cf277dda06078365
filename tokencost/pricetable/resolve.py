"""From a name and a time to a model and its price: exactly, or an error that suggests what was meant."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tokencost.errors import NoPrice, UnknownModel
from tokencost.pricetable.table import Model, Price, PriceTable
from tokencost.pricetable.when import When, as_when, show_bound, show_when, span

MOST_SUGGESTIONS = 3


class ModelAt(NamedTuple):
    """A model at a time, as it was asked for."""

    label: str
    """The model's id, with `@WHEN` where the name carried a time of its own."""
    model: Model
    when: When
    price: Price


def as_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """Names, of which one may be given alone: text is a sequence of letters, and never meant as such."""
    return (given,) if isinstance(given, str) else tuple(given)


def resolve(table: PriceTable, name: str, on: When | str) -> ModelAt:
    """The model and its price for `MODEL`, `provider/MODEL` or either with `@WHEN`; `on` holds where no time is given.

    Raises `UnknownModel` with suggestions, or `NoPrice`.
    """
    bare, own_time = split_time(name)
    when = as_when(on) if own_time is None else own_time
    model = find_model(table, bare, when)
    label = model.id if own_time is None else f"{model.id}@{show_when(when)}"
    return ModelAt(label, model, when, price_in_force(model, when))


def split_time(name: str) -> tuple[str, When | None]:
    """`deepseek-chat@2025-02-10` as the name and the time; the time is None where none is given."""
    bare, at, time = name.partition("@")
    return (bare, as_when(time)) if at else (name, None)


def find_model(table: PriceTable, name: str, when: When) -> Model:
    """The model that this id, alias or `provider/model` stands for at that time.

    Raises `UnknownModel` with suggestions; `NoPrice` for an alias that was in use only at other times.
    """
    claims = table.claims.get(name)
    if claims is None:
        provider, slash, bare = name.partition("/")
        if slash and provider in table.providers:
            claims = tuple(claim for claim in table.claims.get(bare, ()) if claim[1].provider == provider)
        if not claims:
            raise UnknownModel(f"unknown model {name!r}", suggestion(table, name))
    first, after = span(when)
    for alias, model in claims:
        if (alias.start is None or alias.start < after) and (alias.end is None or first < alias.end):
            return model
    times = "; ".join(f"{model.id} {_interval(alias.start, alias.end)}" for alias, model in claims)
    raise NoPrice(f"the name {name!r} stood for no model on {show_when(when)}", f"it stood for {times}")


def suggestion(table: PriceTable, name: str) -> str:
    """A hint with the nearest names, or where to see all of them."""
    from difflib import get_close_matches

    spellings = {known.casefold(): known for known in table.claims}
    spellings |= {model.name.casefold(): model.id for model in table.models.values()}
    spellings |= {f"{model.provider}/{model.id}": f"{model.provider}/{model.id}" for model in table.models.values()}
    wanted = name.strip().casefold()
    if wanted in spellings:
        return f"did you mean {spellings[wanted]}?"
    near = [spellings[match] for match in get_close_matches(wanted, spellings, MOST_SUGGESTIONS, cutoff=0.6)]
    near += [known for known in table.claims if wanted and wanted in known.casefold()]
    best = list(dict.fromkeys(near))[:MOST_SUGGESTIONS]
    if best:
        return "did you mean " + " or ".join(best) + "?"
    return "`tokencost prices list` shows the models that are known"


def price_in_force(model: Model, when: When) -> Price:
    """The price at that instant; on a date, the one of 00:00 UTC, else the first that begins in the day.

    Raises `NoPrice`, which says between which times there is one.
    """
    prices = model.prices
    if isinstance(when, datetime):
        for price in reversed(prices):
            if price.start <= when:
                if price.end is None or when < price.end:
                    return price
                break
    elif found := prices_within(model, when):
        return found[0]
    raise NoPrice(f"no price of {model.id} on {show_when(when)}", _nearest(model, when))


def prices_within(model: Model, when: When) -> list[Price]:
    """Every price in force at some instant of that time, in order: several where it changes within the day."""
    first, after = span(when)
    return [p for p in model.prices if p.start < after and (p.end is None or first < p.end)]


def _nearest(model: Model, when: When) -> str:
    first, _ = span(when)
    ended = [p.end for p in model.prices if p.end is not None and p.end <= first]
    later = [p.start for p in model.prices if p.start > first]
    parts = []
    if ended:
        parts.append(f"its last price before ended {show_bound(ended[-1])}")
    if later:
        parts.append(f"its {'next' if ended else 'first'} price begins {show_bound(later[0])}")
    return "; ".join(parts)


def _interval(start: datetime | None, end: datetime | None) -> str:
    parts = [f"from {show_bound(start)}" if start else "", f"until {show_bound(end)}" if end else ""]
    return " ".join(part for part in parts if part) or "always"
