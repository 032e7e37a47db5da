"""Full snapshots: what a newer export of the same kind no longer lists is closed."""

from pathlib import Path

import pytest

from bundle_pipeline_tests.support.exports import (
    INVENTORY_2026,
    ORDERS_WITHOUT_IDS,
    PRODUCTS_MARKETS,
    PRODUCTS_NEW_NAMES,
    Cells,
    export,
)
from bundle_pipeline_tests.support.landing import ReadShop, csv_text, loaded_files

ORDERS = export(ORDERS_WITHOUT_IDS)


def product(handle: str, **changes: str) -> Cells:
    return {"Handle": handle, "Title": handle, "Variant Price": "1", "Status": "active"} | changes


def products(*handles: str) -> str:
    return export(PRODUCTS_MARKETS, *(product(handle) for handle in handles))


def load(folder: Path, files: dict[str, str]) -> ReadShop:
    return loaded_files(folder, {"orders.csv": ORDERS, **files})


def current(shop: ReadShop) -> dict[str, bool]:
    """Handles of the shop's products, and whether they are current."""
    rows = shop.variants.select("product_id", "is_current").rows()
    assert rows == shop.catalog.select("product_id", "is_current").rows()
    return dict(rows)


def test_what_a_newer_full_export_no_longer_lists_is_closed(tmp_path: Path) -> None:
    files = {"2025-01.csv": products("a", "b"), "2025-02.csv": products("b", "c")}
    shop = load(tmp_path, files)
    assert current(shop) == {"a": False, "b": True, "c": True}
    assert shop.ingest_ledger["loaded_count"].to_list() == [1, 2, 0]


def test_a_product_that_comes_back_is_current(tmp_path: Path) -> None:
    files = {"1/p.csv": products("a"), "2/p.csv": products("b"), "3/p.csv": products("a", "b")}
    assert current(load(tmp_path, files)) == {"a": True, "b": True}


def test_one_export_closes_nothing(tmp_path: Path) -> None:
    assert current(load(tmp_path, {"p.csv": products("a", "b")})) == {"a": True, "b": True}


@pytest.mark.parametrize(
    ("first", "second", "is_current"),
    [
        ("products_export_1.csv", "products_export_2.csv", True),
        ("2025/products_export_1.csv", "2025/products_export_2.csv.gz", True),
        ("2024/products_export_1.csv", "2025/products_export_1.csv", False),
        ("products_2025_01_30.csv", "products_2025_01_31.csv", False),
        ("products-30.csv", "products-31.csv", False),
    ],
)
def test_numbered_parts_of_an_export_are_one_snapshot(
    tmp_path: Path,
    first: str,
    second: str,
    is_current: bool,  # noqa: FBT001 - a parametrised value
) -> None:
    shop = load(tmp_path, {first: products("a"), second.removesuffix(".gz"): products("b")})
    assert current(shop) == {"a": is_current, "b": True}


def test_both_layouts_of_the_product_export_follow_each_other(tmp_path: Path) -> None:
    row = {"URL handle": "b", "Title": "b", "Price": "1", "Status": "Active"}
    files = {"1.csv": products("a", "b"), "2.csv": export(PRODUCTS_NEW_NAMES, row)}
    assert current(load(tmp_path, files)) == {"a": False, "b": True}


def test_an_export_without_rows_closes_nothing(tmp_path: Path) -> None:
    shop = load(tmp_path, {"1.csv": products("a"), "2.csv": products()})
    assert current(shop) == {"a": True}


def test_a_row_that_can_t_be_used_still_says_that_its_variant_is_there(tmp_path: Path) -> None:
    broken = export(PRODUCTS_MARKETS, product("a", **{"Variant Price": "free"}))
    shop = load(tmp_path, {"1.csv": products("a"), "2.csv": broken})
    assert current(shop) == {"a": True}
    assert shop.quarantine["path"].to_list() == ["2.csv"]


def test_files_that_add_to_each_other_close_nothing(tmp_path: Path) -> None:
    header = ["variant_id", "product_id", "inventory_item_id", "title", "price"]
    files = {
        f"{number}.csv": csv_text(header, [number, "p", number, "t", "1"]) for number in ("1", "2")
    }
    assert load(tmp_path, files).variants["is_current"].to_list() == [True, True]


def test_a_file_with_ids_keeps_open_what_an_export_no_longer_lists(tmp_path: Path) -> None:
    header = ["variant_id", "product_id", "inventory_item_id", "handle", "title", "price"]
    variants = csv_text(header, ["1", "10", "100", "a", "Default Title", "1"])
    files = {"1.csv": products("a", "b"), "2.csv": products("b"), "variants.csv": variants}
    rows = load(tmp_path, files).variants.select("variant_id", "is_current").rows()
    assert rows == [("1", True), ("handle:b", True)]


def stock(*rows: tuple[str, str, str]) -> str:
    cells = (
        {"Handle": handle, "Location": place, "Available (not editable)": count}
        for handle, place, count in rows
    )
    return export(INVENTORY_2026, *cells)


def test_stock_that_a_newer_export_no_longer_lists_is_closed(tmp_path: Path) -> None:
    files = {
        "1.csv": stock(("a", "Shop", "1"), ("a", "Attic", "2"), ("b", "Shop", "3")),
        "2.csv": stock(("a", "Shop", "5")),
    }
    shop = load(tmp_path, files)
    columns = ("inventory_item_id", "location_id", "available_count", "is_current")
    assert shop.inventory.select(columns).rows() == [
        ("handle:a", "Attic", 2, False),
        ("handle:a", "Shop", 5, True),
        ("handle:b", "Shop", 3, False),
    ]


def test_a_product_export_without_quantities_closes_no_stock(tmp_path: Path) -> None:
    counted = product("a", **{"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "4"})
    files = {"1.csv": export(PRODUCTS_MARKETS, counted), "2.csv": products("a")}
    shop = load(tmp_path, files)
    assert shop.inventory.select("available_count", "is_current").rows() == [(4, True)]
