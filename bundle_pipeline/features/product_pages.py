"""One row per product with what its page says: the form in which products are compared."""

import polars as pl

_COLUMNS = (
    "product_id",
    "title",
    "vendor",
    "product_type",
    "tags",
    "currency",
    "price_minor",
    "skus",
    "options",
)
# What Shopify calls the only variant of a product without options.
_NO_OPTION = "default title"


def product_pages(catalog: pl.DataFrame, variants: pl.DataFrame) -> pl.DataFrame:
    """One row per product that is current and not archived, sorted by ``product_id``.

    The catalog is asked first, it is what customers read; what it doesn't say comes from the
    variants. Where variants of a product disagree the smallest variant id decides.

    Args:
        catalog: ``Catalog``.
        variants: ``Variants``.

    Returns:
        ``product_id``, ``title``, ``vendor``, ``product_type``, ``tags`` (sorted), ``currency``,
        ``price_minor`` (the lowest of its variants), ``skus`` and ``options`` (sorted; titles of
        its variants in lower case, none where it has one variant without options). Unknown text
        is null.
    """
    is_offered = pl.col("is_current") & (pl.col("product_status") != "archived")
    of_catalog = catalog.filter(is_offered).select(_columns(pl.col("tags")), source=0)
    of_variants = (
        variants.filter("is_current")
        .join(catalog.filter(~is_offered), on="variant_id", how="anti")
        .select(_columns(pl.lit([], pl.List(pl.String))), source=1)
    )
    pages = (
        pl.concat([of_catalog, of_variants])
        .sort("product_id", "source", "variant_id")
        .group_by("product_id", maintain_order=True)
        .agg(
            pl.col("title", "vendor", "product_type", "currency").drop_nulls().first(),
            tags=pl.col("tags").list.explode(keep_nulls=False, empty_as_null=False).unique().sort(),
            price_minor=_lowest_price(),
            skus=pl.col("sku").drop_nulls().unique().sort(),
            options=_options(),
        )
    )
    return pages.select(_COLUMNS)


def _columns(tags: pl.Expr) -> list[pl.Expr]:
    text = {
        "title": "product_title",
        "vendor": "vendor",
        "product_type": "product_type",
        "sku": "sku",
        "option": "variant_title",
    }
    named = [
        pl.when(pl.col(column).str.strip_chars() != "")
        .then(pl.col(column).str.strip_chars())
        .alias(name)
        for name, column in text.items()
    ]
    return [
        pl.col("product_id", "variant_id", "currency", "price_minor"),
        *named,
        tags.alias("tags"),
    ]


def _lowest_price() -> pl.Expr:
    is_first_currency = pl.col("currency") == pl.col("currency").first()
    return pl.col("price_minor").filter(is_first_currency).min()


def _options() -> pl.Expr:
    option = pl.col("option").str.to_lowercase()
    return option.filter(option != _NO_OPTION).unique().sort()


def products_of_variants(catalog: pl.DataFrame, variants: pl.DataFrame) -> pl.DataFrame:
    """``variant_id`` and ``product_id`` of every variant, sold any more or not; sorted.

    The variants are asked first, as candidates of bundles do.

    Args:
        catalog: ``Catalog``.
        variants: ``Variants``.
    """
    columns = ("variant_id", "product_id")
    both = pl.concat([variants.select(columns), catalog.select(columns)])
    return both.unique("variant_id", keep="first", maintain_order=True).sort("variant_id")
