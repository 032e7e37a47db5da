"""Discounts: what to aim at, the caps of the objective, and what the floor leaves."""

import numpy as np
import polars as pl

from bundle_pipeline.pricing.incremental import Economics, best_discounts
from bundle_pipeline.pricing.params import BASIS_POINTS, PricingParams, in_basis_points
from bundle_pipeline.pricing.response import BundleResponses
from bundle_pipeline.pricing.sales import Codes


def with_caps(totals: pl.DataFrame, params: PricingParams) -> pl.DataFrame:
    """Add ``least_minor``, ``most_minor`` and ``room_minor``: the discounts that are allowed.

    The objective's caps on the list total, rounded inwards, so that the charged rate itself lies
    within them. Where no whole minor unit does, as in 5 to 20 % of 3, ``least_minor`` gives way:
    too much off costs money, too little does not. ``room_minor`` is what the floor leaves.

    Args:
        totals: One row per bundle, with ``objective``, ``list_total_minor`` and ``floor_minor``.
        params: The caps.
    """
    caps = params.discount_caps.by_objective()
    least_rate = {name: in_basis_points(caps[name].min_rate) for name in caps}
    most_rate = {name: in_basis_points(caps[name].max_rate) for name in caps}
    list_total = pl.col("list_total_minor")
    most = list_total * _rate_of_objective(most_rate) // BASIS_POINTS
    least = (list_total * _rate_of_objective(least_rate) + (BASIS_POINTS - 1)) // BASIS_POINTS
    return totals.with_columns(
        least_minor=pl.min_horizontal(least, most),
        most_minor=most,
        room_minor=(list_total - pl.col("floor_minor")).clip(0),
    )


def with_usual_discount(totals: pl.DataFrame) -> pl.DataFrame:
    """Add ``target_minor``, ``capped_minor`` and ``discount_minor`` by the shop's habits.

    ``target_minor`` is ``usual_rate`` of the list total, rounded down (the odd fraction stays with
    the shop), ``capped_minor`` that within the caps, ``discount_minor`` that or less where the
    floor leaves less. Without a usual rate: the middle of the caps.

    Args:
        totals: With ``usual_rate``, the amounts of :func:`with_caps` and ``list_total_minor``.
    """
    usual = (pl.col("usual_rate") * BASIS_POINTS).round().cast(pl.Int64)
    middle = (pl.col("least_minor") + pl.col("most_minor")) // 2
    target = (pl.col("list_total_minor") * usual // BASIS_POINTS).fill_null(middle)
    capped = pl.col("target_minor").clip("least_minor", "most_minor")
    return (
        totals.with_columns(target_minor=target)
        .with_columns(capped_minor=capped)
        .with_columns(discount_minor=pl.min_horizontal("capped_minor", "room_minor"))
    )


def with_best_discount(
    totals: pl.DataFrame, economics: Economics, responses: BundleResponses, params: PricingParams
) -> pl.DataFrame:
    """Replace the same three amounts by those that earn most, where all costs are known.

    Every step from nothing to the least price share is tried, and the borders of caps and floor.
    ``target_minor`` earns most of all, ``capped_minor`` of nothing and what the caps allow,
    ``discount_minor`` of these what the floor leaves. Nothing off is always allowed.

    Args:
        totals: Of :func:`with_usual_discount`, with ``margin_total_minor``.
        economics: What the bundles earn, in the same order.
        responses: How they answer, in the same order.
        params: Steps.
    """
    least, most, room, list_total = (
        totals.get_column(name).to_numpy()[:, None]
        for name in ("least_minor", "most_minor", "room_minor", "list_total_minor")
    )
    tried = np.sort(
        np.hstack(
            [
                _steps(list_total, params),
                least,
                most,
                np.minimum(least, room),
                np.minimum(most, room),
            ]
        ),
        axis=1,
    )
    in_caps = (tried >= least) & (tried <= most)
    above_floor = (tried >= np.minimum(least, room)) & (tried <= np.minimum(most, room))
    masks = [np.ones_like(in_caps), in_caps, above_floor]
    chosen = best_discounts(
        economics, responses, tried, allowed=masks, max_loss_chance=params.max_loss_chance
    )
    is_known = pl.col("margin_total_minor").is_not_null()
    names = ("target_minor", "capped_minor", "discount_minor")
    return totals.with_columns(
        pl.when(is_known).then(pl.Series(best)).otherwise(name).alias(name)
        for name, best in zip(names, chosen, strict=True)
    )


def _steps(list_total: Codes, params: PricingParams) -> Codes:
    step = in_basis_points(params.discount_step_rate)
    last = BASIS_POINTS - in_basis_points(params.min_price_share)
    rates = np.arange(0, last + 1, step, dtype=np.int64)
    # By parts: the amount times 10,000 may not fit.
    whole, rest = np.divmod(list_total, BASIS_POINTS)
    return whole * rates + rest * rates // BASIS_POINTS


def _rate_of_objective(rates: dict[str, int]) -> pl.Expr:
    return pl.col("objective").replace_strict(rates, return_dtype=pl.Int64)
