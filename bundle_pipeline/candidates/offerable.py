"""Variants that can be offered now, with what they are and what their products are good for."""

import polars as pl

from bundle_pipeline.products.item_facts import item_facts

_OF_PRODUCT = (
    "price_tier",
    "is_giftable",
    "season",
)


def offerable_variants(
    *,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    item_counts: pl.DataFrame,
    product_features: pl.DataFrame,
    currency: str | None,
) -> pl.DataFrame:
    """Variants with a name and a price that are on sale and not known to be out of stock.

    Args:
        variants: ``Variants``.
        catalog: ``Catalog``.
        inventory: ``Inventory``.
        item_counts: ``ItemCounts``.
        product_features: ``ProductFeatures``; its products are named as there.
        currency: The shop's currency.

    Returns:
        One row per variant, by ``variant_id``: ``product_id``, ``title``, ``product_type``,
        ``unit_price_minor``, ``available_count`` (null: not tracked), ``basket_count`` (0: never
        sold), and of its product ``price_tier``, ``is_giftable`` and ``season``.
    """
    of_product = product_features.select(
        pl.col("product_id").alias("feature_product_id"), "variant_ids", *_OF_PRODUCT
    ).explode("variant_ids", empty_as_null=False)
    ids = pl.concat([frame.get_column("variant_id") for frame in (variants, catalog)])
    return (
        item_facts(ids, variants=variants, catalog=catalog, inventory=inventory, currency=currency)
        .filter(
            ~pl.col("is_off_sale"),
            pl.col("title").is_not_null(),
            pl.col("unit_price_minor") > 0,
            pl.col("available_count").fill_null(1) > 0,
        )
        .join(of_product, left_on="variant_id", right_on="variant_ids", validate="1:1")
        .join(
            item_counts.select("variant_id", "basket_count"),
            on="variant_id",
            how="left",
            validate="1:1",
        )
        .select(
            "variant_id",
            "title",
            "product_type",
            "unit_price_minor",
            "available_count",
            *_OF_PRODUCT,
            product_id="feature_product_id",
            basket_count=pl.col("basket_count").fill_null(0),
        )
        .sort("variant_id")
    )


def best_seller_per_product(offerable: pl.DataFrame) -> pl.DataFrame:
    """The variant of each product that most baskets hold, ties by id; by ``product_id``."""
    return offerable.sort("product_id", -pl.col("basket_count"), "variant_id").unique(
        "product_id", keep="first", maintain_order=True
    )


def products_alike(substitutes: pl.DataFrame, duplicate_products: pl.DataFrame) -> pl.DataFrame:
    """Products that aren't offered together: substitutes, and one product listed twice.

    Args:
        substitutes: ``Substitutes``.
        duplicate_products: ``DuplicateProducts``.

    Returns:
        ``product_id`` and ``other_id``, in both directions, each once.
    """
    sure = [substitutes.filter("is_substitute"), duplicate_products.filter("is_duplicate")]
    return pl.concat(
        [
            pairs.select(product_id=f"{one}_product_id", other_id=f"{other}_product_id")
            for pairs in sure
            for one, other in (("first", "second"), ("second", "first"))
        ]
    ).unique()
