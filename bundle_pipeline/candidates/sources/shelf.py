"""The shelf: active products, each with the variant that stands for it in a bundle."""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.products.item_facts import item_facts, shop_currency


@dataclass(frozen=True)
class Shelf:
    """What could be offered, and which product each variant is of."""

    products: pl.DataFrame
    """One row per active product, by ``product_id``: ``variant_id`` (the one most often bought,
    ties by id), ``title``, ``product_type``, ``tags`` (null where not known) and ``basket_count``
    (counted baskets with any of its variants that were counted, at least one variant's; 0: never
    sold)."""
    product_of: pl.DataFrame
    """``variant_id`` and ``product_id`` of every variant on the shelf, by ``variant_id``."""

    @property
    def product_count(self) -> int:
        """Active products."""
        return self.products.height


def stocked_shelf(
    *,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    item_counts: pl.DataFrame,
) -> Shelf:
    """The products that can be sold: on sale, with a title and a price, not out of stock.

    Args:
        variants: ``Variants``.
        catalog: ``Catalog``.
        inventory: ``Inventory``; what isn't tracked counts as in stock.
        item_counts: ``ItemCounts``.
    """
    currency = shop_currency(variants, catalog)
    ids = pl.concat([frame.select("variant_id") for frame in (variants, catalog)])
    facts = item_facts(
        ids.get_column("variant_id"),
        variants=variants,
        catalog=catalog,
        inventory=inventory,
        currency=currency,
    )
    is_sellable = (
        ~pl.col("is_off_sale")
        & pl.col("title").is_not_null()
        & (pl.col("unit_price_minor") > 0)
        & (pl.col("available_count") > 0).fill_null(value=True)
    )
    sellable = (
        facts.filter(is_sellable)
        .join(
            item_counts.select("variant_id", "basket_count"),
            on="variant_id",
            how="left",
            validate="1:1",
        )
        .with_columns(
            pl.col("basket_count").fill_null(0),
            product_id=pl.coalesce("product_id", "variant_id"),
        )
        .sort("product_id", "basket_count", "variant_id", descending=[False, True, False])
    )
    products = sellable.group_by("product_id", maintain_order=True).agg(
        pl.col("variant_id", "title", "product_type", "tags", "basket_count").first()
    )
    return Shelf(products, sellable.select("variant_id", "product_id").sort("variant_id"))
