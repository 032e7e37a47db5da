"""One contract for every counting engine: the same itemsets with the same counts."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.errors import ConfigError, SchemaError
from bundle_pipeline.mining import counting, duckdb_counts, scipy_counts
from bundle_pipeline.mining.counting import (
    count_connected_triples,
    count_itemsets,
    encoded_lines,
    engine_in_use,
)
from bundle_pipeline.mining.itemset_counts import Counts, ItemsetCounts, in_order
from bundle_pipeline.mining.kernel import counts as kernel_counts
from bundle_pipeline.mining.kernel import item_stream, library, postings, rows, threads
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline_tests.support.generators import Noise, noise_shop
from bundle_pipeline_tests.support.kernels import kernel_files, without_kernel
from bundle_pipeline_tests.support.oracles import basket_sets, mlxtend_itemset_counts, set_counts

# Items are letters, a is 0; repeats are meant.
SHOPS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), max_size=25)
PARAMS = CountingParams()
ENGINES = {"kernel": kernel_counts, "duckdb": duckdb_counts, "scipy": scipy_counts}

Table = dict[tuple[int, ...], int]


def lines_of(baskets: Sequence[Sequence[int] | str]) -> pl.DataFrame:
    numbered = [
        (i, ord(item) - ord("a") if isinstance(item, str) else item)
        for i, basket in enumerate(baskets)
        for item in basket
    ]
    return pl.DataFrame(numbered, schema={"basket": pl.Int64, "item": pl.Int64}, orient="row")


def table(found: ItemsetCounts) -> Table:
    rows = zip(found.items.tolist(), found.basket_count.tolist(), strict=True)
    return {tuple(items): count for items, count in rows}


def brute_force(baskets: Sequence[str], size: int, min_basket_count: int) -> Table:
    return {
        tuple(ord(item) - ord("a") for item in itemset): count
        for itemset, count in set_counts(baskets, size).items()
        if count >= min_basket_count
    }


def assert_same(one: Counts, other: Counts) -> None:
    assert one.basket_count == other.basket_count
    assert one.item_basket_count.tolist() == other.item_basket_count.tolist()
    for mine, theirs in zip(one.itemsets, other.itemsets, strict=True):
        assert np.array_equal(mine.items, theirs.items)
        assert np.array_equal(mine.basket_count, theirs.basket_count)


every_engine = pytest.mark.parametrize("engine", ENGINES)


def counted(
    engine: str,
    lines: pl.DataFrame | pl.LazyFrame,
    min_basket_count: int,
    *,
    max_size: int = 3,
    params: CountingParams = PARAMS,
) -> Counts:
    return ENGINES[engine].count_itemsets(lines, min_basket_count, max_size=max_size, params=params)


@every_engine
@settings(max_examples=25, deadline=None)
@given(SHOPS, st.integers(2, 5))
def test_itemsets_equal_brute_force_at_every_threshold(
    engine: str, baskets: list[str], max_size: int
) -> None:
    for fewest in (1, 2, 3, len(baskets)):
        found = counted(engine, lines_of(baskets), max(fewest, 1), max_size=max_size)
        assert found.basket_count == len(baskets)
        for itemsets in found.itemsets:
            counts = table(itemsets)
            assert counts == brute_force(baskets, itemsets.size, max(fewest, 1))
            assert list(counts) == sorted(counts)


@every_engine
@settings(max_examples=25, deadline=None)
@given(
    SHOPS,
    st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda p: p[0] < p[1])),
    st.integers(1, 3),
)
def test_triples_of_two_given_pairs_equal_brute_force(
    engine: str, baskets: list[str], pairs: set[tuple[int, int]], fewest: int
) -> None:
    given = np.array(sorted(pairs), dtype=np.uint32).reshape(-1, 2)
    found = ENGINES[engine].count_connected_triples(lines_of(baskets), given, fewest, params=PARAMS)
    wanted = {
        (a, b, c): count
        for (a, b, c), count in brute_force(baskets, 3, fewest).items()
        if len({(a, b), (a, c), (b, c)} & pairs) >= 2
    }
    assert table(found) == wanted
    assert list(table(found)) == sorted(wanted)


@every_engine
def test_itemsets_equal_those_of_mlxtend(engine: str) -> None:
    baskets = noise_shop(Noise(order_count=400, variant_count=40), seed=1)
    encoded = encode_baskets(baskets)
    found = counted(engine, encoded_lines(encoded), 5, max_size=4)
    wanted = mlxtend_itemset_counts(basket_sets(baskets), 5, max_size=4)
    named = {
        tuple(encoded.variant_ids[item] for item in itemset): count
        for itemsets in found.itemsets
        for itemset, count in table(itemsets).items()
    }
    assert named == wanted
    assert {len(itemset) for itemset in named} == {2, 3, 4}


@every_engine
def test_items_are_counted_once_per_basket(engine: str) -> None:
    found = counted(engine, lines_of(["aab", "ba", "a", "dd"]), 1)
    assert found.basket_count == 4
    assert found.item_basket_count.tolist() == [3, 2, 0, 1]
    assert table(found.itemsets[0]) == {(0, 1): 2}


@every_engine
@pytest.mark.parametrize("baskets", [[], ["a"], ["a", "b"], ["aaaa"]])
def test_nothing_is_found_without_two_items_in_a_basket(engine: str, baskets: list[str]) -> None:
    found = counted(engine, lines_of(baskets), 1)
    assert [table(itemsets) for itemsets in found.itemsets] == [{}, {}]
    assert found.basket_count == len(baskets)


@every_engine
def test_baskets_may_have_any_numbers(engine: str) -> None:
    lines = lines_of(["ab", "ab", "c"]).with_columns(
        basket=pl.col("basket").replace_strict({0: -(2**60), 1: -1, 2: 2**62})
    )
    assert table(counted(engine, lines, 1).itemsets[0]) == {(0, 1): 2}


@every_engine
def test_a_file_is_read_in_parts(engine: str, tmp_path: Path) -> None:
    lines = encoded_lines(encode_baskets(noise_shop(Noise(2000, 50), seed=2)))
    lines.write_parquet(tmp_path / "lines.parquet", row_group_size=700)
    assert_same(
        counted(engine, pl.scan_parquet(tmp_path / "lines.parquet"), 3), counted(engine, lines, 3)
    )


@every_engine
def test_more_itemsets_than_allowed_are_refused(engine: str) -> None:
    lines = lines_of(["abcdefgh"] * 3)  # 28 pairs and 56 triples
    assert counted(engine, lines, 1, params=CountingParams(max_itemsets=84)).itemsets
    with pytest.raises(ConfigError, match="BP-COUNTING-ITEMSETS"):
        counted(engine, lines, 1, params=CountingParams(max_itemsets=83))


@every_engine
def test_all_engines_agree_on_a_shop(engine: str) -> None:
    lines = encoded_lines(encode_baskets(noise_shop(Noise(3000, 300, mean_size=6), seed=3)))
    assert_same(
        counted(engine, lines, 2),
        kernel_counts.count_itemsets(lines, 2, max_size=3, params=PARAMS),
    )


def large_lines() -> pl.DataFrame:
    return encoded_lines(encode_baskets(noise_shop(Noise(30_000, 1500, mean_size=7), seed=4)))


def test_any_number_of_threads_finds_the_same() -> None:
    lines = large_lines()
    counts = [
        count_itemsets(lines, 2, max_size=3, params=CountingParams(max_threads=most))
        for most in (1, 2, 3, 4)
    ]
    assert len(counts[0].itemsets[1]) > 1000
    for other in counts[1:]:
        assert_same(counts[0], other)


def test_any_memory_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = large_lines()
    whole = count_itemsets(lines, 2, max_size=3, params=PARAMS)
    pairs = whole.itemsets[0].items[:4000].astype(np.int64)
    triples = count_connected_triples(lines, pairs, 2, params=PARAMS)
    monkeypatch.setattr(kernel_counts, "_MEGABYTE", 1000)  # 50 kB for 200,000 lines
    monkeypatch.setattr(kernel_counts, "FEWEST_POSTING_BYTES", 40_000)
    monkeypatch.setattr(rows, "_FIRST_SCRATCH_BYTES", 8)
    monkeypatch.setattr(rows, "_FIRST_CAPACITY", 1)
    monkeypatch.setattr(item_stream, "_LINES_PER_BATCH", 1009)
    scarce = CountingParams(max_memory_mb=50)
    assert item_stream.laid_out(lines, max_bytes=50_000).is_on_disk
    assert_same(whole, count_itemsets(lines, 2, max_size=3, params=scarce))
    again = count_connected_triples(lines, pairs, 2, params=scarce)
    assert table(again) == table(triples)
    assert len(triples) > 1000


def test_blocks_of_postings_hold_at_least_one_item() -> None:
    stream = item_stream.laid_out(lines_of(["abc"] * 9 + ["ad"] * 2), max_bytes=10**6)
    with threads.threads_of(1) as one:
        baskets = postings.pruned(stream, 2, threads=one)
    # d 2, then b and c 9, a 11: d with b, and each of the others alone, at 11 postings of 4 bytes.
    assert list(postings.blocks(baskets.posting_count, max_bytes=44)) == [(0, 2), (2, 3), (3, 4)]
    assert list(postings.blocks(baskets.posting_count, max_bytes=1)) == [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
    ]


def test_items_with_very_many_partners_are_counted_without_a_counter_for_each_pair() -> None:
    # More partners than fit a triangle; every item in the same two baskets, and in one of its own.
    everything = list(range(1100))
    lines = lines_of([everything, everything, *([item] for item in everything)])
    found = count_itemsets(lines.head(2 * 1100), 2, max_size=2, params=PARAMS)
    assert len(found.itemsets[0]) == 1100 * 1099 // 2
    star = np.array([(0, other) for other in range(1, 1100)])
    triples = count_connected_triples(lines, star, 2, params=PARAMS)
    assert len(triples) == 1099 * 1098 // 2
    assert (triples.items[:, 0] == 0).all()
    assert (triples.basket_count == 2).all()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ({"basket": [1, 2, 1], "item": [0, 1, 2]}, "basket 1 after basket 2"),
        ({"basket": [1, 1], "item": [0, -1]}, "items numbered -1 to 0"),
        ({"basket": [1, 1], "item": [0, 2**31]}, "items numbered 0 to 2147483648"),
        ({"basket": [1, 1], "item": [0, None]}, "a line without basket or item"),
        ({"basket": [None, 1], "item": [0, 1]}, "a line without basket or item"),
    ],
)
def test_lines_that_are_not_as_declared_are_refused(
    lines: dict[str, list[int | None]], found: str
) -> None:
    frame = pl.DataFrame(lines, schema={"basket": pl.Int64, "item": pl.Int64})
    with pytest.raises(SchemaError, match=rf"BP-COUNTING-LINES.*{found}"):
        count_itemsets(frame, 1, max_size=2, params=PARAMS)


def test_more_lines_than_positions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_stream, "MOST_LINES", 3)
    assert count_itemsets(lines_of(["abc"]), 1, max_size=2, params=PARAMS).basket_count == 1
    with pytest.raises(SchemaError, match=r"BP-COUNTING-LINES.*4 lines"):
        count_itemsets(lines_of(["abcd"]), 1, max_size=2, params=PARAMS)


@pytest.mark.parametrize("size", [1, 17])
def test_sizes_out_of_range_are_refused(size: int) -> None:
    with pytest.raises(ConfigError, match="BP-COUNTING-SIZE"):
        count_itemsets(lines_of(["ab"]), 1, max_size=size, params=PARAMS)


def test_the_largest_size_is_counted() -> None:
    found = count_itemsets(lines_of(["abcdefghijklmnop"] * 2), 2, max_size=16, params=PARAMS)
    assert [len(itemsets) for itemsets in found.itemsets[-2:]] == [16, 1]
    assert table(found.itemsets[-1]) == {tuple(range(16)): 2}


def test_itemsets_too_wide_for_a_sort_key_are_ordered_all_the_same() -> None:
    part = np.array([[5, 2**31 - 1, 7], [5, 9, 2**31], [1, 2**31 - 1, 1]], dtype=np.uint32)
    assert table(in_order([part], size=2)) == {
        (1, 2**31 - 1): 1,
        (5, 9): 2**31,
        (5, 2**31 - 1): 7,
    }
    wide = np.array([[1, 2**30, 2**31 - 1, 3], [0, 2**30, 2**31 - 1, 4]], dtype=np.uint32)
    assert list(table(in_order([wide], size=3)).values()) == [4, 3]


def test_without_the_kernel_scipy_counts_and_says_so(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with without_kernel(tmp_path), caplog.at_level(logging.WARNING):
        assert engine_in_use(PARAMS) == "scipy"
        found = count_itemsets(lines_of(["ab", "ab"]), 2, max_size=2, params=PARAMS)
        assert table(found.itemsets[0]) == {(0, 1): 2}
        assert "SciPy counts in its place" in caplog.text
        assert engine_in_use(CountingParams(engine="duckdb")) == "duckdb"
        with pytest.raises(ConfigError, match="BP-KERNEL"):
            library.kernel()


def test_a_kernel_of_another_source_is_not_used(tmp_path: Path) -> None:
    changed = tmp_path / "counting.c"
    changed.write_bytes(library.LIBRARY.source.read_bytes() + b"\n")
    with kernel_files(source=changed):
        assert "another version" in str(library.kernel_state().problem)


def test_the_kernel_is_there() -> None:
    # Installing compiles it; if this fails, `make install` did not.
    assert library.kernel_state().problem is None
    assert counting.engine_in_use(PARAMS) == "kernel"
