"""Admin-style files with the scars of merged tables: headers with ``.1``, ``_y`` and typos."""

from pathlib import Path

from bundle_pipeline_tests.support.exports import ORDERS_WITHOUT_IDS, export
from bundle_pipeline_tests.support.landing import loaded_files

_COLLECTION = "collection_id,collection_handle,collection_title"
_VARIANT = (
    "id,title,sku,position,inventory_policy,image_id,barcode,created_at_y,alias,"
    "variant_inventory_qty,variant_image_src,image_src,inventory_item_id,inventory_available,"
    "inventory_policy.1,inventory_quantity,inventory_Sellable,inventory_TrunoverDays,"
    "inventory_OutOfStock,inventory_StockCover,inventory_Status"
)
VARIANTS = (
    "product_id,product_title,product_type,vendor,created_at,published_at,status,tags,handle,"
    f"body_html,template_suffix,Published Scope,Collection,{_COLLECTION},{_VARIANT}"
)
INVENTORY = (
    "inventory_item_id,available,updated_at,admin_graphql_api_id,sku,tracked,requires_shipping,"
    "country_code_of_origin,province_code_of_origin,harmonized_system_code,created_at,"
    "country_harmonized_system_codes,mid_code"
)
CATALOG = (
    "product_id,handle,product_title,product_type,vendor,created_at,published_at,status,tags,"
    f"{_COLLECTION},{_VARIANT},product_image_src,variant_id,variant_title,variant_sku,"
    "variant_available,option1_name,option1_value,image_position,"
    "inventory_item_admin_graphql_api_id,price,compare_at_price"
)
PRODUCT = {
    "product_id": "gid://shopify/Product/10",
    "product_title": "Tee",
    "product_type": "apparel",
    "vendor": "Acme",
    "created_at": "2025-09-14 12:26:39",
    "status": "active",
    "tags": "main,test",
    "handle": "tee",
    "id": "1",
    "title": "Default Title",
    "sku": "T",
    "created_at_y": "2020-01-01",
    "variant_inventory_qty": "50",
    "inventory_item_id": "100",
    "inventory_policy.1": "deny",
    "inventory_quantity": "40",
    "inventory_TrunoverDays": "0",
    "inventory_StockCover": "999",
}
OFFER = {
    "variant_id": "gid://shopify/ProductVariant/1",
    "variant_title": "Default Title",
    "variant_sku": "T",
    "inventory_item_admin_graphql_api_id": "gid://shopify/InventoryItem/100",
    "price": "30.0",
    "compare_at_price": "37.5",
}
STOCK = {
    "inventory_item_id": "100",
    "available": "45",
    "updated_at": "2025-09-14 12:26:39",
    "admin_graphql_api_id": "gid://shopify/InventoryItem/100",
    "sku": "T",
}


def test_the_three_files_load_as_one_variant_with_its_price_and_stock(tmp_path: Path) -> None:
    files = {
        "orders.csv": export(ORDERS_WITHOUT_IDS),
        "variants.csv": export(VARIANTS, PRODUCT),
        "inventory.csv": export(INVENTORY, STOCK),
        "catalog.csv": export(CATALOG, PRODUCT | OFFER),
    }
    shop = loaded_files(tmp_path, files)
    assert [file["kind"] for file in shop.ingest_ledger.rows(named=True)] == [
        "catalog",
        "inventory",
        "orders",
        "variants",
    ]
    columns = ("variant_id", "product_id", "inventory_item_id", "sku", "variant_title")
    same = ("1", "10", "100", "T", "Default Title")
    assert shop.variants.select(*columns, "price_minor", "compare_at_price_minor").rows() == [
        (*same, 3000, None)
    ]
    assert shop.catalog.select(*columns, "price_minor", "compare_at_price_minor").rows() == [
        (*same, 3000, 3750)
    ]
    entry = shop.catalog.row(0, named=True)
    assert (entry["available_count"], entry["tags"]) == (40, ["main", "test"])
    assert str(entry["product_created_at"]) == "2025-09-14 12:26:39+00:00"
    assert shop.inventory.select("inventory_item_id", "available_count").rows() == [("100", 45)]
    assert shop.quarantine.is_empty()
