"""Customers: recency, frequency, money, and whether they come back."""

import math
from datetime import timedelta

import pytest

from bundle_pipeline.features.customers import customer_features
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.features import CustomerFeatures
from bundle_pipeline_tests.support.products import Row, catalog_entry
from bundle_pipeline_tests.support.sold import NOW, Sale, sold_shop


def features(*sales: Sale, **files: list[Row]) -> dict[str, Row]:
    found = customer_features(sold_shop(*sales, **files).sales(), FeatureParams())
    rows = checked(CustomerFeatures, found).iter_rows(named=True)
    return {row["customer_key"]: row for row in rows}


def test_counts_money_and_times_by_hand() -> None:
    found = features(
        Sale("a", 20, price=1000, quantity=2, discount=300, customer="x", order="1", refunded=500),
        Sale("b", 20, price=400, customer="x", order="1", refunded=500),
        Sale("a", 10, price=1001, customer="x"),
        Sale("a", 0),
    )
    row = found["x"]
    assert list(found) == ["x"]
    assert (row["order_count"], row["unit_count"], row["product_count"]) == (2, 4, 2)
    # 2000 - 300 + 400 + 1001; 3101 over two orders is 1550.5, to the even cent.
    assert (row["revenue_minor"], row["refunded_minor"]) == (3101, 500)
    assert (row["lifetime_minor"], row["mean_order_minor"]) == (2601, 1550)
    assert row["first_ordered_at"] == NOW - timedelta(days=20)
    assert row["days_since_last_order"] == 10


def test_refunds_that_no_order_states_are_unknown() -> None:
    row = features(Sale("a", customer="x", price=900))["x"]
    assert (row["refunded_minor"], row["lifetime_minor"]) == (None, 900)


def test_churn_risk_is_by_the_customers_own_pace() -> None:
    # x every 10 days, y every 60: the usual interval is 35. Both silent for 30 days.
    found = features(
        *[Sale("a", day, customer="x") for day in (30, 40, 50, 60)],
        *[Sale("a", day, customer="y") for day in (30, 90, 150)],
        Sale("a", 30, customer="once"),
        Sale("z", 0),
    )
    intervals = {"x": (30 + 35) / 4, "y": (120 + 35) / 3, "once": 35}
    for customer, interval in intervals.items():
        row = found[customer]
        assert row["expected_interval_days"] == pytest.approx(interval)
        assert row["churn_risk_rate"] == pytest.approx(1 - math.exp(-30 / interval))
    assert found["x"]["mean_interval_days"] == pytest.approx(10)
    stages = {customer: row["customer_stage"] for customer, row in found.items()}
    # Chances of the silence: exp(-1.85) = .158, exp(-.58) = .56, exp(-.86) = .42.
    assert stages == {"x": "lapsing", "y": "active", "once": "new"}


def test_who_stays_away_for_three_intervals_has_lapsed() -> None:
    weekly = [Sale("a", 31 + 7 * week, customer="x") for week in range(5)]
    assert features(*weekly, Sale("z", 0))["x"]["customer_stage"] == "lapsed"


def test_where_nobody_came_again_churn_is_unknown() -> None:
    row = features(Sale("a", 9, customer="x"), Sale("a"))["x"]
    assert (row["churn_risk_rate"], row["customer_stage"]) == (None, None)


def test_scores_are_fifths_and_equals_share_the_lower() -> None:
    orders = {"a": 1, "b": 1, "c": 1, "d": 1, "e": 3}
    sales = [
        Sale("v", day, price=100 * (place + 1), customer=customer)
        for place, (customer, count) in enumerate(orders.items())
        for day in range(place, place + count)
    ]
    found = features(*sales)
    scores = {name: [row[name] for row in found.values()] for name in found["a"] if "score" in name}
    assert scores == {
        "recency_score": [5, 4, 3, 2, 1],
        "frequency_score": [1, 1, 1, 1, 5],
        "monetary_score": [1, 2, 3, 4, 5],
    }


def test_categories_by_units() -> None:
    catalog = [
        catalog_entry("a", product_type="Tea"),
        catalog_entry("b", product_type="Cups"),
        catalog_entry("c", product_type="Tea"),
        catalog_entry("d"),
    ]
    found = features(
        Sale("a", customer="x"),
        Sale("b", quantity=2, customer="x"),
        Sale("c", quantity=5, customer="x"),
        Sale("d", quantity=9, customer="x"),
        Sale("d", customer="y"),
        catalog=catalog,
    )
    assert found["x"]["category_count"] == 2
    assert found["x"]["main_category"] == "Tea"
    assert found["x"]["main_category_rate"] == pytest.approx(6 / 8)
    assert (found["y"]["category_count"], found["y"]["main_category"]) == (0, None)


def test_discount_sensitivity_is_beside_the_shop_and_shrunk() -> None:
    # Three of eight lines are reduced. x: 2 of 2, y: 0 of 5; the bundle's part isn't looked at.
    found = features(
        Sale("a", discount=100, customer="x"),
        Sale("a", discount=100, customer="x"),
        Sale("a", discount=100, customer="x", is_bundle_component=True),
        *[Sale("a", customer="y") for _ in range(5)],
        Sale("a", discount=100),
    )
    usual = 3 / 8
    assert found["x"]["discounted_line_rate"] == 1
    assert found["x"]["discount_sensitivity"] == pytest.approx((2 + 10 * usual) / 12 / usual)
    assert found["y"]["discount_sensitivity"] == pytest.approx((10 * usual) / 15 / usual)


def test_a_shop_without_discounts_has_no_sensitive_customers() -> None:
    assert features(Sale("a", customer="x"))["x"]["discount_sensitivity"] is None


def test_a_customer_whose_lines_state_no_product_still_is_one() -> None:
    row = features(Sale(None, customer="x"), Sale("a"))["x"]
    assert (row["order_count"], row["unit_count"], row["lifetime_minor"]) == (1, 0, 0)


def test_a_shop_without_known_customers_has_none() -> None:
    assert features(Sale("a")) == {}
    assert features() == {}
