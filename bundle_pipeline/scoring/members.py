"""Items of candidates, one row each, for components that look something up."""

import polars as pl


def beside_anchor(candidates: pl.DataFrame) -> pl.DataFrame:
    """One row per candidate and item other than the first, the anchor.

    Returns:
        ``bundle_id``, ``anchor_id`` and ``other_id`` (variants), ``anchor_product`` and
        ``other_product`` (null where not known). A variant that stands twice is no other item.
    """
    items = pl.col("items").list
    anchor = items.first().struct
    other = pl.col("other").struct
    return (
        candidates.select(
            "bundle_id",
            anchor_id=anchor.field("variant_id"),
            anchor_product=anchor.field("product_id"),
            other=items.slice(1),
        )
        .explode("other", empty_as_null=False)
        .select(
            "bundle_id",
            "anchor_id",
            "anchor_product",
            other_id=other.field("variant_id"),
            other_product=other.field("product_id"),
        )
        .filter(pl.col("other_id") != pl.col("anchor_id"))
    )


def mean_over_others(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """``bundle_id`` and the mean of a column over its rows, added up in the order of their ids."""
    return (
        rows.sort("bundle_id", "other_id")
        .group_by("bundle_id", maintain_order=True)
        .agg(pl.col(column).mean())
    )
