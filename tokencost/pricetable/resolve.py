"""From a name and a time to a model and its price: exactly, or an error that suggests what was meant."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from tokencost.errors import InvalidRequest, NoPrice, UnknownModel
from tokencost.pricetable.names import JOINING, Meaning, exact_meanings, find_provider, meanings, suggestion
from tokencost.pricetable.sale import is_retired, sold_until
from tokencost.pricetable.spelling import fold_case, trim
from tokencost.pricetable.table import Line, Model, Price, PriceTable
from tokencost.pricetable.when import When, as_when, show_bound, show_when, span


class ModelAt(NamedTuple):
    """A model at a time, as it was asked for."""

    label: str
    """The model's id, with `@WHEN` where the name carried a time of its own."""
    model: Model
    when: When
    price: Price
    line: Line | None = None
    """The line that was asked for, and whose head the model was."""


class Spell(NamedTuple):
    """A stretch of time in which a name means one model at one price."""

    model: Model
    price: Price
    start: datetime
    end: datetime | None
    """Exclusive: the next price or model of a line, or the end of the sale. None while it lasts."""
    line: Line | None = None
    """The line that the name is."""


def as_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """Names, of which one may be given alone: text is a sequence of letters, and never meant as such."""
    return (given,) if isinstance(given, str) else tuple(given)


def resolve(table: PriceTable, name: str, on: When | str) -> ModelAt:
    """The model and its price for `MODEL`, `provider/MODEL` or either with `@WHEN`; `on` holds where no time is given.

    MODEL may be a line: then it is the model that was its head. Names are read as people write them, see `find_named`.

    Raises `UnknownModel` with suggestions, or `NoPrice`.
    """
    bare, own_time = split_time(name)
    when = as_when(on) if own_time is None else own_time
    meaning = find_meaning(table, bare, when)
    model = meaning.model
    label = model.id if own_time is None else f"{model.id}@{show_when(when)}"
    return ModelAt(label, model, when, price_in_force(model, when), meaning.line)


def spells(table: PriceTable, name: str, on: When) -> tuple[Spell, ...]:
    """What a name costs over time: every price of a model; of a line, those of each model while it was the head.

    A time that the name carries, or else `on`, says which model is meant. With a time of its own, a line means the
    model that was its head then. Raises as `find_named`.
    """
    bare, own_time = split_time(name)
    meaning = find_meaning(table, bare, own_time or on, ever=own_time is None)
    line = meaning.line if own_time is None else None
    stretches: list[tuple[Model, datetime | None, datetime | None]] = [(meaning.model, None, None)]
    if line is not None:
        stretches = [(table.models[head.model], head.start, head.end) for head in line.heads]
    found = []
    for model, first, last in stretches:
        for price in model.prices:
            start = max(filter(None, (price.start, first)))
            end = min(filter(None, (sold_until(model, price), last)), default=None)
            if end is None or start < end:
                found.append(Spell(model, price, start, end, line))
    return tuple(found)


def split_time(name: str) -> tuple[str, When | None]:
    """`deepseek-chat@2025-02-10` as the name and the time; the time is None where none is given."""
    bare, at, time = name.partition("@")
    if at and not (trim(bare) and trim(time)):
        raise InvalidRequest(f"{name!r} is not a model at a time", "write both in one word: deepseek-chat@2025-02-10")
    return (bare, as_when(trim(time))) if at else (name, None)


def find_model(table: PriceTable, name: str, when: When) -> Model:
    """The model that this id, alias or `provider/model`, exactly so written, stands for at that time.

    So are names in records and in other tables read: there, another spelling may be another host's model.
    Raises `UnknownModel` with suggestions; `NoPrice` for an alias that was in use only at other times.
    """
    found = exact_meanings(table, name)
    if not found:
        of_line = "that is a line of models; a record, or a price, is of one model" if name in table.lines else ""
        raise UnknownModel(f"unknown model {name!r}", of_line or suggestion(table, name))
    return _in_use(name, found, when)[0].model


def find_named(table: PriceTable, name: str, when: When) -> Model:
    """The model that a person means by this name at that time: `GPT-6.1 Sol`, `DeepSeek-R1`; see `names`.

    Raises as `find_model` does, and `UnknownModel` for a name that may mean two models.
    """
    return find_meaning(table, name, when).model


def find_meaning(table: PriceTable, name: str, when: When, *, ever: bool = False) -> Meaning:
    """As `find_named`, with the line that the name may be. Of a line, `ever` gives the first head where none was yet.

    On a day in which one model succeeds another, it is the one of 00:00 UTC, as it is with prices.
    """
    found = meanings(table, name)
    if not found:
        raise _unknown(table, name, when)
    if ever and all(each.line is found[0].line is not None for each in found):
        return found[0]
    in_use: dict[str, Meaning] = {}
    for each in _in_use(name, found, when):
        in_use.setdefault(each.line.id if each.line else each.model.id, each)
    if len(in_use) > 1 and found != exact_meanings(table, name):
        meant = ", ".join(f"{known} for {meaning.name}" for known, meaning in in_use.items())
        raise UnknownModel(f"on {show_when(when)} {name!r} may mean {' or '.join(in_use)}", f"write {meant}")
    return next(iter(in_use.values()))


def _in_use(name: str, found: tuple[Meaning, ...], when: When) -> list[Meaning]:
    first, after = span(when)
    in_use = [
        each for each in found if (each.start is None or each.start < after) and (each.end is None or first < each.end)
    ]
    if not in_use:
        if (line := found[0].line) is not None:
            raise NoPrice(
                f"the line {line.id} had no model on {show_when(when)}", f"its first is {found[0].describe()}"
            )
        times = "; ".join(each.describe() for each in found)
        if any(each.announced for each in found):
            raise NoPrice(f"{name!r} was not sold on {show_when(when)}", f"it was sold as {times}")
        raise NoPrice(f"the name {name!r} stood for no model on {show_when(when)}", f"it stood for {times}")
    return in_use


def _unknown(table: PriceTable, name: str, when: When) -> UnknownModel:
    """What to type instead of a name that is no model's."""
    if (provider := find_provider(table, name)) is not None:
        message = f"{name!r} is a provider, not a model"
        return UnknownModel(message, f"its models {_models_of(table, provider, when)}")
    if fold_case(name) in JOINING:
        return UnknownModel(f"{name!r} is not a model", "leave it out: models stand side by side, the baseline last")
    parts = [part for part in map(trim, name.split(",")) if part]
    if len(parts) > 1 and all(meanings(table, part) for part in parts):
        return UnknownModel(f"{name!r} is not one model", f"write a space between models: {' '.join(parts)}")
    if trim(name).lstrip("$").replace(".", "", 1).isdecimal():
        return UnknownModel(f"{name!r} is not a model", f"look a price up with: tokencost find {trim(name)}")
    with suppress(InvalidRequest):
        day = show_when(as_when(trim(name)))
        return UnknownModel(f"{name!r} is not a model", f"a day goes with --on {day}, or with a name: MODEL@{day}")
    return UnknownModel(f"unknown model {name!r}", suggestion(table, name))


def _models_of(table: PriceTable, provider: str, when: When) -> str:
    """The models of a provider: those on sale at that time, the newest first, then the others."""
    models = [model for model in table.models.values() if model.provider == provider]
    models.sort(key=lambda model: model.prices[0].start, reverse=True)
    on_sale = [model.id for model in models if prices_within(model, when) and not is_retired(model, when)]
    others = [model.id for model in models if model.id not in on_sale]
    parts = [f"on sale on {show_when(when)}: {', '.join(on_sale) or 'none'}"]
    return "; ".join([*parts, *([f"at other times: {', '.join(others)}"] if others else [])])


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
