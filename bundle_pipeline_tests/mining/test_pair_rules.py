import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, baskets_frame, shuffled
from bundle_pipeline_tests.support.generators import Noise, planted_shop

EVERY_PAIR = MiningParams(min_basket_count=1, max_p_value=1.0)

# b 6 times, m 5 times, 4 of them together; each other variant once. 8 baskets of 2.
BREAD_AND_MILK = ["bm", "bm", "bm", "bm", "bc", "bd", "me", "fg"]


def _rule(rules: pl.DataFrame, antecedent: str, consequent: str) -> dict[str, float]:
    return rules.row(
        by_predicate=(pl.col("antecedent_id") == antecedent)
        & (pl.col("consequent_id") == consequent),
        named=True,
    )


def test_lift_of_bread_and_milk_matches_the_hand_count() -> None:
    rule = _rule(
        mine_pair_rules(encode_baskets(baskets_frame(*BREAD_AND_MILK)), EVERY_PAIR), "b", "m"
    )
    assert (rule["basket_count"], rule["antecedent_basket_count"]) == (4, 6)
    assert rule["consequent_basket_count"] == 5
    assert rule["support"] == pytest.approx(4 / 8)
    assert rule["confidence"] == pytest.approx(4 / 6)
    assert rule["lift"] == pytest.approx(4 * 8 / (6 * 5))
    assert rule["leverage"] == pytest.approx(4 / 8 - 6 * 5 / 64)
    assert rule["conviction"] == pytest.approx((1 - 5 / 8) / (1 - 4 / 6))
    assert rule["npmi"] == pytest.approx(math.log(32 / 30) / math.log(2))
    # Wilson interval of 4 out of 6, lower end: 0.3000 (Newcombe's calculator).
    assert rule["confidence_low"] == pytest.approx(0.3000, abs=1e-4)


def test_the_other_direction_has_its_own_confidence_and_the_same_evidence() -> None:
    rules = mine_pair_rules(encode_baskets(baskets_frame(*BREAD_AND_MILK)), EVERY_PAIR)
    there, back = _rule(rules, "b", "m"), _rule(rules, "m", "b")
    assert back["confidence"] == pytest.approx(4 / 5)
    for same in ("lift", "leverage", "npmi", "expected_count", "p_value", "q_value", "held_out"):
        assert there[same] == back[same]


def test_expected_count_p_value_interval_and_q_value_match_the_hand_calculation() -> None:
    # ab twice in 4 baskets of 2; expected 1 - 0.25 / 1.125, see test_null_model.
    rules = mine_pair_rules(encode_baskets(baskets_frame("ab", "ab", "cd", "ce")), EVERY_PAIR)
    rule = _rule(rules, "a", "b")
    expected = 1 - 0.25 / 1.125
    p_value = 1 - math.exp(-expected) * (1 + expected)
    assert rule["expected_count"] == pytest.approx(expected)
    assert rule["adjusted_lift"] == pytest.approx(2 / expected)
    # Mid-p interval of a count of 2: P(3 or more | 0.3353) + P(2 | 0.3353) / 2 = 0.0049 + 0.0201,
    # and P(1 or less | 6.608) + P(2 | 6.608) / 2 = 0.0103 + 0.0147.
    # The lower end is drawn in: one basket more with either variant adds half to what is expected,
    # so the spread at 2 is 1 - (2 - 1 / 2 - 1 / 2 + 1 / 4) * 2 + 2 / 4 * 4 = 0.5, and sqrt((2 * 0.5
    # + 2) / 4) = 0.866 of the distance is left.
    low = 2 - 0.75**0.5 * (2 - 0.3353)
    assert rule["adjusted_lift_low"] == pytest.approx(low / expected, rel=1e-3)
    assert rule["adjusted_lift_high"] == pytest.approx(6.608 / expected, rel=1e-3)
    assert rule["p_value"] == pytest.approx(p_value)
    # 10 possible pairs of 5 variants. cd and ce have p = 1 - exp(-1/3) each, expected 1/3: the two
    # larger ones of three p-values give the smallest adjusted one.
    assert rule["q_value"] == pytest.approx((1 - math.exp(-1 / 3)) * 10 / 3)
    assert not rule["is_significant"]


def test_conviction_is_null_where_the_consequent_never_fails_to_come() -> None:
    rules = mine_pair_rules(encode_baskets(baskets_frame("ab", "ab", "cd", "ef")), EVERY_PAIR)
    assert _rule(rules, "a", "b")["conviction"] is None


def test_only_pairs_beyond_chance_are_stored() -> None:
    baskets = baskets_frame(*["ab"] * 30, *["cd"] * 30, *["ac"] * 2, *["bd"] * 2)
    rules = mine_pair_rules(encode_baskets(baskets), MiningParams(min_basket_count=2))
    assert rules.select("antecedent_id", "consequent_id").rows() == [
        ("a", "b"),
        ("b", "a"),
        ("c", "d"),
        ("d", "c"),
    ]
    assert (rules.get_column("adjusted_lift") > 1).all()
    assert (rules.get_column("p_value") <= 0.05).all()


def test_customers_are_those_behind_both_variants() -> None:
    baskets = baskets_frame("ab", "ab", "ab", "a", "cd", customers=["x", "x", None, "y", "z"])
    rules = mine_pair_rules(encode_baskets(baskets), EVERY_PAIR)
    assert _rule(rules, "a", "b")["customer_count"] == 1
    unknown = mine_pair_rules(encode_baskets(baskets_frame("ab", "ab", "cd")), EVERY_PAIR)
    assert _rule(unknown, "a", "b")["customer_count"] is None


def test_a_pair_of_all_times_is_replicated() -> None:
    rules = mine_pair_rules(
        encode_baskets(baskets_frame(*["ab", "cd", "ef", "gh"] * 100)), MiningParams()
    )
    assert rules.get_column("held_out").to_list() == ["replicated"] * 8


def test_a_pair_that_stopped_while_both_still_sell_has_faded() -> None:
    older = ["ab", "cd", "ef", "gh"] * 100
    newest = ["ac", "bd", "eg", "fh"] * 25
    rule = _rule(
        mine_pair_rules(encode_baskets(baskets_frame(*older, *newest)), MiningParams()), "a", "b"
    )
    assert rule["held_out"] == "faded"
    assert rule["held_out_power"] > 0.8


def test_nothing_is_tested_again_where_all_orders_have_one_time() -> None:
    baskets = ["ab", "cd", "ef", "gh"] * 50
    times = [FIRST_ORDER_AT] * len(baskets)
    rules = mine_pair_rules(
        encode_baskets(baskets_frame(*baskets, ordered_at=times)), MiningParams()
    )
    assert rules.get_column("held_out").unique().to_list() == ["untested"]
    assert rules.get_column("held_out_power").max() == 0.0


def test_baskets_above_the_limit_are_out_of_the_counts_and_of_their_number() -> None:
    small = ["ab", "ab", "cd", "ce"]
    capped = encode_baskets(baskets_frame(*small, "abcdefghij"), BasketParams(max_basket_size=9))
    assert_frame_equal(
        mine_pair_rules(capped, EVERY_PAIR),
        mine_pair_rules(encode_baskets(baskets_frame(*small)), EVERY_PAIR),
    )


@pytest.mark.parametrize(
    "baskets",
    [
        [],
        ["a"],
        ["ab"],
        ["a", "b", "c"],
        ["ab"] * 50,
        ["abc"] * 50,
        ["ab", "ac", "ad", "a"] * 20,
    ],
    ids=["none", "one", "one pair", "singles", "identical", "identical triples", "one everywhere"],
)
def test_shops_without_anything_beyond_chance_have_no_rules(baskets: list[str]) -> None:
    assert mine_pair_rules(encode_baskets(baskets_frame(*baskets)), MiningParams()).is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    noise = Noise(order_count=1500, variant_count=60)
    baskets, _ = planted_shop(noise, pair_count=5, planted_share=0.2, seed=1)
    rules = mine_pair_rules(encode_baskets(baskets), MiningParams())
    assert rules.height > 0
    assert_frame_equal(mine_pair_rules(encode_baskets(shuffled(baskets, 2)), MiningParams()), rules)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abcde", max_size=5), max_size=30))
def test_evidence_is_consistent_whatever_the_shop(baskets: list[str]) -> None:
    rules = mine_pair_rules(encode_baskets(baskets_frame(*baskets)), EVERY_PAIR)
    low, lift, high = (rules.get_column(f"adjusted_lift{end}") for end in ("_low", "", "_high"))
    assert (low <= lift).all()
    assert (lift <= high).all()
    assert (rules.get_column("p_value") <= rules.get_column("q_value")).all()
    assert (rules.get_column("confidence_low") <= rules.get_column("confidence")).all()
    assert not rules.select(pl.selectors.float().is_nan().any()).row(0).count(True)
