"""A workload.toml: named workloads, the models to price them on, and every problem in the file at once.

The fields of a workload stand at the top of the file for all workloads, or under [workloads.NAME] for one; what is
given from outside, such as an option of the command line, comes before both.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tokencost.analysis.workload.fields import (
    FIELDS,
    MISSING,
    ONLY,
    TOTAL,
    Field,
    Workload,
    find_conflicts,
    from_checked,
)
from tokencost.analysis.workload.months import Month, parse_month
from tokencost.errors import InvalidRequest, NotOffered
from tokencost.pricetable.names import meanings, suggestion
from tokencost.pricetable.reading.validated_toml import PathProblem, check_toml, parse_toml, read_file
from tokencost.pricetable.reading.validators import TEXT, Shape, check_with, list_of, optional, refusal, value
from tokencost.pricetable.reading.validators import table as table_of
from tokencost.pricetable.resolve import split_time
from tokencost.pricetable.table import PriceTable
from tokencost.pricing.rates import STANDARD, known_region, known_tier
from tokencost.quantities import check_file_number, factor

BEGINNING = "begin with an example: tokencost workload --example > workload.toml"


def _workload_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise refusal("a workload has a name", "write [workloads.chat]")
    if name == TOTAL:
        raise refusal(f"a workload cannot be called {TOTAL!r}", "that row is the sum of all workloads: choose another")
    return name


def _check(field: Field) -> Callable[[object], Any]:
    kind = field.kind
    return field.check if kind is None else lambda value: field.check(check_file_number(value, kind))


_FACTORS: Shape = {
    "type": "dict",
    "keys_schema": TEXT,
    "values_schema": value(check_with(factor), {"type": "number"}),
    "strict": True,
}
_FIELD_SHAPES = {
    name: optional(_FACTORS if name == "token_factors" else value(check_with(_check(field)), {}), field.meaning)
    for name, field in FIELDS.items()
}
WORKLOAD_TOML = table_of(
    {
        "models": optional(list_of(TEXT), "models to price the workloads on"),
        "against": optional(TEXT, "the model they are compared against"),
        **_FIELD_SHAPES,
        "workloads": optional(
            {
                "type": "dict",
                "keys_schema": value(_workload_name, {}),
                "values_schema": table_of(_FIELD_SHAPES),
                "strict": True,
                "min_length": 1,
            },
            "named workloads",
        ),
    }
)


class WorkloadFile(NamedTuple):
    """What a file holds."""

    workloads: tuple[Workload, ...]
    models: tuple[str, ...]
    """As they are named; empty where the file names none."""
    against: str | None


def load_workloads(
    table: PriceTable, file: str | os.PathLike[str], *, start: Month | str, over: Mapping[str, Any] | None = None
) -> WorkloadFile:
    """The workloads of a file; see `parse_workloads`."""
    path = os.fspath(file)
    content = read_file(path, f"name a workload file, or {BEGINNING}")
    return parse_workloads(table, content, path, start=start, over=over)


def parse_workloads(
    table: PriceTable,
    content: bytes,
    file: str = "workload.toml",
    *,
    start: Month | str,
    over: Mapping[str, Any] | None = None,
) -> WorkloadFile:
    """The workloads in the bytes of a file. `start` is the first month where the file gives none.

    `over` holds checked fields that come before those of the file; its token factors are added model by model.
    Names of models, tiers and regions are those of the price table. Raises `InvalidData`, which lists every problem
    with its line and a hint.
    """
    given = over or {}

    def rules(checked: dict[str, Any]) -> list[PathProblem]:
        return [*_find_conflicts(checked, given), *_unknown_names(table, checked)]

    parsed = parse_toml(content, file, WORKLOAD_TOML, BEGINNING)
    checked = check_toml(parsed, WORKLOAD_TOML, rules=rules, missing=MISSING)
    workloads = tuple(
        from_checked(name, {"start": parse_month(start), **_merge(checked, own, given)})
        for name, own in _by_name(checked).items()
    )
    return WorkloadFile(workloads, tuple(checked.get("models", ())), checked.get("against"))


def _by_name(checked: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return checked.get("workloads") or {ONLY: {}}


def _merge(checked: dict[str, Any], own: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of one workload: from outside, else its own, else those at the top."""
    shared = {name: checked[name] for name in FIELDS if name in checked}
    factors: dict[str, Any] = {}
    for source in (shared, own, over):
        factors |= source.get("token_factors", {})
    return {**shared, **own, **over, "token_factors": factors}


def _find_conflicts(checked: dict[str, Any], over: Mapping[str, Any]) -> list[PathProblem]:
    problems: list[PathProblem] = []
    for name, own in _by_name(checked).items():
        for key, message, hint in find_conflicts(_merge(checked, own, over)):
            place = ("workloads", name) if "workloads" in checked else ()
            if key in checked and key not in own:
                place = ()
            problems.append(((*place, key), message, hint))
    return list(dict.fromkeys(problems))


def _unknown_names(table: PriceTable, checked: dict[str, Any]) -> Iterator[PathProblem]:
    """Models, tiers and regions that the price table does not have."""
    places: list[tuple[tuple[str | int, ...], dict[str, Any]]] = [((), checked)]
    places += [(("workloads", name), own) for name, own in checked.get("workloads", {}).items()]
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("models", n), m) for n, m in enumerate(checked.get("models", ()))
    ]
    if "against" in checked:
        named.append((("against",), checked["against"]))
    for place, fields in places:
        named += [((*place, "token_factors", name), name) for name in fields.get("token_factors", {})]
    for path, name in named:
        if problem := _find_name_problem(table, name):
            yield path, *problem
    prices = [price for model in table.models.values() for price in model.prices]
    for place, fields in places:
        try:
            known_tier(prices, fields.get("tier", STANDARD))
        except NotOffered as error:
            yield (*place, "tier"), error.message, error.hint
        try:
            if "region" in fields:
                known_region(table, fields["region"])
        except NotOffered as error:
            yield (*place, "region"), error.message, error.hint


def _find_name_problem(table: PriceTable, name: str) -> tuple[str, str] | None:
    try:
        bare, _ = split_time(name)
    except InvalidRequest as error:
        return error.message, error.hint
    if meanings(table, bare):
        return None
    return f"unknown model {bare!r}", suggestion(table, bare)
