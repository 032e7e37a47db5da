"""Flags of products, and what stays unknown."""

from typing import Any

import polars as pl
import pytest

from bundle_pipeline.features.flags import with_flags
from bundle_pipeline.features.params import FlagParams

_TYPES: dict[str, Any] = {
    "available_count": pl.Int64,
    "stock_cover_days": pl.Float64,
    "units_per_day_90": pl.Float64,
    "slower_rate": pl.Float64,
    "days_since_launch": pl.Float64,
    "days_since_first_sale": pl.Float64,
    "order_count": pl.Int64,
    "margin_rate": pl.Float64,
    "markdown_rate": pl.Float64,
    "season_lift_low": pl.Float64,
    "season_year_count": pl.Int64,
    "measured_months": pl.List(pl.Int64),
    "says_season": pl.String,
    "says_months": pl.List(pl.Int64),
    "says_giftable": pl.Boolean,
    "says_replenishable": pl.Boolean,
    "customer_count": pl.Int64,
    "repeat_customer_rate": pl.Float64,
    "repeat_interval_days": pl.Float64,
}
Row = dict[str, Any]


def flagged(*products: Row, params: FlagParams | None = None) -> list[Row]:
    frame = pl.DataFrame([dict.fromkeys(_TYPES) | row for row in products], schema=_TYPES)
    return with_flags(frame, params or FlagParams()).rows(named=True)


_SLOW = {
    "available_count": 40,
    "stock_cover_days": 400.0,
    "units_per_day_90": 0.1,
    "slower_rate": 0.2,
    "days_since_launch": 120.0,
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"stock_cover_days": 180.0, "slower_rate": 0.25, "days_since_launch": 90.0}, True),
        ({"stock_cover_days": 179.0}, False),
        ({"slower_rate": 0.26}, False),
        ({"days_since_launch": 89.0}, False),
        ({"available_count": 0, "stock_cover_days": 0.0}, False),
        # Nothing sold in 90 days lasts for ever.
        ({"stock_cover_days": None, "units_per_day_90": 0.0, "slower_rate": 0.0}, True),
        # Unknown stock, unknown age.
        ({"available_count": None, "stock_cover_days": None}, None),
        ({"days_since_launch": None}, None),
        # An early sale says that it is old enough.
        ({"days_since_launch": None, "days_since_first_sale": 91.0}, True),
        # What is false decides, whatever else is unknown.
        ({"days_since_launch": None, "slower_rate": 0.9}, False),
    ],
)
def test_slow_movers(changes: Row, expected: bool | None) -> None:  # noqa: FBT001
    assert flagged(_SLOW | changes)[0]["is_slow_mover"] is expected


@pytest.mark.parametrize(
    ("days_since_launch", "days_since_first_sale", "expected"),
    [
        (29.9, None, True),
        (30.0, None, False),
        (-2.0, None, True),
        (None, None, None),
        (None, 10.0, None),
        (None, 45.0, False),
    ],
)
def test_a_missing_date_is_no_launch(
    days_since_launch: float | None,
    days_since_first_sale: float | None,
    expected: bool | None,  # noqa: FBT001
) -> None:
    row = {
        "days_since_launch": days_since_launch,
        "days_since_first_sale": days_since_first_sale,
    }
    assert flagged(row)[0]["is_new_launch"] is expected


@pytest.mark.parametrize(
    ("order_count", "oldest", "days_since_launch", "expected"),
    [
        (5, 90.0, None, True),
        # Too few orders to say that it wasn't only unsold, or too short a history to tell.
        (4, 90.0, None, None),
        (5, 89.0, None, None),
        # A date that is stated decides.
        (5, 90.0, 400.0, False),
    ],
)
def test_a_first_sale_with_a_history_without_is_a_launch(
    order_count: int,
    oldest: float,
    days_since_launch: float | None,
    expected: bool | None,  # noqa: FBT001
) -> None:
    first = {
        "days_since_first_sale": 10.0,
        "order_count": order_count,
        "days_since_launch": days_since_launch,
    }
    assert flagged(first, {"days_since_first_sale": oldest})[0]["is_new_launch"] is expected


def high_margins(*rates: float | None, params: FlagParams | None = None) -> list[bool | None]:
    rows = flagged(*[{"margin_rate": rate} for rate in rates], params=params)
    return [row["is_high_margin"] for row in rows]


def test_high_margins_are_the_shops_best() -> None:
    # The upper quartile of 0.4, 0.5, 0.6, 0.7, 0.8 is 0.7.
    expected = [False, False, False, True, True, None]
    assert high_margins(0.4, 0.5, 0.6, 0.7, 0.8, None) == expected


def test_the_best_of_thin_margins_is_not_high() -> None:
    assert high_margins(0.05, 0.1, 0.29) == [False, False, False]
    assert high_margins(0.05, 0.1, 0.3) == [False, False, True]


def test_a_markdown_is_a_margin_only_when_told_so() -> None:
    row = {"markdown_rate": 0.4}
    assert flagged(row)[0]["is_high_margin"] is None
    told = FlagParams(margin_from_compare_at=True)
    assert flagged(row, params=told)[0]["is_high_margin"] is True
    # A known cost says more.
    assert flagged(row | {"margin_rate": 0.1}, params=told)[0]["is_high_margin"] is False


_MEASURED = {"season_lift_low": 1.5, "season_year_count": 2, "measured_months": [10, 11, 12]}
_NAMED = {"says_season": "christmas", "says_months": [11, 12]}


@pytest.mark.parametrize(
    ("row", "expected", "months"),
    [
        (_MEASURED, True, [10, 11, 12]),
        (_MEASURED | _NAMED, True, [10, 11, 12]),
        # In one year alone a fashion looks like a season, unless words name it.
        (_MEASURED | {"season_year_count": 1}, False, None),
        (_MEASURED | _NAMED | {"season_year_count": 1}, True, [10, 11, 12]),
        # Words that orders don't bear out.
        (_MEASURED | _NAMED | {"season_lift_low": 1.4}, False, None),
        (_NAMED, True, [11, 12]),
        ({}, None, None),
    ],
)
def test_seasons_are_measured_where_they_can_be(
    row: Row,
    expected: bool | None,  # noqa: FBT001
    months: list[int] | None,
) -> None:
    found = flagged(row)[0]
    assert found["is_seasonal"] is expected
    assert found["season_months"] == months
    assert found["season"] == (row.get("says_season") if expected else None)


def replenishable(*rows: Row) -> list[bool | None]:
    return [row["is_replenishable"] for row in flagged(*rows)]


def test_replenishable_by_words_or_by_customers_who_come_back() -> None:
    def bought(rate: float, *, customers: int = 50, interval: float | None = 30.0) -> Row:
        return {
            "customer_count": customers,
            "repeat_customer_rate": rate,
            "repeat_interval_days": interval,
        }

    # Of those with 20 customers and more the upper quartile of repeat rates is 0.3.
    shop = [bought(0.0, interval=None), bought(0.1), bought(0.2), bought(0.3), bought(0.4)]
    assert replenishable(*shop) == [False, False, False, True, True]
    few = bought(0.9, customers=19)
    assert replenishable(*shop, few)[-1] is None
    assert replenishable(*shop, few | {"says_replenishable": True})[-1] is True
    assert replenishable(*shop, bought(0.5, interval=121.0))[-1] is False


def test_customers_who_hardly_come_back_make_nothing_replenishable() -> None:
    rare = {"customer_count": 50, "repeat_customer_rate": 0.09, "repeat_interval_days": 30.0}
    assert replenishable(rare, rare) == [False, False]


@pytest.mark.parametrize(
    ("available", "expected"), [(0, True), (-2, True), (1, False), (None, None)]
)
def test_out_of_stock(available: int | None, expected: bool | None) -> None:  # noqa: FBT001
    assert flagged({"available_count": available})[0]["is_out_of_stock"] is expected


def test_giftable_is_what_words_say() -> None:
    rows = flagged({"says_giftable": True}, {"says_giftable": False}, {})
    assert [row["is_giftable"] for row in rows] == [True, False, None]
