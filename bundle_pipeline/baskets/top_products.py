"""The most popular products of a shop, for a first look at it."""

import polars as pl


def variants_of_top_products(
    order_lines: pl.LazyFrame, variants: pl.DataFrame, product_count: int
) -> pl.Series:
    """Ids of all sold variants of the products that are in most orders.

    Args:
        order_lines: ``order_id`` and ``variant_id``; null where it isn't resolved.
        variants: ``variant_id`` and the ``product_id`` that it belongs to; a variant that isn't
            there stands for a product of its own.
        product_count: Products to keep; of equals the smaller id.

    Returns:
        ``variant_id``, ascending.
    """
    known = variants.lazy().select("variant_id", "product_id")
    sold = (
        order_lines.select("order_id", "variant_id")
        .drop_nulls("variant_id")
        # There are few variants beside their lines: products are looked up and named once for each.
        .group_by("variant_id")
        .agg("order_id")
        .join(known, on="variant_id", how="left", validate="m:1")
        .with_columns(product=pl.coalesce("product_id", pl.format("variant:{}", "variant_id")))
    )
    products = (
        sold.group_by("product")
        .agg("variant_id", order_count=pl.col("order_id").explode(empty_as_null=False).n_unique())
        .sort("order_count", "product", descending=[True, False])
        .head(product_count)
        .collect()
    )
    return products.get_column("variant_id").explode(empty_as_null=False).sort()
