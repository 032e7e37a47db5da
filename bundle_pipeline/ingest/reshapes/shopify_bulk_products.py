"""Products of a Shopify bulk operation: one object per line, joined by ``__parentId``.

What an object is follows from its id (``gid://shopify/ProductVariant/1``). Children stand anywhere
in the file, not only below their parent. Fields are there if the query asked for them.
"""

import polars as pl

from bundle_pipeline.ingest.derived_ids import DEFAULT_LOCATION
from bundle_pipeline.ingest.outcomes import Rule
from bundle_pipeline.ingest.reshapes.left_out import judged, left_out, used
from bundle_pipeline.ingest.reshapes.reshaped import Reshaped

_OBJECT_TYPE = r"^gid://shopify/(\w+)/"
# The id of a level names its item: gid://shopify/InventoryLevel/1?inventory_item_id=2.
_ITEM_OF_LEVEL = r"[?&]inventory_item_id=(\d+)"
_PRODUCT, _VARIANT, _LEVEL = "Product", "ProductVariant", "InventoryLevel"
_PICTURES = ("ProductImage", "MediaImage", "Image")
_PRODUCT_FACTS = (
    "title",
    "handle",
    "vendor",
    "product_type",
    "tags",
    "status",
    "created_at",
    "published_at",
)


def shopify_bulk_products(cells: pl.DataFrame) -> Reshaped:
    """Catalog entries, variants and stock of a bulk operation's result.

    A product's own line gives no row: its facts stand in the catalog entries of its variants.
    """
    kind = pl.col("_type")
    lines = judged(
        cells.with_columns(_type=pl.col("id").str.extract(_OBJECT_TYPE)),
        exclude=[
            Rule("product_object", kind == _PRODUCT),
            Rule("image_row", kind.is_in(_PICTURES)),
            Rule("other_object", kind.is_null() | ~kind.is_in([_VARIANT, _LEVEL])),
        ],
    )
    variants = _variants(lines)
    totals = variants.filter(pl.col("available_total").is_not_null()).select(
        "inventory_item_id",
        "sku",
        "_line_number",
        location_id=pl.lit(DEFAULT_LOCATION),
        available="available_total",
    )
    stock = pl.concat([totals, _levels(lines, variants).select(totals.columns)])
    return Reshaped(
        {
            "catalog": variants,
            "variants": variants.drop("tags", "product_status", "available_total"),
            "inventory": stock.sort("_line_number", maintain_order=True),
        },
        left_out(lines),
    )


def _variants(lines: pl.DataFrame) -> pl.DataFrame:
    products = (
        lines.filter(pl.col("_type") == _PRODUCT)
        .select(parent_id="id", **{f"_{name}": name for name in _PRODUCT_FACTS})
        .unique("parent_id", keep="last", maintain_order=True)
    )
    rows = lines.filter(pl.col("_type") == _VARIANT).join(
        products, on="parent_id", how="left", validate="m:1", maintain_order="left"
    )
    is_tracked = pl.col("tracked").is_null() | (pl.col("tracked") != "false")
    return rows.select(
        "_line_number",
        "sku",
        "price",
        "compare_at_price",
        "cost",
        "inventory_item_id",
        variant_id="id",
        variant_title="title",
        product_id=pl.coalesce("product_id", "parent_id"),
        product_title=pl.coalesce("product_title", "_title"),
        product_status=pl.coalesce("product_status", "_status"),
        product_created_at="_created_at",
        product_published_at="_published_at",
        handle=pl.coalesce("product_handle", "_handle"),
        vendor=pl.coalesce("product_vendor", "_vendor"),
        product_type=pl.coalesce("product_product_type", "_product_type"),
        tags=pl.coalesce("product_tags", "_tags"),
        available_total=pl.when(is_tracked).then("inventory_quantity"),
    )


def _levels(lines: pl.DataFrame, variants: pl.DataFrame) -> pl.DataFrame:
    """Stock per place; a level hangs below its item or below the item's variant."""
    counted = lines.filter((pl.col("name") == "available") & pl.col("_type").is_null()).select(
        id="parent_id", _available="quantity"
    )
    item_of_variant = variants.select(parent_id="variant_id", _item="inventory_item_id", _sku="sku")
    return (
        used(lines)
        .filter(pl.col("_type") == _LEVEL)
        .join(counted.unique("id"), on="id", how="left", validate="m:1", maintain_order="left")
        .join(
            item_of_variant.unique("parent_id", keep="last", maintain_order=True),
            on="parent_id",
            how="left",
            validate="m:1",
            maintain_order="left",
        )
        .select(
            "_line_number",
            inventory_item_id=pl.coalesce(
                pl.col("id").str.extract(_ITEM_OF_LEVEL), "_item", "parent_id"
            ),
            sku="_sku",
            location_id="location",
            available=pl.coalesce("available", "_available"),
        )
    )
