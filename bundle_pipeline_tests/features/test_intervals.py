"""How long something usually takes to come again."""

import math
from datetime import timedelta

import polars as pl
import pytest

from bundle_pipeline.features.intervals import activity_rate, with_expected_interval
from bundle_pipeline_tests.support.sold import NOW

Thing = tuple[float, float, int]


def intervals(*things: Thing, prior_count: float = 1.0) -> pl.DataFrame:
    rows = [(NOW - timedelta(days=a), NOW - timedelta(days=b), n, b) for a, b, n in things]
    frame = pl.DataFrame(rows, schema=["first", "last", "seen", "silent"], orient="row")
    return with_expected_interval(
        frame.with_columns(pl.col("silent").cast(pl.Float64)),
        first="first",
        last="last",
        count="seen",
        prior_count=prior_count,
    ).with_columns(activity=activity_rate("silent"))


def test_the_own_interval_is_shrunk_to_the_usual_one() -> None:
    # Own means: 30 / 3 = 10 days, 40 / 2 = 20 days; usual is their median, 15.
    found = intervals((30, 0, 4), (60, 20, 3), (5, 5, 1))
    assert found.get_column("mean_interval_days").to_list() == [10, 20, None]
    # (30 + 15) / 4, (40 + 15) / 3, and 15 for what was seen once.
    expected = [45 / 4, 55 / 3, 15]
    assert found.get_column("expected_interval_days").to_list() == pytest.approx(expected)


def test_activity_is_the_chance_of_that_silence() -> None:
    found = intervals((30, 0, 4), (60, 20, 3), (5, 5, 1))
    expected = [1.0, math.exp(-20 / (55 / 3)), math.exp(-5 / 15)]
    assert found.get_column("activity").to_list() == pytest.approx(expected)


def test_where_nothing_came_again_nothing_is_known() -> None:
    found = intervals((3, 3, 1), (9, 9, 1))
    assert found.get_column("expected_interval_days").to_list() == [None, None]
    assert found.get_column("activity").to_list() == [None, None]


def test_no_interval_is_below_a_day() -> None:
    assert intervals((0.5, 0, 50)).get_column("expected_interval_days").to_list() == [1]
