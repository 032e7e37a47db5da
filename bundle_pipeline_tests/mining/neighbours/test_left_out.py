from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.neighbours.blend import BlendedScores
from bundle_pipeline.mining.neighbours.completion import HeldOut, held_out, places_of
from bundle_pipeline.mining.neighbours.covisitation import fit_covisitation
from bundle_pipeline.mining.neighbours.item_baskets import (
    Floats,
    ItemBaskets,
    item_baskets,
    most_popular,
)
from bundle_pipeline.mining.neighbours.left_out import left_out_covisitation, left_out_linear
from bundle_pipeline.mining.neighbours.linear import fit_linear
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline_tests.mining.neighbours.shops import items_of
from bundle_pipeline_tests.support.generators import Noise, planted_shop


@dataclass(frozen=True)
class _Without(ItemBaskets):
    """Baskets one of which counts nothing."""

    without: int

    def weights(self, size_exponent: float) -> Floats:
        weights = super().weights(size_exponent)
        weights[self.without] = 0
        return weights


@pytest.mark.parametrize("blend", [0.0, 0.5])
@pytest.mark.parametrize("size_exponent", [0.0, 0.5])
def test_leaving_a_basket_out_is_fitting_without_it(size_exponent: float, blend: float) -> None:
    shop, _ = planted_shop(
        Noise(order_count=60, variant_count=15), pair_count=4, planted_share=0.5, seed=2
    )
    encoded = encode_baskets(shop)
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=2))
    params = NeighbourParams(size_exponent=size_exponent, popularity_discount=0, ridge=2)
    baskets = held_out(items, max_baskets=1000)
    places: list[float] = []
    for place, row in enumerate(np.flatnonzero(items.basket_size > 1)):
        others = _Without(items.items, items.basket_count, items.matrix, int(row))
        scores = BlendedScores(
            fit_linear(others, params), fit_covisitation(others, params), covisitation_weight=blend
        )
        given, hidden = baskets.given[place : place + 1], baskets.hidden[place : place + 1]
        places.extend(places_of(scores.of(given), given, hidden, items.basket_count))
    left = left_out_linear(items, baskets, params)
    left += blend * left_out_covisitation(items, baskets, params)
    found = places_of(left, baskets.given, baskets.hidden, items.basket_count)
    assert found.tolist() == places


@pytest.mark.parametrize("scores", [left_out_linear, left_out_covisitation])
def test_without_baskets_of_two_nothing_is_left_out(
    scores: Callable[[ItemBaskets, HeldOut, NeighbourParams], Floats],
) -> None:
    items = items_of("a", "b")
    assert scores(items, held_out(items, max_baskets=9), NeighbourParams()).shape == (0, 2)
