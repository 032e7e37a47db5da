"""How fast products sell."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.product_pace import lifecycle_stage
from bundle_pipeline.features.products import product_features
from bundle_pipeline_tests.support.products import Row, variant
from bundle_pipeline_tests.support.sold import NOW, Sale, shop_sales


def features(*sales: Sale, **files: list[Row]) -> dict[str, Row]:
    found = product_features(shop_sales(*sales, **files), FeatureParams())
    return {row["variant_ids"][0]: row for row in found.iter_rows(named=True)}


def test_velocity_is_units_over_the_days_of_the_window() -> None:
    found = features(
        Sale("a", 6.9, quantity=7),
        Sale("a", 7.1, quantity=8),
        Sale("a", 29.5, quantity=15),
        Sale("a", 89.9, quantity=60),
        Sale("a", 90, quantity=1000),
        Sale("z", 0),
    )["a"]
    assert found["units_per_day_7"] == pytest.approx(7 / 7)
    assert found["units_per_day_30"] == pytest.approx(30 / 30)
    assert found["units_per_day_90"] == pytest.approx(90 / 90)


def test_a_product_launched_lately_is_measured_over_its_own_days() -> None:
    launched = {"created_at": NOW - timedelta(days=10)}
    found = features(
        Sale("a", 8, quantity=5), Sale("z", 200), Sale("z", 0), variants=[variant("a", **launched)]
    )["a"]
    assert found["units_per_day_7"] == 0
    assert found["units_per_day_90"] == pytest.approx(5 / 10)


def test_no_window_is_longer_than_the_orders_of_the_shop() -> None:
    found = features(Sale("a", 20, quantity=4), Sale("z", 0))["a"]
    assert found["units_per_day_90"] == pytest.approx(4 / 20)


@pytest.mark.parametrize(
    ("created", "first_sold", "launched"),
    [
        (9.0, 5.0, 9.0),
        (9.0, None, 9.0),
        # Many exports state days only.
        (4.5, 5.0, 5.0),
        # Shops that moved to another platform have all products created on one day.
        (3.0, 50.0, None),
        (None, 5.0, None),
    ],
)
def test_a_launch_that_a_sale_disproves_is_unknown(
    created: float | None, first_sold: float | None, launched: float | None
) -> None:
    def ago(days: float | None) -> datetime | None:
        return None if days is None else NOW - timedelta(days=days)

    sales = [] if first_sold is None else [Sale("a", first_sold)]
    files = [variant("a", created_at=ago(created))]
    assert features(*sales, Sale("z"), variants=files)["a"]["launched_at"] == ago(launched)


def test_slower_rate_is_the_share_of_other_products_that_sell_slower() -> None:
    sales = [Sale("a", quantity=9), Sale("b", quantity=4), Sale("c", quantity=4)]
    found = features(*sales, variants=[variant("d")])
    rates = {name: row["slower_rate"] for name, row in found.items()}
    assert rates == {"a": 1.0, "b": pytest.approx(1 / 3), "c": pytest.approx(1 / 3), "d": 0.0}
    assert features(Sale("a"))["a"]["slower_rate"] is None


def test_momentum_is_the_share_of_recent_orders_over_the_shops_shrunk_to_one() -> None:
    # Shop: 4 orders in 84 days, 3 of them in the last 28: p = 3/4. a: 2 of 2 recent, b: 1 of 2.
    # (2 + 5 * 3/4) / (7 * 3/4) and (1 + 5 * 3/4) / (7 * 3/4).
    found = features(Sale("a", 0), Sale("a", 27.9), Sale("b", 5), Sale("b", 28), Sale("c", 84))
    assert found["a"]["momentum"] == pytest.approx(5.75 / 5.25)
    assert found["b"]["momentum"] == pytest.approx(4.75 / 5.25)
    assert found["c"]["momentum"] is None


def test_what_is_younger_than_the_recent_days_neither_rises_nor_falls() -> None:
    launched = [variant("a", created_at=NOW - timedelta(days=9))]
    shop = [Sale("z", day) for day in range(0, 84, 2)]
    found = features(Sale("a", 8), Sale("a", 2), *shop, variants=launched)
    assert found["a"]["momentum"] == 1


def test_one_sale_is_no_trend_and_one_wholesale_order_neither() -> None:
    shop = [Sale("z", day) for day in range(84)]
    found = features(Sale("a", 0, quantity=5000), *shop)["a"]
    # An order a day and one more today: 29 of 85 in the last 28 days.
    share = 29 / 85
    assert found["momentum"] == pytest.approx((1 + 5 * share) / (6 * share))


def test_days_since_the_last_sale_have_fractions() -> None:
    found = features(Sale("a", 9), Sale("a", 2.25), Sale("z"))["a"]
    assert found["days_since_last_sale"] == pytest.approx(2.25)
    assert (found["first_sold_at"], found["last_sold_at"]) == (
        NOW - timedelta(days=9),
        NOW - timedelta(days=2.25),
    )


_STEADY = {
    "is_new_launch": None,
    "order_count": 9,
    "activity_rate": 0.5,
    "days_since_last_sale": 40.0,
    "momentum": 1.0,
}


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({}, "steady"),
        ({"is_new_launch": True, "order_count": 0}, "new"),
        ({"order_count": 0, "activity_rate": None, "momentum": None}, "unsold"),
        ({"activity_rate": 0.049}, "dormant"),
        # Lately enough, however fast it sold before.
        ({"activity_rate": 0.01, "days_since_last_sale": 29.0}, "steady"),
        ({"momentum": 1.25}, "growing"),
        ({"momentum": 0.8}, "declining"),
        ({"momentum": None, "activity_rate": None}, "steady"),
    ],
)
def test_lifecycle_stages(changes: dict[str, Any], stage: str) -> None:
    types = {
        "is_new_launch": pl.Boolean,
        "order_count": pl.Int64,
        "activity_rate": pl.Float64,
        "days_since_last_sale": pl.Float64,
        "momentum": pl.Float64,
    }
    product = pl.DataFrame([_STEADY | changes], schema=types)
    assert product.select(lifecycle_stage(FeatureParams())).item() == stage
