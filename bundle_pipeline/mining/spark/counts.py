"""Counting with Spark: beyond the memory of one machine, and the same numbers.

Memory and threads are Spark's own (``spark.executor.memory``, the master); ``mining.max_memory_mb``
and ``mining.max_threads`` don't count here. What is found is brought to the calling process.
"""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext

import numpy as np
import polars as pl
from pyspark import StorageLevel
from pyspark.sql import DataFrame

from bundle_pipeline.mining.itemset_counts import Counts, ItemsetCounts, UInt32s, UInt64s, in_order
from bundle_pipeline.mining.kernel.rows import too_many_itemsets
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline.mining.spark import held
from bundle_pipeline.mining.spark.session import fetched, sent

_LOWER_HALF = np.uint64((1 << held.HALF_BITS) - 1)


def count_itemsets(
    lines: pl.DataFrame | pl.LazyFrame,
    min_basket_count: int,
    *,
    max_size: int,
    params: CountingParams,
) -> Counts:
    """As :func:`bundle_pipeline.mining.counting.count_itemsets`, with Spark."""
    return count_held(_sent(lines), min_basket_count, max_size=max_size, params=params)


def count_held(
    lines: DataFrame, min_basket_count: int, *, max_size: int, params: CountingParams
) -> Counts:
    """The same for lines that Spark has.

    Args:
        lines: ``basket``, of any type, and ``item``, numbered from 0; in any order.
        min_basket_count: Fewest baskets that hold an itemset, at least 1.
        max_size: Items of the largest itemset.
        params: Limits.
    """
    with _kept(held.distinct_lines(lines)) as distinct:
        basket_count = distinct.select("basket").distinct().count()
        item_basket_count = _item_basket_count(distinct)
        frequent = np.flatnonzero(item_basket_count >= min_basket_count).astype(np.uint32)
        itemsets = _grown(
            held.held_items(distinct, frequent),
            np.arange(item_basket_count.size, dtype=np.uint32).reshape(-1, 1),
            min_basket_count,
            max_size=max_size,
            most=params.max_itemsets,
        )
    return Counts(basket_count, item_basket_count, itemsets)


def count_connected_triples(
    lines: pl.DataFrame | pl.LazyFrame,
    pairs: UInt32s,
    min_basket_count: int,
    *,
    params: CountingParams,
) -> ItemsetCounts:
    """As :func:`bundle_pipeline.mining.counting.count_connected_triples`, with Spark."""
    keys = pairs[:, 0].astype(np.uint64) << np.uint64(held.HALF_BITS) | pairs[:, 1]
    numbers = np.arange(len(pairs), dtype=np.int64)
    edges = sent(pl.DataFrame({"key": keys.astype(np.int64), "number": numbers}))
    distinct = held.distinct_lines(_sent(lines))
    around = held.held_around(held.held_items(distinct, np.unique(pairs)), edges, len(pairs))
    key, count = _collected(held.grown_keys(around, min_basket_count), params.max_itemsets)
    both_ways = np.stack([pairs, pairs[:, ::-1]], axis=1).reshape(-1, 2)
    triples = np.sort(_itemsets(both_ways, key), axis=1)
    # A triple whose three pairs are all given is found around each of its items.
    return in_order([np.unique(np.column_stack([triples, count]), axis=0)], size=3)


def _grown(
    holders: DataFrame, codes: UInt32s, min_basket_count: int, *, max_size: int, most: int
) -> list[ItemsetCounts]:
    """Itemsets of one item more than given, and so on.

    Args:
        holders: Which baskets hold which frequent itemsets.
        codes: Items of each of those, by number, in the order of their items.
        min_basket_count: Fewest baskets.
        max_size: Items of the largest itemset.
        most: Most itemsets of all sizes.
    """
    size = codes.shape[1] + 1
    is_last = size == max_size
    # What is read once needn't be kept.
    with nullcontext(holders) if is_last else _kept(holders) as held_here:
        key, count = _collected(held.grown_keys(held_here, min_basket_count), most)
        found = ItemsetCounts(_itemsets(codes, key), count)
        if is_last:
            return [found]
        if not key.size:
            none = range(size + 1, max_size + 1)
            return [found, *(in_order([], size=larger) for larger in none)]
        return [
            found,
            *_grown(
                held.held_of(held_here, key),
                found.items,
                min_basket_count,
                max_size=max_size,
                most=most - key.size,
            ),
        ]


def _itemsets(codes: UInt32s, key: UInt64s) -> UInt32s:
    """Items of keys: those of the itemset that each grew from, and its last."""
    last = (key & _LOWER_HALF).astype(np.uint32)
    return np.column_stack([codes[key >> np.uint64(held.HALF_BITS)], last])


def _collected(counted: DataFrame, most: int) -> tuple[UInt64s, UInt32s]:
    """Keys in order, and their counts.

    Raises:
        ConfigError: There are more than allowed; they aren't brought here then.
    """
    with _kept(counted) as kept:
        if kept.count() > most:
            raise too_many_itemsets(most)
        found = fetched(kept).sort("key")
    return (
        found.get_column("key").cast(pl.UInt64).to_numpy(),
        found.get_column("basket_count").cast(pl.UInt32).to_numpy(),
    )


def _item_basket_count(lines: DataFrame) -> UInt64s:
    counted = fetched(lines.groupBy("item").count())
    item = counted.get_column("item").to_numpy()
    count = np.zeros(int(item.max(initial=-1)) + 1, dtype=np.uint64)
    count[item] = counted.get_column("count").to_numpy()
    return count


def _sent(lines: pl.DataFrame | pl.LazyFrame) -> DataFrame:
    columns = (pl.col("basket").cast(pl.Int64), pl.col("item").cast(pl.Int32))
    return sent(lines.lazy().select(columns).collect())


@contextmanager
def _kept(frame: DataFrame) -> Generator[DataFrame]:
    """A frame that is made once and read several times; on disk where memory doesn't suffice."""
    kept = frame.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        yield kept
    finally:
        kept.unpersist()
