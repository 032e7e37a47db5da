import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.mining.poisson import (
    critical_count,
    detectable_mean,
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


def test_the_interval_is_that_of_garwood() -> None:
    # Garwood (1936): 95 % interval of the mean for counts 0, 1 and 10.
    low, high = mean_interval(np.array([0, 1, 10]))
    assert low.tolist() == pytest.approx([0.0, 0.0253, 4.795], abs=1e-3)
    assert high.tolist() == pytest.approx([3.689, 5.572, 18.390], abs=1e-3)


@settings(max_examples=50)
@given(st.floats(0, 1e6), st.floats(1e-12, 0.5))
def test_the_critical_count_is_the_first_within_the_level(mean: float, level: float) -> None:
    expected = np.array([mean])
    needed = critical_count(expected, level)
    assert needed[0] >= 1
    assert upper_tail(needed, expected)[0] <= level
    if needed[0] > 1:
        assert upper_tail(needed - 1, expected)[0] > level


def test_the_detectable_mean_reaches_the_count_with_that_power() -> None:
    mean = detectable_mean(np.array([5, 300]), 0.8)
    assert upper_tail(np.array([5, 300]), mean).tolist() == pytest.approx([0.8, 0.8])
