"""Counting with SciPy's sparse products: what takes the kernel's place where that is missing.

The product of itemsets by baskets with baskets by items, a block of itemsets at a time; its cells
are the counts of itemsets grown by one item.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import polars as pl
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.mining.itemset_counts import Counts, ItemsetCounts, UInt32s, in_order
from bundle_pipeline.mining.kernel.rows import too_many_itemsets
from bundle_pipeline.mining.params import CountingParams

# SciPy has no types of its own.
SparseMatrix = Any
_csr_array = cast("Callable[..., SparseMatrix]", sparse.csr_array)

# Of a cell of a product: a column and a value, and both once more while they are made.
_BYTES_PER_CELL = 24
_BYTES_PER_MEGABYTE = 10**6


def count_itemsets(
    lines: pl.DataFrame | pl.LazyFrame,
    min_basket_count: int,
    *,
    max_size: int,
    params: CountingParams,
) -> Counts:
    """As :func:`bundle_pipeline.mining.counting.count_itemsets`, with SciPy."""
    matrix = _incidence(lines)
    item_basket_count = np.asarray(matrix.sum(axis=0), dtype=np.uint64).ravel()
    frequent = np.flatnonzero(item_basket_count >= min_basket_count).astype(np.uint32)
    narrowed = matrix[:, frequent]
    by_item = narrowed.T.tocsr()
    held = np.arange(frequent.size, dtype=np.uint32).reshape(-1, 1)
    itemsets: list[ItemsetCounts] = []
    left = params.max_itemsets
    for size in range(2, max_size + 1):
        rows: list[UInt32s] = []
        for first, last in _blocks(by_item, held, params):
            rows.append(_grown(narrowed, by_item, held[first:last], min_basket_count))
            left -= len(rows[-1])
            if left < 0:
                raise too_many_itemsets(params.max_itemsets)
        found = in_order(rows, size=size)
        held = found.items
        itemsets.append(ItemsetCounts(frequent[found.items], found.basket_count))
    return Counts(matrix.shape[0], item_basket_count, itemsets)


def count_connected_triples(
    lines: pl.DataFrame | pl.LazyFrame,
    pairs: UInt32s,
    min_basket_count: int,
    *,
    params: CountingParams,
) -> ItemsetCounts:
    """As :func:`bundle_pipeline.mining.counting.count_connected_triples`, with SciPy.

    Around each item, the baskets that hold it are narrowed to its partners, and the pairs of
    partners in them are counted.
    """
    matrix = _incidence(lines)
    by_item = matrix.T.tocsr()
    held = pairs[(pairs < matrix.shape[1]).all(axis=1)]
    both_ways = np.concatenate([held, held[:, ::-1]])
    order = np.lexsort((both_ways[:, 1], both_ways[:, 0]))
    hubs, partners = both_ways[order].T
    rows = [np.empty((0, 4), dtype=np.uint32)]
    left = params.max_itemsets
    for hub in np.unique(hubs):
        start, end = np.searchsorted(hubs, [hub, hub + 1])
        around = matrix[by_item[[hub]].indices][:, partners[start:end]]
        one, other, count = _cells(around.T.tocsr() @ around, min_basket_count)
        later = one < other
        around_hub = np.column_stack(
            [
                np.full(int(later.sum()), hub),
                partners[start:end][one[later]],
                partners[start:end][other[later]],
            ]
        )
        rows.append(np.column_stack([np.sort(around_hub, axis=1), count[later]]).astype(np.uint32))
        left -= len(rows[-1])
        if left < 0:
            raise too_many_itemsets(params.max_itemsets)
    # A triple whose three pairs are all given is found around each of its items.
    return in_order([np.unique(np.concatenate(rows), axis=0)], size=3)


def _grown(
    matrix: SparseMatrix, by_item: SparseMatrix, itemsets: UInt32s, min_basket_count: int
) -> UInt32s:
    """Frequent itemsets of one item more, after their last; rows of items and a count."""
    holders = by_item[itemsets[:, 0]]
    for column in range(1, itemsets.shape[1]):
        holders = holders.multiply(by_item[itemsets[:, column]]).tocsr()
    row, item, count = _cells(holders @ matrix, min_basket_count)
    later = item > itemsets[row, -1]
    return np.column_stack([itemsets[row[later]], item[later], count[later]]).astype(np.uint32)


def _cells(
    product: SparseMatrix, min_count: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    cells = product.tocoo()
    kept = cells.data >= min_count
    return cells.row[kept], cells.col[kept], cells.data[kept]


def _blocks(
    by_item: SparseMatrix, itemsets: UInt32s, params: CountingParams
) -> Iterator[tuple[int, int]]:
    """Ranges of itemsets whose product fits into memory, at least one itemset each.

    A row of the product has at most a cell per item, and at most one per line of the baskets.
    """
    most = max(params.max_memory_mb * _BYTES_PER_MEGABYTE // _BYTES_PER_CELL, 1)
    rows = max(most // max(by_item.shape[0], 1), 1)
    for first in range(0, len(itemsets), rows):
        yield first, min(first + rows, len(itemsets))


def _incidence(lines: pl.DataFrame | pl.LazyFrame) -> SparseMatrix:
    """Baskets by items: 1 where the basket holds the item."""
    distinct = lines.lazy().select("basket", "item").unique().collect()
    basket = distinct.get_column("basket").rank("dense").to_numpy().astype(np.int64) - 1
    item = distinct.get_column("item").to_numpy().astype(np.int64)
    shape = (int(basket.max(initial=-1)) + 1, int(item.max(initial=-1)) + 1)
    return _csr_array((np.ones(item.size, dtype=np.int32), (basket, item)), shape=shape)
