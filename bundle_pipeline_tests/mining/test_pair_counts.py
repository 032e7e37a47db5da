from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining import pair_counts
from bundle_pipeline.mining.pair_counts import count_pairs
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline_tests.support.frames import baskets_frame, shuffled
from bundle_pipeline_tests.support.generators import Noise, noise_shop
from bundle_pipeline_tests.support.oracles import basket_sets, mlxtend_itemset_counts, set_counts

SHOPS = st.lists(st.text("abcdefgh", max_size=6), max_size=25)


@settings(max_examples=60, deadline=None)
@given(SHOPS, st.integers(1, 3))
def test_pairs_equal_brute_force(baskets: list[str], min_basket_count: int) -> None:
    pairs = count_pairs(
        encode_baskets(baskets_frame(*baskets)), MiningParams(min_basket_count=min_basket_count)
    )
    wanted = {
        pair: count for pair, count in set_counts(baskets, 2).items() if count >= min_basket_count
    }
    assert {(a, b): count for a, b, count in pairs.rows()} == wanted
    assert pairs.rows() == sorted(pairs.rows())


def test_pairs_equal_those_of_mlxtend() -> None:
    baskets = noise_shop(Noise(order_count=400, variant_count=40), seed=1)
    pairs = count_pairs(encode_baskets(baskets), MiningParams(min_basket_count=5))
    assert {(a, b): count for a, b, count in pairs.rows()} == mlxtend_itemset_counts(
        basket_sets(baskets), 5, max_size=2
    )
    assert pairs.height > 100


def test_pairs_of_baskets_above_the_limit_are_not_counted() -> None:
    baskets = encode_baskets(baskets_frame("ab", "ab", "abc"), BasketParams(max_basket_size=2))
    assert count_pairs(baskets, MiningParams(min_basket_count=1)).rows() == [("a", "b", 2)]


def test_no_pairs_without_two_variants_in_a_basket() -> None:
    params = MiningParams(min_basket_count=1)
    for baskets in (baskets_frame(), baskets_frame("a"), baskets_frame("a", "b", "a")):
        assert count_pairs(encode_baskets(baskets), params).is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    baskets = noise_shop(Noise(order_count=200, variant_count=30), seed=3)
    params = MiningParams(min_basket_count=2)
    assert count_pairs(encode_baskets(shuffled(baskets, 4)), params).equals(
        count_pairs(encode_baskets(baskets), params)
    )


def test_a_variant_that_is_in_every_basket_pairs_with_all() -> None:
    encoded = encode_baskets(baskets_frame("ab", "ac", "a", "abc"))
    assert pair_counts.variant_counts(encoded).tolist() == [4, 2, 2]
    pairs, count = pair_counts.frequent_pairs(encoded, 2, MiningParams())
    assert pairs.tolist() == [[0, 1], [0, 2]]
    assert count.tolist() == [2, 2]
