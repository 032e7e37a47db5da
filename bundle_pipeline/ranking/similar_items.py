"""Items of a bundle that are one product listed twice, or bought one instead of the other."""

import polars as pl


def with_similar_items(
    bundles: pl.DataFrame, *, duplicate_products: pl.DataFrame, substitutes: pl.DataFrame
) -> pl.DataFrame:
    """Add ``duplicate_items`` and ``substitute_items``: product ids of the first such pair.

    Two products are duplicates if a pair says so or if they are of one family; what was found of
    pairs that aren't sure doesn't count.

    Args:
        bundles: ``bundle_id`` and ``items``.
        duplicate_products: ``DuplicateProducts``.
        substitutes: ``Substitutes``.

    Returns:
        The same rows in the same order; null where a bundle has no such items, else text such as
        ``1 and 2``.
    """
    families = _families(duplicate_products)
    shown = substitutes.filter("is_substitute").select(
        first="first_product_id", second="second_product_id", is_substitute="is_substitute"
    )
    named = pl.format("{} and {}", "first", "second")
    is_duplicate = pl.col("family_id") == pl.col("family_id_of_other")
    similar = (
        _item_pairs(bundles)
        .join(families, left_on="first", right_on="product_id", how="left", validate="m:1")
        .join(
            families,
            left_on="second",
            right_on="product_id",
            how="left",
            suffix="_of_other",
            validate="m:1",
        )
        .join(shown, on=["first", "second"], how="left", validate="m:1")
        .sort("bundle_id", "first", "second")
        .group_by("bundle_id")
        .agg(
            duplicate_items=named.filter(is_duplicate).first(),
            substitute_items=named.filter(pl.col("is_substitute")).first(),
        )
    )
    return bundles.join(similar, on="bundle_id", how="left", validate="1:1", maintain_order="left")


def _item_pairs(bundles: pl.DataFrame) -> pl.DataFrame:
    """``bundle_id``, ``first`` and ``second`` for every two known products of a bundle."""
    items = (
        bundles.select("bundle_id", product_id=_product_ids())
        .explode("product_id")
        .drop_nulls()
        .unique()
    )
    return (
        items.join(items, on="bundle_id", suffix="_of_other", validate="m:m")
        .filter(pl.col("product_id") < pl.col("product_id_of_other"))
        .select("bundle_id", first="product_id", second="product_id_of_other")
    )


def _product_ids() -> pl.Expr:
    return pl.col("items").list.eval(pl.element().struct.field("product_id"))


def _families(duplicate_products: pl.DataFrame) -> pl.DataFrame:
    sure = duplicate_products.filter("is_duplicate")
    return pl.concat(
        [sure.select("family_id", product_id=f"{side}_product_id") for side in ("first", "second")]
    ).unique("product_id")
