"""How often each variant was bought."""

import logging

import dataframely as dy
import numpy as np
import polars as pl

from bundle_pipeline.baskets.codes import distinct
from bundle_pipeline.baskets.encoded import UNKNOWN_CUSTOMER, EncodedBaskets
from bundle_pipeline.mining.pair_counts import variant_counts
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import ItemCounts

logger = logging.getLogger(__name__)

# Lines whose customers are told apart at a time: 100 MB.
_LINES_AT_A_TIME = 2_000_000


def count_items(baskets: EncodedBaskets) -> dy.DataFrame[ItemCounts]:
    """How often each variant was bought, in counted baskets.

    Args:
        baskets: Counted baskets of the shop.

    Returns:
        One row per variant. ``support`` is a share of all counted baskets; ``customer_count`` is
        null in a shop that knows none of its customers.
    """
    companions = np.zeros(baskets.variant_count, dtype=np.int64)
    for block in baskets.blocks():
        others = np.repeat(block.basket_size - 1, block.basket_size)
        # Exact: a variant has far fewer than 2^53 companions.
        companions += np.bincount(block.variant, others, baskets.variant_count).astype(np.int64)
    counts = pl.DataFrame(
        {
            "variant_id": baskets.variant_ids,
            "basket_count": variant_counts(baskets),
            "companion_count": companions,
            "customer_count": _customer_counts(baskets),
        }
    ).with_columns(support=pl.col("basket_count") / baskets.basket_count)
    logger.info("count_items: %d lines in, %d variants out", baskets.line_count, counts.height)
    return declared(ItemCounts, counts)


def _customer_counts(baskets: EncodedBaskets) -> pl.Series:
    """Distinct known customers of each variant; null in a shop that knows none."""
    if not baskets.knows_customers:
        return pl.Series([None] * baskets.variant_count, dtype=pl.Int64)
    count = np.zeros(baskets.variant_count, dtype=np.int64)
    for numbers in baskets.customer_blocks(baskets.basket_size, _LINES_AT_A_TIME):
        block = baskets.in_order(numbers)
        customer = np.repeat(block.customer.astype(np.int64), block.basket_size)
        is_known = customer != UNKNOWN_CUSTOMER
        width = baskets.variant_count
        bought = distinct(customer[is_known] * width + block.variant[is_known])
        count += np.bincount(bought % baskets.variant_count, minlength=baskets.variant_count)
    return pl.Series(count)
