"""The result of `tokencost prices check` as a document: what the table holds, and what needs a person."""

from collections.abc import Iterator

from tokencost.analysis.table.check import TableCheck
from tokencost.documents.document import Document, Field, Records, Sentence, Value, begin_document, split_records
from tokencost.documents.wording import count_noun
from tokencost.pricetable.sale import SOON_DAYS
from tokencost.pricetable.table import PriceTable


def check_document(table: PriceTable, result: TableCheck) -> Document:
    """The document of `tokencost prices check`."""
    rows = tuple(_rows(result))
    columns = (
        Field("finding"),
        Field("model"),
        Field("from", "bound"),
        Field("line"),
        Field("checked", "when"),
        Field("age_days", "count", shown=bool(result.stale)),
        Field("detail", shown=any(row[-1] for row in rows)),
    )
    return begin_document(table, "prices check", result.on)._replace(
        **split_records(Records(columns, rows, caption="findings")),
        answer=tuple(_say_summary(table, result)),
    )


def _say_summary(table: PriceTable, result: TableCheck) -> Iterator[Sentence]:
    counts = ", ".join(
        [
            count_noun(result.providers, "provider"),
            f"{count_noun(result.models, 'model')} under {count_noun(result.names, 'name')}",
            count_noun(result.prices, "dated price"),
            count_noun(result.blocks, "condition block"),
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
        yield (f"Last checked {age}: {count_noun(prices, 'price')}{also} in force.",)
    sentences = [
        _count_some(sum(each.kind != "stale" for each in result.fee_findings), "slip", "in the evidence of a fee"),
        _count_some(len(result.slips), "possible slip", 'to mend, or to accept in the entry, as accept = ["jump"]'),
        _count_some(len(result.promotions), "promotion", f"past or within {SOON_DAYS} days of the end"),
        _count_some(len(result.retired), "default model", "no longer served"),
        _count_some(len(result.calendars_ending), "calendar", f"past or within {SOON_DAYS} days of the end"),
        _count_some(len(result.single), "price", "in force on a single source"),
        _count_some(result.single_blocks, "condition block", "in force on a single source"),
    ]
    if any(sentences):
        yield ("; ".join(each for each in sentences if each) + ".",)


def _count_some(number: int, word: str, what: str) -> str:
    return f"{count_noun(number, word)} {what}" if number else ""


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
        yield ("single source", price.model, price.start, single.line, checked, None, source)
    for item in result.combinations:
        price = item.price
        yield ("no rate known", price.model, price.start, item.line, price.evidence.checked, None, item.conditions)
