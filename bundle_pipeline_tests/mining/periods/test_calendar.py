from datetime import UTC, date, datetime

import polars as pl
import pytest

from bundle_pipeline.mining.periods.calendar import calendar_of


def _times(*days: tuple[int, int, int]) -> pl.Series:
    return pl.Series([datetime(*day, tzinfo=UTC) for day in days])


def test_periods_have_no_gaps_and_know_their_baskets() -> None:
    months = calendar_of(_times((2023, 11, 30), (2024, 2, 1), (2024, 2, 29)), "month")
    assert months.starts == [
        date(2023, 11, 1),
        date(2023, 12, 1),
        date(2024, 1, 1),
        date(2024, 2, 1),
    ]
    assert months.first_basket.tolist() == [0, 1, 1, 1, 3]
    assert months.basket_counts.tolist() == [1, 0, 0, 2]
    assert months.day_count == 92


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("week", [date(2024, 1, 29), date(2024, 2, 5)]),
        ("month", [date(2024, 2, 1)]),
        ("quarter", [date(2024, 1, 1)]),
    ],
)
def test_weeks_begin_on_monday_and_quarters_with_the_calendar(period, starts) -> None:  # noqa: ANN001
    assert calendar_of(_times((2024, 2, 2), (2024, 2, 6)), period).starts == starts


def test_the_newest_quarter_is_one_of_time_not_of_baskets() -> None:
    times = _times((2024, 1, 1), (2024, 1, 2), (2024, 1, 3), (2024, 1, 31), (2024, 2, 10))
    assert calendar_of(times, "month").newest_quarter == 4


def test_where_times_do_not_differ_there_are_no_periods() -> None:
    for times in (
        _times((2024, 1, 1), (2024, 1, 1)),
        pl.Series([], dtype=pl.Datetime("us", "UTC")),
    ):
        calendar = calendar_of(times, "month")
        assert calendar.period_count == 0
        assert calendar.basket_counts.size == 0
