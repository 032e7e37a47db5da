"""The shelf: active products, each with the variant that stands for it in a bundle."""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.candidates.offerable import best_seller_per_product


@dataclass(frozen=True)
class Shelf:
    """What can be offered, and which product each variant is of."""

    products: pl.DataFrame
    """One row per active product, by ``product_id``: ``variant_id`` (the one that most counted
    baskets hold, ties by id), ``title``, ``product_type`` (null where not known) and
    ``basket_count`` of that variant (0: the product was never sold)."""
    product_of: pl.DataFrame
    """``variant_id`` and ``product_id`` of every variant on the shelf, by ``variant_id``."""


def shelf_of(offerable: pl.DataFrame) -> Shelf:
    """The shelf of a shop.

    Args:
        offerable: Variants that can be offered now: ``variant_id``, ``product_id``, ``title``,
            ``product_type`` and ``basket_count``.
    """
    columns = ("product_id", "variant_id", "title", "product_type", "basket_count")
    return Shelf(
        products=best_seller_per_product(offerable.select(columns)),
        product_of=offerable.select("variant_id", "product_id").sort("variant_id"),
    )
