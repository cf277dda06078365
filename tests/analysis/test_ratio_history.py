"""How the gap between two models moved: every ratio is the one that `compare` gives on that day."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from tokencost import PriceTable, UnknownModel, compare
from tokencost.analysis.compare import ComparisonRow
from tokencost.analysis.table.price_rows import price_history
from tokencost.analysis.table.ratio_history import RatioStep, ratio_history
from tokencost.documents.document import Document
from tokencost.documents.table.prices import history_document
from tokencost.documents.table.ratio_history import add_ratios
from tokencost.errors import NoPrice
from tokencost.pricetable.when import When, parse_when
from tokencost.render.numbers import show_sentence

TODAY = "2026-11-21"
LINES = ("deepseek-flagship", "openai-flagship")
FREE = """
[models.free]
provider = "acme"
[[models.free.prices]]
from = 2025-01-01
input = 0
output = 2
source = "https://example.org"
[[models.free.prices]]
from = 2025-02-01
until = 2025-03-01
input = 1
output = 4
source = "https://example.org"
[[models.free.prices]]
from = 2025-04-01
input = 1
output = 8
source = "https://example.org"
[models.other]
provider = "acme"
[[models.other.prices]]
from = 2024-01-01
input = 2
output = 4
source = "https://example.org"
"""


def document_of(table: PriceTable, model: str, baseline: str, on: str = TODAY, **more: Any) -> Document:
    when = parse_when(on)
    found = ratio_history(table, model, baseline, when, **more)
    assert found is not None
    rows = price_history(table, [model, baseline], when, **more)
    return add_ratios(history_document(table, rows, when), table, found)


def said(table: PriceTable, model: str, baseline: str, on: str = TODAY) -> str:
    (answer,) = document_of(table, model, baseline, on).answer
    return show_sentence(answer)


def steps(table: PriceTable, model: str, baseline: str, on: str = TODAY) -> tuple[RatioStep, ...]:
    found = ratio_history(table, model, baseline, parse_when(on))
    assert found is not None
    return found.steps


def figures(row: ComparisonRow) -> tuple[Any, ...]:
    windows = (row.window, row.baseline_window)
    return row.model, row.baseline, row.component, row.price, row.baseline_price, row.ratio, row.percent_lower, windows


@pytest.mark.parametrize(
    ("model", "baseline"),
    [
        ("deepseek-reasoner", "o1"),
        ("o1", "deepseek-chat"),
        ("deepseek-v4-flash", "deepseek-v4-pro"),
        ("gpt-5", "gpt-4o"),
        LINES,
        ("deepseek-reasoning", "openai-flagship"),
        ("o3-mini", "deepseek-reasoning"),
    ],
)
def test_every_ratio_is_that_of_compare_at_each_hour(shipped: PriceTable, model: str, baseline: str) -> None:
    history = ratio_history(shipped, model, baseline, parse_when(TODAY))
    assert history is not None
    if {history.side.label, history.baseline.label} == {model, baseline}:
        model, baseline = history.side.label, history.baseline.label
    assert history.steps
    for step in history.steps:
        last = step.end or step.start + timedelta(days=9)
        hours = [step.start + timedelta(hours=n) for n in range(5 * 24)]
        open_hours = {
            figures(row)
            for hour in [*(hour for hour in hours if hour < last), last - timedelta(microseconds=1)]
            for row in compare(shipped, [model], against=baseline, on=hour).rows
        }
        assert open_hours <= {figures(row) for row in step.rows}
        if last - step.start > timedelta(days=5):
            assert open_hours == {figures(row) for row in step.rows}


@pytest.mark.parametrize(("model", "baseline"), [("deepseek-reasoner", "o1"), LINES])
def test_on_a_day_of_a_step_the_ratios_are_those_of_compare(shipped: PriceTable, model: str, baseline: str) -> None:
    for step in steps(shipped, model, baseline):
        # The first day that lies within it, and on which peak hours open.
        day = (step.start + timedelta(days=1, microseconds=-1)).date()
        days = [day + timedelta(days=n) for n in range(7)]
        within = [d for d in days if step.end is None or d < step.end.date()]
        for each in within:
            rows = {figures(row) for row in compare(shipped, [model], against=baseline, on=each).rows}
            assert rows <= {figures(row) for row in step.rows}
        if len(within) == len(days):
            every = {figures(row) for d in days for row in compare(shipped, [model], against=baseline, on=d).rows}
            assert every == {figures(row) for row in step.rows}


@pytest.mark.parametrize(("model", "baseline"), [("deepseek-reasoner", "o1"), LINES, ("gpt-4o", "deepseek-chat")])
def test_steps_stand_in_order_and_differ(shipped: PriceTable, model: str, baseline: str) -> None:
    found = steps(shipped, model, baseline)
    for before, after in itertools.pairwise(found):
        assert before.end == after.start
        assert [figures(row) for row in before.rows] != [figures(row) for row in after.rows]


def test_the_headline_of_2025_and_what_became_of_it(shipped: PriceTable) -> None:
    first, second = steps(shipped, "deepseek-reasoner", "o1")[:2]
    assert (first.start, first.ratios("cached_input")) == (at("2025-01-20"), (Fraction(375, 7), Fraction(375, 7)))
    assert first.ratios("input") == (Fraction(300, 11), Fraction(300, 11))
    # A discount at night is a range: its hours and the others.
    assert second.start == at("2025-02-26T16:30")
    assert second.ratios("output") == (Fraction(6000, 219), Fraction(60) / Fraction(55, 100))
    assert said(shipped, "deepseek-reasoner", "o1") == (
        "For output, o1 cost 27.4 times as much as deepseek-reasoner on 2025-01-20, "
        "and 214.3 times on 2026-07-24, the last day of deepseek-reasoner."
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("model", "baseline", "on", "answer"),
    [
        (
            *LINES,
            "2026-11-23",
            (
                "For output, openai-flagship cost 27.4 times as much as deepseek-flagship on 2025-01-20 (o1 and "
                "deepseek-reasoner), and 2.5 to 5.1 times on 2026-11-23 (gpt-6.2-sol and deepseek-v4-pro)."
            ),
        ),
        # On a Saturday no peak hours open.
        (
            *LINES,
            "2026-11-21",
            (
                "For output, openai-flagship cost 27.4 times as much as deepseek-flagship on 2025-01-20 (o1 and "
                "deepseek-reasoner), and 5.1 times on 2026-11-21 (gpt-6.2-sol and deepseek-v4-pro)."
            ),
        ),
        # The dearer side comes first, however they were named.
        (
            "o1",
            "deepseek-reasoner",
            "2025-09-10",
            "For output, o1 cost 27.4 times as much as deepseek-reasoner on 2025-01-20, and 35.7 times on 2025-09-10.",
        ),
        (
            "deepseek-chat",
            "gpt-4o-mini",
            "2025-10-01",
            (
                "For output, gpt-4o-mini cost 2.1 times as much as deepseek-chat on 2024-07-18, "
                "and 1.4 times on 2025-10-01."
            ),
        ),
        (
            "deepseek-chat",
            "gpt-4o-mini",
            "2025-03-01",
            (
                "For output, gpt-4o-mini cost 2.1 times as much as deepseek-chat on 2024-07-18; "
                "deepseek-chat cost 0.92 to 1.8 times as much as gpt-4o-mini on 2025-03-01."
            ),
        ),
        (
            "o3",
            "openai-flagship",
            "2026-11-21",
            (
                "For output, openai-flagship cost the same as o3 on 2025-04-16 (o3); "
                "openai-flagship cost 1.3 times as much as o3 on 2026-11-21 (gpt-6.2-sol)."
            ),
        ),
        ("gpt-5", "gpt-4o", TODAY, "For output, gpt-4o cost the same as gpt-5 from 2025-08-07 on."),
        (
            "text-embedding-3-small",
            "text-embedding-3-large",
            TODAY,
            "For input, text-embedding-3-large cost 6.5 times as much as text-embedding-3-small from 2024-01-25 on.",
        ),
        (
            "gpt-4-32k",
            "gpt-4",
            TODAY,
            "For output, gpt-4-32k cost 2.0 times as much as gpt-4 from 2023-03-14 to 2025-06-05.",
        ),
    ],
)
def test_the_answer_is_the_first_day_and_the_last(
    shipped: PriceTable, model: str, baseline: str, on: str, answer: str
) -> None:
    assert said(shipped, model, baseline, on) == answer


def test_what_is_free_has_no_ratio_and_a_gap_no_row(table_of: Callable[[str], PriceTable]) -> None:
    table = table_of(FREE)
    found = steps(table, "free", "other", "2025-06-01")
    assert [(step.start, step.end, step.ratios("input"), step.ratios("output")) for step in found] == [
        (at("2025-01-01"), at("2025-02-01"), None, (2, 2)),
        (at("2025-02-01"), at("2025-03-01"), (2, 2), (1, 1)),
        (at("2025-04-01"), None, (2, 2), (Fraction(1, 2), Fraction(1, 2))),
    ]
    # Only what had begun is told; what comes next is said.
    assert len(steps(table, "free", "other", "2025-03-31")) == 2
    assert [show_sentence(note) for note in document_of(table, "free", "other", "2025-03-31").notes] == [
        "The prices change next on 2025-04-01."
    ]
    assert steps(table, "free", "other", "2024-12-31") == ()
    assert [show_sentence(note) for note in document_of(table, "free", "other", "2024-12-31").notes] == [
        "There is no ratio: free and other had no such prices at one time until 2024-12-31."
    ]
    assert len(steps(table, "free", "other", "2025-01-31T23:59:59Z")) == 1
    assert len(steps(table, "free", "other", "2025-02-01T00:00:00Z")) == 2


def test_two_names_of_one_model_have_no_gap(shipped: PriceTable) -> None:
    assert ratio_history(shipped, "o1", "o1-2024-12-17", parse_when(TODAY)) is None
    with pytest.raises(UnknownModel):
        ratio_history(shipped, "o1", "o11", parse_when(TODAY))
    with pytest.raises(NoPrice):
        ratio_history(shipped, "DeepSeek-V4.1-Flash-1017", "o1", date(2025, 1, 1))


def test_a_batch_price_has_a_history_of_its_own(shipped: PriceTable) -> None:
    found = ratio_history(shipped, "gpt-4o", "o1", parse_when(TODAY), tier="batch")
    assert found is not None
    assert {row.tier for step in found.steps for row in step.rows} == {"batch"}
    assert found.steps[-1].ratios("input") == (Fraction(6), Fraction(6))


@pytest.mark.parametrize(
    ("model", "baseline", "logarithmic"), [(*LINES, True), ("gpt-5", "gpt-4o", False), ("gpt-4o-mini", "gpt-4o", False)]
)
def test_the_ratio_is_drawn_first_as_steps(shipped: PriceTable, model: str, baseline: str, logarithmic: bool) -> None:
    document = document_of(shipped, model, baseline)
    chart = document.charts[0]
    assert (chart.kind, chart.logarithmic) == ("steps", logarithmic)
    assert show_sentence(chart.title) + "." == show_sentence(document.answer[0])
    found = {series.label.replace(" ", "_"): series.points for series in chart.series}
    for step in steps(shipped, model, baseline):
        for component, points in found.items():
            here = [p for p in points if p.until is not None and p.at <= step.start < p.until]  # type: ignore[operator]
            expected = step.ratios(component)
            assert [(p.value, p.to or p.value) for p in here] == ([expected] if expected else [])
    # Of two models their prices follow; a line has too many.
    assert len(document.charts) == (1 if model == LINES[0] else 4)


def test_a_ratio_is_drawn_until_the_day_that_was_asked_for(shipped: PriceTable) -> None:
    def last(when: str) -> When | None:
        return document_of(shipped, *LINES, when).charts[0].series[0].points[-1].until

    assert last("2026-11-21") == at("2026-11-22")
    assert last("2025-02-01") == at("2025-02-02")
    points = document_of(shipped, "deepseek-reasoner", "o1").charts[0].series[0].points
    assert points[-1].until == at("2026-07-24T15:59")


def test_the_side_that_was_dearer_at_first_is_the_baseline(shipped: PriceTable) -> None:
    one, other = (ratio_history(shipped, *names, parse_when(TODAY)) for names in (LINES, LINES[::-1]))
    assert one == other
    assert one is not None
    assert one.baseline.label == "openai-flagship"
