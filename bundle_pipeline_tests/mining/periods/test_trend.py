"""Slope and test of a trend, beside values by hand and the exact distribution."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from bundle_pipeline.mining.periods.trend import fitted_changes, trends
from bundle_pipeline_tests.support.generators import Codes


def _exact_two_sided(count: list[int], reference: list[float]) -> float:
    """Twice the tail of ``sum of t * count_t`` given the sum, by adding one order at a time."""
    share = np.array(reference) / sum(reference)
    chances = np.array([1.0])
    for _ in range(sum(count)):
        grown = np.zeros(chances.size + share.size - 1)
        for period, chance in enumerate(share):
            grown[period : period + chances.size] += chances * chance
        chances = grown
    moment = int(np.dot(count, range(len(count))))
    above = moment > sum(count) * float(np.dot(share, range(len(count))))
    tail = chances[moment:].sum() if above else chances[: moment + 1].sum()
    return min(1.0, 2 * float(tail))


def _of(count: list[int], reference: list[float]) -> tuple[Codes, np.ndarray]:
    return np.array([count]), np.array([reference])


def test_two_periods_are_a_binomial_test() -> None:
    # 9 of 10 in the newer of two equal halves: P(Binomial(10, 1/2) >= 9) = 11 / 1024, twice.
    found = trends(*_of([1, 9], [3.0, 3.0]))
    assert found.p_value[0] == pytest.approx(22 / 1024, rel=0.02)
    assert found.is_rising[0]
    # The lift of the second is 9 times that of the first.
    assert fitted_changes(*_of([1, 9], [3.0, 3.0]))[0] == pytest.approx(9.0)


def test_the_reference_is_what_counts_are_compared_with() -> None:
    # Twice as many where twice as many are expected: no trend at all.
    found = trends(*_of([10, 20, 40], [1.0, 2.0, 4.0]))
    assert found.p_value[0] == 1.0
    assert fitted_changes(*_of([10, 20, 40], [1.0, 2.0, 4.0]))[0] == pytest.approx(1.0)


def test_an_even_doubling_is_fitted_as_it_is() -> None:
    # 8, 16, 32: doubles with each of two steps, 4 times over the whole.
    assert fitted_changes(*_of([8, 16, 32], [1.0, 1.0, 1.0]))[0] == pytest.approx(4.0)


def test_a_change_without_bounds_is_cut() -> None:
    assert fitted_changes(*_of([0, 0, 9], [1.0] * 3))[0] == pytest.approx(1000.0)
    assert fitted_changes(*_of([9, 0, 0], [1.0] * 3))[0] == pytest.approx(0.001)


def test_the_power_is_that_of_a_doubling_over_the_whole_time() -> None:
    # Two equal periods and n = 100: information n / 4, slope log 2.
    found = trends(*_of([50, 50], [1.0, 1.0]))
    assert found.power[0] == pytest.approx(ndtr(log(2) * 5 - 1.959964))


def test_one_period_says_nothing() -> None:
    found = trends(*_of([0, 7, 0], [0.0, 2.0, 0.0]))
    assert np.isnan(found.p_value[0])
    assert found.power[0] == 0.0
    assert np.isnan(fitted_changes(*_of([7], [2.0]))[0])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_p_values_are_near_the_exact_ones(data: st.DataObject) -> None:
    size = data.draw(st.integers(3, 9))
    count = data.draw(st.lists(st.integers(0, 12), min_size=size, max_size=size))
    count[0] += 5
    reference = data.draw(st.lists(st.floats(0.2, 5.0), min_size=size, max_size=size))
    exact = _exact_two_sided(count, reference)
    assert trends(*_of(count, reference)).p_value[0] == pytest.approx(exact, rel=0.5, abs=0.03)
    if exact < 0.1:
        assert 0.5 * exact <= trends(*_of(count, reference)).p_value[0] <= 2 * exact


def test_far_tails_are_right_where_a_normal_approximation_is_not() -> None:
    # All 20 in the last of four equal periods: 2 / 4 ** 20.
    found = trends(*_of([0, 0, 0, 20], [1.0] * 4))
    assert found.p_value[0] == pytest.approx(2 / 4**20, rel=0.5)


def test_gaps_between_periods_widen_the_lattice() -> None:
    # Only every third period can have any: the same two-sided test as without the others.
    found = trends(*_of([1, 0, 0, 9], [3.0, 0.0, 0.0, 3.0]))
    assert found.p_value[0] == pytest.approx(trends(*_of([1, 9], [3.0, 3.0])).p_value[0])


def test_rows_do_not_influence_each_other() -> None:
    rng = np.random.default_rng(3)
    count, reference = rng.poisson(4, size=(40, 7)) + 1, rng.gamma(2, size=(40, 7))
    together = trends(count, reference).p_value
    alone = [trends(count[i : i + 1], reference[i : i + 1]).p_value[0] for i in range(40)]
    assert together == pytest.approx(alone, rel=1e-6)


def test_the_level_is_held_where_nothing_changes() -> None:
    # 20,000 steady pairs of 12 orders on average, over 12 uneven months.
    rng = np.random.default_rng(8)
    reference = rng.gamma(0.7, size=(20_000, 12)) + 1e-3
    share = reference / reference.sum(axis=1, keepdims=True)
    count = rng.multinomial(rng.poisson(12, size=20_000) + 1, share)
    p_value = trends(count, reference).p_value
    for level in (0.05, 0.01, 0.001):
        allowed = level + 4 * (level / 20_000) ** 0.5
        assert (p_value <= level).mean() <= allowed
    assert (p_value <= 0.05).mean() > 0.02
