"""What is charged: the price of each item, of each tier, and of a reward."""

import polars as pl

from bundle_pipeline.money import allocated, formatted
from bundle_pipeline.pricing.params import BASIS_POINTS

_LIST_PRICE = pl.col("unit_price_minor")


def with_charged(totals: pl.DataFrame) -> pl.DataFrame:
    """Add ``bundle_price_minor``, ``discount_rate`` and ``margin_minor`` (null: a cost is unknown).

    Args:
        totals: One row per bundle or tier, with its list total, its costs and ``discount_minor``.
    """
    list_total, discount = pl.col("list_total_minor"), pl.col("discount_minor")
    price = list_total - discount
    return totals.with_columns(
        bundle_price_minor=price,
        # A bundle of free items has no rate; nothing is taken off.
        discount_rate=pl.when(list_total > 0).then(discount / list_total).otherwise(0.0),
        margin_minor=price - pl.col("cost_total_minor"),
    )


def item_prices(totals: pl.DataFrame) -> pl.DataFrame:
    """``item_prices_minor`` per row, in item order.

    - FBT, FIXED: the bundle price over the items by list value. Largest remainder can't lift an
      item above its list value ``w``: with price ``P`` below list total ``L`` its exact share
      ``P * w / L`` is below ``w``, and so is the integer just above it at most ``w``; an item
      without a remainder gets nothing extra.
    - VOLUME: what its tier costs.
    - BXGY: the qualifier at its list price, the reward at what is left of its own.
    - MIX_MATCH: each option's price when it is picked; a pick costs the sum of its options.

    Args:
        totals: Of :func:`with_charged`.

    Returns:
        ``bundle`` and ``item_prices_minor``.
    """
    names = ("bundle", "kind", "bundle_price_minor", "discount_minor", "pick_rate")
    rows = totals.select(*names, "items", "list_values").explode("items", "list_values")
    share = allocated(pl.col("bundle_price_minor"), pl.col("list_values"), over="bundle")
    is_reward = pl.col("role") == "reward"
    price = (
        pl.when(pl.col("kind") == "BXGY")
        .then(pl.col("list_values") - pl.when(is_reward).then("discount_minor").otherwise(0))
        .when(pl.col("kind") == "MIX_MATCH")
        .then(_LIST_PRICE - _LIST_PRICE * pl.col("pick_rate") // BASIS_POINTS)
        .otherwise(share)
    )
    return (
        rows.unnest("items")
        .with_columns(item_prices_minor=price)
        .group_by("bundle", maintain_order=True)
        .agg("item_prices_minor")
    )


def tiers_of(totals: pl.DataFrame) -> pl.DataFrame:
    """``tiers`` of each VOLUME bundle, by rising quantity.

    A unit's price is the same whatever the quantity within a tier, in whole minor units, so what is
    stated for one is charged for all.

    Args:
        totals: Of :func:`with_charged`, one row per bundle or tier.

    Returns:
        ``bundle_id``, ``tiers`` (``min_quantity``, ``unit_price_minor``, ``discount_rate`` and
        ``unit_margin_minor``; null: the cost is unknown) and ``tier_texts``, the same in words.
    """
    units, price = pl.col("least_units"), pl.col("bundle_price_minor")
    tier = pl.struct(
        min_quantity=units,
        unit_price_minor=price // units,
        discount_rate="discount_rate",
        unit_margin_minor=price // units - pl.col("cost_total_minor") // units,
    )
    text = pl.format(
        "from {} units on {} each", units, formatted(price // units, pl.col("currency"))
    )
    return (
        totals.filter(pl.col("kind") == "VOLUME")
        .group_by("bundle_id", maintain_order=True)
        .agg(tiers=tier.sort_by("tier"), tier_texts=text.sort_by("tier"))
    )


def reward() -> pl.Expr:
    """What a buyer gets of the reward of a BXGY bundle, and for how much; null of other kinds.

    ``discount_rate`` is computed from what is charged: half of 9.99 is 4.99 off.
    """
    units, price = pl.col("discounted_units"), pl.col("discounted_price_minor")
    off = pl.col("discount_minor") // units
    given = pl.struct(
        quantity=units,
        discount_rate=pl.when(price > 0).then(off / price).otherwise(0.0),
        unit_price_minor=price - off,
    )
    return pl.when(pl.col("kind") == "BXGY").then(given)
