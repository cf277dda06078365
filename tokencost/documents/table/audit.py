"""The result of an audit as a document: findings for people, and every rate for programs."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tokencost.analysis.audit.compare import UNKNOWN, Audit, Finding
from tokencost.documents.conditions import name_rate
from tokencost.documents.document import Column, Document, Field, Records, Sentence, Table, Value, begin_document
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When

FIELDS = (
    Field("finding"),
    Field("provider"),
    Field("model"),
    Field("there"),
    Field("tier"),
    Field("window"),
    Field("input_tokens_above", "count"),
    Field("component", "term"),
    Field("ours", "rate"),
    Field("theirs", "rate"),
    Field("newer"),
    Field("source", "url"),
    Field("checked", "when"),
    Field("their_source", "url"),
    Field("seen", "when"),
    Field("detail"),
)


def audit_document(table: PriceTable, result: Audit, as_of: When) -> Document:
    """The document of `tokencost prices audit`. Its records hold all rates; people see those that do not agree."""
    # A model that only one side has would fill a screen with its rates: people get its name.
    findings = [f for f in result.findings if f.kind != "agrees" and f.detail != UNKNOWN]
    source = result.other.source
    return begin_document(table, "prices audit", as_of)._replace(
        records=(
            Records(FIELDS, tuple(_row(finding, source) for finding in result.findings)),
            Records(FIELDS, tuple(_row(f, source) for f in findings), "findings"),
        ),
        tables=(_findings_table(findings),) if findings else (),
        answer=(_say_summary(result),),
        notes=tuple(_notes(result)),
        extra={"format": result.other.format},
    )


def _say_summary(result: Audit) -> Sentence:
    """`2 rates agree with the llm-prices table FILE, 1 differs, ...`."""
    agree, differ, ambiguous = (len(result.of(kind)) for kind in ("agrees", "differs", "ambiguous"))
    here, there = len(result.of("missing here")), len(result.of("missing there"))
    counted = f"{agree:,} rates agree" if agree != 1 else "1 rate agrees"
    others = [
        f"{differ:,} {'differs' if differ == 1 else 'differ'}",
        *([f"{ambiguous:,} {'is' if ambiguous == 1 else 'are'} ambiguous"] if ambiguous else []),
        f"{here:,} {'is' if here == 1 else 'are'} missing here",
        f"{there:,} {'is' if there == 1 else 'are'} missing there",
    ]
    return (f"{counted} with the {result.other.format} table {result.other.source}, {', '.join(others)}.",)


def _findings_table(findings: Sequence[Finding]) -> Table:
    """What does not agree, below a heading for each kind of finding; once, under however many names it is there."""
    newer = any(finding.newer for finding in findings)
    said = any(finding.detail for finding in findings)
    checked = any(finding.checked for finding in findings)
    seen = any(finding.seen for finding in findings)
    rows: list[tuple[Value, ...]] = []
    for kind, group in groupby(findings, key=lambda finding: finding.kind):
        rows.append((kind,))
        same: dict[Finding, list[str]] = {}
        for finding in group:
            there = same.setdefault(finding._replace(there=None), [])
            there += [finding.there] if finding.there not in (None, finding.model) else []
        for f, names in same.items():
            under = names[0] if len(names) == 1 else f"{len(names)} names"
            name = name_rate(f.model, f.component, f) + (f" (there {under})" if names else "")
            optional: list[tuple[bool, Value]] = [
                (newer, f.newer or ""),
                (said, f.detail or ""),
                (checked, f.checked),
                (seen, f.seen),
            ]
            rows.append((name, f.ours, f.theirs, *(value for shown, value in optional if shown)))
    columns = (
        Column("rate"),
        Column("here", "rate"),
        Column("there", "rate"),
        *((Column("newer", leaves=3),) if newer else ()),
        *((Column("note"),) if said else ()),
        *((Column("checked here", "when", leaves=2),) if checked else ()),
        *((Column("seen there", "when", leaves=2),) if seen else ()),
    )
    return Table(columns, rows, unit="USD per 1M tokens")


def _notes(result: Audit) -> Iterator[Sentence]:
    for kind, where in (("missing here", "there"), ("missing there", "here")):
        names = dict.fromkeys(
            f"{f.provider}/{f.model}" for f in result.findings if f.kind == kind and f.detail == UNKNOWN
        )
        if names:
            yield (f"Models that only the table {where} has ({len(names)}): {', '.join(names)}.",)
    if result.retired:
        number = len(result.retired)
        named = f"{number} names, such as" if number != 1 else "1 name,"
        yield (f"Not compared, since no price of ours is in force: {named} {result.retired[0]}.",)
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
