"""Product features as a whole; single formulas are tested beside their modules."""

from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.products import flag_counts, product_features
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.features import ProductFeatures
from bundle_pipeline_tests.support.products import catalog_entry, stocked, variant
from bundle_pipeline_tests.support.sold import Sale, sold_shop

SHOP = sold_shop(
    Sale("s", 40, customer="x"),
    Sale("m", 3, customer="x", order="pair"),
    Sale("tea", 3, customer="x", order="pair", title="Green Tea"),
    Sale("m", 0),
    variants=[variant(size, product_id="shirt", vendor="Acme") for size in "sm"],
    catalog=[
        catalog_entry("m", product_id="shirt", product_title="Shirt", product_type="Clothes"),
        catalog_entry("mug", product_id="mug", product_title="Christmas Mug"),
    ],
    inventory=[stocked("s", 2), stocked("m", 3)],
)


def test_one_row_per_product_sold_or_not() -> None:
    found = product_features(SHOP.sales(), FeatureParams())
    assert found.get_column("product_id").to_list() == ["mug", "shirt", "variant:tea"]
    mug, shirt, tea = found.iter_rows(named=True)
    assert (shirt["title"], shirt["product_type"], shirt["vendor"]) == ("Shirt", "Clothes", "Acme")
    assert (shirt["variant_ids"], shirt["order_count"], shirt["customer_count"]) == (
        ["m", "s"],
        3,
        1,
    )
    assert (shirt["repeat_customer_count"], shirt["repeat_interval_days"]) == (1, 37)
    assert (shirt["is_product_known"], shirt["available_count"]) == (True, 5)
    assert (tea["title"], tea["is_product_known"], tea["price_minor"]) == ("Green Tea", False, 1000)
    assert (mug["order_count"], mug["customer_count"], mug["lifecycle_stage"]) == (0, 0, "unsold")
    assert (mug["season"], mug["season_months"]) == ("christmas", [11, 12])


def test_customers_are_unknown_where_no_order_names_one() -> None:
    found = product_features(sold_shop(Sale("a")).sales(), FeatureParams()).row(0, named=True)
    assert (found["customer_count"], found["repeat_customer_rate"]) == (None, None)
    assert found["is_replenishable"] is None


def test_flags_are_counted_without_the_unknown() -> None:
    found = product_features(SHOP.sales(), FeatureParams())
    assert flag_counts(found) == {
        "slow_mover": 0,
        "new_launch": 0,
        "high_margin": 0,
        "seasonal": 1,
        "giftable": 1,
        "replenishable": 1,
        "out_of_stock": 0,
    }


def test_an_empty_shop_has_no_products() -> None:
    found = product_features(sold_shop().sales(), FeatureParams())
    assert checked(ProductFeatures, found).is_empty()


def test_a_catalog_that_never_sold_has_products_without_sales() -> None:
    shop = sold_shop(variants=[variant("a"), variant("b")])
    found = checked(ProductFeatures, product_features(shop.sales(), FeatureParams()))
    assert found.get_column("units_per_day_90").to_list() == [0, 0]
    assert found.get_column("days_since_last_sale").to_list() == [None, None]
