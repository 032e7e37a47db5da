"""The discount rule of the system that this one replaces, for comparison: fixed weights.

A variant's own mean discount (all lines, those at full price too) counts fully from 20 lines on,
with 0.6 beside 0.3 for its category and 0.1 for the shop from 5 on, and not at all below: then the
category counts 0.9 and the shop 0.1. A category of fewer than 5 lines stands at 10 %, a shop of
none at 12 %.
"""

import polars as pl

_MANY, _SOME = 20, 5
_SOME_WEIGHTS, _FEW_WEIGHTS = (0.6, 0.3, 0.1), (0.0, 0.9, 0.1)
_CATEGORY_DEFAULT, _SHOP_DEFAULT = 0.10, 0.12


def fixed_weight_discounts(lines: pl.DataFrame, categories: pl.DataFrame) -> pl.DataFrame:
    """The discount of each variant by fixed weights.

    Args:
        lines: Of :func:`~bundle_pipeline.pricing.habits.line_discounts`.
        categories: ``variant_id`` and ``category`` of each variant of the shop.

    Returns:
        ``variant_id``, ``usual_rate`` (0 to 1; null where the shop has no line at all: the middle
        of the caps is meant), ``usual_level`` and ``usual_count``.
    """
    rate = pl.col("rate")
    own = lines.group_by("variant_id").agg(own=rate.mean(), usual_count=rate.len().cast(pl.Int64))
    by_category = (
        lines.join(categories, on="variant_id", validate="m:1")
        .drop_nulls("category")
        .group_by("category")
        .agg(of_category=pl.when(rate.len() >= _SOME).then(rate.mean()))
    )
    shop = lines.get_column("rate").mean()
    count = pl.col("usual_count")

    def mixed(weights: tuple[float, float, float]) -> pl.Expr:
        return (
            weights[0] * pl.col("own").fill_null(0.0)
            + weights[1] * pl.col("of_category").fill_null(_CATEGORY_DEFAULT)
            + weights[2] * pl.lit(_SHOP_DEFAULT if shop is None else shop)
        )

    mix = (
        pl.when(count >= _MANY)
        .then("own")
        .when(count >= _SOME)
        .then(mixed(_SOME_WEIGHTS))
        .otherwise(mixed(_FEW_WEIGHTS))
    )
    return (
        categories.join(own, on="variant_id", how="left", validate="1:1", maintain_order="left")
        .join(by_category, on="category", how="left", validate="m:1", maintain_order="left")
        .select(
            "variant_id",
            usual_rate=pl.when(not lines.is_empty()).then(mix),
            usual_level=pl.lit("fixed weights"),
            usual_count=count.fill_null(0),
        )
    )
