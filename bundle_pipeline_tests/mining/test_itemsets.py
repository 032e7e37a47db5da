import dataframely as dy
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.mining.triple_counts import frequent_triples, pairs_to_grow
from bundle_pipeline.schemas.mining import Itemsets
from bundle_pipeline.statistics.poisson import upper_tail
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, baskets_frame, shuffled
from bundle_pipeline_tests.support.oracles import set_counts

# 120 baskets of 3; abc 15 times, the rest are triples of other variants and loose pairs of a, b, c.
TRIPLE_SHOP = (
    ["abc"] * 15
    + [f"ab{x}" for x in "defgh"]
    + [f"ac{x}" for x in "defgh"]
    + [f"bc{x}" for x in "defgh"]
    + ["def", "egh", "fgi", "hij", "dgj", "eij"] * 15
)


def _mined(*baskets: str, params: MiningParams) -> dy.DataFrame[Itemsets]:
    frame = baskets_frame(*baskets)
    return mine_itemsets(
        encode_baskets(frame), mine_pair_rules(encode_baskets(frame), params), params
    )


def test_a_triple_is_tested_against_its_best_pair_and_the_third_variant() -> None:
    itemsets = _mined(*TRIPLE_SHOP, params=MiningParams())
    row = itemsets.row(by_predicate=pl.col("variant_ids") == ["a", "b", "c"], named=True)
    # 120 baskets of 3, 360 lines, all in one class. a, b, c in 25 baskets each, each pair in 20.
    # Places filled: 20 places beside the pair * 25 / 360. Drawn: 20 * 25/120 * (1 - 95/120 *
    # 2 * 95/120 / spread). All three splits are the same here.
    n = len(TRIPLE_SHOP)
    counts = set_counts(TRIPLE_SHOP, 1)
    assert (n, counts["a",]) == (120, 25)
    spread = sum(count / n * (1 - count / n) for count in counts.values())
    drawn = 20 * 25 / n * (1 - (1 - 25 / n) * 2 * (1 - 25 / n) / spread)
    filled = 20 * 25 / (3 * n)
    assert row["basket_count"] == 15
    assert row["support"] == pytest.approx(15 / n)
    assert row["expected_count"] == pytest.approx(max(drawn, filled))
    assert row["adjusted_lift"] == pytest.approx(15 / row["expected_count"])
    p_value = upper_tail(np.array([15]), np.array([row["expected_count"]]))[0]
    assert row["p_value"] == pytest.approx(p_value)
    assert row["q_value"] <= min(1.0, p_value * 120)


def test_a_popular_third_variant_adds_nothing_to_a_pair() -> None:
    # a and b go together; x comes with everything four times in five.
    baskets = (["abx"] * 4 + ["ab"] + ["cdx"] * 4 + ["cd"] + ["efx"] * 4 + ["ef"]) * 20
    assert _mined(*baskets, params=MiningParams()).is_empty()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text("abcdef", max_size=6), max_size=20),
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1])),
    st.integers(1, 3),
)
def test_triples_of_connected_pairs_equal_brute_force(
    baskets: list[str], pairs: set[tuple[int, int]], min_basket_count: int
) -> None:
    frame = baskets_frame("abcdef", *baskets)
    encoded = encode_baskets(frame)
    triples, count = frequent_triples(
        encoded,
        np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2),
        MiningParams(min_basket_count=min_basket_count),
    )
    wanted = {}
    for triple, held in set_counts(["abcdef", *baskets], 3).items():
        a, b, c = (ord(variant) - ord("a") for variant in triple)
        if held >= min_basket_count and len({(a, b), (a, c), (b, c)} & pairs) >= 2:
            wanted[a, b, c] = held
    found = {tuple(t): n for t, n in zip(triples.tolist(), count.tolist(), strict=True)}
    assert found == wanted


def test_the_limit_keeps_the_surest_pairs_and_counts_the_others() -> None:
    # A star of 4 pairs has 4 * 3 / 2 = 6 candidates; 3 of its pairs have 3.
    star = np.array([[0, 1], [0, 2], [0, 3], [0, 4]])
    everything = pairs_to_grow(star, 5, max_candidates=6)
    assert (everything.candidate_count, everything.left_out_count) == (6, 0)
    limited = pairs_to_grow(star, 5, max_candidates=5)
    assert limited.pairs.tolist() == star[:3].tolist()
    assert (limited.candidate_count, limited.left_out_count) == (3, 1)


def test_the_limit_switches_triples_off() -> None:
    assert _mined(*TRIPLE_SHOP, params=MiningParams(max_triple_candidates=0)).is_empty()


def test_ids_are_the_same_for_the_same_variants_and_differ_for_others() -> None:
    one = _mined(*TRIPLE_SHOP, params=MiningParams())
    other = _mined(*TRIPLE_SHOP[::-1], params=MiningParams())
    assert one.get_column("itemset_id").to_list() == other.get_column("itemset_id").to_list()
    assert one.get_column("itemset_id").is_unique().all()


def test_customers_and_held_out_orders_of_a_triple_are_known() -> None:
    half = [TRIPLE_SHOP[i] for i in range(len(TRIPLE_SHOP)) if i % 2 == 0]
    baskets = baskets_frame(*half * 10, customers=[f"c{i % 7}" for i in range(len(half) * 10)])
    row = mine_itemsets(
        encode_baskets(baskets),
        mine_pair_rules(encode_baskets(baskets), MiningParams()),
        MiningParams(),
    ).row(by_predicate=pl.col("variant_ids") == ["a", "b", "c"], named=True)
    assert row["customer_count"] == 7
    assert row["held_out"] == "replicated"


def test_no_time_no_verdict() -> None:
    times = [FIRST_ORDER_AT] * len(TRIPLE_SHOP)
    baskets = baskets_frame(*TRIPLE_SHOP, ordered_at=times)
    itemsets = mine_itemsets(
        encode_baskets(baskets),
        mine_pair_rules(encode_baskets(baskets), MiningParams()),
        MiningParams(),
    )
    assert itemsets.get_column("held_out").unique().to_list() == ["untested"]


@pytest.mark.parametrize("baskets", [[], ["a"], ["abc"], ["abc"] * 50, ["a", "b"] * 10])
def test_shops_without_significant_pairs_have_no_triples(baskets: list[str]) -> None:
    assert _mined(*baskets, params=MiningParams()).is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    baskets = baskets_frame(*TRIPLE_SHOP * 2)
    rules = mine_pair_rules(encode_baskets(baskets), MiningParams())
    itemsets = mine_itemsets(encode_baskets(baskets), rules, MiningParams())
    assert itemsets.height > 0
    again = mine_itemsets(encode_baskets(shuffled(baskets, 2)), shuffled(rules, 3), MiningParams())
    assert_frame_equal(again, itemsets)
