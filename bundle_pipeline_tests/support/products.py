"""Product frames for tests: every field has a default, a test names only what it is about."""

from collections.abc import Sequence
from typing import Any

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import FrameT, checked
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants

Row = dict[str, Any]


def variant(variant_id: str, **changes: object) -> Row:
    """A variant at 10.00 EUR of a product of its own, with a stock key ``stock-<id>``."""
    return {
        "variant_id": variant_id,
        "product_id": f"product-{variant_id}",
        "inventory_item_id": f"stock-{variant_id}",
        "sku": f"SKU-{variant_id}",
        "price_minor": 1000,
        "currency": "EUR",
        "is_current": True,
    } | changes


def catalog_entry(variant_id: str, **changes: object) -> Row:
    """The active product page of a variant at 10.00 EUR."""
    return {
        "variant_id": variant_id,
        "product_id": f"product-{variant_id}",
        "product_title": f"Product {variant_id}",
        "tags": [],
        "product_status": "active",
        "price_minor": 1000,
        "currency": "EUR",
        "is_current": True,
    } | changes


def stocked(variant_id: str, available_count: int | None, *, location_id: str = "main") -> Row:
    """Units of a :func:`variant` at a location."""
    return {
        "inventory_item_id": f"stock-{variant_id}",
        "location_id": location_id,
        "available_count": available_count,
        "is_current": True,
    }


def variants_frame(*rows: Row) -> dy.DataFrame[Variants]:
    """These variants."""
    return _frame(Variants, rows)


def catalog_frame(*rows: Row) -> dy.DataFrame[Catalog]:
    """These catalog entries."""
    return _frame(Catalog, rows)


def inventory_frame(*rows: Row) -> dy.DataFrame[Inventory]:
    """This stock."""
    return _frame(Inventory, rows)


def _frame(schema: type[FrameT], rows: Sequence[Row]) -> dy.DataFrame[FrameT]:
    declared: pl.Schema = schema.create_empty().schema
    return checked(schema, pl.DataFrame(rows, schema=declared))
