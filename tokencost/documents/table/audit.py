"""The result of an audit as a document: findings for people, and every rate for programs."""

from collections.abc import Iterator

from tokencost.analysis.audit.compare import UNKNOWN, Audit, Finding, Kind
from tokencost.documents.document import Document, Field, Records, Sentence, Value, begin_document, split_records
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When

KINDS: tuple[Kind, ...] = ("agrees", "differs", "ambiguous", "missing here", "missing there")


def audit_document(table: PriceTable, result: Audit, as_of: When) -> Document:
    """The document of `tokencost prices audit`. Its records hold all rates; people see those that do not agree."""
    # A model that only one side has would fill a screen with its rates: people get its name.
    findings = [f for f in result.findings if f.kind != "agrees" and f.detail != UNKNOWN]
    columns = (
        Field("finding"),
        Field("provider", shown=False),
        Field("model"),
        Field("there", shown=any(f.there not in (None, f.model) for f in findings)),
        Field("tier", shown=any(f.tier != "standard" for f in findings)),
        Field("window", shown=any(f.window for f in findings)),
        Field("input_tokens_above", "count", "input above", shown=any(f.input_tokens_above for f in findings)),
        Field("component", "term"),
        Field("ours", "rate", "here"),
        Field("theirs", "rate", "there"),
        Field("newer", shown=any(f.newer for f in findings)),
        Field("source", "url", shown=False),
        Field("checked", "when", shown=any(f.checked for f in findings)),
        Field("their_source", "url", shown=False),
        Field("seen", "when", shown=any(f.seen for f in findings)),
        Field("detail", shown=any(f.detail for f in findings)),
    )
    records = tuple(column._replace(shown=False) for column in columns)
    source = result.other.source
    return begin_document(table, "prices audit", as_of)._replace(
        **split_records(
            Records(records, tuple(_row(finding, source) for finding in result.findings)),
            Records(columns, tuple(_row(f, source) for f in findings), name="findings", caption="what does not agree"),
        ),
        answer=(_say_summary(result),),
        notes=tuple(_notes(result)),
        extra={"format": result.other.format},
    )


def _say_summary(result: Audit) -> Sentence:
    counts = ", ".join(f"{len(result.of(kind))} {kind}" for kind in KINDS)
    return (f"{result.other.format} table {result.other.source}: {counts}.",)


def _notes(result: Audit) -> Iterator[Sentence]:
    for kind, where in (("missing here", "there"), ("missing there", "here")):
        names = dict.fromkeys(
            f"{f.provider}/{f.model}" for f in result.findings if f.kind == kind and f.detail == UNKNOWN
        )
        if names:
            yield (f"Models that only the table {where} has ({len(names)}): {', '.join(names)}.",)
    if result.retired:
        number = len(result.retired)
        yield (f"Not compared, since no price of ours is in force: {number} names, as {result.retired[0]}.",)
    if result.other.dated is None and result.of("differs"):
        known = "which is newer is known only where its number is an old one of ours"
        yield (f"The other table gives no dates, so {known}; --dated says from which day it is.",)


def _row(finding: Finding, source: str) -> tuple[Value, ...]:
    return (
        finding.kind,
        finding.provider,
        finding.model,
        finding.there,
        finding.tier,
        finding.window,
        finding.input_tokens_above or None,
        finding.component,
        finding.ours,
        finding.theirs,
        finding.newer,
        finding.source,
        finding.checked,
        source if finding.theirs is not None else None,
        finding.seen,
        finding.detail,
    )
