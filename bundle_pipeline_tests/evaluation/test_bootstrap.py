"""Intervals of figures."""

import numpy as np
import pytest

from bundle_pipeline.evaluation.bootstrap import figure_differences, figure_intervals


def outcomes(hits: int, order_count: int) -> np.ndarray:
    """Orders of two variants; the first ones hold the bundle, whose pages are right then."""
    hit = (np.arange(order_count) < hits).astype(float)
    one = np.ones(order_count)
    return np.column_stack([one, hit, 2 * one, 2 * hit, 2 * one, 2 * hit, 2 * one])


def test_a_share_has_the_interval_of_a_share() -> None:
    found = figure_intervals(outcomes(200, 1000), sample_count=2000, seed=0)["hit_rate"]
    spread = 1.96 * np.sqrt(0.2 * 0.8 / 1000)
    assert found.middle == 0.2
    assert found.low == pytest.approx(0.2 - spread, abs=0.003)
    assert found.high == pytest.approx(0.2 + spread, abs=0.003)


def test_the_same_seed_gives_the_same_interval_in_any_order_of_rows() -> None:
    rows = outcomes(13, 80)
    found = [figure_intervals(each, sample_count=100, seed=3) for each in (rows, rows[::-1])]
    assert found[0] == found[1]


def test_what_both_lists_share_is_no_noise() -> None:
    accepted, today = outcomes(300, 1000), outcomes(290, 1000)
    change = figure_differences(today, accepted, sample_count=500, seed=0)["hit_rate"]
    assert change.middle == pytest.approx(-0.01)
    # Alone each has an interval of 0.06; ten orders of a thousand differ, all in one direction.
    assert -0.02 < change.low < change.high < 0
    same = figure_differences(accepted, accepted, sample_count=500, seed=0)
    assert all((each.low, each.high) == (0, 0) for each in same.values())


def test_figures_of_nothing_are_0() -> None:
    found = figure_intervals(np.zeros((5, 7)), sample_count=50, seed=0)
    assert {each.middle for each in found.values()} == {0.0}
