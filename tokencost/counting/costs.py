"""What texts cost on each model: the same texts, each model's own tokens, each request at its own rates."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tokencost.analysis.compare import asks_for_all, chosen_models, open_cells, paired_cells
from tokencost.counting.count import Counts, count_files, known_vocabulary
from tokencost.counting.counted import CountedBy, counted_by
from tokencost.display import html_of
from tokencost.errors import InvalidRequest
from tokencost.money import EXACT, ZERO, percent_lower, times_as_much
from tokencost.pricetable.resolve import ModelAt, as_names, resolve
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, as_when
from tokencost.pricing.cost import price_tokens, refuse_output
from tokencost.pricing.rates import (
    STANDARD,
    RateCell,
    known_region,
    known_window,
    named_cell,
    spelled_tier,
    threshold_below,
    thresholds,
    tier_names,
)
from tokencost.rows import Row


class _CountRow(NamedTuple):
    """The fields of `CountRow`."""

    model: str
    provider: str
    tier: str
    window: str | None
    tokenizer: str
    estimated: bool
    requests: int
    input_tokens: int
    output_tokens: int
    input_cost: Decimal
    output_cost: Decimal
    baseline: str
    baseline_input_tokens: int
    baseline_cost: Decimal
    baseline_window: str | None = None
    region: str | None = None

    @property
    def cost(self) -> Decimal:
        """Input and output together, in USD."""
        return EXACT.add(self.input_cost, self.output_cost)

    @property
    def token_factor(self) -> Fraction | None:
        """How many input tokens the texts have on this model for each one on the baseline."""
        if not self.baseline_input_tokens:
            return None
        return Fraction(self.input_tokens, self.baseline_input_tokens)

    @property
    def ratio(self) -> Fraction | None:
        """How many times as much the baseline costs (baseline ÷ model) for the same texts."""
        return times_as_much(self.baseline_cost, self.cost)

    @property
    def percent_lower(self) -> Fraction | None:
        """(1 - model ÷ baseline) x 100, of the same texts."""
        return percent_lower(self.baseline_cost, self.cost)


class CountRow(Row, _CountRow):
    """What all requests cost on one model, in one part of its week. `input_tokens` are estimated where `estimated`."""

    __slots__ = ()
    _names = (
        *("model", "provider", "tier", "window", "tokenizer", "estimated", "requests", "input_tokens", "output_tokens"),
        *("input_cost", "output_cost", "cost", "baseline", "baseline_input_tokens", "baseline_cost", "token_factor"),
        *("ratio", "percent_lower", "baseline_window", "region"),
    )


class CountedTexts(NamedTuple):
    """The result of `count_texts`."""

    as_of: When
    tier: str
    counts: Counts
    rows: tuple[CountRow, ...]
    """The baseline's last: one for each window of its own."""
    sides: tuple[tuple[ModelAt, CountedBy], ...]
    """Every model with its vocabulary; the baseline last."""
    cells: tuple[tuple[ModelAt, RateCell], ...]
    table: PriceTable
    output_tokens: int | None = None
    """Of each request, on every model; None where a sample gives them, or none are asked for."""
    sample: Counts | None = None
    """The tokens of the sample answer."""
    region: str | None = None

    @property
    def baseline(self) -> ModelAt:
        """The model that the others are compared with."""
        return self.sides[-1][0]

    @property
    def has_output(self) -> bool:
        """Whether the cost is of whole requests, and not of their input alone."""
        return self.output_tokens is not None or self.sample is not None

    def _repr_html_(self) -> str:
        return html_of(self)


def count_texts(
    table: PriceTable,
    files: str | Sequence[str],
    models: str | Sequence[str] = (),
    *,
    on: When | str,
    against: str | None = None,
    output_tokens: int | None = None,
    output_like: str | None = None,
    plain: bool = False,
    tier: str = STANDARD,
    window: str | None = None,
    region: str | None = None,
) -> CountedTexts:
    """The tokens of files on each model, and what they cost there as input, each text or conversation one request.

    Models, `against`, tier, window and region are as in `compare`. `output_tokens` of each request, or the tokens of
    the file `output_like`, a sample answer, add what the answers cost. Chat messages have the tokens of their template,
    an estimate, unless `plain`.

    Raises `MissingExtra` without the libraries of the extra `[count]`, `InvalidData` for a file that is no text, and
    `InvalidRequest` and its kinds as `compare` does.
    """
    as_of = as_when(on)
    if output_tokens is not None and output_like is not None:
        raise InvalidRequest("output is given twice", "give either --output-tokens or --output-like")
    region = None if region is None else known_region(table, region)
    sides = _sides(table, models, against, as_of, tier)
    prices = [side.price for side, _ in sides]
    tier = spelled_tier(prices, tier) or tier
    if window is not None and not any(price.windows for price in prices):
        known_window(prices, window)
    vocabularies = tuple(dict.fromkeys(by.name for _, by in sides))
    counts = count_files(as_names(files), vocabularies, plain_text=plain)
    sample = None if output_like is None else count_files((output_like,), vocabularies, plain_text=True)
    answers = {name: _output(sample, name, output_tokens) for name in vocabularies}
    rows, cells = _Costs(counts, answers, tier, window, region).compare(sides)
    return CountedTexts(as_of, tier, counts, rows, sides, cells, table, output_tokens, sample, region)


def _sides(
    table: PriceTable, models: str | Sequence[str], against: str | None, on: When, tier: str
) -> tuple[tuple[ModelAt, CountedBy], ...]:
    """The models and, last, the baseline, each with its vocabulary."""
    names: Sequence[str]
    if table.defaults is None and against is None and len(as_names(models)) == 1:
        names, baseline = (), as_names(models)[0]
    else:
        names, baseline = chosen_models(table, models, against, on)
    last = resolve(table, baseline, on)
    found = {side.label: side for side in (resolve(table, name, on) for name in names)}
    found.pop(last.label, None)
    sides = [*found.values(), last]
    if asks_for_all(models):
        sides = [side for side in sides if tier in tier_names(side.price) or side is last]
    return tuple(
        (side, known_vocabulary(table, side.label, counted_by(table, side.model, side.when))) for side in sides
    )


def _output(sample: Counts | None, vocabulary: str, output_tokens: int | None) -> int:
    """The tokens of one answer."""
    return output_tokens or 0 if sample is None else sample.tokens(vocabulary)


class _Costs:
    """What the requests cost on each model."""

    def __init__(
        self, counts: Counts, answers: Mapping[str, int], tier: str, window: str | None, region: str | None
    ) -> None:
        self._counts, self._answers = counts, answers
        self._tier, self._window, self._region = tier, window, region
        self._used: list[tuple[ModelAt, RateCell]] = []
        self._found: dict[tuple[str, str], list[tuple[int, int, int]]] = {}

    def compare(
        self, sides: Sequence[tuple[ModelAt, CountedBy]]
    ) -> tuple[tuple[CountRow, ...], tuple[tuple[ModelAt, RateCell], ...]]:
        """The rows, and the cells that they come from."""
        *others, (last, last_by) = sides
        baseline = open_cells(last, self._tier, self._window, self._region)
        rows = []
        for side, by in others:
            cells = open_cells(side, self._tier, self._window, self._region)
            for cell, other in paired_cells(cells, baseline):
                if cell is not None and other is not None:
                    rows.append(self._row(side, by, cell, last, last_by, other))
        rows += [self._row(last, last_by, cell, last, last_by, cell) for cell in baseline]
        return tuple(rows), tuple(dict.fromkeys(self._used))

    def _row(
        self, side: ModelAt, by: CountedBy, cell: RateCell, last: ModelAt, last_by: CountedBy, other: RateCell
    ) -> CountRow:
        requests = len(self._counts.requests[by.name])
        input_cost, output_cost = self._cost(side, by, cell)
        return CountRow(
            side.label,
            side.model.provider,
            cell.tier,
            cell.window,
            by.name,
            by.estimated,
            requests,
            self._counts.tokens(by.name),
            self._answers[by.name] * requests,
            input_cost,
            output_cost,
            last.label,
            self._counts.tokens(last_by.name),
            EXACT.add(*self._cost(last, last_by, other)),
            other.window,
            self._region,
        )

    def _cost(self, side: ModelAt, by: CountedBy, cell: RateCell) -> tuple[Decimal, Decimal]:
        """What input and output cost: requests above a threshold at the rates that hold above it."""
        input_cost = output_cost = ZERO
        answer = self._answers[by.name]
        for above, requests, tokens in self._by_threshold(side, by.name):
            here = named_cell(side.price, cell.tier, cell.window, above, self._region) if above else cell
            self._used.append((side, here))
            if answer:
                refuse_output(here)
            parts = price_tokens(here, tokens, answer * requests).parts
            input_cost = EXACT.add(input_cost, parts.uncached_input)
            output_cost = EXACT.add(output_cost, parts.output)
        return input_cost, output_cost

    def _by_threshold(self, side: ModelAt, vocabulary: str) -> list[tuple[int, int, int]]:
        """For each threshold that requests exceed, how many do and no further one, and their input tokens."""
        price, requests = side.price, self._counts.requests[vocabulary]
        if len(thresholds(price)) == 1:
            return [(0, len(requests), self._counts.tokens(vocabulary))]
        key = side.label, vocabulary
        if key not in self._found:
            sums: dict[int, tuple[int, int]] = {}
            for tokens in requests:
                above = threshold_below(price, tokens)
                number, total = sums.get(above, (0, 0))
                sums[above] = number + 1, total + tokens
            self._found[key] = [(above, *found) for above, found in sorted(sums.items())]
        return self._found[key]
