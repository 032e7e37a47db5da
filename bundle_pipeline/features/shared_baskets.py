"""Baskets that hold both variants of a pair: first and latest, and what was paid for the two."""

import numpy as np
import polars as pl

from bundle_pipeline.baskets.codes import Codes
from bundle_pipeline.features.holdings import Holdings, PairsOfItem


def shared_baskets(pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """First and latest basket with both variants of each pair, and what was paid for them there.

    Args:
        pairs: ``pair``, ``first_variant``, ``second_variant``: numbers.
        held: One row per ``order`` and ``variant``, with ``ordered_at`` and ``net_minor``; every
            variant of a pair is held.

    Returns:
        ``pair``, ``first_bought_at``, ``last_bought_at``, ``revenue_minor``; a pair that no basket
        holds has no row.
    """
    baskets = held.unique("order").sort("ordered_at", "order").select("order", "ordered_at")
    holdings, paid_minor = _holdings(held, baskets)
    marked = np.zeros(baskets.height, dtype=np.int64)
    number, first, second = (
        pairs.get_column(name).to_numpy().astype(np.int64)
        for name in ("pair", "first_variant", "second_variant")
    )
    found = [
        _looked_up(holdings, paid_minor, some, marked)
        for some in holdings.by_popular_item(first, second)
    ]
    rows = np.concatenate([np.empty((0, 4), dtype=np.int64), *found])
    rows[:, 0] = number[rows[:, 0]]
    times = pl.lit(baskets.get_column("ordered_at"))
    return pl.DataFrame(rows, schema=["pair", "first", "last", "revenue_minor"]).select(
        pl.col("pair").cast(pl.UInt32),
        times.gather("first").alias("first_bought_at"),
        times.gather("last").alias("last_bought_at"),
        "revenue_minor",
    )


def _holdings(held: pl.DataFrame, baskets: pl.DataFrame) -> tuple[Holdings, Codes]:
    """Baskets of each variant, in order of time, and what was paid in each cell."""
    placed = held.join(
        baskets.select("order").with_row_index("basket"), on="order", validate="m:1"
    ).sort("variant", "basket")
    variant = placed.get_column("variant").to_numpy()
    holdings = Holdings.of(
        variant,
        placed.get_column("basket").to_numpy().astype(np.int64),
        item_count=int(variant[-1]) + 1 if variant.size else 0,
        group_count=baskets.height,
    )
    return holdings, placed.get_column("net_minor").to_numpy()


def _looked_up(holdings: Holdings, paid_minor: Codes, pairs: PairsOfItem, marked: Codes) -> Codes:
    """Place of the pair, first and last basket, and money of pairs of one popular variant.

    ``marked`` is all 0 before and after.
    """
    own = holdings.row(pairs.popular)
    # Plus 1, so that what was given away is marked too.
    marked[holdings.group[own]] = paid_minor[own] + 1
    cell, begin = holdings.cells(pairs.rarer)
    basket = holdings.group[cell]
    there = marked[basket]
    marked[holdings.group[own]] = 0
    is_shared = there > 0
    revenue = np.where(is_shared, there - 1 + paid_minor[cell], 0)
    first = np.minimum.reduceat(np.where(is_shared, basket, holdings.group_count), begin)
    last = np.maximum.reduceat(np.where(is_shared, basket, -1), begin)
    is_held = last >= 0
    total = np.add.reduceat(revenue, begin)
    return np.stack([pairs.pair, first, last, total], axis=1)[is_held]
