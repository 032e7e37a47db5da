"""How often each variant was bought."""

import logging

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import ItemCounts

logger = logging.getLogger(__name__)


def count_items(baskets: pl.DataFrame) -> dy.DataFrame[ItemCounts]:
    """How often each variant was bought, in counted baskets.

    Args:
        baskets: Baskets of the shop; those above the size limit are left out.

    Returns:
        One row per variant. ``support`` is a share of all counted baskets; ``customer_count`` is
        null in a shop that knows none of its customers.
    """
    counted = baskets.filter("is_counted")
    basket_count = counted.get_column("order_id").n_unique()
    knows_customers = counted.get_column("customer_key").null_count() < counted.height
    customers = pl.col("customer_key").drop_nulls().n_unique().cast(pl.Int64)
    counts = (
        counted.group_by("variant_id")
        .agg(
            basket_count=pl.len().cast(pl.Int64),
            companion_count=(pl.col("basket_size") - 1).sum(),
            customer_count=customers if knows_customers else pl.lit(None, dtype=pl.Int64),
        )
        .with_columns(support=pl.col("basket_count") / basket_count)
        .sort("variant_id")
    )
    logger.info("count_items: %d rows in, %d variants out", baskets.height, counts.height)
    return declared(ItemCounts, counts)
