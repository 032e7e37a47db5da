from pathlib import Path

import pytest

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.params import MiningParams, NullName
from bundle_pipeline.mining.shuffle_check import Passed, shuffle_check
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, planted_shop
from bundle_pipeline_tests.support.landing import loaded_shop
from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS


@pytest.mark.parametrize("null", ["size_classes", "degrees"])
def test_planted_pairs_pass_and_in_shuffled_orders_nothing_does(null: NullName) -> None:
    noise = Noise(order_count=2000, variant_count=100, mean_size=4)
    baskets, _ = planted_shop(noise, pair_count=20, planted_share=0.3, seed=1)
    params = MiningParams(null_model=null)
    real, *shuffled = shuffle_check(encode_baskets(baskets), params, seeds=3)
    assert real.seed is None
    assert real.pair_count >= 18
    assert real.expected_false_count == pytest.approx(0.05 * real.pair_count)
    assert shuffled == [Passed(seed, 0, 0, 0.0) for seed in range(3)]


def test_a_second_false_pair_is_too_many() -> None:
    assert Passed(seed=0, pair_count=1, triple_count=0, expected_false_count=0.05).is_within_bar
    assert not Passed(seed=0, pair_count=2, triple_count=0, expected_false_count=0.1).is_within_bar
    assert Passed(seed=None, pair_count=2, triple_count=0, expected_false_count=0.1).is_within_bar


def test_an_empty_shop_passes_nothing() -> None:
    rows = list(shuffle_check(encode_baskets(baskets_frame()), MiningParams(), seeds=1))
    assert [(row.pair_count, row.triple_count) for row in rows] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("shop", sorted(folder.name for folder in SAMPLE_SHOPS.iterdir()))
def test_shuffled_orders_of_a_sample_shop_pass_at_most_one_pair(shop: str, tmp_path: Path) -> None:
    loaded = loaded_shop(SAMPLE_SHOPS, shop, tmp_path)
    baskets = encode_baskets(baskets_of(loaded.orders, loaded.order_lines))
    assert all(passed.is_within_bar for passed in shuffle_check(baskets, MiningParams(), seeds=2))
