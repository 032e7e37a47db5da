import dataframely as dy
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.mining.summary import (
    MiningSummary,
    mining_summary,
    typical_expected_count,
)
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, noise_shop


def _summary(
    baskets: dy.DataFrame[Baskets],
    params: MiningParams | None = None,
    limit: BasketParams | None = None,
) -> MiningSummary:
    params = params or MiningParams()
    encoded = encode_baskets(baskets, limit)
    rules = mine_pair_rules(encoded, params)
    return mining_summary(encoded, rules, mine_itemsets(encoded, rules, params), params)


def test_the_counts_are_those_of_the_shop() -> None:
    baskets = baskets_frame(*["ab"] * 30, *["cd"] * 30, "a", "abcdefg")
    summary = _summary(baskets, limit=BasketParams(max_basket_size=6))
    assert (summary.basket_count, summary.multi_basket_count) == (61, 60)
    assert (summary.line_count, summary.variant_count) == (121, 4)
    assert (summary.possible_pair_count, summary.tested_pair_count) == (6, 2)
    assert (summary.stored_pair_count, summary.significant_pair_count) == (2, 2)
    assert summary.expected_false_count == pytest.approx(0.05 * 2)


def test_a_typical_pair_is_one_of_the_median_line() -> None:
    # 10 lines: a 4, b 3, c 2, d 1. The fifth line, most popular first, is b's.
    encoded = encode_baskets(baskets_frame("ab", "ab", "ab", "ac", "cd"))
    assert typical_expected_count(encoded) == pytest.approx((3 / 10) ** 2 * 5 * 2)


def test_more_orders_of_the_same_kind_show_weaker_lifts() -> None:
    small, large = (
        _summary(noise_shop(Noise(order_count=n, variant_count=100), seed=1)) for n in (500, 5000)
    )
    assert small.smallest_detectable_lift is not None
    assert large.smallest_detectable_lift is not None
    assert large.smallest_detectable_lift < small.smallest_detectable_lift


def test_with_the_orders_it_takes_a_pair_bought_twice_as_often_as_chance_is_found() -> None:
    summary = _summary(noise_shop(Noise(order_count=500, variant_count=100), seed=1))
    assert summary.baskets_for_double is not None
    assert summary.baskets_for_double > 500
    enough = Noise(order_count=summary.baskets_for_double, variant_count=100)
    lift = _summary(noise_shop(enough, seed=2)).smallest_detectable_lift
    assert lift == pytest.approx(2.0, rel=0.1)


def test_nothing_is_detectable_where_no_basket_holds_two_variants() -> None:
    for baskets in (baskets_frame(), baskets_frame("a"), baskets_frame("a", "b", "c")):
        summary = _summary(baskets)
        assert summary.smallest_detectable_lift is None
        assert summary.baskets_for_double is None
        assert summary.expected_false_count == 0


def test_pairs_that_triples_are_not_grown_from_are_counted() -> None:
    # ab and ac make one candidate triple; without candidates the less sure of them has to go.
    baskets = baskets_frame(*["ab", "ac", "de", "fg", "hi", "jk"] * 40)
    assert _summary(baskets).significant_pair_count == 6
    assert _summary(baskets).ungrown_pair_count == 0
    assert _summary(baskets, MiningParams(max_triple_candidates=0)).ungrown_pair_count == 1
