"""A workload.toml: what it means, and every way to get it wrong with the line and what to type instead."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tokencost import InvalidData, PriceTable, load_workloads, parse_workloads, workload, workload_totals
from tokencost.analysis.workload.months import Month
from tokencost.errors import NoPrice

EXAMPLE = Path(__file__).parents[2] / "tokencost" / "cli" / "workload.example.toml"


def problems_of(table: PriceTable, text: str) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        parse_workloads(table, text.encode(), start="2026-11")
    return [str(problem) for problem in caught.value.problems]


def test_the_example_is_valid_and_says_what_it_says(shipped: PriceTable) -> None:
    spec = load_workloads(shipped, EXAMPLE, start="2026-11")
    assert (spec.models, spec.against) == (("deepseek-flash", "gpt-6-luna"), "gpt-6.1-sol")
    chat, reports = spec.workloads
    assert (chat.name, chat.requests, chat.per, chat.input, chat.cached) == (
        "chat", Fraction(40_000), "day", Fraction(1_800), Fraction(11, 20),
    )  # fmt: skip
    assert (chat.start, chat.months, chat.growth) == (Month(2026, 12), 12, Fraction(1, 50))
    assert chat.arrival is not None
    assert chat.arrival.describe() == "Mon-Fri 09:00-18:00 Asia/Shanghai"
    assert reports.arrival is None
    assert chat.token_factors == reports.token_factors == {"deepseek-flash": Fraction(21, 20)}


def test_days_hours_periods_and_names_may_be_written_as_people_do(shipped: PriceTable) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    other = text
    for old, new in (
        ('["mon", "tue", "wed", "thu", "fri"]', '"Monday-Friday"'),
        ('["09:00-18:00"]', '["9-18"]'),
        ('"day" ', '"Daily"'),
        ('"standard"', '"Standard"'),
        ('["deepseek-flash", "gpt-6-luna"]', '["DeepSeek-V4.1-Flash", "GPT-6 Luna"]'),
        ('"deepseek-flash" =', '"DeepSeek-Flash" ='),
    ):
        assert old in other
        other = other.replace(old, new, 1)
    spec, again = (parse_workloads(shipped, each.encode(), start="2026-11") for each in (text, other))
    assert again.workloads[0]._replace(token_factors={}) == spec.workloads[0]._replace(token_factors={})
    totals, same = (
        workload_totals(shipped, each.workloads, each.models, on="2026-11-20", against=each.against)
        for each in (spec, again)
    )
    assert same.rows == totals.rows


def test_a_token_factor_of_another_spelling_and_time_is_not_lost(shipped: PriceTable) -> None:
    def cost(name: str) -> Fraction | None:
        asked = workload(requests=1, input=1000, output=1, start="2026-12", token_factors={name: 2})
        return workload_totals(shipped, asked, ["o1@2025-01-27"], on="2026-11-20", against="gpt-4o").models[0].cost

    plain = cost("gpt-4o")
    assert plain
    assert cost("O1@2025-01-27") == cost("o1@2025-01-27") == cost("OpenAI/o1") == 2 * plain


def test_a_name_that_ends_within_the_months_is_refused(shipped: PriceTable) -> None:
    asked = workload(requests=1, input=1, output=1, start="2025-04", months=3)
    with pytest.raises(NoPrice, match="'DeepSeek-R1' stood for deepseek-reasoner only until 2025-05-28"):
        workload_totals(shipped, asked, ["DeepSeek-R1"], on="2025-04-01", against="o1")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"55%"', '"155%"', "19: `cached`: '155%' is not a share between 0% and 100%\n  hint: write it like 0.55"),
        ("= 40_000", "= -40_000", "15: `requests`: requests cannot be negative\n  hint: write it like 40_000"),
        ("= 40_000", "= 1e20", "15: `requests`: more than 1,000,000,000,000 requests\n  hint: write it"),
        ("requests    = 40_000", "", "14: `requests` is missing\n  hint: write how many requests"),
        ("cached  ", "cahced  ", "19: unknown key `cahced`\n  hint: did you mean `cached`?"),
        (
            '"day"',
            '"fortnight"',
            "16: `per`: 'fortnight' is not a period\n  hint: write one of hour, day, week, month, year",
        ),
        ("Shanghai", "Shangai", "21: `zone`: unknown time zone 'Asia/Shangai'\n  hint: write a name such as"),
        ("09:00-18:00", "9-25", "23: `hours`: malformed hours '09:00-25:00'\n  hint: write \"09:00-12:00\""),
        ('"mon"', '"noday"', "22: `days`: unknown weekday 'noday'\n  hint: write them like mon-fri"),
        ('["deepseek-flash"', '["deepsek-flash"', "5: unknown model 'deepsek-flash'\n  hint: did you mean deepseek"),
        ("= 12 ", "= 12.5 ", "10: `months`: 12.5 is not a whole number of months\n  hint: write it like 12"),
        ('"2026-12"', '"12-2026"', "9: `start`: '12-2026' is not a month\n  hint: write the month like"),
        ('"standard"', '"standart"', "31: no model here has a tier 'standart'\n  hint: the tiers are standard, batch"),
        ('"5%"', '"50%"', "20: `cached` and `cache_write` together are more than all of the input\n  hint: both"),
        ("[workloads.chat]", "[workloads.total]", "14: `total`: a workload cannot be called 'total'\n  hint: that"),
        ("= 40_000", "= $40_000", "15: not TOML: Invalid value\n  hint: write the number alone: requests = 40_000"),
        ("= 1.05", "= 0", "35: `deepseek-flash`: a token factor is above 0\n  hint: write it like 1.1"),
        ("= 1_800", '= "1,8k"', "17: `input`: '1,8k' is not a number of tokens\n  hint: write 1.8k"),
        ("= 1_800", "= 1.800", "17: `input`: 1.800 is not a whole number of tokens\n  hint: write 1800 or 1_800"),
        ("= 40_000", "= 40.000", "15: `requests`: 40.000 is not a whole number of requests\n  hint: write 40000 or"),
        ("= 350 ", "= 350.5 ", "18: `output`: 350.5 is not a whole number of tokens\n  hint: write it like 1_800"),
        ('"55%"', "55", '19: `cached`: 55 is not a share between 0% and 100%\n  hint: write "55%" or 0.55'),
        ('"2%"', "2", '11: `growth`: 2 without a percent sign may mean 2% or 200%\n  hint: write "2%" or 0.02'),
    ],
)
def test_wrong_edits_of_the_example(shipped: PriceTable, old: str, new: str, expected: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    (problem,) = problems_of(shipped, text.replace(old, new, 1))
    assert problem.startswith(f"workload.toml:{expected}")


def test_numbers_in_a_file_are_written_as_on_the_command_line(shipped: PriceTable) -> None:
    text = b'requests = "40k"\ninput = "1,800"\noutput = 3.5e2\ncached = "55 %"\ngrowth = 0.05\nmonths = "12"'
    (only,) = parse_workloads(shipped, text, start="2026-11").workloads
    assert [only.requests, only.input, only.output] == [40_000, 1_800, 350]
    assert only.months == 12
    assert (only.cached, only.growth) == (Fraction(11, 20), Fraction(1, 20))


def test_all_problems_are_found_at_once(shipped: PriceTable) -> None:
    text = 'requests = -1\ninput = "many"\ncolour = 1\n[workloads.chat]\ngrowth = 20\n'
    assert [problem.split(":")[1] for problem in problems_of(shipped, text)] == ["1", "2", "3", "5"]
    (empty,) = problems_of(shipped, "")
    assert empty == (
        "workload.toml:1: the file is empty\n"
        "  hint: begin with an example: tokencost workload --example > workload.toml"
    )


def test_a_file_without_names_is_one_workload(shipped: PriceTable) -> None:
    (only,) = parse_workloads(shipped, b"requests = 1\ninput = 2\noutput = 3", start="2026-11").workloads
    assert (only.name, only.start, only.months, only.per) == ("workload", Month(2026, 11), 1, "day")


def test_what_is_given_from_outside_comes_first(shipped: PriceTable) -> None:
    text = b'input = 2\noutput = 3\n[workloads.a]\nrequests = 1\ncached = "1%"\n[token_factors]\no1 = 2\n"gpt-4o" = 3\n'
    over = {"cached": Fraction(1, 2), "token_factors": {"o1": Fraction(5)}, "input": Fraction(9)}
    (only,) = parse_workloads(shipped, text, start="2026-11", over=over).workloads
    assert (only.cached, only.input, only.output) == (Fraction(1, 2), Fraction(9), Fraction(3))
    assert only.token_factors == {"o1": 5, "gpt-4o": 3}
    (missing,) = problems_of(shipped, "input = 2\noutput = 3")
    assert "`requests` is missing" in missing
    parse_workloads(shipped, b"input = 2\noutput = 3", start="2026-11", over={"requests": Fraction(Decimal("0.5"))})
