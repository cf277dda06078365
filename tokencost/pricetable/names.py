"""Names as people write them: in any case, as they are shown, or as they were announced; and what was perhaps meant.

An exact id or alias comes before all of these. A spelling that may mean two models is refused, never guessed. The name
of a line of models means on each day the one that was its head.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from tokencost.pricetable.sale import sale_end
from tokencost.pricetable.spelling import fold_case, fold_name, trim
from tokencost.pricetable.table import Line, Model, PriceTable
from tokencost.pricetable.when import show_bound

MOST_SUGGESTIONS = 3
JOINING = ("vs", "vs.", "v", "versus", "against", "and", "or", "with", "to", "than", "&", "+", "-", "api")
"""Words that people put between models, or after them."""


class Meaning(NamedTuple):
    """A model that a name stands for, from `start` to `end` where it did so only for a time."""

    name: str
    model: Model
    start: datetime | None
    end: datetime | None
    announced: bool = False
    """Whether it is what the model was announced as, and not a name to call it by."""
    line: Line | None = None
    """The line whose head the model was in that time, where the name is that of a line."""

    def describe(self) -> str:
        """`deepseek-reasoner from 2025-01-20 until 2025-05-28`."""
        start = f"from {show_bound(self.start)}" if self.start else ""
        end = f"until {show_bound(self.end)}" if self.end else ""
        return " ".join(part for part in (self.model.id, start, end) if part)


def exact_meanings(table: PriceTable, name: str) -> tuple[Meaning, ...]:
    """What an id or alias, with or without its provider, stands for where it is written exactly so."""
    named = table.names.get(name) or table.names.get(_fine_tuned(name), ())
    provider, slash, bare = name.partition("/")
    if not named and slash and provider in table.providers:
        named = tuple(
            (alias, model)
            for alias, model in table.names.get(bare) or table.names.get(_fine_tuned(bare), ())
            if model.provider == provider
        )
    return tuple(Meaning(name, model, alias.start, alias.end) for alias, model in named)


def line_meanings(table: PriceTable, name: str) -> tuple[Meaning, ...]:
    """The heads of the line of that name, where it is written exactly so."""
    line = table.lines.get(name)
    return () if line is None else tuple(_heads(table, name, line))


def _heads(table: PriceTable, name: str, line: Line) -> Iterator[Meaning]:
    """What a line means over time, under its id or its display name."""
    return (Meaning(name, table.models[head.model], head.start, head.end, line=line) for head in line.heads)


def _fine_tuned(name: str) -> str:
    """`ft:gpt-4o-2024-08-06` of `ft:gpt-4o-2024-08-06:acme::9x`: what is billed alike whoever tuned it for what."""
    return ":".join(name.split(":")[:2]) if name.startswith("ft:") else name


def meanings(table: PriceTable, name: str) -> tuple[Meaning, ...]:
    """What a name may stand for, whatever the time: all that the first rule gives which gives anything."""
    if found := exact_meanings(table, name) or line_meanings(table, name):
        return found
    named, provider = _of_provider(table, trim(name))
    rules = (
        exact_meanings(table, named) or line_meanings(table, named),
        (known for known in _ids(table) if fold_case(known.name) == fold_case(named)),
        (known for known in (*_ids(table), *_shown(table)) if fold_name(known.name) == fold_name(named)),
        (
            known
            for known in _announced(table)
            if fold_name(named) in (fold_name(known.name), fold_name(known.name.partition("(")[0]))
        ),
    )
    for rule in rules:
        found = tuple(known for known in rule if provider in (None, known.model.provider))
        if found and fold_name(named):
            return found
    return ()


def find_provider(table: PriceTable, name: str) -> str | None:
    """The id of the provider of that name, in any case."""
    wanted = fold_name(name)
    return next(
        (key for key, each in table.providers.items() if wanted in (fold_name(key), fold_name(each.name))), None
    )


def _of_provider(table: PriceTable, name: str) -> tuple[str, str | None]:
    """`provider/MODEL` as the model and the provider; a name without a known provider as it is."""
    before, slash, rest = name.partition("/")
    provider = find_provider(table, before) if slash else None
    return (rest, provider) if provider else (name, None)


def _ids(table: PriceTable) -> Iterator[Meaning]:
    for name, named in table.names.items():
        yield from (Meaning(name, model, alias.start, alias.end) for alias, model in named)
    for line in table.lines.values():
        yield from _heads(table, line.id, line)


def _shown(table: PriceTable) -> Iterator[Meaning]:
    yield from (Meaning(model.name, model, None, None) for model in table.models.values())
    for line in table.lines.values():
        yield from _heads(table, line.name, line)


def _announced(table: PriceTable) -> Iterator[Meaning]:
    """The models that names served; the last of them until the model is sold no more."""
    for model in table.models.values():
        for served in model.served:
            yield Meaning(served.name, model, served.start, served.end or sale_end(model), announced=True)


def suggestion(table: PriceTable, name: str) -> str:
    """A hint with the nearest names, those that begin alike first, or where to see all of them."""
    from difflib import get_close_matches

    if found := dict.fromkeys(each.line.id if each.line else each.model.id for each in meanings(table, name)):
        return f"did you mean {' or '.join(found)}?"
    spellings = {fold_case(known): known for known in table.names}
    spellings |= {fold_case(model.name): model.id for model in table.models.values()}
    spellings |= {f"{model.provider}/{model.id}": f"{model.provider}/{model.id}" for model in table.models.values()}
    wanted = fold_case(name)
    spellings |= {fold_case(known): line.id for line in table.lines.values() for known in (line.id, line.name)}
    begins = [known for known in table.models if wanted and fold_case(known).startswith(wanted)]
    if begins:
        newest = sorted(begins, key=lambda known: table.models[known].prices[0].start)[-MOST_SUGGESTIONS:]
        return _did_you_mean([known for known in begins if known in newest])
    alike = [spelling for spelling in spellings if _words_alike(spelling, wanted) > 1]
    close = get_close_matches(wanted, alike, MOST_SUGGESTIONS, cutoff=0)
    close += get_close_matches(wanted, spellings, MOST_SUGGESTIONS)
    near = [spellings[spelling] for spelling in close]
    near += [known for known in table.names if wanted and wanted in known.casefold()]
    near += [known.model.id for known in _announced(table) if wanted and fold_name(wanted) in fold_name(known.name)]
    if near:
        return _did_you_mean(_one_of_each_model(table, near)[:MOST_SUGGESTIONS])
    return "`tokencost prices list` shows the models that are known"


def _one_of_each_model(table: PriceTable, names: list[str]) -> list[str]:
    """The names without those of a model that an earlier one stands for: a dated snapshot is no second suggestion."""
    first: dict[str, str] = {}
    for name in names:
        meant = table.names.get(name, ())
        first.setdefault(meant[-1][1].id if meant else name, name)
    return list(first.values())


def _did_you_mean(names: list[str]) -> str:
    return "did you mean " + " or ".join(names) + "?"


def _words_alike(one: str, other: str) -> int:
    """With how many words both names begin: 2 for gpt-6.1-sol and gpt-6.1-mini."""
    pairs = zip(one.split("-"), other.split("-"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
