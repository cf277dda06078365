"""The result of `tokencost prices check` as a document: what the table holds, and what needs attention."""

from collections.abc import Iterator
from itertools import groupby

from tokencost.analysis.table.check import TableCheck
from tokencost.documents.document import Column, Document, Field, Records, Sentence, Table, Value, begin_document
from tokencost.documents.wording import count_noun
from tokencost.pricetable.sale import SOON_DAYS
from tokencost.pricetable.table import PriceTable

UNKNOWN = "no rate known"
SINGLE = "single source"
FIELDS = (
    Field("finding"),
    Field("model"),
    Field("from", "bound"),
    Field("line"),
    Field("checked", "when"),
    Field("age_days", "count"),
    Field("detail"),
)


def check_document(table: PriceTable, result: TableCheck) -> Document:
    """The document of `tokencost prices check`."""
    rows = tuple(_rows(result))
    return begin_document(table, "prices check", result.on)._replace(
        records=(Records(FIELDS, rows),),
        tables=(_table(result),) if rows else (),
        answer=tuple(_say_summary(table, result)),
    )


def _say_summary(table: PriceTable, result: TableCheck) -> Iterator[Sentence]:
    """What the table holds; then what time or a slip of the pen has made uncertain, and what was entered so."""
    counts = ", ".join(
        [
            count_noun(result.providers, "provider"),
            f"{count_noun(result.models, 'model')} under {count_noun(result.names, 'name')}",
            count_noun(result.prices, "dated price"),
            count_noun(result.blocks, "tier, peak, long-context and regional rate"),
            count_noun(result.calendars, "calendar"),
            *([count_noun(result.fees, "dated fee")] if result.fees else []),
        ]
    )
    yield (f"{table.file} is valid: {counts}.",)
    if result.max_age_days is not None:
        age = f"more than {count_noun(result.max_age_days, 'day')} before {result.on.isoformat()}"
        prices = len({stale.price for stale in result.stale})
        fees = sum(finding.kind == "stale" for finding in result.fee_findings)
        also = f" and {count_noun(fees, 'fee')}" if fees else ""
        were = "was" if prices + fees == 1 else "were"
        yield (f"{count_noun(prices, 'price')}{also} in force {were} last checked {age}.",)
    near = f"past or within {SOON_DAYS} days of the end"
    sentences = [
        _count_some(sum(each.kind != "stale" for each in result.fee_findings), "slip", "in the evidence of a fee"),
        _count_some(len(result.slips), "possible slip", 'to mend, or to accept in the entry, as accept = ["jump"]'),
        _count_some(len(result.promotions), "promotion", near),
        _count_some(len(result.retired), "default model", "no longer served"),
        _count_some(len(result.calendars_ending), "calendar", near),
    ]
    if any(sentences):
        yield (f"What needs attention: {'; '.join(each for each in sentences if each)}.",)
    single = [count_noun(len(result.single), "price")] if result.single else []
    if result.single_blocks:
        single.append(f"{result.single_blocks} of these rates")
    if single:
        verb = "rests" if len(result.single) + result.single_blocks == 1 else "rest"
        yield (f"{' and '.join(single)} in force {verb} on a single source.",)


def _count_some(number: int, word: str, what: str) -> str:
    return f"{count_noun(number, word)} {what}" if number else ""


def _table(result: TableCheck) -> Table:
    """The findings for people, by kind; what is not known of one price is one row, and an address is its site."""
    aged = bool(result.stale)
    rows: list[tuple[Value, ...]] = []
    for finding, findings in groupby(_rows(result), key=lambda row: row[0]):
        rows.append((finding,))
        for (_, model, start, line), group in groupby(findings, key=lambda row: row[:4]):
            for *_, checked, age, detail in _merge(str(finding), list(group)):
                rows.append((model or "", detail or "", line, start, checked, *((age,) if aged else ())))
    columns = (
        Column("model"),
        Column("detail"),
        Column("line"),
        Column("from", "bound", leaves=1),
        Column("checked", "when", leaves=2),
        *((Column("age in days", "count", leaves=3),) if aged else ()),
    )
    return Table(columns, rows)


def _merge(finding: str, rows: list[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    details = [str(row[-1]) for row in rows if row[-1] is not None]
    if finding == UNKNOWN:
        return [(*rows[0][:-1], _join_conditions(details))]
    if finding == SINGLE:
        return [(*rows[0][:-1], f"only {detail.removeprefix('https://').partition('/')[0]}") for detail in details]
    return rows


def _join_conditions(conditions: list[str]) -> str:
    """`batch, flex and priority, above 272,000 input tokens`, where they differ in their tier alone."""
    tiers, rests = zip(*(each.removeprefix("tier ").partition(", ")[::2] for each in conditions), strict=True)
    if len(set(rests)) > 1 or not all(each.startswith("tier ") for each in conditions):
        return "; ".join(conditions)
    *first, last = tiers
    return ", ".join(filter(None, (" and ".join(filter(None, (", ".join(first), last))), rests[0])))


def _rows(result: TableCheck) -> Iterator[tuple[Value, ...]]:
    for slip in result.slips:
        kind, price, _, detail = slip.finding
        yield (kind, price.model, price.start, slip.line, price.evidence.checked, None, detail)
    for stale in result.stale:
        where = stale.conditions or None
        yield ("stale", stale.model.id, stale.price.start, stale.line, stale.evidence.checked, stale.age_days, where)
    for found in result.fee_findings:
        fee, checked = found.fee, found.fee.evidence.checked
        age = (result.on - checked).days if checked and found.kind == "stale" else None
        what = f"fee of {fee.provider} for {fee.call}"
        said = f"{what}: {found.detail}" if found.detail else what
        yield (found.kind, None, fee.start, found.line, checked, age, said)
    for promotion in result.promotions:
        price = promotion.price
        word = "has ended or may have, on" if promotion.end <= result.on else "may end on"
        detail = f"{word} {promotion.end.isoformat()}"
        yield ("promotion", price.model, price.start, promotion.line, price.evidence.checked, None, detail)
    for default in result.retired:
        yield ("retired default", default.name, None, default.line, None, None, default.reason)
    for ending in result.calendars_ending:
        detail = f"calendar {ending.calendar.id} is complete up to {ending.through.isoformat()}"
        yield ("calendar ends", None, None, ending.line, None, None, detail)
    for single in result.single:
        price = single.price
        checked, source = price.evidence.checked, price.evidence.source
        yield (SINGLE, price.model, price.start, single.line, checked, None, source)
    for item in result.combinations:
        price = item.price
        yield (UNKNOWN, price.model, price.start, item.line, price.evidence.checked, None, item.conditions)
