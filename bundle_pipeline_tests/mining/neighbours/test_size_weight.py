from dataclasses import dataclass

import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.neighbours.completion import PLACES, held_out, places_of
from bundle_pipeline.mining.neighbours.item_baskets import (
    Floats,
    ItemBaskets,
    item_baskets,
    most_popular,
)
from bundle_pipeline.mining.neighbours.linear import fit_linear
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.size_weight import left_out_places, with_chosen_weight
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, planted_shop


@dataclass(frozen=True)
class _Weighted(ItemBaskets):
    """Baskets with weights of their own."""

    own_weights: Floats

    def weights(self, size_exponent: float) -> Floats:
        del size_exponent
        return self.own_weights


@pytest.mark.parametrize("size_exponent", [0.0, 0.5])
def test_leaving_a_basket_out_is_fitting_without_it(size_exponent: float) -> None:
    shop, _ = planted_shop(
        Noise(order_count=60, variant_count=15), pair_count=4, planted_share=0.5, seed=2
    )
    encoded = encode_baskets(shop)
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=2))
    params = NeighbourParams(size_exponent=size_exponent, popularity_discount=0, ridge=2)
    left_out = held_out(items, max_baskets=1000)
    places: list[float] = []
    for place, row in enumerate(np.flatnonzero(items.basket_size > 1)):
        matrix = items.matrix.copy()
        matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]] = 0
        weight = items.weights(size_exponent)
        weight[row] = 0
        others = _Weighted(items.items, items.basket_count, items.matrix, weight)
        given, hidden = left_out.given[place : place + 1], left_out.hidden[place : place + 1]
        scores = fit_linear(others, params).of(given)
        places.extend(places_of(scores, given, hidden, items.basket_count))
    assert left_out_places(items, params).tolist() == places


def test_equal_baskets_are_chosen_where_only_large_ones_tell_something() -> None:
    # 20 pairs are 8 times each in baskets of 8 with 6 others; baskets of two are drawn at random.
    rng = np.random.default_rng(0)
    variants = [chr(0x4E00 + i) for i in range(120)]
    pairs = [variants[i : i + 2] for i in range(0, 40, 2)]
    large = ["".join((*pair, *rng.choice(variants[40:], 6, replace=False))) for pair in pairs * 8]
    small = ["".join(rng.choice(variants, 2, replace=False)) for _ in range(600)]
    encoded = encode_baskets(baskets_frame(*large, *small))
    weighted = NeighbourParams(size_exponent=1)
    equal = NeighbourParams(size_exponent=0)
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=5))
    hits = [(left_out_places(items, each) <= PLACES).sum() for each in (weighted, equal)]
    assert hits[0] < hits[1]
    assert with_chosen_weight(encoded, weighted) == equal
    as_set = weighted.model_copy(update={"try_equal_baskets": False})
    assert with_chosen_weight(encoded, as_set) is as_set


def test_large_baskets_weigh_less_where_small_ones_tell_more() -> None:
    shop = Noise(order_count=300, variant_count=60)
    encoded = encode_baskets(planted_shop(shop, pair_count=20, planted_share=0.5, seed=0)[0])
    assert with_chosen_weight(encoded, NeighbourParams()).size_exponent == 0.5


@pytest.mark.parametrize("baskets", [[], ["a"], ["ab"], ["a", "b"], ["abc"] * 30])
def test_where_nothing_speaks_for_equal_baskets_the_setting_stays(baskets: list[str]) -> None:
    params = NeighbourParams(min_basket_count=1)
    assert with_chosen_weight(encode_baskets(baskets_frame(*baskets)), params) is params
