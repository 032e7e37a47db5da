import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.neighbours.factors import fit_factors
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets, most_popular
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline_tests.mining.neighbours.shops import dense, item_scores, items_of
from bundle_pipeline_tests.support.generators import Noise, planted_shop


def test_a_hand_worked_shop() -> None:
    # One factor of two groups, abcd 3 times and efgh once: it is the larger group, each item of it
    # with a quarter of its length.
    items = items_of(*["abcd"] * 3, "efgh")
    scores = item_scores(fit_factors(items, NeighbourParams(svd_rank=1)), items)
    within = np.full((4, 4), 0.25) - np.diag([0.25] * 4)
    assert scores[:4, :4] == pytest.approx(within)
    assert np.abs(scores[4:]).max() < 1e-6


def test_it_equals_the_dense_decomposition() -> None:
    shop, _ = planted_shop(
        Noise(order_count=3000, variant_count=60), pair_count=8, planted_share=0.6, seed=1
    )
    encoded = encode_baskets(shop)
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=1))
    params = NeighbourParams(svd_rank=8)
    rows = dense(items) * np.sqrt(items.weights(params.size_exponent))[:, None]
    norm = np.linalg.norm(rows, axis=0)
    _, values, vectors = np.linalg.svd(rows / norm, full_matrices=False)
    assert values[7] > values[8] * 1.001
    expected = vectors[:8].T @ vectors[:8] / norm[:, None] * norm[None, :]
    found = fit_factors(items, params)
    assert found.given @ found.scored.T == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    "baskets", [(), ("a",), ("ab",), ("a", "b"), ("abc",) * 20], ids=lambda b: f"{len(b)}"
)
def test_fewer_items_than_factors_are_fine(baskets: tuple[str, ...]) -> None:
    items = items_of(*baskets)
    scores = fit_factors(items, NeighbourParams()).of(items.matrix)
    assert scores.shape == items.matrix.shape
    assert np.isfinite(scores).all()
