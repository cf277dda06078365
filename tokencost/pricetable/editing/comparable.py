"""What a table says, without where it stands in the file: two prices are the same when their facts are equal."""

from typing import Any

from tokencost.pricetable.table import Fee, Model, Price, PriceTable
from tokencost.pricetable.when import show_bound


def price_facts(price: Price) -> dict[str, Any]:
    """Everything that a price says; its end is apart, since a later price closes it."""
    return {
        "from": price.start,
        "until": price.end,
        "rates": price.rates,
        "cny": price.cny,
        "evidence": price.evidence,
        "promotion": price.promotion,
        "windows": tuple((w.name, w.zone_name, w.days, w.hours, w.except_calendar) for w in price.windows),
        "blocks": {block.conditions: (block.rates, block.cny, block.evidence) for block in price.blocks},
    }


def model_facts(model: Model) -> dict[str, Any]:
    """Everything that a table says of a model beside its prices."""
    return {
        "provider": model.provider,
        "name": model.name,
        "aliases": frozenset(model.aliases),
        "released": model.released,
        "shutdown": model.shutdown,
        "withdrawn": model.withdrawn,
        "tokenizer": tuple(
            each.name if each.start is None else f"{each.name} from {show_bound(each.start)}"
            for each in model.tokenizers
        ),
        "note": model.note,
        "served": model.served,
    }


def fee_facts(fee: Fee) -> Fee:
    """Everything that a fee says; where it ends follows from the others."""
    return fee._replace(path=(), end=None)


def changed_older_prices(before: PriceTable, after: PriceTable, model_id: str) -> list[Price]:
    """The prices of `before` that `after` does not have as they were.

    That the last price of `model_id` is closed by a newer one is no change of it.
    """
    changed = []
    for model in before.models.values():
        now = {price.start: price for price in after.models[model.id].prices} if model.id in after.models else {}
        for price in model.prices:
            same = now.get(price.start)
            facts = price_facts(price)
            if same is not None and model.id == model_id and price is model.prices[-1] and same.end != price.end:
                facts["until"] = same.end
            if same is None or price_facts(same) != facts:
                changed.append(price)
    return changed
