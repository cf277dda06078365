"""What texts are in tokens, and cost on each model, as a document."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from tokencost.counting.costs import CountedTexts, CountRow
from tokencost.counting.count import MESSAGES, Counts, TextCount
from tokencost.counting.samples import Sample
from tokencost.documents.document import (
    Column,
    Document,
    Field,
    Figure,
    Phrase,
    Records,
    Sentence,
    Source,
    Table,
    Value,
    begin_document,
)
from tokencost.documents.remarks import (
    cite_cells,
    merge_remarks,
    model_remarks,
    region_remarks,
    say_served,
    window_remarks,
)
from tokencost.documents.wording import (
    count_noun,
    join_with_and,
    label_with_end,
    say_range,
    say_times,
    verb_of_cost,
)
from tokencost.money import times_as_much
from tokencost.pricetable.sale import is_retired
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import show_when
from tokencost.pricing.rates import STANDARD

MOST_FILES = 20
"""Of more files, people see those with the most tokens."""
MOST_NAMED = 4
MOST_LEFT = 3
RECORD = (
    Field("model"),
    Field("provider"),
    Field("tier"),
    Field("window"),
    Field("tokenizer"),
    Field("estimated"),
    Field("requests", "count"),
    Field("input_tokens", "count"),
    Field("output_tokens", "count"),
    Field("input_cost", "money"),
    Field("output_cost", "money"),
    Field("cost", "money"),
    Field("baseline"),
    Field("baseline_input_tokens", "count"),
    Field("baseline_cost", "money"),
    Field("token_factor", "ratio"),
    Field("ratio", "ratio"),
    Field("percent_lower", "percent"),
    Field("baseline_window"),
    Field("region"),
)
"""The columns of a row in CSV and JSON."""


def count_document(table: PriceTable, result: CountedTexts) -> Document:
    """The document of `tokencost count`."""
    counts = result.counts
    tables = [_files_table(counts)] if len(counts.texts) > 1 else []
    return begin_document(table, "count", result.as_of)._replace(
        records=(Records(RECORD, [tuple(getattr(row, field.key) for field in RECORD) for row in result.rows]),
                 _text_records(counts)),
        tables=(*tables, _models_table(result)),
        answer=(_say_tokens(counts), *(_say_costs(table, result) if any(row.cost for row in result.rows) else ())),
        assumed=tuple(_assumed(table, result)),
        notes=tuple(_notes(table, result)),
        sources=(*cite_cells(result.cells), *_cite_vocabularies(table, counts)),
        extra={"tier": result.tier, "region": result.region},
    )  # fmt: skip


# ---- The answer


def _say_tokens(counts: Counts) -> Sentence:
    """How many tokens in each vocabulary: `README.md is 12,642 tokens in o200k_base`."""
    one = len(counts.texts) == 1
    what = counts.texts[0].name if one else f"These {len(counts.texts)} files"
    found: list[Sentence] = [
        (Figure(counts.tokens(name), "count"), f" {_tokens(counts.tokens(name)) if not place else ''}in {name}")
        for place, name in enumerate(counts.vocabularies)
    ]
    return f"{what} {'is' if one else 'are'} ", *join_with_and(found), "."


def _tokens(number: int) -> str:
    return "token " if number == 1 else "tokens "


def _say_costs(table: PriceTable, result: CountedTexts) -> Iterator[Sentence]:
    """On which model the texts cost least, and how many times as much the others cost; the baseline with its amount."""
    costs = {side.label: [row.cost for row in result.rows if row.model == side.label] for side, _ in result.sides}
    cost, on = verb_of_cost(result.baseline.when, table), f" on {show_when(result.as_of)}: "
    if any(side.when != result.as_of for side, _ in result.sides):
        on = ": "  # each model has a time of its own, which its name says
    sold = [side for side, _ in result.sides if not is_retired(side.model, side.when)]
    ranked = sorted(sold or [result.baseline], key=lambda side: min(costs[side.label]))
    best = ranked[0]
    amounts = _say_amounts(costs[best.label])
    what = " with the answers." if result.has_output else " as input."
    if len(sold) <= 1:
        yield f"{best.label} {cost}{on.replace(': ', ' ')}", *amounts, what
    else:
        yield f"{best.label} {'was' if cost == 'cost' else 'is'} the cheapest{on}", *amounts, what
    others = sorted((side for side in ranked if side is not best), key=lambda side: side is not result.baseline)
    parts = [
        _say_dearer(side.label, ratios, costs[side.label], first=not place)
        for place, side in enumerate(others if len(others) <= MOST_NAMED else others[:1])
        if (ratios := _ratios(result, side.label, best.label))
    ]
    if parts:
        (label, *rest), *more = parts
        yield f"{label} {cost} ", *rest, *(part for each in more for part in (", ", *each)), "."


def _say_amounts(costs: Sequence[Decimal]) -> Sentence:
    low, high = Figure(min(costs), "fine_money"), Figure(max(costs), "fine_money")
    return (low,) if low == high else (low, " to ", high)


def _ratios(result: CountedTexts, label: str, best: str) -> list[Fraction]:
    """How many times as much a model costs as the best: at the same hours, or at any where one of them has none."""
    pairs = [(row, other) for row in result.rows if row.model == label for other in result.rows if other.model == best]
    same = [(row, other) for row, other in pairs if row.window == other.window]
    found = (times_as_much(row.cost, other.cost) for row, other in same or pairs)
    return [ratio for ratio in found if ratio is not None]


def _say_dearer(label: str, ratios: Sequence[Fraction], costs: Sequence[Decimal], *, first: bool) -> Sentence:
    """`gpt-6.2-sol`, `20.0 times as much ($0.0253)`; without the amount where it is one of several."""
    low, high = min(ratios), max(ratios)
    if low != high:
        times: Sentence = (*say_range(low, high, "times"), " times as much" if first else " times")
    else:
        times = say_times(low, short=not first) if low >= 1 else (Figure(low, "times"), " times")
    return (label, *times, " (", *_say_amounts(costs), ")") if first else (f"{label} ", *times)


# ---- What is assumed


def _assumed(table: PriceTable, result: CountedTexts) -> Iterator[Sentence]:
    """How the texts become requests, what the answers are, and whose vocabulary nobody has named."""
    counts = result.counts
    requests = len(next(iter(counts.requests.values())))
    each = "The text is one request" if requests == 1 else f"{requests:,} requests, each text or conversation one"
    words: list[str | Figure] = [f"{each}; nothing of its input is cached."]
    if requests > 1:
        words = [f"{each}; nothing of their input is cached."]
    if result.sample is not None:
        lengths: list[Sentence] = [
            (Figure(result.sample.tokens(name), "count"), f" in {name}") for name in counts.vocabularies
        ]
        words += [f" Each answer is as long as {result.sample.texts[0].name}: ", *join_with_and(lengths), "."]
    elif result.output_tokens is not None:
        words += [" Each answer is ", Figure(result.output_tokens, "count"), " output tokens on every model."]
    if result.tier != STANDARD:
        words += [f" Prices are those of the {result.tier} tier."]
    yield tuple(words)
    overhead = {name: sum(text.overhead[name] for text in counts.texts) for name in counts.vocabularies}
    if any(overhead.values()):
        added: list[Sentence] = [(Figure(tokens, "count"), f" in {name}") for name, tokens in overhead.items()]
        yield "Estimated tokens of the chat template are included: ", *join_with_and(added), " (--plain: without)."
    yield from _say_estimated(table, result)


def _say_estimated(table: PriceTable, result: CountedTexts) -> Iterator[Sentence]:
    """Whose counts are estimates, since the provider has not said which vocabulary the model has."""
    found: dict[tuple[str, str], list[str]] = {}
    for side, by in result.sides:
        if by.estimated:
            found.setdefault((side.model.provider, by.name), []).append(side.label)
    for (provider, name), labels in found.items():
        models = ", ".join(labels) if len(labels) <= MOST_NAMED else f"{len(labels)} models"
        is_are, whose = ("is an estimate", "its vocabulary")
        if len(labels) > 1:
            is_are, whose = "are estimates", "their vocabularies"
        counted = "The count" if len(labels) == 1 else "The counts"
        who = table.providers[provider].name
        yield (f"≈ {counted} of {models} {is_are}, with {name}: {who} has not named {whose}.",)


def say_sample(sample: Sample, what: str) -> Iterator[Sentence]:
    """Which files were counted, and how many tokens they are: `prompt.md: 13 tokens in deepseek-v3`."""
    of = ", ".join(sample.files) if len(sample.files) <= MOST_NAMED else f"{len(sample.files)} files"
    average = f", on average of {sample.requests:,} requests" if sample.requests > 1 else ""
    found: list[Sentence] = [
        (Figure(tokens, "expected"), f" {_tokens(2) if not place else ''}in {name}")
        for place, (name, tokens) in enumerate(sample.tokens.items())
    ]
    yield f"{what} {of}{average}: ", *join_with_and(found), "."
    if estimated := [name for name, by in sample.counted_by.items() if by.estimated]:
        models = ", ".join(estimated) if len(estimated) <= MOST_NAMED else f"{len(estimated)} models"
        yield (f"≈ Estimates, since their providers have not named their vocabularies: {models}.",)


# ---- Notes and sources


def _notes(table: PriceTable, result: CountedTexts) -> Iterator[Sentence]:
    counts = result.counts
    sides = [side for side, _ in result.sides]
    yield from say_served(sides, table)
    yield from window_remarks(sides)
    yield from merge_remarks(
        remark
        for side in sides
        for remark in (*model_remarks(side), *region_remarks(table, side, result.region, (side.price,)))
    )
    for side in sides:
        if above := max((cell.input_tokens_above for of, cell in result.cells if of is side), default=0):
            yield (f"{side.label}: requests of more than {above:,} input tokens cost more, and are priced so.",)
    for name in counts.invalid:
        yield (f"{name} holds bytes that are no valid text; each such place is counted as U+FFFD.",)
    if counts.not_text:
        verb = "is" if counts.not_text == 1 else "are"
        parts = count_noun(counts.not_text, "part")
        yield (f"{parts} of messages, pictures or definitions of tools, {verb} not counted.",)
    if counts.forced:
        yield ("A text of millions of characters without any break was cut: its count may be off by a few tokens.",)
    if counts.left_out:
        shown = "; ".join(f"{each.shown} {each.why}" for each in counts.left_out[:MOST_LEFT])
        more = len(counts.left_out) - MOST_LEFT
        yield (f"Left out: {shown}{f'; and {more} more' if more > 0 else ''}.",)


def _cite_vocabularies(table: PriceTable, counts: Counts) -> Iterator[Source]:
    for name in counts.vocabularies:
        if (known := table.tokenizers.get(name)) is not None:
            yield Source(f"vocabulary {name}", known.source, known.checked)


# ---- Tables


def _files_table(counts: Counts) -> Table:
    """The tokens of each file, and of all."""
    texts = counts.texts
    if len(texts) > MOST_FILES:
        first = counts.vocabularies[0]
        texts = tuple(sorted(texts, key=lambda text: -text.tokens[first])[: MOST_FILES - 1])
    rows: list[tuple[Value, ...]] = [(_name(text), *_tokens_of([text], counts.vocabularies)) for text in texts]
    if rest := [text for text in counts.texts if text not in texts]:
        rows.append((f"{len(rest):,} others", *_tokens_of(rest, counts.vocabularies)))
    rows.append(("total", *_tokens_of(counts.texts, counts.vocabularies)))
    columns = (Column(""), *(Column(name, "count") for name in counts.vocabularies))
    return Table(columns, rows, unit="tokens", totals=1)


def _name(text: TextCount) -> str:
    if text.kind == MESSAGES:
        return f"{text.name} ({count_noun(text.requests, 'request')})"
    return text.name


def _tokens_of(texts: Sequence[TextCount], vocabularies: Sequence[str]) -> list[Value]:
    return [sum(text.tokens[name] for text in texts) for name in vocabularies]


def _models_table(result: CountedTexts) -> Table:
    """A row for each model and window, cheapest first, the baseline in its place."""
    baseline = result.baseline
    hours = any(row.window for row in result.rows)
    alone = len(result.sides) == 1
    parts = ("input", "output") if result.has_output else ()
    columns = (
        Column(""),
        *([Column("hours")] if hours else []),
        Column("tokens", "count"),
        *([] if alone else [Column("token factor", "factor", leaves=3)]),
        *(Column(part, "money", leaves=2) for part in parts),
        Column("cost" if parts else "input cost", "money"),
        *([] if alone else [
            Column(f"{baseline.label} costs", "ratio"), Column(f"vs {baseline.label}", "change", leaves=1)
        ]),
    )  # fmt: skip
    sides = {side.label: side for side, _ in result.sides}
    least = {label: min(row.cost for row in result.rows if row.model == label) for label in sides if label}
    rows: list[tuple[Value, ...]] = []
    for row in sorted(result.rows, key=lambda row: (least[row.model], row.model, row.cost)):
        tokens: Value = row.input_tokens
        if row.estimated:
            tokens = Phrase(("≈ ", Figure(row.input_tokens, "count")))
        rows.append(
            (
                label_with_end(sides[row.model]),
                *([_hours(row)] if hours else []),
                tokens,
                *([] if alone else [row.token_factor]),
                *((row.input_cost, row.output_cost) if parts else ()),
                row.cost,
                *([] if alone else _against(row)),
            )
        )
    requests = result.rows[0].requests
    unit = ", ".join(filter(None, (count_noun(requests, "request"), "USD", _condition(result))))
    return Table(columns, rows, unit=unit, names=2 if hours else 1)


def _hours(row: CountRow) -> str:
    """The hours of a row; of a model that costs the same at all hours, those of the baseline beside it."""
    if row.window or row.model == row.baseline or not row.baseline_window:
        return row.window or ""
    return f"baseline {row.baseline_window}"


def _condition(result: CountedTexts) -> str:
    return ", ".join(filter(None, ("" if result.tier == STANDARD else result.tier, result.region)))


def _against(row: CountRow) -> tuple[Value, ...]:
    if row.model == row.baseline:
        return "baseline", ""
    return row.ratio, None if row.percent_lower is None else -row.percent_lower


# ---- Records


def _text_records(counts: Counts) -> Records:
    """Each file in each vocabulary, one to a row."""
    fields = (
        Field("file"),
        Field("kind"),
        Field("requests", "count"),
        Field("characters", "count"),
        Field("bytes", "count"),
        Field("tokenizer"),
        Field("tokens", "count"),
        Field("template_tokens", "count"),
    )
    rows = [
        (text.name, text.kind, text.requests, text.characters, text.size, name, text.tokens[name], text.overhead[name])
        for text in counts.texts
        for name in counts.vocabularies
    ]
    return Records(fields, rows, "texts")
