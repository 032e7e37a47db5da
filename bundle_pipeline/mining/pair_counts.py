"""How many baskets hold each variant, and each pair of variants."""

import numpy as np
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.counting import count_itemsets
from bundle_pipeline.mining.params import CountingParams, MiningParams


def count_pairs(baskets: EncodedBaskets, params: MiningParams) -> pl.DataFrame:
    """Every pair of variants that enough counted baskets hold.

    Args:
        baskets: Counted baskets.
        params: ``min_basket_count``.

    Returns:
        ``first_id``, ``second_id`` (first below second) and ``basket_count``; sorted by the ids.
    """
    pairs, count = frequent_pairs(baskets, params.min_basket_count, params)
    return pl.DataFrame(
        {
            "first_id": baskets.variant_ids.gather(pairs[:, 0]),
            "second_id": baskets.variant_ids.gather(pairs[:, 1]),
            "basket_count": count,
        }
    )


def frequent_pairs(
    encoded: EncodedBaskets, min_basket_count: int, params: CountingParams
) -> tuple[Codes, Codes]:
    """Every pair of variants that at least ``min_basket_count`` baskets hold.

    Returns:
        Pairs of variant codes, smaller first, shape (pairs, 2), sorted; and their basket counts.
    """
    (pairs,) = count_itemsets(encoded, min_basket_count, max_size=2, params=params).itemsets
    return pairs.items.astype(np.int64), pairs.basket_count.astype(np.int64)


def variant_counts(encoded: EncodedBaskets) -> Codes:
    """Baskets that hold each variant."""
    count = np.zeros(encoded.variant_count, dtype=np.int64)
    # Counting takes 8 bytes per line.
    for block in encoded.blocks():
        count += np.bincount(block.variant, minlength=encoded.variant_count)
    return count
