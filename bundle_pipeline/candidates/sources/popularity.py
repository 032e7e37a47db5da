"""Companions by popularity: best sellers of late, and what has begun to sell."""

import polars as pl

from bundle_pipeline.candidates.sources.companions import in_order
from bundle_pipeline.candidates.sources.params import PopularityParams
from bundle_pipeline.candidates.sources.shelf import Shelf

_SECONDS_PER_DAY = 86_400


def popular_products(
    order_lines: pl.LazyFrame, *, orders: pl.DataFrame, shelf: Shelf, params: PopularityParams
) -> pl.DataFrame:
    """How popular each active product is of late, and how fast it grows.

    - ``popularity``: orders with it, each counting ``0.5 ** (age / half_life_days)``.
    - ``growth``: ``(orders in the last trend_days + prior) / (orders in those before + prior)``.

    Ages are taken from the newest order. Products without an order have no row.

    Args:
        order_lines: ``OrderLines``, not read yet.
        orders: ``Orders``.
        shelf: What can be offered.
        params: Half-life, and what a trend is.

    Returns:
        ``product_id``, ``popularity``, ``growth``, the most popular first, ties by id.
    """
    age = (pl.col("ordered_at").max() - pl.col("ordered_at")).dt.total_seconds() / _SECONDS_PER_DAY
    days, prior = params.trend_days, params.trend_prior_count
    lately = (pl.col("age") < days).sum()
    before = ((pl.col("age") >= days) & (pl.col("age") < 2 * days)).sum()
    return (
        order_lines.select("order_id", "variant_id")
        .join(shelf.product_of.lazy(), on="variant_id")
        .select("order_id", "product_id")
        .unique()
        .join(orders.lazy().select("order_id", age=age), on="order_id")
        .collect(engine="streaming")
        .sort("product_id", "age")
        .group_by("product_id", maintain_order=True)
        .agg(
            popularity=pl.lit(0.5).pow(pl.col("age") / params.half_life_days).sum(),
            growth=(lately + prior) / (before + prior),
        )
        .sort("popularity", "product_id", descending=[True, False])
    )


def popular_companions(popular: pl.DataFrame, asked: pl.Series, count: int) -> pl.DataFrame:
    """The most popular products as companions of each product.

    Args:
        popular: See :func:`popular_products`, the best first.
        asked: ``product_id`` of the products that companions are asked for.
        count: Companions of each product, at most.
    """
    # One more than asked for: the product itself.
    best = popular.head(count + 1).select(companion_id="product_id", strength="popularity")
    return (
        asked.to_frame("product_id")
        .join(best, how="cross")
        .filter(pl.col("product_id") != pl.col("companion_id"))
        .pipe(in_order)
        .group_by("product_id", maintain_order=True)
        .head(count)
    )


def trending(popular: pl.DataFrame, params: PopularityParams) -> pl.DataFrame:
    """Those of the popular products that grow, the fastest first, ties by popularity, then id."""
    return (
        popular.filter(pl.col("growth") >= params.min_growth)
        .sort("growth", "popularity", "product_id", descending=[True, True, False])
        .with_columns(popularity="growth")
    )
