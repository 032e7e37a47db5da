import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.degree_null import degree_null, expected_pair_counts
from bundle_pipeline.mining.edge_swaps import edge_swapped
from bundle_pipeline.mining.pair_counts import frequent_pairs, variant_counts
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, noise_shop

AB = np.array([[0, 1]])


def test_equal_variants_in_equal_baskets_share_the_places() -> None:
    # ab cd: each variant is in half of two baskets, so each chance is 1/2. Places filled after one
    # variant: 2 * 1/4 * 1 / (2 - 1/2) = 1/3. Drawn at once: 2 * (1/4 - 1/16 / 1) = 3/8.
    null = degree_null(encode_baskets(baskets_frame("ab", "cd")))
    assert null.chance.tolist() == [[pytest.approx(0.5, rel=1e-5)]]
    assert expected_pair_counts(null, AB)[0] == pytest.approx(3 / 8, rel=1e-5)


def test_counts_and_sizes_come_out() -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=500, variant_count=60), seed=1))
    null = degree_null(encoded)
    chance = null.chance[null.row]
    assert chance @ null.baskets == pytest.approx(variant_counts(encoded), rel=1e-5)
    assert chance.sum(axis=0) == pytest.approx(null.size, rel=1e-5)


def test_baskets_of_one_variant_hold_no_pair() -> None:
    null = degree_null(encode_baskets(baskets_frame(*"abcde" * 20)))
    assert expected_pair_counts(null, AB)[0] == 0.0


def test_where_every_basket_holds_everything_nothing_is_left_to_chance() -> None:
    null = degree_null(encode_baskets(baskets_frame(*["ab"] * 50)))
    assert expected_pair_counts(null, AB)[0] == pytest.approx(50, rel=1e-2)


def test_a_shop_without_baskets_has_no_pairs() -> None:
    null = degree_null(encode_baskets(baskets_frame()))
    assert expected_pair_counts(null, np.empty((0, 2), dtype=np.int64)).size == 0


@pytest.mark.parametrize(
    "noise",
    [
        Noise(order_count=20_000, variant_count=30, mean_size=3, zipf=0.5),
        Noise(order_count=10_000, variant_count=1000, mean_size=8),
    ],
)
def test_expected_counts_are_those_of_shuffled_orders(noise: Noise) -> None:
    encoded = edge_swapped(encode_baskets(noise_shop(noise, seed=5)), seed=6)
    pairs, count = frequent_pairs(encoded, 50, CountingParams())
    expected = expected_pair_counts(degree_null(encoded), pairs)
    assert count.sum() / expected.sum() == pytest.approx(1.0, abs=0.03)
    # Counts scatter around them as chance does: the largest of some thousands by four deviations.
    assert np.abs((count - expected) / np.sqrt(expected)).max() < 6
