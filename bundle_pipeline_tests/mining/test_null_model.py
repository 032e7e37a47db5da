import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.edge_swaps import edge_swapped
from bundle_pipeline.mining.null_model import expected_pair_counts, size_classes
from bundle_pipeline.mining.pair_counts import frequent_pairs
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, noise_shop
from bundle_pipeline_tests.support.oracles import pooled_expected_counts

AB = np.array([[0, 1]])


def test_popular_variants_are_drawn_at_maximum_entropy() -> None:
    # ab ab cd ce: 4 baskets of 2, shares of a, b, c 1/2, of d, e 1/4. Places filled: 2/8 * 2.
    # Drawn: 4 * 1/2 * 1/2 * (1 - 1/4 / (3 * 1/4 + 2 * 3/16)) = 1 - 0.25 / 1.125.
    classes = size_classes(encode_baskets(baskets_frame("ab", "ab", "cd", "ce")))
    assert classes.spread.tolist() == pytest.approx([1.125])
    assert expected_pair_counts(classes, AB)[0] == pytest.approx(1 - 0.25 / 1.125)


def test_places_beside_a_variant_are_filled_by_popularity() -> None:
    # a once beside 4 others, b once beside 1: 5 + 9 * 2 lines. Places filled: 1/23 * 4.
    baskets = ["acdef", "bg", "hi", "jk", "lm", "no", "pq", "rs", "tu", "vw"]
    classes = size_classes(encode_baskets(baskets_frame(*baskets)))
    assert expected_pair_counts(classes, AB)[0] == pytest.approx(4 / 23)


def test_baskets_of_one_variant_say_nothing_about_pairs() -> None:
    with_singles = size_classes(encode_baskets(baskets_frame("ab", "ac", "a", "b", "b")))
    without = size_classes(encode_baskets(baskets_frame("ab", "ac")))
    assert expected_pair_counts(with_singles, AB) == pytest.approx(
        expected_pair_counts(without, AB)
    )


def test_a_pair_that_every_basket_holds_is_expected_in_every_basket() -> None:
    classes = size_classes(encode_baskets(baskets_frame("ab", "ab", "ab")))
    assert expected_pair_counts(classes, AB)[0] == pytest.approx(3.0)


def test_sizes_are_classes_of_their_own_where_there_are_enough_baskets() -> None:
    baskets = ["ab"] * 100 + ["abc"] * 100 + ["abcd"] * 99 + ["abcde"] + ["a"] * 7
    classes = size_classes(encode_baskets(baskets_frame(*baskets)))
    assert classes.baskets.tolist() == [100, 100, 100]
    assert (classes.of_basket == -1).sum() == 7


def test_few_baskets_share_one_class_and_none_have_none() -> None:
    assert size_classes(encode_baskets(baskets_frame("ab", "abc", "abcdefgh"))).class_count == 1
    assert size_classes(encode_baskets(baskets_frame("a", "b"))).class_count == 0
    assert size_classes(encode_baskets(baskets_frame())).class_count == 0


def test_size_classes_keep_two_groups_of_customers_apart() -> None:
    # Retailers buy a beside b in one basket of six, each by itself often; wholesale baskets of nine
    # hold c to k. Over all sizes at once c and d look associated; among baskets of nine they don't.
    retail = ["ab", "ax", "ay", "bx", "by", "xy"] * 100
    wholesale = ["cdefghijk"] * 100
    encoded = encode_baskets(baskets_frame(*retail, *wholesale))
    code = encoded.variant_ids.to_list().index
    cd = np.array([[code("c"), code("d")]])
    assert expected_pair_counts(size_classes(encoded), cd)[0] == pytest.approx(100)
    assert pooled_expected_counts(encoded, cd)[0] < 50


@pytest.mark.parametrize(
    "noise",
    [
        Noise(order_count=20_000, variant_count=30, mean_size=3, zipf=0.5),
        Noise(order_count=20_000, variant_count=100, mean_size=4),
        Noise(order_count=10_000, variant_count=1000, mean_size=8),
    ],
)
def test_expected_counts_are_right_on_orders_without_associations(noise: Noise) -> None:
    # Within 3 % in sum over the popular pairs; the pooled null is up to 10 % off either way.
    encoded = edge_swapped(encode_baskets(noise_shop(noise, seed=5)), seed=6)
    pairs, count = frequent_pairs(encoded, 50, CountingParams())
    expected = expected_pair_counts(size_classes(encoded), pairs)
    assert count.sum() / expected.sum() == pytest.approx(1.0, abs=0.03)
