"""What a value in one of our TOML files may be: the words in which the shapes of such files are written.

They are pydantic's core-schema language, checked by pydantic's own engine. The same shapes as `BaseModel` classes
cost 60 ms to build at every start of the program, which is most of what `tokencost compare` takes; these cost less
than one.

Numbers are exact decimals; instants become UTC-aware, a bare date is 00:00 UTC.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator

from tokencost.pricetable.hours import parse_dates, parse_days, parse_hours, parse_row_hours
from tokencost.pricetable.when import YEARS, has_prices

CONFIDENCE = ("primary", "corroborated", "single")
HIGHEST_RATE = 1_000_000
LOWEST_RATE = Decimal("0.0001")
"""USD per 1M tokens. What is smaller, and not free, is a price per token that somebody entered as it stood."""
MOST_DECIMALS = 12
HIGHEST_FEE = 1_000_000
"""USD or yuan per 1,000 calls."""

Shape = dict[str, Any]
Time = TypeVar("Time", bound=date)


_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?", re.ASCII)
_DECIMAL = re.compile(r"\d+(\.\d+)?", re.ASCII)


def refusal(message: str, hint: str) -> PydanticCustomError:
    """The error of a value that cannot be, with what to type instead."""
    return PydanticCustomError("tokencost", "{message}", {"message": message, "hint": hint})


def check_rate(value: Any) -> Decimal:
    """What a million tokens cost, if it can be that."""
    if type(value) is int and 0 <= value <= HIGHEST_RATE:
        return Decimal(value)
    # Nearly all of the thousands in a table: so few characters have no more decimals than a rate may have.
    short = type(value) is Decimal and value.is_finite() and len(str(value)) <= MOST_DECIMALS
    if short and LOWEST_RATE <= value <= HIGHEST_RATE:
        return cast("Decimal", value)
    return _check_odd_rate(value)


def _check_odd_rate(value: object) -> Decimal:
    if isinstance(value, str):
        number = value.strip().removeprefix("$").replace(",", ".")
        meant = number if _DECIMAL.fullmatch(number) else "0.14"
        raise refusal(f"a price is a bare number, not the string {value[:40]!r}", f"write it without quotes: {meant}")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal("a price is a bare number", "write it like 0.14; leave the key out where there is no price")
    rate = Decimal(value)
    if not rate.is_finite():
        raise refusal("a price is a finite number", "leave the key out where the price is not known")
    if rate < 0:
        raise refusal("a price cannot be negative", "write what a million tokens cost, 0 if they are free")
    if rate > HIGHEST_RATE:
        raise refusal("more than $1,000,000 per 1M tokens", "prices are per 1,000,000 tokens")
    if -cast("int", rate.as_tuple().exponent) > MOST_DECIMALS:
        raise refusal(f"more than {MOST_DECIMALS} decimal places", "prices are per 1,000,000 tokens, not per token")
    if 0 < rate < LOWEST_RATE:
        per_million = format(rate.scaleb(6).normalize(), "f")
        raise refusal(
            f"{rate:f} is less than {LOWEST_RATE} per 1M tokens, which looks like a price per token",
            f"prices are per 1,000,000 tokens: that would be {per_million}",
        )
    return rate


def check_fee(value: object) -> Decimal:
    """What a thousand calls cost, if it can be that."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal("a fee is a bare number", "write what 1,000 calls cost, without quotes: 10")
    fee = Decimal(value)
    if not fee.is_finite() or not 0 <= fee <= HIGHEST_FEE:
        raise refusal(f"a fee is from 0 to {HIGHEST_FEE:,} for 1,000 calls", "write what 1,000 calls cost, such as 10")
    if -cast("int", fee.as_tuple().exponent) > MOST_DECIMALS:
        raise refusal(f"more than {MOST_DECIMALS} decimal places", "fees are per 1,000 calls, not per call")
    return fee


def check_instant(value: object) -> datetime:
    """A date or an instant as a UTC-aware instant."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise refusal(
                f"the time {value.isoformat()} has no zone", f"add Z for UTC: {value.isoformat()}Z, or an offset"
            )
        try:
            return check_year(value.astimezone(UTC))
        except OverflowError:
            raise refusal("the time is out of range", YEARS) from None
    if isinstance(value, date):
        return check_year(datetime(value.year, value.month, value.day, tzinfo=UTC))
    raise refusal(
        "a time is a date or an instant, without quotes", _unquoted(value) or "write it like 2026-09-10T04:00:00Z"
    )


def check_year(when: Time) -> Time:
    """The same time, where a price may be known then."""
    if has_prices(when):
        return when
    raise refusal(f"the year {when.year} is out of range", YEARS)


def _check_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return check_year(value)
    raise refusal("this is a date without a time, and without quotes", _unquoted(value) or "write it like 2026-10-27")


def _unquoted(value: object) -> str:
    """A hint with a date that stands in quotes; empty for anything else."""
    return f"write it without quotes: {value}" if isinstance(value, str) and _ISO_DATE.fullmatch(value) else ""


def _check_name(value: object) -> str:
    if isinstance(value, str) and value.strip() and "@" not in value:
        return value
    raise refusal("a name is a string that is not empty and has no @", 'write it like "deepseek-flash"')


def _check_threshold(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12:
        return value
    raise refusal("a threshold is a positive whole number of input tokens", "write it like 272_000")


def schema_number(number: int) -> Shape:
    """The number of a file's format: only the one that is known."""

    def check(value: object) -> int:
        if type(value) is int and value == number:
            return value
        raise refusal(
            f"this is schema {value!r}, and this tokencost reads schema {number}",
            f"write schema = {number}, or upgrade: pip install -U tokencost-compare",
        )

    return value(check, {"const": number})


def check_with(parse: Callable[[Any], Any]) -> Callable[[object], Any]:
    """A check from a parser that raises `ValueError(message, hint)`."""

    def check(value: object) -> Any:
        try:
            return parse(value)
        except ValueError as error:
            message, hint = error.args
            raise refusal(message, hint) from None

    return check


def value(check: Callable[[object], Any], json_schema: Mapping[str, Any]) -> Shape:
    """A single value: how it is checked, and what JSON Schema says of it."""
    return {
        "type": "function-plain",
        "function": {"type": "no-info", "function": check},
        "metadata": {"json_schema": dict(json_schema)},
    }


def list_of(items: Shape, least: int = 0) -> Shape:
    """A list with at least so many items."""
    return {"type": "list", "items_schema": items, "min_length": least, "strict": True}


def required(schema: Shape, meaning: str) -> Shape:
    """A key that must be there."""
    return {**optional(schema, meaning), "required": True}


def optional(schema: Shape, meaning: str) -> Shape:
    """A key that may be left out."""
    return {
        "type": "typed-dict-field",
        "schema": schema,
        "required": False,
        "metadata": {"pydantic_js_updates": {"description": meaning}},
    }


def one_of(*words: str) -> Shape:
    """One of a few words."""
    return {"type": "literal", "expected": list(words)}


def either(discriminator: Callable[[object], str], choices: dict[str, Shape]) -> Shape:
    """One of several shapes; the discriminator names the one that a value means."""
    return {"type": "tagged-union", "choices": choices, "discriminator": discriminator}


def table(fields: dict[str, Shape]) -> Shape:
    """A table with these keys and no others."""
    return {"type": "typed-dict", "fields": fields, "extra_behavior": "forbid", "strict": True}


def table_without(key: str, fields: dict[str, Shape]) -> Shape:
    """A table with these keys, of which the required `key` may be None: where the table names it in `without`."""

    def fill(value: object) -> object:
        left_out = isinstance(value, dict) and isinstance(value.get("without"), list) and key in value["without"]
        return {key: None, **cast("dict[str, object]", value)} if left_out else value

    known = {"type": "nullable", "schema": fields[key]["schema"]}
    return {
        "type": "function-before",
        "function": {"type": "no-info", "function": fill},
        "schema": table({**fields, key: {**fields[key], "schema": known}}),
        "metadata": {"left_out": key},
    }


def tables_of(values: Shape) -> Shape:
    """Tables of one shape under names of their own."""
    return {"type": "dict", "keys_schema": NAME, "values_schema": values, "strict": True}


RATE = value(
    check_rate,
    {"type": "number", "maximum": HIGHEST_RATE, "anyOf": [{"const": 0}, {"minimum": float(LOWEST_RATE)}]},
)
FEE = value(check_fee, {"type": "number", "minimum": 0, "maximum": HIGHEST_FEE})
INSTANT = value(
    check_instant, {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
)
DAY = value(_check_day, {"type": "string", "format": "date"})
NAME = value(_check_name, {"type": "string", "minLength": 1, "pattern": "^[^@]+$"})
TEXT: Shape = {"type": "str", "strict": True}
SOURCE: Shape = {"type": "str", "strict": True, "strip_whitespace": True, "min_length": 1}
"""Where something is stated; never empty."""
FLAG: Shape = {"type": "bool", "strict": True}
THRESHOLD = value(_check_threshold, {"type": "integer", "minimum": 1})
_HOURS_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"},
}
HOURS = value(check_with(parse_hours), _HOURS_SCHEMA)
ROW_HOURS = value(
    check_with(parse_row_hours),
    {"anyOf": [{"type": "string", "minLength": 1, "pattern": "^[^:]+$"}, _HOURS_SCHEMA]},
)
"""Stretches, or the name of hours that several prices share."""
DAYS = value(
    check_with(parse_days),
    {"type": "array", "minItems": 1, "items": {"enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}},
)
DATES = value(check_with(parse_dates), {"type": "array", "items": {"type": "string"}})
CONFIDENCES = one_of(*CONFIDENCE)


def validator_of(shape: Shape) -> SchemaValidator:
    """The checker of a parsed file; its errors carry the path of each problem."""
    return SchemaValidator(cast("CoreSchema", shape))


def known_keys(shape: Shape, path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the table at this path may have; empty where keys are free."""
    for step in path:
        shape = table_form(shape)
        if shape["type"] == "typed-dict" and step in shape["fields"]:
            shape = shape["fields"][step]["schema"]
        elif shape["type"] == "dict":
            shape = shape["values_schema"]
        elif shape["type"] == "list":
            shape = shape["items_schema"]
        else:
            return ()
    shape = table_form(shape)
    return tuple(shape["fields"]) if shape["type"] == "typed-dict" else ()


def table_form(shape: Shape) -> Shape:
    """Of several shapes, the one that is a table, or a list of tables."""
    if shape["type"] == "function-before":
        return cast("Shape", shape["schema"])
    if shape["type"] != "tagged-union":
        return shape
    tables = [choice for choice in shape["choices"].values() if choice["type"] in ("typed-dict", "list")]
    return tables[-1] if tables else shape


def json_schema_of(shape: Shape) -> dict[str, Any]:
    """The JSON Schema of a shape."""
    from pydantic.json_schema import GenerateJsonSchema

    class ShapeJsonSchema(GenerateJsonSchema):
        """Takes what each value has beside its check: a Python function cannot be read as JSON Schema."""

        def function_plain_schema(self, schema: Any) -> dict[str, Any]:
            return dict(schema["metadata"]["json_schema"])

        def function_before_schema(self, schema: Any) -> dict[str, Any]:
            """The table, which has the key or says that it has none."""
            shown, key = self.generate_inner(schema["schema"]), schema["metadata"]["left_out"]
            shown["required"] = [name for name in shown["required"] if name != key]
            return {**shown, "anyOf": [{"required": [key]}, {"required": ["without"]}]}

        def nullable_schema(self, schema: Any) -> dict[str, Any]:
            """TOML has no null: what stands there is the value."""
            return self.generate_inner(schema["schema"])

        def tagged_union_schema(self, schema: Any) -> dict[str, Any]:
            return {"anyOf": [self.generate_inner(choice) for choice in schema["choices"].values()]}

    return ShapeJsonSchema().generate(cast("CoreSchema", shape))
