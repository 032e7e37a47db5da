from datetime import date

import numpy as np
import pytest

from bundle_pipeline.mining.periods.season import seasons, windows_of

YEAR = [date(2023, month, 1) for month in range(1, 13)]
TWO_YEARS = [*YEAR, *(date(2024, month, 1) for month in range(1, 13))]


def test_windows_are_one_to_three_neighbouring_months_and_go_round_the_year() -> None:
    windows = windows_of(YEAR)
    assert len(windows.months) == 36
    assert windows.months[0] == [1]
    assert [12, 1] in windows.months
    assert [11, 12, 1] in windows.months
    of_window = windows.of_period[:, windows.months.index([12, 1])]
    assert [YEAR[i].month for i in np.flatnonzero(of_window)] == [1, 12]


def test_a_window_over_new_year_belongs_to_the_year_it_began_in() -> None:
    windows = windows_of(TWO_YEARS)
    year = windows.year[:, windows.months.index([12, 1])]
    assert year[[0, 11, 12, 23]].tolist() == [2022, 2023, 2023, 2024]


def test_quarters_are_windows_of_their_own() -> None:
    assert windows_of([date(2023, month, 1) for month in (1, 4, 7, 10)]).months == [
        [1], [4], [7], [10],
    ]  # fmt: skip


def test_the_peak_is_a_binomial_test_times_the_windows() -> None:
    # 10 of 10 in December, months alike: (1 / 12) ** 10, for 36 windows.
    count = np.array([[0] * 11 + [10]])
    even = np.ones((1, 12))
    found = seasons(count, [even], windows_of(YEAR))
    assert found.p_value[0] == pytest.approx(36 / 12**10)
    assert windows_of(YEAR).months[found.peak[0]] == [12]
    assert found.share[0] == 1.0
    assert found.even_share[0] == pytest.approx(1 / 12)
    assert found.years[0] == 1


def test_a_peak_that_returns_is_seen_in_both_years_and_a_single_one_in_one() -> None:
    returns = [1] * 10 + [9, 9]
    single = [1] * 12
    count = np.array([returns * 2, returns + single])
    found = seasons(count, [np.ones((2, 24))], windows_of(TWO_YEARS))
    assert [windows_of(TWO_YEARS).months[peak] for peak in found.peak] == [[11, 12], [11, 12]]
    assert found.years.tolist() == [2, 1]
    # (1 / 6 of the time) 36 of 56 and 20 of 50: far beyond chance both.
    assert (found.p_value < 1e-3).all()


def test_a_peak_that_one_reference_explains_is_none() -> None:
    count = np.array([[2] * 11 + [40]])
    explains = np.array([[2.0] * 11 + [40.0]])
    found = seasons(count, [np.ones((1, 12)), explains], windows_of(YEAR))
    assert found.p_value[0] == 1.0


def test_the_level_is_held_where_months_are_alike() -> None:
    rng = np.random.default_rng(4)
    reference = rng.gamma(0.7, size=(20_000, 24)) + 1e-3
    share = reference / reference.sum(axis=1, keepdims=True)
    count = rng.multinomial(rng.poisson(15, size=20_000) + 1, share)
    p_value = seasons(count, [reference], windows_of(TWO_YEARS)).p_value
    for level in (0.05, 0.01, 0.001):
        assert (p_value <= level).mean() <= level
