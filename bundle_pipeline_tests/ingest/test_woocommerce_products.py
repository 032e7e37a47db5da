"""WooCommerce's product export: rows in, where each went, values by hand."""

from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline_tests.support.exports import (
    ORDERS_WITHOUT_IDS,
    WOOCOMMERCE_PRODUCTS,
    Cells,
    export,
)
from bundle_pipeline_tests.support.landing import ReadShop, loaded_files

ORDERS = export(ORDERS_WITHOUT_IDS)
SIMPLE: Cells = {
    "ID": "1", "Type": "simple", "SKU": "M", "Name": "Mug", "Published": "1", "In stock?": "1",
    "Stock": "5", "Regular price": "8.50", "Categories": "Kitchen > Mugs, Sale", "Tags": "new, red",
}  # fmt: skip
PARENT: Cells = {
    "ID": "10", "Type": "variable", "SKU": "T", "Name": "Tee", "Published": "1", "In stock?": "1",
    "Categories": "Shirts", "Attribute 1 name": "Color", "Attribute 1 value(s)": "Black, White",
}  # fmt: skip
VARIATION: Cells = {
    "ID": "11", "Type": "variation", "SKU": "T-BM", "Name": "Tee - Black, M", "Published": "1",
    "In stock?": "1", "Regular price": "20", "Parent": "T", "Attribute 1 name": "Color",
    "Attribute 1 value(s)": "Black", "Attribute 2 name": "Size", "Attribute 2 value(s)": "M",
}  # fmt: skip


def load(folder: Path, *rows: Cells) -> ReadShop:
    files = {"orders.csv": ORDERS, "products.csv": export(WOOCOMMERCE_PRODUCTS, *rows)}
    return loaded_files(folder, files)


def test_a_simple_product_is_its_own_variant(tmp_path: Path) -> None:
    shop = load(tmp_path, SIMPLE)
    columns = ("variant_id", "product_id", "sku", "product_title", "variant_title", "price_minor")
    assert shop.catalog.select(columns).rows() == [("1", "1", "M", "Mug", None, 850)]
    columns = ("product_type", "tags", "product_status")
    assert shop.catalog.select(columns).rows() == [("Kitchen > Mugs", ["new", "red"], "active")]
    assert shop.inventory.select("inventory_item_id", "available_count").rows() == [("1", 5)]


@pytest.mark.parametrize("parent", ["T", "id:10"])
def test_a_variation_belongs_to_its_parent_which_is_no_variant(tmp_path: Path, parent: str) -> None:
    shop = load(tmp_path, {**VARIATION, "Parent": parent}, PARENT)
    columns = ("variant_id", "product_id", "product_title", "variant_title", "product_type")
    assert shop.catalog.select(columns).rows() == [("11", "10", "Tee", "Black, M", "Shirts")]
    assert shop.variants["variant_id"].to_list() == ["11"]
    assert shop.ingest_ledger["reasons"].to_list()[1] == [
        {"outcome": "excluded", "reason": "variable_parent", "row_count": 1}
    ]


def test_a_variation_without_its_parent_goes_by_its_own_name(tmp_path: Path) -> None:
    shop = load(tmp_path, {**VARIATION, "Parent": "id:10"})
    columns = ("product_id", "product_title")
    assert shop.catalog.select(columns).rows() == [("10", "Tee - Black, M")]


def test_an_order_line_finds_its_variation_by_name(tmp_path: Path) -> None:
    line = {"name": "1", "created_at": "2025-01-01", "quantity": "1", "price": "20"}
    files = {
        "orders.csv": export(ORDERS_WITHOUT_IDS, {**line, "line_item_name": "Tee - Black, M"}),
        "products.csv": export(WOOCOMMERCE_PRODUCTS, PARENT, VARIATION),
    }
    assert loaded_files(tmp_path, files).order_lines["variant_id"].to_list() == ["11"]


@pytest.mark.parametrize(
    ("cells", "prices"),
    [
        ({"Regular price": "20"}, (2000, None)),
        ({"Regular price": "20", "Sale price": "15"}, (1500, 2000)),
        (
            {"Regular price": "20", "Sale price": "15", "Date sale price ends": "2025-01-31"},
            (2000, None),
        ),
    ],
)
def test_a_sale_counts_where_it_has_no_dates(
    tmp_path: Path, cells: Cells, prices: tuple[int, int | None]
) -> None:
    shop = load(tmp_path, {**SIMPLE, **cells})
    assert shop.variants.select("price_minor", "compare_at_price_minor").rows() == [prices]


@pytest.mark.parametrize(
    ("stock", "in_stock", "counts"),
    [("5", "1", [5]), ("-2", "1", [-2]), ("", "1", []), ("", "0", [0]), ("", "backorder", [])],
)
def test_stock_that_isn_t_counted_is_unknown_or_none(
    tmp_path: Path, stock: str, in_stock: str, counts: list[int]
) -> None:
    shop = load(tmp_path, {**SIMPLE, "Stock": stock, "In stock?": in_stock})
    assert shop.inventory["available_count"].to_list() == counts


def test_variations_may_share_their_parent_s_stock(tmp_path: Path) -> None:
    shared = {**VARIATION, "Stock": "parent"}
    shop = load(tmp_path, {**PARENT, "Stock": "7"}, shared, {**shared, "ID": "12", "SKU": "T-BL"})
    assert shop.variants["inventory_item_id"].to_list() == ["10", "10"]
    assert shop.inventory.select("inventory_item_id", "available_count").rows() == [("10", 7)]


@pytest.mark.parametrize(
    ("parent", "own", "status"), [("1", "1", "active"), ("0", "1", "draft"), ("1", "-1", "draft")]
)
def test_what_isn_t_published_is_no_offer(
    tmp_path: Path, parent: str, own: str, status: str
) -> None:
    shop = load(tmp_path, {**PARENT, "Published": parent}, {**VARIATION, "Published": own})
    assert shop.catalog["product_status"].to_list() == [status]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("simple, virtual", None),
        ("grouped", "grouped_product"),
        ("external", "external_product"),
        ("variable", "variable_parent"),
    ],
)
def test_kinds_of_products(tmp_path: Path, kind: str, reason: str | None) -> None:
    shop = load(tmp_path, {**SIMPLE, "Type": kind})
    assert shop.variants.height == (1 if reason is None else 0)
    listed = shop.ingest_ledger.filter(pl.col("path") == "products.csv")["reasons"].to_list()[0]
    assert [entry["reason"] for entry in listed] == ([reason] if reason else [])
