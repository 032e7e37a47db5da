"""Products of a bulk operation as frames of flattened objects, in any order."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.ingest.dialects import dialects, recognised_dialect
from bundle_pipeline.ingest.reshapes.reshaped import Reshaped
from bundle_pipeline.ingest.reshapes.shopify_bulk_products import shopify_bulk_products
from bundle_pipeline_tests.support.exports import ORDERS_WITHOUT_IDS, export
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.landing import loaded_files

GID = "gid://shopify"
Object = Mapping[str, str]

TEE: Object = {
    "id": f"{GID}/Product/10", "title": "Tee", "handle": "tee", "vendor": "Acme",
    "product_type": "Shirts", "tags": "new, cotton", "status": "ACTIVE",
    "created_at": "2025-01-01T00:00:00Z",
}  # fmt: skip
BLACK: Object = {
    "id": f"{GID}/ProductVariant/1", "parent_id": TEE["id"], "title": "Black", "sku": "T-B",
    "price": "20.00", "compare_at_price": "25.00", "inventory_quantity": "7",
    "inventory_item_id": f"{GID}/InventoryItem/100", "cost": "7.5", "tracked": "true",
}  # fmt: skip
PICTURE: Object = {"id": f"{GID}/MediaImage/5", "parent_id": TEE["id"]}
LEVEL: Object = {
    "id": f"{GID}/InventoryLevel/7?inventory_item_id=100", "parent_id": BLACK["id"],
    "location": f"{GID}/Location/1",
}  # fmt: skip
COUNT: Object = {"parent_id": LEVEL["id"], "name": "available", "quantity": "4"}
ON_HAND: Object = {"parent_id": LEVEL["id"], "name": "on_hand", "quantity": "6"}


def objects(*rows: Object) -> pl.DataFrame:
    """Lines 1 and on of a file, with every field of the dialect."""
    fields = dialects()["shopify_bulk_products"].fields
    frame = pl.DataFrame(
        [{name: row.get(name) for name in fields} for row in rows],
        schema=dict.fromkeys(fields, pl.String),
    )
    return frame.with_columns(_line_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def rows_of(reshaped: Reshaped, kind: str, *columns: str) -> list[tuple[str | None, ...]]:
    frame = {str(name): rows for name, rows in reshaped.rows.items()}[kind]
    return frame.select(columns).sort(columns).rows()


@pytest.mark.parametrize("seed", range(5))
def test_children_stand_anywhere_in_the_file(seed: int) -> None:
    lines = shuffled(objects(BLACK, COUNT, PICTURE, LEVEL, TEE, ON_HAND), seed)
    reshaped = shopify_bulk_products(lines)
    assert rows_of(reshaped, "variants", "variant_id", "product_id", "variant_title", "cost") == [
        (BLACK["id"], TEE["id"], "Black", "7.5")
    ]
    columns = ("product_title", "handle", "vendor", "product_type", "tags", "product_status")
    assert rows_of(reshaped, "catalog", *columns) == [
        ("Tee", "tee", "Acme", "Shirts", "new, cotton", "ACTIVE")
    ]
    stock = rows_of(reshaped, "inventory", "inventory_item_id", "location_id", "available")
    assert stock == [
        ("100", f"{GID}/Location/1", "4"),
        (f"{GID}/InventoryItem/100", "default", "7"),
    ]


def test_every_object_gives_a_row_or_is_left_out_by_name() -> None:
    reshaped = shopify_bulk_products(objects(TEE, BLACK, PICTURE, LEVEL, COUNT, {}))
    assert reshaped.left_out.rows() == [
        (1, "excluded", "product_object"),
        (3, "excluded", "image_row"),
        (5, "excluded", "other_object"),
        (6, "excluded", "blank_row"),
    ]
    given = {line for rows in reshaped.rows.values() for line in rows["_line_number"]}
    assert given == {2, 4}


def test_stock_below_the_item_and_by_its_older_name() -> None:
    level = {**LEVEL, "id": f"{GID}/InventoryLevel/7", "parent_id": f"{GID}/InventoryItem/100"}
    reshaped = shopify_bulk_products(objects({**level, "available": "3"}))
    assert rows_of(reshaped, "inventory", "inventory_item_id", "available") == [
        (f"{GID}/InventoryItem/100", "3")
    ]


def test_stock_that_isn_t_tracked_is_no_stock() -> None:
    reshaped = shopify_bulk_products(objects(TEE, {**BLACK, "tracked": "false"}))
    assert reshaped.rows["inventory"].is_empty()


def test_a_query_of_variants_states_the_product_at_each() -> None:
    variant = {name: cell for name, cell in BLACK.items() if name != "parent_id"}
    asked = {"product_id": TEE["id"], "product_title": "Tee", "product_status": "DRAFT"}
    reshaped = shopify_bulk_products(objects({**variant, **asked}))
    assert rows_of(reshaped, "catalog", "product_id", "product_title", "product_status") == [
        (TEE["id"], "Tee", "DRAFT")
    ]


def test_the_columns_of_a_result_tell_it() -> None:
    columns = ["id", "title", "handle", "__parentId", "sku", "price", "inventoryItem.id"]
    assert recognised_dialect(columns) == dialects()["shopify_bulk_products"]
    columns = ["id", "title", "sku", "price", "product.id", "inventoryItem.unitCost.amount"]
    assert recognised_dialect(columns) == dialects()["shopify_bulk_variants"]


def test_no_objects_give_no_rows() -> None:
    reshaped = shopify_bulk_products(objects())
    assert all(rows.is_empty() for rows in reshaped.rows.values())


def test_a_landed_result_becomes_variants_catalog_and_stock(tmp_path: Path) -> None:
    product = {"id": TEE["id"], "title": "Tee", "handle": "tee", "status": "ACTIVE", "tags": ["a"]}
    variant = {
        "id": BLACK["id"],
        "__parentId": TEE["id"],
        "title": "Black",
        "sku": "T-B",
        "price": "20.00",
        "inventoryQuantity": 7,
        "inventoryItem": {"id": f"{GID}/InventoryItem/100", "unitCost": {"amount": "7.5"}},
    }
    level = {
        "id": LEVEL["id"],
        "__parentId": BLACK["id"],
        "location": {"id": f"{GID}/Location/1"},
        "quantities": [{"name": "available", "quantity": 4}, {"name": "on_hand", "quantity": 6}],
    }
    text = "".join(json.dumps(line) + "\n" for line in (variant, level, product))
    files = {"orders.csv": export(ORDERS_WITHOUT_IDS), "products.jsonl": text}
    shop = loaded_files(tmp_path, files)
    columns = ("variant_id", "product_id", "inventory_item_id", "price_minor", "unit_cost_minor")
    assert shop.variants.select(columns).rows() == [("1", "10", "100", 2000, 750)]
    assert shop.catalog.select("product_title", "product_status", "tags").rows() == [
        ("Tee", "active", ["a"])
    ]
    assert shop.inventory.select("inventory_item_id", "location_id", "available_count").rows() == [
        ("100", "1", 4)
    ]
    counts = ("row_count", "loaded_count", "excluded_count")
    assert shop.ingest_ledger.select(counts).rows()[1] == (3, 2, 1)
