"""Pairs over time, from baskets to both frames."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.null_model import expected_pair_counts, size_classes
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import CountingParams, MiningParams
from bundle_pipeline.mining.periods import counts
from bundle_pipeline.mining.periods.counts import count_by_stretch, weigh_pairs
from bundle_pipeline.mining.periods.follow import follow_pairs
from bundle_pipeline.mining.periods.pair_periods import pair_periods
from bundle_pipeline.mining.periods.pair_trends import pair_trends
from bundle_pipeline.mining.periods.params import PeriodParams
from bundle_pipeline.mining.periods.summary import period_summary
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.mining import PairPeriods, PairTrends
from bundle_pipeline_tests.support.frames import baskets_frame, shuffled
from bundle_pipeline_tests.support.generators import Noise, noise_shop
from bundle_pipeline_tests.support.mined import pair, pair_rules_frame
from bundle_pipeline_tests.support.seasonal_shops import (
    christmas,
    fading,
    rising,
    shop_with_courses,
    steady,
)

PARAMS = MiningParams()


def _days(*days: int) -> list[datetime]:
    return [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in days]


def _rule(first: str, second: str, count: int, total: int, **changes: object):  # noqa: ANN202
    return pair(first, second, count=count, counts=(count, count), basket_total=total, **changes)


def test_counts_and_chance_of_each_month_match_the_hand_count() -> None:
    # January: ab ab cd ce, as in the tests of the null: a and b are expected 1 - 0.25 / 1.125.
    # February: no b. March: ab alone, which is expected.
    baskets = baskets_frame(
        "ab", "ab", "cd", "ce", "ac", "ab", ordered_at=_days(0, 1, 2, 3, 31, 60)
    )
    rules = pair_rules_frame(_rule("a", "b", 3, 6))
    found = pair_periods(follow_pairs(encode_baskets(baskets), rules, PARAMS))
    assert found.select("period_start_on", "basket_count", "period_basket_count").rows() == [
        (date(2024, 1, 1), 2, 4),
        (date(2024, 3, 1), 1, 1),
    ]
    january = 1 - 0.25 / 1.125
    assert found.get_column("expected_count").to_list() == pytest.approx([january, 1.0])
    assert found.get_column("adjusted_lift").to_list() == pytest.approx([2 / january, 1.0])
    # Mid-p interval of a count of 2: 0.3353 to 6.608, see test_pair_rules.
    assert found.item(0, "adjusted_lift_low") == pytest.approx(0.3353 / january, rel=1e-3)
    assert found.item(0, "adjusted_lift_high") == pytest.approx(6.608 / january, rel=1e-3)


def test_first_and_last_period_and_the_share_of_the_newest_quarter() -> None:
    # 100 days: the newest quarter are those after day 75.
    baskets = baskets_frame("c", "ab", "ab", "abc", "cd", ordered_at=_days(0, 35, 70, 80, 100))
    trends = pair_trends(
        follow_pairs(encode_baskets(baskets), pair_rules_frame(_rule("a", "b", 3, 5)), PARAMS),
        PARAMS,
    )
    row = trends.row(0, named=True)
    assert (row["first_period_on"], row["last_period_on"]) == (date(2024, 2, 1), date(2024, 3, 1))
    assert row["newest_quarter_share"] == pytest.approx(1 / 3)
    assert row["course"] == "unknown"
    assert row["season_p_value"] is None
    assert row["peak_months"] is None
    assert row["weighted_count"] is None
    assert row["weighted_lift"] is None


def test_weighted_counts_stand_beside_whole_ones() -> None:
    # Half-life 10 days: ages 20, 10, 0 weigh 1/4, 1/2, 1. By weight the baskets are 1/4 ab,
    # 1/2 cd, 1 ab: shares of a and b 5/7, of c and d 2/7, all of size 2; drawn at maximum entropy
    # the pair is expected 7/4 * 25/49 * (1 - (2/7) ** 2 / (4 * 10/49)); filled 5/4 * 5/4 / 3.5.
    baskets = baskets_frame("ab", "cd", "ab", ordered_at=_days(0, 10, 20))
    params = MiningParams(recency_half_life_days=10)
    rules = pair_rules_frame(_rule("a", "b", 2, 3))
    row = pair_trends(follow_pairs(encode_baskets(baskets), rules, params), params).row(
        0, named=True
    )
    assert row["basket_count"] == 2
    assert row["weighted_count"] == 1.25
    expected = max(25 / 28 * (1 - 4 / 40), 25 / 56)
    assert row["weighted_lift"] == pytest.approx(1.25 / expected)
    off = pair_trends(follow_pairs(encode_baskets(baskets), rules, PARAMS), PARAMS)
    same = pl.exclude("weighted_count", "weighted_lift")
    assert off.select(same).row(0) == tuple(
        value for name, value in row.items() if not name.startswith("weighted")
    )


def test_a_long_half_life_gives_the_whole_numbers() -> None:
    baskets = noise_shop(Noise(order_count=400, variant_count=12), seed=2)
    encoded = encode_baskets(baskets)
    pairs = np.array(list(combinations(range(12), 2)))
    even = expected_pair_counts(size_classes(encoded), pairs)
    weighted = size_classes(encoded, weight=np.full(encoded.basket_count, 0.5))
    assert expected_pair_counts(weighted, pairs) == pytest.approx(even / 2)


SHOPS = st.lists(
    st.tuples(st.text("abcde", min_size=1, max_size=5), st.integers(0, 400)),
    min_size=2,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(SHOPS, st.sampled_from(["week", "month", "quarter"]))
def test_counts_per_period_are_those_of_brute_force_and_add_up(
    orders: list[tuple[str, int]], period: str
) -> None:
    baskets = baskets_frame(
        *(basket for basket, _ in orders), ordered_at=_days(*(day for _, day in orders))
    )
    pairs = Counter(p for basket, _ in orders for p in combinations(sorted(set(basket)), 2))
    rules = pair_rules_frame(*(_rule(*p, n, len(orders)) for p, n in pairs.items()))
    params = MiningParams(periods=PeriodParams(period=period))  # pyright: ignore[reportArgumentType]
    followed = follow_pairs(encode_baskets(baskets), rules, params)
    if followed.calendar.period_count == 0:
        assert pair_periods(followed).is_empty()
        return
    found = checked(PairPeriods, pair_periods(followed))
    every = {"week": "1w", "month": "1mo", "quarter": "1q"}[period]
    start = pl.Series(_days(*(day for _, day in orders))).dt.truncate(every).dt.date().to_list()
    wanted = Counter(
        (*p, start[i])
        for i, (basket, _) in enumerate(orders)
        for p in combinations(sorted(set(basket)), 2)
    )
    held = found.filter(pl.col("basket_count") > 0)
    key = ("first_id", "second_id", "period_start_on")
    assert {row[:3]: row[3] for row in held.select(*key, "basket_count").rows()} == dict(wanted)
    sums = found.group_by("first_id", "second_id").agg(pl.col("basket_count").sum())
    assert {row[:2]: row[2] for row in sums.rows()} == dict(pairs)
    trends = checked(PairTrends, pair_trends(followed, params))
    assert trends.height == len(pairs)


def test_stretches_add_up_and_baskets_outside_of_them_count_in_none() -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=300, variant_count=15), seed=1))
    pairs = np.array(list(combinations(range(15), 2)))
    params = CountingParams()
    one, other, both = (
        count_by_stretch(encoded, pairs, bounds=np.array(bounds), params=params)
        for bounds in ([20, 100, 100, 280], [0, 300], [100, 280])
    )
    assert (one[:, 2:] == both).all()
    assert not one[:, 1].any()
    assert (one.sum(axis=1) < other[:, 0]).any()
    part = encoded.part(20, 100)
    whole = count_by_stretch(part, pairs, bounds=np.array([0, 80]), params=params)
    assert (one[:, :1] == whole).all()


def test_weights_add_up_whatever_is_laid_beside_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=300, variant_count=15), seed=1))
    pairs = np.array(list(combinations(range(15), 2)))
    bounds, twos = np.array([0, 300]), np.full(300, 2.0)
    count = count_by_stretch(encoded, pairs, bounds=bounds, params=CountingParams())
    monkeypatch.setattr(counts, "_ENTRIES_PER_CHUNK", 9)
    assert (weigh_pairs(encoded, pairs, weight=twos) == 2 * count[:, 0]).all()


def test_beyond_the_limit_the_surest_pairs_are_followed_and_the_others_counted() -> None:
    baskets = baskets_frame("abc", "abc", "abd", ordered_at=_days(0, 40, 80))
    rules = pair_rules_frame(
        _rule("a", "b", 3, 3, p_value=1e-3),
        _rule("a", "c", 2, 3, p_value=1e-9),
        _rule("b", "c", 2, 3, p_value=1e-5),
        _rule("a", "d", 1, 3, is_significant=False),
    )
    params = MiningParams(periods=PeriodParams(max_pairs=2))
    followed = follow_pairs(encode_baskets(baskets), rules, params)
    assert followed.pairs.select("first_id", "second_id").rows() == [("a", "c"), ("b", "c")]
    summary = period_summary(followed, pair_trends(followed, params))
    assert (summary.followed_pairs, summary.unfollowed_pairs, summary.periods) == (2, 1, 3)
    assert summary.unknown_pairs == 2


def test_without_times_nothing_is_said() -> None:
    baskets = baskets_frame("ab", "ab", ordered_at=_days(0, 0))
    params = MiningParams(recency_half_life_days=30)
    followed = follow_pairs(
        encode_baskets(baskets), pair_rules_frame(_rule("a", "b", 2, 2)), params
    )
    assert pair_periods(followed).is_empty()
    row = pair_trends(followed, params).row(0, named=True)
    assert row.pop("trend_power") == 0.0
    assert {name for name, value in row.items() if value is not None} == {
        "first_id", "second_id", "course", "basket_count",
    }  # fmt: skip
    assert row["course"] == "unknown"


def test_an_empty_shop_and_one_without_pairs_have_empty_frames() -> None:
    for baskets in (baskets_frame(), baskets_frame("a", "b")):
        followed = follow_pairs(encode_baskets(baskets), pair_rules_frame(), PARAMS)
        assert pair_periods(followed).is_empty()
        assert pair_trends(followed, PARAMS).is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    noise = Noise(order_count=3000, variant_count=20, mean_size=2)
    planted = {("w", "x"): rising, ("y", "z"): steady}
    baskets = shop_with_courses(noise, planted, days=400, share=0.03, seed=3)
    rules = mine_pair_rules(encode_baskets(baskets), PARAMS)
    params = MiningParams(recency_half_life_days=20)
    assert rules.filter("is_significant").height >= 4
    one = follow_pairs(encode_baskets(baskets), rules, params)
    other = follow_pairs(encode_baskets(shuffled(baskets, 1)), shuffled(rules, 2), params)
    assert_frame_equal(pair_periods(one), pair_periods(other))
    assert_frame_equal(pair_trends(one, params), pair_trends(other, params))


def test_planted_courses_are_found_and_steady_ones_are_not_called_anything_else() -> None:
    days = 2 * 365
    shapes = {"r": rising, "f": fading, "c": christmas(days), "s": steady}
    planted = {
        (f"{kind}{i:02}a", f"{kind}{i:02}b"): shape
        for kind, shape in shapes.items()
        for i in range(3)
    }
    noise = Noise(order_count=40_000, variant_count=200, mean_size=3)
    baskets = shop_with_courses(noise, planted, days=days, share=0.02, seed=5)
    trends = pair_trends(
        follow_pairs(
            encode_baskets(baskets), mine_pair_rules(encode_baskets(baskets), PARAMS), PARAMS
        ),
        PARAMS,
    )
    known = trends.with_columns(kind=pl.col("first_id").str.head(1)).filter(
        pl.struct("first_id", "second_id").is_in(
            [{"first_id": first, "second_id": second} for first, second in planted]
        )
    )
    courses = dict(known.group_by("kind").agg(pl.col("course").unique().sort()).rows())
    assert courses == {"r": ["rising"], "f": ["fading"], "c": ["seasonal"], "s": ["steady"]}
    peaks = known.filter(kind="c").select("peak_months", "peak_year_count").unique()
    assert peaks.rows() == [([11, 12], 2)]
