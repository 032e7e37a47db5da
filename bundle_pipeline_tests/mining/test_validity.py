"""Noise shows nothing, planted pairs show: what a merchant relies on, on shops of known truth.

The full run over more and larger shops is ``bundle_pipeline_tests.benchmarks.null_shops``.
"""

import dataframely as dy
import polars as pl
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline_tests.support.generators import (
    Noise,
    Pairs,
    independent_shop,
    noise_shop,
    planted_shop,
)

# If 1 shop in 20 showed something, 60 clean shops in a row would have a chance of 0.95 ** 60 =
# 0.046: seeing them puts the true share of clean shops above 95 % at the 95 % level.
CLEAN_SHOPS = 60
SEEDS = CLEAN_SHOPS // 3
SIZES = (
    Noise(order_count=500, variant_count=100, mean_size=3),
    Noise(order_count=4000, variant_count=400, mean_size=4),
    # Few products in many orders: where a null that pools basket sizes fails first.
    Noise(order_count=8000, variant_count=25, mean_size=3, zipf=0.6),
)


def _shown(baskets: dy.DataFrame[Baskets]) -> Pairs:
    rules = mine_pair_rules(encode_baskets(baskets), MiningParams()).filter(
        "is_significant", pl.col("antecedent_id") < pl.col("consequent_id")
    )
    return set(rules.select("antecedent_id", "consequent_id").iter_rows())


def test_noise_shows_no_pair() -> None:
    shown = [_shown(noise_shop(noise, seed=seed)) for noise in SIZES for seed in range(SEEDS)]
    assert len(shown) == CLEAN_SHOPS
    assert shown == [set()] * CLEAN_SHOPS


@pytest.mark.parametrize("zipf", [0.0, 0.9])
def test_variants_bought_independently_show_no_pair(zipf: float) -> None:
    for seed in range(5):
        baskets = independent_shop(
            order_count=10_000, variant_count=60, mean_size=3, zipf=zipf, seed=seed
        )
        assert _shown(baskets) == set()


def test_planted_pairs_show_and_hardly_anything_else_does() -> None:
    noise = Noise(order_count=4000, variant_count=400, mean_size=4)
    false, found, planted_count = 0, 0, 0
    for seed in range(10):
        baskets, planted = planted_shop(noise, pair_count=20, planted_share=0.1, seed=seed)
        shown = _shown(baskets)
        false += len(shown - planted)
        found += len(shown & planted)
        planted_count += len(planted)
    assert found / (found + false) >= 0.95
    assert found / planted_count >= 0.9


def test_pairs_bought_together_make_no_triples() -> None:
    noise = Noise(order_count=4000, variant_count=60, mean_size=5)
    for seed in range(5):
        baskets, _ = planted_shop(noise, pair_count=20, planted_share=0.3, seed=seed)
        rules = mine_pair_rules(encode_baskets(baskets), MiningParams())
        assert mine_itemsets(encode_baskets(baskets), rules, MiningParams()).is_empty()
