"""Pairs tested in all baskets and in ordinary ones."""

import math
import random

import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.mining.edge_swaps import edge_swapped
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.pair_tests import pair_p_value, pair_tests
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.statistics.poisson import upper_tail
from bundle_pipeline_tests.support.frames import baskets_frame

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"
PAIR = "ab"


def _shop(*, wholesale_count: int, pair_count: int, seed: int = 0) -> EncodedBaskets:
    """600 households of two of 40 variants at random, some of one pair, and wholesale orders."""
    draw = random.Random(seed)  # noqa: S311 no secret
    households = [draw.sample(LETTERS, 2) for _ in range(600)]
    wholesale = [draw.sample(LETTERS, 25) for _ in range(wholesale_count)]
    return encode_baskets(baskets_frame(*households, *[PAIR] * pair_count, *wholesale))


def _code(baskets: EncodedBaskets) -> list[int]:
    return [baskets.variant_ids.to_list().index(letter) for letter in PAIR]


def _p_value(baskets: EncodedBaskets) -> float:
    tests = pair_tests(baskets, MiningParams())
    (row,) = np.flatnonzero((tests.pairs == _code(baskets)).all(axis=1))
    return float(tests.p_values[row])


def test_a_pair_of_households_shows_through_wholesale_orders() -> None:
    baskets = _shop(wholesale_count=20, pair_count=12)
    tests = pair_tests(baskets, MiningParams())
    (row,) = np.flatnonzero((tests.pairs == _code(baskets)).all(axis=1))
    count, expected = tests.count[row], tests.expected[row]
    # Among 780 pairs nobody would believe 23 orders where all baskets give 13 by chance.
    assert count / expected < 2
    assert upper_tail(np.array([count]), np.array([expected]))[0] > 0.005
    # Of 612 orders of two, 42 with either: 42 * 42 / 1224 = 1.4 by chance, and 12 or more.
    assert tests.p_values[row] < 1e-5
    rules = mine_pair_rules(baskets, MiningParams())
    shown = rules.filter("is_significant")
    assert shown.select("antecedent_id", "consequent_id").rows() == [("a", "b"), ("b", "a")]
    assert (shown.get_column("adjusted_lift_low") > 1).all()


def test_a_twentieth_of_the_level_is_for_ordinary_baskets() -> None:
    baskets = _shop(wholesale_count=20, pair_count=12)
    ordinary = baskets.part(0, 612)
    among = pair_tests(ordinary, MiningParams())
    (row,) = np.flatnonzero((among.pairs == _code(baskets)).all(axis=1))
    alone = upper_tail(among.count[[row]], among.expected[[row]])[0]
    assert _p_value(baskets) == pytest.approx(20 * alone)


def test_what_all_baskets_leave_open_is_not_shown_by_ordinary_ones() -> None:
    # 12 households more than the 73 orders, give or take 9, that hold the pair by chance.
    baskets = _shop(wholesale_count=200, pair_count=12)
    tests = pair_tests(baskets, MiningParams())
    (row,) = np.flatnonzero((tests.pairs == _code(baskets)).all(axis=1))
    of_all = upper_tail(tests.count[[row]], tests.expected[[row]])[0]
    assert of_all > 0.025
    assert tests.p_values[row] == pytest.approx(min(of_all / 0.95, 1.0))


def test_without_large_baskets_there_is_one_test() -> None:
    tests = pair_tests(_shop(wholesale_count=0, pair_count=8), MiningParams())
    assert tests.p_values == pytest.approx(upper_tail(tests.count, tests.expected))


def test_what_everybody_buys_goes_with_nothing_however_it_looks_among_orders_of_two() -> None:
    # Of 80 orders of two, 40 hold a and 40 hold s, all of them together; of all 200 orders 140
    # hold s and 60 hold a, so independence gives 42 with both.
    baskets = encode_baskets(baskets_frame(*["as"] * 40, *["bc"] * 40, *["s"] * 100, *["a"] * 20))
    tests = pair_tests(baskets, MiningParams())
    assert tests.pairs.tolist() == [[0, 3], [1, 2]]
    assert (upper_tail(tests.count, tests.expected) < 1e-4).all()
    below = [42**k / math.factorial(k) for k in range(40)]
    assert tests.p_values[0] == pytest.approx(1 - math.exp(-42) * math.fsum(below))
    # 40 orders each hold b and c, together: 8 by chance.
    assert tests.p_values[1] == upper_tail(tests.count, tests.expected)[1]


def test_one_pair_is_tested_as_all_are() -> None:
    baskets, params = _shop(wholesale_count=20, pair_count=8), MiningParams(min_basket_count=3)
    tests = pair_tests(baskets, params)
    assert len(tests.pairs) > 500
    for row in range(0, len(tests.pairs), 25):
        count, expected = int(tests.count[row]), float(tests.expected[row])
        pair = tests.pairs[[row]]
        found = pair_p_value(baskets, pair, params, count=count, expected=expected)
        assert found == pytest.approx(tests.p_values[row])


def test_shuffled_shops_with_wholesale_orders_show_nothing() -> None:
    low = 0
    for seed in range(3):
        planted = _shop(wholesale_count=40, pair_count=30, seed=seed)
        shuffled = edge_swapped(planted, seed=seed)
        rules = mine_pair_rules(shuffled, MiningParams(min_basket_count=2))
        assert not rules.get_column("is_significant").any()
        low += int((pair_tests(shuffled, MiningParams()).p_values <= 0.01).sum())
    # Of 780 pairs in each shop one in a hundred may fall below 1 %, and none need to.
    assert low <= 0.01 * 3 * math.comb(len(LETTERS), 2)
