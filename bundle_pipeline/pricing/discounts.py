"""Discounts: what to aim at, the caps of the objective, and what the floor leaves."""

import polars as pl

from bundle_pipeline.pricing.params import BASIS_POINTS, PricingParams, in_basis_points


def with_discount(totals: pl.DataFrame, params: PricingParams) -> pl.DataFrame:
    """Add the discount and the amounts it came from, all in minor units.

    - ``target_minor``: ``margin_share`` of the joint margin where it is known, else
      ``default_discount_rate`` of the list total. Rounded down: the odd fraction stays with the
      shop.
    - ``least_minor`` and ``most_minor``: the objective's caps on this list total, rounded inwards,
      so that the charged rate itself lies within them. Where no whole minor unit does, as in 5 to
      20 % of 3, ``least_minor`` gives way: too much off costs money, too little does not.
    - ``capped_minor``: the target within the caps.
    - ``discount_minor``: that, or less where the floor leaves less, at least 0.

    Args:
        totals: One row per bundle, with ``objective``, ``list_total_minor``, ``margin_total_minor``
            (at list prices; null where a cost is unknown) and ``floor_minor``.
        params: Caps and targets.

    Returns:
        The same rows.
    """
    caps = params.discount_caps.by_objective()
    least_rate = {name: in_basis_points(caps[name].min_rate) for name in caps}
    most_rate = {name: in_basis_points(caps[name].max_rate) for name in caps}
    list_total = pl.col("list_total_minor")
    most = list_total * _rate_of_objective(most_rate) // BASIS_POINTS
    least = (list_total * _rate_of_objective(least_rate) + (BASIS_POINTS - 1)) // BASIS_POINTS
    capped = pl.col("target_minor").clip("least_minor", "most_minor")
    room = (list_total - pl.col("floor_minor")).clip(0)
    return (
        totals.with_columns(
            target_minor=_target(params),
            least_minor=pl.min_horizontal(least, most),
            most_minor=most,
        )
        .with_columns(capped_minor=capped)
        .with_columns(discount_minor=pl.min_horizontal(pl.col("capped_minor"), room))
    )


def _target(params: PricingParams) -> pl.Expr:
    given_away = pl.col("margin_total_minor").clip(0) * in_basis_points(params.margin_share)
    default = pl.col("list_total_minor") * in_basis_points(params.default_discount_rate)
    return pl.coalesce(given_away, default) // BASIS_POINTS


def _rate_of_objective(rates: dict[str, int]) -> pl.Expr:
    return pl.col("objective").replace_strict(rates, return_dtype=pl.Int64)
