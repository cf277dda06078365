"""The shape of prices.toml: one definition, which checks a file and becomes its JSON Schema.

Built of the words in `validators`, which says why these are no pydantic models.

Rates are USD (in `cny`, yuan) per 1,000,000 tokens.
"""

from typing import Any

from tokencost.pricetable.reading.validators import (
    CONFIDENCES,
    DATES,
    DAY,
    DAYS,
    FEE,
    FLAG,
    HOURS,
    INSTANT,
    NAME,
    RATE,
    ROW_HOURS,
    SOURCE,
    TEXT,
    THRESHOLD,
    either,
    json_schema_of,
    list_of,
    one_of,
    optional,
    required,
    schema_number,
    table,
    table_without,
    tables_of,
)
from tokencost.pricetable.table import CALLS, FINDING_KINDS

SCHEMA_NUMBER = 1

_RATE_MEANINGS = {
    "input": "input tokens that are not read from a cache, per 1M",
    "cached_input": "input tokens read from a cache, per 1M",
    "cache_write": "input tokens written to a cache, per 1M",
    "cache_write_12h": "input tokens written to a cache with 12-hour retention, per 1M",
    "output": "output tokens, reasoning included, per 1M",
}
_ANY_RATES = {key: optional(RATE, meaning) for key, meaning in _RATE_MEANINGS.items()}
_ENTRY_RATES = {
    **_ANY_RATES,
    "input": required(RATE, _RATE_MEANINGS["input"]),
    "output": required(RATE, _RATE_MEANINGS["output"]),
}

_CONFIDENCE = {"confidence": optional(CONFIDENCES, "primary, corroborated or single")}
_EVIDENCE = {
    "checked": optional(DAY, "last day on which somebody saw this price"),
    **_CONFIDENCE,
    "rule": optional(TEXT, "words of the page where it prints a rule instead of these figures"),
    "note": optional(TEXT, "what a reader should know"),
}
_CNY_PAGE = {"source": optional(SOURCE, "page of the CNY list, if another than the entry's"), **_CONFIDENCE}
_WINDOW_KEYS = {
    "zone": optional(NAME, "time zone of days and hours; UTC if left out"),
    "days": optional(DAYS, "days on which the window opens; every day if left out"),
    "except": optional(NAME, "calendar on whose dates the window does not open"),
}
_WHEN = table(
    {
        "region": optional(NAME, "name of a [regions.NAME]: where requests are processed on demand of the customer"),
        "tier": optional(NAME, "service tier: batch, flex, priority, ..."),
        "window": optional(NAME, "name of the part of the week: peak or off-peak"),
        "hours": optional(ROW_HOURS, "name of a [windows.NAME], or half-open stretches of the day; may cross midnight"),
        **_WINDOW_KEYS,
        "input_tokens_above": optional(THRESHOLD, "holds for the whole request when its input exceeds this"),
        **_ANY_RATES,
        "without": optional(
            list_of(one_of("cached_input", "cache_write", "cache_write_12h", "output")),
            "rates of the entry that do not hold here: not offered or not known",
        ),
        "source": optional(SOURCE, "page that states these rates, if another than the entry's: a name or a URL"),
        **_EVIDENCE,
        "cny": optional(
            table({**_ANY_RATES, "source": optional(SOURCE, "page"), **_CONFIDENCE}),
            "the provider's own CNY list, never a conversion",
        ),
    }
)
_PRICE = table_without(
    "output",
    {
        "from": required(INSTANT, "instant from which the price holds"),
        "until": optional(INSTANT, "instant at which it ends, where no other price follows directly"),
        **_ENTRY_RATES,
        "without": optional(list_of(one_of("output")), "output, for a model that writes nothing: embeddings"),
        "source": required(SOURCE, "page that states the price: a name of [sources] or a URL"),
        **_EVIDENCE,
        "accept": optional(
            list_of(one_of(*FINDING_KINDS)), "findings of `prices check` that somebody has looked at and found right"
        ),
        "promotion": optional(
            table(
                {
                    "ends": optional(INSTANT, "announced end"),
                    "guaranteed_through": optional(DAY, "last day for which the price was promised"),
                    "list_price": optional(table(_ANY_RATES), "the price it is a reduction of"),
                }
            ),
            "marks a promotional price",
        ),
        "cny": optional(table({**_ENTRY_RATES, **_CNY_PAGE}), "the provider's own CNY list, never a conversion"),
        "when": optional(list_of(_WHEN), "other rates under conditions, all of which must hold"),
    },
)
_ALIAS = table(
    {
        "name": required(NAME, "name that is billed as this model"),
        "from": optional(INSTANT, "since when"),
        "until": optional(INSTANT, "until when, exclusive"),
    }
)
_HEAD = table(
    {
        "from": required(INSTANT, "since when the line means this model, until the next"),
        "model": required(NAME, "id of a model"),
    }
)


_VOCABULARY = table(
    {
        "from": required(INSTANT, "since when the model counts with it, until the next"),
        "name": required(NAME, "name of a [tokenizers.NAME]"),
    }
)


def _name_form(value: object) -> str:
    return "name" if isinstance(value, str) else "dated"


_MODEL = table(
    {
        "provider": required(NAME, "key of a provider"),
        "name": optional(TEXT, "display name"),
        "aliases": optional(
            list_of(either(_name_form, {"name": NAME, "dated": _ALIAS})),
            "names that are billed as this model; dated where they were so only for a time",
        ),
        "released": optional(INSTANT, "when the model could first be called"),
        "shutdown": optional(INSTANT, "when it could last be called"),
        "withdrawn": optional(FLAG, "true: no longer served, since a day that is not known"),
        "tokenizer": optional(
            either(_name_form, {"name": NAME, "dated": list_of(_VOCABULARY, least=1)}),
            "name of a [tokenizers.NAME], which its provider has named; dated where the model has moved to it",
        ),
        "note": optional(TEXT, "what a reader should know"),
        "served": optional(
            list_of(
                table(
                    {
                        "from": required(INSTANT, "since when"),
                        "until": optional(INSTANT, "until when; else until the next"),
                        "name": required(TEXT, "what the name stood for"),
                    }
                )
            ),
            "what a moving name served at each date",
        ),
        "prices": required(list_of(_PRICE, least=1), "dated prices"),
    }
)
_PER_1000 = "what 1,000 calls cost, apart from any tokens"
_FEE = table(
    {
        "call": required(one_of(*CALLS), "the call that has a fee of its own"),
        "models": optional(list_of(NAME, least=1), "ids of the models that it is for; left out: for all others"),
        "from": required(INSTANT, "instant from which the fee holds"),
        "until": optional(INSTANT, "instant at which it ends, where no other follows directly"),
        "per_1000_calls": optional(FEE, f"{_PER_1000}, in USD"),
        "billed_per": optional(TEXT, "what is billed in place of calls, such as a container session"),
        "source": required(SOURCE, "page that states the fee: a name of [sources] or a URL"),
        **_EVIDENCE,
        "cny": optional(
            table({"per_1000_calls": required(FEE, f"{_PER_1000}, in yuan"), **_CNY_PAGE}),
            "the provider's own CNY list, never a conversion",
        ),
    }
)
PRICES_TOML = table(
    {
        "schema": required(schema_number(SCHEMA_NUMBER), "number of this file format"),
        "version": required(NAME, "calendar version of the data, such as 2026.11.20"),
        "defaults": optional(
            table(
                {
                    "compare": required(list_of(NAME, least=1), "models that a bare `tokencost compare` shows"),
                    "against": required(NAME, "the model they are compared against"),
                }
            ),
            "what a bare `tokencost compare` shows",
        ),
        "providers": required(
            tables_of(
                table(
                    {
                        "name": optional(TEXT, "display name"),
                        "pricing_url": optional(TEXT, "the provider's own price page"),
                        "nearest_tokenizer": optional(
                            NAME, "name of the [tokenizers.NAME] by which models without one are estimated"
                        ),
                        "fees": optional(list_of(_FEE, least=1), "dated fees of calls, apart from tokens"),
                    }
                )
            ),
            "who sells the models",
        ),
        "calendars": optional(
            tables_of(
                table(
                    {
                        "name": optional(NAME, "how sentences name these days"),
                        "source": required(SOURCE, "page that announces the dates"),
                        "dates": required(DATES, "local dates, or first/last inclusive"),
                        "through": optional(DAY, "the list is complete up to this day"),
                    }
                )
            ),
            "holidays, by local date",
        ),
        "windows": optional(
            tables_of(
                table(
                    {
                        **_WINDOW_KEYS,
                        "hours": optional(HOURS, "half-open stretches of the day; may cross midnight"),
                        "from": optional(INSTANT, "instant from which these hours held"),
                        "until": optional(INSTANT, "instant at which they ended"),
                    }
                )
            ),
            "hours that several prices share, as rows of `when` name them",
        ),
        "regions": optional(
            tables_of(
                table(
                    {
                        "rule": optional(TEXT, "words of the page, for all rows of this region"),
                        "source": optional(SOURCE, "page that states the rule: a name of [sources] or a URL"),
                        "note": optional(TEXT, "what a reader should know"),
                    }
                )
            ),
            "regions for which prices have rates of their own, as rows of `when` name them",
        ),
        "tokenizers": optional(
            tables_of(
                table(
                    {
                        "source": required(SOURCE, "page that says which models have it: a name of [sources] or a URL"),
                        "checked": optional(DAY, "last day on which somebody saw it there"),
                        "note": optional(TEXT, "what a reader should know"),
                    }
                )
            ),
            "vocabularies by which the tokens of a text are counted, as models name them",
        ),
        "sources": optional(
            tables_of(
                table(
                    {
                        "url": required(SOURCE, "address of the page"),
                        "title": optional(TEXT, "what the page is called"),
                        "archived": optional(SOURCE, "address of an archived copy"),
                    }
                )
            ),
            "pages that several prices cite, by name",
        ),
        "lines": optional(
            tables_of(
                table(
                    {
                        "name": optional(TEXT, "display name"),
                        "models": required(list_of(_HEAD, least=1), "models that succeeded each other, oldest first"),
                    }
                )
            ),
            "names that on each day mean the model that was the newest of a line",
        ),
        "models": required(tables_of(_MODEL), "the models and their dated prices"),
    }
)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of prices.toml, for editors that complete and check as one types."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "prices.toml",
        "description": "Dated prices of language models, in USD per 1,000,000 tokens.",
        **json_schema_of(PRICES_TOML),
    }
