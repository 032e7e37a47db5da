"""Prices that end as the merchant likes them, moved no further than the merchant allows."""

import polars as pl

from bundle_pipeline.pricing.params import BASIS_POINTS, PricingParams, in_basis_points

_OF_ONE_PRICE = ("FBT", "FIXED")


def with_charm_price(totals: pl.DataFrame, params: PricingParams) -> pl.DataFrame:
    """Move ``discount_minor`` so that the price ends as set; add ``is_charm``: whether it moved.

    The nearest such price within the tolerance, inside the caps, at or above the floor and below
    the list total; the lower among equally near ones. A bundle without a discount stays as it is,
    and so does one of a kind whose price is made of prices of units, rewards or options.

    Args:
        totals: One row per bundle, with ``discount_minor``, ``list_total_minor`` and the amounts of
            :func:`~bundle_pipeline.pricing.discounts.with_caps`.
        params: Step, ending and tolerance.
    """
    step = params.charm_step_minor
    discount = pl.col("discount_minor")
    if step is None:
        return totals.with_columns(is_charm=pl.lit(value=False))
    list_total = pl.col("list_total_minor")
    price = list_total - discount
    lower = price - (price - params.charm_ending_minor % step) % step
    tolerance = list_total * in_basis_points(params.charm_tolerance_rate) // BASIS_POINTS
    most = pl.min_horizontal("most_minor", "room_minor")
    least = pl.max_horizontal(pl.min_horizontal("least_minor", most), "noticed_minor", 1)
    moved = [
        pl.when(
            (list_total - charm).is_between(least, most) & ((charm - price).abs() <= tolerance)
        ).then(list_total - charm)
        for charm in (lower, lower + step)
    ]
    is_lower_nearer = price - lower <= lower + step - price
    nearest = pl.when(is_lower_nearer).then(pl.coalesce(moved)).otherwise(pl.coalesce(moved[::-1]))
    is_one_price = pl.col("kind").is_in(_OF_ONE_PRICE)
    charmed = pl.when(is_one_price & (discount > 0)).then(nearest).fill_null(discount)
    return totals.with_columns(discount_minor=charmed, is_charm=charmed != discount)
