import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets, most_popular
from bundle_pipeline.mining.neighbours.linear import fit_linear, invert, most_items
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline_tests.mining.neighbours.shops import Floats, dense, items_of
from bundle_pipeline_tests.support.generators import Noise, noise_shop


def plain(ridge: float, **changes: float) -> NeighbourParams:
    """Plain EASE, every basket with the same weight."""
    given = {"ridge": ridge, "size_exponent": 0.0, "popularity_discount": 0.0}
    return NeighbourParams.model_validate(given | changes)


def ease(held: Floats, ridge: float) -> Floats:
    """As its paper writes it."""
    inverse = np.linalg.inv(held.T @ held + ridge * np.eye(held.shape[1]))
    weights = -inverse / np.diagonal(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def test_a_hand_worked_shop() -> None:
    # Two items that are always together, in 3 baskets of two: X'X + 1 = [[4, 3], [3, 4]], whose
    # inverse is [[4, -3], [-3, 4]] / 7, so that B = 3 / 4: ridge regression of one on the other.
    fitted = fit_linear(items_of("ab", "ab", "ab"), plain(1))
    assert fitted.weights == pytest.approx(np.array([[0, 0.75], [0.75, 0]]))


def test_popular_neighbours_are_discounted() -> None:
    # a is in 4 baskets, b in 1; the mean is 2.5.
    items = items_of("ab", "a", "a", "a")
    undiscounted = fit_linear(items, plain(1)).weights
    discounted = fit_linear(items, plain(1, popularity_discount=0.5)).weights
    assert discounted[0, 1] == pytest.approx(undiscounted[0, 1] / (1 / 2.5) ** 0.5)
    assert discounted[1, 0] == pytest.approx(undiscounted[1, 0] / (4 / 2.5) ** 0.5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abcdef", min_size=2, max_size=6), max_size=20), st.floats(0.1, 100))
def test_it_equals_the_explicit_formula(baskets: list[str], ridge: float) -> None:
    items = items_of(*baskets)
    held = dense(items)[items.basket_size > 1]
    fitted = fit_linear(items, plain(ridge))
    assert fitted.weights == pytest.approx(ease(held, ridge), abs=1e-9)


def test_large_baskets_weigh_less() -> None:
    items = items_of("abc", "ab")
    weighted = dense(items) * np.sqrt(np.array([0.5, 1.0]))[:, None]
    fitted = fit_linear(items, plain(2, size_exponent=1))
    assert fitted.weights == pytest.approx(ease(weighted, 2))


def test_single_precision_is_close_and_is_used_where_double_does_not_fit() -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=4000, variant_count=700), seed=1))
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=1))
    double = fit_linear(items, NeighbourParams(max_model_mb=4))
    single = fit_linear(items, NeighbourParams(max_model_mb=3))
    assert double.weights.dtype == np.float64
    assert single.weights.dtype == np.float32
    assert single.weights == pytest.approx(double.weights, abs=1e-5)


@pytest.mark.parametrize("size", [1, 2, 511, 512, 513, 1030])
def test_a_matrix_is_inverted_in_place(size: int) -> None:
    rng = np.random.default_rng(size)
    factor = rng.standard_normal((size, size))
    matrix = factor @ factor.T + size * np.eye(size)
    inverse = matrix.copy()
    invert(inverse)
    assert matrix @ inverse == pytest.approx(np.eye(size), abs=1e-8)
    assert (inverse == inverse.T).all()


def test_a_matrix_that_cannot_be_inverted_names_the_setting() -> None:
    with pytest.raises(ConfigError, match="BP-NEIGHBOURS-RIDGE setting mining"):
        invert(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_12000_variants_fit_the_default() -> None:
    assert most_items(NeighbourParams().max_model_mb) == 12_000
