"""Counting with DuckDB: a join per size, on disk where memory doesn't suffice."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager

import duckdb
import numpy as np
import polars as pl

from bundle_pipeline.mining.itemset_counts import Counts, ItemsetCounts, UInt32s, in_order
from bundle_pipeline.mining.kernel.rows import too_many_itemsets
from bundle_pipeline.mining.params import CountingParams

_LINES = """
    CREATE TABLE lines AS
    SELECT DISTINCT basket::BIGINT AS basket, item::UINTEGER AS item FROM given
"""
_ITEM_COUNTS = "SELECT item, count(*) AS basket_count FROM lines GROUP BY item"
# Itemsets of one size in the baskets that hold them; of one item to begin with.
_HELD = """
    CREATE OR REPLACE TABLE held AS
    SELECT basket, item AS itemset, item AS last_item FROM lines
    WHERE item IN (SELECT item FROM lines GROUP BY item HAVING count(*) >= $fewest)
"""
_GROWN = """
    CREATE OR REPLACE TABLE grown AS
    SELECT row_number() OVER (ORDER BY itemset, item) - 1 AS grown, itemset, item, basket_count
    FROM (
        SELECT held.itemset, more.item, count(*) AS basket_count
        FROM held JOIN frequent AS more
            ON more.basket = held.basket AND more.item > held.last_item
        GROUP BY ALL HAVING count(*) >= $fewest
    )
"""
_HELD_GROWN = """
    CREATE OR REPLACE TABLE held AS
    SELECT held.basket, grown.grown AS itemset, grown.item AS last_item
    FROM held
    JOIN grown ON grown.itemset = held.itemset
    JOIN frequent AS more ON more.basket = held.basket AND more.item = grown.item
"""
_TRIPLES = """
    SELECT hub.item AS hub, one.item AS one, other.item AS other, count(*) AS basket_count
    FROM edges AS first
    JOIN edges AS second ON second.hub = first.hub AND second.partner > first.partner
    JOIN lines AS hub ON hub.item = first.hub
    JOIN lines AS one ON one.basket = hub.basket AND one.item = first.partner
    JOIN lines AS other ON other.basket = hub.basket AND other.item = second.partner
    GROUP BY ALL HAVING count(*) >= $fewest
"""


def count_itemsets(
    lines: pl.DataFrame | pl.LazyFrame,
    min_basket_count: int,
    *,
    max_size: int,
    params: CountingParams,
) -> Counts:
    """As :func:`bundle_pipeline.mining.counting.count_itemsets`, with DuckDB."""
    fewest = {"fewest": min_basket_count}
    with _database(lines, params) as database:
        items = database.sql(_ITEM_COUNTS).pl()
        item_basket_count = np.zeros(_one_past_last(items), dtype=np.uint64)
        item_basket_count[items.get_column("item")] = items.get_column("basket_count")
        baskets = database.sql("SELECT count(DISTINCT basket) FROM lines").fetchone()
        database.execute(_HELD, fewest)
        database.execute(
            "CREATE TABLE frequent AS SELECT basket, last_item AS item FROM held ORDER BY basket"
        )
        held = np.arange(item_basket_count.size, dtype=np.uint32).reshape(-1, 1)
        itemsets: list[ItemsetCounts] = []
        left = params.max_itemsets
        for size in range(2, max_size + 1):
            database.execute(_GROWN, fewest)
            grown = database.sql("SELECT * FROM grown ORDER BY grown").pl()
            left -= grown.height
            if left < 0:
                raise too_many_itemsets(params.max_itemsets)
            last = grown.get_column("item").to_numpy().reshape(-1, 1)
            held = np.hstack([held[grown.get_column("itemset").to_numpy()], last])
            rows = np.hstack([held, _counted(grown)])
            itemsets.append(in_order([rows], size=size))
            if size < max_size:
                database.execute(_HELD_GROWN)
    return Counts(baskets[0] if baskets else 0, item_basket_count, itemsets)


def count_connected_triples(
    lines: pl.DataFrame | pl.LazyFrame,
    pairs: UInt32s,
    min_basket_count: int,
    *,
    params: CountingParams,
) -> ItemsetCounts:
    """As :func:`bundle_pipeline.mining.counting.count_connected_triples`, with DuckDB."""
    both_ways = np.concatenate([pairs, pairs[:, ::-1]])
    edges = pl.DataFrame({"hub": both_ways[:, 0], "partner": both_ways[:, 1]})
    with _database(lines, params) as database:
        database.register("edges", edges)
        found = database.execute(_TRIPLES, {"fewest": min_basket_count}).pl()
    triples = np.sort(found.select("hub", "one", "other").to_numpy().astype(np.uint32), axis=1)
    # A triple whose three pairs are all given is found around each of its items.
    return in_order([np.unique(np.hstack([triples, _counted(found)]), axis=0)], size=3)


@contextmanager
def _database(
    lines: pl.DataFrame | pl.LazyFrame, params: CountingParams
) -> Generator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{params.max_memory_mb}MB",
            "temp_directory": folder,
            "preserve_insertion_order": False,
        }
        if params.max_threads is not None:
            settings["threads"] = params.max_threads
        with duckdb.connect(config=settings) as database:
            database.register("given", lines.lazy().select("basket", "item"))
            database.execute(_LINES)
            database.unregister("given")
            yield database


def _one_past_last(items: pl.DataFrame) -> int:
    last = items.get_column("item").max()
    return last + 1 if isinstance(last, int) else 0


def _counted(found: pl.DataFrame) -> UInt32s:
    return found.get_column("basket_count").cast(pl.UInt32).to_numpy().reshape(-1, 1)
