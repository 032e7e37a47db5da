"""Flags of products: one definition each, and unknown stays unknown.

A flag is true, false, or null where what it takes isn't known. ``null`` never counts as true, and a
condition that is false decides whatever else is unknown (Kleene's logic, which Polars follows).
"""

import polars as pl

from bundle_pipeline.features.params import FlagParams

# The days of a launch, and twice as many before them.
_LAUNCH_HISTORY = 3


def with_flags(products: pl.DataFrame, params: FlagParams) -> pl.DataFrame:
    """Add the seven flags, ``season`` and ``season_months``.

    Args:
        products: One row per product, with everything else that is measured.
        params: Thresholds.
    """
    return (
        products.with_columns(
            is_out_of_stock=pl.col("available_count") <= 0,
            is_new_launch=is_new_launch(params),
            is_high_margin=is_high_margin(params),
            is_giftable=pl.col("says_giftable"),
            is_replenishable=is_replenishable(params),
            is_seasonal=is_seasonal(params),
        )
        .with_columns(is_slow_mover=is_slow_mover(params))
        .with_columns(
            season=pl.when("is_seasonal").then("says_season"),
            season_months=pl.when("is_seasonal").then(
                pl.coalesce("measured_months", "says_months")
            ),
        )
    )


def is_new_launch(params: FlagParams) -> pl.Expr:
    """Whether it was launched in the last ``new_launch_days`` up to as_of, or after it.

    A missing date is not a launch: it is unknown, unless sales tell. A sale before that time says
    that the product is older. A first sale within it says that it is new, if at least
    ``min_launch_order_count`` orders followed and the shop sold for twice as long before: at that
    pace the chance that it was only unsold is below ``exp(-2 * min_launch_order_count)``. The
    replaced system takes a missing date for today, and calls whole catalogs new. Reads
    ``days_since_launch``, ``days_since_first_sale`` and ``order_count``.
    """
    first_sale = pl.col("days_since_first_sale")
    is_old = first_sale >= params.new_launch_days
    by_date = pl.col("days_since_launch") < params.new_launch_days
    by_sales = (
        (first_sale < params.new_launch_days)
        & (pl.col("order_count") >= params.min_launch_order_count)
        & (first_sale.max() >= _LAUNCH_HISTORY * params.new_launch_days)
    )
    return (
        pl.when(is_old)
        .then(pl.lit(value=False))
        .when(by_date.is_null() & by_sales)
        .then(pl.lit(value=True))
        .otherwise(by_date)
    )


def is_slow_mover(params: FlagParams) -> pl.Expr:
    """Whether there is stock that lasts too long, of a product that had time to sell.

    All of: at least one unit in stock; that lasts ``slow_mover_min_cover_days`` or more at the pace
    of 90 days (nothing sold lasts for ever); at most ``slow_mover_max_slower_rate`` of the shop's
    products sell slower; and ``slow_mover_min_age_days`` since launch or first sale.

    The replaced system has three definitions with absolute counts (2 units in 90 days; 0.1 a day
    over 60 days; half the median): most of a small shop is slow by them, and nothing of a large
    one.
    """
    lasts = (pl.col("stock_cover_days") >= params.slow_mover_min_cover_days) | (
        pl.col("units_per_day_90") == 0
    )
    is_old = pl.max_horizontal("days_since_launch", "days_since_first_sale")
    return (
        (pl.col("available_count") > 0)
        & lasts
        & (pl.col("slower_rate") <= params.slow_mover_max_slower_rate)
        & (is_old >= params.slow_mover_min_age_days)
    )


def is_high_margin(params: FlagParams) -> pl.Expr:
    """Whether its margin is in the shop's upper part, and enough to give some away.

    ``margin_rate`` at least the quantile ``high_margin_quantile`` of the shop's known margins, and
    at least ``min_high_margin_rate``. The replaced system calls the markdown from the compare-at
    price a margin; that is read only with ``margin_from_compare_at``, where no cost is known, and
    held against ``min_high_margin_rate`` alone.
    """
    margin = pl.col("margin_rate")
    by_cost = (margin >= margin.quantile(params.high_margin_quantile, "linear")) & (
        margin >= params.min_high_margin_rate
    )
    if not params.margin_from_compare_at:
        return by_cost
    return pl.coalesce(by_cost, pl.col("markdown_rate") >= params.min_high_margin_rate)


def is_seasonal(params: FlagParams) -> pl.Expr:
    """Whether it sells in a season of its own, by measure where it was sold long enough.

    Measured (see :mod:`~bundle_pipeline.features.seasonality`): the lower end of the lift of its
    best three months reaches ``min_season_lift``, and either its words name a season or that
    happened in two years: in one year alone a fashion looks like a season. Words that orders don't
    bear out don't count. Without a measure words decide, and without words nothing is known.
    """
    is_strong = pl.col("season_lift_low") >= params.min_season_lift
    is_named = pl.col("says_season").is_not_null()
    measured = is_strong & (is_named | (pl.col("season_year_count") > 1))
    return pl.coalesce(measured, pl.when(is_named).then(pl.lit(value=True)))


def is_replenishable(params: FlagParams) -> pl.Expr:
    """Whether it is used up and bought again: by its words, else by its customers.

    By customers, where at least ``min_repeat_customer_count`` are known: the share who bought it
    again is at least ``min_repeat_rate`` and at least the quantile ``repeat_quantile`` of the
    products that can be judged, and they came back within ``max_repeat_interval_days`` (median).
    Relative, since in a shop of resellers everything is bought again.
    """
    can_judge = pl.col("customer_count") >= params.min_repeat_customer_count
    repeats = pl.when(can_judge).then("repeat_customer_rate")
    measured = (
        (repeats >= params.min_repeat_rate)
        & (repeats >= repeats.quantile(params.repeat_quantile, "linear"))
        & (pl.col("repeat_interval_days") <= params.max_repeat_interval_days)
    )
    return pl.when("says_replenishable").then(pl.lit(value=True)).otherwise(measured)
