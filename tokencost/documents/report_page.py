"""The parts of `tokencost report`: documents under headings, and the rates that its calculator computes with."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tokencost.analysis.claims.judge import JudgedClaim
from tokencost.analysis.compare import Comparison
from tokencost.analysis.table.price_rows import PriceRow, prices_in_force
from tokencost.analysis.table.ratio_history import RatioHistory
from tokencost.analysis.workload.price_shares import peak_and_off_peak
from tokencost.analysis.workload.totals import WorkloadTotals
from tokencost.counting.headline import per_text_headline
from tokencost.documents.claims.claims import claims_document
from tokencost.documents.compare import comparison_document
from tokencost.documents.document import (
    Column,
    Document,
    Figure,
    Sentence,
    Table,
    Value,
    begin_document,
)
from tokencost.documents.table.prices import history_document
from tokencost.documents.table.ratio_history import add_ratios
from tokencost.documents.workload.totals import PARTS, workload_document
from tokencost.errors import NotOffered
from tokencost.pricetable.resolve import price_in_force
from tokencost.pricetable.sale import ends_soon
from tokencost.pricetable.table import Model, Price, PriceTable, Rates
from tokencost.pricetable.when import When, show_bound, show_when
from tokencost.pricing.rates import STANDARD, RateCell, cells, thresholds
from tokencost.quantities import MOST_REQUESTS, MOST_TOKENS

TIERS = (STANDARD, "batch")


class Section(NamedTuple):
    """A part of the page: `key` names it in the address, `lead` says what stands in it."""

    key: str
    heading: str
    lead: Sentence
    document: Document


class CalculatorModel(NamedTuple):
    """A model as the calculator knows it."""

    name: str
    provider: str
    thresholds: tuple[int, ...]
    cells: tuple[RateCell, ...]
    """Standard and batch, at every context length, in peak hours and in the others."""
    refused: str = ""
    """Why a share of peak hours cannot be priced."""
    ends: str = ""
    """The announced end of its sale, where it is near."""


class Calculator(NamedTuple):
    """What the calculator in the page begins with, and the rates that it uses: of models on sale, and no others."""

    on: str
    models: tuple[CalculatorModel, ...]
    chosen: tuple[str, ...]
    against: str
    """Empty where no model is on sale."""
    most_requests: int
    most_tokens: int


class ReportPage(NamedTuple):
    """The page of `tokencost report` as data: its sections, and what its calculator needs."""

    as_of: When
    first: Section | None
    """How the gap between two lines of models moved: what a reader of old headlines asks. It stands above all else."""
    sections: tuple[Section, ...]
    calculator: Calculator


def report_page(
    table: PriceTable,
    on: When,
    compared: Comparison,
    history: Sequence[PriceRow],
    totals: WorkloadTotals,
    judged: Sequence[JudgedClaim],
    said: str,
    gap: RatioHistory | None = None,
) -> ReportPage:
    """The page of `tokencost report`. `said` stands above the workload."""
    workload = workload_document(table, totals, by_component=True)
    models = [side.model.id for side in (*compared.models, compared.baseline)]
    sections = (
        Section("comparison", "Prices side by side", (), comparison_document(table, compared)),
        Section("history", "Prices over time", (), history_document(table, history, on)),
        Section("workload", "What a workload costs", (said,) if said else (), _add_months(workload, totals)),
        Section(
            "claims",
            "Published figures, recomputed",
            (),
            claims_document(table, judged, None, per_text_headline(table)),
        ),
        Section(
            "sources",
            "Where every rate comes from",
            (),
            _sources_document(table, on, _used_cells(compared, history, totals, judged)),
        ),
    )
    first = None
    if gap is not None and gap.steps:
        moved = add_ratios(begin_document(table, "prices history", on), table, gap)
        first = Section("gap", "Do the headlines of 2025 still hold?", (), moved)
    return ReportPage(on, first, sections, _make_calculator(table, on, models))


def _add_months(document: Document, totals: WorkloadTotals) -> Document:
    """The document with a table of every month of each model, by component."""
    grouped: dict[tuple[str, str], list[Fraction | None]] = {}
    for row in totals.rows:
        if row.month is None:
            continue
        amounts = (*(getattr(row, f"{part}_cost") for part in PARTS), row.cost)
        known = grouped.setdefault((row.model, row.month), [Fraction(0)] * len(amounts))
        # A sum without the part that has no price would look like the whole.
        grouped[row.model, row.month] = [
            None if one is None or other is None else one + other for one, other in zip(known, amounts, strict=True)
        ]
    columns = (
        Column("model"),
        Column("month"),
        *(Column(part.replace("_", " "), "money") for part in PARTS),
        Column("cost", "money"),
    )
    rows: list[tuple[Value, ...]] = [(*key, *amounts) for key, amounts in grouped.items()]
    months = Table(columns, rows, title="By month and component", unit="USD", names=2)
    return document._replace(tables=(*document.tables, months))


def _used_cells(
    compared: Comparison, history: Sequence[PriceRow], totals: WorkloadTotals, judged: Sequence[JudgedClaim]
) -> Iterator[RateCell]:
    """The cells that the other parts use."""
    yield from (cell for _, cell in compared.cells)
    yield from (row.cell for row in history)
    yield from (cell for side in totals.sides for cell in side.cells)
    operands = (side for claim in judged for part in claim.parts for side in (part.left, part.right))
    yield from (side.cell for side in operands if side and side.cell)


def _sources_document(table: PriceTable, on: When, cells_used: Iterator[RateCell]) -> Document:
    """Every rate that the other parts use, with its source and the day on which it was last seen there."""
    used = dict.fromkeys(cells_used)
    columns = (
        Column("model"),
        Column("from", "bound"),
        Column("tier"),
        Column("hours"),
        Column("input above", "count"),
        *(Column(name, "rate") for name in ("input", "cached", "cache write", "output")),
        Column("source", "url"),
        Column("checked", "when"),
        Column("confidence"),
    )
    rows = sorted(
        used, key=lambda cell: (cell.model, cell.price.start, cell.tier, cell.input_tokens_above, cell.window or "")
    )
    return begin_document(table, "report", on)._replace(
        tables=(Table(columns, tuple(_source_row(cell) for cell in rows), unit="USD per 1M tokens"),),
    )


def _source_row(cell: RateCell) -> tuple[Value, ...]:
    rates, evidence = cell.rates, cell.evidence
    return (
        cell.model,
        cell.price.start,
        cell.tier,
        cell.window,
        cell.input_tokens_above or None,
        *(Figure(rate, "rate") for rate in (rates.input, rates.cached_input, rates.cache_write, rates.output)),
        evidence.source,
        evidence.checked,
        evidence.confidence,
    )


def _make_calculator(table: PriceTable, on: When, models: Sequence[str]) -> Calculator:
    priced = dict.fromkeys(row.model for row in prices_in_force(table, on, tier=STANDARD))
    newest_first = sorted(
        ((model, price_in_force(model, on)) for model in priced),
        key=lambda pair: (list(table.providers).index(pair[0].provider), -pair[1].start.timestamp()),
    )
    known = tuple(_make_model(model, table.providers[model.provider].name, price, on) for model, price in newest_first)
    # A model that is compared may be retired: nobody can spend on it, so the calculator has others.
    sold = {model.name: None for model in known}
    return Calculator(
        on=show_when(on),
        models=known,
        chosen=tuple(name for name in dict.fromkeys(models[:-1]) if name in sold),
        against=next((name for name in (models[-1], *models, *sold) if name in sold), ""),
        most_requests=MOST_REQUESTS,
        most_tokens=MOST_TOKENS,
    )


def _make_model(model: Model, provider: str, price: Price, on: When) -> CalculatorModel:
    end = ends_soon(model, on)
    ends = "" if end is None else show_bound(end)
    try:
        peak_and_off_peak(price)
    except NotOffered as error:
        return CalculatorModel(model.id, provider, thresholds(price), (), error.message, ends)
    used = tuple(cell for cell in cells(price) if cell.tier in TIERS)
    return CalculatorModel(model.id, provider, thresholds(price), used, ends=ends)


def list_rates(cell: RateCell) -> Iterator[Decimal | None]:
    """What the calculator needs of a cell."""
    rates: Rates = cell.rates
    yield from (rates.input, rates.cached_input, rates.output)
