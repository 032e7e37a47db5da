"""What can be offered now."""

from datetime import UTC, datetime

import polars as pl
import pytest

from bundle_pipeline.candidates.offerable import (
    best_seller_per_product,
    offerable_variants,
    products_alike,
)
from bundle_pipeline.schemas.similar_products import DuplicateProducts, Substitutes
from bundle_pipeline_tests.support.frames import order_lines_frame, orders_frame, shuffled
from bundle_pipeline_tests.support.known_shops import known_of_shop
from bundle_pipeline_tests.support.mined import item_counts_frame
from bundle_pipeline_tests.support.offers import offer, offers
from bundle_pipeline_tests.support.products import (
    Row,
    catalog_entry,
    catalog_frame,
    inventory_frame,
    stocked,
    variant,
    variants_frame,
)

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def offered(
    *, files: Row | None = None, page: Row | None = None, stock: int | None = 5
) -> pl.DataFrame:
    known = known_of_shop(
        {
            "orders": orders_frame(1, ordered_at=[NOW]),
            "order_lines": order_lines_frame("a"),
            "variants": variants_frame(variant("a", **(files or {}))),
            "catalog": catalog_frame(catalog_entry("a", **(page or {}))),
            "inventory": inventory_frame(stocked("a", stock)),
            "item_counts": item_counts_frame({"a": 1}),
        }
    )
    return offerable_variants(
        variants=known.variants,
        catalog=known.catalog,
        inventory=known.inventory,
        item_counts=known.item_counts,
        product_features=known.product_features,
        currency="EUR",
    )


def test_a_variant_with_name_price_and_stock_can_be_offered() -> None:
    page = {"product_title": "Gift box", "product_type": "Gifts"}
    (row,) = offered(page=page).to_dicts()
    assert row == {
        "variant_id": "a",
        "title": "Gift box",
        "product_type": "Gifts",
        "unit_price_minor": 1000,
        "available_count": 5,
        "price_tier": "mid",
        "is_giftable": True,
        "season": None,
        "product_id": "product-a",
        "basket_count": 1,
    }
    assert offered(stock=None).item(0, "available_count") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"stock": 0},
        {"stock": -2},
        {"page": {"product_status": "archived"}},
        {"files": {"is_current": False}},
        {"files": {"price_minor": 0}},
        # No price in the shop's currency.
        {"files": {"currency": "USD"}, "page": {"currency": "USD"}},
    ],
)
def test_what_cannot_be_sold_now_is_left_out(changes: Row) -> None:
    assert offered(**changes).is_empty()


def test_a_product_is_shown_by_the_variant_that_sells_best() -> None:
    rows = offers(
        offer("a", product_id="p", basket_count=2),
        offer("c", product_id="p", basket_count=9),
        offer("b", product_id="p", basket_count=9),
        offer("d", product_id="q"),
    )
    for seed in range(3):
        best = best_seller_per_product(shuffled(rows, seed))
        assert best.get_column("variant_id").to_list() == ["b", "d"]


def test_products_alike_stand_in_both_directions_once_and_only_if_sure() -> None:
    common = {"similarity": 0.9, "basket_count": 0, "expected_count": 1.0, "score": 0.9}
    substitutes = [
        {"first_product_id": "a", "second_product_id": second, "is_substitute": is_one} | common
        for second, is_one in (("b", True), ("c", False))
    ]
    duplicates = [
        {"first_product_id": "a", "second_product_id": second, "is_duplicate": is_one}
        for second, is_one in (("b", True), ("d", True), ("e", False))
    ]
    found = products_alike(
        pl.DataFrame(substitutes, schema=Substitutes.create_empty().schema),
        pl.DataFrame(duplicates, schema=DuplicateProducts.create_empty().schema),
    )
    assert sorted(found.rows()) == [("a", "b"), ("a", "d"), ("b", "a"), ("d", "a")]
