"""Published figures as data: the file they come in, and what each says."""

import os
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from tokencost.pricetable.reading.validated_toml import PathProblem, check_toml, parse_toml, read_file
from tokencost.pricetable.reading.validators import (
    DAY,
    INSTANT,
    NAME,
    TEXT,
    check_instant,
    check_with,
    check_year,
    either,
    list_of,
    one_of,
    optional,
    refusal,
    required,
    schema_number,
    table,
    tables_of,
    value,
)
from tokencost.pricetable.when import When
from tokencost.pricing.rates import COMPONENTS
from tokencost.quantities import FIGURE as WRITTEN
from tokencost.quantities import read
from tokencost.rows import Row

SCHEMA_NUMBER = 1
BUNDLED_CLAIMS = Path(__file__).parents[2] / "claims.toml"
LARGEST_FIGURE = 10**18
MOST_DIGITS = 30


class Printed(NamedTuple):
    """A figure as it was printed: a number with its digits, or bounds. None is no bound."""

    exactly: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None


class Published(NamedTuple):
    """What was printed; None is what was not."""

    prices: tuple[Printed, Printed] | None = None
    amounts: tuple[Printed, Printed | None] | None = None
    ratio: Printed | None = None
    percent_lower: Printed | None = None
    percent_of: Printed | None = None


class Factor(NamedTuple):
    """A cited number, such as GPU hours."""

    figure: Decimal
    unit: str


class Side(NamedTuple):
    """One of the two things compared: a model's price, cited figures to be multiplied, or what is missing."""

    model: str | None = None
    component: str | None = None
    tier: str | None = None
    window: str | None = None
    on: When | None = None
    factors: tuple[Factor, ...] = ()
    unit: str = "USD per 1M tokens"
    source: str | None = None
    missing: str | None = None

    @property
    def product(self) -> Fraction | None:
        """The cited figures, multiplied."""
        if not self.factors:
            return None
        result = Fraction(1)
        for factor in self.factors:
            result *= Fraction(factor.figure)
        return result


class _Claim(NamedTuple):
    """The fields of `Claim`."""

    id: str
    statement: str
    printed_by: str
    printed: date
    source: str | None
    on: When
    published: Published
    left: Side
    right: Side | None
    note: str | None
    """Why the verdict may not be what one expects."""
    applies_to: str | None
    """A claim whose prices this one reasons about: its break-even is shown beside this one's."""


class Claim(Row, _Claim):
    """A published figure and what to recompute it from."""

    __slots__ = ()
    _names = ("id", "statement", "printed_by", "printed", "source", "on", "note", "applies_to")


def load_claims(file: str | os.PathLike[str] | None = None) -> tuple[Claim, ...]:
    """The claims in a file, else those that come with this package.

    Raises `InvalidData`, which lists every problem with its line and a hint.
    """
    path = os.fspath(file) if file is not None else os.fspath(BUNDLED_CLAIMS)
    content = read_file(path, "name a file of claims with --file")
    checked = check_toml(parse_toml(content, path, CLAIMS_TOML), CLAIMS_TOML, rules=_problems, missing=MISSING)
    return tuple(_build_claim(key, claim) for key, claim in checked["claims"].items())


def claims_with_prices(claims: Iterable[Claim], *figures: Decimal) -> tuple[Claim, ...]:
    """The claims that print all of these prices, in whichever order."""
    return tuple(
        claim
        for claim in claims
        if claim.published.prices and set(figures) <= {printed.exactly for printed in claim.published.prices}
    )


def _check_figure(given: object) -> Decimal:
    if isinstance(given, str):
        given = check_with(lambda text: read(text, WRITTEN).number)(given)
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise refusal("a figure is a number", "write it with the digits that were printed: 98, 96.4 or 7.50")
    figure = Decimal(given)
    if not figure.is_finite() or abs(figure) > LARGEST_FIGURE or _digits(figure) > MOST_DIGITS:
        raise refusal("a figure is a finite number of at most 30 digits", "write it with the digits that were printed")
    return figure


def _digits(figure: Decimal) -> int:
    _, digits, exponent = figure.as_tuple()
    return max(len(digits), -int(exponent))


def _check_moment(given: object) -> When:
    if isinstance(given, datetime):
        return check_instant(given)
    if isinstance(given, date):
        return check_year(given)
    raise refusal("a time is a date or an instant, without quotes", "write it like 2025-01-27")


def _figure_form(given: object) -> str:
    return "bounds" if isinstance(given, dict) else "figure"


_NUMBER: dict[str, Any] = {"type": ["number", "string"]}
FIGURE = value(_check_figure, _NUMBER)
MOMENT = value(_check_moment, INSTANT["metadata"]["json_schema"])
BOUNDS = table(
    {
        "from": optional(FIGURE, "at least"),
        "to": optional(FIGURE, "at most"),
        "above": optional(FIGURE, "more than"),
        "below": optional(FIGURE, "less than"),
    }
)
PRINTED = either(_figure_form, {"figure": FIGURE, "bounds": BOUNDS})
SIDE = table(
    {
        "model": optional(NAME, "id or alias of a model in prices.toml"),
        "component": optional(one_of(*COMPONENTS), "the component that was named"),
        "tier": optional(NAME, "the tier that was named"),
        "window": optional(NAME, "the window that was named"),
        "on": optional(MOMENT, "another time than the claim's"),
        "figure": optional(FIGURE, "a cited figure"),
        "product": optional(
            list_of(table({"figure": required(FIGURE, "a cited figure"), "unit": required(TEXT, "its unit")}), least=1),
            "cited figures to be multiplied",
        ),
        "unit": optional(TEXT, "unit of the figure or the product"),
        "source": optional(TEXT, "where the figure is cited from"),
        "missing": optional(TEXT, "why there is nothing to compute with"),
    }
)
PUBLISHED = table(
    {
        "prices": optional(list_of(PRINTED, least=2), "left and right, USD per 1M tokens"),
        "amount": optional(PRINTED, "of the left side alone"),
        "amounts": optional(list_of(PRINTED, least=2), "of both sides"),
        "ratio": optional(PRINTED, "how many times as much the right side costs"),
        "percent_lower": optional(PRINTED, "how much lower the left side is"),
        "percent_of": optional(PRINTED, "the left side as a share of the right"),
    }
)
CLAIMS_TOML = table(
    {
        "schema": required(schema_number(SCHEMA_NUMBER), "number of this file format"),
        "claims": required(
            tables_of(
                table(
                    {
                        "statement": required(TEXT, "what was said, in few words"),
                        "printed_by": required(TEXT, "who printed it"),
                        "printed": required(DAY, "when it was printed"),
                        "source": optional(TEXT, "address of what was printed"),
                        "on": optional(MOMENT, "day or instant of the prices"),
                        "published": required(PUBLISHED, "the printed figures"),
                        "left": required(SIDE, "what was said to be lower"),
                        "right": optional(SIDE, "what it was compared with"),
                        "note": optional(TEXT, "why the verdict may not be what one expects"),
                        "applies_to": optional(NAME, "a claim whose prices this one reasons about"),
                    }
                )
            ),
            "the claims",
        ),
    }
)
MISSING = {
    "schema": "begin the file with schema = 1",
    "claims": "add a claim under [claims.ID]",
    "statement": 'write in few words what was said: statement = "..."',
    "printed_by": 'write who printed it: printed_by = "..."',
    "printed": "write the day it was printed: printed = 2025-01-27",
    "published": "write the printed figures: published = { percent_lower = 98 }",
    "left": 'write what was said to be lower: left = { model = "deepseek-reasoner" }',
    "figure": "write the cited number: figure = 2.788e6",
    "unit": 'write its unit: unit = "GPU hours"',
}


def _problems(checked: dict[str, Any]) -> list[PathProblem]:
    problems: list[PathProblem] = []
    for key, claim in checked["claims"].items():
        path = ("claims", key)
        published = claim["published"]
        if claim.get("applies_to", key) not in checked["claims"]:
            problems.append(
                ((*path, "applies_to"), f"unknown claim {claim['applies_to']!r}", "name a claim of this file")
            )
        if not published:
            problems.append(((*path, "published"), "no figure was published", "write one: { percent_lower = 98 }"))
        for kind in ("prices", "amounts"):
            if len(published.get(kind, (1, 2))) != len(("left", "right")):
                hint = "write the left one and the right one: [0.14, 7.50]"
                problems.append(((*path, "published", kind), f"`{kind}` are two figures", hint))
        problems += [
            problem
            for side in ("left", "right")
            if side in claim
            for problem in _side_problems((*path, side), claim[side])
        ]
        alone = set(published) <= {"amount"}
        if "right" not in claim and not alone:
            hint = 'add right = { model = "o1" }, or right = { missing = "why there is none" }'
            problems.append((path, "`right` is missing: these figures compare two sides", hint))
    return problems


def _side_problems(path: tuple[str | int, ...], side: dict[str, Any]) -> list[PathProblem]:
    kinds = [kind for kind in ("model", "figure", "product", "missing") if kind in side]
    if len(kinds) != 1:
        told = "names none" if not kinds else f"names {' and '.join(kinds)}"
        return [(path, f"a side is one of model, figure, product or missing, and this {told}", "keep one of them")]
    kind = kinds[0]
    cited = ("unit", "source") if kind in ("figure", "product") else ()
    foreign = () if kind == "model" else ("component", "tier", "window", "on")
    return [
        *((path, f"a cited figure needs its {key}", f'add {key} = "..."') for key in cited if key not in side),
        *(
            ((*path, key), f"`{key}` belongs to a model", "leave it out, or name a model")
            for key in foreign
            if key in side
        ),
    ]


def _build_claim(key: str, claim: dict[str, Any]) -> Claim:
    return Claim(
        id=key,
        statement=claim["statement"],
        printed_by=claim["printed_by"],
        printed=claim["printed"],
        source=claim.get("source"),
        on=claim.get("on", claim["printed"]),
        published=_build_published(claim["published"]),
        left=_build_side(claim["left"]),
        right=_build_side(claim["right"]) if "right" in claim else None,
        note=claim.get("note"),
        applies_to=claim.get("applies_to"),
    )


def _build_published(given: dict[str, Any]) -> Published:
    prices, amounts = given.get("prices"), given.get("amounts")
    both: tuple[Printed, Printed | None] | None = None
    if amounts:
        both = (_build_printed(amounts[0]), _build_printed(amounts[1]))
    elif "amount" in given:
        both = (_build_printed(given["amount"]), None)
    return Published(
        prices=(_build_printed(prices[0]), _build_printed(prices[1])) if prices else None,
        amounts=both,
        **{kind: _build_printed(given[kind]) for kind in ("ratio", "percent_lower", "percent_of") if kind in given},
    )


def _build_printed(given: Decimal | dict[str, Decimal]) -> Printed:
    if isinstance(given, Decimal):
        return Printed(exactly=given)
    return Printed(None, given.get("from"), given.get("to"), given.get("above"), given.get("below"))


def _build_side(given: dict[str, Any]) -> Side:
    factors = given.get("product") or ([given] if "figure" in given else [])
    return Side(
        **{
            key: given[key]
            for key in ("model", "component", "tier", "window", "on", "source", "missing")
            if key in given
        },
        factors=tuple(Factor(factor["figure"], factor["unit"]) for factor in factors),
        **({"unit": given["unit"]} if "unit" in given else {}),
    )
