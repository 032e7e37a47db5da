"""Exports without ids: every line has one outcome, however dirty they are."""

from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.ingest import OUTCOMES, IngestLedger, Quarantine
from bundle_pipeline.schemas.orders import OrderLines
from bundle_pipeline_tests.support.exports import (
    INVENTORY_2026,
    INVENTORY_BY_LOCATION,
    ORDERS_WITHOUT_IDS,
    PRODUCTS_MARKETS,
    WOOCOMMERCE_PRODUCTS,
    Cells,
    export,
)
from bundle_pipeline_tests.support.landing import loaded_files


def rows(*, spaced: bool = False, **choices: str) -> st.SearchStrategy[list[Cells]]:
    """Rows whose cells are blank or one of the words given for their header."""
    cells = {
        name.replace("_", " " if spaced else "_"): st.sampled_from(["", *words.split("|")])
        for name, words in choices.items()
    }
    return st.lists(st.fixed_dictionaries(cells), max_size=8)


PRODUCT_ROWS = rows(
    spaced=True,
    Handle="a|b",
    Title="A|B",
    Option1_Value="S|Default Title",
    Variant_SKU="x|y",
    Variant_Price="1|free|-1",
    Variant_Inventory_Tracker="shopify",
    Variant_Inventory_Qty="3|many",
    Image_Src="https://example.com",
    Status="draft|?",
)
STOCK_ROWS = rows(spaced=True, Handle="a|b", Option1_Value="S", SKU="x|y", Location="L|M")
WIDE_ROWS = rows(
    spaced=True,
    Handle="a|b",
    Option1_Value="S",
    SKU="x|y",
    Main_street="1|many",
    Warehouse="not stocked|x",
)
WOO_ROWS = rows(
    spaced=True,
    ID="1|2|3",
    Type="simple|variable|variation|grouped",
    SKU="x|y",
    Name="A",
    Regular_price="1|x",
    Stock="1|parent|x",
    Parent="x|id:1|id:9",
)
VARIANT_ROWS = rows(
    variant_id="1|2",
    product_id="p",
    inventory_item_id="i",
    handle="a",
    title="S",
    sku="x",
    price="1",
)
ORDER_LINES = rows(sku="x|y")
SOLD = {"name": "#1", "created_at": "2025-01-01", "quantity": "1", "price": "1"}
HEADERS = {
    "orders": ORDERS_WITHOUT_IDS,
    "products-1": PRODUCTS_MARKETS,
    "products-2": PRODUCTS_MARKETS,
    "stock-1": INVENTORY_2026,
    "stock-2": INVENTORY_2026,
    "stock-wide": INVENTORY_BY_LOCATION,
    "variants": "variant_id,product_id,inventory_item_id,handle,title,sku,price",
    "woo": WOOCOMMERCE_PRODUCTS,
}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.fixed_dictionaries(
        {
            "orders": ORDER_LINES.map(lambda lines: [{**SOLD, **line} for line in lines]),
            "products-1": PRODUCT_ROWS,
            "products-2": PRODUCT_ROWS,
            "stock-1": STOCK_ROWS,
            "stock-2": STOCK_ROWS,
            "stock-wide": WIDE_ROWS,
            "variants": VARIANT_ROWS,
            "woo": WOO_ROWS,
        }
    )
)
def test_every_line_of_dirty_exports_has_exactly_one_outcome(
    tmp_path: Path, landed: dict[str, list[Cells]]
) -> None:
    files = {f"{name}.csv": export(HEADERS[name], *rows) for name, rows in landed.items()}
    shop = loaded_files(tmp_path, files)
    for schema in (OrderLines, Variants, Catalog, Inventory, IngestLedger, Quarantine):
        frame: pl.DataFrame = getattr(shop, schema.name)
        checked(schema, frame)
    ledger = shop.ingest_ledger
    assert ledger["row_count"].to_list() == [len(landed[name]) for name in sorted(landed)]
    counted = ledger.select(pl.sum_horizontal(f"{outcome}_count" for outcome in OUTCOMES))
    assert counted.to_series().to_list() == ledger["row_count"].to_list()
