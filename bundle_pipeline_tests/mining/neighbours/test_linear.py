import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining.neighbours.item_baskets import csr_array, item_baskets, most_popular
from bundle_pipeline.mining.neighbours.linear import (
    LinearScores,
    fit_linear,
    most_items,
    ridged_inverse,
)
from bundle_pipeline.mining.neighbours.packed import FullMatrix, PackedMatrix
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import Scores
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


def weights(fitted: LinearScores) -> Scores:
    """Of every item (rows) for every other."""
    each = csr_array(np.eye(fitted.scale.size))
    return fitted.of(each)


def test_a_hand_worked_shop() -> None:
    # Two items that are always together, in 3 baskets of two: X'X + 1 = [[4, 3], [3, 4]], whose
    # inverse is [[4, -3], [-3, 4]] / 7, so that B = 3 / 4: ridge regression of one on the other.
    fitted = fit_linear(items_of("ab", "ab", "ab"), plain(1))
    assert weights(fitted) == pytest.approx(np.array([[0, 0.75], [0.75, 0]]))


def test_popular_neighbours_are_discounted() -> None:
    # a is in 4 baskets, b in 1; the mean is 2.5.
    items = items_of("ab", "a", "a", "a")
    undiscounted = weights(fit_linear(items, plain(1)))
    discounted = weights(fit_linear(items, plain(1, popularity_discount=0.5)))
    assert discounted[0, 1] == pytest.approx(undiscounted[0, 1] / (1 / 2.5) ** 0.5)
    assert discounted[1, 0] == pytest.approx(undiscounted[1, 0] / (4 / 2.5) ** 0.5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abcdef", min_size=2, max_size=6), max_size=20), st.floats(0.1, 100))
def test_it_equals_the_explicit_formula(baskets: list[str], ridge: float) -> None:
    items = items_of(*baskets)
    held = dense(items)[items.basket_size > 1]
    fitted = fit_linear(items, plain(ridge))
    assert weights(fitted) == pytest.approx(ease(held, ridge), abs=1e-9)


def test_large_baskets_weigh_less() -> None:
    items = items_of("abc", "ab")
    weighted = dense(items) * np.sqrt(np.array([0.5, 1.0]))[:, None]
    fitted = fit_linear(items, plain(2, size_exponent=1))
    assert weights(fitted) == pytest.approx(ease(weighted, 2))


def test_single_precision_is_close_and_is_used_where_double_does_not_fit() -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=4000, variant_count=700), seed=1))
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=1))
    double = weights(fit_linear(items, NeighbourParams(max_model_mb=2)))
    single = weights(fit_linear(items, NeighbourParams(max_model_mb=1)))
    assert double.dtype == np.float64
    assert single.dtype == np.float32
    assert single == pytest.approx(double, abs=1e-5)


def test_scores_are_the_same_whether_one_half_or_all_cells_are_held() -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=4000, variant_count=700), seed=1))
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=1))
    half, full = (fit_linear(items, NeighbourParams(max_model_mb=mb)) for mb in (2, 4))
    assert isinstance(half.inverse, PackedMatrix)
    assert isinstance(full.inverse, FullMatrix)
    assert (half.of(items.matrix[:100]) == full.of(items.matrix[:100])).all()


def test_scores_of_a_basket_are_the_sums_of_those_of_its_items_however_many_they_are() -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=600, variant_count=1100), seed=2))
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=1))
    assert items.item_count > 512
    fitted = fit_linear(items, NeighbourParams())
    assert fitted.of(items.matrix) == pytest.approx(items.matrix @ weights(fitted), abs=1e-12)


def test_a_ridge_too_small_names_the_setting() -> None:
    # Two items that are always together, in single precision: 1e-9 is lost beside 3.
    items = items_of("ab", "ab", "ab")
    with pytest.raises(ConfigError, match="BP-NEIGHBOURS-RIDGE setting mining"):
        ridged_inverse(items, plain(1e-9), np.float32)


def test_12000_variants_fit_the_default() -> None:
    assert most_items(NeighbourParams().max_model_mb) == 12_000
