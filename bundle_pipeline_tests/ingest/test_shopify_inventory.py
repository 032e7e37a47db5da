"""Shopify's stock exports, three generations of them, and how their rows find their variants."""

from pathlib import Path

import pytest

from bundle_pipeline_tests.support.exports import (
    INVENTORY_2023,
    INVENTORY_2026,
    INVENTORY_BY_LOCATION,
    ORDERS_WITHOUT_IDS,
    PRODUCTS_MARKETS,
    Cells,
    export,
)
from bundle_pipeline_tests.support.landing import ReadShop, csv_text, loaded_files

ORDERS = export(ORDERS_WITHOUT_IDS)
TEE: Cells = {
    "Handle": "tee", "Title": "Tee", "Option1 Name": "Color", "Option1 Value": "Black",
    "Option2 Name": "Size", "Option2 Value": "M", "SKU": "T-BM",
}  # fmt: skip
MUG: Cells = {
    "Handle": "mug", "Title": "Mug", "Option1 Name": "Title", "Option1 Value": "Default Title",
}  # fmt: skip
# Per row: item, location, available.
COUNTS = (
    (TEE, "Main street", "4"),
    (TEE, "Warehouse", "-1"),
    (MUG, "Main street", "not stocked"),
    (MUG, "Warehouse", ""),
)
LONG = {
    name: export(
        header,
        *({**item, "Location": place, column: count} for item, place, count in COUNTS),
    )
    for name, header, column in (
        ("2023", INVENTORY_2023, "Available"),
        ("2026", INVENTORY_2026, "Available (not editable)"),
    )
}
WIDE = export(
    INVENTORY_BY_LOCATION,
    {**TEE, "Main street": "4", "Warehouse": "-1"},
    {**MUG, "Main street": "not stocked"},
)
LAYOUTS = {**LONG, "by_location": WIDE}


def load(folder: Path, **files: str) -> ReadShop:
    return loaded_files(folder, {"orders.csv": ORDERS, **{f"{n}.csv": t for n, t in files.items()}})


def counts(shop: ReadShop) -> list[tuple[str | int | None, ...]]:
    return shop.inventory.select("inventory_item_id", "location_id", "available_count").rows()


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_one_row_per_variant_and_location(tmp_path: Path, layout: str) -> None:
    shop = load(tmp_path, stock=LAYOUTS[layout])
    assert counts(shop) == [
        ("handle:mug", "Main street", 0),
        ("handle:mug", "Warehouse", None),
        ("handle:tee:Black / M", "Main street", 4),
        ("handle:tee:Black / M", "Warehouse", -1),
    ]
    assert shop.ingest_ledger.filter(kind="inventory")["loaded_count"].to_list() == [
        2 if layout == "by_location" else 4
    ]


def test_a_line_of_which_one_location_can_be_read_is_loaded(tmp_path: Path) -> None:
    wide = export(INVENTORY_BY_LOCATION, {**TEE, "Main street": "many", "Warehouse": "3"})
    shop = load(tmp_path, stock=wide)
    assert counts(shop) == [("handle:tee:Black / M", "Warehouse", 3)]
    assert shop.quarantine.is_empty()


def test_a_line_that_can_t_be_read_anywhere_is_quarantined_once(tmp_path: Path) -> None:
    wide = export(INVENTORY_BY_LOCATION, {**TEE, "Main street": "many", "Warehouse": "few"})
    shop = load(tmp_path, stock=wide)
    assert shop.quarantine["reason"].to_list() == ["available_not_a_number"]


def test_an_export_without_a_location_counts_nothing(tmp_path: Path) -> None:
    header = INVENTORY_BY_LOCATION.removesuffix(",Main street,Warehouse")
    shop = load(tmp_path, stock=export(header, TEE))
    assert shop.inventory.is_empty()
    assert shop.ingest_ledger.filter(kind="inventory")["excluded_count"].to_list() == [1]


def test_counts_by_location_take_the_place_of_the_product_export_s_total(tmp_path: Path) -> None:
    rows = (
        {**TEE, "Variant SKU": "T-BM", "Variant Price": "20"},
        {**MUG, "Variant Price": "8"},
        {"Handle": "cap", "Title": "Cap", "Variant Price": "5"},
    )
    products = export(
        PRODUCTS_MARKETS,
        *(
            {name: cell for name, cell in row.items() if name != "SKU"}
            | {"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "3"}
            for row in rows
        ),
    )
    shop = load(tmp_path, products=products, stock=LONG["2026"])
    assert counts(shop) == [
        ("handle:cap", "default", 3),
        ("handle:mug", "Main street", 0),
        ("handle:mug", "Warehouse", None),
        ("handle:tee:Black / M", "Main street", 4),
        ("handle:tee:Black / M", "Warehouse", -1),
    ]


def test_a_location_may_be_called_like_any_column(tmp_path: Path) -> None:
    names = ("location_id", "available", "outcome", "_line_number", "inventory_item_id", "_path")
    header = INVENTORY_BY_LOCATION.replace("Main street,Warehouse", ",".join(names))
    stock = export(header, {**TEE, **dict.fromkeys(names, "4")})
    assert counts(load(tmp_path, stock=stock)) == [
        ("handle:tee:Black / M", name, 4) for name in sorted(names)
    ]


VARIANT_HEADER = [
    "variant_id",
    "product_id",
    "inventory_item_id",
    "handle",
    "title",
    "price",
    "sku",
]


@pytest.mark.parametrize(
    ("variant", "key"),
    [
        # By handle and options, whatever the SKU.
        (["1", "10", "100", "tee", "Black / M", "20", "other"], "100"),
        (["gid://shopify/ProductVariant/1", "10", "100", "tee", "Black / M", "20", ""], "100"),
        # By SKU.
        (["1", "10", "100", "", "Black / M", "20", "T-BM"], "100"),
        (["1", "10", "100", "shirt", "M", "20", "T-BM"], "100"),
        # A variant without a stock key has the derived one.
        (["1", "10", "", "", "Black / M", "20", "T-BM"], "handle:tee:Black / M"),
        # Another variant.
        (["1", "10", "100", "tee", "Black / L", "20", ""], "handle:tee:Black / M"),
    ],
)
def test_stock_finds_the_variant_of_a_file_with_ids(
    tmp_path: Path, variant: list[str], key: str
) -> None:
    stock = export(INVENTORY_2026, {**TEE, "Location": "Shop", "Available (not editable)": "4"})
    shop = load(tmp_path, stock=stock, variants=csv_text(VARIANT_HEADER, variant))
    assert counts(shop) == [(key, "Shop", 4)]
    assert shop.variants["variant_id"].to_list() == ["1"]
    if variant[4] != "Black / L":
        assert shop.variants["inventory_item_id"].to_list() == [key]


def test_a_sku_that_two_variants_have_links_no_stock(tmp_path: Path) -> None:
    variants = csv_text(
        VARIANT_HEADER,
        ["1", "10", "100", "", "M", "20", "T-BM"],
        ["2", "11", "101", "", "M", "20", "T-BM"],
    )
    stock = export(INVENTORY_2026, {**TEE, "Location": "Shop", "Available (not editable)": "4"})
    assert counts(load(tmp_path, stock=stock, variants=variants)) == [
        ("handle:tee:Black / M", "Shop", 4)
    ]
