"""Variants, catalog and inventory: values by hand, later rows, what can't be used."""

from pathlib import Path

import pytest

from bundle_pipeline_tests.support.landing import ReadShop, csv_text, loaded_files

ORDERS = csv_text(
    ["order_id", "created_at", "sku", "quantity", "price", "currency"],
    ["1", "2025-01-01", "a", "1", "1", "JPY"],
)
VARIANT_HEADER = [
    "variant_id", "product_id", "inventory_item_id", "variant_title", "price", "compare_at_price",
    "cost", "sku",
]  # fmt: skip
CATALOG_HEADER = [
    "variant_id", "product_id", "inventory_item_id", "product_title", "price", "product_status",
    "tags", "available_total", "product_created_at",
]  # fmt: skip


def load(folder: Path, **files: str) -> ReadShop:
    named = {f"{name}.csv": text for name, text in files.items()}
    return loaded_files(folder, {"orders.csv": ORDERS, **named})


def test_variants_are_in_the_shop_s_currency(tmp_path: Path) -> None:
    gid = "gid://shopify"
    row = [f"{gid}/ProductVariant/1", f"{gid}/Product/2", f"{gid}/InventoryItem/3", "Red"]
    variants = csv_text(VARIANT_HEADER, [*row, "980", "1200.0", "450", "000123"])
    variant = load(tmp_path, variants=variants).variants.row(0, named=True)
    assert (variant["variant_id"], variant["product_id"]) == ("1", "2")
    assert (variant["inventory_item_id"], variant["sku"]) == ("3", "000123")
    assert (variant["price_minor"], variant["compare_at_price_minor"]) == (980, 1200)
    assert (variant["unit_cost_minor"], variant["currency"]) == (450, "JPY")


@pytest.mark.parametrize(
    ("compare_at", "cost", "expected"),
    [
        ("0", "0", (None, 0)),
        ("0.00", "", (None, None)),
        ("", "N/A", (None, None)),
        ("was 9", "unknown", (None, None)),
        ("-1", "-1", (None, None)),
    ],
)
def test_a_struck_out_price_or_cost_that_is_none_is_unknown(
    tmp_path: Path, compare_at: str, cost: str, expected: tuple[int | None, int | None]
) -> None:
    row = ["v", "p", "i", "t", "980", compare_at, cost, "s"]
    variant = load(tmp_path, variants=csv_text(VARIANT_HEADER, row)).variants.row(0, named=True)
    assert (variant["compare_at_price_minor"], variant["unit_cost_minor"]) == expected


def test_a_variant_without_a_price_has_that_of_the_catalog(tmp_path: Path) -> None:
    variants = csv_text(
        ["id", "product_id", "title", "inventory_item_id"],
        ["v1", "p", "t", "i"],
        ["v2", "p", "t", "i"],
    )
    catalog = csv_text(CATALOG_HEADER, ["v1", "p", "i", "Tee", "30", "active", "", "", ""])
    shop = load(tmp_path, variants=variants, catalog=catalog)
    assert shop.variants.select("variant_id", "price_minor").rows() == [("v1", 30)]
    assert shop.quarantine.select("path", "reason").rows() == [("variants.csv", "price_missing")]


def test_catalog_values(tmp_path: Path) -> None:
    row = ["v", "p", "i", "Tee", "30", "DRAFT", "summer, main,, summer", "7", "2025-01-02"]
    entry = load(tmp_path, catalog=csv_text(CATALOG_HEADER, row)).catalog.row(0, named=True)
    assert entry["tags"] == ["main", "summer"]
    assert (entry["product_status"], entry["available_count"]) == ("draft", 7)
    assert entry["product_created_at"].isoformat() == "2025-01-02T00:00:00+00:00"
    assert entry["product_published_at"] is None


@pytest.mark.parametrize(("text", "count"), [("-1", None), ("", None), ("0", 0), ("-3", -3)])
def test_stock_of_minus_one_in_the_catalog_means_untracked(
    tmp_path: Path, text: str, count: int | None
) -> None:
    row = ["v", "p", "i", "Tee", "30", "", "", text, ""]
    entry = load(tmp_path, catalog=csv_text(CATALOG_HEADER, row)).catalog.row(0, named=True)
    assert (entry["available_count"], entry["product_status"]) == (count, "active")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["", "p", "i", "Tee", "30", "active"], "variant_id_missing"),
        (["v", "", "i", "Tee", "30", "active"], "product_id_missing"),
        (["v", "p", "i", "", "30", "active"], "product_title_missing"),
        (["v", "p", "i", "Tee", "", "active"], "price_missing"),
        (["v", "p", "i", "Tee", "$30", "active"], "price_not_a_number"),
        (["v", "p", "i", "Tee", "30", "sold"], "product_status_unknown"),
    ],
)
def test_catalog_rows_that_can_t_be_used(tmp_path: Path, cells: list[str], reason: str) -> None:
    shop = load(tmp_path, catalog=csv_text(CATALOG_HEADER, [*cells, "", "", ""]))
    assert shop.catalog.is_empty()
    assert shop.quarantine["reason"].to_list() == [reason]


def test_the_last_row_of_a_variant_counts(tmp_path: Path) -> None:
    row = ["v", "p", "i", "t"]
    first = csv_text(VARIANT_HEADER, [*row, "1", "", "", ""], [*row, "2", "", "", ""])
    second = csv_text(VARIANT_HEADER, [*row, "3", "", "", ""])
    shop = load(tmp_path, variants_1=first, variants_2=second)
    assert shop.variants["price_minor"].to_list() == [3]
    assert shop.ingest_ledger["superseded_count"].to_list() == [0, 2, 0]


STOCK_HEADER = ["inventory_item_id", "location_id", "available", "updated_at"]


def test_of_several_counts_the_newest_stays_whichever_file_has_it(tmp_path: Path) -> None:
    first = csv_text(STOCK_HEADER, ["i", "1", "5", "2025-02-01"], ["i", "2", "7", ""])
    second = csv_text(
        STOCK_HEADER,
        ["i", "1", "4", "2025-01-01"],
        ["i", "2", "8", "2024-01-01"],
        ["j", "1", "1", ""],
    )
    shop = load(tmp_path, stock_1=first, stock_2=second)
    columns = ("inventory_item_id", "location_id", "available_count")
    assert shop.inventory.select(columns).rows() == [("i", "1", 5), ("i", "2", 8), ("j", "1", 1)]


def test_of_counts_at_the_same_time_the_later_file_s_stays(tmp_path: Path) -> None:
    first, second = (csv_text(STOCK_HEADER, ["i", "1", n, "2025-01-01"]) for n in "12")
    assert load(tmp_path, s1=first, s2=second).inventory["available_count"].to_list() == [2]


@pytest.mark.parametrize(
    ("text", "count"), [("3", 3), ("-2", -2), ("50.0", 50), ("Not stocked", 0), ("", None)]
)
def test_stock_counts(tmp_path: Path, text: str, count: int | None) -> None:
    stock = csv_text(STOCK_HEADER, ["i", "1", text, ""])
    assert load(tmp_path, stock=stock).inventory["available_count"].to_list() == [count]


def test_stock_without_a_location_column_lies_at_one_location(tmp_path: Path) -> None:
    stock = csv_text(["inventory_item_id", "available"], ["i", "1"], ["j", "2"])
    assert load(tmp_path, stock=stock).inventory["location_id"].to_list() == ["default"] * 2


def test_stock_rows_that_can_t_be_used(tmp_path: Path) -> None:
    rows = [["", "1", "1", ""], ["i", "", "1", ""], ["i", "1", "many", ""]]
    shop = load(tmp_path, stock=csv_text(STOCK_HEADER, *rows))
    assert shop.quarantine["reason"].to_list() == [
        "inventory_item_id_missing",
        "location_id_missing",
        "available_not_a_number",
    ]
