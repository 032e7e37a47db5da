"""Shopify's product exports: rows in, where each went, values by hand."""

from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline_tests.support.exports import (
    ORDERS_WITHOUT_IDS,
    PRODUCTS_2017,
    PRODUCTS_MARKETS,
    PRODUCTS_METAFIELDS,
    PRODUCTS_NEW_NAMES,
    Cells,
    export,
)
from bundle_pipeline_tests.support.landing import ReadShop, loaded_files

ORDERS = export(ORDERS_WITHOUT_IDS)

# A product with two variants and a picture, then one without options.
CLASSIC: tuple[Cells, ...] = (
    {
        "Handle": "tee", "Title": "Tee", "Vendor": "Acme", "Type": "Shirts", "Tags": "new, cotton",
        "Published": "true", "Option1 Name": "Color", "Option1 Value": "Black",
        "Option2 Name": "Size", "Option2 Value": "M", "Variant SKU": "T-BM",
        "Variant Inventory Tracker": "shopify", "Variant Price": "20.00",
        "Variant Compare At Price": "25.00", "Image Src": "https://example.com/1.jpg",
        "Cost per item": "7.50", "Status": "active",
    },
    {
        "Handle": "tee", "Option1 Value": "Black", "Option2 Value": "L", "Variant SKU": "T-BL",
        "Variant Inventory Tracker": "shopify", "Variant Price": "21.00",
    },
    {"Handle": "tee", "Image Src": "https://example.com/2.jpg"},
    {
        "Handle": "mug", "Title": "Mug", "Published": "true", "Option1 Name": "Title",
        "Option1 Value": "Default Title", "Variant Price": "8", "Cost per item": "2",
        "Status": "draft",
    },
)  # fmt: skip
QUANTITIES = ("5", "-2", "", "0")
NEW_NAMES = {
    "Handle": "URL handle",
    "Published": "Published on online store",
    "Option1 Name": "Option1 name",
    "Option1 Value": "Option1 value",
    "Option2 Name": "Option2 name",
    "Option2 Value": "Option2 value",
    "Variant SKU": "SKU",
    "Variant Inventory Tracker": "Inventory tracker",
    "Variant Inventory Qty": "Inventory quantity",
    "Variant Price": "Price",
    "Variant Compare At Price": "Compare-at price",
    "Image Src": "Product image URL",
}
WITH_QUANTITIES = tuple(
    {**row, "Variant Inventory Qty": quantity}
    for row, quantity in zip(CLASSIC, QUANTITIES, strict=True)
)
LAYOUTS = {
    "classic": export(PRODUCTS_MARKETS, *WITH_QUANTITIES),
    "new_names": export(
        PRODUCTS_NEW_NAMES,
        *(
            {NEW_NAMES.get(name, name): cell for name, cell in row.items()}
            for row in WITH_QUANTITIES
        ),
    ),
}


def load(folder: Path, **files: str) -> ReadShop:
    return loaded_files(folder, {"orders.csv": ORDERS, **{f"{n}.csv": t for n, t in files.items()}})


def reasons(shop: ReadShop) -> dict[str, int]:
    listed = [reason for file in shop.ingest_ledger["reasons"] for reason in file]
    return {reason["reason"]: reason["row_count"] for reason in listed}


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_variants_with_prices_and_costs(tmp_path: Path, layout: str) -> None:
    shop = load(tmp_path, products=LAYOUTS[layout])
    columns = (
        "variant_id", "product_id", "sku", "variant_title", "price_minor",
        "compare_at_price_minor", "unit_cost_minor",
    )  # fmt: skip
    assert shop.variants.select(columns).rows() == [
        ("handle:mug", "mug", None, "Default Title", 800, None, 200),
        ("handle:tee:Black / L", "tee", "T-BL", "Black / L", 2100, None, None),
        ("handle:tee:Black / M", "tee", "T-BM", "Black / M", 2000, 2500, 750),
    ]
    assert shop.variants["inventory_item_id"].equals(shop.variants["variant_id"])


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_facts_of_a_product_hold_for_all_its_rows(tmp_path: Path, layout: str) -> None:
    shop = load(tmp_path, products=LAYOUTS[layout])
    columns = ("variant_title", "product_title", "vendor", "product_type", "tags", "product_status")
    assert shop.catalog.select(columns).rows() == [
        ("Default Title", "Mug", None, None, [], "draft"),
        ("Black / L", "Tee", "Acme", "Shirts", ["cotton", "new"], "active"),
        ("Black / M", "Tee", "Acme", "Shirts", ["cotton", "new"], "active"),
    ]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_stock_is_that_of_tracked_items(tmp_path: Path, layout: str) -> None:
    shop = load(tmp_path, products=LAYOUTS[layout])
    assert shop.inventory.select("inventory_item_id", "location_id", "available_count").rows() == [
        ("handle:mug", "default", None),
        ("handle:tee:Black / L", "default", -2),
        ("handle:tee:Black / M", "default", 5),
    ]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_line_counts_once_and_a_picture_is_no_variant(tmp_path: Path, layout: str) -> None:
    ledger = load(tmp_path, products=LAYOUTS[layout]).ingest_ledger
    counts = ("path", "kind", "row_count", "loaded_count", "excluded_count")
    assert ledger.select(counts).rows()[1] == ("products.csv", "catalog", 4, 3, 1)
    assert ledger["reasons"].to_list()[1] == [
        {"outcome": "excluded", "reason": "image_row", "row_count": 1}
    ]


def test_a_shop_with_several_locations_states_no_stock(tmp_path: Path) -> None:
    shop = load(tmp_path, products=export(PRODUCTS_METAFIELDS, *CLASSIC))
    assert shop.variants.height == 3
    assert shop.inventory.is_empty()


def test_the_oldest_layout_has_no_cost_and_tells_hidden_products_by_published(
    tmp_path: Path,
) -> None:
    rows = [
        {"Handle": handle, "Title": handle, "Published": published, "Variant Price": "1"}
        for handle, published in (("a", "true"), ("b", "FALSE"), ("c", ""))
    ]
    shop = load(tmp_path, products=export(PRODUCTS_2017, *rows))
    assert shop.catalog.select("product_id", "product_status").rows() == [
        ("a", "active"),
        ("b", "draft"),
        ("c", "active"),
    ]
    assert shop.variants["unit_cost_minor"].to_list() == [None] * 3


def test_rows_of_a_product_may_have_others_between_them(tmp_path: Path) -> None:
    tee, second, _, mug = CLASSIC
    shop = load(tmp_path, products=export(PRODUCTS_MARKETS, tee, mug, second))
    assert shop.catalog["product_title"].to_list() == ["Mug", "Tee", "Tee"]


def test_rows_without_a_handle_or_a_price_can_t_be_used(tmp_path: Path) -> None:
    shop = load(
        tmp_path,
        products=export(
            PRODUCTS_MARKETS,
            {"Title": "Tee", "Variant Price": "1"},
            {"Handle": "mug", "Title": "Mug", "Option1 Value": "Red"},
            {},
        ),
    )
    assert shop.variants.is_empty()
    assert reasons(shop) == {"handle_missing": 1, "price_missing": 1, "blank_row": 1}
    assert shop.quarantine.select("line_number", "reason").rows() == [
        (2, "handle_missing"),
        (3, "price_missing"),
    ]


def test_an_unlisted_product_is_known_as_such(tmp_path: Path) -> None:
    row = {"Handle": "a", "Title": "A", "Variant Price": "1", "Status": "unlisted"}
    shop = load(tmp_path, products=export(PRODUCTS_MARKETS, row))
    assert shop.catalog["product_status"].to_list() == ["unlisted"]


def test_a_market_s_price_is_not_the_price(tmp_path: Path) -> None:
    row = {"Handle": "a", "Title": "A", "Variant Price": "1", "Price / United States": "9"}
    shop = load(tmp_path, products=export(PRODUCTS_MARKETS, row))
    assert shop.variants["price_minor"].to_list() == [100]


def test_the_same_export_twice_changes_nothing(tmp_path: Path) -> None:
    text = LAYOUTS["classic"]
    once = load(tmp_path / "once", products=text)
    twice = load(tmp_path / "twice", products=text, products_again=text)
    assert twice.variants.equals(once.variants)
    assert twice.catalog.equals(once.catalog)
    assert twice.inventory.equals(once.inventory)
    assert twice.ingest_ledger.filter(pl.col("path") == "products.csv")["superseded_count"][0] == 3
