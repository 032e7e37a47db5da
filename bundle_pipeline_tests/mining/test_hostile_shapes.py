"""Shops that make miners slow or large: counted in bounded time and memory, to the last integer.

Memory is what Python and NumPy allocate, by ``tracemalloc``: the kernel allocates nothing itself.
"""

import math
import time
import tracemalloc

import numpy as np
import polars as pl
import pytest

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.counting import count_itemsets
from bundle_pipeline.mining.itemset_counts import Counts
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline_tests.support.frames import order_lines_frame, orders_frame

# Generous: machines that run tests are busy. Each takes a small part of it on an idle one.
_SECONDS = 20.0
_MEGABYTE = 10**6


def _bounded(lines: pl.DataFrame, fewest: int, *, max_size: int, megabytes: float) -> Counts:
    tracemalloc.start()
    started = time.process_time()
    try:
        counts = count_itemsets(lines, fewest, max_size=max_size, params=CountingParams())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - started < _SECONDS
    assert peak < megabytes * _MEGABYTE
    return counts


def _sizes(counts: Counts) -> list[int]:
    return [len(itemsets) for itemsets in counts.itemsets]


def test_one_order_of_ten_thousand_lines() -> None:
    # Among small orders; nothing of it comes twice, so nothing of it has to be kept.
    giant = np.arange(10_000)
    basket = np.concatenate([np.zeros(10_000, dtype=np.int64), np.repeat(np.arange(1, 5001), 2)])
    item = np.concatenate([giant, np.tile([3, 4], 5000)])
    lines = pl.DataFrame({"basket": basket, "item": item})
    counts = _bounded(lines, 2, max_size=3, megabytes=30)
    assert counts.itemsets[0].items.tolist() == [[3, 4]]
    assert counts.itemsets[0].basket_count.tolist() == [5001]
    # Alone, with every pair asked for: 4.5 million of 3,000 lines.
    every = _bounded(lines.head(3_000), 1, max_size=2, megabytes=250)
    assert _sizes(every) == [3_000 * 2_999 // 2]


def test_a_thousand_identical_orders_of_sixty_items() -> None:
    basket, item = np.repeat(np.arange(1000), 60), np.tile(np.arange(60), 1000)
    lines = pl.DataFrame({"basket": basket, "item": item})
    counts = _bounded(lines, 1000, max_size=4, megabytes=100)
    assert _sizes(counts) == [math.comb(60, size) for size in (2, 3, 4)]
    assert all((itemsets.basket_count == 1000).all() for itemsets in counts.itemsets)


def test_one_product_in_every_order() -> None:
    orders = 200_000
    other = np.random.default_rng(1).integers(1, 50_000, orders)
    basket = np.repeat(np.arange(orders), 2)
    item = np.column_stack([np.zeros(orders, dtype=np.int64), other]).ravel()
    counts = _bounded(pl.DataFrame({"basket": basket, "item": item}), 1, max_size=3, megabytes=60)
    assert _sizes(counts) == [np.unique(other).size, 0]
    assert counts.itemsets[0].basket_count.sum() == orders


def test_two_million_distinct_items() -> None:
    items = 2_000_000
    item = np.random.default_rng(2).permutation(items)
    lines = pl.DataFrame({"basket": np.arange(items) // 4, "item": item})
    assert _sizes(_bounded(lines, 2, max_size=3, megabytes=150)) == [0, 0]
    every = _bounded(lines, 1, max_size=3, megabytes=500)
    assert _sizes(every) == [items // 4 * 6, items // 4 * 4]


@pytest.mark.parametrize("repeats", [1, 50])
def test_repeated_lines_change_nothing(repeats: int) -> None:
    basket, item = np.repeat(np.arange(500), 20), np.tile(np.arange(20), 500)
    lines = pl.DataFrame(
        {
            "basket": np.repeat(basket, repeats),
            "item": np.tile(item.reshape(-1, 20), repeats).ravel(),
        }
    )
    counts = _bounded(lines, 500, max_size=2, megabytes=20)
    assert _sizes(counts) == [190]
    assert counts.item_basket_count.tolist() == [500] * 20


@pytest.mark.parametrize("orders", [[], ["abc"]])
def test_shops_of_one_order_and_of_none(orders: list[str]) -> None:
    lines = [(i, ord(item) - ord("a")) for i, basket in enumerate(orders) for item in basket]
    frame = pl.DataFrame(lines, schema={"basket": pl.Int64, "item": pl.Int64}, orient="row")
    counts = _bounded(frame, 1, max_size=3, megabytes=20)
    assert _sizes(counts) == ([3, 1] if orders else [0, 0])
    assert counts.basket_count == len(orders)


def test_giant_orders_are_left_out_of_baskets_and_counted() -> None:
    giant = [f"v{i}" for i in range(10_000)]
    lines = order_lines_frame(giant, *[["a", "b"]] * 2000)
    baskets = encode_baskets(baskets_of(orders_frame(2001), lines))
    assert (baskets.capped.basket_count, baskets.capped.line_count) == (1, 10_000)
    assert baskets.basket_count == 2000
