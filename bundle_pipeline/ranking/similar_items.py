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
    pairs = _item_pairs(bundles)
    families = _families(duplicate_products)
    of_family = pairs.join(
        families.rename({"product_id": "first", "family_id": "family"}), on="first", validate="m:1"
    ).join(
        families.rename({"product_id": "second", "family_id": "other_family"}),
        on="second",
        validate="m:1",
    )
    shown = substitutes.filter("is_substitute").select(
        first="first_product_id", second="second_product_id"
    )
    duplicates = of_family.filter(pl.col("family") == pl.col("other_family"))
    either = pairs.join(shown, on=["first", "second"], how="semi")
    return bundles.join(
        _named(duplicates, "duplicate_items"),
        on="bundle_id",
        how="left",
        validate="1:1",
        maintain_order="left",
    ).join(
        _named(either, "substitute_items"),
        on="bundle_id",
        how="left",
        validate="1:1",
        maintain_order="left",
    )


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


def _named(pairs: pl.DataFrame, column: str) -> pl.DataFrame:
    return (
        pairs.sort("bundle_id", "first", "second")
        .unique("bundle_id", keep="first", maintain_order=True)
        .select("bundle_id", pl.format("{} and {}", "first", "second").alias(column))
    )
