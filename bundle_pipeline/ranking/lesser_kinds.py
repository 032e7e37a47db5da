"""One set of products in several kinds: the one that earns most is offered.

Scores say how well products go together, which is the same for every kind of one set; what tells
the kinds apart is what they are expected to earn.
"""

import polars as pl

from bundle_pipeline.money import formatted


def with_lesser_kinds(gated: pl.DataFrame) -> pl.DataFrame:
    """Drop what is expected to earn less than another bundle of the same products.

    Compared are bundles of the same backing that passed every gate and of which an expected
    incremental margin is known; of equal ones all stay.

    Args:
        gated: ``PricedBundles`` with ``code`` and ``detail``, null where they passed.

    Returns:
        The same rows in the same order, with ``code`` and ``detail`` of those that are dropped.
    """
    expected = pl.col("pricing").struct.field("incremental_margin_minor")
    is_compared = pl.col("code").is_null() & expected.is_not_null()
    among = ["_products", "backing"]
    best = (
        gated.filter(is_compared)
        .select(_products(), "backing", "bundle_id", _most=expected, _best_kind="kind")
        .sort(*among, -pl.col("_most"), "bundle_id")
        .unique(among, keep="first", maintain_order=True)
        .drop("bundle_id")
    )
    joined = gated.with_columns(_products()).join(
        best, on=among, how="left", validate="m:1", maintain_order="left"
    )
    is_lesser = is_compared & (expected < pl.col("_most"))
    detail = pl.format(
        "the same products earn more as {}: {} a month instead of {}",
        "_best_kind",
        *map(_signed, (pl.col("_most"), expected)),
    )
    return joined.with_columns(
        code=pl.when(is_lesser).then(pl.lit("DUPLICATE_SET")).otherwise("code"),
        detail=pl.when(is_lesser).then(detail).otherwise("detail"),
    ).drop("_products", "_most", "_best_kind")


def _signed(amount: pl.Expr) -> pl.Expr:
    sign = pl.when(amount < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format("{}{}", sign, formatted(amount.abs(), pl.col("currency")))


def _products() -> pl.Expr:
    item = pl.element().struct
    products = pl.coalesce(item.field("product_id"), item.field("variant_id"))
    return (
        pl.col("items")
        .list.eval(products)
        .list.unique()
        .list.sort()
        .list.join("\n")
        .alias("_products")
    )
