import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.neighbours.factors import fit_factors
from bundle_pipeline.mining.neighbours.item_baskets import ItemBaskets, item_baskets, most_popular
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline_tests.mining.neighbours.shops import Floats, dense, item_scores, items_of
from bundle_pipeline_tests.support.generators import Noise, noise_shop


def test_a_hand_worked_shop() -> None:
    # Columns of length 1: five items that are always together make a singular value of 5 squared
    # lengths, three of 3. The first factor is the five, each with a fifth.
    items = items_of("abcde", *["fgh"] * 4)
    scores = item_scores(fit_factors(items, NeighbourParams(svd_rank=1)), items)
    within = np.full((5, 5), 0.2) - np.diag([0.2] * 5)
    assert scores[:5, :5] == pytest.approx(within)
    assert np.abs(scores[5:]).max() < 1e-6


def normed(items: ItemBaskets, params: NeighbourParams) -> tuple[Floats, Floats]:
    """Weighted baskets with columns of length 1, and what they were divided by."""
    rows = dense(items) * np.sqrt(items.weights(params.size_exponent))[:, None]
    norm = np.linalg.norm(rows, axis=0)
    return rows / norm, norm


def test_it_equals_the_dense_decomposition() -> None:
    # Six groups that are mostly bought whole, and a few baskets across: six large factors.
    groups = ["abcde", "fghij", "klmno", "pqrst", "uvwxy", "ABCDE"]
    across = ["afk", "pu", "bA", "gmqvB", "jk"]
    baskets = [groups[i % 6][: 5 - i % 2] for i in range(80)] + across
    items = items_of(*baskets)
    params = NeighbourParams(svd_rank=6)
    rows, norm = normed(items, params)
    _, values, vectors = np.linalg.svd(rows, full_matrices=False)
    assert values[5] > 1.5 * values[6]
    expected = vectors[:6].T @ vectors[:6] / norm[:, None] * norm[None, :]
    found = fit_factors(items, params)
    assert found.given @ found.scored.T == pytest.approx(expected, abs=1e-6)


def test_factors_explain_as_much_as_the_exact_ones_where_none_stands_out() -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=3000, variant_count=200), seed=1))
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=5))
    params = NeighbourParams(svd_rank=30)
    rows, norm = normed(items, params)
    found = fit_factors(items, params).given * norm[:, None]
    assert found.T @ found == pytest.approx(np.eye(30), abs=1e-9)
    exact = (np.linalg.svd(rows, compute_uv=False)[:30] ** 2).sum()
    assert ((rows @ found) ** 2).sum() > 0.98 * exact


@pytest.mark.parametrize(
    "baskets", [(), ("a",), ("ab",), ("a", "b"), ("abc",) * 20], ids=lambda b: f"{len(b)}"
)
def test_fewer_items_than_factors_are_fine(baskets: tuple[str, ...]) -> None:
    items = items_of(*baskets)
    scores = fit_factors(items, NeighbourParams()).of(items.matrix)
    assert scores.shape == items.matrix.shape
    assert np.isfinite(scores).all()
