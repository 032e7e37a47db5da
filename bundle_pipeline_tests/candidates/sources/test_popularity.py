"""Best sellers of late, and what has begun to sell."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from bundle_pipeline.candidates.sources.params import PopularityParams
from bundle_pipeline.candidates.sources.popularity import (
    popular_companions,
    popular_products,
    trending,
)
from bundle_pipeline_tests.support.frames import order_lines_frame, orders_frame
from bundle_pipeline_tests.support.shelves import as_rows, ids, shelf

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def popular(*orders: tuple[int, str], params: PopularityParams) -> pl.DataFrame:
    """Products of these orders: days ago, and one letter for each variant."""
    return popular_products(
        order_lines_frame(*(list(variants) for _, variants in orders)).lazy(),
        orders=orders_frame(
            len(orders), ordered_at=[NOW - timedelta(days=days) for days, _ in orders]
        ),
        shelf=shelf("a", "b", "c"),
        params=params,
    )


def test_an_order_counts_half_after_the_half_life() -> None:
    found = popular((0, "a"), (30, "ab"), (60, "b"), params=PopularityParams())
    assert found.get_column("product_id").to_list() == ["a", "b"]
    assert found.get_column("popularity").to_list() == [1.5, 0.75]


def test_growth_compares_two_weeks() -> None:
    # The last 7 days: a twice, b once; those before: a none, b twice. (2 + 1) / (0 + 1).
    params = PopularityParams(trend_prior_count=1)
    found = popular((0, "a"), (6, "ab"), (7, "b"), (13, "b"), (14, "a"), params=params)
    growth = dict(found.select("product_id", "growth").iter_rows())
    assert growth == pytest.approx({"a": 3.0, "b": 2 / 3})
    assert trending(found, params).get_column("product_id").to_list() == ["a"]


def test_a_best_seller_is_no_companion_of_itself() -> None:
    found = popular((0, "abc"), (0, "ab"), (0, "a"), params=PopularityParams())
    companions = popular_companions(found, ids("a", "new"), 2)
    assert as_rows(companions) == [
        ("a", "b", 2.0),
        ("a", "c", 1.0),
        ("new", "a", 3.0),
        ("new", "b", 2.0),
    ]
