"""Options of which the value is one of some words, and what to type for other words that people try."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

OTHER_FORMATS = {
    **dict.fromkeys(("xlsx", "xls", "excel", "ods"), "write --format csv, which spreadsheets open"),
    **dict.fromkeys(("txt", "text", "plain"), "write --format table"),
    **dict.fromkeys(("pdf", "png", "svg"), "a picture is a file: write --output FILE.svg, .png or .pdf"),
    **dict.fromkeys(("parquet",), "write tokencost prices export --output FILE.parquet, for the price table"),
    **dict.fromkeys(("jsonl", "ndjson", "yaml"), "write --format json"),
    "word": "write --format html, which Word opens",
    **{suffix: f"write --format {name}" for suffix, name in (
        ("md", "markdown"), ("tex", "latex"), ("htm", "html"), ("adoc", "asciidoc"), ("org", "orgmode"),
        ("restructuredtext", "rst"),
    )},
}  # fmt: skip
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
        """Parse it."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            hint = self._instead.get(str(value).casefold().removeprefix("."))
            message = f"{value!r} is not one of {', '.join(self.choices)}"
            self.fail(f"{message}\n  hint: {hint}" if hint else message, param, ctx)
