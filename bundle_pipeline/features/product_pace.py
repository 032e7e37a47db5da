"""How fast products sell, against the time they could, and whether that rises or falls."""

import polars as pl

from bundle_pipeline.features.intervals import activity_rate, days_between, with_expected_interval
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.sales import Sales

VELOCITY_DAYS = (7, 30, 90)
# Whole weeks: weekdays weigh the same in both.
MOMENTUM_DAYS = 84
_RECENT_DAYS = 28


def with_pace(products: pl.DataFrame, sales: Sales, params: FeatureParams) -> pl.DataFrame:
    """Add ``units_per_day_7``, ``_30``, ``_90``, ``slower_rate``, ``momentum`` and activity.

    Args:
        products: One row per product: ``product``, ``order_count``, ``first_sold_at``,
            ``last_sold_at``, ``launched_at`` (null: not stated).
        sales: The shop's sales.
        params: Priors.

    Returns:
        The same rows with those columns, ``launched_at`` as far as sales don't disprove it,
        ``days_since_last_sale``, ``expected_interval_days`` and ``activity_rate``.
    """
    as_of = pl.lit(sales.as_of, dtype=pl.Datetime("us", "UTC"))
    return (
        products.with_columns(_as_of=as_of, launched_at=_launch())
        .with_columns(
            days_since_last_sale=days_between("last_sold_at", "_as_of"),
            _exposed_days=_exposed_days(sales.history_days),
        )
        .pipe(_with_velocity, sales)
        .pipe(_with_momentum, sales, params)
        .pipe(
            with_expected_interval,
            first="first_sold_at",
            last="last_sold_at",
            count="order_count",
            prior_count=params.interval_prior_count,
        )
        .with_columns(activity_rate=activity_rate("days_since_last_sale"))
        .drop("_as_of", "_exposed_days", "mean_interval_days")
    )


def _launch() -> pl.Expr:
    """The stated launch, or the first sale if that is earlier by less than a day.

    A sale long before it disproves it: shops that move to another platform have all products
    created on one day. When such a product was launched isn't known then.
    """
    stated, first = pl.col("launched_at"), pl.col("first_sold_at")
    is_possible = stated <= first + pl.duration(days=1)
    return pl.when(first.is_null() | is_possible).then(
        pl.when(stated.is_not_null()).then(pl.min_horizontal(stated, first))
    )


def _exposed_days(history_days: float) -> pl.Expr:
    """Days that a product could have been bought in the shop's data, at least one.

    Without a launch date it is all of the data: the product may have been there.
    """
    since_launch = days_between("launched_at", "_as_of")
    return pl.min_horizontal(since_launch, history_days).clip(lower_bound=1.0)


def _with_velocity(products: pl.DataFrame, sales: Sales) -> pl.DataFrame:
    """Units in the last d days over the days of them in which it could be bought.

    The replaced system divides by the whole window, so that whatever is new looks slow.
    """
    units = sales.lines.group_by("product").agg(
        pl.col("quantity").filter(pl.col("age_days") < days).sum().alias(f"_units_{days}")
        for days in VELOCITY_DAYS
    )
    per_day = {
        f"units_per_day_{days}": pl.col(f"_units_{days}").fill_null(0)
        / pl.min_horizontal("_exposed_days", pl.lit(float(days)))
        for days in VELOCITY_DAYS
    }
    slower = (pl.col(f"units_per_day_{VELOCITY_DAYS[-1]}").rank("min") - 1) / (pl.len() - 1)
    return (
        products.join(units, on="product", how="left", validate="1:1")
        .with_columns(**per_day)
        .with_columns(slower_rate=pl.when(pl.len() > 1).then(slower))
        .drop(f"_units_{days}" for days in VELOCITY_DAYS)
    )


def _with_momentum(products: pl.DataFrame, sales: Sales, params: FeatureParams) -> pl.DataFrame:
    """Whether a product gains on the shop: ``(r + k p) / ((n + k) p)``.

    r and n are its orders in the last 28 and 84 days, p is the shop's share of orders in the last
    28 of the last 84 (of those since the product's launch, if later), k ``momentum_prior_count``.
    1 is the shop's own course, so Christmas doesn't lift everything. The replaced system compares
    7 days with 23, doubles purchases and gives the top mark to a single recent sale; here one sale
    weighs little. Orders, not units: one wholesale order is no trend.
    """
    recent = sales.lines.filter(pl.col("age_days") < MOMENTUM_DAYS)
    own = recent.group_by("product").agg(
        _recent=pl.col("order").filter(pl.col("age_days") < _RECENT_DAYS).n_unique(),
        _all=pl.col("order").n_unique(),
    )
    k, share = params.momentum_prior_count, pl.col("_shop_share")
    momentum = (pl.col("_recent") + k * share) / ((pl.col("_all") + k) * share)
    return (
        products.with_columns(
            _days=(pl.col("_exposed_days").floor() + 1)
            .clip(upper_bound=MOMENTUM_DAYS)
            .cast(pl.Int32)
        )
        .join(_shop_shares(recent), on="_days", how="left", validate="m:1")
        .join(own, on="product", how="left", validate="1:1")
        .with_columns(momentum=momentum)
        .drop("_days", "_shop_share", "_recent", "_all")
    )


def _shop_shares(recent: pl.DataFrame) -> pl.DataFrame:
    """Per number of days back, 1 to 84: the share of the shop's orders in the last 28 of them.

    Null where it has none in those: the newest order may sell no known product.
    """
    ages = recent.unique("order").get_column("age_days").value_counts(name="_orders")
    days = pl.select(age_days=pl.int_range(MOMENTUM_DAYS, dtype=pl.Int32))
    counted = days.join(ages, on="age_days", how="left", validate="1:1").sort("age_days")
    within = pl.col("_orders").fill_null(0).cum_sum()
    lately = within.gather(pl.min_horizontal(pl.col("age_days"), pl.lit(_RECENT_DAYS - 1)))
    return counted.select(
        _days=pl.col("age_days") + 1, _shop_share=pl.when(lately > 0).then(lately / within)
    )


def lifecycle_stage(params: FeatureParams) -> pl.Expr:
    """Where a product stands; the first that holds.

    - ``new``: launched within ``flags.new_launch_days``.
    - ``unsold``: no order holds it.
    - ``dormant``: silent for longer than its pace explains (``activity_rate`` below
      ``dormant_rate``), and for at least ``dormant_min_days``.
    - ``growing``, ``declining``: ``momentum`` from ``growing_momentum`` up, from its reciprocal
      down.
    - ``steady``: else.

    The replaced system counts purchases in 30 days (10 is growth, 3 mature), which says more about
    the size of the shop than about the product.
    """
    is_dormant = (pl.col("activity_rate") < params.dormant_rate) & (
        pl.col("days_since_last_sale") >= params.dormant_min_days
    )
    return (
        pl.when(pl.col("is_new_launch"))
        .then(pl.lit("new"))
        .when(pl.col("order_count") == 0)
        .then(pl.lit("unsold"))
        .when(is_dormant)
        .then(pl.lit("dormant"))
        .when(pl.col("momentum") >= params.growing_momentum)
        .then(pl.lit("growing"))
        .when(pl.col("momentum") <= 1 / params.growing_momentum)
        .then(pl.lit("declining"))
        .otherwise(pl.lit("steady"))
    )
