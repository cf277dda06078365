"""`tokencost claims`."""

from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.parameters.options import InputFile, answer, chart_option, load_table, timeless_options
from tokencost.pricetable.when import When

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

    from tokencost.analysis.claims.file import Claim
    from tokencost.errors import InvalidRequest

SOME_CLAIM_FAILS = 1


def complete_claims(ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Ids of claims that begin with what is typed, for the shell."""
    from click.shell_completion import CompletionItem

    from tokencost.analysis.claims.file import load_claims

    return [
        CompletionItem(claim.id, help=claim.statement) for claim in load_claims() if claim.id.startswith(incomplete)
    ]


@click.command(short_help="Published figures, recomputed, with a verdict.")
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=complete_claims)
@click.option("--file", type=InputFile(), metavar="FILE", help="Your own file of claims instead of the included one.")
@click.option("--strict", is_flag=True, help="Exit status 1 unless all of them are reproduced.")
@chart_option
@timeless_options
def claims(
    ids: tuple[str, ...], file: str | None, strict: bool, prices: str | None, on: When | None, **form: Any
) -> int:
    """Published figures, recomputed from the list prices of their day, each with a verdict. One ID explains one.

    \b
    reproduced   rounded as printed it is the printed figure, or in its range
    understated  the real advantage is larger than printed
    overstated   the real advantage is smaller than printed
    differs      neither, for instance a price that is not the list price
    undecidable  a side is missing

    --on asks whether it is true at another time.
    """  # noqa: D301  # \b: click must not wrap this
    from tokencost.analysis.claims.file import load_claims
    from tokencost.analysis.claims.judge import REPRODUCED, alternatives, judge
    from tokencost.documents.claims.claims import claim_document, claims_document

    known = load_claims(file)
    chosen = _choose_claims(known, ids)
    table = load_table(prices)
    judged = [judge(table, claim, on) for claim in chosen]
    if len(ids) == 1:
        applied = [judge(table, claim, on) for claim in known if claim.id == chosen[0].applies_to]
        others = alternatives(table, judged[0])
        answer(claim_document(table, judged[0], others, applied[0] if applied else None, on), **form)
    else:
        from tokencost.counting.headline import per_text_headline

        # Beside all that are included: a list of one's own is about other headlines.
        per_text = per_text_headline(table) if not ids and file is None else None
        answer(claims_document(table, judged, on, per_text), **form)
    return SOME_CLAIM_FAILS if strict and any(claim.verdict != REPRODUCED for claim in judged) else 0


def _choose_claims(known: "Sequence[Claim]", ids: tuple[str, ...]) -> "Sequence[Claim]":
    from tokencost.pricetable.spelling import find_spelled

    by_id = {claim.id: claim for claim in known}
    chosen = {}
    for name in ids:
        claim = find_spelled(name, by_id)
        if claim is None:
            raise _unknown_claim(known, name, ids)
        chosen[claim] = by_id[claim]
    return list(chosen.values()) or known


def _unknown_claim(known: "Sequence[Claim]", name: str, ids: tuple[str, ...]) -> "InvalidRequest":
    from difflib import get_close_matches

    from tokencost.cli.parameters.figures import claims_hint, is_figure
    from tokencost.errors import InvalidRequest

    if is_figure(name):
        return InvalidRequest(f"{name!r} is not the name of a claim", claims_hint([*filter(is_figure, ids)], known))
    about = [claim.id for claim in known if name in [side.model for side in (claim.left, claim.right) if side]]
    if about:
        return InvalidRequest(
            f"{name!r} is a model, not a claim", f"claims about it: tokencost claims {' '.join(about)}"
        )
    by_id = {claim.id: None for claim in known}
    near = [claim for claim in by_id if claim.startswith(name.casefold())] or get_close_matches(name, by_id, 1)
    hint = f"did you mean {' or '.join(near)}?" if name and near else "`tokencost claims` alone lists them all"
    return InvalidRequest(f"unknown claim {name!r}", hint)
