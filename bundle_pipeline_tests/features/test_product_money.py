"""What products earn."""

import pytest

from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.products import product_features
from bundle_pipeline_tests.support.products import Row, stocked, variant
from bundle_pipeline_tests.support.sold import Sale, shop_sales


def features(*sales: Sale, **files: list[Row]) -> dict[str, Row]:
    found = product_features(shop_sales(*sales, **files), FeatureParams())
    return {row["variant_ids"][0]: row for row in found.iter_rows(named=True)}


def test_revenue_orders_units_and_margin_by_hand() -> None:
    found = features(
        Sale("a", quantity=3, price=1000, discount=500, order="one"),
        Sale("a", quantity=1, price=900, order="one"),
        Sale("a", quantity=2, price=800),
        variants=[variant("a", unit_cost_minor=400)],
    )["a"]
    # 3000 - 500 + 900 + 1600; six units of cost 400.
    assert found["revenue_minor"] == 5000
    assert (found["order_count"], found["unit_count"]) == (2, 6)
    assert found["margin_minor"] == 5000 - 6 * 400


def test_discounts_by_hand() -> None:
    found = features(
        Sale("a", quantity=2, price=1000, discount=500),
        Sale("a", price=1000),
        Sale("a", price=1000),
        Sale("a", price=1000, discount=1000, is_bundle_component=True),
        Sale("b", price=1000, is_bundle_component=True),
    )
    # 500 off 4000 in all, off 2000 where there was a discount, on one line of three.
    assert found["a"]["discount_rate"] == pytest.approx(500 / 4000)
    assert found["a"]["discount_depth_rate"] == pytest.approx(500 / 2000)
    assert found["a"]["discounted_line_rate"] == pytest.approx(1 / 3)
    assert found["b"]["discount_rate"] is None


def test_refund_rate_is_of_orders_that_state_refunds() -> None:
    found = features(
        Sale("a", price=1000, refunded=400), Sale("a", price=1000, refunded=0), Sale("a"), Sale("b")
    )
    assert found["a"]["refunded_minor"] == 400
    assert found["a"]["refund_rate"] == pytest.approx(400 / 2000)
    assert (found["b"]["refunded_minor"], found["b"]["refund_rate"]) == (None, None)


def test_half_a_margin_is_none() -> None:
    shirt = {"product_id": "shirt"}
    files = [variant("s", unit_cost_minor=300, **shirt), variant("t", **shirt)]
    found = features(Sale("s"), Sale("t"), variants=files)["s"]
    assert (found["margin_minor"], found["margin_rate"]) == (None, None)
    assert features(Sale("s"), variants=files)["s"]["margin_minor"] == 700


def test_margin_rate_is_of_list_prices_and_may_be_negative() -> None:
    shirt = {"product_id": "shirt"}
    sizes = [
        variant("s", price_minor=1000, unit_cost_minor=400, **shirt),
        variant("t", price_minor=3000, unit_cost_minor=600, **shirt),
    ]
    # Costs of 1000 against prices of 4000.
    assert features(variants=sizes)["s"]["margin_rate"] == pytest.approx(0.75)
    below_cost = [variant("a", price_minor=500, unit_cost_minor=600)]
    assert features(variants=below_cost)["a"]["margin_rate"] == pytest.approx(-0.2)


def test_price_is_the_lower_median_of_variants_on_sale_else_as_sold() -> None:
    shirt = {"product_id": "shirt"}
    sizes = [
        variant("s", price_minor=1000, **shirt),
        variant("t", price_minor=2000, **shirt),
        variant("u", price_minor=9000, is_current=False, **shirt),
    ]
    assert features(variants=sizes)["s"]["price_minor"] == 1000
    closed = [variant("u", price_minor=9000, is_current=False)]
    assert features(variants=closed)["u"]["price_minor"] == 9000
    sold = features(Sale("x", price=300), Sale("x", price=500), Sale("x", price=400))
    assert sold["x"]["price_minor"] == 400


def test_stock_cover_is_stock_over_the_pace_of_90_days() -> None:
    sales = [Sale("a", 80, quantity=30), Sale("a", 0, quantity=15), Sale("z", 400)]
    files = [variant(name) for name in "abz"]
    stock = [stocked("a", 20), stocked("b", 5), stocked("z", -3)]
    found = features(*sales, variants=files, inventory=stock)
    # 45 units in 90 days are half a unit a day, of 20.
    assert found["a"]["stock_cover_days"] == pytest.approx(40)
    assert found["b"]["stock_cover_days"] is None
    assert found["z"]["available_count"] == -3


def test_oversold_stock_lasts_for_no_day() -> None:
    found = features(Sale("a"), variants=[variant("a")], inventory=[stocked("a", -3)])
    assert found["a"]["stock_cover_days"] == 0


def test_stock_of_a_product_is_known_only_if_all_its_variants_are_tracked() -> None:
    shirt = {"product_id": "shirt"}
    sizes = [variant("s", **shirt), variant("t", **shirt)]
    both = features(variants=sizes, inventory=[stocked("s", 4), stocked("t", 3)])
    assert both["s"]["available_count"] == 7
    one = features(variants=sizes, inventory=[stocked("s", 0)])
    assert (one["s"]["available_count"], one["s"]["is_out_of_stock"]) == (None, None)
