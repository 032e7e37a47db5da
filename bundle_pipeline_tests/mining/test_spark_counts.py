"""Counting with Spark: the same numbers as the kernel's. One session for all of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.cli.itemsets import itemsets
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining.counting import (
    count_connected_triples,
    count_itemsets,
    encoded_lines,
    engine_in_use,
)
from bundle_pipeline.mining.frequent_itemsets import frequent_itemsets, stored_frequent_itemsets
from bundle_pipeline.mining.itemset_counts import ItemsetCounts
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.parts import no_parts
from bundle_pipeline_tests.support.generators import Noise, noise_shop
from bundle_pipeline_tests.support.java import environment_with_java
from bundle_pipeline_tests.support.lakes import origin
from bundle_pipeline_tests.support.oracles import set_counts

pytest.importorskip("pyspark", reason="`make test` installs it, `make install` doesn't")
from bundle_pipeline.mining.spark import held
from bundle_pipeline.mining.spark.session import session

SPARK = CountingParams(engine="spark")
KERNEL = CountingParams()
SHOP = shop_id("shop")
# Items are letters, a is 0; repeats are meant.
SHOPS = st.lists(st.text("abcdefg", min_size=1, max_size=7), max_size=15)
# What takes the least time to start; as few tasks as show that there are several.
OPTIONS = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "2",
}

Table = dict[tuple[int, ...], int]


@pytest.fixture(scope="module", autouse=True)
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment_with_java(folder / "java").items():
            patch.setenv(name, value)
        patch.setenv("BUNDLE_SPARK_MASTER", "local[2]")
        patch.setenv("BUNDLE_SPARK_OPTIONS", json.dumps(OPTIONS | {"spark.local.dir": str(folder)}))
        yield
        session().stop()


def lines_of(baskets: list[str]) -> pl.DataFrame:
    rows = [(i, ord(item) - ord("a")) for i, basket in enumerate(baskets) for item in basket]
    return pl.DataFrame(rows, schema={"basket": pl.Int64, "item": pl.Int64}, orient="row")


def table(found: ItemsetCounts) -> Table:
    rows = zip(found.items.tolist(), found.basket_count.tolist(), strict=True)
    return {tuple(items): count for items, count in rows}


def brute_force(baskets: list[str], size: int, min_basket_count: int) -> Table:
    return {
        tuple(ord(item) - ord("a") for item in itemset): count
        for itemset, count in set_counts(baskets, size).items()
        if count >= min_basket_count
    }


def assert_as_the_kernel(lines: pl.DataFrame, fewest: int, *, max_size: int) -> list[int]:
    """Everything is equal, the order too; how many itemsets there are of each size."""
    found = count_itemsets(lines, fewest, max_size=max_size, params=SPARK)
    wanted = count_itemsets(lines, fewest, max_size=max_size, params=KERNEL)
    assert found.basket_count == wanted.basket_count
    assert found.item_basket_count.tolist() == wanted.item_basket_count.tolist()
    for mine, theirs in zip(found.itemsets, wanted.itemsets, strict=True):
        assert np.array_equal(mine.items, theirs.items)
        assert np.array_equal(mine.basket_count, theirs.basket_count)
    return [len(itemsets) for itemsets in found.itemsets]


@settings(max_examples=3, deadline=None)
@given(SHOPS, st.integers(1, 3))
def test_itemsets_equal_brute_force(baskets: list[str], fewest: int) -> None:
    found = count_itemsets(lines_of(baskets), fewest, max_size=4, params=SPARK)
    assert found.basket_count == len(baskets)
    for counts in found.itemsets:
        assert table(counts) == brute_force(baskets, counts.size, fewest)
        assert list(table(counts)) == sorted(table(counts))


@settings(max_examples=3, deadline=None)
@given(
    SHOPS,
    st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1])),
    st.integers(1, 2),
)
def test_triples_of_two_given_pairs_equal_brute_force(
    baskets: list[str], pairs: set[tuple[int, int]], fewest: int
) -> None:
    given = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    found = count_connected_triples(lines_of(baskets), given, fewest, params=SPARK)
    assert list(table(found).items()) == [
        (items, count)
        for items, count in sorted(brute_force(baskets, 3, fewest).items())
        if len({items[:2], items[1:], (items[0], items[2])} & pairs) >= 2
    ]


def test_the_threshold_is_exact_at_every_size() -> None:
    # abcd 3 times, abc 4 times, ab 5 times.
    lines = lines_of(["dcba", "abcd", "aabcd", "abc", "ab"])
    assert assert_as_the_kernel(lines, 3, max_size=5) == [6, 4, 1, 0]
    assert assert_as_the_kernel(lines, 4, max_size=3) == [3, 1]


@pytest.mark.parametrize("baskets", [[], ["a"], ["a", "b"], ["aaaa"]])
def test_nothing_is_found_without_two_items_in_a_basket(baskets: list[str]) -> None:
    assert assert_as_the_kernel(lines_of(baskets), 1, max_size=3) == [0, 0]


def test_one_giant_order_among_small_ones() -> None:
    giant = pl.DataFrame({"basket": [-(2**60)] * 1500, "item": list(range(1500))})
    small = lines_of(["ab"] * 40)
    lines = pl.concat([giant, small])
    assert assert_as_the_kernel(lines, 2, max_size=3) == [1, 0]
    assert assert_as_the_kernel(lines, 1, max_size=2) == [1500 * 1499 // 2]


def test_any_number_of_partitions_and_any_order_of_lines_find_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded = encode_baskets(noise_shop(Noise(3000, 300, mean_size=6), seed=3))
    lines = encoded_lines(encoded)
    pairs = count_itemsets(lines, 4, max_size=2, params=KERNEL).itemsets[0].items.astype(np.int64)
    triples = count_connected_triples(lines, pairs, 2, params=KERNEL)
    assert len(triples) > 1000
    # Of none is it known that it is small, as beyond some millions.
    monkeypatch.setattr(held, "_MOST_BROADCAST", -1)
    for partitions in ("1", "5"):
        session().conf.set("spark.sql.shuffle.partitions", partitions)
        shuffled = lines.sample(fraction=1.0, shuffle=True, seed=int(partitions))
        found = count_connected_triples(shuffled, pairs, 2, params=SPARK)
        assert np.array_equal(found.items, triples.items)
        assert np.array_equal(found.basket_count, triples.basket_count)
        whole = count_itemsets(shuffled, 2, max_size=3, params=SPARK)
        wanted = count_itemsets(lines, 2, max_size=3, params=KERNEL)
        assert [table(counts) for counts in whole.itemsets] == [
            table(counts) for counts in wanted.itemsets
        ]
    session().conf.set("spark.sql.shuffle.partitions", OPTIONS["spark.sql.shuffle.partitions"])


def test_more_itemsets_than_allowed_are_refused() -> None:
    lines = lines_of(["abcdefgh"] * 3)  # 28 pairs and 56 triples
    allowed = SPARK.model_copy(update={"max_itemsets": 84})
    assert len(count_itemsets(lines, 1, max_size=3, params=allowed).itemsets[1]) == 56
    too_few = SPARK.model_copy(update={"max_itemsets": 83})
    with pytest.raises(ConfigError, match="BP-COUNTING-ITEMSETS"):
        count_itemsets(lines, 1, max_size=3, params=too_few)


def test_stored_baskets_are_counted_where_they_are(tmp_path: Path) -> None:
    baskets = noise_shop(Noise(400, 40), seed=1)
    # The largest ones don't count.
    params = BasketParams(max_basket_size=8)
    lake = Lake(str(tmp_path))
    lake.write(Baskets, SHOP, baskets, origin=origin())
    lake.write(Baskets, shop_id("other"), baskets, origin=origin())
    found = stored_frequent_itemsets(lake.parts(Baskets, SHOP), params, 3, max_size=3, params=SPARK)
    opened = encode_baskets(baskets, params)
    assert 0 < opened.capped.basket_count < 100
    wanted = frequent_itemsets(opened, 3, max_size=3, params=KERNEL)
    assert_frame_equal(found, wanted)
    assert set(found.get_column("variant_ids").list.len()) == {1, 2, 3}
    itemsets(
        "shop", tmp_path / "out.parquet", landing=str(tmp_path), lake=str(tmp_path), engine="spark"
    )
    itemsets("shop", tmp_path / "kernel.parquet", landing=str(tmp_path), lake=str(tmp_path))
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert_frame_equal(written, pl.read_parquet(tmp_path / "kernel.parquet"))
    assert written.height > 40


def test_a_shop_that_nothing_is_stored_of_has_no_itemsets() -> None:
    none = stored_frequent_itemsets(no_parts(Baskets), BasketParams(), 1, max_size=3, params=SPARK)
    assert none.is_empty()


def test_the_engine_is_named_as_asked_for() -> None:
    assert engine_in_use(SPARK) == "spark"


def test_a_master_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    session().stop()
    with monkeypatch.context() as patch:
        patch.setenv("BUNDLE_SPARK_MASTER", "nowhere")
        with pytest.raises(ConfigError, match=r"BP-SPARK-SESSION Spark at nowhere.*Master URL"):
            session()
