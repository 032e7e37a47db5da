import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.neighbours.completion import (
    HeldOut,
    completion,
    head,
    held_out,
    in_turn,
)
from bundle_pipeline.mining.neighbours.item_baskets import SparseMatrix, csr_array, item_baskets
from bundle_pipeline.mining.neighbours.methods import PopularityScores
from bundle_pipeline.mining.neighbours.scores import Scores
from bundle_pipeline_tests.mining.neighbours.shops import items_of
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, baskets_frame


class FixedScores:
    """The same scores beside every basket."""

    def __init__(self, *scores: float) -> None:
        self.scores = np.array(scores, dtype=np.float64)

    def of(self, baskets: SparseMatrix) -> Scores:
        return np.tile(self.scores, (baskets.shape[0], 1))


def one_basket(given: list[int], hidden: int, item_count: int) -> HeldOut:
    cells = (np.ones(len(given)), np.array(given), np.array([0, len(given)]))
    return HeldOut(csr_array(cells, shape=(1, item_count)), np.array([hidden]))


def reciprocal_rank(scores: FixedScores, baskets: HeldOut, counts: list[int]) -> float:
    return completion(scores, baskets, np.array(counts)).mean_reciprocal_rank


def test_the_place_is_that_among_what_is_not_in_the_basket() -> None:
    # Item 0 is given; of the others 1 and 3 score above the hidden 2: third place.
    scores = FixedScores(9, 8, 6, 7, 5)
    assert reciprocal_rank(scores, one_basket([0], 2, 5), [1] * 5) == pytest.approx(1 / 3)


def test_ties_are_broken_by_popularity_and_then_in_the_middle() -> None:
    # All tie. 1 is more popular than the hidden 2, and 3 as popular: second or third place.
    scores = FixedScores(0, 0, 0, 0, 0)
    counts = [9, 5, 4, 4, 1]
    assert reciprocal_rank(scores, one_basket([0], 2, 5), counts) == pytest.approx(1 / 2.5)


def test_places_beyond_the_tenth_do_not_count() -> None:
    scores = FixedScores(*range(30, 10, -1))
    found = completion(scores, one_basket([0], 11, 20), np.ones(20, dtype=np.int64))
    assert (found.hit_rate, found.mean_reciprocal_rank) == (0, 0)
    found = completion(scores, one_basket([0], 10, 20), np.ones(20, dtype=np.int64))
    assert (found.hit_rate, found.mean_reciprocal_rank) == (1, 0.1)


def test_the_head_makes_up_half_of_the_lines() -> None:
    # 6 + 3 reach half of 16; the tail is what is left.
    assert head(np.array([3, 6, 2, 2, 2, 1])).tolist() == [True, True, *[False] * 4]
    assert head(np.array([], dtype=np.int64)).tolist() == []


def test_tail_figures_are_of_hidden_items_that_are_no_bestsellers() -> None:
    scores = FixedScores(0, 1, 2)
    found = completion(scores, one_basket([0], 2, 3), np.array([9, 1, 1]))
    assert (found.tail_basket_count, found.tail_hit_rate) == (1, 1)
    found = completion(scores, one_basket([2], 0, 3), np.array([9, 1, 1]))
    assert (found.tail_basket_count, found.tail_hit_rate) == (0, None)


def test_one_variant_of_each_basket_of_two_or_more_is_hidden() -> None:
    items = items_of("abc", "a", "de", "bcd")
    baskets = held_out(items, max_baskets=10)
    assert baskets.given.toarray().sum(axis=1).tolist() == [2, 1, 2]
    whole = baskets.given.toarray()
    whole[np.arange(3), baskets.hidden] += 1
    assert (whole == items.matrix.toarray()[[0, 2, 3]]).all()


def test_no_more_baskets_are_completed_than_allowed() -> None:
    baskets = held_out(items_of(*["ab", "bc", "ac"] * 10), max_baskets=7)
    assert baskets.given.shape == (7, 3)
    assert baskets.hidden.size == 7


def test_nothing_to_complete() -> None:
    baskets = held_out(items_of("a", "b"), max_baskets=7)
    found = completion(PopularityScores(2), baskets, np.array([1, 1]))
    assert (found.basket_count, found.hit_rate, found.tail_hit_rate) == (0, 0, None)


def test_baskets_without_times_are_split_in_a_drawn_order() -> None:
    baskets = [chr(97 + i) * 1 + "z" for i in range(20)]
    encoded = encode_baskets(baskets_frame(*baskets, ordered_at=[FIRST_ORDER_AT] * 20))
    drawn = in_turn(encoded)
    order = np.random.RandomState(0).permutation(20)
    assert drawn.variant[::2].tolist() == encoded.variant[::2][order].tolist()
    assert drawn.basket.tolist() == encoded.basket.tolist()
    timed = encode_baskets(baskets_frame(*baskets))
    assert in_turn(timed) is timed
    assert item_baskets(drawn, np.arange(21)).basket_size.tolist() == [2] * 20
