"""Pages and hours that are named once: what a name stands for, and each misuse of one at its line."""

from datetime import UTC, date, datetime

import pytest

from tokencost import InvalidData, parse_prices
from tokencost.pricetable.editing.comparable import price_facts
from tokencost.pricetable.reading.findings import list_findings

TABLE = """\
schema = 1
version = "2026.01.01"
[providers.acme]
[calendars.china]
source = "holidays"
dates = ["2026-10-01"]
[windows.workdays-2025]
zone = "Asia/Shanghai"
hours = ["09:00-12:00"]
until = 2026-01-01
[windows.workdays-2026]
zone = "Asia/Shanghai"
days = ["mon", "tue"]
hours = ["09:00-12:00", "14:00-18:00"]
except = "china"
from = 2026-01-01
[sources.acme-pricing]
url = "https://acme.example/prices"
title = "Acme, prices"
archived = "https://archive.example/acme"
[sources.acme-yuan]
url = "https://acme.example/zh"
[sources.en]
url = "https://acme.example/en"
[sources.holidays]
url = "https://gov.example/holidays"
[sources.unused]
url = "https://acme.example/unused"
[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 1
output = 2
source = "acme-pricing"
cny = { input = 7, output = 14, source = "acme-yuan" }
when = [
  { window = "peak", hours = "workdays-2026", input = 2, source = "acme-yuan", cny = { input = 9, source = "en" } },
  { tier = "batch", window = "peak", input = 1, source = "https://elsewhere.example/batch" },
]
"""
PLAIN = (
    TABLE.replace('"acme-pricing"', '"https://acme.example/prices"')
    .replace('"acme-yuan"', '"https://acme.example/zh"')
    .replace('"en"', '"https://acme.example/en"')
    .replace('source = "holidays"', 'source = "https://gov.example/holidays"')
    .replace(
        'hours = "workdays-2026"',
        'zone = "Asia/Shanghai", days = ["mon", "tue"], except = "china", hours = ["09:00-12:00", "14:00-18:00"]',
    )
)


def problems_of(text: str) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        parse_prices(text.encode())
    return [str(problem).removeprefix("prices.toml:") for problem in caught.value.problems]


def test_a_table_with_names_says_what_one_without_them_says() -> None:
    named, plain = parse_prices(TABLE.encode()), parse_prices(PLAIN.encode())
    assert price_facts(named.models["one"].prices[0]) == price_facts(plain.models["one"].prices[0])
    assert named.calendars == plain.calendars
    price = named.models["one"].prices[0]
    assert price.evidence.source == "https://acme.example/prices"
    assert [block.evidence.source for block in price.blocks] == [
        "https://acme.example/zh",
        "https://elsewhere.example/batch",
    ]
    assert price.cny is not None
    assert price.cny.evidence.source == "https://acme.example/zh"
    assert price.blocks[0].cny is not None
    assert price.blocks[0].cny.evidence.source == "https://acme.example/en"
    words = "Mon, Tue 09:00-12:00 and 14:00-18:00 Asia/Shanghai, except china holidays"
    assert price.windows[0].describe() == words
    assert named.sources["acme-pricing"][1:] == (
        "https://acme.example/prices",
        "Acme, prices",
        "https://archive.example/acme",
    )


def test_a_page_that_nothing_cites_is_no_problem_and_no_finding() -> None:
    assert list_findings(parse_prices(TABLE.encode()), date(2026, 6, 1)) == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'source = "acme-pricing"\ncny',
            'source = "acme-prices"\ncny',
            "35: unknown source 'acme-prices'\n  hint: did you mean 'acme-pricing'?",
        ),
        (
            'source = "holidays"',
            'source = "somewhere"',
            "5: unknown source 'somewhere'\n  hint: write its address, or name it: [sources.somewhere] with a url",
        ),
        ('source = "acme-yuan" }', 'source = "acme-yaun" }', "36: unknown source 'acme-yaun'"),
        ('"https://elsewhere.example/batch"', '"acme"', "39: unknown source 'acme'"),
        (
            'hours = "workdays-2026"',
            'hours = "workday-2026"',
            "38: unknown window 'workday-2026'\n  hint: did you mean 'workdays-2026'?",
        ),
        (
            'hours = "workdays-2026"',
            'hours = "workdays-2026", zone = "UTC"',
            (
                "38: `zone` beside hours that are named\n"
                "  hint: leave it out here: [windows.workdays-2026] says it; other hours get a name of their own"
            ),
        ),
        (
            'hours = "workdays-2026"',
            'hours = "workdays-2025"',
            (
                "38: the hours 'workdays-2025' held until 2026-01-01, and this price holds from 2026-01-01\n"
                "  hint: name the hours of that time, end the price there, or mend the span of [windows.workdays-2025]"
            ),
        ),
        (
            "from = 2026-01-01\ninput",
            "from = 2025-12-31\ninput",
            "38: the hours 'workdays-2026' held from 2026-01-01, and this price holds from 2025-12-31",
        ),
        (
            "until = 2026-01-01",
            "until = 2026-01-01\nfrom = 2026-01-02",
            "10: `until` is not later than `from`",
        ),
        (
            'zone = "Asia/Shanghai"\nhours',
            'zone = "Asia/Shangai"\nhours',
            "8: unknown time zone 'Asia/Shangai'",
        ),
        ('except = "china"', 'except = "chian"', "15: unknown calendar 'chian'\n  hint: did you mean 'china'?"),
        (
            'hours = "workdays-2026"',
            'hours = "09:00-12:00"',
            (
                "38: `hours`: hours are a list of stretches, not the text '09:00-12:00'\n"
                '  hint: write hours = ["09:00-12:00"]'
            ),
        ),
        (
            'url = "https://acme.example/zh"',
            'uri = "https://acme.example/zh"',
            '21: `url` is missing\n  hint: write the address of the page: url = "https://..."',
        ),
        ("[windows.workdays-2026]", "[window.workdays-2026]", "11: unknown table [window.workdays-2026]"),
        (
            '[windows.workdays-2025]\nzone = "Asia/Shanghai"\nhours = ["09:00-12:00"]',
            "[windows.workdays-2025]",
            '7: this window says neither days nor hours\n  hint: add hours = ["09:00-12:00"]',
        ),
    ],
)
def test_a_misused_name_is_answered_at_its_line(old: str, new: str, problem: str) -> None:
    assert TABLE.count(old) == 1
    assert any(found.startswith(problem) for found in problems_of(TABLE.replace(old, new)))


def test_hours_may_end_with_the_price_or_with_the_model() -> None:
    ended = TABLE.replace("from = 2026-01-01\n[sources", "from = 2026-01-01\nuntil = 2026-03-01\n[sources")
    assert any("until 2026-03-01, and this price holds from" in problem for problem in problems_of(ended))
    until = ended.replace("from = 2026-01-01\ninput", "from = 2026-01-01\nuntil = 2026-03-01\ninput")
    assert parse_prices(until.encode()).models["one"].prices[0].windows
    shut = ended.replace('provider = "acme"\n', 'provider = "acme"\nshutdown = 2026-02-28T12:00:00Z\n')
    assert parse_prices(shut.encode()).models["one"].prices[0].windows


def test_a_table_without_named_sources_may_cite_anything() -> None:
    text = PLAIN.replace('source = "https://acme.example/prices"\ncny', 'source = "memo"\ncny')
    head, rest = text.split("[sources.acme-pricing]")
    text = head + rest[rest.index("[models.one]") :]
    table = parse_prices(text.encode())
    assert [finding.kind for finding in list_findings(table, date(2026, 6, 1))] == ["source"]


def test_the_rule_of_a_page_is_part_of_the_evidence() -> None:
    words = "Batch is 50% of Standard"
    table = parse_prices(TABLE.replace('"batch", window', f'"batch", rule = "{words}", window').encode())
    price = table.models["one"].prices[0]
    assert [block.evidence.rule for block in price.blocks] == [None, words]
    assert price.start == datetime(2026, 1, 1, tzinfo=UTC)
