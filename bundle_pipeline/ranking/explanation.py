"""Why a bundle is offered, in plain language with the numbers it rests on."""

import polars as pl

from bundle_pipeline.money import formatted

# What Shopify calls the only variant of a product; saying it helps nobody.
_NO_VARIANT_TITLE = "Default Title"

_NOT_PROVEN = {
    "pooled": "Too few orders show it by themselves: it follows from how products like these sell.",
    "unproven": "No orders show yet that it sells.",
}
_HELD_OUT = {
    "replicated": "The newest orders show it again.",
    "faded": "The newest orders don't show it again.",
    "untested": "The newest orders are too few to test it again.",
}


def with_explanation(bundles: pl.DataFrame) -> pl.DataFrame:
    """Add ``explanation``.

    Args:
        bundles: ``PricedBundles`` with a price, ``anchor_basket_count`` (counted baskets that
            hold the anchor) and ``offered_quantity``.
    """
    sentences = [_together(), _uptake(), _not_proven(), _customers(), _newest(), _price(), _stock()]
    explanation = pl.concat_str(sentences, separator=" ", ignore_nulls=True)
    named = bundles.with_columns(_names=pl.col("items").list.eval(_item_name()))
    return bundles.with_columns(named.select(explanation=explanation).to_series())


def _together() -> pl.Expr:
    """Null, and so left out, where there is no evidence of items bought together."""
    evidence = pl.col("evidence").struct
    basket_count = evidence.field("basket_count")
    names = pl.col("_names")
    is_pair = names.list.len() == 2  # noqa: PLR2004 - a pair is two
    return pl.format(
        "Of {} with {}, {} % also hold {} ({}): {} times what {} "
        "({} to {} times with 95 % confidence).",
        _counted(pl.col("anchor_basket_count"), "order"),
        names.list.first(),
        _rounded(basket_count / pl.col("anchor_basket_count") * 100),
        _listed(names.list.slice(1)),
        _counted(basket_count, "order"),
        _rounded(evidence.field("adjusted_lift")),
        # An itemset is measured against the best pair in it, not against chance alone.
        pl.when(is_pair)
        .then(pl.lit("chance gives"))
        .otherwise(pl.lit("the strongest pair in it explains")),
        _rounded(evidence.field("adjusted_lift_low")),
        _rounded(evidence.field("adjusted_lift_high")),
    )


def _uptake() -> pl.Expr:
    """Null where nobody is known to buy as the bundle asks."""
    uptake, items = pl.col("uptake").struct, pl.col("items").list
    first = items.first().struct
    title = first.field("title")
    percentage = _rounded(uptake.field("rate") * 100)
    of_one = pl.format(
        "{} % of the orders with {} hold at least {} of it ({}).",
        percentage,
        title,
        items.eval(pl.element().struct.field("quantity")).list.sum(),
        _counted(uptake.field("order_count"), "order"),
    )
    of_several = pl.format(
        "{} % of the customers of these products bought {} or more of them over time ({}).",
        percentage,
        "pick_count",
        _counted(uptake.field("customer_count"), "customer"),
    )
    return pl.when(pl.col("pick_count").is_null()).then(of_one).otherwise(of_several)


def _not_proven() -> pl.Expr:
    """What backs a bundle that its own orders don't; null, and so left out, where they do."""
    return pl.col("backing").replace_strict(_NOT_PROVEN, default=None, return_dtype=pl.String)


def _customers() -> pl.Expr:
    """Null, and so left out, where customers are unknown."""
    customer_count = pl.col("evidence").struct.field("customer_count")
    return pl.format("{} bought them together.", _counted(customer_count, "customer"))


def _newest() -> pl.Expr:
    return pl.col("evidence").struct.field("held_out").replace_strict(_HELD_OUT)


def _price() -> pl.Expr:
    pricing, currency = pl.col("pricing").struct, pl.col("currency")
    discount = pricing.field("discount_minor")
    list_total = formatted(pricing.field("list_total_minor"), currency)
    discounted = pl.format(
        "List total {}, bundle price {}: saves {} ({} %).",
        list_total,
        formatted(pricing.field("bundle_price_minor"), currency),
        formatted(discount, currency),
        _rounded(pricing.field("discount_rate") * 100),
    )
    return (
        pl.when(discount > 0)
        .then(discounted)
        .otherwise(pl.format("Sold at its list total of {}, without a discount.", list_total))
    )


def _stock() -> pl.Expr:
    feasible = pl.col("stock").struct.field("feasible_quantity")
    offered = pl.col("offered_quantity")
    suffices = pl.format("Stock for {}", _counted(feasible, "bundle"))
    return (
        pl.when(feasible.is_null())
        .then(pl.lit("Its stock is not tracked."))
        .when(offered < feasible)
        .then(
            pl.format(
                "{}, {} of them offered: the rest is for other bundles and single sales.",
                suffices,
                offered,
            )
        )
        .otherwise(pl.format("{}.", suffices))
    )


def _item_name() -> pl.Expr:
    """Name of a list's item: ``2 x Cup (Blue)``."""
    item = pl.element().struct
    quantity, variant_title = item.field("quantity"), item.field("variant_title")
    times = pl.when(quantity > 1).then(pl.format("{} x ", quantity)).otherwise(pl.lit(""))
    variant = (
        pl.when(variant_title.fill_null(_NO_VARIANT_TITLE) == _NO_VARIANT_TITLE)
        .then(pl.lit(""))
        .otherwise(pl.format(" ({})", variant_title))
    )
    return pl.concat_str(times, item.field("title"), variant)


def _listed(names: pl.Expr) -> pl.Expr:
    """``A``, ``A and B``, ``A, B and C``."""
    but_last = names.list.head(names.list.len() - 1).list.join(", ")
    return (
        pl.when(names.list.len() > 1)
        .then(pl.format("{} and {}", but_last, names.list.last()))
        .otherwise(names.list.last())
    )


def _counted(count: pl.Expr, noun: str) -> pl.Expr:
    return (
        pl.when(count == 1).then(pl.lit(f"1 {noun}")).otherwise(pl.format(f"{{}} {noun}s", count))
    )


def _rounded(number: pl.Expr) -> pl.Expr:
    return number.round(1)
