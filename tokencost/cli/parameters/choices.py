"""Options of which the value is one of some words, and what to type for other words that people try."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from tokencost.render import FORMATS, PICTURE_FORMATS, PICTURE_SUFFIXES, TEXT_FORMATS

_SVG, *_OTHER_PICTURES = PICTURE_SUFFIXES
OTHER_FORMATS = {
    **{
        suffix.removeprefix("."): f"write --format {name}"
        for name in TEXT_FORMATS
        for suffix in FORMATS[name].suffixes
        if suffix != f".{name}"
    },
    **dict.fromkeys(PICTURE_FORMATS, f"a picture is a file: write --output FILE{_SVG}, {' or '.join(_OTHER_PICTURES)}"),
    **dict.fromkeys(("xlsx", "xls", "excel", "ods"), "write --format csv, which spreadsheets open"),
    **dict.fromkeys(("text", "plain"), "write --format table"),
    "parquet": "write tokencost prices export --output FILE.parquet, for the price table",
    **dict.fromkeys(("jsonl", "ndjson", "yaml"), "write --format json"),
    "word": "write --format html, which Word opens",
    "restructuredtext": "write --format rst",
}
OTHER_CURRENCIES = {
    **dict.fromkeys(("rmb", "yuan", "¥", "￥", "cn¥", "元", "cnh"), "write --currency CNY"),
    **dict.fromkeys(("$", "us$", "dollar", "dollars"), "write --currency USD"),
    **dict.fromkeys(
        ("eur", "€", "gbp", "£", "jpy", "hkd", "twd", "inr", "chf", "krw"),
        "prices are the providers' own lists, in USD or CNY; nothing is converted",
    ),
}


class OneOf(click.Choice[str]):
    """One of some words, in any case; `instead` has what to type for other words that people try."""

    def __init__(self, words: Iterable[str], instead: Mapping[str, str]) -> None:
        super().__init__(tuple(words), case_sensitive=False)
        self._instead = instead

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word as it is listed; for another, an error with what to type."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            # Click would suggest what is spelled alike; `excel` and `pdf` are spelled like nothing here.
            hint = self._instead.get(str(value).casefold().removeprefix("."))
            message = f"{value!r} is not one of {', '.join(self.choices)}"
            self.fail(f"{message}\n  hint: {hint}" if hint else message, param, ctx)
