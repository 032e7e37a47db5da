"""Shopify's product export, in the classic layout and the one with new names since 2025.

The first row of a handle has the product's facts, its other rows only those of a variant, or only
one more picture. No row has an id; see ``derived_ids.py``.
"""

import polars as pl

from bundle_pipeline.ingest.derived_ids import (
    DEFAULT_LOCATION,
    derived_variant_id,
    variant_title_of_options,
)
from bundle_pipeline.ingest.outcomes import Rule
from bundle_pipeline.ingest.reshapes.left_out import judged, left_out, used
from bundle_pipeline.ingest.reshapes.reshaped import Reshaped
from bundle_pipeline.ingest.values import is_true

_PRODUCT_FACTS = (
    "title",
    "vendor",
    "category",
    "product_type",
    "tags",
    "published",
    "status",
)
_OPTIONS = ("option1", "option2", "option3")


def shopify_products(cells: pl.DataFrame) -> Reshaped:
    """Catalog entries, variants and stock of a product export.

    Stock is stated by shops with one location only; where an item has no tracker, its number means
    nothing and it counts as not tracked.
    """
    is_picture = pl.all_horizontal(pl.col("sku", "price", *_OPTIONS).is_null())
    lines = cells.pipe(
        judged,
        exclude=[Rule("image_row", is_picture)],
        quarantine=[Rule("handle_missing", pl.col("handle").is_null())],
    )
    # Facts are filled down first: nothing says that a product's first row is a variant.
    rows = lines.with_columns(pl.col(_PRODUCT_FACTS).forward_fill().over("handle")).pipe(used)
    variants = _variants(rows)
    is_counted = pl.col("available").is_not_null()
    return Reshaped(
        {
            "catalog": variants.drop("available", "_tracker"),
            "variants": variants.drop("tags", "product_status", "available", "_tracker"),
            "inventory": variants.filter(is_counted).select(
                "inventory_item_id",
                "sku",
                "_line_number",
                location_id=pl.lit(DEFAULT_LOCATION),
                available=pl.when(pl.col("_tracker").is_not_null()).then("available"),
            ),
        },
        left_out(lines),
    )


def _variants(rows: pl.DataFrame) -> pl.DataFrame:
    titled = rows.with_columns(variant_title=variant_title_of_options(_OPTIONS))
    variant_id = derived_variant_id(pl.col("handle"), pl.col("variant_title"))
    return titled.select(
        "_line_number",
        "handle",
        "variant_title",
        "vendor",
        "tags",
        "sku",
        "price",
        "compare_at_price",
        "cost",
        "available",
        variant_id=variant_id,
        product_id="handle",
        inventory_item_id=variant_id,
        product_title="title",
        product_type=pl.coalesce("product_type", "category"),
        product_status=_status(),
        _tracker="tracker",
    )


def _status() -> pl.Expr:
    """Exports before 2021 have no status; a product that isn't published there is no offer."""
    is_hidden = pl.col("published").is_not_null() & ~is_true(pl.col("published"))
    return pl.coalesce("status", pl.when(is_hidden).then(pl.lit("draft")))
