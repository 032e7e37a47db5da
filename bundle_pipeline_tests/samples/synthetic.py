"""What public data sets lack, made up: ids, stock and cost. Seeded; the same rows, the same values.

``RandomState`` on purpose: NumPy keeps its stream frozen for ever, which it doesn't promise for
``Generator``, and the samples have to come out the same on the next version.
"""

import numpy as np
import polars as pl

# Ids as a shop platform gives them: far apart per kind, so that a mix-up shows.
_FIRST_VARIANT = 40_000_001
_FIRST_PRODUCT = 50_000_001
_FIRST_INVENTORY_ITEM = 60_000_001

# Stock lasts for 0.3 to 3 times the units sold in the data; 5 % of the variants have run out.
_LEAST_COVER = 0.3
_MOST_COVER = 3.0
_SOLD_OUT_SHARE = 0.05
_LEAST_STOCK = 2

# A unit costs 45 to 65 % of its price; 10 % of the variants don't say what they cost.
_LEAST_COST_SHARE = 0.45
_MOST_COST_SHARE = 0.65
_COST_UNKNOWN_SHARE = 0.1


def with_ids(articles: pl.DataFrame) -> pl.DataFrame:
    """Add ``variant_id``, ``product_id`` and ``inventory_item_id``, numbered in row order."""
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    return articles.with_columns(
        variant_id=row + _FIRST_VARIANT,
        product_id=row + _FIRST_PRODUCT,
        inventory_item_id=row + _FIRST_INVENTORY_ITEM,
    )


def with_stock(articles: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Add ``available``: units in stock, drawn around ``sold_count``."""
    draws = np.random.RandomState(seed)
    cover = draws.uniform(_LEAST_COVER, _MOST_COVER, articles.height)
    has_stock = draws.random_sample(articles.height) >= _SOLD_OUT_SHARE
    sold = articles.get_column("sold_count").to_numpy()
    available = np.floor(np.maximum(sold, _LEAST_STOCK) * cover) * has_stock
    return articles.with_columns(available=pl.Series(available).cast(pl.Int64))


def with_cost(articles: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Add ``cost``: a share of ``price``, with two decimals; null for some."""
    draws = np.random.RandomState(seed)
    share = draws.uniform(_LEAST_COST_SHARE, _MOST_COST_SHARE, articles.height)
    is_known = draws.random_sample(articles.height) >= _COST_UNKNOWN_SHARE
    cost = (pl.col("price") * pl.Series(share)).round(2)
    return articles.with_columns(cost=pl.when(pl.Series(is_known)).then(cost))
