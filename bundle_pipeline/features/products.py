"""orders, order_lines, variants, catalog, inventory -> product_features."""

import logging

import dataframely as dy
import polars as pl

from bundle_pipeline.features.flags import with_flags
from bundle_pipeline.features.keywords import with_keywords
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.price_tiers import price_tier
from bundle_pipeline.features.product_money import product_money
from bundle_pipeline.features.product_pace import lifecycle_stage, with_pace
from bundle_pipeline.features.repeat_purchases import repeat_purchases
from bundle_pipeline.features.sales import ORPHAN, Sales
from bundle_pipeline.features.seasonality import measured_seasons
from bundle_pipeline.schemas.base import UTC_TIMESTAMP, declared
from bundle_pipeline.schemas.features import ProductFeatures

logger = logging.getLogger(__name__)

FLAGS = (
    "is_slow_mover",
    "is_new_launch",
    "is_high_margin",
    "is_seasonal",
    "is_giftable",
    "is_replenishable",
    "is_out_of_stock",
)


def product_features(sales: Sales, params: FeatureParams) -> dy.DataFrame[ProductFeatures]:
    """One row per product of the shop's files and orders, sold or not.

    The grain is the product, not the variant: sizes of one shirt share its launch, its season and
    its page, and single sizes sell too little to say anything.

    Args:
        sales: The shop's sales.
        params: Priors and thresholds.

    Returns:
        Products by ``product_id``; what can't be known is null.
    """
    money = ("order_count", "unit_count", "revenue_minor")
    seasons = measured_seasons(sales, min_order_count=params.flags.min_season_order_count)
    found = (
        sales.products.join(_stated(sales), on="product", how="left", validate="1:1")
        .join(product_money(sales), on="product", how="left", validate="1:1")
        .join(repeat_purchases(sales), on="product", how="left", validate="1:1")
        .join(seasons, on="product", how="left", validate="1:1")
        .with_columns(
            pl.col(money).fill_null(0),
            # Of products that only lines without a variant state.
            variant_ids=pl.col("variant_ids").fill_null([]),
            is_on_sale=pl.col("is_on_sale").fill_null(value=True),
        )
        .with_columns(_known_customers(sales))
        .pipe(with_pace, sales, params)
        .with_columns(
            currency=pl.lit(sales.currency, pl.String),
            is_product_known=~pl.col("product_id").str.starts_with(ORPHAN),
            price_tier=price_tier(),
            stock_cover_days=_stock_cover(),
            days_since_launch=_days_before(sales, "launched_at"),
            days_since_first_sale=_days_before(sales, "first_sold_at"),
        )
        .pipe(with_keywords, params.flags)
        .pipe(with_flags, params.flags)
        .with_columns(lifecycle_stage=lifecycle_stage(params))
        .sort("product_id")
    )
    logger.info("product_features: %d rows out; %s", found.height, flag_counts(found))
    return declared(ProductFeatures, found)


def flag_counts(products: pl.DataFrame) -> dict[str, int]:
    """How many products carry each flag, without those of which it isn't known."""
    return {name.removeprefix("is_"): int(products.get_column(name).sum()) for name in FLAGS}


def _stated(sales: Sales) -> pl.DataFrame:
    """What files say of each product, from its variants; of those on sale where there are any.

    Price and cost are lower medians: amounts that some variant really has. ``margin_rate`` is
    ``1 - cost / price`` of the sums over variants with a price, null unless all their costs are
    known; ``markdown_rate`` likewise from compare-at prices, null unless one is above the price.
    """
    on_sale = ~pl.col("is_off_sale")
    is_chosen = on_sale | ~on_sale.any().over("product")
    price, cost = pl.col("unit_price_minor"), pl.col("unit_cost_minor")
    before = pl.max_horizontal("compare_at_price_minor", "unit_price_minor")
    chosen = pl.col("_chosen") & price.is_not_null()
    list_total = price.filter(chosen).sum()
    before_total = before.filter(chosen).sum()
    return (
        sales.facts.with_columns(_chosen=is_chosen)
        .sort("variant_id")
        .group_by("product")
        .agg(
            variant_ids=pl.col("variant_id"),
            title=pl.col("title").drop_nulls().first(),
            product_type=pl.col("product_type").drop_nulls().first(),
            vendor=pl.col("vendor").drop_nulls().first(),
            tags=pl.col("tags").drop_nulls().first(),
            price_minor=pl.coalesce(
                _lower_median(price.filter("_chosen")),
                _lower_median(pl.col("sold_price_minor")),
            ),
            unit_cost_minor=_lower_median(cost.filter("_chosen")),
            margin_rate=pl.when(cost.filter(chosen).is_not_null().all() & (list_total > 0)).then(
                1 - cost.filter(chosen).sum() / list_total
            ),
            markdown_rate=pl.when(before_total > list_total).then(1 - list_total / before_total),
            launched_at=pl.col("launched_at").min(),
            is_on_sale=on_sale.any(),
            available_count=pl.when(pl.col("available_count").is_not_null().all()).then(
                pl.col("available_count").sum()
            ),
        )
    )


def _known_customers(sales: Sales) -> list[pl.Expr]:
    """Counts of customers: 0 where customers are known and none bought it, null where none is."""
    counts = ("customer_count", "repeat_customer_count")
    if sales.customers.is_empty():
        known = [pl.lit(None, pl.Int64).alias(name) for name in counts]
    else:
        known = [pl.col(name).fill_null(0) for name in counts]
    rate = pl.when(pl.col("customer_count") > 0).then(
        pl.col("repeat_customer_count") / pl.col("customer_count")
    )
    return [*known, rate.alias("repeat_customer_rate")]


def _stock_cover() -> pl.Expr:
    """``available / units_per_day_90``, in days; oversold stock lasts for none.

    Ninety days, not thirty: most products of a long tail sell nothing in a month. What the replaced
    system scores (one to three months is healthy) depends on how fast a shop can buy again.
    """
    pace = pl.col("units_per_day_90")
    return pl.when(pace > 0).then(pl.col("available_count").clip(0) / pace)


def _days_before(sales: Sales, column: str) -> pl.Expr:
    """Days from a time to as_of, negative after it."""
    as_of = pl.lit(sales.as_of, dtype=UTC_TIMESTAMP)
    return (as_of - pl.col(column)).dt.total_seconds() / 86_400


def _lower_median(amounts: pl.Expr) -> pl.Expr:
    return amounts.quantile(0.5, interpolation="lower").cast(pl.Int64)
