"""Shopify's stock export: a row per variant and location, or in its oldest layout a column per one.

No row has a stock key: it is that of the variant, derived from handle and options.
"""

import polars as pl

from bundle_pipeline.ingest.derived_ids import derived_variant_id, variant_title_of_options
from bundle_pipeline.ingest.outcomes import Rule
from bundle_pipeline.ingest.reshapes.left_out import judged, left_out, used
from bundle_pipeline.ingest.reshapes.reshaped import Reshaped

_OPTIONS = ("option1", "option2", "option3")
_ITEM = ("inventory_item_id", "sku", "_line_number")
# Of the layout with a column per location; every other column of it is a location.
_NO_LOCATIONS = (
    "handle",
    "title",
    *_OPTIONS,
    *(f"{option}_name" for option in _OPTIONS),
    "sku",
    "hs_code",
    "country_of_origin",
    "_line_number",
)


def shopify_inventory(cells: pl.DataFrame) -> Reshaped:
    """Stock of an export with one row per variant and location."""
    lines = judged(cells)
    rows = used(lines).with_columns(inventory_item_id=_stock_key())
    stock = rows.select(*_ITEM, "available", location_id="location")
    return Reshaped({"inventory": stock}, left_out(lines))


def shopify_inventory_by_location(cells: pl.DataFrame) -> Reshaped:
    """Stock of an export with one column per location, headed by its name."""
    locations = [name for name in cells.columns if name.strip() and name not in _NO_LOCATIONS]
    has_none = pl.lit(value=not locations)
    lines = judged(cells, exclude=[Rule("no_location_column", has_none)])
    rows = used(lines).with_columns(inventory_item_id=_stock_key())
    stock = rows.unpivot(
        locations, index=_ITEM, variable_name="location_id", value_name="available"
    )
    in_order = stock.sort("_line_number", maintain_order=True)
    return Reshaped({"inventory": in_order}, left_out(lines))


def _stock_key() -> pl.Expr:
    return derived_variant_id(pl.col("handle"), variant_title_of_options(_OPTIONS))
