"""Stock behind a bundle."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from bundle_pipeline.candidates.stock import bundle_stock, days_of_cover, units_sold
from bundle_pipeline_tests.support.frames import order_lines_frame, orders_frame

NOW = datetime(2026, 1, 31, tzinfo=UTC)
Item = tuple[str, int, int | None, int | None]


def stock_of(*items: Item) -> dict[str, Any]:
    columns = {
        "variant_id": pl.String,
        "needed_count": pl.Int64,
        "available_count": pl.Int64,
        "unit_count": pl.Int64,
    }
    frame = pl.DataFrame(list(items), schema=columns, orient="row")
    covered = frame.with_columns(days_of_cover=days_of_cover(velocity_days=60))
    return covered.select(bundle_stock()).to_series().item()


def test_the_item_with_the_fewest_bundles_in_it_limits_the_bundle() -> None:
    # a: 9 // 2 = 4 bundles; b: 5 bundles. a lasts 9 / (3 / 60) = 180 days, b 5 / (10 / 60) = 30.
    found = stock_of(("a", 2, 9, 3), ("b", 1, 5, 10))
    assert found == {"feasible_quantity": 4, "days_of_cover": 30.0, "limited_by": "a"}


def test_untracked_items_limit_nothing() -> None:
    found = stock_of(("a", 1, None, 60), ("b", 1, 5, None))
    assert found == {"feasible_quantity": 5, "days_of_cover": None, "limited_by": "b"}


def test_nothing_tracked_is_unknown_stock() -> None:
    found = stock_of(("a", 1, None, 3), ("b", 1, None, None))
    assert found == {"feasible_quantity": None, "days_of_cover": None, "limited_by": None}


def test_oversold_stock_is_no_stock() -> None:
    found = stock_of(("a", 1, -3, 5), ("b", 1, 8, 5))
    assert found == {"feasible_quantity": 0, "days_of_cover": 0.0, "limited_by": "a"}


def test_ties_are_limited_by_the_smaller_variant_id() -> None:
    assert stock_of(("z", 1, 4, None), ("b", 1, 4, None))["limited_by"] == "b"


def test_units_are_counted_in_the_days_up_to_the_newest_order() -> None:
    orders = orders_frame(
        3, ordered_at=[NOW, NOW - timedelta(days=59, hours=23), NOW - timedelta(days=60)]
    )
    lines = order_lines_frame(["a", "b", None], ["a"], ["a", "c"], quantity=2)
    sold = units_sold(lines.lazy(), orders=orders, days=60).sort("variant_id")
    assert sold.rows() == [("a", 4), ("b", 2)]


def test_a_shop_without_orders_sold_nothing() -> None:
    assert units_sold(order_lines_frame().lazy(), orders=orders_frame(0), days=60).is_empty()
