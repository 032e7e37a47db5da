"""Shopify's stock export: a row per variant and location, or in its oldest layout a column per one.

No row has a stock key: it is that of the variant, derived from handle and options.
"""

import polars as pl

from bundle_pipeline.ingest.derived_ids import derived_variant_id, variant_title_of_options
from bundle_pipeline.ingest.outcomes import Rule
from bundle_pipeline.ingest.reshapes.left_out import judged, left_out, used
from bundle_pipeline.ingest.reshapes.reshaped import OF_HEADER, Reshaped

_OPTIONS = ("option1", "option2", "option3")
_ITEM = ("inventory_item_id", "sku", "_line_number")


def shopify_inventory(cells: pl.DataFrame) -> Reshaped:
    """Stock of an export with one row per variant and location."""
    lines = judged(cells)
    rows = used(lines).with_columns(inventory_item_id=_stock_key())
    stock = rows.select(*_ITEM, "available", location_id="location")
    return Reshaped({"inventory": stock}, left_out(lines))


def shopify_inventory_by_location(cells: pl.DataFrame) -> Reshaped:
    """Stock of an export with one column per location, headed by its name."""
    headers = [name for name in cells.columns if name.startswith(OF_HEADER)]
    locations = [name for name in headers if name.removeprefix(OF_HEADER).strip()]
    has_none = pl.lit(value=not locations)
    lines = judged(cells, exclude=[Rule("no_location_column", has_none)])
    rows = used(lines).with_columns(inventory_item_id=_stock_key())
    stock = rows.unpivot(
        locations, index=_ITEM, variable_name="location_id", value_name="available"
    )
    named = stock.with_columns(pl.col("location_id").str.strip_prefix(OF_HEADER))
    in_order = named.sort("_line_number", maintain_order=True)
    return Reshaped({"inventory": in_order}, left_out(lines))


def _stock_key() -> pl.Expr:
    return derived_variant_id(pl.col("handle"), variant_title_of_options(_OPTIONS))
