"""The headline of 2025 for each text instead of for each token: the same words, counted on both models.

The counts are data, so that a page which says this needs none of the libraries that count.
"""

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tokencost.analysis.compare import compare
from tokencost.counting.counted import counted_by
from tokencost.errors import InvalidRequest
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.table import PriceTable

FILE = Path(__file__).with_name("headline.toml")


class CountedText(NamedTuple):
    """One text, and how many tokens it is."""

    language: str
    text: str
    tokens: Mapping[str, int]
    """By vocabulary."""


class HeadlineTexts(NamedTuple):
    """The texts, and the models of the headline on its day."""

    on: date
    model: str
    baseline: str
    texts: tuple[CountedText, ...]


class PerText(NamedTuple):
    """What one text costs on the baseline, as a multiple of what it costs on the model."""

    language: str
    model_tokens: int
    baseline_tokens: int
    low: Fraction
    high: Fraction


class PerTextHeadline(NamedTuple):
    """The headline for each token, and for each text."""

    on: date
    model: str
    baseline: str
    low: Fraction
    high: Fraction
    """The least and the largest ratio of a component, for each token."""
    texts: tuple[PerText, ...]


@cache
def load_texts() -> HeadlineTexts:
    """The texts that come with the package, and their counts."""
    given = tomllib.loads(FILE.read_text(encoding="utf-8"))
    texts = tuple(CountedText(language, each["text"], each["tokens"]) for language, each in given["texts"].items())
    return HeadlineTexts(given["on"], given["model"], given["baseline"], texts)


def per_text_headline(table: PriceTable) -> PerTextHeadline | None:
    """The headline of 2025 with the prices of a table; None for one without these models or their vocabularies."""
    known = load_texts()
    with suppress(InvalidRequest):
        compared = compare(table, [known.model], on=known.on, against=known.baseline)
        sides = [_vocabulary(table, side) for side in (compared.models[0], compared.baseline)]
        ratios = [row.ratio for row in compared.rows if row.ratio is not None]
        if not ratios or any(side is None or side not in text.tokens for side in sides for text in known.texts):
            return None
        low, high = min(ratios), max(ratios)
        own, other = (str(side) for side in sides)
        texts = []
        for text in known.texts:
            more = Fraction(text.tokens[other], text.tokens[own])
            texts.append(PerText(text.language, text.tokens[own], text.tokens[other], low * more, high * more))
        return PerTextHeadline(known.on, known.model, known.baseline, low, high, tuple(texts))
    return None


def _vocabulary(table: PriceTable, side: ModelAt) -> str | None:
    """The vocabulary that its provider has named: an estimate would be no recomputation of a headline."""
    by = counted_by(table, side.model, side.when)
    return None if by is None or by.estimated else by.name
