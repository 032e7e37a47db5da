"""Baskets that hold both variants of a pair: the first, the latest, and what was paid for the two.

The baskets of the more popular variant are marked once for all its pairs, and those of each rarer
one are looked up there: the cost is how often the rarer ones were sold, not the square of basket
sizes, and memory is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Integers = npt.NDArray[np.int64]

# Cells looked up at a time: each takes about 60 bytes.
_BLOCK_CELLS = 4_000_000


@dataclass(frozen=True)
class _Paid:
    """Variants by baskets in order of time, as rows one behind the other."""

    start: Integers
    """Where each variant's row starts; one more at the end."""
    basket: Integers
    paid_minor: Integers
    basket_count: int

    def sold(self, variants: Integers) -> Integers:
        """Baskets with each variant."""
        return self.start[variants + 1] - self.start[variants]


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
    paid = _rows(held, baskets)
    sides = _by_popular_variant(pairs, paid)
    marked = np.zeros(paid.basket_count, dtype=np.int64)
    found = [_looked_up(paid, block, marked) for block in _blocks(sides, paid)]
    rows = np.concatenate([np.empty((0, 4), dtype=np.int64), *found])
    times = pl.lit(baskets.get_column("ordered_at"))
    return pl.DataFrame(rows, schema=["pair", "first", "last", "revenue_minor"]).select(
        pl.col("pair").cast(pl.UInt32),
        times.gather("first").alias("first_bought_at"),
        times.gather("last").alias("last_bought_at"),
        "revenue_minor",
    )


def _rows(held: pl.DataFrame, baskets: pl.DataFrame) -> _Paid:
    placed = held.join(
        baskets.select("order").with_row_index("basket"), on="order", validate="m:1"
    ).sort("variant", "basket")
    variant = placed.get_column("variant").to_numpy().astype(np.int64)
    row_count = int(variant[-1]) + 1 if variant.size else 0
    return _Paid(
        start=np.searchsorted(variant, np.arange(row_count + 1)).astype(np.int64),
        basket=placed.get_column("basket").to_numpy().astype(np.int64),
        paid_minor=placed.get_column("net_minor").to_numpy(),
        basket_count=baskets.height,
    )


def _by_popular_variant(pairs: pl.DataFrame, paid: _Paid) -> Integers:
    """Rows of pair, popular variant, rarer variant, in order of the popular one."""
    number, first, second = (
        pairs.get_column(name).to_numpy().astype(np.int64)
        for name in ("pair", "first_variant", "second_variant")
    )
    is_popular = paid.sold(first) >= paid.sold(second)
    popular, rarer = np.where(is_popular, first, second), np.where(is_popular, second, first)
    return np.stack([number, popular, rarer], axis=1)[np.lexsort((rarer, popular))]


def _blocks(sides: Integers, paid: _Paid) -> Iterator[Integers]:
    """Pairs of one popular variant, about ``_BLOCK_CELLS`` cells of rarer ones at a time."""
    if not len(sides):
        return
    block = np.cumsum(paid.sold(sides[:, 2])) // _BLOCK_CELLS
    is_edge = (np.diff(sides[:, 1]) != 0) | (np.diff(block) != 0)
    yield from np.split(sides, np.flatnonzero(is_edge) + 1)


def _looked_up(paid: _Paid, sides: Integers, marked: Integers) -> Integers:
    """Pair, first and last basket, and money of pairs of one popular variant.

    ``marked`` is all 0 before and after.
    """
    popular = int(sides[0, 1])
    own = slice(paid.start[popular], paid.start[popular + 1])
    # Plus 1, so that what was given away is marked too.
    marked[paid.basket[own]] = paid.paid_minor[own] + 1
    length = paid.sold(sides[:, 2])
    begin = np.cumsum(length) - length
    cell = np.repeat(paid.start[sides[:, 2]] - begin, length) + np.arange(int(length.sum()))
    basket = paid.basket[cell]
    there = marked[basket]
    marked[paid.basket[own]] = 0
    is_shared = there > 0
    revenue = np.where(is_shared, there - 1 + paid.paid_minor[cell], 0)
    first = np.minimum.reduceat(np.where(is_shared, basket, paid.basket_count), begin)
    last = np.maximum.reduceat(np.where(is_shared, basket, -1), begin)
    is_held = last >= 0
    total = np.add.reduceat(revenue, begin)
    return np.stack([sides[:, 0], first, last, total], axis=1)[is_held]
