"""Printed figures as people type them, `$0.14`, `98%`, `20x`, and the published claims that have them."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tokencost.analysis.claims.file import Claim, Printed, load_claims

MOST_CLAIMS = 5
_FIGURE = re.compile(r"\$?(\d{1,15}(?:\.\d{1,15})?)(%|x|×|)", re.ASCII | re.IGNORECASE)
PERCENT, TIMES = "%", "x"


def is_figure(text: str) -> bool:
    """Whether this is a number, a price, a percentage or a ratio, and so no name of a claim."""
    return _FIGURE.fullmatch(text.strip()) is not None


def claims_hint(texts: Sequence[str], known: Sequence[Claim] | None = None) -> str:
    """Where to look for these figures: the claims that print most of them, else the list prices."""
    wanted = [
        (Decimal(match[1]), match[2].lower().replace("×", TIMES)) for match in map(_FIGURE.fullmatch, texts) if match
    ]
    counts = {
        claim.id: sum(any(_is_printed(figure, printed) for printed in _figures_of(claim)) for figure in wanted)
        for claim in (load_claims() if known is None else known)
    }
    most = max(counts.values(), default=0)
    found = [name for name, count in counts.items() if count == most] if most else []
    if not found:
        prices = [text for text in texts if not text.endswith((PERCENT, TIMES, "×"))]
        search = f"; list prices: tokencost find {' '.join(prices[:2])}" if prices else ""
        return f"no published claim has these figures: `tokencost claims` lists all{search}"
    which = "published claim has" if len(found) == 1 else "published claims have"
    figures = " and ".join(texts) if most == len(wanted) else "some of these figures"
    return f"{len(found)} {which} {figures}: tokencost claims {' '.join(found[:MOST_CLAIMS])}"


def _is_printed(figure: tuple[Decimal, str], printed: tuple[Decimal, str]) -> bool:
    return figure[0] == printed[0] and figure[1] in ("", printed[1])


def _figures_of(claim: Claim) -> Iterator[tuple[Decimal, str]]:
    """Every figure of a claim, with `%` or `x` where it is a percentage or a ratio."""
    published = claim.published
    kinds: list[tuple[Printed | None, str]] = [
        *((each, "") for each in (*(published.prices or ()), *(published.amounts or ()))),
        (published.ratio, TIMES),
        (published.percent_lower, PERCENT),
        (published.percent_of, PERCENT),
    ]
    for printed, kind in kinds:
        for bound in printed or ():
            if bound is not None:
                yield bound, kind
