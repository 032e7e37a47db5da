"""One pair that somebody asks about."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.asked_pair import AskedPair, asked_pair
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline_tests.support.frames import Basket, baskets_frame

BASKETS = [*["bm"] * 20, *["ct"] * 20, *["xy"] * 20, "bc", "z"]
SEASON = [*["as"] * 40, *["bc"] * 40, *"s" * 100, *"a" * 20]


def asked(
    first: str, second: str, *baskets: Basket, **changes: object
) -> tuple[AskedPair, pl.DataFrame]:
    params = MiningParams.model_validate({"min_basket_count": 3} | changes)
    opened = encode_baskets(baskets_frame(*baskets))
    rules = mine_pair_rules(opened, params)
    return asked_pair((first, second), baskets=opened, pair_rules=rules, params=params), rules


def test_a_stored_pair_is_answered_with_its_own_numbers() -> None:
    found, rules = asked("b", "m", *BASKETS)
    row = rules.filter(antecedent_id="b", consequent_id="m").row(0, named=True)
    assert found.verdict == "SIGNIFICANT"
    assert found.basket_count == row["basket_count"] == 20
    assert found.first_basket_count == row["antecedent_basket_count"]
    assert found.second_basket_count == row["consequent_basket_count"]
    assert found.expected_count == row["expected_count"]
    assert found.adjusted_lift == row["adjusted_lift"]
    assert (found.p_value, found.q_value) == (row["p_value"], row["q_value"])


def test_a_pair_that_was_never_stored_has_counts_and_what_it_lacks() -> None:
    found, _ = asked("b", "c", *BASKETS)
    assert found.verdict == "TOO_FEW"
    assert (found.basket_count, found.possible_pair_count) == (1, math.comb(7, 2))
    assert found.needed_basket_total is None


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("b", "nobody", "NEVER_SOLD"),
        ("b", "z", "NEVER_TOGETHER"),
        ("b", "c", "TOO_FEW"),
    ],
)
def test_the_first_obstacle_is_named(first: str, second: str, verdict: str) -> None:
    assert asked(first, second, *BASKETS)[0].verdict == verdict


def test_pairs_within_chance_and_pairs_that_may_be_chance_are_told_apart() -> None:
    even = ["ab", "ac", "bc"] * 20
    assert asked("a", "b", *even)[0].verdict == "NOT_ABOVE_CHANCE"
    found, _ = asked("b", "m", *BASKETS, max_q=1e-9)
    assert found.verdict == "NOT_SURE"
    assert found.needed_basket_count is not None
    assert found.needed_basket_count > found.basket_count
    assert found.needed_basket_total is not None
    assert found.needed_basket_total > found.basket_total


def test_a_pair_of_what_everybody_buys_is_told_from_one_that_goes_together() -> None:
    # In orders of two a is with s only, but 140 of 200 orders hold s and 60 hold a: 42 by chance.
    found, _ = asked("a", "s", *SEASON)
    assert found.verdict == "INDEPENDENT"
    assert found.basket_count == 40 > found.expected_count
    assert found.independent_count == pytest.approx(42)
    assert found.needed_basket_total is None


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 12), st.integers(0, 30))
def test_as_many_baskets_as_are_needed_are_enough_and_one_less_is_not(
    together: int, apart: int
) -> None:
    baskets = [*["bm"] * together, *["b", "m"] * apart, *["cd"] * 9, "e"]
    found, rules = asked("b", "m", *baskets)
    level = min(
        0.05, 0.05 * (rules.filter("is_significant").height / 2 + 1) / found.possible_pair_count
    )
    needed = found.needed_basket_count
    assert needed is not None

    def is_enough(count: int) -> bool:
        by_sizes = poisson_tail(count, found.expected_count)
        return by_sizes <= level and poisson_tail(count, found.independent_count) <= 0.025

    assert is_enough(needed)
    assert needed == 3 or not is_enough(needed - 1)


def poisson_tail(count: int, mean: float) -> float:
    below = [mean**k / math.factorial(k) for k in range(count)]
    return max(0.0, 1 - math.exp(-mean) * math.fsum(below))


def test_an_empty_shop_knows_no_pair() -> None:
    found, _ = asked("a", "b")
    assert (found.verdict, found.basket_total, found.q_value) == ("NEVER_SOLD", 0, 1.0)
