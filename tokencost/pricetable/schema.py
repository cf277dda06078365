"""The shape of prices.toml: one definition, which checks a file and becomes its JSON Schema.

Written in pydantic's core-schema language and checked by pydantic's own engine. The same shape as `BaseModel`
classes costs 60 ms to build at every start of the program, which is most of what `tokencost compare` takes;
this costs less than one.

Units: rates are USD (in `cny`, yuan) per 1,000,000 tokens; instants become UTC-aware, a bare date is 00:00 UTC.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator

from tokencost.pricetable.hours import parse_dates, parse_days, parse_hours

SCHEMA_NUMBER = 1
RATE_KEYS = ("input", "cached_input", "cache_write", "cache_write_12h", "output")
CONFIDENCE = ("primary", "corroborated", "single")
HIGHEST_RATE = 1_000_000
MOST_DECIMALS = 12

Shape = dict[str, Any]


def _refuse(message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("tokencost", "{message}", {"message": message, "hint": hint})


def _rate(value: object) -> Decimal:
    if isinstance(value, str):
        raise _refuse(f"a price is a bare number, not the string {value[:40]!r}", "write it without quotes: 0.14")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _refuse("a price is a bare number", "write it like 0.14; leave the key out where there is no price")
    rate = Decimal(value)
    if not rate.is_finite():
        raise _refuse("a price is a finite number", "leave the key out where the price is not known")
    if rate < 0:
        raise _refuse("a price cannot be negative", "write what a million tokens cost, 0 if they are free")
    if rate > HIGHEST_RATE:
        raise _refuse("more than $1,000,000 per 1M tokens", "prices are per 1,000,000 tokens")
    if -cast("int", rate.as_tuple().exponent) > MOST_DECIMALS:
        raise _refuse(f"more than {MOST_DECIMALS} decimal places", "prices are per 1,000,000 tokens, not per token")
    return rate


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise _refuse(
                f"the time {value.isoformat()} has no zone", f"add Z for UTC: {value.isoformat()}Z, or an offset"
            )
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise _refuse("the time is out of range", "write it like 2026-09-10T04:00:00Z") from None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise _refuse("a time is a date or an instant, without quotes", "write it like 2026-09-10T04:00:00Z")


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise _refuse("this is a date without a time, and without quotes", "write it like 2026-10-27")


def _name(value: object) -> str:
    if isinstance(value, str) and value.strip() and "@" not in value:
        return value
    raise _refuse("a name is a string that is not empty and has no @", 'write it like "deepseek-flash"')


def _threshold(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12:
        return value
    raise _refuse("a threshold is a positive whole number of input tokens", "write it like 272_000")


def _schema_number(value: object) -> int:
    if type(value) is int and value == SCHEMA_NUMBER:
        return value
    raise _refuse(
        f"this is schema {value!r}, and this tokencost reads schema {SCHEMA_NUMBER}",
        f"write schema = {SCHEMA_NUMBER}, or upgrade: pip install -U tokencost-compare",
    )


def _checked_by(parse: Callable[[Any], Any]) -> Callable[[object], Any]:
    def check(value: object) -> Any:
        try:
            return parse(value)
        except ValueError as error:
            message, hint = error.args
            raise _refuse(message, hint) from None

    return check


def _value(check: Callable[[object], Any], json_schema: Mapping[str, Any]) -> Shape:
    return {
        "type": "function-plain",
        "function": {"type": "no-info", "function": check},
        "metadata": {"json_schema": dict(json_schema)},
    }


def _list(items: Shape, least: int = 0) -> Shape:
    return {"type": "list", "items_schema": items, "min_length": least, "strict": True}


def _required(schema: Shape, meaning: str) -> Shape:
    return {**_optional(schema, meaning), "required": True}


def _optional(schema: Shape, meaning: str) -> Shape:
    return {
        "type": "typed-dict-field",
        "schema": schema,
        "required": False,
        "metadata": {"pydantic_js_updates": {"description": meaning}},
    }


def _table(fields: dict[str, Shape]) -> Shape:
    return {"type": "typed-dict", "fields": fields, "extra_behavior": "forbid", "strict": True}


def _tables(values: Shape) -> Shape:
    return {"type": "dict", "keys_schema": NAME, "values_schema": values, "strict": True}


RATE = _value(_rate, {"type": "number", "minimum": 0, "maximum": HIGHEST_RATE})
INSTANT = _value(_instant, {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]})
DAY = _value(_day, {"type": "string", "format": "date"})
NAME = _value(_name, {"type": "string", "minLength": 1, "pattern": "^[^@]+$"})
TEXT: Shape = {"type": "str", "strict": True}
FLAG: Shape = {"type": "bool", "strict": True}
THRESHOLD = _value(_threshold, {"type": "integer", "minimum": 1})
HOURS = _value(
    _checked_by(parse_hours),
    {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"},
    },
)
DAYS = _value(
    _checked_by(parse_days),
    {"type": "array", "minItems": 1, "items": {"enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}},
)
DATES = _value(_checked_by(parse_dates), {"type": "array", "items": {"type": "string"}})
CONFIDENCES: Shape = {"type": "literal", "expected": list(CONFIDENCE)}
OPTIONAL_RATES: Shape = {"type": "literal", "expected": ["cached_input", "cache_write", "cache_write_12h"]}

_RATE_MEANINGS = {
    "input": "input tokens that are not read from a cache, per 1M",
    "cached_input": "input tokens read from a cache, per 1M",
    "cache_write": "input tokens written to a cache, per 1M",
    "cache_write_12h": "input tokens written to a cache with 12-hour retention, per 1M",
    "output": "output tokens, reasoning included, per 1M",
}
_ANY_RATES = {key: _optional(RATE, meaning) for key, meaning in _RATE_MEANINGS.items()}
_ENTRY_RATES = {
    **_ANY_RATES,
    "input": _required(RATE, _RATE_MEANINGS["input"]),
    "output": _required(RATE, _RATE_MEANINGS["output"]),
}

_EVIDENCE = {
    "checked": _optional(DAY, "last day on which somebody saw this price"),
    "confidence": _optional(CONFIDENCES, "primary, corroborated or single"),
    "note": _optional(TEXT, "what a reader should know"),
}
_CNY = _table(
    {
        **_ENTRY_RATES,
        "source": _optional(TEXT, "page of the CNY list, if another than the entry's"),
        "confidence": _optional(CONFIDENCES, "primary, corroborated or single"),
    }
)
_WHEN = _table(
    {
        "tier": _optional(NAME, "service tier: batch, flex, priority, ..."),
        "window": _optional(NAME, "name of the part of the week: peak or off-peak"),
        "zone": _optional(NAME, "time zone of days and hours; UTC if left out"),
        "days": _optional(DAYS, "days on which the window opens; every day if left out"),
        "except": _optional(NAME, "calendar on whose dates the window does not open"),
        "hours": _optional(HOURS, "half-open stretches of the day; may cross midnight"),
        "input_tokens_above": _optional(THRESHOLD, "holds for the whole request when its input exceeds this"),
        **_ANY_RATES,
        "without": _optional(
            _list(OPTIONAL_RATES), "rates of the entry that do not hold here: not offered or not known"
        ),
        "source": _optional(TEXT, "page that states these rates, if another than the entry's"),
        **_EVIDENCE,
        "cny": _optional(
            _table(
                _ANY_RATES
                | {
                    "source": _optional(TEXT, "page"),
                    "confidence": _optional(CONFIDENCES, "primary, corroborated or single"),
                }
            ),
            "the provider's own CNY list, never a conversion",
        ),
    }
)
_PRICE = _table(
    {
        "from": _required(INSTANT, "instant from which the price holds"),
        "until": _optional(INSTANT, "instant at which it ends, where no other price follows directly"),
        **_ENTRY_RATES,
        "source": _required(TEXT, "page that states the price"),
        **_EVIDENCE,
        "promotion": _optional(
            _table(
                {
                    "ends": _optional(INSTANT, "announced end"),
                    "guaranteed_through": _optional(DAY, "last day for which the price was promised"),
                    "list_price": _optional(_table(_ANY_RATES), "the price it is a reduction of"),
                }
            ),
            "marks a promotional price",
        ),
        "cny": _optional(_CNY, "the provider's own CNY list, never a conversion"),
        "when": _optional(_list(_WHEN), "other rates under conditions, all of which must hold"),
    }
)
_ALIAS = _table(
    {
        "name": _required(NAME, "name that is billed as this model"),
        "from": _optional(INSTANT, "since when"),
        "until": _optional(INSTANT, "until when, exclusive"),
    }
)


def _alias_form(value: object) -> str:
    return "name" if isinstance(value, str) else "dated"


_MODEL = _table(
    {
        "provider": _required(NAME, "key of a provider"),
        "name": _optional(TEXT, "display name"),
        "aliases": _optional(
            _list({"type": "tagged-union", "choices": {"name": NAME, "dated": _ALIAS}, "discriminator": _alias_form}),
            "names that are billed as this model; dated where they were so only for a time",
        ),
        "released": _optional(INSTANT, "when the model could first be called"),
        "shutdown": _optional(INSTANT, "when it could last be called"),
        "withdrawn": _optional(FLAG, "true: no longer served, since a day that is not known"),
        "note": _optional(TEXT, "what a reader should know"),
        "served": _optional(
            _list(
                _table(
                    {
                        "from": _required(INSTANT, "since when"),
                        "until": _optional(INSTANT, "until when; else until the next"),
                        "name": _required(TEXT, "what the name stood for"),
                    }
                )
            ),
            "what a moving name served at each date",
        ),
        "prices": _required(_list(_PRICE, least=1), "dated prices"),
    }
)
PRICES_TOML = _table(
    {
        "schema": _required(_value(_schema_number, {"const": SCHEMA_NUMBER}), "number of this file format"),
        "version": _required(NAME, "calendar version of the data, such as 2026.11.20"),
        "defaults": _optional(
            _table(
                {
                    "compare": _required(_list(NAME, least=1), "models that a bare `tokencost compare` shows"),
                    "against": _required(NAME, "the model they are compared against"),
                }
            ),
            "what a bare `tokencost compare` shows",
        ),
        "providers": _required(
            _tables(
                _table(
                    {
                        "name": _optional(TEXT, "display name"),
                        "pricing_url": _optional(TEXT, "the provider's own price page"),
                    }
                )
            ),
            "who sells the models",
        ),
        "calendars": _optional(
            _tables(
                _table(
                    {
                        "source": _required(TEXT, "page that announces the dates"),
                        "dates": _required(DATES, "local dates, or first/last inclusive"),
                        "through": _optional(DAY, "the list is complete up to this day"),
                    }
                )
            ),
            "holidays, by local date",
        ),
        "models": _required(_tables(_MODEL), "the models and their dated prices"),
    }
)


def validator() -> SchemaValidator:
    """The checker of a parsed prices.toml; its errors carry the path of each fault."""
    return SchemaValidator(cast("CoreSchema", PRICES_TOML))


def known_keys(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the table at this path may have; empty where keys are free."""
    shape: Shape = PRICES_TOML
    for step in path:
        if shape["type"] == "tagged-union":
            shape = shape["choices"]["dated"]
        if shape["type"] == "typed-dict":
            if step not in shape["fields"]:
                return ()
            shape = shape["fields"][step]["schema"]
        elif shape["type"] == "dict":
            shape = shape["values_schema"]
        elif shape["type"] == "list":
            shape = shape["items_schema"]
        else:
            return ()
    if shape["type"] == "tagged-union":
        shape = shape["choices"]["dated"]
    return tuple(shape["fields"]) if shape["type"] == "typed-dict" else ()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of prices.toml, for editors that complete and check as one types."""
    from pydantic.json_schema import GenerateJsonSchema

    class PricesJsonSchema(GenerateJsonSchema):
        """Takes what is said of each value beside its check."""

        def function_plain_schema(self, schema: Any) -> dict[str, Any]:
            return dict(schema["metadata"]["json_schema"])

        def tagged_union_schema(self, schema: Any) -> dict[str, Any]:
            return {"anyOf": [self.generate_inner(choice) for choice in schema["choices"].values()]}

    schema = PricesJsonSchema().generate(cast("CoreSchema", PRICES_TOML))
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "prices.toml",
        "description": "Dated prices of language models, in USD per 1,000,000 tokens.",
        **schema,
    }
