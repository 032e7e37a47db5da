"""Whether a product sells in a season of its own."""

from datetime import UTC, datetime

import polars as pl
import pytest
from scipy import special

from bundle_pipeline.features.seasonality import measured_seasons
from bundle_pipeline_tests.support.products import Row
from bundle_pipeline_tests.support.sold import NOW, Sale, shop_sales

# Orders of a shop on the fifteenth of each month, from January 2024 on.
MONTHS = [datetime(2024 + i // 12, i % 12 + 1, 15, tzinfo=UTC) for i in range(24)]


def sold(variant_id: str, month: int, orders: int = 1) -> list[Sale]:
    """Orders in a month, counted from January 2024 as 0."""
    days_ago = (NOW - MONTHS[month]).total_seconds() / 86_400
    return [Sale(variant_id, days_ago) for _ in range(orders)]


def steadily(variant_id: str, orders: int = 1) -> list[Sale]:
    return [sale for month in range(24) for sale in sold(variant_id, month, orders)]


def seasons(*parts: list[Sale], min_order_count: int = 1) -> dict[str, Row]:
    sales = shop_sales(*[sale for part in parts for sale in part])
    found = measured_seasons(sales, min_order_count=min_order_count).join(
        sales.facts.select("product", "variant_id"), on="product"
    )
    return {row["variant_id"]: row for row in found.iter_rows(named=True)}


def test_the_lift_of_a_season_by_hand() -> None:
    # a: 8 orders in each December and one in each June. The shop without it: 10 a month.
    a = [*sold("a", 11, 8), *sold("a", 23, 8), *sold("a", 5), *sold("a", 17)]
    found = seasons(steadily("z", 10), a)["a"]
    # a is there from June 2024 to December 2025: 19 months of 10 orders and its own 18. The
    # window October to December: two Decembers of 18, two Octobers and Novembers of 10. Windows
    # from October, November and December all hold both Decembers; from November on: November and
    # December twice, January once; from December on: December twice, January and February once.
    shares = {10: 36 + 40, 11: 36 + 20 + 10, 12: 36 + 10 + 10}
    total = 19 * 10 + 18
    expected = 18 * shares[12] / total
    assert found["season_lift"] == pytest.approx(16 / expected)
    low = special.gammaincinv(16, 0.025 / 12) / expected
    assert found["season_lift_low"] == pytest.approx(low)
    assert found["measured_months"] == [12, 1, 2]
    assert found["season_year_count"] == 2


def test_december_is_no_season_where_the_whole_shop_sells_then() -> None:
    both = [sale for v in "az" for m in (11, 23) for sale in sold(v, m, 50)]
    found = seasons(steadily("z", 2), steadily("a", 2), both)["a"]
    assert found["season_lift"] == pytest.approx(1.0)
    assert found["season_lift_low"] < 1


def test_a_launch_in_october_is_no_season() -> None:
    launched = [sale for month in (21, 22, 23) for sale in sold("a", month, 30)]
    assert "a" not in seasons(steadily("z", 10), launched)


def test_a_year_with_few_orders_in_the_window_does_not_count() -> None:
    a = [*sold("a", 11, 2), *sold("a", 23, 30)]
    assert seasons(steadily("z", 10), a)["a"]["season_year_count"] == 1


def test_a_season_goes_over_the_turn_of_the_year() -> None:
    a = [*sold("a", 0, 9), *sold("a", 11, 9), *sold("a", 12, 9), *sold("a", 23, 9)]
    found = seasons(steadily("z", 10), a)["a"]
    assert {12, 1} <= set(found["measured_months"])
    assert found["season_year_count"] == 3


def test_too_few_orders_say_nothing() -> None:
    a = [*sold("a", 0, 5), *sold("a", 23, 4)]
    assert "a" not in seasons(steadily("z", 10), a, min_order_count=10)
    assert "a" in seasons(steadily("z", 10), a, min_order_count=9)


def test_a_shop_without_orders_has_no_seasons() -> None:
    found = measured_seasons(shop_sales(), min_order_count=1)
    assert found.is_empty()
    assert found.schema["measured_months"] == pl.List(pl.Int64)
