"""Floors: the price below which a bundle isn't sold."""

import polars as pl

from bundle_pipeline.pricing.params import BASIS_POINTS, PricingParams, in_basis_points

COST_ABOVE_LIST = "cost_above_list"
COST = "cost"
STACKING = "cost_under_stacking"
MIN_PRICE_SHARE = "min_price_share"
WORST_PICK = "worst_pick"
OTHER_BUNDLES = "other_bundles"


def with_floor(totals: pl.DataFrame, params: PricingParams) -> pl.DataFrame:
    """Add ``floor_minor`` and ``floor_reason``.

    ``floor = max(costs / ((1 - min_margin_rate) * (1 - stacked_discount_rate)) + on top,
    min_price_share * list total)``, each rounded up to a minor unit; without the first where a cost
    is unknown. What comes off on top lifts it to the list total at most: a bundle without a
    discount has none to give back.

    Args:
        totals: One row per bundle, with ``list_total_minor``, ``cost_total_minor`` (null where a
            cost is unknown) and ``on_top_minor``: what other bundles may take off its items.
        params: The floors.

    Returns:
        The same rows. ``floor_reason`` is the floor that is higher, ``cost`` among equals
        (``cost_under_stacking`` or ``other_bundles`` where these lift it), or ``cost_above_list``
        where even the list total is below it.
    """
    of_list = _divided_up(
        pl.col("list_total_minor") * in_basis_points(params.min_price_share), BASIS_POINTS
    )
    kept_margin = BASIS_POINTS - in_basis_points(params.min_margin_rate)
    kept_price = BASIS_POINTS - in_basis_points(params.stacked_discount_rate)
    # 128 bits: costs of 9 * 10**10 times a hundred million overflow 63.
    of_cost = _divided_up(
        pl.col("cost_total_minor").cast(pl.Int128) * BASIS_POINTS**2, kept_margin * kept_price
    ).cast(pl.Int64)
    list_total, on_top = pl.col("list_total_minor"), pl.col("on_top_minor")
    lifted = of_cost + on_top.clip(0, (list_total - of_cost).clip(0))
    cost_reason = COST if kept_price == BASIS_POINTS else STACKING
    reason = (
        pl.when(of_cost > list_total)
        .then(pl.lit(COST_ABOVE_LIST))
        .when((lifted > of_cost) & (lifted >= of_list))
        .then(pl.lit(OTHER_BUNDLES))
        .when(lifted >= of_list)
        .then(pl.lit(cost_reason))
        .otherwise(pl.lit(MIN_PRICE_SHARE))
    )
    return totals.with_columns(floor_minor=pl.max_horizontal(lifted, of_list), floor_reason=reason)


def _divided_up(amount: pl.Expr, divisor: int) -> pl.Expr:
    return (amount + (divisor - 1)) // divisor
