"""WooCommerce's product export: simple products, and variable ones with a row per variation.

A variation states little: name, status, category and maybe stock are its parent's, which it names
by SKU or as ``id:123``.
"""

import polars as pl

from bundle_pipeline.ingest.derived_ids import DEFAULT_LOCATION
from bundle_pipeline.ingest.outcomes import Rule
from bundle_pipeline.ingest.reshapes.left_out import judged, left_out, used
from bundle_pipeline.ingest.reshapes.reshaped import Reshaped

_ATTRIBUTES = ("attribute1", "attribute2", "attribute3")
_PARENT_ID_PREFIX = "id:"
# What a variation's stock says where it is counted with its siblings'.
_PARENT_STOCK = "parent"
_PUBLISHED = "1"
_OUT_OF_STOCK = "0"


def woocommerce_products(cells: pl.DataFrame) -> Reshaped:
    """Catalog entries, variants and stock of a product export.

    A price on sale counts where the sale has no dates: whether a dated one runs can't be told from
    the file, so the regular price stays. Stock that isn't counted is unknown, and none where the
    product is marked as out of stock.
    """
    typed = cells.with_columns(_type=pl.col("type").str.to_lowercase().str.extract(r"^\s*(\w+)"))
    product = pl.col("_type")
    lines = judged(
        typed,
        exclude=[
            # Sold as its variations only.
            Rule("variable_parent", product == "variable"),
            # A page that lists other products, and a link to another shop.
            Rule("grouped_product", product == "grouped"),
            Rule("external_product", product == "external"),
        ],
    )
    variants = lines.pipe(used).pipe(_with_parent, lines).pipe(_variants)
    return Reshaped(
        {
            "catalog": variants.drop("available"),
            "variants": variants.drop("tags", "product_status", "available"),
            "inventory": variants.filter(pl.col("available").is_not_null()).select(
                "inventory_item_id",
                "sku",
                "available",
                "_line_number",
                location_id=pl.lit(DEFAULT_LOCATION),
            ),
        },
        left_out(lines),
    )


def _with_parent(rows: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    parents = lines.filter(pl.col("_type") == "variable").select(
        "sku",
        "categories",
        "tags",
        parent_id="id",
        parent_name="name",
        parent_published="published",
        parent_stock=_stated_stock(),
    )
    by_id = parents.with_columns(parent=pl.lit(_PARENT_ID_PREFIX) + pl.col("parent_id"))
    by_sku = parents.with_columns(parent="sku")
    named = pl.concat([by_id, by_sku]).drop_nulls("parent").unique("parent", keep="none")
    of_parent = named.drop("sku").rename({"categories": "_categories", "tags": "_tags"})
    joined = rows.join(of_parent, on="parent", how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(
        categories=pl.coalesce("categories", "_categories"), tags=pl.coalesce("tags", "_tags")
    )


def _variants(rows: pl.DataFrame) -> pl.DataFrame:
    is_variation = pl.col("parent").is_not_null()
    shares_stock = (pl.col("stock").str.to_lowercase() == _PARENT_STOCK) & (
        pl.col("parent_id").is_not_null()
    )
    unresolved_parent = pl.col("parent").str.strip_prefix(_PARENT_ID_PREFIX)
    options = pl.concat_str(_ATTRIBUTES, separator=", ", ignore_nulls=True)
    has_sale = pl.col("sale_price").is_not_null() & pl.all_horizontal(
        pl.col("sale_starts", "sale_ends").is_null()
    )
    is_hidden = pl.any_horizontal(
        pl.col(name).is_not_null() & (pl.col(name) != _PUBLISHED)
        for name in ("published", "parent_published")
    )
    return rows.select(
        "_line_number",
        "sku",
        "tags",
        variant_id="id",
        product_id=pl.coalesce("parent_id", unresolved_parent, "id"),
        inventory_item_id=pl.when(shares_stock).then("parent_id").otherwise("id"),
        product_title=pl.coalesce("parent_name", "name"),
        variant_title=pl.when(is_variation & (options != "")).then(options),
        product_type=pl.col("categories").str.split(",").list.first().str.strip_chars(),
        product_status=pl.when(is_hidden).then(pl.lit("draft")),
        price=pl.when(has_sale).then("sale_price").otherwise("regular_price"),
        compare_at_price=pl.when(has_sale).then("regular_price"),
        cost="cost",
        available=pl.when(shares_stock).then("parent_stock").otherwise(_stated_stock()),
    )


def _stated_stock() -> pl.Expr:
    is_counted = pl.col("stock").is_not_null() & (
        pl.col("stock").str.to_lowercase() != _PARENT_STOCK
    )
    is_out = pl.col("in_stock") == _OUT_OF_STOCK
    return pl.when(is_counted).then("stock").when(is_out).then(pl.lit("0"))
