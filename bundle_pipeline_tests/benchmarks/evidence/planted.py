"""Pairs of known truth: how much of what is shown is planted, and how much of it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline_tests.support.generators import Noise, planted_shop

PLANTED_PAIRS = 30
# Orders that get a planted pair on top: from a lift of about 2 among popular variants to hundreds.
PLANTED_SHARES = (0.02, 0.05, 0.1, 0.3)
SHOPS = (
    Noise(order_count=1000, variant_count=200, mean_size=3),
    Noise(order_count=10_000, variant_count=1000, mean_size=5),
    Noise(order_count=10_000, variant_count=60, mean_size=4, zipf=0.5),
    Noise(order_count=50_000, variant_count=5000, mean_size=8),
)


@dataclass(frozen=True)
class Found:
    """What was shown of planted pairs, over all seeds of one kind of shop."""

    noise: Noise
    planted_share: float
    shown_count: int
    right_count: int
    planted_count: int
    popular_recall: float
    """Share found of the planted pairs whose rarer variant is in the more popular half."""

    @property
    def precision(self) -> float:
        """Share of what is shown that was planted; 1 where nothing is shown."""
        return self.right_count / self.shown_count if self.shown_count else 1.0

    @property
    def recall(self) -> float:
        """Share of what was planted that is shown."""
        return self.right_count / self.planted_count


def found_pairs(seeds: int) -> Iterator[Found]:
    """Every kind of shop with every strength."""
    for noise, share in product(SHOPS, PLANTED_SHARES):
        yield _found(noise, share, seeds)


def _found(noise: Noise, planted_share: float, seeds: int) -> Found:
    shown_count = right_count = 0
    popular: list[bool] = []
    for seed in range(seeds):
        baskets, planted = planted_shop(
            noise, pair_count=PLANTED_PAIRS, planted_share=planted_share, seed=seed
        )
        rules = mine_pair_rules(encode_baskets(baskets), MiningParams()).filter("is_significant")
        shown = {
            pair
            for pair in rules.select("antecedent_id", "consequent_id").iter_rows()
            if pair[0] < pair[1]
        }
        shown_count += len(shown)
        right_count += len(shown & planted)
        # Generated ids are in the order of popularity.
        popular += [pair in shown for pair in planted if int(pair[1][1:]) < noise.variant_count / 2]
    return Found(
        noise,
        planted_share,
        shown_count,
        right_count,
        PLANTED_PAIRS * seeds,
        float(np.mean(popular)) if popular else 0.0,
    )
