import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.mining.neighbours.covisitation import fit_covisitation
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline_tests.mining.neighbours.shops import dense, item_scores, items_of

PLAIN = NeighbourParams(size_exponent=1, shrinkage=0)


def test_a_hand_worked_shop() -> None:
    # Weights 1, 1, r = 1 / sqrt(2), and 1 for b alone: a is in 2 + r, b in 2 + r, c in 1 + r; ab
    # share 1 + r of 3 + r, ac 1 + r of 2 + r, bc r of 3 + r.
    items = items_of("ab", "ac", "abc", "b")
    r = 2**-0.5
    ab, ac, bc = (1 + r) / (3 + r), (1 + r) / (2 + r), r / (3 + r)
    scores = item_scores(fit_covisitation(items, PLAIN), items)
    assert scores == pytest.approx(np.array([[0, ab, ac], [ab, 0, bc], [ac, bc, 0]]), rel=1e-5)


def test_one_joint_basket_of_two_rare_variants_is_shrunk() -> None:
    # Both in one basket of two: 1 / (1 + 1 - 1) alone, 1 / (1 + 3) with three baskets added.
    items = items_of("ab")
    shrunk = fit_covisitation(items, NeighbourParams(shrinkage=3))
    assert item_scores(fit_covisitation(items, PLAIN), items)[0, 1] == 1
    assert item_scores(shrunk, items)[0, 1] == 0.25


def test_two_in_a_small_basket_go_together_more_than_two_in_a_large_one() -> None:
    items = items_of("ab", "cdefghij")
    scores = item_scores(fit_covisitation(items, NeighbourParams()), items)
    assert scores[0, 1] > scores[2, 3] > 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abcdef", max_size=6), max_size=20), st.floats(0, 1), st.floats(0, 3))
def test_it_equals_the_formula_on_dense_matrices(
    baskets: list[str], size_exponent: float, shrinkage: float
) -> None:
    items = items_of(*baskets)
    params = NeighbourParams(size_exponent=size_exponent, shrinkage=shrinkage)
    held = dense(items)
    size = held.sum(axis=1)
    weight = np.where(size > 1, 1 / np.maximum(size - 1, 1) ** (size_exponent / 2), 0)
    both = held.T @ (held * weight[:, None])
    own = np.diagonal(both) + held[size == 1].sum(axis=0)
    either = own[:, None] + own[None, :] - both + shrinkage
    expected = np.divide(both, either, out=np.zeros_like(both), where=both > 0)
    np.fill_diagonal(expected, 0)
    scores = item_scores(fit_covisitation(items, params), items)
    assert scores == pytest.approx(expected, rel=1e-5)
    assert (scores == scores.T).all()


def test_only_the_best_of_each_variant_are_kept() -> None:
    items = items_of("ab", "ab", "ac", "ad")
    kept = fit_covisitation(items, NeighbourParams(top_n=1)).neighbours
    assert kept.item.tolist() == [0, 1, 2, 3]
    assert kept.neighbour.tolist() == [1, 0, 0, 0]
