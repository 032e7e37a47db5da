"""Variants that can be offered, and suggestions as text, for tests of the kinds of bundles."""

from typing import Any

import polars as pl

from bundle_pipeline.candidates.units import units_per_order
from bundle_pipeline_tests.support.sold import Sale, sold_shop

Row = dict[str, Any]

_OFFERABLE = {
    "variant_id": pl.String,
    "title": pl.String,
    "product_type": pl.String,
    "unit_price_minor": pl.Int64,
    "available_count": pl.Int64,
    "price_tier": pl.String,
    "is_giftable": pl.Boolean,
    "season": pl.String,
    "product_id": pl.String,
    "basket_count": pl.Int64,
}


def offer(variant_id: str, **changes: object) -> Row:
    """A variant at 10.00 of a product of its own, that 10 baskets hold."""
    return {
        "variant_id": variant_id,
        "title": f"Product {variant_id}",
        "unit_price_minor": 1000,
        "price_tier": "mid",
        "product_id": f"product-{variant_id}",
        "basket_count": 10,
    } | changes


def offers(*rows: Row) -> pl.DataFrame:
    """These variants as :func:`~bundle_pipeline.candidates.offerable.offerable_variants` does."""
    return pl.DataFrame(list(rows), schema=_OFFERABLE).sort("variant_id")


def units_of(*sales: Sale) -> pl.DataFrame:
    """Units per order of these sales."""
    shop = sold_shop(*sales)
    sold = shop.order_lines.get_column("variant_id").drop_nulls().unique()
    return units_per_order(shop.orders, shop.order_lines.lazy(), variant_ids=sold)


def alike(*pairs: str) -> pl.DataFrame:
    """Products of the variants ``ab`` are alike, both ways."""
    both = [pair for first, second in pairs for pair in ((first, second), (second, first))]
    rows = [(f"product-{first}", f"product-{second}") for first, second in both]
    return pl.DataFrame(rows, {"product_id": pl.String, "other_id": pl.String}, orient="row")


def members_of(suggestions: pl.DataFrame) -> list[str]:
    """Items of each suggestion, such as ``2 a qualifier + 1 b reward``, in their order."""
    return [
        " + ".join(f"{item['quantity']} {item['variant_id']} {item['role']}" for item in members)
        for members in suggestions.get_column("members").to_list()
    ]
