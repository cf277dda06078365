"""Adding a price to the text of a table: only the new lines and the version change, and the past stays."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost import InvalidRequest, parse_prices
from tokencost.pricetable.editing.comparable import changed_older_prices, price_facts
from tokencost.pricetable.editing.draft import parse_table_file
from tokencost.pricetable.editing.edit import add_price, next_version
from tokencost.pricetable.editing.format import format_table
from tokencost.pricetable.editing.line_editor import unified_diff
from tokencost.pricetable.editing.new_price import NewModel, NewPrice

SHIPPED = (Path(__file__).parent.parent.parent / "prices.toml").read_bytes()
DAY = date(2026, 11, 20)
EVIDENCE = {"source": "https://example.org/prices", "checked": DAY, "confidence": "primary"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def usd(**rates: str) -> dict[str, Decimal]:
    return {key: Decimal(rate) for key, rate in rates.items()}


def addition(model: str, start: str, rates: Mapping[str, Decimal], **more: Any) -> NewPrice:
    return NewPrice(model, at(start), rates, more.pop("evidence", EVIDENCE), **more)


def diff_of(content: bytes, wanted: NewPrice, today: date = date(2026, 11, 21)) -> str:
    edited = add_price(parse_table_file(content, "prices.toml"), wanted, today)
    lines = unified_diff(content.decode(), edited.content.decode(), "prices.toml", context=1)
    # Where it stands moves with every price above it.
    # An empty line that is shown for context begins with a blank, which editors take away here.
    return "\n".join(re.sub(r"@@ -\d+,(\d+) \+\d+,(\d+) @@", r"@@ \1 → \2 @@", line).rstrip() for line in lines) + "\n"


def test_the_whole_diff_of_a_new_price_for_a_model_with_windows() -> None:
    block = {"window": "peak", **usd(input="0.24", cached_input="0.0040", output="1")}
    wanted = addition(
        "deepseek-flash",
        "2026-12-01",
        usd(input="0.120", cached_input="0.002", output="0.5"),
        blocks=(block,),
        cny={"input": Decimal(1), "output": Decimal(4)},
    )
    assert diff_of(SHIPPED, wanted) == dedent("""\
        --- prices.toml
        +++ prices.toml (new)
        @@ 3 → 3 @@
         schema = 1
        -version = "2026.11.21"
        +version = "2026.11.21.1"

        @@ 2 → 15 @@
         ]
        +
        +[[models.deepseek-flash.prices]]
        +from = 2026-12-01
        +input = 0.120
        +cached_input = 0.002
        +output = 0.5
        +source = "https://example.org/prices"
        +checked = 2026-11-20
        +confidence = "primary"
        +cny = { input = 1, output = 4 }
        +when = [
        +  { window = "peak", hours = "deepseek-2026", input = 0.24, cached_input = 0.0040, output = 1 },
        +]

        """)


def test_tiers_that_nobody_mentioned_continue_with_their_own_source_and_day() -> None:
    edited = add_price(
        parse_table_file(SHIPPED, "p"), addition("gpt-6.1-sol", "2026-12-01", usd(input="1.80", output="9")), DAY
    )
    before, after = edited.table.models["gpt-6.1-sol"].prices[-2:]
    assert [block.rates for block in after.blocks] == [block.rates for block in before.blocks]
    assert {block.evidence.checked for block in after.blocks} == {date(2026, 11, 12)}
    assert {block.evidence.source for block in after.blocks} == {block.evidence.source for block in before.blocks}
    assert after.evidence.source == "https://example.org/prices"
    told = " / ".join(edited.notes)
    assert "tier batch: continues as it was (input 1, cached_input 0.05" in told
    # What ends goes first.
    assert edited.notes[0] == "no cached_input rate from then on; the price before has 0.10"


def test_a_list_in_yuan_that_ends_with_a_new_row_is_told() -> None:
    peak = {"window": "peak", **usd(input="0.24", cached_input="0.004", output="1")}
    rates = usd(input="0.12", cached_input="0.002", output="0.50")
    wanted = addition("deepseek-flash", "2026-12-01", rates, blocks=(peak,), cny=usd(input="0.8", output="3.5"))
    edited = add_price(parse_table_file(SHIPPED, "p"), wanted, DAY)
    assert edited.notes[0] == (
        "window peak: no CNY list from then on; write it beside these rates if the provider has one"
    )


def test_blocks_can_be_dropped_on_purpose() -> None:
    wanted = addition("gpt-6.1-sol", "2026-12-01", usd(input="1.80", output="9"), drop_blocks=True)
    edited = add_price(parse_table_file(SHIPPED, "p"), wanted, DAY)
    assert edited.table.models["gpt-6.1-sol"].prices[-1].blocks == ()
    assert "tier batch: not offered from then on" in edited.notes


def test_a_price_of_one_tier_leaves_all_other_rates_and_their_evidence_alone() -> None:
    wanted = addition("gpt-6.1-sol", "2026-12-01", usd(input="0.90"), conditions={"tier": "batch"})
    edited = add_price(parse_table_file(SHIPPED, "p"), wanted, DAY)
    before, after = (price_facts(price) for price in edited.table.models["gpt-6.1-sol"].prices[-2:])
    changed = [key for key in after["blocks"] if after["blocks"][key] != before["blocks"][key]]
    assert (after["rates"], after["evidence"], changed) == (
        before["rates"],
        before["evidence"],
        [("batch", None, None, None)],
    )
    rates, _, evidence = after["blocks"]["batch", None, None, None]
    assert (rates.input, rates.output, evidence.source) == (Decimal("0.90"), 5, "https://example.org/prices")
    assert "tier batch: output continues at 5" in edited.notes


def test_a_window_can_get_new_hours() -> None:
    block = {"window": "peak", "hours": ["10:00-11:00"], **usd(input="1", output="1")}
    wanted = addition("deepseek-flash", "2026-12-01", usd(input="1", output="1"), blocks=(block,))
    (window,) = add_price(parse_table_file(SHIPPED, "p"), wanted, DAY).table.models["deepseek-flash"].prices[-1].windows
    assert (window.hours, window.zone_name) == (((600, 660),), "UTC")


def test_a_new_model_stands_behind_the_others_of_its_provider() -> None:
    wanted = addition("deepseek-5.1", "2026-12-01", usd(input="1", output="2"), new=NewModel("deepseek", 'Five "1"'))
    assert diff_of(SHIPPED, wanted).split("@@\n")[2] == dedent("""\
         ]
        +
        +[models."deepseek-5.1"]
        +provider = "deepseek"
        +name = "Five \\"1\\""
        +
        +[[models."deepseek-5.1".prices]]
        +from = 2026-12-01
        +input = 1
        +output = 2
        +source = "https://example.org/prices"
        +checked = 2026-11-20
        +confidence = "primary"

        """)


SMALL = """\
schema = 1
version = "2026.01.01"   # moves on
[providers.acme]

[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
until = 2027-01-01
input = 1        # dollars
output = 2
source = "https://example.org"
# a remark about this price

# a banner
[models.two]
provider = "acme"
[[models.two.prices]]
from = 2026-01-01
input = 1
output = 2
source = "https://example.org\""""


def test_an_announced_end_gives_way_to_the_price_that_comes_first() -> None:
    text = add_price(
        parse_table_file(SMALL.encode(), "p"), addition("one", "2026-06-01", usd(input="3", output="4")), DAY
    ).content
    assert text.decode() == SMALL.replace("until = 2027-01-01\n", "").replace(
        'version = "2026.01.01"   # moves on', 'version = "2026.11.20"   # moves on'
    ).replace(
        "# a remark about this price\n",
        dedent("""\
        # a remark about this price

        [[models.one.prices]]
        from = 2026-06-01
        input = 3
        output = 4
        source = "https://example.org/prices"
        checked = 2026-11-20
        confidence = "primary"
        """),
    )


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_byte_order_mark_and_a_missing_last_line_end_are_kept(mark: str, end: str) -> None:
    content = (mark + SMALL.replace("\n", end)).encode()
    edited = add_price(
        parse_table_file(content, "p"), addition("two", "2026-06-01", usd(input="3", output="4")), DAY
    ).content.decode()
    assert edited.startswith(mark + f"schema = 1{end}")
    assert edited.endswith(f'confidence = "primary"{end}')
    assert edited.count("\n") == edited.count(end)
    assert edited.split(end)[2:22] == SMALL.split("\n")[2:22]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (addition("o1", "2024-12-17", usd(input="1", output="2")), "o1 has a price from 2024-12-17 already"),
        (addition("o3", "2025-05-01", usd(input="1", output="2")), "o3 has a later price, from 2025-06-10"),
        (addition("deepseek-coder", "2024-10-01", usd(input="1", output="2")), "until 2024-12-26, has ended"),
        (addition("o1", "2026-12-01", usd(input="1")), "a price needs --output"),
        (addition("o1", "2026-12-01", usd(input="1", output="2"), until=at("2026-11-01")), "`until` is before `from`"),
        (addition("o1", "2026-12-01", usd(input="1", output="9999999")), "more than $1,000,000"),
        (addition("o1", "2026-12-01", usd(input="1", output="2"), correction="x"), "there is nothing to correct"),
        (addition("o1", "2024-12-17", usd(input="15"), correction="x", evidence={}), "nothing would change"),
        (addition("o9", "2026-12-01", usd(input="1", output="2")), "unknown model"),
        (addition("o1", "2026-12-01", usd(input="1", output="2"), new=NewModel("openai")), "has 'o1' already"),
        (addition("o9", "2026-12-01", usd(input="1", output="2"), new=NewModel("acme")), "unknown provider 'acme'"),
        (
            addition("o1", "2026-12-01", usd(input="1", cached_input="1"), conditions={"window": "peak"}),
            "window 'peak' has no hours",
        ),
    ],
)
def test_what_cannot_be_added_is_refused(wanted: NewPrice, message: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(message)):
        add_price(parse_table_file(SHIPPED, "prices.toml"), wanted, DAY)


def test_a_layout_that_cannot_be_edited_by_line_is_refused() -> None:
    inline = 'prices = [{ from = 2026-01-01, input = 1, output = 2, source = "x" }]'
    table = f'schema = 1\nversion = "1"\n[providers.a]\n[models.one]\nprovider = "a"\n{inline}\n'
    with pytest.raises(InvalidRequest, match="cannot be edited by line"):
        add_price(parse_table_file(table.encode(), "p"), addition("one", "2026-06-01", usd(input="3", output="4")), DAY)


def test_a_correction_changes_one_value_and_says_why() -> None:
    wanted = addition("one", "2026-01-01", usd(input="1.50"), correction="read the wrong row", evidence={})
    assert diff_of(SMALL.encode(), wanted) == dedent("""\
        --- prices.toml
        +++ prices.toml (new)
        @@ 3 → 3 @@
         schema = 1
        -version = "2026.01.01"   # moves on
        +version = "2026.11.21"   # moves on
         [providers.acme]
        @@ 5 → 6 @@
         [[models.one.prices]]
        +# corrected 2026-11-21 (input was 1): read the wrong row
         from = 2026-01-01
         until = 2027-01-01
        -input = 1        # dollars
        +input = 1.50        # dollars
         output = 2
        """)


def test_a_correction_can_add_what_was_missing() -> None:
    block = addition(
        "one", "2026-01-01", usd(input="0.5", output="1"), conditions={"tier": "batch"}, correction="forgotten"
    )
    first = add_price(parse_table_file(SMALL.encode(), "p"), block, DAY)
    assert [b.describe() for b in first.table.models["one"].prices[0].blocks] == ["tier batch"]
    cached = addition("one", "2026-01-01", usd(cached_input="0.1"), correction="forgotten", evidence={})
    second = add_price(parse_table_file(first.content, "p"), cached, DAY)
    assert "input = 1        # dollars\ncached_input = 0.1\noutput = 2\n" in second.content.decode()
    earlier = addition("one", "2025-01-01", usd(input="9", output="9"), correction="found an older page")
    third = add_price(parse_table_file(second.content, "p"), earlier, DAY)
    assert [p.rates.input for p in third.table.models["one"].prices] == [9, 1]
    assert "# entered 2026-11-20 as a correction: found an older page\n" in third.content.decode()


def test_models_of_the_shipped_table_can_get_a_price_that_keeps_their_other_rates() -> None:
    content = SHIPPED
    for model in list(parse_prices(SHIPPED).models.values())[::8]:  # some of them, to be quick
        before = model.prices[-1]
        rates = usd(input="0.123", cached_input="0.01", cache_write="0.2", output="7")
        edited = add_price(parse_table_file(content, "p"), addition(model.id, "2027-06-01", rates), DAY)
        after = edited.table.models[model.id].prices[-1]
        assert [(b.describe(), b.rates, b.cny, b.evidence[:3]) for b in after.blocks] == [
            (b.describe(), b.rates, b.cny, b.evidence[:3]) for b in before.blocks
        ]
        assert price_facts(after)["windows"] == price_facts(before)["windows"]
        content = edited.content


@pytest.mark.parametrize(
    ("version", "following"),
    [
        ("2026.11.19", "2026.11.20"),
        ("2026.11.20", "2026.11.20.1"),
        ("2026.11.20.9", "2026.11.20.10"),
        ("2027.01.01", "2027.01.01.1"),
        ("2026.2.3", "2026.11.20"),
        ("draft", "2026.11.20"),
        ("9" * 5000, "2026.11.20"),
        ("2026.11.20." + "9" * 5000, "2026.11.20"),
        ("3000." + "0" * 5000, "2026.11.20"),
    ],
)
def test_the_version_moves_on_and_never_back(version: str, following: str) -> None:
    assert next_version(version, DAY) == following


ROWS = """\
schema = 1
version = "2026.01.01"
[providers.acme]
[calendars.china]
source = "https://gov.example/holidays"
dates = ["2026-10-01"]

[windows.acme-2026]
zone = "Asia/Shanghai"
days = ["mon", "tue", "wed", "thu", "fri"]
hours = ["09:00-12:00", "14:00-18:00"]
except = "china"

[sources.acme-pricing]
url = "https://example.org/prices"

[sources.old-page]
url = "https://example.org/old"

[models.one]
provider = "acme"

[[models.one.prices]]
from = 2026-01-01
input = 2
cached_input = 0.20
cache_write = 2.50
output = 8
source = "old-page"
checked = 2026-02-01
confidence = "primary"
when = [
  # half
  { tier = "batch",    input = 1,    cached_input = 0.10, cache_write = 1.25, output = 4 },
  { tier = "flex",     input = 1,    cached_input = 0.10, cache_write = 1.25, output = 4 },
  { tier = "priority", input = 3.50, cached_input = 0.35, cache_write = 4.50, output = 14, note = "\\u00e9" },
  { window = "peak", hours = "acme-2026", input = 4, output = 16 },
  { tier = "batch",    input_tokens_above = 272_000, input = 2, output = 6 },
  { tier = "flex",     input_tokens_above = 272_000, input = 2, output = 6 },
  { tier = "priority", input_tokens_above = 272_000, input = 7, output = 21 },
]
"""


def test_a_price_with_seven_condition_rows_is_twenty_lines_which_keep_the_names() -> None:
    wanted = addition("one", "2026-12-01", usd(input="1.80", cached_input="0.18", cache_write="2.25", output="7.20"))
    written = diff_of(ROWS.encode(), wanted)
    added = [line[1:] for line in written.split("\n") if line.startswith("+") and not line.startswith("+++")]
    assert [line for line in written.split("\n") if line.startswith("-")][1:] == ['-version = "2026.01.01"']
    assert added[0] == 'version = "2026.11.21"'
    assert len(added[1:]) <= 20
    assert "\n".join(added[1:]).strip() == dedent("""\
        [[models.one.prices]]
        from = 2026-12-01
        input = 1.80
        cached_input = 0.18
        cache_write = 2.25
        output = 7.20
        source = "acme-pricing"
        checked = 2026-11-20
        confidence = "primary"
        when = [
          { tier = "batch",    input = 1,    cached_input = 0.10, cache_write = 1.25, output = 4,  OLD },
          { tier = "flex",     input = 1,    cached_input = 0.10, cache_write = 1.25, output = 4,  OLD },
          { tier = "priority", input = 3.50, cached_input = 0.35, cache_write = 4.50, output = 14, OLD, note = "é" },
          { window = "peak", hours = "acme-2026", input = 4, BASE, output = 16, OLD },
          { tier = "batch",    input_tokens_above = 272_000, input = 2, BASE, output = 6,  OLD },
          { tier = "flex",     input_tokens_above = 272_000, input = 2, BASE, output = 6,  OLD },
          { tier = "priority", input_tokens_above = 272_000, input = 7, BASE, output = 21, OLD },
        ]""").replace("OLD", 'source = "old-page", checked = 2026-02-01').replace(
        "BASE", "cached_input = 0.20, cache_write = 2.50"
    )
    edited = add_price(parse_table_file(ROWS.encode(), "p"), wanted, DAY)
    old, new = edited.table.models["one"].prices
    assert new.evidence.source == "https://example.org/prices"
    assert {block.evidence.source for block in new.blocks} == {old.evidence.source}


def test_what_is_added_is_in_the_form_of_the_table() -> None:
    table = format_table(ROWS.encode(), "p").content
    added = add_price(parse_table_file(table, "p"), addition("one", "2026-12-01", usd(input="1.80", output="7")), DAY)
    assert format_table(added.content, "p").first_difference is None
    for conditions, rates in (({"tier": "batch"}, usd(input="0.9")), ({"tier": "new"}, usd(input="12.50", output="9"))):
        wanted = addition("one", "2026-01-01", rates, conditions=conditions, correction="why not", evidence={})
        corrected = add_price(parse_table_file(added.content, "p"), wanted, DAY)
        assert format_table(corrected.content, "p").first_difference is None


def test_a_change_of_one_tier_is_one_row_and_a_correction_of_it_too() -> None:
    tier = addition("one", "2026-12-01", usd(input="0.9", output="3"), conditions={"tier": "batch"})
    edited = add_price(parse_table_file(ROWS.encode(), "p"), tier, DAY)
    text = edited.content.decode()
    assert (
        '  { tier = "batch",    input = 0.9,  cached_input = 0.10, cache_write = 1.25, output = 3,  '
        'source = "acme-pricing", checked = 2026-11-20, confidence = "primary" },\n'
    ) in text
    assert text.count('hours = "acme-2026"') == 2
    mend = addition(
        "one", "2026-01-01", usd(input="1.05"), conditions={"tier": "batch"}, correction="typo", evidence={}
    )
    assert diff_of(ROWS.encode(), mend).split("@@\n")[2] == dedent("""\
           # half
        -  { tier = "batch",    input = 1,    cached_input = 0.10, cache_write = 1.25, output = 4 },
        +  # corrected 2026-11-21 (input was 1): typo
        +  { tier = "batch",    input = 1.05, cached_input = 0.10, cache_write = 1.25, output = 4 },
           { tier = "flex",     input = 1,    cached_input = 0.10, cache_write = 1.25, output = 4 },
        """)


def test_a_correction_under_conditions_turns_the_blocks_of_that_price_into_rows() -> None:
    blocks = SMALL.replace(
        "# a remark about this price\n",
        '# a remark\n[[models.one.prices.when]]  # half\ntier = "batch"\n# so it says\ninput = 0.5\n# all of it\n',
    )
    mend = addition("one", "2026-01-01", usd(input="0.6"), conditions={"tier": "batch"}, correction="typo", evidence={})
    edited = add_price(parse_table_file(blocks.encode(), "p"), mend, DAY)
    assert edited.content.decode() == blocks.replace('"2026.01.01"', '"2026.11.20"').replace(
        blocks[blocks.index("# a remark") : blocks.index("\n# a banner")],
        dedent("""\
            when = [
              # a remark
              # corrected 2026-11-20 (input was 0.5): typo
              # so it says
              # all of it
              { tier = "batch", input = 0.6 },  # half
            ]
            """),
    )


def test_a_correction_of_a_text_over_several_lines() -> None:
    text = SMALL.replace("# a remark about this price\n", 'note = """\nmany\nwords"""  # long\n')
    mend = addition("one", "2026-01-01", {}, evidence={"note": "few"}, correction="typo")
    changed = add_price(parse_table_file(text.encode(), "p"), mend, DAY).content.decode()
    assert "from = 2026-01-01\nuntil" in changed
    assert "# corrected 2026-11-20: typo\n" in changed
    assert 'note = "few"  # long\n\n# a banner\n' in changed


# The part of the shipped table up to the first OpenAI model: 14 models with windows, promotions and CNY lists,
# small enough to be edited 200 times.
EXCERPT = SHIPPED.decode()[: SHIPPED.decode().index("[models.", SHIPPED.decode().index("# OpenAI\n"))]
EXCERPT = re.sub(r"(?s)\[(defaults|lines\.openai-flagship)\].*?\n\n", "", EXCERPT)
# Some fees name models that the excerpt lacks.
EXCERPT = re.sub(r"(?s)\[\[providers\.openai\.fees\]\].*?\n\n", "", EXCERPT)
TABLE = parse_prices(EXCERPT.encode())
RATES = st.decimals(min_value="0.0001", max_value=1000, places=6).map(lambda rate: Decimal(format(rate, "f")))
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@st.composite
def additions(draw: st.DrawFn) -> NewPrice:
    model = TABLE.models[draw(st.sampled_from(list(TABLE.models)))]
    last = model.prices[-1]
    begin = max(last.start, last.end or last.start) + timedelta(seconds=draw(st.integers(1, 10**7)))
    rates = draw(st.fixed_dictionaries({"input": RATES, "output": RATES}, optional={"cached_input": RATES}))
    if "cached_input" in rates:
        rates["cached_input"], rates["input"] = sorted((rates["cached_input"], rates["input"]))
    tiers = draw(st.lists(st.sampled_from(["batch", "flex", "a b", 'q"']), unique=True, max_size=3))
    blocks = [{"tier": tier, "input": draw(RATES), "cached_input": Decimal(0)} for tier in tiers]
    evidence = EVIDENCE | {"note": draw(TEXT)}
    return NewPrice(
        model.id,
        begin,
        rates,
        evidence,
        blocks=tuple(blocks),
        until=begin + timedelta(days=9) if draw(st.booleans()) else None,
        drop_blocks=draw(st.booleans()),
    )


@given(wanted=additions())
@settings(max_examples=settings().max_examples * 2, deadline=None)
def test_every_older_price_stays_as_it_was(wanted: NewPrice) -> None:
    edited = add_price(parse_table_file(EXCERPT.encode(), "prices.toml"), wanted, DAY)
    after = parse_prices(edited.content)
    assert changed_older_prices(TABLE, after, wanted.model) == []
    price = after.models[wanted.model].prices[-1]
    assert (price.start, price.end, price.rates.input) == (wanted.start, wanted.until, wanted.rates["input"])
    assert price.evidence.note == wanted.evidence["note"]
    version = f'version = "{TABLE.version}"'
    kept = EXCERPT.replace(version, f'version = "{after.version}"').split("\n")
    added = edited.content.decode().split("\n")
    first = next((n for n, line in enumerate(kept) if line != added[n]), len(kept))
    more = len(added) - len(kept)
    assert kept[first:] == added[first + more :]
