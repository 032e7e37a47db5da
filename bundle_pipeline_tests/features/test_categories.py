"""Categories: products, prices, revenue, growth."""

from collections.abc import Sequence

import pytest

from bundle_pipeline.features.categories import category_features
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.products import product_features
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.features import CategoryFeatures
from bundle_pipeline_tests.support.products import Row, catalog_entry, stocked, variant
from bundle_pipeline_tests.support.sold import Sale, sold_shop


def features(*sales: Sale, **files: Sequence[Row]) -> dict[str, Row]:
    shop, params = sold_shop(*sales, **files).sales(), FeatureParams(top_vendor_count=2)
    found = category_features(shop, product_features(shop, params), params)
    rows = checked(CategoryFeatures, found).iter_rows(named=True)
    return {row["product_type"]: row for row in rows}


CATALOG = [
    catalog_entry("a", product_type="Tea", vendor="Acme", price_minor=500),
    catalog_entry("b", product_type="Tea", vendor="Best", price_minor=700),
    catalog_entry("c", product_type="Tea", vendor="Cory", price_minor=900, available_count=0),
    catalog_entry("d", product_type="Cups", price_minor=300),
    catalog_entry("e", price_minor=100),
]


def test_products_prices_and_vendors_by_hand() -> None:
    found = features(
        Sale("a", price=500, order="one"),
        Sale("b", price=700, quantity=2, order="one"),
        Sale("d", price=100),
        Sale("e", price=1000),
        catalog=CATALOG,
    )
    tea = found["Tea"]
    assert list(found) == ["Cups", "Tea"]
    assert (tea["product_count"], tea["sellable_product_count"]) == (3, 2)
    assert (tea["sold_product_count"], tea["order_count"], tea["unit_count"]) == (2, 1, 3)
    assert (tea["revenue_minor"], tea["revenue_90_minor"]) == (1900, 1900)
    # The product without a category earns too: 3000 in all.
    assert tea["revenue_rate"] == pytest.approx(1900 / 3000)
    prices = tuple(tea[f"{which}_price_minor"] for which in ("min", "median", "max"))
    assert prices == (500, 700, 900)
    assert tea["top_vendors"] == ["Best", "Acme"]
    assert found["Cups"]["top_vendors"] == []


def test_growth_is_the_last_90_days_over_the_90_before() -> None:
    found = features(
        Sale("a", 180, price=9999),
        Sale("a", 179, price=1000),
        Sale("a", 90, price=1000),
        Sale("a", 89, price=3000),
        Sale("d", 100, price=2000),
        Sale("d", 0, price=1000),
        catalog=CATALOG,
    )
    # Tea 3000 over 2000, cups 1000 over 2000, the shop 4000 over 4000.
    assert (found["Tea"]["growth"], found["Cups"]["growth"]) == (1.5, 0.5)
    assert (found["Tea"]["share_growth"], found["Cups"]["share_growth"]) == (1.5, 0.5)


def test_share_growth_takes_out_the_shops_own() -> None:
    both = [Sale("a", 100, price=100), Sale("d", 100, price=100), Sale("e", 200, price=1)]
    found = features(*both, Sale("a", price=200), Sale("d", price=600), catalog=CATALOG)
    # The shop went from 200 to 800.
    assert found["Tea"]["growth"] == 2
    assert found["Tea"]["share_growth"] == 0.5


def test_orders_that_do_not_reach_back_show_no_growth() -> None:
    found = features(Sale("a", 179), Sale("a", 0), catalog=CATALOG)
    assert (found["Tea"]["growth"], found["Tea"]["share_growth"]) == (None, None)


def test_nothing_sold_is_no_share() -> None:
    assert features(catalog=CATALOG)["Tea"]["revenue_rate"] is None


def test_products_without_a_category_are_in_none() -> None:
    assert features(Sale("a"), variants=[variant("b")], inventory=[stocked("b", 1)]) == {}
