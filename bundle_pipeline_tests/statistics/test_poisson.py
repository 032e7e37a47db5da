import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.statistics.poisson import (
    critical_count,
    detectable_mean,
    exact_interval,
    mean_interval,
    upper_tail,
)


def test_the_upper_tail_matches_the_sum_by_hand() -> None:
    # P(X >= 3) for a mean of 2 is 1 - exp(-2) * (1 + 2 + 2).
    tail = upper_tail(np.array([3, 0, 1]), np.array([2.0, 2.0, 0.0]))
    assert tail.tolist() == pytest.approx([1 - 5 * math.exp(-2), 1.0, 0.0])


def test_far_tails_are_small_numbers_and_never_missing() -> None:
    tail = upper_tail(np.array([150, 2000, 5]), np.array([1.0, 1.0, 1e-60]))
    assert tail[0] == pytest.approx(math.exp(-1) / math.factorial(150), rel=0.01)
    assert tail[1] == 0.0
    assert tail[2] == pytest.approx(1e-300 / 120, rel=0.01)


def test_the_interval_counts_half_of_what_was_seen() -> None:
    # For 0: exp(-m) / 2 = 0.025. Cohen and Yang (1994), 95 %: 1 gives 0.05 to 4.93, 5 gives 1.83
    # to 11.08, 10 gives 5.08 to 17.82.
    low, high = mean_interval(np.array([10, 0, 1, 5, 1]))
    assert low.tolist() == pytest.approx([5.08, 0.0, 0.05, 1.83, 0.05], abs=5e-3)
    assert high.tolist() == pytest.approx([17.82, -math.log(0.05), 4.93, 11.08, 4.93], abs=5e-3)


def test_the_exact_interval_matches_the_table_of_garwood() -> None:
    # Biometrika 28 (1936): 95 % of 0, 1, 5, 10.
    low, high = exact_interval(np.array([0, 1, 5, 10]))
    assert low.tolist() == pytest.approx([0.0, 0.0253, 1.6235, 4.7954], abs=1e-4)
    assert high.tolist() == pytest.approx([3.6889, 5.5716, 11.6683, 18.3904], abs=1e-4)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.floats(1e-4, 0.4))
def test_the_ends_of_the_exact_interval_reach_what_was_seen_with_that_chance(
    count: int, tail: float
) -> None:
    seen = np.array([count])
    low, high = exact_interval(seen, tail)
    assert 1 - upper_tail(seen + 1, high)[0] == pytest.approx(tail, rel=1e-6)
    if count:
        assert upper_tail(seen, low)[0] == pytest.approx(tail, rel=1e-6)
    else:
        assert low[0] == 0.0


@settings(deadline=None)
@given(st.integers(1, 10**7))
def test_the_ends_of_the_interval_leave_the_tail_outside(count: int) -> None:
    seen = np.array([count])
    for mean, above in zip(mean_interval(seen), (True, False), strict=True):
        more = (upper_tail(seen, mean) + upper_tail(seen + 1, mean)) / 2
        assert (more if above else 1 - more)[0] == pytest.approx(0.025, rel=1e-6)


def test_intervals_cover_the_truth_in_95_of_100_cases() -> None:
    # Exactly, for each mean; the average over means of one band. Below 2 counts are too few to be
    # that close: 0 alone is seen in 13 % of cases.
    counts = np.arange(2000)
    low, high = mean_interval(counts)
    for least, most in ((2, 5), (5, 10), (10, 50), (50, 1000)):
        means = np.geomspace(least, most, 300)[:, None]
        chance = upper_tail(counts, means) - upper_tail(counts + 1, means)
        covered = (chance * ((low <= means) & (means <= high))).sum(axis=1)
        assert 0.945 < covered.mean() < 0.97


def test_no_counts_have_no_intervals() -> None:
    low, high = mean_interval(np.array([], dtype=np.int64))
    assert low.size == high.size == 0


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1e6), st.floats(1e-12, 0.5))
def test_the_critical_count_is_the_first_within_the_level(mean: float, level: float) -> None:
    expected = np.array([mean])
    needed = critical_count(expected, level)
    assert needed[0] >= 1
    assert upper_tail(needed, expected)[0] <= level
    if needed[0] > 1:
        assert upper_tail(needed - 1, expected)[0] > level


def test_critical_counts_are_found_beside_each_other_however_far_they_are() -> None:
    # The chance of 3 with a mean of 1e-60 is 1e-180 / 6, that of 2 is 1e-120 / 2.
    means = np.array([0.0, 1e-60, 3.0, 1e6])
    together = critical_count(means, 1e-150)
    assert together.tolist()[:2] == [1, 3]
    alone = [critical_count(means[place : place + 1], 1e-150)[0] for place in range(means.size)]
    assert together.tolist() == alone
    assert together[2] > 2 * 3 + 64


def test_the_detectable_mean_reaches_the_count_with_that_power() -> None:
    mean = detectable_mean(np.array([5, 300]), 0.8)
    assert upper_tail(np.array([5, 300]), mean).tolist() == pytest.approx([0.8, 0.8])
