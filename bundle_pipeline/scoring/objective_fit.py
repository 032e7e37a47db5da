"""Component ``objective_fit``: how well a bundle serves the objective that it is weighed for."""

import polars as pl

# Objectives that a flag of products settles.
_FLAGS = {
    "clear_slow_movers": "is_slow_mover",
    "seasonal_promo": "is_seasonal",
    "new_launch": "is_new_launch",
    "gift_box": "is_giftable",
    "subscription_push": "is_replenishable",
}


def objective_fits(candidates: pl.DataFrame, product_features: pl.DataFrame) -> pl.DataFrame:
    """How far a bundle's items do what the first of its objectives asks.

    - ``clear_slow_movers``, ``seasonal_promo``, ``new_launch``, ``gift_box``,
      ``subscription_push``: the share of its items whose product carries the flag (slow mover,
      seasonal, new, giftable, used up); one that isn't known doesn't.
    - ``margin_guard``: margin as a share of the list total, at least 0; 0 where a price or a cost
      isn't known.
    - ``category_bundle``: the share of its items in its most common category.
    - ``increase_aov``: ``v / (v + median v)``, ``v`` what the bundle lists for beyond one unit of
      its anchor: 0.5 for the typical candidate of the shop; 0 where a price isn't known.

    Args:
        candidates: ``CandidateBundles``.
        product_features: ``ProductFeatures``.

    Returns:
        ``bundle_id`` and ``objective_fit``, 0..1.
    """
    items = (
        candidates.select("bundle_id", "items")
        .explode("items")
        .unnest("items")
        .join(
            product_features.select("product_id", *_FLAGS.values()),
            on="product_id",
            how="left",
            validate="m:1",
        )
    )
    objective = pl.col("objective")
    return (
        items.group_by("bundle_id")
        .agg(_measures())
        .join(
            candidates.select("bundle_id", objective=pl.col("objectives").list.first()),
            on="bundle_id",
            validate="1:1",
        )
        .with_columns(increase_aov=_against_typical(pl.col("added_minor")))
        .select(
            "bundle_id",
            objective_fit=pl.coalesce(
                pl.when(objective == name).then(pl.col(name)) for name in (*_FLAGS, *_OTHERS)
            ).fill_null(0.0),
        )
    )


_OTHERS = ("margin_guard", "category_bundle", "increase_aov")


def _measures() -> list[pl.Expr]:
    price, cost, quantity = (
        pl.col(name) for name in ("unit_price_minor", "unit_cost_minor", "quantity")
    )
    # Whole minor units add up to the same number in any order.
    list_total, cost_total = (quantity * price).sum(), (quantity * cost).sum()
    anchor_price = price.filter(pl.col("role") == "anchor").first()
    is_priced = price.is_not_null().all()
    margin = pl.when(is_priced & cost.is_not_null().all() & (list_total > 0)).then(
        ((list_total - cost_total) / list_total).clip(0.0, 1.0)
    )
    most_common = pl.col("product_type").drop_nulls().value_counts().struct["count"].max()
    return [
        *(pl.col(flag).fill_null(value=False).mean().alias(name) for name, flag in _FLAGS.items()),
        margin.alias("margin_guard"),
        (most_common.fill_null(0) / pl.len()).alias("category_bundle"),
        pl.when(is_priced).then(list_total - anchor_price.fill_null(0)).alias("added_minor"),
    ]


def _against_typical(amount: pl.Expr) -> pl.Expr:
    typical = amount.median()
    return pl.when(amount + typical > 0).then(amount / (amount + typical))
