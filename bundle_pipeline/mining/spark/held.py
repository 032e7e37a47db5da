"""Which baskets hold which itemsets, as frames of Spark: what itemsets are grown from.

An itemset is a beginning and its last item, which is an *extension* of the beginning. A row of
``held`` is what one basket holds of one beginning: ``basket``, and ``extensions`` in ascending
order, each packed into one integer: the last item in the upper half, the number of the itemset in
the lower. Two extensions of a beginning make an itemset of one item more, whose *key* is packed
too: the number of the itemset that it grows from, and its last item. So whatever the size, counting
groups by one integer.

Rows are partitioned by basket and stay so: pairs are made inside each basket from its array, which
takes no join and no memory beyond the array, and only counts, added up per partition first, travel
between machines. What is frequent is broadcast as long as it is small.
"""

import numpy as np
import polars as pl
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from bundle_pipeline.mining.itemset_counts import UInt32s, UInt64s
from bundle_pipeline.mining.spark.session import sent

HALF_BITS = 32

# Each takes about 40 bytes on the driver and on every executor.
_MOST_BROADCAST = 2_000_000

_EACH = "posexplode(extensions) AS (place, one)"
_ITEMSET = "one & 4294967295 AS itemset"
_LATER = "explode(slice(extensions, place + 2, size(extensions))) AS other"
_ITEM = "shiftright(other, 32) AS item"
_KEY = "(shiftleft(itemset, 32) | item) AS key"
_EXTENSION = "(shiftleft(CAST(item AS BIGINT), 32) | number) AS extension"


def distinct_lines(lines: DataFrame) -> DataFrame:
    """``basket`` and ``item`` without repeats, each basket within one partition."""
    return lines.repartition("basket").distinct()


def held_items(lines: DataFrame, items: UInt32s) -> DataFrame:
    """Baskets that hold at least two of some items, which go by their own codes as numbers.

    Args:
        lines: As :func:`distinct_lines` makes them.
        items: The items; what else a basket holds is left out.
    """
    wanted = sent(pl.DataFrame({"item": items.astype(np.int32)}))
    kept = lines.join(_small(wanted, len(items)), "item", "left_semi")
    return _held(kept.selectExpr("basket", "0L AS prefix", "item", "item AS number"))


def grown_keys(held: DataFrame, min_basket_count: int) -> DataFrame:
    """Keys of itemsets of one item more that enough baskets hold: ``key``, ``basket_count``."""
    counted = grown(held).groupBy("key").agg(f.count("*").alias("basket_count"))
    return counted.filter(f.col("basket_count") >= min_basket_count)


def held_of(held: DataFrame, keys: UInt64s) -> DataFrame:
    """Which of the baskets hold at least two extensions of what was grown and is frequent.

    Args:
        held: What was grown.
        keys: The frequent ones; they are numbered by their places.
    """
    number = np.arange(len(keys), dtype=np.int64)
    frequent = sent(pl.DataFrame({"key": keys.astype(np.int64), "number": number}))
    known = _small(frequent, len(keys))
    kept = grown(held).join(known, "key")
    return _held(kept.selectExpr("basket", "itemset AS prefix", "item", "number"))


def held_around(held: DataFrame, edges: DataFrame, edge_count: int) -> DataFrame:
    """Which partners of an item each basket holds beside it, where those are at least two.

    Args:
        held: What :func:`held_items` made.
        edges: Pairs of items: ``key`` as grown from single items, ``number``. The pair is two
            extensions: of its first item by its second, numbered ``2 * number``, and the other
            way round, numbered one above.
        edge_count: How many.
    """
    both_ways = """inline(array(
        named_struct('prefix', itemset, 'item', item, 'number', 2 * number),
        named_struct('prefix', item, 'item', itemset, 'number', 2 * number + 1)))"""
    kept = grown(held).join(_small(edges, edge_count), "key")
    return _held(kept.selectExpr("basket", both_ways))


def grown(held: DataFrame) -> DataFrame:
    """Every two extensions of one beginning: ``basket``, ``itemset``, its new ``item``, ``key``."""
    each = held.selectExpr("basket", "extensions", _EACH)
    pairs = each.selectExpr("basket", _ITEMSET, _LATER).selectExpr("basket", "itemset", _ITEM)
    return pairs.selectExpr("basket", "itemset", "item", _KEY)


def _held(rows: DataFrame) -> DataFrame:
    extensions = f.array_sort(f.collect_list("extension")).alias("extensions")
    grouped = rows.selectExpr("basket", "prefix", _EXTENSION).groupBy("basket", "prefix")
    return grouped.agg(extensions).filter("size(extensions) > 1").select("basket", "extensions")


def _small(frame: DataFrame, row_count: int) -> DataFrame:
    return f.broadcast(frame) if row_count <= _MOST_BROADCAST else frame
